//! Locking and the unlock code, on a real disk.

#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};

use relecture_crypto::Key;
use relecture_vault::{
    ClosedVault, LockedVault, OpenOfflineError, OpenVaultError, UnlockVaultError, Vault, VaultError,
};
use support::FileAnchor;
use tempfile::TempDir;
use uuid::Uuid;

const CASE: Uuid = Uuid::from_u128(1);
const CODE: &[u8] = b"chaise-verte-42";

fn open(root: &Path) -> Vault {
    support::open(&root.join("v")).expect("the vault opens")
}

/// A vault with a case and a code.
fn furnished(root: &Path) -> Vault {
    let vault = open(root);
    vault
        .admit(CASE, &Key::from_bytes(&[2; 32]), "rekeyed")
        .expect("admits");
    vault.put(CASE, "note", b"a word").expect("puts");
    vault.set_unlock_code(CODE).expect("takes the code");
    vault
}

fn why(locked: &LockedVault, code: &[u8]) -> Option<UnlockVaultError> {
    locked.unlock(code).err()
}

#[test]
fn the_code_brings_back_the_vault_and_what_was_locked_along() {
    let root = TempDir::new().expect("a folder");
    let vault = furnished(root.path());
    let locked = vault.lock(b"tokens").expect("there is a code");
    let (vault, along) = locked.unlock(CODE).expect("unlocks");
    assert_eq!(*along, b"tokens");
    let note = vault.get(CASE, "note").expect("reads").expect("kept");
    assert_eq!(*note, b"a word");
    assert!(vault.has_unlock_code(), "the code serves again");
}

#[test]
fn an_open_vault_tells_its_code_from_another() {
    let root = TempDir::new().expect("a folder");
    let vault = furnished(root.path());
    vault.check_unlock_code(CODE).expect("the code");
    assert!(matches!(
        vault.check_unlock_code(b"chaise-verte-43"),
        Err(UnlockVaultError::WrongCode)
    ));
    // The file of another code, by whoever can write to the disk, is not this one's.
    let path = root.path().join("v/unlock");
    let mine = fs::read(&path).expect("readable");
    vault
        .set_unlock_code(b"lampe-rouge-17")
        .expect("takes the code");
    fs::write(&path, mine).expect("writable");
    assert!(matches!(
        vault.check_unlock_code(CODE),
        Err(UnlockVaultError::Damaged)
    ));
    vault.close();
    assert!(matches!(
        vault.check_unlock_code(CODE),
        Err(UnlockVaultError::Damaged)
    ));
}

#[test]
fn neither_another_code_nor_another_pc_unlocks() {
    let root = TempDir::new().expect("a folder");
    let locked = furnished(root.path()).lock(b"").expect("there is a code");
    let refused = why(&locked, b"chaise-verte-43");
    assert!(matches!(refused, Some(UnlockVaultError::WrongCode)));
    // The files on another PC, whose key store has another secret.
    let elsewhere = TempDir::new().expect("a folder");
    drop(furnished(elsewhere.path()));
    let anchor = root.path().join("v.anchor");
    let own = fs::read(&anchor).expect("readable");
    fs::copy(elsewhere.path().join("v.anchor"), &anchor).expect("another PC");
    let refused = why(&locked, CODE);
    assert!(matches!(refused, Some(UnlockVaultError::WrongCode)));
    fs::write(&anchor, own).expect("this PC again");
    assert!(
        why(&locked, CODE).is_none(),
        "still there for the right one"
    );
}

/// Whoever still holds the vault (a command on its way) holds nothing once it is locked.
#[test]
fn a_locked_vault_knows_nothing_and_writes_nothing() {
    let root = TempDir::new().expect("a folder");
    let vault = furnished(root.path());
    let before = fs::read(root.path().join("v/state")).expect("readable");
    let locked = vault.lock(b"").expect("there is a code");
    assert!(vault.cases().is_empty());
    assert!(matches!(
        vault.get(CASE, "note"),
        Err(VaultError::UnknownCase)
    ));
    assert!(matches!(
        vault.append(CASE, b"x"),
        Err(VaultError::UnknownCase)
    ));
    let admitted = vault.admit(CASE, &Key::from_bytes(&[3; 32]), "rekeyed");
    assert!(matches!(admitted, Err(VaultError::Closed)));
    assert!(vault.lock(b"").is_none(), "there is nothing left to lock");
    let after = fs::read(root.path().join("v/state")).expect("readable");
    assert_eq!(before, after);
    // Its folder is free again, although the former value lives.
    let (again, _) = locked.unlock(CODE).expect("unlocks");
    let second = support::open(&root.path().join("v"));
    assert!(matches!(second, Err(OpenVaultError::InUse)));
    drop(again);
}

#[test]
fn without_a_code_locking_is_closing() {
    let root = TempDir::new().expect("a folder");
    let vault = open(root.path());
    assert!(!vault.has_unlock_code());
    assert!(vault.lock(b"tokens").is_none());
    assert!(matches!(
        vault.admit(CASE, &Key::from_bytes(&[2; 32]), "rekeyed"),
        Err(VaultError::Closed)
    ));
}

/// A code's file that was changed, taken away or put in from elsewhere is no code.
#[test]
fn a_code_file_of_another_making_is_not_trusted() {
    let root = TempDir::new().expect("a folder");
    drop(furnished(root.path()));
    let path = root.path().join("v/unlock");
    let own = fs::read_to_string(&path).expect("readable");

    let elsewhere = TempDir::new().expect("a folder");
    drop(furnished(elsewhere.path()));
    let stranger = fs::read_to_string(elsewhere.path().join("v/unlock")).expect("readable");
    for content in [stranger.as_str(), "{}", ""] {
        fs::write(&path, content).expect("writes");
        assert!(!open(root.path()).has_unlock_code());
    }
    fs::remove_file(&path).expect("removes");
    assert!(!open(root.path()).has_unlock_code());

    // A cheaper guess cannot be written into it.
    fs::write(&path, own.replace("65536", "8")).expect("writes");
    let locked = open(root.path())
        .lock(b"")
        .expect("the public half is the same");
    assert!(matches!(
        why(&locked, CODE),
        Some(UnlockVaultError::Damaged)
    ));
    fs::write(&path, own).expect("writes");
    assert!(why(&locked, CODE).is_none());
}

#[test]
fn a_new_code_replaces_the_former() {
    let root = TempDir::new().expect("a folder");
    let vault = furnished(root.path());
    vault
        .set_unlock_code(b"lampe-rouge-17")
        .expect("takes the code");
    let locked = vault.lock(b"").expect("there is a code");
    assert!(matches!(
        why(&locked, CODE),
        Some(UnlockVaultError::WrongCode)
    ));
    assert!(why(&locked, b"lampe-rouge-17").is_none());
}

/// The hours after this moment.
fn hours(count: i64) -> Timestamp {
    let start: Timestamp = "2026-06-04T08:00:00Z".parse().expect("an instant");
    start + SignedDuration::from_hours(count)
}

fn offline(path: &Path, code: &[u8], now: Timestamp) -> Result<Vault, OpenOfflineError> {
    ClosedVault::at(path, Arc::new(FileAnchor::of(path)))?.open_offline(code, now)
}

/// A vault whose case may be read for 72 hours.
fn leased(root: &Path) -> PathBuf {
    let vault = furnished(root);
    assert!(vault.tell_time(hours(0)).expect("told").is_empty());
    vault.keep_note("profile", "whose it is").expect("kept");
    vault
        .lease(CASE, hours(72), Some(hours(15 * 24)))
        .expect("leased");
    root.join("v")
}

/// R51: while the lease lasts the code alone opens the vault, and then no more, until the platform answers.
#[test]
fn r51_the_code_alone_opens_the_vault_while_the_lease_lasts() {
    let root = TempDir::new().expect("a folder");
    let path = leased(root.path());
    // The computer was off meanwhile.
    let refused = offline(&path, CODE, hours(73)).err();
    assert!(matches!(refused, Some(OpenOfflineError::Over(end)) if end == hours(72)));
    let vault = offline(&path, CODE, hours(71)).expect("opens");
    assert_eq!(vault.note("profile").as_deref(), Some("whose it is"));
    assert_eq!(vault.readable_until(), Some(hours(72)));
    vault.append(CASE, b"written offline").expect("kept");
    // The lease ends while it is open.
    vault.tell_time(hours(73)).expect("told");
    assert!(matches!(
        vault.get(CASE, "note"),
        Err(VaultError::LeaseOver)
    ));
    assert!(matches!(
        vault.append(CASE, b"x"),
        Err(VaultError::LeaseOver)
    ));
    drop(vault);
    for now in [hours(73), hours(71), hours(0)] {
        // Its end was seen: the lease itself is gone.
        let refused = offline(&path, CODE, now).err();
        assert!(matches!(refused, Some(OpenOfflineError::NoLease)));
    }
    // The platform answers: the work is there, and the lease begins again.
    let vault = open(root.path());
    vault.lease(CASE, hours(145), None).expect("leased");
    let no_key = vault.log(CASE);
    assert!(
        matches!(no_key, Err(VaultError::LeaseOver)),
        "a longer lease without the key opens nothing"
    );
    vault
        .admit(CASE, &Key::from_bytes(&[2; 32]), "rekeyed")
        .expect("the key");
    assert_eq!(vault.log(CASE).expect("reads").entries.len(), 1);
    drop(vault);
    offline(&path, CODE, hours(144)).expect("opens");
}

/// R52: the clock of this computer put back lengthens nothing.
#[test]
fn r52_a_clock_put_back_gains_nothing() {
    let root = TempDir::new().expect("a folder");
    let path = leased(root.path());
    drop(
        offline(&path, CODE, hours(60))
            .expect("opens")
            .tell_time(hours(70)),
    );
    // Put back to the first day: it is still the seventieth hour.
    let vault = offline(&path, CODE, hours(1)).expect("opens");
    vault.tell_time(hours(2)).expect("told");
    assert!(vault.get(CASE, "note").expect("reads").is_some());
    vault.tell_time(hours(73)).expect("told");
    vault.tell_time(hours(2)).expect("told");
    assert!(matches!(
        vault.get(CASE, "note"),
        Err(VaultError::LeaseOver)
    ));
}

/// R50: a case is due at its purge date, however long the application was closed.
#[test]
fn r50_a_case_is_due_on_its_day() {
    let root = TempDir::new().expect("a folder");
    drop(leased(root.path()));
    let vault = open(root.path());
    assert!(vault.tell_time(hours(14 * 24)).expect("told").is_empty());
    assert_eq!(vault.tell_time(hours(16 * 24)).expect("told"), [CASE]);
    vault.forget(CASE, "ended").expect("forgotten");
    assert_eq!(vault.readable_until(), None);
}

/// R15 in spirit: three wrong codes in a row, over as many starts, make the code void; so does an erasure the lease.
#[test]
fn three_wrong_codes_or_an_erasure_end_the_lease() {
    let root = TempDir::new().expect("a folder");
    let path = leased(root.path());
    for (code, left) in [
        (&b"wrong-code-1"[..], 2),
        (CODE, 3),
        (b"wrong-code-1", 2),
        (b"wrong-code-2", 1),
        (b"wrong-code-3", 0),
    ] {
        match offline(&path, code, hours(1)) {
            Ok(_) => assert_eq!(left, 3, "the right one starts the count again"),
            Err(OpenOfflineError::WrongCode { attempts_left }) => assert_eq!(attempts_left, left),
            Err(other) => unreachable!("{other}"),
        }
    }
    let refused = offline(&path, CODE, hours(1)).err();
    assert!(matches!(refused, Some(OpenOfflineError::NoLease)), "void");
    assert!(!open(root.path()).has_unlock_code(), "another is asked for");

    let root = TempDir::new().expect("a folder");
    let path = leased(root.path());
    let former = fs::read(path.join("state")).expect("readable");
    let vault = open(root.path());
    vault
        .admit(Uuid::from_u128(2), &Key::make(), "rekeyed")
        .expect("admits");
    vault.forget(CASE, "ended").expect("forgotten");
    drop(vault);
    let refused = offline(&path, CODE, hours(1)).err();
    assert!(matches!(refused, Some(OpenOfflineError::NoLease)));
    fs::write(path.join("state"), former).expect("put back");
    let refused = offline(&path, CODE, hours(1)).err();
    assert!(matches!(
        refused,
        Some(OpenOfflineError::Vault(OpenVaultError::NotCurrent))
    ));
}
