//! A page in grey, as the recognition of text reads it.

use std::fmt;

use crate::document::PageSize;
use crate::encode::Pixels;
use crate::limits::{MAX_GREY_PIXELS, MAX_OUTPUT_SIDE};
use crate::request::{Quality, RenderRequest, Rotation};

/// Dots per inch at which a page of a PDF is drawn: the resolution that Tesseract's models were trained for.
const DOTS_PER_INCH: f64 = 300.0;

/// A page in grey.
#[derive(Clone, PartialEq, Eq)]
pub struct GreyPage {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// How fine it is drawn; `None` for a picture, whose true size nobody knows.
    pub dots_per_inch: Option<u32>,
    /// One byte per pixel, 0 is black, rows from the top without padding.
    pub pixels: Vec<u8>,
}

/// Without the pixels: they show a patient.
impl fmt::Debug for GreyPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { width, height, .. } = self;
        write!(f, "GreyPage({width} x {height})")
    }
}

impl GreyPage {
    pub(crate) fn of(
        width: u32,
        height: u32,
        dots_per_inch: Option<u32>,
        pixels: &Pixels<'_>,
    ) -> Self {
        let pixels = match pixels {
            Pixels::Rgb(data) => data.as_chunks::<3>().0.iter().copied().map(luma).collect(),
            Pixels::Rgbx(data) => {
                let pixels = data.as_chunks::<4>().0.iter();
                pixels.map(|&[r, g, b, _]| luma([r, g, b])).collect()
            }
        };
        Self {
            width,
            height,
            dots_per_inch,
            pixels,
        }
    }
}

/// ITU-R BT.601 in 256ths.
fn luma([red, green, blue]: [u8; 3]) -> u8 {
    let sum = 77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue);
    u8::try_from((sum + 128) >> 8).unwrap_or(u8::MAX)
}

/// How a page of this size is drawn, and how many dots then make an inch. A picture keeps its own pixels, unless there are too many.
pub(crate) fn request(size: &PageSize) -> (RenderRequest, Option<u32>) {
    let dots = |points: f32| f64::from(points) / 72.0 * DOTS_PER_INCH;
    let (wide, high) = size.pixels.map_or_else(
        || (dots(size.width_pt), dots(size.height_pt)),
        |(width, height)| (f64::from(width), f64::from(height)),
    );
    let shrink = (f64::from(MAX_GREY_PIXELS) / (wide * high)).sqrt().min(1.0);
    let most = f64::from(MAX_OUTPUT_SIDE);
    let width = wide * shrink.min(most / wide).min(most / high);
    let request = RenderRequest {
        width_px: whole(width),
        region: None,
        rotation: Rotation::None,
        quality: Quality::Lossless,
    };
    let dots = || whole(width / f64::from(size.width_pt) * 72.0);
    (request, size.pixels.is_none().then(dots))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "brought between 1 and MAX_OUTPUT_SIDE first"
)]
fn whole(side: f64) -> u32 {
    side.floor().clamp(1.0, f64::from(MAX_OUTPUT_SIDE)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width_pt: f32, height_pt: f32, pixels: Option<(u32, u32)>) -> PageSize {
        PageSize {
            width_pt,
            height_pt,
            pixels,
        }
    }

    #[test]
    fn a_page_is_drawn_at_300_dots_and_a_picture_as_it_is() {
        let (a4, dots) = request(&size(595.276, 841.89, None));
        assert_eq!((a4.width_px, dots), (2480, Some(300)));
        let (scan, dots) = request(&size(1.0, 1.0, Some((2480, 3508))));
        assert_eq!((scan.width_px, dots), (2480, None));
    }

    #[test]
    fn a_page_larger_than_any_paper_is_drawn_within_bounds() {
        for (width, height) in [(14_400.0, 14_400.0), (1.0, 14_400.0), (14_400.0, 1.0)] {
            let (asked, dots) = request(&size(width, height, None));
            let high = f64::from(asked.width_px) * f64::from(height) / f64::from(width);
            let pixels = f64::from(asked.width_px) * high.max(1.0);
            assert!(pixels <= f64::from(MAX_GREY_PIXELS), "{width} x {height}");
            assert!(dots.is_some_and(|dots| dots <= 300));
        }
    }

    #[test]
    fn grey_is_what_the_eye_sees_of_a_colour() {
        let colours = [0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 255];
        let page = GreyPage::of(4, 1, None, &Pixels::Rgb(&colours));
        assert_eq!(page.pixels, [0, 255, 77, 29]);
        let with_filler = [0, 255, 0, 9];
        let page = GreyPage::of(1, 1, None, &Pixels::Rgbx(&with_filler));
        assert_eq!(page.pixels, [149]);
    }
}
