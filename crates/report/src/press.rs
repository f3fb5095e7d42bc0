//! The typesetter and all it can reach: the template, six fonts and two files in memory.

use std::sync::OnceLock;

use relecture_platform_api::OPINION_ATTACHMENT;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use crate::TypesetError;

/// File of the template's [`crate::Context`].
const CONTEXT: &str = "contexte.json";

/// Adobe's Source families (SIL Open Font License 1.1), which the window uses too: one package of npm
/// each, fixed by `ui/package-lock.json`. Each face has U+202F, the narrow no-break space.
macro_rules! face {
    ($path:literal) => {
        include_bytes!(concat!("../../../ui/node_modules/", $path))
    };
}

static SERIF: [&[u8]; 4] = [
    face!("source-serif/OTF/SourceSerif4-Regular.otf"),
    face!("source-serif/OTF/SourceSerif4-It.otf"),
    face!("source-serif/OTF/SourceSerif4-Semibold.otf"),
    face!("source-serif/OTF/SourceSerif4-SemiboldIt.otf"),
];
static SANS: &[u8] = face!("source-sans/OTF/SourceSans3-Regular.otf");
static MONO: &[u8] = face!("source-code-pro/OTF/SourceCodePro-Regular.otf");

/// What does not change from one opinion to the next, made once.
struct Fixed {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
}

fn fixed() -> &'static Fixed {
    static FIXED: OnceLock<Fixed> = OnceLock::new();
    FIXED.get_or_init(|| {
        let files = SERIF.into_iter().chain([SANS, MONO]);
        let fonts: Vec<Font> = files
            .flat_map(|file| Font::iter(Bytes::new(file)))
            .collect();
        Fixed {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            template: Source::detached(include_str!("../assets/report.typ")),
        }
    })
}

/// Whether each style of the text, or the face that stands in for it, has this glyph.
pub(crate) fn has_glyph(character: char) -> bool {
    let covers = |font: &Font| font.info().coverage.contains(u32::from(character));
    let (serif, rest) = fixed().fonts.split_at(SERIF.len().min(fixed().fonts.len()));
    serif.iter().all(covers) || rest.first().is_some_and(covers)
}

/// One opinion in the typesetter.
pub(crate) struct Press {
    opinion: Bytes,
    context: Bytes,
}

impl Press {
    /// Sets `opinion`, the bytes that are attached as they are.
    pub(crate) fn new(opinion: Vec<u8>, context: Vec<u8>) -> Self {
        Self {
            opinion: Bytes::new(opinion),
            context: Bytes::new(context),
        }
    }

    /// The PDF and its number of pages.
    pub(crate) fn print(&self, options: &PdfOptions) -> Result<(Vec<u8>, u32), TypesetError> {
        let _forget = Forget;
        let compiled = typst::compile::<PagedDocument>(self);
        let template = |found: &[SourceDiagnostic]| TypesetError::Template {
            line: self.line(found),
        };
        let document = compiled.output.map_err(|errors| template(&errors))?;
        // A warning (a font not found, a layout that does not settle) is a defect of the template.
        if !compiled.warnings.is_empty() {
            return Err(template(&compiled.warnings));
        }
        let pages = u32::try_from(document.pages().len()).unwrap_or(u32::MAX);
        let pdf = typst_pdf::pdf(&document, options).map_err(|errors| TypesetError::Standard {
            line: self.line(&errors),
        })?;
        Ok((pdf, pages))
    }

    /// Where the first diagnostic points. Its message may quote the opinion, so it is dropped.
    fn line(&self, found: &[SourceDiagnostic]) -> usize {
        found
            .first()
            .and_then(|first| self.range(first.span))
            .and_then(|range| fixed().template.lines().byte_to_line(range.start))
            .map_or(0, |line| line + 1)
    }
}

/// Empties the typesetter's global cache, which would keep the words of a case in memory after it is closed.
struct Forget;

impl Drop for Forget {
    fn drop(&mut self) {
        comemo::evict(0);
    }
}

impl World for Press {
    fn library(&self) -> &LazyHash<Library> {
        &fixed().library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &fixed().book
    }

    fn main(&self) -> FileId {
        fixed().template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main() {
            Ok(fixed().template.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id.vpath().get_without_slash() {
            OPINION_ATTACHMENT => Ok(self.opinion.clone()),
            CONTEXT => Ok(self.context.clone()),
            _ => Err(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        fixed().fonts.get(index).cloned()
    }

    /// No clock: a template that asks for the date does not compile.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
