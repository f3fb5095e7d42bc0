//! PDF pages, drawn by pdfium.

use pdfium_render::prelude::{
    PdfBitmap, PdfBitmapFormat, PdfDocument, PdfPageRenderRotation, PdfRenderConfig, PdfiumError,
    PdfiumInternalError,
};

use crate::document::{OpenDocumentError, PageSize};
use crate::encode::{EncodedPage, Pixels, encode};
use crate::library::VerifiedLibrary;
use crate::limits::MAX_PAGES;
use crate::request::{RenderPageError, RenderRequest, Rotation, fit};

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
        bytes: Vec<u8>,
        library: &'library VerifiedLibrary,
    ) -> Result<(Self, Vec<PageSize>), OpenDocumentError> {
        let document = library
            .pdfium
            .load_pdf_from_byte_vec(bytes, None)
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

    pub(crate) fn render(
        &self,
        page: u32,
        size: PageSize,
        request: RenderRequest,
    ) -> Result<EncodedPage, RenderPageError> {
        let (mut width_pt, mut height_pt) = (f64::from(size.width_pt), f64::from(size.height_pt));
        if request.rotation.swaps_sides() {
            std::mem::swap(&mut width_pt, &mut height_pt);
        }
        let (width, height) = fit(width_pt, height_pt, request.width_px);
        let mut pixels = vec![0; width as usize * height as usize * 4];

        let index = i32::try_from(page).map_err(|_| RenderPageError::NoSuchPage)?;
        let page = self.document.pages().get(index).map_err(damaged)?;
        let (wide, high) = (width.cast_signed(), height.cast_signed());
        let config = PdfRenderConfig::new()
            .set_fixed_size(wide, high)
            .rotate(turn(request.rotation), false);
        // Drawn straight into `pixels`, in RGB order, on a white ground the configuration lays first.
        let mut bitmap = PdfBitmap::from_bytes(wide, high, PdfBitmapFormat::BGRx, &mut pixels)
            .map_err(damaged)?;
        page.render_into_bitmap_with_config(&mut bitmap, &config)
            .map_err(damaged)?;
        drop(bitmap);
        encode(width, height, &Pixels::Rgbx(&pixels), request.quality)
    }
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
