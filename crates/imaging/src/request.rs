//! What one asks of a page, and what a page must answer within.

use crate::limits::{MAX_OUTPUT_PIXELS, MAX_OUTPUT_SIDE};

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

/// How to render one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderRequest {
    /// Width of the answer in device pixels, after rotation. A picture is never enlarged beyond its
    /// own pixels; nothing exceeds [`MAX_OUTPUT_SIDE`] or [`MAX_OUTPUT_PIXELS`]: the answer is then
    /// smaller, in proportion, and says its true size.
    pub width_px: u32,
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
    /// This page cannot be drawn; others of the same document may.
    #[error("the page is damaged and cannot be drawn")]
    Damaged,
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

/// A side in whole pixels.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is brought between 1 and MAX_OUTPUT_SIDE first"
)]
fn whole(side: f64) -> u32 {
    side.round().clamp(1.0, f64::from(MAX_OUTPUT_SIDE)) as u32
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
