//! Forgetting: the key first, then the bytes (R49); and what is still to be told of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Vault, VaultError, disk, state::State};

/// A case that was forgotten, as long as the platform was not told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgotten {
    /// The case.
    pub case: Uuid,
    /// Why, in words of the caller's.
    pub reason: String,
    /// When, as far as the time was known.
    pub at: Option<Timestamp>,
}

impl Vault {
    /// Forgets a case: its key first, then its bytes (R49), and what was queued about it. Forgetting an unknown case is done
    /// already. That it was forgotten, and why, is remembered until [`Vault::is_told`].
    ///
    /// # Errors
    /// [`VaultError::Disk`]; once the state was replaced the case is unreadable whatever happens to its bytes.
    pub fn forget(&self, case: Uuid, reason: &str) -> Result<(), VaultError> {
        let mut names = Vec::new();
        let at = self.seen();
        // With the case's key goes every key that an older state could be opened with.
        let changed = self.change_in(true, |state| {
            state.queue.retain(|queued| queued.case != case);
            if let Some(forgotten) = state.cases.remove(&case) {
                names = forgotten.names().map(str::to_owned).collect();
                state.forgotten.retain(|former| former.case != case);
                state.forgotten.push(Forgotten {
                    case,
                    reason: reason.to_owned(),
                    at,
                });
            }
        });
        if self.holds(case) {
            return changed;
        }
        for name in names {
            self.present().remove(&name);
            disk::remove(&self.object(&name))?;
            disk::remove(&self.part(&name))?;
        }
        disk::sync_directory(&self.objects())?;
        changed
    }

    /// The cases that were forgotten and of which the platform was not told, oldest first.
    pub fn forgotten(&self) -> Vec<Forgotten> {
        self.state().forgotten.clone()
    }

    /// The platform was told that this case was forgotten.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn is_told(&self, forgotten: &Forgotten) -> Result<(), VaultError> {
        self.change(|state| state.forgotten.retain(|known| known != forgotten))
    }

    /// Counts the erasures: what was sealed in a former epoch no key opens any more.
    ///
    /// # Errors
    /// [`VaultError::Closed`].
    pub fn epoch(&self) -> Result<u64, VaultError> {
        let slot = self.opened();
        Ok(slot.as_ref().ok_or(VaultError::Closed)?.head.epoch)
    }

    /// A case whose lease is over has no key on this PC any more: what was written stays sealed until the platform gives the key
    /// again (R51).
    pub(crate) fn drop_dead_keys(&self, now: Timestamp) -> Result<(), VaultError> {
        let is_dead = |state: &State| {
            let mut cases = state.cases.values();
            cases.any(|case| case.key.is_some() && case.lease_end.is_some_and(|end| now > end))
        };
        if !is_dead(&self.state()) {
            return Ok(());
        }
        self.change_in(true, |state| {
            for case in state.cases.values_mut() {
                if case.lease_end.is_some_and(|end| now > end) {
                    case.key = None;
                    case.note = None;
                }
            }
        })
    }
}
