//! Where the built programs and the set-up products of this checkout are.

use std::path::{Path, PathBuf};

/// The root of the checkout.
pub fn checkout() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).unwrap_or(own).to_owned()
}

/// `target/setup`: libpdfium, the foreign files.
pub fn setup() -> PathBuf {
    checkout().join("target").join("setup")
}

/// A program of this workspace, beside the running one in cargo's target folder (tests run one folder deeper).
///
/// # Errors
/// The system does not tell where the running program is.
pub fn program(name: &str) -> std::io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let mut folder = own.parent().unwrap_or(&own);
    if folder.ends_with("deps") {
        folder = folder.parent().unwrap_or(folder);
    }
    Ok(folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// File name of libpdfium on this system.
pub fn pdfium_name() -> &'static str {
    if cfg!(windows) {
        "pdfium.dll"
    } else if cfg!(target_os = "macos") {
        "libpdfium.dylib"
    } else {
        "libpdfium.so"
    }
}

/// libpdfium as set-up put it.
pub fn pdfium() -> PathBuf {
    setup().join("pdfium").join(pdfium_name())
}
