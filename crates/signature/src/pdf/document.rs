//! The cross-reference and the objects it leads to (ISO 32000-1, 7.5).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use super::PdfError;
use super::syntax::{Reader, is_space};
use super::value::{Dict, Ref, Value};

/// A report has some thousand objects.
const MAX_OBJECTS: usize = 1 << 17;
/// The highest object number (ISO 32000-1, annex C).
const MAX_NUMBER: u32 = 8_388_607;
/// A report with its key images takes a few megabytes.
const MAX_FILE: usize = 64 << 20;
/// Revisions of one file; what this crate signs has one, what it verifies two.
const MAX_REVISIONS: usize = 8;
/// Decompressed cross-reference and object streams, all together.
const MAX_PACKED: usize = 32 << 20;

/// How a revision tells where its objects are; an update must keep the form of what it updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum XrefForm {
    Table,
    Stream,
}

/// Where one object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Free,
    At { offset: usize, generation: u16 },
    Within { stream: u32, index: usize },
}

/// One revision's own cross-reference.
pub(crate) struct Section {
    /// Where the cross-reference starts: what `startxref` says.
    pub(crate) start: usize,
    /// The first byte after the revision's `%%EOF`.
    pub(crate) end: usize,
    pub(crate) form: XrefForm,
    pub(crate) entries: BTreeMap<u32, Entry>,
    pub(crate) trailer: Dict,
}

/// An indirect object.
pub(crate) struct Object<'a> {
    pub(crate) value: Value,
    /// The bytes of the stream as stored.
    pub(crate) stream: Option<&'a [u8]>,
}

/// A PDF whose every cross-reference section has been read.
pub(crate) struct Document<'a> {
    bytes: &'a [u8],
    /// Newest first; never empty.
    sections: Vec<Section>,
    /// What the newest revision sees: its own entries over the older ones.
    entries: BTreeMap<u32, Entry>,
    trailer: Dict,
    packed: BTreeMap<u32, Packed>,
}

/// A decompressed object stream: the numbers and places of its objects, then the objects.
struct Packed {
    index: Vec<(u32, usize)>,
    content: Vec<u8>,
}

impl<'a> Document<'a> {
    /// Reads a file that starts with its header and ends with `%%EOF` and at most one end of line.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, PdfError> {
        if bytes.len() > MAX_FILE {
            return Err(PdfError::TooLarge("file"));
        }
        if !bytes.starts_with(b"%PDF-") {
            return Err(PdfError::Malformed("header"));
        }
        let (mut start, end) = last_startxref(bytes)?;
        let mut sections: Vec<Section> = Vec::new();
        loop {
            let section = read_section(bytes, start)?;
            let newer = sections
                .last()
                .map_or(bytes.len() + 1, |section| section.start);
            if section.end > newer || sections.len() == MAX_REVISIONS {
                return Err(PdfError::Unsupported("order of the revisions"));
            }
            let previous = section.trailer.get("Prev").cloned();
            sections.push(section);
            match previous {
                None => break,
                Some(value) => {
                    start = value
                        .as_usize()
                        .ok_or(PdfError::Malformed("previous revision"))?;
                }
            }
        }
        if sections.first().map(|section| section.end) != Some(end) {
            return Err(PdfError::Unsupported("linearised or hybrid file"));
        }
        let mut entries = BTreeMap::new();
        for section in sections.iter().rev() {
            entries.extend(
                section
                    .entries
                    .iter()
                    .map(|(number, entry)| (*number, *entry)),
            );
        }
        let trailer = sections
            .first()
            .map(|section| section.trailer.clone())
            .unwrap_or_default();
        let mut document = Self {
            bytes,
            sections,
            entries,
            trailer,
            packed: BTreeMap::new(),
        };
        document.check_layout()?;
        document.unpack()?;
        Ok(document)
    }

    /// Newest first; never empty.
    pub(crate) fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The trailer of the newest revision.
    pub(crate) fn trailer(&self) -> &Dict {
        &self.trailer
    }

    /// Where the newest revision has this object.
    pub(crate) fn entry(&self, number: u32) -> Option<Entry> {
        self.entries.get(&number).copied()
    }

    /// The first object number never used.
    pub(crate) fn next_number(&self) -> Result<u32, PdfError> {
        let size = self
            .trailer()
            .get("Size")
            .and_then(Value::as_usize)
            .unwrap_or_default();
        let used = self
            .entries
            .keys()
            .next_back()
            .map_or(0, |number| number + 1);
        match u32::try_from(size) {
            Ok(size) if size <= MAX_NUMBER => Ok(size.max(used)),
            _ => Err(PdfError::Malformed("size")),
        }
    }

    /// The object as the newest revision has it; what is not there is null (7.3.10).
    pub(crate) fn object(&self, reference: Ref) -> Result<Object<'a>, PdfError> {
        match self.entry(reference.number) {
            None | Some(Entry::Free) => Ok(Object {
                value: Value::Null,
                stream: None,
            }),
            Some(entry) => self.read(reference, entry),
        }
    }

    /// The value itself, or the object it refers to.
    pub(crate) fn resolve(&self, value: &Value) -> Result<Value, PdfError> {
        match value {
            Value::Ref(reference) => match self.object(*reference)?.value {
                Value::Ref(_) => Err(PdfError::Malformed("reference to a reference")),
                value => Ok(value),
            },
            value => Ok(value.clone()),
        }
    }

    /// The dictionary behind an entry of another dictionary.
    pub(crate) fn dict(&self, parent: &Dict, key: &'static str) -> Result<Dict, PdfError> {
        match parent
            .get(key)
            .map(|value| self.resolve(value))
            .transpose()?
        {
            Some(Value::Dict(dict)) => Ok(dict),
            _ => Err(PdfError::Malformed(key)),
        }
    }

    /// One object of one revision.
    pub(crate) fn read(&self, reference: Ref, entry: Entry) -> Result<Object<'a>, PdfError> {
        match entry {
            Entry::Free => Ok(Object {
                value: Value::Null,
                stream: None,
            }),
            Entry::At { offset, generation } if generation == reference.generation => {
                read_object(self.bytes, offset, reference, |length| {
                    self.stream_length(length)
                })
            }
            Entry::Within { stream, index } if reference.generation == 0 => {
                let value = self.packed_object(stream, index, reference.number)?;
                Ok(Object {
                    value,
                    stream: None,
                })
            }
            _ => Err(PdfError::Malformed("generation")),
        }
    }

    /// An indirect `/Length`, which must itself stand in the file as a plain integer.
    fn stream_length(&self, reference: Ref) -> Option<usize> {
        let Some(Entry::At { offset, generation }) = self.entry(reference.number) else {
            return None;
        };
        let mut reader = Reader::at(self.bytes, offset);
        let named = generation == reference.generation && reader.object_name(reference);
        let length = reader.unsigned().filter(|_| named)?;
        reader
            .keyword("endobj")
            .then(|| usize::try_from(length).ok())?
    }

    /// Reads every object in the order of the file and refuses two that share a byte.
    ///
    /// A reader that trusts another entry would otherwise see another document, and a hostile file
    /// could make reading cost the square of its size.
    fn check_layout(&self) -> Result<(), PdfError> {
        let mut places: Vec<(usize, Ref)> = Vec::new();
        for section in &self.sections {
            for (number, entry) in &section.entries {
                if let Entry::At { offset, generation } = *entry {
                    places.push((
                        offset,
                        Ref {
                            number: *number,
                            generation,
                        },
                    ));
                }
            }
        }
        places.sort_unstable();
        places.dedup();
        let length = |length| self.stream_length(length);
        let mut free = 0;
        for (offset, reference) in places {
            if offset < free {
                return Err(PdfError::Malformed("objects overlap"));
            }
            (_, free) = read_object_until(self.bytes, offset, reference, length)?;
        }
        Ok(())
    }

    /// Decompresses every object stream once (7.5.7).
    fn unpack(&mut self) -> Result<(), PdfError> {
        let entries = self
            .sections
            .iter()
            .flat_map(|section| section.entries.values());
        let streams: BTreeSet<u32> = entries
            .filter_map(|entry| match entry {
                Entry::Within { stream, .. } => Some(*stream),
                _ => None,
            })
            .collect();
        let mut budget = MAX_PACKED;
        for number in streams {
            const BAD: PdfError = PdfError::Malformed("object stream");
            let Some(Entry::At {
                offset,
                generation: 0,
            }) = self.entry(number)
            else {
                return Err(BAD);
            };
            let reference = Ref {
                number,
                generation: 0,
            };
            let object = read_object(self.bytes, offset, reference, |length| {
                self.stream_length(length)
            })?;
            let dict = object.value.as_dict().ok_or(BAD)?;
            if !dict.get("Type").is_some_and(|kind| kind.is_name("ObjStm")) {
                return Err(BAD);
            }
            let integer = |key| dict.get(key).and_then(Value::as_usize).ok_or(BAD);
            let (first, count) = (integer("First")?, integer("N")?);
            let content = inflate(dict, object.stream.ok_or(BAD)?, budget)?;
            budget -= content.len();
            let mut head = Reader::at(content.get(..first).ok_or(BAD)?, 0);
            let mut index = Vec::new();
            for _ in 0..count {
                let number = head
                    .unsigned()
                    .and_then(|number| u32::try_from(number).ok());
                let offset = head
                    .unsigned()
                    .and_then(|offset| usize::try_from(offset).ok());
                let offset = offset.and_then(|offset| first.checked_add(offset));
                index.push((number.ok_or(BAD)?, offset.ok_or(BAD)?));
            }
            self.packed.insert(number, Packed { index, content });
        }
        Ok(())
    }

    fn packed_object(&self, stream: u32, index: usize, number: u32) -> Result<Value, PdfError> {
        const BAD: PdfError = PdfError::Malformed("object in an object stream");
        let packed = self.packed.get(&stream).ok_or(BAD)?;
        let &(found, start) = packed.index.get(index).ok_or(BAD)?;
        // No object may read into the next one, so that a hostile file costs no more than its size.
        let end = packed
            .index
            .get(index + 1)
            .map_or(packed.content.len(), |(_, next)| *next);
        let bytes = packed.content.get(start..end).ok_or(BAD)?;
        if found != number {
            return Err(BAD);
        }
        Reader::at(bytes, 0).value()
    }
}

/// The number after the last `startxref`, and the position after the last `%%EOF`.
fn last_startxref(bytes: &[u8]) -> Result<(usize, usize), PdfError> {
    const BAD: PdfError = PdfError::Malformed("end of file");
    let ended = [b"\r\n".as_slice(), b"\n", b"\r"]
        .into_iter()
        .find_map(|line| bytes.strip_suffix(line))
        .unwrap_or(bytes);
    let head = ended.strip_suffix(b"%%EOF").ok_or(BAD)?;
    let number_end = head.iter().rposition(|byte| !is_space(*byte)).ok_or(BAD)? + 1;
    let digits_start = head
        .iter()
        .take(number_end)
        .rposition(|byte| !byte.is_ascii_digit())
        .ok_or(BAD)?
        + 1;
    let before = head.get(..digits_start).ok_or(BAD)?;
    let word_end = before
        .iter()
        .rposition(|byte| !is_space(*byte))
        .ok_or(BAD)?
        + 1;
    if !before
        .get(..word_end)
        .is_some_and(|before| before.ends_with(b"startxref"))
    {
        return Err(BAD);
    }
    let start = Reader::at(head, digits_start).unsigned().ok_or(BAD)?;
    Ok((usize::try_from(start).map_err(|_| BAD)?, ended.len()))
}

fn read_section(bytes: &[u8], start: usize) -> Result<Section, PdfError> {
    let mut reader = Reader::at(bytes, start);
    let (form, entries, trailer) = if reader.keyword("xref") {
        let (entries, trailer) = read_table(&mut reader)?;
        (XrefForm::Table, entries, trailer)
    } else {
        let (entries, trailer) = read_xref_stream(bytes, &mut reader)?;
        (XrefForm::Stream, entries, trailer)
    };
    if trailer.get("Encrypt").is_some() {
        return Err(PdfError::Unsupported("encryption"));
    }
    if trailer.get("XRefStm").is_some() {
        return Err(PdfError::Unsupported("hybrid cross-reference"));
    }
    reader.expect("startxref", "startxref after the cross-reference")?;
    if reader
        .unsigned()
        .and_then(|number| usize::try_from(number).ok())
        != Some(start)
    {
        return Err(PdfError::Unsupported("linearised or hybrid file"));
    }
    while reader.rest().first().is_some_and(|byte| is_space(*byte)) {
        reader.position += 1;
    }
    if !reader.literal(b"%%EOF") {
        return Err(PdfError::Malformed("end of a revision"));
    }
    Ok(Section {
        start,
        end: reader.position,
        form,
        entries,
        trailer,
    })
}

fn read_table(reader: &mut Reader<'_>) -> Result<(BTreeMap<u32, Entry>, Dict), PdfError> {
    const BAD: PdfError = PdfError::Malformed("cross-reference table");
    let mut entries = BTreeMap::new();
    while !reader.keyword("trailer") {
        let first = reader.unsigned().ok_or(BAD)?;
        let count = reader.unsigned().ok_or(BAD)?;
        for number in first..first.saturating_add(count) {
            let offset = reader.unsigned().ok_or(BAD)?;
            let generation = reader.unsigned().ok_or(BAD)?;
            let entry = if reader.keyword("n") {
                Entry::At {
                    offset: usize::try_from(offset).map_err(|_| BAD)?,
                    generation: u16::try_from(generation).map_err(|_| BAD)?,
                }
            } else {
                reader.expect("f", "cross-reference table")?;
                Entry::Free
            };
            add_entry(&mut entries, number, entry)?;
        }
    }
    match reader.value()? {
        Value::Dict(trailer) => Ok((entries, trailer)),
        _ => Err(BAD),
    }
}

fn read_xref_stream(
    bytes: &[u8],
    reader: &mut Reader<'_>,
) -> Result<(BTreeMap<u32, Entry>, Dict), PdfError> {
    const BAD: PdfError = PdfError::Malformed("cross-reference stream");
    let start = reader.position;
    let number = reader
        .unsigned()
        .and_then(|number| u32::try_from(number).ok())
        .ok_or(BAD)?;
    let (object, end) = read_object_until(
        bytes,
        start,
        Ref {
            number,
            generation: 0,
        },
        |_| None,
    )?;
    reader.position = end;
    let Value::Dict(dict) = object.value else {
        return Err(BAD);
    };
    if !dict.get("Type").is_some_and(|kind| kind.is_name("XRef")) {
        return Err(BAD);
    }
    let content = inflate(&dict, object.stream.ok_or(BAD)?, MAX_PACKED)?;
    let integers = |key| -> Option<Vec<usize>> {
        dict.get(key)?
            .as_array()?
            .iter()
            .map(Value::as_usize)
            .collect()
    };
    let widths = integers("W")
        .filter(|widths| widths.len() == 3)
        .ok_or(BAD)?;
    let size = dict.get("Size").and_then(Value::as_usize).ok_or(BAD)?;
    let index = if dict.get("Index").is_some() {
        integers("Index").ok_or(BAD)?
    } else {
        vec![0, size]
    };
    let row = widths
        .iter()
        .try_fold(0_usize, |sum, width| (*width <= 8).then_some(sum + width));
    let row = row.filter(|row| *row > 0).ok_or(BAD)?;
    let mut rows = content.chunks_exact(row);
    let mut entries = BTreeMap::new();
    for pair in index.chunks(2) {
        let &[first, count] = pair else {
            return Err(BAD);
        };
        for number in first..first.saturating_add(count) {
            let mut fields = rows.next().ok_or(BAD)?;
            let mut field = |width: &usize, default: u64| {
                let (bytes, rest) = fields.split_at_checked(*width).ok_or(BAD)?;
                fields = rest;
                Ok(if bytes.is_empty() {
                    default
                } else {
                    bytes
                        .iter()
                        .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
                })
            };
            let [kind, second, third] = match widths.as_slice() {
                [a, b, c] => [field(a, 1)?, field(b, 0)?, field(c, 0)?],
                _ => return Err(BAD),
            };
            let entry = match kind {
                0 => Entry::Free,
                1 => Entry::At {
                    offset: usize::try_from(second).map_err(|_| BAD)?,
                    generation: u16::try_from(third).map_err(|_| BAD)?,
                },
                2 => Entry::Within {
                    stream: u32::try_from(second).map_err(|_| BAD)?,
                    index: usize::try_from(third).map_err(|_| BAD)?,
                },
                _ => return Err(BAD),
            };
            add_entry(&mut entries, number as u64, entry)?;
        }
    }
    Ok((entries, dict))
}

fn add_entry(
    entries: &mut BTreeMap<u32, Entry>,
    number: u64,
    entry: Entry,
) -> Result<(), PdfError> {
    if entries.len() >= MAX_OBJECTS {
        return Err(PdfError::TooLarge("number of objects"));
    }
    let number = u32::try_from(number).map_err(|_| PdfError::Malformed("object number"))?;
    if number > MAX_NUMBER {
        return Err(PdfError::Malformed("object number"));
    }
    match entries.insert(number, entry) {
        None => Ok(()),
        Some(_) => Err(PdfError::Malformed("object twice in a cross-reference")),
    }
}

fn read_object(
    bytes: &[u8],
    offset: usize,
    reference: Ref,
    length: impl Fn(Ref) -> Option<usize>,
) -> Result<Object<'_>, PdfError> {
    read_object_until(bytes, offset, reference, length).map(|(object, _)| object)
}

/// Reads `N G obj ... endobj` at exactly `offset`; also gives the position after it.
fn read_object_until(
    bytes: &[u8],
    offset: usize,
    reference: Ref,
    length: impl Fn(Ref) -> Option<usize>,
) -> Result<(Object<'_>, usize), PdfError> {
    const BAD: PdfError = PdfError::Malformed("indirect object");
    let mut reader = Reader::at(bytes, offset);
    if !reader.object_name(reference) {
        return Err(BAD);
    }
    let value = reader.value()?;
    let mut stream = None;
    if let Value::Dict(dict) = &value
        && reader.keyword("stream")
    {
        if !reader.literal(b"\r\n") && !reader.literal(b"\n") {
            return Err(BAD);
        }
        let length = match dict.get("Length") {
            Some(Value::Ref(indirect)) => length(*indirect),
            Some(direct) => direct.as_usize(),
            None => None,
        };
        let (content, _) = length
            .and_then(|length| reader.rest().split_at_checked(length))
            .ok_or(PdfError::Malformed("stream length"))?;
        reader.position += content.len();
        reader.expect("endstream", "stream length")?;
        stream = Some(content);
    }
    reader.expect("endobj", "indirect object")?;
    Ok((Object { value, stream }, reader.position))
}

/// The content of a stream without filter or with `FlateDecode`, at most `limit` bytes of it.
pub(crate) fn inflate(dict: &Dict, stored: &[u8], limit: usize) -> Result<Vec<u8>, PdfError> {
    const LARGE: PdfError = PdfError::TooLarge("stream");
    let (filter, parameters) = match (dict.get("Filter"), dict.get("DecodeParms")) {
        (Some(Value::Array(filters)), parameters) => match (filters.as_slice(), parameters) {
            ([filter], Some(Value::Array(parameters))) => (Some(filter), parameters.first()),
            ([filter], None) => (Some(filter), None),
            _ => return Err(PdfError::Unsupported("filters of a stream")),
        },
        (filter, parameters) => (filter, parameters),
    };
    let content = match filter {
        None | Some(Value::Null) if stored.len() <= limit => return Ok(stored.to_vec()),
        None | Some(Value::Null) => return Err(LARGE),
        Some(filter) if filter.is_name("FlateDecode") => {
            let mut content = Vec::new();
            let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
            flate2::read::ZlibDecoder::new(stored)
                .take(bound)
                .read_to_end(&mut content)
                .map_err(|_| PdfError::Malformed("compressed stream"))?;
            content
        }
        Some(_) => return Err(PdfError::Unsupported("filter of a stream")),
    };
    if content.len() > limit {
        return Err(LARGE);
    }
    match parameters {
        None | Some(Value::Null) => Ok(content),
        Some(Value::Dict(parameters)) => undo_predictor(parameters, content),
        Some(_) => Err(PdfError::Unsupported("filter parameters")),
    }
}

/// The PNG "up" and "none" predictors over bytes, which is all that cross-references use (7.4.4.4).
fn undo_predictor(parameters: &Dict, content: Vec<u8>) -> Result<Vec<u8>, PdfError> {
    const OTHER: PdfError = PdfError::Unsupported("predictor of a stream");
    let number = |key, default| parameters.get(key).map_or(Some(default), Value::as_usize);
    match number("Predictor", 1) {
        Some(1) => return Ok(content),
        Some(10..=15) => {}
        _ => return Err(OTHER),
    }
    let plain = number("Colors", 1) == Some(1) && number("BitsPerComponent", 8) == Some(8);
    let columns = number("Columns", 1)
        .filter(|columns| plain && *columns > 0)
        .ok_or(OTHER)?;
    let mut above = vec![0_u8; columns.min(content.len())];
    let mut result = Vec::with_capacity(content.len());
    for row in content.chunks(columns.saturating_add(1)) {
        let (kind, bytes) = row.split_first().ok_or(OTHER)?;
        if bytes.len() != above.len() {
            return Err(PdfError::Malformed("compressed stream"));
        }
        for (above, byte) in above.iter_mut().zip(bytes) {
            *above = match kind {
                0 => *byte,
                2 => above.wrapping_add(*byte),
                _ => return Err(OTHER),
            };
        }
        result.extend_from_slice(&above);
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// A file of these objects, each entered under its own number, with more in the trailer.
    fn file(objects: &[&str], trailer: &str) -> Vec<u8> {
        let mut bytes = b"%PDF-1.7\n".to_vec();
        let mut table = String::from("xref\n");
        for object in objects {
            let number: String = object.chars().take_while(char::is_ascii_digit).collect();
            write!(table, "{number} 1\n{:010} 00000 n\r\n", bytes.len()).unwrap();
            bytes.extend_from_slice(object.as_bytes());
        }
        let start = bytes.len();
        let trailer = trailer.replace("START", &start.to_string());
        let end = format!("{table}trailer\n<</Size 9{trailer}>>\nstartxref\n{start}\n%%EOF");
        bytes.extend_from_slice(end.as_bytes());
        bytes
    }

    fn refusal(objects: &[&str], trailer: &str) -> Option<PdfError> {
        Document::open(&file(objects, trailer)).err()
    }

    #[test]
    fn hostile_structures_are_refused() {
        let plain = "1 0 obj\n[true]\nendobj\n";
        assert_eq!(refusal(&[plain], ""), None);
        let order = PdfError::Unsupported("order of the revisions");
        assert_eq!(refusal(&[plain], "/Prev START"), Some(order));
        assert_eq!(
            refusal(&[plain], "/Encrypt 1 0 R"),
            Some(PdfError::Unsupported("encryption"))
        );
        let twice = PdfError::Malformed("object twice in a cross-reference");
        assert_eq!(refusal(&[plain, plain], ""), Some(twice));
        let renamed = "1 0 obj\n[true]\nendobj\n".replace("1 0 obj", "1 1 obj");
        assert_eq!(
            refusal(&[&renamed], ""),
            Some(PdfError::Malformed("indirect object"))
        );
        let length = "1 0 obj\n<</Length 900>>\nstream\n\nendstream\nendobj\n";
        assert_eq!(
            refusal(&[length], ""),
            Some(PdfError::Malformed("stream length"))
        );
        let numbered = "8388608 0 obj\n1\nendobj\n";
        assert_eq!(
            refusal(&[numbered], ""),
            Some(PdfError::Malformed("object number"))
        );
    }

    #[test]
    fn an_object_inside_another_is_refused() {
        // The second is the content of the first's string: two readers, two documents.
        let nested = file(&["1 0 obj\n(", "2 0 obj\n1\nendobj\n) endobj\n"], "");
        let overlap = PdfError::Malformed("objects overlap");
        assert_eq!(Document::open(&nested).err(), Some(overlap));
    }

    #[test]
    fn a_stream_is_not_inflated_beyond_its_bound() {
        use std::io::Write as _;
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![0; 1 << 20]).unwrap();
        let packed = packed.finish().unwrap();
        let dict = Dict::default().with("Filter", Value::name("FlateDecode"));
        assert_eq!(
            inflate(&dict, &packed, 1 << 20).map(|content| content.len()),
            Ok(1 << 20)
        );
        assert_eq!(
            inflate(&dict, &packed, 1 << 19),
            Err(PdfError::TooLarge("stream"))
        );
        assert_eq!(
            inflate(&Dict::default(), &packed, 9),
            Err(PdfError::TooLarge("stream"))
        );
    }
}
