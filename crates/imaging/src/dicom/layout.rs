//! Where the data set begins, how it is written, and where its pixels lie.

use std::collections::HashSet;
use std::io::{self, Read, Seek};
use std::ops::Range;

use dicom_core::dictionary::{DataDictionary as _, DataDictionaryEntry as _, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;

use super::source::Source;

/// Implicit VR Little Endian.
pub(super) const IMPLICIT: &str = "1.2.840.10008.1.2";
/// Explicit VR Little Endian.
pub(super) const EXPLICIT: &str = "1.2.840.10008.1.2.1";
/// Explicit VR Big Endian, retired.
pub(super) const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";
/// Deflated Explicit VR Little Endian.
pub(super) const DEFLATED: &str = "1.2.840.10008.1.2.1.99";

/// Sequences within sequences; more is not followed.
const DEEPEST: usize = 64;
/// Fragments of an image; a film of an hour has half as many.
const MOST_FRAGMENTS: usize = 200_000;
/// A length that is not told (PS3.5, 7.1.1).
const UNDEFINED: u32 = u32::MAX;

/// A tag as one number, group first.
type Number = u32;
const TRANSFER_SYNTAX: Number = 0x0002_0010;
const ITEM: Number = 0xfffe_e000;
const END_OF_ITEM: Number = 0xfffe_e00d;
const END_OF_SEQUENCE: Number = 0xfffe_e0dd;
const FLOAT_PIXEL_DATA: Number = 0x7fe0_0008;
const DOUBLE_PIXEL_DATA: Number = 0x7fe0_0009;
const PIXEL_DATA: Number = 0x7fe0_0010;

/// How elements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encoding {
    pub(super) explicit: bool,
    pub(super) big_endian: bool,
}

impl Encoding {
    /// That of one of the three.
    pub(super) fn of(syntax: &str) -> Self {
        Self {
            explicit: syntax != IMPLICIT,
            big_endian: syntax == BIG_ENDIAN,
        }
    }

    fn word(self, bytes: [u8; 2]) -> u16 {
        if self.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        }
    }

    fn long(self, bytes: [u8; 4]) -> u32 {
        if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }
}

/// What pixels are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PixelNumbers {
    Whole,
    Float,
    Double,
}

/// Where the pixels are.
#[derive(Clone, Copy, Debug)]
pub(super) struct PixelData {
    pub(super) kind: PixelNumbers,
    /// Written as 16-bit words, whatever they hold.
    pub(super) words: bool,
    pub(super) from: u64,
    /// Nothing when it is in fragments.
    pub(super) length: Option<u64>,
}

/// A data set.
pub(super) struct Layout {
    /// Where its elements lie, without its pixels and without those that hold more than they have room for.
    pub(super) elements: Vec<Range<u64>>,
    pub(super) pixels: Option<PixelData>,
}

/// Where the data set begins and the transfer syntax that group 0002 tells, whatever else is wrong in it (PS3.10, 7.1). The group may
/// lack its preamble, or be missing.
pub(super) fn meta<S: Read + Seek>(source: &mut Source<S>) -> io::Result<(u64, Option<String>)> {
    let mut at = if source.peek(128)? == Some(*b"DICM") {
        132
    } else if source.peek(0)? == Some(*b"DICM") {
        4
    } else {
        0
    };
    let mut syntax = None;
    while let Some([2, 0, rest @ ..]) = source.peek::<6>(at)? {
        // Explicit by the standard; seen otherwise.
        let encoding = Encoding {
            explicit: rest[2].is_ascii_uppercase() && rest[3].is_ascii_uppercase(),
            big_endian: false,
        };
        let Some(element) = element(source, at, encoding)? else {
            break;
        };
        let (Some(length), from) = (element.length, element.from) else {
            break;
        };
        if element.number == TRANSFER_SYNTAX && length <= 128 {
            let bytes = source.read(from, usize::try_from(length).unwrap_or(0))?;
            let text = String::from_utf8_lossy(&bytes);
            syntax = Some(text.trim_end_matches(['\0', ' ']).to_owned());
        }
        at = from + length;
    }
    Ok((at, syntax))
}

/// How a data set is written, from its first element, whatever its transfer syntax tells: the two differ in files of real discs. Nothing
/// if it does not look like one.
pub(super) fn guess<S: Read + Seek>(
    source: &mut Source<S>,
    at: u64,
) -> io::Result<Option<&'static str>> {
    let Some([a, b, _, _, v, r]) = source.peek::<6>(at)? else {
        return Ok(None);
    };
    let explicit = v.is_ascii_uppercase() && r.is_ascii_uppercase();
    // Data sets begin with a low group.
    Ok(match (a, b) {
        (0, 1..=0x50) if explicit => Some(BIG_ENDIAN),
        (1..=0x50, 0) if explicit => Some(EXPLICIT),
        (1..=0x50, 0) => Some(IMPLICIT),
        _ => None,
    })
}

struct Element {
    number: Number,
    vr: Option<[u8; 2]>,
    from: u64,
    /// Within the file; nothing if it is not told.
    length: Option<u64>,
}

/// The element at this place; nothing if there is none that the file has whole.
fn element<S: Read + Seek>(
    source: &mut Source<S>,
    at: u64,
    encoding: Encoding,
) -> io::Result<Option<Element>> {
    let head = source.peek::<8>(at)?;
    let pairs = head.as_ref().map(|head| head.as_chunks::<2>().0);
    let Some(&[group, number, vr, short]) = pairs else {
        return Ok(None);
    };
    let number = u32::from(encoding.word(group)) << 16 | u32::from(encoding.word(number));
    // Items and their ends have no VR (PS3.5, 7.5).
    let explicit = encoding.explicit && number >> 16 != ITEM >> 16;
    let (vr, from, length) = if !explicit {
        let length = [vr[0], vr[1], short[0], short[1]];
        (None, at + 8, encoding.long(length))
    } else if is_long(vr) {
        let Some(length) = source.peek::<4>(at + 8)? else {
            return Ok(None);
        };
        (Some(vr), at + 12, encoding.long(length))
    } else {
        (Some(vr), at + 8, encoding.word(short).into())
    };
    let length = (length != UNDEFINED).then_some(u64::from(length));
    Ok(Some(Element {
        number,
        vr,
        from,
        length,
    }))
}

/// Those whose length has four bytes (PS3.5, 7.1.2): all but some, also those that the standard does not know yet.
fn is_long(vr: [u8; 2]) -> bool {
    const SHORT: [&[u8; 2]; 21] = [
        b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN",
        b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US",
    ];
    !SHORT.contains(&&vr)
}

/// Whether the standard knows it (PS3.5, 6.2).
fn is_vr(vr: [u8; 2]) -> bool {
    const LONG: [&[u8; 2]; 13] = [
        b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV",
    ];
    !is_long(vr) || LONG.contains(&&vr)
}

/// Walks the elements of a data set up to its pixels. What follows an element that the file does not have whole is left out, and so is
/// a sequence whose items do not fit into it, lie too deep, or are of unknown kind: whoever reads the elements afterwards believes their
/// lengths.
pub(super) fn layout<S: Read + Seek>(
    source: &mut Source<S>,
    begins: u64,
    encoding: Encoding,
) -> io::Result<Layout> {
    let end = source.length();
    let (mut elements, mut from, mut at, mut last) = (Vec::new(), begins, begins, 0);
    let (mut seen, mut is_broken) = (HashSet::new(), false);
    let pixels = loop {
        let Some(element) = element(source, at, encoding)? else {
            break None;
        };
        let kind = match element.number {
            PIXEL_DATA => Some(PixelNumbers::Whole),
            FLOAT_PIXEL_DATA => Some(PixelNumbers::Float),
            DOUBLE_PIXEL_DATA => Some(PixelNumbers::Double),
            _ => None,
        };
        if let Some(kind) = kind {
            let left = end.saturating_sub(element.from);
            break Some(PixelData {
                kind,
                words: element.vr.is_none_or(|vr| vr == *b"OW"),
                from: element.from,
                length: element.length.map(|length| length.min(left)),
            });
        }
        // Elements lie in order: what does not is one only if it says what it is, as some writers' do, was not there before, and cannot be a
        // part of what was left out.
        let is_new = seen.insert(element.number);
        let says_so = is_new && !is_broken && element.vr.is_some_and(is_vr);
        let is_element = element.number >= last || says_so;
        if !is_element || element.number >> 16 == ITEM >> 16 {
            break None;
        }
        last = element.number;
        match after(source, &element, encoding, end, DEEPEST)? {
            After::Whole(next) => at = next,
            After::Broken(Some(next)) => {
                elements.push(from..at);
                (from, at) = (next, next);
                is_broken = true;
            }
            After::Broken(None) => break None,
        }
    };
    elements.push(from..at);
    elements.retain(|range| !range.is_empty());
    Ok(Layout { elements, pixels })
}

/// What comes after an element.
enum After {
    /// It holds together, and the next one begins here.
    Whole(u64),
    /// It does not; where the next one begins, if that can be told.
    Broken(Option<u64>),
}

/// Where the element after this one begins. What lies before `end` is all that there is.
fn after<S: Read + Seek>(
    source: &mut Source<S>,
    element: &Element,
    encoding: Encoding,
    end: u64,
    deeper: usize,
) -> io::Result<After> {
    let next = element.length.map(|length| element.from + length);
    if next.is_some_and(|next| next > end) {
        return Ok(After::Broken(None));
    }
    if let (Some(next), Some(length)) = (next, element.length)
        && !is_sequence(element)
    {
        // Of numbers that do not come out even, what is left over would be taken for the next element.
        return Ok(
            if length.is_multiple_of(width(element)) && !is_mistaken(element) {
                After::Whole(next)
            } else {
                After::Broken(Some(next))
            },
        );
    }
    if let (Some(b"OB" | b"OW"), None) = (element.vr.as_ref(), next) {
        // Pixels within a sequence: an icon. Fragments are no items, and whoever needs the icon does not read it here.
        return Ok(After::Broken(past_fragments(source, element.from, end)?));
    }
    if is_mistaken(element) {
        return Ok(After::Broken(next));
    }
    let Some(deeper) = deeper.checked_sub(1) else {
        return Ok(After::Broken(next));
    };
    // Of an unknown VR the content is implicit, little endian (PS3.5, 6.2.2, note 2).
    let is_unknown = |vr: [u8; 2]| vr == *b"UN" || !is_vr(vr);
    let inside = if element.vr.is_some_and(is_unknown) {
        Encoding::of(IMPLICIT)
    } else {
        encoding
    };
    let (mut at, end) = (element.from, next.unwrap_or(end));
    // Items of what is no sequence by its VR or the dictionary are read otherwise by others: nothing that is looked for is written so.
    let mut holds = is_sequence(element);
    loop {
        if next == Some(at) {
            break;
        }
        let Some(item) = self::element(source, at, inside)? else {
            return Ok(After::Broken(next));
        };
        let item_end = item.length.map(|length| item.from + length);
        match (item.number, next) {
            (END_OF_SEQUENCE, None) => {
                at = item.from;
                break;
            }
            (ITEM, _) if item_end.is_none_or(|item_end| item_end <= end) => {}
            _ => return Ok(After::Broken(next)),
        }
        at = item.from;
        loop {
            if item_end == Some(at) {
                break;
            }
            let Some(element) = self::element(source, at, inside)? else {
                return Ok(After::Broken(next));
            };
            if element.number == END_OF_ITEM && item_end.is_none() {
                at = element.from;
                break;
            }
            // An end that is none here is one to whoever reads it.
            if element.number >> 16 == ITEM >> 16 {
                return Ok(After::Broken(next));
            }
            match after(source, &element, inside, item_end.unwrap_or(end), deeper)? {
                After::Whole(next) => at = next,
                After::Broken(Some(next)) => {
                    holds = false;
                    at = next;
                }
                After::Broken(None) => return Ok(After::Broken(next)),
            }
        }
    }
    Ok(if holds {
        After::Whole(at)
    } else {
        After::Broken(Some(at))
    })
}

/// Where fragments end (PS3.5, A.4); nothing if they do not before `end`.
fn past_fragments<S: Read + Seek>(
    source: &mut Source<S>,
    from: u64,
    end: u64,
) -> io::Result<Option<u64>> {
    let mut at = from;
    while let Some(item) = element(source, at, Encoding::of(EXPLICIT))? {
        match (item.number, item.length) {
            (END_OF_SEQUENCE, _) => return Ok(Some(item.from)),
            (ITEM, Some(length)) if item.from + length <= end => at = item.from + length,
            _ => break,
        }
    }
    Ok(None)
}

/// What an element is read as: where it does not say so itself, the standard's dictionary does.
fn kind(element: &Element) -> VR {
    if let Some(vr) = element.vr {
        return VR::from_binary(vr).unwrap_or(VR::UN);
    }
    entry(element).map_or(VR::UN, VirtualVr::relaxed)
}

/// Of some elements the standard says that they are words with a sign or without one, as the pixels are: whoever reads them does so where
/// pixels have signs, whatever the element says that it is.
fn is_mistaken(element: &Element) -> bool {
    let is_word = entry(element).is_some_and(|vr| vr == VirtualVr::Xs);
    is_word && (kind(element) == VR::SQ || element.length.is_none_or(|length| length % 2 != 0))
}

/// What the standard's dictionary says of an element.
fn entry(element: &Element) -> Option<VirtualVr> {
    let [a, b, c, d] = element.number.to_be_bytes();
    let tag = Tag(u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    let entry = StandardDataDictionary.by_tag(tag)?;
    Some(entry.vr())
}

/// Whether it is read as items.
fn is_sequence(element: &Element) -> bool {
    kind(element) == VR::SQ
}

/// Bytes of one of its numbers.
fn width(element: &Element) -> u64 {
    match kind(element) {
        VR::OW | VR::SS | VR::US => 2,
        VR::AT | VR::FL | VR::OF | VR::OL | VR::SL | VR::UL => 4,
        VR::FD | VR::OD | VR::OV | VR::SV | VR::UV => 8,
        _ => 1,
    }
}

/// The fragments of pixels: where each lies, the first being the table of offsets (PS3.5, A.4). What the file does not have whole is
/// left out.
pub(super) fn fragments<S: Read + Seek>(
    source: &mut Source<S>,
    from: u64,
) -> io::Result<Vec<(u64, u64)>> {
    let mut found = Vec::new();
    let mut at = from;
    while let Some(item) = element(source, at, Encoding::of(EXPLICIT))? {
        let (ITEM, Some(length)) = (item.number, item.length) else {
            break;
        };
        let next = item.from + length;
        if next > source.length() || found.len() == MOST_FRAGMENTS {
            break;
        }
        found.push((item.from, length));
        at = next;
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests: a failure is a panic")]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// An element of group 0008, explicit, little endian.
    fn explicit(number: u8, vr: [u8; 2], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap();
        let mut bytes = vec![8, 0, number, 0, vr[0], vr[1], 0, 0];
        bytes.extend(length.to_le_bytes());
        bytes.extend(content);
        bytes
    }

    fn item(content: &[u8], told: u32) -> Vec<u8> {
        let mut bytes = vec![0xfe, 0xff, 0, 0xe0];
        bytes.extend(told.to_le_bytes());
        bytes.extend(content);
        bytes
    }

    fn elements(bytes: &[u8]) -> Vec<(u64, u64)> {
        let mut source = Source::new(Cursor::new(bytes)).unwrap();
        let layout = layout(&mut source, 0, Encoding::of(EXPLICIT)).unwrap();
        let ranges = layout.elements.into_iter();
        ranges.map(|range| (range.start, range.end)).collect()
    }

    /// What an item says of its length is believed by whoever reads it: one that says too much is left out, and what follows is read.
    #[test]
    fn r55_a_sequence_that_holds_more_than_it_has_room_for_is_left_out() {
        let value = explicit(0x50, *b"UT", b"value ");
        let length = value.len() as u64;
        let told = u32::try_from(value.len()).unwrap();
        for (told, holds) in [(told, true), (told + 2, false), (u32::MAX, false)] {
            let sequence = explicit(0x10, *b"SQ", &item(&value, told));
            let before = explicit(8, *b"UT", b"before");
            let bytes = [before.as_slice(), &sequence, &value].concat();
            let end = bytes.len() as u64;
            let ranges = if holds {
                vec![(0, end)]
            } else {
                vec![(0, before.len() as u64), (end - length, end)]
            };
            assert_eq!(elements(&bytes), ranges, "{told}");
        }
    }

    /// A length of two bytes is taken for one of four by whoever reads the element, or the other way round.
    #[test]
    fn r55_what_is_of_an_unknown_kind_has_a_length_of_four_bytes() {
        let known = explicit(0x10, *b"UT", b"value ");
        let mut unknown = explicit(0x20, *b"ZZ", b"value ");
        let whole = [known.as_slice(), &unknown].concat();
        assert_eq!(elements(&whole), [(0, whole.len() as u64)]);
        // Two gigabytes of it, in a file of 36 bytes.
        unknown.splice(8..12, 0x7fff_fff0_u32.to_le_bytes());
        let cut = [known.as_slice(), &unknown].concat();
        assert_eq!(elements(&cut), [(0, known.len() as u64)]);
    }

    #[test]
    fn r55_numbers_that_do_not_come_out_even_are_left_out() {
        let known = explicit(0x10, *b"UT", b"value ");
        for (vr, width) in [(*b"AT", 4), (*b"UL", 4), (*b"OW", 2), (*b"FD", 8)] {
            for bytes in [width - 1, width, width + 1] {
                let mut odd = explicit(0x20, vr, &vec![0; bytes]);
                if !is_long(vr) {
                    odd.splice(6..12, u16::try_from(bytes).unwrap().to_le_bytes());
                }
                let [from, end] = [known.len() as u64, (known.len() + odd.len()) as u64];
                let all = end + from;
                let ranges = if bytes == width {
                    vec![(0, all)]
                } else {
                    vec![(0, from), (end, all)]
                };
                let mut last = known.clone();
                last[2] = 0x30;
                let file = [known.as_slice(), &odd, &last].concat();
                assert_eq!(elements(&file), ranges, "{vr:?} {bytes}");
            }
        }
    }

    /// Ends of items whose length is told, and words that say that they are something else, are read otherwise by others.
    #[test]
    fn r55_what_others_would_step_over_differently_is_left_out() {
        let before = explicit(8, *b"UT", b"before");
        let end = before.len() as u64;
        let mut inner = vec![0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0];
        inner.extend(item(&explicit(0x50, *b"UT", b"value "), 18));
        let told = u32::try_from(inner.len()).unwrap();
        let ended = explicit(0x10, *b"SQ", &item(&inner, told));
        assert_eq!(elements(&[before.as_slice(), &ended].concat()), [(0, end)]);
        for (vr, content, holds) in [
            (*b"UT", &b"odd"[..], false),
            (*b"UT", b"even", true),
            (*b"SQ", b"", false),
        ] {
            // Pixel Padding Value: US or SS.
            let mut word = explicit(0x20, vr, content);
            word.splice(..4, [0x28, 0, 0x20, 1]);
            let bytes = [before.as_slice(), &word].concat();
            let end = if holds { bytes.len() as u64 } else { end };
            assert_eq!(elements(&bytes), [(0, end)], "{vr:?} {content:?}");
        }
    }

    /// Some write elements out of order. One that was there already, or that follows what was left out, may be a part of something else.
    #[test]
    fn r55_elements_out_of_order_are_new_and_say_what_they_are() {
        let [first, second] = [0x10, 0x20].map(|number| explicit(number, *b"UT", b"value "));
        let length = first.len() as u64;
        let swapped = [second.as_slice(), &first].concat();
        assert_eq!(elements(&swapped), [(0, 2 * length)]);
        let twice = [first.as_slice(), &second, &first].concat();
        assert_eq!(elements(&twice), [(0, 2 * length)]);
        let broken = explicit(0x30, *b"SQ", &item(&first, u32::MAX));
        let after = [second.as_slice(), &broken, &first].concat();
        assert_eq!(elements(&after), [(0, length)]);
    }

    #[test]
    fn r55_sequences_within_sequences_are_followed_to_a_depth() {
        let nested = |depth: usize| {
            let mut inner = explicit(0x50, *b"UT", b"value ");
            for _ in 0..depth {
                let told = u32::try_from(inner.len()).unwrap();
                inner = explicit(0x10, *b"SQ", &item(&inner, told));
            }
            inner
        };
        let shallow = nested(DEEPEST);
        assert_eq!(elements(&shallow), [(0, shallow.len() as u64)]);
        assert_eq!(elements(&nested(DEEPEST + 1)), []);
    }
}
