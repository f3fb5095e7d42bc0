//! Passkeys and security keys of the experts.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use uuid::Uuid;

/// One of them.
pub(crate) struct Passkey {
    pub(crate) id: Uuid,
    /// `WebAuthn`'s credential identifier.
    pub(crate) credential: Vec<u8>,
    pub(crate) expert: Uuid,
    /// Given by the physician.
    pub(crate) name: String,
    /// Public key and counter, JSON.
    pub(crate) proof: String,
    pub(crate) enrolled_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
}

fn passkey(row: &Row<'_>) -> Result<Passkey> {
    Ok(Passkey {
        id: row.get("id")?,
        credential: row.get("credential")?,
        expert: row.get("expert")?,
        name: row.get("name")?,
        proof: row.get("proof")?,
        enrolled_at: row.get("enrolled_at")?,
        last_used_at: row.get("last_used_at")?,
    })
}

/// Whether it was new: a credential is one account's.
pub(crate) fn insert(db: &Connection, new: &Passkey) -> Result<bool> {
    let rows = db.execute(
        "INSERT INTO passkey (id, credential, expert, name, proof, enrolled_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO NOTHING",
        params![new.id, new.credential, new.expert, new.name, new.proof, new.enrolled_at],
    )?;
    Ok(rows == 1)
}

/// The newest first.
pub(crate) fn of_expert(db: &Connection, expert: Uuid) -> Result<Vec<Passkey>> {
    db.prepare("SELECT * FROM passkey WHERE expert = ?1 ORDER BY enrolled_at DESC, id DESC")?
        .query_map([expert], passkey)?
        .collect()
}

pub(crate) fn by_credential(db: &Connection, credential: &[u8]) -> Result<Option<Passkey>> {
    db.query_row(
        "SELECT * FROM passkey WHERE credential = ?1",
        [credential],
        passkey,
    )
    .optional()
}

/// Keeps the counter after a use.
pub(crate) fn used(db: &Connection, id: Uuid, proof: &str, at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE passkey SET proof = ?2, last_used_at = ?3 WHERE id = ?1",
        params![id, proof, at],
    )?;
    Ok(())
}

/// Whether it was there, and his.
pub(crate) fn remove(db: &Connection, expert: Uuid, id: Uuid) -> Result<bool> {
    let rows = db.execute(
        "DELETE FROM passkey WHERE id = ?1 AND expert = ?2",
        params![id, expert],
    )?;
    Ok(rows == 1)
}
