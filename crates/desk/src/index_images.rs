//! What lies where among the images of a piece, found once and kept in the vault: a disc has thousands of files, and looking at each
//! takes longer than whoever opens it should wait.

use std::sync::{Arc, Weak};

use relecture_imaging_worker::{
    OpenPieceError, ReadLimits, ReadPageError, Reader, Source, SourceError,
};
use relecture_platform_api::Document;
use relecture_vault::Vault;
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    CaseError, Desk, blocking, case::piece_spec, read_document::PieceSource, session::Session,
};

/// Why there is no index. The piece opens without one, only later.
#[derive(Debug, Error)]
enum IndexImagesError {
    #[error("the case")]
    Case(#[from] CaseError),
    #[error("the reader does not open the piece")]
    Open(#[from] OpenPieceError),
    #[error("the reader does not tell what it found")]
    Read(#[from] ReadPageError),
}

/// A piece that is read as long as whoever received it is there, and the case is.
struct WhileHere {
    piece: PieceSource,
    desk: Weak<Desk>,
    session: Arc<Session>,
    case: Uuid,
}

impl Source for WhileHere {
    fn length(&self) -> u64 {
        self.piece.length()
    }

    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, SourceError> {
        let desk = self.desk.upgrade();
        let is_here = desk.is_some_and(|desk| desk.is_here(&self.session));
        if !is_here || !self.session.vault.holds(self.case) {
            return Err("nobody is there any more".into());
        }
        self.piece.read_at(offset, into)
    }
}

impl Desk {
    /// Finds what lies where in pieces of images that have just come, one after the other and beside whatever else is done.
    pub(crate) fn index_images(
        self: &Arc<Self>,
        session: &Arc<Session>,
        id: Uuid,
        pieces: Vec<Document>,
    ) {
        let (desk, session) = (Arc::downgrade(self), Arc::clone(session));
        tokio::spawn(async move {
            for piece in pieces {
                if let Some(desk) = desk.upgrade().filter(|desk| desk.is_here(&session)) {
                    desk.index_piece(&session, id, piece).await;
                }
            }
        });
    }

    async fn index_piece(self: &Arc<Self>, session: &Arc<Session>, id: Uuid, piece: Document) {
        let (reading, desk) = (Arc::clone(session), Arc::downgrade(self));
        let (worker, pdfium) = (self.config.worker.clone(), self.config.pdfium.clone());
        let indexed = blocking(move || -> Result<(), IndexImagesError> {
            let vault = &reading.vault;
            let spec = piece_spec(id, &piece)?;
            // It did not come, after all.
            if !vault.has_piece(id, &spec) {
                return Ok(());
            }
            let reader = vault.read_piece(id, &spec).map_err(CaseError::from)?;
            let source = Box::new(WhileHere {
                piece: PieceSource(reader),
                desk,
                session: Arc::clone(&reading),
                case: id,
            });
            let (mut reader, _) = Reader::open(&worker, &pdfium, source, ReadLimits::default())?;
            if let Some(index) = reader.index()? {
                keep(vault, id, &piece, &index)?;
            }
            Ok(())
        });
        if let Err(error) = indexed.await {
            tracing::warn!(%error, "what lies where in a piece of images is not kept");
        }
    }

    /// Keeps what was found when a piece was opened, once nobody waits for its images any more.
    pub(crate) async fn keep_index(self: &Arc<Self>, id: Uuid, piece: &Document, handle: &str) {
        let Ok(session) = self.session() else {
            return;
        };
        // It was put away, or its reader failed: the next opening finds it again.
        let Ok(Some(index)) = self.ask(handle, |reading| reading.reader.index()).await else {
            return;
        };
        let piece = piece.clone();
        let kept = blocking(move || keep(&session.vault, id, &piece, &index)).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "what lies where in a piece of images is not kept");
        }
    }
}

/// The index of a piece, if there is one of these bytes. Whether it is of use is the reader's to say, which made it.
pub(crate) fn known(vault: &Vault, id: Uuid, piece: &Document) -> Option<Zeroizing<Vec<u8>>> {
    match vault.get(id, &name(piece)) {
        Ok(kept) => kept?
            .strip_prefix(piece.sha256.as_bytes())
            .map(|index| Zeroizing::new(index.to_vec())),
        // It is found again.
        Err(error) => {
            tracing::warn!(%error, "what lies where in a piece of images cannot be read");
            None
        }
    }
}

/// Keeps it behind the digest of the bytes it was found in.
fn keep(vault: &Vault, id: Uuid, piece: &Document, index: &[u8]) -> Result<(), CaseError> {
    let kept = Zeroizing::new([piece.sha256.as_bytes(), index].concat());
    vault.put(id, &name(piece), &kept)?;
    Ok(())
}

fn name(piece: &Document) -> String {
    format!("images/{}", piece.id)
}
