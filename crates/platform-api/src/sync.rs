//! What changed at the platform, what was forgotten on a device, and what was done there without the platform.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `GET /v1/sync`: every change once and in order, from a cursor on (R122).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeList {
    /// Oldest first. They name what changed and say nothing of it: the client reads it again.
    pub changes: Vec<Change>,
    /// Where to go on. Opaque, bound to the caller, good for 90 days.
    pub next_cursor: String,
    /// Whether there are more already.
    pub more: bool,
    /// The platform's clock.
    #[schema(value_type = String, format = DateTime)]
    pub server_time: Timestamp,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// Grows from one change to the next.
    pub seq: u64,
    /// What happened.
    pub kind: ChangeKind,
    /// To which assignment.
    pub assignment_id: Uuid,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum ChangeKind {
    /// A case is proposed.
    #[serde(rename = "assignment.offered")]
    AssignmentOffered,
    /// It may still be held, and something of it is new.
    #[serde(rename = "assignment.updated")]
    AssignmentUpdated,
    /// It was taken back: erased before anything else.
    #[serde(rename = "assignment.revoked")]
    AssignmentRevoked,
    /// It is over: erased before anything else.
    #[serde(rename = "assignment.closed")]
    AssignmentClosed,
    /// Of a newer platform: the assignment is read again.
    #[serde(other, rename = "unknown")]
    Unknown,
}

impl ChangeKind {
    /// The kind as it is written in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::AssignmentOffered => "assignment.offered",
            Self::AssignmentUpdated => "assignment.updated",
            Self::AssignmentRevoked => "assignment.revoked",
            Self::AssignmentClosed => "assignment.closed",
            Self::Unknown => "unknown",
        }
    }

    /// The kind of a word; [`ChangeKind::Unknown`] if there is none.
    pub fn of_word(word: &str) -> Self {
        [
            Self::AssignmentOffered,
            Self::AssignmentUpdated,
            Self::AssignmentRevoked,
            Self::AssignmentClosed,
        ]
        .into_iter()
        .find(|kind| kind.word() == word)
        .unwrap_or(Self::Unknown)
    }

    /// Whether a device that holds the case erases it before it goes on.
    pub fn is_tombstone(self) -> bool {
        matches!(self, Self::AssignmentRevoked | Self::AssignmentClosed)
    }
}

/// `POST /v1/erasures`: a device has forgotten a case; its key is gone, and every key that an older copy opened with (R49).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Erasure {
    /// The case.
    pub assignment_id: Uuid,
    /// Why.
    pub reason: ErasureReason,
    /// When, by the device's clock.
    #[schema(value_type = String, format = DateTime)]
    pub erased_at: Timestamp,
    /// The epoch that began with it: what the vault sealed before stays closed for good.
    pub vault_epoch: u64,
}

/// Why a device forgot a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureReason {
    /// The platform said that it is over, or no longer names it.
    Ended,
    /// Its purge date came (R50).
    PurgeDate,
    /// The physician asked for it.
    Asked,
    /// It came with another key.
    Rekeyed,
    /// Of a newer client.
    #[serde(other)]
    Unknown,
}

impl ErasureReason {
    /// The reason as it is written in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::PurgeDate => "purge_date",
            Self::Asked => "asked",
            Self::Rekeyed => "rekeyed",
            Self::Unknown => "unknown",
        }
    }

    /// The reason of a word; [`ErasureReason::Unknown`] if there is none.
    pub fn of_word(word: &str) -> Self {
        [Self::Ended, Self::PurgeDate, Self::Asked, Self::Rekeyed]
            .into_iter()
            .find(|reason| reason.word() == word)
            .unwrap_or(Self::Unknown)
    }
}

/// `POST /v1/audit-events`: the next entries of a device's journal, in order (R97).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEventBatch {
    /// Each an [`AuditEvent`] as the very text that the journal keeps: its SHA-256 is what the next one names.
    pub events: Vec<String>,
}

/// One entry of a device's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEvent {
    /// From 1, without a gap.
    pub seq: u64,
    /// SHA-256 of the text of the entry before, lower-case hexadecimal; zeros for the first.
    pub previous: String,
    /// When, by the device's clock.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What: a stable word such as `piece.opened`.
    pub action: String,
    /// The case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment_id: Option<Uuid>,
    /// The piece or the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_id: Option<Uuid>,
    /// Whether the platform was out of reach.
    #[serde(default)]
    pub offline: bool,
}

/// What the platform has of a device's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEventsTaken {
    /// The last entry that it has; 0 for none. The device may forget up to there.
    pub through: u64,
    /// SHA-256 of that entry, lower-case hexadecimal; zeros for none.
    pub sha256: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_wire() {
        for kind in [
            ChangeKind::AssignmentOffered,
            ChangeKind::AssignmentUpdated,
            ChangeKind::AssignmentRevoked,
            ChangeKind::AssignmentClosed,
        ] {
            let json = serde_json::to_string(&kind).expect("serialises");
            assert_eq!(json, format!("\"{}\"", kind.word()));
            assert_eq!(ChangeKind::of_word(kind.word()), kind);
        }
        for reason in [
            ErasureReason::Ended,
            ErasureReason::PurgeDate,
            ErasureReason::Asked,
            ErasureReason::Rekeyed,
        ] {
            let json = serde_json::to_string(&reason).expect("serialises");
            assert_eq!(json, format!("\"{}\"", reason.word()));
            assert_eq!(ErasureReason::of_word(reason.word()), reason);
        }
        let newer: ChangeKind = serde_json::from_str("\"consent.changed\"").expect("tolerated");
        assert_eq!(newer, ChangeKind::Unknown);
    }
}
