//! What every target does with a document: all that the application may ask of it.

pub mod archive;
pub mod frames;

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::Corpus;
use relecture_imaging::{
    Document, Format, Quality, Region, RenderRequest, Rotation, VerifiedLibrary, identify,
};

/// Pages of a document that are looked at: the first ones suffice, and a file may announce thousands.
const PAGES: u32 = 3;

/// libpdfium, which reads PDF and draws the papers that are laid out.
static LIBRARY: LazyLock<VerifiedLibrary> = LazyLock::new(|| {
    let path = std::env::var_os("RELECTURE_PDFIUM").expect("RELECTURE_PDFIUM names libpdfium");
    VerifiedLibrary::load(&PathBuf::from(path)).expect("libpdfium is the pinned one")
});

/// Opens a document of this format and asks for everything; what is of another format teaches nothing here.
pub fn read(bytes: &[u8], format: Format) -> Corpus {
    // What a ZIP is tells itself only when it is opened.
    let begins = match format {
        Format::Docx | Format::Odt => Format::Zip,
        format => format,
    };
    if identify(bytes) != Ok(begins) {
        return Corpus::Reject;
    }
    let is_picture = matches!(
        format,
        Format::Jpeg | Format::Png | Format::Tiff | Format::WebP | Format::Bmp | Format::Gif
    );
    let library = (!is_picture).then(|| &*LIBRARY);
    let Ok(document) = Document::open(Cursor::new(bytes.to_vec()), library, None) else {
        return Corpus::Keep;
    };
    if document.format() != format {
        return Corpus::Reject;
    }
    assert!(!document.pages().is_empty(), "a document has a page");
    for page in document.pages() {
        let sides = [page.width_pt, page.height_pt];
        assert!(
            sides.into_iter().all(|side| side.is_finite() && side > 0.0),
            "a page has a size: {page:?}"
        );
    }
    document.outline();
    let count = u32::try_from(document.pages().len()).unwrap_or(u32::MAX);
    for page in 0..PAGES.min(count) {
        let _ = document.text(page);
        let _ = document.links(page);
        for request in requests() {
            if let Ok(page) = document.render(page, request) {
                assert!(page.width > 0 && page.height > 0 && !page.bytes.is_empty());
            }
        }
    }
    assert!(document.render(count, requests()[0]).is_err());
    Corpus::Keep
}

/// A page as a thumbnail, turned, and a part of it as one zooms in.
fn requests() -> [RenderRequest; 2] {
    let whole = RenderRequest {
        width_px: 64,
        region: None,
        rotation: Rotation::None,
        quality: Quality::Reading,
    };
    let part = RenderRequest {
        width_px: 200,
        region: Some(Region {
            x: 20,
            y: 10,
            width: 60,
            height: 40,
        }),
        rotation: Rotation::Right,
        quality: Quality::Lossless,
    };
    [whole, part]
}
