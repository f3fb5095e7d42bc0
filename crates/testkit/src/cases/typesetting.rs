//! Typesets the pieces written by us: a closed world without disk, network, packages or clock.

use std::collections::BTreeMap;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use super::{CaseError, CaseFile, FOLDER, Piece};

/// A typeset document.
#[derive(Debug, Clone)]
pub struct Typeset {
    /// The PDF file.
    pub pdf: Vec<u8>,
    /// Its number of pages.
    pub pages: usize,
}

/// Fonts and standard library, made once for many documents.
pub struct Typesetter {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

impl Typesetter {
    /// Takes the font files the sources may ask for: Source Sans 3 and Source Serif 4.
    pub fn new(fonts: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let fonts: Vec<Font> = fonts
            .into_iter()
            .map(Bytes::new)
            .flat_map(Font::iter)
            .collect();
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
        }
    }

    /// Typesets a piece of ours. `None` when the piece is a foreign file.
    pub fn piece(&self, case: &CaseFile, piece: &Piece) -> Result<Option<Typeset>, CaseError> {
        let Some(file) = &piece.typst else {
            return Ok(None);
        };
        let files: BTreeMap<&str, &[u8]> = FOLDER
            .files()
            .chain(
                FOLDER
                    .get_dir(&case.slug)
                    .into_iter()
                    .flat_map(include_dir::Dir::files),
            )
            .filter_map(|file| Some((file.path().to_str()?, file.contents())))
            .collect();
        self.typeset(&format!("{}/{file}", case.slug), &files)
            .map(Some)
    }

    /// Typesets `main`, one of `files`; paths are relative to a common root. The same input gives the same bytes: the date
    /// of the document is the one its source sets.
    pub fn typeset(&self, main: &str, files: &BTreeMap<&str, &[u8]>) -> Result<Typeset, CaseError> {
        let failed = |errors: &[SourceDiagnostic]| CaseError::Source {
            file: main.to_owned(),
            message: errors
                .first()
                .map_or_else(String::new, |error| error.message.to_string()),
        };
        let main = file_id(main).ok_or_else(|| CaseError::Missing(main.to_owned()))?;
        let desk = Desk {
            typesetter: self,
            main,
            files: files
                .iter()
                .filter_map(|(path, data)| Some((file_id(path)?, Bytes::new(data.to_vec()))))
                .collect(),
        };
        let document = typst::compile::<PagedDocument>(&desk)
            .output
            .map_err(|errors| failed(&errors))?;
        let options = PdfOptions {
            ident: Smart::Auto,
            ..PdfOptions::default()
        };
        let pdf = typst_pdf::pdf(&document, &options).map_err(|errors| failed(&errors))?;
        Ok(Typeset {
            pdf,
            pages: document.pages().len(),
        })
    }
}

fn file_id(path: &str) -> Option<FileId> {
    let path = VirtualPath::new(path).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// The world of one document.
struct Desk<'a> {
    typesetter: &'a Typesetter,
    main: FileId,
    files: std::collections::HashMap<FileId, Bytes>,
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.typesetter.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.typesetter.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let bytes = self.file(id)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| FileError::InvalidUtf8)?;
        Ok(Source::new(id, text.to_owned()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files
            .get(&id)
            .cloned()
            .ok_or_else(|| FileError::NotFound(id.vpath().get_with_slash().into()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.typesetter.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
