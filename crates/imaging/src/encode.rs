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

/// The one value of each pixel, where red, green and blue are the same on all of them: most written pages. Encoded as such, they take half
/// the time, and are the same.
fn grey(pixels: &Pixels<'_>) -> Option<Vec<u8>> {
    fn of<const N: usize>(pixels: &[[u8; N]]) -> Option<Vec<u8>> {
        let is_grey = |pixel: &[u8; N]| pixel[0] == pixel[1] && pixel[1] == pixel[2];
        let all = pixels.iter().all(is_grey);
        all.then(|| pixels.iter().map(|pixel| pixel[0]).collect())
    }
    match pixels {
        Pixels::Rgb(data) => of::<3>(data.as_chunks().0),
        Pixels::Rgbx(data) => of::<4>(data.as_chunks().0),
    }
}

fn jpeg(width: u32, height: u32, pixels: &Pixels<'_>) -> Result<Vec<u8>, RenderPageError> {
    let grey = grey(pixels);
    let (data, colour) = match (&grey, pixels) {
        (Some(data), _) => (data.as_slice(), ColorType::Luma),
        (None, Pixels::Rgb(data)) => (*data, ColorType::Rgb),
        (None, Pixels::Rgbx(data)) => (*data, ColorType::Rgba),
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
    let grey = grey(pixels);
    let opaque: Vec<u8>;
    let (data, colour) = match (&grey, pixels) {
        (Some(data), _) => (data.as_slice(), ExtendedColorType::L8),
        (None, Pixels::Rgb(data)) => (*data, ExtendedColorType::Rgb8),
        (None, Pixels::Rgbx(data)) => {
            opaque = data
                .as_chunks::<4>()
                .0
                .iter()
                .flat_map(|&[r, g, b, _]| [r, g, b])
                .collect();
            (opaque.as_slice(), ExtendedColorType::Rgb8)
        }
    };
    let mut bytes = Vec::with_capacity(data.len() / 4);
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Adaptive)
        .write_image(data, width, height, colour)
        .map_err(|_| RenderPageError::NotEncoded)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grey_page_is_encoded_as_grey_and_looks_the_same() {
        let shades: Vec<u8> = (0..=255).flat_map(|shade| [shade, shade, shade]).collect();
        let mut coloured = shades.clone();
        coloured[3 * 100] = 101;
        for quality in [Quality::Reading, Quality::Lossless] {
            let of = |pixels: &[u8]| {
                let page = encode(16, 16, &Pixels::Rgb(pixels), quality).unwrap();
                image::load_from_memory(&page.bytes).unwrap()
            };
            let (grey, colour) = (of(&shades), of(&coloured));
            assert_eq!(grey.color(), image::ColorType::L8);
            assert_eq!(colour.color(), image::ColorType::Rgb8);
            if quality == Quality::Lossless {
                assert_eq!(grey.to_rgb8().as_raw(), &shades);
            }
            let with_room: Vec<u8> = shades
                .chunks(3)
                .flat_map(|p| [p[0], p[1], p[2], 7])
                .collect();
            let page = encode(16, 16, &Pixels::Rgbx(&with_room), quality).unwrap();
            assert_eq!(image::load_from_memory(&page.bytes).unwrap(), grey);
        }
    }
}
