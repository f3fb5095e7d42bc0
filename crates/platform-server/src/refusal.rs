//! The one error of every operation: a code of the contract, made a problem on its way out (R119).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use relecture_platform_api::{Code, Problem};

/// Seconds after which an authentication is too old to enrol or submit (R20).
pub(crate) const STEP_UP_MAX_AGE: u32 = 300;

/// Why an operation was refused. It never says more than its code allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    reason: Option<String>,
    attempts_left: Option<u32>,
    auth_session: Option<String>,
    /// Length of the representation, for a range that does not exist (RFC 9110 section 14.4).
    length: Option<u64>,
}

pub(crate) type Outcome<T> = Result<T, Refusal>;

impl Refusal {
    /// With a precision that is neither personal nor clinical.
    pub(crate) fn because(code: Code, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..code.into()
        }
    }

    /// R15: with what is left before the lock.
    pub(crate) fn attempts(code: Code, left: u32) -> Self {
        Self {
            attempts_left: Some(left),
            ..code.into()
        }
    }

    /// The sign-in goes on with the enrolment of a TOTP.
    pub(crate) fn enrol_totp(auth_session: String) -> Self {
        Self {
            auth_session: Some(auth_session),
            ..Code::TotpEnrolmentRequired.into()
        }
    }

    /// The sign-in goes on with a new password.
    pub(crate) fn change_password(auth_session: String, reason: &str) -> Self {
        Self {
            auth_session: Some(auth_session),
            ..Self::because(Code::PasswordChangeRequired, reason)
        }
    }

    pub(crate) fn range(length: u64) -> Self {
        Self {
            length: Some(length),
            ..Code::RangeNotSatisfiable.into()
        }
    }

    /// A fault of the platform. `what` goes to the log and must not carry data; the client learns nothing.
    pub(crate) fn fault(what: &'static str) -> Self {
        tracing::error!(fault = what);
        Code::Internal.into()
    }

    /// The problem+json answer.
    pub(crate) fn answer(self, host: &str, request_id: &str) -> Response {
        let status =
            StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let problem = Problem {
            kind: format!("https://{host}/problems/{}", self.code.word()),
            title: self.code.title(),
            status: status.as_u16(),
            code: self.code,
            request_id: request_id.to_owned(),
            reason: self.reason,
            attempts_left: self.attempts_left,
            auth_session: self.auth_session,
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body,
        )
            .into_response();
        let headers = response.headers_mut();
        if let Some(challenge) = challenge(self.code) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(value) = self
            .length
            .and_then(|length| HeaderValue::from_str(&format!("bytes */{length}")).ok())
        {
            headers.insert(header::CONTENT_RANGE, value);
        }
        response
    }
}

/// What a 401 says to a client that can do something about it (RFC 9449 section 7.1, RFC 9470 section 3).
fn challenge(code: Code) -> Option<HeaderValue> {
    let text = match code {
        Code::InvalidToken => r#"DPoP error="invalid_token", algs="ES256""#.to_owned(),
        Code::UseDpopNonce => r#"DPoP error="use_dpop_nonce", algs="ES256""#.to_owned(),
        Code::InsufficientUserAuthentication => {
            format!(
                r#"DPoP error="insufficient_user_authentication", max_age="{STEP_UP_MAX_AGE}", algs="ES256""#
            )
        }
        Code::InvalidCredentials | Code::ClockSkewed => "DPoP algs=\"ES256\"".to_owned(),
        _ => return None,
    };
    HeaderValue::from_str(&text).ok()
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self {
            code,
            reason: None,
            attempts_left: None,
            auth_session: None,
            length: None,
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        // Only the code of the engine: a message may quote a value.
        tracing::error!(fault = "database", engine = ?error.sqlite_error_code());
        Code::Internal.into()
    }
}

/// The status now, the body later: `http::envelope` knows the request's identifier.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
