//! A document being read.

use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::outcome::{OpenPieceError, OpenRefusal, ReadPageError, WorkerFailure};
use crate::page::EncodedPage;
use crate::process::Worker;
use crate::protocol::{
    self, Confinement, DocumentOutline, Format, Hello, MAX_DOCUMENT_BYTES, MAX_PAGE_BYTES,
    MAX_PAGES, MAX_SIDE, Opened, PageRequest, Rendered, receive, receive_bytes, send, send_bytes,
};

/// How long the worker may take before it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// From its start to the outline of the document.
    pub open: Duration,
    /// For one page. The slowest of 971 odd PDFs took 4.3 s on a busy machine.
    pub render: Duration,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            open: Duration::from_secs(30),
            render: Duration::from_secs(20),
        }
    }
}

/// One document, open in a confined process of its own. Dropping it kills the process; patient data
/// never meets another patient's there.
pub struct Reader {
    /// `None` once the worker failed.
    worker: Option<Worker>,
    limits: ReadLimits,
    pages: usize,
    confinement: Confinement,
}

impl Reader {
    /// Starts the program at `worker_path`, which loads libpdfium from `pdfium_path`, confines
    /// itself and only then receives `bytes`. Blocks for a few milliseconds, `limits.open` at most.
    pub fn open(
        worker_path: &Path,
        pdfium_path: &Path,
        bytes: &[u8],
        limits: ReadLimits,
    ) -> Result<(Self, DocumentOutline), OpenPieceError> {
        if bytes.is_empty() {
            return Err(OpenRefusal::Empty.into());
        }
        if bytes.len() > MAX_DOCUMENT_BYTES as usize {
            return Err(OpenRefusal::TooManyBytes.into());
        }
        let mut worker = Worker::start(worker_path, pdfium_path)?;
        let (confinement, opened) = worker.within(limits.open, |worker| {
            let hello: Hello = receive(&mut worker.output)?;
            if hello.version != protocol::VERSION {
                return Err(WorkerFailure::Senseless);
            }
            if !hello.confinement.suffices() {
                return Err(WorkerFailure::NotConfined);
            }
            send_bytes(&mut worker.input, bytes)?;
            let opened: Opened = receive(&mut worker.output)?;
            Ok((hello.confinement, opened))
        })?;
        let outline = match opened {
            Opened::Outline(outline) => outline,
            Opened::Refused(refusal) => return Err(refusal.into()),
        };
        if !holds_together(&outline) {
            return Err(WorkerFailure::Senseless.into());
        }
        let pages = outline.pages.len();
        Ok((
            Self {
                worker: Some(worker),
                limits,
                pages,
                confinement,
            },
            outline,
        ))
    }

    /// What the worker can no longer reach, for the diagnostics.
    pub fn confinement(&self) -> Confinement {
        self.confinement
    }

    /// The process id of the worker; `None` once it failed.
    pub fn worker_id(&self) -> Option<u32> {
        self.worker.as_ref().map(Worker::id)
    }

    /// Renders one page; blocks for `limits.render` at most. After [`ReadPageError::Worker`] this
    /// reader is of no more use.
    pub fn render(&mut self, request: PageRequest) -> Result<EncodedPage, ReadPageError> {
        if request.page as usize >= self.pages {
            return Err(ReadPageError::NoSuchPage);
        }
        let worker = self.worker.as_mut().ok_or(WorkerFailure::Ended)?;
        let answer = worker.within(self.limits.render, |worker| {
            send(&mut worker.input, &request)?;
            let (media_type, width, height) = match receive(&mut worker.output)? {
                Rendered::Page {
                    media_type,
                    width,
                    height,
                } => (media_type, width, height),
                Rendered::NoSuchPage => return Ok(Err(ReadPageError::NoSuchPage)),
                Rendered::Damaged => return Ok(Err(ReadPageError::Damaged)),
            };
            let bytes = Zeroizing::new(receive_bytes(&mut worker.output, MAX_PAGE_BYTES)?);
            let page = EncodedPage {
                media_type,
                width,
                height,
                bytes,
            };
            let widest = request.width_px.clamp(1, MAX_SIDE);
            if !(1..=widest).contains(&width)
                || !(1..=MAX_SIDE).contains(&height)
                || !page.agrees_with_its_header()
            {
                return Err(WorkerFailure::Senseless);
            }
            Ok(Ok(page))
        });
        if answer.is_err() {
            self.worker = None;
        }
        answer?
    }
}

/// Whether an outline says nothing impossible.
fn holds_together(outline: &DocumentOutline) -> bool {
    let positive = |side: f32| side.is_finite() && side > 0.0;
    let count = outline.pages.len();
    let one_picture = count == 1;
    (1..=MAX_PAGES).contains(&count)
        && outline
            .pages
            .iter()
            .all(|page| positive(page.width_pt) && positive(page.height_pt))
        && match outline.format {
            Format::Pdf => outline.pages.iter().all(|page| page.pixels.is_none()),
            Format::Jpeg | Format::Png => {
                one_picture
                    && outline.pages.iter().all(|page| {
                        page.pixels
                            .is_some_and(|(width, height)| width > 0 && height > 0)
                    })
            }
        }
}
