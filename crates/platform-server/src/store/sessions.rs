//! Sessions and the codes that open them.

use jiff::Timestamp;
use relecture_crypto::Digest;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use uuid::Uuid;

/// One signed-in installation; a fresh sign-in with the same key renews it in place.
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) expert: Uuid,
    pub(crate) key_thumbprint: String,
    pub(crate) amr: String,
    pub(crate) acr: Option<String>,
    /// What ends the session at Pro Santé Connect.
    pub(crate) psc_sealed: Option<Vec<u8>>,
    pub(crate) auth_time: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
}

pub(crate) struct Code {
    pub(crate) expert: Uuid,
    pub(crate) key_thumbprint: String,
    pub(crate) challenge: String,
    pub(crate) amr: String,
    pub(crate) acr: Option<String>,
    pub(crate) psc_sealed: Option<Vec<u8>>,
    /// When the physician proved himself.
    pub(crate) auth_time: Timestamp,
    pub(crate) issued_at: Timestamp,
    /// The session of its first use.
    pub(crate) session: Option<Uuid>,
}

fn session(row: &Row<'_>) -> Result<Session> {
    Ok(Session {
        id: row.get("id")?,
        expert: row.get("expert")?,
        key_thumbprint: row.get("key_thumbprint")?,
        amr: row.get("amr")?,
        acr: row.get("acr")?,
        psc_sealed: row.get("psc_sealed")?,
        auth_time: row.get("auth_time")?,
        last_seen: row.get("last_seen")?,
        ended_at: row.get("ended_at")?,
    })
}

pub(crate) fn save(db: &Connection, session: &Session, refresh: Digest) -> Result<()> {
    db.execute(
        "INSERT INTO session (id, expert, key_thumbprint, amr, auth_time, last_seen, refresh_sha256, acr, psc_sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE SET amr = excluded.amr, auth_time = excluded.auth_time,
            last_seen = excluded.last_seen, refresh_sha256 = excluded.refresh_sha256,
            acr = excluded.acr, psc_sealed = excluded.psc_sealed",
        params![
            session.id, session.expert, session.key_thumbprint, session.amr,
            session.auth_time, session.last_seen, refresh.0, session.acr, session.psc_sealed,
        ],
    )?;
    Ok(())
}

pub(crate) fn by_id(db: &Connection, id: Uuid) -> Result<Option<Session>> {
    db.query_row("SELECT * FROM session WHERE id = ?1", [id], session)
        .optional()
}

pub(crate) fn by_refresh(db: &Connection, refresh: Digest) -> Result<Option<Session>> {
    db.query_row(
        "SELECT * FROM session WHERE refresh_sha256 = ?1",
        params![refresh.0],
        session,
    )
    .optional()
}

/// The session of this installation that was not ended, newest first.
pub(crate) fn open_one(db: &Connection, expert: Uuid, thumbprint: &str) -> Result<Option<Session>> {
    db.query_row(
        "SELECT * FROM session WHERE expert = ?1 AND key_thumbprint = ?2 AND ended_at IS NULL ORDER BY id DESC LIMIT 1",
        params![expert, thumbprint],
        session,
    )
    .optional()
}

/// When a session of this installation was last used.
pub(crate) fn last_seen(db: &Connection, thumbprint: &str) -> Result<Option<Timestamp>> {
    db.query_row(
        "SELECT last_seen FROM session WHERE key_thumbprint = ?1 ORDER BY last_seen DESC LIMIT 1",
        [thumbprint],
        |row| row.get(0),
    )
    .optional()
}

pub(crate) fn touch(db: &Connection, id: Uuid, at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE session SET last_seen = ?2 WHERE id = ?1",
        params![id, at],
    )?;
    Ok(())
}

pub(crate) fn end(db: &Connection, id: Uuid, at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE session SET ended_at = coalesce(ended_at, ?2) WHERE id = ?1",
        params![id, at],
    )?;
    Ok(())
}

/// R14: every session of a key stops.
pub(crate) fn end_of_key(db: &Connection, thumbprint: &str, at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE session SET ended_at = ?2 WHERE key_thumbprint = ?1 AND ended_at IS NULL",
        params![thumbprint, at],
    )?;
    Ok(())
}

/// Every session of an expert stops.
pub(crate) fn end_of_expert(db: &Connection, expert: Uuid, at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE session SET ended_at = ?2 WHERE expert = ?1 AND ended_at IS NULL",
        params![expert, at],
    )?;
    Ok(())
}

pub(crate) fn insert_code(db: &Connection, sha256: Digest, code: &Code) -> Result<()> {
    db.execute(
        "INSERT INTO authorization_code (sha256, expert, key_thumbprint, challenge, auth_time, amr, acr, psc_sealed, issued_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            sha256.0, code.expert, code.key_thumbprint, code.challenge, code.auth_time, code.amr, code.acr,
            code.psc_sealed, code.issued_at,
        ],
    )?;
    Ok(())
}

pub(crate) fn code(db: &Connection, sha256: Digest) -> Result<Option<Code>> {
    db.query_row(
        "SELECT * FROM authorization_code WHERE sha256 = ?1",
        params![sha256.0],
        |row| {
            Ok(Code {
                expert: row.get("expert")?,
                key_thumbprint: row.get("key_thumbprint")?,
                challenge: row.get("challenge")?,
                amr: row.get("amr")?,
                acr: row.get("acr")?,
                psc_sealed: row.get("psc_sealed")?,
                issued_at: row.get("issued_at")?,
                auth_time: row.get("auth_time")?,
                session: row.get("session")?,
            })
        },
    )
    .optional()
}

pub(crate) fn use_code(db: &Connection, sha256: Digest, session: Uuid) -> Result<()> {
    db.execute(
        "UPDATE authorization_code SET session = ?2 WHERE sha256 = ?1",
        params![sha256.0, session],
    )?;
    Ok(())
}
