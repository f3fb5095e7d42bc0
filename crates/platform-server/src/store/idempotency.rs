//! Answers kept for clients that repeat a request (R120).

use jiff::{SignedDuration, Timestamp};
use relecture_crypto::Digest;
use rusqlite::{Connection, OptionalExtension, Result, params};

use super::digest;

/// R120: keys live seven days.
const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(crate) struct Kept {
    pub(crate) fingerprint: Digest,
    pub(crate) answer_sealed: Vec<u8>,
}

/// What was answered to this client under this key, if it still lives.
pub(crate) fn find(
    db: &Connection,
    client: &str,
    key: &str,
    now: Timestamp,
) -> Result<Option<Kept>> {
    let oldest = now.saturating_sub(LIFE).unwrap_or(Timestamp::MIN);
    db.query_row(
        "SELECT fingerprint, answer_sealed FROM idempotency
         WHERE client = ?1 AND key = ?2 AND unixepoch(at) > ?3",
        params![client, key, oldest.as_second()],
        |row| {
            Ok(Kept {
                fingerprint: digest(row, "fingerprint")?,
                answer_sealed: row.get("answer_sealed")?,
            })
        },
    )
    .optional()
}

pub(crate) fn keep(
    db: &Connection,
    client: &str,
    key: &str,
    kept: &Kept,
    now: Timestamp,
) -> Result<()> {
    let oldest = now.saturating_sub(LIFE).unwrap_or(Timestamp::MIN);
    db.execute(
        "DELETE FROM idempotency WHERE unixepoch(at) <= ?1",
        [oldest.as_second()],
    )?;
    db.execute(
        "INSERT INTO idempotency (client, key, fingerprint, answer_sealed, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![client, key, kept.fingerprint.0, kept.answer_sealed, now],
    )?;
    Ok(())
}
