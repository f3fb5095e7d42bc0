//! The parts of a report that a signature has to find: its catalog, its first page, its lists.

use crate::pdf::{Dict, Document, PdfError, Ref, Value};

/// The catalog's reference.
pub(crate) fn root(document: &Document<'_>) -> Result<Ref, PdfError> {
    reference(document.trailer(), "Root")
}

pub(crate) fn reference(dict: &Dict, key: &'static str) -> Result<Ref, PdfError> {
    dict.get(key)
        .and_then(Value::as_ref)
        .ok_or(PdfError::Malformed(key))
}

pub(crate) fn object_dict(
    document: &Document<'_>,
    reference: Ref,
    what: &'static str,
) -> Result<Dict, PdfError> {
    let object = document.object(reference)?;
    match (object.value, object.stream) {
        (Value::Dict(dict), None) => Ok(dict),
        _ => Err(PdfError::Malformed(what)),
    }
}

/// The elements of an array, or a lone value as a list of one.
pub(crate) fn as_list(document: &Document<'_>, value: &Value) -> Result<Vec<Value>, PdfError> {
    match document.resolve(value)? {
        Value::Array(values) => Ok(values),
        Value::Null => Ok(Vec::new()),
        _ => Ok(vec![value.clone()]),
    }
}

pub(crate) fn first_page(document: &Document<'_>, catalog: &Dict) -> Result<Ref, PdfError> {
    let mut node = reference(catalog, "Pages")?;
    // Page trees are a few levels deep; a loop is not a tree.
    for _ in 0..32 {
        let dict = object_dict(document, node, "page tree")?;
        if dict.get("Type").is_some_and(|kind| kind.is_name("Page")) {
            return Ok(node);
        }
        let kids = dict
            .get("Kids")
            .map(|kids| as_list(document, kids))
            .transpose()?;
        node = kids
            .and_then(|kids| kids.first().and_then(Value::as_ref))
            .ok_or(PdfError::Malformed("page tree"))?;
    }
    Err(PdfError::Malformed("page tree"))
}
