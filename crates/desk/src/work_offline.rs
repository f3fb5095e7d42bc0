//! Working without the platform, under the lease that it gave: the unlock code opens the vault on this PC (R51).

use std::sync::{Arc, PoisonError, atomic::Ordering};

use jiff::Timestamp;

use relecture_identity::{InstallationKeys, LoadKeysError};
use relecture_platform_api::{Assignment, DeviceEnrolled, ErasureReason, Me};
use relecture_platform_client::{ConnectError, Connection};
use relecture_vault::{ClosedVault, OpenOfflineError, OpenVaultError, Vault, VaultError};
use thiserror::Error;

use crate::{
    CaseError, Desk, blocking,
    record::{self, ASSIGNMENT},
    session::{KnownList, Session},
    trace::Act,
};

/// Why nobody works offline.
#[derive(Debug, Error)]
pub enum WorkOfflineError {
    /// Nothing of this physician may be read without the platform on this PC.
    #[error("there is no lease")]
    NoLease,
    /// The vault.
    #[error("the vault")]
    Vault(#[from] OpenOfflineError),
    /// The key store.
    #[error("the keys of this installation")]
    Keys(#[from] LoadKeysError),
    /// The line cannot be prepared.
    #[error("the line to the platform")]
    Connect(#[from] ConnectError),
    /// It cannot be written down (R97).
    #[error("the journal")]
    Journal(#[from] CaseError),
}

/// The vault's note of whose it is.
pub(crate) const PROFILE: &str = "profile";

/// Whose the vault is, as it is kept in it.
pub(crate) fn profile(me: &Me, device: &DeviceEnrolled) -> Result<String, serde_json::Error> {
    let me = Me {
        device: Some(device.clone()),
        ..me.clone()
    };
    serde_json::to_string(&me)
}

impl Desk {
    /// Sits down without the platform: reads, annotates and writes the cases of this PC until their leases end. Proving both
    /// factors makes it an ordinary session again.
    ///
    /// # Errors
    /// [`WorkOfflineError`].
    pub async fn work_offline(
        self: &Arc<Self>,
        email: &str,
        code: &str,
    ) -> Result<(), WorkOfflineError> {
        if self.session().is_ok() {
            self.sign_out().await;
        }
        let (desk, scope) = (Arc::clone(self), self.scope(email));
        let code = zeroize::Zeroizing::new(code.to_owned());
        let now = (self.ports.clock)();
        let (opening, owner) = (Arc::clone(&desk), scope.clone());
        let (keys, vault) = blocking(move || {
            let store = opening.ports.keys.as_ref();
            let keys = InstallationKeys::load(store, &owner)?.ok_or(WorkOfflineError::NoLease)?;
            let root = opening.vault_root(&keys.device.thumbprint());
            if !root.is_dir() {
                return Err(WorkOfflineError::NoLease);
            }
            let closed = ClosedVault::at(&root, opening.anchor_of(&owner)).map_err(lost)?;
            let vault = closed.open_offline(code.as_bytes(), now)?;
            Ok::<_, WorkOfflineError>((keys, vault))
        })
        .await?;
        let me: Me = vault
            .note(PROFILE)
            .and_then(|profile| serde_json::from_str(&profile).ok())
            .ok_or(WorkOfflineError::NoLease)?;
        let device = me.device.clone().ok_or(WorkOfflineError::NoLease)?;
        let connection = Connection::new(
            &self.config.platform,
            &keys.device,
            Arc::clone(&self.ports.clock),
        )?;
        connection.stay_offline();
        let list = known_list(&vault);
        let session = Session::new(scope, connection, vault, me, device, keys);
        *session.list() = list;
        self.revoked.store(false, Ordering::Relaxed);
        self.enter(session);
        self.keep_time().await;
        if let Ok(session) = self.session() {
            let traced = self.trace(&session, Act::WorkedOffline, None, None).await;
            if let Err(error) = traced {
                // What is not written down is not done.
                self.sign_out().await;
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// The platform's time as last told, and what the computer has run since: no clock that somebody moves. Without the platform
    /// this computer's clock counts too, when it is ahead (R52).
    pub(crate) fn time_of(&self, session: &Session) -> Timestamp {
        let now = session.connection.now();
        let began = *session.began.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((began, uptime)) = began else {
            return now;
        };
        let passed = (self.ports.uptime)().saturating_sub(uptime);
        let ran = began.checked_add(passed).unwrap_or(began);
        if session.connection.is_offline() {
            return ran.max(now);
        }
        ran
    }

    /// The platform has just answered: its time counts from now on.
    pub(crate) async fn believe_the_platform(
        &self,
        session: &Arc<Session>,
    ) -> Result<(), VaultError> {
        let now = session.connection.now();
        *session.began.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((now, (self.ports.uptime)()));
        let telling = Arc::clone(session);
        blocking(move || telling.vault.set_time(now)).await
    }

    /// Tells the vault the time, and forgets what may not be held any more (R50).
    pub(crate) async fn keep_time(self: &Arc<Self>) {
        let Ok(session) = self.session() else {
            return;
        };
        let (telling, now) = (Arc::clone(&session), self.time_of(&session));
        match blocking(move || telling.vault.tell_time(now)).await {
            Ok(due) => {
                for case in due {
                    if let Err(error) = self.erase(&session, case, ErasureReason::PurgeDate).await {
                        tracing::error!(%error, "a case that is over is not wholly forgotten");
                    }
                    self.notify(crate::Topic::Worklist);
                }
            }
            // Closed meanwhile, or told again in a second.
            Err(error) => tracing::debug!(%error, "the time is not written down"),
        }
    }
}

/// A vault that does not open now is for the next sign-in to set right.
fn lost(error: OpenVaultError) -> WorkOfflineError {
    if error.is_lost() {
        return WorkOfflineError::NoLease;
    }
    WorkOfflineError::Vault(error.into())
}

/// What was last known of the cases on this PC.
fn known_list(vault: &Vault) -> KnownList {
    let assignments = vault.cases().into_iter().filter_map(|case| {
        record::get::<Assignment>(vault, case, ASSIGNMENT)
            .ok()
            .flatten()
    });
    KnownList {
        assignments: assignments.collect(),
        read_at: vault.seen(),
    }
}
