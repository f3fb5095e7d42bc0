//! libpdfium: which builds are accepted, and how one is loaded.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use pdfium_render::prelude::Pdfium;
use sha2::{Digest as _, Sha256};

/// SHA-256 of the libpdfium of the wheel `pypdfium2 5.15.2` (build 8149, no JavaScript, no XFA) for
/// the platform this was compiled for. `None`: no build was checked for it.
const PINNED_SHA256: Option<[u8; 32]> = pinned_sha256();

const fn pinned_sha256() -> Option<[u8; 32]> {
    if cfg!(all(
        target_os = "linux",
        target_arch = "x86_64",
        target_env = "gnu"
    )) {
        Some(bytes_of_hex(
            b"c76dc0f7839644bfa7c3e3107a6068df714e339c861bb7d4519907b821d427f9",
        ))
    } else if cfg!(all(
        target_os = "linux",
        target_arch = "aarch64",
        target_env = "gnu"
    )) {
        Some(bytes_of_hex(
            b"4378615ad9710397c96c112611be9018629bbfe38805d91a2663a534b99c28ca",
        ))
    } else if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
        Some(bytes_of_hex(
            b"5574cd4164a1317bc6b2f3168a4f433ca84561aa1b33f570422ce20f199d3765",
        ))
    } else if cfg!(all(target_os = "macos", target_arch = "x86_64")) {
        Some(bytes_of_hex(
            b"967a413d03dde793455ed9f9ecb29b7fec6da846166ecd5b43e0bc3ddb4d9be2",
        ))
    } else if cfg!(all(target_os = "windows", target_arch = "x86_64")) {
        Some(bytes_of_hex(
            b"42d87f68957d745ce9377dfb1d8d63691e19082a7ec29ff421d22779d3142b29",
        ))
    } else {
        None
    }
}

/// Why libpdfium was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadLibraryError {
    /// No file can be read at the path given.
    #[error("the PDF library cannot be read")]
    Unreadable(#[source] io::Error),
    /// The file is not the build this program was checked with.
    #[error("the PDF library is not the one this program was checked with")]
    NotPinned,
    /// No build of libpdfium was checked for this platform.
    #[error("no PDF library was checked for this platform")]
    NoneForPlatform,
    /// The dynamic loader refused the file, or this process has loaded it already.
    #[error("the PDF library could not be loaded")]
    Refused,
}

/// A libpdfium whose SHA-256 was found in the pinned table just before it was loaded; the only way
/// to read a PDF in this crate.
///
/// The file is hashed, then opened again by the dynamic loader: who may replace it in between could
/// as well replace this program beside it. The hash guards against a wrong or rotten file, not
/// against that person.
pub struct VerifiedLibrary {
    pub(crate) pdfium: Pdfium,
}

impl VerifiedLibrary {
    /// Loads libpdfium from `path`. A process can load it once.
    pub fn load(path: &Path) -> Result<Self, LoadLibraryError> {
        let pinned = PINNED_SHA256.ok_or(LoadLibraryError::NoneForPlatform)?;
        if sha256_of_file(path).map_err(LoadLibraryError::Unreadable)? != pinned {
            return Err(LoadLibraryError::NotPinned);
        }
        let bindings = Pdfium::bind_to_library(path).map_err(|_| LoadLibraryError::Refused)?;
        Ok(Self {
            pdfium: Pdfium::new(bindings),
        })
    }
}

fn sha256_of_file(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut chunk)?;
        let Some(filled @ [_, ..]) = chunk.get(..read) else {
            return Ok(hash.finalize().into());
        };
        hash.update(filled);
    }
}

/// The bytes a lower-case hexadecimal SHA-256 stands for.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated at compile time: out of bounds is an error"
)]
const fn bytes_of_hex(hex: &[u8; 64]) -> [u8; 32] {
    const fn digit(letter: u8) -> u8 {
        if letter.is_ascii_digit() {
            letter - b'0'
        } else {
            letter - b'a' + 10
        }
    }
    let mut bytes = [0; 32];
    let mut index = 0;
    while index < bytes.len() {
        bytes[index] = digit(hex[2 * index]) << 4 | digit(hex[2 * index + 1]);
        index += 1;
    }
    bytes
}
