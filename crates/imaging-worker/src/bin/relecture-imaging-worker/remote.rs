//! The document, as the child reads it: from its parent, where it is needed.

use std::collections::VecDeque;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Stdin, Stdout};
use std::sync::{Arc, Mutex, PoisonError};

use relecture_imaging_worker::protocol::{
    MAX_NEED, ReceiveError, Say, receive, receive_bytes, send, send_bytes,
};
use serde::{Serialize, de::DeserializeOwned};

/// Bytes fetched at once, so that a parser that reads byte by byte asks seldom.
const BLOCK: u64 = 128 << 10;
/// Blocks kept: what a page is made of lies close together, and near the end of the file.
const KEPT: usize = 64;

/// The line to the parent; shared by who answers and who reads.
#[derive(Clone)]
pub(crate) struct Line(Arc<Mutex<Ends>>);

struct Ends {
    input: Stdin,
    output: BufWriter<Stdout>,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Ends {
            input: io::stdin(),
            output: BufWriter::new(io::stdout()),
        })))
    }

    fn ends(&self) -> std::sync::MutexGuard<'_, Ends> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn receive<M: DeserializeOwned>(&self) -> Result<M, ReceiveError> {
        receive(&mut self.ends().input)
    }

    pub(crate) fn send(&self, message: &impl Serialize) -> io::Result<()> {
        send(&mut self.ends().output, message)
    }

    pub(crate) fn answer(&self, answer: impl Serialize) -> io::Result<()> {
        self.send(&Say::Answer(answer))
    }

    pub(crate) fn send_bytes(&self, bytes: &[u8]) -> io::Result<()> {
        send_bytes(&mut self.ends().output, bytes)
    }

    fn fetch(&self, offset: u64, length: u32) -> io::Result<Vec<u8>> {
        let mut ends = self.ends();
        send(&mut ends.output, &Say::<()>::Need { offset, length })?;
        receive_bytes(&mut ends.input, length).map_err(io::Error::other)
    }
}

/// The document.
pub(crate) struct Remote {
    line: Line,
    length: u64,
    position: u64,
    /// The last used first.
    blocks: VecDeque<(u64, Vec<u8>)>,
}

impl Remote {
    pub(crate) fn new(line: Line, length: u64) -> Self {
        Self {
            line,
            length,
            position: 0,
            blocks: VecDeque::with_capacity(KEPT),
        }
    }

    /// The block of this number.
    fn block(&mut self, number: u64) -> io::Result<&[u8]> {
        let kept = self.blocks.iter().position(|(kept, _)| *kept == number);
        let block = if let Some(block) = kept.and_then(|at| self.blocks.remove(at)) {
            block
        } else {
            let (from, left) = (number * BLOCK, self.length - number * BLOCK);
            let length = u32::try_from(left.min(BLOCK)).unwrap_or(u32::MAX);
            self.blocks.truncate(KEPT - 1);
            (number, self.line.fetch(from, length)?)
        };
        self.blocks.push_front(block);
        Ok(self.blocks.front().map_or(&[], |(_, bytes)| bytes))
    }
}

impl Read for Remote {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.position);
        let wanted = left.min(into.len() as u64);
        if wanted == 0 {
            return Ok(0);
        }
        let (number, within) = (self.position / BLOCK, self.position % BLOCK);
        let fetched;
        let from = if within == 0 && wanted >= BLOCK {
            // As a whole: nobody comes back to it.
            let length = u32::try_from(wanted).unwrap_or(MAX_NEED).min(MAX_NEED);
            fetched = self.line.fetch(self.position, length)?;
            fetched.as_slice()
        } else {
            let within = usize::try_from(within).unwrap_or(usize::MAX);
            self.block(number)?.get(within..).unwrap_or_default()
        };
        let (from, _) = from.split_at(from.len().min(into.len()));
        let (to, _) = into.split_at_mut(from.len());
        to.copy_from_slice(from);
        let read = from.len();
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Remote {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
