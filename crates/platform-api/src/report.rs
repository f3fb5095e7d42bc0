//! Reception of a signed report and its receipt.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `POST /v1/assignments/{id}/reports`: the signed PDF as the body; the answer carries the receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportAccepted {
    /// The receipt as a compact JWS (ES256) over [`Receipt`], signed by the platform's receipt key (R78).
    pub receipt: String,
}

/// The platform's signed statement that it received and accepted a report (R78).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// Identifier of the receipt.
    pub receipt_id: Uuid,
    /// Human reference, like `A-2026-K7R-418-1`.
    pub reference: String,
    /// The assignment.
    pub assignment_id: Uuid,
    /// The case's human number.
    pub case_ref: String,
    /// The report.
    pub report_id: Uuid,
    /// Its version.
    pub version: u32,
    /// The three digests that identify what was received.
    pub digests: ReceiptDigests,
    /// Length of the file, in bytes.
    pub size: u64,
    /// Name in the signer's certificate.
    pub signer: String,
    /// National identifier in the signer's certificate.
    pub signer_rpps: String,
    /// SHA-256 of the signer's certificate, lower-case hexadecimal.
    pub certificate_sha256: String,
    /// Time claimed by the signature.
    #[schema(value_type = String, format = DateTime)]
    pub signed_at: Timestamp,
    /// When the signature existed, as its timestamp says (R76).
    #[schema(value_type = String, format = DateTime)]
    pub timestamped_at: Timestamp,
    /// Time of reception by the platform's clock.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// When the patient may read it.
    #[schema(value_type = String, format = DateTime)]
    pub available_at: Timestamp,
    /// When every copy must be gone (R85).
    #[schema(value_type = String, format = DateTime)]
    pub purge_after: Timestamp,
    /// SHA-256 of the previous receipt of the platform, lower-case hexadecimal: receipts form a chain.
    pub previous: String,
}

/// All SHA-256, lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptDigests {
    /// Of the uploaded bytes.
    pub file: String,
    /// Of the signed byte range: the identity of the signed act.
    pub signed: String,
    /// Of the attached structured opinion.
    pub content: String,
}
