//! Pages as images, behind `case://`: bytes never travel as JSON.

use std::sync::Arc;

use relecture_desk::{Desk, GlanceError, Page, ReadDocumentError, reader::Region};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Widest image the window may ask for, in pixels.
pub(crate) const WIDEST: u32 = 8_192;
/// Widest page of which it may ask for a part, and longest side of the part.
const WIDEST_PAGE: u32 = 65_536;
const LONGEST: u32 = 4_096;

/// An encoded page.
pub struct PageImage {
    /// `image/jpeg` or `image/png`.
    pub media_type: &'static str,
    /// The image; wiped when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Why there is no image.
#[derive(Debug, Error)]
pub enum PageRefused {
    /// The address is not one of a page.
    #[error("not the address of a page")]
    Address,
    /// The document is closed, or the page cannot be drawn.
    #[error("the page cannot be drawn")]
    Read(#[from] ReadDocumentError),
    /// The case was not searched, or more is asked for than a glance.
    #[error("the page cannot be looked at")]
    Glance(#[from] GlanceError),
}

/// The page at `/page/<handle>/<number>` with the query `w=<pixels>&r=<quarter turns>[&lossless=1]`, or with
/// `&part=<x>,<y>,<width>,<height>` that part of it; at `/found/<assignment>/<piece>/<number>`, a glance at a page on which words
/// were found.
///
/// # Errors
/// [`PageRefused`].
pub async fn page(desk: &Arc<Desk>, path: &str, query: &str) -> Result<PageImage, PageRefused> {
    let image = match address(path, query).ok_or(PageRefused::Address)? {
        (Wanted::Document(handle), page) => desk.page(handle, page).await?,
        (Wanted::Found(case, piece), page) => desk.glance(case, piece, page).await?,
    };
    Ok(PageImage {
        media_type: image.media_type.name(),
        bytes: image.bytes,
    })
}

/// Of what a page is wanted.
#[derive(Debug, PartialEq, Eq)]
enum Wanted<'a> {
    /// Of the document that is open under this handle.
    Document(&'a str),
    /// Of this piece of this assignment, in which words were found.
    Found(Uuid, Uuid),
}

fn address<'a>(path: &'a str, query: &str) -> Option<(Wanted<'a>, Page)> {
    let (wanted, number) = if let Some(rest) = path.strip_prefix("/page/") {
        let (handle, number) = rest.split_once('/')?;
        (Wanted::Document(handle), number)
    } else {
        let (case, rest) = path.strip_prefix("/found/")?.split_once('/')?;
        let (piece, number) = rest.split_once('/')?;
        let id = |text| Uuid::try_parse(text).ok();
        (Wanted::Found(id(case)?, id(piece)?), number)
    };
    let value = |name: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(n, _)| *n == name)
            .map(|(_, v)| v)
    };
    let region = match value("part") {
        None => None,
        Some(part) => Some(region(part)?),
    };
    let widest = region.map_or(WIDEST, |_| WIDEST_PAGE);
    let width = value("w")?
        .parse()
        .ok()
        .filter(|w| (1..=widest).contains(w))?;
    let page = Page {
        number: number.parse().ok()?,
        width,
        region,
        quarter_turns: value("r").map_or(Some(0), |r| r.parse().ok())?,
        lossless: value("lossless") == Some("1"),
    };
    Some((wanted, page))
}

fn region(part: &str) -> Option<Region> {
    let mut numbers = part.split(',').map(str::parse);
    let mut next = || numbers.next()?.ok();
    let (x, y, width, height) = (next()?, next()?, next()?, next()?);
    let is_part = (1..=LONGEST).contains(&width) && (1..=LONGEST).contains(&height);
    let region = Region {
        x,
        y,
        width,
        height,
    };
    (is_part && x <= WIDEST_PAGE && y <= WIDEST_PAGE && numbers.next().is_none()).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_pages_are_read() {
        let (wanted, page) = address("/page/abc/2", "w=800&r=1&lossless=1").expect("an address");
        assert_eq!((page.number, page.width), (2, 800));
        assert_eq!(wanted, Wanted::Document("abc"));
        assert!(page.lossless && page.quarter_turns == 1);
        let (_, part) = address("/page/abc/2", "w=9999&part=10,20,30,40").expect("an address");
        let region = part.region.expect("a part");
        assert_eq!((region.x, region.y), (10, 20));
        assert_eq!((region.width, region.height), (30, 40));
        let (case, piece) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let found = format!("/found/{case}/{piece}/3");
        let (wanted, page) = address(&found, "w=112").expect("an address");
        assert_eq!((wanted, page.number), (Wanted::Found(case, piece), 3));
        for (path, query) in [
            ("/found/abc/def/3", "w=112"),
            ("/found/abc", "w=112"),
            ("/page/abc/2", ""),
            ("/page/abc/2", "w=0"),
            ("/page/abc/2", "w=99999"),
            ("/page/abc/2", "w=99999&part=0,0,8,8"),
            ("/page/abc/2", "w=800&part=0,0,8"),
            ("/page/abc/2", "w=800&part=0,0,8,8,8"),
            ("/page/abc/2", "w=800&part=0,0,8,0"),
            ("/page/abc/2", "w=800&part=0,0,8,9999"),
            ("/page/abc/2", "w=800&part=-1,0,8,8"),
            ("/page/abc/x", "w=8"),
            ("/other/abc/2", "w=8"),
            ("/page/abc", "w=8"),
        ] {
            assert!(address(path, query).is_none(), "{path}?{query}");
        }
    }
}
