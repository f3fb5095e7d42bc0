//! The disk and the key store refuse at every place where they can, one after the other: an error once, a disk that is full from
//! there on, and one that is dead. After each the vault opens, what was acknowledged is there, and nothing is half done.

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    cell::Cell,
    collections::BTreeMap,
    fs, io,
    path::Path,
    sync::{Arc, Mutex},
};

use relecture_crypto::{Context, Key, seal, sha256};
use tempfile::TempDir;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Anchor, AnchorError, FinishReceptionError, PieceSpec, Queued, Vault, VaultError};

const OLD: Uuid = Uuid::from_u128(1);
const NEW: Uuid = Uuid::from_u128(2);
const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// Which of the coming calls is refused, with what, and whether all after it are too.
#[derive(Clone, Copy)]
struct Plan {
    left: u32,
    errno: i32,
    lasting: bool,
}

thread_local! {
    static PLAN: Cell<Option<Plan>> = const { Cell::new(None) };
}

/// Called wherever the disk or the key store is asked to do something.
pub(crate) fn strike() -> io::Result<()> {
    PLAN.with(|slot| {
        let Some(plan) = slot.get() else {
            return Ok(());
        };
        if plan.left > 0 {
            slot.set(Some(Plan {
                left: plan.left - 1,
                ..plan
            }));
            return Ok(());
        }
        if !plan.lasting {
            slot.set(None);
        }
        Err(io::Error::from_raw_os_error(plan.errno))
    })
}

/// The same where the disk is only read: a full one reads.
pub(crate) fn strike_read() -> io::Result<()> {
    match PLAN.get() {
        Some(plan) if plan.errno == ENOSPC => Ok(()),
        _ => strike(),
    }
}

struct Faulty(support::FileAnchor);

impl Anchor for Faulty {
    fn load(&self) -> Result<Option<Zeroizing<Vec<u8>>>, AnchorError> {
        self.0.load()
    }

    fn store(&self, record: &[u8]) -> Result<(), AnchorError> {
        strike().map_err(|error| AnchorError(error.into()))?;
        self.0.store(record)
    }
}

fn open(path: &Path) -> Vault {
    let anchor = Faulty(support::FileAnchor::of(path));
    support::open_with(path, Arc::new(anchor)).expect("the vault opens")
}

fn key_of(case: Uuid) -> Key {
    Key::from_bytes(&sha256(case.as_bytes()).0)
}

/// The piece of a case, sealed by the platform once.
fn piece_of(case: Uuid) -> (Vec<u8>, Vec<u8>, PieceSpec) {
    static SEALED: Mutex<BTreeMap<Uuid, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let clear = case.as_bytes().repeat(3_000);
    let context = Context::new("piece", &[case.as_bytes()]);
    let mut pieces = SEALED.lock().expect("the pieces");
    let seal_it = || seal(&key_of(case), &context, &clear);
    let sealed = pieces.entry(case).or_insert_with(seal_it).clone();
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

fn receive(vault: &Vault, case: Uuid) -> Result<(), FinishReceptionError> {
    let (_, sealed, spec) = piece_of(case);
    let mut reception = vault.receive(case, spec)?;
    for part in sealed.chunks(20_000) {
        reception.write(part)?;
    }
    reception.finish()
}

fn queued(number: u128) -> Queued {
    Queued {
        id: Uuid::from_u128(number),
        case: OLD,
        at: "2026-06-04T08:00:00Z".parse().expect("an instant"),
        text: "a decision".to_owned(),
    }
}

fn lines(vault: &Vault) -> String {
    let log = vault.log(OLD).expect("the log reads");
    assert!(!log.damaged, "nothing was taken out");
    let lines = log.entries.iter().map(|line| String::from_utf8_lossy(line));
    lines.collect()
}

/// Whether each step was acknowledged.
#[expect(clippy::struct_excessive_bools, reason = "each step by itself")]
struct Done {
    noted: bool,
    /// The lines that were acknowledged after the first.
    typed: String,
    compacted: bool,
    typed_after: bool,
    admitted: bool,
    received: bool,
    queued: bool,
    unqueued: bool,
    forgotten: bool,
}

fn work(vault: &Vault) -> Done {
    let noted = vault.put(OLD, "note", b"2").is_ok();
    let mut typed = String::new();
    for line in ["b", "c"] {
        if vault.append(OLD, line.as_bytes()).is_ok() {
            typed.push_str(line);
        }
    }
    let admitted = vault.admit(NEW, &key_of(NEW), "rekeyed").is_ok();
    let received = receive(vault, NEW).is_ok();
    let queued_it = vault.queue(&queued(20)).is_ok();
    let unqueued = vault.unqueue(Uuid::from_u128(10)).is_ok();
    let compacted = vault.compact(OLD, &[Zeroizing::new(b"x".to_vec())]).is_ok();
    let typed_after = vault.append(OLD, b"d").is_ok();
    // Neither acknowledges anything that is checked below.
    let _ = vault.note_logs();
    let _ = vault.set_time("2026-06-04T09:00:00Z".parse().expect("an instant"));
    let forgotten = vault.forget(NEW, "ended").is_ok();
    Done {
        noted,
        typed,
        compacted,
        typed_after,
        admitted,
        received,
        queued: queued_it,
        unqueued,
        forgotten,
    }
}

fn check(vault: &Vault, done: &Done, when: &str) {
    let note = vault
        .get(OLD, "note")
        .unwrap_or_else(|error| panic!("{when}: {error}"));
    let note = note.expect("kept");
    assert!(*note == *b"2" || !done.noted && *note == *b"1", "{when}");

    // Every acknowledged line once and in order; one that was refused may have arrived.
    let lines = lines(vault);
    let rest = lines.strip_prefix(['a', 'x']).expect("the first line");
    let (after, was_compacted) = (rest.strip_suffix('d'), lines.starts_with('x'));
    assert!(after.is_some() || !done.typed_after, "{when}: {lines}");
    assert!(was_compacted || !done.compacted, "{when}: {lines}");
    let typed = after.unwrap_or(rest);
    if was_compacted {
        assert_eq!(typed, "", "{when}: {lines}");
    } else {
        let mut typed = typed.chars();
        for line in done.typed.chars() {
            assert!(typed.any(|kept| kept == line), "{when}: {lines}");
        }
    }

    let (clear, _, spec) = piece_of(OLD);
    assert_eq!(*vault.piece(OLD, &spec).expect("reads"), clear, "{when}");
    if done.forgotten {
        assert!(!vault.holds(NEW), "{when}");
        assert!(vault.forgotten().iter().any(|known| known.case == NEW) || !done.admitted);
    } else if vault.holds(NEW) {
        let (clear, _, spec) = piece_of(NEW);
        match vault.piece(NEW, &spec) {
            Ok(read) => assert_eq!(*read, clear, "{when}"),
            Err(error) => {
                assert!(matches!(error, VaultError::Absent), "{when}: {error}");
                assert!(!done.received, "{when}: it was received");
            }
        }
    }
    let waits = |number| {
        vault
            .queued()
            .iter()
            .any(|q| q.id == Uuid::from_u128(number))
    };
    assert!(waits(20) || !done.queued, "{when}");
    assert!(!waits(10) || !done.unqueued, "{when}");
}

/// R48, R66: see above.
#[test]
fn every_refusal_of_the_disk_is_survived() {
    let folder = TempDir::new().expect("a folder");
    let mut struck = 0;
    for (errno, lasting) in [(EIO, false), (ENOSPC, true), (EIO, true)] {
        for number in 0.. {
            let when = format!("errno {errno} at {number}, lasting: {lasting}");
            let path = folder.path().join(format!("{errno}-{lasting}-{number}"));
            let vault = open(&path);
            vault.admit(OLD, &key_of(OLD), "rekeyed").expect("admits");
            vault.put(OLD, "note", b"1").expect("kept");
            vault.append(OLD, b"a").expect("typed");
            receive(&vault, OLD).expect("received");
            vault.queue(&queued(10)).expect("queued");

            let plan = Plan {
                left: number,
                errno,
                lasting,
            };
            PLAN.set(Some(plan));
            let done = work(&vault);
            let reached = PLAN.get().is_none_or(|plan| plan.left == 0);
            PLAN.set(None);

            // The disk is well again: first in the same process, then after a crash.
            check(&vault, &done, &when);
            let before = (vault.cases(), vault.queued(), lines(&vault));
            drop(vault);
            let vault = open(&path);
            check(&vault, &done, &when);
            let after = (vault.cases(), vault.queued(), lines(&vault));
            // From a dead disk nobody can tell whether a change arrived; it was told as failed.
            if !(errno == EIO && lasting) {
                assert_eq!(before, after, "{when}: what was shown is what is there");
            }
            let named = 3 + usize::from(vault.holds(NEW)) * 2;
            let objects = fs::read_dir(path.join("o")).expect("a folder").count();
            assert!(objects <= named, "{when}: {objects} objects are left");
            drop(vault);
            fs::remove_dir_all(&path).expect("removed");
            if !reached {
                break;
            }
            struck += 1;
        }
    }
    assert!(struck > 150, "{struck} places");
}
