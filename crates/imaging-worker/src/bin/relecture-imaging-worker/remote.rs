//! The document, as the child reads it: from its parent, where it is needed.

use std::collections::VecDeque;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Stdin, Stdout};
use std::sync::{Arc, Mutex, PoisonError};

use relecture_imaging_worker::protocol::{
    MAX_NEED, ReceiveError, Say, receive, receive_bytes, send, send_bytes,
};
use serde::{Serialize, de::DeserializeOwned};

/// Bytes fetched at once where reading goes on, so that a parser that reads byte by byte asks seldom.
const BLOCK: u64 = 128 << 10;
/// Bytes fetched where it begins anew: as many as the vault opens at once. The heads of a thousand slices are read so.
const PIECE: u64 = 16 << 10;
/// Blocks kept: what a page is made of lies close together, and near the end of the file.
const KEPT: usize = 128;

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

    pub(crate) fn receive_bytes(&self, limit: u32) -> Result<Vec<u8>, ReceiveError> {
        receive_bytes(&mut self.ends().input, limit)
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
    /// Where each begins; the last used first.
    blocks: VecDeque<(u64, Vec<u8>)>,
    /// Where the last one ends that was fetched.
    fetched_to: u64,
}

impl Remote {
    pub(crate) fn new(line: Line, length: u64) -> Self {
        Self {
            line,
            length,
            position: 0,
            blocks: VecDeque::with_capacity(KEPT),
            fetched_to: 0,
        }
    }

    /// What is at hand from this place on, at least a byte: fetched in one small piece, or in a large one where reading goes on.
    fn at_hand(&mut self, at: u64) -> io::Result<&[u8]> {
        let holds = |(from, bytes): &(u64, Vec<u8>)| {
            at.checked_sub(*from)
                .is_some_and(|within| within < bytes.len() as u64)
        };
        let kept = self.blocks.iter().position(holds);
        let block = if let Some(block) = kept.and_then(|at| self.blocks.remove(at)) {
            block
        } else {
            let from = at - at % PIECE;
            let goes_on = self.fetched_to == from;
            let wanted = if goes_on { BLOCK } else { PIECE };
            let length = wanted.min(self.length - from);
            self.fetched_to = from + length;
            self.blocks.truncate(KEPT - 1);
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            (from, self.line.fetch(from, length)?)
        };
        let from = block.0;
        self.blocks.push_front(block);
        let bytes = self.blocks.front().map_or(&[] as &[u8], |(_, bytes)| bytes);
        let within = usize::try_from(at - from).unwrap_or(usize::MAX);
        Ok(bytes.get(within..).unwrap_or_default())
    }
}

impl Read for Remote {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.position);
        let wanted = left.min(into.len() as u64);
        if wanted == 0 {
            return Ok(0);
        }
        let fetched;
        let from = if self.position.is_multiple_of(PIECE) && wanted >= BLOCK {
            // As a whole: nobody comes back to it.
            let length = u32::try_from(wanted).unwrap_or(MAX_NEED).min(MAX_NEED);
            fetched = self.line.fetch(self.position, length)?;
            fetched.as_slice()
        } else {
            self.at_hand(self.position)?
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
