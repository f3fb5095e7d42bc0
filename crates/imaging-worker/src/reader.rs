//! A document being read.

use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use zeroize::{Zeroize as _, Zeroizing};

use crate::images::{self, Frame, Images};
use crate::outcome::{
    OpenPieceError, OpenRefusal, ReadPageError, RecognisePageError, WorkerFailure,
};
use crate::page::EncodedPage;
use crate::process::{Canceller, Recognition, Task, Worker};
use crate::protocol::{
    Ask, Begin, Confinement, DocumentOutline, Format, Framed, Indexed, Link, Linked,
    MAX_FRAME_BYTES, MAX_IMAGES, MAX_INDEX_BYTES, MAX_LINE_BYTES, MAX_LINES, MAX_LINKS,
    MAX_MESSAGE_BYTES, MAX_NEED, MAX_OUTLINE, MAX_PAGE_BYTES, MAX_PAGES, MAX_SIDE,
    MAX_STACKS_BYTES, MAX_TITLE_BYTES, Opened, OutlineEntry, PageRequest, PageSize, Recognised,
    RecognisedLine, Rendered, Say, TextLine, Worded, receive_bytes, receive_within, send,
    send_bytes,
};
use crate::source::Source;

/// How long the worker may take before it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// To start, and again from there to the outline of the document.
    pub open: Duration,
    /// For one page. The slowest of 971 odd PDFs took 4.3 s on a busy machine.
    pub render: Duration,
    /// For the words that are printed on one page. A dense page takes four seconds of a processor that has nothing else to do;
    /// on a busy one the worker gives way, and gets a tenth of it.
    pub recognise: Duration,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            open: Duration::from_secs(30),
            render: Duration::from_secs(20),
            recognise: Duration::from_mins(5),
        }
    }
}

/// What is known of a document before it is opened.
#[derive(Clone, Copy, Default)]
pub struct Known<'a> {
    /// What opens it, if it asks for something.
    pub password: Option<&'a Zeroizing<String>>,
    /// What a reader found in it before ([`Reader::index`]). One that is not its own, or of another version, is of no use and does no harm.
    pub index: Option<&'a [u8]>,
}

impl<'a> Known<'a> {
    /// Nothing but what opens it, if anything.
    pub fn password(password: Option<&'a Zeroizing<String>>) -> Self {
        Self {
            password,
            index: None,
        }
    }
}

/// One document, open in a confined process of its own. Dropping it kills the process; patient data
/// never meets another patient's there.
pub struct Reader {
    /// `None` once the worker failed.
    worker: Option<Worker>,
    source: Box<dyn Source>,
    limits: ReadLimits,
    pages: usize,
    confinement: Confinement,
}

impl Reader {
    /// Starts the program at `worker_path`, which loads libpdfium from `pdfium_path`, confines
    /// itself and only then receives what it needs of `source`. Blocks for a few milliseconds,
    /// `limits.open` at most.
    pub fn open(
        worker_path: &Path,
        pdfium_path: &Path,
        source: Box<dyn Source>,
        limits: ReadLimits,
    ) -> Result<(Self, DocumentOutline), OpenPieceError> {
        Self::open_with(worker_path, pdfium_path, source, None, limits)
    }

    /// The same with a password, for a document that asks for one.
    pub fn open_with(
        worker_path: &Path,
        pdfium_path: &Path,
        source: Box<dyn Source>,
        password: Option<&Zeroizing<String>>,
        limits: ReadLimits,
    ) -> Result<(Self, DocumentOutline), OpenPieceError> {
        let start = || started(worker_path, pdfium_path, &Task::Read, limits);
        Self::open_in(start, source, Known::password(password), limits)
    }

    /// The same in a worker that also recognises words ([`Reader::recognise`]), slower to start and of low priority. Where
    /// `recognition` is not installed the document opens all the same.
    pub fn open_to_recognise(
        worker_path: &Path,
        pdfium_path: &Path,
        recognition: &Recognition,
        source: Box<dyn Source>,
        password: Option<&Zeroizing<String>>,
        limits: ReadLimits,
    ) -> Result<(Self, DocumentOutline), OpenPieceError> {
        let task = Task::Recognise(recognition);
        let start = || started(worker_path, pdfium_path, &task, limits);
        Self::open_in(start, source, Known::password(password), limits)
    }

    /// In a worker that has greeted.
    pub(crate) fn open_in(
        start: impl FnOnce() -> Result<(Worker, Confinement), WorkerFailure>,
        mut source: Box<dyn Source>,
        known: Known<'_>,
        limits: ReadLimits,
    ) -> Result<(Self, DocumentOutline), OpenPieceError> {
        let length = source.length();
        if length == 0 {
            return Err(OpenRefusal::Empty.into());
        }
        let (mut worker, confinement) = start()?;
        let opened = worker.within(limits.open, |worker| {
            let mut begin = Begin {
                length,
                password: known.password.map(|password| password.to_string()),
                has_index: known.index.is_some(),
            };
            let sent = send(&mut worker.input, &begin);
            begin.password.zeroize();
            sent?;
            if let Some(index) = known.index {
                send_bytes(&mut worker.input, index)?;
            }
            answer(worker, source.as_mut())
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
                source,
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

    /// What ends the worker from another thread; `None` once it failed.
    pub fn canceller(&self) -> Option<Canceller> {
        self.worker.as_ref().and_then(Worker::canceller)
    }

    /// Renders one page; blocks for `limits.render` at most. After [`ReadPageError::Worker`] this
    /// reader is of no more use.
    pub fn render(&mut self, request: PageRequest) -> Result<EncodedPage, ReadPageError> {
        if request.page as usize >= self.pages {
            return Err(ReadPageError::NoSuchPage);
        }
        let worker = self.worker.as_mut().ok_or(WorkerFailure::Ended)?;
        let source = self.source.as_mut();
        let rendered = worker.within(self.limits.render, |worker| {
            send(&mut worker.input, &Ask::Page(request))?;
            let (media_type, width, height) = match answer(worker, source)? {
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
            let asked = request.region.map_or(request.width_px, |part| part.width);
            let widest = asked.clamp(1, MAX_SIDE);
            if !(1..=widest).contains(&width)
                || !(1..=MAX_SIDE).contains(&height)
                || !page.agrees_with_its_header()
            {
                return Err(WorkerFailure::Senseless);
            }
            Ok(Ok(page))
        });
        if rendered.is_err() {
            self.worker = None;
        }
        rendered?
    }
}

/// A worker that has confined itself.
pub(crate) fn started(
    program: &Path,
    pdfium: &Path,
    task: &Task<'_>,
    limits: ReadLimits,
) -> Result<(Worker, Confinement), WorkerFailure> {
    let mut worker = Worker::start(program, pdfium, task)?;
    let confinement = worker.greet(limits.open)?;
    Ok((worker, confinement))
}

impl Reader {
    /// The words of the page of index `page` (from 0); blocks for `limits.render` at most. After [`ReadPageError::Worker`] this
    /// reader is of no more use.
    pub fn text(&mut self, page: u32) -> Result<Vec<TextLine>, ReadPageError> {
        self.page_exists(page)?;
        let lines = match self.ask(Ask::Text(page), self.limits.render)? {
            Worded::Lines(lines) => lines,
            Worded::NoSuchPage => return Err(ReadPageError::NoSuchPage),
            Worded::Damaged => return Err(ReadPageError::Damaged),
        };
        self.believe(lines.iter().all(is_line), lines)
    }

    /// The words that are printed on the page of index `page` (from 0), as far as they can be made out; blocks for
    /// `limits.recognise` at most. Only of a reader that was opened for it ([`Reader::open_to_recognise`]).
    pub fn recognise(&mut self, page: u32) -> Result<Vec<RecognisedLine>, RecognisePageError> {
        self.page_exists(page)?;
        let lines = match self.ask(Ask::Recognise(page), self.limits.recognise)? {
            Recognised::Lines(lines) => lines,
            Recognised::NoSuchPage => return Err(ReadPageError::NoSuchPage.into()),
            Recognised::Damaged => return Err(ReadPageError::Damaged.into()),
            Recognised::NotInstalled => return Err(RecognisePageError::NotInstalled),
        };
        let holds = lines.len() <= MAX_LINES && lines.iter().all(is_recognised);
        Ok(self.believe(holds, lines)?)
    }

    /// The places of the page of index `page` (from 0) that lead to other pages; as [`Reader::text`].
    pub fn links(&mut self, page: u32) -> Result<Vec<Link>, ReadPageError> {
        self.page_exists(page)?;
        let links = match self.ask(Ask::Links(page), self.limits.render)? {
            Linked::Links(links) => links,
            Linked::NoSuchPage => return Err(ReadPageError::NoSuchPage),
            Linked::Damaged => return Err(ReadPageError::Damaged),
        };
        let is_link = |link: &Link| {
            (link.page as usize) < self.pages
                && is_beside([link.x, link.y, link.width, link.height])
        };
        let holds = links.len() <= MAX_LINKS && links.iter().all(is_link);
        self.believe(holds, links)
    }

    /// The series of a document of images, in the order of its pages; none of any other. As [`Reader::text`].
    pub fn images(&mut self) -> Result<Images, ReadPageError> {
        let limits = (self.limits.open, MAX_STACKS_BYTES);
        let images: Images = self.ask_within(Ask::Images, limits)?;
        let stacks = &images.stacks;
        let holds = stacks.is_empty() || images::hold_together(stacks, self.pages);
        self.believe(holds, images)
    }

    /// What was found in the files of a document of images, to open it with the next time ([`Known::index`]); nothing of any other, or of
    /// one that was opened with it. As [`Reader::text`].
    pub fn index(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, ReadPageError> {
        let worker = self.worker.as_mut().ok_or(WorkerFailure::Ended)?;
        let source = self.source.as_mut();
        let indexed = worker.within(self.limits.open, |worker| {
            send(&mut worker.input, &Ask::Index)?;
            if !matches!(answer(worker, source)?, Indexed::Found) {
                return Ok(None);
            }
            let bytes = receive_bytes(&mut worker.output, MAX_INDEX_BYTES)?;
            Ok(Some(Zeroizing::new(bytes)))
        });
        if indexed.is_err() {
            self.worker = None;
        }
        Ok(indexed?)
    }

    /// The values of the image of index `page` (from 0); as [`Reader::text`].
    pub fn frame(&mut self, page: u32) -> Result<Frame, ReadPageError> {
        self.page_exists(page)?;
        let worker = self.worker.as_mut().ok_or(WorkerFailure::Ended)?;
        let source = self.source.as_mut();
        let framed = worker.within(self.limits.render, |worker| {
            send(&mut worker.input, &Ask::Frame(page))?;
            let head = match answer(worker, source)? {
                Framed::Frame(head) => head,
                Framed::NoSuchPage => return Ok(Err(ReadPageError::NoSuchPage)),
                Framed::Damaged => return Ok(Err(ReadPageError::Damaged)),
                Framed::Unsupported => return Ok(Err(ReadPageError::Unsupported)),
            };
            let length = head.length().filter(|length| *length <= MAX_FRAME_BYTES);
            let length = length.ok_or(WorkerFailure::Senseless)?;
            let bytes = Zeroizing::new(receive_bytes(&mut worker.output, length)?);
            if bytes.len() != length as usize {
                return Err(WorkerFailure::Senseless);
            }
            Ok(Ok(Frame { head, bytes }))
        });
        if framed.is_err() {
            self.worker = None;
        }
        framed?
    }

    /// The outline of the document, in reading order; as [`Reader::text`].
    pub fn outline(&mut self) -> Result<Vec<OutlineEntry>, ReadPageError> {
        let entries: Vec<OutlineEntry> = self.ask(Ask::Outline, self.limits.render)?;
        let is_entry = |entry: &OutlineEntry| {
            (1..=MAX_TITLE_BYTES).contains(&entry.title.len())
                && !entry.title.chars().any(char::is_control)
                && entry.page.is_none_or(|page| (page as usize) < self.pages)
        };
        let holds = entries.len() <= MAX_OUTLINE && entries.iter().all(is_entry);
        self.believe(holds, entries)
    }

    fn page_exists(&self, page: u32) -> Result<(), ReadPageError> {
        if page as usize >= self.pages {
            return Err(ReadPageError::NoSuchPage);
        }
        Ok(())
    }

    /// One question, one answer.
    fn ask<Answer: DeserializeOwned>(
        &mut self,
        ask: Ask,
        limit: Duration,
    ) -> Result<Answer, WorkerFailure> {
        self.ask_within(ask, (limit, MAX_MESSAGE_BYTES))
    }

    /// The same, with an answer of so many bytes at most.
    fn ask_within<Answer: DeserializeOwned>(
        &mut self,
        ask: Ask,
        (limit, bytes): (Duration, u32),
    ) -> Result<Answer, WorkerFailure> {
        let worker = self.worker.as_mut().ok_or(WorkerFailure::Ended)?;
        let source = self.source.as_mut();
        let answered = worker.within(limit, |worker| {
            send(&mut worker.input, &ask)?;
            answer_within(worker, source, bytes)
        });
        if answered.is_err() {
            self.worker = None;
        }
        answered
    }

    /// What the child said, if it holds together; a child that lies is not asked again.
    fn believe<Said>(&mut self, holds: bool, said: Said) -> Result<Said, ReadPageError> {
        if holds {
            return Ok(said);
        }
        self.worker = None;
        Err(WorkerFailure::Senseless.into())
    }
}

fn is_beside(parts: [f32; 4]) -> bool {
    parts.into_iter().all(|part| (-4.0..=4.0).contains(&part))
}

/// Whether a line says nothing impossible: words, somewhere on or beside the page.
fn is_line(line: &TextLine) -> bool {
    is_beside([line.x, line.y, line.width, line.height]) && !line.text.chars().any(char::is_control)
}

/// The same of a line that was recognised, every word of which has its place.
fn is_recognised(recognised: &RecognisedLine) -> bool {
    let RecognisedLine { line, confidence } = recognised;
    is_line(line)
        && (1..=MAX_LINE_BYTES).contains(&line.text.len())
        && line.text.split_whitespace().count() == line.words.len()
        && *confidence <= 100
}

/// The child's answer; until it comes, the child is given the bytes that it asks for.
fn answer<Answer: DeserializeOwned>(
    worker: &mut Worker,
    source: &mut dyn Source,
) -> Result<Answer, WorkerFailure> {
    answer_within(worker, source, MAX_MESSAGE_BYTES)
}

/// The same of at most `limit` bytes.
fn answer_within<Answer: DeserializeOwned>(
    worker: &mut Worker,
    source: &mut dyn Source,
    limit: u32,
) -> Result<Answer, WorkerFailure> {
    loop {
        let (offset, length) = match receive_within(&mut worker.output, limit)? {
            Say::Answer(answer) => return Ok(answer),
            Say::Need { offset, length } => (offset, length),
        };
        if length > MAX_NEED {
            return Err(WorkerFailure::Senseless);
        }
        let mut bytes = Zeroizing::new(vec![0; length as usize]);
        let read = source.read_at(offset, &mut bytes);
        let read = read.map_err(WorkerFailure::Source)?;
        send_bytes(&mut worker.input, bytes.get(..read).unwrap_or_default())?;
    }
}

/// Whether pages of this format are laid out by the worker; a CDA document or an archive may carry others instead, as they are.
fn is_laid_out(outline: &DocumentOutline) -> bool {
    match outline.format {
        Format::Docx | Format::Odt | Format::Rtf | Format::Text | Format::Html => true,
        // The list of the files of an archive is, unless it holds the photographs of one paper.
        Format::Cda | Format::Zip => outline.laid_out,
        Format::Pdf
        | Format::Jpeg
        | Format::Png
        | Format::Tiff
        | Format::WebP
        | Format::Bmp
        | Format::Gif
        | Format::Dicom => false,
    }
}

/// Whether an outline says nothing impossible.
fn holds_together(outline: &DocumentOutline) -> bool {
    let positive = |side: f32| side.is_finite() && side > 0.0;
    let is_picture = |page: &PageSize| {
        let pixels = page.pixels;
        pixels.is_some_and(|(width, height)| width > 0 && height > 0)
    };
    let count = outline.pages.len();
    let one_picture = count == 1;
    let most = if outline.format == Format::Dicom {
        MAX_IMAGES
    } else {
        MAX_PAGES
    };
    (1..=most).contains(&count)
        && outline
            .pages
            .iter()
            .all(|page| positive(page.width_pt) && positive(page.height_pt))
        && outline.laid_out == is_laid_out(outline)
        && match outline.format {
            Format::Pdf
            | Format::Docx
            | Format::Odt
            | Format::Rtf
            | Format::Text
            | Format::Html => outline.pages.iter().all(|page| page.pixels.is_none()),
            // Whatever they carry.
            Format::Cda => true,
            Format::Zip => outline.laid_out || outline.pages.iter().all(is_picture),
            Format::Tiff | Format::Dicom => outline.pages.iter().all(is_picture),
            Format::Jpeg | Format::Png | Format::WebP | Format::Bmp | Format::Gif => {
                one_picture && outline.pages.iter().all(is_picture)
            }
        }
}
