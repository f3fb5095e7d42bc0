//! Randomness, from the operating system's generator through `aws-lc-rs`.

use aws_lc_rs::rand;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use uuid::Uuid;

/// `N` random bytes.
///
/// # Panics
/// When the operating system has no randomness to give: nothing safe can be done then.
#[expect(
    clippy::expect_used,
    reason = "without randomness every key would be guessable"
)]
pub fn make_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// An unguessable text of 256 bits, safe in a URL.
pub fn make_token() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(make_bytes::<32>())
}

/// A UUIDv7 (RFC 9562) of this instant.
pub fn make_uuid(now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &make_bytes()).into_uuid()
}
