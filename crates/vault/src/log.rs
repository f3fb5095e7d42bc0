//! The log of work of a case: sealed entries one after the other, each bound to its position.
//!
//! An entry is on the disk when `append` returns, so that a killed process loses nothing that was acknowledged. A crash in the
//! middle of an entry leaves a torn tail, which is cut off at the next append.

use std::io::Write as _;

use relecture_crypto::{Context, open, seal};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Vault, VaultError, disk, new_name};

pub(crate) fn append(vault: &Vault, case: Uuid, entry: &[u8]) -> Result<(), VaultError> {
    let key = vault.local_key(case)?;
    let named = vault.state().cases.get(&case).and_then(|c| c.log.clone());
    let is_new = named.is_none();
    let name = match named {
        Some(name) => name,
        None => name_log(vault, case)?,
    };
    let path = vault.object(&name);
    let (entries, whole) = split(&disk::read(&path)?.unwrap_or_default());
    let mut file = disk::append(&path)?;
    if file.metadata().map_err(disk::DiskError::from)?.len() != whole {
        file.set_len(whole).map_err(disk::DiskError::from)?;
    }
    let sealed = seal(&key, &context(case, &name, entries.len()), entry);
    let framed = frame(&sealed);
    file.write_all(&framed)
        .and_then(|()| file.sync_data())
        .map_err(disk::DiskError::from)?;
    if is_new {
        disk::sync_directory(&vault.objects())?;
    }
    Ok(())
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
