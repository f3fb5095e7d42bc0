//! What a platform is told when it starts.

use std::{path::PathBuf, sync::Arc};

use axum::Router;
use jiff::{Timestamp, civil::Date};

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
