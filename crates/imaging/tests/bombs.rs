//! R55: what announces more than it may is refused before memory is spent on it. Alone in its
//! process, so that the peak it measures is its own.
#![allow(
    clippy::unwrap_used,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a failed test is a panic"
)]

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test uses its part of the support")]
mod support;

use std::io::Cursor;

use relecture_imaging::{Document, OpenDocumentError};

/// Peak resident memory of this process, in bytes.
#[cfg(target_os = "linux")]
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        * 1024
}

#[test]
#[cfg(target_os = "linux")]
fn r55_a_picture_of_400_megapixels_is_refused_on_its_header() {
    let png = support::black_png(20_000, 20_000);
    assert!(
        png.len() < 1_000_000,
        "the bomb must be small: {} bytes",
        png.len()
    );
    // The largest JPEG there can be, by its frame header: no scan follows.
    let jpeg = b"\xFF\xD8\xFF\xC0\0\x11\x08\xFF\xDC\xFF\xDC\x03\x01\x11\0\x02\x11\0\x03\x11\0\
                 \xFF\xDA\0\x0C\x03\x01\0\x02\x11\x03\x11\0\x3F\0\0\xFF\xD9";
    let before = peak_memory();
    assert_eq!(
        Document::open(Cursor::new(png), None, None).err(),
        Some(OpenDocumentError::TooLarge {
            width: 20_000,
            height: 20_000
        })
    );
    assert_eq!(
        Document::open(Cursor::new(jpeg), None, None).err(),
        Some(OpenDocumentError::TooLarge {
            width: 65_500,
            height: 65_500
        })
    );
    let spent = peak_memory() - before;
    assert!(spent < 16 << 20, "{spent} bytes were spent on refusing");

    // The measure sees an allocation of a picture that is within bounds.
    let document =
        Document::open(Cursor::new(support::black_png(8_000, 8_000)), None, None).unwrap();
    assert!(peak_memory() - before > 150 << 20);
    assert_eq!(document.pages()[0].pixels, Some((8_000, 8_000)));
}
