//! A look at where words were found, without opening the piece: a thumbnail of the page, or the line itself.
//!
//! Neither shows more than the search does, which is written down already: on a thumbnail no word can be read, and the line is
//! told in words beside it. Anything larger is reading, and opens the piece.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use relecture_imaging_worker::{
    DocumentOutline, EncodedPage, Known, OpenPieceError, PageRequest, ReadPageError, Reader,
    Rotation,
};
use relecture_platform_api::Document;
use thiserror::Error;
use uuid::Uuid;

use super::ONE_SEARCH;
use crate::{
    CaseError, Desk, Page, blocking,
    case::piece_spec,
    read_document::{PieceSource, page_request},
    session::Session,
};

/// Widest thumbnail, in pixels: at this width the letters of a page are two or three pixels tall.
const WIDEST_THUMBNAIL: u32 = 224;
/// Largest part of a page that is shown of it, in parts of its height: a line and those around it.
const TALLEST_LINE: f32 = 0.1;

/// Why a page is not looked at.
#[derive(Debug, Error)]
pub enum GlanceError {
    /// The case was not searched, or that was too long ago.
    #[error("the case was not searched lately")]
    NotSearched,
    /// More of the page is asked for than a glance shows.
    #[error("more than a glance")]
    TooLarge,
    /// The case, or who is at the desk.
    #[error("the case")]
    Case(#[from] CaseError),
    /// The piece does not open.
    #[error("the piece")]
    Open(#[from] OpenPieceError),
    /// The page is not drawn.
    #[error("the page")]
    Page(#[from] ReadPageError),
}

/// The piece that was last looked at: the next hit is most likely on it too.
#[derive(Default)]
pub(crate) struct Glances {
    open: Mutex<Option<Glanced>>,
    turn: tokio::sync::Mutex<()>,
}

struct Glanced {
    case: Uuid,
    piece: Uuid,
    etag: String,
    reader: Reader,
    outline: DocumentOutline,
}

impl Glances {
    fn lock(&self) -> MutexGuard<'_, Option<Glanced>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts away what is open; of this case, or of any.
    pub(crate) fn put_away(&self, of: Option<Uuid>) {
        let put_away = self
            .lock()
            .take_if(|glanced| of.is_none_or(|case| case == glanced.case));
        drop(put_away);
    }
}

/// Whether no more is asked for than a glance shows.
fn is_glance(request: &PageRequest, outline: &DocumentOutline) -> bool {
    let Some(region) = request.region else {
        return request.width_px <= WIDEST_THUMBNAIL;
    };
    let Some(page) = outline.pages.get(request.page as usize) else {
        return false;
    };
    #[expect(clippy::cast_precision_loss, reason = "sides of a page in pixels")]
    let (height, across) = (region.height as f32, request.width_px as f32);
    request.rotation == Rotation::None
        && height <= TALLEST_LINE * across * page.height_pt / page.width_pt
}

impl Desk {
    /// A thumbnail of a page on which words were found, or the part of it around them.
    ///
    /// # Errors
    /// [`GlanceError`].
    pub async fn glance(
        self: &Arc<Self>,
        id: Uuid,
        piece: Uuid,
        page: Page,
    ) -> Result<EncodedPage, GlanceError> {
        let session = self.session()?;
        let searched = self.words.lock().searched.get(&id).copied();
        let now = (self.ports.uptime)();
        if searched.is_none_or(|at| now.saturating_sub(at) >= ONE_SEARCH) {
            return Err(GlanceError::NotSearched);
        }
        let case = self.local_case(&session, id).await?;
        let mut documents = case.documents().iter();
        let document = documents
            .find(|document| document.id == piece)
            .cloned()
            .ok_or(CaseError::Gone)?;
        let request = page_request(page)?;
        let _turn = self.glances.turn.lock().await;
        let open = self.glances.lock().take();
        let open = open
            .filter(|open| open.case == id && open.piece == piece && open.etag == document.etag);
        let (desk, reading) = (Arc::clone(self), Arc::clone(&session));
        let (drawn, glanced) = blocking(move || {
            let mut glanced = match open {
                Some(open) => open,
                None => desk.open_to_glance(&reading, id, document)?,
            };
            if !is_glance(&request, &glanced.outline) {
                return Err(GlanceError::TooLarge);
            }
            Ok((glanced.reader.render(request)?, glanced))
        })
        .await?;
        // Locked, or forgotten, while it was drawn: nothing of it is shown and nothing stays open.
        let mut open = self.glances.lock();
        if !self.is_here(&session) || !session.vault.holds(id) {
            return Err(CaseError::SignedOut.into());
        }
        *open = Some(glanced);
        Ok(drawn)
    }

    fn open_to_glance(
        &self,
        session: &Session,
        id: Uuid,
        document: Document,
    ) -> Result<Glanced, GlanceError> {
        let spec = piece_spec(id, &document)?;
        let source = session.vault.read_piece(id, &spec);
        let source = Box::new(PieceSource(source.map_err(CaseError::from)?));
        let password = self.documents.password(id, document.id);
        let (reader, outline) = self
            .readers
            .open(source, Known::password(password.as_ref()))?;
        Ok(Glanced {
            case: id,
            piece: document.id,
            etag: document.etag,
            reader,
            outline,
        })
    }
}
