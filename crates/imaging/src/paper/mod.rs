//! Papers that are no pages yet: letters written with a word processor, plain texts, web pages, CDA documents. Each is parsed into
//! [`block`]s and laid out on A4 as a PDF in memory, which is then opened like any other. Nothing in them is run, and nothing outside
//! of them is fetched: there is no code here that could.

pub(crate) mod archive;
mod block;
mod cda;
mod docx;
mod html;
mod layout;
mod odt;
mod rtf;
mod shape;
mod text;
pub(crate) mod wording;
mod xml;

use std::io::{Cursor, Read, Seek};

pub(crate) use cda::Body;
pub(crate) use layout::LaidOut;
pub(crate) use text::{decode, looks_like_text};

use crate::format::Format;
use crate::paper::archive::Archive;
use crate::paper::block::{Block, plain};

/// Elements of a document, and paragraphs: far beyond what fills [`layout::MAX_LAID_OUT_PAGES`].
const MAX_NODES: u32 = 6_000_000;
/// Elements within elements. Real documents stay below 60.
const MAX_DEPTH: usize = 200;

/// Why a paper has no pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PaperError {
    /// It does not hold together.
    #[error("the document is damaged")]
    Damaged,
    /// More bytes than are ever unpacked.
    #[error("the document has too many bytes")]
    TooManyBytes,
    /// Its bytes ask for a password.
    #[error("the document is encrypted")]
    Encrypted,
    /// Its pages could not be written.
    #[error("the document could not be laid out")]
    NotLaidOut,
}

/// Lays out a paper of `format`, one of those of this module.
pub(crate) fn lay_out(bytes: &[u8], format: Format) -> Result<LaidOut, PaperError> {
    let blocks = match format {
        Format::Docx => docx::read(&mut Archive::open(Cursor::new(bytes))?)?,
        Format::Odt => odt::read(&mut Archive::open(Cursor::new(bytes))?)?,
        Format::Rtf => rtf::read(bytes)?,
        Format::Html => html::read(&text::decode(bytes)),
        Format::Text => text::read(bytes)?,
        _ => return Err(PaperError::Damaged),
    };
    layout::lay_out(blocks)
}

/// What a CDA document shows: its own narrative laid out, or the document that it carries.
pub(crate) fn open_cda(bytes: &[u8]) -> Result<Body, PaperError> {
    cda::read(bytes)
}

/// Lays out a list of files, which stands before the pages of a bundle.
pub(crate) fn lay_out_list(title: &str, lines: &[(String, String)]) -> Result<LaidOut, PaperError> {
    let cell = |text: &str| block::Cell {
        blocks: vec![Block::Paragraph {
            runs: plain(text),
            align: block::Align::Left,
        }],
        span: 1,
        ..block::Cell::default()
    };
    let rows = lines
        .iter()
        .map(|(name, what)| vec![cell(name), cell(what)]);
    let heading = Block::Heading {
        level: 1,
        runs: plain(title),
    };
    layout::lay_out(vec![heading, Block::Table(rows.collect())])
}

/// A source that gives bytes at any place.
pub(crate) trait Source: Read + Seek {}
impl<S: Read + Seek> Source for S {}

/// A number as a list writes it.
fn count_in(format: &str, number: u32) -> String {
    let letters = |first: u8| {
        let times = (number.saturating_sub(1) / 26 + 1).min(8) as usize;
        let letter = first + u8::try_from(number.saturating_sub(1) % 26).unwrap_or(0);
        char::from(letter).to_string().repeat(times)
    };
    match format {
        "lowerLetter" => letters(b'a'),
        "upperLetter" => letters(b'A'),
        "lowerRoman" => roman(number).to_lowercase(),
        "upperRoman" => roman(number),
        "decimalZero" => format!("{number:02}"),
        _ => number.to_string(),
    }
}

fn roman(number: u32) -> String {
    let signs = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut left = number.min(4_999);
    let mut text = String::new();
    for (value, sign) in signs {
        while left >= value {
            text.push_str(sign);
            left -= value;
        }
    }
    text
}
