//! The platform's own keys, sealed under the master key, and its settings.

use rusqlite::{Connection, OptionalExtension, Result, params};

pub(crate) fn key(db: &Connection, name: &str) -> Result<Option<Vec<u8>>> {
    db.query_row(
        "SELECT key_sealed FROM platform_key WHERE name = ?1",
        [name],
        |row| row.get(0),
    )
    .optional()
}

pub(crate) fn insert_key(db: &Connection, name: &str, sealed: &[u8]) -> Result<()> {
    db.execute(
        "INSERT INTO platform_key (name, key_sealed) VALUES (?1, ?2)",
        params![name, sealed],
    )?;
    Ok(())
}

/// The value of a setting that is written once: `value` if there was none.
pub(crate) fn settle(db: &Connection, name: &str, value: &str) -> Result<String> {
    db.execute(
        "INSERT OR IGNORE INTO setting (name, value) VALUES (?1, ?2)",
        params![name, value],
    )?;
    db.query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| {
        row.get(0)
    })
}
