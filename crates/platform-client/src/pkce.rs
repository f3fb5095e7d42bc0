//! PKCE (RFC 7636), S256 only.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use relecture_crypto::{make_token, sha256};

/// The only method (R11).
pub(crate) const S256: &str = "S256";

/// A secret of this process, and what the platform is told of it beforehand.
pub(crate) struct Pkce {
    /// Shown with the code.
    pub(crate) verifier: String,
    /// Sent with the request.
    pub(crate) challenge: String,
}

impl Pkce {
    pub(crate) fn make() -> Self {
        let verifier = make_token();
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()).0);
        Self {
            verifier,
            challenge,
        }
    }
}
