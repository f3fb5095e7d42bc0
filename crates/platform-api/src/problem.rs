//! Errors of the platform: RFC 9457 problem details with a stable code and no personal data (R119).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An `application/problem+json` body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `https://{platform}/problems/{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short English title of the code.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: Code,
    /// Finds the request in the platform's log.
    pub request_id: String,
    /// Precision for some codes: why a signature was refused, for instance. Never personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Tries left before the account is locked (R15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts_left: Option<u32>,
    /// Goes on with a sign-in that needs another step (OAuth 2.0 for First-Party Applications). Bound to the key of the proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_session: Option<String>,
}

/// What went wrong, as a client may act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// 400: the request does not follow the contract.
    Malformed,
    /// 400: a creation without `Idempotency-Key` (R120).
    IdempotencyKeyMissing,
    /// 401: wrong e-mail, password or code; which one is not said.
    InvalidCredentials,
    /// 401: the TOTP code is right for another moment: the clock of the telephone is wrong. It counts as a failure.
    ClockSkewed,
    /// 401: the token is missing, expired, revoked or not bound to this key (R12).
    InvalidToken,
    /// 401: repeat the call with the nonce of the answer (RFC 9449 section 8).
    UseDpopNonce,
    /// 401: the authentication is too old for this act (R20, RFC 9470).
    InsufficientUserAuthentication,
    /// 403: the account is locked after three failures (R15).
    AccountLocked,
    /// 403: the password is right and the account has no TOTP yet, or a recovery code was given: `auth_session` leads to the
    /// enrolment of one (R9).
    TotpEnrolmentRequired,
    /// 403: both factors are right, and the password is too old (`renewal`, R16) or was stolen (`compromised`, R17):
    /// `auth_session` leads to a new one.
    PasswordChangeRequired,
    /// 403: this installation is not enrolled (R13).
    DeviceNotEnrolled,
    /// 403: this installation was revoked: it forgets what it holds (R14). Said only to the holder of its key.
    DeviceRevoked,
    /// 403: no account of this platform has this national identifier (R7).
    IdentityUnknown,
    /// 403: no current exercise of a physician (R7).
    NotAPhysician,
    /// 403: the identity provider did not prove a strong authentication (R5).
    AssuranceTooLow,
    /// 403: the identity provider refused, its answer was not acceptable, or the physician declined (R5).
    IdentityRefused,
    /// 403: the passkey or security key is not known here, or does not prove its holder (R9).
    PasskeyRefused,
    /// 410: this sign-in was not finished in time.
    SignInExpired,
    /// 410: the cursor is too old, or not of this platform: everything is read again (R122).
    CursorExpired,
    /// 403: this platform does not offer this way of signing in (R8).
    SignInMethodOff,
    /// 503: Pro Santé Connect does not answer.
    IdentityProviderUnavailable,
    /// 404: does not exist, or is not yours (R24).
    NotFound,
    /// 409: not in this state.
    StateConflict,
    /// 409: the same content was already received for another case.
    DigestConflict,
    /// 409: the patient has withdrawn consent (R41).
    CaseWithdrawn,
    /// 413: too large.
    TooLarge,
    /// 415: not the expected media type.
    UnsupportedMedia,
    /// 416: the range does not exist.
    RangeNotSatisfiable,
    /// 422: the body does not satisfy the schema or a rule.
    Validation,
    /// 422: the new password does not follow the rules, is guessed soon, or is the old one.
    PasswordWeak,
    /// 422: this key was used with another body (R120).
    IdempotencyKeyReused,
    /// 422: the bytes received are not those announced.
    DigestMismatch,
    /// 422: the signature is not acceptable; `reason` says why (R77).
    SignatureInvalid,
    /// 426: this version of the client is too old (R124).
    ClientUpgradeRequired,
    /// 429: slow down.
    RateLimited,
    /// 503: maintenance.
    Maintenance,
    /// 500: a fault of the platform.
    Internal,
    /// A code of a newer platform.
    #[serde(other)]
    Unknown,
}

impl Code {
    /// The code as it is written in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::IdempotencyKeyMissing => "idempotency-key-missing",
            Self::InvalidCredentials => "invalid-credentials",
            Self::ClockSkewed => "clock-skewed",
            Self::InvalidToken => "invalid-token",
            Self::UseDpopNonce => "use-dpop-nonce",
            Self::InsufficientUserAuthentication => "insufficient-user-authentication",
            Self::AccountLocked => "account-locked",
            Self::TotpEnrolmentRequired => "totp-enrolment-required",
            Self::PasswordChangeRequired => "password-change-required",
            Self::PasswordWeak => "password-weak",
            Self::DeviceNotEnrolled => "device-not-enrolled",
            Self::DeviceRevoked => "device-revoked",
            Self::IdentityUnknown => "identity-unknown",
            Self::NotAPhysician => "not-a-physician",
            Self::AssuranceTooLow => "assurance-too-low",
            Self::IdentityRefused => "identity-refused",
            Self::PasskeyRefused => "passkey-refused",
            Self::SignInExpired => "sign-in-expired",
            Self::CursorExpired => "cursor-expired",
            Self::SignInMethodOff => "sign-in-method-off",
            Self::IdentityProviderUnavailable => "identity-provider-unavailable",
            Self::NotFound => "not-found",
            Self::StateConflict => "state-conflict",
            Self::DigestConflict => "digest-conflict",
            Self::CaseWithdrawn => "case-withdrawn",
            Self::TooLarge => "too-large",
            Self::UnsupportedMedia => "unsupported-media",
            Self::RangeNotSatisfiable => "range-not-satisfiable",
            Self::Validation => "validation",
            Self::IdempotencyKeyReused => "idempotency-key-reused",
            Self::DigestMismatch => "digest-mismatch",
            Self::SignatureInvalid => "signature-invalid",
            Self::ClientUpgradeRequired => "client-upgrade-required",
            Self::RateLimited => "rate-limited",
            Self::Maintenance => "maintenance",
            Self::Internal => "internal",
            Self::Unknown => "unknown",
        }
    }

    /// The code of a word; [`Code::Unknown`] if there is none.
    pub fn of_word(word: &str) -> Self {
        Self::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(word))
            .unwrap_or(Self::Unknown)
    }

    /// Short English title, for people who read logs.
    pub fn title(self) -> String {
        self.word().replace('-', " ")
    }

    /// The HTTP status that carries this code.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed | Self::IdempotencyKeyMissing => 400,
            Self::InvalidCredentials
            | Self::ClockSkewed
            | Self::InvalidToken
            | Self::UseDpopNonce
            | Self::InsufficientUserAuthentication => 401,
            Self::AccountLocked
            | Self::TotpEnrolmentRequired
            | Self::PasswordChangeRequired
            | Self::DeviceNotEnrolled
            | Self::DeviceRevoked
            | Self::IdentityUnknown
            | Self::NotAPhysician
            | Self::AssuranceTooLow
            | Self::IdentityRefused
            | Self::PasskeyRefused
            | Self::SignInMethodOff => 403,
            Self::SignInExpired | Self::CursorExpired => 410,
            Self::NotFound => 404,
            Self::StateConflict | Self::DigestConflict | Self::CaseWithdrawn => 409,
            Self::TooLarge => 413,
            Self::UnsupportedMedia => 415,
            Self::RangeNotSatisfiable => 416,
            Self::Validation
            | Self::PasswordWeak
            | Self::IdempotencyKeyReused
            | Self::DigestMismatch
            | Self::SignatureInvalid => 422,
            Self::ClientUpgradeRequired => 426,
            Self::RateLimited => 429,
            Self::Internal | Self::Unknown => 500,
            Self::Maintenance | Self::IdentityProviderUnavailable => 503,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R119: the stable code is one word everywhere.
    #[test]
    fn r119_words_are_those_of_the_wire() {
        use Code as C;
        for code in [
            C::Malformed,
            C::IdempotencyKeyMissing,
            C::InvalidCredentials,
            C::ClockSkewed,
            C::InvalidToken,
            C::UseDpopNonce,
            C::InsufficientUserAuthentication,
            C::AccountLocked,
            C::TotpEnrolmentRequired,
            C::PasswordChangeRequired,
            C::PasswordWeak,
            C::DeviceNotEnrolled,
            C::DeviceRevoked,
            C::IdentityUnknown,
            C::NotAPhysician,
            C::AssuranceTooLow,
            C::IdentityRefused,
            C::PasskeyRefused,
            C::SignInExpired,
            C::CursorExpired,
            C::SignInMethodOff,
            C::IdentityProviderUnavailable,
            C::NotFound,
            C::StateConflict,
            C::DigestConflict,
            C::CaseWithdrawn,
            C::TooLarge,
            C::UnsupportedMedia,
            C::RangeNotSatisfiable,
            C::Validation,
            C::IdempotencyKeyReused,
            C::DigestMismatch,
            C::SignatureInvalid,
            C::ClientUpgradeRequired,
            C::RateLimited,
            C::Maintenance,
            C::Internal,
        ] {
            let json = serde_json::to_string(&code).expect("serialises");
            assert_eq!(json, format!("\"{}\"", code.word()));
            assert_eq!(C::of_word(code.word()), code);
        }
    }
}
