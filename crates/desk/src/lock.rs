//! Locking the desk and coming back to it. While it is locked no key of a case is in memory: the vault's key and the tokens
//! are sealed to the unlock code, and whatever was open is put away.

use std::{
    sync::{
        Arc, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use relecture_domain::unlock_code;
use relecture_identity::{InstallationKeys, LoadKeysError};
use relecture_platform_api::{Code, DeviceEnrolled, Expert, Me};
use relecture_platform_client::{ConnectError, Connection};
use relecture_vault::{LockedVault, OpenVaultError, SetUnlockCodeError, UnlockVaultError};
use thiserror::Error;
use uuid::Uuid;

use crate::{CaseError, Desk, Topic, blocking, outbox::unsent_reports, session::Session};

/// Wrong codes in a row after which only a full sign-in helps.
const TRIES: u32 = 3;
/// R19: a session ends this long after both factors were proved, whatever the platform says or does not say.
const SESSION: SignedDuration = SignedDuration::from_hours(4);
/// How long coming back waits for the platform's word on the session; without it the work goes on offline.
const ASK: Duration = Duration::from_millis(1500);

/// Why the desk was locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockReason {
    /// The physician asked for it.
    Asked,
    /// Nobody touched the window for so long.
    Idle(Duration),
    /// The session of the operating system was locked, or another user came to the screen.
    System,
    /// The computer goes to sleep.
    Sleep,
}

/// A locked desk, as it may be shown: nothing of a case.
#[derive(Clone, Debug)]
pub struct LockedDesk {
    /// Whose desk it is.
    pub expert: Expert,
    /// This installation.
    pub device: DeviceEnrolled,
    /// When it was locked.
    pub at: Timestamp,
    /// Why.
    pub reason: LockReason,
    /// Tries left before a full sign-in.
    pub attempts_left: u32,
    /// Signed opinions and decisions that wait to be sent.
    pub unsent: usize,
}

/// What is kept while the desk is locked.
pub(crate) struct Locked {
    scope: String,
    vault: LockedVault,
    expert: Expert,
    account: String,
    device: DeviceEnrolled,
    at: Timestamp,
    reason: LockReason,
    unsent: usize,
    /// Nobody had signed in: it was work under the lease.
    offline: bool,
    /// Cases whose words were being read: coming back goes on with them.
    reading: Vec<Uuid>,
    failures: AtomicU32,
}

/// Why an unlock code is not taken.
#[derive(Debug, Error)]
pub enum ChooseCodeError {
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignedOut(#[from] CaseError),
    /// Too short, too regular.
    #[error("the code is too easy to guess")]
    Weak,
    /// The vault.
    #[error("the vault")]
    Vault(#[from] SetUnlockCodeError),
}

/// Why the desk stays locked.
#[derive(Debug, Error)]
pub enum UnlockError {
    /// There is nothing to unlock any more: a full sign-in is needed.
    #[error("the desk is not locked")]
    NotLocked,
    /// Not the code.
    #[error("the unlock code is not the right one")]
    WrongCode {
        /// Tries left; at zero a full sign-in is needed.
        attempts_left: u32,
    },
    /// The session ended while the desk was locked: a full sign-in is needed.
    #[error("the session is over")]
    SessionOver,
    /// This installation was revoked; it has forgotten what it held (R14).
    #[error("this installation was revoked")]
    Revoked,
    /// The key store.
    #[error("the keys of this installation")]
    Keys(#[from] LoadKeysError),
    /// The line cannot be prepared.
    #[error("the line to the platform")]
    Connect(#[from] ConnectError),
    /// The vault.
    #[error("the vault")]
    Vault(#[from] OpenVaultError),
    /// The code's file is damaged: a full sign-in is needed.
    #[error("the unlock code's file is damaged")]
    Damaged,
}

impl Desk {
    /// Chooses the unlock code of this physician on this PC.
    ///
    /// # Errors
    /// [`ChooseCodeError`].
    pub async fn choose_unlock_code(&self, code: &str) -> Result<(), ChooseCodeError> {
        let session = self.session()?;
        if !unlock_code::is_acceptable(code) {
            return Err(ChooseCodeError::Weak);
        }
        let code = zeroize::Zeroizing::new(code.to_owned());
        blocking(move || {
            session.vault.set_unlock_code(code.as_bytes())?;
            Ok::<_, ChooseCodeError>(())
        })
        .await?;
        self.notify(Topic::Session);
        Ok(())
    }

    /// Somebody is at the window: the wait for the idle lock starts again.
    pub fn touch(&self) {
        *self.touched.lock().unwrap_or_else(PoisonError::into_inner) = (self.ports.uptime)();
    }

    /// Locks the desk if nobody touched it for as long as the policy allows (R19).
    pub fn lock_if_idle(&self) {
        let touched = *self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = self.config.idle_lock;
        if (self.ports.uptime)().saturating_sub(touched) >= limit {
            self.lock(LockReason::Idle(limit));
        }
    }

    /// Locks the desk at once. Without an unlock code it is left altogether, and a full sign-in brings it back. Nothing is
    /// lost in either case: what was written is in the vault.
    pub fn lock(&self, reason: LockReason) {
        let reading = self.words.in_hand();
        let Some(session) = self.leave() else {
            return;
        };
        let at = session.connection.now();
        let unsent = unsent_reports(&session).len() + session.vault.queued().len();
        let offline = session.connection.is_offline();
        let tokens = session.close();
        let locked = session
            .vault
            .lock(tokens.as_deref().map_or(&[], Vec::as_slice));
        *self.locked_slot() = locked.map(|vault| {
            Arc::new(Locked {
                scope: session.scope.clone(),
                vault,
                expert: session.expert.clone(),
                account: session.account.clone(),
                device: session.device.clone(),
                at,
                reason,
                unsent,
                offline,
                reading,
                failures: AtomicU32::new(0),
            })
        });
        self.notify(Topic::Session);
    }

    /// The locked desk; nothing when it is open or nobody was at it.
    pub fn locked(&self) -> Option<LockedDesk> {
        let locked = self.locked_slot().clone()?;
        Some(LockedDesk {
            expert: locked.expert.clone(),
            device: locked.device.clone(),
            at: locked.at,
            reason: locked.reason,
            attempts_left: TRIES.saturating_sub(locked.failures.load(Ordering::Relaxed)),
            unsent: locked.unsent,
        })
    }

    /// Opens the locked desk again with the unlock code. After [`TRIES`] wrong ones, or once the session is over, only a full
    /// sign-in does.
    ///
    /// # Errors
    /// [`UnlockError`].
    pub async fn unlock(self: &Arc<Self>, code: &str) -> Result<(), UnlockError> {
        // One code at a time: guesses are counted, not raced.
        let _one = self.unlocking.lock().await;
        let locked = self.locked_slot().clone().ok_or(UnlockError::NotLocked)?;
        let code = zeroize::Zeroizing::new(code.to_owned());
        let (desk, opening) = (Arc::clone(self), Arc::clone(&locked));
        let opened = blocking(move || {
            let keys = InstallationKeys::load(desk.ports.keys.as_ref(), &opening.scope)?
                .ok_or(LoadKeysError::ItemLost("device"))?;
            let opened = opening.vault.unlock(code.as_bytes());
            Ok::<_, LoadKeysError>(opened.map(|(vault, tokens)| (keys, vault, tokens)))
        })
        .await?;
        let (keys, vault, tokens) = match opened {
            Ok(opened) => opened,
            Err(UnlockVaultError::WrongCode) => {
                let failures = locked.failures.fetch_add(1, Ordering::Relaxed) + 1;
                if failures >= TRIES {
                    self.forget_locked();
                }
                return Err(UnlockError::WrongCode {
                    attempts_left: TRIES.saturating_sub(failures),
                });
            }
            Err(UnlockVaultError::Damaged) => {
                self.forget_locked();
                return Err(UnlockError::Damaged);
            }
            Err(UnlockVaultError::Open(error)) => return Err(error.into()),
        };
        let connection = Connection::new(
            &self.config.platform,
            &keys.device,
            Arc::clone(&self.ports.clock),
        )?;
        let session = Session::new(
            locked.scope.clone(),
            connection,
            vault,
            Me {
                expert: locked.expert.clone(),
                account: locked.account.clone(),
                device: Some(locked.device.clone()),
            },
            locked.device.clone(),
            keys,
        );
        let goes_on = if locked.offline {
            session.connection.stay_offline();
            session
                .vault
                .readable_until()
                .is_some_and(|end| session.connection.now() <= end)
        } else {
            session.connection.resume(&tokens).is_ok() && !self.is_over(&session).await
        };
        if !goes_on {
            session.vault.close();
            session.close();
            self.forget_locked();
            if session.connection.is_revoked() {
                self.forget_installation(&session.scope, &session.thumbprint)
                    .await;
                return Err(UnlockError::Revoked);
            }
            return Err(UnlockError::SessionOver);
        }
        self.enter(session);
        self.go_on_reading(&locked.reading).await;
        Ok(())
    }

    /// Asks for the unlock code, where one was chosen, of whoever wants to sign: the key alone does not know who sits there (R76).
    /// After [`TRIES`] wrong ones in a row the session ends; what was written is in the vault.
    pub(crate) async fn require_unlock_code(
        &self,
        session: &Arc<Session>,
        code: Option<zeroize::Zeroizing<String>>,
    ) -> Result<(), UnlockError> {
        if !session.vault.has_unlock_code() {
            return Ok(());
        }
        // One code at a time: guesses are counted, not raced.
        let _one = self.unlocking.lock().await;
        let code = code.unwrap_or_default();
        let checking = Arc::clone(session);
        let checked = blocking(move || checking.vault.check_unlock_code(code.as_bytes())).await;
        match checked {
            Ok(()) => {
                session.wrong_codes.store(0, Ordering::Relaxed);
                Ok(())
            }
            Err(UnlockVaultError::WrongCode) => {
                let failures = session.wrong_codes.fetch_add(1, Ordering::Relaxed) + 1;
                if failures >= TRIES {
                    self.sign_out().await;
                }
                Err(UnlockError::WrongCode {
                    attempts_left: TRIES.saturating_sub(failures),
                })
            }
            Err(UnlockVaultError::Damaged) => Err(UnlockError::Damaged),
            Err(UnlockVaultError::Open(error)) => Err(error.into()),
        }
    }

    /// Whether the session ended while the desk was locked: by its age, or by the platform's word if it answers soon.
    async fn is_over(&self, session: &Session) -> bool {
        let asked = tokio::time::timeout(ASK, session.connection.me_view()).await;
        let refused = matches!(
            &asked,
            Ok(Err(error)) if matches!(
                error.code(),
                Some(Code::InvalidToken | Code::DeviceNotEnrolled | Code::DeviceRevoked)
            )
        );
        let authenticated_at = session.connection.authenticated_at();
        refused
            || authenticated_at
                .is_none_or(|at| session.connection.now().duration_since(at) >= SESSION)
    }

    /// Nobody sits at the desk any more, and what was open is put away. The one who sat there, to be closed.
    pub(crate) fn leave(&self) -> Option<Arc<Session>> {
        let session = self
            .session
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        self.receptions.stop_all();
        self.tell_of_second_screen();
        self.documents.clear();
        self.readers.put_away();
        self.words.clear();
        self.glances.put_away(None);
        self.frozen().clear();
        session
    }

    /// Somebody sits down at the desk.
    pub(crate) fn enter(&self, session: Session) {
        self.touch();
        let now = session.connection.now();
        let now = session.vault.seen().map_or(now, |seen| seen.max(now));
        *session.began.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((now, (self.ports.uptime)()));
        self.revoked.store(false, Ordering::Relaxed);
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(session));
        self.entered.notify_one();
        let readers = Arc::clone(&self.readers);
        tokio::task::spawn_blocking(move || readers.prepare());
        self.forget_locked();
        self.tell_of_second_screen();
    }

    /// The locked desk is given up, and with it the sealed keys; whoever asks next signs in.
    pub(crate) fn forget_locked(&self) {
        *self.locked_slot() = None;
        self.notify(Topic::Session);
    }

    fn locked_slot(&self) -> std::sync::MutexGuard<'_, Option<Arc<Locked>>> {
        self.locked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
