//! The sealed state: the only authority on what the vault holds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use relecture_crypto::Key;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{PieceSpec, digest_text};

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// Grows with every change.
    pub(crate) generation: u64,
    pub(crate) cases: BTreeMap<Uuid, CaseState>,
    /// Public half of the unlock code's key pair, in hexadecimal; nothing if no code was chosen.
    #[serde(default)]
    pub(crate) unlock: Option<String>,
    /// Highest time seen, as far as it was written down.
    #[serde(default)]
    pub(crate) seen: Option<Timestamp>,
    /// What the caller keeps with the cases.
    #[serde(default)]
    pub(crate) profile: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CaseState {
    pub(crate) key: StoredKey,
    pub(crate) pieces: BTreeMap<Uuid, PieceEntry>,
    pub(crate) records: BTreeMap<String, String>,
    pub(crate) log: Option<String>,
    /// After this it may not be read without the platform (R51).
    #[serde(default)]
    pub(crate) lease_end: Option<Timestamp>,
    /// After this it may not be held (R50).
    #[serde(default)]
    pub(crate) purge_after: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PieceEntry {
    pub(crate) name: String,
    pub(crate) sealed_sha256: String,
    pub(crate) complete: bool,
}

impl CaseState {
    pub(crate) fn new(key: Key) -> Self {
        Self {
            key: StoredKey(key),
            pieces: BTreeMap::new(),
            records: BTreeMap::new(),
            log: None,
            lease_end: None,
            purge_after: None,
        }
    }

    /// Names of all its objects.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces
            .values()
            .map(|piece| piece.name.as_str())
            .chain(self.records.values().map(String::as_str))
            .chain(self.log.as_deref())
    }
}

impl PieceEntry {
    /// Whether it is this very version of the piece.
    pub(crate) fn is(&self, piece: &PieceSpec) -> bool {
        self.sealed_sha256 == digest_text(piece.sealed_digest)
    }
}

/// A key inside the sealed state, in hexadecimal.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredKey(pub(crate) Key);

impl Serialize for StoredKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(hex::encode(self.0.bytes())))
    }
}

impl<'de> Deserialize<'de> for StoredKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let bytes = Zeroizing::new(hex::decode(&*text).map_err(D::Error::custom)?);
        Key::from_slice(&bytes)
            .map(Self)
            .ok_or_else(|| D::Error::custom("not 32 bytes"))
    }
}
