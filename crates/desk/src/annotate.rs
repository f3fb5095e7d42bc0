//! Marks an expert leaves on the pages: beside the piece in the vault, never in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    CaseError, Desk, Topic, blocking,
    record::{self, Entry},
};

/// Places of one annotation: the lines of a long passage.
const MAX_PLACES: usize = 200;
/// Letters of a note.
const MAX_TEXT: usize = 4_000;
/// Annotations of a case.
const MAX_ANNOTATIONS: usize = 2_000;

/// What an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationKind {
    /// Words marked as with a pen.
    Highlight,
    /// A rectangle drawn around something.
    Box,
    /// A note at a point.
    Note,
    /// An image that matters, as a whole. Its text names it, whatever page it lies on in this version of the reader: SOP Instance UID and frame.
    KeyImage,
}

/// A place on a page, in parts of its sides, as the document itself lays it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
    /// Width; nothing for a point.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// A mark on a page, kept beside the piece.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// Chosen by whoever draws it; kept again under the same one, it is changed.
    pub id: Uuid,
    /// The piece.
    pub piece: Uuid,
    /// The page, from 1.
    pub page: u32,
    /// What it is.
    pub kind: AnnotationKind,
    /// Where: never empty.
    pub places: Vec<Place>,
    /// The expert's own words; may be empty.
    pub text: String,
}

/// Why a mark was not kept.
#[derive(Debug, Error)]
pub enum AnnotateError {
    /// It lies on no page of the case, or says more than an annotation may.
    #[error("no annotation of this case")]
    Senseless,
    /// There are [`MAX_ANNOTATIONS`] already.
    #[error("too many annotations")]
    TooMany,
    /// The case.
    #[error(transparent)]
    Case(#[from] CaseError),
}

impl Annotation {
    fn is_sound(&self) -> bool {
        let part = |value: f32| (0.0..=1.0).contains(&value);
        let on_the_page = |place: &Place| {
            part(place.x) && part(place.y) && part(place.width) && part(place.height)
        };
        (1..=MAX_PLACES).contains(&self.places.len())
            && self.places.iter().all(on_the_page)
            && self.text.chars().count() <= MAX_TEXT
    }
}

impl Desk {
    /// Keeps a mark on a page, or what became of it.
    ///
    /// # Errors
    /// [`AnnotateError`].
    pub async fn annotate(&self, id: Uuid, annotation: Annotation) -> Result<(), AnnotateError> {
        let session = self.session()?;
        let case = self.local_case(&session, id).await?;
        if !annotation.is_sound() || !case.has_page(annotation.piece, annotation.page) {
            return Err(AnnotateError::Senseless);
        }
        let kept = &case.work.annotations;
        if kept.len() >= MAX_ANNOTATIONS && !kept.contains_key(&annotation.id) {
            return Err(AnnotateError::TooMany);
        }
        let entry = Entry::Annotated {
            at: self.now(),
            annotation: Box::new(annotation),
        };
        blocking(move || record::append(&session.vault, id, &entry)).await?;
        self.notify(Topic::Case(id));
        Ok(())
    }

    /// Takes a mark away.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn erase_annotation(&self, id: Uuid, annotation: Uuid) -> Result<(), CaseError> {
        let session = self.session()?;
        let case = self.local_case(&session, id).await?;
        if !case.work.annotations.contains_key(&annotation) {
            return Ok(());
        }
        let entry = Entry::AnnotationErased { id: annotation };
        blocking(move || record::append(&session.vault, id, &entry)).await?;
        self.notify(Topic::Case(id));
        Ok(())
    }

    /// Keeps how a page lies on the table: so many quarter turns to the right, 0 to 3.
    ///
    /// # Errors
    /// [`AnnotateError`].
    pub async fn turn_page(
        &self,
        id: Uuid,
        piece: Uuid,
        page: u32,
        turns: u8,
    ) -> Result<(), AnnotateError> {
        let session = self.session()?;
        let case = self.local_case(&session, id).await?;
        if turns > 3 || !case.has_page(piece, page) {
            return Err(AnnotateError::Senseless);
        }
        let entry = Entry::PageTurned { piece, page, turns };
        blocking(move || record::append(&session.vault, id, &entry)).await?;
        self.notify(Topic::Case(id));
        Ok(())
    }
}

/// A mark and when it was last changed.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptAnnotation {
    /// When it was last changed.
    pub at: Timestamp,
    /// The mark.
    pub annotation: Annotation,
}
