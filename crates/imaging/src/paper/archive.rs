//! ZIP, unpacked in memory with an eye on how much comes out.

use std::io::Read as _;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::paper::{PaperError, Source};

/// Files of an archive that are looked at.
pub(crate) const MAX_ENTRIES: usize = 500;
/// Files of a word processor's document. A long one has some hundred pictures.
const MAX_PARTS: usize = 5_000;
/// Bytes that all files of an archive unpack to.
pub(crate) const MAX_UNPACKED: u64 = 256 << 20;

/// A ZIP of which no more than [`MAX_UNPACKED`] is ever unpacked, whatever it says of itself.
pub(crate) struct Archive<S> {
    zip: ZipArchive<S>,
    left: u64,
}

impl<S: Source> Archive<S> {
    /// Reads the list of files.
    pub(crate) fn open(mut source: S) -> Result<Self, PaperError> {
        // The list is read as a whole: what is counted in it is counted first.
        let mut tail = Vec::new();
        let damaged = |_| PaperError::Damaged;
        let length = source.seek(std::io::SeekFrom::End(0)).map_err(damaged)?;
        let from = length.saturating_sub(66_000);
        source
            .seek(std::io::SeekFrom::Start(from))
            .map_err(damaged)?;
        source
            .by_ref()
            .take(66_000)
            .read_to_end(&mut tail)
            .map_err(damaged)?;
        source.seek(std::io::SeekFrom::Start(0)).map_err(damaged)?;
        // The end of the central directory (APPNOTE 4.3.16): entries at 10, 65,535 where a longer record counts them.
        let ends = tail
            .windows(22)
            .filter(|end| end.starts_with(b"PK\x05\x06"));
        let count = ends.filter_map(|end| Some(u16::from_le_bytes([*end.get(10)?, *end.get(11)?])));
        if count
            .max()
            .is_none_or(|count| usize::from(count) > MAX_PARTS)
        {
            return Err(PaperError::Damaged);
        }
        let zip = ZipArchive::new(source).map_err(|error| of_zip(&error))?;
        Ok(Self {
            zip,
            left: MAX_UNPACKED,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.zip.len()
    }

    /// The name of the file at this place; it is only ever shown.
    pub(crate) fn name(&self, index: usize) -> Option<String> {
        let name = self.zip.name_for_index(index)?.ok()?;
        Some(name.into_owned())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// Whether the file at this place asks for a password.
    pub(crate) fn is_encrypted(&mut self, index: usize) -> bool {
        let raw = self.zip.by_index_raw(index);
        raw.is_ok_and(|file| file.encrypted())
    }

    /// A file by its name.
    pub(crate) fn read(&mut self, name: &str) -> Result<Vec<u8>, PaperError> {
        let index = self.zip.index_for_name(name).ok_or(PaperError::Damaged)?;
        self.read_at(index)
    }

    /// The file at this place. Unpacking stops as soon as more came out than is left of the limit.
    pub(crate) fn read_at(&mut self, index: usize) -> Result<Vec<u8>, PaperError> {
        let file = self.zip.by_index(index).map_err(|error| of_zip(&error))?;
        let mut bytes = Vec::new();
        let limit = self.left + 1;
        file.take(limit)
            .read_to_end(&mut bytes)
            .map_err(|_| PaperError::Damaged)?;
        self.left = self
            .left
            .checked_sub(bytes.len() as u64)
            .ok_or(PaperError::TooManyBytes)?;
        Ok(bytes)
    }
}

fn of_zip(error: &ZipError) -> PaperError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => PaperError::Encrypted,
        _ => PaperError::Damaged,
    }
}
