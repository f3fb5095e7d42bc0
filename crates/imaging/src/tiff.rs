//! The pages of a TIFF: scans and faxes.

use std::cell::{Cell, RefCell};
use std::io::Cursor;

use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};
use tiff::ColorType;
use tiff::decoder::{ChunkType, Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

use crate::document::{OpenDocumentError, PageSize};
use crate::encode::Pixels;
use crate::limits::{MAX_DECODED_BYTES, MAX_PAGES, MAX_PICTURE_PIXELS};
use crate::picture::{Picture, picture_size, swaps_sides};
use crate::request::{RenderPageError, RenderRequest};

/// Bit of `NewSubfileType` that tells a smaller copy of another page (TIFF 6.0, page 36).
const REDUCED: u32 = 1;

/// Directories that are looked at: beside its pages a file may hold a smaller copy of each, and a chain of copies alone has no end.
const MAX_DIRECTORIES: usize = 2 * MAX_PAGES as usize;

/// `FillOrder` whose first bit stands in the lowest place (TIFF 6.0, page 32): fax machines write so.
const LOWEST_FIRST: u16 = 2;
/// `PlanarConfiguration` whose colours stand one after the other (TIFF 6.0, page 38).
const PLANAR: u16 = 2;

/// An opened TIFF. Its pages are decoded one by one, when rendered.
pub(crate) struct TiffPages {
    decoder: RefCell<Decoder<Cursor<Vec<u8>>>>,
    /// Which directory each page stands in, and how it is laid out.
    pages: Vec<Page>,
    /// The page decoded last: it is asked for again at other sizes.
    last: RefCell<Option<(usize, Picture)>>,
}

struct Page {
    directory: usize,
    width: u32,
    height: u32,
    /// Pixels of a square page: those of a fax are not square.
    square: (u32, u32),
    orientation: Orientation,
    /// Whether its samples are places in its palette.
    indexed: bool,
    /// Whether the bits of its bytes stand as the decoder reads them: the first in the highest place.
    is_straight: Cell<bool>,
}

impl TiffPages {
    pub(crate) fn open(mut bytes: Vec<u8>) -> Result<(Self, Vec<PageSize>), OpenDocumentError> {
        let damaged = |_| OpenDocumentError::Damaged;
        let indexed = as_indices(&mut bytes);
        let mut limits = Limits::default();
        limits.decoding_buffer_size = usize::try_from(MAX_DECODED_BYTES).unwrap_or(usize::MAX);
        limits.intermediate_buffer_size = limits.decoding_buffer_size;
        let mut decoder = Decoder::new(Cursor::new(bytes))
            .map_err(damaged)?
            .with_limits(limits);
        let (mut pages, mut sizes) = (Vec::new(), Vec::new());
        for directory in 0.. {
            let kind = decoder.find_tag_unsigned::<u32>(Tag::NewSubfileType);
            let is_copy = kind.ok().flatten().is_some_and(|kind| kind & REDUCED != 0);
            if !is_copy || directory == 0 {
                let indexed = indexed.contains(&directory);
                let page = read_page(&mut decoder, directory, indexed)?;
                let (mut wide, mut high) = page.square;
                if swaps_sides(page.orientation) {
                    std::mem::swap(&mut wide, &mut high);
                }
                sizes.push(picture_size(wide, high));
                pages.push(page);
            }
            if pages.len() > MAX_PAGES as usize || directory > MAX_DIRECTORIES {
                return Err(OpenDocumentError::TooManyPages);
            }
            // A chain of directories that breaks leaves the pages before it.
            if !decoder.more_images() || decoder.next_image().is_err() {
                break;
            }
        }
        let tiff = Self {
            decoder: RefCell::new(decoder),
            pages,
            last: RefCell::new(None),
        };
        Ok((tiff, sizes))
    }

    /// Draws a page and hands its width, its height and its pixels on.
    pub(crate) fn draw<Made>(
        &self,
        index: usize,
        request: RenderRequest,
        finish: impl FnOnce(u32, u32, &Pixels<'_>) -> Result<Made, RenderPageError>,
    ) -> Result<Made, RenderPageError> {
        let mut last = self.last.borrow_mut();
        if let Some((_, picture)) = last.as_ref().filter(|(page, _)| *page == index) {
            return picture.draw(request, finish);
        }
        // The former page makes room first.
        *last = None;
        let page = self.pages.get(index).ok_or(RenderPageError::NoSuchPage)?;
        let picture = self.decode(page).ok_or(RenderPageError::Damaged)?;
        let made = picture.draw(request, finish);
        *last = Some((index, picture));
        made
    }

    /// The page, upright pixels and all; nothing when it is damaged or made in a way that nobody uses for papers.
    fn decode(&self, page: &Page) -> Option<Picture> {
        let mut decoder = self.decoder.borrow_mut();
        decoder.seek_to_image(page.directory).ok()?;
        let colours = decoder.colortype().ok()?;
        // The decoder cannot put tiles of several planes together.
        let planes = decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration);
        if planes.ok()? == Some(PLANAR) && decoder.get_chunk_type() == ChunkType::Tile {
            return None;
        }
        if !page.is_straight.replace(true) {
            straighten(&mut decoder)?;
        }
        let palette = if page.indexed {
            Some(decoder.get_tag_u16_vec(Tag::ColorMap).ok()?)
        } else {
            None
        };
        let mut result = DecodingResult::U8(Vec::new());
        let layout = decoder.read_image_to_buffer(&mut result).ok()?;
        let (bits, channels) = (colours.bit_depth(), usize::from(colours.num_samples()));
        let row = page.width as usize * if layout.planes > 1 { 1 } else { channels };
        let mut samples = eight_bits(result, bits, row, !page.indexed)?;
        if layout.planes > 1 {
            samples = interleaved(&samples, layout.planes)?;
        }
        let picture = match palette {
            Some(palette) => painted(page.width, page.height, &samples, &palette)?,
            None => paint(page.width, page.height, colours, &samples)?,
        };
        let picture = if page.square == (page.width, page.height) {
            picture
        } else {
            let (width, height) = page.square;
            picture.resize_exact(width, height, FilterType::Triangle)
        };
        Some(Picture::of_page(picture, page.orientation))
    }
}

fn read_page(
    decoder: &mut Decoder<Cursor<Vec<u8>>>,
    directory: usize,
    indexed: bool,
) -> Result<Page, OpenDocumentError> {
    let (width, height) = decoder
        .dimensions()
        .map_err(|_| OpenDocumentError::Damaged)?;
    if width == 0 || height == 0 {
        return Err(OpenDocumentError::Damaged);
    }
    let resolution = |decoder: &mut Decoder<_>, tag| {
        let dots = decoder.find_tag(tag).ok().flatten();
        dots.and_then(|dots| dots.into_f64().ok())
            .filter(|dots| dots.is_finite() && *dots > 0.0)
    };
    let (across, down) = (
        resolution(decoder, Tag::XResolution),
        resolution(decoder, Tag::YResolution),
    );
    let square = across.zip(down).map_or((width, height), |(across, down)| {
        squared(width, height, across / down)
    });
    let orientation = decoder
        .find_tag_unsigned::<u8>(Tag::Orientation)
        .ok()
        .flatten()
        .and_then(Orientation::from_exif)
        .unwrap_or(Orientation::NoTransforms);
    let pixels = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    if pixels((width, height)).max(pixels(square)) > MAX_PICTURE_PIXELS {
        return Err(OpenDocumentError::TooLarge { width, height });
    }
    Ok(Page {
        directory,
        width,
        height,
        square,
        orientation,
        indexed,
        is_straight: Cell::new(false),
    })
}

/// Turns the bits of each byte of the present page around if they were written so; the decoder does not.
fn straighten(decoder: &mut Decoder<Cursor<Vec<u8>>>) -> Option<()> {
    let order = decoder.find_tag_unsigned::<u16>(Tag::FillOrder).ok()?;
    if order != Some(LOWEST_FIRST) {
        return Some(());
    }
    let offsets = decoder.get_tag_u64_vec(Tag::StripOffsets).ok()?;
    let lengths = decoder.get_tag_u64_vec(Tag::StripByteCounts).ok()?;
    let bytes = decoder.inner().get_mut();
    for (offset, length) in offsets.into_iter().zip(lengths) {
        let from = usize::try_from(offset).ok()?;
        let to = from.checked_add(usize::try_from(length).ok()?)?;
        for byte in bytes.get_mut(from..to)? {
            *byte = byte.reverse_bits();
        }
    }
    Some(())
}

/// The size in square pixels when there are `ratio` times as many across an inch as down; what is odd beyond any fax is left alone.
fn squared(width: u32, height: u32, ratio: f64) -> (u32, u32) {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "four times a side of a picture at most; a float saturates"
    )]
    let times = |side: u32, by: f64| (f64::from(side) * by).round() as u32;
    match ratio {
        1.01..=4.0 => (width, times(height, ratio)),
        0.25..=0.99 => (times(width, 1.0 / ratio), height),
        _ => (width, height),
    }
}

/// One byte per sample; `stretch` brings the deepest sample to 255, without it a sample stays an index.
fn eight_bits(result: DecodingResult, bits: u8, row: usize, stretch: bool) -> Option<Vec<u8>> {
    match (result, bits) {
        (DecodingResult::U8(samples), 8) => Some(samples),
        (DecodingResult::U8(packed), 1 | 2 | 4) => {
            let (per_byte, most) = (8 / bits, u8::MAX >> (8 - bits));
            let scale = if stretch { u8::MAX / most } else { 1 };
            let line = |line: &[u8]| -> Vec<u8> {
                let sample = |byte: u8, place: u8| (byte >> (8 - bits * (place + 1))) & most;
                line.iter()
                    .flat_map(|byte| (0..per_byte).map(move |place| sample(*byte, place) * scale))
                    .take(row)
                    .collect()
            };
            let bytes = row.div_ceil(usize::from(per_byte));
            Some(packed.chunks_exact(bytes).flat_map(line).collect())
        }
        (DecodingResult::I8(samples), 8) => {
            // Below nothing there is black.
            let positive = |sample: i8| u8::try_from(sample).unwrap_or(0) << 1;
            Some(samples.into_iter().map(positive).collect())
        }
        (DecodingResult::U16(samples), 16) => {
            let high = |sample: u16| sample.to_be_bytes()[0];
            Some(samples.into_iter().map(high).collect())
        }
        (DecodingResult::I16(samples), 16) => {
            let high = |sample: i16| (sample.max(0).cast_unsigned() << 1).to_be_bytes()[0];
            Some(samples.into_iter().map(high).collect())
        }
        (DecodingResult::U32(samples), 32) => {
            let high = |sample: u32| sample.to_be_bytes()[0];
            Some(samples.into_iter().map(high).collect())
        }
        _ => None,
    }
}

/// The samples of each pixel side by side, which stood plane after plane.
fn interleaved(samples: &[u8], planes: usize) -> Option<Vec<u8>> {
    let plane = samples.len().checked_div(planes)?;
    let at = |index: usize| {
        samples
            .get(index % planes * plane + index / planes)
            .copied()
    };
    (0..plane * planes).map(at).collect()
}

fn paint(width: u32, height: u32, colours: ColorType, samples: &[u8]) -> Option<DynamicImage> {
    let rgb = |pixels: Vec<u8>| RgbImage::from_raw(width, height, pixels).map(DynamicImage::from);
    match colours {
        ColorType::Gray(_) => {
            GrayImage::from_raw(width, height, samples.to_vec()).map(DynamicImage::from)
        }
        ColorType::GrayA(_) => {
            image::GrayAlphaImage::from_raw(width, height, samples.to_vec()).map(Into::into)
        }
        ColorType::RGB(_) => rgb(samples.to_vec()),
        ColorType::RGBA(_) => {
            image::RgbaImage::from_raw(width, height, samples.to_vec()).map(Into::into)
        }
        ColorType::CMYK(_) => {
            let pixels = samples.as_chunks::<4>().0.iter().copied();
            rgb(pixels.flat_map(of_ink).collect())
        }
        ColorType::YCbCr(_) => {
            let pixels = samples.as_chunks::<3>().0.iter().copied();
            rgb(pixels.flat_map(of_luma).collect())
        }
        _ => None,
    }
}

/// Samples that are places in a palette: reds, then greens, then blues (TIFF 6.0, page 23).
fn painted(width: u32, height: u32, samples: &[u8], palette: &[u16]) -> Option<DynamicImage> {
    let entries = palette.len() / 3;
    let channels = samples.iter().flat_map(|index| {
        let index = usize::from(*index);
        (0..3).map(move |channel| {
            let value = palette.get(channel * entries + index)?;
            Some(value.to_be_bytes()[0])
        })
    });
    let pixels = channels.collect::<Option<Vec<u8>>>()?;
    RgbImage::from_raw(width, height, pixels).map(DynamicImage::from)
}

/// Has the decoder, which reads no palettes, take the samples of a page with a palette for greys: tells so in its directory. Which
/// directories these are, in the order of the file.
fn as_indices(bytes: &mut [u8]) -> Vec<usize> {
    const PHOTOMETRIC: u64 = 262;
    const PALETTE: u64 = 3;
    const BLACK_IS_ZERO: u8 = 1;
    const ENTRY: usize = 12;
    let little = bytes.starts_with(b"II");
    let number = |bytes: &[u8], at: usize, length: usize| -> Option<u64> {
        let field = bytes.get(at..at.checked_add(length)?)?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if little {
            field.iter().rev().fold(0, add)
        } else {
            field.iter().fold(0, add)
        })
    };
    let mut found = Vec::new();
    let mut next = number(bytes, 4, 4);
    // No more entries than the file has room for: directories that overlap or run in a circle are no TIFF.
    let mut left = bytes.len() / ENTRY;
    for directory in 0..=MAX_DIRECTORIES {
        let Some(at) = next
            .filter(|at| *at != 0)
            .and_then(|at| usize::try_from(at).ok())
        else {
            break;
        };
        let Some(entries) = number(bytes, at, 2).and_then(|n| usize::try_from(n).ok()) else {
            break;
        };
        let Some(fewer) = left.checked_sub(entries) else {
            break;
        };
        left = fewer;
        for entry in (0..entries).map(|entry| at + 2 + entry * ENTRY) {
            let is_palette = number(bytes, entry, 2) == Some(PHOTOMETRIC)
                && number(bytes, entry + 8, 2) == Some(PALETTE);
            if !is_palette {
                continue;
            }
            let value = entry + 8 + usize::from(!little);
            if let Some(byte) = bytes.get_mut(value) {
                *byte = BLACK_IS_ZERO;
                found.push(directory);
            }
        }
        next = number(bytes, at + 2 + entries * ENTRY, 4);
    }
    found
}

/// Ink on white paper, without a profile.
fn of_ink(pixel: [u8; 4]) -> [u8; 3] {
    let [cyan, magenta, yellow, black] = pixel.map(|ink| u16::from(u8::MAX - ink));
    [cyan, magenta, yellow].map(|left| u8::try_from(left * black / 255).unwrap_or(u8::MAX))
}

/// ITU-R BT.601, full range, as TIFF 6.0 section 21 has it by default.
fn of_luma(pixel: [u8; 3]) -> [u8; 3] {
    let [luma, blue, red] = pixel.map(f32::from);
    let (blue, red) = (blue - 128.0, red - 128.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "brought between 0 and 255 first"
    )]
    let byte = |value: f32| value.round().clamp(0.0, 255.0) as u8;
    [
        byte(luma + 1.402 * red),
        byte(luma - 0.344_136 * blue - 0.714_136 * red),
        byte(luma + 1.772 * blue),
    ]
}
