//! PDF: pages, words, links, outline. libpdfium is not instrumented: only its effects are seen.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use relecture_imaging::{Format, VerifiedLibrary};

static LIBRARY: LazyLock<VerifiedLibrary> = LazyLock::new(|| {
    let path = std::env::var_os("RELECTURE_PDFIUM").expect("RELECTURE_PDFIUM names libpdfium");
    VerifiedLibrary::load(&PathBuf::from(path)).expect("libpdfium is the pinned one")
});

fuzz_target!(|bytes: &[u8]| -> Corpus { relecture_fuzz::read(bytes, Format::Pdf, Some(&LIBRARY)) });
