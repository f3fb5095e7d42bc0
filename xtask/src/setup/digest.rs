//! SHA-256, the name by which everything fetched is known.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Lower-case hexadecimal SHA-256 of bytes.
pub(super) fn of(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('?'));
            }
            text
        })
}

/// [`of`] a file's content.
pub(super) fn of_file(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(of(&bytes))
}

/// Does the file exist with this content?
pub(super) fn matches(path: &Path, sha256: &str) -> bool {
    of_file(path).is_ok_and(|found| found == sha256)
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_sha_256_in_lower_case() {
        // FIPS 180-4, the one-block example "abc".
        assert_eq!(
            super::of(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
