//! What the window may ask.

use serde::Deserialize;
use ts_rs::TS;

use crate::{AnnotationView, HungView};

/// A command without arguments.
#[derive(Clone, Copy, Debug, Default, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NoRequest {}

/// Sign-in of the platform account. The values are zeroed after use and never logged (R10).
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// E-mail.
    pub email: String,
    /// Password.
    pub password: String,
    /// Six digits, spaces allowed; or a recovery code.
    pub code: String,
    /// Whether `code` is a recovery code.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub recovery: bool,
}

/// Work under the lease: the code is zeroed after use and never logged.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WorkOfflineRequest {
    /// E-mail.
    pub email: String,
    /// Unlock code.
    pub code: String,
}

/// How the physician proves himself in the system browser.
#[derive(Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BrowserWayRequest {
    /// Through Pro Santé Connect.
    ProSanteConnect,
    /// With a passkey or a security key.
    Passkey,
}

/// A sign-in, or a recent proof, in the system browser.
#[derive(Clone, Copy, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BrowserRequest {
    /// How.
    pub way: BrowserWayRequest,
}

/// One passkey or security key.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PasskeyRequest {
    /// Its identifier.
    pub passkey: String,
}

/// Pro Santé Connect on a phone or with a card.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CibaBeginRequest {
    /// RPPS number, or the whole national identifier; spaces allowed.
    pub rpps: String,
    /// With the card in a reader of this PC rather than on the phone.
    pub card: bool,
}

/// The first code of a new authenticator. Zeroed after use and never logged.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TotpConfirmRequest {
    /// Six digits, spaces allowed.
    pub code: String,
}

/// A new password. Zeroed after use and never logged.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PasswordChangeRequest {
    /// The new password.
    pub password: String,
}

/// An unlock code: the one to choose, or the one that opens. Zeroed after use and never logged.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnlockCodeRequest {
    /// The code.
    pub code: String,
}

/// A command about one installation.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeviceRequest {
    /// The installation.
    pub device: String,
}

/// A command about one case.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CaseRequest {
    /// The assignment.
    pub assignment: String,
}

/// Acceptance of an offer.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OfferAcceptRequest {
    /// The assignment.
    pub assignment: String,
    /// Words of a declared link of interest; nothing means "no link".
    pub declared_interest: Option<String>,
}

/// Refusal of an offer.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OfferDeclineRequest {
    /// The assignment.
    pub assignment: String,
    /// Why.
    pub reason: String,
}

/// A command about one piece.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PieceRequest {
    /// The assignment.
    pub assignment: String,
    /// The piece.
    pub piece: String,
}

/// The clinical date of a piece, as the expert knows it.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PieceDateRequest {
    /// The assignment.
    pub assignment: String,
    /// The piece.
    pub piece: String,
    /// ISO 8601; nothing for the one of the file.
    pub date: Option<String>,
}

/// A piece, and how it is looked at first.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PieceOpenRequest {
    /// The assignment.
    pub assignment: String,
    /// The piece.
    pub piece: String,
    /// The page that is drawn at once.
    pub first: Option<FirstPageRequest>,
}

/// The page of a document that is looked at first; of images only its number counts.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FirstPageRequest {
    /// From 1.
    pub page: u32,
    /// Its width on the table, in device pixels.
    pub width: u32,
    /// Rows of it that are in sight, from its top; they are drawn before the rest, unless that is little.
    pub rows: Option<u32>,
    /// Quarter turns to the right.
    pub turns: u32,
}

/// How the images of a document are laid out.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HangingKeepRequest {
    /// The document.
    pub handle: String,
    /// What lies on which viewport.
    pub places: Vec<HungView>,
}

/// A piece for the second screen.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SecondShowRequest {
    /// The assignment.
    pub assignment: String,
    /// The piece.
    pub piece: String,
    /// The page to begin with, from 1.
    pub page: u32,
}

/// A page of what lies on the second screen.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SecondCiteRequest {
    /// From 1.
    pub page: u32,
}

/// A piece, and the password that it asks for; never logged.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PieceUnlockRequest {
    /// The assignment.
    pub assignment: String,
    /// The piece.
    pub piece: String,
    /// The password.
    pub password: String,
}

/// A page was under the eyes long enough to count as seen.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PageSeenRequest {
    /// The assignment.
    pub assignment: String,
    /// The piece.
    pub piece: String,
    /// The pages, from 1.
    pub pages: Vec<u32>,
}

/// How a page lies on the table.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PageTurnRequest {
    /// The assignment.
    pub assignment: String,
    /// The piece.
    pub piece: String,
    /// The page, from 1.
    pub page: u32,
    /// Quarter turns to the right, 0 to 3.
    pub turns: u8,
}

/// A mark on a page.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AnnotationKeepRequest {
    /// The assignment.
    pub assignment: String,
    /// The mark; under the identifier of one that is kept, it takes its place.
    pub annotation: AnnotationView,
}

/// A mark to be taken away.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AnnotationEraseRequest {
    /// The assignment.
    pub assignment: String,
    /// The mark.
    pub annotation: String,
}

/// The opinion as it is now in the editor.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpinionWriteRequest {
    /// The assignment.
    pub assignment: String,
    /// The content; Rust re-validates it against the closed schema.
    #[ts(type = "OpinionContent")]
    pub content: serde_json::Value,
}

/// Freezing for signature.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpinionFreezeRequest {
    /// The assignment.
    pub assignment: String,
    /// The points of [`crate::CheckView`] that the expert has confirmed.
    pub confirmed: Vec<String>,
}

/// Signature of the very bytes that were shown (R75). The code is zeroed after use and never logged.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpinionSignRequest {
    /// The assignment.
    pub assignment: String,
    /// SHA-256 of the frozen document that the expert has under the eyes.
    pub sha256: String,
    /// The unlock code of this PC, where one was chosen.
    pub code: Option<String>,
}

/// Words to look for in a case.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CaseSearchRequest {
    /// Assignment.
    pub assignment: String,
    /// At least two letters.
    pub query: String,
}

/// A document opened for reading.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DocumentRequest {
    /// The handle that `piece_open`, `opinion_freeze` or `report_open` gave.
    pub handle: String,
}

/// A page of a document opened for reading.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PageWordsRequest {
    /// The handle that `piece_open`, `opinion_freeze` or `report_open` gave.
    pub handle: String,
    /// From 1.
    pub page: u32,
}

/// Forgets a case on this PC.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
pub struct CaseForgetRequest {
    /// The assignment.
    pub assignment: String,
    /// He knows that what he wrote is lost with it.
    pub written: bool,
}

/// Something in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
pub struct WaitingRequest {
    /// Its identifier.
    pub id: String,
}

/// Whether pieces are fetched ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
pub struct PrefetchRequest {
    /// Only when they are asked for.
    pub paused: bool,
}
