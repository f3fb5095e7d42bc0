//! Pixels to the bytes the window decodes.

use std::fmt;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::request::{Quality, RenderPageError};

/// JPEG quality of a page: the research's best trade between bytes, time to show and legibility.
const READING_QUALITY: u8 = 92;

/// What the bytes of an [`EncodedPage`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `image/jpeg`, sRGB.
    Jpeg,
    /// `image/png`, sRGB, opaque.
    Png,
}

/// A page as the window shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedPage {
    /// What `bytes` are.
    pub media_type: MediaType,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The encoded image.
    pub bytes: Vec<u8>,
}

/// Without the image itself: it shows a patient.
impl fmt::Debug for EncodedPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            media_type,
            width,
            height,
            bytes,
        } = self;
        write!(
            f,
            "EncodedPage({media_type:?}, {width} x {height}, {} bytes)",
            bytes.len()
        )
    }
}

/// Rendered pixels, rows from the top, without padding.
pub(crate) enum Pixels<'a> {
    /// Three bytes per pixel.
    Rgb(&'a [u8]),
    /// Four bytes per pixel, of which the fourth says nothing.
    Rgbx(&'a [u8]),
}

pub(crate) fn encode(
    width: u32,
    height: u32,
    pixels: &Pixels<'_>,
    quality: Quality,
) -> Result<EncodedPage, RenderPageError> {
    let (media_type, bytes) = match quality {
        Quality::Reading => (MediaType::Jpeg, jpeg(width, height, pixels)?),
        Quality::Lossless => (MediaType::Png, png(width, height, pixels)?),
    };
    Ok(EncodedPage {
        media_type,
        width,
        height,
        bytes,
    })
}

fn jpeg(width: u32, height: u32, pixels: &Pixels<'_>) -> Result<Vec<u8>, RenderPageError> {
    let (data, colour) = match pixels {
        Pixels::Rgb(data) => (data, ColorType::Rgb),
        Pixels::Rgbx(data) => (data, ColorType::Rgba),
    };
    let side = |side: u32| u16::try_from(side).map_err(|_| RenderPageError::NotEncoded);
    let mut bytes = Vec::with_capacity(data.len() / 12);
    let mut encoder = Encoder::new(&mut bytes, READING_QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_4_4);
    encoder
        .encode(data, side(width)?, side(height)?, colour)
        .map_err(|_| RenderPageError::NotEncoded)?;
    Ok(bytes)
}

fn png(width: u32, height: u32, pixels: &Pixels<'_>) -> Result<Vec<u8>, RenderPageError> {
    let opaque: Vec<u8>;
    let data = match pixels {
        Pixels::Rgb(data) => data,
        Pixels::Rgbx(data) => {
            opaque = data
                .as_chunks::<4>()
                .0
                .iter()
                .flat_map(|&[r, g, b, _]| [r, g, b])
                .collect();
            opaque.as_slice()
        }
    };
    let mut bytes = Vec::with_capacity(data.len() / 4);
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Adaptive)
        .write_image(data, width, height, ExtendedColorType::Rgb8)
        .map_err(|_| RenderPageError::NotEncoded)?;
    Ok(bytes)
}
