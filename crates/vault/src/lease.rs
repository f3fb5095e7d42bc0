//! The offline lease: for a while the unlock code opens the vault without the platform (R51, R52).
//!
//! In the head, sealed to the unlock code's public half, and inside under this PC's secret of the epoch: neither the code nor the
//! key store alone opens it, and an erasure makes it void. Its end stands inside. Time is the highest ever seen.

use jiff::Timestamp;
use relecture_crypto::{Context, Key, SealingKey, derive_key, open, seal, seal_to};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    AnchorError, ClosedVault, DiskError, OpenVaultError, UnlockVaultError, Vault, disk,
    state::{State, StoredKey},
    state_file::Head,
    unlock,
};

const LEASE: &str = "relecture/lease/1";
/// Wrong codes that make the code void; a full sign-in asks for another.
const TRIES: u32 = 3;

/// Why a vault does not open without the platform.
#[derive(Debug, Error)]
pub enum OpenOfflineError {
    /// There is no lease: no unlock code was chosen, no case is here, or an erasure ended it.
    #[error("there is no lease")]
    NoLease,
    /// The lease is over.
    #[error("the lease ended at {0}")]
    Over(Timestamp),
    /// Not the code.
    #[error("the unlock code is not the right one")]
    WrongCode {
        /// Tries left; at zero the code is void.
        attempts_left: u32,
    },
    /// The vault itself.
    #[error("the vault")]
    Vault(#[from] OpenVaultError),
}

#[derive(Serialize, Deserialize)]
struct Lease {
    key: StoredKey,
    /// What the platform calls this installation, hexadecimal.
    installation: String,
    not_after: Timestamp,
    /// Highest time seen.
    seen: Timestamp,
}

fn context(id: &[u8], epoch: u64) -> Context {
    Context::new(LEASE, &[id, &epoch.to_be_bytes()])
}

fn inner_key(device: &Key) -> Key {
    derive_key(&[device], "relecture/lease-device/1")
}

fn bound_to(id: &[u8], epoch: u64) -> Vec<u8> {
    [id, &epoch.to_be_bytes()].concat()
}

/// The lease that goes with this state, hexadecimal; nothing without an unlock code or a case that may be read.
pub(crate) fn make(
    id: &[u8],
    installation: &[u8],
    head: &Head,
    state: &State,
    device: &Key,
    epoch_key: &Key,
) -> Result<Option<String>, DiskError> {
    let (Some(public), Some(seen)) = (&state.unlock, state.seen) else {
        return Ok(None);
    };
    let readable = state.cases.values().filter(|case| case.key.is_some());
    let ends = readable.filter_map(|case| case.lease_end);
    let Some(not_after) = ends.max().filter(|end| *end > seen) else {
        return Ok(None);
    };
    let lease = Lease {
        key: StoredKey(epoch_key.clone()),
        installation: hex::encode(installation),
        not_after,
        seen,
    };
    let clear = Zeroizing::new(serde_json::to_vec(&lease).map_err(DiskError::encoding)?);
    let inner = seal(&inner_key(device), &context(id, head.epoch), &clear);
    let sealed = hex::decode(public)
        .ok()
        .and_then(|public| seal_to(&public, LEASE, &bound_to(id, head.epoch), &inner).ok());
    Ok(sealed.map(hex::encode))
}

fn read(id: &[u8], head: &Head, device: &Key, pair: &SealingKey) -> Option<Lease> {
    let sealed = hex::decode(head.lease.as_ref()?).ok()?;
    let inner = pair.open(LEASE, &bound_to(id, head.epoch), &sealed).ok()?;
    let clear = open(&inner_key(device), &context(id, head.epoch), &inner).ok()?;
    serde_json::from_slice(&clear).ok()
}

impl ClosedVault {
    /// Opens it with the unlock code alone, while the lease lasts. `now` is this computer's clock, which is believed only when it
    /// is ahead of what was seen.
    ///
    /// # Errors
    /// [`OpenOfflineError`]; three wrong codes in a row, over as many starts as there may be, make the code void.
    pub fn open_offline(mut self, code: &[u8], now: Timestamp) -> Result<Vault, OpenOfflineError> {
        let head = match &self.file {
            Some(file) if file.head.lease.is_some() => file.head.clone(),
            _ => return Err(OpenOfflineError::NoLease),
        };
        // Counted before it is tried: pulling the plug gives no further try.
        self.record.tries += 1;
        self.keep_record()?;
        let pair = match unlock::private_half(&self.root, &self.id, &self.record.code.0, code) {
            Ok(pair) => pair,
            Err(UnlockVaultError::WrongCode) => {
                let attempts_left = TRIES.saturating_sub(self.record.tries);
                if attempts_left == 0 {
                    self.record.code = StoredKey(Key::make());
                    self.record.tries = 0;
                    self.keep_record()?;
                    // Without its file there is no code: the next sign-in asks for another.
                    disk::remove(&self.root.join("unlock")).map_err(OpenVaultError::from)?;
                }
                return Err(OpenOfflineError::WrongCode { attempts_left });
            }
            Err(UnlockVaultError::Damaged) => return Err(OpenOfflineError::NoLease),
            Err(UnlockVaultError::Open(error)) => return Err(error.into()),
        };
        self.record.tries = 0;
        self.keep_record()?;
        let lease =
            read(&self.id, &head, &self.record.device.0, &pair).ok_or(OpenOfflineError::NoLease)?;
        let now = now.max(lease.seen);
        if now > lease.not_after {
            return Err(OpenOfflineError::Over(lease.not_after));
        }
        let installation =
            hex::decode(&lease.installation).map_err(|_| OpenOfflineError::NoLease)?;
        let vault = self.open_with(lease.key.0, &installation)?;
        vault.see(now);
        Ok(vault)
    }

    fn keep_record(&self) -> Result<(), OpenOfflineError> {
        self.record
            .store(self.anchor.as_ref())
            .map_err(|error: AnchorError| OpenVaultError::from(error).into())
    }
}
