//! Programs of other authors that the benchmarks compare with, beside those of the system.

use std::fs;

use anyhow::{Context as _, Result};

use super::ui;
use crate::{
    place::checkout,
    process::{command, npm, run_quietly},
};

/// `rage`, built as its authors build it.
const RAGE: (&str, &str) = ("rage", "0.12.1");

/// Installs what is missing under `target/peers`.
///
/// # Errors
/// It is not there and cannot be built.
pub(crate) fn ready() -> Result<()> {
    let root = checkout().join("target").join("peers");
    scripts()?;
    let (name, version) = RAGE;
    let known = std::fs::read_to_string(root.join(".crates.toml")).unwrap_or_default();
    if known.contains(&format!("\"{name} {version} ")) {
        return Ok(());
    }
    println!("Building {name} {version}, which the benchmarks compare with (a few minutes)");
    let mut install = command("cargo", &["install", "--quiet", "--locked", name]);
    install.args(["--version", version, "--root"]).arg(&root);
    run_quietly(&mut install).with_context(|| format!("{name} {version} cannot be installed"))
}

/// What runs in a browser, as its lock file names it.
fn scripts() -> Result<()> {
    let folder = checkout().join("tests").join("peers");
    let lock = fs::read(folder.join("package-lock.json"))?;
    // Which lock file the packages beside it are of.
    let installed = folder.join("node_modules").join(".relecture-lock");
    if fs::read(&installed).is_ok_and(|known| known == lock) {
        return Ok(());
    }
    println!("Installing pdf.js and Cornerstone3D, which the benchmarks compare with (npm ci)");
    let mut install = npm(&["ci", "--omit=optional", "--no-audit", "--no-fund"]);
    run_quietly(install.current_dir(&folder)).context(
        "pdf.js and Cornerstone3D cannot be installed: check the network, then run the same command again",
    )?;
    // Put together for a browser by the window's own bundler, into `target/peers/cornerstone`.
    ui::ready()?;
    let bundler = checkout().join("ui").join("node_modules/vite/bin/vite.js");
    let mut bundle = command("node", &[]);
    bundle.arg(bundler).arg("build").current_dir(&folder);
    run_quietly(&mut bundle).context("Cornerstone3D cannot be put together")?;
    fs::write(&installed, lock).context("a stamp cannot be written")
}
