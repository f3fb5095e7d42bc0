//! A vault that is held and not open yet: what must be asked of the platform, and the opening itself.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use relecture_crypto::{Key, sha256};

use crate::{
    Anchor, OpenVaultError, Opened, Vault, VaultError,
    anchor::Record,
    disk,
    state::State,
    state_file::{Head, StateFile},
    unlock, vault_id,
};

/// What only the platform opens, after strong sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformSeal {
    /// The epoch that it belongs to.
    pub epoch: u64,
    /// HPKE: encapsulated key and ciphertext.
    pub sealed: Vec<u8>,
}

/// The vault's place at the platform.
#[derive(Clone, Copy, Debug)]
pub struct PlatformSide<'a> {
    /// Public key of the platform for this installation alone.
    pub key: &'a [u8],
    /// What the platform calls this installation.
    pub installation: &'a [u8],
    /// The last epoch that the platform was asked about: a vault made anew begins after it, or it would not open again.
    pub epoch: u64,
}

/// A vault that this process holds, whose state is the one that was last written.
pub struct ClosedVault {
    pub(crate) root: PathBuf,
    pub(crate) id: Vec<u8>,
    pub(crate) anchor: Arc<dyn Anchor>,
    pub(crate) record: Record,
    /// Nothing for a vault that is about to be made.
    pub(crate) file: Option<StateFile>,
    lock: File,
}

impl ClosedVault {
    /// Takes the vault in `root`, or the place for a new one.
    ///
    /// # Errors
    /// [`OpenVaultError`]; nothing on the disk is changed then.
    pub fn at(root: &Path, anchor: Arc<dyn Anchor>) -> Result<Self, OpenVaultError> {
        let objects = root.join("o");
        disk::make_directory(&objects)?;
        let lock = disk::lock(&root.join("lock"))?.ok_or(OpenVaultError::InUse)?;
        let bytes = disk::read(&root.join("state"))?;
        let id = vault_id(root);
        let record = Record::load(anchor.as_ref(), &id)?;
        let is_empty = disk::list(&objects)?.is_empty();
        let (record, file) = match (record, bytes) {
            (None, None) if is_empty => (Record::make(&id), None),
            // The first state never reached the disk.
            (Some(record), None) if is_empty && record.current.is_none() => (record, None),
            (None, Some(_)) => return Err(OpenVaultError::WrongKey),
            (_, None) => return Err(OpenVaultError::NotCurrent),
            (Some(record), Some(bytes)) => {
                let record = settle(record, &bytes).ok_or(OpenVaultError::NotCurrent)?;
                let file = StateFile::parse(&bytes).ok_or(OpenVaultError::Damaged)?;
                (record, Some(file))
            }
        };
        Ok(Self {
            id,
            root: root.to_owned(),
            anchor,
            record,
            file,
            lock,
        })
    }

    /// What the platform is to open; nothing for a vault that is about to be made.
    pub fn platform_seal(&self) -> Option<PlatformSeal> {
        let head = &self.file.as_ref()?.head;
        Some(PlatformSeal {
            epoch: head.epoch,
            sealed: hex::decode(&head.secret).ok()?,
        })
    }

    /// Opens it with what the platform opened, or makes it.
    ///
    /// # Errors
    /// [`OpenVaultError`].
    pub fn open(
        mut self,
        secret: Option<&Key>,
        platform: PlatformSide<'_>,
    ) -> Result<Vault, OpenVaultError> {
        let Some(file) = &self.file else {
            return self.make(platform);
        };
        let key = secret.and_then(|secret| file.head.open(&self.id, &self.record.device.0, secret));
        let epoch_key = key.ok_or(OpenVaultError::WrongKey)?;
        // Whoever has signed in may miss the unlock code again.
        self.record.tries = 0;
        self.open_with(epoch_key, platform.installation)
    }

    /// Opens it with the epoch key itself.
    pub(crate) fn open_with(
        self,
        epoch_key: Key,
        installation: &[u8],
    ) -> Result<Vault, OpenVaultError> {
        let file = self.file.ok_or(OpenVaultError::NotCurrent)?;
        let mut state = file.state(&self.id, &epoch_key)?;
        unlock::forget_unless_kept(&self.root, &mut state)?;
        let seen = state.seen;
        let vault = Vault {
            root: self.root,
            id: self.id,
            installation: installation.to_vec(),
            anchor: self.anchor,
            state: Mutex::new(state),
            opened: Mutex::new(Some(Opened {
                epoch_key,
                head: file.head,
                record: self.record,
                _lock: self.lock,
            })),
            present: Mutex::default(),
            ends: Mutex::default(),
            time: Mutex::new(seen),
        };
        vault.sweep()?;
        Ok(vault)
    }

    fn make(self, platform: PlatformSide<'_>) -> Result<Vault, OpenVaultError> {
        let installation = platform.installation;
        let epoch_key = Key::make();
        let device = &self.record.device.0;
        let epoch = platform.epoch + 1;
        let head = Head::make(
            &self.id,
            epoch,
            platform.key,
            installation,
            device,
            &epoch_key,
        )
        .ok_or(OpenVaultError::PlatformKey)?;
        let state = State {
            generation: 1,
            ..State::default()
        };
        let mut opened = Opened {
            epoch_key,
            head,
            record: self.record,
            _lock: self.lock,
        };
        let vault = Vault {
            root: self.root,
            id: self.id,
            installation: installation.to_vec(),
            anchor: self.anchor,
            state: Mutex::default(),
            opened: Mutex::new(None),
            present: Mutex::default(),
            ends: Mutex::default(),
            time: Mutex::default(),
        };
        let committed = vault.commit(&mut opened, &state, None);
        // The anchor that learns of the first state at the next change only knows it as the one that was to come.
        let _lags_behind = committed.map_err(|error| match error {
            VaultError::Disk(error) => OpenVaultError::Disk(error),
            VaultError::Anchor(error) => OpenVaultError::Anchor(error),
            _ => OpenVaultError::Damaged,
        })?;
        *vault.state() = state;
        *vault.opened() = Some(opened);
        Ok(vault)
    }
}

/// The record that belongs to this file: the one that counts, or the one that was on its way when the process ended.
fn settle(mut record: Record, file: &[u8]) -> Option<Record> {
    let digest = sha256(file);
    let pending = record.pending.take();
    if record
        .current
        .as_ref()
        .is_some_and(|mark| mark.is_of(digest))
    {
        return Some(record);
    }
    let arrived = pending.filter(|pending| pending.mark.is_of(digest))?;
    record.device = arrived.device;
    record.current = Some(arrived.mark);
    Some(record)
}
