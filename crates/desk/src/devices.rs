//! The physician's installations: which there are, revoking one, and what this PC does when it was revoked itself (R14, R22).

use std::sync::{Arc, atomic::Ordering};

use relecture_identity::{InstallationKeys, KeyStoreError};
use relecture_platform_api::Device;
use relecture_vault::DiskError;
use thiserror::Error;
use uuid::Uuid;

use crate::{CaseError, Desk, Topic, blocking};

/// Why this PC could not forget everything. It tries again at the next contact.
#[derive(Debug, Error)]
enum ForgetError {
    /// The key store.
    #[error("the keys of this installation")]
    Keys(#[from] KeyStoreError),
    /// The disk.
    #[error("the vault's files")]
    Disk(#[from] DiskError),
}

impl Desk {
    /// The physician's installations, the newest first.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn devices(&self) -> Result<Vec<Device>, CaseError> {
        Ok(self.session()?.connection.device_list().await?.items)
    }

    /// Revokes an installation; it forgets what it holds at its next contact. This very PC does so at once.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn revoke_device(self: &Arc<Self>, id: Uuid) -> Result<(), CaseError> {
        let session = self.session()?;
        session.connection.device_revoke(id).await?;
        if id == session.device.device_id {
            self.forget_this_pc().await;
        }
        Ok(())
    }

    /// What must be done without being asked: the idle lock, and forgetting what a revoked installation holds. Called every
    /// second or so.
    pub async fn keep_watch(self: &Arc<Self>) {
        self.lock_if_idle();
        self.keep_time().await;
        if let Ok(session) = self.session() {
            self.note_journal(&session).await;
            self.note_work(&session).await;
            self.keep_summaries(&session).await;
        }
        if self
            .session()
            .is_ok_and(|session| session.connection.is_revoked())
        {
            self.forget_this_pc().await;
        }
    }

    /// Leaves the desk and forgets the installation of whoever sat there.
    async fn forget_this_pc(self: &Arc<Self>) {
        let Some(session) = self.leave() else {
            return;
        };
        session.vault.close();
        session.close();
        self.forget_installation(&session.scope, &session.thumbprint)
            .await;
    }

    /// Forgets the keys and the vault of an installation that was revoked (R14). What cannot be forgotten now is unreadable
    /// already: the platform no longer gives its half of the key.
    pub(crate) async fn forget_installation(self: &Arc<Self>, scope: &str, thumbprint: &str) {
        let (desk, scope) = (Arc::clone(self), scope.to_owned());
        let (root, vaults) = (self.vault_root(thumbprint), self.vaults());
        let forgotten = blocking(move || {
            InstallationKeys::forget(desk.ports.keys.as_ref(), &scope)?;
            relecture_vault::erase(&root)?;
            relecture_vault::erase_all(&vaults, &scope)?;
            Ok::<_, ForgetError>(())
        });
        match forgotten.await {
            Ok(()) => tracing::warn!("this installation was revoked: its cases are erased"),
            Err(error) => tracing::error!(%error, "a revoked installation is not wholly forgotten"),
        }
        self.revoked.store(true, Ordering::Relaxed);
        self.notify(Topic::Session);
    }

    /// Whether this PC was revoked and has forgotten what it held, until somebody signs in again.
    pub fn was_revoked(&self) -> bool {
        self.revoked.load(Ordering::Relaxed)
    }
}
