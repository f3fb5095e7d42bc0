//! DICOM files as the desk reads them: each in a confined process of its own, which may refuse it and may not fall over it.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};
use relecture_imaging_worker::{
    Format, OpenPieceError, PageRequest, ReadLimits, ReadPageError, Reader, Rotation,
};
use zeroize::Zeroizing;

/// Images of a document that are looked at.
const IMAGES: usize = 3;

/// Longer than any of 64 KiB takes: lateness is a defect here, not the jail's business.
const LIMITS: ReadLimits = ReadLimits {
    open: Duration::from_secs(20),
    render: Duration::from_secs(20),
    recognise: Duration::from_secs(20),
};

static PROGRAMS: LazyLock<[PathBuf; 2]> = LazyLock::new(|| {
    ["RELECTURE_IMAGING_WORKER", "RELECTURE_PDFIUM"].map(|name| {
        let path = std::env::var_os(name);
        PathBuf::from(path.unwrap_or_else(|| panic!("{name} names what is to be run")))
    })
});

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.is_empty() {
        return Corpus::Reject;
    }
    let [worker, pdfium] = &*PROGRAMS;
    let source = Box::new(Zeroizing::new(bytes.to_vec()));
    let (mut reader, outline) = match Reader::open(worker, pdfium, source, LIMITS) {
        Ok(opened) => opened,
        Err(OpenPieceError::Refused(_)) => return Corpus::Keep,
        Err(OpenPieceError::Worker(failure)) => panic!("on opening: {failure:?}"),
    };
    assert!(reader.confinement().suffices());
    if outline.format != Format::Dicom {
        return Corpus::Reject;
    }
    told(reader.images());
    for page in (0..).take(outline.pages.len().min(IMAGES)) {
        told(reader.frame(page));
        told(reader.render(PageRequest {
            page,
            width_px: 64,
            region: None,
            rotation: Rotation::None,
            lossless: false,
        }));
    }
    told(reader.index());
    Corpus::Keep
});

/// An answer, or that there is none; not the end of whoever was asked.
fn told<Answer>(answer: Result<Answer, ReadPageError>) {
    if let Err(ReadPageError::Worker(failure)) = answer {
        panic!("{failure:?}");
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    relecture_fuzz::frames::mutate(data, size, max_size, seed)
});
