//! The platform's memory: one `SQLite` file, one module per aggregate. No SQL stands elsewhere.

pub(crate) mod accounts;
pub(crate) mod assignments;
pub(crate) mod audit;
pub(crate) mod cases;
pub(crate) mod changes;
pub(crate) mod devices;
pub(crate) mod holdings;
pub(crate) mod idempotency;
pub(crate) mod journals;
pub(crate) mod keys;
pub(crate) mod passkeys;
pub(crate) mod reports;
pub(crate) mod sessions;
pub(crate) mod totp;

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use rusqlite::{Connection, Row, Transaction, TransactionBehavior};
use tokio::sync::watch;

/// One script per version, in order; `user_version` counts those applied. A published script never changes.
const MIGRATIONS: [&str; 9] = [
    include_str!("0001.sql"),
    include_str!("0002.sql"),
    include_str!("0003.sql"),
    include_str!("0004.sql"),
    include_str!("0005.sql"),
    include_str!("0006.sql"),
    include_str!("0007.sql"),
    include_str!("0008.sql"),
    include_str!("0009.sql"),
];

pub(crate) struct Store {
    db: Mutex<Connection>,
    /// Number of the last change that was committed; whoever waits for one is woken.
    last_change: watch::Sender<u64>,
}

impl Store {
    /// Opens or makes the file and brings it to the current version.
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        let mut db = Connection::open(path)?;
        // FULL: what was answered to a client survives a power cut.
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
        )?;
        let applied: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        for (version, script) in (1_u32..)
            .zip(MIGRATIONS)
            .filter(|(version, _)| *version > applied)
        {
            let tx = db.transaction()?;
            tx.execute_batch(script)?;
            tx.pragma_update(None, "user_version", version)?;
            tx.commit()?;
        }
        let last_change = watch::Sender::new(changes::last(&db)?);
        Ok(Self {
            db: Mutex::new(db),
            last_change,
        })
    }

    /// Runs `work` alone, in one transaction: all of it happens, or none.
    pub(crate) fn transact<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        // A panic inside a transaction rolled it back: the connection itself is sound.
        let mut db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        let last = changes::last(&tx)?;
        tx.commit()?;
        self.last_change
            .send_if_modified(|known| std::mem::replace(known, last) != last);
        Ok(done)
    }

    /// Told of every committed change.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.last_change.subscribe()
    }
}

/// A digest column.
fn digest(row: &Row<'_>, column: &str) -> rusqlite::Result<relecture_crypto::Digest> {
    Ok(relecture_crypto::Digest(row.get::<_, [u8; 32]>(column)?))
}
