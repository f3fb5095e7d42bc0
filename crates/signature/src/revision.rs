//! The proof that the revision of a signature adds nothing else to what was shown (R75).

use std::collections::BTreeMap;

use crate::parts::{as_list, first_page, object_dict, root};
use crate::pdf::{Dict, Document, Entry, PdfError, Ref, Value};

/// Whether the newest of two revisions only adds the signature field to what was shown (R75).
///
/// `shown` is the first revision alone, `signed` the whole file, `signature` its only signature.
pub(crate) fn adds_only_a_signature(
    shown: &Document<'_>,
    signed: &Document<'_>,
    signature: Ref,
) -> Result<bool, PdfError> {
    let [update, _] = signed.sections() else {
        return Ok(false);
    };
    let places = Places::of(shown)?;
    let same = |key| signed.trailer().get(key) == shown.trailer().get(key);
    if !same("Root") || !same("Info") {
        return Ok(false);
    }
    for (number, entry) in &update.entries {
        let Entry::At { generation, .. } = entry else {
            return Ok(false);
        };
        let reference = Ref {
            number: *number,
            generation: *generation,
        };
        let object = signed.object(reference)?;
        let Some(new) = object.value.as_dict() else {
            return Ok(false);
        };
        let allowed = match shown.entry(*number) {
            Some(Entry::At { .. } | Entry::Within { .. }) => {
                let old = shown.object(reference)?;
                let (Some(old), None, None) = (old.value.as_dict(), old.stream, object.stream)
                else {
                    return Ok(false);
                };
                let free = places.free_keys(reference);
                differs_only_in(old, new, free) && grows_as_it_may(shown, signed, old, new, free)?
            }
            _ if object.stream.is_some() => {
                new.get("Type").is_some_and(|kind| kind.is_name("XRef"))
            }
            _ => reference == signature || is_inert_addition(new),
        };
        if !allowed {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The objects of a report that a signature must touch.
struct Places {
    root: Ref,
    page: Ref,
    tree: Option<Ref>,
    parents: Option<Ref>,
    top: Option<Ref>,
}

impl Places {
    fn of(document: &Document<'_>) -> Result<Self, PdfError> {
        let root = root(document)?;
        let catalog = object_dict(document, root, "catalog")?;
        let page = first_page(document, &catalog)?;
        let tree = catalog.get("StructTreeRoot").and_then(Value::as_ref);
        let dict = match tree {
            Some(tree) => object_dict(document, tree, "structure tree")?,
            None => Dict::default(),
        };
        let parents = dict.get("ParentTree").and_then(Value::as_ref);
        let kids = dict
            .get("K")
            .map(|kids| as_list(document, kids))
            .transpose()?;
        let top = kids.and_then(|kids| kids.first().and_then(Value::as_ref));
        Ok(Self {
            root,
            page,
            tree,
            parents,
            top,
        })
    }

    /// The entries of an object that a signature may change.
    fn free_keys(&self, reference: Ref) -> &'static [&'static str] {
        let reference = Some(reference);
        if reference == Some(self.root) {
            &["AcroForm"]
        } else if reference == Some(self.page) {
            &["Annots", "Tabs"]
        } else if reference == self.tree {
            &["K", "ParentTree", "ParentTreeNextKey"]
        } else if reference == self.parents {
            &["Nums", "Kids"]
        } else if reference == self.top {
            &["K"]
        } else {
            &[]
        }
    }
}

fn differs_only_in(old: &Dict, new: &Dict, free: &[&str]) -> bool {
    let rest = |dict: &Dict| -> BTreeMap<Vec<u8>, Value> {
        dict.iter()
            .filter(|(key, _)| !free.iter().any(|free| free.as_bytes() == *key))
            .map(|(key, value)| (key.to_vec(), value.clone()))
            .collect()
    };
    rest(old) == rest(new)
}

/// Whether the entries that may change are as before, or only got the field's part.
fn grows_as_it_may(
    shown: &Document<'_>,
    signed: &Document<'_>,
    old: &Dict,
    new: &Dict,
    free: &[&str],
) -> Result<bool, PdfError> {
    let list = |document: &Document<'_>, value: Option<&Value>| match value {
        Some(value) => as_list(document, value),
        None => Ok(Vec::new()),
    };
    for key in free {
        let (before, after) = (old.get(key), new.get(key));
        let grown = |by| -> Result<bool, PdfError> {
            let (before, after) = (list(shown, before)?, list(signed, after)?);
            Ok(after.starts_with(&before) && after.len() == before.len() + by)
        };
        let dicts = (
            before.and_then(Value::as_dict),
            after.and_then(Value::as_dict),
        );
        let allowed = before == after
            || match (*key, dicts) {
                ("Annots" | "K" | "Kids", _) => grown(1)?,
                ("Nums", _) => grown(2)?,
                ("Tabs", _) => after == Some(&Value::name("S")),
                ("ParentTreeNextKey", _) => matches!(after, Some(Value::Integer(_))),
                ("AcroForm", (_, Some(form))) => before.is_none() && is_bare_form(form),
                ("ParentTree", (Some(before), Some(after))) => {
                    let free = &["Nums", "Kids"];
                    differs_only_in(before, after, free)
                        && grows_as_it_may(shown, signed, before, after, free)?
                }
                _ => false,
            };
        if !allowed {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A form with nothing to compute, to fill in or to show.
fn is_bare_form(form: &Dict) -> bool {
    form.iter()
        .all(|(key, _)| matches!(key, b"Fields" | b"SigFlags"))
}

/// A new object that neither shows, says nor does anything.
fn is_inert_addition(new: &Dict) -> bool {
    let is = |key, name| new.get(key).is_some_and(|value| value.is_name(name));
    let only = |keys: &[&str]| {
        new.iter()
            .all(|(found, _)| keys.iter().any(|key| key.as_bytes() == found))
    };
    let point = new.get("Rect").and_then(Value::as_array);
    let point = point.is_some_and(|sides| *sides == [const { Value::Integer(0) }; 4]);
    let widget = [
        "Type",
        "Subtype",
        "FT",
        "T",
        "TU",
        "Rect",
        "F",
        "P",
        "V",
        "StructParent",
    ];
    (is("Subtype", "Widget") && point && only(&widget))
        || (is("S", "Form") && only(&["Type", "S", "P", "Pg", "K"]))
        || only(&["Limits", "Nums"])
}
