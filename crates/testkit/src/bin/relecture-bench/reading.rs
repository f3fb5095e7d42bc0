//! Reading a piece out of the vault, beside the cipher alone, the file alone, and other encrypted files.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use anyhow::{Context as _, Result, bail, ensure};
use relecture_crypto::{Context, Key, SealingKey, make_bytes, padded_length, seal, sha256};
use relecture_testkit::built;
use relecture_vault::{Anchor, AnchorError, ClosedVault, PieceSpec, PlatformSide, Vault};
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::table::{ROUNDS, Table, median, p95};

/// A long CT examination.
const SIZE: usize = 512 << 20;
/// What a reader asks for at once.
const BUFFER: usize = 1 << 20;
const RANGE: usize = 64 << 10;
const RANGES: usize = 2_000;
pub(crate) const CASE: Uuid = Uuid::from_u128(1);

/// An anchor that forgets with the process.
#[derive(Default)]
pub(crate) struct MemoryAnchor(Mutex<Option<Vec<u8>>>);

impl Anchor for MemoryAnchor {
    fn load(&self) -> Result<Option<Zeroizing<Vec<u8>>>, AnchorError> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(kept.clone().map(Zeroizing::new))
    }

    fn store(&self, record: &[u8]) -> Result<(), AnchorError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(record.to_vec());
        Ok(())
    }
}

/// A vault of its own in `folder`.
pub(crate) fn vault(folder: &Path) -> Result<Vault> {
    let closed = ClosedVault::at(&folder.join("vault"), Arc::new(MemoryAnchor::default()))?;
    let platform = SealingKey::make();
    let side = PlatformSide {
        key: platform.public(),
        installation: b"bench",
        epoch: 0,
    };
    Ok(closed.open(None, side)?)
}

/// Bytes that no program finds regular.
fn clear() -> Vec<u8> {
    let block = make_bytes::<4096>();
    let mut clear = block.repeat(SIZE / block.len());
    for (number, byte) in clear.iter_mut().step_by(block.len()).enumerate() {
        *byte = u8::try_from(number % 251).unwrap_or_default();
    }
    clear
}

/// The piece that these bytes are, received into it.
pub(crate) fn received(vault: &Vault, clear: &[u8]) -> Result<PieceSpec> {
    let key = Key::make();
    vault.admit(CASE, &key, "rekeyed")?;
    let context = Context::new("bench", &[]);
    let mut padded = clear.to_vec();
    padded.resize(usize::try_from(padded_length(clear.len() as u64))?, 0);
    let sealed = seal(&key, &context, &padded);
    let spec = PieceSpec {
        id: Uuid::from_u128(2),
        sealed_size: sealed.len() as u64,
        sealed_digest: sha256(&sealed),
        clear_size: clear.len() as u64,
        clear_digest: sha256(clear),
        context,
    };
    let mut reception = vault.receive(CASE, spec.clone())?;
    for part in sealed.chunks(BUFFER) {
        reception.write(part)?;
    }
    reception.finish()?;
    Ok(spec)
}

/// MiB in a second.
#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn rate(bytes: usize, begun: Instant) -> f64 {
    bytes as f64 / f64::from(1 << 20) / begun.elapsed().as_secs_f64()
}

fn read_vault(vault: &Vault, spec: &PieceSpec) -> Result<f64> {
    let mut buffer = vec![0; BUFFER];
    let begun = Instant::now();
    let mut reader = vault.read_piece(CASE, spec)?;
    let mut at = 0;
    loop {
        let read = reader.read_at(at, &mut buffer)?;
        if read == 0 {
            break;
        }
        at += read as u64;
    }
    ensure!(at == SIZE as u64, "the piece was not read whole");
    Ok(rate(SIZE, begun))
}

fn read_file(path: &Path) -> Result<f64> {
    let mut buffer = vec![0; BUFFER];
    let begun = Instant::now();
    let mut file = File::open(path)?;
    let mut all = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        all += read;
    }
    Ok(rate(all, begun))
}

/// One core of OpenSSL, in chunks as long as ours.
fn aes_gcm() -> Result<f64> {
    let speed = Command::new("openssl")
        .args([
            "speed", "-decrypt", "-elapsed", "-seconds", "1", "-bytes", "16384",
        ])
        .args(["-evp", "aes-256-gcm"])
        .stderr(Stdio::null())
        .output()
        .context("openssl")?;
    let text = String::from_utf8(speed.stdout)?;
    let last = text
        .lines()
        .last()
        .and_then(|line| line.split_whitespace().last());
    let thousands: f64 = last
        .and_then(|figure| figure.strip_suffix('k'))
        .context("openssl says no speed")?
        .parse()?;
    Ok(thousands * 1_000.0 / f64::from(1 << 20))
}

/// `rage`, as built by its authors' own profile (`cargo install`).
struct Rage {
    program: PathBuf,
    identity: PathBuf,
    file: PathBuf,
}

impl Rage {
    fn make(folder: &Path, clear: &Path) -> Result<Self> {
        let programs = built::checkout().join("target/peers/bin");
        let (identity, file) = (folder.join("identity"), folder.join("piece.age"));
        let made = Command::new(programs.join("rage-keygen"))
            .arg("-o")
            .arg(&identity)
            .output()
            .context("rage-keygen: `cargo xtask bench` installs it")?;
        let told = String::from_utf8(made.stderr)?;
        let recipient = told
            .split_whitespace()
            .find(|word| word.starts_with("age1"))
            .context("rage-keygen tells no recipient")?;
        let program = programs.join("rage");
        let sealed = Command::new(&program)
            .args(["-e", "-r", recipient, "-o"])
            .arg(&file)
            .arg(clear)
            .status()?;
        ensure!(sealed.success(), "rage does not encrypt");
        Ok(Self {
            program,
            identity,
            file,
        })
    }

    fn read(&self) -> Result<f64> {
        let begun = Instant::now();
        let read = Command::new(&self.program)
            .arg("-d")
            .arg("-i")
            .arg(&self.identity)
            .arg(&self.file)
            .stdout(Stdio::null())
            .status()?;
        ensure!(read.success(), "rage does not decrypt");
        Ok(rate(SIZE, begun))
    }
}

/// A file in a mounted folder of gocryptfs.
struct Gocryptfs {
    mount: PathBuf,
}

impl Gocryptfs {
    fn mount(folder: &Path, clear: &[u8]) -> Result<Self> {
        let (cipher, mount) = (folder.join("cipher"), folder.join("mount"));
        fs::create_dir_all(&cipher)?;
        fs::create_dir_all(&mount)?;
        let password = folder.join("password");
        fs::write(&password, "bench\n")?;
        for arguments in [
            vec!["-q".as_ref(), "-init".as_ref(), cipher.as_os_str()],
            vec![
                "-q".as_ref(),
                "-nosyslog".as_ref(),
                cipher.as_os_str(),
                mount.as_os_str(),
            ],
        ] {
            let done = Command::new("gocryptfs")
                .arg("-passfile")
                .arg(&password)
                .args(&arguments)
                .status()
                .context("gocryptfs")?;
            if !done.success() {
                bail!("gocryptfs does not mount: is there /dev/fuse?");
            }
        }
        let mounted = Self { mount };
        fs::write(mounted.mount.join("piece"), clear)?;
        Ok(mounted)
    }

    /// From its own cache nothing is decrypted: the file is opened anew, past the kernel's.
    fn read(&self) -> Result<f64> {
        let file = self.mount.join("piece");
        let dropped = Command::new("dd")
            .arg(format!("if={}", file.display()))
            .args(["iflag=nocache", "count=0", "status=none"])
            .status()?;
        ensure!(dropped.success(), "dd");
        read_file(&file)
    }
}

impl Drop for Gocryptfs {
    fn drop(&mut self) {
        // Whatever it answers, the folder is a temporary one.
        let _ = Command::new("fusermount")
            .arg("-u")
            .arg(&self.mount)
            .status();
    }
}

pub(crate) fn measure(table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(built::checkout().join("target"))?;
    let clear = clear();
    let plain = folder.path().join("piece");
    fs::write(&plain, &clear)?;
    let vault = vault(folder.path())?;
    let spec = received(&vault, &clear)?;
    let rage = Rage::make(folder.path(), &plain)?;
    let gocryptfs = Gocryptfs::mount(folder.path(), &clear)?;
    drop(clear);

    let mut rates: [Vec<f64>; 5] = Default::default();
    for _ in 0..ROUNDS {
        let [own, cipher, file, aged, mounted] = &mut rates;
        own.push(read_vault(&vault, &spec)?);
        cipher.push(aes_gcm()?);
        file.push(read_file(&plain)?);
        aged.push(rage.read()?);
        mounted.push(gocryptfs.read()?);
    }
    let [own, cipher, file, aged, mounted] = &rates;
    table.title(&format!(
        "Reading {} MiB in clear, one thread, from the page cache, alternated rounds, MiB/s",
        SIZE >> 20
    ));
    for (name, rounds) in [
        ("the vault", own),
        ("openssl aes-256-gcm", cipher),
        ("a plain file", file),
        ("rage -d", aged),
        ("gocryptfs", mounted),
    ] {
        Table::side(name, rounds);
    }
    let unit = "ratio of medians, higher is better";
    for (name, peer, goal) in [
        ("vault.read_vs_aes_gcm_core", cipher, ">= 0.7"),
        ("vault.read_vs_rage", aged, ">= 3"),
        ("vault.read_vs_gocryptfs", mounted, "> 1"),
        ("vault.read_vs_plain_file", file, "none"),
    ] {
        let from = json!({ "mib_per_second": own, "peer_mib_per_second": peer });
        table.result(name, unit, median(own) / median(peer), goal, &from);
    }
    ranges(table, &vault, &spec)
}

/// Ranges anywhere in the piece, as a viewer asks for them.
fn ranges(table: &mut Table, vault: &Vault, spec: &PieceSpec) -> Result<()> {
    let mut buffer = vec![0; RANGE];
    let mut reader = vault.read_piece(CASE, spec)?;
    let mut times = Vec::with_capacity(RANGES);
    let last = (SIZE - RANGE) as u64;
    for _ in 0..RANGES {
        let at = u64::from_le_bytes(make_bytes::<8>()) % last;
        let begun = Instant::now();
        let read = reader.read_at(at, &mut buffer)?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        ensure!(read == RANGE, "a range was not read whole");
    }
    table.title(&format!(
        "{RANGES} ranges of {} KiB anywhere in the piece, milliseconds",
        RANGE >> 10
    ));
    println!("median {:.3}, p95 {:.3}", median(&times), p95(&times));
    let from = json!({ "ranges": RANGES, "kib": RANGE >> 10, "median": median(&times) });
    let unit = "milliseconds, p95, lower is better";
    table.result("vault.range_p95", unit, p95(&times), "<= 1", &from);
    Ok(())
}
