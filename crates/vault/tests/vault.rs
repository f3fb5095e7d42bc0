//! The vault on a real disk.

#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU32},
};

use relecture_crypto::{Context, Key, seal, sha256};
use relecture_vault::{
    ClosedVault, FinishReceptionError, LostVault, OpenVaultError, PieceSpec, Vault, VaultError,
};
use support::FileAnchor;
use tempfile::TempDir;
use uuid::Uuid;

const CASE: Uuid = Uuid::from_u128(1);
const PIECE: Uuid = Uuid::from_u128(2);
const CANARY: &[u8] = b"BRASSAC Helene, carcinome a cellules claires";

fn vault(root: &Path) -> Vault {
    support::open(&root.join("v")).expect("the vault opens")
}

fn case_key() -> Key {
    Key::from_bytes(&[2; 32])
}

/// A piece as the platform would serve it: its sealed bytes and what the manifest says of them.
fn piece(clear: &[u8]) -> (Vec<u8>, PieceSpec) {
    let context = Context::new("piece", &[PIECE.as_bytes()]);
    let sealed = seal(&case_key(), &context, clear);
    let spec = PieceSpec {
        id: PIECE,
        sealed_size: sealed.len() as u64,
        sealed_digest: sha256(&sealed),
        clear_size: clear.len() as u64,
        clear_digest: sha256(clear),
        context,
    };
    (sealed, spec)
}

fn every_byte_under(root: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(root).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(every_byte_under(&path));
        } else {
            all.extend(path.file_name().expect("a name").as_encoded_bytes());
            all.extend(fs::read(&path).expect("readable"));
        }
    }
    all
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

/// R48: nothing clear reaches the disk, and everything comes back after the vault was closed.
#[test]
fn everything_is_sealed_and_comes_back() {
    let root = TempDir::new().expect("a folder");
    let (sealed, spec) = piece(CANARY);
    {
        let vault = vault(root.path());
        vault.admit(CASE, &case_key(), "rekeyed").expect("admits");
        vault.put(CASE, "assignment", CANARY).expect("puts");
        vault.append(CASE, CANARY).expect("appends");
        let mut reception = vault.receive(CASE, spec.clone()).expect("starts");
        reception.write(&sealed).expect("writes");
        reception.finish().expect("the right bytes count");
    }
    let bytes = every_byte_under(root.path());
    assert!(bytes.len() > 300, "there is something on the disk");
    assert!(!contains(&bytes, CANARY) && !contains(&bytes, b"BRASSAC"));
    assert!(
        !contains(&bytes, CASE.to_string().as_bytes()),
        "names tell nothing"
    );

    let vault = vault(root.path());
    assert_eq!(*vault.piece(CASE, &spec).expect("reads"), CANARY);
    assert_eq!(
        *vault.get(CASE, "assignment").expect("reads").expect("kept"),
        CANARY
    );
    assert_eq!(vault.log(CASE).expect("reads").entries.len(), 1);
}

/// R46: an interrupted reception resumes where it stopped.
#[test]
fn a_reception_resumes() {
    let root = TempDir::new().expect("a folder");
    let (sealed, spec) = piece(&vec![7; 100_000]);
    {
        let vault = vault(root.path());
        vault.admit(CASE, &case_key(), "rekeyed").expect("admits");
        let mut reception = vault.receive(CASE, spec.clone()).expect("starts");
        reception.write(&sealed[..60_000]).expect("writes");
        assert!(matches!(
            reception.finish(),
            Err(FinishReceptionError::Length {
                received: 60_000,
                ..
            })
        ));
    }
    let vault = vault(root.path());
    assert_eq!(vault.received(CASE, &spec), 60_000);
    assert!(matches!(vault.piece(CASE, &spec), Err(VaultError::Absent)));
    let mut reception = vault.receive(CASE, spec.clone()).expect("resumes");
    assert_eq!(reception.received(), 60_000);
    reception.write(&sealed[60_000..]).expect("writes");
    reception.finish().expect("the right bytes count");
    assert!(vault.has_piece(CASE, &spec));
}

/// R47: of a piece that is still coming its whole chunks are read, each of which is authentic.
#[test]
fn what_has_come_of_a_piece_is_read_as_far_as_it_is_whole() {
    const CHUNK: usize = 16 * 1024;
    let root = TempDir::new().expect("a folder");
    let clear: Vec<u8> = (0..100_000_u32).map(|at| (at % 251) as u8).collect();
    let (sealed, spec) = piece(&clear);
    let vault = vault(root.path());
    vault.admit(CASE, &case_key(), "rekeyed").expect("admits");
    let absent = || matches!(vault.read_part(CASE, &spec), Err(VaultError::Absent));
    assert!(absent(), "nothing was asked for");
    let mut reception = vault.receive(CASE, spec.clone()).expect("starts");
    reception.write(&sealed[..10_000]).expect("writes");
    assert!(absent(), "not a chunk");
    reception.write(&sealed[10_000..60_000]).expect("writes");
    let mut part = vault.read_part(CASE, &spec).expect("opens");
    assert_eq!(part.length(), 3 * CHUNK as u64);
    let mut read = vec![0; 100_000];
    let length = part.read_at(5, &mut read).expect("reads");
    assert_eq!(read[..length], clear[5..3 * CHUNK]);

    // Everything but the end, which says that it is the end.
    reception
        .write(&sealed[60_000..sealed.len() - 1])
        .expect("writes");
    let mut part = vault.read_part(CASE, &spec).expect("opens");
    assert_eq!(part.length(), 6 * CHUNK as u64);
    let on_disk = part_under(root.path());
    let mut bytes = fs::read(&on_disk).expect("reads");
    bytes[30_000] ^= 1;
    fs::write(&on_disk, &bytes).expect("writes");
    assert_eq!(
        part.read_at(0, &mut read[..CHUNK]).expect("as it was"),
        CHUNK
    );
    let altered = part.read_at(CHUNK as u64, &mut read[..CHUNK]);
    assert!(matches!(altered, Err(VaultError::Altered)));
    bytes[30_000] ^= 1;
    fs::write(&on_disk, &bytes).expect("writes");

    reception
        .write(&sealed[sealed.len() - 1..])
        .expect("writes");
    reception.finish().expect("the right bytes count");
    assert!(absent(), "it is complete");
    let length = part.read_at(0, &mut read).expect("still there");
    assert_eq!(read[..length], clear[..6 * CHUNK]);
}

fn part_under(root: &Path) -> PathBuf {
    let objects = fs::read_dir(root.join("v").join("o")).expect("a folder");
    let mut paths = objects.map(|entry| entry.expect("an entry").path());
    let part = paths.find(|path| path.extension().is_some_and(|end| end == "part"));
    part.expect("a part")
}

/// R47: wrong bytes are deleted and never shown.
#[test]
fn wrong_bytes_are_deleted() {
    let root = TempDir::new().expect("a folder");
    let vault = vault(root.path());
    vault.admit(CASE, &case_key(), "rekeyed").expect("admits");
    let (mut sealed, spec) = piece(CANARY);
    sealed[70] ^= 1;
    let mut reception = vault.receive(CASE, spec.clone()).expect("starts");
    reception.write(&sealed).expect("writes");
    assert!(matches!(
        reception.finish(),
        Err(FinishReceptionError::DigestDiffers)
    ));
    assert!(matches!(vault.piece(CASE, &spec), Err(VaultError::Absent)));
    assert_eq!(
        vault.received(CASE, &spec),
        0,
        "it starts again from nothing"
    );

    // Right sealed bytes whose clear bytes are not the manifest's: the platform contradicts itself.
    let (sealed, spec) = piece(CANARY);
    let lying = PieceSpec {
        clear_digest: sha256(b"other"),
        ..spec
    };
    let mut reception = vault.receive(CASE, lying.clone()).expect("starts");
    reception.write(&sealed).expect("writes");
    assert!(matches!(
        reception.finish(),
        Err(FinishReceptionError::DigestDiffers)
    ));
    assert!(!vault.has_piece(CASE, &lying));
}

/// R49: a forgotten case is undecipherable, even for somebody who kept every file and later has the vault's key.
#[test]
fn a_forgotten_case_is_undecipherable() {
    let root = TempDir::new().expect("a folder");
    let (sealed, spec) = piece(CANARY);
    let vault = vault(root.path());
    vault.admit(CASE, &case_key(), "rekeyed").expect("admits");
    vault.put(CASE, "assignment", CANARY).expect("puts");
    let mut reception = vault.receive(CASE, spec.clone()).expect("starts");
    reception.write(&sealed).expect("writes");
    reception.finish().expect("counts");
    let former = fs::read(root.path().join("v/state")).expect("the state");
    vault.forget(CASE, "ended").expect("forgets");
    vault
        .forget(CASE, "ended")
        .expect("forgetting twice is forgetting once");
    assert!(matches!(
        vault.piece(CASE, &spec),
        Err(VaultError::UnknownCase)
    ));
    assert_eq!(vault.size(), 0, "the bytes are gone too");
    drop(vault);

    // Somebody kept every file, has the key store as it is now, and the platform's help for whatever epoch.
    let path = root.path().join("v");
    let current = fs::read(path.join("state")).expect("the state");
    fs::write(path.join("state"), &former).expect("an old one put back");
    assert!(matches!(
        support::open(&path),
        Err(OpenVaultError::NotCurrent)
    ));
    let anchor = fs::read_to_string(path.with_extension("anchor")).expect("the record");
    let forged = anchor.replace(&sha256(&current).to_string(), &sha256(&former).to_string());
    assert_ne!(anchor, forged);
    fs::write(path.with_extension("anchor"), forged).expect("forged");
    assert!(matches!(
        support::open(&path),
        Err(OpenVaultError::WrongKey)
    ));
}

/// A crash in the middle of an entry loses that entry only, and the log goes on.
#[test]
fn a_torn_log_goes_on() {
    let root = TempDir::new().expect("a folder");
    let vault = vault(root.path());
    vault.admit(CASE, &case_key(), "rekeyed").expect("admits");
    vault.append(CASE, b"one").expect("appends");
    let log = fs::read_dir(root.path().join("v/o"))
        .expect("a directory")
        .map(|e| e.expect("an entry").path())
        .next()
        .expect("the log");
    let whole = fs::read(&log).expect("readable");
    fs::write(&log, [whole.as_slice(), &[0, 0, 1, 0, 9, 9]].concat()).expect("torn");
    assert_eq!(vault.log(CASE).expect("reads").entries.len(), 1);
    vault.append(CASE, b"two").expect("appends");
    let entries = vault.log(CASE).expect("reads").entries;
    assert_eq!(
        entries.iter().map(|e| e.as_slice()).collect::<Vec<_>>(),
        [b"one", b"two"]
    );
    vault
        .compact(CASE, &[b"both".to_vec().into()])
        .expect("compacts");
    vault.append(CASE, b"three").expect("appends");
    assert_eq!(vault.log(CASE).expect("reads").entries.len(), 2);
}

/// Whatever somebody does to the state is noticed: it is the last one that was written, or it does not open.
#[test]
fn a_state_that_is_not_the_last_one_does_not_open() {
    let root = TempDir::new().expect("a folder");
    let path = root.path().join("v");
    let state = path.join("state");
    let mut former = Vec::new();
    {
        let vault = vault(root.path());
        former.push(fs::read(&state).expect("readable"));
        for number in 10..13_u128 {
            let case = Uuid::from_u128(number);
            vault.admit(case, &case_key(), "rekeyed").expect("admits");
            former.push(fs::read(&state).expect("readable"));
        }
        assert!(
            matches!(support::open(&path), Err(OpenVaultError::InUse)),
            "one process at a time"
        );
    }
    let last = former.pop().expect("the last one");
    assert!(last.len() > 4096 && last.len() % 4096 < 1024, "padded");
    let mut put_back = former;
    for at in (0..last.len()).step_by(97) {
        let mut flipped = last.clone();
        flipped[at] ^= 1;
        put_back.push(flipped);
    }
    put_back.push(last[..last.len() - 1].to_vec());
    put_back.push(last[..4].to_vec());
    put_back.push(Vec::new());
    put_back.push([last.as_slice(), &[0]].concat());
    // That of another vault of the same physician on the same PC.
    let other = TempDir::new().expect("a folder");
    drop(vault(other.path()));
    put_back.push(fs::read(other.path().join("v/state")).expect("readable"));
    let tampered = put_back.len();
    for bytes in put_back {
        fs::write(&state, bytes).expect("put back");
        assert!(matches!(
            support::open(&path),
            Err(OpenVaultError::NotCurrent)
        ));
    }
    assert!(tampered > 40, "{tampered} states");
    fs::remove_file(&state).expect("gone");
    fs::write(path.join("o").join("a"), b"").expect("an object");
    assert!(matches!(
        support::open(&path),
        Err(OpenVaultError::NotCurrent)
    ));
    fs::write(&state, &last).expect("the last one");
    assert_eq!(support::open(&path).expect("opens").cases().len(), 3);

    // The key store's record is another's, or gone; the platform opens nothing.
    let anchor = path.with_extension("anchor");
    let record = fs::read(&anchor).expect("readable");
    fs::remove_file(&anchor).expect("gone");
    assert!(matches!(
        support::open(&path),
        Err(OpenVaultError::WrongKey)
    ));
    fs::write(&anchor, &record).expect("back");
    let closed = ClosedVault::at(&path, Arc::new(FileAnchor::of(&path))).expect("held");
    let refused = closed.open(Some(&Key::make()), support::side(0));
    assert!(matches!(refused, Err(OpenVaultError::WrongKey)));
}

/// The process ends, or the key store refuses, between any two steps of a change: the vault opens with the change or without it,
/// and an erasure that was not finished is finished or did not happen.
#[test]
fn a_change_cut_short_happened_or_did_not() {
    for writes in 0..3 {
        for erase in [false, true] {
            let root = TempDir::new().expect("a folder");
            let path = root.path().join("v");
            {
                let vault = vault(root.path());
                vault.admit(CASE, &case_key(), "rekeyed").expect("admits");
                vault.put(CASE, "note", CANARY).expect("kept");
            }
            let anchor = Arc::new(FileAnchor {
                writes_left: AtomicU32::new(writes),
                ..FileAnchor::of(&path)
            });
            let vault = support::open_with(&path, anchor).expect("opens");
            let done = if erase {
                vault.forget(CASE, "ended")
            } else {
                vault.put(CASE, "note", b"next")
            };
            // Killed here.
            drop(vault);
            let vault = support::open(&path).expect("opens again");
            let note = vault.get(CASE, "note");
            match (erase, writes) {
                // Nothing reached the disk before the anchor knew of it.
                (_, 0) => {
                    assert!(matches!(done, Err(VaultError::Anchor(_))));
                    assert_eq!(*note.expect("reads").expect("kept"), CANARY);
                }
                (true, _) => {
                    assert_eq!(
                        done.is_err(),
                        writes == 1,
                        "told while the old keys are there"
                    );
                    assert!(matches!(note, Err(VaultError::UnknownCase)));
                }
                (false, _) => {
                    done.expect("it is on the disk");
                    assert_eq!(*note.expect("reads").expect("kept"), b"next");
                }
            }
        }
    }
}

/// What a crash left unnamed is swept at the next start.
#[test]
fn unnamed_objects_are_swept() {
    let root = TempDir::new().expect("a folder");
    drop(vault(root.path()));
    let stray = root.path().join("v/o/0123456789abcdef0123456789abcdef");
    fs::write(&stray, b"half").expect("writable");
    drop(vault(root.path()));
    assert!(!stray.exists());
}

/// The key of a vault is lost: the case's own key, which the platform gives again, finds what it held.
#[test]
fn a_lost_vault_gives_back_its_work_to_whoever_has_the_cases_key() {
    let folder = TempDir::new().expect("a folder");
    let root = |name: &str| folder.path().join(name);
    let open = |name: &str| {
        let vault = support::open(&root(name)).expect("opens");
        vault.belongs_to("physician").expect("claimed");
        vault
    };
    let (sealed, spec) = piece(CANARY);
    let former = open("former");
    former
        .admit(CASE, &case_key(), "rekeyed")
        .expect("admitted");
    let mut reception = former.receive(CASE, spec).expect("begins");
    reception.write(&sealed).expect("written");
    reception.finish().expect("complete");
    former.put(CASE, "signed", b"%PDF").expect("kept");
    for entry in [&b"first"[..], b"second"] {
        former.append(CASE, entry).expect("kept");
    }
    // A compaction cut short leaves the former log beside the new one.
    let objects = root("former").join("o");
    let before: Vec<_> = fs::read_dir(&objects)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.clone(), fs::read(&path).expect("readable")))
        .collect();
    former
        .compact(CASE, &[b"both".to_vec().into()])
        .expect("compacts");
    former.append(CASE, b"third").expect("kept");
    for (path, bytes) in before.into_iter().filter(|(path, _)| !path.exists()) {
        fs::write(&path, bytes).expect("put back");
        let file = fs::File::options().write(true).open(&path).expect("opens");
        file.set_modified(std::time::UNIX_EPOCH).expect("older");
    }
    assert!(
        LostVault::all(folder.path(), "physician", &root("next"))
            .expect("looks")
            .is_empty(),
        "in use"
    );
    drop(former);

    let next = open("next");
    let lost = LostVault::all(folder.path(), "physician", &root("next")).expect("looks");
    assert_eq!(lost.len(), 1);
    next.admit(CASE, &Key::from_bytes(&[9; 32]), "rekeyed")
        .expect("admitted");
    assert!(!next.salvage(CASE, &lost[0], &["signed"]).expect("looks"));
    next.forget(CASE, "ended").expect("forgotten");

    next.admit(CASE, &case_key(), "rekeyed").expect("admitted");
    assert!(next.salvage(CASE, &lost[0], &["signed"]).expect("looks"));
    let entries = next.log(CASE).expect("entries").entries;
    let entries: Vec<_> = entries.iter().map(|entry| entry.as_slice()).collect();
    assert_eq!(entries, [&b"both"[..], b"third"]);
    let signed = next.get(CASE, "signed").expect("reads").expect("is there");
    assert_eq!(signed.as_slice(), b"%PDF");
    // What is there already is not replaced.
    next.append(CASE, b"fourth").expect("kept");
    assert!(!next.salvage(CASE, &lost[0], &["signed"]).expect("looks"));
    assert_eq!(next.log(CASE).expect("entries").entries.len(), 3);
    assert!(!contains(&every_byte_under(folder.path()), CANARY));

    for lost in lost {
        lost.erase().expect("erased");
    }
    assert!(!root("former").exists());
    assert!(
        LostVault::all(folder.path(), "somebody else", &root("x"))
            .expect("looks")
            .is_empty()
    );
}

/// A piece is read where it is needed, whatever the range; a damaged chunk is noticed when it is read, and only then.
#[test]
fn a_range_of_a_piece_is_read_by_itself() {
    let folder = TempDir::new().expect("a folder");
    let vault = vault(folder.path());
    vault.admit(CASE, &case_key(), "rekeyed").expect("admitted");
    // The last chunk is empty.
    let clear: Vec<u8> = (0..=250).cycle().take(200 * 16_384).collect();
    let (sealed, spec) = piece(&clear);
    let mut reception = vault.receive(CASE, spec.clone()).expect("begins");
    for part in sealed.chunks(10_007) {
        reception.write(part).expect("written");
    }
    reception.finish().expect("complete");

    let mut reader = vault.read_piece(CASE, &spec).expect("opens");
    assert_eq!(reader.length(), clear.len() as u64);
    for (offset, length) in [
        (0, 1),
        (16_383, 2),
        (16_384, 16_384),
        (100, 3_000_000),
        (1_048_576, 1_048_577),
        (clear.len() - 5, 5),
        (clear.len() - 5, 500),
        (clear.len(), 1),
        (0, clear.len()),
    ] {
        let mut out = vec![0; length];
        let read = reader.read_at(offset as u64, &mut out).expect("reads");
        let end = clear.len().min(offset + length);
        assert_eq!(out[..read], clear[offset..end], "{length} from {offset}");
    }

    let object = fs::read_dir(folder.path().join("v").join("o"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| fs::metadata(path).expect("there").len() == spec.sealed_size)
        .expect("the object");
    let whole = fs::read(&object).expect("readable");
    let mut damaged = whole.clone();
    damaged[56 + 5 * 16_400 + 9] ^= 1;
    fs::write(&object, &damaged).expect("damaged");
    let mut reader = vault.read_piece(CASE, &spec).expect("opens");
    let mut out = vec![0; 16_384];
    reader.read_at(0, &mut out).expect("another chunk");
    let refused = reader.read_at(5 * 16_384, &mut out);
    assert!(matches!(refused, Err(VaultError::Altered)));
    // The very last byte belongs to the empty chunk, which says that nothing was cut.
    let mut damaged = whole.clone();
    *damaged.last_mut().expect("a byte") ^= 1;
    fs::write(&object, &damaged).expect("damaged");
    let mut reader = vault.read_piece(CASE, &spec).expect("opens");
    reader.read_at(0, &mut out).expect("another chunk");
    let end = clear.len() as u64 - 1;
    assert!(matches!(
        reader.read_at(end, &mut out),
        Err(VaultError::Altered)
    ));
    // Cut, also where a chunk ends, or longer.
    for length in [whole.len() - 1, whole.len() - 16, 56 + 16_400, 56, 0] {
        fs::write(&object, &whole[..length]).expect("cut");
        assert!(vault.piece(CASE, &spec).is_err(), "{length}");
    }
    fs::write(&object, [whole.as_slice(), &[0]].concat()).expect("longer");
    assert!(matches!(vault.piece(CASE, &spec), Err(VaultError::Altered)));
    fs::write(&object, &whole).expect("whole again");
    assert_eq!(*vault.piece(CASE, &spec).expect("reads"), clear);
}
