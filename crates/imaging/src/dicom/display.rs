//! A frame as a window paints it: values of at most 16 bits and the line that leads to those of the modality, or colours.

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::facts::{FrameFacts, Groups, Rescale, Words as _};
use super::image::{ImageDescription, Photometric};
use super::palette::Palette;
use super::samples::{Frame, FrameError, Samples};
use super::window::Window;

/// Values left out of an automatic window at either end, in thousandths of them.
const OUTLIERS: u64 = 5;
/// Levels of a table of brightness: one of more entries is averaged.
const MOST_LEVELS: usize = 4_096;
/// Steps of 16 bits.
const STEPS: f64 = 65_535.0;

/// The values of a frame, pixel by pixel from its upper left corner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pixels {
    /// 8 bits.
    Grey8(Vec<u8>),
    /// 16 bits.
    Grey16(Vec<u16>),
    /// 16 bits, with a sign.
    Signed16(Vec<i16>),
    /// Red, green and blue, 8 bits each.
    Rgb(Vec<u8>),
}

/// A frame, ready to be painted.
#[derive(Clone, Debug, PartialEq)]
pub struct Display {
    /// Pixels across.
    pub columns: u32,
    /// Pixels down.
    pub rows: u32,
    /// Its values.
    pub pixels: Pixels,
    /// From them to those of the modality.
    pub rescale: Rescale,
    /// They had more than 16 bits, and were rounded.
    pub is_reduced: bool,
    /// A window that shows what there is, where the file proposes none. Says nothing of colours.
    pub automatic: Window,
    /// Levels from 0 to 255, in even steps from the lowest value of a window to its highest: what the file says of brightness, instead of a curve
    /// (VOI LUT Sequence, C.11.2.1.1).
    pub table: Option<Vec<u8>>,
}

impl Display {
    pub(super) fn of(
        frame: Frame,
        facts: &FrameFacts,
        image: &ImageDescription,
        object: &InMemDicomObject,
        index: u32,
    ) -> Result<Self, FrameError> {
        let Frame {
            columns,
            rows,
            samples_per_pixel,
            samples,
        } = frame;
        let (mut rescale, mut is_reduced) = (facts.rescale, false);
        let pixels = if image.photometric == Photometric::Palette {
            let palette = Palette::of(object).ok_or(FrameError::Damaged)?;
            let numbers = whole(&samples).ok_or(FrameError::Damaged)?;
            Pixels::Rgb(numbers.flat_map(|n| palette.colour(n)).collect())
        } else if samples_per_pixel == 3 {
            is_reduced = image.bits_stored > 8;
            Pixels::Rgb(colours(samples, image.bits_stored)?)
        } else {
            let groups = Groups::of(object, index);
            match table(groups.group(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE)) {
                Some(table) => {
                    rescale = Rescale::NONE;
                    let numbers = whole(&samples).ok_or(FrameError::Damaged)?;
                    Pixels::Grey16(numbers.map(|number| table.value(number)).collect())
                }
                None => match samples {
                    Samples::U8(values) => Pixels::Grey8(values),
                    Samples::I8(values) => {
                        Pixels::Signed16(values.into_iter().map(i16::from).collect())
                    }
                    Samples::U16(values) => Pixels::Grey16(values),
                    Samples::I16(values) => Pixels::Signed16(values),
                    Samples::U32(values) => reduced(
                        values.into_iter().map(f64::from),
                        &mut rescale,
                        &mut is_reduced,
                    ),
                    Samples::I32(values) => reduced(
                        values.into_iter().map(f64::from),
                        &mut rescale,
                        &mut is_reduced,
                    ),
                    Samples::F32(values) => reduced(
                        values.into_iter().map(f64::from),
                        &mut rescale,
                        &mut is_reduced,
                    ),
                    Samples::F64(values) => {
                        reduced(values.into_iter(), &mut rescale, &mut is_reduced)
                    }
                },
            }
        };
        let automatic = automatic(&pixels, image.bits_stored, rescale, facts.padding);
        let table = facts.has_table.then(|| {
            let group = Groups::of(object, index).group(tags::FRAME_VOILUT_SEQUENCE);
            levels(group.item(tags::VOILUT_SEQUENCE)?)
        });
        Ok(Self {
            columns,
            rows,
            pixels,
            rescale,
            is_reduced,
            automatic,
            table: table.flatten(),
        })
    }

    /// Red, green and blue of each pixel, as a viewer shows it first.
    pub(super) fn rgb(&self, facts: &FrameFacts) -> Vec<u8> {
        let window = facts.windows.first().unwrap_or(&self.automatic);
        let Rescale { slope, intercept } = self.rescale;
        let grey = |value: f64| {
            let value = value * slope + intercept;
            let level = match &self.table {
                Some(levels) => level(levels, window, value),
                None => byte(255.0 * facts.curve.brightness(window, value)),
            };
            if facts.is_inverted {
                255 - level
            } else {
                level
            }
        };
        match &self.pixels {
            Pixels::Rgb(colours) => colours.clone(),
            Pixels::Grey8(values) => {
                let levels: Vec<u8> = (0..=u8::MAX).map(|value| grey(value.into())).collect();
                painted(values.iter().map(|value| usize::from(*value)), &levels)
            }
            Pixels::Grey16(values) => {
                let levels: Vec<u8> = (0..=u16::MAX).map(|value| grey(value.into())).collect();
                painted(values.iter().map(|value| usize::from(*value)), &levels)
            }
            Pixels::Signed16(values) => {
                let levels: Vec<u8> = (i16::MIN..=i16::MAX).map(|v| grey(v.into())).collect();
                let above = |value: &i16| usize::from(value.cast_unsigned() ^ 0x8000);
                painted(values.iter().map(above), &levels)
            }
        }
    }
}

fn painted(values: impl ExactSizeIterator<Item = usize>, levels: &[u8]) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(values.len() * 3);
    for value in values {
        let level = levels.get(value).copied().unwrap_or_default();
        pixels.extend([level; 3]);
    }
    pixels
}

/// Whole numbers; nothing of real ones.
fn whole(samples: &Samples) -> Option<Box<dyn Iterator<Item = i64> + '_>> {
    Some(match samples {
        Samples::U8(values) => Box::new(values.iter().map(|value| i64::from(*value))),
        Samples::I8(values) => Box::new(values.iter().map(|value| i64::from(*value))),
        Samples::U16(values) => Box::new(values.iter().map(|value| i64::from(*value))),
        Samples::I16(values) => Box::new(values.iter().map(|value| i64::from(*value))),
        Samples::U32(values) => Box::new(values.iter().map(|value| i64::from(*value))),
        Samples::I32(values) => Box::new(values.iter().map(|value| i64::from(*value))),
        Samples::F32(_) | Samples::F64(_) => return None,
    })
}

/// Colours of 8 bits each.
fn colours(samples: Samples, bits: u32) -> Result<Vec<u8>, FrameError> {
    let highest = |value: u16| {
        let value = value >> bits.saturating_sub(8).min(8);
        u8::try_from(value).unwrap_or(u8::MAX)
    };
    match samples {
        Samples::U8(values) => Ok(values),
        Samples::U16(values) => Ok(values.into_iter().map(highest).collect()),
        _ => Err(FrameError::NoImage),
    }
}

/// Values of more than 16 bits as such of 16, and the line that leads back to them.
fn reduced(
    values: impl ExactSizeIterator<Item = f64>,
    rescale: &mut Rescale,
    is_reduced: &mut bool,
) -> Pixels {
    let values: Vec<f64> = values
        .map(|v| if v.is_finite() { v } else { 0.0 })
        .collect();
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let is_whole = values.iter().all(|value| value.fract() == 0.0);
    let step = if is_whole && highest - lowest <= STEPS {
        1.0
    } else {
        *is_reduced = true;
        ((highest - lowest) / STEPS).max(f64::MIN_POSITIVE)
    };
    *rescale = Rescale {
        slope: rescale.slope * step,
        intercept: rescale.intercept + rescale.slope * lowest,
    };
    Pixels::Grey16(values.iter().map(|v| word((v - lowest) / step)).collect())
}

/// A window over what the frame holds, but for a few of its values at either end; of 8 bits, over all that there can be.
fn automatic(pixels: &Pixels, bits: u32, rescale: Rescale, padding: Option<(i32, i32)>) -> Window {
    let mut counts = vec![0_u32; 1 << 16];
    let mut count = |at: u16| {
        if let Some(count) = counts.get_mut(usize::from(at)) {
            *count = count.wrapping_add(1);
        }
    };
    let lowest = match pixels {
        Pixels::Grey8(_) | Pixels::Rgb(_) => {
            let highest = (1_u32 << bits.clamp(1, 8)) - 1;
            return window(0.0, highest.into(), rescale);
        }
        Pixels::Grey16(values) => {
            values.iter().copied().for_each(&mut count);
            0_i32
        }
        Pixels::Signed16(values) => {
            let above = |value: i16| value.cast_unsigned() ^ 0x8000;
            values.iter().copied().map(above).for_each(&mut count);
            i32::from(i16::MIN)
        }
    };
    if let Some((low, high)) = padding {
        let at = |value: i32| usize::try_from(value.saturating_sub(lowest)).unwrap_or(0);
        let beyond = at(high.saturating_add(1)).min(counts.len());
        if let Some(counts) = counts.get_mut(at(low)..beyond) {
            counts.fill(0);
        }
    }
    let lowest = f64::from(lowest);
    let all: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    let beyond = all * OUTLIERS / 1_000;
    let counts = (0..=u16::MAX).zip(counts.iter().copied());
    let low = past(counts.clone(), beyond);
    let high = past(counts.rev(), beyond);
    window(low + lowest, high.max(low) + lowest, rescale)
}

/// The first value that more than so many are before, or at.
fn past(counts: impl Iterator<Item = (u16, u32)>, beyond: u64) -> f64 {
    let mut passed = 0;
    let mut found = counts.skip_while(|(_, count)| {
        passed += u64::from(*count);
        passed <= beyond
    });
    found.next().map_or(0.0, |(at, _)| f64::from(at))
}

/// The window from one value of the file to another.
fn window(low: f64, high: f64, rescale: Rescale) -> Window {
    let of_modality = |value: f64| value * rescale.slope + rescale.intercept;
    let (one, other) = (of_modality(low), of_modality(high));
    let width = (other - one).abs() + rescale.slope.abs();
    Window {
        center: one.min(other) + width / 2.0,
        width,
        name: String::new(),
    }
}

/// Modality LUT Sequence (C.11.1): where the values of the file lead to those of the modality by no line.
struct Table {
    first: i64,
    values: Vec<u16>,
}

impl Table {
    fn value(&self, number: i64) -> u16 {
        let last = self.values.len() - 1;
        let at = usize::try_from(number - self.first).unwrap_or(0).min(last);
        self.values.get(at).copied().unwrap_or_default()
    }
}

fn table(object: &InMemDicomObject) -> Option<Table> {
    let item = object.item(tags::MODALITY_LUT_SEQUENCE)?;
    let &[_, first, _] = item.reals(tags::LUT_DESCRIPTOR).as_slice() else {
        return None;
    };
    let values = item.element(tags::LUT_DATA).ok()?.to_bytes().ok()?;
    let words = values.as_chunks().0.iter().copied();
    let values: Vec<u16> = words.map(u16::from_le_bytes).collect();
    (!values.is_empty()).then_some(Table {
        first: long(first),
        values,
    })
}

/// The levels of a VOI LUT.
fn levels(item: &InMemDicomObject) -> Option<Vec<u8>> {
    let &[entries, _, bits] = item.reals(tags::LUT_DESCRIPTOR).as_slice() else {
        return None;
    };
    let data = item.element(tags::LUT_DATA).ok()?.to_bytes().ok()?;
    let entries = match usize::from(word(entries.rem_euclid(STEPS + 1.0))) {
        0 => 1 << 16,
        entries => entries,
    };
    // Entries of 8 bits may lie two in a word.
    let values: Vec<u32> = if bits <= 8.0 && data.len() < entries * 2 {
        data.iter().map(|value| u32::from(*value)).collect()
    } else {
        let words = data.as_chunks().0.iter().copied();
        words.map(|word| u16::from_le_bytes(word).into()).collect()
    };
    let values = values.get(..entries)?;
    // Some tables hold more than they say that they do.
    let told = (1_u32 << byte(bits).clamp(1, 16)) - 1;
    let highest = values.iter().copied().fold(told, u32::max);
    let level = |of: &[u32]| {
        let sum: u64 = of.iter().map(|value| u64::from(*value)).sum();
        let count = of.len() as u64 * u64::from(highest);
        u8::try_from((sum * 255 + count / 2) / count).unwrap_or(u8::MAX)
    };
    let each = entries.div_ceil(MOST_LEVELS);
    (entries > 1).then(|| values.chunks(each).map(level).collect())
}

/// The level of a value in a window from the first entry of a table to its last one.
#[expect(clippy::cast_precision_loss, reason = "a few thousand")]
fn level(levels: &[u8], window: &Window, value: f64) -> u8 {
    let last = levels.len().saturating_sub(1);
    let lowest = window.center - window.width / 2.0;
    let along = (value - lowest) / (window.width - 1.0).max(f64::MIN_POSITIVE);
    let at = usize::from(word((along * last as f64).clamp(0.0, STEPS)));
    levels.get(at.min(last)).copied().unwrap_or_default()
}

#[expect(clippy::cast_possible_truncation, reason = "saturates")]
fn long(value: f64) -> i64 {
    value as i64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, from 0 on"
)]
fn word(value: f64) -> u16 {
    value.round() as u16
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, from 0 on"
)]
fn byte(value: f64) -> u8 {
    value.round() as u8
}
