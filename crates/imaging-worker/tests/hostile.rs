//! R55: files made to hurt, one row each: what the reader answers, that nothing is run or fetched on the way, and that the next document
//! opens as if nothing had been.
#![cfg(target_os = "linux")]
#![allow(
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "tests: a failure is a panic, tables are long and printed for whoever runs them"
)]

#[path = "../../imaging/tests/support/mod.rs"]
#[allow(dead_code, reason = "each test uses its part of the support")]
mod support;

use std::io::{Cursor, ErrorKind, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use flate2::{Compression, write::ZlibEncoder};
use relecture_imaging_worker::{
    OpenPieceError, OpenRefusal, PageRequest, ReadLimits, ReadPageError, Reader, Rotation,
    WorkerFailure,
};
use support::{black_png, fixture, pdf, pdfium_path};
use zeroize::Zeroizing;

const WORKER: &str = env!("CARGO_BIN_EXE_relecture-imaging-worker");

/// For what has an answer, on however busy a machine: nobody waits for it.
const PATIENT: ReadLimits = ReadLimits {
    open: Duration::from_mins(1),
    render: Duration::from_mins(1),
    recognise: Duration::from_mins(1),
};

/// For pages that never end.
const SHORT: ReadLimits = ReadLimits {
    open: Duration::from_mins(1),
    render: Duration::from_secs(2),
    recognise: Duration::from_secs(2),
};

/// What the reader makes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// Refused on opening.
    Refused(OpenRefusal),
    /// The worker is gone on opening.
    Killed(Failure),
    /// Opens.
    Opens {
        pages: usize,
        first: First,
        links: usize,
        outline: usize,
    },
}

/// What its first page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    /// White.
    Blank,
    /// Something stands on it.
    Drawn,
    /// Something stands on it, and the end of the file is missing.
    Truncated,
    /// Cannot be drawn.
    Damaged,
    /// Drawing it ends the worker.
    Kills(Failure),
}

/// How the worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    Crashed,
    TimedOut,
    Other,
}

impl From<&WorkerFailure> for Failure {
    fn from(failure: &WorkerFailure) -> Self {
        match failure {
            WorkerFailure::Crashed => Self::Crashed,
            WorkerFailure::TimedOut => Self::TimedOut,
            _ => Self::Other,
        }
    }
}

const DAMAGED: Answer = Answer::Refused(OpenRefusal::Damaged);
const TOO_MANY_PAGES: Answer = Answer::Refused(OpenRefusal::TooManyPages);
const DRAWN: Answer = opens(1, First::Drawn);
const BLANK: Answer = opens(1, First::Blank);
const ENDLESS: Answer = opens(1, First::Kills(Failure::TimedOut));

const fn too_large(width: u32, height: u32) -> Answer {
    Answer::Refused(OpenRefusal::TooLarge { width, height })
}

const fn opens(pages: usize, first: First) -> Answer {
    leads(pages, first, 0, 0)
}

const fn leads(pages: usize, first: First, links: usize, outline: usize) -> Answer {
    Answer::Opens {
        pages,
        first,
        links,
        outline,
    }
}

/// A file, and what the reader must make of it.
type Row = (&'static str, Vec<u8>, Answer);

/// Opens, draws, reads and navigates, as the application does.
fn answer(bytes: &[u8], limits: ReadLimits) -> Answer {
    let source = Box::new(Zeroizing::new(bytes.to_vec()));
    let (mut reader, document) = match Reader::open(WORKER.as_ref(), &pdfium_path(), source, limits)
    {
        Ok(opened) => opened,
        Err(OpenPieceError::Refused(refusal)) => return Answer::Refused(refusal),
        Err(OpenPieceError::Worker(failure)) => return Answer::Killed((&failure).into()),
    };
    let id = reader.worker_id().unwrap();
    let request = PageRequest {
        page: 0,
        width_px: 200,
        region: None,
        rotation: Rotation::None,
        lossless: true,
    };
    let first = match reader.render(request) {
        Ok(page) if is_white(&page.bytes) => First::Blank,
        Ok(_) if document.truncated => First::Truncated,
        Ok(_) => First::Drawn,
        Err(ReadPageError::Damaged | ReadPageError::Unsupported) => First::Damaged,
        Err(ReadPageError::NoSuchPage) => panic!("a document has a first page"),
        Err(ReadPageError::Worker(failure)) => {
            return opens(document.pages.len(), First::Kills((&failure).into()));
        }
    };
    let links = match reader.links(0) {
        Ok(links) => links.len(),
        Err(ReadPageError::Damaged) if first == First::Damaged => 0,
        Err(other) => panic!("links: {other}"),
    };
    match reader.text(0) {
        Ok(_) => {}
        Err(ReadPageError::Damaged) if first == First::Damaged => {}
        Err(other) => panic!("words: {other}"),
    }
    let outline = reader.outline().unwrap().len();
    assert_eq!(children_of(id), 0, "the reader starts nothing");
    leads(document.pages.len(), first, links, outline)
}

fn is_white(bytes: &[u8]) -> bool {
    let mut page = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; page.output_buffer_size().unwrap()];
    page.next_frame(&mut pixels).unwrap();
    pixels.iter().all(|channel| *channel == 255)
}

/// Processes that this one started.
#[cfg(target_os = "linux")]
fn children_of(id: u32) -> usize {
    let id = id.to_string();
    // After the name in brackets, which may hold anything: the state, then the parent.
    let is_child = |stat: &String| {
        let rest = stat.rsplit(')').next().unwrap_or_default();
        rest.split_whitespace().nth(1) == Some(&id)
    };
    let processes = Path::new("/proc").read_dir().unwrap();
    processes
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path().join("stat")).ok())
        .filter(is_child)
        .count()
}

/// Deflated, as PNG and PDF have it.
fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// So many mebibytes of the same byte, deflated.
fn bomb(byte: u8, mebibytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let block = vec![byte; 1 << 20];
    for _ in 0..mebibytes {
        encoder.write_all(&block).unwrap();
    }
    encoder.finish().unwrap()
}

/// A PNG of these chunks, whose checksums hold.
fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in chunks {
        bytes.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        let mut sum = flate2::Crc::new();
        sum.update(*name);
        sum.update(content);
        bytes.extend(*name);
        bytes.extend(*content);
        bytes.extend(sum.sum().to_be_bytes());
    }
    bytes
}

/// The header chunk of a PNG of eight-bit grey.
fn grey_header(width: u32, height: u32) -> Vec<u8> {
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [sides, vec![8, 0, 0, 0, 0]].concat()
}

/// One directory of a TIFF, little endian: a page of eight-bit grey, or its smaller copy.
fn directory(width: u32, height: u32, is_copy: bool, next: u32) -> Vec<u8> {
    // Tag, kind (3: 16 bits, 4: 32 bits), value.
    let entries: [(u16, u16, u32); 9] = [
        (254, 4, u32::from(is_copy)),
        (256, 4, width),
        (257, 4, height),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (278, 4, height),
        (279, 4, 64),
    ];
    let mut bytes = 9_u16.to_le_bytes().to_vec();
    for (tag, kind, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend(next.to_le_bytes());
    bytes
}

/// Bytes of one such directory.
const DIRECTORY: u32 = 2 + 9 * 12 + 4;
/// Where the first one stands: after the header and 64 black pixels.
const FIRST: u32 = 8 + 64;

/// A TIFF of these directories, one after the other.
fn tiff_of(directories: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut bytes = b"II\x2A\0".to_vec();
    bytes.extend(FIRST.to_le_bytes());
    bytes.extend([0; 64]);
    bytes.extend(directories.into_iter().flatten());
    bytes
}

/// A chain of so many directories.
fn chain(count: u32, is_copy: impl Fn(u32) -> bool) -> Vec<u8> {
    tiff_of((0..count).map(|at| {
        let next = if at + 1 < count {
            FIRST + (at + 1) * DIRECTORY
        } else {
            0
        };
        directory(8, 8, is_copy(at), next)
    }))
}

/// A PDF of these objects, the catalogue first, without a table of where they stand.
fn pdf_of(objects: &[&str]) -> Vec<u8> {
    let objects: Vec<&[u8]> = objects.iter().map(|object| object.as_bytes()).collect();
    pdf_of_bytes(&objects, "/Root 1 0 R")
}

fn pdf_of_bytes(objects: &[&[u8]], trailer: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    for (number, object) in (1..).zip(objects) {
        bytes.extend(format!("{number} 0 obj\n").as_bytes());
        bytes.extend(*object);
        bytes.extend(b"\nendobj\n");
    }
    bytes.extend(format!("trailer\n<< {trailer} >>\n%%EOF\n").as_bytes());
    bytes
}

fn stream(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = format!("<< {dictionary} /Length {} >>\nstream\n", content.len()).into_bytes();
    bytes.extend(content);
    bytes.extend(b"\nendstream");
    bytes
}

const PAGES: &str = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";

/// A PDF of one page on which a square stands, with this in its catalogue and this on its page, and further objects from 5 on.
fn page_with(catalogue: &str, page: &str, more: &[&str]) -> Vec<u8> {
    let catalogue = format!("<< /Type /Catalog /Pages 2 0 R {catalogue} >>");
    let page =
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R {page} >>");
    let square = String::from_utf8(stream("", b"10 10 50 50 re f")).unwrap();
    let mut objects = vec![catalogue.as_str(), PAGES, &page, &square];
    objects.extend(more);
    pdf_of(&objects)
}

/// The same whose annotation or whose catalogue does this when it can.
fn acting(action: &str) -> Vec<u8> {
    let link = format!(
        "/Annots [<< /Type /Annot /Subtype /Link /Rect [10 10 60 60] /A {action} >>] \
         /AA << /O {action} /C {action} >>"
    );
    page_with(&format!("/OpenAction {action}"), &link, &[])
}

/// A PDF whose page says this.
fn saying(dictionary: &str, content: &[u8], resources: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let page = format!(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R /Resources << {resources} >> >>"
    );
    let content = stream(dictionary, content);
    let mut objects: Vec<&[u8]> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>",
        PAGES.as_bytes(),
        page.as_bytes(),
        &content,
    ];
    objects.extend(more.iter().map(Vec::as_slice));
    pdf_of_bytes(&objects, "/Root 1 0 R")
}

fn pictures() -> Vec<Row> {
    let big = 100_000_u32;
    let bmp = |side: u32| {
        let mut bytes = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        bytes.extend([side.to_le_bytes(), side.to_le_bytes()].concat());
        bytes.extend([1, 0, 24, 0]);
        bytes.extend([0; 24 + 64]);
        bytes
    };
    let gif = |width: u16, height: u16| {
        let sides = [width.to_le_bytes(), height.to_le_bytes()].concat();
        let palette = [0x80, 0, 0, 0, 0, 0, 255, 255, 255];
        let frame = [[0x2C, 0, 0, 0, 0].as_slice(), &sides, &[0]].concat();
        [
            b"GIF89a".as_slice(),
            &sides,
            &palette,
            &frame,
            &[2, 2, 0x44, 1, 0, 0x3B],
        ]
        .concat()
    };
    // A lossless WebP of 16,383 x 16,384: fourteen bits a side, less one.
    let webp = b"RIFF\x12\0\0\0WEBPVP8L\x06\0\0\0\x2F\xFE\xBF\xFF\x0F\0".to_vec();
    // Canvas of 65,536 x 65,535.
    let webp_canvas =
        b"RIFF\x28\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\xFF\xFF\0\xFE\xFF\0VP8L\x06\0\0\0\x2F\0\0\0\0\0"
            .to_vec();
    let jpeg = b"\xFF\xD8\xFF\xC0\0\x11\x08\xFF\xFF\xFF\xFF\x03\x01\x11\0\x02\x11\0\x03\x11\0\
                 \xFF\xDA\0\x0C\x03\x01\0\x02\x11\x03\x11\0\x3F\0\0\xFF\xD9";
    let data = deflated(&[0; 72]);
    let icc = [b"icc\0\0".as_slice(), &bomb(0, 256)].concat();
    let text = [b"Comment\0\0".as_slice(), &bomb(b' ', 256)].concat();
    let over = bomb(0, 256);
    let header = grey_header(8, 8);
    vec![
        (
            "PNG of 10 GB",
            png_of(&[
                (b"IHDR", &grey_header(big, big)),
                (b"IDAT", &data),
                (b"IEND", b""),
            ]),
            too_large(big, big),
        ),
        ("JPEG of 12 GB", jpeg.to_vec(), too_large(65_535, 65_535)),
        (
            "TIFF of 10 GB",
            tiff_of([directory(big, big, false, 0)]),
            too_large(big, big),
        ),
        ("BMP of 11 GB", bmp(60_000), too_large(60_000, 60_000)),
        ("BMP of more than there can be", bmp(big), DAMAGED),
        ("BMP of nothing", bmp(0), DAMAGED),
        (
            "GIF of 4 GB",
            gif(65_535, 65_535),
            too_large(65_535, 65_535),
        ),
        (
            "GIF on a canvas of no width",
            include_bytes!(
                "../../imaging/tests/fixtures/fuzz/gif-crash-5078b33d75821090f7ed320691befa97fdf8b047"
            )
            .to_vec(),
            DAMAGED,
        ),
        ("GIF of nothing", gif(0, 0), DAMAGED),
        ("WebP of 268 megapixels", webp, too_large(16_383, 16_383)),
        (
            "WebP canvas of 4 gigapixels",
            webp_canvas,
            too_large(65_536, 65_535),
        ),
        (
            "PNG of 144 megapixels in few bytes",
            black_png(12_000, 12_000),
            DRAWN,
        ),
        (
            "PNG with more data than pixels",
            png_of(&[(b"IHDR", &header), (b"IDAT", &over), (b"IEND", b"")]),
            DRAWN,
        ),
        (
            "PNG with 256 MiB of colour profile",
            png_of(&[
                (b"IHDR", &header),
                (b"iCCP", &icc),
                (b"IDAT", &data),
                (b"IEND", b""),
            ]),
            DRAWN,
        ),
        (
            "PNG with 256 MiB of text",
            png_of(&[
                (b"IHDR", &header),
                (b"zTXt", &text),
                (b"IDAT", &data),
                (b"IEND", b""),
            ]),
            DRAWN,
        ),
        (
            "PNG cut short",
            {
                let mut b = black_png(500, 500);
                b.truncate(b.len() / 2);
                b
            },
            DAMAGED,
        ),
        (
            "JPEG cut short",
            {
                let whole = fixture("fundus-photograph");
                whole[..whole.len() / 2].to_vec()
            },
            opens(1, First::Truncated),
        ),
        (
            "TIFF of a million empty directories",
            {
                let mut bytes = tiff_of([directory(8, 8, false, FIRST + DIRECTORY)]);
                for _ in 0..1_000_000_u32 {
                    let next = u32::try_from(bytes.len()).unwrap() + 6;
                    bytes.extend([0, 0]);
                    bytes.extend(next.to_le_bytes());
                }
                bytes
            },
            DRAWN,
        ),
        (
            "TIFF of 20,000 pages",
            chain(20_000, |_| false),
            TOO_MANY_PAGES,
        ),
        (
            "TIFF of a hundred thousand smaller copies",
            chain(100_000, |at| at > 0),
            TOO_MANY_PAGES,
        ),
        (
            "TIFF whose directory follows itself",
            tiff_of([directory(8, 8, false, FIRST)]),
            DAMAGED,
        ),
        (
            "TIFF whose second directory leads back",
            tiff_of([
                directory(8, 8, false, FIRST + DIRECTORY),
                directory(8, 8, false, FIRST),
            ]),
            DRAWN,
        ),
        (
            "TIFF whose copy leads back",
            tiff_of([
                directory(8, 8, false, FIRST + DIRECTORY),
                directory(8, 8, true, FIRST + DIRECTORY),
            ]),
            DRAWN,
        ),
        (
            "TIFF with a palette that follows itself",
            {
                // 65,535 entries that all say "palette", over and over.
                let mut bytes = b"II\x2A\0\x08\0\0\0\xFF\xFF".to_vec();
                let entry = [6, 1, 3, 0, 1, 0, 0, 0, 3, 0, 0, 0];
                bytes.extend(entry.repeat(65_535));
                bytes.extend([8, 0, 0, 0]);
                bytes
            },
            DAMAGED,
        ),
    ]
}

const CATALOGUE: &str = "<< /Type /Catalog /Pages 2 0 R >>";
const EMPTY_PAGE: &str = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>";

/// Page trees and outlines that lie about their size, or never end.
fn trees() -> Vec<Row> {
    let tree = |pages: &str| pdf_of(&[CATALOGUE, pages, EMPTY_PAGE]);
    let million = "3 0 R ".repeat(1_000_000);
    let hundred = |next: u32| {
        let kids = format!("{next} 0 R ").repeat(100);
        format!("<< /Type /Pages /Kids [{kids}] >>")
    };
    let outline = |entry: &str| {
        let root = "<< /First 6 0 R /Last 6 0 R >>";
        let other = "<< /Title (b) /Dest [3 0 R /Fit] /Next 6 0 R /First 6 0 R >>";
        page_with("/Outlines 5 0 R", "", &[root, entry, other])
    };
    let names = |first: &str| {
        let link = "/Annots [<< /Type /Annot /Subtype /Link /Rect [10 10 60 60] /Dest (m) >>]";
        let second = "<< /Kids [5 0 R 5 0 R] /Limits [(a) (z)] >>";
        page_with("/Names << /Dests 5 0 R >>", link, &[first, second])
    };
    vec![
        (
            "a million pages, it says",
            tree("<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>"),
            TOO_MANY_PAGES,
        ),
        (
            "four thousand million pages, it says",
            tree("<< /Type /Pages /Kids [3 0 R] /Count 4294967295 >>"),
            BLANK,
        ),
        (
            "minus one page, it says",
            tree("<< /Type /Pages /Kids [3 0 R] /Count -1 >>"),
            BLANK,
        ),
        (
            "a million pages",
            tree(&format!(
                "<< /Type /Pages /Kids [{million}] /Count 1000000 >>"
            )),
            TOO_MANY_PAGES,
        ),
        (
            "a million pages that nobody counted",
            tree(&format!("<< /Type /Pages /Kids [{million}] >>")),
            TOO_MANY_PAGES,
        ),
        (
            "a million pages on three levels, in two kilobytes",
            pdf_of(&[CATALOGUE, &hundred(3), &hundred(4), &hundred(5), EMPTY_PAGE]),
            TOO_MANY_PAGES,
        ),
        (
            "a page tree that is its own branch",
            tree("<< /Type /Pages /Kids [2 0 R 3 0 R] >>"),
            BLANK,
        ),
        (
            "a page tree that is its own branch, and counted",
            tree("<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>"),
            opens(2, First::Blank),
        ),
        (
            "a page tree of nothing but itself",
            tree("<< /Type /Pages /Kids [2 0 R] /Count 5 >>"),
            opens(5, First::Damaged),
        ),
        (
            "a page that is its own parent",
            pdf_of(&[CATALOGUE, PAGES, "<< /Type /Page /Parent 3 0 R >>"]),
            BLANK,
        ),
        (
            "an outline entry that follows itself",
            outline("<< /Title (a) /Dest [3 0 R /Fit] /Next 6 0 R >>"),
            leads(1, First::Drawn, 0, 1),
        ),
        (
            "an outline entry that stands under itself",
            outline("<< /Title (a) /Dest [3 0 R /Fit] /First 6 0 R >>"),
            leads(1, First::Drawn, 0, 8),
        ),
        (
            "outline entries that follow and stand under each other",
            outline("<< /Title (a) /Dest [3 0 R /Fit] /Next 7 0 R /First 7 0 R >>"),
            leads(1, First::Drawn, 0, 2_000),
        ),
        (
            "an outline entry that leads to another file",
            outline("<< /Title (a) /A << /S /GoToR /F (/etc/passwd) /D [0 /Fit] >> >>"),
            DRAWN,
        ),
        (
            "a name tree that is its own branch",
            names("<< /Kids [5 0 R] /Limits [(a) (z)] >>"),
            DRAWN,
        ),
        (
            "name trees that branch into each other",
            names("<< /Kids [6 0 R 6 0 R] /Limits [(a) (z)] >>"),
            DRAWN,
        ),
        (
            "a million links",
            page_with(
                "",
                &format!("/Annots [{}]", "5 0 R ".repeat(1_000_000)),
                &["<< /Type /Annot /Subtype /Link /Rect [10 10 60 60] /Dest [3 0 R /Fit] >>"],
            ),
            leads(1, First::Drawn, 1_000, 0),
        ),
    ]
}

/// What would run, fetch or write something, were it followed: the page is drawn and nothing else happens.
fn actions(port: u16, folder: &str) -> Vec<Row> {
    let url = format!("http://127.0.0.1:{port}/");
    let call = format!("app.launchURL\\('{url}'\\); this.submitForm\\('{url}'\\)");
    let script = format!("<< /S /JavaScript /JS ({call}) >>");
    let shell = format!("/F (/bin/sh) /P (-c 'touch {folder}/launched')");
    let field = format!(
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /Rect [10 10 60 60] \
         /AA << /F {script} /C {script} /K {script} /V {script} >> >>"
    );
    let template = format!(
        "<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><template><subform><event \
         activity='initialize'><script contentType='application/x-javascript'>app.launchURL('{url}')\
         </script></event></subform></template></xdp:xdp>"
    );
    let template = String::from_utf8(stream("", template.as_bytes())).unwrap();
    let picture = "/Type /XObject /Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 \
                   /ColorSpace /DeviceGray /F (/etc/passwd)";
    vec![
        (
            "a link within the document",
            acting("<< /S /GoTo /D [3 0 R /Fit] >>"),
            leads(1, First::Drawn, 1, 0),
        ),
        ("JavaScript on opening", acting(&script), DRAWN),
        (
            "JavaScript by name",
            page_with(
                &format!("/Names << /JavaScript << /Names [(a) {script}] >> >>"),
                "",
                &[],
            ),
            DRAWN,
        ),
        (
            "JavaScript in a field",
            page_with(
                "/AcroForm << /Fields [5 0 R] >>",
                "/Annots [5 0 R]",
                &[&field],
            ),
            DRAWN,
        ),
        (
            "a program to launch",
            acting(&format!(
                "<< /S /Launch {shell} /Unix << {shell} >> /Win << {shell} >> >>"
            )),
            DRAWN,
        ),
        (
            "an address to open",
            acting(&format!("<< /S /URI /URI ({url}) >>")),
            DRAWN,
        ),
        (
            "another file to go to",
            acting("<< /S /GoToR /F (/etc/passwd) /D [0 /Fit] /NewWindow true >>"),
            DRAWN,
        ),
        (
            "an embedded file to go to",
            acting("<< /S /GoToE /T << /R /C /N (a) >> /D [0 /Fit] >>"),
            DRAWN,
        ),
        (
            "a form to submit",
            acting(&format!(
                "<< /S /SubmitForm /F << /FS /URL /F ({url}) >> /Flags 4 >>"
            )),
            DRAWN,
        ),
        (
            "data to import",
            acting("<< /S /ImportData /F (/etc/passwd) >>"),
            DRAWN,
        ),
        (
            "content that stands elsewhere",
            saying(&format!("/F << /FS /URL /F ({url}) >>"), b"", "", &[]),
            BLANK,
        ),
        (
            "an image that stands elsewhere",
            saying(
                "",
                b"/X Do",
                "/XObject << /X 5 0 R >>",
                &[stream(picture, b"")],
            ),
            BLANK,
        ),
        (
            "an embedded program",
            page_with(
                "/Names << /EmbeddedFiles << /Names [(a.exe) 5 0 R] >> >>",
                "",
                &[
                    "<< /Type /Filespec /F (a.exe) /EF << /F 6 0 R >> >>",
                    "<< /Type /EmbeddedFile /Length 2 >>\nstream\nMZ\nendstream",
                ],
            ),
            DRAWN,
        ),
        (
            "a form of XFA",
            page_with("/AcroForm << /Fields [] /XFA 5 0 R >>", "", &[&template]),
            DRAWN,
        ),
    ]
}

/// Pages that take for ever, or more memory than there is.
fn drawings() -> Vec<Row> {
    let twice = "[/FlateDecode /FlateDecode]";
    let mut forms: Vec<String> = (6..18)
        .map(|next| format!("/F{next} Do ").repeat(20))
        .collect();
    forms.push("0 0 50 50 re f".into());
    let pattern = "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] \
                   /XStep 0.0001 /YStep 0.0001 /Resources << /Pattern << /P 5 0 R >> >>";
    let font = "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] \
                /CharProcs << /a 6 0 R >> /Encoding << /Differences [97 /a] >> /FirstChar 97 \
                /LastChar 97 /Widths [9] /Resources << /Font << /T 5 0 R >> >> >>";
    let image = |size: u32, more: &str, data: &[u8]| {
        let image = format!(
            "/Type /XObject /Subtype /Image /Width {size} /Height {size} /BitsPerComponent 8 \
             /ColorSpace /DeviceGray {more}"
        );
        let draw = b"100 0 0 100 0 0 cm /X Do";
        saying("", draw, "/XObject << /X 5 0 R >>", &[stream(&image, data)])
    };
    let mut rows = vec![
        (
            "a Flate bomb of 2 GiB on the page, in few kilobytes",
            saying(
                &format!("/Filter {twice}"),
                &deflated(&bomb(b' ', 2048)),
                "",
                &[],
            ),
            opens(1, First::Kills(Failure::Crashed)),
        ),
        (
            "a form that draws itself",
            pdf("[0 0 100 100]", "/F5 Do", &["0 0 9 9 re f /F5 Do".into()]),
            DRAWN,
        ),
        (
            "forms that draw each other, twice each",
            pdf(
                "[0 0 100 100]",
                "/F5 Do",
                &["/F6 Do /F6 Do".into(), "/F5 Do /F5 Do".into()],
            ),
            ENDLESS,
        ),
        (
            "forms that draw for centuries",
            pdf("[0 0 100 100]", "/F5 Do", &forms),
            ENDLESS,
        ),
        (
            "a pattern that paints itself",
            saying(
                "",
                b"/Pattern cs /P scn 0 0 100 100 re f",
                "/Pattern << /P 5 0 R >>",
                &[stream(pattern, b"/Pattern cs /P scn 0 0 1 1 re f")],
            ),
            ENDLESS,
        ),
        (
            "a letter that writes itself",
            saying(
                "",
                b"BT /T 9 Tf (aaa) Tj ET",
                "/Font << /T 5 0 R >>",
                &[
                    font.as_bytes().to_vec(),
                    stream("", b"9 0 d0 BT /T 9 Tf (aa) Tj ET"),
                ],
            ),
            BLANK,
        ),
        (
            "an image of 10 gigapixels",
            image(100_000, "/Filter /FlateDecode", &deflated(&[0; 64])),
            BLANK,
        ),
        (
            "a fax of 10 gigapixels",
            image(
                100_000,
                "/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 100000 /Rows 100000 >>",
                &[0; 64],
            ),
            BLANK,
        ),
        (
            "an image that is its own mask",
            image(1, "/SMask 5 0 R", b"\0"),
            BLANK,
        ),
        (
            "a colour space that stands on itself",
            saying(
                "",
                b"/C cs 0 sc 0 0 50 50 re f",
                "/ColorSpace << /C 5 0 R >>",
                &[b"[/Indexed 5 0 R 1 <000000FFFFFF>]".to_vec()],
            ),
            DRAWN,
        ),
        (
            "a hundred thousand arrays on the page",
            saying("", "[".repeat(100_000).as_bytes(), "", &[]),
            BLANK,
        ),
    ];
    for (name, media_box, answer) in [
        (
            "a page of a thousand million points",
            "[0 0 1000000000 1000000000]",
            BLANK,
        ),
        ("a page of no size", "[0 0 0 0]", DRAWN),
        ("a page inside out", "[100 100 0 0]", DRAWN),
        ("a page as wide as no number", "[0 0 nan inf]", DRAWN),
        (
            "a page of more points than 64 bits count",
            "[-99999999999999999999 0 99999999999999999999 1]",
            DRAWN,
        ),
        ("a page as thin as nothing", "[0 0 0.0000001 100000]", DRAWN),
    ] {
        rows.push((name, pdf(media_box, "0 0 9 9 re f", &[]), answer));
    }
    rows
}

/// A PDF whose page stands in a stream of objects, found by a cross-reference stream of these entries.
fn packed(container: &str, entries: [[u8; 3]; 6], table: &str) -> Vec<u8> {
    let objects = format!("2 0 3 50 {PAGES:50}{EMPTY_PAGE}");
    let mut bytes = format!("%PDF-1.7\n1 0 obj\n{CATALOGUE}\nendobj\n4 0 obj\n").into_bytes();
    let dictionary = format!("/Type /ObjStm /N 2 /First 9 {container}");
    bytes.extend(stream(&dictionary, objects.as_bytes()));
    bytes.extend(b"\nendobj\n");
    let at = bytes.len();
    let table = table.replace("HERE", &at.to_string());
    let dictionary = format!("/Type /XRef /Size 6 /W [1 1 1] /Root 1 0 R {table}");
    bytes.extend(b"5 0 obj\n");
    bytes.extend(stream(&dictionary, &entries.concat()));
    bytes.extend(format!("\nendobj\nstartxref\n{at}\n%%EOF\n").as_bytes());
    bytes
}

/// Files that do not hold together.
fn structures() -> Vec<Row> {
    // Free, at 9, in the object stream 4 (twice), at 58, free.
    let honest = [
        [0, 0, 0],
        [1, 9, 0],
        [2, 4, 0],
        [2, 4, 1],
        [1, 58, 0],
        [0, 0, 0],
    ];
    let mut inside = honest;
    inside[4] = [2, 4, 0];
    let ends_with = |table: &str| {
        let mut bytes = page_with("", "", &[]);
        let at = bytes.len().to_string();
        bytes.extend(table.replace("HERE", &at).as_bytes());
        bytes
    };
    let whole = fixture("two-different-pages");
    vec![
        ("a page in an object stream", packed("", honest, ""), BLANK),
        (
            "an object stream that stands in itself",
            packed("", inside, ""),
            BLANK,
        ),
        (
            "an object stream that extends itself",
            packed("/Extends 4 0 R", honest, ""),
            BLANK,
        ),
        (
            "a cross-reference stream that comes before itself",
            packed("", honest, "/Prev HERE"),
            BLANK,
        ),
        (
            "a cross-reference table that comes before itself",
            ends_with(
                "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R /Size 5 /Prev HERE >>\n\
                 startxref\nHERE\n%%EOF",
            ),
            DRAWN,
        ),
        (
            "a cross-reference table that leads nowhere",
            ends_with(
                "xref\n0 4\n0000000000 65535 f \n9999999999 00000 n \n9999999999 00000 n \n\
                 0000000003 00000 n \nrubbish\ntrailer\n<< /Root 1 0 R /Size 5 >>\n\
                 startxref\n99999999\n%%EOF",
            ),
            DRAWN,
        ),
        (
            "a cross-reference table of a thousand million entries",
            ends_with(
                "xref\n0 1000000000\n0000000000 65535 f \ntrailer\n\
                 << /Root 1 0 R /Size 1000000000 >>\nstartxref\nHERE\n%%EOF",
            ),
            DRAWN,
        ),
        (
            "a hundred thousand arrays in each other",
            page_with(&format!("/A {}", "[".repeat(100_000)), "", &[]),
            DRAWN,
        ),
        (
            "a hundred thousand dictionaries in each other",
            page_with(&format!("/A {}", "<< /A ".repeat(100_000)), "", &[]),
            DRAWN,
        ),
        (
            "an object that refers to itself",
            page_with("/Outlines 5 0 R", "/Resources 5 0 R", &["5 0 R"]),
            DRAWN,
        ),
        (
            "a stream that is its own length",
            pdf_of(&[
                CATALOGUE,
                PAGES,
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>",
                "<< /Length 4 0 R >>\nstream\n0 0 9 9 re f\nendstream",
            ]),
            DRAWN,
        ),
        (
            "an encryption that does not exist",
            pdf_of_bytes(
                &[
                    CATALOGUE.as_bytes(),
                    PAGES.as_bytes(),
                    EMPTY_PAGE.as_bytes(),
                    b"<< /Filter /Standard /V 9 /R 9 /Length 4294967295 /P -1 /O () /U () >>",
                ],
                "/Root 1 0 R /Encrypt 4 0 R /ID [() ()]",
            ),
            Answer::Refused(OpenRefusal::PasswordProtected),
        ),
        (
            "a PDF cut in half",
            whole[..whole.len() / 2].to_vec(),
            DAMAGED,
        ),
        ("a PDF of its header", b"%PDF-1.7\n".to_vec(), DAMAGED),
    ]
}

/// Makes the reader read each file, then a harmless one.
fn hold(rows: Vec<Row>) {
    let harmless = fixture("inkscape-abc");
    let mut wrong = Vec::new();
    for (name, bytes, expected) in rows {
        let limits = if expected == ENDLESS { SHORT } else { PATIENT };
        let answer = answer(&bytes, limits);
        println!("{name} ({} bytes): {answer:?}", bytes.len());
        if answer != expected {
            wrong.push(format!("{name}: {answer:?} instead of {expected:?}"));
        }
        let next = self::answer(&harmless, PATIENT);
        assert_eq!(next, DRAWN, "the document after: {name}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn r55_hostile_pictures_are_refused_or_drawn() {
    hold(pictures());
}

#[test]
fn r55_trees_of_pages_and_names_end() {
    hold(trees());
}

#[test]
fn r55_what_a_document_would_do_is_not_done() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    hold(actions(port, folder.path().to_str().unwrap()));
    let calls = listener.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(calls, Err(ErrorKind::WouldBlock), "nobody called");
    let launched = folder.path().join("launched");
    assert!(!launched.exists(), "nothing was run");
    // Both would have been noticed.
    TcpStream::connect(("127.0.0.1", port)).unwrap();
    listener.set_nonblocking(false).unwrap();
    assert!(listener.accept().is_ok());
    let touched = Command::new("/bin/sh")
        .args(["-c", &format!("touch {}", launched.display())])
        .status();
    assert!(touched.unwrap().success() && launched.exists());
}

#[test]
fn r55_pages_without_end_are_given_up() {
    hold(drawings());
}

#[test]
fn r55_files_that_do_not_hold_together_bring_nothing_down() {
    hold(structures());
}
