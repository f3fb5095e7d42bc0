//! The revisions that a signature, and later a timestamp, add to a report.
//!
//! Written by hand because the bytes before it must stay as they were shown (R75), and because PDF/A
//! and PDF/UA must survive: the invisible field gets a `Form` element of the structure tree.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::{Timestamp, tz::TimeZone};

use crate::parts::{as_list, first_page, object_dict, reference, root};
use crate::pdf::{Dict, Document, PdfError, Ref, Section, Text, Value, XrefForm};

/// What the signature dictionary says without proof; a reader displays it beside the certificate.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a> {
    /// The signer as the report names him.
    pub name: &'a str,
    /// Where he signs, when he wants it said.
    pub location: Option<&'a str>,
    /// When he says he signs. Proof of time is the platform's receipt.
    pub time: Timestamp,
}

/// A PDF with its signature revision, all bytes final but those of `/Contents`.
pub(crate) struct Prepared {
    pub(crate) pdf: Vec<u8>,
    /// The hexadecimal digits of `/Contents`, without their angle brackets.
    pub(crate) contents: Range<usize>,
}

impl Prepared {
    /// The bytes a signature covers: all but `/Contents`, angle brackets included.
    pub(crate) fn covered(&self) -> [&[u8]; 2] {
        let before = self.pdf.get(..self.contents.start - 1).unwrap_or_default();
        let after = self.pdf.get(self.contents.end + 1..).unwrap_or_default();
        [before, after]
    }
}

/// `/F`: Print and Locked (ISO 32000-1, 12.5.3); PDF/A wants Print.
const WIDGET_FLAGS: i64 = 132;
/// `/SigFlags`: the document has a signature, and only grows from here (12.7.2).
const SIGNATURE_FLAGS: i64 = 3;
/// Room for `[0 a b c]` with three numbers of ten digits.
const BYTE_RANGE_WIDTH: usize = 36;

/// Appends a signature field to a PDF of one revision, with room for `reserve` bytes of CMS.
pub(crate) fn append_signature(
    pdf: &[u8],
    document: &Document<'_>,
    claims: &Claims<'_>,
    reserve: usize,
) -> Result<Prepared, PdfError> {
    let [_] = document.sections() else {
        return Err(PdfError::Unsupported("several revisions"));
    };
    let first = document.next_number()?;
    let names = Names {
        signature: new(first),
        widget: new(first + 1),
        form: new(first + 2),
        leaf: new(first + 3),
    };
    let changed = place_field(document, &names)?;
    let mut revision = Revision::after(pdf, document, 2 * reserve)?;
    let signature = SignatureDict {
        kind: "Sig",
        sub_filter: SUB_FILTER,
        claims: Some(claims),
        reserve,
    };
    let blanks = revision.signature(names.signature, &signature)?;
    for (reference, dict) in changed {
        revision.dict(reference, &dict);
    }
    let seed = claims.time.as_nanosecond().to_be_bytes();
    revision.finish(&seed)?.fill(&blanks)
}

/// The object of this number, new in this revision.
pub(crate) fn new(number: u32) -> Ref {
    Ref {
        number,
        generation: 0,
    }
}

/// A revision being written after the bytes of a PDF.
pub(crate) struct Revision<'a> {
    pdf: &'a [u8],
    document: &'a Document<'a>,
    newest: &'a Section,
    out: Vec<u8>,
    offsets: BTreeMap<Ref, usize>,
}

/// What is filled in last: the byte range, and the digits of the signature.
pub(crate) struct Blanks {
    byte_range: usize,
    contents: Range<usize>,
}

/// A signature dictionary to be written.
pub(crate) struct SignatureDict<'a> {
    /// `/Type`.
    pub(crate) kind: &'a str,
    pub(crate) sub_filter: &'a str,
    pub(crate) claims: Option<&'a Claims<'a>>,
    /// Bytes kept for the CMS.
    pub(crate) reserve: usize,
}

impl<'a> Revision<'a> {
    /// One end of line always separates the revisions, so that the former can be cut out again.
    pub(crate) fn after(
        pdf: &'a [u8],
        document: &'a Document<'a>,
        room: usize,
    ) -> Result<Self, PdfError> {
        let newest = document
            .sections()
            .first()
            .ok_or(PdfError::Malformed("revisions"))?;
        let mut out = Vec::with_capacity(pdf.len() + room + 8192);
        out.extend_from_slice(pdf);
        out.push(b'\n');
        Ok(Self {
            pdf,
            document,
            newest,
            out,
            offsets: BTreeMap::new(),
        })
    }

    /// Writes an object that is a dictionary.
    pub(crate) fn dict(&mut self, reference: Ref, dict: &Dict) {
        self.begin(reference);
        dict.write(&mut self.out);
        self.out.extend_from_slice(b"\nendobj\n");
    }

    /// Writes a stream, as it is.
    pub(crate) fn stream(&mut self, reference: Ref, bytes: &[u8]) {
        self.begin(reference);
        self.out
            .extend_from_slice(format!("<</Length {}>>\nstream\n", bytes.len()).as_bytes());
        self.out.extend_from_slice(bytes);
        self.out.extend_from_slice(b"\nendstream\nendobj\n");
    }

    /// Writes a signature dictionary with its blanks.
    pub(crate) fn signature(
        &mut self,
        reference: Ref,
        signature: &SignatureDict<'_>,
    ) -> Result<Blanks, PdfError> {
        self.begin(reference);
        write_signature(&mut self.out, signature)
    }

    fn begin(&mut self, reference: Ref) {
        self.offsets.insert(reference, self.out.len());
        let head = format!("{} {} obj\n", reference.number, reference.generation);
        self.out.extend_from_slice(head.as_bytes());
    }

    /// Ends the revision; `seed` tells it from any other of the same file (ISO 32000-1, 14.4).
    pub(crate) fn finish(mut self, seed: &[u8]) -> Result<Finished, PdfError> {
        let last = self.offsets.keys().map(|reference| reference.number).max();
        let next = last.map_or(0, |last| last + 1);
        let next = next.max(self.document.next_number()?);
        let identity = renewed_identity(self.document, self.pdf, seed);
        write_xref(
            &mut self.out,
            self.newest,
            &mut self.offsets,
            next,
            identity,
        )?;
        Ok(Finished(self.out))
    }
}

/// A PDF with one revision more.
pub(crate) struct Finished(pub(crate) Vec<u8>);

impl Finished {
    /// Writes what the signature covers into its blank.
    fn fill(self, blanks: &Blanks) -> Result<Prepared, PdfError> {
        let (mut pdf, contents) = (self.0, blanks.contents.clone());
        let (before, after) = (contents.start - 1, contents.end + 1);
        let range = format!("[0 {before} {after} {}]", pdf.len() - after);
        match pdf.get_mut(blanks.byte_range..blanks.byte_range + range.len()) {
            Some(bytes) if range.len() <= BYTE_RANGE_WIDTH => {
                bytes.copy_from_slice(range.as_bytes());
            }
            _ => return Err(PdfError::TooLarge("file")),
        }
        Ok(Prepared { pdf, contents })
    }
}

/// Writes CMS into the digits kept for it, or tells that they are too few.
pub(crate) fn write_contents(pdf: &mut [u8], contents: Range<usize>, cms: &[u8]) -> bool {
    let Some(place) = pdf.get_mut(contents) else {
        return false;
    };
    if cms.len() * 2 > place.len() {
        return false;
    }
    for (digits, byte) in place.chunks_exact_mut(2).zip(cms) {
        digits.copy_from_slice(format!("{byte:02x}").as_bytes());
    }
    true
}

/// Appends the field of a document timestamp, with room for `reserve` bytes of token (ISO 32000-2, 12.8.5).
///
/// The structure tree stays as it was signed: readers take any later change of it for an attack.
pub(crate) fn append_document_timestamp(
    pdf: &[u8],
    document: &Document<'_>,
    number: u32,
    reserve: usize,
) -> Result<Prepared, PdfError> {
    let first = document.next_number()?;
    let (signature, widget) = (new(first), new(first + 1));
    let root = root(document)?;
    let mut catalog = object_dict(document, root, "catalog")?;
    let page = first_page(document, &catalog)?;
    let mut page_dict = object_dict(document, page, "page")?;
    let mut form = document.dict(&catalog, "AcroForm")?;
    for (dict, key) in [(&mut page_dict, "Annots"), (&mut form, "Fields")] {
        let mut list = match dict.get(key) {
            Some(value) => as_list(document, value)?,
            None => Vec::new(),
        };
        list.push(Value::Ref(widget));
        dict.set(key, Value::Array(list));
    }
    catalog.set("AcroForm", Value::Dict(form));
    let field = Dict::default()
        .with("Type", Value::name("Annot"))
        .with("Subtype", Value::name("Widget"))
        .with("FT", Value::name("Sig"))
        .with("T", Value::text(&format!("Horodatage {number}")))
        .with("TU", Value::text("Horodatage d’archive"))
        .with("Rect", Value::Array(vec![Value::Integer(0); 4]))
        .with("F", Value::Integer(WIDGET_FLAGS))
        .with("P", Value::Ref(page))
        .with("V", Value::Ref(signature));
    let mut revision = Revision::after(pdf, document, 2 * reserve)?;
    let dict = SignatureDict {
        kind: "DocTimeStamp",
        sub_filter: TIMESTAMP_SUB_FILTER,
        claims: None,
        reserve,
    };
    let blanks = revision.signature(signature, &dict)?;
    revision.dict(widget, &field);
    revision.dict(page, &page_dict);
    revision.dict(root, &catalog);
    revision.finish(b"timestamp")?.fill(&blanks)
}

/// The objects a signature may add.
struct Names {
    signature: Ref,
    widget: Ref,
    /// The widget's place in the structure tree.
    form: Ref,
    /// A leaf of the parent tree, where that tree is in several parts.
    leaf: Ref,
}

/// The objects that carry the field, new and changed, but for the signature dictionary.
fn place_field(document: &Document<'_>, names: &Names) -> Result<BTreeMap<Ref, Dict>, PdfError> {
    let mut changed = BTreeMap::new();
    let root = root(document)?;
    let mut catalog = object_dict(document, root, "catalog")?;
    if catalog.get("AcroForm").is_some() {
        return Err(PdfError::Unsupported("a form before the signature"));
    }
    let page = first_page(document, &catalog)?;
    let mut page_dict = object_dict(document, page, "page")?;

    let mut field = Dict::default()
        .with("Type", Value::name("Annot"))
        .with("Subtype", Value::name("Widget"))
        .with("FT", Value::name("Sig"))
        .with("T", Value::text("Signature"))
        .with("TU", Value::text("Signature électronique"))
        .with("Rect", Value::Array(vec![Value::Integer(0); 4]))
        .with("F", Value::Integer(WIDGET_FLAGS))
        .with("P", Value::Ref(page))
        .with("V", Value::Ref(names.signature));

    if catalog.get("StructTreeRoot").is_some() {
        let key = place_in_structure(document, &catalog, page, names, &mut changed)?;
        field.set("StructParent", Value::Integer(key));
        page_dict.set("Tabs", Value::name("S"));
    }
    let mut annotations = match page_dict.get("Annots") {
        Some(value) => as_list(document, value)?,
        None => Vec::new(),
    };
    annotations.push(Value::Ref(names.widget));
    page_dict.set("Annots", Value::Array(annotations));
    let fields = Dict::default()
        .with("Fields", Value::Array(vec![Value::Ref(names.widget)]))
        .with("SigFlags", Value::Integer(SIGNATURE_FLAGS));
    catalog.set("AcroForm", Value::Dict(fields));

    changed.insert(names.widget, field);
    changed.insert(page, page_dict);
    changed.insert(root, catalog);
    Ok(changed)
}

/// Adds a `Form` element for the widget (ISO 14289-1, 7.18.4); gives its parent tree key.
fn place_in_structure(
    document: &Document<'_>,
    catalog: &Dict,
    page: Ref,
    names: &Names,
    changed: &mut BTreeMap<Ref, Dict>,
) -> Result<i64, PdfError> {
    const TREE: &str = "structure tree";
    let tree_ref = reference(catalog, "StructTreeRoot")?;
    let mut tree = object_dict(document, tree_ref, TREE)?;
    let kids = tree
        .get("K")
        .map(|kids| as_list(document, kids))
        .transpose()?
        .unwrap_or_default();

    // Under the one top element when there is one, else beside the others.
    let parent = if let [Value::Ref(only)] = kids.as_slice() {
        let mut top = object_dict(document, *only, TREE)?;
        append_kid(document, &mut top, names.form)?;
        changed.insert(*only, top);
        *only
    } else {
        append_kid(document, &mut tree, names.form)?;
        tree_ref
    };
    let mut parents = document.dict(&tree, "ParentTree")?;
    let key = match tree.get("ParentTreeNextKey") {
        Some(Value::Integer(key)) => *key,
        _ => highest_key(document, &parents, 0)?.map_or(0, |key| key.saturating_add(1)),
    };
    let entry = [Value::Integer(key), Value::Ref(names.form)];
    if let Some(numbers) = parents.get("Nums") {
        let mut numbers = as_list(document, numbers)?;
        numbers.extend(entry);
        parents.set("Nums", Value::Array(numbers));
    } else {
        let mut leaves = match parents.get("Kids") {
            Some(leaves) => as_list(document, leaves)?,
            None => Vec::new(),
        };
        let leaf = Dict::default()
            .with("Limits", Value::Array(vec![Value::Integer(key); 2]))
            .with("Nums", Value::Array(entry.to_vec()));
        changed.insert(names.leaf, leaf);
        leaves.push(Value::Ref(names.leaf));
        parents.set("Kids", Value::Array(leaves));
    }
    match tree.get("ParentTree") {
        Some(Value::Ref(indirect)) => {
            changed.insert(*indirect, parents);
        }
        _ => tree.set("ParentTree", Value::Dict(parents)),
    }
    tree.set("ParentTreeNextKey", Value::Integer(key.saturating_add(1)));
    changed.insert(tree_ref, tree);

    let object = Dict::default()
        .with("Type", Value::name("OBJR"))
        .with("Obj", Value::Ref(names.widget))
        .with("Pg", Value::Ref(page));
    let element = Dict::default()
        .with("Type", Value::name("StructElem"))
        .with("S", Value::name("Form"))
        .with("P", Value::Ref(parent))
        .with("Pg", Value::Ref(page))
        .with("K", Value::Dict(object));
    changed.insert(names.form, element);
    Ok(key)
}

fn append_kid(document: &Document<'_>, parent: &mut Dict, kid: Ref) -> Result<(), PdfError> {
    let mut kids = match parent.get("K") {
        Some(kids) => as_list(document, kids)?,
        None => Vec::new(),
    };
    kids.push(Value::Ref(kid));
    parent.set("K", Value::Array(kids));
    Ok(())
}

/// The highest key of a number tree (ISO 32000-1, 7.9.7).
fn highest_key(document: &Document<'_>, node: &Dict, depth: u8) -> Result<Option<i64>, PdfError> {
    const BAD: PdfError = PdfError::Malformed("parent tree");
    if depth > 16 {
        return Err(BAD);
    }
    if let Some(numbers) = node.get("Nums") {
        let numbers = as_list(document, numbers)?;
        let keys = numbers.iter().step_by(2).map(|key| match key {
            Value::Integer(key) => Ok(*key),
            _ => Err(BAD),
        });
        return Ok(keys.collect::<Result<Vec<_>, _>>()?.into_iter().max());
    }
    let mut highest = None;
    for kid in node
        .get("Kids")
        .map(|kids| as_list(document, kids))
        .transpose()?
        .into_iter()
        .flatten()
    {
        let kid = document.resolve(&kid)?;
        highest = highest.max(highest_key(document, kid.as_dict().ok_or(BAD)?, depth + 1)?);
    }
    Ok(highest)
}

/// Writes the rest of a signature dictionary; gives the places of its byte range and of its contents.
fn write_signature(out: &mut Vec<u8>, signature: &SignatureDict<'_>) -> Result<Blanks, PdfError> {
    let head = format!(
        "<</Type /{} /Filter /Adobe.PPKLite /SubFilter /{} /ByteRange ",
        signature.kind, signature.sub_filter
    );
    out.extend_from_slice(head.as_bytes());
    let byte_range = out.len();
    out.resize(byte_range + BYTE_RANGE_WIDTH, b' ');
    out.extend_from_slice(b" /Contents <");
    let start = out.len();
    out.resize(start + 2 * signature.reserve, b'0');
    let contents = start..out.len();
    out.push(b'>');
    if let Some(claims) = signature.claims {
        let time = date(claims.time).ok_or(PdfError::Unsupported("year of the signature"))?;
        out.extend_from_slice(format!(" /M ({time}) /Name ").as_bytes());
        Value::text(claims.name).write(out);
        if let Some(location) = claims.location {
            out.extend_from_slice(b" /Location ");
            Value::text(location).write(out);
        }
    }
    out.extend_from_slice(b">>\nendobj\n");
    Ok(Blanks {
        byte_range,
        contents,
    })
}

/// The only kind of signature made and accepted here (ETSI EN 319 142-1, 6.3).
pub(crate) const SUB_FILTER: &str = "ETSI.CAdES.detached";
/// A timestamp over the whole document (ETSI EN 319 142-1, 5.4.3).
pub(crate) const TIMESTAMP_SUB_FILTER: &str = "ETSI.RFC3161";

/// A PDF date in universal time (ISO 32000-1, 7.9.4).
fn date(time: Timestamp) -> Option<String> {
    let civil = time.to_zoned(TimeZone::UTC);
    (civil.year() >= 0).then(|| civil.strftime("D:%Y%m%d%H%M%S+00'00'").to_string())
}

/// The second identifier changes with every revision (14.4), here without randomness.
fn renewed_identity(document: &Document<'_>, pdf: &[u8], seed: &[u8]) -> Option<Value> {
    let old = document.trailer().get("ID")?.as_array()?.first()?.clone();
    let seed = [crate::sha256(pdf).as_slice(), seed].concat();
    let new = crate::sha256(&seed).iter().copied().take(16).collect();
    let new = Value::Text(Text {
        bytes: new,
        written: 0..0,
    });
    Some(Value::Array(vec![old, new]))
}

fn write_xref(
    out: &mut Vec<u8>,
    former: &Section,
    offsets: &mut BTreeMap<Ref, usize>,
    next: u32,
    identity: Option<Value>,
) -> Result<(), PdfError> {
    let start = out.len();
    let size = if former.form == XrefForm::Stream {
        next + 1
    } else {
        next
    };
    let mut trailer = Dict::default().with("Size", Value::Integer(size.into()));
    for key in ["Root", "Info"] {
        if let Some(value) = former.trailer.get(key) {
            trailer.set(key, value.clone());
        }
    }
    if let Some(identity) = identity {
        trailer.set("ID", identity);
    }
    let previous = i64::try_from(former.start).map_err(|_| PdfError::TooLarge("file"))?;
    trailer.set("Prev", Value::Integer(previous));

    match former.form {
        XrefForm::Table => {
            out.extend_from_slice(b"xref\n");
            for run in runs(offsets) {
                out.extend_from_slice(format!("{} {}\n", run.first, run.rows.len()).as_bytes());
                for (offset, generation) in run.rows {
                    out.extend_from_slice(format!("{offset:010} {generation:05} n\r\n").as_bytes());
                }
            }
            out.extend_from_slice(b"trailer\n");
            trailer.write(out);
        }
        XrefForm::Stream => {
            offsets.insert(
                Ref {
                    number: next,
                    generation: 0,
                },
                start,
            );
            let (mut index, mut rows) = (Vec::new(), Vec::new());
            for run in runs(offsets) {
                let count = i64::try_from(run.rows.len()).unwrap_or(i64::MAX);
                index.extend([Value::Integer(run.first.into()), Value::Integer(count)]);
                for (offset, generation) in run.rows {
                    rows.push(1);
                    rows.extend((offset as u64).to_be_bytes());
                    rows.extend(generation.to_be_bytes());
                }
            }
            trailer.set("Type", Value::name("XRef"));
            trailer.set("W", Value::Array([1, 8, 2].map(Value::Integer).to_vec()));
            trailer.set("Index", Value::Array(index));
            trailer.set(
                "Length",
                Value::Integer(i64::try_from(rows.len()).unwrap_or(i64::MAX)),
            );
            out.extend_from_slice(format!("{next} 0 obj\n").as_bytes());
            trailer.write(out);
            out.extend_from_slice(b"\nstream\n");
            out.extend_from_slice(&rows);
            out.extend_from_slice(b"\nendstream\nendobj");
        }
    }
    out.extend_from_slice(format!("\nstartxref\n{start}\n%%EOF\n").as_bytes());
    Ok(())
}

/// Objects of consecutive numbers.
struct Run {
    first: u32,
    rows: Vec<(usize, u16)>,
}

fn runs(offsets: &BTreeMap<Ref, usize>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut following = None;
    for (reference, offset) in offsets {
        let row = (*offset, reference.generation);
        match runs.last_mut() {
            Some(run) if following == Some(reference.number) => run.rows.push(row),
            _ => runs.push(Run {
                first: reference.number,
                rows: vec![row],
            }),
        }
        following = Some(reference.number + 1);
    }
    runs
}
