//! What stands outside the vault's files, so that the files alone say nothing and an old file put back is noticed.

use relecture_crypto::{Digest, Key};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::state::StoredKey;

/// A place for one small secret record that is not rolled back with the vault's folder: an item of the operating system's key
/// store. Some keep no more than 2,560 bytes.
pub trait Anchor: Send + Sync {
    /// The record; nothing if there is none.
    ///
    /// # Errors
    /// [`AnchorError`].
    fn load(&self) -> Result<Option<Zeroizing<Vec<u8>>>, AnchorError>;

    /// Keeps the record, in place of a former one.
    ///
    /// # Errors
    /// [`AnchorError`].
    fn store(&self, record: &[u8]) -> Result<(), AnchorError>;
}

/// The record cannot be read or kept; why is the caller's to know.
#[derive(Debug, Error)]
#[error("the key store")]
pub struct AnchorError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// The state file that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// Grows with every erasure, and changes the keys.
    pub(crate) epoch: u64,
    /// Grows with every change.
    pub(crate) generation: u64,
    /// SHA-256 of the file, hexadecimal.
    pub(crate) sha256: String,
}

impl Mark {
    pub(crate) fn of(epoch: u64, generation: u64, file: &[u8]) -> Self {
        Self {
            epoch,
            generation,
            sha256: relecture_crypto::sha256(file).to_string(),
        }
    }

    pub(crate) fn is_of(&self, digest: Digest) -> bool {
        self.sha256 == digest.to_string()
    }
}

/// A state file on its way to the disk: whether it arrived is seen there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) device: StoredKey,
    pub(crate) mark: Mark,
}

/// What the anchor keeps.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    version: u32,
    /// Name of the vault's folder.
    vault: String,
    /// This PC's half of what opens the state; another one in each epoch.
    pub(crate) device: StoredKey,
    /// This PC's part of what opens the unlock code's key pair.
    pub(crate) code: StoredKey,
    /// Wrong unlock codes in a row, tried without the platform.
    #[serde(default)]
    pub(crate) tries: u32,
    /// Nothing before the first state.
    pub(crate) current: Option<Mark>,
    pub(crate) pending: Option<Pending>,
}

const VERSION: u32 = 2;

impl Record {
    /// For a vault that is about to be made.
    pub(crate) fn make(id: &[u8]) -> Self {
        Self {
            version: VERSION,
            vault: String::from_utf8_lossy(id).into_owned(),
            device: StoredKey(Key::make()),
            code: StoredKey(Key::make()),
            tries: 0,
            current: None,
            pending: None,
        }
    }

    /// What the anchor keeps of this vault; nothing if it keeps none, or none that makes sense.
    pub(crate) fn load(anchor: &dyn Anchor, id: &[u8]) -> Result<Option<Self>, AnchorError> {
        let Some(bytes) = anchor.load()? else {
            return Ok(None);
        };
        let record: Option<Self> = serde_json::from_slice(&bytes).ok();
        Ok(record.filter(|record| {
            record.version == VERSION && record.vault == String::from_utf8_lossy(id)
        }))
    }

    pub(crate) fn store(&self, anchor: &dyn Anchor) -> Result<(), AnchorError> {
        let bytes = serde_json::to_vec(self).map_err(|error| AnchorError(error.into()))?;
        anchor.store(&Zeroizing::new(bytes))
    }
}
