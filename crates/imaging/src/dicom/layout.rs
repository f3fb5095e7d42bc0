//! Where the data set begins, how it is written, and where its pixels lie.

use std::io::{self, Read, Seek};

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
    /// Where it ends, or its pixels begin.
    pub(super) ends: u64,
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

/// Those whose length has four bytes (PS3.5, 7.1.2).
fn is_long(vr: [u8; 2]) -> bool {
    const LONG: [&[u8; 2]; 13] = [
        b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV",
    ];
    LONG.contains(&&vr)
}

/// Walks the elements of a data set up to its pixels. What follows an element that the file does not have whole is left out.
pub(super) fn layout<S: Read + Seek>(
    source: &mut Source<S>,
    begins: u64,
    encoding: Encoding,
) -> io::Result<Layout> {
    let mut at = begins;
    let mut last = 0;
    loop {
        let ends = |pixels| Layout { ends: at, pixels };
        let Some(element) = element(source, at, encoding)? else {
            return Ok(ends(None));
        };
        let kind = match element.number {
            PIXEL_DATA => Some(PixelNumbers::Whole),
            FLOAT_PIXEL_DATA => Some(PixelNumbers::Float),
            DOUBLE_PIXEL_DATA => Some(PixelNumbers::Double),
            _ => None,
        };
        if let Some(kind) = kind {
            let left = source.length().saturating_sub(element.from);
            return Ok(ends(Some(PixelData {
                kind,
                words: element.vr.is_none_or(|vr| vr == *b"OW"),
                from: element.from,
                length: element.length.map(|length| length.min(left)),
            })));
        }
        // Elements lie in order: what does not is no element.
        if element.number < last || element.number >> 16 == ITEM >> 16 {
            return Ok(ends(None));
        }
        last = element.number;
        let Some(next) = after(source, &element, encoding, DEEPEST)? else {
            return Ok(ends(None));
        };
        at = next;
    }
}

/// Where the next element begins; nothing if the file ends before.
fn after<S: Read + Seek>(
    source: &mut Source<S>,
    element: &Element,
    encoding: Encoding,
    deeper: usize,
) -> io::Result<Option<u64>> {
    if let Some(length) = element.length {
        let next = element.from + length;
        return Ok((next <= source.length()).then_some(next));
    }
    let Some(deeper) = deeper.checked_sub(1) else {
        return Ok(None);
    };
    // Of an unknown VR the content is implicit, little endian (PS3.5, 6.2.2, note 2).
    let inside = if element.vr == Some(*b"UN") {
        Encoding::of(IMPLICIT)
    } else {
        encoding
    };
    let mut at = element.from;
    loop {
        let Some(item) = self::element(source, at, inside)? else {
            return Ok(None);
        };
        match item.number {
            END_OF_SEQUENCE => return Ok(Some(item.from)),
            ITEM => {}
            _ => return Ok(None),
        }
        if let Some(length) = item.length {
            at = item.from + length;
            continue;
        }
        at = item.from;
        loop {
            let Some(element) = self::element(source, at, inside)? else {
                return Ok(None);
            };
            if element.number == END_OF_ITEM {
                at = element.from;
                break;
            }
            let Some(next) = after(source, &element, inside, deeper)? else {
                return Ok(None);
            };
            at = next;
        }
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
        if next > source.length() {
            break;
        }
        found.push((item.from, length));
        at = next;
    }
    Ok(found)
}
