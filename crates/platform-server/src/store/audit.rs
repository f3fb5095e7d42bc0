//! The audit: append-only, each entry chained to the one before by its hash. Identifiers only (R96, R99, R100).

use jiff::Timestamp;
use relecture_crypto::{Digest, sha256};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use serde::Serialize;
use uuid::Uuid;

use super::digest;

/// What happened, who did it, to what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// When the platform knew (R104).
    pub at_server: Timestamp,
    /// When the device says it asked, where it did (R104).
    pub at_device: Option<Timestamp>,
    /// `expert`, `platform` or `unknown`.
    pub role: String,
    /// The expert.
    pub actor: Option<Uuid>,
    /// The device.
    pub device: Option<Uuid>,
    /// A stable word such as `assignment.accepted`; `denied.` and the operation for a refusal.
    pub action: String,
    /// The assignment.
    pub assignment: Option<Uuid>,
    /// The piece, report or device.
    pub object: Option<Uuid>,
    /// `done`, or the code of the refusal.
    pub outcome: String,
    /// Finds the request in the log.
    pub request_id: Option<String>,
    /// Whether the platform was out of reach when it was done (R97).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub offline: bool,
}

/// The chain of an entry: its content after the hash of the one before.
fn chained(seq: i64, entry: &AuditEntry, previous: Digest) -> Result<Digest> {
    let content = serde_json::to_vec(&(seq, entry))
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    Ok(sha256(&[previous.0.as_slice(), &content].concat()))
}

pub(crate) fn append(db: &Connection, entry: &AuditEntry) -> Result<()> {
    let last = db
        .query_row(
            "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1",
            [],
            |row| Ok((row.get::<_, i64>("seq")?, digest(row, "hash")?)),
        )
        .optional()?;
    let (seq, previous) = last.map_or((1, Digest([0; 32])), |(seq, hash)| (seq + 1, hash));
    let hash = chained(seq, entry, previous)?;
    db.execute(
        "INSERT INTO audit (seq, at_server, at_device, role, actor, device, action, assignment, object, outcome, request_id, offline, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        params![
            seq, entry.at_server, entry.at_device, entry.role, entry.actor, entry.device, entry.action,
            entry.assignment, entry.object, entry.outcome, entry.request_id, entry.offline, hash.0,
        ],
    )?;
    Ok(())
}

fn entry(row: &Row<'_>) -> Result<AuditEntry> {
    Ok(AuditEntry {
        at_server: row.get("at_server")?,
        at_device: row.get("at_device")?,
        role: row.get("role")?,
        actor: row.get("actor")?,
        device: row.get("device")?,
        action: row.get("action")?,
        assignment: row.get("assignment")?,
        object: row.get("object")?,
        outcome: row.get("outcome")?,
        request_id: row.get("request_id")?,
        offline: row.get("offline")?,
    })
}

/// What happened to an assignment, newest first.
pub(crate) fn of_assignment(db: &Connection, assignment: Uuid) -> Result<Vec<AuditEntry>> {
    db.prepare("SELECT * FROM audit WHERE assignment = ?1 ORDER BY seq DESC")?
        .query_map([assignment], entry)?
        .collect()
}

/// Every entry in order, if each one still chains to the one before; else the number of the first that does not.
pub(crate) fn verified(db: &Connection) -> Result<std::result::Result<Vec<AuditEntry>, i64>> {
    let mut statement = db.prepare("SELECT * FROM audit ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let (mut previous, mut entries) = (Digest([0; 32]), Vec::new());
    while let Some(row) = rows.next()? {
        let (seq, hash) = (row.get::<_, i64>("seq")?, digest(row, "hash")?);
        let entry = entry(row)?;
        let expected = i64::try_from(entries.len())
            .unwrap_or(i64::MAX)
            .saturating_add(1);
        if seq != expected || hash != chained(seq, &entry, previous)? {
            return Ok(Err(seq));
        }
        previous = hash;
        entries.push(entry);
    }
    Ok(Ok(entries))
}
