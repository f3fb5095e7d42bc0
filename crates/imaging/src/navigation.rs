//! Ways from one page of a document to another: its outline and its links (ISO 32000-2, 12.3.3 and 12.5.6.5).

use pdfium_render::prelude::{PdfAction, PdfBookmark, PdfDocument, PdfPage, PdfRenderConfig};

use crate::pdf::{STEPS, place_of};

/// Entries of an outline that are listed; also what ends an outline that runs in a circle.
pub const MAX_OUTLINE: usize = 2_000;
/// Levels of an outline that are told apart.
const LEVELS: u8 = 8;
/// Letters of a title.
pub const MAX_TITLE: usize = 200;
/// Links of one page.
pub const MAX_LINKS: usize = 1_000;

/// An entry of the outline of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineEntry {
    /// Without control characters, [`MAX_TITLE`] letters at most; never empty.
    pub title: String,
    /// From 0.
    pub level: u8,
    /// Index of the page it leads to, from 0; entries that lead nowhere in the document are left out, unless others stand under them.
    pub page: Option<u32>,
}

/// A place on a page that leads to another page of the same document. What leads out of it is no link here: nothing is ever followed.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// From the left, in parts of the sides of the page as the document itself lays it.
    pub x: f32,
    /// From the top.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// Index of the page it leads to, from 0.
    pub page: u32,
}

/// The outline of a document of so many pages, in reading order.
pub(crate) fn outline(document: &PdfDocument<'_>, pages: usize) -> Vec<OutlineEntry> {
    let mut entries = Vec::new();
    let mut visited = 0;
    descend(
        document.bookmarks().root(),
        0,
        pages,
        &mut visited,
        &mut entries,
    );
    entries
}

/// Lists `first`, what stands under it, and its siblings.
fn descend(
    first: Option<PdfBookmark<'_>>,
    level: u8,
    pages: usize,
    visited: &mut usize,
    entries: &mut Vec<OutlineEntry>,
) {
    let mut next = first;
    while let Some(bookmark) = next {
        *visited += 1;
        if *visited > MAX_OUTLINE {
            return;
        }
        let place = entries.len();
        let page = bookmark
            .destination()
            .filter(|_| stays(bookmark.action().as_ref()))
            .and_then(|destination| u32::try_from(destination.page_index().ok()?).ok())
            .filter(|page| (*page as usize) < pages);
        let title = title(&bookmark.title().unwrap_or_default());
        if !title.is_empty() {
            entries.push(OutlineEntry { title, level, page });
        }
        if level + 1 < LEVELS {
            descend(bookmark.first_child(), level + 1, pages, visited, entries);
        }
        // Leads nowhere, and stands above nothing.
        if page.is_none() && entries.len() == place + 1 {
            entries.pop();
        }
        next = bookmark.next_sibling();
    }
}

/// Whether what happens on a click stays in the document. Of an action that leads to another file pdfium tells the page as if it were
/// one of this document.
fn stays(action: Option<&PdfAction<'_>>) -> bool {
    action.is_none_or(|action| matches!(action, PdfAction::LocalDestination(_)))
}

fn title(text: &str) -> String {
    let letters = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(MAX_TITLE);
    letters.collect::<String>().trim().to_owned()
}

/// The links of a page of a document of so many pages.
pub(crate) fn links(page: &PdfPage<'_>, pages: usize) -> Vec<Link> {
    let config = PdfRenderConfig::new().set_fixed_size(STEPS, STEPS);
    let link = |link: pdfium_render::prelude::PdfLink<'_>| {
        let target = link
            .destination()
            .filter(|_| stays(link.action().as_ref()))?;
        let target = target.page_index().ok()?;
        let target = u32::try_from(target).ok()?;
        let bounds = link.rect().ok()?;
        let (left, top, right, bottom) = place_of(page, &bounds, &config)?;
        ((target as usize) < pages).then_some(Link {
            x: left,
            y: top,
            width: right - left,
            height: bottom - top,
            page: target,
        })
    };
    page.links()
        .iter()
        .take(MAX_LINKS)
        .filter_map(link)
        .collect()
}
