//! The platform itself: what it holds, how it opens and how it serves.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use axum_server::{Handle, tls_rustls::RustlsConfig};
use jiff::Timestamp;
use relecture_platform_api::Code;
use rusqlite::Transaction;
use tokio::{
    sync::{Mutex, Semaphore, SemaphorePermit},
    task::{JoinHandle, spawn_blocking},
};

use crate::{
    authorities::Authorities,
    config::{Clock, ConfigError, Mode, PlatformConfig, SignInPolicy, Wrap},
    keys::{KeyError, Keys, Trusted},
    operations::{self, authorize::SignIns},
    pieces::SealedFiles,
    proof::Proofs,
    psc::Connector,
    refusal::{Outcome, Refusal},
    store::{self, Store},
    timestamping::Timestamping,
    tls::{self, TlsError},
};

/// How often what could not be archived is tried again (R80).
const ARCHIVING_PERIOD: Duration = Duration::from_mins(10);
/// Passwords hashed at the same time: each takes 64 MiB.
const HASHING_TURNS: usize = 2;

/// Why a platform does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The configuration or the folder is refused (R8, R116).
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The folder could not be made.
    #[error("folder: {0}")]
    Folder(#[from] std::io::Error),
    /// The database does not open.
    #[error("database: {0}")]
    Store(#[from] rusqlite::Error),
    /// The keys do not open.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The TLS authority could not be made or read.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The line to Pro Santé Connect, or to the timestamping service, could not be prepared.
    #[error("line to a service: {0}")]
    Line(#[from] reqwest::Error),
}

/// Why a platform does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken, or is not of this machine.
    #[error("address: {0}")]
    Address(#[from] std::io::Error),
    /// TLS could not be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// The reference platform. Cloning gives another handle on the same one.
#[derive(Clone)]
pub struct Platform(Arc<Inner>);

struct Inner {
    data_dir: PathBuf,
    name: String,
    hosts: Vec<String>,
    clock: Clock,
    wrap: Option<Wrap>,
    store: Store,
    keys: Keys,
    files: SealedFiles,
    proofs: Proofs,
    ca_pem: String,
    hashing: Semaphore,
    own_accounts: bool,
    psc: Option<Arc<Connector>>,
    sign_ins: SignIns,
    sign_in: SignInPolicy,
    timestamping: Timestamping,
    authorities: Authorities,
    archiving: Mutex<()>,
}

impl Platform {
    /// Opens the folder, making what is missing: database, keys, TLS authority.
    pub fn open(config: PlatformConfig) -> Result<Self, OpenError> {
        config.mode.check(config.pro_sante_connect.is_some())?;
        config.sign_in.check()?;
        std::fs::create_dir_all(&config.data_dir)?;
        let store = Store::open(&config.data_dir.join("platform.sqlite"))?;
        let now = (config.clock)();
        let keys = store.transact(|db| {
            let kept = store::keys::settle(db, "mode", config.mode.word())?;
            config.mode.check_folder(&kept)?;
            let trusted = Trusted {
                timestamping: config.timestamping.as_ref(),
                cards: &config.card_authorities,
            };
            let keys = Keys::open(&config.data_dir, db, &config.name, trusted, now)?;
            Ok::<_, OpenError>(keys)
        })?;
        let files = SealedFiles::open(config.data_dir.join("sealed"))?;
        let ca_pem = tls::authority_pem(&config.data_dir)?;
        let own_accounts = config.mode.has_own_accounts();
        let loopback = matches!(config.mode, Mode::Demo { .. });
        let psc = config
            .pro_sante_connect
            .map(|psc| Connector::new(psc, loopback).map(Arc::new))
            .transpose()?;
        let service = config.timestamping.as_ref();
        let of_timestamps = service.map_or_else(Vec::new, |service| service.authorities.clone());
        let authorities = Authorities::new(config.card_authorities, of_timestamps)?;
        let timestamping = Timestamping::open(config.timestamping, &keys)?;
        let wrap = match config.mode {
            Mode::Demo { wrap } => wrap,
            Mode::Production { .. } => None,
        };
        let local = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        Ok(Self(Arc::new(Inner {
            data_dir: config.data_dir,
            name: config.name,
            hosts: config.host.into_iter().chain(local).collect(),
            clock: config.clock,
            wrap,
            store,
            keys,
            files,
            proofs: Proofs::new(),
            ca_pem,
            hashing: Semaphore::new(HASHING_TURNS),
            own_accounts,
            psc,
            sign_ins: SignIns::new(),
            sign_in: config.sign_in,
            timestamping,
            authorities,
            archiving: Mutex::new(()),
        })))
    }

    /// The certificate that clients must trust, in PEM.
    pub fn ca_pem(&self) -> &str {
        &self.0.ca_pem
    }

    /// The public key of the receipts: ES256 JWK, JSON (R78).
    pub fn receipt_key(&self) -> &str {
        &self.0.keys.receipts.jwk
    }

    /// Serves over TLS until [`Serving::stop`]; needs a Tokio runtime. Port 0 takes a free one.
    pub fn serve(&self, address: SocketAddr) -> Result<Serving, ServeError> {
        let config = tls::server_config(&self.0.data_dir, &self.0.hosts)?;
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let router = operations::router(self.clone());
        let router = match &self.0.wrap {
            Some(wrap) => wrap(router),
            None => router,
        };
        let handle = Handle::new();
        let server =
            axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(Arc::new(config)))?
                .handle(handle.clone());
        let task = tokio::spawn(server.serve(router.into_make_service()));
        let platform = self.clone();
        let archiving = tokio::spawn(async move {
            loop {
                platform.raise_reports().await;
                tokio::time::sleep(ARCHIVING_PERIOD).await;
            }
        });
        Ok(Serving {
            address,
            handle,
            task,
            archiving,
        })
    }

    /// The platform's clock.
    pub(crate) fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    /// Every name it may be called by.
    pub(crate) fn hosts(&self) -> &[String] {
        &self.0.hosts
    }

    /// The first of its names.
    pub(crate) fn host(&self) -> &str {
        self.0.hosts.first().map_or("localhost", String::as_str)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn files(&self) -> &SealedFiles {
        &self.0.files
    }

    pub(crate) fn proofs(&self) -> &Proofs {
        &self.0.proofs
    }

    /// R8: whether the platform account may be used.
    pub(crate) fn has_own_accounts(&self) -> bool {
        self.0.own_accounts
    }

    /// Pro Santé Connect, where there is.
    pub(crate) fn psc(&self) -> Option<&Arc<Connector>> {
        self.0.psc.as_ref()
    }

    /// Sign-ins under way in browsers and on phones.
    pub(crate) fn sign_ins(&self) -> &SignIns {
        &self.0.sign_ins
    }

    /// Limits of sign-ins and sessions.
    pub(crate) fn sign_in_policy(&self) -> &SignInPolicy {
        &self.0.sign_in
    }

    /// Where the time of signatures comes from.
    pub(crate) fn timestamping(&self) -> &Timestamping {
        &self.0.timestamping
    }

    /// Authorities of others.
    pub(crate) fn authorities(&self) -> &Authorities {
        &self.0.authorities
    }

    /// Held while reports are raised, so that none is raised twice.
    pub(crate) fn archiving(&self) -> &Mutex<()> {
        &self.0.archiving
    }

    pub(crate) fn nonce(&self, now: Timestamp) -> String {
        self.0.proofs.nonce(now)
    }

    /// A turn to hash a password, so that sign-ins cannot take all the memory.
    pub(crate) async fn hashing_turn(&self) -> Outcome<SemaphorePermit<'_>> {
        self.0
            .hashing
            .acquire()
            .await
            .map_err(|_| Code::Maintenance.into())
    }

    /// Runs what blocks (`SQLite`, files, password hashing) beside the asynchronous tasks.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        spawn_blocking(work)
            .await
            .unwrap_or_else(|_| Err(Refusal::fault("operation panicked")))
    }

    /// One transaction, beside the asynchronous tasks.
    pub(crate) async fn transact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let platform = self.clone();
        self.blocking(move || platform.store().transact(work)).await
    }
}

/// A platform that is being served.
pub struct Serving {
    address: SocketAddr,
    handle: Handle<SocketAddr>,
    task: JoinHandle<std::io::Result<()>>,
    archiving: JoinHandle<()>,
}

impl Serving {
    /// The address, with its real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Base of the contract's paths.
    pub fn base_url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Cuts every connection where it is, and frees the port.
    pub async fn stop(self) {
        self.handle.shutdown();
        self.ended().await;
    }

    /// Lets the requests under way end, for ten seconds at most, and frees the port.
    pub async fn finish(self) {
        self.handle.graceful_shutdown(Some(Duration::from_secs(10)));
        self.ended().await;
    }

    async fn ended(self) {
        self.archiving.abort();
        if !matches!(self.task.await, Ok(Ok(()))) {
            tracing::warn!(fault = "server ended with an error");
        }
    }
}
