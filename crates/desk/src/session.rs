//! Who is at the desk.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU32},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use relecture_identity::InstallationKeys;
use relecture_journal::Journal;
use relecture_platform_api::{Assignment, DeviceEnrolled, Expert, Me};
use relecture_platform_client::Connection;
use relecture_vault::{LostVault, Vault};
use tokio::sync::{Notify, OnceCell};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{CaseError, Desk, Topic, outbox::unsent_reports, summary::Summaries};

/// Below this age an authentication allows signing and submitting (R20).
const FRESH: SignedDuration = SignedDuration::from_mins(5);

pub(crate) struct Session {
    /// The account that signed in, as the key store knows it.
    pub(crate) scope: String,
    /// Name of the device key, and of the vault.
    pub(crate) thumbprint: String,
    pub(crate) connection: Connection,
    pub(crate) vault: Vault,
    pub(crate) expert: Expert,
    /// E-mail of his account.
    pub(crate) account: String,
    pub(crate) device: DeviceEnrolled,
    /// Nothing once the session is closed.
    keys: Mutex<Option<Arc<InstallationKeys>>>,
    list: Mutex<KnownList>,
    /// Vaults of his whose keys are lost, until what they hold was looked for.
    lost: Mutex<Vec<LostVault>>,
    /// The time and the uptime when it began.
    pub(crate) began: Mutex<Option<(Timestamp, Duration)>>,
    /// Cases whose work was found in one of them; nothing when none was lost.
    recovered: Mutex<Option<usize>>,
    /// The journal, once something was to be written down.
    pub(crate) journal: OnceCell<Arc<Journal>>,
    /// Cases whose opening was written down since sign-in.
    pub(crate) opened_cases: Mutex<HashSet<Uuid>>,
    /// How far the changes at the platform were taken in; nothing before everything was read.
    pub(crate) cursor: tokio::sync::Mutex<Option<String>>,
    /// Something waits to be delivered.
    pub(crate) stir: Notify,
    /// One delivery at a time, or order would be chance.
    pub(crate) delivering: tokio::sync::Mutex<()>,
    /// One decision is queued at a time, or the same could be queued twice.
    pub(crate) deciding: tokio::sync::Mutex<()>,
    /// One reception is begun at a time, or two could fetch the same piece.
    pub(crate) beginning: tokio::sync::Mutex<()>,
    /// Held by whoever fetches ahead.
    pub(crate) prefetching: tokio::sync::Mutex<()>,
    /// Why the platform refused what was queued, for whoever waits for the answer.
    refusals: Mutex<HashMap<Uuid, CaseError>>,
    /// Cases whose report the platform does not take by itself, until the physician sends it.
    held_back: Mutex<HashSet<Uuid>>,
    /// Cases of which every piece is here.
    complete: Mutex<HashSet<Uuid>>,
    /// Cases whose work was found damaged since sign-in.
    damaged: Mutex<HashSet<Uuid>>,
    /// The cases as the list shows them.
    pub(crate) summaries: Mutex<Summaries>,
    /// Uptime when the ends of the logs of work were last noted.
    pub(crate) noted: Mutex<Duration>,
    /// Wrong unlock codes in a row, given for a signature.
    pub(crate) wrong_codes: AtomicU32,
}

/// The list of assignments as the platform last told it; offers live here only, never on the disk (R26).
#[derive(Clone, Default)]
pub(crate) struct KnownList {
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) read_at: Option<Timestamp>,
}

/// How the platform is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlatformLine {
    /// It answered the last call.
    Reachable,
    /// It did not.
    Unreachable,
    /// Nothing is asked of it before both factors are proved: work under the lease.
    Offline,
}

/// Who is at the desk, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The physician.
    pub expert: Expert,
    /// E-mail of his account.
    pub account: String,
    /// This installation.
    pub device: DeviceEnrolled,
    /// When both factors were last proved.
    pub authenticated_at: Option<Timestamp>,
    /// Whether that is recent enough to sign (R20).
    pub fresh: bool,
    /// How the platform is reached.
    pub line: PlatformLine,
    /// Cases on this PC.
    pub cases: usize,
    /// Bytes they take; nothing if the disk does not say.
    pub bytes: Option<u64>,
    /// Whether an unlock code was chosen here.
    pub has_unlock_code: bool,
    /// Until when some case may be read without the platform; nothing if none may.
    pub readable_until: Option<Timestamp>,
    /// What waits to be sent.
    pub waiting: usize,
    /// Cases whose unsent work was found again after this PC had lost its keys; nothing when it lost none.
    pub recovered: Option<usize>,
}

impl Session {
    pub(crate) fn new(
        scope: String,
        connection: Connection,
        vault: Vault,
        me: Me,
        device: DeviceEnrolled,
        keys: InstallationKeys,
    ) -> Self {
        Self {
            scope,
            thumbprint: keys.device.thumbprint(),
            connection,
            vault,
            expert: me.expert,
            account: me.account,
            device,
            keys: Mutex::new(Some(Arc::new(keys))),
            list: Mutex::default(),
            lost: Mutex::default(),
            began: Mutex::default(),
            recovered: Mutex::default(),
            journal: OnceCell::new(),
            opened_cases: Mutex::default(),
            cursor: tokio::sync::Mutex::default(),
            stir: Notify::new(),
            delivering: tokio::sync::Mutex::default(),
            deciding: tokio::sync::Mutex::default(),
            beginning: tokio::sync::Mutex::default(),
            prefetching: tokio::sync::Mutex::default(),
            refusals: Mutex::default(),
            held_back: Mutex::default(),
            complete: Mutex::default(),
            damaged: Mutex::default(),
            summaries: Mutex::default(),
            noted: Mutex::default(),
            wrong_codes: AtomicU32::new(0),
        }
    }

    /// The same, with vaults whose keys are lost.
    pub(crate) fn with_lost(self, lost: Vec<LostVault>) -> Self {
        let recovered = (!lost.is_empty()).then_some(0);
        Self {
            lost: Mutex::new(lost),
            recovered: Mutex::new(recovered),
            ..self
        }
    }

    pub(crate) fn lost(&self) -> MutexGuard<'_, Vec<LostVault>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn refusals(&self) -> MutexGuard<'_, HashMap<Uuid, CaseError>> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn held_back(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.held_back
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn complete(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.complete.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the work of a case was found damaged since sign-in. It is mended when it is found; the physician is to know.
    pub(crate) fn is_damaged(&self, case: Uuid, found: bool) -> bool {
        let damaged = self.damaged.lock();
        let mut damaged = damaged.unwrap_or_else(PoisonError::into_inner);
        if found {
            damaged.insert(case);
        }
        damaged.contains(&case)
    }

    /// Whether this is the first time since sign-in that a case is opened.
    pub(crate) fn is_first_opening(&self, case: Uuid) -> bool {
        let opened = self.opened_cases.lock();
        opened.unwrap_or_else(PoisonError::into_inner).insert(case)
    }

    /// The case was not opened after all.
    pub(crate) fn is_not_opened(&self, case: Uuid) {
        let opened = self.opened_cases.lock();
        opened.unwrap_or_else(PoisonError::into_inner).remove(&case);
    }

    fn recovered(&self) -> MutexGuard<'_, Option<usize>> {
        self.recovered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count_recovered(&self) {
        let mut recovered = self.recovered();
        *recovered = Some(recovered.unwrap_or(0) + 1);
    }

    /// The keys of this installation.
    pub(crate) fn keys(&self) -> Result<Arc<InstallationKeys>, CaseError> {
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or(CaseError::SignedOut)
    }

    /// Forgets keys and names, and ends the calls on their way, whoever else still holds this session. The vault is left to
    /// the caller. Gives back the tokens.
    pub(crate) fn close(&self) -> Option<Zeroizing<Vec<u8>>> {
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.list() = KnownList::default();
        *self
            .summaries
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Summaries::default();
        self.lost().clear();
        self.connection.suspend()
    }

    pub(crate) fn is_fresh(&self) -> bool {
        self.connection
            .authenticated_at()
            .is_some_and(|at| self.connection.now().duration_since(at) < FRESH)
    }

    pub(crate) fn list(&self) -> MutexGuard<'_, KnownList> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// Who is at the desk; nothing before sign-in.
    pub fn identity(&self) -> Option<Identity> {
        let session = self.session().ok()?;
        Some(Identity {
            expert: session.expert.clone(),
            account: session.account.clone(),
            device: session.device.clone(),
            authenticated_at: session.connection.authenticated_at(),
            fresh: session.is_fresh(),
            line: match () {
                () if session.connection.is_offline() => PlatformLine::Offline,
                () if session.connection.is_reachable() => PlatformLine::Reachable,
                () => PlatformLine::Unreachable,
            },
            cases: session.vault.cases().len(),
            bytes: Some(session.vault.size()),
            has_unlock_code: session.vault.has_unlock_code(),
            readable_until: session.vault.readable_until(),
            waiting: session.vault.queued().len() + unsent_reports(&session).len(),
            recovered: *session.recovered(),
        })
    }

    /// Leaves the desk, open or locked: the vault closed at once, tokens revoked at the platform if it answers, forgotten here
    /// in any case (R21).
    pub async fn sign_out(&self) {
        self.forget_locked();
        self.clear_second_screen(None);
        if let Some(session) = self.leave() {
            session.vault.close();
            self.notify(Topic::Session);
            if let Err(error) = session.connection.session_end().await {
                tracing::warn!(%error, "the platform could not be told of the sign-out");
            }
            session.close();
        }
    }
}
