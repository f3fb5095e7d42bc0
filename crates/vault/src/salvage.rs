//! What a vault held whose keys this PC lost.
//!
//! Everything local of a case is sealed under a key derived from the case's own, which the platform gives again to the same
//! physician, strongly signed in. Only the state is lost with the vault's key: it named the objects. They are found by trying;
//! an object says after 56 bytes that it is not the one.

use std::{
    fs::File,
    path::{Path, PathBuf},
    time::SystemTime,
};

use relecture_crypto::{BEGINNING, Key, belongs_to};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Anchor, DiskError, OpenVaultError, Vault, VaultError, anchor::Record, disk, log, log::LENGTH,
    open_padded, record_context,
};

/// Says whose vault it is, in words of the caller's that say nothing by themselves.
const OWNER: &str = "owner";

/// A vault that no key opens any more, held so that nobody else touches it.
pub struct LostVault {
    root: PathBuf,
    _lock: File,
}

impl LostVault {
    /// The vaults in `folder` that were `owner`'s, except the one named `current`. One that another process uses is left alone.
    ///
    /// # Errors
    /// [`DiskError`].
    pub fn all(folder: &Path, owner: &str, current: &Path) -> Result<Vec<Self>, DiskError> {
        let mut lost = Vec::new();
        for root in owned(folder, owner)? {
            if root == current {
                continue;
            }
            if let Some(lock) = disk::lock(&root.join("lock"))? {
                lost.push(Self { root, _lock: lock });
            }
        }
        Ok(lost)
    }

    /// Removes it from the disk.
    ///
    /// # Errors
    /// [`DiskError`]; what is left is removed the next time.
    pub fn erase(self) -> Result<(), DiskError> {
        let Self { root, _lock: lock } = self;
        // Some systems remove no file that is open.
        drop(lock);
        crate::erase(&root)
    }
}

impl Vault {
    /// Says whose vault this is, for the day when its keys are lost.
    ///
    /// # Errors
    /// [`DiskError`].
    pub fn belongs_to(&self, owner: &str) -> Result<(), DiskError> {
        let path = self.root.join(OWNER);
        if disk::read(&path)?.as_deref() == Some(owner.as_bytes()) {
            return Ok(());
        }
        disk::replace(&path, owner.as_bytes())
    }

    /// Takes over what `lost` kept of a case that this vault holds: its log of work, and the records of these names. What this
    /// vault has of its own is left as it is. Whether anything was found.
    ///
    /// # Errors
    /// [`VaultError`]; nothing of `lost` is changed.
    pub fn salvage(
        &self,
        case: Uuid,
        lost: &LostVault,
        records: &[&str],
    ) -> Result<bool, VaultError> {
        let key = self.local_key(case)?;
        let objects = lost.root.join("o");
        let mut newest: Option<(SystemTime, Vec<Zeroizing<Vec<u8>>>)> = None;
        let mut found = false;
        for name in disk::list(&objects)? {
            let path = objects.join(&name);
            let beginning = disk::beginning(&path, LENGTH + BEGINNING)?;
            let framed = beginning.get(LENGTH..).unwrap_or_default();
            if belongs_to(&key, &log::context(case, &name, 0), framed) {
                let at = disk::changed_at(&path)?;
                // A compaction that was cut short leaves two logs: the later one has everything.
                if newest.as_ref().is_none_or(|(former, _)| at >= *former) {
                    newest = Some((at, read_log(&key, case, &name, &path)?));
                }
            }
            for record in records {
                let context = record_context(case, record, &name);
                if !belongs_to(&key, &context, &beginning) || self.get(case, record)?.is_some() {
                    continue;
                }
                let sealed = disk::read(&path)?.unwrap_or_default();
                if let Some(clear) = open_padded(&key, &context, &sealed) {
                    self.put(case, record, &clear)?;
                    found = true;
                }
            }
        }
        if let Some((_, entries)) = newest
            && self.log(case)?.entries.is_empty()
        {
            log::compact(self, case, &entries)?;
            found = true;
        }
        Ok(found)
    }
}

/// The entries of a log, up to the first that does not open.
fn read_log(
    key: &Key,
    case: Uuid,
    name: &str,
    path: &Path,
) -> Result<Vec<Zeroizing<Vec<u8>>>, DiskError> {
    let bytes = disk::read(path)?.unwrap_or_default();
    let (sealed, _) = log::split(&bytes);
    let entries = sealed.iter().enumerate();
    Ok(entries
        .map_while(|(position, sealed)| {
            open_padded(key, &log::context(case, name, position), sealed)
        })
        .collect())
}

/// The vaults in `folder` that are `owner`'s.
fn owned(folder: &Path, owner: &str) -> Result<Vec<PathBuf>, DiskError> {
    let mut roots = Vec::new();
    for name in disk::list(folder)? {
        let root = folder.join(name);
        if root.is_dir() && disk::read(&root.join(OWNER))?.as_deref() == Some(owner.as_bytes()) {
            roots.push(root);
        }
    }
    Ok(roots)
}

/// Removes every vault of an owner from the disk (R14).
///
/// # Errors
/// [`DiskError`]; what is left is removed the next time.
pub fn erase_all(folder: &Path, owner: &str) -> Result<(), DiskError> {
    if !folder.is_dir() {
        return Ok(());
    }
    owned(folder, owner)?
        .iter()
        .try_for_each(|root| crate::erase(root))
}

/// Sets a vault aside whose state does not open, so that a new one can take its place and salvage what it held.
///
/// # Errors
/// [`OpenVaultError`].
pub fn set_aside(root: &Path, anchor: &dyn Anchor) -> Result<(), OpenVaultError> {
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    let aside = root.with_file_name(format!("{name}-{}", crate::new_name()));
    disk::rename(root, &aside)?;
    // The new one has nothing of the former's.
    Record::make(&crate::vault_id(root)).store(anchor)?;
    Ok(())
}
