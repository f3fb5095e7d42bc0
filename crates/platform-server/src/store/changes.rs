//! What an expert's workstations are told, in order (R122).

use jiff::{SignedDuration, Timestamp};
use relecture_platform_api::{Change, ChangeKind};
use rusqlite::{Connection, Result, params};
use uuid::Uuid;

/// A cursor that is older reads nothing any more.
pub(crate) const LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Changes told at once.
pub(crate) const PAGE: usize = 100;

/// Number of the last change of all; 0 before the first.
pub(crate) fn last(db: &Connection) -> Result<u64> {
    let last: Option<i64> = db.query_row("SELECT max(seq) FROM change", [], |row| row.get(0))?;
    Ok(last.unwrap_or(0).unsigned_abs())
}

pub(crate) fn append(
    db: &Connection,
    expert: Uuid,
    kind: ChangeKind,
    assignment: Uuid,
    at: Timestamp,
) -> Result<()> {
    db.execute(
        "INSERT INTO change (expert, kind, assignment, at) VALUES (?1, ?2, ?3, ?4)",
        params![expert, kind.word(), assignment, at],
    )?;
    // The last one stays: it says how far the numbers have come.
    let oldest = at.saturating_sub(LIFE).unwrap_or(Timestamp::MIN);
    db.execute(
        "DELETE FROM change WHERE unixepoch(at) < ?1 AND seq < (SELECT max(seq) FROM change)",
        [oldest.as_second()],
    )?;
    Ok(())
}

/// The changes after `seq`, oldest first: a page of them and one more, which says that there are more.
pub(crate) fn after(db: &Connection, expert: Uuid, seq: u64) -> Result<Vec<Change>> {
    let (seq, limit) = (
        i64::try_from(seq).unwrap_or(i64::MAX),
        i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
    );
    db.prepare("SELECT * FROM change WHERE expert = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3")?
        .query_map(params![expert, seq, limit], |row| {
            Ok(Change {
                seq: row.get::<_, i64>("seq")?.unsigned_abs(),
                kind: ChangeKind::of_word(&row.get::<_, String>("kind")?),
                assignment_id: row.get("assignment")?,
                at: row.get("at")?,
            })
        })?
        .collect()
}
