//! A frozen opinion as one file: PDF/A-3a and PDF/UA-1, its structured data attached (design, section 7).
//!
//! The opinion goes in as data and is walked by the template; nothing in it is ever read as markup. The
//! same opinion gives the same bytes: the date and the identifier are the document's, nothing reads a
//! clock, a file or the network, and the fonts are compiled in.

#![forbid(unsafe_code)]

mod check;
mod press;

use std::fmt;

use jiff::tz::TimeZone;
use relecture_platform_api::OpinionDocument;
use serde::Serialize;
use sha2::{Digest, Sha256};
use thiserror::Error;
use typst::foundations::{Datetime, Smart};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use uuid::Uuid;

use press::Press;

/// A typeset opinion, not yet signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Typeset {
    /// The file: PDF 1.7, PDF/A-3a, PDF/UA-1, with [`relecture_platform_api::OPINION_ATTACHMENT`].
    pub pdf: Vec<u8>,
    /// How many pages it has.
    pub pages: u32,
    /// SHA-256 of `pdf`: what the signer is shown before he signs (R75).
    pub sha256: [u8; 32],
}

/// Without the bytes: they are a patient's.
impl fmt::Debug for Typeset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typeset")
            .field("pages", &self.pages)
            .finish_non_exhaustive()
    }
}

/// Why an opinion cannot be typeset. Nothing the patient or the expert wrote is in the messages.
#[derive(Debug, Error)]
pub enum TypesetError {
    /// A citation points to a piece that is not among the pieces relied on (R72).
    #[error("a citation points to piece {piece}, which is not listed")]
    UnknownPiece {
        /// The cited piece.
        piece: Uuid,
    },
    /// A citation points to a page that its piece does not have.
    #[error("a citation points to page {page} of piece {number}, which has {pages}")]
    UnknownPage {
        /// The piece's number in the case.
        number: u32,
        /// The cited page, from 1.
        page: u32,
        /// Pages of the piece.
        pages: u32,
    },
    /// An answer belongs to a question that is not in the opinion.
    #[error("an answer belongs to question {question}, which was not asked")]
    UnknownQuestion {
        /// The answer's question.
        question: Uuid,
    },
    /// The expert's text holds a character without a glyph, or one that would reorder what is read.
    #[error("the text holds U+{:04X}, which cannot be printed", u32::from(*.character))]
    Unprintable {
        /// The first such character.
        character: char,
    },
    /// The date cannot be written in a PDF.
    #[error("the date of the opinion cannot be written in a PDF")]
    Date,
    /// The opinion cannot be serialised.
    #[error("the opinion cannot be written as JSON")]
    Data(#[from] serde_json::Error),
    /// The template refused the opinion.
    #[error("typesetting stopped at line {line} of the template")]
    Template {
        /// Line of `assets/report.typ`, from 1; 0 if unknown.
        line: usize,
    },
    /// The pages do not meet PDF/A-3a and PDF/UA-1.
    #[error("the pages do not meet the PDF standards, line {line} of the template")]
    Standard {
        /// Line of `assets/report.typ`, from 1; 0 if unknown.
        line: usize,
    },
}

/// What the template needs and cannot work out from the opinion.
#[derive(Serialize)]
struct Context {
    written: Written,
    /// Characters of words that are not the expert's, shown as a box: a file's title or a patient's
    /// question must not stop an opinion.
    unprintable: Vec<char>,
}

/// Date and hour in Paris, where the service is given.
#[derive(Serialize)]
struct Written {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
}

/// Typesets an opinion (R70 to R75). The same opinion always gives the same bytes.
///
/// It takes some tens of milliseconds when optimised; nothing of the opinion stays in the typesetter's cache.
pub fn typeset(document: &OpinionDocument) -> Result<Typeset, TypesetError> {
    check::citations(document)?;
    check::answers(document)?;
    let unprintable = check::characters(document)?;

    let written = document.written_at.to_zoned(paris());
    let context = Context {
        written: Written {
            year: written.year(),
            month: written.month(),
            day: written.day(),
            hour: written.hour(),
            minute: written.minute(),
        },
        unprintable,
    };
    let options = PdfOptions {
        ident: Smart::Custom(format!(
            "{} version {}",
            document.report_id, document.version
        )),
        creator: Smart::Custom(Some(
            concat!("Relecture ", env!("CARGO_PKG_VERSION")).into(),
        )),
        timestamp: Some(timestamp(&written).ok_or(TypesetError::Date)?),
        standards: PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1])
            .map_err(|_| TypesetError::Standard { line: 0 })?,
        ..PdfOptions::default()
    };

    let press = Press::new(serde_json::to_vec(document)?, serde_json::to_vec(&context)?);
    let (pdf, pages) = press.print(&options)?;
    Ok(Typeset {
        sha256: Sha256::digest(&pdf).into(),
        pdf,
        pages,
    })
}

/// The rules of Paris, compiled in.
fn paris() -> TimeZone {
    jiff::tz::get!("Europe/Paris")
}

fn timestamp(at: &jiff::Zoned) -> Option<Timestamp> {
    let part = |value: i8| u8::try_from(value).ok();
    let local = Datetime::from_ymd_hms(
        i32::from(at.year()),
        part(at.month())?,
        part(at.day())?,
        part(at.hour())?,
        part(at.minute())?,
        part(at.second())?,
    )?;
    Timestamp::new_local(local, at.offset().seconds() / 60)
}
