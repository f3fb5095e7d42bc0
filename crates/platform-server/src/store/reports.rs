//! Reports received, their evidence and their receipts.

use jiff::Timestamp;
use relecture_crypto::Digest;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use uuid::Uuid;

use super::{
    cases::{self, Case},
    digest,
};

#[expect(
    clippy::struct_field_names,
    reason = "`report_id` is the word of the contract"
)]
pub(crate) struct Report {
    pub(crate) receipt_id: Uuid,
    pub(crate) assignment: Uuid,
    pub(crate) report_id: Uuid,
    pub(crate) version: u32,
    pub(crate) file_sha256: Digest,
    pub(crate) signed_sha256: Digest,
    pub(crate) content_sha256: Digest,
    /// The signed PDF, sealed under the case's archive key.
    pub(crate) file: String,
    /// JSON of [`crate::operations::reports::Evidence`].
    pub(crate) evidence: String,
    pub(crate) receipt: String,
    pub(crate) received_at: Timestamp,
    /// The copy at B-LTA, sealed likewise (R80).
    pub(crate) archive_file: Option<String>,
}

fn report(row: &Row<'_>) -> Result<Report> {
    Ok(Report {
        receipt_id: row.get("receipt_id")?,
        assignment: row.get("assignment")?,
        report_id: row.get("report_id")?,
        version: row.get("version")?,
        file_sha256: digest(row, "file_sha256")?,
        signed_sha256: digest(row, "signed_sha256")?,
        content_sha256: digest(row, "content_sha256")?,
        file: row.get("file")?,
        evidence: row.get("evidence")?,
        receipt: row.get("receipt")?,
        received_at: row.get("received_at")?,
        archive_file: row.get("archive_file")?,
    })
}

pub(crate) fn insert(db: &Connection, report: &Report) -> Result<()> {
    db.execute(
        "INSERT INTO report (receipt_id, assignment, report_id, version, file_sha256, signed_sha256, content_sha256, file,
            evidence, receipt, received_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            report.receipt_id, report.assignment, report.report_id, report.version,
            report.file_sha256.0, report.signed_sha256.0, report.content_sha256.0, report.file,
            report.evidence, report.receipt, report.received_at,
        ],
    )?;
    Ok(())
}

pub(crate) fn by_signed_digest(db: &Connection, signed: Digest) -> Result<Option<Report>> {
    db.query_row(
        "SELECT * FROM report WHERE signed_sha256 = ?1",
        params![signed.0],
        report,
    )
    .optional()
}

pub(crate) fn version(db: &Connection, assignment: Uuid, version: u32) -> Result<Option<Report>> {
    db.query_row(
        "SELECT * FROM report WHERE assignment = ?1 AND version = ?2",
        params![assignment, version],
        report,
    )
    .optional()
}

/// The newest version received for an assignment.
pub(crate) fn newest(db: &Connection, assignment: Uuid) -> Result<Option<Report>> {
    db.query_row(
        "SELECT * FROM report WHERE assignment = ?1 ORDER BY version DESC LIMIT 1",
        [assignment],
        report,
    )
    .optional()
}

/// What is not at B-LTA yet, the oldest first (R80).
pub(crate) fn not_raised(db: &Connection) -> Result<Vec<Report>> {
    db.prepare("SELECT * FROM report WHERE archive_file IS NULL ORDER BY seq")?
        .query_map([], report)?
        .collect()
}

/// Keeps where the copy at B-LTA stands.
pub(crate) fn keep_raised(db: &Connection, receipt: Uuid, file: &str, at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE report SET archive_file = ?2, archived_at = ?3 WHERE receipt_id = ?1",
        params![receipt, file, at],
    )?;
    Ok(())
}

/// The case that a report is about.
pub(crate) fn case_of(db: &Connection, receipt: Uuid) -> Result<Option<Case>> {
    let assignment: Option<Uuid> = db
        .query_row(
            "SELECT assignment FROM report WHERE receipt_id = ?1",
            [receipt],
            |row| row.get(0),
        )
        .optional()?;
    match assignment {
        Some(assignment) => cases::of_assignment(db, assignment),
        None => Ok(None),
    }
}

/// The receipt of the platform before this one (R78).
pub(crate) fn last_receipt(db: &Connection) -> Result<Option<String>> {
    db.query_row(
        "SELECT receipt FROM report ORDER BY seq DESC LIMIT 1",
        [],
        |row| row.get(0),
    )
    .optional()
}
