//! The causes that most use cases share.

use relecture_journal::JournalError;
use relecture_platform_api::Code;
use relecture_platform_client::CallError;
use relecture_vault::VaultError;
use thiserror::Error;

/// Why something about a case cannot be done.
#[derive(Debug, Error)]
pub enum CaseError {
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignedOut,
    /// The proof is not that of the physician at the desk (R20).
    #[error("the proof is somebody else's")]
    SomebodyElse,
    /// The case is not assigned to this expert, or no longer.
    #[error("the case is not assigned to this expert")]
    Gone,
    /// The case is not in a state where this may be done.
    #[error("the state of the case does not allow it")]
    State,
    /// The platform.
    #[error("the platform")]
    Call(#[from] CallError),
    /// The vault.
    #[error("the vault")]
    Vault(#[from] VaultError),
    /// What was to be done cannot be written down, and so is not done (R97).
    #[error("the journal")]
    Journal(#[from] JournalError),
    /// A record of the vault is not what this version writes.
    #[error("a record of the vault is unreadable")]
    Record(#[from] serde_json::Error),
    /// The platform's key or digest does not have the announced form.
    #[error("the platform's answer makes no sense")]
    Senseless,
}

/// Whether the platform will never accept this, so that waiting is of no use.
pub fn refused_for_good(error: &CallError) -> bool {
    matches!(
        error.code(),
        Some(
            Code::SignatureInvalid
                | Code::Validation
                | Code::DigestMismatch
                | Code::DigestConflict
                | Code::IdempotencyKeyReused
                | Code::TooLarge
                | Code::UnsupportedMedia
                | Code::CaseWithdrawn
                | Code::StateConflict
                | Code::NotFound
                | Code::Malformed
        )
    )
}
