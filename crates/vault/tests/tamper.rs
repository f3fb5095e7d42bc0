//! Somebody with the disk in his hands: every kind of file, flipped, cut, extended, reordered, swapped and rolled back. Everything is
//! noticed, nothing changed is ever shown, nothing else suffers, and a piece can be fetched again (R47, R48).

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use relecture_crypto::{Context, Key, seal, sha256};
use relecture_vault::{FinishReceptionError, OpenVaultError, PieceSpec, Vault, VaultError};
use tempfile::TempDir;
use uuid::Uuid;

/// Sealed bytes of a chunk, and of what stands before the first.
const STEP: usize = 16 * 1024 + 16;
const HEAD: usize = 56;

const CASES: [Uuid; 2] = [Uuid::from_u128(1), Uuid::from_u128(2)];
const PIECES: [u128; 2] = [10, 11];
const RECORDS: [&str; 2] = ["note", "other"];
const LINES: [&[u8]; 3] = [b"one", b"two", b"three"];

fn key_of(user: &str, case: Uuid) -> Key {
    Key::from_bytes(&sha256(&[user.as_bytes(), case.as_bytes()].concat()).0)
}

/// A piece as its platform sealed it.
struct Served {
    clear: Vec<u8>,
    sealed: Vec<u8>,
    spec: PieceSpec,
}

fn serve(user: &str, case: Uuid, piece: u128, version: u8) -> Served {
    let id = Uuid::from_u128(piece);
    let context = Context::new("piece", &[case.as_bytes(), id.as_bytes(), &[version]]);
    let clear: Vec<u8> = format!("{user} {case} {piece} {version} ")
        .into_bytes()
        .repeat(900);
    let sealed = seal(&key_of(user, case), &context, &clear);
    let spec = PieceSpec {
        id,
        sealed_size: sealed.len() as u64,
        sealed_digest: sha256(&sealed),
        clear_size: clear.len() as u64,
        clear_digest: sha256(&clear),
        context,
    };
    Served {
        clear,
        sealed,
        spec,
    }
}

fn receive(vault: &Vault, case: Uuid, served: &Served) {
    let mut reception = vault.receive(case, served.spec.clone()).expect("begins");
    reception.write(&served.sealed).expect("comes");
    reception.finish().expect("the right bytes");
}

/// One physician's vault, and which of its files is what.
struct Kept {
    path: PathBuf,
    pieces: BTreeMap<(Uuid, u128), Served>,
    names: BTreeMap<String, PathBuf>,
    /// What was once in the place of a file.
    former: BTreeMap<String, Vec<u8>>,
}

impl Kept {
    fn objects(path: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(path.join("o")).expect("a folder");
        entries.map(|e| e.expect("an entry").path()).collect()
    }

    /// Names the one file that `act` brings.
    fn naming(&mut self, name: &str, act: impl FnOnce()) {
        let before = Self::objects(&self.path);
        act();
        let new = Self::objects(&self.path);
        let new: Vec<_> = new.into_iter().filter(|p| !before.contains(p)).collect();
        assert_eq!(new.len(), 1, "{name}");
        self.names.insert(name.to_owned(), new[0].clone());
    }

    fn make(folder: &Path, user: &str) -> Self {
        let path = folder.join(user);
        let vault = support::open(&path).expect("opens");
        let mut kept = Self {
            path,
            pieces: BTreeMap::new(),
            names: BTreeMap::new(),
            former: BTreeMap::new(),
        };
        for case in CASES {
            let number = case.as_u128();
            vault
                .admit(case, &key_of(user, case), "rekeyed")
                .expect("admits");
            for piece in PIECES {
                let old = serve(user, case, piece, 1);
                let served = serve(user, case, piece, 2);
                let name = format!("piece {number} {piece}");
                kept.naming(&name, || receive(&vault, case, &served));
                kept.former.insert(name, old.sealed);
                kept.pieces.insert((case, piece), served);
            }
            for record in RECORDS {
                let name = format!("record {number} {record}");
                let old = format!("old {user} {number} {record}");
                kept.naming(&name, || {
                    vault.put(case, record, old.as_bytes()).expect("kept");
                });
                let former = fs::read(&kept.names[&name]).expect("readable");
                kept.former.insert(name.clone(), former);
                let new = format!("new {user} {number} {record}");
                kept.naming(&name, || {
                    vault.put(case, record, new.as_bytes()).expect("kept");
                });
            }
            let name = format!("log {number}");
            kept.naming(&name, || vault.append(case, LINES[0]).expect("typed"));
            let former = fs::read(&kept.names[&name]).expect("readable");
            kept.former.insert(name, former);
            for line in &LINES[1..] {
                vault.append(case, line).expect("typed");
            }
        }
        vault.note_logs().expect("noted");
        kept
    }

    /// Reads everything: what was read as it must be, and what was refused. Nothing is ever read otherwise.
    fn read(&self, user: &str) -> BTreeMap<String, bool> {
        let vault = support::open(&self.path).expect("the vault opens");
        let mut read = BTreeMap::new();
        for case in CASES {
            let number = case.as_u128();
            for piece in PIECES {
                let served = &self.pieces[&(case, piece)];
                let bytes = vault.piece(case, &served.spec);
                let fine = match bytes {
                    Ok(bytes) => {
                        assert!(*bytes == served.clear, "changed bytes are shown");
                        true
                    }
                    Err(VaultError::Altered | VaultError::Absent) => false,
                    Err(error) => panic!("{error}"),
                };
                read.insert(format!("piece {number} {piece}"), fine);
            }
            for record in RECORDS {
                let fine = match vault.get(case, record) {
                    Ok(kept) => {
                        let kept = kept.expect("it was kept");
                        let text = String::from_utf8_lossy(&kept).into_owned();
                        assert_eq!(text, format!("new {user} {number} {record}"));
                        true
                    }
                    Err(VaultError::Altered | VaultError::Absent) => false,
                    Err(error) => panic!("{error}"),
                };
                read.insert(format!("record {number} {record}"), fine);
            }
            let log = vault.log(case).expect("a log is read as far as it can be");
            for entry in &log.entries {
                assert!(LINES.contains(&entry.as_slice()), "a changed line is shown");
            }
            assert!(log.damaged || log.entries.len() == LINES.len());
            read.insert(format!("log {number}"), !log.damaged);
        }
        read
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let next = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &next);
        } else {
            fs::copy(&path, &next).expect("copied");
        }
    }
}

/// Frames of a log: their lengths stand before them.
fn frames(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut frames, mut rest) = (Vec::new(), bytes);
    while let Some(length) = rest.first_chunk::<4>() {
        let length = 4 + u32::from_be_bytes(*length) as usize;
        frames.push(rest[..length].to_vec());
        rest = &rest[length..];
    }
    frames
}

/// Every way to change the bytes of one file by itself.
fn changes(name: &str, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut changes: Vec<(String, Vec<u8>)> = Vec::new();
    let mut change = |what: String, to: Vec<u8>| changes.push((what, to));
    let places = [
        0,
        3,
        5,
        24,
        40,
        HEAD,
        HEAD + 1,
        bytes.len() / 2,
        bytes.len() - 1,
    ];
    for at in places.into_iter().filter(|at| *at < bytes.len()) {
        for bit in [1, 0x80] {
            let mut flipped = bytes.to_vec();
            flipped[at] ^= bit;
            change(format!("bit {bit:#x} of byte {at} flipped"), flipped);
        }
    }
    for length in [0, 1, HEAD, bytes.len() / 2, bytes.len() - 1] {
        change(format!("cut to {length}"), bytes[..length].to_vec());
    }
    if name.starts_with("log") {
        let frames = frames(bytes);
        assert_eq!(frames.len(), LINES.len());
        change("the last line cut out".to_owned(), frames[..2].concat());
        change("the first line cut out".to_owned(), frames[1..].concat());
        change(
            "two lines exchanged".to_owned(),
            [&*frames[1], &frames[0], &frames[2]].concat(),
        );
        change(
            "a line twice".to_owned(),
            [&*frames[0], &frames[1], &frames[2], &frames[2]].concat(),
        );
        return changes;
    }
    for more in [1, 16, STEP] {
        let longer = [bytes, &vec![0; more][..]].concat();
        change(format!("extended by {more}"), longer);
    }
    if bytes.len() > HEAD + 2 * STEP {
        let (first, second) = (HEAD..HEAD + STEP, HEAD + STEP..HEAD + 2 * STEP);
        let mut swapped = bytes.to_vec();
        swapped[first.clone()].copy_from_slice(&bytes[second.clone()]);
        swapped[second.clone()].copy_from_slice(&bytes[first.clone()]);
        change("two chunks exchanged".to_owned(), swapped);
        let mut doubled = bytes.to_vec();
        doubled[second.clone()].copy_from_slice(&bytes[first]);
        change("a chunk twice".to_owned(), doubled);
        let whole = bytes.len() - (bytes.len() - HEAD) % STEP;
        change("cut between chunks".to_owned(), bytes[..whole].to_vec());
        let without = [&bytes[..HEAD], &bytes[second.start..]].concat();
        change("a chunk cut out".to_owned(), without);
    }
    changes
}

#[test]
fn r47_r48_every_change_of_every_file_is_noticed() {
    let root = TempDir::new().expect("a folder");
    let (one, two) = (
        Kept::make(root.path(), "one"),
        Kept::make(root.path(), "two"),
    );
    assert!(one.read("one").values().all(|fine| *fine));
    let pristine = root.path().join("pristine");
    copy(&one.path, &pristine);
    let anchor = one.path.with_extension("anchor");
    let anchored = fs::read(&anchor).expect("an anchor");

    let mut attacks: Vec<(String, String, Vec<u8>)> = Vec::new();
    for (name, path) in &one.names {
        let bytes = fs::read(path).expect("readable");
        for (what, to) in changes(name, &bytes) {
            attacks.push((name.clone(), what, to));
        }
        let former = one.former[name].clone();
        attacks.push((name.clone(), "rolled back".to_owned(), former));
        for (place, kept) in [("this vault", &one), ("another's vault", &two)] {
            for (other, path) in &kept.names {
                if (place, other) != ("this vault", name) {
                    let bytes = fs::read(path).expect("readable");
                    attacks.push((
                        name.clone(),
                        format!("{other} of {place} in its place"),
                        bytes,
                    ));
                }
            }
        }
    }
    for (name, what, to) in &attacks {
        fs::remove_dir_all(&one.path).expect("away");
        copy(&pristine, &one.path);
        fs::write(&anchor, &anchored).expect("as it was");
        fs::write(&one.names[name], to).expect("changed");
        let read = one.read("one");
        for (other, fine) in &read {
            assert_eq!(*fine, other != name, "{name}: {what}: {other}");
        }
        if name.starts_with("piece") {
            fetch_again(&one, name);
        }
        fs::remove_file(&one.names[name]).expect("removed");
        let read = one.read("one");
        assert!(!read[name] || name.starts_with("piece"), "{name} removed");
    }
    assert!(attacks.len() > 400, "{} attacks", attacks.len());
}

/// The piece is dropped and comes again.
fn fetch_again(kept: &Kept, name: &str) {
    let vault = support::open(&kept.path).expect("opens");
    let numbers: Vec<u128> = name.split(' ').filter_map(|n| n.parse().ok()).collect();
    let (case, piece) = (Uuid::from_u128(numbers[0]), numbers[1]);
    let served = &kept.pieces[&(case, piece)];
    vault.drop_piece(case, served.spec.id).expect("dropped");
    receive(&vault, case, served);
    assert_eq!(
        *vault.piece(case, &served.spec).expect("reads"),
        served.clear
    );
    // Under another name: what somebody puts under the former one is nobody's.
    fs::write(&kept.names[name], b"nobody's").expect("put back");
}

/// The files that are not objects.
#[test]
fn r48_every_change_of_the_state_and_the_code_is_noticed() {
    let root = TempDir::new().expect("a folder");
    let path = root.path().join("v");
    let vault = support::open(&path).expect("opens");
    vault
        .admit(CASES[0], &key_of("one", CASES[0]), "rekeyed")
        .expect("admits");
    vault.set_unlock_code(b"chaise rouge 42").expect("a code");
    drop(vault);
    for (file, bytes) in ["state", "unlock"].map(|f| (f, fs::read(path.join(f)).expect("a file"))) {
        for (what, to) in changes(file, &bytes) {
            fs::write(path.join(file), &to).expect("changed");
            match (file, support::open(&path)) {
                ("state", opened) => assert!(
                    matches!(
                        opened.err(),
                        Some(OpenVaultError::NotCurrent | OpenVaultError::Damaged)
                    ),
                    "state: {what}"
                ),
                (_, Ok(vault)) => {
                    // Either the code is asked for anew, or the right one no longer opens: never another one.
                    if let Some(locked) = vault.lock(b"") {
                        assert!(locked.unlock(b"chaise rouge 42").is_err(), "unlock: {what}");
                    }
                    // The state forgot the code only in memory.
                    fs::write(path.join(file), &bytes).expect("as it was");
                    let vault = support::open(&path).expect("opens");
                    assert!(vault.has_unlock_code(), "unlock: {what}");
                }
                (_, Err(error)) => panic!("{file}: {what}: {error}"),
            }
            fs::write(path.join(file), &bytes).expect("as it was");
        }
    }
}

/// What has come of a piece is verified with the rest: a changed beginning never becomes a piece (R47).
#[test]
fn r47_a_changed_beginning_never_becomes_a_piece() {
    let root = TempDir::new().expect("a folder");
    let path = root.path().join("v");
    let served = serve("one", CASES[0], PIECES[0], 1);
    let half = served.sealed.len() / 2;
    for (what, to) in changes("part", &served.sealed[..half]) {
        let vault = support::open(&path).expect("opens");
        vault
            .admit(CASES[0], &key_of("one", CASES[0]), "rekeyed")
            .expect("admits");
        let mut begun = vault
            .receive(CASES[0], served.spec.clone())
            .expect("begins");
        begun.write(&served.sealed[..half]).expect("half");
        drop(begun);
        let part = Kept::objects(&path).pop().expect("a part");
        fs::write(part, &to).expect("changed");
        let mut goes_on = vault
            .receive(CASES[0], served.spec.clone())
            .expect("goes on");
        let from = usize::try_from(goes_on.received()).expect("small");
        let rest = served.sealed.get(from..).unwrap_or_default();
        goes_on.write(rest).expect("the rest");
        let finished = goes_on.finish();
        let is_prefix = served.sealed.starts_with(&to);
        if is_prefix {
            finished.expect("cut short is gone on with");
        } else {
            assert!(
                matches!(finished, Err(FinishReceptionError::DigestDiffers)),
                "{what}"
            );
            assert!(!vault.has_piece(CASES[0], &served.spec), "{what}");
        }
        vault.forget(CASES[0], "ended").expect("forgotten");
    }
}
