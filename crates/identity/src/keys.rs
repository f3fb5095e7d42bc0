//! The secrets of one physician on this installation.

use relecture_crypto::{DeviceKey, SealingKey};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::store::{KeyStore, KeyStoreError};

/// Why the keys cannot be had.
#[derive(Debug, Error)]
pub enum LoadKeysError {
    /// The key store.
    #[error("the key store")]
    Store(#[from] KeyStoreError),
    /// Some of the keys are gone or are no keys any more.
    #[error("the item {0} of the key store is lost")]
    ItemLost(&'static str),
}

/// The keys of one physician on this installation. Each is one item of the key store.
pub struct InstallationKeys {
    /// Identity towards the platform: DPoP and client assertions.
    pub device: DeviceKey,
    /// Receives case keys, and what the platform opens for the vault.
    pub sealing: SealingKey,
    /// Signature key, PKCS#8.
    pub signature: Zeroizing<Vec<u8>>,
}

const SEALING: &str = "sealing";
const VAULT: &str = "vault";
const SIGNATURE: &str = "signature";
const DEVICE: &str = "device";

impl InstallationKeys {
    /// The keys kept for `scope` (one physician on one platform); nothing if none were ever made here.
    ///
    /// # Errors
    /// [`LoadKeysError`].
    pub fn load(store: &dyn KeyStore, scope: &str) -> Result<Option<Self>, LoadKeysError> {
        // The device key is written last: without it nothing was ever finished.
        let Some(device) = store.get(&item(scope, DEVICE))? else {
            return Ok(None);
        };
        let lost = |name| move || LoadKeysError::ItemLost(name);
        let get = |name: &'static str| store.get(&item(scope, name))?.ok_or_else(lost(name));
        Ok(Some(Self {
            device: DeviceKey::from_pkcs8(&device).map_err(|_| LoadKeysError::ItemLost(DEVICE))?,
            sealing: SealingKey::from_bytes(&get(SEALING)?).ok_or_else(lost(SEALING))?,
            signature: get(SIGNATURE)?,
        }))
    }

    /// Makes new keys for `scope` and keeps them. `signature` is a new signature key in PKCS#8.
    ///
    /// # Errors
    /// [`KeyStoreError`]; keys that were not all kept are not used.
    pub fn make(
        store: &dyn KeyStore,
        scope: &str,
        signature: Zeroizing<Vec<u8>>,
    ) -> Result<Self, KeyStoreError> {
        let keys = Self {
            device: DeviceKey::make(),
            sealing: SealingKey::make(),
            signature,
        };
        store.set(&item(scope, SEALING), &keys.sealing.to_bytes())?;
        store.set(&item(scope, SIGNATURE), &keys.signature)?;
        store.set(&item(scope, DEVICE), keys.device.pkcs8())?;
        Ok(keys)
    }

    /// The item in which the vault of `scope` keeps what anchors it: this PC's half of its key among others.
    pub fn vault_item(scope: &str) -> String {
        item(scope, VAULT)
    }

    /// Forgets the keys of `scope`: this PC's half of the vault's key first, without which the vault never opens again.
    ///
    /// # Errors
    /// [`KeyStoreError`].
    pub fn forget(store: &dyn KeyStore, scope: &str) -> Result<(), KeyStoreError> {
        [VAULT, SEALING, SIGNATURE, DEVICE]
            .into_iter()
            .try_for_each(|name| store.remove(&item(scope, name)))
    }
}

fn item(scope: &str, name: &str) -> String {
    format!("{scope}/{name}")
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, sync::Mutex};

    use super::*;

    #[derive(Default)]
    struct Memory(Mutex<HashMap<String, Vec<u8>>>);

    impl KeyStore for Memory {
        fn get(&self, item: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
            Ok(self
                .0
                .lock()
                .expect("whole")
                .get(item)
                .cloned()
                .map(Zeroizing::new))
        }

        fn set(&self, item: &str, secret: &[u8]) -> Result<(), KeyStoreError> {
            assert!(secret.len() < 2_560, "Windows keeps no larger item");
            self.0
                .lock()
                .expect("whole")
                .insert(item.to_owned(), secret.to_vec());
            Ok(())
        }

        fn remove(&self, item: &str) -> Result<(), KeyStoreError> {
            self.0.lock().expect("whole").remove(item);
            Ok(())
        }
    }

    /// R14: forgotten keys are gone, and nobody else's with them.
    #[test]
    fn forgotten_keys_are_gone() {
        let store = Memory::default();
        for scope in ["a", "b"] {
            InstallationKeys::make(&store, scope, Zeroizing::new(vec![1])).expect("makes");
        }
        InstallationKeys::forget(&store, "a").expect("forgets");
        assert!(
            InstallationKeys::load(&store, "a")
                .expect("loads")
                .is_none()
        );
        assert_eq!(store.0.lock().expect("whole").len(), 3, "those of b");
        InstallationKeys::forget(&store, "a").expect("done already");
    }

    /// R13: the keys made at enrolment are the ones that come back, for that physician only.
    #[test]
    fn keys_come_back_for_their_scope_only() {
        let store = Memory::default();
        let made = InstallationKeys::make(&store, "a", Zeroizing::new(vec![1])).expect("makes");
        let back = InstallationKeys::load(&store, "a")
            .expect("loads")
            .expect("is there");
        assert_eq!(back.device.thumbprint(), made.device.thumbprint());
        assert_eq!(back.sealing.public(), made.sealing.public());
        assert!(
            InstallationKeys::load(&store, "b")
                .expect("loads")
                .is_none()
        );
    }

    #[test]
    fn a_lost_item_is_named() {
        let store = Memory::default();
        InstallationKeys::make(&store, "a", Zeroizing::new(vec![1])).expect("makes");
        store.0.lock().expect("whole").remove("a/sealing");
        let lost = InstallationKeys::load(&store, "a");
        assert!(matches!(lost, Err(LoadKeysError::ItemLost("sealing"))));
    }
}
