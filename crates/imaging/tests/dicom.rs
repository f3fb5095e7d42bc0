//! DICOM files made by others: every frame is held against another reader, value for value.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "tests: a failure is a panic, and sizes are small"
)]

#[allow(dead_code, reason = "each test uses its part of the support")]
mod support;

use std::fmt::Write as _;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use relecture_imaging::Document;
use relecture_imaging::dicom::{
    DicomFile, FrameError, FrameFacts, Pixels, Samples, Slice, Stack, stacks,
};
use sha2::{Digest as _, Sha256};
use support::of_corpus;

/// What pydicom makes of a file.
struct Reference {
    collection: String,
    path: String,
    syntax: String,
    /// Nothing when it refuses the pixels.
    values: Option<Values>,
}

#[derive(Debug, PartialEq)]
struct Values {
    frames: u32,
    rows: u32,
    columns: u32,
    samples: u32,
    sha256: String,
    /// 64 of them, spread evenly.
    some: Vec<f64>,
}

fn references() -> Vec<Reference> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/corpus/dicom.tsv");
    let list = fs::read_to_string(list).unwrap();
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let lines = lines.map(|line| line.split('\t').collect::<Vec<_>>());
    lines
        .map(|line| {
            let (collection, path) = (line[1].to_owned(), line[2].to_owned());
            assert_eq!(sha256(&of_corpus(&collection, &path)), line[0], "{path}");
            let number = |at: usize| line[at].parse().unwrap();
            let values = (line[4] != "-").then(|| Values {
                frames: number(4),
                rows: number(5),
                columns: number(6),
                samples: number(7),
                sha256: line[8].to_owned(),
                some: line
                    .get(9)
                    .map(|some| {
                        some.split(',')
                            .map(|value| value.parse().unwrap())
                            .collect()
                    })
                    .unwrap_or_default(),
            });
            Reference {
                collection,
                path,
                syntax: line[3].to_owned(),
                values,
            }
        })
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        })
}

/// The values of all frames, as the list has them.
fn values(file: &mut DicomFile<'_>) -> Result<Values, FrameError> {
    let image = file.image().ok_or(FrameError::NoImage)?.clone();
    let (mut digest, mut some, mut count) = (Sha256::new(), Vec::new(), 0);
    let all = [
        image.frames,
        image.rows,
        image.columns,
        image.samples_per_pixel,
    ];
    let step = (all.into_iter().map(|side| side as usize).product::<usize>() / 64).max(1);
    for frame in 0..image.frames {
        let frame = file.frame(frame)?;
        assert_eq!((frame.columns, frame.rows), (image.columns, image.rows));
        macro_rules! add {
            ($values:expr, $kind:ty) => {
                for value in $values {
                    digest.update(<$kind>::from(value).to_le_bytes());
                    if count % step == 0 && some.len() < 64 {
                        some.push(f64::from(value));
                    }
                    count += 1;
                }
            };
        }
        match frame.samples {
            Samples::U8(values) => add!(values, i64),
            Samples::I8(values) => add!(values, i64),
            Samples::U16(values) => add!(values, i64),
            Samples::I16(values) => add!(values, i64),
            Samples::U32(values) => add!(values, i64),
            Samples::I32(values) => add!(values, i64),
            Samples::F32(values) => add!(values, f64),
            Samples::F64(values) => add!(values, f64),
        }
    }
    let sha256 = digest
        .finalize()
        .iter()
        .fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
    Ok(Values {
        frames: image.frames,
        rows: image.rows,
        columns: image.columns,
        samples: image.samples_per_pixel,
        sha256,
        some,
    })
}

/// Whether values differ by no more than decoders may after a loss: by two levels, at the places that are compared.
fn is_close(found: &Values, expected: &Values) -> bool {
    let sides = |values: &Values| (values.frames, values.rows, values.columns, values.samples);
    let mut pairs = found.some.iter().zip(&expected.some);
    !expected.some.is_empty()
        && sides(found) == sides(expected)
        && found.some.len() == expected.some.len()
        && pairs.all(|(found, expected)| (found - expected).abs() <= 2.0)
}

#[test]
fn every_frame_has_the_values_that_another_reader_finds() {
    let mut exact = 0;
    let (mut close, mut differ) = (Vec::new(), Vec::new());
    for reference in references() {
        let Reference {
            collection,
            path,
            syntax,
            values: expected,
        } = reference;
        let mut file = DicomFile::open(Cursor::new(of_corpus(&collection, &path))).unwrap();
        if syntax != "-" {
            assert_eq!(file.transfer_syntax(), syntax, "{path}");
        }
        let found = values(&mut file);
        let Some(expected) = expected else {
            // What the other refuses has no picture here, or is read better.
            assert!(found.is_err() || path == "badVR.dcm", "{path}");
            continue;
        };
        match found {
            Ok(found) if found.sha256 == expected.sha256 => exact += 1,
            Ok(found) if is_close(&found, &expected) => close.push(path),
            found => differ.push(format!("{path}: {found:?}")),
        }
    }
    assert!(differ.is_empty(), "{differ:#?}");
    let lossy = [
        "JPGExtended.dcm",
        "CT0012.fragmented_no_bot_jpeg_baseline.51.dcm",
        "CTImage.dcm_JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50.dcm",
    ];
    assert_eq!(close, lossy);
    assert_eq!(exact, 250);
}

/// A file of one frame of 64 x 48 values of 16 bits, compressed (PS3.5, A.4; PS3.10, 7.1).
fn compressed(syntax: &str, signed: u16, code: &[u8]) -> Vec<u8> {
    let element = |group: u16, number: u16, vr: &[u8; 2], content: &[u8]| {
        let mut content = content.to_vec();
        if content.len() % 2 == 1 {
            content.push(if vr == b"UI" { 0 } else { b' ' });
        }
        let length = u16::try_from(content.len()).unwrap();
        let head = [group.to_le_bytes(), number.to_le_bytes()].concat();
        [head, vr.to_vec(), length.to_le_bytes().to_vec(), content].concat()
    };
    let number = |number, value: u16| element(0x28, number, b"US", &value.to_le_bytes());
    let item = |content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap();
        [
            &[0xfe, 0xff, 0, 0xe0],
            length.to_le_bytes().as_slice(),
            content,
        ]
        .concat()
    };
    let mut code = code.to_vec();
    code.resize(code.len().next_multiple_of(2), 0);
    [
        vec![0; 128],
        b"DICM".to_vec(),
        element(2, 0x10, b"UI", syntax.as_bytes()),
        number(2, 1),
        element(0x28, 4, b"CS", b"MONOCHROME2"),
        number(0x10, 48),
        number(0x11, 64),
        number(0x100, 16),
        number(0x101, 16),
        number(0x102, 15),
        number(0x103, signed),
        vec![
            0xe0, 0x7f, 0x10, 0, b'O', b'B', 0, 0, 0xff, 0xff, 0xff, 0xff,
        ],
        item(&[]),
        item(&code),
        vec![0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0],
    ]
    .concat()
}

/// Encoded by `OpenJPH`: no package has DICOM of it.
#[test]
fn high_throughput_jpeg_2000_is_read_value_for_value() {
    let code = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/htj2k");
        fs::read(folder.join(name)).unwrap()
    };
    let values = |syntax, signed, name: &str| -> Vec<i32> {
        let bytes = compressed(syntax, signed, &code(name));
        let mut file = DicomFile::open(Cursor::new(bytes)).unwrap();
        match file.frame(0).unwrap().samples {
            Samples::U16(values) => values.into_iter().map(i32::from).collect(),
            Samples::I16(values) => values.into_iter().map(i32::from).collect(),
            other => panic!("{other:?}"),
        }
    };
    let pixels = (0..48).flat_map(|y| (0..64).map(move |x| 37 * x + 11 * y + x * y % 7));
    let expected: Vec<i32> = pixels.collect();
    let less: Vec<i32> = expected.iter().map(|value| value - 1_000).collect();
    for syntax in ["1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202"] {
        assert_eq!(values(syntax, 0, "lossless.jhc"), expected);
        assert_eq!(values(syntax, 1, "signed.jhc"), less);
    }
    let lossy = values("1.2.840.10008.1.2.4.203", 0, "lossy.jhc");
    let pairs = lossy.iter().zip(&expected);
    // A thousandth of 16 bits, as it was encoded.
    let most = pairs.map(|(one, other)| (one - other).abs()).max();
    assert!(
        lossy.len() == expected.len() && most <= Some(66),
        "{most:?}"
    );

    let mut cut = code("lossless.jhc");
    cut.truncate(cut.len() / 2);
    let bytes = compressed("1.2.840.10008.1.2.4.201", 0, &cut);
    let mut file = DicomFile::open(Cursor::new(bytes)).unwrap();
    assert!(matches!(file.frame(0), Err(FrameError::Damaged)));
}

/// One of which parts are missing still decodes, to less than was sent: to a picture that is not sharp.
#[test]
fn jpeg_2000_of_which_a_part_of_a_tile_is_missing_is_damaged() {
    const START_OF_TILE: [u8; 2] = [0xff, 0x90];
    let bytes = of_corpus("pydicom", "GDCMJ2K_TextGBR.dcm");
    let read = |bytes: Vec<u8>| DicomFile::open(Cursor::new(bytes)).unwrap().frame(0);
    assert!(read(bytes.clone()).is_ok());
    let starts = |bytes: &[u8]| -> Vec<usize> {
        let places = bytes.windows(4).enumerate();
        let starts = places.filter(|(_, four)| four[..2] == START_OF_TILE && four[2..] == [0, 10]);
        starts.map(|(at, _)| at).collect()
    };
    // Parts of sixteen tiles in turn, six of each, counted as five: without one all are still there, without two they are not.
    let all = starts(&bytes);
    assert_eq!(all.len(), 96);
    let length = |bytes: &[u8], at: usize| {
        u32::from_be_bytes(bytes[at + 6..at + 10].try_into().unwrap()) as usize
    };
    let mut cut = bytes.clone();
    for at in [all[80], all[64]] {
        cut.drain(at..at + length(&bytes, at));
    }
    // What was taken away follows the image instead, so that lengths still hold.
    let missing = bytes.len() - cut.len();
    cut.extend(vec![0; missing]);
    assert!(matches!(read(cut), Err(FrameError::Damaged)));
}

/// Whoever reads more in a file, or tells it otherwise, raises the number of `INDEX` in `images.rs`: what was kept before is then found anew.
#[test]
fn what_is_kept_of_images_is_of_this_version() {
    let bytes = of_corpus("pydicom", "CT_small.dcm");
    let document = Document::open(Cursor::new(bytes), None, None).unwrap();
    let index = document.index().unwrap();
    let version = index[1..=usize::from(index[0])].to_vec();
    let told = (String::from_utf8(version).unwrap(), sha256(&index));
    assert_eq!(
        told,
        (
            "0.1.0/1".to_owned(),
            "0a1df35fa9bafa12d5f02543ee7914d7f2bc2cd84470c60cb2cff364a3a7d161".to_owned()
        )
    );
}

/// Cut anywhere, with any byte another: an error, or a picture of the described size, and never more.
#[test]
fn r55_a_damaged_file_is_an_error_or_a_picture() {
    for reference in references() {
        let whole = of_corpus(&reference.collection, &reference.path);
        if whole.len() > 200_000 {
            continue;
        }
        for step in 1..12 {
            let mut bytes = whole.clone();
            let at = bytes.len() * step / 12;
            if step % 2 == 0 {
                bytes.truncate(at);
            } else {
                bytes[at / 8] ^= 1 << (step % 8);
            }
            let Ok(mut file) = DicomFile::open(Cursor::new(bytes)) else {
                continue;
            };
            let Some(image) = file.image().cloned() else {
                continue;
            };
            if u64::from(image.columns) * u64::from(image.rows) > 1 << 22 {
                continue;
            }
            if let Ok(frame) = file.frame(image.frames - 1) {
                let sides = [image.columns, image.rows, image.samples_per_pixel];
                let count: usize = sides.into_iter().map(|side| side as usize).product();
                assert_eq!(frame.samples.count(), count, "{}", reference.path);
            }
        }
    }
}

/// The slices of these files of a disc, and how they lie.
fn disc(folder: &str, names: &[&str]) -> (Vec<Slice>, Vec<Stack>) {
    let slices: Vec<Slice> = names
        .iter()
        .map(|name| {
            let bytes = of_corpus("pydicom", &format!("dicomdirtests/{folder}/{name}"));
            let file = DicomFile::open(Cursor::new(bytes)).unwrap();
            let facts = file.facts();
            let FrameFacts { plane, moment, .. } = file.frame_facts(0);
            Slice {
                instance: facts.instance,
                number: facts.number,
                plane,
                moment,
            }
        })
        .collect();
    let stacks = stacks(&slices);
    (slices, stacks)
}

/// Of a CT, of which four slices were put on the disc: 161 slices are missing behind the first, as its numbers say too.
#[test]
fn slices_of_a_disc_lie_in_order_and_what_is_missing_is_told() {
    let (slices, found) = disc("77654033/CT2", &["17196", "17106", "17166", "17136"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].slices, [1, 3, 2, 0]);
    assert!(
        found[0]
            .step
            .is_some_and(|step| (step - 1.25).abs() < 0.001)
    );
    let [gap] = found[0].gaps.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!((gap.after, gap.missing), (0, 161));
    let number = |index: usize| slices[index].number.unwrap();
    assert_eq!(number(3) - number(1) - 1, 161);

    // Numbered from the head down: they lie the other way round.
    let (_, found) = disc("98892001/CT5N", &["2062", "2392", "2693", "3023", "3353"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].slices, [4, 3, 2, 1, 0]);
    assert!(found[0].gaps.is_empty() && found[0].duplicates.is_empty());
    assert!(found[0].step.is_some_and(|step| (step - 2.5).abs() < 0.001));

    // The three planes of a localizer.
    let (_, found) = disc("98892003/MR2", &["4981", "5011", "4950"]);
    let planes: Vec<_> = found.iter().map(|stack| stack.slices.as_slice()).collect();
    assert_eq!(planes, [[2], [1], [0]]);

    // Radiographs do not say where they lie.
    let (_, found) = disc("77654033", &["CR2/6247"]);
    assert!(!found[0].is_placed);
}

/// Brightness by a table of the file, as `pydicom.pixels.apply_voi_lut` and 8 bits of it (PS3.3, C.11.2.1.1).
#[test]
fn a_table_of_brightness_is_followed() {
    let bytes = of_corpus("pydicom-data", "vlut_04.dcm");
    let mut file = DicomFile::open(Cursor::new(bytes)).unwrap();
    let facts = file.frame_facts(0);
    let shown = file.display(0, &facts).unwrap();
    let (table, window) = (shown.table.unwrap(), &facts.windows[0]);
    assert_eq!(
        (table.len(), window.center, window.width),
        (256, 128.0, 256.0)
    );
    let Pixels::Grey8(values) = shown.pixels else {
        panic!("{:?}", shown.pixels);
    };
    let levels: Vec<u8> = values
        .iter()
        .map(|value| table[usize::from(*value)])
        .collect();
    assert_eq!(
        sha256(&levels),
        "74853be063ef5655c12d6c25be10f47107b8dc515978e73bff0bb35c33f01af8"
    );
}
