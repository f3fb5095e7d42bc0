//! What an expert can do at his desk: one file per use case.
//!
//! The desk composes the vault, the keys, the line to the platform, the confined reader, the typesetter and the signature,
//! none of which know each other. It owns the ports (clock, key store, notices) and reads no clock of its own.

#![forbid(unsafe_code)]

mod accesses;
mod annotate;
mod case;
mod check_opinion;
mod clinical_date;
mod decide_offer;
mod devices;
mod error;
mod follow;
mod forget_case;
mod freeze_opinion;
mod hang_images;
mod index_images;
mod lock;
mod open_vault;
mod outbox;
mod passkeys;
mod read_document;
mod read_images;
mod receive_case;
mod record;
mod recover_work;
mod search_case;
mod second_screen;
mod send_report;
mod session;
mod sign_in;
mod sign_in_outside;
mod sign_opinion;
mod summary;
mod trace;
mod work_offline;
mod worklist;
mod write_opinion;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock, atomic::AtomicBool},
    time::Duration,
};

use jiff::Timestamp;
use relecture_imaging_worker::{ReadLimits, Readers};
use tokio::sync::Notify;
use uuid::Uuid;

pub use accesses::Accesses;
pub use annotate::{AnnotateError, Annotation, AnnotationKind, KeptAnnotation, Place};
pub use case::{Case, PieceReception, ReceptionState};
pub use check_opinion::{Check, Point, PointKind};
pub use clinical_date::DatePieceError;
pub use error::{CaseError, refused_for_good};
pub use forget_case::ForgetCaseError;
pub use freeze_opinion::{FreezeError, Frozen};
pub use hang_images::Hung;
pub use lock::{ChooseCodeError, LockReason, LockedDesk, UnlockError};
pub use outbox::{Waiting, WaitingKind};
pub use read_document::{
    FirstPage, OpenDocument, OpenDocumentError, Page, PageWords, ReadDocumentError,
};
pub use read_images::{ImageOwner, OwnedImages, OwnedStack};
pub use receive_case::ReceiveError;
pub use record::{Submission, Work};
pub use search_case::{Found, GlanceError, Hit, WrittenHit, WrittenPlace};
pub use second_screen::{CitedThere, SecondScreen, WindowPlace};
pub use send_report::SendError;
pub use session::{Identity, PlatformLine};
pub use sign_in::SignInError;
pub use sign_opinion::{SignOpinionError, Submitted};
pub use summary::CaseSummary;
pub use work_offline::WorkOfflineError;
pub use worklist::Worklist;

pub use relecture_domain as domain;
pub use relecture_identity::{KeyStore, KeyStoreError, LoadKeysError, OsKeyStore};
pub use relecture_imaging_worker as reader;
pub use relecture_imaging_worker::Recognition;
pub use relecture_journal::JournalError;
pub use relecture_platform_api as wire;
pub use relecture_platform_client::{BrowserWay, CallError, Clock, ConnectError, PlatformAddress};
pub use relecture_signature::SignError;
pub use relecture_vault::{
    AnchorError, DiskError, OpenOfflineError, OpenVaultError, SetUnlockCodeError, VaultError,
};

use crate::{
    lock::Locked,
    read_document::Documents,
    receive_case::Receptions,
    search_case::{Glances, KnownWords},
    session::Session,
    sign_in::Enrolling,
    sign_in_outside::Outside,
};

/// Where things are.
#[derive(Clone, Debug)]
pub struct Config {
    /// Folder of the vaults; local, never roaming.
    pub data_directory: PathBuf,
    /// The platform.
    pub platform: PlatformAddress,
    /// The confined reader's program.
    pub worker: PathBuf,
    /// libpdfium.
    pub pdfium: PathBuf,
    /// What recognises the words of scans; it may be missing.
    pub recognition: Recognition,
    /// Name of this PC.
    pub workstation: String,
    /// The desk is locked when nobody touched it for so long.
    pub idle_lock: Duration,
    /// What receptions may take.
    pub room: Room,
}

/// What receptions may take of this PC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes of all cases of one physician.
    pub quota: u64,
    /// Bytes of the disk that stay free.
    pub reserve: u64,
    /// Bytes in a second of what is fetched without being asked for; nothing for as many as come.
    pub rate: Option<u64>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            quota: 50 << 30,
            reserve: 1 << 30,
            rate: None,
        }
    }
}

/// Opens an `https` address in the system browser.
pub type OpenBrowser = Box<dyn Fn(&str) -> std::io::Result<()> + Send + Sync>;

/// What the desk needs from outside.
pub struct Ports {
    /// The key store.
    pub keys: Arc<dyn KeyStore>,
    /// The clock of this computer.
    pub clock: Clock,
    /// Time since this computer was started, its sleep included: no clock that somebody sets.
    pub uptime: Box<dyn Fn() -> Duration + Send + Sync>,
    /// Opens an address in the system browser (RFC 8252).
    pub browser: OpenBrowser,
    /// Told when something a window may show has changed.
    pub notify: Box<dyn Fn(Topic) + Send + Sync>,
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Who is at the desk, or whether the platform answers.
    Session,
    /// The list of cases.
    Worklist,
    /// One case.
    Case(Uuid),
    /// What lies on the second screen.
    SecondScreen,
}

/// The desk.
pub struct Desk {
    config: Config,
    ports: Ports,
    session: RwLock<Option<Arc<Session>>>,
    documents: Documents,
    beside: second_screen::Beside,
    readers: Arc<Readers>,
    words: KnownWords,
    glances: Glances,
    receptions: Receptions,
    frozen: Mutex<HashMap<Uuid, Frozen>>,
    locked: Mutex<Option<Arc<Locked>>>,
    unlocking: tokio::sync::Mutex<()>,
    enrolling: tokio::sync::Mutex<Option<Enrolling>>,
    outside: Outside,
    /// Whether this PC was revoked and forgot everything since somebody last signed in.
    revoked: AtomicBool,
    /// Uptime when the window was last touched.
    touched: Mutex<Duration>,
    /// Somebody sat down.
    entered: Notify,
    /// Whether nothing is fetched unless it is asked for.
    prefetch_paused: AtomicBool,
}

impl Desk {
    /// A desk at which nobody sits yet.
    pub fn new(config: Config, ports: Ports) -> Arc<Self> {
        let readers = Readers::new(
            config.worker.clone(),
            config.pdfium.clone(),
            ReadLimits::default(),
        );
        Arc::new(Self {
            config,
            ports,
            session: RwLock::default(),
            documents: Documents::default(),
            beside: second_screen::Beside::default(),
            readers: Arc::new(readers),
            words: KnownWords::default(),
            glances: Glances::default(),
            receptions: Receptions::default(),
            frozen: Mutex::default(),
            locked: Mutex::default(),
            unlocking: tokio::sync::Mutex::default(),
            enrolling: tokio::sync::Mutex::default(),
            outside: Outside::default(),
            revoked: AtomicBool::default(),
            touched: Mutex::default(),
            entered: Notify::new(),
            prefetch_paused: AtomicBool::default(),
        })
    }

    /// Where things are.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The best clock at hand: the platform's as last heard, else this computer's (R123).
    pub fn now(&self) -> Timestamp {
        match self.session() {
            Ok(session) => session.connection.now(),
            Err(_) => (self.ports.clock)(),
        }
    }

    pub(crate) fn notify(&self, topic: Topic) {
        (self.ports.notify)(topic);
    }

    pub(crate) fn session(&self) -> Result<Arc<Session>, CaseError> {
        self.session
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or(CaseError::SignedOut)
    }

    pub(crate) fn frozen(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Frozen>> {
        self.frozen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs what blocks (disk, ciphers, typesetting) away from the async threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
    }
}
