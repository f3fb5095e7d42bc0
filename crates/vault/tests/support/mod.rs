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
use relecture_vault::{
    Anchor, AnchorError, ClosedVault, OpenVaultError, PlatformSeal, PlatformSide, Vault,
};
use zeroize::Zeroizing;

pub(crate) const INSTALLATION: &[u8] = b"installation";
/// The platform's key pair, for a process that another one started.
pub(crate) const PLATFORM: &str = "RELECTURE_TEST_PLATFORM";

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
        // As a key store does: the former or the new, whatever happens.
        let next = self.path.with_extension("anchor-next");
        fs::write(&next, record)
            .and_then(|()| fs::rename(&next, &self.path))
            .map_err(|error| AnchorError(error.into()))
    }
}

/// The platform's key pair for this installation; that of the process, or the one that it was given.
pub(crate) fn platform() -> &'static SealingKey {
    static KEY: OnceLock<SealingKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let given = std::env::var(PLATFORM).ok();
        given
            .and_then(|text| SealingKey::from_bytes(&hex::decode(text).ok()?))
            .unwrap_or_else(SealingKey::make)
    })
}

/// What the platform answers.
pub(crate) fn opened_by_the_platform(seal: &PlatformSeal) -> Option<Key> {
    let bound = [INSTALLATION, &seal.epoch.to_be_bytes()].concat();
    let secret = platform()
        .open("relecture/vault-secret/2", &bound, &seal.sealed)
        .ok()?;
    Key::from_slice(&secret)
}

/// This installation at the platform, which was asked about this epoch last.
pub(crate) fn side(epoch: u64) -> PlatformSide<'static> {
    PlatformSide {
        key: platform().public(),
        installation: INSTALLATION,
        epoch,
    }
}

pub(crate) fn open(path: &Path) -> Result<Vault, OpenVaultError> {
    open_with(path, Arc::new(FileAnchor::of(path)))
}

pub(crate) fn open_with(path: &Path, anchor: Arc<dyn Anchor>) -> Result<Vault, OpenVaultError> {
    let closed = ClosedVault::at(path, anchor)?;
    let secret = closed
        .platform_seal()
        .and_then(|seal| opened_by_the_platform(&seal));
    closed.open(secret.as_ref(), side(0))
}
