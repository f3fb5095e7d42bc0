//! Documents within a document: the files of a ZIP one after the other, and what a CDA document carries.

use std::cell::RefCell;
use std::io::{Cursor, Read, Seek};

use crate::document::{Document, OpenDocumentError, PageSize};
use crate::encode::Pixels;
use crate::format::{Format, HEAD, Unsupported, identify};
use crate::library::VerifiedLibrary;
use crate::limits::MAX_PAGES;
use crate::navigation::{Link, MAX_OUTLINE, MAX_TITLE, OutlineEntry};
use crate::paper::archive::{Archive, MAX_ENTRIES};
use crate::paper::{self, Body, PaperError, wording};
use crate::picture::Picture;
use crate::request::{RenderPageError, RenderRequest};
use crate::text::TextLine;

/// Bytes of an old Office file in which the mark of a password is looked for.
const OFFICE_WINDOW: u64 = 8 << 20;

/// The documents of an archive, one after the other.
pub(crate) struct Bundle<'library> {
    parts: Vec<Part<'library>>,
    /// The picture that was drawn last; all of them at once would not fit into the memory there is.
    drawn: RefCell<Option<(usize, Picture)>>,
}

struct Part<'library> {
    /// Index of its first page.
    first: u32,
    title: String,
    content: Content<'library>,
}

enum Content<'library> {
    Document(Box<Document<'library>>),
    Picture {
        bytes: Vec<u8>,
        format: Format,
        size: PageSize,
        truncated: bool,
    },
}

impl Part<'_> {
    fn pages(&self) -> usize {
        match &self.content {
            Content::Document(document) => document.pages().len(),
            Content::Picture { .. } => 1,
        }
    }
}

impl<'library> Bundle<'library> {
    pub(crate) fn pages(&self) -> Vec<PageSize> {
        let mut pages = Vec::new();
        for part in &self.parts {
            match &part.content {
                Content::Document(document) => pages.extend_from_slice(document.pages()),
                Content::Picture { size, .. } => pages.push(*size),
            }
        }
        pages
    }

    /// Whether it holds pictures and nothing else.
    pub(crate) fn is_pictures(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.all(|part| matches!(part.content, Content::Picture { .. }))
    }

    pub(crate) fn truncated(&self) -> bool {
        self.parts.iter().any(|part| match &part.content {
            Content::Document(document) => document.truncated(),
            Content::Picture { truncated, .. } => *truncated,
        })
    }

    fn part(&self, page: u32) -> Result<(usize, &Part<'library>, u32), RenderPageError> {
        let after = self.parts.partition_point(|part| part.first <= page);
        let index = after.checked_sub(1).ok_or(RenderPageError::NoSuchPage)?;
        let part = self.parts.get(index).ok_or(RenderPageError::NoSuchPage)?;
        Ok((index, part, page - part.first))
    }

    pub(crate) fn text(&self, page: u32) -> Result<Vec<TextLine>, RenderPageError> {
        let (_, part, within) = self.part(page)?;
        match &part.content {
            Content::Document(document) => document.text(within),
            Content::Picture { .. } => Ok(Vec::new()),
        }
    }

    /// The name of each file, and below it the outline of its document.
    pub(crate) fn outline(&self) -> Vec<OutlineEntry> {
        let mut entries = Vec::new();
        for part in &self.parts {
            entries.push(OutlineEntry {
                title: part.title.clone(),
                level: 0,
                page: Some(part.first),
            });
            if let Content::Document(document) = &part.content {
                entries.extend(document.outline().into_iter().map(|entry| OutlineEntry {
                    level: entry.level.saturating_add(1).min(7),
                    page: entry.page.map(|page| page + part.first),
                    ..entry
                }));
            }
        }
        entries.truncate(MAX_OUTLINE);
        entries
    }

    pub(crate) fn links(&self, page: u32) -> Result<Vec<Link>, RenderPageError> {
        let (_, part, within) = self.part(page)?;
        match &part.content {
            Content::Document(document) => {
                let links = document.links(within)?.into_iter();
                let there = |link: Link| Link {
                    page: link.page + part.first,
                    ..link
                };
                Ok(links.map(there).collect())
            }
            Content::Picture { .. } => Ok(Vec::new()),
        }
    }

    /// As [`Document::draw`].
    pub(crate) fn draw<Made>(
        &self,
        page: u32,
        request: RenderRequest,
        finish: impl FnOnce(u32, u32, &Pixels<'_>) -> Result<Made, RenderPageError>,
    ) -> Result<Made, RenderPageError> {
        let (index, part, within) = self.part(page)?;
        let (bytes, format) = match &part.content {
            Content::Document(document) => return document.draw(within, request, finish),
            Content::Picture { bytes, format, .. } => (bytes, *format),
        };
        let mut drawn = self.drawn.borrow_mut();
        if drawn.as_ref().is_none_or(|(other, _)| *other != index) {
            // The one before is let go first.
            *drawn = None;
            let picture = Picture::decode(bytes, format).map_err(|_| RenderPageError::Damaged)?;
            *drawn = Some((index, picture));
        }
        match drawn.as_ref() {
            Some((_, picture)) => picture.draw(request, finish),
            None => Err(RenderPageError::Damaged),
        }
    }
}

/// What an old Office file is: a new one with a password is wrapped in the same way ([MS-OFFCRYPTO] 2.3.4).
pub(crate) fn binary_office(source: &mut (impl Read + Seek)) -> Unsupported {
    let mut bytes = Vec::new();
    let read = source.take(OFFICE_WINDOW).read_to_end(&mut bytes);
    let mark: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    if read.is_ok() && bytes.windows(mark.len()).any(|window| window == mark) {
        Unsupported::EncryptedOffice
    } else {
        Unsupported::BinaryOffice
    }
}

/// What a ZIP is, from the files that it holds.
fn kind<S: Read + Seek>(archive: &mut Archive<S>) -> Result<Format, OpenDocumentError> {
    if archive.has("word/document.xml") {
        return Ok(Format::Docx);
    }
    if archive.has("xl/workbook.xml") || archive.has("xl/workbook.bin") {
        return Err(Unsupported::Spreadsheet.into());
    }
    if archive.has("ppt/presentation.xml") {
        return Err(Unsupported::Presentation.into());
    }
    if !archive.has("mimetype") || !archive.has("content.xml") {
        return Ok(Format::Zip);
    }
    let told = archive.read("mimetype")?;
    let told = String::from_utf8_lossy(&told);
    let Some(told) = told
        .trim()
        .strip_prefix("application/vnd.oasis.opendocument.")
    else {
        return Ok(Format::Zip);
    };
    let manifest = archive.read("META-INF/manifest.xml").unwrap_or_default();
    if manifest
        .windows(15)
        .any(|window| window == b"encryption-data")
    {
        return Err(Unsupported::EncryptedOffice.into());
    }
    if told.starts_with("text") {
        Ok(Format::Odt)
    } else if told.starts_with("spreadsheet") || told.starts_with("chart") {
        Err(Unsupported::Spreadsheet.into())
    } else {
        Err(Unsupported::Presentation.into())
    }
}

/// Opens a ZIP: a word processor's document, or the documents of an archive.
pub(crate) fn open(
    bytes: Vec<u8>,
    library: Option<&VerifiedLibrary>,
) -> Result<Document<'_>, OpenDocumentError> {
    let mut archive = Archive::open(Cursor::new(bytes.as_slice()))?;
    let format = kind(&mut archive)?;
    if format != Format::Zip {
        drop(archive);
        return Document::of_bytes(bytes, format, library);
    }
    if archive.len() > MAX_ENTRIES {
        return Err(OpenDocumentError::TooManyPages);
    }
    let mut files: Vec<(String, usize)> = (0..archive.len())
        .filter_map(|index| Some((archive.name(index)?, index)))
        .filter(|(name, _)| is_sent(name))
        .collect();
    files.sort_by_key(|(name, _)| natural(name));
    if files.iter().any(|(_, index)| archive.is_encrypted(*index)) {
        return Err(Unsupported::EncryptedArchive.into());
    }
    let mut parts = Vec::new();
    let mut list = Vec::new();
    for (name, index) in files {
        let title = title(&name);
        let opened = archive
            .read_at(index)
            .map_err(|error| match error {
                PaperError::Encrypted => Unsupported::EncryptedArchive.into(),
                other => other.into(),
            })
            .and_then(|bytes| open_part(bytes, library));
        match opened {
            // What concerns the archive as a whole.
            Err(
                error @ (OpenDocumentError::TooManyBytes
                | OpenDocumentError::LibraryMissing
                | OpenDocumentError::Unsupported(Unsupported::EncryptedArchive)),
            ) => return Err(error),
            Err(error) => list.push((title, wording::not_shown(error).to_owned())),
            Ok(content) => {
                list.push((title.clone(), wording::SHOWN.to_owned()));
                parts.push((title, content));
            }
        }
    }
    if parts.is_empty() {
        return Err(OpenDocumentError::NothingInside);
    }
    // A paper photographed page by page is that paper, and no archive of pictures.
    let is_paper = parts.len() == list.len()
        && parts
            .iter()
            .all(|(_, part)| matches!(part, Content::Picture { .. }));
    if !is_paper {
        let list = paper::lay_out_list(wording::ARCHIVE, &list)?;
        let list = Document::of_paper(list, Format::Text, library)?;
        let list = Content::Document(Box::new(list));
        parts.insert(0, (wording::ARCHIVE.to_owned(), list));
    }
    let mut bundle = Bundle {
        parts: Vec::new(),
        drawn: RefCell::new(None),
    };
    let mut first = 0_u32;
    for (title, content) in parts {
        let part = Part {
            first,
            title,
            content,
        };
        first = u32::try_from(part.pages())
            .ok()
            .and_then(|pages| first.checked_add(pages))
            .filter(|first| *first <= MAX_PAGES)
            .ok_or(OpenDocumentError::TooManyPages)?;
        bundle.parts.push(part);
    }
    Ok(Document::of_bundle(bundle))
}

/// Opens one file of an archive. Archives within are not opened.
fn open_part(
    bytes: Vec<u8>,
    library: Option<&VerifiedLibrary>,
) -> Result<Content<'_>, OpenDocumentError> {
    let head = bytes.get(..HEAD).unwrap_or(&bytes);
    let format = match identify(head)? {
        Format::Zip => match kind(&mut Archive::open(Cursor::new(bytes.as_slice()))?)? {
            Format::Zip => return Err(Unsupported::Archive.into()),
            format => format,
        },
        format => format,
    };
    let document = match format {
        Format::Jpeg | Format::Png | Format::WebP | Format::Bmp | Format::Gif => {
            let (size, truncated) = Picture::announced(&bytes, format)?;
            return Ok(Content::Picture {
                bytes,
                format,
                size,
                truncated,
            });
        }
        Format::Cda => open_cda(&bytes, library)?,
        format => Document::of_bytes(bytes, format, library)?,
    };
    Ok(Content::Document(Box::new(document)))
}

/// Opens a CDA document.
pub(crate) fn open_cda<'library>(
    bytes: &[u8],
    library: Option<&'library VerifiedLibrary>,
) -> Result<Document<'library>, OpenDocumentError> {
    match paper::open_cda(bytes)? {
        Body::Narrative(laid_out) => Document::of_paper(laid_out, Format::Cda, library),
        Body::Carried(bytes) => {
            let format = identify(bytes.get(..HEAD).unwrap_or(&bytes))?;
            let document = Document::of_bytes(bytes, format, library)?;
            Ok(document.with_format(Format::Cda))
        }
    }
}

/// Whether somebody meant to send this file: folders, and what systems leave beside files, were not.
fn is_sent(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    !last.is_empty()
        && !name.starts_with("__MACOSX/")
        && !matches!(last, ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

/// A name as it is shown; it is never used as a path.
fn title(name: &str) -> String {
    let shown = |letter: char| if letter.is_control() { ' ' } else { letter };
    let title: String = name.chars().map(shown).take(MAX_TITLE).collect();
    let title = title.trim();
    if title.is_empty() {
        "?".to_owned()
    } else {
        title.to_owned()
    }
}

/// A name in an order in which 2 stands before 10.
fn natural(name: &str) -> Vec<(u64, String)> {
    let mut parts = vec![(0, String::new())];
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let Some(digit) = letter.to_digit(10) else {
            if let Some((_, text)) = parts.last_mut() {
                text.extend(letter.to_lowercase());
            }
            continue;
        };
        let mut number = u64::from(digit);
        while let Some(next) = letters.peek().and_then(|next| next.to_digit(10)) {
            number = number.saturating_mul(10).saturating_add(u64::from(next));
            letters.next();
        }
        parts.push((number, String::new()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_a_reader() {
        let mut names = ["page 10.jpg", "Page 2.jpg", "annexe.pdf", "page 1.jpg"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(
            names,
            ["annexe.pdf", "page 1.jpg", "Page 2.jpg", "page 10.jpg"]
        );
        assert!(!is_sent("__MACOSX/._a.pdf") && !is_sent("folder/") && is_sent("a/b.pdf"));
    }
}
