//! Files written so that a crash leaves either the old or the new, never a mixture: write, fsync, rename, fsync the directory.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::Path,
    time::Duration,
    time::SystemTime,
};

use thiserror::Error;

/// What the disk refused.
#[derive(Debug, Error)]
pub enum DiskError {
    /// No space left.
    #[error("no space left on the disk")]
    Full,
    /// Anything else.
    #[error("the disk refuses")]
    Fault(#[source] io::Error),
}

impl DiskError {
    pub(crate) fn encoding(error: serde_json::Error) -> Self {
        Self::Fault(error.into())
    }
}

impl From<io::Error> for DiskError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Fault(error),
        }
    }
}

#[cfg(test)]
use crate::disk_faults::{strike, strike_read};

/// Where the disk may refuse: the tests make it refuse at each of these places.
#[cfg(not(test))]
#[inline]
#[expect(clippy::unnecessary_wraps, reason = "it refuses in the tests")]
fn strike() -> io::Result<()> {
    Ok(())
}

/// The same where it only reads.
#[cfg(not(test))]
#[inline]
#[expect(clippy::unnecessary_wraps, reason = "it refuses in the tests")]
fn strike_read() -> io::Result<()> {
    Ok(())
}

/// Adds bytes where the file stands.
pub(crate) fn write(file: &mut File, bytes: &[u8]) -> Result<(), DiskError> {
    if let Err(error) = strike() {
        // A disk that fails or fills up has often taken part of it.
        let (half, _) = bytes.split_at(bytes.len() / 2);
        file.write_all(half)?;
        return Err(error.into());
    }
    Ok(file.write_all(bytes)?)
}

/// Waits until the disk has what was written.
pub(crate) fn sync(file: &File) -> Result<(), DiskError> {
    strike()?;
    Ok(file.sync_all()?)
}

/// Cuts a file off.
pub(crate) fn cut(file: &File, length: u64) -> Result<(), DiskError> {
    strike()?;
    Ok(file.set_len(length)?)
}

/// Makes a directory that only this user may enter.
pub(crate) fn make_directory(path: &Path) -> Result<(), DiskError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(path)?)
}

/// A program that was closed just now may still hold the lock for a moment: by a child that it was starting, until that runs its own
/// program.
const LOCK_TRIES: u32 = 30;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Takes the lock file, or says that another process has it.
pub(crate) fn lock(path: &Path) -> Result<Option<File>, DiskError> {
    let file = private()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(fs::TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(fs::TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    Ok(None)
}

/// The whole file; nothing if there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, DiskError> {
    strike_read()?;
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Writes a file that did not exist. A failure leaves none behind.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    strike()?;
    let mut file = private().write(true).create_new(true).open(path)?;
    let written = write(&mut file, bytes).and_then(|()| sync(&file));
    if let Err(error) = written {
        drop(file);
        // The first error is the one to tell; an object left behind is swept at the next start.
        let _ = fs::remove_file(path);
        return Err(error);
    }
    sync_parent(path)
}

/// Replaces a file by another in one step.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    let next = path.with_extension("next");
    remove(&next)?;
    write_new(&next, bytes)?;
    rename(&next, path)
}

/// Renames, and waits until the disk has it.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), DiskError> {
    strike()?;
    fs::rename(from, to)?;
    sync_parent(to)
}

/// Opens a file to add to its end, making it if needed.
pub(crate) fn append(path: &Path) -> Result<File, DiskError> {
    strike()?;
    Ok(private().append(true).create(true).open(path)?)
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), DiskError> {
    strike()?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Removes a directory and everything in it, if it is there.
pub(crate) fn remove_directory(path: &Path) -> Result<(), DiskError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Length of a file; 0 if there is none.
pub(crate) fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |m| m.len())
}

/// As many bytes of a file, or all of a shorter one.
pub(crate) fn beginning(path: &Path, length: usize) -> Result<Vec<u8>, DiskError> {
    let mut bytes = Vec::with_capacity(length);
    File::open(path)?
        .take(length as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// When a file was last written.
pub(crate) fn changed_at(path: &Path) -> Result<SystemTime, DiskError> {
    Ok(fs::metadata(path)?.modified()?)
}

/// Names of the files in a directory.
pub(crate) fn list(path: &Path) -> Result<Vec<String>, DiskError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// Waits until the disk has the directory's names. Windows has no such call; its renames are written through.
pub(crate) fn sync_directory(path: &Path) -> Result<(), DiskError> {
    if cfg!(unix) {
        strike()?;
        File::open(path)?.sync_all()?;
    }
    Ok(())
}

fn sync_parent(path: &Path) -> Result<(), DiskError> {
    path.parent().map_or(Ok(()), sync_directory)
}

/// Files that only this user may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
