//! What a file says of itself: whose image it is, what was examined, how each frame lies and is shown.

use std::cmp::Ordering;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use serde::{Deserialize, Serialize};

use super::image::Photometric;
use super::length::{self, Scale};
use super::stack::Plane;
use super::window::{Curve, Window};

/// Transfer syntaxes that lose something: JPEG but the lossless processes, and JPEG-LS near-lossless.
const LOSSY: [&str; 5] = [
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.53",
    "1.2.840.10008.1.2.4.55",
    "1.2.840.10008.1.2.4.81",
];
/// Those that may: JPEG 2000 and high-throughput JPEG 2000 that are not the lossless ones.
const MAYBE_LOSSY: [&str; 2] = ["1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203"];
/// Letters of any word that is kept.
const LONGEST: usize = 128;
/// Windows of an image that are kept.
const MOST_WINDOWS: usize = 16;

/// The patient, as the file names him (C.7.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// The study and the series that a file belongs to (C.7.2.1, C.7.3.1), and how it was acquired.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Frame of Reference UID: positions are comparable with those of the same one alone (C.7.4.1).
    pub frame_of_reference: String,
    /// When it was acquired, `YYYYMMDD`: else when the series, or the study, was made.
    pub date: String,
}

/// What concerns all frames of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileFacts {
    /// Whose image it is.
    pub identity: Identity,
    /// What it belongs to.
    pub series: SeriesFacts,
    /// SOP Class UID.
    pub class: String,
    /// SOP Instance UID.
    pub instance: String,
    /// Instance Number.
    pub number: Option<i32>,
    /// View Position, or the code of a mammographic view.
    pub view: String,
    /// Values were given up to make it smaller, now or once (C.7.6.1.1.5).
    pub is_lossy: bool,
    /// Words are part of the image: `YES` (C.7.6.1.1).
    pub is_annotated: bool,
    /// From one frame to the next, in milliseconds (C.7.6.5).
    pub frame_time: Option<f64>,
}

/// How one frame lies and is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameFacts {
    /// Where it lies in the patient.
    pub plane: Option<Plane>,
    /// Where its rows and its columns lead in the patient, as letters, where no plane says it: of a projection (C.7.6.1.1.1).
    pub towards: Option<[String; 2]>,
    /// `R`, `L`, `B` for both, `U` for what is not paired, or nothing (of the image, the frame, or the series).
    pub laterality: String,
    /// When it was taken among others of the same place.
    pub moment: Moment,
    /// How much higher than wide a pixel is: by Pixel Aspect Ratio (C.7.6.3.1.7), else by what spacing there is.
    pub aspect: f64,
    /// What its lengths are worth.
    pub scale: Scale,
    /// Slice Thickness, in millimetres.
    pub thickness: Option<f64>,
    /// From the values of the file to those of the modality.
    pub rescale: Rescale,
    /// What the values of the modality count: `HU` for one (C.11.1.1.2); nothing where the file does not say.
    pub unit: String,
    /// Brightness follows a table (VOI LUT Sequence, C.11.2.1.1), from one end of the first window to the other.
    pub has_table: bool,
    /// Windows that the file proposes, the first to begin with.
    pub windows: Vec<Window>,
    /// How values become brightness within a window.
    pub curve: Curve,
    /// The lowest value is white.
    pub is_inverted: bool,
    /// A value that is no part of the image (C.7.5.1.1.2), and its other end where it is a range.
    pub padding: Option<(i32, i32)>,
}

/// What tells images of the same place apart, beside their numbers: Temporal Position Identifier, Acquisition Number, Echo Time, diffusion
/// b-value, Trigger Time and Nominal Cardiac Phase, where they are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moment(pub [Option<f64>; 6]);

impl Moment {
    fn of(object: &InMemDicomObject, groups: &Groups<'_>) -> Self {
        let content = groups.group(tags::FRAME_CONTENT_SEQUENCE);
        let echo = groups.group(tags::MR_ECHO_SEQUENCE);
        let diffusion = groups.group(tags::MR_DIFFUSION_SEQUENCE);
        let cardiac = groups.group(tags::CARDIAC_SYNCHRONIZATION_SEQUENCE);
        let position = content.real(tags::TEMPORAL_POSITION_INDEX);
        let echo_time = echo.real(tags::EFFECTIVE_ECHO_TIME);
        let trigger = cardiac.real(tags::NOMINAL_CARDIAC_TRIGGER_DELAY_TIME);
        Self([
            position.or_else(|| object.real(tags::TEMPORAL_POSITION_IDENTIFIER)),
            object.real(tags::ACQUISITION_NUMBER),
            echo_time.or_else(|| object.real(tags::ECHO_TIME)),
            diffusion.real(tags::DIFFUSION_B_VALUE),
            trigger.or_else(|| object.real(tags::TRIGGER_TIME)),
            object.real(tags::NOMINAL_PERCENTAGE_OF_CARDIAC_PHASE),
        ])
    }

    /// What is not told comes first.
    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        let of = |part: &Option<f64>| part.unwrap_or(f64::NEG_INFINITY);
        let pairs = self.0.iter().zip(&other.0);
        let mut ordered = pairs.map(|(one, other)| of(one).total_cmp(&of(other)));
        ordered
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

/// Modality LUT module (C.11.1): a line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rescale {
    /// Rescale Slope.
    pub slope: f64,
    /// Rescale Intercept.
    pub intercept: f64,
}

impl Rescale {
    /// Values are those of the modality already.
    pub const NONE: Self = Self {
        slope: 1.0,
        intercept: 0.0,
    };
}

/// The words and numbers of a data set.
pub(super) trait Words {
    /// Without what cannot be shown; nothing where there is nothing.
    fn text(&self, tag: Tag) -> String;
    fn real(&self, tag: Tag) -> Option<f64>;
    fn reals(&self, tag: Tag) -> Vec<f64>;
    fn whole(&self, tag: Tag) -> Option<i32>;
    /// The first item of a sequence.
    fn item(&self, tag: Tag) -> Option<&InMemDicomObject>;
}

impl Words for InMemDicomObject {
    fn text(&self, tag: Tag) -> String {
        let text = self.element(tag).ok().and_then(|e| e.to_str().ok());
        let text = text.unwrap_or_default();
        // Several values are parted by a backslash: the first one.
        let first = text.split('\\').next().unwrap_or_default();
        let shown = |letter: char| if letter.is_control() { ' ' } else { letter };
        let shown: String = first.chars().map(shown).take(LONGEST).collect();
        shown.trim().to_owned()
    }

    fn real(&self, tag: Tag) -> Option<f64> {
        self.reals(tag).first().copied()
    }

    fn reals(&self, tag: Tag) -> Vec<f64> {
        let numbers = self
            .element(tag)
            .ok()
            .and_then(|e| e.to_multi_float64().ok());
        let numbers = numbers.unwrap_or_default();
        if numbers.iter().all(|number| number.is_finite()) {
            numbers
        } else {
            Vec::new()
        }
    }

    fn whole(&self, tag: Tag) -> Option<i32> {
        self.element(tag).ok()?.to_int().ok()
    }

    fn item(&self, tag: Tag) -> Option<&InMemDicomObject> {
        self.element(tag).ok()?.items()?.first()
    }
}

/// The functional groups of one frame of an enhanced image (C.7.6.16): its own, those of all, and the data set where an image that is
/// not enhanced says the same.
pub(super) struct Groups<'a> {
    own: Option<&'a InMemDicomObject>,
    shared: Option<&'a InMemDicomObject>,
    object: &'a InMemDicomObject,
    frame: u32,
}

impl<'a> Groups<'a> {
    pub(super) fn of(object: &'a InMemDicomObject, frame: u32) -> Self {
        let own = object
            .element(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE)
            .ok();
        Self {
            own: own.and_then(|own| own.items()?.get(frame as usize)),
            shared: object.item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE),
            object,
            frame,
        }
    }

    /// Whether the image is an enhanced one, and says so of this group.
    pub(super) fn has(&self, sequence: Tag) -> bool {
        let of =
            |groups: Option<&InMemDicomObject>| groups.is_some_and(|g| g.item(sequence).is_some());
        of(self.own) || of(self.shared)
    }

    /// The data set itself.
    pub(super) fn object(&self) -> &'a InMemDicomObject {
        self.object
    }

    /// The place of the frame.
    pub(super) fn frame(&self) -> u32 {
        self.frame
    }

    /// What holds the elements of this group.
    pub(super) fn group(&self, sequence: Tag) -> &'a InMemDicomObject {
        let of = |groups: Option<&'a InMemDicomObject>| groups?.item(sequence);
        of(self.own)
            .or_else(|| of(self.shared))
            .unwrap_or(self.object)
    }
}

impl FileFacts {
    /// As the data set tells. `transfer_syntax` tells of a loss that it may not.
    pub(super) fn of(object: &InMemDicomObject, transfer_syntax: &str) -> Self {
        let first = |tags: &[Tag]| {
            let mut words = tags.iter().map(|tag| object.text(*tag));
            words.find(|word| !word.is_empty()).unwrap_or_default()
        };
        let view = object.item(tags::VIEW_CODE_SEQUENCE);
        let view = view.map(|code| code.text(tags::CODE_MEANING));
        let lossy = object.text(tags::LOSSY_IMAGE_COMPRESSION);
        Self {
            identity: Identity {
                name: person(&object.text(tags::PATIENT_NAME)),
                id: object.text(tags::PATIENT_ID),
                birth_date: object.text(tags::PATIENT_BIRTH_DATE),
                sex: object.text(tags::PATIENT_SEX),
            },
            series: SeriesFacts {
                study: object.text(tags::STUDY_INSTANCE_UID),
                study_description: object.text(tags::STUDY_DESCRIPTION),
                series: object.text(tags::SERIES_INSTANCE_UID),
                number: object.whole(tags::SERIES_NUMBER),
                description: first(&[tags::SERIES_DESCRIPTION, tags::PROTOCOL_NAME]),
                modality: object.text(tags::MODALITY),
                body_part: object.text(tags::BODY_PART_EXAMINED),
                frame_of_reference: object.text(tags::FRAME_OF_REFERENCE_UID),
                // A capture that was made later of an examination is of its day.
                date: first(&[
                    tags::ACQUISITION_DATE,
                    tags::SERIES_DATE,
                    tags::STUDY_DATE,
                    tags::CONTENT_DATE,
                ]),
            },
            class: object.text(tags::SOP_CLASS_UID),
            instance: object.text(tags::SOP_INSTANCE_UID),
            number: object.whole(tags::INSTANCE_NUMBER),
            view: Some(object.text(tags::VIEW_POSITION))
                .filter(|view| !view.is_empty())
                .or(view)
                .unwrap_or_default(),
            is_lossy: lossy == "01"
                || LOSSY.contains(&transfer_syntax)
                || (MAYBE_LOSSY.contains(&transfer_syntax) && lossy != "00"),
            is_annotated: object.text(tags::BURNED_IN_ANNOTATION) == "YES",
            frame_time: frame_time(object),
        }
    }
}

impl FrameFacts {
    /// Of the frame of this index.
    pub(super) fn of(object: &InMemDicomObject, frame: u32, photometric: Photometric) -> Self {
        let groups = Groups::of(object, frame);
        let voi = groups.group(tags::FRAME_VOILUT_SEQUENCE);
        let transformation = groups.group(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE);
        let measures = groups.group(tags::PIXEL_MEASURES_SEQUENCE);
        let slope = transformation.real(tags::RESCALE_SLOPE);
        let intercept = transformation.real(tags::RESCALE_INTERCEPT);
        let rescale = match (slope, intercept) {
            (Some(slope), Some(intercept)) if slope != 0.0 => Rescale { slope, intercept },
            _ => Rescale::NONE,
        };
        let is_rescaled = slope.is_some() && intercept.is_some();
        let windows = windows(voi);
        let table = voi.item(tags::VOILUT_SEQUENCE);
        let table = table.and_then(|item| range_of_table(item, rescale.intercept < 0.0));
        let plane = Plane::of(&groups);
        let padding = object.whole(tags::PIXEL_PADDING_VALUE);
        let limit = object.whole(tags::PIXEL_PADDING_RANGE_LIMIT);
        Self {
            plane,
            towards: towards(object).filter(|_| plane.is_none()),
            laterality: laterality(object, &groups),
            moment: Moment::of(object, &groups),
            aspect: length::aspect(object, &groups),
            scale: Scale::of(object, &groups),
            thickness: measures.real(tags::SLICE_THICKNESS),
            rescale,
            unit: unit(object, transformation, is_rescaled),
            has_table: table.is_some() && windows.is_empty(),
            windows: if windows.is_empty() {
                table.into_iter().collect()
            } else {
                windows
            },
            curve: Curve::of(&voi.text(tags::VOILUT_FUNCTION)),
            is_inverted: photometric == Photometric::Monochrome1,
            padding: padding.map(|value| {
                let other = limit.unwrap_or(value);
                (value.min(other), value.max(other))
            }),
        }
    }
}

/// CT Image Storage, and its enhanced kinds (PS3.4, B.5).
const CT: [&str; 3] = [
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.2.1",
    "1.2.840.10008.5.1.4.1.1.2.2",
];

/// Hounsfield units where Rescale Type says so, or says nothing in an image of a CT that is no scout (C.8.2.1.1.2): never of a capture of a
/// screen.
fn unit(object: &InMemDicomObject, transformation: &InMemDicomObject, is_rescaled: bool) -> String {
    let told = transformation.text(tags::RESCALE_TYPE);
    match told.as_str() {
        // Unspecified.
        "US" => String::new(),
        "" => {
            let class = object.text(tags::SOP_CLASS_UID);
            let kind = object.element(tags::IMAGE_TYPE).ok();
            let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            let is_ct = CT.contains(&class.as_str()) && !kind.contains("LOCALIZER");
            if is_ct && is_rescaled {
                "HU".to_owned()
            } else {
                String::new()
            }
        }
        _ => told,
    }
}

/// Of the image, else of the frame, else of the series.
fn laterality(object: &InMemDicomObject, groups: &Groups<'_>) -> String {
    let anatomy = groups.group(tags::FRAME_ANATOMY_SEQUENCE);
    let told = [
        object.text(tags::IMAGE_LATERALITY),
        anatomy.text(tags::FRAME_LATERALITY),
        object.text(tags::LATERALITY),
    ];
    { told }
        .into_iter()
        .find(|side| !side.is_empty())
        .unwrap_or_default()
}

/// Patient Orientation: where the rows and the columns lead.
fn towards(object: &InMemDicomObject) -> Option<[String; 2]> {
    let told = object
        .element(tags::PATIENT_ORIENTATION)
        .ok()?
        .to_multi_str()
        .ok()?;
    let [row, column] = told.as_ref() else {
        return None;
    };
    let is_told = |word: &str| {
        (1..=3).contains(&word.len()) && word.bytes().all(|letter| b"APRLHF".contains(&letter))
    };
    let (row, column) = (row.trim(), column.trim());
    (is_told(row) && is_told(column)).then(|| [row.to_owned(), column.to_owned()])
}

/// A window over the values that a table of brightness spans, which are those of the modality (C.11.2.1.1).
fn range_of_table(item: &InMemDicomObject, goes_below_zero: bool) -> Option<Window> {
    /// What a table says that has as many entries.
    const MOST: f64 = 65_536.0;
    let &[entries, first, _] = item.reals(tags::LUT_DESCRIPTOR).as_slice() else {
        return None;
    };
    // A word, even where the pixels have signs and it is read as if it had one.
    let entries = entries.rem_euclid(MOST);
    let entries = if entries == 0.0 { MOST } else { entries };
    let is_below_zero = goes_below_zero && first >= MOST / 2.0;
    let first = if is_below_zero { first - MOST } else { first };
    (entries > 1.0).then(|| Window {
        center: first + entries / 2.0,
        width: entries,
        name: String::new(),
    })
}

fn windows(object: &InMemDicomObject) -> Vec<Window> {
    let centers = object.reals(tags::WINDOW_CENTER);
    let widths = object.reals(tags::WINDOW_WIDTH);
    let names = object.element(tags::WINDOW_CENTER_WIDTH_EXPLANATION).ok();
    let names = names.and_then(|names| names.to_multi_str().ok());
    let names = names.as_deref().unwrap_or_default();
    let pairs = centers.into_iter().zip(widths).enumerate();
    let windows = pairs.map(|(at, (center, width))| Window {
        center,
        width,
        name: names.get(at).map_or_else(String::new, |name| {
            let shown = name.chars().filter(|letter| !letter.is_control());
            shown.take(LONGEST).collect::<String>().trim().to_owned()
        }),
    });
    let windows = windows.filter(|window| window.width > 0.0);
    windows.take(MOST_WINDOWS).collect()
}

/// A name without its ideographic and phonetic forms (PS3.5, 6.2.1.2).
fn person(name: &str) -> String {
    let mut forms = name.split('=').map(str::trim);
    let form = forms.find(|form| !form.is_empty()).unwrap_or_default();
    form.trim_end_matches('^').to_owned()
}

/// From one frame to the next: told as such, as a rate, or frame by frame (the usual one).
fn frame_time(object: &InMemDicomObject) -> Option<f64> {
    let vector = || {
        let mut times = object.reals(tags::FRAME_TIME_VECTOR);
        times.retain(|time| *time > 0.0);
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied()
    };
    let rate = |tag| object.real(tag).filter(|rate| *rate > 0.0);
    object
        .real(tags::FRAME_TIME)
        .filter(|time| *time > 0.0)
        .or_else(vector)
        .or_else(|| rate(tags::CINE_RATE).map(|rate| 1_000.0 / rate))
        .or_else(|| rate(tags::RECOMMENDED_DISPLAY_FRAME_RATE).map(|rate| 1_000.0 / rate))
}
