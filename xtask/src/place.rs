//! Where things are: the checkout, its set-up products, the archives kept between checkouts.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the checkout.
pub(crate) fn checkout() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// `target/setup` of the checkout: what set-up makes. It stays there wherever `CARGO_TARGET_DIR` points.
pub(crate) fn setup() -> PathBuf {
    checkout().join("target").join("setup")
}

/// Fetched archives, kept per user so that a second checkout needs no network.
pub(crate) fn archives() -> Result<PathBuf> {
    let from = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let cache = if cfg!(windows) {
        from("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        from("HOME").map(|home| home.join("Library/Caches"))
    } else {
        from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache")))
    };
    let cache = cache.context("no home folder to keep downloads in: set HOME and run again")?;
    Ok(cache.join("relecture").join("archives"))
}
