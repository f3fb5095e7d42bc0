//! What a platform is told when it starts.

use std::{path::PathBuf, sync::Arc};

use axum::Router;
use jiff::{SignedDuration, Timestamp, civil::Date};

/// Where the time comes from: the operating system in a binary, anything in a test.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Puts layers around the routes of a demonstration: how tests cut, delay or corrupt what is served.
pub type Wrap = Arc<dyn Fn(Router) -> Router + Send + Sync>;

/// What a platform is told when it starts.
#[derive(Clone)]
pub struct PlatformConfig {
    /// The folder of everything: database, sealed pieces, keys. Made if missing.
    pub data_dir: PathBuf,
    /// Name shown to people.
    pub name: String,
    /// Host name under which clients reach it besides `localhost` and `127.0.0.1`.
    pub host: Option<String>,
    /// The clock.
    pub clock: Clock,
    /// Demonstration or production.
    pub mode: Mode,
    /// Pro Santé Connect, where the platform is registered there.
    pub pro_sante_connect: Option<ProSanteConnect>,
    /// Limits of sign-ins and sessions.
    pub sign_in: SignInPolicy,
    /// A timestamping service in place of the platform's own, which proves no more than what the platform says (R76).
    pub timestamping: Option<TimestampingService>,
    /// Authorities of signature cards, beside the platform's own of installations (R76).
    pub card_authorities: Vec<Authority>,
}

/// A timestamping service (RFC 3161, 3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimestampingService {
    /// Its address.
    pub address: String,
    /// The authorities of its certificates.
    pub authorities: Vec<Authority>,
}

/// An authority of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Its certificate, in DER: the one that issues, for only its list is asked.
    pub certificate: Vec<u8>,
    /// The address of its list of revoked certificates (RFC 5280, 4.2.1.13).
    pub list: String,
}

/// Limits of sign-ins and sessions. The defaults are the requirements'; a platform may be stricter, never laxer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInPolicy {
    /// As many consecutive failures lock the account (R15).
    pub max_failures: u32,
    /// A password that is older is renewed at sign-in (R16).
    pub password_life: SignedDuration,
    /// A session that nobody uses ends (R19).
    pub session_idle: SignedDuration,
    /// A session ends, used or not, this long after the physician proved himself (R19).
    pub session_life: SignedDuration,
}

impl Default for SignInPolicy {
    fn default() -> Self {
        Self {
            max_failures: 3,
            password_life: SignedDuration::from_hours(183 * 24),
            session_idle: SignedDuration::from_mins(30),
            session_life: SignedDuration::from_hours(4),
        }
    }
}

impl SignInPolicy {
    /// Nothing laxer than the requirements, nothing that keeps everybody out.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let most = Self::default();
        let within = |value: SignedDuration, most: SignedDuration| {
            value >= SignedDuration::from_mins(1) && value <= most
        };
        let right = (1..=most.max_failures).contains(&self.max_failures)
            && within(self.password_life, most.password_life)
            && within(self.session_idle, most.session_idle)
            && within(self.session_life, most.session_life);
        right.then_some(()).ok_or(ConfigError::SignInPolicy)
    }
}

/// The platform as a client of Pro Santé Connect (R4). Nothing of it is ever told to a workstation.
#[derive(Clone)]
pub struct ProSanteConnect {
    /// Address of the discovery document, of the test environment or of production: everything else is read there.
    pub discovery: String,
    /// Client identifier given by ANS.
    pub client_id: String,
    /// Client secret given by ANS.
    pub client_secret: String,
}

/// Demonstration or production; a folder keeps the mode of its first start.
#[derive(Clone)]
pub enum Mode {
    /// Synthetic data only.
    Demo {
        /// Layers around the routes. Production has no place to put any.
        wrap: Option<Wrap>,
    },
    /// Real people.
    Production {
        /// What allows the platform account and passkeys (R8).
        homologation: Option<Homologation>,
    },
}

/// The homologation of a sign-in that does not go through Pro Santé Connect (R8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Homologation {
    /// Reference of the decision.
    pub reference: String,
    /// Date of the decision.
    pub date: Date,
}

/// Why a configuration is refused (R8, R116).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No sign-in would be left: there is neither Pro Santé Connect nor a homologation, with a reference, of the others.
    #[error(
        "production needs Pro Santé Connect, or a homologation reference for the platform account"
    )]
    HomologationMissing,
    /// A limit of sign-ins or sessions is laxer than R15, R16 or R19, or keeps everybody out.
    #[error(
        "a limit of sign-ins is laxer than the requirements, or less than one minute or one try"
    )]
    SignInPolicy,
    /// The folder was started for demonstration: its keys and its experts are demonstration ones.
    #[error("the folder holds demonstration keys and experts")]
    DemoData,
    /// The folder holds real people: it is not to be served with demonstration safeguards.
    #[error("the folder holds production data")]
    ProductionData,
}

impl Mode {
    /// The word kept in the folder.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Demo { .. } => "demo",
            Self::Production { .. } => "production",
        }
    }

    /// R8: whether the ways of signing in besides Pro Santé Connect are allowed.
    pub(crate) fn has_own_accounts(&self) -> bool {
        match self {
            Self::Demo { .. } => true,
            Self::Production { homologation } => homologation
                .as_ref()
                .is_some_and(|homologation| !homologation.reference.trim().is_empty()),
        }
    }

    /// R8, R116: somebody must be able to sign in.
    pub(crate) fn check(&self, has_psc: bool) -> Result<(), ConfigError> {
        if has_psc || self.has_own_accounts() {
            return Ok(());
        }
        Err(ConfigError::HomologationMissing)
    }

    /// R116: whether a folder first started as `kept` may be served in this mode.
    pub(crate) fn check_folder(&self, kept: &str) -> Result<(), ConfigError> {
        match self {
            _ if kept == self.word() => Ok(()),
            Self::Production { .. } => Err(ConfigError::DemoData),
            Self::Demo { .. } => Err(ConfigError::ProductionData),
        }
    }
}
