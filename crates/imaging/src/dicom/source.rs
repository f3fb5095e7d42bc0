//! The bytes of a file, fetched where they are needed.

use std::io::{self, Read, Seek, SeekFrom};

/// Bytes fetched at first while the data set is walked, which is most of them for an image of one frame; and then.
const FIRST: usize = 4 << 10;
const BLOCK: usize = 64 << 10;

/// A file of which a part is at hand.
pub(super) struct Source<S> {
    inner: S,
    length: u64,
    at: u64,
    block: Vec<u8>,
}

impl<S: Read + Seek> Source<S> {
    pub(super) fn new(mut inner: S) -> io::Result<Self> {
        let length = inner.seek(SeekFrom::End(0))?;
        Ok(Self {
            inner,
            length,
            at: 0,
            block: Vec::new(),
        })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// `N` bytes from `at` on, if the file has them.
    pub(super) fn peek<const N: usize>(&mut self, at: u64) -> io::Result<Option<[u8; N]>> {
        if at.saturating_add(N as u64) > self.length {
            return Ok(None);
        }
        if self.kept(at, N).is_none() {
            let left = usize::try_from(self.length - at).unwrap_or(usize::MAX);
            let block = if self.block.is_empty() { FIRST } else { BLOCK };
            self.block = self.read(at, left.min(block.max(N)))?;
            self.at = at;
        }
        Ok(self.kept(at, N).and_then(|bytes| bytes.try_into().ok()))
    }

    fn kept(&self, at: u64, length: usize) -> Option<&[u8]> {
        let from = usize::try_from(at.checked_sub(self.at)?).ok()?;
        self.block.get(from..from.checked_add(length)?)
    }

    /// So many bytes from `at` on, which the file is known to have.
    pub(super) fn read(&mut self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let end = at.checked_add(length as u64);
        if end.is_none_or(|end| end > self.length) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.inner.seek(SeekFrom::Start(at))?;
        let mut bytes = vec![0; length];
        self.inner.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
