//! The key store port and the operating system's one behind it: Secret Service, Credential Manager, Keychain.

use std::{collections::HashMap, sync::mpsc, thread, time::Duration};

use keyring_core::{Entry, Error};
use thiserror::Error as ThisError;
use zeroize::Zeroizing;

/// How long a read may take. A locked store that waits for a prompt nobody sees would wait for ever.
const READ_BOUND: Duration = Duration::from_secs(5);
/// How long a write may take: a prompt may be on the screen.
const WRITE_BOUND: Duration = Duration::from_mins(1);

/// Name under which items are kept.
const SERVICE: &str = "Relecture";

/// Why the key store gives nothing.
#[derive(Debug, ThisError)]
pub enum KeyStoreError {
    /// No key store answers.
    #[error("no key store answers")]
    Missing(#[source] Error),
    /// It is locked, and nobody unlocked it.
    #[error("the key store is locked")]
    Locked,
    /// It answered with an error.
    #[error("the key store refuses")]
    Refused(#[source] Error),
}

/// Where small secrets live.
pub trait KeyStore: Send + Sync {
    /// The secret under this name; nothing if there is none.
    ///
    /// # Errors
    /// [`KeyStoreError`].
    fn get(&self, item: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError>;

    /// Keeps a secret under this name.
    ///
    /// # Errors
    /// [`KeyStoreError`].
    fn set(&self, item: &str, secret: &[u8]) -> Result<(), KeyStoreError>;

    /// Forgets what is kept under this name, if there is anything.
    ///
    /// # Errors
    /// [`KeyStoreError`].
    fn remove(&self, item: &str) -> Result<(), KeyStoreError>;
}

/// The key store of the operating system, through `keyring`.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsKeyStore;

impl KeyStore for OsKeyStore {
    fn get(&self, item: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
        let item = item.to_owned();
        bounded(READ_BOUND, move || match entry(&item)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(named(error)),
        })
    }

    fn set(&self, item: &str, secret: &[u8]) -> Result<(), KeyStoreError> {
        let item = item.to_owned();
        let secret = Zeroizing::new(secret.to_vec());
        bounded(WRITE_BOUND, move || {
            entry(&item)?.set_secret(&secret).map_err(named)
        })
    }

    fn remove(&self, item: &str) -> Result<(), KeyStoreError> {
        let item = item.to_owned();
        bounded(WRITE_BOUND, move || {
            match entry(&item)?.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(named(error)),
            }
        })
    }
}

fn entry(item: &str) -> Result<Entry, KeyStoreError> {
    if keyring::Entry::store_status().is_err() {
        return Err(KeyStoreError::Missing(Error::NoDefaultStore));
    }
    // Windows roams generic credentials by default; this one belongs to this PC.
    let local = HashMap::from([("persistence", "Local")]);
    let modifiers = if cfg!(windows) { local } else { HashMap::new() };
    Entry::new_with_modifiers(SERVICE, item, &modifiers).map_err(named)
}

fn named(error: Error) -> KeyStoreError {
    match error {
        Error::NoStorageAccess(_) => KeyStoreError::Locked,
        Error::NoDefaultStore | Error::PlatformFailure(_) => KeyStoreError::Missing(error),
        other => KeyStoreError::Refused(other),
    }
}

/// Runs a call that may wait for a prompt on a thread of its own, which is left behind if it never answers.
fn bounded<T: Send + 'static>(
    bound: Duration,
    call: impl FnOnce() -> Result<T, KeyStoreError> + Send + 'static,
) -> Result<T, KeyStoreError> {
    let (answer, answered) = mpsc::channel();
    thread::spawn(move || answer.send(call()));
    answered
        .recv_timeout(bound)
        .unwrap_or(Err(KeyStoreError::Locked))
}
