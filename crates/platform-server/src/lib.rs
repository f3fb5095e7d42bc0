//! The reference platform: the other side of the contract (`relecture-platform-api`).
//!
//! It admits experts and cases, offers cases, serves their sealed pieces, and receives signed reports. One `SQLite` file and
//! one folder; nothing of a case stands on the disk in clear. It is not a certified health-data host (R56): real data
//! belong on one. The R-numbers in comments and tests name the requirements that a place satisfies.
//!
//! ```text
//! operations/  one file per group of the contract     store/   SQL, one module per aggregate
//! caller.rs    who is calling                          act.rs   transaction, audit, idempotency
//! admission.rs what the staff does                     http.rs  identifier, problems, headers, log
//! ```

#![forbid(unsafe_code)]

mod act;
mod admission;
mod archiving;
mod authorities;
mod caller;
mod client;
mod config;
mod expiring;
mod facts;
mod http;
mod keys;
mod lifecycle;
mod operations;
mod pages;
mod password;
mod photographs;
mod pieces;
mod platform;
mod proof;
mod psc;
mod refusal;
mod store;
mod timestamping;
mod tls;
mod token;

pub use admission::{AdmissionError, AdmittedExpert, ArchivedReport, NewCase, NewExpert, NewPiece};
pub use config::{
    Authority, Clock, ConfigError, Homologation, Mode, PlatformConfig, ProSanteConnect,
    SignInPolicy, TimestampingService, Wrap,
};
pub use keys::KeyError;
pub use operations::reports::Evidence;
pub use platform::{OpenError, Platform, ServeError, Serving};
pub use store::{audit::AuditEntry, holdings::Holding};
pub use tls::TlsError;
