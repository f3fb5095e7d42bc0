//! Opening the vault after sign-in: this PC's half of its key comes from the key store, the platform opens the other one.

use std::{path::Path, sync::Arc};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use relecture_crypto::Key;
use relecture_identity::{InstallationKeys, KeyStore};
use relecture_platform_api::{Code, DeviceEnrolled, VaultSeal, contexts};
use relecture_platform_client::{CallError, Connection};
use relecture_vault::{
    Anchor, AnchorError, ClosedVault, LostVault, OpenVaultError, PlatformSeal, PlatformSide, Vault,
};
use zeroize::Zeroizing;

use crate::{Desk, SignInError, blocking};

/// The item of the key store that anchors a vault.
struct KeyStoreItem {
    keys: Arc<dyn KeyStore>,
    item: String,
}

impl Anchor for KeyStoreItem {
    fn load(&self) -> Result<Option<Zeroizing<Vec<u8>>>, AnchorError> {
        self.keys
            .get(&self.item)
            .map_err(|error| AnchorError(error.into()))
    }

    fn store(&self, record: &[u8]) -> Result<(), AnchorError> {
        self.keys
            .set(&self.item, record)
            .map_err(|error| AnchorError(error.into()))
    }
}

impl Desk {
    /// What anchors the vault of `scope`.
    pub(crate) fn anchor_of(&self, scope: &str) -> Arc<dyn Anchor> {
        Arc::new(KeyStoreItem {
            keys: Arc::clone(&self.ports.keys),
            item: InstallationKeys::vault_item(scope),
        })
    }

    /// Opens the vault of a physician, and holds what he may have lost. A vault that does not open, because its keys are lost or
    /// its state is not the last one, is set aside: nobody is kept out by a damaged file, and an old state is never used.
    pub(crate) async fn open_vault(
        &self,
        connection: &Connection,
        keys: &InstallationKeys,
        device: &DeviceEnrolled,
        scope: &str,
    ) -> Result<(Vault, Vec<LostVault>), SignInError> {
        let root = self.vault_root(&keys.device.thumbprint());
        let anchor = self.anchor_of(scope);
        let vault = match try_open(connection, keys, device, &root, &anchor).await {
            Err(SignInError::Vault(error)) if error.is_lost() => {
                tracing::error!(%error, "the vault is set aside");
                let (aside, known) = (root.clone(), Arc::clone(&anchor));
                blocking(move || relecture_vault::set_aside(&aside, known.as_ref())).await?;
                try_open(connection, keys, device, &root, &anchor).await?
            }
            opened => opened?,
        };
        let (vaults, owner) = (self.vaults(), scope.to_owned());
        blocking(move || {
            vault.belongs_to(&owner)?;
            let lost = LostVault::all(&vaults, &owner, &root)?;
            Ok((vault, lost))
        })
        .await
        .map_err(|error: relecture_vault::DiskError| OpenVaultError::from(error).into())
    }
}

async fn try_open(
    connection: &Connection,
    keys: &InstallationKeys,
    device: &DeviceEnrolled,
    root: &Path,
    anchor: &Arc<dyn Anchor>,
) -> Result<Vault, SignInError> {
    let (place, anchor) = (root.to_owned(), Arc::clone(anchor));
    let closed = blocking(move || ClosedVault::at(&place, anchor)).await?;
    let secret = match closed.platform_seal() {
        Some(seal) => Some(ask(connection, keys, device, seal).await?),
        None => None,
    };
    let platform = BASE64_URL_SAFE_NO_PAD
        .decode(&device.vault_key)
        .map_err(|_| SignInError::VaultSecret)?;
    let (installation, epoch) = (device.device_id, device.vault_epoch);
    Ok(blocking(move || {
        let platform = PlatformSide {
            key: &platform,
            installation: installation.as_bytes(),
            epoch,
        };
        closed.open(secret.as_ref(), platform)
    })
    .await?)
}

/// What the platform opens, if it still does.
async fn ask(
    connection: &Connection,
    keys: &InstallationKeys,
    device: &DeviceEnrolled,
    seal: PlatformSeal,
) -> Result<Key, SignInError> {
    let seal = VaultSeal {
        epoch: seal.epoch,
        sealed: BASE64_URL_SAFE_NO_PAD.encode(seal.sealed),
    };
    let opened = connection.vault_secret_open(&seal).await;
    if matches!(
        opened.as_ref().err().and_then(CallError::code),
        Some(Code::StateConflict | Code::Validation)
    ) {
        // An epoch that is over, or sealed for another installation.
        return Err(OpenVaultError::WrongKey.into());
    }
    let sealed = BASE64_URL_SAFE_NO_PAD
        .decode(opened?.sealed)
        .map_err(|_| SignInError::VaultSecret)?;
    let secret = keys
        .sealing
        .open(contexts::VAULT_SECRET, device.device_id.as_bytes(), &sealed)
        .map_err(|_| SignInError::VaultSecret)?;
    Key::from_slice(&secret).ok_or(SignInError::VaultSecret)
}
