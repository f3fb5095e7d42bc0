//! Symmetric keys that leave no copy behind.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    hkdf::{HKDF_SHA512, KeyType, Salt},
};
use region::LockGuard;
use zeroize::Zeroize;

use crate::random::make_bytes;

/// 32 secret bytes: on a page of their own that is never swapped out, zeroed when the last holder drops them, never printed,
/// never serialised. A clone is another holder, not another copy.
#[derive(Clone)]
pub struct Key(Arc<Page>);

/// A page of its own, so that no two keys share one: unlocking one would unlock the other.
#[cfg_attr(target_arch = "x86_64", repr(align(4096)))]
#[cfg_attr(not(target_arch = "x86_64"), repr(align(16384)))]
struct Aligned([u8; 32]);

/// The lock is given back after the bytes were wiped.
struct Page {
    secret: Box<Aligned>,
    _lock: Option<LockGuard>,
}

/// Whether the system has refused to lock a page, ever.
static REFUSED: AtomicBool = AtomicBool::new(false);

impl Page {
    fn with(fill: impl FnOnce(&mut [u8; 32])) -> Key {
        let mut secret = Box::new(Aligned([0; 32]));
        let lock = region::lock(std::ptr::from_ref(secret.as_ref()), size_of::<Aligned>()).ok();
        if lock.is_none() {
            REFUSED.store(true, Ordering::Relaxed);
        }
        fill(&mut secret.0);
        Key(Arc::new(Self {
            secret,
            _lock: lock,
        }))
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.secret.0.zeroize();
    }
}

/// Whether every key so far stands on a page that is never swapped out. A system may allow too few such pages: keys are then
/// wiped as always, and this says so.
pub fn keys_are_locked() -> bool {
    !REFUSED.load(Ordering::Relaxed)
}

impl Key {
    /// A random key.
    pub fn make() -> Self {
        let mut bytes = make_bytes();
        let key = Self::from_bytes(&bytes);
        bytes.zeroize();
        key
    }

    /// The key with these bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Page::with(|secret| secret.copy_from_slice(bytes))
    }

    /// The key with these bytes, if there are exactly 32.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_bytes(bytes.try_into().ok()?))
    }

    /// Its bytes. To be wrapped or given to a cipher, never to be stored.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0.secret.0
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.bytes(), other.bytes()).is_ok()
    }
}

impl Eq for Key {}

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
