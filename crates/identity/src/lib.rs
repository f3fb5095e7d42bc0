//! This installation's identity: its keys, in the key store of the operating system and nowhere else (R18).
//!
//! A key store that is missing, locked or silent is an error with a name. There is no fallback to a file.

#![forbid(unsafe_code)]

mod keys;
mod store;

pub use keys::{InstallationKeys, LoadKeysError};
pub use store::{KeyStore, KeyStoreError, OsKeyStore};
