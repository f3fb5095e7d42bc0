//! What a file is, from its first bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use relecture_imaging::identify;

fuzz_target!(|bytes: &[u8]| {
    let whole = identify(bytes);
    // What follows the first four kilobytes takes no part.
    let head = bytes.get(..4096).unwrap_or(bytes);
    assert_eq!(whole, identify(head));
});
