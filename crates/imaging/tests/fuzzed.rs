//! R55: what a fuzzer once brought a reader down with (`cargo xtask fuzz` keeps it in `fixtures/fuzz`), and files that are a byte or an
//! end off: each is answered, one way or the other.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests: a failure is a panic"
)]

#[path = "support/mod.rs"]
#[allow(
    dead_code,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "each test uses its part of the support"
)]
mod support;

use std::io::Cursor;
use std::path::Path;
use std::sync::LazyLock;

use relecture_imaging::{Document, Quality, Region, RenderRequest, Rotation, VerifiedLibrary};
use support::{fixture, of_corpus, pdfium_path};

static LIBRARY: LazyLock<VerifiedLibrary> =
    LazyLock::new(|| VerifiedLibrary::load(&pdfium_path()).unwrap());

/// Asks for everything, as `fuzz/src/lib.rs` does; whether it opens.
fn read(bytes: &[u8]) -> bool {
    let source = Cursor::new(bytes.to_vec());
    let Ok(document) = Document::open(source, Some(&LIBRARY), None) else {
        return false;
    };
    let sides = |page: &relecture_imaging::PageSize| page.width_pt.min(page.height_pt);
    assert!(document.pages().iter().all(|page| sides(page) > 0.0));
    document.outline();
    let count = u32::try_from(document.pages().len()).unwrap();
    for page in 0..count.min(3) {
        let _ = document.text(page);
        let _ = document.links(page);
        let whole = RenderRequest {
            width_px: 64,
            region: None,
            rotation: Rotation::None,
            quality: Quality::Reading,
        };
        let _ = document.render(page, whole);
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
        let _ = document.render(page, part);
    }
    true
}

#[test]
fn r55_what_once_brought_a_reader_down_is_answered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fuzz");
    let mut count = 0;
    for entry in folder.read_dir().unwrap() {
        read(&std::fs::read(entry.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn r55_files_that_are_a_byte_or_an_end_off_are_answered() {
    let pillow = |name: &str| of_corpus("pillow", &format!("Tests/images/{name}"));
    for whole in [
        fixture("inkscape-abc"),
        fixture("outline-and-links"),
        fixture("orientation-6"),
        pillow("hopper.png"),
        pillow("hopper.tif"),
        pillow("hopper_g4.tif"),
        pillow("hopper.webp"),
        pillow("hopper.bmp"),
        pillow("hopper.gif"),
    ] {
        assert!(read(&whole));
        // Most of what decides stands at the beginning, and at the end of a PDF.
        let places = [
            0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.6, 0.9, 0.97, 0.99, 0.999,
        ];
        for place in places {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a part of the length of a small file"
            )]
            let at = (whole.len() as f64 * place) as usize;
            read(&whole[..at]);
            for (offset, mask) in [(0, 0xFF), (3, 0x80), (7, 0x01)] {
                let mut bytes = whole.clone();
                let at = (at + offset).min(bytes.len() - 1);
                bytes[at] ^= mask;
                read(&bytes);
            }
        }
    }
}
