//! `<vault>/state`: a head in clear that says how to come by the epoch key, and the state sealed under it. Replaced as a whole.
//!
//! ```text
//! "RLV2"  length of the head, 4 bytes  head, JSON  sealed state, padded to 4 KiB
//! ```

use relecture_crypto::{Context, Key, derive_key, open, seal, seal_to, sha256};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{DiskError, OpenVaultError, state::State};

const MAGIC: &[u8; 4] = b"RLV2";
/// The state is as long as the next multiple of this.
const STEP: usize = 4096;
/// What the platform opens after strong sign-in only, and for what.
const PLATFORM_SECRET: &str = "relecture/vault-secret/2";

/// What opens the state: read by anybody, bound to the state by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) epoch: u64,
    /// The platform's public key for this installation, hexadecimal.
    pub(crate) platform: String,
    /// A secret sealed to that key, hexadecimal.
    pub(crate) secret: String,
    /// The epoch key, sealed under that secret and this PC's together, hexadecimal.
    pub(crate) key: String,
    /// The offline lease, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lease: Option<String>,
}

/// A state file as it stands on the disk.
#[derive(Clone)]
pub(crate) struct StateFile {
    pub(crate) head: Head,
    head_bytes: Vec<u8>,
    body: Vec<u8>,
}

/// What the platform's secret is bound to, on both sides.
pub(crate) fn bound_to(device: &[u8], epoch: u64) -> Vec<u8> {
    [device, &epoch.to_be_bytes()].concat()
}

fn key_context(id: &[u8], epoch: u64) -> Context {
    Context::new("relecture/epoch-key/1", &[id, &epoch.to_be_bytes()])
}

fn body_context(id: &[u8], head: &[u8]) -> Context {
    Context::new("relecture/vault-state/2", &[id, &sha256(head).0])
}

fn wrap_key(device: &Key, secret: &Key) -> Key {
    derive_key(&[device, secret], "relecture/epoch-wrap/1")
}

impl Head {
    /// The head of a new epoch: a secret that only the platform opens again, and the epoch key under it.
    ///
    /// `installation` is what the platform calls this installation.
    pub(crate) fn make(
        id: &[u8],
        epoch: u64,
        platform: &[u8],
        installation: &[u8],
        device: &Key,
        epoch_key: &Key,
    ) -> Option<Self> {
        let secret = Key::make();
        let sealed = seal_to(
            platform,
            PLATFORM_SECRET,
            &bound_to(installation, epoch),
            secret.bytes(),
        );
        let wrap = wrap_key(device, &secret);
        Some(Self {
            epoch,
            platform: hex::encode(platform),
            secret: hex::encode(sealed.ok()?),
            key: hex::encode(seal(&wrap, &key_context(id, epoch), epoch_key.bytes())),
            lease: None,
        })
    }

    /// The epoch key, for whoever has both halves.
    pub(crate) fn open(&self, id: &[u8], device: &Key, secret: &Key) -> Option<Key> {
        let sealed = hex::decode(&self.key).ok()?;
        let wrap = wrap_key(device, secret);
        let key = open(&wrap, &key_context(id, self.epoch), &sealed).ok()?;
        Key::from_slice(&key)
    }
}

impl StateFile {
    /// Reads the outside of a file.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (head_bytes, body) = rest.split_at_checked(length)?;
        Some(Self {
            head: serde_json::from_slice(head_bytes).ok()?,
            head_bytes: head_bytes.to_vec(),
            body: body.to_vec(),
        })
    }

    /// The state inside.
    pub(crate) fn state(&self, id: &[u8], epoch_key: &Key) -> Result<State, OpenVaultError> {
        let clear =
            open(epoch_key, &body_context(id, &self.head_bytes), &self.body).map_err(|error| {
                match error {
                    relecture_crypto::OpenObjectError::KeyOrContext => OpenVaultError::WrongKey,
                    _ => OpenVaultError::Damaged,
                }
            })?;
        serde_json::from_slice(&clear).map_err(|_| OpenVaultError::Damaged)
    }

    /// The bytes of a file that says this.
    pub(crate) fn bytes(
        id: &[u8],
        head: &Head,
        state: &State,
        epoch_key: &Key,
    ) -> Result<Vec<u8>, DiskError> {
        let head = serde_json::to_vec(head).map_err(DiskError::encoding)?;
        let mut clear = Zeroizing::new(Vec::new());
        serde_json::to_writer(&mut *clear, state).map_err(DiskError::encoding)?;
        // JSON takes spaces at its end.
        let padded = clear.len().next_multiple_of(STEP);
        clear.resize(padded, b' ');
        let length = u32::try_from(head.len()).unwrap_or(u32::MAX).to_be_bytes();
        let body = seal(epoch_key, &body_context(id, &head), &clear);
        Ok([MAGIC.as_slice(), &length, &head, &body].concat())
    }
}
