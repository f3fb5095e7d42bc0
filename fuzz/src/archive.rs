//! Mutation of archives: blind changes to a ZIP only ever meet its checksums, so that one of its files is changed instead.

use std::io::{Cursor, Read as _, Write as _};

use libfuzzer_sys::fuzzer_mutate;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Files of an archive that are kept.
const FILES: usize = 40;
/// Bytes of one of them that are read.
const BYTES: u64 = 64 << 10;

/// libFuzzer's mutator for archives: `data` holds `size` bytes and has room for `max_size`. One time in eight, and whenever it is no archive
/// or does not fit any more, the bytes of the archive itself are changed.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let inside = !seed.is_multiple_of(8);
    let made = inside.then(|| changed(data.get(..size)?, max_size, seed));
    match made.flatten() {
        Some(made) if made.len() <= max_size => {
            data[..made.len()].copy_from_slice(&made);
            made.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
}

/// The archive with one of its files changed; all of them stored, so that what libFuzzer compares stands in sight.
fn changed(bytes: &[u8], max_size: usize, seed: u32) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut files = Vec::new();
    for index in 0..archive.len().min(FILES) {
        let file = archive.by_index(index).ok()?;
        let name = file.name().ok()?.into_owned();
        let mut content = Vec::new();
        file.take(BYTES).read_to_end(&mut content).ok()?;
        files.push((name, content));
    }
    let count = u32::try_from(files.len()).ok().filter(|count| *count > 0)?;
    let (_, content) = files.get_mut((seed / 8 % count) as usize)?;
    let before = content.len();
    let room = max_size.saturating_sub(bytes.len()).clamp(16, 4_096);
    content.resize(before + room, 0);
    let after = fuzzer_mutate(content, before, before + room);
    content.truncate(after);
    let mut made = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in files {
        made.start_file(name, stored).ok()?;
        made.write_all(&content).ok()?;
    }
    Some(made.finish().ok()?.into_inner())
}
