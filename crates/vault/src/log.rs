//! The log of work of a case: sealed entries one after the other, each bound to its position.
//!
//! An entry is on the disk when `append` returns, so that a killed process loses nothing that was acknowledged. A crash in the
//! middle of an entry leaves a torn tail, which is cut off at the next append.

use std::{path::Path, sync::PoisonError};

use relecture_crypto::{Context, pad, seal};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{DiskError, Vault, VaultError, disk, new_name, open_padded};

/// A log of work as it was found.
#[derive(Debug, Default)]
pub struct Log {
    /// What opens, oldest first.
    pub entries: Vec<Zeroizing<Vec<u8>>>,
    /// Whether something of it is missing or was changed. Whoever goes on writing compacts it first: its name is bound into every
    /// entry, so that what was taken out does not come back.
    pub damaged: bool,
}

/// Where a log ends, so that adding to it reads nothing.
#[derive(Clone, Copy)]
pub(crate) struct LogEnd {
    entries: usize,
    bytes: u64,
}

pub(crate) fn append(vault: &Vault, case: Uuid, entry: &[u8]) -> Result<(), VaultError> {
    let key = vault.local_key(case)?;
    let named = vault.state().cases.get(&case).and_then(|c| c.log.clone());
    let is_new = named.is_none();
    let name = match named {
        Some(name) => name,
        None => name_log(vault, case)?,
    };
    let path = vault.object(&name);
    // Held until the entry is on the disk: one entry at a time. Taken out, so that after a failure the file is looked at again.
    let mut ends = vault.ends.lock().unwrap_or_else(PoisonError::into_inner);
    let end = match ends.remove(&name) {
        Some(end) if end.bytes == disk::length(&path) => end,
        _ => look(&path)?,
    };
    let noted = vault.state().cases.get(&case).map_or(0, |c| c.log_entries);
    if (end.entries as u64) < noted {
        return Err(VaultError::Altered);
    }
    let sealed = seal(&key, &context(case, &name, end.entries), &pad(entry));
    let framed = frame(&sealed);
    let mut file = disk::append(&path)?;
    disk::write(&mut file, &framed)?;
    disk::sync(&file)?;
    if is_new {
        disk::sync_directory(&vault.objects())?;
    }
    let end = LogEnd {
        entries: end.entries + 1,
        bytes: end.bytes + framed.len() as u64,
    };
    ends.insert(name, end);
    Ok(())
}

/// Reads where the file ends, and cuts a torn entry off.
fn look(path: &Path) -> Result<LogEnd, DiskError> {
    let bytes = disk::read(path)?.unwrap_or_default();
    let (entries, whole) = split(&bytes);
    if whole != bytes.len() as u64 {
        disk::cut(&disk::append(path)?, whole)?;
    }
    Ok(LogEnd {
        entries: entries.len(),
        bytes: whole,
    })
}

pub(crate) fn read(vault: &Vault, case: Uuid) -> Result<Log, VaultError> {
    let key = vault.local_key(case)?;
    let (name, noted) = {
        let state = vault.state();
        let Some(case) = state.cases.get(&case) else {
            return Err(VaultError::UnknownCase);
        };
        (case.log.clone(), case.log_entries)
    };
    let Some(name) = name else {
        return Ok(Log::default());
    };
    let (sealed, _) = split(&disk::read(&vault.object(&name))?.unwrap_or_default());
    let opened = sealed
        .iter()
        .enumerate()
        .map(|(position, sealed)| open_padded(&key, &context(case, &name, position), sealed));
    let entries: Vec<_> = opened.flatten().collect();
    Ok(Log {
        damaged: entries.len() < sealed.len() || (sealed.len() as u64) < noted,
        entries,
    })
}

/// Writes down where the logs that were written to end.
pub(crate) fn note(vault: &Vault) -> Result<(), VaultError> {
    let ends = vault
        .ends
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    vault.change(|state| {
        for case in state.cases.values_mut() {
            let end = case.log.as_ref().and_then(|name| ends.get(name));
            if let Some(end) = end {
                case.log_entries = end.entries as u64;
            }
        }
    })
}

pub(crate) fn compact(
    vault: &Vault,
    case: Uuid,
    entries: &[Zeroizing<Vec<u8>>],
) -> Result<(), VaultError> {
    let key = vault.local_key(case)?;
    let name = new_name();
    let mut bytes = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        bytes.extend(frame(&seal(
            &key,
            &context(case, &name, position),
            &pad(entry),
        )));
    }
    disk::write_new(&vault.object(&name), &bytes)?;
    let mut former = None;
    vault.change(|state| {
        if let Some(case) = state.cases.get_mut(&case) {
            former = case.log.replace(name);
            case.log_entries = entries.len() as u64;
        }
    })?;
    if let Some(former) = former {
        disk::remove(&vault.object(&former))?;
    }
    Ok(())
}

fn name_log(vault: &Vault, case: Uuid) -> Result<String, VaultError> {
    let name = new_name();
    vault.change(|state| {
        if let Some(case) = state.cases.get_mut(&case) {
            case.log = Some(name.clone());
        }
    })?;
    Ok(name)
}

pub(crate) fn context(case: Uuid, name: &str, position: usize) -> Context {
    let position = (position as u64).to_be_bytes();
    Context::new(
        "relecture/log/1",
        &[case.as_bytes(), name.as_bytes(), &position],
    )
}

fn frame(sealed: &[u8]) -> Vec<u8> {
    let length = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
    [length.to_be_bytes().as_slice(), sealed].concat()
}

/// Bytes before an entry that tell its length.
pub(crate) const LENGTH: usize = 4;

/// The whole entries, and where the last of them ends.
pub(crate) fn split(bytes: &[u8]) -> (Vec<Vec<u8>>, u64) {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk::<LENGTH>() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some((entry, after)) = after.split_at_checked(length) else {
            break;
        };
        entries.push(entry.to_vec());
        rest = after;
    }
    let whole = bytes.len() - rest.len();
    (entries, whole as u64)
}
