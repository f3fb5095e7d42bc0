//! Files embedded in a report: the structured opinion travels inside the PDF that is signed.

use crate::parts::{object_dict, root};
use crate::pdf::{Dict, Document, PdfError, Value, inflate};

/// A structured opinion takes some ten kilobytes; its key images are in the pages, not here.
const MAX_ATTACHMENT: usize = 4 << 20;
/// Nodes of a name tree; a report's has one.
const MAX_NODES: u32 = 256;
/// Depth of a name tree.
const MAX_DEPTH: u8 = 8;

/// Why an embedded file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentError {
    /// The PDF, or the embedded file's stream, cannot be read or is over 4 MiB.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// No embedded file has this name.
    #[error("no attachment of this name")]
    NotFound,
    /// Readers could disagree on which of several embedded files has this name.
    #[error("several attachments of this name")]
    Ambiguous,
}

/// The bytes of the embedded file called `name`, at most 4 MiB, from a PDF already verified.
pub fn attachment(pdf: &[u8], name: &str) -> Result<Vec<u8>, AttachmentError> {
    const BAD: PdfError = PdfError::Malformed("embedded file");
    let document = Document::open(pdf)?;
    let catalog = object_dict(&document, root(&document)?, "catalog")?;
    let mut files = Vec::new();
    if catalog.get("Names").is_some() {
        let names = document.dict(&catalog, "Names")?;
        if names.get("EmbeddedFiles").is_some() {
            let tree = document.dict(&names, "EmbeddedFiles")?;
            let mut budget = MAX_NODES;
            collect_files(&document, &tree, 0, &mut budget, &mut files)?;
        }
    }
    let mut named = files.iter().filter(|file| {
        ["UF", "F"]
            .iter()
            .any(|key| file_name(file, key).as_deref() == Some(name))
    });
    let file = named.next().ok_or(AttachmentError::NotFound)?;
    if named.next().is_some() {
        return Err(AttachmentError::Ambiguous);
    }
    let embedded = document.dict(file, "EF")?;
    let (unicode, plain) = (embedded.get("UF"), embedded.get("F"));
    if unicode.is_some() && plain.is_some() && unicode != plain {
        return Err(AttachmentError::Ambiguous);
    }
    let reference = plain.or(unicode).and_then(Value::as_ref).ok_or(BAD)?;
    let object = document.object(reference)?;
    match (object.value.as_dict(), object.stream) {
        (Some(dict), Some(stored)) => Ok(inflate(dict, stored, MAX_ATTACHMENT)?),
        _ => Err(BAD.into()),
    }
}

/// The file specifications of a name tree (ISO 32000-1, 7.9.6).
fn collect_files(
    document: &Document<'_>,
    node: &Dict,
    depth: u8,
    budget: &mut u32,
    files: &mut Vec<Dict>,
) -> Result<(), PdfError> {
    const BAD: PdfError = PdfError::Malformed("name tree");
    const LARGE: PdfError = PdfError::TooLarge("name tree");
    *budget = budget
        .checked_sub(1)
        .filter(|_| depth <= MAX_DEPTH)
        .ok_or(LARGE)?;
    if let Some(names) = node.get("Names") {
        let names = document.resolve(names)?;
        for pair in names.as_array().ok_or(BAD)?.chunks(2) {
            let [_, file] = pair else { return Err(BAD) };
            files.push(document.resolve(file)?.as_dict().ok_or(BAD)?.clone());
        }
    }
    if let Some(kids) = node.get("Kids") {
        let kids = document.resolve(kids)?;
        for kid in kids.as_array().ok_or(BAD)? {
            let kid = document.resolve(kid)?;
            collect_files(
                document,
                kid.as_dict().ok_or(BAD)?,
                depth + 1,
                budget,
                files,
            )?;
        }
    }
    Ok(())
}

/// A file name, in UTF-16BE with its mark or in ASCII.
fn file_name(file: &Dict, key: &str) -> Option<String> {
    let bytes = &file.get(key)?.as_text()?.bytes;
    if let Some(units) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        let units = units.chunks(2).map(|pair| match pair {
            [high, low] => Some(u16::from_be_bytes([*high, *low])),
            _ => None,
        });
        return String::from_utf16(&units.collect::<Option<Vec<_>>>()?).ok();
    }
    String::from_utf8(bytes.clone())
        .ok()
        .filter(|name| name.is_ascii())
}
