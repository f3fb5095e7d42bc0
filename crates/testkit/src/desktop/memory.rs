//! Looking for secrets in the memory of a running program, as somebody with a debugger would.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use super::DesktopError;

/// Bytes read at a time.
const PIECE: usize = 1 << 20;

/// Those of `secrets` that are anywhere in the memory of a process, and how many bytes were looked at.
///
/// # Errors
/// There is no such process, or it is not ours to look into.
pub fn secrets_in_memory<'s>(
    process: u32,
    secrets: &[(&'s str, &[u8])],
) -> Result<(Vec<&'s str>, u64), DesktopError> {
    let folder = PathBuf::from(format!("/proc/{process}"));
    let maps = folder.join("maps");
    let listing = fs::read_to_string(&maps).map_err(DesktopError::file(&maps))?;
    let memory = folder.join("mem");
    let memory = File::open(&memory).map_err(DesktopError::file(&memory))?;
    let longest = secrets.iter().map(|(_, bytes)| bytes.len()).max();
    let overlap = longest.unwrap_or(1).saturating_sub(1);
    let mut found = Vec::new();
    let mut looked_at = 0;
    let mut buffer = vec![0; PIECE + overlap];
    for (mut from, to) in listing.lines().filter_map(writable) {
        while from < to {
            let wanted = usize::try_from(to - from).unwrap_or(usize::MAX);
            let wanted = wanted.min(buffer.len());
            let Some(piece) = buffer.get_mut(..wanted) else {
                break;
            };
            // Guard pages and device memory cannot be read; nothing is kept there.
            let Ok(read) = memory.read_at(piece, from) else {
                break;
            };
            if read == 0 {
                break;
            }
            let piece = piece.get(..read).unwrap_or_default();
            looked_at += read as u64;
            for (name, bytes) in secrets {
                if !found.contains(name) && memchr::memmem::find(piece, bytes).is_some() {
                    found.push(*name);
                }
            }
            let next = read.saturating_sub(overlap).max(1);
            from += next as u64;
            if read < wanted {
                break;
            }
        }
    }
    Ok((found, looked_at))
}

/// From and to of a mapping that a program may write to: the rest is its own code and files.
fn writable(line: &str) -> Option<(u64, u64)> {
    let mut fields = line.split_ascii_whitespace();
    let (from, to) = fields.next()?.split_once('-')?;
    fields.next()?.starts_with("rw").then_some(())?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    Some((number(from)?, number(to)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_keeps_is_found_and_what_it_does_not_is_not() {
        // Its environment is in its memory.
        let mut child = std::process::Command::new("sleep")
            .arg("30")
            .env("KEPT", "un secret bien en vue")
            .spawn()
            .unwrap();
        let secrets: [(&str, &[u8]); 2] =
            [("kept", b"bien en vue"), ("absent", b"jamais \xc3\xa9crit")];
        // Until the child has become `sleep` it still is a copy of this process.
        while fs::read_to_string(format!("/proc/{}/comm", child.id())).unwrap() != "sleep\n" {
            std::thread::yield_now();
        }
        let looked = secrets_in_memory(child.id(), &secrets);
        child.kill().unwrap();
        child.wait().unwrap();
        let (found, looked_at) = looked.unwrap();
        assert_eq!(found, ["kept"]);
        assert!(looked_at > 10_000);
    }
}
