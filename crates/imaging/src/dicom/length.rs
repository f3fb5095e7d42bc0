//! What a distance on an image is worth: millimetres in the patient, millimetres at the detector, or pixels and no more (PS3.3, 10.7).
//!
//! A wrong unit is worse than none: what the file does not clearly tell is measured in pixels.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use serde::{Deserialize, Serialize};

use super::facts::{Groups, Words as _};

/// Projections: what they show is magnified by its distance from the detector.
const PROJECTIONS: [&str; 9] = ["CR", "DX", "MG", "PX", "IO", "RF", "XA", "RG", "DR"];
/// Modalities whose images are planes in the patient (Image Plane module, C.7.6.2).
const PLANES: [&str; 5] = ["CT", "MR", "PT", "NM", "OPT"];
/// Secondary Capture Image Storage, and its multi-frame kinds (PS3.4, B.5).
const SECONDARY_CAPTURE: &str = "1.2.840.10008.5.1.4.1.1.7";
/// Two spacings that differ by more than this part are not the same (10.7.1.3).
const THE_SAME: f64 = 0.001;
/// Region Spatial Format: tissue, in two dimensions (C.8.5.5.1.2).
const TISSUE: u32 = 1;
/// Physical Units: centimetres (C.8.5.5.1.15).
const CENTIMETRES: u32 = 3;
const MILLIMETRES_OF_A_CENTIMETRE: f64 = 10.0;

/// What a length is told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Millimetres in the patient.
    Calibrated,
    /// Millimetres at the detector, where everything is larger than in the patient.
    Detector,
    /// Pixels.
    Pixels,
}

/// A distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Length {
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: Unit,
}

/// Millimetres from the middle of a pixel to that of the next.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spacing {
    /// From a row to the next: down.
    pub rows: f64,
    /// From a column to the next: across.
    pub columns: f64,
}

/// A part of an ultrasound image with a meaning of its own (C.8.5.5).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Its left, upper, right and lower pixels.
    pub sides: [u32; 4],
    /// Its own scale, where it shows tissue; time and speed have no lengths.
    pub spacing: Option<Spacing>,
}

/// How distances on an image are told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Scale {
    /// In the patient, everywhere.
    Calibrated(Spacing),
    /// At the detector.
    Detector(Spacing),
    /// In the patient within each of these parts that shows tissue, as long as none of another scale lies over it; in pixels elsewhere, and
    /// across.
    Regions(Vec<Region>),
    /// In pixels.
    None,
}

impl Scale {
    /// As the data set tells.
    pub(super) fn of(object: &InMemDicomObject, groups: &Groups<'_>) -> Self {
        let modality = object.text(tags::MODALITY);
        let regions = regions(object);
        if regions.iter().any(|region| region.spacing.is_some()) {
            return Self::Regions(regions);
        }
        let spacing = spacing(
            groups.group(tags::PIXEL_MEASURES_SEQUENCE),
            tags::PIXEL_SPACING,
        );
        // A capture of a screen keeps the modality of what was on it, and the scout of a CT is a projection.
        let class = object.text(tags::SOP_CLASS_UID);
        let kind = object.element(tags::IMAGE_TYPE).ok();
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_capture = class
            .strip_prefix(SECONDARY_CAPTURE)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let is_plane = PLANES.contains(&modality.as_str())
            && !is_capture
            && !(modality == "CT" && kind.contains("LOCALIZER"));
        let is_calibrated = !object.text(tags::PIXEL_SPACING_CALIBRATION_TYPE).is_empty();
        if PROJECTIONS.contains(&modality.as_str()) {
            let detector = self::spacing(object, tags::IMAGER_PIXEL_SPACING);
            return match (spacing, detector) {
                (Some(spacing), _) if is_calibrated => Self::Calibrated(spacing),
                (Some(spacing), Some(detector)) if !is_same(spacing, detector) => {
                    Self::Calibrated(spacing)
                }
                // Alone, it does not say of what: nothing was corrected for all one knows.
                (spacing, detector) => detector.or(spacing).map_or(Self::None, Self::Detector),
            };
        }
        match spacing {
            Some(spacing) if is_calibrated || is_plane => Self::Calibrated(spacing),
            // Of a picture of a screen, or of what says nothing of itself.
            _ => Self::None,
        }
    }

    /// From one point to another, in pixels across and down.
    pub fn length(&self, from: (f64, f64), to: (f64, f64)) -> Length {
        let (across, down) = (to.0 - from.0, to.1 - from.1);
        let scaled = |spacing: Spacing| (across * spacing.columns).hypot(down * spacing.rows);
        let spacing_in = |regions: &[Region]| {
            let touched = regions.iter().filter(|r| r.holds(from) || r.holds(to));
            let mut spacings = touched.map(|region| {
                let holds = region.holds(from) && region.holds(to);
                region.spacing.filter(|_| holds)
            });
            // Where regions lie over each other they have to agree.
            let first = spacings.next()??;
            spacings.all(|other| other == Some(first)).then_some(first)
        };
        let (value, unit) = match self {
            Self::Calibrated(spacing) => (scaled(*spacing), Unit::Calibrated),
            Self::Detector(spacing) => (scaled(*spacing), Unit::Detector),
            Self::Regions(regions) => match spacing_in(regions) {
                Some(spacing) => (scaled(spacing), Unit::Calibrated),
                None => (across.hypot(down), Unit::Pixels),
            },
            Self::None => (across.hypot(down), Unit::Pixels),
        };
        Length { value, unit }
    }
}

impl Region {
    fn holds(&self, (x, y): (f64, f64)) -> bool {
        let [left, top, right, bottom] = self.sides.map(f64::from);
        (left..=right).contains(&x) && (top..=bottom).contains(&y)
    }
}

fn spacing(object: &InMemDicomObject, tag: Tag) -> Option<Spacing> {
    let &[rows, columns] = object.reals(tag).as_slice() else {
        return None;
    };
    (is_length(rows) && is_length(columns)).then_some(Spacing { rows, columns })
}

fn is_length(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

fn is_same(one: Spacing, other: Spacing) -> bool {
    let close = |one: f64, other: f64| (one - other).abs() <= THE_SAME * one.max(other);
    close(one.rows, other.rows) && close(one.columns, other.columns)
}

/// The parts of an ultrasound image.
fn regions(object: &InMemDicomObject) -> Vec<Region> {
    let sequence = object.element(tags::SEQUENCE_OF_ULTRASOUND_REGIONS).ok();
    let items = sequence
        .and_then(|sequence| sequence.items())
        .unwrap_or_default();
    items.iter().filter_map(region).collect()
}

fn region(item: &InMemDicomObject) -> Option<Region> {
    let whole = |tag| item.element(tag).ok()?.to_int::<u32>().ok();
    let real = |tag| item.element(tag).ok()?.to_float64().ok();
    // Negative where the direction runs the other way.
    let spacing = |tag| Some(real(tag)?.abs() * MILLIMETRES_OF_A_CENTIMETRE);
    let shows_tissue = whole(tags::REGION_SPATIAL_FORMAT) == Some(TISSUE)
        && whole(tags::PHYSICAL_UNITS_X_DIRECTION) == Some(CENTIMETRES)
        && whole(tags::PHYSICAL_UNITS_Y_DIRECTION) == Some(CENTIMETRES);
    let of_tissue = || {
        let (rows, columns) = (
            spacing(tags::PHYSICAL_DELTA_Y)?,
            spacing(tags::PHYSICAL_DELTA_X)?,
        );
        (is_length(rows) && is_length(columns)).then_some(Spacing { rows, columns })
    };
    Some(Region {
        sides: [
            whole(tags::REGION_LOCATION_MIN_X0)?,
            whole(tags::REGION_LOCATION_MIN_Y0)?,
            whole(tags::REGION_LOCATION_MAX_X1)?,
            whole(tags::REGION_LOCATION_MAX_Y1)?,
        ],
        spacing: of_tissue().filter(|_| shows_tissue),
    })
}

/// How much higher than wide a pixel is (Pixel Aspect Ratio: C.7.6.3.1.7); else by any spacing that is told, whatever it is worth.
pub(super) fn aspect(object: &InMemDicomObject, groups: &Groups<'_>) -> f64 {
    let measures = groups.group(tags::PIXEL_MEASURES_SEQUENCE);
    let told = spacing(measures, tags::PIXEL_SPACING)
        .or_else(|| spacing(object, tags::IMAGER_PIXEL_SPACING))
        .or_else(|| spacing(object, tags::NOMINAL_SCANNED_PIXEL_SPACING))
        .or_else(|| spacing(object, tags::PIXEL_ASPECT_RATIO));
    let ratio = told.map_or(1.0, |told| told.rows / told.columns);
    // Beyond, it is a mistake.
    if (0.1..=10.0).contains(&ratio) {
        ratio
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use dicom_core::value::DataSetSequence;
    use dicom_core::{DataElement, PrimitiveValue, VR};

    use super::*;

    fn of(object: &InMemDicomObject) -> Scale {
        Scale::of(object, &Groups::of(object, 0))
    }

    fn text(object: &mut InMemDicomObject, tag: Tag, vr: VR, value: &str) {
        object.put(DataElement::new(tag, vr, PrimitiveValue::from(value)));
    }

    /// An image of a modality with these spacings and this calibration, where it has them.
    fn image(modality: &str, pixel: &str, imager: &str, calibration: &str) -> InMemDicomObject {
        let mut object = InMemDicomObject::new_empty();
        text(&mut object, tags::MODALITY, VR::CS, modality);
        for (tag, spacing) in [
            (tags::PIXEL_SPACING, pixel),
            (tags::IMAGER_PIXEL_SPACING, imager),
        ] {
            if !spacing.is_empty() {
                let values: Vec<&str> = spacing.split('\\').collect();
                object.put(DataElement::new(
                    tag,
                    VR::DS,
                    PrimitiveValue::Strs(values.iter().map(ToString::to_string).collect()),
                ));
            }
        }
        if !calibration.is_empty() {
            text(
                &mut object,
                tags::PIXEL_SPACING_CALIBRATION_TYPE,
                VR::CS,
                calibration,
            );
        }
        object
    }

    /// A line of 30 pixels across and 40 down.
    fn line(object: &InMemDicomObject) -> (f64, Unit) {
        let length = of(object).length((10.0, 10.0), (40.0, 50.0));
        ((length.value * 1000.0).round() / 1000.0, length.unit)
    }

    /// The whole table: no module ever tells millimetres of another kind.
    #[test]
    fn a_length_says_what_it_is_worth() {
        use Unit::{Calibrated, Detector, Pixels};
        for (object, expected) in [
            (image("CT", "0.5\\0.5", "", ""), (25.0, Calibrated)),
            // Rows twice as far from each other as columns.
            (image("MR", "1\\0.5", "", ""), (42.72, Calibrated)),
            (image("CT", "", "", ""), (50.0, Pixels)),
            (image("CT", "0\\0.5", "", ""), (50.0, Pixels)),
            (image("CT", "0.5", "", ""), (50.0, Pixels)),
            // Projections.
            (image("DX", "", "0.2\\0.2", ""), (10.0, Detector)),
            (image("DX", "0.2\\0.2", "0.2\\0.2", ""), (10.0, Detector)),
            (image("DX", "0.2\\0.2", "", ""), (10.0, Detector)),
            // Corrected for a magnification of 1.25.
            (
                image("DX", "0.16\\0.16", "0.2\\0.2", "GEOMETRY"),
                (8.0, Calibrated),
            ),
            (image("MG", "0.16\\0.16", "0.2\\0.2", ""), (8.0, Calibrated)),
            (
                image("XA", "0.2\\0.2", "0.2\\0.2", "FIDUCIAL"),
                (10.0, Calibrated),
            ),
            // Pictures of a screen, whatever they claim.
            (image("OT", "0.5\\0.5", "", ""), (50.0, Pixels)),
            (image("US", "0.5\\0.5", "", ""), (50.0, Pixels)),
            (image("OT", "0.5\\0.5", "", "FIDUCIAL"), (25.0, Calibrated)),
        ] {
            assert_eq!(line(&object), expected, "{:?}", of(&object));
        }
    }

    #[test]
    fn a_capture_of_a_screen_and_a_scout_have_no_millimetres() {
        let mut capture = image("CT", "0.5\\0.5", "", "");
        let class = "1.2.840.10008.5.1.4.1.1.7";
        text(&mut capture, tags::SOP_CLASS_UID, VR::UI, class);
        assert_eq!(line(&capture), (50.0, Unit::Pixels));
        let mut scout = image("CT", "0.5\\0.5", "", "");
        let kind = "ORIGINAL\\PRIMARY\\LOCALIZER";
        text(&mut scout, tags::IMAGE_TYPE, VR::CS, kind);
        assert_eq!(line(&scout), (50.0, Unit::Pixels));
    }

    fn ultrasound(units: u16) -> InMemDicomObject {
        let mut item = InMemDicomObject::new_empty();
        for (tag, value) in [
            (tags::REGION_LOCATION_MIN_X0, 0_u32),
            (tags::REGION_LOCATION_MIN_Y0, 0),
            (tags::REGION_LOCATION_MAX_X1, 100),
            (tags::REGION_LOCATION_MAX_Y1, 100),
        ] {
            item.put(DataElement::new(tag, VR::UL, PrimitiveValue::from(value)));
        }
        for (tag, value) in [
            (tags::REGION_SPATIAL_FORMAT, 1_u16),
            (tags::PHYSICAL_UNITS_X_DIRECTION, units),
            (tags::PHYSICAL_UNITS_Y_DIRECTION, units),
        ] {
            item.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
        }
        for (tag, value) in [
            (tags::PHYSICAL_DELTA_X, 0.02_f64),
            (tags::PHYSICAL_DELTA_Y, -0.02),
        ] {
            item.put(DataElement::new(tag, VR::FD, PrimitiveValue::from(value)));
        }
        let mut object = image("US", "", "", "");
        let items = DataSetSequence::from(vec![item]);
        object.put(DataElement::new(
            tags::SEQUENCE_OF_ULTRASOUND_REGIONS,
            VR::SQ,
            items,
        ));
        object
    }

    #[test]
    fn ultrasound_has_lengths_within_its_regions_alone() {
        let tissue = ultrasound(3);
        assert_eq!(line(&tissue), (10.0, Unit::Calibrated));
        let across = of(&tissue).length((90.0, 50.0), (110.0, 50.0));
        assert_eq!(across.unit, Unit::Pixels, "it leaves the region");
        // Seconds are no centimetres.
        assert_eq!(line(&ultrasound(4)), (50.0, Unit::Pixels));
    }
}
