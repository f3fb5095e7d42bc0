//! Cases and their pieces, as archived by the platform.

use jiff::Timestamp;
use relecture_crypto::Digest;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use uuid::Uuid;

use super::digest;

#[expect(
    clippy::struct_field_names,
    reason = "`case_ref` is the word of the contract"
)]
pub(crate) struct Case {
    pub(crate) id: Uuid,
    pub(crate) case_ref: String,
    pub(crate) key_sealed: Vec<u8>,
    pub(crate) facts_sealed: Vec<u8>,
    pub(crate) withdrawn_at: Option<Timestamp>,
}

pub(crate) struct Piece {
    pub(crate) id: Uuid,
    pub(crate) case: Uuid,
    pub(crate) number: u32,
    pub(crate) version: u32,
    /// Of the clear bytes.
    pub(crate) sha256: Digest,
    /// Of the clear bytes.
    pub(crate) size: u64,
    pub(crate) facts_sealed: Vec<u8>,
    /// The platform's own copy, under the case's archive key.
    pub(crate) file: String,
}

pub(super) fn piece(row: &Row<'_>) -> Result<Piece> {
    Ok(Piece {
        id: row.get("id")?,
        case: row.get("case_id")?,
        number: row.get("number")?,
        version: row.get("version")?,
        sha256: digest(row, "sha256")?,
        size: row.get::<_, i64>("size")?.unsigned_abs(),
        facts_sealed: row.get("facts_sealed")?,
        file: row.get("file")?,
    })
}

pub(crate) fn insert(db: &Connection, case: &Case, admitted_at: Timestamp) -> Result<()> {
    db.execute(
        "INSERT INTO case_record (id, case_ref, key_sealed, facts_sealed, admitted_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![case.id, case.case_ref, case.key_sealed, case.facts_sealed, admitted_at],
    )?;
    Ok(())
}

fn case(row: &Row<'_>) -> Result<Case> {
    Ok(Case {
        id: row.get("id")?,
        case_ref: row.get("case_ref")?,
        key_sealed: row.get("key_sealed")?,
        facts_sealed: row.get("facts_sealed")?,
        withdrawn_at: row.get("withdrawn_at")?,
    })
}

pub(crate) fn by_id(db: &Connection, id: Uuid) -> Result<Option<Case>> {
    db.query_row("SELECT * FROM case_record WHERE id = ?1", [id], case)
        .optional()
}

pub(crate) fn of_assignment(db: &Connection, assignment: Uuid) -> Result<Option<Case>> {
    db.query_row(
        "SELECT case_record.* FROM case_record JOIN assignment ON case_record.id = assignment.case_id WHERE assignment.id = ?1",
        [assignment],
        case,
    )
    .optional()
}

pub(crate) fn has_reference(db: &Connection, case_ref: &str) -> Result<bool> {
    db.query_row(
        "SELECT count(*) > 0 FROM case_record WHERE case_ref = ?1",
        [case_ref],
        |row| row.get(0),
    )
}

/// R40: the facts that say so replace the former ones.
pub(crate) fn withdraw(db: &Connection, id: Uuid, facts: &[u8], at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE case_record SET withdrawn_at = coalesce(withdrawn_at, ?2), facts_sealed = ?3 WHERE id = ?1",
        params![id, at, facts],
    )?;
    Ok(())
}

pub(crate) fn insert_piece(db: &Connection, piece: &Piece) -> Result<()> {
    db.execute(
        "INSERT INTO piece (id, case_id, number, version, sha256, size, facts_sealed, file) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            piece.id, piece.case, piece.number, piece.version, piece.sha256.0,
            i64::try_from(piece.size).unwrap_or(i64::MAX), piece.facts_sealed, piece.file,
        ],
    )?;
    Ok(())
}

pub(crate) fn pieces(db: &Connection, case: Uuid) -> Result<Vec<Piece>> {
    db.prepare("SELECT * FROM piece WHERE case_id = ?1 ORDER BY number")?
        .query_map([case], piece)?
        .collect()
}
