//! Archives of the package registries, fetched by the registries' own clients and known by their SHA-256.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{digest, packages};
use crate::place;
use crate::process::{command, run_quietly, said};

/// Which client fetches an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// pip: a source distribution.
    PipSdist,
    /// pip: a wheel.
    PipWheel,
    /// npm: a package.
    Npm,
    /// apt-get: a Debian package.
    Deb,
}

/// One archive of one registry.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Archive {
    pub kind: Kind,
    pub package: String,
    pub version: String,
    /// The name under which the client leaves it.
    pub file: String,
    /// Of the archive itself.
    pub sha256: String,
    /// Run in an empty folder, leaves `file` there. pip's ends with `package==version`.
    pub command: Vec<String>,
    /// Writes one file of the archive, `{inner}` of `{file}`, to standard output.
    pub extract: Vec<String>,
}

impl Archive {
    /// Fetches the archive unless this machine has it.
    ///
    /// # Errors
    /// The client failed, or what it brought has another digest: none of it is kept.
    pub(super) fn fetched(&self) -> Result<PathBuf> {
        let folder = place::archives()?;
        let kept = folder.join(&self.sha256);
        if digest::matches(&kept, &self.sha256) {
            return Ok(kept);
        }
        println!("Fetching {} {}", self.package, self.version);
        let scratch = Scratch::new()?;
        let fetch = || run_quietly(&mut self.client(&scratch.0)?);
        let fetched = match fetch() {
            // The machine may never have asked its Debian mirror what there is.
            Err(_) if self.kind == Kind::Deb => packages::update().and_then(|()| fetch()),
            other => other,
        };
        fetched.with_context(|| {
            format!(
                "{} {} cannot be fetched: check the network, then run the same command again",
                self.package, self.version
            )
        })?;
        let found = scratch.0.join(&self.file);
        if !digest::matches(&found, &self.sha256) {
            bail!(
                "{} is not the pinned file (SHA-256 {}): nothing of it is used",
                self.file,
                self.sha256
            );
        }
        // Beside, then renamed: a cut leaves no half archive under the final name.
        fs::create_dir_all(&folder)
            .with_context(|| format!("{} cannot be created", folder.display()))?;
        let beside = kept.with_extension(format!("part-{}", std::process::id()));
        fs::copy(&found, &beside)?;
        fs::rename(&beside, &kept)?;
        Ok(kept)
    }

    /// Puts the folder `inner` of a source distribution to `to`, unless it is there. It appears whole or not at all.
    ///
    /// # Errors
    /// The archive cannot be had, or not be unpacked.
    pub(super) fn unpack(&self, inner: &str, to: &Path) -> Result<()> {
        let label = to.with_extension("sha256");
        let known = fs::read_to_string(&label).unwrap_or_default();
        if to.is_dir() && known == self.sha256 {
            return Ok(());
        }
        let archive = self.fetched()?;
        let scratch = Scratch::new()?;
        let archive = archive.to_string_lossy();
        // A wheel is a ZIP.
        let words: &[&str] = match self.kind {
            Kind::PipWheel => &["python3", "-m", "zipfile", "-e", &archive, "."],
            _ => &["tar", "-xzf", &archive, inner],
        };
        run_quietly(whole(words)?.current_dir(&scratch.0))?;
        if to.exists() {
            fs::remove_dir_all(to)?;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::rename(scratch.0.join(inner), to)
            .with_context(|| format!("{} cannot be written", to.display()))?;
        fs::write(&label, &self.sha256)?;
        Ok(())
    }

    fn client(&self, folder: &Path) -> Result<Command> {
        let mut words: Vec<&str> = self.command.iter().map(String::as_str).collect();
        let list = folder
            .join("requirements.txt")
            .to_string_lossy()
            .into_owned();
        if matches!(self.kind, Kind::PipSdist | Kind::PipWheel) {
            // pip runs code of a source distribution to learn its metadata: it is to know the digest before.
            let line = format!("{}=={}", self.package, self.version);
            if words.pop() != Some(&line) {
                bail!("the command for {} does not end with {line}", self.package);
            }
            fs::write(&list, format!("{line} --hash=sha256:{}\n", self.sha256))?;
            words.extend(["--require-hashes", "--requirement", &list]);
        }
        let mut client = whole(&words)?;
        client.current_dir(folder);
        Ok(client)
    }

    /// Puts one file of the archive to `to` if it has the pinned digest; it appears whole or not at all.
    ///
    /// # Errors
    /// The archive cannot be had, or the file in it is missing or another.
    pub(super) fn take(&self, inner: &str, sha256: &str, to: &Path) -> Result<()> {
        let archive = self.fetched()?;
        let archive = archive.to_string_lossy();
        let words: Vec<&str> = self
            .extract
            .iter()
            .map(|word| match word.as_str() {
                "{file}" => archive.as_ref(),
                "{inner}" => inner,
                other => other,
            })
            .collect();
        let bytes = said(&mut whole(&words)?)?;
        if digest::of(&bytes) != sha256 {
            bail!(
                "{inner} of {} is not the pinned file (SHA-256 {sha256})",
                self.file
            );
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        let beside = to.with_extension("part");
        fs::write(&beside, bytes)?;
        fs::rename(&beside, to).with_context(|| format!("{} cannot be written", to.display()))
    }
}

fn whole(words: &[&str]) -> Result<Command> {
    match words.split_first() {
        Some((program, arguments)) => Ok(command(program, arguments)),
        None => bail!("an archive without a command"),
    }
}

/// An empty folder of this process below `target/setup`, removed when it is no longer wanted.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let path = place::setup().join(format!("fetch-{}", std::process::id()));
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir_all(&path)
            .with_context(|| format!("{} cannot be created", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder left behind is in nobody's way: the next process of this number empties it.
        let _ = fs::remove_dir_all(&self.0);
    }
}
