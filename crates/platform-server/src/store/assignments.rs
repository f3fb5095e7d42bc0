//! Assignments and the pieces sealed for them.

use jiff::Timestamp;
use relecture_crypto::Digest;
use relecture_domain::State;
use relecture_platform_api::{AssignmentState, ChangeKind};
use rusqlite::{
    Connection, OptionalExtension, Result, Row, ToSql, params,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};
use uuid::Uuid;

use super::{cases, changes, digest};

#[derive(Clone)]
pub(crate) struct Assignment {
    pub(crate) id: Uuid,
    pub(crate) case: Uuid,
    pub(crate) expert: Uuid,
    pub(crate) state: State,
    /// Destroyed at revocation.
    pub(crate) key_sealed: Option<Vec<u8>>,
    pub(crate) offered_at: Timestamp,
    pub(crate) answer_before: Timestamp,
    pub(crate) accepted_at: Option<Timestamp>,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) available_at: Option<Timestamp>,
    pub(crate) purge_after: Option<Timestamp>,
    pub(crate) statement_sealed: Option<Vec<u8>>,
}

/// A piece as sealed for one assignment.
pub(crate) struct SealedPiece {
    pub(crate) piece: cases::Piece,
    pub(crate) file: String,
    pub(crate) size: u64,
    pub(crate) sha256: Digest,
}

/// A state as the word of the contract.
struct Word(State);

impl ToSql for Word {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(AssignmentState::from(self.0).word().into())
    }
}

impl FromSql for Word {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        State::ALL
            .into_iter()
            .find(|state| AssignmentState::from(*state).word() == word)
            .map(Self)
            .ok_or(FromSqlError::InvalidType)
    }
}

fn assignment(row: &Row<'_>) -> Result<Assignment> {
    Ok(Assignment {
        id: row.get("id")?,
        case: row.get("case_id")?,
        expert: row.get("expert")?,
        state: row.get::<_, Word>("state")?.0,
        key_sealed: row.get("key_sealed")?,
        offered_at: row.get("offered_at")?,
        answer_before: row.get("answer_before")?,
        accepted_at: row.get("accepted_at")?,
        due_at: row.get("due_at")?,
        available_at: row.get("available_at")?,
        purge_after: row.get("purge_after")?,
        statement_sealed: row.get("statement_sealed")?,
    })
}

/// Writes an assignment, and tells his workstations of it (R122).
pub(crate) fn save(db: &Connection, a: &Assignment, now: Timestamp) -> Result<()> {
    db.execute(
        "INSERT INTO assignment (id, case_id, expert, state, key_sealed, offered_at, answer_before, accepted_at, due_at,
            available_at, purge_after, statement_sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, key_sealed = excluded.key_sealed,
            accepted_at = excluded.accepted_at, due_at = excluded.due_at, available_at = excluded.available_at,
            purge_after = excluded.purge_after, statement_sealed = excluded.statement_sealed",
        params![
            a.id, a.case, a.expert, Word(a.state), a.key_sealed, a.offered_at, a.answer_before,
            a.accepted_at, a.due_at, a.available_at, a.purge_after, a.statement_sealed,
        ],
    )?;
    let kind = match a.state {
        State::Offered => ChangeKind::AssignmentOffered,
        State::Revoked => ChangeKind::AssignmentRevoked,
        state if state.is_cacheable() => ChangeKind::AssignmentUpdated,
        _ => ChangeKind::AssignmentClosed,
    };
    changes::append(db, a.expert, kind, a.id, now)
}

/// The assignment, if it is this expert's (R24).
pub(crate) fn of_expert(db: &Connection, expert: Uuid, id: Uuid) -> Result<Option<Assignment>> {
    db.query_row(
        "SELECT * FROM assignment WHERE id = ?1 AND expert = ?2",
        params![id, expert],
        assignment,
    )
    .optional()
}

/// Everything assigned to the expert: offers first, then by due date (R27).
pub(crate) fn all_of_expert(db: &Connection, expert: Uuid) -> Result<Vec<Assignment>> {
    db.prepare("SELECT * FROM assignment WHERE expert = ?1 ORDER BY due_at IS NOT NULL, due_at, answer_before, id")?
        .query_map([expert], assignment)?
        .collect()
}

pub(crate) fn all_of_case(db: &Connection, case: Uuid) -> Result<Vec<Assignment>> {
    db.prepare("SELECT * FROM assignment WHERE case_id = ?1")?
        .query_map([case], assignment)?
        .collect()
}

pub(crate) fn insert_piece(db: &Connection, assignment: Uuid, sealed: &SealedPiece) -> Result<()> {
    db.execute(
        "INSERT INTO assignment_piece (assignment, piece, file, sealed_size, sealed_sha256) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            assignment, sealed.piece.id, sealed.file,
            i64::try_from(sealed.size).unwrap_or(i64::MAX), sealed.sha256.0,
        ],
    )?;
    Ok(())
}

pub(crate) fn pieces(db: &Connection, assignment: Uuid) -> Result<Vec<SealedPiece>> {
    db.prepare(
        "SELECT piece.*, sealed.file AS sealed_file, sealed_size, sealed_sha256
         FROM assignment_piece AS sealed JOIN piece ON piece.id = sealed.piece
         WHERE sealed.assignment = ?1 ORDER BY number",
    )?
    .query_map([assignment], |row| {
        Ok(SealedPiece {
            piece: cases::piece(row)?,
            file: row.get("sealed_file")?,
            size: row.get::<_, i64>("sealed_size")?.unsigned_abs(),
            sha256: digest(row, "sealed_sha256")?,
        })
    })?
    .collect()
}
