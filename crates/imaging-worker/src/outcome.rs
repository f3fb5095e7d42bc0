//! What may go wrong, seen from the parent.

use std::io;

use serde::{Deserialize, Serialize};

use crate::protocol::ReceiveError;
use crate::source::SourceError;

/// Why a document cannot be read, as the confined reader found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum OpenRefusal {
    /// The file has no byte.
    #[error("the document is empty")]
    Empty,
    /// No signature of a supported format was found.
    #[error("the document is in no format that can be read")]
    UnknownFormat,
    /// Opening asks for a password or a certificate.
    #[error("the document is protected by a password")]
    PasswordProtected,
    /// The content does not hold together, or there is no page.
    #[error("the document is damaged")]
    Damaged,
    /// The picture announces more pixels than are ever decoded.
    #[error("the picture is too large: {width} x {height} pixels")]
    TooLarge {
        /// Announced width in pixels.
        width: u32,
        /// Announced height in pixels.
        height: u32,
    },
    /// The document has more bytes than are ever read.
    #[error("the document has too many bytes")]
    TooManyBytes,
    /// The document has more pages than are ever listed.
    #[error("the document has too many pages")]
    TooManyPages,
    /// libpdfium is missing or is not the pinned build: the installation is at fault.
    #[error("the PDF library is missing or is not the one expected")]
    LibraryMissing,
    /// A file of a known kind that is not shown.
    #[error("the document is not shown: {0}")]
    Unsupported(#[from] Unsupported),
    /// An archive none of whose files can be shown.
    #[error("the archive holds no document that can be read")]
    NothingInside,
}

/// A kind of file that is known and not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Unsupported {
    /// HEIC, HEIF, AVIF: photographs of telephones.
    #[error("a HEIF picture")]
    Heif,
    /// MP4, MOV, AVI, `WebM` and their like.
    #[error("a video")]
    Video,
    /// Sound alone.
    #[error("a sound recording")]
    Audio,
    /// The Office files of before 2007 (.doc, .xls, .ppt), and messages of Outlook.
    #[error("an Office file of before 2007")]
    BinaryOffice,
    /// A letter of Word or `LibreOffice` that asks for a password.
    #[error("an Office file with a password")]
    EncryptedOffice,
    /// Tables to compute with.
    #[error("a spreadsheet")]
    Spreadsheet,
    /// Slides.
    #[error("a presentation")]
    Presentation,
    /// DICOM without an image.
    #[error("a DICOM file without an image")]
    Dicom,
    /// RAR, 7z, tar, gzip and their like.
    #[error("an archive that is no ZIP")]
    Archive,
    /// A ZIP that asks for a password.
    #[error("a ZIP with a password")]
    EncryptedArchive,
    /// What a computer runs.
    #[error("a program")]
    Program,
}

/// How the worker process failed its parent. It is dead by the time this is returned.
#[derive(Debug, thiserror::Error)]
pub enum WorkerFailure {
    /// The program could not be started: the installation is at fault.
    #[error("the document reader could not be started")]
    NotStarted(#[source] io::Error),
    /// The worker could not close its jail: nothing was given to it.
    #[error("the document reader is not confined")]
    NotConfined,
    /// It ended without an answer: the document brought it down, or it exceeded its share of memory
    /// or processor time.
    #[error("the document reader crashed")]
    Crashed,
    /// It did not answer in time and was killed.
    #[error("the document reader took too long")]
    TimedOut,
    /// Its answer exceeded what is accepted.
    #[error("the answer of the document reader is too large")]
    AnswerTooLarge,
    /// Its answer makes no sense or contradicts itself.
    #[error("the answer of the document reader makes no sense")]
    Senseless,
    /// The document's bytes cannot be had: it was killed.
    #[error("the document's bytes cannot be had")]
    Source(#[source] SourceError),
    /// A previous request ended it; the document must be opened again.
    #[error("the document reader has ended")]
    Ended,
}

impl From<ReceiveError> for WorkerFailure {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Closed(_) => Self::Crashed,
            ReceiveError::TooLong => Self::AnswerTooLarge,
            ReceiveError::Senseless => Self::Senseless,
        }
    }
}

impl From<io::Error> for WorkerFailure {
    fn from(_: io::Error) -> Self {
        Self::Crashed
    }
}

/// Why a piece could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenPieceError {
    /// The document itself cannot be read.
    #[error(transparent)]
    Refused(#[from] OpenRefusal),
    /// The worker failed; trying again may be worth it once.
    #[error(transparent)]
    Worker(#[from] WorkerFailure),
}

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadPageError {
    /// The document has no page of this index.
    #[error("the document has no such page")]
    NoSuchPage,
    /// The page cannot be drawn; others of the same document may.
    #[error("the page is damaged and cannot be drawn")]
    Damaged,
    /// The page is written in a way that is not read; others of the same document may not be.
    #[error("the page is written in a way that is not read")]
    Unsupported,
    /// The worker failed and is gone: other pages need the document to be opened again.
    #[error(transparent)]
    Worker(#[from] WorkerFailure),
}

/// Why the words that are printed on a page could not be recognised.
#[derive(Debug, thiserror::Error)]
pub enum RecognisePageError {
    /// Tesseract or its French model is not on this PC.
    #[error("the recognition of text is not installed")]
    NotInstalled,
    /// The page, or the worker.
    #[error(transparent)]
    Page(#[from] ReadPageError),
}

impl From<WorkerFailure> for RecognisePageError {
    fn from(failure: WorkerFailure) -> Self {
        Self::Page(failure.into())
    }
}
