//! A key store that forgets with its process.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use relecture_identity::{KeyStore, KeyStoreError};
use zeroize::Zeroizing;

/// A key store in memory. The operating system's own is the matter of `tests/e2e`.
#[derive(Default)]
pub struct MemoryKeys(Mutex<BTreeMap<String, Vec<u8>>>);

impl MemoryKeys {
    /// The names of the items.
    pub fn names(&self) -> Vec<String> {
        self.items().keys().cloned().collect()
    }

    /// Loses the items whose names end so; how many there were.
    pub fn lose(&self, end: &str) -> usize {
        let mut items = self.items();
        let before = items.len();
        items.retain(|name, _| !name.ends_with(end));
        before - items.len()
    }

    fn items(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyStore for MemoryKeys {
    fn get(&self, item: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
        Ok(self.items().get(item).cloned().map(Zeroizing::new))
    }

    fn set(&self, item: &str, secret: &[u8]) -> Result<(), KeyStoreError> {
        self.items().insert(item.to_owned(), secret.to_vec());
        Ok(())
    }

    fn remove(&self, item: &str) -> Result<(), KeyStoreError> {
        self.items().remove(item);
        Ok(())
    }
}
