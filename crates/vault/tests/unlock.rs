//! Locking and the unlock code, on a real disk.

#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::{fs, path::Path};

use relecture_crypto::Key;
use relecture_vault::{LockedVault, OpenVaultError, UnlockVaultError, Vault, VaultError};
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
        .admit(CASE, &Key::from_bytes(&[2; 32]))
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
    let admitted = vault.admit(CASE, &Key::from_bytes(&[3; 32]));
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
        vault.admit(CASE, &Key::from_bytes(&[2; 32])),
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
