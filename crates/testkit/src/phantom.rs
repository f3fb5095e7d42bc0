//! Images of nobody: an abdomen made of ellipsoids, as a scanner would write it. The tumour is as long as it is said to be.
//!
//! Files are written here by hand, so that what reads them is not what wrote them.

use std::io::{Cursor, Write as _};

use sha2::{Digest as _, Sha256};
pub use zip::CompressionMethod;
use zip::{ZipWriter, result::ZipError, write::SimpleFileOptions};

/// CT Image Storage (PS3.4, B.5).
const CT_IMAGE_STORAGE: &str = "1.2.840.10008.5.1.4.1.1.2";
/// Explicit VR Little Endian.
const EXPLICIT: &str = "1.2.840.10008.1.2.1";
/// Values are Hounsfield units above this.
const AIR: i16 = -1_024;

/// How a stack lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orientation {
    /// From the feet to the head.
    Axial,
    /// From the front to the back.
    Coronal,
}

impl Orientation {
    /// A place in the patient as one across, down and behind.
    fn lies(self, [left, back, head]: [f64; 3]) -> (f64, f64, f64) {
        match self {
            Self::Axial => (left, back, head),
            Self::Coronal => (left, -head, back),
        }
    }
}

/// A series of slices.
#[derive(Clone, Debug)]
pub struct Series {
    /// `FAMILY^GIVEN`.
    pub name: String,
    /// `YYYYMMDD`.
    pub birth_date: String,
    /// `YYYYMMDD`: the study.
    pub date: String,
    /// Series Number.
    pub number: u32,
    /// Series Description.
    pub description: String,
    /// How it lies.
    pub orientation: Orientation,
    /// Slices.
    pub slices: u32,
    /// Pixels across and down.
    pub side: u32,
    /// Millimetres from one pixel to the next.
    pub spacing: f64,
    /// Millimetres from one slice to the next.
    pub step: f64,
    /// Millimetres of the tumour, across.
    pub tumour: f64,
    /// Window Center and Window Width.
    pub window: (i32, i32),
}

impl Series {
    /// An abdomen at the portal time, of 512 x 512 pixels.
    pub fn portal(name: &str, birth_date: &str, date: &str, tumour: f64) -> Self {
        Self {
            name: name.to_owned(),
            birth_date: birth_date.to_owned(),
            date: date.to_owned(),
            number: 2,
            description: "Abdomen, temps portal".to_owned(),
            orientation: Orientation::Axial,
            slices: 24,
            side: 512,
            spacing: 0.742,
            step: 2.5,
            tumour,
            window: (50, 400),
        }
    }

    /// The same from the front to the back, on fewer pixels.
    #[must_use]
    pub fn coronal(&self) -> Self {
        Self {
            number: 4,
            description: "Coronal".to_owned(),
            orientation: Orientation::Coronal,
            slices: 16,
            side: 256,
            spacing: 1.4,
            step: 6.0,
            ..self.clone()
        }
    }

    /// Its files, in the order of their numbers: from the head down, as scanners number them.
    pub fn files(&self) -> Vec<Vec<u8>> {
        (0..self.slices).map(|index| self.file(index)).collect()
    }

    /// The same, of which so many slices have values of their own and the others repeat them: long series are made in seconds.
    pub fn files_alike(&self, own: u32) -> impl Iterator<Item = Vec<u8>> {
        let kept: Vec<Vec<u16>> = (0..own)
            .map(|at| {
                let index = at * self.slices / own;
                self.values(self.position(index), index)
            })
            .collect();
        (0..self.slices).map(move |index| {
            let values = kept.get((index % own) as usize);
            self.written(index, values.map_or(&[], Vec::as_slice))
        })
    }

    /// Where the first pixel of a slice lies.
    fn position(&self, index: u32) -> [f64; 3] {
        let half = f64::from(self.side) * self.spacing / 2.0;
        let depth = (f64::from(index) - f64::from(self.slices - 1) / 2.0) * self.step;
        match self.orientation {
            Orientation::Axial => [-half, -half, depth - 112.5],
            Orientation::Coronal => [-half, depth, half - 112.5],
        }
    }

    /// The file of one slice, counted from the feet or from the front.
    pub fn file(&self, index: u32) -> Vec<u8> {
        self.written(index, &self.values(self.position(index), index))
    }

    /// The file of a slice of these values.
    fn written(&self, index: u32, values: &[u16]) -> Vec<u8> {
        let Self { spacing, side, .. } = *self;
        let position = self.position(index);
        let orientation = match self.orientation {
            Orientation::Axial => "1\\0\\0\\0\\1\\0",
            Orientation::Coronal => "1\\0\\0\\0\\0\\-1",
        };
        let number = self.slices - index;
        let study = uid(&[&self.name, &self.date]);
        let series = uid(&[&self.name, &self.date, &self.number.to_string()]);
        let instance = uid(&[&series, &number.to_string()]);
        let mut set = Vec::new();
        let mut text = |group, element, vr, value: &str| {
            put(&mut set, group, element, vr, value.as_bytes());
        };
        text(8, 5, "CS", "ISO_IR 192");
        text(8, 8, "CS", "ORIGINAL\\PRIMARY\\AXIAL");
        text(8, 0x16, "UI", CT_IMAGE_STORAGE);
        text(8, 0x18, "UI", &instance);
        text(8, 0x20, "DA", &self.date);
        text(8, 0x22, "DA", &self.date);
        text(8, 0x60, "CS", "CT");
        text(8, 0x70, "LO", "Fantôme de synthèse");
        text(8, 0x1030, "LO", "Scanner abdominal");
        text(8, 0x103e, "LO", &self.description);
        text(0x10, 0x10, "PN", &self.name);
        text(0x10, 0x20, "LO", "K7R-418");
        text(0x10, 0x30, "DA", &self.birth_date);
        text(0x10, 0x40, "CS", "F");
        text(0x18, 0x15, "CS", "ABDOMEN");
        text(0x18, 0x50, "DS", &self.step.to_string());
        text(0x20, 0xd, "UI", &study);
        text(0x20, 0xe, "UI", &series);
        text(0x20, 0x11, "IS", &self.number.to_string());
        text(0x20, 0x13, "IS", &number.to_string());
        text(
            0x20,
            0x32,
            "DS",
            &position.map(|part| format!("{part:.4}")).join("\\"),
        );
        text(0x20, 0x37, "DS", orientation);
        text(0x20, 0x52, "UI", &uid(&[&study, "frame"]));
        put(&mut set, 0x28, 2, "US", &1_u16.to_le_bytes());
        put(&mut set, 0x28, 4, "CS", b"MONOCHROME2");
        let across = u16::try_from(side).unwrap_or(u16::MAX);
        put(&mut set, 0x28, 0x10, "US", &across.to_le_bytes());
        put(&mut set, 0x28, 0x11, "US", &across.to_le_bytes());
        put(
            &mut set,
            0x28,
            0x30,
            "DS",
            format!("{spacing}\\{spacing}").as_bytes(),
        );
        for (element, value) in [(0x100, 16_u16), (0x101, 12), (0x102, 11), (0x103, 0)] {
            put(&mut set, 0x28, element, "US", &value.to_le_bytes());
        }
        let (center, width) = self.window;
        put(&mut set, 0x28, 0x1050, "DS", center.to_string().as_bytes());
        put(&mut set, 0x28, 0x1051, "DS", width.to_string().as_bytes());
        put(&mut set, 0x28, 0x1052, "DS", AIR.to_string().as_bytes());
        put(&mut set, 0x28, 0x1053, "DS", b"1");
        put(&mut set, 0x28, 0x1054, "LO", b"HU");
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        put(&mut set, 0x7fe0, 0x10, "OW", &bytes);
        with_meta(CT_IMAGE_STORAGE, &instance, &set)
    }

    /// Values of a slice whose first pixel lies there, as they are stored.
    fn values(&self, position: [f64; 3], index: u32) -> Vec<u16> {
        let side = self.side as usize;
        let mut slice = vec![f64::from(AIR); side * side];
        let (left, top, depth) = self.orientation.lies(position);
        for ellipsoid in anatomy(self.tumour) {
            let (x, y, z) = self.orientation.lies(ellipsoid.at);
            let (wide, high, deep) = self.orientation.lies(ellipsoid.radii);
            let beside = (depth - z) / deep;
            for (row, pixels) in slice.chunks_exact_mut(side).enumerate() {
                let down = (top + offset(row, self.spacing) - y) / high;
                let within = 1.0 - beside * beside - down * down;
                for (column, pixel) in pixels.iter_mut().enumerate() {
                    let across = (left + offset(column, self.spacing) - x) / wide;
                    if across * across < within {
                        *pixel = ellipsoid.value;
                    }
                }
            }
        }
        let slice = blurred(&slice, side);
        let mut noise = Noise(u64::from(index) << 32 | u64::from(self.number) << 8 | 1);
        let stored = slice.iter().map(|value| {
            let value = value
                + if *value > -900.0 {
                    noise.next() * 14.0
                } else {
                    noise.next() * 3.0
                };
            word(value - f64::from(AIR))
        });
        stored.collect()
    }
}

/// What a film of many frames holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Film {
    /// 12 bits in 16.
    Words,
    /// 8 bits of grey, in the window of the series.
    Bytes,
    /// 8 bits each of red, green and blue.
    Colours,
}

impl Film {
    /// The class of such captures of many frames (PS3.4, B.5).
    fn class(self) -> &'static str {
        match self {
            Self::Words => "1.2.840.10008.5.1.4.1.1.7.3",
            Self::Bytes => "1.2.840.10008.5.1.4.1.1.7.2",
            Self::Colours => "1.2.840.10008.5.1.4.1.1.7.4",
        }
    }
}

impl Series {
    /// Its slices as the frames of one file.
    pub fn film(&self, kind: Film) -> Vec<u8> {
        let (samples, allocated, stored) = match kind {
            Film::Words => (1_u16, 16_u16, 12_u16),
            Film::Bytes => (1, 8, 8),
            Film::Colours => (3, 8, 8),
        };
        let instance = uid(&[&self.name, &self.date, "film"]);
        let mut set = Vec::new();
        let mut text = |group, element, vr, value: &str| {
            put(&mut set, group, element, vr, value.as_bytes());
        };
        text(8, 5, "CS", "ISO_IR 192");
        text(8, 0x16, "UI", kind.class());
        text(8, 0x18, "UI", &instance);
        text(8, 0x20, "DA", &self.date);
        text(8, 0x60, "CS", "OT");
        text(8, 0x64, "CS", "WSD");
        text(0x10, 0x10, "PN", &self.name);
        text(0x10, 0x20, "LO", "K7R-418");
        text(0x20, 0xd, "UI", &uid(&[&self.name, &self.date]));
        text(0x20, 0xe, "UI", &uid(&[&self.name, &self.date, "films"]));
        text(0x20, 0x13, "IS", "1");
        put(&mut set, 0x28, 2, "US", &samples.to_le_bytes());
        let meaning: &[u8] = if samples == 3 { b"RGB" } else { b"MONOCHROME2" };
        put(&mut set, 0x28, 4, "CS", meaning);
        if samples == 3 {
            put(&mut set, 0x28, 6, "US", &0_u16.to_le_bytes());
        }
        put(&mut set, 0x28, 8, "IS", self.slices.to_string().as_bytes());
        let side = u16::try_from(self.side).unwrap_or(u16::MAX);
        for (element, value) in [
            (0x10, side),
            (0x11, side),
            (0x100, allocated),
            (0x101, stored),
            (0x102, stored - 1),
            (0x103, 0),
        ] {
            put(&mut set, 0x28, element, "US", &value.to_le_bytes());
        }
        let mut pixels = Vec::new();
        for index in 0..self.slices {
            let values = self.values(self.position(index), index);
            match kind {
                Film::Words => pixels.extend(values.into_iter().flat_map(u16::to_le_bytes)),
                Film::Bytes => pixels.extend(values.into_iter().map(|value| self.grey(value))),
                Film::Colours => pixels.extend(values.into_iter().flat_map(|value| {
                    let grey = self.grey(value);
                    // As warm as an endoscope's.
                    [grey, (grey / 4) * 3, grey / 2]
                })),
            }
        }
        let vr = if allocated == 16 { "OW" } else { "OB" };
        put(&mut set, 0x7fe0, 0x10, vr, &pixels);
        with_meta(kind.class(), &instance, &set)
    }

    /// A value in its window.
    fn grey(&self, value: u16) -> u8 {
        let (center, width) = self.window;
        let above = i32::from(value) + i32::from(AIR) - center + width / 2;
        u8::try_from((above * 255 / width).clamp(0, 255)).unwrap_or(0)
    }
}

/// As sharp as a scanner: each pixel and half of its neighbours.
fn blurred(slice: &[f64], side: usize) -> Vec<f64> {
    let at = |row: usize, column: usize| {
        let (row, column) = (row.min(side - 1), column.min(side - 1));
        slice.get(row * side + column).copied().unwrap_or(0.0)
    };
    let across = |row: usize, column: usize| {
        let (left, right) = (at(row, column.saturating_sub(1)), at(row, column + 1));
        (left + 2.0 * at(row, column) + right) / 4.0
    };
    let pixel = |index: usize| {
        let (row, column) = (index / side, index % side);
        let above = across(row.saturating_sub(1), column);
        (above + 2.0 * across(row, column) + across(row + 1, column)) / 4.0
    };
    (0..side * side).map(pixel).collect()
}

#[expect(clippy::cast_precision_loss, reason = "pixels of one side")]
fn offset(number: usize, spacing: f64) -> f64 {
    number as f64 * spacing
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates within 12 bits"
)]
fn word(value: f64) -> u16 {
    value.clamp(0.0, 4_095.0).round() as u16
}

/// About normal, of deviation one.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        let mut sum = 0.0;
        for _ in 0..4 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            sum += f64::from(u16::try_from(self.0 & 0xffff).unwrap_or(0)) / 65_536.0 - 0.5;
        }
        sum * 1.7
    }
}

#[derive(Clone, Copy)]
struct Ellipsoid {
    /// Towards the patient's left, his back and his head, in millimetres.
    at: [f64; 3],
    radii: [f64; 3],
    /// In Hounsfield units.
    value: f64,
}

/// What is painted, each over what came before. The tumour lies at the lower pole of the right kidney.
fn anatomy(tumour: f64) -> Vec<Ellipsoid> {
    let mut all = Vec::new();
    let mut add = |at: [f64; 3], radii: [f64; 3], value: f64| {
        all.push(Ellipsoid { at, radii, value });
    };
    let z = -112.5;
    // Skin and fat, muscle, and what lies within.
    add([0.0, 0.0, z], [168.0, 118.0, 400.0], 20.0);
    add([0.0, 0.0, z], [165.0, 115.0, 400.0], -95.0);
    add([0.0, 4.0, z], [150.0, 100.0, 400.0], 55.0);
    add([0.0, -4.0, z], [138.0, 88.0, 400.0], -80.0);
    // The muscles beside the spine.
    add([-34.0, 78.0, z], [30.0, 22.0, 400.0], 58.0);
    add([34.0, 78.0, z], [30.0, 22.0, 400.0], 58.0);
    add([-28.0, 48.0, z], [18.0, 16.0, 400.0], 58.0);
    add([28.0, 48.0, z], [18.0, 16.0, 400.0], 58.0);
    // Ribs.
    for step in 0..12_i32 {
        let angle = f64::from(step) * 0.4 - 2.2 + 1.571;
        let (sine, cosine) = angle.sin_cos();
        let sides = [
            143.0 * cosine,
            4.0 + 93.0 * sine,
            z + 6.0 * f64::from(step % 3),
        ];
        add(sides, [9.0, 5.0, 30.0], 320.0);
        add(sides, [6.0, 2.6, 28.0], 140.0);
    }
    // Spine: body, canal, arch.
    add([0.0, 86.0, z], [7.0, 20.0, 400.0], 380.0);
    add([0.0, 46.0, z], [25.0, 20.0, 400.0], 420.0);
    add([0.0, 46.0, z], [22.0, 17.0, 400.0], 190.0);
    add([0.0, 71.0, z], [14.0, 11.0, 400.0], 400.0);
    add([0.0, 71.0, z], [10.0, 8.0, 400.0], 25.0);
    // Liver and its vessels.
    add([-72.0, -20.0, z + 14.0], [64.0, 62.0, 70.0], 112.0);
    add([-30.0, -46.0, z + 18.0], [48.0, 34.0, 60.0], 112.0);
    for (x, y, long) in [
        (-80.0, -10.0, 22.0),
        (-60.0, -38.0, 18.0),
        (-98.0, -26.0, 14.0),
    ] {
        add([x, y, z + 6.0], [long, 3.2, 10.0], 165.0);
    }
    // Stomach, with air above.
    add([42.0, -44.0, z + 8.0], [44.0, 28.0, 50.0], 65.0);
    add([42.0, -44.0, z + 8.0], [39.0, 23.0, 46.0], 12.0);
    add([44.0, -55.0, z + 8.0], [25.0, 9.0, 40.0], -960.0);
    // Bowel.
    for (x, y, wide) in [
        (78.0, -16.0, 15.0),
        (54.0, 0.0, 12.0),
        (96.0, 8.0, 13.0),
        (30.0, -8.0, 11.0),
    ] {
        add([x, y, z - 10.0], [wide, wide * 0.8, 60.0], 70.0);
        add(
            [x, y, z - 10.0],
            [wide - 4.0, wide * 0.8 - 4.0, 56.0],
            -20.0,
        );
    }
    add([96.0, 5.0, z - 10.0], [6.0, 4.0, 50.0], -900.0);
    // Spleen.
    add([112.0, 26.0, z + 30.0], [22.0, 34.0, 44.0], 122.0);
    // Vessels before the spine.
    add([11.0, 20.0, z], [10.5, 10.5, 400.0], 175.0);
    add([-15.0, 19.0, z], [12.0, 9.5, 400.0], 160.0);
    // Kidneys: cortex, medulla, pelvis.
    for side in [-1.0, 1.0] {
        let x = 66.0 * side;
        add([x, 40.0, z + 4.0], [29.0, 25.0, 54.0], 180.0);
        add([x - 6.0 * side, 39.0, z + 4.0], [16.0, 12.0, 38.0], 130.0);
        add([x - 14.0 * side, 36.0, z + 4.0], [12.0, 7.0, 22.0], -60.0);
        add([x - 20.0 * side, 33.0, z + 2.0], [9.0, 4.0, 10.0], 90.0);
    }
    // The tumour, its rim and its middle.
    let half = tumour / 2.0;
    add([-86.0, 54.0, z - 2.0], [half, half * 0.86, half], 96.0);
    add(
        [-86.0, 54.0, z - 2.0],
        [half * 0.45, half * 0.35, half * 0.4],
        60.0,
    );
    all
}

/// A UID that these words alone have (PS3.5, B.2).
fn uid(words: &[&str]) -> String {
    let digest = Sha256::digest(words.join("\n").as_bytes());
    let number = digest
        .iter()
        .take(8)
        .fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
    format!("2.25.{number}")
}

/// An element, explicit VR, little endian (PS3.5, 7.1.2).
fn put(set: &mut Vec<u8>, group: u16, element: u16, vr: &str, value: &[u8]) {
    let padding: &[u8] = match (value.len() % 2, vr) {
        (0, _) => &[],
        (_, "UI") => &[0],
        _ => b" ",
    };
    let length = u32::try_from(value.len() + padding.len()).unwrap_or(u32::MAX);
    set.extend(group.to_le_bytes());
    set.extend(element.to_le_bytes());
    set.extend(vr.as_bytes());
    if ["OB", "OW", "SQ", "UN"].contains(&vr) {
        set.extend([0, 0]);
        set.extend(length.to_le_bytes());
    } else {
        set.extend(u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
    }
    set.extend(value);
    set.extend(padding);
}

/// A file (PS3.10, 7.1).
fn with_meta(class: &str, instance: &str, set: &[u8]) -> Vec<u8> {
    let mut meta = Vec::new();
    put(&mut meta, 2, 1, "OB", &[0, 1]);
    put(&mut meta, 2, 2, "UI", class.as_bytes());
    put(&mut meta, 2, 3, "UI", instance.as_bytes());
    put(&mut meta, 2, 0x10, "UI", EXPLICIT.as_bytes());
    put(&mut meta, 2, 0x12, "UI", b"2.25.1");
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    let length = u32::try_from(meta.len()).unwrap_or(u32::MAX);
    put(&mut file, 2, 0, "UL", &length.to_le_bytes());
    file.extend(meta);
    file.extend(set);
    file
}

/// A disc as patients send it: files without an extension in folders, packed.
///
/// # Errors
/// What the archive's writer says.
pub fn disc(series: &[Series]) -> Result<Vec<u8>, ZipError> {
    let files = series.iter().zip(1..).flat_map(|(series, folder)| {
        let files = series.files().into_iter().rev().zip(1..);
        files.map(move |(file, number)| (format!("DICOM/S{folder:03}/I{number:04}"), file))
    });
    archive(files, CompressionMethod::Deflated)
}

/// These files as a ZIP.
///
/// # Errors
/// What the archive's writer says.
pub fn archive(
    files: impl IntoIterator<Item = (String, Vec<u8>)>,
    method: CompressionMethod,
) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(method)
        .compression_level((method == CompressionMethod::Deflated).then_some(1));
    for (name, bytes) in files {
        zip.start_file(name, options)?;
        zip.write_all(&bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
