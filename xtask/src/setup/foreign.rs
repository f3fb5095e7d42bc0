//! The pieces of the demo cases that other software made: listed in `tests/fixtures/foreign.toml`, put into
//! `target/setup/fixtures/` under their names.

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
    fixture: Vec<Fixture>,
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
    Ok(())
}
