//! Identifies, parses and renders the documents strangers send: PDF, JPEG, PNG, TIFF, WebP, BMP, GIF, and papers that are laid out
//! here: DOCX, ODT, RTF, plain text, HTML, CDA, alone or in a ZIP.
//!
//! Pure functions on bytes, or on what gives them: nothing here opens a file, except [`VerifiedLibrary::load`] which loads
//! libpdfium. A document becomes pixels and only pixels: what reaches the window is always an image
//! encoded here, never a byte of the original (R55). This crate is meant to run in the confined
//! child process of `relecture-imaging-worker`; the application never calls it.

mod bundle;
pub mod dicom;
mod document;
mod encode;
mod format;
mod grey;
mod library;
mod limits;
mod navigation;
mod paper;
mod pdf;
mod picture;
mod rehearsal;
mod request;
mod text;
mod tiff;

pub use document::{Document, OpenDocumentError, PageSize};
pub use encode::{EncodedPage, MediaType};
pub use format::{Format, IdentifyError, Unsupported, identify};
pub use grey::GreyPage;
pub use library::{LoadLibraryError, VerifiedLibrary};
pub use limits::{
    MAX_DECODED_BYTES, MAX_GREY_PIXELS, MAX_OUTPUT_PIXELS, MAX_OUTPUT_SIDE, MAX_PAGE_SIDE,
    MAX_PAGES, MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS,
};
pub use navigation::{Link, MAX_LINKS, MAX_OUTLINE, MAX_TITLE, OutlineEntry};
pub use rehearsal::rehearse;
pub use request::{Quality, Region, RenderPageError, RenderRequest, Rotation};
pub use text::{MAX_TEXT_BYTES, TextLine};
