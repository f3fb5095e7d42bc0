//! libpdfium, out of the wheel of pypdfium2 (built without JavaScript and XFA), pinned twice: the wheel and the library inside.

use std::env::consts::{ARCH, OS};

use anyhow::{Context, Result};

use super::archive::{Archive, Kind};
use super::digest;
use crate::place;

struct Pin {
    os: &'static str,
    arch: &'static str,
    /// The platform in the wheel's name.
    tag: &'static str,
    wheel: &'static str,
    library: &'static str,
    file: &'static str,
}

const VERSION: &str = "5.15.2"; // pdfium 8149; pdfium-render's feature pdfium_8125 needs that build or a later one

const UNZIP: &str =
    "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";

const PINS: &[Pin] = &[
    Pin {
        os: "linux",
        arch: "x86_64",
        tag: "manylinux_2_17_x86_64.manylinux2014_x86_64",
        wheel: "dc31aea5b0fb9fefc9b537a65f4113980b2c40798445736a7e6565bc85161e37",
        library: "c76dc0f7839644bfa7c3e3107a6068df714e339c861bb7d4519907b821d427f9",
        file: "libpdfium.so",
    },
    Pin {
        os: "linux",
        arch: "aarch64",
        tag: "manylinux_2_17_aarch64.manylinux2014_aarch64",
        wheel: "dd46e93c0c3a73f6cea8489baff6d77a5d0759dd53fbbce0aeb49c91830176fc",
        library: "4378615ad9710397c96c112611be9018629bbfe38805d91a2663a534b99c28ca",
        file: "libpdfium.so",
    },
    Pin {
        os: "macos",
        arch: "aarch64",
        tag: "macosx_13_0_arm64",
        wheel: "e71fe832e94421ac3c28d6a6ed4a9e61f22417089652d339f391c4ffc2a44c35",
        library: "5574cd4164a1317bc6b2f3168a4f433ca84561aa1b33f570422ce20f199d3765",
        file: "libpdfium.dylib",
    },
    Pin {
        os: "macos",
        arch: "x86_64",
        tag: "macosx_13_0_x86_64",
        wheel: "7f296a298074d76fb7c3d1ecb80d7097a96778bf0ad9c5c48a0170e56e2c6821",
        library: "967a413d03dde793455ed9f9ecb29b7fec6da846166ecd5b43e0bc3ddb4d9be2",
        file: "libpdfium.dylib",
    },
    Pin {
        os: "windows",
        arch: "x86_64",
        tag: "win_amd64",
        wheel: "74d1bace34fb01c660d0b64344d5a4b7d276942b7c6623c88ab59ea21c5acfbd",
        library: "42d87f68957d745ce9377dfb1d8d63691e19082a7ec29ff421d22779d3142b29",
        file: "pdfium.dll",
    },
];

/// Puts the library into `target/setup/pdfium/`.
///
/// # Errors
/// No pin for this platform, or a digest differs.
pub(super) fn ready() -> Result<()> {
    let pin = PINS
        .iter()
        .find(|pin| pin.os == OS && pin.arch == ARCH)
        .with_context(|| format!("there is no pinned libpdfium for {OS} on {ARCH}"))?;
    let library = place::setup().join("pdfium").join(pin.file);
    if digest::matches(&library, pin.library) {
        return Ok(());
    }
    let python = if cfg!(windows) { "python" } else { "python3" };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let wheel = Archive {
        kind: Kind::PipWheel,
        package: "pypdfium2".to_owned(),
        version: VERSION.to_owned(),
        file: format!("pypdfium2-{VERSION}-py3-none-{}.whl", pin.tag),
        sha256: pin.wheel.to_owned(),
        command: words(&[
            python,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--only-binary=:all:",
            "--platform",
            pin.tag.split('.').next().unwrap_or(pin.tag),
            &format!("pypdfium2=={VERSION}"),
        ]),
        extract: words(&[python, "-c", UNZIP, "{file}", "{inner}"]),
    };
    wheel.take(
        &format!("pypdfium2_raw/{}", pin.file),
        pin.library,
        &library,
    )
}
