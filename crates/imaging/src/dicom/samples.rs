//! The values of a frame.

use std::io;

use super::image::ImageDescription;

/// The values of a frame, pixel by pixel from its upper left corner, as wide as the file has them.
#[derive(Clone, Debug, PartialEq)]
pub enum Samples {
    /// 8 bits, and single bits.
    U8(Vec<u8>),
    /// 8 bits, with a sign.
    I8(Vec<i8>),
    /// 16 bits.
    U16(Vec<u16>),
    /// 16 bits, with a sign.
    I16(Vec<i16>),
    /// 32 bits.
    U32(Vec<u32>),
    /// 32 bits, with a sign.
    I32(Vec<i32>),
    /// Float Pixel Data.
    F32(Vec<f32>),
    /// Double Float Pixel Data.
    F64(Vec<f64>),
}

impl Samples {
    /// How many they are.
    pub fn count(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::I8(values) => values.len(),
            Self::U16(values) => values.len(),
            Self::I16(values) => values.len(),
            Self::U32(values) => values.len(),
            Self::I32(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
        }
    }
}

/// A frame. Colours are red, green and blue, unless they are numbers of a palette.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Pixels across.
    pub columns: u32,
    /// Pixels down.
    pub rows: u32,
    /// Values of a pixel.
    pub samples_per_pixel: u32,
    /// The values, before the modality's rescale.
    pub samples: Samples,
}

/// Why a frame is not read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The file has no image, or none that its own description fits.
    #[error("the file has no image that can be read")]
    NoImage,
    /// It has fewer frames.
    #[error("the file has no such frame")]
    NoSuchFrame,
    /// The frame is cut short or damaged.
    #[error("the frame is damaged")]
    Damaged,
    /// It is compressed in a way that is not read.
    #[error("the transfer syntax {0} is not read")]
    Syntax(String),
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
}

/// Values of so many bits, little endian, one after the other.
pub(super) fn of_bytes(
    bytes: Vec<u8>,
    description: &ImageDescription,
) -> Result<Samples, FrameError> {
    let ImageDescription {
        bits_allocated,
        bits_stored,
        high_bit,
        signed,
        ..
    } = *description;
    let unused = bits_stored < bits_allocated && bits_allocated > 1;
    // What lies beside the bits that are used is no part of the value: old files keep overlays there (PS3.5, 8.1.1).
    let (up, down) = (
        bits_allocated - 1 - high_bit.min(bits_allocated - 1),
        bits_allocated - bits_stored,
    );
    macro_rules! values {
        ($kind:ty, $size:literal) => {{
            let values = bytes.as_chunks::<$size>().0.iter();
            let values = values.map(|bytes| <$kind>::from_le_bytes(*bytes));
            if unused {
                values
                    .map(|value| value.wrapping_shl(up).wrapping_shr(down))
                    .collect()
            } else {
                values.collect()
            }
        }};
    }
    Ok(match (bits_allocated, signed) {
        (1, _) => Samples::U8(bytes),
        (8, false) if !unused => Samples::U8(bytes),
        (8, false) => Samples::U8(values!(u8, 1)),
        (8, true) => Samples::I8(values!(i8, 1)),
        (16, false) => Samples::U16(values!(u16, 2)),
        (16, true) => Samples::I16(values!(i16, 2)),
        (32, false) => Samples::U32(values!(u32, 4)),
        (32, true) => Samples::I32(values!(i32, 4)),
        _ => return Err(FrameError::NoImage),
    })
}

/// Real numbers, little endian.
pub(super) fn of_floats(bytes: &[u8], double: bool) -> Samples {
    if double {
        Samples::F64(
            bytes
                .as_chunks()
                .0
                .iter()
                .copied()
                .map(f64::from_le_bytes)
                .collect(),
        )
    } else {
        Samples::F32(
            bytes
                .as_chunks()
                .0
                .iter()
                .copied()
                .map(f32::from_le_bytes)
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dicom::Photometric;

    /// PS3.5, 8.1.1: what lies above and below the bits in use is no part of a value; the highest of them is its sign.
    #[test]
    fn only_the_bits_in_use_count() {
        let of = |stored, high, signed, value: u16| {
            let description = ImageDescription {
                columns: 1,
                rows: 1,
                frames: 1,
                samples_per_pixel: 1,
                photometric: Photometric::Monochrome2,
                bits_allocated: 16,
                bits_stored: stored,
                high_bit: high,
                signed,
                planar: false,
            };
            of_bytes(value.to_le_bytes().to_vec(), &description).ok()
        };
        assert_eq!(of(12, 11, false, 0xf123), Some(Samples::U16(vec![0x123])));
        assert_eq!(of(12, 11, true, 0x0fff), Some(Samples::I16(vec![-1])));
        assert_eq!(of(12, 11, true, 0xf7ff), Some(Samples::I16(vec![2_047])));
        assert_eq!(of(12, 15, false, 0xabcd), Some(Samples::U16(vec![0xabc])));
        assert_eq!(of(12, 15, true, 0xfff0), Some(Samples::I16(vec![-1])));
        assert_eq!(of(16, 15, true, 0x8000), Some(Samples::I16(vec![i16::MIN])));
    }
}
