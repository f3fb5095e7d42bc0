//! R97: what the journal promises, with its file in the hands of somebody else.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

use std::{fs, path::PathBuf};

use jiff::Timestamp;
use relecture_crypto::{Key, sha256};
use relecture_journal::{Event, Found, Head, Journal};
use relecture_platform_api::AuditEvent;
use tempfile::TempDir;
use uuid::Uuid;

const ID: &[u8] = b"a vault";

struct Place {
    _folder: TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    Place {
        _folder: folder,
        path,
    }
}

impl Place {
    fn open_with(&self, id: &[u8], known: &Head) -> (Journal, Found) {
        let key = Key::from_bytes(&[7; 32]);
        Journal::open(&self.path, key, id, known).expect("opens")
    }

    fn open(&self) -> (Journal, Found) {
        self.open_with(ID, &Head::default())
    }
}

fn at() -> Timestamp {
    "2026-06-04T08:00:00Z".parse().expect("an instant")
}

fn opened(journal: &Journal, piece: u128) {
    let event = Event {
        action: "piece.opened",
        case: Some(Uuid::from_u128(1)),
        object: Some(Uuid::from_u128(piece)),
        offline: true,
    };
    journal.append(at(), &event).expect("written down");
}

fn events(journal: &Journal) -> Vec<AuditEvent> {
    let texts = journal.undelivered(usize::MAX);
    let events = texts.iter().map(|text| serde_json::from_str(text));
    events.collect::<Result<_, _>>().expect("events")
}

fn numbers(journal: &Journal) -> Vec<u64> {
    events(journal).iter().map(|event| event.seq).collect()
}

#[test]
fn r97_entries_are_chained_and_there_after_a_crash() {
    let place = place();
    let (journal, found) = place.open();
    assert_eq!(found, Found::Whole);
    for piece in 1..=3 {
        opened(&journal, piece);
    }
    let texts = journal.undelivered(usize::MAX);
    drop(journal);
    let (journal, found) = place.open();
    assert_eq!(found, Found::Whole);
    assert_eq!(journal.undelivered(usize::MAX), texts);
    let events = events(&journal);
    assert_eq!(events[0].previous, Head::default().sha256);
    for (text, next) in texts.iter().zip(&events[1..]) {
        assert_eq!(next.previous, sha256(text.as_bytes()).to_string());
    }
    assert_eq!(journal.head().seq, 3);
    assert_eq!(journal.undelivered_of(Uuid::from_u128(1)).len(), 3);
    assert!(journal.undelivered_of(Uuid::from_u128(2)).is_empty());
}

#[test]
fn r48_the_file_tells_nothing_but_how_many() {
    let place = place();
    let (journal, _) = place.open();
    opened(&journal, 1);
    let one = fs::metadata(&place.path).expect("a file").len();
    let event = Event {
        action: "opinion.signed.again",
        case: Some(Uuid::from_u128(1)),
        object: Some(Uuid::from_u128(1)),
        offline: false,
    };
    journal.append(at(), &event).expect("written down");
    let bytes = fs::read(&place.path).expect("a file");
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("opened") && !text.contains("0000-0000"));
    opened(&journal, 1);
    let three = fs::metadata(&place.path).expect("a file").len();
    let entry = (three - one) / 2;
    assert_eq!((three - one) % 2, 0, "two entries of {entry} bytes each");
}

#[test]
fn r97_what_was_delivered_goes_and_the_chain_goes_on() {
    let place = place();
    let (journal, _) = place.open();
    for piece in 1..=5 {
        opened(&journal, piece);
    }
    assert_eq!(journal.undelivered(2).len(), 2);
    journal.is_delivered(3).expect("dropped");
    journal.is_delivered(1).expect("known already");
    assert_eq!(numbers(&journal), [4, 5]);
    drop(journal);
    let (journal, found) = place.open();
    assert_eq!((found, numbers(&journal)), (Found::Whole, vec![4, 5]));
    journal.is_delivered(9).expect("dropped");
    drop(journal);
    let (journal, found) = place.open();
    assert_eq!((found, journal.head().seq), (Found::Whole, 5));
    opened(&journal, 6);
    assert_eq!(numbers(&journal), [6]);
}

#[test]
fn r97_a_torn_entry_was_never_acknowledged() {
    let place = place();
    let (journal, _) = place.open();
    opened(&journal, 1);
    drop(journal);
    let whole = fs::read(&place.path).expect("a file");
    for torn in [1, 3, 4, 11, 12, 13, 100] {
        let mut bytes = whole.clone();
        bytes.extend_from_slice(&whole[..torn]);
        fs::write(&place.path, &bytes).expect("torn");
        let (journal, found) = place.open();
        assert_eq!(found, Found::Whole, "{torn} bytes of an entry");
        opened(&journal, 2);
        drop(journal);
        let (journal, found) = place.open();
        assert_eq!((found, numbers(&journal)), (Found::Whole, vec![1, 2]));
    }
}

/// What somebody does to the frames of the file; the entries that are still there afterwards.
type Attack = (&'static str, fn(&mut Vec<Vec<u8>>), &'static [u64]);

#[test]
fn r97_every_change_of_the_file_is_noticed() {
    let attacks: [Attack; 9] = [
        (
            "the last entry cut",
            |frames| drop(frames.pop()),
            &[1, 2, 3],
        ),
        ("one cut out", |frames| drop(frames.remove(2)), &[1, 3, 4]),
        ("two exchanged", |frames| frames.swap(2, 3), &[1, 3, 4]),
        (
            "one twice",
            |frames| frames.push(frames[1].clone()),
            &[1, 2, 3, 4],
        ),
        ("the number changed", |frames| frames[2][11] = 9, &[1, 3, 4]),
        ("one bit flipped", |frames| frames[2][80] ^= 1, &[1, 3, 4]),
        (
            "the start flipped",
            |frames| frames[0][80] ^= 1,
            &[1, 2, 3, 4],
        ),
        (
            "the start cut out",
            |frames| drop(frames.remove(0)),
            &[1, 2, 3, 4],
        ),
        ("all gone", Vec::clear, &[]),
    ];
    for (what, attack, left) in attacks {
        let place = place();
        let (journal, _) = place.open();
        for piece in 1..=4 {
            opened(&journal, piece);
        }
        let known = journal.head();
        drop(journal);
        let mut frames = frames(&fs::read(&place.path).expect("a file"));
        attack(&mut frames);
        fs::write(&place.path, frames.concat()).expect("changed");
        let (journal, found) = place.open_with(ID, &known);
        assert_eq!(found, Found::Damaged, "{what}");
        assert_eq!(numbers(&journal), left, "{what}");
        opened(&journal, 5);
        assert_eq!(
            numbers(&journal).last(),
            Some(&5),
            "{what}: no number twice"
        );
    }
}

#[test]
fn r97_another_journal_in_its_place_is_noticed() {
    let place = place();
    let (journal, _) = place.open_with(b"another vault", &Head::default());
    opened(&journal, 1);
    drop(journal);
    let (journal, found) = place.open();
    assert_eq!(found, Found::Damaged);
    assert!(numbers(&journal).is_empty());
}

#[test]
fn r97_an_old_journal_put_back_is_noticed_by_what_is_remembered() {
    let place = place();
    let (journal, _) = place.open();
    opened(&journal, 1);
    let old = fs::read(&place.path).expect("a file");
    opened(&journal, 2);
    opened(&journal, 3);
    let known = journal.head();
    drop(journal);
    fs::write(&place.path, old).expect("put back");
    let (journal, found) = place.open_with(ID, &known);
    assert_eq!(found, Found::Damaged);
    opened(&journal, 4);
    let events = events(&journal);
    let told: Vec<_> = events.iter().map(|event| event.seq).collect();
    assert_eq!(told, [1, 4], "the platform sees the gap");
    assert_eq!(events[1].previous, known.sha256);
}

fn frames(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut frames, mut rest) = (Vec::new(), bytes);
    while let Some(length) = rest.first_chunk::<4>() {
        let length = 4 + u32::from_be_bytes(*length) as usize;
        frames.push(rest[..length].to_vec());
        rest = &rest[length..];
    }
    frames
}
