//! A process that writes into the vault is killed (SIGKILL) at any moment, again and again. What it was told to be kept is kept, once;
//! what it was told to be forgotten is gone; the vault opens every time.
//!
//! `RELECTURE_KILLS` says how often (`cargo xtask torture --kills 1000`).

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use relecture_crypto::{Context, Key, seal, sha256};
use relecture_vault::{PieceSpec, Queued, Vault, VaultError};
use tempfile::TempDir;
use uuid::Uuid;

/// Where the child works; its presence makes the test the child.
const CHILD: &str = "RELECTURE_TORTURE_VAULT";
const KILLS: u32 = 60;
/// Typed into all along.
const DRAFT: Uuid = Uuid::from_u128(1);
const CANARY: &[u8] = b"BRASSAC Helene";

fn key_of(case: Uuid) -> Key {
    Key::from_bytes(&sha256(case.as_bytes()).0)
}

/// The piece of a case, three chunks and a bit, as the platform sealed it once: beside the vault, where every life finds it.
fn piece_of(vault: &Path, case: Uuid) -> (Vec<u8>, Vec<u8>, PieceSpec) {
    let clear: Vec<u8> = CANARY.iter().copied().cycle().take(50_000).collect();
    let context = Context::new("piece", &[case.as_bytes()]);
    let file = vault.with_extension(format!("piece-{case}"));
    if !file.exists() {
        let next = vault.with_extension("piece-next");
        fs::write(&next, seal(&key_of(case), &context, &clear)).expect("written");
        fs::rename(&next, &file).expect("there");
    }
    let sealed = fs::read(&file).expect("readable");
    let spec = PieceSpec {
        id: case,
        sealed_size: sealed.len() as u64,
        sealed_digest: sha256(&sealed),
        clear_size: clear.len() as u64,
        clear_digest: sha256(&clear),
        context,
    };
    (clear, sealed, spec)
}

/// What was acknowledged, across all lives of the child.
#[derive(Default)]
struct Acknowledged {
    typed: u64,
    note: u64,
    /// What waits.
    queued: BTreeSet<u64>,
    /// The case that came last, as far as it had come.
    last: Option<(u64, &'static str)>,
}

impl Acknowledged {
    fn hear(&mut self, line: &str) {
        let Some((what, number)) = line.split_once(' ') else {
            return;
        };
        let Ok(number) = number.parse() else {
            return; // cut short: not acknowledged
        };
        match what {
            "typed" => self.typed = number,
            "note" => self.note = number,
            "queued" => drop(self.queued.insert(number)),
            "sent" => drop(self.queued.remove(&number)),
            "admitted" => self.last = Some((number, "admitted")),
            "received" => self.last = Some((number, "received")),
            "forgotten" => self.last = Some((number, "forgotten")),
            _ => {}
        }
    }

    fn check(&mut self, vault: &Vault, path: &Path) {
        // Every word that was acknowledged, once, in order; at most one more that was on its way.
        let entries = vault.log(DRAFT).expect("the log reads").entries;
        for (position, entry) in entries.iter().enumerate() {
            assert_eq!(entry.as_slice(), line_of(position as u64 + 1));
        }
        let typed = entries.len() as u64;
        assert!(
            typed == self.typed || typed == self.typed + 1,
            "{typed} entries, {} acknowledged",
            self.typed
        );
        let note = number_of(vault, "note");
        assert!(
            note == self.note || note == self.note + 1,
            "{note}, {} acknowledged",
            self.note
        );
        // What was on its way is known now.
        (self.typed, self.note) = (typed, note);
        self.check_queue(vault);
        let Some((case, state)) = self.last else {
            return;
        };
        let id = case_of(case);
        let (clear, _, spec) = piece_of(path, id);
        match state {
            "forgotten" => {
                assert!(!vault.holds(id));
                let known = vault.forgotten();
                assert!(known.iter().any(|forgotten| forgotten.case == id));
            }
            // The erasure may have been on its way.
            "received" if vault.holds(id) => {
                assert_eq!(*vault.piece(id, &spec).expect("reads"), clear);
            }
            "admitted" => assert!(vault.holds(id)),
            _ => {}
        }
        // Of the cases before, none is left.
        for former in 1..case {
            assert!(!vault.holds(case_of(former)));
        }
    }
}

impl Acknowledged {
    /// Everything waits that was queued, in order; the first may just have been sent, and one more may just have been queued.
    fn check_queue(&mut self, vault: &Vault) {
        let ids = vault.queued().into_iter().map(|q| q.id.as_u128());
        let waits: Vec<u64> = ids.map(|id| u64::try_from(id).expect("small")).collect();
        assert!(waits.is_sorted(), "{waits:?}");
        let missing: Vec<&u64> = self.queued.iter().filter(|n| !waits.contains(n)).collect();
        assert!(
            missing.is_empty() || missing == [self.queued.first().expect("one")],
            "{missing:?} are lost"
        );
        let more = waits.iter().filter(|n| !self.queued.contains(n)).count();
        assert!(more <= 1, "{waits:?} wait, {:?} are known", self.queued);
        // What was on its way is known now.
        self.queued = waits.into_iter().collect();
    }
}

fn case_of(number: u64) -> Uuid {
    Uuid::from_u128(1000 + u128::from(number))
}

fn line_of(number: u64) -> Vec<u8> {
    format!("{} {number}", String::from_utf8_lossy(CANARY)).into_bytes()
}

fn number_of(vault: &Vault, record: &str) -> u64 {
    let kept = vault.get(DRAFT, record).expect("reads");
    kept.map_or(0, |kept| {
        let text = String::from_utf8_lossy(&kept).into_owned();
        text.parse().expect("a number")
    })
}

/// Types, keeps notes, takes cases in and forgets them, and says after each that it is done.
fn work(path: &Path) -> Result<(), VaultError> {
    let vault = support::open(path).expect("opens");
    let say = |what: &str, number: u64| {
        let mut heard = std::io::stdout();
        writeln!(heard, "{what} {number}").expect("heard");
        heard.flush().expect("heard");
    };
    vault.admit(DRAFT, &key_of(DRAFT), "rekeyed")?;
    let mut typed = vault.log(DRAFT)?.entries.len() as u64;
    let mut note = number_of(&vault, "note");
    let mut case = number_of(&vault, "case");
    loop {
        for _ in 0..3 {
            typed += 1;
            vault.append(DRAFT, &line_of(typed))?;
            say("typed", typed);
        }
        note += 1;
        vault.put(DRAFT, "note", note.to_string().as_bytes())?;
        say("note", note);
        vault.queue(&Queued {
            id: Uuid::from_u128(u128::from(note)),
            case: DRAFT,
            at: "2026-06-04T08:00:00Z".parse().expect("an instant"),
            text: String::from_utf8_lossy(CANARY).into_owned(),
        })?;
        say("queued", note);
        let waits = vault.queued();
        for sent in waits.iter().take(waits.len().saturating_sub(3)) {
            vault.unqueue(sent.id)?;
            say("sent", u64::try_from(sent.id.as_u128()).expect("small"));
        }
        // Told of what was forgotten long ago.
        for forgotten in vault.forgotten().iter().rev().skip(1) {
            vault.is_told(forgotten)?;
        }
        // A case that was left half way is taken up again.
        let former = case_of(case);
        if !vault.holds(former) {
            case += 1;
            vault.put(DRAFT, "case", case.to_string().as_bytes())?;
        }
        let id = case_of(case);
        vault.admit(id, &key_of(id), "rekeyed")?;
        say("admitted", case);
        let (_, sealed, spec) = piece_of(path, id);
        if !vault.has_piece(id, &spec) {
            let mut reception = vault.receive(id, spec)?;
            let from = usize::try_from(reception.received()).expect("small");
            for part in sealed.get(from..).unwrap_or_default().chunks(9_000) {
                reception.write(part)?;
            }
            reception.finish().expect("the right bytes");
        }
        say("received", case);
        vault.forget(id, "ended")?;
        say("forgotten", case);
    }
}

#[test]
fn what_was_acknowledged_survives_every_kill() {
    if let Some(path) = std::env::var_os(CHILD) {
        work(Path::new(&path)).expect("works until it is killed");
        return;
    }
    let kills = std::env::var("RELECTURE_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(KILLS);
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("v");
    let platform = hex::encode(&*support::platform().to_bytes());
    let mut acknowledged = Acknowledged::default();
    for kill in 0..kills {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args([
                "--exact",
                "what_was_acknowledged_survives_every_kill",
                "--nocapture",
            ])
            .env(CHILD, &path)
            .env(support::PLATFORM, &platform)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        // Between the first line and a tenth of a second later, in steps that never repeat.
        let moment = Duration::from_micros(u64::from(kill.wrapping_mul(7_919) % 100_000));
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut lines = output.lines().map_while(Result::ok);
        let first = lines.by_ref().find(|line| line.starts_with("typed"));
        thread::sleep(moment);
        child.kill().expect("killed");
        child.wait().expect("gone");
        for line in first.into_iter().chain(lines) {
            acknowledged.hear(&line);
        }
        let vault = support::open(&path).expect("the vault opens after every kill");
        acknowledged.check(&vault, &path);
    }
    assert!(acknowledged.typed > u64::from(kills), "it worked meanwhile");
    assert!(acknowledged.last.is_some_and(|(case, _)| case > 1));
    for entry in fs::read_dir(path.join("o")).expect("a folder") {
        let bytes = fs::read(entry.expect("an entry").path()).expect("readable");
        assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY));
    }
}
