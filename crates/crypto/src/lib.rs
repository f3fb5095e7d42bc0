//! Everything cryptographic that both sides share, on one library (`aws-lc-rs`).
//!
//! Names tell what happens: `make_*` is random, `derive_*` is deterministic, `seal`/`open` authenticate. Nothing here reads a
//! clock or a file. The random generator of the operating system is reached through this crate only.

#![forbid(unsafe_code)]

mod device;
mod digest;
mod object;
mod once;
mod padding;
mod random;
mod sealing;
mod secret;
mod stretch;

pub use device::{DeviceKey, DeviceKeyError};
pub use digest::{Digest, Sha256, sha256};
pub use object::{
    BEGINNING, Context, OVERHEAD_FIXED, OpenObjectError, Opener, belongs_to, open, seal,
};
pub use once::seal_once;
pub use padding::{pad, padded_length, unpad};
pub use random::{make_bytes, make_token, make_uuid};
pub use sealing::{SealingKey, UnsealError, seal_to};
pub use secret::{Key, derive_key, keys_are_locked};
pub use stretch::{Cost, StretchError, stretch};
