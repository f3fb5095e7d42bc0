//! Discs of images, read in a real, confined worker: sorted by where slices lie, value for value, told apart by patient.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: a failure is a panic, and sizes are small"
)]

#[path = "../../imaging/tests/support/mod.rs"]
#[allow(
    dead_code,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "each test uses its part of the support"
)]
mod support;

use std::io::{Cursor, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use relecture_imaging_worker::{
    DocumentOutline, Format, Frame, FrameKind, ImageStack, Known, LeftOut, OpenPieceError,
    OpenRefusal, PageRequest, ReadLimits, ReadPageError, Reader, Readers, Rotation, Scale, Source,
    SourceError, Unsupported,
};
use support::{of_corpus, pdfium_path};
use zeroize::Zeroizing;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

const WORKER: &str = env!("CARGO_BIN_EXE_relecture-imaging-worker");

/// Five slices of a CT, numbered from the head down.
const CT: [&str; 5] = ["2062", "2392", "2693", "3023", "3353"];

/// Long enough for a busy machine: no test waits for it.
const PATIENT: ReadLimits = ReadLimits {
    open: Duration::from_mins(2),
    render: Duration::from_mins(1),
    recognise: Duration::from_mins(1),
};

fn open(bytes: Vec<u8>) -> Result<(Reader, DocumentOutline), OpenPieceError> {
    let source = Box::new(Zeroizing::new(bytes));
    Reader::open(WORKER.as_ref(), &pdfium_path(), source, PATIENT)
}

/// A document that counts how many of its bytes are read.
struct Counted(Zeroizing<Vec<u8>>, Arc<AtomicUsize>);

impl Source for Counted {
    fn length(&self) -> u64 {
        self.0.length()
    }

    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, SourceError> {
        let read = self.0.read_at(offset, into)?;
        self.1.fetch_add(read, Ordering::Relaxed);
        Ok(read)
    }
}

fn slice(name: &str) -> Vec<u8> {
    of_corpus("pydicom", &format!("dicomdirtests/98892001/CT5N/{name}"))
}

fn packed(files: &[(&str, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The slices of the CT, by names that say nothing, and what else lies on such a disc.
fn disc(method: CompressionMethod) -> Vec<u8> {
    let mut files = vec![
        ("AUTORUN.INF", b"[autorun]\r\nopen=viewer.exe\r\n".to_vec()),
        ("viewer.exe", b"MZ\x90\0\x03\0\0\0".to_vec()),
    ];
    let names = ["D/A", "D/B", "D/C", "D/D", "D/E"];
    files.extend(
        names
            .into_iter()
            .zip(CT)
            .map(|(to, name)| (to, slice(name))),
    );
    packed(&files, method)
}

fn read(bytes: Vec<u8>) -> (Reader, DocumentOutline, Vec<ImageStack>) {
    let (mut reader, outline) = open(bytes).unwrap();
    assert!(reader.confinement().suffices());
    assert_eq!(outline.format, Format::Dicom);
    let stacks = reader.images().unwrap().stacks;
    let slices: usize = stacks.iter().map(|stack| stack.slices.len()).sum();
    assert_eq!(slices, outline.pages.len());
    (reader, outline, stacks)
}

/// The pixels of an uncompressed file of 16 bits: the last of its bytes.
fn pixels(file: &[u8], frame: &Frame) -> Vec<u8> {
    let length = frame.bytes.len();
    let from = file
        .windows(4)
        .rposition(|tag| tag == [0xe0, 0x7f, 0x10, 0]);
    // Tag, VR, two bytes, and the length.
    let from = from.unwrap() + 12;
    file[from..from + length].to_vec()
}

#[test]
fn r55_a_disc_becomes_series_in_the_order_in_which_slices_lie() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let (mut reader, outline, stacks) = read(disc(method));
        let [stack] = stacks.as_slice() else {
            panic!("{stacks:?}");
        };
        assert!(stack.is_placed && stack.gaps.is_empty());
        assert_eq!((stack.duplicates, stack.copies), (0, 0));
        assert_eq!(stack.series.modality, "CT");
        assert_eq!(stack.identities.len(), 1);
        // From the feet up: the last number first.
        let numbers: Vec<_> = stack.slices.iter().map(|s| s.number.unwrap()).collect();
        assert!(numbers.is_sorted_by(|a, b| a > b), "{numbers:?}");
        assert!(outline.pages.iter().all(|page| page.pixels.is_some()));

        for (page, name) in (0..).zip(CT.iter().rev()) {
            let frame = reader.frame(page).unwrap();
            assert!(matches!(frame.head.scale, Scale::Calibrated(_)));
            assert_eq!(frame.head.kind, FrameKind::Signed16);
            assert_eq!(*frame.bytes, pixels(&slice(name), &frame), "{name}");
        }
        assert!(matches!(reader.frame(5), Err(ReadPageError::NoSuchPage)));
        let request = PageRequest {
            page: 0,
            width_px: 8,
            region: None,
            rotation: Rotation::None,
            lossless: false,
        };
        assert_eq!(reader.render(request).unwrap().width, 8);
    }
}

/// One slice of another patient in a series, wherever it lies: two identities, and that slice alone has the second.
#[test]
fn r55_a_foreign_slice_within_a_series_is_told_wherever_it_lies() {
    for foreign in CT {
        let files: Vec<_> = CT
            .iter()
            .map(|name| {
                let mut bytes = slice(name);
                if *name == foreign {
                    let id = bytes.windows(8).position(|b| b == b"98890234").unwrap();
                    bytes[id] = b'1';
                }
                (*name, bytes)
            })
            .collect();
        let (_, _, stacks) = read(packed(&files, CompressionMethod::Stored));
        let [stack] = stacks.as_slice() else {
            panic!("{stacks:?}");
        };
        assert_eq!(stack.identities.len(), 2, "{foreign}");
        let first = &stack.identities[stack.slices[0].identity as usize].id;
        let others = stack
            .slices
            .iter()
            .filter(|slice| &stack.identities[slice.identity as usize].id != first);
        let others = others.count();
        assert!(others == 1 || others == CT.len() - 1, "{foreign}");
    }
}

#[test]
fn gaps_and_copies_are_told_and_planes_are_not_mixed() {
    let mut files: Vec<_> = CT.iter().map(|name| (*name, slice(name))).collect();
    files.push(("COPY", slice("2392")));
    files.remove(2);
    for (name, number) in [("X", "4981"), ("Y", "5011"), ("Z", "4950")] {
        let localizer = format!("dicomdirtests/98892003/MR2/{number}");
        files.push((name, of_corpus("pydicom", &localizer)));
    }
    let (_, _, stacks) = read(packed(&files, CompressionMethod::Deflated));
    let sizes: Vec<_> = stacks
        .iter()
        .map(|s| (s.series.modality.as_str(), s.slices.len()))
        .collect();
    let ct = stacks
        .iter()
        .find(|stack| stack.series.modality == "CT")
        .unwrap();
    assert_eq!((ct.slices.len(), ct.copies), (4, 1));
    let [gap] = ct.gaps.as_slice() else {
        panic!("{:?}", ct.gaps);
    };
    assert_eq!(gap.missing, 1);
    assert_eq!(
        sizes
            .iter()
            .filter(|(modality, _)| *modality == "MR")
            .count(),
        3,
        "{sizes:?}"
    );
}

/// What else a disc holds is counted, by kind: nothing disappears without a word.
#[test]
fn what_lies_beside_the_images_is_told() {
    let mut cut = slice(CT[1]);
    cut.truncate(300);
    let files = [
        ("D/A", slice(CT[0])),
        ("D/CUT", cut),
        ("SR", of_corpus("pydicom", "test-SR.dcm")),
        ("PLAN", of_corpus("pydicom", "rtplan.dcm")),
        ("LETTRE.PDF", support::fixture("two-different-pages")),
        ("viewer.exe", b"MZ\x90\0\x03\0\0\0".to_vec()),
    ];
    let (mut reader, outline) = open(packed(&files, CompressionMethod::Deflated)).unwrap();
    assert_eq!(outline.pages.len(), 1);
    let left_out = LeftOut {
        damaged: 1,
        reports: 2,
        waveforms: 0,
        notes: 1,
    };
    assert_eq!(reader.images().unwrap().left_out, left_out);
}

#[test]
fn single_files_open_and_what_has_no_image_is_refused() {
    // A film of ultrasound, in colour.
    let (mut reader, outline, stacks) = read(of_corpus("pydicom", "examples_ybr_color.dcm"));
    assert_eq!(outline.pages.len(), 30);
    assert!(stacks[0].frame_time.is_some() && !stacks[0].is_placed);
    let frame = reader.frame(29).unwrap();
    assert_eq!(frame.head.kind, FrameKind::Rgb);
    assert!(frame.bytes.iter().any(|value| *value > 0));

    let refused = open(of_corpus("pydicom", "rtplan.dcm")).err();
    let no_image = OpenRefusal::Unsupported(Unsupported::Dicom);
    assert!(
        matches!(refused, Some(OpenPieceError::Refused(refusal)) if refusal == no_image),
        "{refused:?}"
    );
    let mut cut = slice("2062");
    cut.truncate(cut.len() - 10);
    let (mut reader, _) = open(cut).unwrap();
    assert!(matches!(reader.frame(0), Err(ReadPageError::Damaged)));
}

/// A structured report is a paper; a document that is carried is shown as it is.
#[test]
fn r55_reports_and_documents_that_are_carried_are_read() {
    for (name, said) in [
        ("test-SR.dcm", "Diameter\u{a0}: 3\u{a0}cm"),
        ("reportsi.dcm", "Report Text\u{a0}: Enter text"),
    ] {
        let (mut reader, outline) = open(of_corpus("pydicom", name)).unwrap();
        assert_eq!((outline.format, outline.laid_out), (Format::Html, true));
        let lines = reader.text(0).unwrap();
        let words: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
        assert!(words.iter().any(|line| line.contains(said)), "{words:?}");
    }

    // A letter in a file of DICOM (PS3.3, A.45), explicit, little endian.
    let pdf = support::fixture("two-different-pages");
    let element = |group: u16, element: u16, vr: &str, value: &[u8]| {
        let mut bytes = [group.to_le_bytes(), element.to_le_bytes()].concat();
        bytes.extend(vr.as_bytes());
        if vr == "OB" {
            bytes.extend([0, 0]);
            bytes.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
        } else {
            bytes.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
        }
        [&bytes, value].concat()
    };
    let padded = [pdf.as_slice(), &[0][..pdf.len() % 2]].concat();
    let file = [
        vec![0; 128],
        b"DICM".to_vec(),
        element(2, 0x10, "UI", b"1.2.840.10008.1.2.1\0"),
        element(8, 0x16, "UI", b"1.2.840.10008.5.1.4.1.1.104.1\0"),
        element(0x42, 0x11, "OB", &padded),
    ];
    let (_, outline) = open(file.concat()).unwrap();
    assert_eq!((outline.format, outline.pages.len()), (Format::Pdf, 2));
}

/// An archive as one writes it who cannot go back: how long a file is stands behind it (APPNOTE.TXT, 4.3.9).
fn streamed(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new_stream(Vec::new());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// R48: of a disc that is still coming, or whose upload was broken off, the images are shown that are there, and it is told that there were
/// more.
#[test]
fn r55_a_disc_that_stops_before_its_end_shows_what_is_there() {
    let files: Vec<_> = ["D/A", "D/B", "D/C", "D/D", "D/E"]
        .into_iter()
        .zip(CT)
        .map(|(to, name)| (to, slice(name)))
        .collect();
    let behind = streamed(&files);
    assert_eq!(behind[6] & 8, 8, "lengths stand behind");
    for whole in [
        packed(&files, CompressionMethod::Stored),
        packed(&files, CompressionMethod::Deflated),
        behind,
    ] {
        let starts: Vec<usize> = whole
            .windows(4)
            .enumerate()
            .filter(|(_, bytes)| *bytes == b"PK\x03\x04" || *bytes == b"PK\x01\x02")
            .map(|(at, _)| at)
            .take(6)
            .collect();
        // Before the next file, and where its name is.
        for (count, &next) in starts.iter().enumerate().skip(1) {
            for cut in [next + 4, next + 32] {
                let (mut reader, outline, stacks) = read(whole[..cut].to_vec());
                assert!(outline.truncated);
                assert_eq!(outline.pages.len(), count, "of {cut} bytes");
                let slices = stacks.iter().flat_map(|stack| &stack.slices);
                for (page, told) in (0..).zip(slices) {
                    let number = told.number.unwrap();
                    let file = files.iter().find(|(_, file)| {
                        let frame = reader.frame(page).unwrap();
                        *frame.bytes == pixels(file, &frame)
                    });
                    assert!(file.is_some(), "image {number} is one of those sent");
                }
            }
        }
        let none = open(whole[..starts[1] / 2].to_vec()).err();
        assert!(none.is_some(), "not one is there");
        let (_, outline, _) = read(whole);
        assert!(!outline.truncated && outline.pages.len() == 5);
    }
    // One that is cut behind an archive within, whose list is not its own.
    let within = packed(&files[1..3], CompressionMethod::Stored);
    let outer = [files[0].clone(), ("within.zip", within)];
    let outer = packed(&outer, CompressionMethod::Stored);
    let list = outer
        .windows(4)
        .rposition(|bytes| bytes == b"PK\x05\x06")
        .and_then(|end| {
            Some(u32::from_le_bytes(
                outer[end + 16..end + 20].try_into().ok()?,
            ))
        });
    let (_, outline, stacks) = read(outer[..list.unwrap() as usize].to_vec());
    assert!(outline.truncated && outline.pages.len() == 1);
    let shown = &stacks[0].slices[0].instance;
    let (_, _, alone) = read(files[0].1.clone());
    assert_eq!(*shown, alone[0].slices[0].instance);
    // Files that say that they end where nothing ends, and that are as long as nothing is.
    let mut lies = packed(&files, CompressionMethod::Stored);
    lies.truncate(lies.len() / 2);
    for lie in [0_u32, 1, u32::MAX, u32::MAX - 1] {
        lies[18..22].copy_from_slice(&lie.to_le_bytes());
        if let Ok((_, outline)) = open(lies.clone()) {
            assert!(outline.pages.len() < 3);
        }
    }
}

/// What a reader found is kept, and the files of the disc are not looked at again. An index of something else is of no use, and no harm.
#[test]
fn r55_a_disc_opens_again_with_what_was_found_in_it() {
    let readers = Readers::new(WORKER.into(), pdfium_path(), PATIENT);
    let open = |bytes: &[u8], index: Option<&[u8]>| {
        let read = Arc::new(AtomicUsize::new(0));
        let source = Counted(Zeroizing::new(bytes.to_vec()), Arc::clone(&read));
        let known = Known {
            password: None,
            index,
        };
        let (mut reader, outline) = readers.open(Box::new(source), known).unwrap();
        let found = reader.images().unwrap();
        let read = read.load(Ordering::Relaxed);
        (reader, outline, found, read)
    };
    let bytes = disc(CompressionMethod::Stored);
    let (mut reader, outline, found, looked_at) = open(&bytes, None);
    let index = reader.index().unwrap().unwrap();

    let (mut again, known, same, read) = open(&bytes, Some(&index));
    assert_eq!((known, same), (outline.clone(), found.clone()));
    assert!(read < looked_at, "{read} of {looked_at} bytes");
    for page in 0..5 {
        let (one, other) = (reader.frame(page).unwrap(), again.frame(page).unwrap());
        assert_eq!((one.head, one.bytes), (other.head, other.bytes));
    }
    assert_eq!(again.index().unwrap(), None, "it is known already");

    let other = packed(&[("A", slice(CT[0]))], CompressionMethod::Stored);
    let (_, _, of_another, _) = open(&other, Some(&index));
    assert_eq!(of_another.stacks[0].slices.len(), 1);
    let (mut lone, _, of_one, _) = open(&slice(CT[0]), Some(&index));
    assert_eq!(of_one.stacks[0].slices.len(), 1, "not the five of the disc");
    let own = lone.index().unwrap().unwrap();
    let mut damaged = index.to_vec();
    damaged.truncate(index.len() / 2);
    for wrong in [own.as_slice(), &damaged, b"", &[0xff; 40]] {
        let (_, told, found_anew, _) = open(&bytes, Some(wrong));
        assert_eq!((&told, &found_anew), (&outline, &found));
    }
    // Of a letter there is none.
    let png = support::black_png(8, 8);
    let letter = Box::new(Zeroizing::new(png));
    let (mut letter, _) = readers.open(letter, Known::default()).unwrap();
    assert_eq!(letter.index().unwrap(), None);
}
