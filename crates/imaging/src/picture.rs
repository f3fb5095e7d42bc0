//! Scans and photographs.

use std::borrow::Cow;
use std::io::Cursor;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use crate::document::{OpenDocumentError, PageSize};
use crate::encode::Pixels;
use crate::format::Format;
use crate::limits::{MAX_DECODED_BYTES, MAX_PICTURE_PIXELS};
use crate::request::{Frame, RenderPageError, RenderRequest, Rotation, frame};

/// Points per pixel at natural size: a CSS pixel is 1/96 inch.
const POINTS_PER_PIXEL: f32 = 0.75;

/// A decoded picture: sRGB, 8 bits, opaque, not yet turned.
pub(crate) struct Picture {
    pixels: RgbImage,
    orientation: Orientation,
    truncated: bool,
}

impl Picture {
    /// Decodes a picture of one page. Its size is checked on the header.
    pub(crate) fn decode(bytes: &[u8], format: Format) -> Result<Self, OpenDocumentError> {
        let source = Cursor::new(bytes);
        let damaged = |_| OpenDocumentError::Damaged;
        // Covers a decoder's own tables and inflated metadata, not the pixels.
        let mut limits = image::Limits::no_limits();
        limits.max_alloc = Some(MAX_DECODED_BYTES);
        let (pixels, orientation) = match format {
            Format::Png => decode_with(PngDecoder::with_limits(source, limits).map_err(damaged)?)?,
            Format::WebP => decode_with(WebPDecoder::new(source).map_err(damaged)?)?,
            Format::Bmp => decode_with(BmpDecoder::new(source).map_err(damaged)?)?,
            Format::Gif => {
                let mut decoder = GifDecoder::new(source).map_err(damaged)?;
                decoder.set_limits(limits).map_err(damaged)?;
                decode_with(decoder)?
            }
            Format::Jpeg => decode_with(JpegDecoder::new(source).map_err(damaged)?)?,
            _ => return Err(OpenDocumentError::UnknownFormat),
        };
        let truncated = format == Format::Jpeg && jpeg_is_cut_short(bytes);
        Ok(Self {
            pixels,
            orientation,
            truncated,
        })
    }

    /// The page that a picture will make, and whether its file stops before its end, without decoding it.
    pub(crate) fn announced(
        bytes: &[u8],
        format: Format,
    ) -> Result<(PageSize, bool), OpenDocumentError> {
        let source = Cursor::new(bytes);
        let damaged = |_| OpenDocumentError::Damaged;
        let mut limits = image::Limits::no_limits();
        limits.max_alloc = Some(MAX_DECODED_BYTES);
        let (size, orientation) = match format {
            Format::Png => {
                announced_by(&mut PngDecoder::with_limits(source, limits).map_err(damaged)?)?
            }
            Format::WebP => announced_by(&mut WebPDecoder::new(source).map_err(damaged)?)?,
            Format::Bmp => announced_by(&mut BmpDecoder::new(source).map_err(damaged)?)?,
            Format::Gif => announced_by(&mut GifDecoder::new(source).map_err(damaged)?)?,
            Format::Jpeg => announced_by(&mut JpegDecoder::new(source).map_err(damaged)?)?,
            _ => return Err(OpenDocumentError::UnknownFormat),
        };
        let (width, height) = if swaps_sides(orientation) {
            (size.1, size.0)
        } else {
            size
        };
        let truncated = format == Format::Jpeg && jpeg_is_cut_short(bytes);
        Ok((picture_size(width, height), truncated))
    }

    /// A page that was decoded elsewhere.
    pub(crate) fn of_page(picture: DynamicImage, orientation: Orientation) -> Self {
        Self {
            pixels: on_white(picture),
            orientation,
            truncated: false,
        }
    }

    pub(crate) fn truncated(&self) -> bool {
        self.truncated
    }

    /// Width and height in pixels, orientation applied.
    fn upright(&self) -> (u32, u32) {
        let (width, height) = self.pixels.dimensions();
        if swaps_sides(self.orientation) {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// A picture of these pixels, as it lies; nothing if they are not so many.
    pub(crate) fn of_pixels(width: u32, height: u32, rgb: Vec<u8>) -> Option<Self> {
        Some(Self {
            pixels: RgbImage::from_raw(width, height, rgb)?,
            orientation: Orientation::NoTransforms,
            truncated: false,
        })
    }

    pub(crate) fn page_size(&self) -> PageSize {
        let (width, height) = self.upright();
        picture_size(width, height)
    }

    /// Draws the picture and hands its width, its height and its pixels on.
    pub(crate) fn draw<Made>(
        &self,
        request: RenderRequest,
        finish: impl FnOnce(u32, u32, &Pixels<'_>) -> Result<Made, RenderPageError>,
    ) -> Result<Made, RenderPageError> {
        let (mut wide, mut high) = self.upright();
        if request.rotation.swaps_sides() {
            std::mem::swap(&mut wide, &mut high);
        }
        let request = RenderRequest {
            width_px: request.width_px.clamp(1, wide),
            ..request
        };
        let Frame { page, part } = frame(f64::from(wide), f64::from(high), &request)?;
        // Scaled first, as the picture lies, then turned: turning is cheaper on fewer pixels.
        let lies = swaps_sides(self.orientation) != request.rotation.swaps_sides();
        let (across, down) = if lies {
            (part.height, part.width)
        } else {
            (part.width, part.height)
        };
        let (turns, orientation) = (turn(request.rotation), self.orientation);
        let corner = |x: u32, y: u32| {
            let shown = (
                f64::from(x) / f64::from(page.0),
                f64::from(y) / f64::from(page.1),
            );
            lies_at(orientation, lies_at(turns, shown))
        };
        let corners = (
            corner(part.x, part.y),
            corner(part.x + part.width, part.y + part.height),
        );
        let scaled = self.scaled(across, down, corners)?;
        let upright = turned(scaled, orientation);
        let pixels = turned(upright, turns);
        finish(part.width, part.height, &Pixels::Rgb(pixels.as_raw()))
    }

    /// The part of the picture between two opposite `corners`, as parts of its sides, at `width` x `height`, which never exceed its
    /// own pixels.
    fn scaled(
        &self,
        width: u32,
        height: u32,
        corners: ((f64, f64), (f64, f64)),
    ) -> Result<Cow<'_, RgbImage>, RenderPageError> {
        let (from_width, from_height) = self.pixels.dimensions();
        let ((x, y), (to_x, to_y)) = corners;
        let left = x.min(to_x) * f64::from(from_width);
        let top = y.min(to_y) * f64::from(from_height);
        let (wide, high) = (
            (to_x - x).abs() * f64::from(from_width),
            (to_y - y).abs() * f64::from(from_height),
        );
        let is_whole = left + top < 0.5 && self.pixels.dimensions() == (width, height);
        if is_whole {
            return Ok(Cow::Borrowed(&self.pixels));
        }
        let source = ImageRef::new(
            from_width,
            from_height,
            self.pixels.as_raw(),
            PixelType::U8x3,
        )
        .map_err(|_| RenderPageError::Damaged)?;
        let mut target = Image::new(width, height, PixelType::U8x3);
        // Hamming weighs every source pixel and has no negative lobe: it cannot draw a halo along
        // an edge, which on a medical picture could be read as a sign.
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Hamming))
            .crop(
                left,
                top,
                wide.min(f64::from(from_width) - left),
                high.min(f64::from(from_height) - top),
            );
        Resizer::new()
            .resize(&source, &mut target, &options)
            .map_err(|_| RenderPageError::Damaged)?;
        RgbImage::from_raw(width, height, target.into_vec())
            .map(Cow::Owned)
            .ok_or(RenderPageError::Damaged)
    }
}

/// Where a point that is shown after a turn lies before it; as parts of the sides.
fn lies_at(turn: Orientation, (x, y): (f64, f64)) -> (f64, f64) {
    match turn {
        Orientation::NoTransforms => (x, y),
        Orientation::Rotate90 => (y, 1.0 - x),
        Orientation::Rotate180 => (1.0 - x, 1.0 - y),
        Orientation::Rotate270 => (1.0 - y, x),
        Orientation::FlipHorizontal => (1.0 - x, y),
        Orientation::FlipVertical => (x, 1.0 - y),
        Orientation::Rotate90FlipH => (y, x),
        Orientation::Rotate270FlipH => (1.0 - y, 1.0 - x),
    }
}

/// The page that a picture of so many pixels makes.
#[expect(
    clippy::cast_precision_loss,
    reason = "a side under 2^24 pixels is exact enough"
)]
pub(crate) fn picture_size(width: u32, height: u32) -> PageSize {
    PageSize {
        width_pt: width as f32 * POINTS_PER_PIXEL,
        height_pt: height as f32 * POINTS_PER_PIXEL,
        pixels: Some((width, height)),
    }
}

/// Width and height as they lie, and the turn that is asked for; refused where decoding would be.
fn announced_by(
    decoder: &mut impl ImageDecoder,
) -> Result<((u32, u32), Orientation), OpenDocumentError> {
    let (width, height) = decoder.dimensions();
    // The canvas of a GIF may have no width, whatever its frames are.
    if width == 0 || height == 0 {
        return Err(OpenDocumentError::Damaged);
    }
    if u64::from(width) * u64::from(height) > MAX_PICTURE_PIXELS
        || decoder.total_bytes() > MAX_DECODED_BYTES
    {
        return Err(OpenDocumentError::TooLarge { width, height });
    }
    // Metadata that cannot be read must not hide the picture: it is then shown as it lies, and its
    // colours are taken as sRGB, as browsers do.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok(((width, height), orientation))
}

fn decode_with(
    mut decoder: impl ImageDecoder,
) -> Result<(RgbImage, Orientation), OpenDocumentError> {
    let (_, orientation) = announced_by(&mut decoder)?;
    let profile = decoder.icc_profile().ok().flatten();
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| OpenDocumentError::Damaged)?;
    let mut pixels = on_white(picture);
    if let Some(profile) = profile {
        to_srgb(&mut pixels, &profile);
    }
    Ok((pixels, orientation))
}

/// Eight bits per channel, transparency laid on white paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let source = picture.into_rgba8();
    let mut pixels = RgbImage::new(source.width(), source.height());
    for (to, from) in pixels.pixels_mut().zip(source.pixels()) {
        let [red, green, blue, alpha] = from.0;
        to.0 = [red, green, blue].map(|channel| over_white(channel, alpha));
    }
    pixels
}

/// `channel` at opacity `alpha` over 255, rounded.
fn over_white(channel: u8, alpha: u8) -> u8 {
    let (channel, alpha) = (u16::from(channel), u16::from(alpha));
    // 255 * 255 fits in 16 bits; the quotient never exceeds 255.
    let sum = u32::from(channel * alpha) + u32::from(255 * (255 - alpha)) + 127;
    u8::try_from(sum / 255).unwrap_or(u8::MAX)
}

/// Converts in place from the embedded RGB profile (phones photograph in Display P3: read as sRGB,
/// skin and redness turn pale). A profile of another colour space, or unreadable, is ignored.
fn to_srgb(pixels: &mut RgbImage, profile: &[u8]) {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else {
        return;
    };
    if profile.color_space != DataColorSpace::Rgb {
        return;
    }
    let Ok(transform) = profile.create_transform_8bit(
        Layout::Rgb,
        &ColorProfile::new_srgb(),
        Layout::Rgb,
        TransformOptions::default(),
    ) else {
        return;
    };
    let stride = pixels.width() as usize * 3;
    let mut row = vec![0; stride];
    for line in pixels.as_mut().chunks_exact_mut(stride) {
        row.copy_from_slice(line);
        // Both slices are one row of whole pixels: the only error there is cannot occur.
        let _ = transform.transform(&row, line);
    }
}

fn turned(pixels: Cow<'_, RgbImage>, orientation: Orientation) -> Cow<'_, RgbImage> {
    if orientation == Orientation::NoTransforms {
        return pixels;
    }
    let mut picture = DynamicImage::ImageRgb8(pixels.into_owned());
    picture.apply_orientation(orientation);
    Cow::Owned(picture.into_rgb8())
}

fn turn(rotation: Rotation) -> Orientation {
    match rotation {
        Rotation::None => Orientation::NoTransforms,
        Rotation::Right => Orientation::Rotate90,
        Rotation::Half => Orientation::Rotate180,
        Rotation::Left => Orientation::Rotate270,
    }
}

pub(crate) fn swaps_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// Whether no end-of-image marker follows the first scan. In entropy-coded data a lone 0xFF is always
/// stuffed (ITU-T T.81, B.1.1.5), so that a file cut short has none. Headers too odd to be followed
/// accuse nobody.
fn jpeg_is_cut_short(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xDA;
    const END_OF_IMAGE: [u8; 2] = [0xFF, 0xD9];
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let [0xFF, marker, high, low, ..] = *rest {
        if marker == START_OF_SCAN {
            return !rest.windows(2).any(|pair| pair == END_OF_IMAGE);
        }
        // Markers may be preceded by any number of 0xFF (B.1.1.2).
        let length = usize::from(u16::from_be_bytes([high, low]));
        let skip = if marker == 0xFF { 1 } else { 2 + length };
        rest = rest.get(skip..).unwrap_or_default();
    }
    false
}
