//! `PAdES` baseline signatures of reports (ETSI EN 319 142-1) and the certificates behind them.
//!
//! The workstation signs ([`sign`]), has the signature timestamped ([`with_timestamp`]) and checks its
//! own work ([`verify`]); the platform runs the same verifier at reception, reads the opinion out of the
//! file ([`attachment`]), keeps it provable ([`with_validation_data`], [`ArchiveTimestamp`]), and issues
//! the certificates of software keys ([`EnrolmentCa`]). A key may be on a card instead ([`card`]).
//!
//! The identity of a signed act is `signed_digest`, the digest of all but the signature itself: it
//! stays the same when a timestamp is added later, where the file's digest does not.

mod algorithm;
mod archive;
mod attachment;
pub mod card;
mod cms;
mod enrolment;
mod parts;
mod pdf;
mod revision;
mod revocation;
mod sign;
mod timestamp;
mod update;
mod verify;
mod x509;

pub use archive::{
    ArchiveTimestamp, has_timestamp, signature_imprint, verify_archive, with_timestamp,
    with_validation_data,
};
pub use attachment::{AttachmentError, attachment};
pub use enrolment::{EnrolmentCa, EnrolmentError, Subject, certificate_request};
pub use pdf::PdfError;
pub use revocation::RevocationList;
pub use sign::{CertifiedKey, SignError, Signed, Signer, SoftwareKey, sign};
pub use timestamp::{MAX_TIMESTAMP, TimestampAuthority, TimestampError, TimestampRequest};
pub use update::Claims;
pub use verify::{
    Level, Reason, SignerIdentity, TrustAnchors, Verified, VerifyError, certificate_serial,
    identify_signer, verify,
};

/// SHA-256, the only digest of this crate.
fn sha256(bytes: &[u8]) -> [u8; 32] {
    relecture_crypto::sha256(bytes).0
}
