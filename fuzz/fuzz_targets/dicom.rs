//! DICOM files: the data set, and the frames in every way in which they are written.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};
use relecture_imaging::dicom::DicomFile;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(mut file) = DicomFile::open(Cursor::new(bytes)) else {
        return Corpus::Reject;
    };
    let Some(image) = file.image().cloned() else {
        return Corpus::Keep;
    };
    let told = file.facts();
    assert!(told.identity.name.len() <= 1 << 10, "{told:?}");
    for index in [0, image.frames / 2, image.frames - 1] {
        if let Ok(frame) = file.frame(index) {
            let sides = [frame.columns, frame.rows, frame.samples_per_pixel];
            let count: usize = sides.into_iter().map(|side| side as usize).product();
            assert_eq!(frame.samples.count(), count, "{image:?}");
        }
        let facts = file.frame_facts(index);
        if let Ok(display) = file.display(index, &facts) {
            assert!(display.automatic.width > 0.0, "{:?}", display.automatic);
        }
    }
    assert!(file.frame(image.frames).is_err());
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    relecture_fuzz::frames::mutate(data, size, max_size, seed)
});
