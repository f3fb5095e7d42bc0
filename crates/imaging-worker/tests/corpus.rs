//! Every file of whole collections made by others, good, odd and broken: what another reader opens is opened here, and nothing that a
//! file does reaches this process (R55).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "tests: a failure is a panic, and sizes are small"
)]

#[path = "../../imaging/tests/support/mod.rs"]
#[allow(dead_code, reason = "each test uses its part of the support")]
mod support;

use std::{
    fs,
    io::Cursor,
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use relecture_imaging::{Document, Quality, RenderRequest, VerifiedLibrary};
use relecture_imaging_worker::{PageRequest, ReadLimits, Reader, Rotation};
use support::pdfium_path;
use zeroize::Zeroizing;

const WORKER: &str = env!("CARGO_BIN_EXE_relecture-imaging-worker");

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file())
        .unwrap()
        .to_owned()
}

/// The lines of a list, without its remark.
fn listed(list: &str) -> Vec<Vec<String>> {
    let path = checkout().join("tests/fixtures/corpus").join(list);
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

fn bytes(archive: &str, path: &str, sha256: &str) -> Zeroizing<Vec<u8>> {
    use sha2::{Digest as _, Sha256};
    let file = checkout()
        .join("target/setup/corpus")
        .join(archive)
        .join(path);
    let bytes = fs::read(&file)
        .unwrap_or_else(|_| panic!("{path} is missing: run `cargo xtask test`, which fetches it"));
    let digest = Sha256::digest(&bytes);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, sha256, "{path}");
    Zeroizing::new(bytes)
}

/// How many pages there are, the first and the last of them drawn.
type Read = (usize, [Zeroizing<Vec<u8>>; 2]);

/// What is found in a file, or what was said instead.
fn read(bytes: Zeroizing<Vec<u8>>) -> Result<Read, String> {
    let limits = ReadLimits {
        open: Duration::from_mins(1),
        render: Duration::from_mins(1),
        ..ReadLimits::default()
    };
    let source = Box::new(bytes);
    let opened = Reader::open(WORKER.as_ref(), &pdfium_path(), source, limits);
    let (mut reader, outline) = opened.map_err(|error| format!("{error:?}"))?;
    let pages = outline.pages.len();
    let mut draw = |page: usize| {
        let request = PageRequest {
            page: u32::try_from(page).unwrap(),
            width_px: 400,
            region: None,
            rotation: Rotation::None,
            lossless: false,
        };
        let drawn = reader.render(request).map(|page| page.bytes);
        drawn.map_err(|error| format!("page {}: {error:?}", page + 1))
    };
    Ok((pages, [draw(0)?, draw(pages - 1)?]))
}

/// The same pages by the same libpdfium in this process, which has the whole file at hand.
fn read_here(bytes: &[u8], pages: usize) -> [Vec<u8>; 2] {
    static LIBRARY: LazyLock<VerifiedLibrary> =
        LazyLock::new(|| VerifiedLibrary::load(&pdfium_path()).unwrap());
    let source = Cursor::new(bytes.to_vec());
    let document = Document::open(source, Some(&LIBRARY), None).unwrap();
    [0, pages - 1].map(|page| {
        let request = RenderRequest {
            width_px: 400,
            region: None,
            rotation: relecture_imaging::Rotation::None,
            quality: Quality::Reading,
        };
        let page = u32::try_from(page).unwrap();
        document.render(page, request).unwrap().bytes
    })
}

/// A path, the pages that the other reader finds, and what is found here.
type File = (String, Option<usize>, Result<usize, String>);

/// Holds each file against what the other reader said of it: only what is known differs, and at least this part is the same.
fn compare(files: &[File], known: &[&str], least: f64) {
    let opened_there: Vec<_> = files
        .iter()
        .filter(|(_, there, _)| there.is_some())
        .collect();
    assert!(opened_there.len() > 50, "the list is there");
    let different: Vec<String> = opened_there
        .iter()
        .filter(|(_, there, here)| here.as_ref().ok() != there.as_ref())
        .map(|(path, there, here)| format!("{path}: {there:?} there, {here:?} here"))
        .collect();
    let unknown: Vec<&String> = different
        .iter()
        .filter(|line| !known.iter().any(|known| line.starts_with(known)))
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let same = opened_there.len() - different.len();
    let share = same as f64 / opened_there.len() as f64;
    assert!(share >= least, "{share}: {different:#?}");
}

/// What Pillow makes of a file and this does not, and why.
const PICTURES: &[&str] = &[
    // Samples that no scanner writes: of 12 or 32 bits packed, floats, CIE L*a*b*.
    "Tests/images/10ct_32bit_128.tiff",
    "Tests/images/12bit.cropped.tif",
    "Tests/images/16_bit_binary_pgm.tiff",
    "Tests/images/hopper.Lab.tif",
    "Tests/images/lab",
    "Tests/images/no_rows_per_strip.tif",
    "Tests/images/tiff_wrong_bits_per_sample_2.tiff",
    // Compressions that the decoder does not know: CCITT group 3, LZMA, the JPEG of before 1995.
    "Tests/images/compression.tif",
    "Tests/images/total-pages-zero.tif",
    "Tests/images/hopper_lzma.tif",
    "Tests/images/old-style-jpeg-compression",
    // Tiles of colours that stand one after the other.
    "Tests/images/tiff_tiled_planar",
    // Smaller copies of the page are no pages; a chain of pages that bites its tail ends there.
    "Tests/images/tiff_strip_planar_raw_with_overviews.tif",
    "Tests/images/multipage_multiple_frame_loop.tiff",
    "Tests/images/multipage_single_frame_loop.tiff",
    // Broken on purpose, and forgiven by Pillow.
    "Tests/images/bmp/b/badplanes.bmp",
    "Tests/images/bmp/b/badrle.bmp",
    "Tests/images/bmp/b/rletopdown.bmp",
    "Tests/images/bmp/q/pal8os2v2.bmp",
    "Tests/images/no_palette.gif",
    "Tests/images/truncated_app14.jpg",
];

#[test]
fn r55_the_pictures_that_pillow_opens_are_opened() {
    let mut files = Vec::new();
    for line in listed("pictures.tsv") {
        let [sha256, kind, pages, _, _, path] = line.as_slice() else {
            panic!("{line:?}");
        };
        let there = match (pages.as_str(), kind.as_str()) {
            ("-", _) => None,
            (pages, "tiff") => Some(pages.parse().unwrap()),
            // Of what moves, the first picture.
            _ => Some(1),
        };
        let read = read(bytes("pillow", path, sha256));
        files.push((path.clone(), there, read.map(|(pages, _)| pages)));
    }
    compare(&files, PICTURES, 0.95);
}

/// What poppler opens and this does not, and why.
const PDFS: &[&str] = &[
    // Their password is asked for; poppler draws them without.
    "resources/encryption/r5-user-password.pdf",
    "resources/encryption/r6-user-password.pdf",
];

#[test]
fn r55_the_pdfs_that_poppler_opens_are_opened() {
    let (mut files, mut long) = (Vec::new(), 0);
    for line in listed("pdfs.tsv") {
        let [sha256, archive, pages, path] = line.as_slice() else {
            panic!("{line:?}");
        };
        let there = pages.parse().ok();
        let bytes = bytes(archive, path, sha256);
        let read = read(bytes.clone());
        // What is longer than the reader asks for at once is put together again.
        if let Ok((pages, drawn)) = &read
            && bytes.len() > 128 << 10
        {
            let here = read_here(&bytes, *pages);
            let same = drawn.iter().zip(&here).all(|(one, other)| **one == *other);
            assert!(same, "{path} is drawn otherwise in the jail");
            long += 1;
        }
        files.push((path.clone(), there, read.map(|(pages, _)| pages)));
    }
    assert!(long > 40, "{long} long ones");
    compare(&files, PDFS, 0.99);
}
