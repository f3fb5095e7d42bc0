//! What a call may end in.

use std::error::Error as _;

use relecture_platform_api::{Code, Problem};
use thiserror::Error;

/// Why no connection can be prepared.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The address is no `https` address.
    #[error("the platform's address is not an https address")]
    Address,
    /// The additional certificate authority is not one.
    #[error("the certificate authority file is not a certificate")]
    Authority(#[source] reqwest::Error),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[source] reqwest::Error),
    /// The device key does not sign.
    #[error("the device key does not sign")]
    DeviceKey,
}

/// Why a call did not succeed.
#[derive(Debug, Error)]
pub enum CallError {
    /// No answer: no network, wrong name, connection cut, time-out.
    #[error("the platform does not answer")]
    Unreachable(#[source] reqwest::Error),
    /// The platform's certificate is not trusted (R57).
    #[error("the platform's certificate is not trusted")]
    Untrusted(#[source] reqwest::Error),
    /// The platform refused, and said why.
    #[error("the platform refused: {:?}", .0.code)]
    Refused(Box<Problem>),
    /// The answer is not one of the contract.
    #[error("the platform answered outside the contract (status {0})")]
    Unexpected(u16),
    /// The browser came back with a refusal of the platform.
    #[error("the sign-in in the browser was refused: {0:?}")]
    Told(Code),
    /// The browser cannot be opened, or cannot come back to this process.
    #[error("the browser")]
    Browser(#[source] std::io::Error),
    /// Nobody came back in time.
    #[error("the sign-in was not finished in time")]
    Late,
    /// The work goes on offline: nothing is asked before the next sign-in.
    #[error("offline until the next sign-in")]
    Offline,
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignedOut,
    /// The device key does not sign.
    #[error("the device key does not sign")]
    DeviceKey(#[source] jsonwebtoken::errors::Error),
}

impl CallError {
    /// What the platform said, when it refused.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) => Some(problem),
            _ => None,
        }
    }

    /// The platform's code, when it refused.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Told(code) => Some(*code),
            _ => self.problem().map(|problem| problem.code),
        }
    }

    /// Whether the same call may succeed later without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Offline => true,
            Self::Refused(problem) => problem.status >= 500 || problem.status == 429,
            Self::Unexpected(status) => *status >= 500,
            _ => false,
        }
    }
}

impl From<reqwest::Error> for CallError {
    fn from(error: reqwest::Error) -> Self {
        if is_certificate_error(&error) {
            Self::Untrusted(error)
        } else {
            Self::Unreachable(error)
        }
    }
}

fn is_certificate_error(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(tls) = tls_error(error) {
            return matches!(tls, rustls::Error::InvalidCertificate(_));
        }
        cause = error.source();
    }
    false
}

/// The TLS error itself. Connectors wrap it in I/O errors, one in the other, that hide it from `source`.
fn tls_error<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::Error> {
    match error.downcast_ref::<std::io::Error>() {
        Some(wrapping) => tls_error(wrapping.get_ref()?),
        None => error.downcast_ref(),
    }
}
