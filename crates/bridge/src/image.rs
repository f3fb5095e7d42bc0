//! Images of DICOM behind `case://`: what is told of one as JSON, and its values.

use std::sync::Arc;

use relecture_desk::{
    Desk, ReadDocumentError,
    reader::{self, Frame, FrameHead, ReadPageError},
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::view::{
    CurveView, FrameView, PixelsView, RegionView, ScaleView, SpacingView, WindowView,
};

/// Values begin at a multiple of so many bytes: the window looks at them where they lie.
const ALIGNED: usize = 8;

/// Why there is no image.
#[derive(Debug, Error)]
pub enum ImageRefused {
    /// The address is not one of an image.
    #[error("not the address of an image")]
    Address,
    /// The document is closed, or the image cannot be decoded.
    #[error("the image cannot be read")]
    Read(#[from] ReadDocumentError),
    /// What is told of it could not be written.
    #[error("the image cannot be told")]
    Told(#[from] serde_json::Error),
}

impl ImageRefused {
    /// Why, in HTTP's terms (RFC 9110): 422 for an image that is damaged, 415 for one that is written in a way that is not read, and 410 where
    /// the document has to be opened again.
    pub fn status(&self) -> u16 {
        match self {
            Self::Read(ReadDocumentError::Reader(ReadPageError::Damaged)) => 422,
            Self::Read(ReadDocumentError::Reader(ReadPageError::Unsupported)) => 415,
            Self::Read(ReadDocumentError::Reader(ReadPageError::NoSuchPage)) | Self::Address => 404,
            Self::Read(_) | Self::Told(_) => 410,
        }
    }
}

/// The image at `/image/<handle>/<number>`: the length of what is told of it (`u32`, little endian), that as the JSON of a
/// [`FrameView`] and spaces, and its values as [`PixelsView`] says.
///
/// # Errors
/// [`ImageRefused`].
pub async fn image(desk: &Arc<Desk>, path: &str) -> Result<Zeroizing<Vec<u8>>, ImageRefused> {
    let (handle, number) = address(path).ok_or(ImageRefused::Address)?;
    let Frame { head, bytes } = desk.image(handle, number).await?;
    let mut told = serde_json::to_vec(&view(head))?;
    let whole = (4 + told.len()).next_multiple_of(ALIGNED);
    told.resize(whole - 4, b' ');
    let length = u32::try_from(told.len()).unwrap_or(u32::MAX);
    let mut answer = Zeroizing::new(Vec::with_capacity(whole + bytes.len()));
    answer.extend(length.to_le_bytes());
    answer.extend(told);
    answer.extend_from_slice(&bytes);
    Ok(answer)
}

fn address(path: &str) -> Option<(&str, u32)> {
    let (handle, number) = path.strip_prefix("/image/")?.split_once('/')?;
    Some((handle, number.parse().ok()?))
}

fn view(head: FrameHead) -> FrameView {
    FrameView {
        columns: head.columns,
        rows: head.rows,
        pixels: match head.kind {
            reader::FrameKind::Grey8 => PixelsView::Grey8,
            reader::FrameKind::Grey16 => PixelsView::Grey16,
            reader::FrameKind::Signed16 => PixelsView::Signed16,
            reader::FrameKind::Rgb => PixelsView::Rgb,
        },
        slope: head.slope,
        intercept: head.intercept,
        unit: head.unit,
        reduced: head.is_reduced,
        windows: head.windows.into_iter().map(window).collect(),
        automatic: window(head.automatic),
        curve: match head.curve {
            reader::Curve::Linear => CurveView::Linear,
            reader::Curve::LinearExact => CurveView::LinearExact,
            reader::Curve::Sigmoid => CurveView::Sigmoid,
        },
        inverted: head.is_inverted,
        scale: scale(head.scale),
        thickness: head.thickness,
        aspect: head.aspect,
        table: head.table,
        lacks_table: head.lacks_table,
    }
}

fn window(window: reader::Window) -> WindowView {
    WindowView {
        center: window.center,
        width: window.width,
        name: window.name,
    }
}

fn scale(scale: reader::Scale) -> ScaleView {
    let region = |region: reader::ScaledRegion| RegionView {
        sides: region.sides,
        spacing: region.spacing.map(spacing),
    };
    match scale {
        reader::Scale::Calibrated(all) => ScaleView::Calibrated {
            spacing: spacing(all),
        },
        reader::Scale::Detector(all) => ScaleView::Detector {
            spacing: spacing(all),
        },
        reader::Scale::Regions(regions) => ScaleView::Regions {
            regions: regions.into_iter().map(region).collect(),
        },
        reader::Scale::None => ScaleView::None,
    }
}

fn spacing(spacing: reader::Spacing) -> SpacingView {
    SpacingView {
        rows: spacing.rows,
        columns: spacing.columns,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_images_are_read() {
        assert_eq!(address("/image/abc/12"), Some(("abc", 12)));
        for path in ["/image/abc", "/image/abc/x", "/page/abc/1", "/image/abc/-1"] {
            assert_eq!(address(path), None, "{path}");
        }
    }
}
