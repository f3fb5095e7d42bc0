//! Numbers of colours to colours (PS3.3, C.7.6.3.1.5 and C.7.6.3.1.6).

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

/// Entries of a palette, at most (16 bits).
const MOST_ENTRIES: usize = 1 << 16;

/// Red, green and blue of each number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Palette {
    first: i64,
    colours: Vec<[u8; 3]>,
}

impl Palette {
    /// Nothing where one of the three is missing, or is written in segments (C.7.9.2) that lead nowhere.
    pub(super) fn of(object: &InMemDicomObject) -> Option<Self> {
        let red = channel(
            object,
            tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            tags::SEGMENTED_RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?;
        let green = channel(
            object,
            tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            tags::SEGMENTED_GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?;
        let blue = channel(
            object,
            tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            tags::SEGMENTED_BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?;
        let parts = red.1.iter().zip(&green.1).zip(&blue.1);
        let colours: Vec<[u8; 3]> = parts.map(|((r, g), b)| [*r, *g, *b]).collect();
        (!colours.is_empty()).then_some(Self {
            first: red.0,
            colours,
        })
    }

    /// The colour of a number; one below or above those that there are has the first or the last (C.7.6.3.1.5).
    pub(super) fn colour(&self, number: i64) -> [u8; 3] {
        let last = self.colours.len() - 1;
        let at = usize::try_from(number - self.first).unwrap_or(0).min(last);
        self.colours.get(at).copied().unwrap_or_default()
    }
}

/// The first number, and the values of this colour.
fn channel(
    object: &InMemDicomObject,
    descriptor: Tag,
    data: Tag,
    segmented: Tag,
) -> Option<(i64, Vec<u8>)> {
    let descriptor = object.element(descriptor).ok()?;
    let descriptor = descriptor.to_multi_int::<i32>().ok()?;
    let &[entries, first, bits] = descriptor.as_slice() else {
        return None;
    };
    // Unsigned where the file writes them otherwise; none means all of 16 bits.
    let entries = match usize::from(u16::try_from(entries & 0xffff).ok()?) {
        0 => MOST_ENTRIES,
        entries => entries,
    };
    let table = |tag: Tag| Some(object.element(tag).ok()?.to_bytes().ok()?.into_owned());
    let bytes = match table(data) {
        Some(bytes) => bytes,
        None => unfolded(&table(segmented)?, bits, entries)?,
    };
    let mut values: Vec<u8> = if bits == 8 && bytes.len() < entries * 2 {
        bytes
    } else {
        // The high byte of a word. Values of 8 bits in words lie low (C.7.6.3.1.6).
        let byte = usize::from(bits != 8);
        let words = bytes.as_chunks::<2>().0.iter();
        words.filter_map(|word| word.get(byte).copied()).collect()
    };
    values.truncate(entries);
    Some((first.into(), values))
}

/// Segments to values: discrete ones, lines, and repetitions (C.7.9.2).
fn unfolded(bytes: &[u8], bits: i32, entries: usize) -> Option<Vec<u8>> {
    let words: Vec<u16> = if bits == 8 {
        bytes.iter().map(|byte| u16::from(*byte)).collect()
    } else {
        let words = bytes.as_chunks().0.iter().copied();
        words.map(u16::from_le_bytes).collect()
    };
    let mut values: Vec<u16> = Vec::with_capacity(entries);
    let mut at = 0;
    while at + 1 < words.len() && values.len() < entries {
        at = segment(&words, at, &mut values, true)?;
    }
    let wide = |value: &u16| {
        if bits == 8 {
            value.to_le_bytes().get(..1).unwrap_or_default().to_vec()
        } else {
            value.to_le_bytes().to_vec()
        }
    };
    Some(values.iter().flat_map(wide).collect())
}

/// One segment; where the next begins. Of a repetition the segments are not repetitions themselves.
fn segment(words: &[u16], at: usize, values: &mut Vec<u16>, may_repeat: bool) -> Option<usize> {
    let &[kind, length] = words.get(at..at + 2)? else {
        return None;
    };
    let count = usize::from(length);
    if values.len() + count > MOST_ENTRIES {
        return None;
    }
    match kind {
        0 => {
            values.extend(words.get(at + 2..at + 2 + count)?);
            Some(at + 2 + count)
        }
        1 => {
            let (from, to) = (f64::from(*values.last()?), f64::from(*words.get(at + 2)?));
            for step in 1..=length {
                let value = from + (to - from) * f64::from(step) / f64::from(length);
                values.push(near(value));
            }
            Some(at + 3)
        }
        2 if may_repeat => {
            let &[low, high] = words.get(at + 2..at + 4)? else {
                return None;
            };
            // In bytes of words of 16 bits.
            let mut from = (usize::from(low) | usize::from(high) << 16) / 2;
            for _ in 0..count {
                from = segment(words, from, values, false)?;
            }
            Some(at + 4)
        }
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between two values of 16 bits"
)]
fn near(value: f64) -> u16 {
    value.round() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C.7.9.2: two values as they are, a line of three, and both again.
    #[test]
    fn segments_unfold_to_values() {
        let words: [u16; 11] = [0, 2, 10, 20, 1, 3, 50, 2, 2, 0, 0];
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let values = unfolded(&bytes, 16, 100).unwrap_or_default();
        let values: Vec<u16> = values
            .as_chunks()
            .0
            .iter()
            .map(|word| u16::from_le_bytes(*word))
            .collect();
        assert_eq!(values, [10, 20, 30, 40, 50, 10, 20, 30, 40, 50]);
        assert!(
            unfolded(&[1, 0, 3, 0, 50, 0], 16, 9).is_none(),
            "no value yet"
        );
    }

    #[test]
    fn numbers_beyond_a_palette_have_its_ends() {
        let palette = Palette {
            first: 10,
            colours: vec![[1; 3], [2; 3]],
        };
        let colours = [9, 10, 11, 99].map(|number| palette.colour(number)[0]);
        assert_eq!(colours, [1, 1, 2, 2]);
    }
}
