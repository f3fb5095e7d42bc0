//! What waits to be sent: kept in the state, so that it is there wholly or not at all, in order, and goes with its case.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Vault, VaultError};

/// Something that waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    /// Its own, the same at every try: what the platform tells a repetition by (R120).
    pub id: Uuid,
    /// The case it is about.
    pub case: Uuid,
    /// When it was queued.
    pub at: Timestamp,
    /// What it is, in words of the caller's.
    pub text: String,
}

impl Vault {
    /// Queues something behind what waits already; it is on the disk when this returns. Queued twice under one identifier it is
    /// replaced where it stands.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn queue(&self, queued: &Queued) -> Result<(), VaultError> {
        self.change(
            |state| match state.queue.iter_mut().find(|known| known.id == queued.id) {
                Some(known) => known.clone_from(queued),
                None => state.queue.push(queued.clone()),
            },
        )
    }

    /// What waits, in the order in which it was queued.
    pub fn queued(&self) -> Vec<Queued> {
        self.state().queue.clone()
    }

    /// Takes something out of the queue: it was sent, or given up.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn unqueue(&self, id: Uuid) -> Result<(), VaultError> {
        self.change(|state| state.queue.retain(|queued| queued.id != id))
    }
}
