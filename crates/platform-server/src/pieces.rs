//! The folder of sealed files. Names are random and say nothing; nothing in clear is ever written.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use relecture_crypto::make_bytes;

pub(crate) struct SealedFiles(PathBuf);

impl SealedFiles {
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// Writes sealed bytes durably and gives their name.
    pub(crate) fn write(&self, sealed: &[u8]) -> io::Result<String> {
        let name = hex::encode(make_bytes::<16>());
        let (path, draft) = (self.path(&name), self.0.join(format!("{name}.new")));
        let mut file = fs::File::create_new(&draft)?;
        file.write_all(sealed)?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        crate::keys::sync_dir(&path)?;
        Ok(name)
    }

    pub(crate) fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(name))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(Path::new(name))
    }

    /// Removes a file whose key is gone; what cannot be removed is unreadable anyway.
    pub(crate) fn discard(&self, name: &str) {
        if fs::remove_file(self.path(name)).is_err() {
            tracing::warn!(fault = "sealed file not removed");
        }
    }
}
