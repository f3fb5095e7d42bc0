//! When what a piece reports was done: as the file says, unless the physician knows better.
//!
//! Patients date their papers themselves, and often by the day on which they deposit them. The first page tells a date most of the
//! time; where it is another one, the timeline says so, and the physician corrects it or not.

mod reading;

use std::sync::Arc;

use jiff::{civil::Date, tz::TimeZone};
use relecture_platform_api::Document;
use thiserror::Error;
use uuid::Uuid;

use crate::{
    Case, CaseError, Desk, Topic, blocking,
    record::{self, Entry},
    session::Session,
};

/// Why a date is not kept.
#[derive(Debug, Error)]
pub enum DatePieceError {
    /// It is in the future.
    #[error("a date in the future")]
    Future,
    /// The case, or its piece.
    #[error(transparent)]
    Case(#[from] CaseError),
}

impl Case {
    /// The clinical date of a piece: the physician's, else that of the file.
    pub fn clinical_date(&self, document: &Document) -> Date {
        let corrected = self.work.dates.get(&document.id).copied();
        corrected.unwrap_or(document.clinical_date)
    }

    /// The pieces by clinical date; those of one day by number.
    pub fn timeline(&self) -> Vec<&Document> {
        let mut pieces: Vec<&Document> = self.documents().iter().collect();
        pieces.sort_by_key(|document| (self.clinical_date(document), document.number));
        pieces
    }
}

impl Desk {
    /// Corrects the clinical date of a piece on this PC; without a date, the one of the file counts again.
    ///
    /// # Errors
    /// [`DatePieceError`].
    pub async fn date_piece(
        &self,
        id: Uuid,
        piece: Uuid,
        date: Option<Date>,
    ) -> Result<(), DatePieceError> {
        let session = self.session()?;
        let case = self.local_case(&session, id).await?;
        let mut documents = case.documents().iter();
        let document = documents.find(|document| document.id == piece);
        let of_the_file = document.ok_or(CaseError::Gone)?.clinical_date;
        if date.is_some_and(|date| date > self.today()) {
            return Err(DatePieceError::Future);
        }
        let date = date.filter(|date| *date != of_the_file);
        let entry = Entry::PieceDated { piece, date };
        blocking(move || record::append(&session.vault, id, &entry)).await?;
        self.notify(Topic::Case(id));
        Ok(())
    }

    fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }

    /// Takes note of the date that the words of the first page of a piece tell. The timeline goes without it where it cannot be kept.
    pub(crate) async fn note_date(
        &self,
        session: &Arc<Session>,
        id: Uuid,
        piece: Uuid,
        lines: &[&str],
    ) {
        if let Err(error) = self.try_note_date(session, id, piece, lines).await {
            tracing::debug!(%error, "the date of a piece is not kept");
        }
    }

    async fn try_note_date(
        &self,
        session: &Arc<Session>,
        id: Uuid,
        piece: Uuid,
        lines: &[&str],
    ) -> Result<(), CaseError> {
        let case = self.local_case(session, id).await?;
        let birth = case
            .assignment
            .patient
            .as_ref()
            .map(|patient| patient.birth_date);
        let lines = lines.iter().copied();
        let read = reading::read_date(lines, birth.unwrap_or_default(), self.today());
        let Some(date) = read.filter(|read| case.work.dates_read.get(&piece) != Some(read)) else {
            return Ok(());
        };
        let (keeping, entry) = (Arc::clone(session), Entry::DateRead { piece, date });
        blocking(move || record::append(&keeping.vault, id, &entry)).await?;
        self.notify(Topic::Case(id));
        Ok(())
    }
}
