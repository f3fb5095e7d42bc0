//! Experts and the failures of their sign-ins.

use jiff::Timestamp;
use relecture_crypto::Digest;
use relecture_platform_api::Expert;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use uuid::Uuid;

pub(crate) struct Account {
    pub(crate) expert: Expert,
    pub(crate) password_hash: String,
    pub(crate) totp_sealed: Vec<u8>,
    pub(crate) totp_step: u64,
    pub(crate) password_set_at: Timestamp,
    /// R17: somebody else may know it.
    pub(crate) password_stolen: bool,
    /// The staff gave it.
    pub(crate) password_provisional: bool,
}

fn expert(row: &Row<'_>) -> Result<Expert> {
    Ok(Expert {
        id: row.get("id")?,
        name: row.get("name")?,
        rpps: row.get("rpps")?,
        specialty: row.get("specialty")?,
        structure: row.get("structure")?,
    })
}

pub(crate) fn insert(
    db: &Connection,
    account: &Account,
    email: &str,
    admitted_at: Timestamp,
) -> Result<()> {
    let Account {
        expert,
        password_hash,
        totp_sealed,
        ..
    } = account;
    db.execute(
        "INSERT INTO expert (id, email, name, rpps, specialty, structure, password_hash, totp_sealed, admitted_at, password_set_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
        params![
            expert.id, email, expert.name, expert.rpps, expert.specialty, expert.structure,
            password_hash, totp_sealed, admitted_at,
        ],
    )?;
    Ok(())
}

pub(crate) fn by_email(db: &Connection, email: &str) -> Result<Option<Account>> {
    db.query_row("SELECT * FROM expert WHERE email = ?1", [email], |row| {
        Ok(Account {
            expert: expert(row)?,
            password_hash: row.get("password_hash")?,
            totp_sealed: row.get("totp_sealed")?,
            totp_step: row.get::<_, i64>("totp_step")?.unsigned_abs(),
            password_set_at: row.get("password_set_at")?,
            password_stolen: row
                .get::<_, Option<Timestamp>>("password_stolen_at")?
                .is_some(),
            password_provisional: row.get("password_provisional")?,
        })
    })
    .optional()
}

pub(crate) fn by_id(db: &Connection, id: Uuid) -> Result<Option<Expert>> {
    db.query_row("SELECT * FROM expert WHERE id = ?1", [id], expert)
        .optional()
}

/// The expert with this national identifier: `8` and his RPPS number (R7).
pub(crate) fn by_national_id(db: &Connection, national_id: &str) -> Result<Option<Expert>> {
    db.query_row(
        "SELECT * FROM expert WHERE '8' || rpps = ?1",
        [national_id],
        expert,
    )
    .optional()
}

pub(crate) fn email(db: &Connection, id: Uuid) -> Result<Option<String>> {
    db.query_row("SELECT email FROM expert WHERE id = ?1", [id], |row| {
        row.get(0)
    })
    .optional()
}

/// R9: a TOTP counts from its first step on.
pub(crate) fn set_totp(db: &Connection, id: Uuid, sealed: &[u8], step: u64) -> Result<()> {
    db.execute(
        "UPDATE expert SET totp_sealed = ?2 WHERE id = ?1",
        params![id, sealed],
    )?;
    set_totp_step(db, id, step)
}

/// R9: this step and those before are used up.
pub(crate) fn set_totp_step(db: &Connection, id: Uuid, step: u64) -> Result<()> {
    let step = i64::try_from(step).unwrap_or(i64::MAX);
    db.execute(
        "UPDATE expert SET totp_step = ?2 WHERE id = ?1",
        params![id, step],
    )?;
    Ok(())
}

/// R16: a new password, which nobody else knows.
pub(crate) fn set_password(db: &Connection, id: Uuid, hash: &str, at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE expert SET password_hash = ?2, password_set_at = ?3, password_stolen_at = NULL, password_provisional = 0
         WHERE id = ?1",
        params![id, hash, at],
    )?;
    Ok(())
}

/// A password of the staff's, in place of one that was forgotten.
pub(crate) fn set_provisional_password(
    db: &Connection,
    id: Uuid,
    hash: &str,
    at: Timestamp,
) -> Result<()> {
    set_password(db, id, hash, at)?;
    db.execute(
        "UPDATE expert SET password_provisional = 1 WHERE id = ?1",
        [id],
    )?;
    Ok(())
}

/// R17: the password is good for nothing but its own replacement.
pub(crate) fn password_stolen(db: &Connection, id: Uuid, at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE expert SET password_stolen_at = coalesce(password_stolen_at, ?2) WHERE id = ?1",
        params![id, at],
    )?;
    Ok(())
}

pub(crate) fn failures(db: &Connection, account: Digest, device: &str) -> Result<u32> {
    db.query_row(
        "SELECT failures FROM sign_in_failure WHERE account = ?1 AND device = ?2",
        params![account.0, device],
        |row| row.get(0),
    )
    .optional()
    .map(Option::unwrap_or_default)
}

pub(crate) fn set_failures(
    db: &Connection,
    account: Digest,
    device: &str,
    count: u32,
) -> Result<()> {
    db.execute(
        "INSERT INTO sign_in_failure (account, device, failures) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET failures = excluded.failures",
        params![account.0, device, count],
    )?;
    Ok(())
}

pub(crate) fn forget_failures(db: &Connection, account: Digest) -> Result<()> {
    db.execute(
        "DELETE FROM sign_in_failure WHERE account = ?1",
        params![account.0],
    )?;
    Ok(())
}
