//! Citation markers of a draft opinion: `{{piece 4 page 2}}`, or `{{piece 7}}` for an image.

/// A run of a draft text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage<'a> {
    /// Text to type as it is.
    Text(&'a str),
    /// A citation to insert.
    Citation {
        /// Number of the piece, from 1.
        piece: u32,
        /// Page, from 1; none for an image.
        page: Option<u32>,
    },
}

/// Splits a text at its markers. What looks like a marker without being one stays text, so that it is seen.
pub fn passages(text: &str) -> Vec<Passage<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((inside, next)) = after.split_once("}}") else {
            break;
        };
        let Some(citation) = marker(inside) else {
            break;
        };
        if !before.is_empty() {
            found.push(Passage::Text(before));
        }
        found.push(citation);
        rest = next;
    }
    if !rest.is_empty() {
        found.push(Passage::Text(rest));
    }
    found
}

fn marker(inside: &str) -> Option<Passage<'static>> {
    let words: Vec<&str> = inside.split(' ').collect();
    match words.as_slice() {
        ["piece", piece] => Some(Passage::Citation {
            piece: piece.parse().ok()?,
            page: None,
        }),
        ["piece", piece, "page", page] => Some(Passage::Citation {
            piece: piece.parse().ok()?,
            page: Some(page.parse().ok()?),
        }),
        _ => None,
    }
}
