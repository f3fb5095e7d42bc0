//! The log of work of a case: sealed entries one after the other, each bound to its position.
//!
//! An entry is on the disk when `append` returns, so that a killed process loses nothing that was acknowledged. A crash in the
//! middle of an entry leaves a torn tail, which is cut off at the next append.

use std::{io::Write as _, path::Path, sync::PoisonError};

use relecture_crypto::{Context, open, seal};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{DiskError, Vault, VaultError, disk, new_name};

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
    let sealed = seal(&key, &context(case, &name, end.entries), entry);
    let framed = frame(&sealed);
    let mut file = disk::append(&path)?;
    file.write_all(&framed)
        .and_then(|()| file.sync_data())
        .map_err(DiskError::from)?;
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
        disk::append(path)?.set_len(whole)?;
    }
    Ok(LogEnd {
        entries: entries.len(),
        bytes: whole,
    })
}

pub(crate) fn entries(vault: &Vault, case: Uuid) -> Result<Vec<Zeroizing<Vec<u8>>>, VaultError> {
    let key = vault.local_key(case)?;
    let Some(name) = vault.state().cases.get(&case).and_then(|c| c.log.clone()) else {
        return Ok(Vec::new());
    };
    let (sealed, _) = split(&disk::read(&vault.object(&name))?.unwrap_or_default());
    sealed
        .iter()
        .enumerate()
        .map(|(position, sealed)| {
            open(&key, &context(case, &name, position), sealed).map_err(|_| VaultError::Altered)
        })
        .collect()
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
        bytes.extend(frame(&seal(&key, &context(case, &name, position), entry)));
    }
    disk::write_new(&vault.object(&name), &bytes)?;
    let mut former = None;
    vault.change(|state| {
        if let Some(case) = state.cases.get_mut(&case) {
            former = case.log.replace(name);
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
