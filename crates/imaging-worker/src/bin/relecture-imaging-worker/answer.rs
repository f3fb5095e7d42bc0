//! From the parent's requests to `relecture-imaging` and back.

use std::io;

use relecture_imaging as imaging;
use relecture_imaging::{Document, OpenDocumentError, RenderPageError, VerifiedLibrary};
use relecture_imaging_worker::protocol::{
    self, Ask, Begin, Linked, Opened, ReceiveError, Recognised, Rendered, Worded,
};
use relecture_imaging_worker::{
    DocumentOutline, Format, Link, MediaType, OpenRefusal, OutlineEntry, PageRequest, PageSize,
    Rotation, TextLine, Unsupported,
};

use crate::images;
use crate::recognise::Recogniser;
use crate::remote::{Line, Remote};

// What this side produces, the other side accepts.
const _: () = assert!(imaging::MAX_PAGES as usize <= protocol::MAX_PAGES);
const _: () = assert!(imaging::MAX_OUTPUT_SIDE <= protocol::MAX_SIDE);
const _: () = assert!(imaging::MAX_TEXT_BYTES * 5 < protocol::MAX_MESSAGE_BYTES as usize);
// Words of one letter, their spaces, and two edges of three bytes each; and what a line takes beside them.
const _: () = assert!(
    imaging::MAX_TEXT_BYTES * 4 + protocol::MAX_LINES * 32 < protocol::MAX_MESSAGE_BYTES as usize
);
const _: () = assert!(imaging::MAX_OUTLINE <= protocol::MAX_OUTLINE);
const _: () = assert!(imaging::MAX_TITLE * 4 <= protocol::MAX_TITLE_BYTES);
const _: () = assert!(imaging::MAX_LINKS <= protocol::MAX_LINKS);
const _: () = assert!(imaging::MAX_OUTPUT_PIXELS * 3 <= protocol::MAX_PAGE_BYTES);

/// Opens the document, then answers requests until the parent closes the pipe.
pub(crate) fn serve(
    line: &Line,
    library: Option<&VerifiedLibrary>,
    mut recogniser: Option<&mut Recogniser>,
) -> io::Result<()> {
    let Begin {
        length,
        password,
        has_index,
    } = line.receive().map_err(io::Error::other)?;
    let remote = || Remote::new(line.clone(), length);
    let known = if has_index {
        let index = line.receive_bytes(protocol::MAX_INDEX_BYTES);
        Document::open_indexed(remote(), &index.map_err(io::Error::other)?)
    } else {
        None
    };
    let is_known = known.is_some();
    let opened = known.map_or_else(
        || Document::open(remote(), library, password.as_deref()),
        Ok,
    );
    let document = match opened {
        Ok(document) => document,
        Err(error) => return line.answer(Opened::Refused(refusal(error))),
    };
    line.answer(Opened::Outline(outline(&document)))?;
    loop {
        let request = match line.receive() {
            Ok(Ask::Page(request)) => request,
            Ok(Ask::Text(page)) => {
                line.answer(words(&document, page))?;
                continue;
            }
            Ok(Ask::Recognise(page)) => {
                let recogniser = recogniser.as_deref_mut();
                line.answer(recognised(&document, page, recogniser))?;
                continue;
            }
            Ok(Ask::Links(page)) => {
                line.answer(links(&document, page))?;
                continue;
            }
            Ok(Ask::Images) => {
                line.answer(images::images(&document))?;
                continue;
            }
            Ok(Ask::Index) => {
                images::index(&document, is_known, line)?;
                continue;
            }
            Ok(Ask::Frame(page)) => {
                images::frame(&document, page, line)?;
                continue;
            }
            Ok(Ask::Outline) => {
                line.answer(entries(&document))?;
                continue;
            }
            Err(ReceiveError::Closed(_)) => return Ok(()),
            Err(error) => return Err(io::Error::other(error)),
        };
        match document.render(request.page, wish(request)) {
            Ok(page) => {
                let media_type = match page.media_type {
                    imaging::MediaType::Jpeg => MediaType::Jpeg,
                    imaging::MediaType::Png => MediaType::Png,
                };
                line.answer(Rendered::Page {
                    media_type,
                    width: page.width,
                    height: page.height,
                })?;
                line.send_bytes(&page.bytes)?;
            }
            Err(RenderPageError::NoSuchPage | RenderPageError::NoSuchPart) => {
                line.answer(Rendered::NoSuchPage)?;
            }
            Err(
                RenderPageError::Damaged
                | RenderPageError::Unsupported
                | RenderPageError::NotEncoded,
            ) => {
                line.answer(Rendered::Damaged)?;
            }
        }
    }
}

fn links(document: &Document<'_>, page: u32) -> Linked {
    let link = |link: imaging::Link| Link {
        x: beside(link.x),
        y: beside(link.y),
        width: beside(link.width),
        height: beside(link.height),
        page: link.page,
    };
    match document.links(page) {
        Ok(links) => Linked::Links(links.into_iter().map(link).collect()),
        Err(RenderPageError::NoSuchPage | RenderPageError::NoSuchPart) => Linked::NoSuchPage,
        Err(
            RenderPageError::Damaged | RenderPageError::Unsupported | RenderPageError::NotEncoded,
        ) => Linked::Damaged,
    }
}

fn entries(document: &Document<'_>) -> Vec<OutlineEntry> {
    let entry = |entry: imaging::OutlineEntry| OutlineEntry {
        title: entry.title,
        level: entry.level,
        page: entry.page,
    };
    document.outline().into_iter().map(entry).collect()
}

/// A place somewhere on or beside the page.
fn beside(part: f32) -> f32 {
    part.clamp(-4.0, 4.0)
}

fn words(document: &Document<'_>, page: u32) -> Worded {
    let line = |line: imaging::TextLine| TextLine {
        text: line.text,
        x: beside(line.x),
        y: beside(line.y),
        width: beside(line.width),
        height: beside(line.height),
        words: line.words,
    };
    match document.text(page) {
        Ok(lines) => Worded::Lines(lines.into_iter().map(line).collect()),
        Err(RenderPageError::NoSuchPage | RenderPageError::NoSuchPart) => Worded::NoSuchPage,
        Err(
            RenderPageError::Damaged | RenderPageError::Unsupported | RenderPageError::NotEncoded,
        ) => Worded::Damaged,
    }
}

fn recognised(
    document: &Document<'_>,
    page: u32,
    recogniser: Option<&mut Recogniser>,
) -> Recognised {
    let Some(recogniser) = recogniser else {
        return Recognised::NotInstalled;
    };
    match document.grey(page) {
        Ok(page) => recogniser
            .lines(&page)
            .map_or(Recognised::Damaged, Recognised::Lines),
        Err(RenderPageError::NoSuchPage | RenderPageError::NoSuchPart) => Recognised::NoSuchPage,
        Err(
            RenderPageError::Damaged | RenderPageError::Unsupported | RenderPageError::NotEncoded,
        ) => Recognised::Damaged,
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
            imaging::Format::Tiff => Format::Tiff,
            imaging::Format::WebP => Format::WebP,
            imaging::Format::Bmp => Format::Bmp,
            imaging::Format::Gif => Format::Gif,
            imaging::Format::Docx => Format::Docx,
            imaging::Format::Odt => Format::Odt,
            imaging::Format::Rtf => Format::Rtf,
            imaging::Format::Text => Format::Text,
            imaging::Format::Html => Format::Html,
            imaging::Format::Cda => Format::Cda,
            imaging::Format::Zip => Format::Zip,
            imaging::Format::Dicom => Format::Dicom,
        },
        pages: document.pages().iter().map(page).collect(),
        truncated: document.truncated(),
        laid_out: document.laid_out(),
    }
}

fn wish(request: PageRequest) -> imaging::RenderRequest {
    imaging::RenderRequest {
        width_px: request.width_px,
        region: request.region.map(|part| imaging::Region {
            x: part.x,
            y: part.y,
            width: part.width,
            height: part.height,
        }),
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
        OpenDocumentError::TooManyBytes => OpenRefusal::TooManyBytes,
        OpenDocumentError::TooManyPages => OpenRefusal::TooManyPages,
        OpenDocumentError::LibraryMissing => OpenRefusal::LibraryMissing,
        OpenDocumentError::NothingInside => OpenRefusal::NothingInside,
        OpenDocumentError::Unsupported(kind) => OpenRefusal::Unsupported(match kind {
            imaging::Unsupported::Heif => Unsupported::Heif,
            imaging::Unsupported::Video => Unsupported::Video,
            imaging::Unsupported::Audio => Unsupported::Audio,
            imaging::Unsupported::BinaryOffice => Unsupported::BinaryOffice,
            imaging::Unsupported::EncryptedOffice => Unsupported::EncryptedOffice,
            imaging::Unsupported::Spreadsheet => Unsupported::Spreadsheet,
            imaging::Unsupported::Presentation => Unsupported::Presentation,
            imaging::Unsupported::Dicom => Unsupported::Dicom,
            imaging::Unsupported::Archive => Unsupported::Archive,
            imaging::Unsupported::EncryptedArchive => Unsupported::EncryptedArchive,
            imaging::Unsupported::Program => Unsupported::Program,
        }),
    }
}
