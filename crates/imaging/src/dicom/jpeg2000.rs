//! JPEG 2000 (ISO/IEC 15444-1; PS3.5, A.4.4).

use std::collections::HashSet;

use hayro_jpeg2000::{ComponentData, DecodeSettings, DecoderContext, Image};

use super::image::ImageDescription;
use super::samples::FrameError;

/// Start of codestream, and the marker of the image's size.
const START_AND_SIZE: [u8; 4] = [0xff, 0x4f, 0xff, 0x51];
/// Bits of a whole number that a 32-bit float holds.
const MOST_BITS: u32 = 24;

/// A frame as little-endian values, pixel by pixel.
pub(super) fn decode(code: &[u8], description: &ImageDescription) -> Result<Vec<u8>, FrameError> {
    let damaged = |_| FrameError::Damaged;
    if !is_whole(code) {
        return Err(FrameError::Damaged);
    }
    let image = Image::new(code, &DecodeSettings::default()).map_err(damaged)?;
    if (image.width(), image.height()) != (description.columns, description.rows) {
        return Err(FrameError::Damaged);
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(damaged)?;
    let planes: Vec<&[f32]> = decoded
        .components()
        .iter()
        .map(ComponentData::samples)
        .collect();
    let (pixels, width) = (description.pixels(), description.width());
    let fits = planes.len() == description.samples_per_pixel as usize
        && planes.iter().all(|plane| plane.len() == pixels)
        && (1..=4).contains(&width);
    if !fits {
        return Err(FrameError::Damaged);
    }
    // Signed values are given as far above zero as the codestream would shift others (ISO/IEC 15444-1, G.1). It may say otherwise than the
    // data set, whose bits they are: the data set then gives them their sign.
    let precision = u32::from(image.original_bit_depth()).max(1);
    // Beyond, the decoder's numbers are no longer exact.
    if precision > MOST_BITS.min(description.bits_allocated) {
        return Err(FrameError::Damaged);
    }
    let shift = if is_signed(code) {
        1_i64 << (precision - 1)
    } else {
        0
    };
    let most = (1_i64 << precision) - 1;
    let mut values = Vec::with_capacity(pixels * planes.len() * width);
    for pixel in 0..pixels {
        for plane in &planes {
            let value = plane.get(pixel).copied().unwrap_or_default();
            let value = whole(value).clamp(0, most) - shift;
            let bytes = value.to_le_bytes();
            values.extend_from_slice(bytes.get(..width).unwrap_or_default());
        }
    }
    Ok(values)
}

/// Whether the codestream holds its tile-parts to their ends, as each tells where that is (Psot: ISO/IEC 15444-1, A.4.2): one that was cut short
/// still decodes, to less than was sent. Not every writer ends it with a marker.
fn is_whole(code: &[u8]) -> bool {
    const START_OF_TILE: u8 = 0x90;
    const END: [u8; 2] = [0xff, 0xd9];
    let start = code.windows(4).position(|bytes| bytes == START_AND_SIZE);
    let Some(mut at) = start.map(|start| start + 2) else {
        return false;
    };
    let Some(wanted) = tiles(code.get(at..).unwrap_or_default()) else {
        return false;
    };
    let mut seen = HashSet::new();
    while let Some([0xff, marker, rest @ ..]) = code.get(at..) {
        if *marker == START_OF_TILE {
            let Some(&[_, _, high, low, a, b, c, d]) = rest.first_chunk::<8>() else {
                return false;
            };
            seen.insert(u16::from_be_bytes([high, low]));
            match u32::from_be_bytes([a, b, c, d]) as usize {
                // As far as the codestream goes.
                0 => {
                    let last = code.iter().rposition(|byte| *byte != 0);
                    let told = last.and_then(|last| code.get(..=last));
                    let ends = told.is_some_and(|told| told.ends_with(&END));
                    return ends && seen.len() as u64 == wanted;
                }
                length => at = at.saturating_add(length),
            }
            if at > code.len() {
                return false;
            }
        } else if [0xff, *marker] == END {
            break;
        } else {
            let Some(&[high, low]) = rest.first_chunk::<2>() else {
                return false;
            };
            at += 2 + usize::from(u16::from_be_bytes([high, low]));
        }
    }
    seen.len() as u64 == wanted
}

/// How many tiles a codestream has (SIZ: ISO/IEC 15444-1, A.5.1, B.3), from the marker of its size on.
fn tiles(from_size: &[u8]) -> Option<u64> {
    let words = from_size.get(6..38)?.as_chunks::<4>().0;
    let words: Vec<u64> = words
        .iter()
        .map(|word| u32::from_be_bytes(*word).into())
        .collect();
    let &[right, bottom, _, _, wide, high, left, top] = words.as_slice() else {
        return None;
    };
    let count = |end: u64, begin: u64, side: u64| {
        (side > 0).then(|| end.saturating_sub(begin).div_ceil(side))
    };
    Some(count(right, left, wide)? * count(bottom, top, high)?)
}

/// Whether the codestream says so of its first component (Ssiz: ISO/IEC 15444-1, A.5.1).
fn is_signed(code: &[u8]) -> bool {
    const SSIZ: usize = 42;
    let start = code.windows(4).position(|bytes| bytes == START_AND_SIZE);
    start
        .and_then(|start| code.get(start + SSIZ))
        .is_some_and(|depth| depth & 0x80 != 0)
}

/// Whether its colours are transformed within the codestream (`SGcod`, the byte of the transform: ISO/IEC 15444-1, A.6.1).
pub(super) fn is_transformed(code: &[u8]) -> bool {
    const START_OF_TILE: u8 = 0x90;
    const COD: u8 = 0x52;
    let start = code.windows(4).position(|bytes| bytes == START_AND_SIZE);
    // Marker segments after the start of the codestream, each with its length.
    let mut rest = start
        .and_then(|start| code.get(start + 2..))
        .unwrap_or_default();
    while let [0xff, marker, high, low, segment @ ..] = rest {
        match *marker {
            // Length, Scod, order of progression, layers, and the transform.
            COD => return segment.get(4).is_some_and(|transform| *transform != 0),
            START_OF_TILE => return false,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        rest = rest.get(2 + length..).unwrap_or_default();
    }
    false
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the decoder's values have at most 24 bits"
)]
fn whole(value: f32) -> i64 {
    value.round() as i64
}
