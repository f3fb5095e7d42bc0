//! Mutation of DICOM files: their pixels are compressed one way or another, and blind changes mostly meet what stands before them.

use libfuzzer_sys::fuzzer_mutate;

/// Pixel Data, explicit little endian, of unknown length: fragments follow (PS3.5, A.4).
const FRAGMENTS: [&[u8]; 2] = [
    b"\xE0\x7F\x10\x00OB\0\0\xFF\xFF\xFF\xFF",
    b"\xE0\x7F\x10\x00OW\0\0\xFF\xFF\xFF\xFF",
];
/// How each fragment begins; its length follows.
const ITEM: [u8; 4] = [0xFE, 0xFF, 0x00, 0xE0];
/// Bytes by which a fragment may grow at once.
const ROOM: usize = 256;

/// libFuzzer's mutator for DICOM: three times in four the first fragment of an image is changed, and its length told anew; otherwise, and
/// whenever there is none or it does not fit any more, the file is.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let inside = !seed.is_multiple_of(4);
    let made = inside.then(|| changed(data.get(..size)?, max_size));
    match made.flatten() {
        Some(made) if made.len() <= max_size => {
            data[..made.len()].copy_from_slice(&made);
            made.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
}

fn changed(bytes: &[u8], max_size: usize) -> Option<Vec<u8>> {
    let find = |wanted: &[u8]| bytes.windows(wanted.len()).position(|found| found == wanted);
    let start = FRAGMENTS.into_iter().find_map(find)? + FRAGMENTS[0].len();
    // Where each frame begins, which may be nothing.
    let (_, offsets) = item(bytes, start)?;
    let (from, to) = item(bytes, offsets)?;
    let mut fragment = bytes[from..to].to_vec();
    let before = fragment.len();
    let room = max_size.saturating_sub(bytes.len()).min(ROOM);
    fragment.resize(before + room, 0);
    let after = fuzzer_mutate(&mut fragment, before, before + room);
    fragment.truncate(after);
    if after % 2 == 1 {
        fragment.push(0);
    }
    let length = u32::try_from(fragment.len()).ok()?;
    Some([&bytes[..from - 4], &length.to_le_bytes(), &fragment, &bytes[to..]].concat())
}

/// Where the value of the item at `at` begins and ends.
fn item(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let head = bytes.get(at..at + 8)?;
    let length = u32::from_le_bytes(head[4..].try_into().ok()?) as usize;
    let end = (at + 8).checked_add(length)?;
    (head[..4] == ITEM && end <= bytes.len()).then_some((at + 8, end))
}
