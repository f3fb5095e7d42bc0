//! Files that other software made, listed in `tests/fixtures/foreign.toml`: pieces of the demo cases and of the tests, put into
//! `target/setup/fixtures/` under their names, and whole collections in `target/setup/corpus/`.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::archive::Archive;
use super::digest;
use crate::place;

#[derive(Deserialize)]
struct Listing {
    archive: Vec<Listed>,
    corpus: Vec<Corpus>,
    fixture: Vec<Fixture>,
}

/// All of an archive, put into `target/setup/corpus/` under its `id`.
#[derive(Deserialize)]
struct Corpus {
    /// The archive's `id`.
    archive: String,
    /// The one folder in it.
    inner: String,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
    #[serde(flatten)]
    archive: Archive,
}

/// One file of one archive; licence and provenance, which the listing also holds, are for people.
#[derive(Deserialize)]
struct Fixture {
    name: String,
    /// The archive's `id`.
    archive: String,
    /// Its path inside the archive.
    inner: String,
    sha256: String,
}

/// Fetches what is missing.
///
/// # Errors
/// The listing is unsound, an archive cannot be fetched, or a digest differs.
pub(super) fn ready() -> Result<()> {
    let path = place::checkout().join("tests/fixtures/foreign.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let listing: Listing =
        toml::from_str(&text).with_context(|| format!("{} is unsound", path.display()))?;
    let archives: BTreeMap<&str, &Archive> = listing
        .archive
        .iter()
        .map(|listed| (listed.id.as_str(), &listed.archive))
        .collect();
    for Fixture {
        name,
        archive,
        inner,
        sha256,
    } in &listing.fixture
    {
        if name.contains(['/', '\\']) || name.starts_with('.') {
            bail!("{}: `{name}` is not a plain file name", path.display());
        }
        let place = place::setup().join("fixtures").join(name);
        if digest::matches(&place, sha256) {
            continue;
        }
        let Some(archive) = archives.get(archive.as_str()) else {
            bail!(
                "{}: `{name}` names an archive that is not listed",
                path.display()
            );
        };
        archive
            .take(inner, sha256, &place)
            .with_context(|| format!("the fixture {name}"))?;
    }
    for Corpus { archive, inner } in &listing.corpus {
        let Some(listed) = archives.get(archive.as_str()) else {
            bail!("{}: no archive is called `{archive}`", path.display());
        };
        listed
            .unpack(inner, &place::setup().join("corpus").join(archive))
            .with_context(|| format!("the corpus {archive}"))?;
    }
    Ok(())
}
