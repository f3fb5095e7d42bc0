//! Reading: a piece or a report is opened in a confined process of its own and shown page by page.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use relecture_crypto::make_token;
use relecture_imaging_worker::{
    DocumentOutline, EncodedPage, Format, Frame, Images, Known, Link, OpenPieceError, OpenRefusal,
    OutlineEntry, PageRequest, ReadPageError, Reader, Region, Rotation, Source, SourceError,
    TextLine, WorkerFailure,
};
use relecture_vault::{PieceReader, VaultError};
use thiserror::Error;
use tokio::sync::oneshot;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    CaseError, Desk, Topic, blocking,
    case::piece_spec,
    hang_images::{Hangings, Hung},
    index_images,
    record::{self, Entry, SIGNED},
    search_case::IMAGES,
    trace::Act,
};

/// Documents open at the same time; the oldest is put away beyond.
const OPEN_AT_ONCE: usize = 12;

/// A page is shown, and the pages around it are drawn, within so long.
const LOOKED_AT: Duration = Duration::from_millis(250);

/// The part of a page beyond which it is drawn as a whole at once. The window counts alike.
const MOST_OF_A_PAGE: f64 = 0.75;

/// Why a document does not open.
#[derive(Debug, Error)]
pub enum OpenDocumentError {
    /// The case.
    #[error("the case")]
    Case(#[from] CaseError),
    /// The piece is not here yet.
    #[error("the piece is not on this PC yet")]
    NotReceived,
    /// The piece was changed on the disk; it was deleted and is received again (R47).
    #[error("the piece was changed on the disk")]
    Altered,
    /// Not the password of the piece.
    #[error("not the password of the piece")]
    WrongPassword,
    /// The confined reader, or the document itself.
    #[error("the confined reader")]
    Reader(#[from] OpenPieceError),
}

/// Why a page is not shown.
#[derive(Debug, Error)]
pub enum ReadDocumentError {
    /// No document is open under this handle.
    #[error("no document is open under this handle")]
    Closed,
    /// The piece was changed on the disk; it was deleted and is received again (R47).
    #[error("the piece was changed on the disk")]
    Altered,
    /// The piece cannot be read from the disk, or may not be any more.
    #[error("the vault")]
    Vault(#[from] VaultError),
    /// The confined reader.
    #[error("the confined reader")]
    Reader(#[from] ReadPageError),
}

/// An open document.
#[derive(Clone, Debug)]
pub struct OpenDocument {
    /// Unguessable.
    pub handle: String,
    /// Its pages.
    pub outline: DocumentOutline,
    /// The image that is decoded while the window hears of the others, from 1.
    pub first_image: Option<u32>,
    /// The piece is still coming: these are the images that were here when it was opened.
    pub is_partial: bool,
}

/// What the window asks of a page.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// Width of the page in device pixels.
    pub width: u32,
    /// Only this part of it.
    pub region: Option<Region>,
    /// Quarter turns to the right.
    pub quarter_turns: u32,
    /// PNG instead of JPEG.
    pub lossless: bool,
}

/// The page that is looked at first in a document. Drawn while the window still hears of the document; anything else that is asked
/// for afterwards is drawn then. Of images only the number counts; without one it is the page on which the window begins.
#[derive(Clone, Copy, Debug)]
pub struct FirstPage {
    /// From 1.
    pub number: u32,
    /// Its width on the table, in device pixels.
    pub width: u32,
    /// Rows of it that are in sight, from its top: they are drawn alone, unless they are most of the page.
    pub rows: Option<u32>,
    /// Quarter turns to the right.
    pub quarter_turns: u32,
}

/// The words of a page, and the places on it that lead to other pages.
#[derive(Clone, Debug)]
pub struct PageWords {
    /// As they are read.
    pub lines: Vec<TextLine>,
    /// Within the document.
    pub links: Vec<Link>,
}

#[derive(Default)]
pub(crate) struct Documents(Mutex<OpenDocuments>);

#[derive(Default)]
struct OpenDocuments {
    opened: u64,
    by_handle: HashMap<String, Held>,
    /// How often what had come of a piece was wrong.
    wrong: HashMap<(Uuid, Uuid), u32>,
    /// What was typed to open a piece that asks for it, as long as the session lasts.
    passwords: HashMap<(Uuid, Uuid), Zeroizing<String>>,
}

/// What is known of a piece before it is opened.
#[derive(Default)]
struct KnownPiece {
    password: Option<Zeroizing<String>>,
    /// What lies where among its images.
    index: Option<Zeroizing<Vec<u8>>>,
    /// How images of its kind were laid out.
    hangings: Option<Hangings>,
}

struct Held {
    case: Uuid,
    /// Nothing for what was made here.
    piece: Option<Uuid>,
    /// The piece was still coming.
    is_partial: bool,
    order: u64,
    /// Its images, where it has some: told without waiting for what is being drawn.
    images: Option<Arc<HeldImages>>,
    reading: Arc<Mutex<Reading>>,
}

/// The images of an open document.
#[derive(Default)]
pub(crate) struct HeldImages {
    /// How they belong together.
    pub(crate) images: Images,
    /// How they are to be laid out.
    pub(crate) hanging: Vec<Hung>,
}

pub(crate) struct Reading {
    pub(crate) reader: Reader,
    /// What was drawn before it was asked for.
    ahead: Option<Ahead>,
}

enum Ahead {
    Page(PageRequest, Result<EncodedPage, ReadPageError>),
    Image(u32, Result<Frame, ReadPageError>),
}

impl Reading {
    fn render(&mut self, request: PageRequest) -> Result<EncodedPage, ReadPageError> {
        match self.ahead.take() {
            Some(Ahead::Page(drawn, page)) if drawn == request => page,
            _ => self.reader.render(request),
        }
    }

    /// The values of an image; `page` is from 0.
    pub(crate) fn frame(&mut self, page: u32) -> Result<Frame, ReadPageError> {
        match self.ahead.take() {
            Some(Ahead::Image(drawn, frame)) if drawn == page => frame,
            _ => self.reader.frame(page),
        }
    }
}

impl Documents {
    fn lock(&self) -> std::sync::MutexGuard<'_, OpenDocuments> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(
        &self,
        case: Uuid,
        (piece, is_partial): (Option<Uuid>, bool),
        images: Option<Arc<HeldImages>>,
        reading: Arc<Mutex<Reading>>,
    ) -> String {
        let handle = make_token();
        let mut open = self.lock();
        open.opened += 1;
        let held = Held {
            case,
            piece,
            is_partial,
            order: open.opened,
            images,
            reading,
        };
        open.by_handle.insert(handle.clone(), held);
        if open.by_handle.len() > OPEN_AT_ONCE
            && let Some(oldest) = open
                .by_handle
                .iter()
                .min_by_key(|(_, h)| h.order)
                .map(|(k, _)| k.clone())
        {
            open.by_handle.remove(&oldest);
        }
        handle
    }

    pub(crate) fn close_case(&self, case: Uuid) {
        let mut open = self.lock();
        open.by_handle.retain(|_, held| held.case != case);
        open.passwords.retain(|(of, _), _| *of != case);
        open.wrong.retain(|(of, _), _| *of != case);
    }

    /// What was shown of a piece while it came, which turned out to be wrong.
    pub(crate) fn close_part(&self, case: Uuid, piece: Uuid) {
        let mut open = self.lock();
        *open.wrong.entry((case, piece)).or_default() += 1;
        open.by_handle
            .retain(|_, held| !(held.is_partial && (held.case, held.piece) == (case, Some(piece))));
    }

    /// How often it was.
    pub(crate) fn wrong(&self, case: Uuid, piece: Uuid) -> u32 {
        let open = self.lock();
        open.wrong.get(&(case, piece)).copied().unwrap_or_default()
    }

    /// Whether it is a piece that was still coming.
    pub(crate) fn is_partial(&self, handle: &str) -> bool {
        let open = self.lock();
        open.by_handle
            .get(handle)
            .is_some_and(|held| held.is_partial)
    }

    pub(crate) fn clear(&self) {
        let mut open = self.lock();
        open.by_handle.clear();
        open.passwords.clear();
    }

    /// The case of an open document, and its images.
    pub(crate) fn images(&self, handle: &str) -> Option<(Uuid, Arc<HeldImages>)> {
        let open = self.lock();
        let held = open.by_handle.get(handle)?;
        Some((held.case, held.images.clone().unwrap_or_default()))
    }

    /// What was typed to open this piece.
    pub(crate) fn password(&self, case: Uuid, piece: Uuid) -> Option<Zeroizing<String>> {
        self.lock().passwords.get(&(case, piece)).cloned()
    }
}

impl Desk {
    /// Opens a piece; one that asks for a password, with the one that opened it before. `first` is drawn at once.
    ///
    /// # Errors
    /// [`OpenDocumentError`].
    pub async fn open_piece(
        self: &Arc<Self>,
        id: Uuid,
        piece: Uuid,
        first: Option<FirstPage>,
    ) -> Result<OpenDocument, OpenDocumentError> {
        let password = self.documents.password(id, piece);
        self.open_with(id, piece, password, first).await
    }

    /// Opens a piece with a password, which is kept in memory until the session ends or is locked.
    ///
    /// # Errors
    /// [`OpenDocumentError::WrongPassword`] when it does not open it.
    pub async fn unlock_piece(
        self: &Arc<Self>,
        id: Uuid,
        piece: Uuid,
        password: Zeroizing<String>,
    ) -> Result<OpenDocument, OpenDocumentError> {
        let session = self.session()?;
        let opened = self
            .open_with(id, piece, Some(password.clone()), None)
            .await;
        match opened {
            // Locked or left meanwhile: nothing of it stays.
            Ok(document) if !self.is_here(&session) => {
                self.close_document(&document.handle);
                Err(CaseError::SignedOut.into())
            }
            Ok(document) => {
                let mut open = self.documents.lock();
                open.passwords.insert((id, piece), password);
                drop(open);
                // It has words now.
                self.words.forget_piece(id, piece);
                Ok(document)
            }
            Err(OpenDocumentError::Reader(OpenPieceError::Refused(
                OpenRefusal::PasswordProtected,
            ))) => Err(OpenDocumentError::WrongPassword),
            refused => refused,
        }
    }

    async fn open_with(
        self: &Arc<Self>,
        id: Uuid,
        piece: Uuid,
        password: Option<Zeroizing<String>>,
        first: Option<FirstPage>,
    ) -> Result<OpenDocument, OpenDocumentError> {
        let session = self.session()?;
        let case = self.local_case(&session, id).await?;
        let document = case
            .documents()
            .iter()
            .find(|d| d.id == piece)
            .ok_or(CaseError::Gone)?
            .clone();
        let spec = piece_spec(id, &document)?;
        // Of a long series the first images are worth seeing before the last ones are here.
        let is_partial = !session.vault.has_piece(id, &spec);
        if is_partial && document.media_type != IMAGES {
            return Err(OpenDocumentError::NotReceived);
        }
        let wrong = self.documents.wrong(id, piece);
        if !is_partial {
            self.trace(&session, Act::PieceOpened, Some(id), Some(piece))
                .await?;
        }
        let (reading, read) = (Arc::clone(&session), document.clone());
        let read = blocking(move || -> Result<_, VaultError> {
            if is_partial {
                let reader = reading.vault.read_part(id, &spec)?;
                return Ok((reader, None, None));
            }
            let reader = reading.vault.read_piece(id, &spec)?;
            let index = index_images::known(&reading.vault, id, &read);
            Ok((reader, index, Hangings::known(&reading.vault)?))
        });
        let opened = match read.await {
            Ok((reader, index, hangings)) => {
                let source = Box::new(PieceSource(reader));
                let known = KnownPiece {
                    password,
                    index,
                    hangings,
                };
                let of = (Some(piece), is_partial);
                self.open_source(id, of, source, known, first).await
            }
            Err(error) => Err(CaseError::from(error).into()),
        };
        match opened {
            // Nothing of it can be shown yet.
            Err(OpenDocumentError::Case(CaseError::Vault(_)) | OpenDocumentError::Reader(_))
                if is_partial =>
            {
                Err(OpenDocumentError::NotReceived)
            }
            Ok(opened) if is_partial => {
                let DocumentOutline {
                    format, truncated, ..
                } = opened.outline;
                // Files of an archive that are here as a whole; and what it was opened of is still right.
                let holds = format == Format::Dicom
                    && truncated
                    && wrong == self.documents.wrong(id, piece);
                // Written down once there is something to see, and before it is.
                let traced = async {
                    if !holds {
                        return Err(OpenDocumentError::NotReceived);
                    }
                    let traced = self.trace(&session, Act::PieceOpened, Some(id), Some(piece));
                    Ok(traced.await?)
                };
                match traced.await {
                    Ok(()) => Ok(opened),
                    Err(error) => {
                        self.close_document(&opened.handle);
                        Err(error)
                    }
                }
            }
            // Changed on the disk, or taken away from it.
            Err(OpenDocumentError::Case(CaseError::Vault(
                VaultError::Altered | VaultError::Absent,
            ))) => {
                self.receive_again(id, piece).await?;
                Err(OpenDocumentError::Altered)
            }
            Ok(opened) => {
                if opened.outline.format == Format::Dicom {
                    let handle = opened.handle.clone();
                    self.once_looked_at(async move |desk| {
                        desk.keep_index(id, &document, &handle).await;
                    });
                }
                Ok(opened)
            }
            opened => opened,
        }
    }

    /// Opens the signed opinion.
    ///
    /// # Errors
    /// [`OpenDocumentError`].
    pub async fn open_report(&self, id: Uuid) -> Result<OpenDocument, OpenDocumentError> {
        let session = self.session()?;
        let report = self.submission(id).await?.report_id;
        self.trace(&session, Act::ReportOpened, Some(id), Some(report))
            .await?;
        let bytes = blocking(move || session.vault.get(id, SIGNED))
            .await
            .map_err(CaseError::from)?
            .ok_or(OpenDocumentError::NotReceived)?;
        self.open_bytes(id, bytes).await
    }

    pub(crate) async fn open_bytes(
        &self,
        case: Uuid,
        bytes: Zeroizing<Vec<u8>>,
    ) -> Result<OpenDocument, OpenDocumentError> {
        let of = (None, false);
        self.open_source(case, of, Box::new(bytes), KnownPiece::default(), None)
            .await
    }

    async fn open_source(
        &self,
        case: Uuid,
        (piece, is_partial): (Option<Uuid>, bool),
        source: Box<dyn Source>,
        known: KnownPiece,
        first: Option<FirstPage>,
    ) -> Result<OpenDocument, OpenDocumentError> {
        let readers = Arc::clone(&self.readers);
        let (told, opened) = oneshot::channel();
        // Goes on with the first page when the document has been told.
        let reading = tokio::task::spawn_blocking(move || {
            let hangings = known.hangings;
            let known = Known {
                password: known.password.as_ref(),
                index: known.index.as_ref().map(|index| index.as_slice()),
            };
            let opened = readers
                .open(source, known)
                .and_then(|(mut reader, outline)| {
                    let images = (outline.format == Format::Dicom).then(|| reader.images());
                    let images = images.transpose().map_err(|error| match error {
                        ReadPageError::Worker(failure) => failure,
                        _ => WorkerFailure::Senseless,
                    })?;
                    let held = images.map(|images| HeldImages {
                        hanging: hangings.map_or_else(Vec::new, |known| known.of_images(&images)),
                        images,
                    });
                    Ok((reader, outline, held.map(Arc::new)))
                });
            let (reader, outline, images) = match opened {
                Ok(opened) => opened,
                Err(error) => return drop(told.send(Err(error))),
            };
            let request = first.and_then(|first| first.request(&outline));
            let image = images
                .as_deref()
                .and_then(|images| first_image(first, images));
            let reading = Arc::new(Mutex::new(Reading {
                reader,
                ahead: None,
            }));
            let mut drawing = reading.lock().unwrap_or_else(PoisonError::into_inner);
            // Whoever asks waits for what is being drawn.
            drop(told.send(Ok((Arc::clone(&reading), outline, images, image))));
            drawing.ahead = match (image, request) {
                (Some(page), _) => Some(Ahead::Image(page, drawing.reader.frame(page))),
                (None, Some(request)) => Some(Ahead::Page(request, drawing.reader.render(request))),
                (None, None) => None,
            };
        });
        let opened = match opened.await {
            Ok(opened) => opened,
            // Only a panic keeps it from telling.
            Err(_) => match reading.await {
                Ok(()) => Err(WorkerFailure::Crashed.into()),
                Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
            },
        };
        let (reading, outline, images, image) = opened.map_err(|error| match error {
            OpenPieceError::Worker(failure) => match of_the_vault(failure) {
                Ok(error) => OpenDocumentError::Case(error.into()),
                Err(failure) => OpenDocumentError::Reader(failure.into()),
            },
            refused @ OpenPieceError::Refused(_) => refused.into(),
        })?;
        Ok(OpenDocument {
            handle: self
                .documents
                .hold(case, (piece, is_partial), images, reading),
            outline,
            first_image: image.map(|index| index + 1),
            is_partial,
        })
    }

    /// Puts a document away; its process ends.
    pub fn close_document(&self, handle: &str) {
        self.documents.lock().by_handle.remove(handle);
    }

    /// One page of an open document, as an image.
    ///
    /// # Errors
    /// [`ReadDocumentError`].
    pub async fn page(
        self: &Arc<Self>,
        handle: &str,
        page: Page,
    ) -> Result<EncodedPage, ReadDocumentError> {
        let request = page_request(page)?;
        let page = self
            .ask(handle, move |reading| reading.render(request))
            .await;
        self.prepare_reader();
        page
    }

    /// Has a reader wait for the next document, once this page is looked at.
    pub(crate) fn prepare_reader(self: &Arc<Self>) {
        if self.readers.is_ready() {
            return;
        }
        self.once_looked_at(async |desk| {
            let readers = Arc::clone(&desk.readers);
            blocking(move || readers.prepare()).await;
        });
    }

    /// Does something when the page that was asked for is looked at; not on a desk that was left or locked meanwhile.
    fn once_looked_at<Done: Future<Output = ()> + Send>(
        self: &Arc<Self>,
        what: impl FnOnce(Arc<Self>) -> Done + Send + 'static,
    ) {
        let desk = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(LOOKED_AT).await;
            if let Some(desk) = desk.upgrade().filter(|desk| desk.session().is_ok()) {
                what(desk).await;
            }
        });
    }

    /// The words of a page of an open document in reading order, and where it leads.
    ///
    /// # Errors
    /// [`ReadDocumentError`].
    pub async fn page_words(
        self: &Arc<Self>,
        handle: &str,
        number: u32,
    ) -> Result<PageWords, ReadDocumentError> {
        let page = number.checked_sub(1).ok_or(ReadPageError::NoSuchPage)?;
        let words = self
            .ask(handle, move |reading| {
                Ok(PageWords {
                    lines: reading.reader.text(page)?,
                    links: reading.reader.links(page)?,
                })
            })
            .await?;
        if page == 0 {
            self.date_by_its_words(handle, words.lines.clone());
        }
        Ok(words)
    }

    /// The words of a first page tell a date, beside whoever waits for them.
    fn date_by_its_words(self: &Arc<Self>, handle: &str, lines: Vec<TextLine>) {
        let of = {
            let open = self.documents.lock();
            let held = open.by_handle.get(handle);
            held.and_then(|held| Some((held.case, held.piece?)))
        };
        if let (Some((case, piece)), Ok(session)) = (of, self.session()) {
            let desk = Arc::clone(self);
            tokio::spawn(async move {
                let lines: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
                desk.note_date(&session, case, piece, &lines).await;
            });
        }
    }

    /// The outline of an open document.
    ///
    /// # Errors
    /// [`ReadDocumentError`].
    pub async fn document_outline(
        self: &Arc<Self>,
        handle: &str,
    ) -> Result<Vec<OutlineEntry>, ReadDocumentError> {
        self.ask(handle, |reading| reading.reader.outline()).await
    }

    /// Asks the reader of an open document, which is put away when it fails.
    pub(crate) async fn ask<Answer: Send + 'static>(
        self: &Arc<Self>,
        handle: &str,
        question: impl FnOnce(&mut Reading) -> Result<Answer, ReadPageError> + Send + 'static,
    ) -> Result<Answer, ReadDocumentError> {
        let (reading, case, piece) = {
            let open = self.documents.lock();
            let held = open.by_handle.get(handle);
            let held = held.ok_or(ReadDocumentError::Closed)?;
            // What fails of a part is no reason to receive the piece again.
            let piece = held.piece.filter(|_| !held.is_partial);
            (Arc::clone(&held.reading), held.case, piece)
        };
        let answered = blocking(move || {
            let mut reading = reading.lock().unwrap_or_else(PoisonError::into_inner);
            question(&mut reading)
        })
        .await;
        let failure = match answered {
            Err(ReadPageError::Worker(failure)) => failure,
            answered => return Ok(answered?),
        };
        self.close_document(handle);
        match (of_the_vault(failure), piece) {
            // Changed on the disk, or taken away from it, after it was opened.
            (Ok(VaultError::Altered | VaultError::Absent), Some(piece)) => {
                if let Err(error) = self.receive_again(case, piece).await {
                    tracing::warn!(%error, "a piece that was changed is not received again");
                }
                Err(ReadDocumentError::Altered)
            }
            (Ok(error), _) => Err(error.into()),
            (Err(failure), _) => Err(ReadPageError::from(failure).into()),
        }
    }

    /// Writes down that words of a piece, or of the signed opinion, are about to be copied out of the desk (R96).
    ///
    /// # Errors
    /// [`CaseError`]: they are not copied then.
    pub async fn copy_words(&self, id: Uuid, of: Uuid) -> Result<(), CaseError> {
        let session = self.session()?;
        let case = self.local_case(&session, id).await?;
        let signed = case.submission.as_ref();
        let act = if case.documents().iter().any(|d| d.id == of) {
            Act::PieceCopied
        } else if signed.is_some_and(|signed| signed.report_id == of) {
            Act::ReportCopied
        } else {
            return Err(CaseError::Gone);
        };
        self.trace(&session, act, Some(id), Some(of)).await
    }

    /// Marks pages as seen, and writes it down before (R96): images that were scrolled through at once, as one.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn see_pages(
        &self,
        id: Uuid,
        piece: Uuid,
        mut pages: Vec<u32>,
    ) -> Result<(), CaseError> {
        let session = self.session()?;
        let case = self.local_case(&session, id).await?;
        if let Some(seen) = case.work.seen.get(&piece) {
            pages.retain(|page| !seen.contains(page));
        }
        if pages.is_empty() {
            return Ok(());
        }
        self.trace(&session, Act::PageReached, Some(id), Some(piece))
            .await?;
        let seen = Entry::PagesSeen { piece, pages };
        blocking(move || record::append(&session.vault, id, &seen)).await?;
        self.notify(Topic::Case(id));
        Ok(())
    }
}

/// What the window asks, as the reader is asked.
pub(crate) fn page_request(page: Page) -> Result<PageRequest, ReadPageError> {
    Ok(PageRequest {
        page: page
            .number
            .checked_sub(1)
            .ok_or(ReadPageError::NoSuchPage)?,
        width_px: page.width,
        region: page.region,
        rotation: rotation(page.quarter_turns),
        lossless: page.lossless,
    })
}

fn rotation(quarter_turns: u32) -> Rotation {
    match quarter_turns % 4 {
        0 => Rotation::None,
        1 => Rotation::Right,
        2 => Rotation::Half,
        _ => Rotation::Left,
    }
}

/// The image that is looked at first, from 0: where nothing is told, of the stack that is hung first the middle if it is ordered by place, else
/// the first one. The window begins alike.
fn first_image(first: Option<FirstPage>, held: &HeldImages) -> Option<u32> {
    if let Some(first) = first {
        let pages = held.images.stacks.iter().map(|stack| stack.slices.len());
        let number = first.number as usize;
        return first
            .number
            .checked_sub(1)
            .filter(|_| number <= pages.sum());
    }
    let hung = held.hanging.first().and_then(|hung| hung.stack);
    let stack = held.images.stacks.get(hung.unwrap_or(0) as usize)?;
    let middle = u32::try_from(stack.slices.len() / 2).ok()?;
    Some(stack.first + if stack.is_placed { middle } else { 0 })
}

impl FirstPage {
    /// How it will be asked for: no picture wider than its pixels, and what is in sight before the rest.
    fn request(self, outline: &DocumentOutline) -> Option<PageRequest> {
        let page = self.number.checked_sub(1)?;
        let size = outline.pages.get(page as usize)?;
        let on_its_side = self.quarter_turns % 2 == 1;
        let finest = size
            .pixels
            .map(|(width, height)| if on_its_side { height } else { width });
        let width_px = self.width.min(finest.unwrap_or(u32::MAX)).max(1);
        let high = f64::from(width_px) * f64::from(size.height_pt) / f64::from(size.width_pt);
        let rows = self.rows.filter(|rows| {
            // Of a page as it lies in the document: the window knows no more of another before it is laid out.
            self.quarter_turns == 0 && f64::from(*rows) < MOST_OF_A_PAGE * high
        });
        let region = rows.map(|height| Region {
            x: 0,
            y: 0,
            width: width_px,
            height,
        });
        Some(PageRequest {
            page,
            width_px,
            region,
            rotation: rotation(self.quarter_turns),
            lossless: false,
        })
    }
}

/// A piece as the confined reader is given it: only what it asks for is ever decrypted.
pub(crate) struct PieceSource(pub(crate) PieceReader);

impl Source for PieceSource {
    fn length(&self) -> u64 {
        self.0.length()
    }

    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, SourceError> {
        Ok(self.0.read_at(offset, into)?)
    }
}

/// What the vault said, when it was the vault that failed the reader.
fn of_the_vault(failure: WorkerFailure) -> Result<VaultError, WorkerFailure> {
    match failure {
        WorkerFailure::Source(error) => match error.downcast() {
            Ok(error) => Ok(*error),
            Err(error) => Err(WorkerFailure::Source(error)),
        },
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use relecture_imaging_worker::{Format, PageSize};

    use super::*;

    #[test]
    fn what_is_in_sight_is_drawn_alone_unless_it_is_most_of_the_page() {
        let outline = DocumentOutline {
            format: Format::Pdf,
            pages: vec![PageSize {
                width_pt: 500.0,
                height_pt: 1_000.0,
                pixels: None,
            }],
            truncated: false,
            laid_out: false,
        };
        let rows = |rows, quarter_turns| {
            let first = FirstPage {
                number: 1,
                width: 500,
                rows,
                quarter_turns,
            };
            let region = first.request(&outline)?.region?;
            Some((region.x, region.y, region.width, region.height))
        };
        assert_eq!(rows(Some(749), 0), Some((0, 0, 500, 749)));
        assert_eq!(rows(Some(750), 0), None, "most of it");
        assert_eq!(rows(Some(300), 1), None, "turned");
        assert_eq!(rows(None, 0), None);
    }
}
