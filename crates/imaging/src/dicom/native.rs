//! Frames as they are, without compression (PS3.5, section 8).

use super::image::{ImageDescription, Photometric};
use super::samples::FrameError;

/// Where the frame of this index lies among the pixels: the first byte, how many, and how many bits of the first are not its own.
pub(super) fn place(
    description: &ImageDescription,
    frame: u32,
    bytes_of_value: usize,
) -> (u64, usize, usize) {
    let frame = u64::from(frame);
    if description.bits_allocated == 1 {
        // Frames of single bits follow each other without a gap.
        let bits = description.values() as u64;
        let (from, to) = (frame * bits, (frame + 1) * bits);
        let length = usize::try_from(to.div_ceil(8) - from / 8).unwrap_or(usize::MAX);
        return (from / 8, length, usize::try_from(from % 8).unwrap_or(0));
    }
    let length = if description.photometric == Photometric::YbrFull422 {
        description.pixels().div_ceil(2) * 4 * bytes_of_value
    } else {
        description.values() * bytes_of_value
    };
    (frame * length as u64, length, 0)
}

/// A frame of which these are the bytes, the lower ones first, as values pixel by pixel.
pub(super) fn values(
    mut bytes: Vec<u8>,
    description: &ImageDescription,
    skipped_bits: usize,
) -> Result<Vec<u8>, FrameError> {
    if description.bits_allocated == 1 {
        let bits = skipped_bits..skipped_bits + description.values();
        let bit = |at: usize| Some(bytes.get(at / 8)? >> (at % 8) & 1);
        return bits
            .map(bit)
            .collect::<Option<_>>()
            .ok_or(FrameError::Damaged);
    }
    if description.photometric == Photometric::YbrFull422 {
        bytes = unshared(&bytes, description);
    } else if description.planar && description.samples_per_pixel > 1 {
        bytes = by_pixel(&bytes, description);
    }
    Ok(bytes)
}

/// Each two neighbours, which share their differences of colour, as two whole pixels.
fn unshared(bytes: &[u8], description: &ImageDescription) -> Vec<u8> {
    let (pairs, _) = bytes.as_chunks::<4>();
    let pixels = pairs
        .iter()
        .flat_map(|&[first, second, blue, red]| [first, blue, red, second, blue, red]);
    pixels.take(description.values()).collect()
}

/// Colour by colour to pixel by pixel.
pub(super) fn by_pixel(bytes: &[u8], description: &ImageDescription) -> Vec<u8> {
    let (width, pixels) = (description.width(), description.pixels());
    let planes: Vec<&[u8]> = bytes.chunks_exact(pixels * width).collect();
    let mut mixed = Vec::with_capacity(bytes.len());
    for at in (0..pixels * width).step_by(width) {
        for plane in &planes {
            mixed.extend_from_slice(plane.get(at..at + width).unwrap_or_default());
        }
    }
    mixed
}

/// Luminance and differences to red, green and blue (PS3.3, C.7.6.3.1.2), of values of 8 bits.
pub(super) fn to_rgb(bytes: &mut [u8]) {
    // Of the standard, in 65536ths, rounded to the nearest.
    const HALF: i32 = 1 << 15;
    for pixel in bytes.as_chunks_mut::<3>().0 {
        let [y, blue, red] = pixel.map(i32::from);
        let (y, blue, red) = ((y << 16) + HALF, blue - 128, red - 128);
        let part = |value: i32| u8::try_from((value >> 16).clamp(0, 255)).unwrap_or(u8::MAX);
        *pixel = [
            part(y + 91_881 * red),
            part(y - 22_554 * blue - 46_802 * red),
            part(y + 116_130 * blue),
        ];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description(
        columns: u32,
        rows: u32,
        photometric: Photometric,
        bits: u32,
    ) -> ImageDescription {
        ImageDescription {
            columns,
            rows,
            frames: 3,
            samples_per_pixel: if bits == 1 { 1 } else { 3 },
            photometric,
            bits_allocated: bits,
            bits_stored: bits,
            high_bit: bits - 1,
            signed: false,
            planar: false,
        }
    }

    /// PS3.5, 8.1.1: single bits from the lowest on; a frame begins in the byte in which the one before ends.
    #[test]
    fn frames_of_single_bits_follow_each_other_without_a_gap() {
        let image = description(5, 1, Photometric::Monochrome2, 1);
        // 10110 01001 11111, then what is not used.
        let bytes = [0b0100_1101, 0b0111_1110];
        let frame = |index| {
            let (from, length, skipped) = place(&image, index, 1);
            let from = usize::try_from(from).ok()?;
            let bytes = bytes.get(from..from + length)?.to_vec();
            values(bytes, &image, skipped).ok()
        };
        assert_eq!(frame(0), Some(vec![1, 0, 1, 1, 0]));
        assert_eq!(frame(1), Some(vec![0, 1, 0, 0, 1]));
        assert_eq!(frame(2), Some(vec![1, 1, 1, 1, 1]));
    }

    /// PS3.3, C.7.6.3.1.2: the differences of two neighbours are stored once.
    #[test]
    fn neighbours_share_their_differences_and_grey_stays_grey() {
        let image = description(2, 1, Photometric::YbrFull422, 8);
        assert_eq!(place(&image, 2, 1), (8, 4, 0));
        let mut pixels = values(vec![10, 200, 128, 128], &image, 0).unwrap_or_default();
        assert_eq!(pixels, [10, 128, 128, 200, 128, 128]);
        to_rgb(&mut pixels);
        assert_eq!(pixels, [10, 10, 10, 200, 200, 200]);
        let mut red = vec![76, 85, 255];
        to_rgb(&mut red);
        assert_eq!(red, [254, 0, 0]);
    }

    #[test]
    fn planes_are_mixed_value_by_value() {
        let mut image = description(2, 1, Photometric::Rgb, 16);
        image.planar = true;
        let planes = vec![1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0];
        let mixed = values(planes, &image, 0).unwrap_or_default();
        assert_eq!(mixed, [1, 0, 3, 0, 5, 0, 2, 0, 4, 0, 6, 0]);
    }
}
