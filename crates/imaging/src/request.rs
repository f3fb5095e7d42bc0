//! What one asks of a page, and what a page must answer within.

use crate::limits::{MAX_OUTPUT_PIXELS, MAX_OUTPUT_SIDE, MAX_PAGE_SIDE};

/// A turn of the page, clockwise, on top of the orientation the document itself asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// As the document says.
    #[default]
    None,
    /// A quarter turn to the right.
    Right,
    /// Upside down.
    Half,
    /// A quarter turn to the left.
    Left,
}

impl Rotation {
    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Right | Self::Left)
    }
}

/// How faithfully a page is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quality {
    /// JPEG at quality 92 without chroma subsampling: a fifth of the bytes, decoded twice as fast.
    #[default]
    Reading,
    /// PNG: every pixel as rendered, for fine detail under zoom.
    Lossless,
}

/// A part of a page, in its pixels, from its top left corner after rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// How to render one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderRequest {
    /// Width of the whole page in device pixels, after rotation. A picture is never enlarged beyond
    /// its own pixels; no answer exceeds [`MAX_OUTPUT_SIDE`] or [`MAX_OUTPUT_PIXELS`]: it is then
    /// smaller, in proportion, and says its true size.
    pub width_px: u32,
    /// Only this part of the page of that width, which may then be as wide as [`MAX_PAGE_SIDE`].
    pub region: Option<Region>,
    /// The turn asked for.
    pub rotation: Rotation,
    /// JPEG or PNG.
    pub quality: Quality,
}

/// Why a page could not be rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderPageError {
    /// The document has no page of this index.
    #[error("the document has no such page")]
    NoSuchPage,
    /// The page has no such part, or it is too large for one answer.
    #[error("the page has no such part")]
    NoSuchPart,
    /// This page cannot be drawn; others of the same document may.
    #[error("the page is damaged and cannot be drawn")]
    Damaged,
    /// This page is written in a way that is not read; others of the same document may be.
    #[error("the page is written in a way that is not read")]
    Unsupported,
    /// The rendered page could not be encoded.
    #[error("the rendered page could not be encoded")]
    NotEncoded,
}

/// Pixel size of a page of `width` x `height` (any unit, already rotated) asked at `width_px`,
/// shrunk in proportion to stay within the limits; each side is at least one pixel.
pub(crate) fn fit(width: f64, height: f64, width_px: u32) -> (u32, u32) {
    let side = f64::from(MAX_OUTPUT_SIDE);
    let wide = f64::from(width_px.clamp(1, MAX_OUTPUT_SIDE));
    let high = (wide * height / width).max(1.0);
    let shrink = (side / high)
        .min((f64::from(MAX_OUTPUT_PIXELS) / (wide * high)).sqrt())
        .min(1.0);
    (whole(wide * shrink), whole(high * shrink))
}

/// What is drawn of a page: its size in pixels, and the part that is asked for.
pub(crate) struct Frame {
    pub(crate) page: (u32, u32),
    pub(crate) part: Region,
}

/// The frame of a page of `width` x `height` (any unit, already rotated). A part that lies outside the page is no part of it.
pub(crate) fn frame(
    width: f64,
    height: f64,
    request: &RenderRequest,
) -> Result<Frame, RenderPageError> {
    let Some(part) = request.region else {
        let page = fit(width, height, request.width_px);
        let part = Region {
            x: 0,
            y: 0,
            width: page.0,
            height: page.1,
        };
        return Ok(Frame { page, part });
    };
    let side = f64::from(MAX_PAGE_SIDE);
    let wide = f64::from(request.width_px.clamp(1, MAX_PAGE_SIDE));
    let high = (wide * height / width).max(1.0);
    // Shrunk, it would not be the page whose part was asked for.
    if high > side {
        return Err(RenderPageError::NoSuchPart);
    }
    let page = (whole(wide), whole(high));
    let within = |from: u32, length: u32, side: u32| length.min(side.saturating_sub(from));
    let part = Region {
        width: within(part.x, part.width, page.0),
        height: within(part.y, part.height, page.1),
        ..part
    };
    let pixels = u64::from(part.width) * u64::from(part.height);
    let longest = part.width.max(part.height);
    if pixels == 0 || longest > MAX_OUTPUT_SIDE || pixels > u64::from(MAX_OUTPUT_PIXELS) {
        return Err(RenderPageError::NoSuchPart);
    }
    Ok(Frame { page, part })
}

/// A side in whole pixels.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is brought between 1 and MAX_PAGE_SIDE first"
)]
fn whole(side: f64) -> u32 {
    side.round().clamp(1.0, f64::from(MAX_PAGE_SIDE)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_keeps_its_proportions_and_stays_within_bounds() {
        assert_eq!(fit(595.0, 842.0, 1190), (1190, 1684));
        assert_eq!(fit(595.0, 842.0, 0), (1, 1));
        for (width, height, asked) in [
            (1.0, 14_400.0, 2000),
            (14_400.0, 1.0, 2000),
            (1e9, 1e9, u32::MAX),
            (1e-3, 1e9, 1),
            (612.0, 792.0, 100_000),
        ] {
            let (w, h) = fit(width, height, asked);
            assert!((1..=MAX_OUTPUT_SIDE).contains(&w) && (1..=MAX_OUTPUT_SIDE).contains(&h));
            // Rounding both sides may add one row and one column.
            assert!(u64::from(w) * u64::from(h) <= u64::from(MAX_OUTPUT_PIXELS) + 40_000);
        }
    }
}
