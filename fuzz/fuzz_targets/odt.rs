//! Letters of LibreOffice, laid out.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};
use relecture_imaging::Format;

fuzz_target!(|bytes: &[u8]| -> Corpus { relecture_fuzz::read(bytes, Format::Odt) });

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    relecture_fuzz::archive::mutate(data, size, max_size, seed)
});
