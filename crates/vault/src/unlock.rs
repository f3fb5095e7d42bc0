//! The unlock code: reopens a vault that was locked a moment ago, without the platform.
//!
//! A code has a key pair. Its public half stands in the sealed state, so that nobody can put another in its place; its private
//! half stands in `<vault>/unlock`, sealed under the code (Argon2id) and this PC's secret together. Locking seals the vault's key
//! to the public half and needs no code. Unlocking needs both: neither the disk nor the key store alone is enough.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use relecture_crypto::{
    Context, Cost, Key, OpenObjectError, SealingKey, derive_key, make_bytes, open, seal, seal_to,
    stretch,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    Anchor, ClosedVault, DiskError, OpenVaultError, Vault, VaultError, anchor::Record, disk,
    state::State, vault_id,
};

/// Form of `<vault>/unlock`.
const VERSION: u32 = 1;
/// What is sealed to the code's key pair, and for what.
const VAULT_KEY: &str = "relecture/locked-vault/1";
const KEY_LENGTH: usize = 32;

/// Why a code is not taken.
#[derive(Debug, Error)]
pub enum SetUnlockCodeError {
    /// The code cannot be stretched.
    #[error("the unlock code")]
    Stretch(#[from] relecture_crypto::StretchError),
    /// The vault.
    #[error("the vault")]
    Vault(#[from] VaultError),
}

/// Why a locked vault stays locked.
#[derive(Debug, Error)]
pub enum UnlockVaultError {
    /// Another code, or another PC.
    #[error("the unlock code is not the right one")]
    WrongCode,
    /// The file of the code is damaged or gone.
    #[error("the unlock code's file is damaged")]
    Damaged,
    /// The vault itself does not open.
    #[error("the vault")]
    Open(#[from] OpenVaultError),
}

/// `<vault>/unlock`; bytes in hexadecimal.
#[derive(Serialize, Deserialize)]
struct CodeFile {
    version: u32,
    /// Argon2id: KiB of memory.
    memory: u32,
    /// Argon2id: passes.
    passes: u32,
    salt: String,
    /// The public half, by which the state recognises its file.
    public: String,
    /// The private half.
    sealed: String,
}

/// A vault whose key nobody has: the code brings it back, as long as this value lives.
pub struct LockedVault {
    root: PathBuf,
    installation: Vec<u8>,
    anchor: Arc<dyn Anchor>,
    sealed: Vec<u8>,
}

impl Vault {
    /// Whether an unlock code was chosen.
    pub fn has_unlock_code(&self) -> bool {
        self.state().unlock.is_some()
    }

    /// Chooses the unlock code, in place of a former one.
    ///
    /// # Errors
    /// [`SetUnlockCodeError`].
    pub fn set_unlock_code(&self, code: &[u8]) -> Result<(), SetUnlockCodeError> {
        let device = {
            let slot = self.opened();
            let opened = slot.as_ref().ok_or(VaultError::Closed)?;
            opened.record.code.0.clone()
        };
        let pair = SealingKey::make();
        let salt = make_bytes();
        let cost = Cost::CURRENT;
        let wrap = wrap_key(&device, code, &salt, cost)?;
        let file = CodeFile {
            version: VERSION,
            memory: cost.memory,
            passes: cost.passes,
            salt: hex::encode(salt),
            public: hex::encode(pair.public()),
            sealed: hex::encode(seal(&wrap, &code_context(&self.id), &pair.to_bytes())),
        };
        let public = file.public.clone();
        let bytes = serde_json::to_vec(&file).map_err(DiskError::encoding);
        // The file first: a state that names another file's key counts as one without a code.
        bytes
            .and_then(|bytes| disk::replace(&self.root.join("unlock"), &bytes))
            .map_err(VaultError::from)?;
        self.change(|state| state.unlock = Some(public))?;
        Ok(())
    }

    /// Whether this is the unlock code, for an act that asks for it while the vault is open. Takes as long as unlocking.
    ///
    /// # Errors
    /// [`UnlockVaultError`]; [`UnlockVaultError::Damaged`] also where none was chosen.
    pub fn check_unlock_code(&self, code: &[u8]) -> Result<(), UnlockVaultError> {
        let public = self.state().unlock.clone();
        let device = self
            .opened()
            .as_ref()
            .map(|opened| opened.record.code.0.clone());
        let device = device.ok_or(UnlockVaultError::Damaged)?;
        let pair = private_half(&self.root, &self.id, &device, code)?;
        if Some(hex::encode(pair.public())) == public {
            Ok(())
        } else {
            Err(UnlockVaultError::Damaged)
        }
    }

    /// Locks the vault: its keys are gone from memory, and `along` with them, until the code is given. Nothing if no code was
    /// chosen; the vault is closed in any case.
    pub fn lock(&self, along: &[u8]) -> Option<LockedVault> {
        let public = self.state().unlock.clone();
        let clear = self.opened().as_ref().map(|opened| {
            let mut clear = Zeroizing::new(Vec::with_capacity(KEY_LENGTH + along.len()));
            clear.extend_from_slice(opened.epoch_key.bytes());
            clear.extend_from_slice(along);
            clear
        });
        self.close();
        let public = hex::decode(public?).ok()?;
        let sealed = seal_to(&public, VAULT_KEY, &self.id, &clear?).ok()?;
        Some(LockedVault {
            root: self.root.clone(),
            installation: self.installation.clone(),
            anchor: Arc::clone(&self.anchor),
            sealed,
        })
    }
}

impl LockedVault {
    /// Opens the vault again, and gives back what was locked along with it.
    ///
    /// # Errors
    /// [`UnlockVaultError`].
    pub fn unlock(&self, code: &[u8]) -> Result<(Vault, Zeroizing<Vec<u8>>), UnlockVaultError> {
        let id = vault_id(&self.root);
        let record = Record::load(self.anchor.as_ref(), &id)
            .map_err(OpenVaultError::from)?
            .ok_or(UnlockVaultError::Damaged)?;
        let pair = private_half(&self.root, &id, &record.code.0, code)?;
        let clear = pair
            .open(VAULT_KEY, &id, &self.sealed)
            .map_err(|_| UnlockVaultError::Damaged)?;
        let (key, along) = clear
            .split_at_checked(KEY_LENGTH)
            .ok_or(UnlockVaultError::Damaged)?;
        let key = Key::from_slice(key).ok_or(UnlockVaultError::Damaged)?;
        let along = Zeroizing::new(along.to_vec());
        let closed = ClosedVault::at(&self.root, Arc::clone(&self.anchor))?;
        Ok((closed.open_with(key, &self.installation)?, along))
    }
}

pub(crate) fn private_half(
    root: &Path,
    id: &[u8],
    device: &Key,
    code: &[u8],
) -> Result<SealingKey, UnlockVaultError> {
    let damaged = || UnlockVaultError::Damaged;
    let file = read(root)
        .map_err(OpenVaultError::from)?
        .ok_or_else(damaged)?;
    let bytes = |text: &str| hex::decode(text).map_err(|_| damaged());
    let salt = bytes(&file.salt)?.try_into().map_err(|_| damaged())?;
    let cost = Cost {
        memory: file.memory,
        passes: file.passes,
    };
    let wrap = wrap_key(device, code, &salt, cost).map_err(|_| damaged())?;
    let private =
        open(&wrap, &code_context(id), &bytes(&file.sealed)?).map_err(|error| match error {
            OpenObjectError::KeyOrContext => UnlockVaultError::WrongCode,
            _ => damaged(),
        })?;
    SealingKey::from_bytes(&private).ok_or_else(damaged)
}

/// A state whose file is gone, damaged or another's has no code: a new one is asked for at the next sign-in.
pub(crate) fn forget_unless_kept(root: &Path, state: &mut State) -> Result<(), DiskError> {
    if state.unlock.is_some() && read(root)?.map(|file| file.public) != state.unlock {
        state.unlock = None;
    }
    Ok(())
}

/// The code's file, if there is one that makes sense.
fn read(root: &Path) -> Result<Option<CodeFile>, DiskError> {
    let bytes = disk::read(&root.join("unlock"))?;
    let file: Option<CodeFile> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Ok(file.filter(|file| file.version == VERSION))
}

fn wrap_key(
    device: &Key,
    code: &[u8],
    salt: &[u8; 16],
    cost: Cost,
) -> Result<Key, relecture_crypto::StretchError> {
    let stretched = stretch(code, salt, cost)?;
    Ok(derive_key(&[device, &stretched], "relecture/unlock/1"))
}

fn code_context(id: &[u8]) -> Context {
    Context::new("relecture/unlock-key/1", &[id])
}
