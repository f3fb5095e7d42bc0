//! The sealed state: the only authority on what the vault holds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use relecture_crypto::{Key, derive_key};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Forgotten, PieceSpec, Queued, digest_text, new_name};

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
    pub(crate) notes: BTreeMap<String, String>,
    /// Keys that belong to no case.
    #[serde(default)]
    pub(crate) keys: BTreeMap<String, StoredKey>,
    /// What waits to be sent, oldest first.
    #[serde(default)]
    pub(crate) queue: Vec<Queued>,
    /// What was forgotten and is still to be told.
    #[serde(default)]
    pub(crate) forgotten: Vec<Forgotten>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CaseState {
    /// Nothing once the lease was over, until the platform gives it again.
    pub(crate) key: Option<StoredKey>,
    /// What the key is recognised by.
    key_check: String,
    pub(crate) pieces: BTreeMap<Uuid, PieceEntry>,
    pub(crate) records: BTreeMap<String, String>,
    pub(crate) log: Option<String>,
    /// Entries that the log had when it was last looked at: it never has fewer.
    #[serde(default)]
    pub(crate) log_entries: u64,
    /// What the caller keeps of it, to have it at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
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
}

impl State {
    /// Takes a case in, or gives it its key again.
    pub(crate) fn admit(&mut self, case: Uuid, key: &Key) {
        let case = self.cases.entry(case);
        case.or_insert_with(|| CaseState::new(key)).key = Some(StoredKey(key.clone()));
    }
}

impl CaseState {
    fn new(key: &Key) -> Self {
        Self {
            key: Some(StoredKey(key.clone())),
            key_check: check_of(key),
            pieces: BTreeMap::new(),
            records: BTreeMap::new(),
            log: None,
            log_entries: 0,
            note: None,
            lease_end: None,
            purge_after: None,
        }
    }

    /// Whether this is the case's key.
    pub(crate) fn is_of(&self, key: &Key) -> bool {
        self.key_check == check_of(key)
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

/// Says which key it is, and nothing of it.
fn check_of(key: &Key) -> String {
    hex::encode(derive_key(&[key], "relecture/key-check/1").bytes())
}

impl PieceEntry {
    /// The place of a piece that is about to come.
    pub(crate) fn new(piece: &PieceSpec) -> Self {
        Self {
            name: new_name(),
            sealed_sha256: digest_text(piece.sealed_digest),
        }
    }

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
