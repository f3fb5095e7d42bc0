//! Images of DICOM: how they belong together, and the values of one.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::protocol::{MAX_IMAGES, MAX_SIDE};

/// The patient, as a file names him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Family name and given names, parted by `^` (PS3.5, 6.2.1).
    pub name: String,
    /// Patient ID.
    pub id: String,
    /// `YYYYMMDD`, or nothing.
    pub birth_date: String,
    /// `M`, `F`, `O`, or nothing.
    pub sex: String,
}

/// The study and the series of a stack, as its first file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesFacts {
    /// Study Instance UID.
    pub study: String,
    /// Study Description.
    pub study_description: String,
    /// Series Instance UID.
    pub series: String,
    /// Series Number.
    pub number: Option<i32>,
    /// Series Description, or the name of the protocol.
    pub description: String,
    /// Modality.
    pub modality: String,
    /// Body Part Examined.
    pub body_part: String,
    /// Frame of Reference UID.
    pub frame_of_reference: String,
    /// `YYYYMMDD`, or nothing; also where its images are of several days.
    pub date: String,
}

/// The images of a document, and what lies beside them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Images {
    /// What belongs behind each other, in the order of the pages of the document; none of any that has no images.
    pub stacks: Vec<ImageStack>,
    /// What is not shown.
    pub left_out: LeftOut,
}

/// What lies beside the images of a document and is not shown with them, in files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// They cannot be read.
    pub damaged: u32,
    /// Reports, of any kind.
    pub reports: u32,
    /// Recordings: of the heart, for one.
    pub waveforms: u32,
    /// What is no image and no report: how images are to be shown, which are important, plans of treatment.
    pub notes: u32,
}

/// Images that belong behind each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImageStack {
    /// Index of its first page.
    pub first: u32,
    /// What it belongs to.
    pub series: SeriesFacts,
    /// Whose images they are: one, unless files of several patients say that they belong together.
    pub identities: Vec<Identity>,
    /// The directions of their rows and of their columns in the patient.
    pub orientation: Option<[f64; 6]>,
    /// In the order in which they lie.
    pub slices: Vec<ImageSlice>,
    /// They are ordered by where they lie; otherwise by number alone.
    pub is_placed: bool,
    /// The usual step between two of them, in millimetres.
    pub step: Option<f64>,
    /// Where something is missing.
    pub gaps: Vec<Gap>,
    /// Slices that lie where another one does.
    pub duplicates: u32,
    /// Files that were there twice and are shown once.
    pub copies: u32,
    /// From one frame to the next of a film, in milliseconds.
    pub frame_time: Option<f64>,
}

/// Something is missing behind a slice.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// The place of the slice within its stack, from 0.
    pub after: u32,
    /// The step to the next, in millimetres.
    pub step: f64,
    /// Slices that would lie between.
    pub missing: u32,
}

/// One image of a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImageSlice {
    /// SOP Instance UID.
    pub instance: String,
    /// Its frame, from 1.
    pub frame: u32,
    /// Instance Number.
    pub number: Option<i32>,
    /// Index of whose it is.
    pub identity: u32,
    /// The middle of its first pixel in the patient, in millimetres towards his left, his back and his head.
    pub position: Option<[f64; 3]>,
    /// Values were given up to make it smaller.
    pub is_lossy: bool,
    /// Words are part of the image.
    pub is_annotated: bool,
    /// `R`, `L`, `B` for both, `U` for what is not paired, or nothing.
    pub laterality: String,
    /// View Position, or what it is called.
    pub view: String,
    /// Where its rows and its columns lead in the patient, as letters (Patient Orientation), where no plane says it.
    pub towards: Option<[String; 2]>,
}

/// Which values are shown, in those of the modality (VOI LUT module, PS3.3, C.11.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Window Center.
    pub center: f64,
    /// Window Width, above zero.
    pub width: f64,
    /// What it is for, as the file says.
    pub name: String,
}

/// How values become brightness within a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// A line (C.11.2.1.2.1).
    Linear,
    /// A line to the ends of the window (C.11.2.1.3.2).
    LinearExact,
    /// An S (C.11.2.1.3.1).
    Sigmoid,
}

/// Millimetres from the middle of a pixel to that of the next.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spacing {
    /// From a row to the next: down.
    pub rows: f64,
    /// From a column to the next: across.
    pub columns: f64,
}

/// A part of an ultrasound image with a meaning of its own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScaledRegion {
    /// Its left, upper, right and lower pixels.
    pub sides: [u32; 4],
    /// Its own scale, where it shows tissue.
    pub spacing: Option<Spacing>,
}

/// What distances on an image are worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Scale {
    /// In the patient, everywhere.
    Calibrated(Spacing),
    /// At the detector, where everything is larger than in the patient.
    Detector(Spacing),
    /// In the patient within each of these parts.
    Regions(Vec<ScaledRegion>),
    /// In pixels.
    None,
}

/// How the values of an image are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FrameKind {
    /// 8 bits.
    Grey8,
    /// 16 bits, little endian.
    Grey16,
    /// The same with a sign.
    Signed16,
    /// Red, green and blue, 8 bits each.
    Rgb,
}

impl FrameKind {
    /// Bytes of a pixel.
    pub fn width(self) -> u32 {
        match self {
            Self::Grey8 => 1,
            Self::Grey16 | Self::Signed16 => 2,
            Self::Rgb => 3,
        }
    }
}

/// What is told of an image beside its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameHead {
    /// Pixels across.
    pub columns: u32,
    /// Pixels down.
    pub rows: u32,
    /// How its values are written.
    pub kind: FrameKind,
    /// A value times this,
    pub slope: f64,
    /// and this added, is what the modality measured.
    pub intercept: f64,
    /// What the values of the modality count, for example `HU`; nothing where the file does not say.
    pub unit: String,
    /// They had more than 16 bits, and were rounded.
    pub is_reduced: bool,
    /// Windows that the file proposes.
    pub windows: Vec<Window>,
    /// A window that shows what there is.
    pub automatic: Window,
    /// How values become brightness within it.
    pub curve: Curve,
    /// The lowest value is white.
    pub is_inverted: bool,
    /// What its lengths are worth.
    pub scale: Scale,
    /// Slice Thickness, in millimetres.
    pub thickness: Option<f64>,
    /// How much higher than wide a pixel is.
    pub aspect: f64,
    /// Levels from 0 to 255, in even steps from one end of a window to the other, where the file has a table instead of a curve.
    pub table: Option<Vec<u8>>,
    /// It has one that cannot be read, for which a window stands.
    pub lacks_table: bool,
}

/// An image: values, pixel by pixel from its upper left corner. They are wiped when dropped.
#[derive(Clone)]
pub struct Frame {
    /// What it is.
    pub head: FrameHead,
    /// Its values.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Without the image itself: it shows a patient.
impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FrameHead {
            columns,
            rows,
            kind,
            ..
        } = self.head;
        write!(f, "Frame({kind:?}, {columns} x {rows})")
    }
}

impl FrameHead {
    /// Bytes of its values; nothing if it says something impossible.
    pub(crate) fn length(&self) -> Option<u32> {
        let windows = self.windows.iter().chain([&self.automatic]);
        let is_window = |window: &Window| window.center.is_finite() && window.width > 0.0;
        let is_spacing = |spacing: &Spacing| is_length(spacing.rows) && is_length(spacing.columns);
        let is_scale = match &self.scale {
            Scale::Calibrated(spacing) | Scale::Detector(spacing) => is_spacing(spacing),
            Scale::Regions(regions) => {
                let mut spacings = regions.iter().filter_map(|region| region.spacing.as_ref());
                spacings.all(is_spacing)
            }
            Scale::None => true,
        };
        let holds = (1..=MAX_SIDE).contains(&self.columns)
            && (1..=MAX_SIDE).contains(&self.rows)
            && self.slope.is_finite()
            && self.intercept.is_finite()
            && self.thickness.is_none_or(f64::is_finite)
            && is_length(self.aspect)
            && { windows }.all(is_window)
            && self.table.as_ref().is_none_or(|levels| levels.len() > 1)
            && is_scale;
        holds.then_some(())?;
        self.columns
            .checked_mul(self.rows)?
            .checked_mul(self.kind.width())
    }
}

fn is_length(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

/// Whether stacks say nothing impossible of a document of so many pages: they are its pages, one after the other.
pub(crate) fn hold_together(stacks: &[ImageStack], pages: usize) -> bool {
    let mut next = 0_usize;
    for stack in stacks {
        let finite = |numbers: &[f64]| numbers.iter().all(|number| number.is_finite());
        let holds = stack.first as usize == next
            && !stack.slices.is_empty()
            && stack.slices.len() <= MAX_IMAGES
            && stack.orientation.is_none_or(|o| finite(&o))
            && stack.step.is_none_or(is_length)
            && stack.frame_time.is_none_or(is_length)
            && stack
                .gaps
                .iter()
                .all(|gap| (gap.after as usize) < stack.slices.len() && is_length(gap.step))
            && stack.slices.iter().all(|slice| {
                (slice.identity as usize) < stack.identities.len()
                    && slice.position.is_none_or(|position| finite(&position))
            });
        if !holds {
            return false;
        }
        next += stack.slices.len();
    }
    next == pages
}
