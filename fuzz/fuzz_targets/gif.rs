//! GIF.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use relecture_imaging::Format;

fuzz_target!(|bytes: &[u8]| -> Corpus { relecture_fuzz::read(bytes, Format::Gif) });
