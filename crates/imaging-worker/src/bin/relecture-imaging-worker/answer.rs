//! From the parent's requests to `relecture-imaging` and back.

use std::io::{self, Read, Write};

use relecture_imaging as imaging;
use relecture_imaging::{Document, OpenDocumentError, RenderPageError, VerifiedLibrary};
use relecture_imaging_worker::protocol::{
    self, MAX_DOCUMENT_BYTES, Opened, ReceiveError, Rendered, receive, receive_bytes, send,
    send_bytes,
};
use relecture_imaging_worker::{
    DocumentOutline, Format, MediaType, OpenRefusal, PageRequest, PageSize, Rotation,
};

// What this side produces, the other side accepts.
const _: () = assert!(imaging::MAX_PAGES as usize <= protocol::MAX_PAGES);
const _: () = assert!(imaging::MAX_OUTPUT_SIDE <= protocol::MAX_SIDE);
const _: () = assert!(imaging::MAX_OUTPUT_PIXELS * 3 <= protocol::MAX_PAGE_BYTES);

/// Receives the document, then answers requests until the parent closes the pipe.
pub(crate) fn serve(
    input: &mut impl Read,
    output: &mut impl Write,
    library: Option<&VerifiedLibrary>,
) -> io::Result<()> {
    let bytes = receive_bytes(input, MAX_DOCUMENT_BYTES).map_err(io::Error::other)?;
    let document = match Document::open(bytes, library) {
        Ok(document) => document,
        Err(error) => return send(output, &Opened::Refused(refusal(error))),
    };
    send(output, &Opened::Outline(outline(&document)))?;
    loop {
        let request: PageRequest = match receive(input) {
            Ok(request) => request,
            Err(ReceiveError::Closed(_)) => return Ok(()),
            Err(error) => return Err(io::Error::other(error)),
        };
        match document.render(request.page, wish(request)) {
            Ok(page) => {
                let media_type = match page.media_type {
                    imaging::MediaType::Jpeg => MediaType::Jpeg,
                    imaging::MediaType::Png => MediaType::Png,
                };
                let (width, height) = (page.width, page.height);
                send(
                    output,
                    &Rendered::Page {
                        media_type,
                        width,
                        height,
                    },
                )?;
                send_bytes(output, &page.bytes)?;
            }
            Err(RenderPageError::NoSuchPage) => send(output, &Rendered::NoSuchPage)?,
            Err(RenderPageError::Damaged | RenderPageError::NotEncoded) => {
                send(output, &Rendered::Damaged)?;
            }
        }
    }
}

fn outline(document: &Document<'_>) -> DocumentOutline {
    let page = |page: &imaging::PageSize| PageSize {
        width_pt: page.width_pt,
        height_pt: page.height_pt,
        pixels: page.pixels,
    };
    DocumentOutline {
        format: match document.format() {
            imaging::Format::Pdf => Format::Pdf,
            imaging::Format::Jpeg => Format::Jpeg,
            imaging::Format::Png => Format::Png,
        },
        pages: document.pages().iter().map(page).collect(),
        truncated: document.truncated(),
    }
}

fn wish(request: PageRequest) -> imaging::RenderRequest {
    imaging::RenderRequest {
        width_px: request.width_px,
        rotation: match request.rotation {
            Rotation::None => imaging::Rotation::None,
            Rotation::Right => imaging::Rotation::Right,
            Rotation::Half => imaging::Rotation::Half,
            Rotation::Left => imaging::Rotation::Left,
        },
        quality: if request.lossless {
            imaging::Quality::Lossless
        } else {
            imaging::Quality::Reading
        },
    }
}

fn refusal(error: OpenDocumentError) -> OpenRefusal {
    match error {
        OpenDocumentError::Empty => OpenRefusal::Empty,
        OpenDocumentError::UnknownFormat => OpenRefusal::UnknownFormat,
        OpenDocumentError::PasswordProtected => OpenRefusal::PasswordProtected,
        OpenDocumentError::Damaged => OpenRefusal::Damaged,
        OpenDocumentError::TooLarge { width, height } => OpenRefusal::TooLarge { width, height },
        OpenDocumentError::TooManyPages => OpenRefusal::TooManyPages,
        OpenDocumentError::LibraryMissing => OpenRefusal::LibraryMissing,
    }
}
