//! An encoded page, and whether it is what the child says it is.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What the bytes of an [`EncodedPage`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediaType {
    /// Baseline JPEG of three components, sRGB.
    Jpeg,
    /// PNG of 8-bit RGB, sRGB.
    Png,
}

impl MediaType {
    /// The media type by its registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// A page as the window shows it; its bytes are wiped when dropped.
#[derive(Clone)]
pub struct EncodedPage {
    /// What `bytes` are.
    pub media_type: MediaType,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The encoded image.
    pub bytes: Zeroizing<Vec<u8>>,
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

impl EncodedPage {
    /// Whether the header of `bytes` agrees with the rest: the window then decodes an image of this
    /// kind and size, not whatever a subverted child would like it to.
    pub(crate) fn agrees_with_its_header(&self) -> bool {
        let size = match self.media_type {
            MediaType::Jpeg => jpeg_size(&self.bytes),
            MediaType::Png => png_size(&self.bytes),
        };
        size == Some((self.width, self.height))
    }
}

/// Size in the header of a PNG of 8-bit RGB or grey without interlacing (PNG 11.2.1).
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR")?;
    let (width, rest) = header.split_first_chunk::<4>()?;
    let (height, rest) = rest.split_first_chunk::<4>()?;
    let is_ours = [2, 0]
        .iter()
        .any(|&colour| rest.starts_with(&[8, colour, 0, 0, 0]));
    is_ours.then(|| (u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// Size in the frame header of a baseline JPEG of three 8-bit components, or one, which must come before
/// any scan (ITU-T T.81, B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    const BASELINE_FRAME: u8 = 0xC0;
    /// Application data and tables: all that may stand before the frame header.
    const SKIPPED: [u8; 4] = [0xC4, 0xDB, 0xDD, 0xFE];
    let mut rest = bytes.strip_prefix(b"\xFF\xD8")?;
    loop {
        let (&[0xFF, marker, high, low], segment) = rest.split_first_chunk::<4>()? else {
            return None;
        };
        if marker == BASELINE_FRAME {
            let (&[8, y1, y0, x1, x0, 1 | 3], _) = segment.split_first_chunk::<6>()? else {
                return None;
            };
            return Some((
                u16::from_be_bytes([x1, x0]).into(),
                u16::from_be_bytes([y1, y0]).into(),
            ));
        }
        if !SKIPPED.contains(&marker) && !(0xE0..=0xEF).contains(&marker) {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([high, low])).checked_sub(2)?;
        rest = segment.get(length..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(media_type: MediaType, bytes: &[u8]) -> EncodedPage {
        EncodedPage {
            media_type,
            width: 3,
            height: 2,
            bytes: Zeroizing::new(bytes.to_vec()),
        }
    }

    #[test]
    fn only_the_announced_kind_and_size_pass() {
        let jpeg = b"\xFF\xD8\xFF\xE0\0\x04JF\xFF\xC0\0\x11\x08\0\x02\0\x03\x03";
        assert!(page(MediaType::Jpeg, jpeg).agrees_with_its_header());
        assert!(!page(MediaType::Png, jpeg).agrees_with_its_header());
        let (mut grey, mut other) = (*jpeg, *jpeg);
        (grey[17], other[17]) = (1, 4);
        assert!(page(MediaType::Jpeg, &grey).agrees_with_its_header());
        assert!(!page(MediaType::Jpeg, &other).agrees_with_its_header());
        let larger = b"\xFF\xD8\xFF\xC0\0\x11\x08\xFF\xFF\0\x03\x03";
        assert!(!page(MediaType::Jpeg, larger).agrees_with_its_header());
        let progressive = b"\xFF\xD8\xFF\xC2\0\x11\x08\0\x02\0\x03\x03";
        assert!(!page(MediaType::Jpeg, progressive).agrees_with_its_header());

        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR\0\0\0\x03\0\0\0\x02\x08\x02\0\0\0";
        assert!(page(MediaType::Png, png).agrees_with_its_header());
        let (mut grey, mut palette) = (*png, *png);
        (grey[25], palette[25]) = (0, 3);
        assert!(page(MediaType::Png, &grey).agrees_with_its_header());
        assert!(!page(MediaType::Png, &palette).agrees_with_its_header());
        let mut deep = *png;
        deep[24] = 16;
        assert!(!page(MediaType::Png, &deep).agrees_with_its_header());
        for length in 0..png.len() {
            assert!(!page(MediaType::Png, &png[..length]).agrees_with_its_header());
        }
    }

    #[test]
    fn no_pixel_of_a_patient_reaches_a_log() {
        let shown = format!("{:?}", page(MediaType::Jpeg, b"\xAB\xCD"));
        assert_eq!(shown, "EncodedPage(Jpeg, 3 x 2, 2 bytes)");
    }
}
