//! TOTPs being enrolled, and the recovery codes that stand in for one.

use jiff::Timestamp;
use relecture_crypto::Digest;
use rusqlite::{Connection, OptionalExtension, Result, params};
use uuid::Uuid;

/// A TOTP being enrolled.
pub(crate) struct Enrolment {
    pub(crate) expert: Uuid,
    pub(crate) key_thumbprint: String,
    pub(crate) secret_sealed: Vec<u8>,
    pub(crate) begun_at: Timestamp,
    pub(crate) failures: u32,
}

/// Begins an enrolment in place of any other of this account.
pub(crate) fn begin(db: &Connection, auth_session: Digest, new: &Enrolment) -> Result<()> {
    forget(db, new.expert)?;
    db.execute(
        "INSERT INTO totp_enrolment (auth_session, expert, key_thumbprint, secret_sealed, begun_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![auth_session.0, new.expert, new.key_thumbprint, new.secret_sealed, new.begun_at],
    )?;
    Ok(())
}

pub(crate) fn by_session(db: &Connection, auth_session: Digest) -> Result<Option<Enrolment>> {
    db.query_row(
        "SELECT * FROM totp_enrolment WHERE auth_session = ?1",
        params![auth_session.0],
        |row| {
            Ok(Enrolment {
                expert: row.get("expert")?,
                key_thumbprint: row.get("key_thumbprint")?,
                secret_sealed: row.get("secret_sealed")?,
                begun_at: row.get("begun_at")?,
                failures: row.get("failures")?,
            })
        },
    )
    .optional()
}

pub(crate) fn fail(db: &Connection, auth_session: Digest) -> Result<()> {
    db.execute(
        "UPDATE totp_enrolment SET failures = failures + 1 WHERE auth_session = ?1",
        params![auth_session.0],
    )?;
    Ok(())
}

pub(crate) fn forget(db: &Connection, expert: Uuid) -> Result<()> {
    db.execute("DELETE FROM totp_enrolment WHERE expert = ?1", [expert])?;
    Ok(())
}

/// Replaces the recovery codes of an account.
pub(crate) fn set_recovery_codes(db: &Connection, expert: Uuid, tags: &[Digest]) -> Result<()> {
    db.execute("DELETE FROM recovery_code WHERE expert = ?1", [expert])?;
    for tag in tags {
        db.execute(
            "INSERT INTO recovery_code (expert, tag) VALUES (?1, ?2)",
            params![expert, tag.0],
        )?;
    }
    Ok(())
}

/// Uses a recovery code up; whether there was such a one.
pub(crate) fn use_recovery_code(db: &Connection, expert: Uuid, tag: Digest) -> Result<bool> {
    let used = db.execute(
        "DELETE FROM recovery_code WHERE expert = ?1 AND tag = ?2",
        params![expert, tag.0],
    )?;
    Ok(used > 0)
}
