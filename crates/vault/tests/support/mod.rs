//! A PC and a platform for the vault: the anchor is a file beside it.

#![allow(dead_code, reason = "each test uses some of it")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use relecture_crypto::{Key, SealingKey};
use relecture_vault::{Anchor, AnchorError, ClosedVault, OpenVaultError, PlatformSeal, Vault};
use zeroize::Zeroizing;

pub(crate) const INSTALLATION: &[u8] = b"installation";

/// The key store: a file, which may refuse.
pub(crate) struct FileAnchor {
    pub(crate) path: PathBuf,
    /// Refuses when it comes to nothing; counts down with each write.
    pub(crate) writes_left: AtomicU32,
}

impl FileAnchor {
    pub(crate) fn of(vault: &Path) -> Self {
        Self {
            path: vault.with_extension("anchor"),
            writes_left: AtomicU32::new(u32::MAX),
        }
    }
}

impl Anchor for FileAnchor {
    fn load(&self) -> Result<Option<Zeroizing<Vec<u8>>>, AnchorError> {
        Ok(fs::read(&self.path).ok().map(Zeroizing::new))
    }

    fn store(&self, record: &[u8]) -> Result<(), AnchorError> {
        assert!(record.len() < 2_560, "Windows keeps no larger item");
        let left = self.writes_left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(AnchorError("locked".into()));
        }
        self.writes_left.store(left - 1, Ordering::Relaxed);
        fs::write(&self.path, record).map_err(|error| AnchorError(error.into()))
    }
}

/// The platform's key pair for this installation.
pub(crate) fn platform() -> &'static SealingKey {
    static KEY: OnceLock<SealingKey> = OnceLock::new();
    KEY.get_or_init(SealingKey::make)
}

/// What the platform answers.
pub(crate) fn opened_by_the_platform(seal: &PlatformSeal) -> Option<Key> {
    let bound = [INSTALLATION, &seal.epoch.to_be_bytes()].concat();
    let secret = platform()
        .open("relecture/vault-secret/2", &bound, &seal.sealed)
        .ok()?;
    Key::from_slice(&secret)
}

pub(crate) fn open(path: &Path) -> Result<Vault, OpenVaultError> {
    open_with(path, Arc::new(FileAnchor::of(path)))
}

pub(crate) fn open_with(path: &Path, anchor: Arc<dyn Anchor>) -> Result<Vault, OpenVaultError> {
    let closed = ClosedVault::at(path, anchor)?;
    let secret = closed
        .platform_seal()
        .and_then(|seal| opened_by_the_platform(&seal));
    closed.open(secret.as_ref(), platform().public(), INSTALLATION)
}
