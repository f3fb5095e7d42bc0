//! Reading a received piece: any range of it, opening its chunks only.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use relecture_crypto::{BEGINNING, Key, Opener};
use zeroize::Zeroizing;

use crate::{DiskError, PieceSpec, VaultError, disk};

/// Chunks that are read from the disk at once: 1 MiB.
const BATCH: u64 = 64;
const CHUNK: u64 = Opener::CHUNK as u64;

/// A received piece, read where it is needed. It stays readable as long as this value lives, whatever becomes of the file's name.
pub struct PieceReader {
    file: File,
    opener: Opener,
    clear_size: u64,
    sealed_size: u64,
    sealed: Vec<u8>,
    edge: Zeroizing<Vec<u8>>,
}

impl PieceReader {
    /// A piece of which this file is the beginning, as far as its chunks are whole.
    pub(crate) fn open_part(path: &Path, key: &Key, piece: &PieceSpec) -> Result<Self, VaultError> {
        let here = disk::length(path).saturating_sub(BEGINNING as u64) / Opener::STEP as u64;
        if here == 0 {
            return Err(VaultError::Absent);
        }
        let mut part = Self::of_file(path, key, piece)?;
        // The last chunk says that nothing was cut: it is opened with a piece that is complete.
        let whole = part.opener.length().saturating_sub(1) / CHUNK;
        part.clear_size = part.clear_size.min(here.min(whole) * CHUNK);
        Ok(part)
    }

    pub(crate) fn open(path: &Path, key: &Key, piece: &PieceSpec) -> Result<Self, VaultError> {
        let read = Self::of_file(path, key, piece)?;
        if disk::length(path) != piece.sealed_size {
            return Err(VaultError::Altered);
        }
        Ok(read)
    }

    fn of_file(path: &Path, key: &Key, piece: &PieceSpec) -> Result<Self, VaultError> {
        let PieceSpec {
            context,
            sealed_size,
            clear_size,
            ..
        } = piece;
        let sealed_size = *sealed_size;
        let beginning = match disk::beginning(path, BEGINNING) {
            Err(DiskError::Fault(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(VaultError::Absent);
            }
            read => read?,
        };
        let opener =
            Opener::new(key, context, &beginning, sealed_size).map_err(|_| VaultError::Altered)?;
        if opener.length() < *clear_size {
            return Err(VaultError::Altered);
        }
        Ok(Self {
            clear_size: *clear_size,
            file: File::open(path).map_err(DiskError::from)?,
            opener,
            sealed_size,
            sealed: Vec::new(),
            edge: Zeroizing::new(Vec::new()),
        })
    }

    /// Clear bytes of the piece.
    pub fn length(&self) -> u64 {
        self.clear_size
    }

    /// Reads from `offset` on until `into` is full or the piece is over; how many bytes were read.
    ///
    /// # Errors
    /// [`VaultError::Altered`] when the disk changed one of the chunks; what `into` holds is not to be used then.
    pub fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, VaultError> {
        let wanted = self.length().saturating_sub(offset).min(into.len() as u64);
        let (mut at, end) = (offset, offset + wanted);
        let mut rest = into;
        while at < end {
            let (first, within) = (at / CHUNK, at % CHUNK);
            let left = end - at;
            let is_end = end == self.opener.length();
            // Whole chunks go where they are wanted; the edges of a range go through a chunk of their own.
            let whole = if is_end {
                left.div_ceil(CHUNK)
            } else {
                left / CHUNK
            };
            let clear = if within == 0 && whole > 0 {
                let clear = (whole.min(BATCH) * CHUNK).min(left);
                self.open_chunks(first, rest.split_at_mut(small(clear)).0)?;
                clear
            } else {
                let length = CHUNK.min(self.opener.length() - first * CHUNK);
                let mut edge = std::mem::take(&mut self.edge);
                edge.resize(small(length), 0);
                self.open_chunks(first, &mut edge)?;
                let clear = (length - within).min(left);
                let from = edge.get(small(within)..small(within + clear));
                for (to, byte) in rest.iter_mut().zip(from.unwrap_or_default()) {
                    *to = *byte;
                }
                self.edge = edge;
                clear
            };
            at += clear;
            rest = rest.split_at_mut(small(clear)).1;
        }
        Ok(small(wanted))
    }

    /// Opens the chunks from `first` on that make up `out`. At the end of the piece its last chunk is opened too, even if it is
    /// empty: it is what says that nothing was cut.
    fn open_chunks(&mut self, first: u64, out: &mut [u8]) -> Result<(), VaultError> {
        let clear_end = first * CHUNK + out.len() as u64;
        let start = Opener::position(first);
        let end = if clear_end == self.opener.length() {
            self.sealed_size
        } else {
            Opener::position(clear_end / CHUNK)
        };
        self.sealed.resize(small(end - start), 0);
        self.file
            .seek(SeekFrom::Start(start))
            .and_then(|_| self.file.read_exact(&mut self.sealed))
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::UnexpectedEof => VaultError::Altered,
                _ => DiskError::from(error).into(),
            })?;
        self.opener
            .open_chunks(first, &self.sealed, out)
            .map_err(|_| VaultError::Altered)
    }
}

/// Within a batch, or within a buffer that exists.
fn small(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}
