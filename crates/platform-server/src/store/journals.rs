//! How far the journal of each device was delivered (R97).

use relecture_crypto::Digest;
use rusqlite::{Connection, OptionalExtension, Result, params};
use uuid::Uuid;

use super::digest;

/// The last entry delivered: its number and digest; 0 and zeros before the first.
pub(crate) fn head(db: &Connection, device: Uuid) -> Result<(u64, Digest)> {
    let head = db
        .query_row(
            "SELECT seq, sha256 FROM journal_entry WHERE device = ?1 ORDER BY seq DESC LIMIT 1",
            [device],
            |row| {
                Ok((
                    row.get::<_, i64>("seq")?.unsigned_abs(),
                    digest(row, "sha256")?,
                ))
            },
        )
        .optional()?;
    Ok(head.unwrap_or((0, Digest([0; 32]))))
}

/// The digest of an entry that was delivered.
pub(crate) fn entry(db: &Connection, device: Uuid, seq: u64) -> Result<Option<Digest>> {
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    db.query_row(
        "SELECT sha256 FROM journal_entry WHERE device = ?1 AND seq = ?2",
        params![device, seq],
        |row| digest(row, "sha256"),
    )
    .optional()
}

pub(crate) fn append(db: &Connection, device: Uuid, seq: u64, sha256: Digest) -> Result<()> {
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    db.execute(
        "INSERT INTO journal_entry (device, seq, sha256) VALUES (?1, ?2, ?3)",
        params![device, seq, sha256.0],
    )?;
    Ok(())
}
