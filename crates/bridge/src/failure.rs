//! What can go wrong, as the window may act on it. Each code has two French sentences: what happened and what to do.

use std::error::Error;

use qrcode::types::QrError;
use relecture_crypto::make_bytes;
use relecture_desk::{
    AnchorError, AnnotateError, CallError, CaseError, ChooseCodeError, ConnectError,
    DatePieceError, DiskError, ForgetCaseError, FreezeError, JournalError, KeyStoreError,
    LoadKeysError, OpenDocumentError, OpenOfflineError, OpenVaultError, ReadDocumentError,
    ReceiveError, SendError, SetUnlockCodeError, SignInError, SignOpinionError, UnlockError,
    VaultError, WorkOfflineError,
    reader::{OpenPieceError, OpenRefusal, ReadPageError, Unsupported, WorkerFailure},
    wire::{Code, Problem},
};
use serde::Serialize;
use ts_rs::TS;

/// A refused command. The sentences are `failure-<code>` and `failure-<code>-next` in the locale files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Failure {
    /// What happened.
    pub code: FailureCode,
    /// Figures that the sentences may name.
    pub parameters: FailureParameters,
    /// Finds the chain of causes in the log; may be read out to the support desk.
    pub reference: String,
}

/// Figures that a failure's sentences may name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct FailureParameters {
    /// Tries left before the account is locked.
    pub attempts_left: Option<u32>,
    /// Width in pixels of an image that is too large.
    pub width: Option<u32>,
    /// Height in pixels of an image that is too large.
    pub height: Option<u32>,
    /// Why the platform refused a signature: `altered`, `untrusted`, `expired`, `revoked`, `wrong-signer`, `wrong-case`.
    pub reason: Option<String>,
}

macro_rules! failure_codes {
    ($( $(#[doc = $doc:literal])* $code:ident, )*) => {
        /// A code exists only if the screen says or does something of its own for it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, TS)]
        #[serde(rename_all = "kebab-case")]
        pub enum FailureCode { $( $(#[doc = $doc])* $code, )* }

        impl FailureCode {
            /// Every code, for the tests of the locale files.
            pub const ALL: &[Self] = &[$( Self::$code, )*];
        }
    };
}

failure_codes! {
    /// Wrong e-mail, password or code.
    InvalidCredentials,
    /// The code is that of another moment: the clock of the telephone is wrong.
    ClockSkewed,
    /// Three failures in a row (R15).
    AccountLocked,
    /// The password is right; a new authenticator is enrolled before the sign-in goes on (R9).
    TotpEnrolmentRequired,
    /// The enrolment of the authenticator took too long, or too many codes were wrong; sign in again.
    TotpEnrolmentOver,
    /// No account of the platform has this national identifier (R7).
    IdentityUnknown,
    /// Pro Santé Connect knows no exercise of a physician (R7).
    NotAPhysician,
    /// Pro Santé Connect did not prove a strong authentication (R5).
    AssuranceTooLow,
    /// Pro Santé Connect refused, or the physician declined.
    IdentityRefused,
    /// The passkey or security key is not known to the platform, or did not prove its holder (R9).
    PasskeyRefused,
    /// The physician has as many passkeys as he may (R9).
    PasskeysTooMany,
    /// The sign-in in the browser or on the phone was not finished in time.
    SignInExpired,
    /// The sign-in in the browser or on the phone was given up.
    SignInGivenUp,
    /// The platform does not offer this way of signing in (R8).
    SignInMethodOff,
    /// Pro Santé Connect does not answer.
    IdentityProviderUnavailable,
    /// The system browser cannot be opened, or cannot come back.
    BrowserFailed,
    /// The platform asks to slow down.
    TooManyRequests,
    /// The password is too old or was stolen; a new one is chosen at sign-in (R16, R17). `reason` says which.
    PasswordChangeRequired,
    /// The new password breaks the rules (`rules`), is guessed soon (`common`) or is the old one (`same`).
    PasswordWeak,
    /// The session has ended; sign in again.
    SessionEnded,
    /// The authentication is too old for this act (R20).
    AuthenticationTooOld,
    /// This installation was revoked; it has forgotten what it held (R14).
    DeviceRevoked,
    /// Not the unlock code.
    UnlockCodeWrong,
    /// The desk cannot be unlocked any more: three wrong codes, or a damaged file.
    UnlockImpossible,
    /// Nothing may be read without the platform on this PC: no case, no unlock code, or the lease is over (R51).
    NoLease,
    /// The lease of the case is over; the platform must answer first (R51).
    LeaseOver,
    /// The unlock code is too easy to guess.
    UnlockCodeWeak,
    /// The platform does not answer.
    PlatformUnreachable,
    /// The platform's certificate is not trusted (R57).
    PlatformUntrusted,
    /// No platform is configured on this PC.
    PlatformNotConfigured,
    /// The platform answered with a fault of its own.
    PlatformFault,
    /// This version is too old for the platform (R124).
    ClientTooOld,
    /// No key store of the operating system answers.
    KeyStoreMissing,
    /// The key store is locked.
    KeyStoreLocked,
    /// The encrypted cache does not open.
    VaultDamaged,
    /// No space left on the disk.
    DiskFull,
    /// There is no room for the piece: the disk keeps a reserve, and the cases of one physician take so much at most.
    NoRoom,
    /// The disk refuses to read or write.
    DiskFault,
    /// Another window of Relecture holds the cache.
    VaultInUse,
    /// The piece is not on this PC yet.
    PieceNotReceived,
    /// The bytes are not those of the manifest; they were deleted (R47).
    PieceAltered,
    /// The file has no byte.
    PieceEmpty,
    /// Nothing that can be read.
    PieceUnknownFormat,
    /// The file is broken.
    PieceDamaged,
    /// The PDF asks for a password.
    PiecePasswordProtected,
    /// Not the password of the piece.
    PiecePasswordWrong,
    /// The image is too large to be shown.
    PieceTooLarge,
    /// The document has too many bytes or pages.
    PieceTooLong,
    /// A photograph in HEIC.
    PieceHeif,
    /// A video.
    PieceVideo,
    /// A sound recording.
    PieceAudio,
    /// An Office file of before 2007, or a message of Outlook.
    PieceOldOffice,
    /// A letter of Word or `LibreOffice` that asks for a password.
    PieceOfficeProtected,
    /// A spreadsheet.
    PieceSpreadsheet,
    /// A presentation.
    PiecePresentation,
    /// A DICOM file without an image.
    PieceDicom,
    /// An archive that is no ZIP.
    PieceArchive,
    /// A ZIP that asks for a password.
    PieceArchiveProtected,
    /// A ZIP none of whose files can be shown.
    PieceArchiveEmpty,
    /// A program.
    PieceProgram,
    /// The confined reader stopped; the app did not.
    ReaderStopped,
    /// The confined reader took too long.
    ReaderTooSlow,
    /// The confined reader could not be started.
    ReaderMissing,
    /// The case is no longer assigned to this expert.
    CaseGone,
    /// The patient has withdrawn consent (R40, R41).
    CaseWithdrawn,
    /// A signed opinion or a decision of the case waits to be sent: it is not forgotten before.
    CaseUnsent,
    /// Words were written that are nowhere else; forgetting the case asks first.
    CaseWritten,
    /// The case is no longer in a state where this may be done.
    StateConflict,
    /// A mandatory field is empty (R69).
    OpinionIncomplete,
    /// A point to confirm was not confirmed.
    OpinionUnconfirmed,
    /// The text does not follow the closed schema.
    OpinionUnreadable,
    /// The opinion changed after it was frozen; freeze it again (R75).
    OpinionChanged,
    /// The document could not be typeset.
    ReportNotTypeset,
    /// The signature could not be made.
    SignatureFailed,
    /// The certificate of this PC has expired.
    CertificateExpired,
    /// The platform refused the signature; `reason` says why (R77).
    SignatureRefused,
    /// The receipt is not the platform's.
    ReceiptInvalid,
    /// The timestamp of a signature is not one of the platform's service.
    TimestampInvalid,
    /// A case holds no more annotations.
    TooManyAnnotations,
    /// A clinical date in the future.
    DateInFuture,
    /// A fault of the application.
    Internal,
}

impl Failure {
    /// A failure with this code; the chain of causes goes to the log under the reference.
    pub(crate) fn new(
        code: FailureCode,
        parameters: FailureParameters,
        cause: &(dyn Error + 'static),
    ) -> Self {
        let reference = hex::encode_upper(make_bytes::<4>());
        tracing::warn!(%reference, ?code, chain = chain(cause), "a command failed");
        Self {
            code,
            parameters,
            reference,
        }
    }
}

/// The causes, outermost first. None of them holds personal data (docs/architecture.md).
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = plain(error);
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&plain(error));
        cause = error.source();
    }
    text
}

/// One cause. What `serde_json` says may quote the text it was reading, which is a patient's: only the place is told.
fn plain(error: &(dyn Error + 'static)) -> String {
    match error.downcast_ref::<serde_json::Error>() {
        Some(json) => format!("JSON at line {}, column {}", json.line(), json.column()),
        None => error.to_string(),
    }
}

/// What the window may do about an error.
pub(crate) trait Tell: Error + Sized + 'static {
    /// The code, and the figures its sentences name.
    fn told(&self) -> (FailureCode, FailureParameters);

    /// The failure for the window.
    fn failure(&self) -> Failure {
        let (code, parameters) = self.told();
        Failure::new(code, parameters, self)
    }
}

impl<E: Tell> From<E> for Failure {
    fn from(error: E) -> Self {
        error.failure()
    }
}

fn only(code: FailureCode) -> (FailureCode, FailureParameters) {
    (code, FailureParameters::default())
}

impl Tell for CallError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::Unreachable(_) | Self::Offline => only(FailureCode::PlatformUnreachable),
            Self::Untrusted(_) => only(FailureCode::PlatformUntrusted),
            Self::Refused(problem) => refused(problem),
            Self::Unexpected(_) => only(FailureCode::PlatformFault),
            Self::SignedOut => only(FailureCode::SessionEnded),
            Self::DeviceKey(_) => only(FailureCode::Internal),
            Self::Told(code) => only(of_code(*code)),
            Self::Browser(_) => only(FailureCode::BrowserFailed),
            Self::Late => only(FailureCode::SignInExpired),
        }
    }
}

fn refused(problem: &Problem) -> (FailureCode, FailureParameters) {
    let parameters = FailureParameters {
        attempts_left: problem.attempts_left,
        reason: problem.reason.clone(),
        ..FailureParameters::default()
    };
    let code = match (problem.code, problem.reason.as_deref()) {
        (Code::StateConflict, Some("passkeys")) => FailureCode::PasskeysTooMany,
        (code, _) => of_code(code),
    };
    (code, parameters)
}

fn of_code(code: Code) -> FailureCode {
    match code {
        Code::InvalidCredentials => FailureCode::InvalidCredentials,
        Code::ClockSkewed => FailureCode::ClockSkewed,
        Code::AccountLocked => FailureCode::AccountLocked,
        Code::InvalidToken | Code::DeviceNotEnrolled => FailureCode::SessionEnded,
        Code::DeviceRevoked => FailureCode::DeviceRevoked,
        Code::InsufficientUserAuthentication => FailureCode::AuthenticationTooOld,
        Code::NotFound => FailureCode::CaseGone,
        Code::StateConflict => FailureCode::StateConflict,
        Code::CaseWithdrawn => FailureCode::CaseWithdrawn,
        Code::SignatureInvalid | Code::Validation => FailureCode::SignatureRefused,
        Code::ClientUpgradeRequired => FailureCode::ClientTooOld,
        Code::PasswordChangeRequired => FailureCode::PasswordChangeRequired,
        Code::PasswordWeak => FailureCode::PasswordWeak,
        Code::IdentityUnknown => FailureCode::IdentityUnknown,
        Code::NotAPhysician => FailureCode::NotAPhysician,
        Code::AssuranceTooLow => FailureCode::AssuranceTooLow,
        Code::IdentityRefused => FailureCode::IdentityRefused,
        Code::PasskeyRefused => FailureCode::PasskeyRefused,
        Code::SignInExpired => FailureCode::SignInExpired,
        Code::SignInMethodOff => FailureCode::SignInMethodOff,
        Code::IdentityProviderUnavailable => FailureCode::IdentityProviderUnavailable,
        Code::RateLimited => FailureCode::TooManyRequests,
        _ => FailureCode::PlatformFault,
    }
}

impl Tell for DiskError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        only(match self {
            Self::Full => FailureCode::DiskFull,
            Self::Fault(_) => FailureCode::DiskFault,
        })
    }
}

impl Tell for AnchorError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        only(match self.0.downcast_ref::<KeyStoreError>() {
            Some(KeyStoreError::Locked) => FailureCode::KeyStoreLocked,
            _ => FailureCode::KeyStoreMissing,
        })
    }
}

impl Tell for VaultError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::Closed => only(FailureCode::SessionEnded),
            Self::UnknownCase => only(FailureCode::CaseGone),
            Self::LeaseOver => only(FailureCode::LeaseOver),
            Self::Absent => only(FailureCode::PieceNotReceived),
            Self::Altered => only(FailureCode::VaultDamaged),
            Self::Anchor(error) => error.told(),
            Self::Disk(error) => error.told(),
        }
    }
}

impl Tell for CaseError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::SignedOut => only(FailureCode::SessionEnded),
            Self::SomebodyElse => only(FailureCode::InvalidCredentials),
            Self::Gone => only(FailureCode::CaseGone),
            Self::State => only(FailureCode::StateConflict),
            Self::Call(error) => error.told(),
            Self::Vault(error) => error.told(),
            Self::Journal(JournalError::Full) => only(FailureCode::DiskFull),
            Self::Journal(JournalError::Disk(_)) => only(FailureCode::DiskFault),
            Self::Record(_) | Self::Journal(JournalError::Encoding(_)) => {
                only(FailureCode::VaultDamaged)
            }
            Self::Senseless => only(FailureCode::PlatformFault),
        }
    }
}

impl Tell for AnnotateError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::TooMany => only(FailureCode::TooManyAnnotations),
            // The window asks for nothing of the kind.
            Self::Senseless => only(FailureCode::Internal),
            Self::Case(error) => error.told(),
        }
    }
}

impl Tell for DatePieceError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::Future => only(FailureCode::DateInFuture),
            Self::Case(error) => error.told(),
        }
    }
}

impl Tell for SignInError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::TotpNeeded => only(FailureCode::TotpEnrolmentRequired),
            Self::GivenUp => only(FailureCode::SignInGivenUp),
            Self::SomebodyElse => only(FailureCode::InvalidCredentials),
            Self::PasswordNeeded(reason) => (
                FailureCode::PasswordChangeRequired,
                FailureParameters {
                    reason: reason.clone(),
                    ..FailureParameters::default()
                },
            ),
            Self::NothingToEnrol => only(FailureCode::TotpEnrolmentOver),
            Self::Connect(error) => error.told(),
            Self::Call(CallError::Refused(problem))
                if problem.reason.as_deref() == Some("auth_session") =>
            {
                only(FailureCode::TotpEnrolmentOver)
            }
            Self::Call(error) => error.told(),
            Self::Keys(error) => error.told(),
            Self::Kept(error) => error.told(),
            Self::VaultSecret | Self::Certificate => only(FailureCode::PlatformFault),
            Self::Vault(error) => error.told(),
            Self::SignatureKey(_) | Self::Request(_) | Self::Profile(_) => {
                only(FailureCode::Internal)
            }
        }
    }
}

impl Tell for QrError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        only(FailureCode::Internal)
    }
}

impl Tell for ConnectError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        only(match self {
            Self::Address => FailureCode::PlatformNotConfigured,
            _ => FailureCode::Internal,
        })
    }
}

impl Tell for LoadKeysError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        only(match self {
            Self::Store(KeyStoreError::Locked) => FailureCode::KeyStoreLocked,
            Self::Store(KeyStoreError::Missing(_) | KeyStoreError::Refused(_)) => {
                FailureCode::KeyStoreMissing
            }
            Self::ItemLost(_) => FailureCode::Internal,
        })
    }
}

impl Tell for OpenVaultError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::InUse => only(FailureCode::VaultInUse),
            Self::WrongKey | Self::Damaged | Self::NotCurrent => only(FailureCode::VaultDamaged),
            Self::PlatformKey => only(FailureCode::PlatformFault),
            Self::Anchor(error) => error.told(),
            Self::Disk(error) => error.told(),
        }
    }
}

impl Tell for ChooseCodeError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::SignedOut(error) => error.told(),
            Self::Weak => only(FailureCode::UnlockCodeWeak),
            Self::Vault(SetUnlockCodeError::Vault(error)) => error.told(),
            Self::Vault(SetUnlockCodeError::Stretch(_)) => only(FailureCode::Internal),
        }
    }
}

impl Tell for UnlockError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::NotLocked | Self::SessionOver => only(FailureCode::SessionEnded),
            Self::Revoked => only(FailureCode::DeviceRevoked),
            Self::WrongCode { attempts_left: 0 } | Self::Damaged => {
                only(FailureCode::UnlockImpossible)
            }
            Self::WrongCode { attempts_left } => (
                FailureCode::UnlockCodeWrong,
                FailureParameters {
                    attempts_left: Some(*attempts_left),
                    ..FailureParameters::default()
                },
            ),
            Self::Keys(LoadKeysError::ItemLost(_)) => only(FailureCode::UnlockImpossible),
            Self::Keys(error) => error.told(),
            Self::Connect(error) => error.told(),
            Self::Vault(error) => error.told(),
        }
    }
}

impl Tell for WorkOfflineError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::NoLease | Self::Vault(OpenOfflineError::NoLease | OpenOfflineError::Over(_)) => {
                only(FailureCode::NoLease)
            }
            Self::Vault(OpenOfflineError::WrongCode { attempts_left: 0 }) => {
                only(FailureCode::UnlockImpossible)
            }
            Self::Vault(OpenOfflineError::WrongCode { attempts_left }) => (
                FailureCode::UnlockCodeWrong,
                FailureParameters {
                    attempts_left: Some(*attempts_left),
                    ..FailureParameters::default()
                },
            ),
            Self::Vault(OpenOfflineError::Vault(error)) => error.told(),
            Self::Keys(error) => error.told(),
            Self::Connect(error) => error.told(),
            Self::Journal(error) => error.told(),
        }
    }
}

impl Tell for ForgetCaseError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::Unsent => only(FailureCode::CaseUnsent),
            Self::Written => only(FailureCode::CaseWritten),
            Self::Case(error) => error.told(),
        }
    }
}

impl Tell for ReceiveError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::Call(error) => error.told(),
            Self::NoRoom => only(FailureCode::NoRoom),
            Self::Altered => only(FailureCode::PieceAltered),
            Self::Vault(error) => error.told(),
            Self::Case(error) => error.told(),
        }
    }
}

impl Tell for OpenPieceError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::Refused(refusal) => match refusal {
                OpenRefusal::Empty => only(FailureCode::PieceEmpty),
                OpenRefusal::UnknownFormat => only(FailureCode::PieceUnknownFormat),
                OpenRefusal::PasswordProtected => only(FailureCode::PiecePasswordProtected),
                OpenRefusal::Damaged => only(FailureCode::PieceDamaged),
                OpenRefusal::TooLarge { width, height } => (
                    FailureCode::PieceTooLarge,
                    FailureParameters {
                        width: Some(*width),
                        height: Some(*height),
                        ..FailureParameters::default()
                    },
                ),
                OpenRefusal::TooManyBytes | OpenRefusal::TooManyPages => {
                    only(FailureCode::PieceTooLong)
                }
                OpenRefusal::LibraryMissing => only(FailureCode::ReaderMissing),
                OpenRefusal::NothingInside => only(FailureCode::PieceArchiveEmpty),
                OpenRefusal::Unsupported(kind) => only(unsupported(*kind)),
            },
            Self::Worker(failure) => failure.told(),
        }
    }
}

fn unsupported(kind: Unsupported) -> FailureCode {
    match kind {
        Unsupported::Heif => FailureCode::PieceHeif,
        Unsupported::Video => FailureCode::PieceVideo,
        Unsupported::Audio => FailureCode::PieceAudio,
        Unsupported::BinaryOffice => FailureCode::PieceOldOffice,
        Unsupported::EncryptedOffice => FailureCode::PieceOfficeProtected,
        Unsupported::Spreadsheet => FailureCode::PieceSpreadsheet,
        Unsupported::Presentation => FailureCode::PiecePresentation,
        Unsupported::Dicom => FailureCode::PieceDicom,
        Unsupported::Archive => FailureCode::PieceArchive,
        Unsupported::EncryptedArchive => FailureCode::PieceArchiveProtected,
        Unsupported::Program => FailureCode::PieceProgram,
    }
}

impl Tell for WorkerFailure {
    fn told(&self) -> (FailureCode, FailureParameters) {
        only(match self {
            Self::TimedOut => FailureCode::ReaderTooSlow,
            Self::NotStarted(_) | Self::NotConfined => FailureCode::ReaderMissing,
            Self::Source(_) => FailureCode::DiskFault,
            _ => FailureCode::ReaderStopped,
        })
    }
}

impl Tell for ReadDocumentError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::Altered => only(FailureCode::PieceAltered),
            Self::Vault(error) => error.told(),
            Self::Reader(ReadPageError::Worker(failure)) => failure.told(),
            Self::Reader(
                ReadPageError::NoSuchPage | ReadPageError::Damaged | ReadPageError::Unsupported,
            ) => only(FailureCode::PieceDamaged),
            // Put away meanwhile: it opens again.
            Self::Closed => only(FailureCode::ReaderStopped),
        }
    }
}

impl Tell for OpenDocumentError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::Case(error) => error.told(),
            Self::NotReceived => only(FailureCode::PieceNotReceived),
            Self::Altered => only(FailureCode::PieceAltered),
            Self::WrongPassword => only(FailureCode::PiecePasswordWrong),
            Self::Reader(error) => error.told(),
        }
    }
}

impl Tell for FreezeError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::Case(error) => error.told(),
            Self::Incomplete(_) => only(FailureCode::OpinionIncomplete),
            Self::Unconfirmed => only(FailureCode::OpinionUnconfirmed),
            Self::Typeset(_) => only(FailureCode::ReportNotTypeset),
            Self::Open(error) => error.told(),
        }
    }
}

impl Tell for SignOpinionError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::Case(error) => error.told(),
            Self::AuthenticationTooOld => only(FailureCode::AuthenticationTooOld),
            Self::Code(error) => error.told(),
            Self::Changed => only(FailureCode::OpinionChanged),
            Self::Sign(relecture_desk::SignError::NotValid) => {
                only(FailureCode::CertificateExpired)
            }
            Self::Sign(_) | Self::Verify(_) | Self::Attachment(_) => {
                only(FailureCode::SignatureFailed)
            }
        }
    }
}

impl Tell for SendError {
    fn told(&self) -> (FailureCode, FailureParameters) {
        match self {
            Self::Call(error) => error.told(),
            Self::Receipt(_) | Self::OtherReport => only(FailureCode::ReceiptInvalid),
            Self::Timestamp(_) => only(FailureCode::TimestampInvalid),
            Self::Signature(_) => only(FailureCode::SignatureFailed),
            Self::Vault(error) => error.told(),
        }
    }
}

/// An identifier of the window that is none.
#[derive(Debug, thiserror::Error)]
#[error("not an identifier")]
pub(crate) struct NoIdentifier;

impl Tell for NoIdentifier {
    fn told(&self) -> (FailureCode, FailureParameters) {
        only(FailureCode::Internal)
    }
}

/// A date of the window that is none.
#[derive(Debug, thiserror::Error)]
#[error("not a date")]
pub(crate) struct NoDate;

impl Tell for NoDate {
    fn told(&self) -> (FailureCode, FailureParameters) {
        only(FailureCode::Internal)
    }
}

/// The opinion that the window sent is outside the closed schema.
#[derive(Debug, thiserror::Error)]
#[error("the opinion is outside the closed schema")]
pub(crate) struct OutsideSchema(#[from] pub(crate) serde_json::Error);

impl Tell for OutsideSchema {
    fn told(&self) -> (FailureCode, FailureParameters) {
        only(FailureCode::OpinionUnreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R99: what the window sent never reaches the log, however wrong it is.
    #[test]
    fn the_log_never_quotes_an_opinion() {
        let sent = serde_json::json!({ "summary": "BRASSAC Hélène" });
        let refused = serde_json::from_value::<relecture_desk::wire::OpinionContent>(sent)
            .expect_err("a text where a document belongs");
        assert!(
            refused.to_string().contains("BRASSAC"),
            "the library does quote"
        );
        let logged = chain(&OutsideSchema(refused));
        assert!(!logged.contains("BRASSAC"), "{logged}");
        assert!(logged.contains("closed schema"), "{logged}");
    }
}
