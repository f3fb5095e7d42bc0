//! Symmetric keys that leave no copy behind.

use std::fmt;

use aws_lc_rs::hkdf::{HKDF_SHA512, KeyType, Salt};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::random::make_bytes;

/// 32 secret bytes: zeroed when dropped, never printed, never serialised.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Key(Box<[u8; 32]>);

impl Key {
    /// A random key.
    pub fn make() -> Self {
        Self(Box::new(make_bytes()))
    }

    /// The key with these bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Box::new(*bytes))
    }

    /// The key with these bytes, if there are exactly 32.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Box::new(bytes.try_into().ok()?)))
    }

    /// Its bytes. To be wrapped or given to a cipher, never to be stored.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(redacted)")
    }
}

struct Length32;

impl KeyType for Length32 {
    fn len(&self) -> usize {
        32
    }
}

/// A key out of several secrets, all of which are needed: HKDF-SHA-512 (RFC 5869) over their concatenation, for one purpose.
///
/// # Panics
/// Never: 32 bytes are within what HKDF-SHA-512 can give.
#[expect(
    clippy::expect_used,
    reason = "32 bytes are within HKDF-SHA-512's bound of 16,320"
)]
pub fn derive_key(secrets: &[&Key], purpose: &str) -> Key {
    let mut input = Vec::with_capacity(secrets.len() * 32);
    for secret in secrets {
        input.extend_from_slice(secret.bytes());
    }
    let mut output = [0; 32];
    Salt::new(HKDF_SHA512, b"relecture")
        .extract(&input)
        .expand(&[purpose.as_bytes()], Length32)
        .and_then(|okm| okm.fill(&mut output))
        .expect("32 bytes are within HKDF-SHA-512's bound");
    input.zeroize();
    let key = Key::from_bytes(&output);
    output.zeroize();
    key
}
