//! R55: messages that are a byte or an end off, and those that a fuzzer once brought the parent down with (`cargo xtask fuzz protocol`
//! keeps them in `fixtures/fuzz`): each is a message or an error.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests: a failure is a panic"
)]

use std::path::{Path, PathBuf};

use relecture_imaging_worker::OutlineEntry;
use relecture_imaging_worker::protocol::{
    Ask, Begin, Hello, Linked, Opened, Recognised, Rendered, Say, Worded, receive,
};
use serde::de::DeserializeOwned;

fn is<M: DeserializeOwned>(frames: [&[u8]; 2]) -> usize {
    let is_one = |mut frame: &[u8]| receive::<M>(&mut frame).is_ok();
    frames.into_iter().filter(|frame| is_one(frame)).count()
}

/// How many kinds of message this is, with its own length or with a right one.
fn understood(bytes: &[u8]) -> usize {
    let mut frame = u32::try_from(bytes.len()).unwrap().to_le_bytes().to_vec();
    frame.extend(bytes);
    let frames = [bytes, &frame];
    is::<Hello>(frames)
        + is::<Say<Opened>>(frames)
        + is::<Say<Rendered>>(frames)
        + is::<Say<Worded>>(frames)
        + is::<Say<Linked>>(frames)
        + is::<Say<Recognised>>(frames)
        + is::<Say<Vec<OutlineEntry>>>(frames)
        + is::<Begin>(frames)
        + is::<Ask>(frames)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn r55_messages_that_are_a_byte_or_an_end_off_are_errors() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seeds = files(&own.join("../../fuzz/seeds/protocol"));
    assert!(seeds.len() >= 7, "one of each kind");
    for path in &seeds {
        let whole = std::fs::read(path).unwrap();
        assert!(understood(&whole) > 0, "{}", path.display());
        for at in 0..whole.len() {
            understood(&whole[..at]);
            for mask in [0x01, 0x80, 0xFF] {
                let mut bytes = whole.clone();
                bytes[at] ^= mask;
                understood(&bytes);
            }
        }
    }
    for path in files(&own.join("tests/fixtures/fuzz")) {
        understood(&std::fs::read(path).unwrap());
    }
}
