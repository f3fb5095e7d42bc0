//! What a running program takes of the memory.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use super::DesktopError;

/// Bytes of memory that a process and everything it started take, shared pages in proportion (`Pss` of proc(5)). Of what ends meanwhile,
/// nothing.
///
/// # Errors
/// There is no such process, or it is not ours to look into.
pub fn resident(process: u32) -> Result<u64, DesktopError> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let folder = PathBuf::from("/proc");
    let entries = fs::read_dir(&folder).map_err(DesktopError::file(&folder))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name of the program, in brackets, may hold anything.
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| {
            let mut fields = rest.split_ascii_whitespace();
            fields.nth(1)?.parse().ok()
        });
        if let Some(parent) = parent {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut bytes = proportional(process)?;
    let mut open = children.remove(&process).unwrap_or_default();
    while let Some(id) = open.pop() {
        bytes += proportional(id).unwrap_or(0);
        open.extend(children.remove(&id).into_iter().flatten());
    }
    Ok(bytes)
}

fn proportional(process: u32) -> Result<u64, DesktopError> {
    let path = PathBuf::from(format!("/proc/{process}/smaps_rollup"));
    let rollup = fs::read_to_string(&path).map_err(DesktopError::file(&path))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kib = line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<u64>().ok());
    Ok(kib.unwrap_or(0) * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_starts_counts_with_it() {
        let alone = resident(std::process::id()).unwrap();
        let mut child = std::process::Command::new("sh")
            .args(["-c", "head -c 50000000 /dev/zero | tail"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        // `tail` keeps the one line that it is given until its end.
        let mut most = 0;
        while child.try_wait().unwrap().is_none() {
            most = most.max(resident(std::process::id()).unwrap());
        }
        assert!(most > alone + 10_000_000, "{alone} then {most}");
    }
}
