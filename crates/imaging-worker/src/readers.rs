//! Readers that open at once: one worker is started ahead of the document it will read.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::outcome::OpenPieceError;
use crate::process::{Task, Worker};
use crate::protocol::DocumentOutline;
use crate::reader::{Known, ReadLimits, Reader, started};
use crate::source::Source;

/// Where documents are read, and a confined worker that waits for the next one.
///
/// To start a process, to check libpdfium's digest and to load it takes longer than to read most documents. A worker that waits has
/// been given no byte of any: it rehearses on a page of its own, and then serves one document like every other. The one that is
/// started after it serves the next.
pub struct Readers {
    worker: PathBuf,
    pdfium: PathBuf,
    limits: ReadLimits,
    spare: Mutex<Option<Worker>>,
}

impl Readers {
    /// Nothing is started yet.
    pub fn new(worker: PathBuf, pdfium: PathBuf, limits: ReadLimits) -> Self {
        Self {
            worker,
            pdfium,
            limits,
            spare: Mutex::default(),
        }
    }

    /// Starts a worker that waits, unless there is one. A worker that does not start is told to whoever opens the next document.
    pub fn prepare(&self) {
        let mut spare = self.spare();
        if spare.is_none() {
            *spare = Worker::start(&self.worker, &self.pdfium, &Task::Wait).ok();
        }
    }

    /// Whether a worker waits, or is being started.
    pub fn is_ready(&self) -> bool {
        self.spare.try_lock().map_or(true, |spare| spare.is_some())
    }

    /// Ends the worker that waits.
    pub fn put_away(&self) {
        drop(self.spare().take());
    }

    /// As [`Reader::open_with`], in the worker that waits if there is one. The next one is the caller's to [`Readers::prepare`] when
    /// nobody waits for a page any more.
    pub fn open(
        &self,
        source: Box<dyn Source>,
        known: Known<'_>,
    ) -> Result<(Reader, DocumentOutline), OpenPieceError> {
        let ahead = self.spare().take();
        // One that died while it waited is no fault of this document.
        let ahead = ahead.and_then(|mut worker| {
            let confinement = worker.greet(self.limits.open).ok()?;
            Some((worker, confinement))
        });
        let start = || {
            ahead.map_or_else(
                || started(&self.worker, &self.pdfium, &Task::Read, self.limits),
                Ok,
            )
        };
        Reader::open_in(start, source, known, self.limits)
    }

    fn spare(&self) -> MutexGuard<'_, Option<Worker>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
