//! Images of DICOM, as the parent is told of them.

use std::io;

use relecture_imaging::dicom::{self, Display, FrameFacts, Pixels};
use relecture_imaging::{Document, RenderPageError};
use relecture_imaging_worker::protocol::{Framed, Indexed, MAX_INDEX_BYTES, MAX_SIDE};
use relecture_imaging_worker::{
    Curve, FrameHead, FrameKind, Gap, Identity, ImageSlice, ImageStack, Images, LeftOut, Scale,
    ScaledRegion, SeriesFacts, Spacing, Window,
};
use zeroize::Zeroizing;

use crate::remote::Line;

pub(crate) fn images(document: &Document<'_>) -> Images {
    let dicom::LeftOut {
        damaged,
        reports,
        waveforms,
        notes,
    } = document.left_out();
    Images {
        stacks: document.stacks().iter().map(stack).collect(),
        left_out: LeftOut {
            damaged,
            reports,
            waveforms,
            notes,
        },
    }
}

/// Answers with what was found in the files of the document, unless it was opened with it.
pub(crate) fn index(document: &Document<'_>, is_known: bool, line: &Line) -> io::Result<()> {
    if is_known {
        return line.answer(Indexed::Known);
    }
    match document.index().map(Zeroizing::new) {
        // The other side takes no longer one.
        Some(index) if index.len() <= MAX_INDEX_BYTES as usize => {
            line.answer(Indexed::Found)?;
            line.send_bytes(&index)
        }
        _ => line.answer(Indexed::None),
    }
}

/// Answers with an image, and sends its values.
pub(crate) fn frame(document: &Document<'_>, page: u32, line: &Line) -> io::Result<()> {
    let (mut display, facts) = match document.display(page) {
        Ok(shown) => shown,
        Err(RenderPageError::NoSuchPage | RenderPageError::NoSuchPart) => {
            return line.answer(Framed::NoSuchPage);
        }
        Err(RenderPageError::Damaged | RenderPageError::NotEncoded) => {
            return line.answer(Framed::Damaged);
        }
        Err(RenderPageError::Unsupported) => return line.answer(Framed::Unsupported),
    };
    // The other side takes no larger ones.
    if display.columns.max(display.rows) > MAX_SIDE {
        return line.answer(Framed::Unsupported);
    }
    line.answer(Framed::Frame(head(&mut display, facts)))?;
    line.send_bytes(&bytes(display.pixels))
}

fn bytes(pixels: Pixels) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(match pixels {
        Pixels::Grey8(values) | Pixels::Rgb(values) => values,
        Pixels::Grey16(values) => words(values.iter().map(|value| value.to_le_bytes())),
        Pixels::Signed16(values) => words(values.iter().map(|value| value.to_le_bytes())),
    })
}

/// One after the other, written where they will lie.
fn words(values: impl ExactSizeIterator<Item = [u8; 2]>) -> Vec<u8> {
    let mut bytes = vec![0; values.len() * 2];
    for (place, value) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(values) {
        *place = value;
    }
    bytes
}

fn head(display: &mut Display, facts: FrameFacts) -> FrameHead {
    FrameHead {
        columns: display.columns,
        rows: display.rows,
        kind: match display.pixels {
            Pixels::Grey8(_) => FrameKind::Grey8,
            Pixels::Grey16(_) => FrameKind::Grey16,
            Pixels::Signed16(_) => FrameKind::Signed16,
            Pixels::Rgb(_) => FrameKind::Rgb,
        },
        slope: display.rescale.slope,
        intercept: display.rescale.intercept,
        unit: facts.unit,
        is_reduced: display.is_reduced,
        windows: facts.windows.iter().map(window).collect(),
        automatic: window(&display.automatic),
        curve: match facts.curve {
            dicom::Curve::Linear => Curve::Linear,
            dicom::Curve::LinearExact => Curve::LinearExact,
            dicom::Curve::Sigmoid => Curve::Sigmoid,
        },
        is_inverted: facts.is_inverted,
        scale: scale(facts.scale),
        thickness: facts.thickness,
        aspect: facts.aspect,
        lacks_table: facts.has_table && display.table.is_none(),
        table: display.table.take(),
    }
}

fn window(window: &dicom::Window) -> Window {
    Window {
        center: window.center,
        width: window.width,
        name: window.name.clone(),
    }
}

fn scale(scale: dicom::Scale) -> Scale {
    let region = |region: dicom::Region| ScaledRegion {
        sides: region.sides,
        spacing: region.spacing.map(spacing),
    };
    match scale {
        dicom::Scale::Calibrated(all) => Scale::Calibrated(spacing(all)),
        dicom::Scale::Detector(all) => Scale::Detector(spacing(all)),
        dicom::Scale::Regions(regions) => Scale::Regions(regions.into_iter().map(region).collect()),
        dicom::Scale::None => Scale::None,
    }
}

fn spacing(spacing: dicom::Spacing) -> Spacing {
    Spacing {
        rows: spacing.rows,
        columns: spacing.columns,
    }
}

fn stack(stack: &dicom::ImageStack) -> ImageStack {
    let dicom::SeriesFacts {
        study,
        study_description,
        series,
        number,
        description,
        modality,
        body_part,
        frame_of_reference,
        date,
    } = stack.series.clone();
    let identity = |identity: &dicom::Identity| Identity {
        name: identity.name.clone(),
        id: identity.id.clone(),
        birth_date: identity.birth_date.clone(),
        sex: identity.sex.clone(),
    };
    let gap = |gap: &dicom::Gap| Gap {
        after: u32::try_from(gap.after).unwrap_or(u32::MAX),
        step: gap.step,
        missing: gap.missing,
    };
    let plane = stack.slices.first().and_then(|slice| slice.facts.plane);
    ImageStack {
        first: stack.first,
        series: SeriesFacts {
            study,
            study_description,
            series,
            number,
            description,
            modality,
            body_part,
            frame_of_reference,
            date,
        },
        identities: stack.identities.iter().map(identity).collect(),
        orientation: plane
            .filter(|_| stack.is_placed)
            .and_then(|plane| [plane.row, plane.column].concat().try_into().ok()),
        slices: stack.slices.iter().map(slice).collect(),
        is_placed: stack.is_placed,
        step: stack.step,
        gaps: stack.gaps.iter().map(gap).collect(),
        duplicates: stack.duplicates,
        copies: stack.copies,
        frame_time: stack.frame_time,
    }
}

fn slice(slice: &dicom::ImageSlice) -> ImageSlice {
    ImageSlice {
        instance: slice.instance.clone(),
        frame: slice.frame,
        number: slice.number,
        identity: u32::try_from(slice.identity).unwrap_or(u32::MAX),
        position: slice.facts.plane.map(|plane| plane.position),
        is_lossy: slice.is_lossy,
        is_annotated: slice.is_annotated,
        laterality: slice.facts.laterality.clone(),
        view: slice.view.clone(),
        towards: slice.facts.towards.clone(),
    }
}
