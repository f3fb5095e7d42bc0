//! Which device was given the key of which case, and when it said that it forgot it (R49).

use jiff::Timestamp;
use relecture_platform_api::ErasureReason;
use rusqlite::{Connection, Result, params};
use serde::Serialize;
use uuid::Uuid;

/// A case on a device, as far as the platform knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// The device.
    pub device: Uuid,
    /// When it was first given the key.
    pub since: Timestamp,
    /// When it said that the case is forgotten; nothing as long as it may be there.
    pub erased_at: Option<Timestamp>,
    /// Why, by the word of the contract.
    pub reason: Option<String>,
}

/// A device is given the key.
pub(crate) fn begin(db: &Connection, device: Uuid, assignment: Uuid, at: Timestamp) -> Result<()> {
    db.execute(
        "INSERT INTO holding (device, assignment, since) VALUES (?1, ?2, ?3)
         ON CONFLICT (device, assignment) DO UPDATE SET erased_at = NULL, reason = NULL",
        params![device, assignment, at],
    )?;
    Ok(())
}

/// A device has forgotten the case. Whether it held it, as far as was known.
pub(crate) fn end(
    db: &Connection,
    device: Uuid,
    assignment: Uuid,
    reason: ErasureReason,
    at: Timestamp,
) -> Result<bool> {
    let rows = db.execute(
        "UPDATE holding SET erased_at = ?4, reason = ?3
         WHERE device = ?1 AND assignment = ?2 AND erased_at IS NULL",
        params![device, assignment, reason.word(), at],
    )?;
    Ok(rows == 1)
}

/// Where a case lies, or lay.
pub(crate) fn of_assignment(db: &Connection, assignment: Uuid) -> Result<Vec<Holding>> {
    db.prepare("SELECT * FROM holding WHERE assignment = ?1 ORDER BY since, device")?
        .query_map([assignment], |row| {
            Ok(Holding {
                device: row.get("device")?,
                since: row.get("since")?,
                erased_at: row.get("erased_at")?,
                reason: row.get("reason")?,
            })
        })?
        .collect()
}
