//! PDF pages, drawn by pdfium.

use std::io::{self, Read, Seek, SeekFrom};

use pdfium_render::prelude::{
    PdfBitmap, PdfBitmapFormat, PdfDocument, PdfPage, PdfPageRenderRotation, PdfRect,
    PdfRenderConfig, PdfiumError, PdfiumInternalError,
};

use crate::document::{OpenDocumentError, PageSize};
use crate::encode::Pixels;
use crate::library::VerifiedLibrary;
use crate::limits::MAX_PAGES;
use crate::navigation::{self, Link, OutlineEntry};
use crate::request::{Frame, RenderPageError, RenderRequest, Rotation, frame};
use crate::text::{Lines, TextLine};

/// Stands in the outline for a page whose own size cannot be read (ISO A4, in points); rendering
/// such a page answers [`RenderPageError::Damaged`].
const A4: PageSize = PageSize {
    width_pt: 595.0,
    height_pt: 842.0,
    pixels: None,
};

/// The pages of an opened PDF.
pub(crate) struct PdfPages<'library> {
    document: PdfDocument<'library>,
}

impl<'library> PdfPages<'library> {
    pub(crate) fn open(
        source: impl Read + Seek + Send + 'library,
        library: &'library VerifiedLibrary,
        password: Option<&str>,
    ) -> Result<(Self, Vec<PageSize>), OpenDocumentError> {
        let document = library
            .pdfium
            .load_pdf_from_reader(Whole(source), password)
            .map_err(|error| match error {
                PdfiumError::PdfiumLibraryInternalError(
                    PdfiumInternalError::PasswordError | PdfiumInternalError::SecurityError,
                ) => OpenDocumentError::PasswordProtected,
                _ => OpenDocumentError::Damaged,
            })?;
        let count = u32::try_from(document.pages().len()).unwrap_or(0);
        if count == 0 {
            return Err(OpenDocumentError::Damaged);
        }
        if count > MAX_PAGES {
            return Err(OpenDocumentError::TooManyPages);
        }
        let pages = document.pages().as_range().map(|index| {
            document.pages().page_size(index).map_or(A4, |size| {
                let (width_pt, height_pt) = (size.width().value, size.height().value);
                let usable = |side: f32| side.is_finite() && side > 0.0;
                if usable(width_pt) && usable(height_pt) {
                    PageSize {
                        width_pt,
                        height_pt,
                        pixels: None,
                    }
                } else {
                    A4
                }
            })
        });
        let pages = pages.collect();
        Ok((Self { document }, pages))
    }

    /// The words of a page, in the order in which the document gives them.
    pub(crate) fn text(&self, page: u32) -> Result<Vec<TextLine>, RenderPageError> {
        let index = i32::try_from(page).map_err(|_| RenderPageError::NoSuchPage)?;
        let page = self.document.pages().get(index).map_err(damaged)?;
        let config = PdfRenderConfig::new().set_fixed_size(STEPS, STEPS);
        let text = page.text().map_err(damaged)?;
        let mut lines = Lines::default();
        for character in text.chars().iter() {
            let Some(letter) = character.unicode_char() else {
                continue;
            };
            let is_made_up = character.is_generated().unwrap_or(true);
            let bounds = character.loose_bounds().ok().filter(|_| !is_made_up);
            let place = bounds.and_then(|bounds| place_of(&page, &bounds, &config));
            lines.push(letter, place);
            if lines.is_full() {
                break;
            }
        }
        Ok(lines.finish())
    }

    /// The outline of the document.
    pub(crate) fn outline(&self) -> Vec<OutlineEntry> {
        navigation::outline(&self.document, self.count())
    }

    /// The links of a page to others.
    pub(crate) fn links(&self, page: u32) -> Result<Vec<Link>, RenderPageError> {
        let index = i32::try_from(page).map_err(|_| RenderPageError::NoSuchPage)?;
        let page = self.document.pages().get(index).map_err(damaged)?;
        Ok(navigation::links(&page, self.count()))
    }

    fn count(&self) -> usize {
        usize::try_from(self.document.pages().len()).unwrap_or(0)
    }

    /// Draws a page and hands its width, its height and its pixels on.
    pub(crate) fn draw<Made>(
        &self,
        page: u32,
        size: PageSize,
        request: RenderRequest,
        finish: impl FnOnce(u32, u32, &Pixels<'_>) -> Result<Made, RenderPageError>,
    ) -> Result<Made, RenderPageError> {
        let (mut width_pt, mut height_pt) = (f64::from(size.width_pt), f64::from(size.height_pt));
        if request.rotation.swaps_sides() {
            std::mem::swap(&mut width_pt, &mut height_pt);
        }
        let Frame { page: whole, part } = frame(width_pt, height_pt, &request)?;
        let (width, height) = (part.width, part.height);
        let mut pixels = vec![0; width as usize * height as usize * 4];

        let index = i32::try_from(page).map_err(|_| RenderPageError::NoSuchPage)?;
        let page = self.document.pages().get(index).map_err(damaged)?;
        let (wide, high) = (width.cast_signed(), height.cast_signed());
        let config = PdfRenderConfig::new()
            .set_fixed_size(whole.0.cast_signed(), whole.1.cast_signed())
            .set_origin(-part.x.cast_signed(), -part.y.cast_signed())
            .rotate(turn(request.rotation), false);
        // Drawn straight into `pixels`, in RGB order, on a white ground the configuration lays first.
        let mut bitmap = PdfBitmap::from_bytes(wide, high, PdfBitmapFormat::BGRx, &mut pixels)
            .map_err(damaged)?;
        page.render_into_bitmap_with_config(&mut bitmap, &config)
            .map_err(damaged)?;
        drop(bitmap);
        finish(width, height, &Pixels::Rgbx(&pixels))
    }
}

/// A source as libpdfium asks for it: all of what it wants, or nothing. The callback of pdfium-render reads once, and libpdfium takes whatever
/// number of bytes that gave for all of them: the rest of a scan would be grey.
struct Whole<S>(S);

impl<S: Read> Read for Whole<S> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read_exact(into)?;
        Ok(into.len())
    }
}

impl<S: Seek> Seek for Whole<S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// Places are told in parts of the page: its sides count so many steps.
pub(crate) const STEPS: i32 = 20_000;

/// A character's box on the page, as parts of its sides.
pub(crate) fn place_of(
    page: &PdfPage<'_>,
    bounds: &PdfRect,
    config: &PdfRenderConfig,
) -> Option<(f32, f32, f32, f32)> {
    #[expect(clippy::cast_precision_loss, reason = "a part of 20,000 steps")]
    let part = |steps: i32| steps as f32 / STEPS as f32;
    let corner = |x, y| {
        let (x, y) = page.points_to_pixels(x, y, config).ok()?;
        Some((part(x), part(y)))
    };
    let (left, bottom) = corner(bounds.left(), bounds.bottom())?;
    let (right, top) = corner(bounds.right(), bounds.top())?;
    // A turned page turns the box.
    Some((
        left.min(right),
        top.min(bottom),
        left.max(right),
        top.max(bottom),
    ))
}

fn damaged(_: PdfiumError) -> RenderPageError {
    RenderPageError::Damaged
}

fn turn(rotation: Rotation) -> PdfPageRenderRotation {
    match rotation {
        Rotation::None => PdfPageRenderRotation::None,
        Rotation::Right => PdfPageRenderRotation::Degrees90,
        Rotation::Half => PdfPageRenderRotation::Degrees180,
        Rotation::Left => PdfPageRenderRotation::Degrees270,
    }
}
