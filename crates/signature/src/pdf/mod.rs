//! A small, bounded reader and writer of PDF objects (ISO 32000-1, 7.2 to 7.5).
//!
//! It exists because a strict verifier must know where in the file each byte it trusts was read, and
//! because an appender must leave the bytes before it alone. Encryption, hybrid cross-references,
//! linearised files and damaged files are refused, never repaired.

mod document;
mod syntax;
mod value;

pub(crate) use document::{Document, Entry, Section, XrefForm, inflate};
pub(crate) use value::{Dict, Ref, Text, Value};

/// Why the file could not be read as a PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// The bytes break the syntax or the structure; the text names the construct.
    #[error("malformed PDF: {0}")]
    Malformed(&'static str),
    /// A construct of PDF that neither a report nor its signature needs, hence refused.
    #[error("unsupported PDF: {0}")]
    Unsupported(&'static str),
    /// A decompressed stream, or the number of objects, exceeds its bound.
    #[error("PDF larger than its bound: {0}")]
    TooLarge(&'static str),
}
