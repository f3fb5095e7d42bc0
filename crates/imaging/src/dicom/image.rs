//! What a data set says of its image (PS3.3, C.7.6.3).

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

/// Values of one frame; those of a digitised film are less. Fewer under a fuzzer, which would only try how long they take.
const MOST_SAMPLES: u64 = if cfg!(fuzzing) { 1 << 20 } else { 256 << 20 };

/// What the samples of a pixel mean (C.7.6.3.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Photometric {
    /// The lowest value is white.
    Monochrome1,
    /// The lowest value is black.
    Monochrome2,
    /// Each value is the number of a colour.
    Palette,
    /// Red, green and blue.
    Rgb,
    /// Luminance and two differences, of every pixel.
    YbrFull,
    /// The same, of which two neighbours share the differences.
    YbrFull422,
    /// The transform of JPEG 2000 without loss; its decoder gives red, green and blue.
    YbrRct,
    /// The transform of JPEG 2000 with loss; the same.
    YbrIct,
}

impl Photometric {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "MONOCHROME1" => Self::Monochrome1,
            "MONOCHROME2" => Self::Monochrome2,
            "PALETTE COLOR" => Self::Palette,
            "RGB" => Self::Rgb,
            "YBR_FULL" => Self::YbrFull,
            "YBR_FULL_422" => Self::YbrFull422,
            "YBR_RCT" => Self::YbrRct,
            "YBR_ICT" => Self::YbrIct,
            _ => return None,
        })
    }
}

impl Photometric {
    /// Values of a pixel.
    fn samples(self) -> u32 {
        match self {
            Self::Monochrome1 | Self::Monochrome2 | Self::Palette => 1,
            Self::Rgb | Self::YbrFull | Self::YbrFull422 | Self::YbrRct | Self::YbrIct => 3,
        }
    }
}

/// The image of a file: how its frames are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageDescription {
    /// Pixels across.
    pub columns: u32,
    /// Pixels down.
    pub rows: u32,
    /// Frames, at least one.
    pub frames: u32,
    /// Values of a pixel: one, or three.
    pub samples_per_pixel: u32,
    /// What they mean.
    pub photometric: Photometric,
    /// Bits that a value takes in the file: 1, 8, 16, 32 or 64.
    pub bits_allocated: u32,
    /// Of which it uses so many.
    pub bits_stored: u32,
    /// The highest of them.
    pub high_bit: u32,
    /// Values may be negative.
    pub signed: bool,
    /// The values of one colour follow each other, instead of those of one pixel.
    pub planar: bool,
}

impl ImageDescription {
    /// Nothing when something that must be there is not, or holds nothing that can be.
    pub(super) fn of(object: &InMemDicomObject) -> Option<Self> {
        let number = |tag: Tag| object.element(tag).ok()?.to_int::<u32>().ok();
        let text = |tag: Tag| Some(object.element(tag).ok()?.to_str().ok()?.trim().to_owned());
        let samples_per_pixel = number(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
        let bits_allocated = number(tags::BITS_ALLOCATED)?;
        let bits_stored = number(tags::BITS_STORED).unwrap_or(bits_allocated);
        let word = text(tags::PHOTOMETRIC_INTERPRETATION);
        let description = Self {
            columns: number(tags::COLUMNS)?,
            rows: number(tags::ROWS)?,
            frames: number(tags::NUMBER_OF_FRAMES).unwrap_or(1).max(1),
            samples_per_pixel,
            photometric: Photometric::of(word.as_deref()?)?,
            bits_allocated,
            bits_stored,
            high_bit: number(tags::HIGH_BIT).unwrap_or(bits_stored.wrapping_sub(1)),
            signed: number(tags::PIXEL_REPRESENTATION) == Some(1),
            planar: number(tags::PLANAR_CONFIGURATION) == Some(1),
        };
        description.holds_together().then_some(description)
    }

    fn holds_together(&self) -> bool {
        let samples = u64::from(self.columns) * u64::from(self.rows);
        let samples = samples.saturating_mul(u64::from(self.samples_per_pixel));
        (1..=MOST_SAMPLES).contains(&samples)
            && self.samples_per_pixel == self.photometric.samples()
            && (self.bits_allocated == 8 || self.photometric != Photometric::YbrFull422)
            && (self.bits_allocated > 1 || self.samples_per_pixel == 1)
            && matches!(self.bits_allocated, 1 | 8 | 16 | 32 | 64)
            && (1..=self.bits_allocated).contains(&self.bits_stored)
            && self.high_bit < self.bits_allocated
            && self.high_bit + 1 >= self.bits_stored
    }

    /// Whether it is shown in colour.
    pub(super) fn is_colour(&self) -> bool {
        self.samples_per_pixel > 1 || self.photometric == Photometric::Palette
    }

    /// Pixels of a frame.
    pub(super) fn pixels(&self) -> usize {
        self.columns as usize * self.rows as usize
    }

    /// Values of a frame.
    pub(super) fn values(&self) -> usize {
        self.pixels() * self.samples_per_pixel as usize
    }

    /// Bytes of a value.
    pub(super) fn width(&self) -> usize {
        self.bits_allocated.div_ceil(8) as usize
    }
}
