//! Documents made by other software, and documents made to hurt: what opens, what is refused, and
//! which pixels come out (R55).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "tests: a failure is a panic, and sizes are small"
)]

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test uses its part of the support")]
mod support;

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::LazyLock;

use image::{GrayImage, RgbImage};
use relecture_imaging::{
    Document, EncodedPage, Format, LoadLibraryError, MAX_OUTPUT_PIXELS, MAX_OUTPUT_SIDE, MediaType,
    OpenDocumentError, Quality, Region, RenderPageError, RenderRequest, Rotation, VerifiedLibrary,
    rehearse,
};
use support::{fixture, of_corpus, pdf, pdfium_path};

static LIBRARY: LazyLock<VerifiedLibrary> =
    LazyLock::new(|| VerifiedLibrary::load(&pdfium_path()).unwrap());

fn open(bytes: Vec<u8>) -> Result<Document<'static>, OpenDocumentError> {
    Document::open(Cursor::new(bytes), Some(&LIBRARY), None)
}

fn lossless(width_px: u32, rotation: Rotation) -> RenderRequest {
    RenderRequest {
        width_px,
        region: None,
        rotation,
        quality: Quality::Lossless,
    }
}

fn pixels(page: &EncodedPage) -> RgbImage {
    let picture = image::load_from_memory(&page.bytes).unwrap().into_rgb8();
    assert_eq!(
        picture.dimensions(),
        (page.width, page.height),
        "the page says its true size"
    );
    picture
}

fn grey(document: &Document<'_>, page: u32, request: RenderRequest) -> GrayImage {
    image::DynamicImage::ImageRgb8(pixels(&document.render(page, request).unwrap())).into_luma8()
}

#[test]
fn the_page_of_the_rehearsal_is_drawn() {
    assert!(rehearse(&LIBRARY));
}

/// Where the ink is, as fractions of width and height.
fn ink(page: &GrayImage) -> (f64, f64) {
    let dark: Vec<_> = page
        .enumerate_pixels()
        .filter(|(_, _, grey)| grey.0[0] < 128)
        .collect();
    assert!(!dark.is_empty(), "the page is blank");
    let mean = |sum: u32, side: u32| f64::from(sum) / dark.len() as f64 / f64::from(side);
    (
        mean(dark.iter().map(|(x, ..)| x).sum(), page.width()),
        mean(dark.iter().map(|(_, y, _)| y).sum(), page.height()),
    )
}

#[test]
fn a_pdf_page_is_drawn_at_the_device_pixels_asked_for() {
    let document = open(fixture("inkscape-abc")).unwrap();
    assert_eq!(document.format(), Format::Pdf);
    let [page] = document.pages() else {
        panic!("one page")
    };
    assert!((page.width_pt - 283.46).abs() < 0.01 && page.pixels.is_none());

    // Sharp: at twice the pixels an edge is as thin as before, so that the share of half-tones in
    // the letters halves. In an enlarged picture it would stay.
    let half_tones = |width| {
        let page = grey(&document, 0, lossless(width, Rotation::None));
        assert_eq!(page.dimensions(), (width, width));
        let ink = page.pixels().filter(|grey| grey.0[0] < 250).count();
        let half = page
            .pixels()
            .filter(|grey| (40..216).contains(&grey.0[0]))
            .count();
        half as f64 / ink as f64
    };
    let (once, twice) = (half_tones(1000), half_tones(2000));
    assert!(
        twice < 0.7 * once,
        "{twice} of half-tones, {once} at half the size"
    );
}

#[test]
fn each_page_of_a_pdf_is_its_own_and_turns_as_asked() {
    let document = open(fixture("two-different-pages")).unwrap();
    assert_eq!(document.pages().len(), 2);
    // The only letter stands at the top left of an A4 sheet.
    let corner = |rotation| ink(&grey(&document, 0, lossless(596, rotation)));
    let near = |(x, y): (f64, f64), (to_x, to_y)| {
        assert!(
            (x - f64::from(to_x)).abs() < 0.2 && (y - f64::from(to_y)).abs() < 0.2,
            "ink at {x}, {y}"
        );
    };
    near(corner(Rotation::None), (0, 0));
    near(corner(Rotation::Right), (1, 0));
    near(corner(Rotation::Half), (1, 1));
    near(corner(Rotation::Left), (0, 1));

    let lying = document.render(1, lossless(842, Rotation::Right)).unwrap();
    assert_eq!((lying.width, lying.height), (842, 596));
    let first = document.render(0, lossless(596, Rotation::None)).unwrap();
    let second = document.render(1, lossless(596, Rotation::None)).unwrap();
    assert_ne!(first.bytes, second.bytes);
    let missing = document.render(2, lossless(596, Rotation::None));
    assert_eq!(missing, Err(RenderPageError::NoSuchPage));
}

#[test]
fn reading_quality_is_a_jpeg_close_to_the_lossless_page() {
    let letters = open(fixture("inkscape-abc")).unwrap();
    let curves = open(fixture("survival-article")).unwrap();
    // Black on white is one component; colours are three sampled 1 x 1: no chroma subsampling.
    for (document, page, components) in [(&letters, 0, &[0x11][..]), (&curves, 5, &[0x11; 3])] {
        let mut request = lossless(600, Rotation::None);
        let exact = document.render(page, request).unwrap();
        assert_eq!(exact.media_type, MediaType::Png);
        assert!(exact.bytes.starts_with(b"\x89PNG"));
        request.quality = Quality::Reading;
        let reading = document.render(page, request).unwrap();
        assert_eq!(reading.media_type, MediaType::Jpeg);
        assert!(reading.bytes.starts_with(b"\xFF\xD8\xFF"));
        // The frame header (ITU-T T.81, B.2.2): how many components, three bytes of each, the second its sampling.
        let mut pairs = reading.bytes.windows(2);
        let frame = pairs.position(|pair| pair == [0xFF, 0xC0]).unwrap();
        let count = usize::from(reading.bytes[frame + 9]);
        let sampled: Vec<u8> = (0..count)
            .map(|at| reading.bytes[frame + 11 + 3 * at])
            .collect();
        assert_eq!(sampled, components);
        assert!(distance(&pixels(&exact), &pixels(&reading)) < 1.0);
    }
}

/// A source that gives little at a time, as a pipe does.
struct Trickle(Cursor<Vec<u8>>);

impl Read for Trickle {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let little = into.len().min(1_000);
        self.0.read(&mut into[..little])
    }
}

impl Seek for Trickle {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_source_that_gives_little_at_a_time_is_read_to_its_end() {
    for name in ["skewed-scan", "fax-ccitt", "two-different-pages"] {
        let bytes = fixture(name);
        let slow = Trickle(Cursor::new(bytes.clone()));
        let slow = Document::open(slow, Some(&LIBRARY), None).unwrap();
        let request = lossless(400, Rotation::None);
        let whole = open(bytes).unwrap().render(0, request).unwrap();
        assert!(slow.render(0, request).unwrap() == whole, "{name}");
    }
}

/// Mean absolute difference per channel.
fn distance(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one
        .iter()
        .zip(other.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / one.len() as f64
}

#[test]
fn r55_a_pdf_with_an_absurd_page_stays_within_bounds() {
    for media_box in [
        "[0 0 1 14400]",
        "[0 0 14400 1]",
        "[0 0 1000000000 1000000000]",
        "[0 0 0 0]",
    ] {
        let document = open(pdf(media_box, "0 0 1 rg 0 0 9 9 re f", &[])).unwrap();
        let page = document.pages()[0];
        assert!(
            page.width_pt > 0.0 && page.height_pt.is_finite(),
            "{media_box}: {page:?}"
        );
        for width_px in [0, 800, u32::MAX] {
            let request = RenderRequest {
                width_px,
                ..lossless(0, Rotation::None)
            };
            if width_px == u32::MAX && page.width_pt / page.height_pt < 2.0 && page.width_pt > 2.0 {
                continue; // 64 megapixels of one colour: slow, and `fit` has its own test.
            }
            let page = document.render(0, request).unwrap();
            assert!(page.width <= MAX_OUTPUT_SIDE && page.height <= MAX_OUTPUT_SIDE);
            assert!(page.width * page.height <= MAX_OUTPUT_PIXELS + MAX_OUTPUT_SIDE);
        }
    }
}

#[test]
fn r55_a_document_is_judged_by_its_bytes_and_refused_with_a_reason() {
    let refused = |bytes: Vec<u8>| open(bytes).err().unwrap();
    assert_eq!(refused(Vec::new()), OpenDocumentError::Empty);
    assert_eq!(refused(vec![0x5A; 4096]), OpenDocumentError::UnknownFormat);
    assert_eq!(
        refused(fixture("aes-256-user-password")),
        OpenDocumentError::PasswordProtected
    );
    assert_eq!(
        refused(b"%PDF-1.7\nnothing that follows holds".into()),
        OpenDocumentError::Damaged
    );
    assert_eq!(
        refused(b"\xFF\xD8\xFF\xE0 not a picture".into()),
        OpenDocumentError::Damaged
    );
    assert_eq!(
        refused(b"\x89PNG\r\n\x1a\n not one either".into()),
        OpenDocumentError::Damaged
    );
    let no_pages = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n\
                    << /Type /Pages /Kids [] /Count 0 >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF";
    assert_eq!(refused(no_pages.into()), OpenDocumentError::Damaged);
    let unread = Document::open(Cursor::new(fixture("inkscape-abc")), None, None).err();
    assert_eq!(unread, Some(OpenDocumentError::LibraryMissing));

    // An empty user password protects from editing, not from reading.
    let document = open(fixture("aes-256-empty-password")).unwrap();
    ink(&grey(&document, 0, lossless(600, Rotation::None)));
}

#[test]
fn every_orientation_a_camera_writes_is_shown_upright() {
    let seen = |orientation: u32| {
        let document = open(fixture(&format!("orientation-{orientation}"))).unwrap();
        pixels(&document.render(0, lossless(30, Rotation::None)).unwrap())
    };
    let upright = seen(1);
    // The measure tells the picture from its mirror image, the closest of its seven other positions.
    assert!(distance(&image::imageops::flip_horizontal(&upright), &upright) > 15.0);
    for orientation in 2..=8 {
        assert!(
            distance(&upright, &seen(orientation)) < 1.0,
            "orientation {orientation}"
        );
    }
}

/// A JPEG of one colour; `exif` is the value of the orientation tag.
fn jpeg(width: u16, height: u16, colour: [u8; 3], exif: Option<u8>, icc: Option<&[u8]>) -> Vec<u8> {
    let data = colour.repeat(usize::from(width) * usize::from(height));
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 100);
    if let Some(orientation) = exif {
        // A TIFF header and one directory of one entry: tag 0x0112, SHORT, one value.
        let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        tiff.extend([orientation, 0, 0, 0, 0, 0, 0]);
        encoder.add_exif_metadata(&tiff).unwrap();
    }
    if let Some(icc) = icc {
        encoder.add_icc_profile(icc).unwrap();
    }
    encoder
        .encode(&data, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    bytes
}

#[test]
fn a_photo_held_upright_is_taller_than_wide_and_never_enlarged() {
    let document = open(jpeg(400, 300, [90, 120, 150], Some(6), None)).unwrap();
    let page = document.pages()[0];
    assert_eq!(page.pixels, Some((300, 400)));
    assert_eq!((page.width_pt, page.height_pt), (225.0, 300.0));
    let size = |width, rotation| {
        let page = document.render(0, lossless(width, rotation)).unwrap();
        let colour = pixels(&page).get_pixel(page.width / 2, page.height / 2).0;
        assert!(
            colour
                .iter()
                .zip([90, 120, 150])
                .all(|(&a, b)| a.abs_diff(b) <= 2),
            "{colour:?}"
        );
        (page.width, page.height)
    };
    assert_eq!(size(150, Rotation::None), (150, 200));
    assert_eq!(size(5000, Rotation::None), (300, 400));
    assert_eq!(size(200, Rotation::Left), (200, 150));
    assert_eq!(size(5000, Rotation::Right), (400, 300));
}

#[test]
fn a_phone_photo_in_display_p3_keeps_its_reds() {
    let p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    // Skin-like red. The expected sRGB value is the CSS Color 4 conversion, computed apart.
    let shown = |icc| {
        let document = open(jpeg(64, 64, [180, 90, 80], None, icc)).unwrap();
        pixels(&document.render(0, lossless(64, Rotation::None)).unwrap())
            .get_pixel(32, 32)
            .0
    };
    let near = |seen: [u8; 3], expected: [u8; 3]| {
        assert!(
            seen.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 3),
            "{seen:?}"
        );
    };
    near(shown(Some(&p3)), [193, 83, 75]);
    near(shown(None), [180, 90, 80]);
    near(shown(Some(b"not a profile at all")), [180, 90, 80]);
}

fn png(colour: png::ColorType, depth: png::BitDepth, size: (u32, u32), data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.0, size.1);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder
        .write_header()
        .unwrap()
        .write_image_data(data)
        .unwrap();
    bytes
}

#[test]
fn transparency_is_laid_on_white_and_sixteen_bits_become_eight() {
    use png::{BitDepth, ColorType};
    let data = [
        [0, 0, 0, 0],
        [0, 0, 0, 255],
        [255, 0, 0, 128],
        [10, 20, 30, 255],
    ]
    .concat();
    let document = open(png(ColorType::Rgba, BitDepth::Eight, (4, 1), &data)).unwrap();
    let page = pixels(&document.render(0, lossless(4, Rotation::None)).unwrap());
    let row: Vec<_> = page.pixels().map(|pixel| pixel.0).collect();
    assert_eq!(
        row,
        [[255, 255, 255], [0, 0, 0], [255, 127, 127], [10, 20, 30]]
    );

    let deep = [[0x80, 0xFF, 0xFF, 0xFF], [0x00, 0x00, 0x00, 0x00]].concat();
    let document = open(png(
        ColorType::GrayscaleAlpha,
        BitDepth::Sixteen,
        (2, 1),
        &deep,
    ))
    .unwrap();
    let page = pixels(&document.render(0, lossless(2, Rotation::None)).unwrap());
    assert_eq!(page.into_raw(), [128, 128, 128, 255, 255, 255]);
}

#[test]
fn a_picture_is_averaged_not_sampled_when_it_shrinks() {
    // One white line in eight, on black: sampling would show all or nothing.
    let row = |y: u32| {
        if y.is_multiple_of(8) {
            [255; 64]
        } else {
            [0; 64]
        }
    };
    let data: Vec<u8> = (0..64).flat_map(row).collect();
    let bytes = png(
        png::ColorType::Grayscale,
        png::BitDepth::Eight,
        (64, 64),
        &data,
    );
    let page = grey(&open(bytes).unwrap(), 0, lossless(8, Rotation::None));
    assert_eq!(page.dimensions(), (8, 8));
    assert!(
        page.pixels().all(|grey| (16..=56).contains(&grey.0[0])),
        "{:?}",
        page.into_raw()
    );
}

#[test]
fn a_jpeg_cut_short_is_shown_and_said_to_be_so() {
    let whole = fixture("fundus-photograph");
    assert!(!open(whole.clone()).unwrap().truncated());
    let cut = open(whole[..whole.len() / 2].to_vec()).unwrap();
    assert!(cut.truncated());
    assert!(cut.render(0, lossless(128, Rotation::None)).is_ok());
}

#[test]
fn only_the_pinned_library_is_loaded() {
    let other = std::env::current_exe().unwrap();
    assert!(matches!(
        VerifiedLibrary::load(&other),
        Err(LoadLibraryError::NotPinned)
    ));
    let missing = VerifiedLibrary::load("no/such/libpdfium".as_ref());
    assert!(matches!(missing, Err(LoadLibraryError::Unreadable(_))));
}

const TURNS: [Rotation; 4] = [
    Rotation::None,
    Rotation::Right,
    Rotation::Half,
    Rotation::Left,
];

/// A part of a page is exactly what the whole page shows there, however it lies and is turned.
#[test]
fn a_part_of_a_page_is_what_the_whole_shows_there() {
    let oriented = (1..=8).map(|number| format!("orientation-{number}"));
    let pdfs = ["two-different-pages".to_owned()];
    for name in oriented.chain(pdfs) {
        let document = open(fixture(&name)).unwrap();
        let size = document.pages()[0];
        let (wide, high) = size.pixels.unwrap_or((1191, 1684));
        for rotation in TURNS {
            let across = if rotation.swaps_sides() { high } else { wide };
            let request = lossless(across, rotation);
            let whole = pixels(&document.render(0, request).unwrap());
            let (x, y) = (whole.width() / 5, whole.height() / 3);
            let region = Region {
                x,
                y,
                width: whole.width() / 2,
                height: whole.height() / 2,
            };
            let request = RenderRequest {
                region: Some(region),
                ..request
            };
            let part = pixels(&document.render(0, request).unwrap());
            let crop = image::imageops::crop_imm(&whole, x, y, region.width, region.height);
            assert!(part == crop.to_image(), "{name} {rotation:?}");
        }
    }
}

/// At any zoom the page is as large as it says, and a part that lies outside is none.
#[test]
fn a_part_may_belong_to_a_page_larger_than_any_answer() {
    let document = open(fixture("two-different-pages")).unwrap();
    let far = |x, y| RenderRequest {
        region: Some(Region {
            x,
            y,
            width: 512,
            height: 512,
        }),
        ..lossless(20_000, Rotation::None)
    };
    let part = document.render(0, far(19_900, 10_000)).unwrap();
    assert_eq!((part.width, part.height), (100, 512), "cut at the edge");
    let outside = document.render(0, far(20_000, 0)).err();
    assert_eq!(outside, Some(RenderPageError::NoSuchPart));
}

fn tiff(name: &str) -> Document<'static> {
    open(of_corpus("pillow", &format!("Tests/images/{name}"))).unwrap()
}

fn native(document: &Document<'_>, page: u32) -> RgbImage {
    let size = document.pages()[page as usize];
    let (width, _) = size.pixels.unwrap();
    pixels(
        &document
            .render(page, lossless(width, Rotation::None))
            .unwrap(),
    )
}

/// Faxes and scans as offices send them: every compression gives the same page.
#[test]
fn the_same_page_comes_out_of_every_way_to_write_a_tiff() {
    let plain = native(&tiff("hopper.tif"), 0);
    assert_eq!(native(&tiff("hopper_lzw.tif"), 0), plain);
    let upright = native(&tiff("g4_orientation_1.tif"), 0);
    for number in 2..=8 {
        // Scanned eight times, not copied.
        let turned = native(&tiff(&format!("g4_orientation_{number}.tif")), 0);
        assert_eq!(turned.dimensions(), upright.dimensions());
        let pairs = turned.iter().zip(upright.iter());
        let apart: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = apart as f64 / turned.len() as f64;
        assert!(mean < 1.0, "orientation {number}: {mean} apart");
    }
}

/// A password opens what it was set for, and nothing else does.
#[test]
fn a_password_opens_a_protected_pdf() {
    let open = |password| {
        let bytes = Cursor::new(fixture("aes-256-user-password"));
        Document::open(bytes, Some(&LIBRARY), password)
    };
    for wrong in [None, Some(""), Some("asdf")] {
        let refused = open(wrong).err();
        assert_eq!(refused, Some(OpenDocumentError::PasswordProtected));
    }
    assert_eq!(open(Some("asdfzxcv")).unwrap().pages().len(), 1);
}

/// The pages of one file, each its own.
#[test]
fn a_tiff_has_all_its_pages() {
    let document = tiff("multipage.tiff");
    assert_eq!(document.format(), Format::Tiff);
    let sizes: Vec<_> = document.pages().iter().map(|page| page.pixels).collect();
    assert_eq!(sizes, [Some((10, 10)), Some((10, 10)), Some((20, 20))]);
    let colour = |page| native(&document, page).get_pixel(0, 0).0;
    assert_eq!(
        [colour(0), colour(1), colour(2)],
        [[0, 128, 0], [255, 0, 0], [0, 0, 255]]
    );
    assert_eq!(tiff("g4-multi.tiff").pages().len(), 3);
}
