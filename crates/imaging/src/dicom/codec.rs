//! Who decodes what.

use super::image::ImageDescription;
use super::samples::FrameError;
use super::{jpeg, jpeg_ls, jpeg2000, native, rle};

/// What the pixels of a transfer syntax are compressed with (PS3.5, annex A).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Rle,
    /// Baseline, extended, lossless.
    Jpeg,
    JpegLs,
    /// And its high-throughput coding.
    Jpeg2000,
}

impl Codec {
    /// Nothing for one that is not read.
    pub(super) fn of(syntax: &str) -> Option<Self> {
        Some(match syntax {
            "1.2.840.10008.1.2.5" => Self::Rle,
            "1.2.840.10008.1.2.4.50"
            | "1.2.840.10008.1.2.4.51"
            | "1.2.840.10008.1.2.4.53"
            | "1.2.840.10008.1.2.4.55"
            | "1.2.840.10008.1.2.4.57"
            | "1.2.840.10008.1.2.4.70" => Self::Jpeg,
            "1.2.840.10008.1.2.4.80" | "1.2.840.10008.1.2.4.81" => Self::JpegLs,
            "1.2.840.10008.1.2.4.90"
            | "1.2.840.10008.1.2.4.91"
            | "1.2.840.10008.1.2.4.201"
            | "1.2.840.10008.1.2.4.202"
            | "1.2.840.10008.1.2.4.203" => Self::Jpeg2000,
            _ => return None,
        })
    }

    /// A frame as little-endian values, pixel by pixel.
    pub(super) fn decode(
        self,
        code: &[u8],
        description: &ImageDescription,
    ) -> Result<Vec<u8>, FrameError> {
        match self {
            Self::Rle => rle::decode(code, description),
            Self::Jpeg => jpeg::decode(code, description),
            Self::JpegLs => {
                let values = jpeg_ls::decode(code, description)?;
                if description.samples_per_pixel > 1 && jpeg_ls::is_planar(code) {
                    return Ok(native::by_pixel(&values, description));
                }
                Ok(values)
            }
            Self::Jpeg2000 => jpeg2000::decode(code, description),
        }
    }
}
