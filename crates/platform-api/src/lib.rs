//! The contract between the workstation and the platform.
//!
//! Base `https://{platform}/v1`, JSON in UTF-8, times in RFC 3339 UTC, identifiers `UUIDv7`. Unknown fields are ignored by
//! clients except inside a signed opinion, which is closed. `openapi.json` beside this crate is generated from these types
//! and committed; a test on each side compares (R118).

#![forbid(unsafe_code)]

mod account;
mod assignment;
pub mod contexts;
mod openapi;
mod opinion;
mod problem;
mod report;
mod sync;

pub use account::{
    AuthorizationChallenge, AuthorizationCode, AuthorizationServer, CibaAnswer, CibaBegun,
    CibaChannel, CibaRequest, ClientAuthentication, ClientTokenRequest, Configuration, Device,
    DeviceEnrolled, DeviceEnrolment, DeviceList, Expert, Me, Passkey, PasskeyBegun,
    PasskeyEnrolment, PasskeyList, PasswordChange, PushedRequest, PushedRequestKept, Revocation,
    TokenRequest, Tokens, TotpConfirmation, TotpConfirmed, TotpEnrolment, TotpSecret, VaultSeal,
    VaultSecret,
};
pub use assignment::{
    Acceptance, Access, AccessList, Assignment, AssignmentList, AssignmentState, Consent,
    ConsentState, Consents, Decline, Document, IdentityStatus, InterestDeclaration, Lease,
    Manifest, OfferFacts, Origin, Patient, Question, Representative, RepresentedKind,
    RequiredDocument, ServiceKind, Sex, TreatingPhysician,
};
pub use openapi::{OPERATIONS, Operation, openapi_json};
pub use opinion::{
    Agreement, Answer, Block, Certainty, CitationAttrs, Inline, ListItem, Mark, OPINION_ATTACHMENT,
    OPINION_FORMAT, OpinionContent, OpinionDocument, OpinionPatient, OpinionQuestion,
    OpinionRepresentative, OpinionSigner, Paragraph, PieceReliedOn, Replaced, RichText, SliceAttrs,
    Uid, WindowAttrs,
};
pub use problem::{Code, Problem};
pub use report::{Receipt, ReceiptDigests, ReportAccepted};
pub use sync::{
    AuditEvent, AuditEventBatch, AuditEventsTaken, Change, ChangeKind, ChangeList, Erasure,
    ErasureReason,
};
