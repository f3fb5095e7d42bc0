//! Phantoms of a known size, one for each way in which a file tells what a pixel is worth (PS3.3, 10.7), from the file through the confined
//! reader to what the window measures with: a length is right to a pixel, and never told in another unit.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tests: a failure is a panic, tables are printed for whoever runs them, and sizes are small"
)]

#[path = "../../imaging/tests/support/mod.rs"]
#[allow(
    dead_code,
    clippy::format_push_string,
    clippy::format_collect,
    clippy::indexing_slicing,
    reason = "each test uses its part of the support"
)]
mod support;

use std::time::Duration;

use relecture_imaging_worker::{ReadLimits, Reader, Scale, Spacing};
use support::pdfium_path;
use zeroize::Zeroizing;

const WORKER: &str = env!("CARGO_BIN_EXE_relecture-imaging-worker");
const SIDE: u16 = 400;
const PATIENT: ReadLimits = ReadLimits {
    open: Duration::from_mins(2),
    render: Duration::from_mins(1),
    recognise: Duration::from_mins(1),
};
/// A coin, in millimetres across: in the patient.
const COIN: f64 = 40.0;
/// How much larger it is at the detector.
const MAGNIFICATION: f64 = 1.25;

/// SOP classes (PS3.4, B.5).
const CT: &str = "1.2.840.10008.5.1.4.1.1.2";
const MR: &str = "1.2.840.10008.5.1.4.1.1.4";
const DX: &str = "1.2.840.10008.5.1.4.1.1.1.1";
const MG: &str = "1.2.840.10008.5.1.4.1.1.1.2";
const XA: &str = "1.2.840.10008.5.1.4.1.1.12.1";
const US: &str = "1.2.840.10008.5.1.4.1.1.6.1";
const CAPTURE: &str = "1.2.840.10008.5.1.4.1.1.7";

/// What its diameter is to be told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Calibrated,
    Detector,
    Pixels,
}

/// A file of the coin.
struct Phantom {
    name: &'static str,
    class: &'static str,
    modality: &'static str,
    /// Millimetres from one row and one column to the next on the image, as it was made.
    made: (f64, f64),
    pixel_spacing: Option<&'static str>,
    imager_spacing: Option<&'static str>,
    calibration: Option<&'static str>,
    /// Physical Units and Physical Delta, in centimetres, of a region over all of it.
    region: Option<(u16, f64)>,
    unit: Unit,
}

const PLAIN: Phantom = Phantom {
    name: "",
    class: CT,
    modality: "CT",
    made: (0.5, 0.5),
    pixel_spacing: None,
    imager_spacing: None,
    calibration: None,
    region: None,
    unit: Unit::Pixels,
};

/// An element with an explicit kind, little endian (PS3.5, 7.1.2).
fn element(group: u16, number: u16, vr: [u8; 2], content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    if content.len() % 2 == 1 {
        content.push(if &vr == b"UI" { 0 } else { b' ' });
    }
    let head = [group.to_le_bytes(), number.to_le_bytes()].concat();
    let length = if matches!(&vr, b"OW" | b"SQ") {
        [&[0, 0], (content.len() as u32).to_le_bytes().as_slice()].concat()
    } else {
        (content.len() as u16).to_le_bytes().to_vec()
    };
    [head, vr.to_vec(), length, content].concat()
}

impl Phantom {
    fn file(&self) -> Vec<u8> {
        let text = |group, number, vr, value: &str| element(group, number, vr, value.as_bytes());
        let short = |number, value: u16| element(0x28, number, *b"US", &value.to_le_bytes());
        let spacing = |group, number, value: Option<&str>| {
            value.map_or_else(Vec::new, |value| text(group, number, *b"DS", value))
        };
        let region = self.region.map_or_else(Vec::new, |(units, delta)| {
            let long = |number, value: u32| element(0x18, number, *b"UL", &value.to_le_bytes());
            let short = |number, value: u16| element(0x18, number, *b"US", &value.to_le_bytes());
            let real = |number, value: f64| element(0x18, number, *b"FD", &value.to_le_bytes());
            let last = u32::from(SIDE) - 1;
            let item = [
                short(0x6012, 1),
                short(0x6014, 1),
                long(0x6018, 0),
                long(0x601a, 0),
                long(0x601c, last),
                long(0x601e, last),
                short(0x6024, units),
                short(0x6026, units),
                real(0x602c, delta),
                real(0x602e, delta),
            ]
            .concat();
            let length = (item.len() as u32).to_le_bytes();
            let item = [&[0xfe, 0xff, 0x00, 0xe0], length.as_slice(), &item].concat();
            element(0x18, 0x6011, *b"SQ", &item)
        });
        let calibration = self
            .calibration
            .map_or_else(Vec::new, |kind| text(0x28, 0x0a02, *b"CS", kind));
        [
            vec![0; 128],
            b"DICM".to_vec(),
            text(2, 0x10, *b"UI", "1.2.840.10008.1.2.1"),
            text(8, 0x16, *b"UI", self.class),
            text(8, 0x18, *b"UI", "1.2.3"),
            text(8, 0x60, *b"CS", self.modality),
            spacing(0x18, 0x1164, self.imager_spacing),
            region,
            short(2, 1),
            text(0x28, 4, *b"CS", "MONOCHROME2"),
            short(0x10, SIDE),
            short(0x11, SIDE),
            spacing(0x28, 0x30, self.pixel_spacing),
            short(0x100, 16),
            short(0x101, 16),
            short(0x102, 15),
            short(0x103, 0),
            calibration,
            element(0x7fe0, 0x10, *b"OW", &self.pixels()),
        ]
        .concat()
    }

    /// The coin in the middle: bright where a pixel's middle lies on it.
    fn pixels(&self) -> Vec<u8> {
        let middle = f64::from(SIDE) / 2.0;
        let at = |place: u16, spacing: f64| (f64::from(place) + 0.5 - middle) * spacing;
        let size = self.size_on_image();
        (0..SIDE)
            .flat_map(|row| (0..SIDE).map(move |column| (row, column)))
            .flat_map(|(row, column)| {
                let far = at(column, self.made.1).hypot(at(row, self.made.0));
                (u16::from(far <= size / 2.0) * 1_000).to_le_bytes()
            })
            .collect()
    }

    /// Millimetres: of a projection, at the detector.
    fn size_on_image(&self) -> f64 {
        if self.imager_spacing.is_some() {
            COIN * MAGNIFICATION
        } else {
            COIN
        }
    }
}

/// The unit in which a line across the whole of the coin is told, and what a pixel is worth in it.
fn told(scale: &Scale) -> (Unit, Spacing) {
    let pixels = Spacing {
        rows: 1.0,
        columns: 1.0,
    };
    match scale {
        Scale::Calibrated(spacing) => (Unit::Calibrated, *spacing),
        Scale::Detector(spacing) => (Unit::Detector, *spacing),
        Scale::Regions(regions) => match regions.as_slice() {
            [one] => one.spacing.map_or((Unit::Pixels, pixels), |spacing| {
                (Unit::Calibrated, spacing)
            }),
            _ => (Unit::Pixels, pixels),
        },
        Scale::None => (Unit::Pixels, pixels),
    }
}

/// Pixels across and down of what is bright, along its middle.
fn measured(values: &[u8]) -> (f64, f64) {
    let side = usize::from(SIDE);
    let bright: Vec<bool> = values
        .chunks_exact(2)
        .map(|value| value.iter().any(|byte| *byte != 0))
        .collect();
    let row = bright.chunks_exact(side).nth(side / 2).unwrap();
    let across = row.iter().filter(|is| **is).count();
    let column = bright.iter().skip(side / 2).step_by(side);
    let down = column.filter(|is| **is).count();
    let real = |count: usize| f64::from(u32::try_from(count).unwrap());
    (real(across), real(down))
}

fn phantoms() -> Vec<Phantom> {
    use Unit::{Calibrated, Detector};
    let projection = |name, pixel_spacing, calibration, unit| Phantom {
        name,
        class: DX,
        modality: "DX",
        made: (0.2, 0.2),
        pixel_spacing,
        imager_spacing: Some("0.2\\0.2"),
        calibration,
        unit,
        ..PLAIN
    };
    let ultrasound = |name, units, unit| Phantom {
        name,
        class: US,
        modality: "US",
        made: (0.3, 0.3),
        region: Some((units, 0.03)),
        unit,
        ..PLAIN
    };
    vec![
        Phantom {
            name: "CT, Pixel Spacing",
            pixel_spacing: Some("0.5\\0.5"),
            unit: Calibrated,
            ..PLAIN
        },
        Phantom {
            name: "MR, rows twice as far from each other as columns",
            class: MR,
            modality: "MR",
            made: (0.5, 0.25),
            pixel_spacing: Some("0.5\\0.25"),
            unit: Calibrated,
            ..PLAIN
        },
        projection("DX, Imager Pixel Spacing alone", None, None, Detector),
        projection(
            "DX, both alike: nothing was corrected",
            Some("0.2\\0.2"),
            None,
            Detector,
        ),
        projection(
            "DX, corrected for the magnification",
            Some("0.16\\0.16"),
            Some("GEOMETRY"),
            Calibrated,
        ),
        Phantom {
            class: MG,
            modality: "MG",
            ..projection(
                "MG, corrected without saying how",
                Some("0.16\\0.16"),
                None,
                Calibrated,
            )
        },
        Phantom {
            class: XA,
            modality: "XA",
            ..projection(
                "XA, by something of known size",
                Some("0.16\\0.16"),
                Some("FIDUCIAL"),
                Calibrated,
            )
        },
        ultrasound("US, a region in centimetres", 3, Calibrated),
        ultrasound("US, a region in seconds", 4, Unit::Pixels),
        Phantom {
            name: "US, Pixel Spacing without a region",
            class: US,
            modality: "US",
            pixel_spacing: Some("0.5\\0.5"),
            ..PLAIN
        },
        Phantom {
            name: "Secondary Capture of a CT",
            class: CAPTURE,
            pixel_spacing: Some("0.5\\0.5"),
            ..PLAIN
        },
        Phantom {
            name: "Secondary Capture by something of known size",
            class: CAPTURE,
            modality: "OT",
            pixel_spacing: Some("0.5\\0.5"),
            calibration: Some("FIDUCIAL"),
            unit: Calibrated,
            ..PLAIN
        },
        Phantom {
            name: "CT that says nothing",
            ..PLAIN
        },
    ]
}

#[test]
fn the_size_of_a_phantom_is_right_to_a_pixel_and_in_no_other_unit() {
    let mut wrong = Vec::new();
    for phantom in phantoms() {
        let source = Box::new(Zeroizing::new(phantom.file()));
        let (mut reader, _) =
            Reader::open(WORKER.as_ref(), &pdfium_path(), source, PATIENT).unwrap();
        assert!(reader.confinement().suffices());
        let frame = reader.frame(0).unwrap();
        let (across, down) = measured(&frame.bytes);
        let (unit, spacing) = told(&frame.head.scale);
        let expected = match phantom.unit {
            Unit::Calibrated => (COIN, COIN),
            Unit::Detector => (COIN * MAGNIFICATION, COIN * MAGNIFICATION),
            Unit::Pixels => {
                let size = phantom.size_on_image();
                (size / phantom.made.1, size / phantom.made.0)
            }
        };
        let lengths = (across * spacing.columns, down * spacing.rows);
        let off = (
            (lengths.0 - expected.0).abs() / spacing.columns,
            (lengths.1 - expected.1).abs() / spacing.rows,
        );
        println!(
            "{:<50} {:>6.1} {:>6.1} {unit:?}, {:.2} and {:.2} pixels off",
            phantom.name, lengths.0, lengths.1, off.0, off.1
        );
        if unit != phantom.unit || off.0 > 1.0 || off.1 > 1.0 {
            wrong.push(phantom.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
