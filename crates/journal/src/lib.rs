//! The journal of this PC: who did what to which case, when, with or without the platform (R97).
//!
//! No read without a trace: an entry is on the disk when [`Journal::append`] returns, and only then is a piece opened. Entries are
//! chained by their SHA-256 and delivered to the platform, which notices one that is missing or was changed. What was delivered is
//! dropped here; the file begins with the last entry that was.
//!
//! ```text
//! <file>   start  entry  entry  entry ...      each: length, 4 bytes, and number, 8 bytes, big-endian; a sealed object
//! ```
//!
//! An entry is bound to the journal and to its number, and names the digest of the one before. A torn last entry (a crash while writing) was never acknowledged and is
//! cut off. What does not open, or ends before the place that the caller remembers, is told as such: the next entry takes the
//! number that it would have had, so that the platform sees the gap. Everything blocks.

#![forbid(unsafe_code)]

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use relecture_crypto::{Context, Key, open, seal, sha256};
use relecture_platform_api::AuditEvent;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Entries are as long as the next multiple of this, so that their length does not tell them apart.
const STEP: usize = 64;
/// Bytes that tell the length of what follows.
const LENGTH: usize = 4;
/// Bytes before an object that tell its number.
const NUMBER: usize = 8;

/// Why the journal is not kept. Nothing may be opened then.
#[derive(Debug, Error)]
pub enum JournalError {
    /// No space left.
    #[error("no space left on the disk")]
    Full,
    /// The disk refuses.
    #[error("the disk refuses")]
    Disk(#[source] io::Error),
    /// An entry cannot be put into words.
    #[error("an entry cannot be written")]
    Encoding(#[from] serde_json::Error),
}

impl From<io::Error> for JournalError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Disk(error),
        }
    }
}

/// The last entry of a journal, or of what was delivered of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its number; 0 before the first.
    pub seq: u64,
    /// SHA-256 of its text, lower-case hexadecimal; zeros before the first.
    pub sha256: String,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            seq: 0,
            sha256: "0".repeat(64),
        }
    }
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// A stable word such as `piece.opened`.
    pub action: &'a str,
    /// To which case.
    pub case: Option<Uuid>,
    /// To which piece or report.
    pub object: Option<Uuid>,
    /// Whether the platform was out of reach.
    pub offline: bool,
}

/// How a journal was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// As it was left.
    Whole,
    /// Part of it is missing or was changed: the numbers of what is lost stay empty.
    Damaged,
}

/// The journal of one physician on one PC.
pub struct Journal {
    path: PathBuf,
    key: Key,
    id: Vec<u8>,
    kept: Mutex<Kept>,
}

struct Kept {
    /// The last entry delivered, with which the file begins.
    start: Head,
    /// The texts of those that follow.
    entries: Vec<Numbered>,
    last: Head,
    /// Length of the file as far as it is whole. A failed append leaves more, which is cut off before the next.
    bytes: u64,
}

/// An entry that is not delivered yet.
#[derive(Clone)]
struct Numbered {
    seq: u64,
    text: String,
}

impl Journal {
    /// Opens the journal in `path`, or makes it. `id` is what it is bound to. `known` is its last entry as far as the caller
    /// remembers: one that ends before was cut.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(
        path: &Path,
        key: Key,
        id: &[u8],
        known: &Head,
    ) -> Result<(Self, Found), JournalError> {
        let journal = Self {
            path: path.to_owned(),
            key,
            id: id.to_vec(),
            kept: Mutex::new(Kept {
                start: known.clone(),
                entries: Vec::new(),
                last: known.clone(),
                bytes: 0,
            }),
        };
        let found = journal.read(known)?;
        Ok((journal, found))
    }

    /// Reads what the file says, and writes it anew if it does not say all.
    fn read(&self, known: &Head) -> Result<Found, JournalError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let found = if known.seq == 0 {
                    Found::Whole
                } else {
                    Found::Damaged
                };
                self.rewrite(&mut self.kept())?;
                return Ok(found);
            }
            Err(error) => return Err(error.into()),
        };
        let (objects, whole) = split(&bytes);
        let mut kept = self.kept();
        let start = objects
            .first()
            .and_then(|(_, sealed)| open(&self.key, &self.start_context(), sealed).ok())
            .and_then(|clear| serde_json::from_slice::<Head>(&clear).ok());
        let mut is_whole = start.is_some();
        let first = usize::from(is_whole);
        kept.last = start.clone().unwrap_or_default();
        kept.start = start.unwrap_or_else(|| known.clone());
        // What opens is kept, whatever became of its neighbours: part of a journal tells more than none.
        for (seq, sealed) in objects.iter().skip(first) {
            let entry = self
                .open_entry(*seq, sealed)
                .filter(|_| *seq > kept.last.seq);
            let Some((text, previous)) = entry else {
                is_whole = false;
                continue;
            };
            if kept.entries.is_empty() && first == 0 {
                kept.start = Head {
                    seq: seq - 1,
                    sha256: previous.clone(),
                };
            }
            is_whole &= *seq == kept.last.seq + 1 && previous == kept.last.sha256;
            kept.last = Head {
                seq: *seq,
                sha256: sha256(text.as_bytes()).to_string(),
            };
            kept.entries.push(Numbered { seq: *seq, text });
        }
        kept.bytes = whole;
        if kept.last.seq < known.seq {
            is_whole = false;
            kept.last = known.clone();
        }
        if !is_whole {
            self.rewrite(&mut kept)?;
        }
        Ok(if is_whole {
            Found::Whole
        } else {
            Found::Damaged
        })
    }

    /// Writes down what is about to be done. It is on the disk when this returns; without it, it is not done.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was written down then.
    pub fn append(&self, at: Timestamp, event: &Event<'_>) -> Result<(), JournalError> {
        let mut kept = self.kept();
        let seq = kept.last.seq + 1;
        let text = serde_json::to_string(&AuditEvent {
            seq,
            previous: kept.last.sha256.clone(),
            at,
            action: event.action.to_owned(),
            assignment_id: event.case,
            object_id: event.object,
            offline: event.offline,
        })?;
        let framed = frame(seq, &self.seal_entry(seq, &text));
        let mut file = private().append(true).create(true).open(&self.path)?;
        if file.metadata()?.len() != kept.bytes {
            file.set_len(kept.bytes)?;
        }
        file.write_all(&framed).and_then(|()| file.sync_data())?;
        kept.bytes += framed.len() as u64;
        kept.last = Head {
            seq,
            sha256: sha256(text.as_bytes()).to_string(),
        };
        kept.entries.push(Numbered { seq, text });
        Ok(())
    }

    /// The last entry, to be remembered elsewhere: a journal that is cut later is noticed by it.
    pub fn head(&self) -> Head {
        self.kept().last.clone()
    }

    /// The texts of the oldest entries that are not delivered, at most so many.
    pub fn undelivered(&self, most: usize) -> Vec<String> {
        let kept = self.kept();
        kept.entries
            .iter()
            .take(most)
            .map(|entry| entry.text.clone())
            .collect()
    }

    /// What is not delivered of a case, oldest first.
    pub fn undelivered_of(&self, case: Uuid) -> Vec<AuditEvent> {
        let kept = self.kept();
        kept.entries
            .iter()
            .filter_map(|entry| serde_json::from_str::<AuditEvent>(&entry.text).ok())
            .filter(|event| event.assignment_id == Some(case))
            .collect()
    }

    /// The platform has everything up to this entry: it is dropped here.
    ///
    /// # Errors
    /// [`JournalError`]; what stays is delivered again, which does no harm.
    pub fn is_delivered(&self, through: u64) -> Result<(), JournalError> {
        let mut kept = self.kept();
        let delivered = kept.entries.iter().take_while(|e| e.seq <= through).count();
        if delivered == 0 {
            return Ok(());
        }
        let rest = kept.entries.split_off(delivered);
        let gone = std::mem::replace(&mut kept.entries, rest);
        let former = kept.start.clone();
        if let Some(last) = gone.last() {
            kept.start = Head {
                seq: last.seq,
                sha256: sha256(last.text.as_bytes()).to_string(),
            };
        }
        if let Err(error) = self.rewrite(&mut kept) {
            // The file still has them.
            kept.start = former;
            kept.entries.splice(..0, gone);
            return Err(error);
        }
        Ok(())
    }

    /// Replaces the file in one step.
    fn rewrite(&self, kept: &mut Kept) -> Result<(), JournalError> {
        let start = serde_json::to_vec(&kept.start)?;
        let mut bytes = frame(
            kept.start.seq,
            &seal(&self.key, &self.start_context(), &start),
        );
        for entry in &kept.entries {
            bytes.extend(frame(entry.seq, &self.seal_entry(entry.seq, &entry.text)));
        }
        let next = self.path.with_extension("next");
        let mut file = private()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&next)?;
        file.write_all(&bytes).and_then(|()| file.sync_all())?;
        drop(file);
        fs::rename(&next, &self.path)?;
        if cfg!(unix)
            && let Some(folder) = self.path.parent()
        {
            File::open(folder)?.sync_all()?;
        }
        kept.bytes = bytes.len() as u64;
        Ok(())
    }

    fn seal_entry(&self, seq: u64, text: &str) -> Vec<u8> {
        // JSON takes spaces at its end; they are no part of the text.
        let mut padded = Zeroizing::new(text.as_bytes().to_vec());
        let length = padded.len().next_multiple_of(STEP);
        padded.resize(length, b' ');
        seal(&self.key, &self.entry_context(seq), &padded)
    }

    /// The text of an entry, and the digest of the one before it.
    fn open_entry(&self, seq: u64, sealed: &[u8]) -> Option<(String, String)> {
        let clear = open(&self.key, &self.entry_context(seq), sealed).ok()?;
        let text = std::str::from_utf8(&clear).ok()?.trim_end_matches(' ');
        let event: AuditEvent = serde_json::from_str(text).ok()?;
        Some((text.to_owned(), event.previous))
    }

    fn start_context(&self) -> Context {
        Context::new("relecture/journal-start/1", &[&self.id])
    }

    fn entry_context(&self, seq: u64) -> Context {
        Context::new("relecture/journal/1", &[&self.id, &seq.to_be_bytes()])
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn frame(seq: u64, sealed: &[u8]) -> Vec<u8> {
    let length = u32::try_from(NUMBER + sealed.len()).unwrap_or(u32::MAX);
    [length.to_be_bytes().as_slice(), &seq.to_be_bytes(), sealed].concat()
}

/// The whole objects with their numbers, and where the last of them ends.
fn split(bytes: &[u8]) -> (Vec<(u64, &[u8])>, u64) {
    let (mut objects, mut rest) = (Vec::new(), bytes);
    while let Some((length, after)) = rest.split_first_chunk::<LENGTH>() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some((framed, after)) = after.split_at_checked(length) else {
            break;
        };
        let Some((seq, object)) = framed.split_first_chunk::<NUMBER>() else {
            break;
        };
        objects.push((u64::from_be_bytes(*seq), object));
        rest = after;
    }
    (objects, (bytes.len() - rest.len()) as u64)
}

/// Files that only this user may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
