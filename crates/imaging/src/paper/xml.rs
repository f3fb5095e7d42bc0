//! XML, read without anything that XML could ask for.

use roxmltree::{Document, Node, ParsingOptions};

use crate::paper::{MAX_DEPTH, MAX_NODES, PaperError, text};

/// Bytes of XML: five times what fills all the pages that are laid out.
const MAX_XML: usize = 96 << 20;

/// The letters of an XML file, by its mark or by what it says of itself.
pub(crate) fn letters(bytes: &[u8]) -> Result<String, PaperError> {
    if bytes.len() > MAX_XML {
        return Err(PaperError::TooManyBytes);
    }
    let head = bytes.get(..200).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head);
    let told = head.split_once("encoding=").and_then(|(_, rest)| {
        let rest = rest.trim_start_matches(['"', '\'']);
        let end = rest.find(['"', '\'', '?'])?;
        encoding_rs::Encoding::for_label(rest.get(..end)?.as_bytes())
    });
    let marked = encoding_rs::Encoding::for_bom(bytes).is_some();
    Ok(match told {
        Some(told) if !marked && told.is_ascii_compatible() => {
            told.decode_without_bom_handling(bytes).0.into_owned()
        }
        _ => text::decode(bytes),
    })
}

/// The tree of an XML file. A document type, with the entities that it may define, is refused: none of the formats has one.
pub(crate) fn tree(text: &str) -> Result<Document<'_>, PaperError> {
    // Before the tree: what stands too deep is no document.
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    if too_deep(text) {
        return Err(PaperError::Damaged);
    }
    Document::parse_with_options(text, options).map_err(|_| PaperError::Damaged)
}

/// Counts tags that open and tags that close, in one pass, so that nothing is built of what is too deep.
fn too_deep(text: &str) -> bool {
    let mut depth = 0_usize;
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('<') {
        match bytes.get(at + 1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'?' | b'!') | None => {}
            Some(_) => {
                let rest = bytes.get(at..).unwrap_or_default();
                let end = rest.iter().position(|byte| *byte == b'>').unwrap_or(0);
                if end == 0 || rest.get(end - 1) != Some(&b'/') {
                    depth += 1;
                }
            }
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

/// An attribute by its name, in whatever name space: the strict and the common forms of a format differ in these.
pub(crate) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes()
        .find(|attribute| attribute.name() == name)
        .map(|attribute| attribute.value())
}

/// A child by its name.
pub(crate) fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| is(*child, name))
}

/// The children by their name.
pub(crate) fn children<'a, 'input>(
    node: Node<'a, 'input>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(move |child| is(*child, name))
}

pub(crate) fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

/// All the text below.
pub(crate) fn text_of(node: Node<'_, '_>) -> String {
    node.descendants()
        .filter(Node::is_text)
        .filter_map(|text| text.text())
        .collect()
}
