//! The window's pages: packages by the lock file, then the build; each only when its input has changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::digest;
use crate::place;
use crate::process::{npm, printed, run_quietly};

/// Vite's own floor, major and minor.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Makes `ui/node_modules`, `ui/dist` and `tests/openid/node_modules` match the sources.
///
/// # Errors
/// Node.js is missing or too old, or one of npm's commands failed.
pub(crate) fn ready() -> Result<()> {
    node_is_there()?;
    let ui = place::checkout().join("ui");
    let lock = digest::of_file(&ui.join("package-lock.json"))?;
    let packages = Stamp::new("ui-packages");
    if !packages.is(&lock) || !ui.join("node_modules").is_dir() {
        println!("Installing the window's packages (npm ci)");
        run_quietly(&mut npm(&["ci", "--no-audit", "--no-fund", "--prefer-offline"]))
            .context("the window's packages cannot be installed: check the network, then run the same command again")?;
        packages.set(&lock)?;
    }
    let provider = place::checkout().join("tests").join("openid");
    let lock = digest::of_file(&provider.join("package-lock.json"))?;
    let packages = Stamp::new("openid-packages");
    if !packages.is(&lock) || !provider.join("node_modules").is_dir() {
        println!("Installing the OpenID provider of the tests and the demonstration (npm ci)");
        let mut install = npm(&["ci", "--no-audit", "--no-fund", "--prefer-offline"]);
        run_quietly(install.current_dir(&provider))
            .context("the OpenID provider cannot be installed: check the network, then run the same command again")?;
        packages.set(&lock)?;
    }
    let sources = sources(&ui)?;
    let pages = Stamp::new("ui-pages");
    if !pages.is(&sources) || !ui.join("dist/index.html").is_file() {
        println!("Building the window's pages (npm run build)");
        run_quietly(&mut npm(&["run", "build"]))?;
        pages.set(&sources)?;
    }
    Ok(())
}

fn node_is_there() -> Result<()> {
    let version = printed(&mut crate::process::command("node", &["--version"]));
    let found = version.as_deref().and_then(|version| {
        let mut numbers = version.trim().strip_prefix('v')?.split('.');
        Some((
            numbers.next()?.parse::<u32>().ok()?,
            numbers.next()?.parse::<u32>().ok()?,
        ))
    });
    if found.is_some_and(|found| found >= OLDEST_NODE) {
        return Ok(());
    }
    let (major, minor) = OLDEST_NODE;
    bail!(
        "Node.js {major}.{minor} or later with npm is needed ({} found): install it, check with `node --version`, then run the same command again",
        version.as_deref().map_or("none", str::trim)
    )
}

/// One digest over every file of `ui/` that is not itself a product.
fn sources(ui: &Path) -> Result<String> {
    let mut files = Vec::new();
    collect(ui, &mut files)?;
    files.sort();
    let mut listing = String::new();
    for file in files {
        listing.push_str(&digest::of_file(&file)?);
        listing.push(' ');
        listing.push_str(&file.strip_prefix(ui).unwrap_or(&file).to_string_lossy());
        listing.push('\n');
    }
    Ok(digest::of(listing.as_bytes()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if !["node_modules", "dist"]
                .iter()
                .any(|product| name == *product)
            {
                collect(&entry.path(), files)?;
            }
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// What was the input when something was last made.
struct Stamp(PathBuf);

impl Stamp {
    fn new(name: &str) -> Self {
        Self(place::setup().join(format!("{name}.sha256")))
    }

    fn is(&self, value: &str) -> bool {
        fs::read_to_string(&self.0).is_ok_and(|kept| kept == value)
    }

    fn set(&self, value: &str) -> Result<()> {
        fs::create_dir_all(place::setup())?;
        fs::write(&self.0, value).with_context(|| format!("{} cannot be written", self.0.display()))
    }
}
