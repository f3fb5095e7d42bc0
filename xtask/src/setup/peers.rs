//! Programs of other authors that the benchmarks compare with, beside those of the system.

use anyhow::{Context as _, Result};

use crate::{
    place::checkout,
    process::{command, run_quietly},
};

/// `rage`, built as its authors build it.
const RAGE: (&str, &str) = ("rage", "0.12.1");

/// Installs what is missing under `target/peers`.
///
/// # Errors
/// It is not there and cannot be built.
pub(crate) fn ready() -> Result<()> {
    let root = checkout().join("target").join("peers");
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
