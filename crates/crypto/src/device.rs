//! The key that is this installation's identity: ES256 (P-256), used for DPoP (RFC 9449) and client assertions.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::digest::sha256;

/// The stored bytes are not a P-256 key in PKCS#8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a P-256 key in PKCS#8")]
pub struct DeviceKeyError;

/// The device key, with its PKCS#8 form at hand for libraries that sign with it.
pub struct DeviceKey {
    pkcs8: Zeroizing<Vec<u8>>,
    x: String,
    y: String,
}

impl DeviceKey {
    /// A random key.
    ///
    /// # Panics
    /// When the operating system has no randomness to give.
    #[expect(
        clippy::expect_used,
        reason = "without randomness every key would be guessable"
    )]
    pub fn make() -> Self {
        let pkcs8 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .expect("a P-256 key pair");
        Self::from_pkcs8(pkcs8.as_ref()).expect("what was just made")
    }

    /// The key stored as PKCS#8.
    ///
    /// # Errors
    /// [`DeviceKeyError`].
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, DeviceKeyError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .map_err(|_| DeviceKeyError)?;
        let point = pair.public_key().as_ref();
        // An uncompressed point: 0x04, then both coordinates.
        let (x, y) = point
            .get(1..)
            .and_then(|xy| xy.split_at_checked(32))
            .ok_or(DeviceKeyError)?;
        Ok(Self {
            pkcs8: Zeroizing::new(pkcs8.to_vec()),
            x: BASE64_URL_SAFE_NO_PAD.encode(x),
            y: BASE64_URL_SAFE_NO_PAD.encode(y),
        })
    }

    /// PKCS#8, for the key store and for signing libraries.
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The public coordinates x and y, base64url, as a JWK carries them (RFC 7518 section 6.2.1).
    pub fn coordinates(&self) -> (&str, &str) {
        (&self.x, &self.y)
    }

    /// The key's name: its JWK thumbprint (RFC 7638), base64url.
    pub fn thumbprint(&self) -> String {
        let canonical = format!(
            r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
            self.x, self.y
        );
        BASE64_URL_SAFE_NO_PAD.encode(sha256(canonical.as_bytes()).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_key_is_the_same_key() {
        let key = DeviceKey::make();
        let back = DeviceKey::from_pkcs8(key.pkcs8()).expect("comes back");
        assert_eq!(back.thumbprint(), key.thumbprint());
        assert_eq!(key.thumbprint().len(), 43, "a SHA-256 in base64url");
        assert!(DeviceKey::from_pkcs8(b"nothing").is_err());
    }
}
