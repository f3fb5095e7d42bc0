//! The encrypted case cache of one expert on one PC.
//!
//! ```text
//! <vault>/state      how to come by the epoch key, and the state sealed under it: the cases, their keys, the names of their
//!                    objects; replaced atomically, and known by its digest to the anchor outside
//! <vault>/o/<name>   sealed objects under random names; pieces as the platform sealed them, everything else under a key
//!                    derived from the case's key
//! <vault>/o/<name>.part   a piece being received
//! <vault>/lock       held while the vault is open
//! <vault>/owner      whose it is: a digest, by which it is found when its key is lost
//! ```
//!
//! Invariants: no clear byte of a case is ever written (R48); a case is forgotten by removing its key from the state first
//! (R49); what the state does not name does not exist. Everything blocks; callers on an async runtime use a blocking thread.

#![forbid(unsafe_code)]

#[cfg(test)]
extern crate self as relecture_vault;

mod anchor;
mod closed;
mod disk;
#[cfg(test)]
mod disk_faults;
mod forget;
mod lease;
mod log;
mod outbox;
mod read;
mod reception;
mod salvage;
mod state;
mod state_file;
mod unlock;

use std::{
    collections::{BTreeSet, HashMap},
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, Timestamp};
use relecture_crypto::{
    Context, Digest, Key, derive_key, make_bytes, open, pad, seal, sha256, unpad,
};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

pub use anchor::{Anchor, AnchorError};
pub use closed::{ClosedVault, PlatformSeal, PlatformSide};
pub use disk::DiskError;
pub use forget::Forgotten;
pub use lease::OpenOfflineError;
pub use log::Log;
pub use outbox::Queued;
pub use read::PieceReader;
pub use reception::{FinishReceptionError, Flusher, PieceSpec, Reception};
pub use salvage::{LostVault, erase_all, set_aside};
pub use unlock::{LockedVault, SetUnlockCodeError, UnlockVaultError};

use crate::{
    anchor::{Mark, Pending, Record},
    log::LogEnd,
    state::{CaseState, PieceEntry, State, StoredKey},
    state_file::{Head, StateFile},
};

/// Why a vault does not open.
#[derive(Debug, Error)]
pub enum OpenVaultError {
    /// Another process holds it.
    #[error("the vault is in use by another process")]
    InUse,
    /// The state was sealed under another key.
    #[error("the state is sealed under another key")]
    WrongKey,
    /// The state is damaged.
    #[error("the state is damaged")]
    Damaged,
    /// The state is not the one that was last written: damaged, gone, or an old one put back.
    #[error("the state is not the last one")]
    NotCurrent,
    /// The platform's key for this installation is no key.
    #[error("the platform's key is no key")]
    PlatformKey,
    /// The key store.
    #[error("the anchor")]
    Anchor(#[from] AnchorError),
    /// The disk.
    #[error("the vault's files")]
    Disk(#[from] DiskError),
}

impl OpenVaultError {
    /// Whether what the vault held is found again only with the cases' own keys, in a new one.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::WrongKey | Self::Damaged | Self::NotCurrent)
    }
}

/// Why something of a case cannot be read or kept.
#[derive(Debug, Error)]
pub enum VaultError {
    /// The vault was closed meanwhile.
    #[error("the vault is closed")]
    Closed,
    /// The vault does not hold this case.
    #[error("the vault does not hold this case")]
    UnknownCase,
    /// The case's lease is over: the platform must answer first (R51).
    #[error("the lease of the case is over")]
    LeaseOver,
    /// The case has no such object, or not yet.
    #[error("the case has no such object")]
    Absent,
    /// The object was changed on the disk.
    #[error("an object does not authenticate")]
    Altered,
    /// The key store: nothing was changed.
    #[error("the anchor")]
    Anchor(#[from] AnchorError),
    /// The disk.
    #[error("the vault's files")]
    Disk(#[from] DiskError),
}

/// An open vault. Dropping or closing it forgets every key.
pub struct Vault {
    root: PathBuf,
    id: Vec<u8>,
    /// What the platform calls this installation.
    installation: Vec<u8>,
    anchor: Arc<dyn Anchor>,
    state: Mutex<State>,
    /// Nothing once the vault is closed. Taken after the state's lock, never before it.
    opened: Mutex<Option<Opened>>,
    /// The pieces that are here, by the names of their objects: what was verified got its name, and only that.
    present: Mutex<HashMap<String, u64>>,
    /// Where the logs of work end, as far as they were looked at.
    ends: Mutex<HashMap<String, LogEnd>>,
    /// Highest time seen.
    time: Mutex<Option<Timestamp>>,
}

/// What only an open vault has.
struct Opened {
    epoch_key: Key,
    head: Head,
    record: Record,
    _lock: File,
}

/// The keys of an epoch that is about to begin.
struct NextEpoch {
    device: Key,
    epoch_key: Key,
    head: Head,
}

/// What the key of everything local of a case is derived for.
const LOCAL: &str = "relecture/local/1";
/// The time is written down no more often than this.
const WRITE_TIME: SignedDuration = SignedDuration::from_mins(10);

impl Vault {
    /// Forgets every key at once, whoever else still holds this vault; it then knows no case.
    pub fn close(&self) {
        let mut state = self.state();
        *state = State::default();
        self.present().clear();
        *self.opened() = None;
    }

    /// The cases it holds.
    pub fn cases(&self) -> Vec<Uuid> {
        self.state().cases.keys().copied().collect()
    }

    /// Whether it holds this case.
    pub fn holds(&self, case: Uuid) -> bool {
        self.state().cases.contains_key(&case)
    }

    /// Bytes of the pieces that are here.
    pub fn size(&self) -> u64 {
        self.present().values().sum()
    }

    /// Bytes that are free on its disk, for this user.
    ///
    /// # Errors
    /// [`DiskError`].
    pub fn free(&self) -> Result<u64, DiskError> {
        Ok(fs4::available_space(&self.root)?)
    }

    /// Takes a case in, or gives it its key again. Another key than the former forgets what was sealed under that one; `rekeyed`
    /// is the reason that is told of it.
    ///
    /// # Errors
    /// [`VaultError::Disk`].
    pub fn admit(&self, case: Uuid, key: &Key, rekeyed: &str) -> Result<(), VaultError> {
        let is_another = self
            .state()
            .cases
            .get(&case)
            .is_some_and(|known| !known.is_of(key));
        if is_another {
            self.forget(case, rekeyed)?;
        }
        self.change(|state| state.admit(case, key))
    }

    /// Takes a case in with its lease and its first records, or renews all of that, in one change of the state: see
    /// [`Vault::admit`], [`Vault::lease`] and [`Vault::put`].
    ///
    /// # Errors
    /// [`VaultError`]; nothing was changed then.
    pub fn take_in(
        &self,
        case: Uuid,
        key: &Key,
        rekeyed: &str,
        (end, purge_after): (Timestamp, Option<Timestamp>),
        records: &[(&str, &[u8])],
    ) -> Result<(), VaultError> {
        if self.state().cases.get(&case).is_some_and(|k| !k.is_of(key)) {
            self.forget(case, rekeyed)?;
        }
        let local = derive_key(&[key], LOCAL);
        let mut written = Vec::new();
        for (record, clear) in records {
            let name = new_name();
            let sealed = seal(&local, &record_context(case, record, &name), &pad(clear));
            disk::write_new(&self.object(&name), &sealed)?;
            written.push(((*record).to_owned(), name));
        }
        let now = *self.time();
        let mut former = Vec::new();
        self.change(|state| {
            state.seen = now.or(state.seen);
            state.admit(case, key);
            if let Some(case) = state.cases.get_mut(&case) {
                case.lease_end = Some(end);
                case.purge_after = purge_after;
                let replaced = written.into_iter();
                former.extend(replaced.filter_map(|(r, name)| case.records.insert(r, name)));
            }
        })?;
        for name in former {
            disk::remove(&self.object(&name))?;
        }
        Ok(())
    }

    /// Keeps a small record of a case under a name, replacing the former one.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn put(&self, case: Uuid, record: &str, clear: &[u8]) -> Result<(), VaultError> {
        let key = self.local_key(case)?;
        let name = new_name();
        let sealed = seal(&key, &record_context(case, record, &name), &pad(clear));
        disk::write_new(&self.object(&name), &sealed)?;
        let mut former = None;
        self.change(|state| {
            if let Some(case) = state.cases.get_mut(&case) {
                former = case.records.insert(record.to_owned(), name);
            }
        })?;
        if let Some(former) = former {
            disk::remove(&self.object(&former))?;
        }
        Ok(())
    }

    /// Reads a record back; nothing if it was never kept.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn get(&self, case: Uuid, record: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let key = self.local_key(case)?;
        let Some(name) = self
            .state()
            .cases
            .get(&case)
            .and_then(|c| c.records.get(record).cloned())
        else {
            return Ok(None);
        };
        let sealed = disk::read(&self.object(&name))?.ok_or(VaultError::Absent)?;
        let context = record_context(case, record, &name);
        let clear = open_padded(&key, &context, &sealed).ok_or(VaultError::Altered)?;
        Ok(Some(clear))
    }

    /// Drops a record, if it is there.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn discard(&self, case: Uuid, record: &str) -> Result<(), VaultError> {
        let mut former = None;
        self.change(|state| {
            former = state
                .cases
                .get_mut(&case)
                .and_then(|c| c.records.remove(record));
        })?;
        if let Some(former) = former {
            disk::remove(&self.object(&former))?;
        }
        Ok(())
    }

    /// A received piece, to be read where it is needed.
    ///
    /// # Errors
    /// [`VaultError::Absent`] while it is not complete, [`VaultError::Altered`] when the disk changed it.
    pub fn read_piece(&self, case: Uuid, piece: &PieceSpec) -> Result<PieceReader, VaultError> {
        let key = self.case_key(case)?;
        let name = {
            let state = self.state();
            let known = state.cases.get(&case).ok_or(VaultError::UnknownCase)?;
            let entry = known.pieces.get(&piece.id).ok_or(VaultError::Absent)?;
            if !entry.is(piece) {
                return Err(VaultError::Absent);
            }
            entry.name.clone()
        };
        let opened = PieceReader::open(&self.object(&name), &key, piece);
        if matches!(opened, Err(VaultError::Absent)) {
            self.present().remove(&name);
        }
        opened
    }

    /// A piece that is still coming, as far as it is here: whole chunks, each of which is authentic. Only what follows them could tell that
    /// nothing was cut, and the digest that it is what the manifest says.
    ///
    /// # Errors
    /// [`VaultError::Absent`] before the first chunk is here, or once the piece is complete; [`VaultError::Altered`] when the disk changed it.
    pub fn read_part(&self, case: Uuid, piece: &PieceSpec) -> Result<PieceReader, VaultError> {
        let key = self.case_key(case)?;
        let name = {
            let state = self.state();
            let known = state.cases.get(&case).ok_or(VaultError::UnknownCase)?;
            let entry = known.pieces.get(&piece.id).filter(|entry| entry.is(piece));
            entry.ok_or(VaultError::Absent)?.name.clone()
        };
        PieceReader::open_part(&self.part(&name), &key, piece)
    }

    /// The clear bytes of a received piece. Its digest was checked when it came; each chunk is authentic.
    ///
    /// # Errors
    /// As [`Vault::read_piece`].
    pub fn piece(&self, case: Uuid, piece: &PieceSpec) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let mut reader = self.read_piece(case, piece)?;
        let length = usize::try_from(reader.length()).map_err(|_| VaultError::Altered)?;
        let mut clear = Zeroizing::new(vec![0; length]);
        reader.read_at(0, &mut clear)?;
        Ok(clear)
    }

    /// Whether a piece is complete and verified.
    pub fn has_piece(&self, case: Uuid, piece: &PieceSpec) -> bool {
        let state = self.state();
        let entry = state.cases.get(&case).and_then(|c| c.pieces.get(&piece.id));
        entry.is_some_and(|entry| entry.is(piece) && self.present().contains_key(&entry.name))
    }

    /// Bytes of a piece that are on this disk, complete or not.
    pub fn received(&self, case: Uuid, piece: &PieceSpec) -> u64 {
        let state = self.state();
        let Some(entry) = state.cases.get(&case).and_then(|c| c.pieces.get(&piece.id)) else {
            return 0;
        };
        match (entry.is(piece), self.present().contains_key(&entry.name)) {
            (false, _) => 0,
            (true, true) => piece.sealed_size,
            (true, false) => disk::length(&self.part(&entry.name)).min(piece.sealed_size),
        }
    }

    /// Makes places for pieces that are about to come, all in one change of the state. One that is known keeps its place.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn expect(&self, case: Uuid, pieces: &[PieceSpec]) -> Result<(), VaultError> {
        self.change(|state| {
            let Some(case) = state.cases.get_mut(&case) else {
                return;
            };
            for piece in pieces {
                let is_known = case.pieces.get(&piece.id).is_some_and(|e| e.is(piece));
                if !is_known {
                    case.pieces.insert(piece.id, PieceEntry::new(piece));
                }
            }
        })
    }

    /// Deletes a piece, complete or not, so that it is received again (R47).
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn drop_piece(&self, case: Uuid, piece: Uuid) -> Result<(), VaultError> {
        let mut former = None;
        self.change(|state| {
            former = state
                .cases
                .get_mut(&case)
                .and_then(|c| c.pieces.remove(&piece));
        })?;
        if let Some(former) = former {
            self.present().remove(&former.name);
            disk::remove(&self.object(&former.name))?;
            disk::remove(&self.part(&former.name))?;
        }
        Ok(())
    }

    /// Starts or resumes the reception of a piece.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn receive(&self, case: Uuid, piece: PieceSpec) -> Result<Reception<'_>, VaultError> {
        Reception::start(self, case, piece)
    }

    /// Adds an entry to the case's log of work; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn append(&self, case: Uuid, entry: &[u8]) -> Result<(), VaultError> {
        log::append(self, case, entry)
    }

    /// The case's log of work. A torn last entry (a crash while writing) is left out.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn log(&self, case: Uuid) -> Result<Log, VaultError> {
        log::read(self, case)
    }

    /// Remembers where the logs of work end, so that one that is cut later is noticed.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn note_logs(&self) -> Result<(), VaultError> {
        log::note(self)
    }

    /// Replaces the log of work by these entries, which say the same in fewer bytes.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn compact(&self, case: Uuid, entries: &[Zeroizing<Vec<u8>>]) -> Result<(), VaultError> {
        log::compact(self, case, entries)
    }

    fn objects(&self) -> PathBuf {
        self.root.join("o")
    }

    fn object(&self, name: &str) -> PathBuf {
        self.root.join("o").join(name)
    }

    fn part(&self, name: &str) -> PathBuf {
        self.root.join("o").join(format!("{name}.part"))
    }

    /// A poisoned lock means a thread died between two whole states: the state itself is whole.
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, Option<Opened>> {
        self.opened
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Taken after the state's lock, never before it.
    fn present(&self) -> std::sync::MutexGuard<'_, HashMap<String, u64>> {
        self.present
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn case_key(&self, case: Uuid) -> Result<Key, VaultError> {
        let now = *self.time();
        let state = self.state();
        let known = state.cases.get(&case).ok_or(VaultError::UnknownCase)?;
        if known.lease_end.zip(now).is_some_and(|(end, now)| now > end) {
            return Err(VaultError::LeaseOver);
        }
        let key = known.key.as_ref().ok_or(VaultError::LeaseOver)?;
        Ok(key.0.clone())
    }

    fn local_key(&self, case: Uuid) -> Result<Key, VaultError> {
        Ok(derive_key(&[&self.case_key(case)?], LOCAL))
    }

    fn time(&self) -> std::sync::MutexGuard<'_, Option<Timestamp>> {
        self.time
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What is known of the time: it only goes on (R52).
    pub(crate) fn see(&self, now: Timestamp) {
        let mut time = self.time();
        *time = Some(time.map_or(now, |seen| seen.max(now)));
    }

    /// The highest time ever told.
    pub fn seen(&self) -> Option<Timestamp> {
        *self.time()
    }

    /// The platform has just told the time: it counts, also against a clock of this computer that was ahead (R52).
    ///
    /// # Errors
    /// [`VaultError`] when it cannot be written down; it counts all the same.
    pub fn set_time(&self, now: Timestamp) -> Result<(), VaultError> {
        *self.time() = Some(now);
        let is_ahead = self.state().seen.is_some_and(|seen| seen > now);
        if is_ahead || self.is_time_stale(now) {
            self.change(|state| state.seen = Some(now))?;
        }
        Ok(())
    }

    /// Tells the vault the time; it believes the highest ever told. A case whose lease is over loses its key here and now (R51).
    /// The cases that may not be held any more (R50), to be forgotten.
    ///
    /// # Errors
    /// [`VaultError`] when the time cannot be written down; it counts all the same.
    pub fn tell_time(&self, now: Timestamp) -> Result<Vec<Uuid>, VaultError> {
        self.see(now);
        let now = self.time().unwrap_or(now);
        if self.is_time_stale(now) {
            self.change(|state| state.seen = Some(now))?;
        }
        self.drop_dead_keys(now)?;
        let state = self.state();
        let due = |case: &CaseState| case.purge_after.is_some_and(|end| now > end);
        let due = state.cases.iter().filter(|(_, case)| due(case));
        Ok(due.map(|(id, _)| *id).collect())
    }

    /// Whether the time that is written down is too old. Without a case there is nothing that it would end.
    fn is_time_stale(&self, now: Timestamp) -> bool {
        let state = self.state();
        let written = state.seen;
        !state.cases.is_empty() && written.is_none_or(|seen| now.duration_since(seen) > WRITE_TIME)
    }

    /// Until when the platform lets a case be read without it, and be held at all.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn lease(
        &self,
        case: Uuid,
        end: Timestamp,
        purge_after: Option<Timestamp>,
    ) -> Result<(), VaultError> {
        let now = *self.time();
        self.change(|state| {
            state.seen = now.or(state.seen);
            if let Some(case) = state.cases.get_mut(&case) {
                case.lease_end = Some(end);
                case.purge_after = purge_after;
            }
        })
    }

    /// Says what the vault holds of a case, in a word that changes with it: its records, its log of work, and whether its pieces
    /// are here.
    ///
    /// # Errors
    /// [`VaultError`] when the case may not be read now.
    pub fn version_of(&self, case: Uuid) -> Result<String, VaultError> {
        self.case_key(case)?;
        let state = self.state();
        let known = state.cases.get(&case).ok_or(VaultError::UnknownCase)?;
        let present = self.present();
        let here = known.pieces.values();
        let here = here
            .filter(|piece| present.contains_key(&piece.name))
            .count();
        let log = known
            .log
            .as_ref()
            .map(|name| disk::length(&self.object(name)));
        let said = serde_json::to_vec(&(&known.records, &known.log, log, here, known.pieces.len()))
            .map_err(DiskError::encoding)?;
        Ok(sha256(&said).to_string())
    }

    /// Until when a case may be read without the platform, and be held at all, as last told.
    pub fn lease_of(&self, case: Uuid) -> Option<(Timestamp, Option<Timestamp>)> {
        let state = self.state();
        let case = state.cases.get(&case)?;
        Some((case.lease_end?, case.purge_after))
    }

    /// Until when some case may be read without the platform; nothing if none may, or without an unlock code.
    pub fn readable_until(&self) -> Option<Timestamp> {
        let state = self.state();
        state.unlock.as_ref()?;
        let readable = state.cases.values().filter(|case| case.key.is_some());
        readable.filter_map(|case| case.lease_end).max()
    }

    /// Keeps a small text of the caller's with the cases, sealed as they are.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn keep_note(&self, name: &str, note: &str) -> Result<(), VaultError> {
        self.change(|state| {
            state.notes.insert(name.to_owned(), note.to_owned());
        })
    }

    /// What was kept so.
    pub fn note(&self, name: &str) -> Option<String> {
        self.state().notes.get(name).cloned()
    }

    /// Keeps a text of the caller's with each of these cases, to have it at hand; it goes with the case, and with its key.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn keep_case_notes(
        &self,
        notes: impl IntoIterator<Item = (Uuid, String)>,
    ) -> Result<(), VaultError> {
        self.change(|state| {
            for (case, note) in notes {
                let case = state.cases.get_mut(&case).filter(|case| case.key.is_some());
                if let Some(case) = case {
                    case.note = Some(note);
                }
            }
        })
    }

    /// What was kept so of a case.
    pub fn case_note(&self, case: Uuid) -> Option<String> {
        self.state().cases.get(&case)?.note.clone()
    }

    /// A key of the caller's own that belongs to no case and lives as long as the vault; made when it is first asked for.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn own_key(&self, name: &str) -> Result<Key, VaultError> {
        let known = |state: &State| state.keys.get(name).map(|key| key.0.clone());
        if let Some(key) = known(&self.state()) {
            return Ok(key);
        }
        self.change(|state| {
            let made = || StoredKey(Key::make());
            state.keys.entry(name.to_owned()).or_insert_with(made);
        })?;
        known(&self.state()).ok_or(VaultError::Closed)
    }

    /// The folder it is in, for what the caller keeps beside it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Changes the state and writes it. The change counts only if it reached the disk.
    fn change(&self, change: impl FnOnce(&mut State)) -> Result<(), VaultError> {
        self.change_in(false, change)
    }

    fn change_in(
        &self,
        new_epoch: bool,
        change: impl FnOnce(&mut State),
    ) -> Result<(), VaultError> {
        let mut state = self.state();
        let mut slot = self.opened();
        let opened = slot.as_mut().ok_or(VaultError::Closed)?;
        let mut next = state.clone();
        change(&mut next);
        if next == *state {
            return Ok(());
        }
        next.generation += 1;
        let epoch = if new_epoch {
            Some(self.next_epoch(&opened.head)?)
        } else {
            None
        };
        let told = self.commit(opened, &next, epoch)?;
        *state = next;
        match told {
            // The anchor still has the former keys: an erasure is not over before they are gone.
            Err(error) if new_epoch => Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "the anchor lags behind; the next change tells it again");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// New keys, to the same platform. Made without it: it only ever opens.
    fn next_epoch(&self, former: &Head) -> Result<NextEpoch, VaultError> {
        let platform = hex::decode(&former.platform).map_err(|_| VaultError::Altered)?;
        let (device, epoch_key) = (Key::make(), Key::make());
        let head = Head::make(
            &self.id,
            former.epoch + 1,
            &platform,
            &self.installation,
            &device,
            &epoch_key,
        );
        Ok(NextEpoch {
            device,
            epoch_key,
            head: head.ok_or(VaultError::Altered)?,
        })
    }

    /// Two phases: the anchor learns what is to come, the file is replaced, the anchor learns that it came. A crash in between
    /// leaves a file that the anchor knows either way. Whether the anchor learned the second is given back: the state counts.
    fn commit(
        &self,
        opened: &mut Opened,
        next: &State,
        epoch: Option<NextEpoch>,
    ) -> Result<Result<(), AnchorError>, VaultError> {
        let NextEpoch {
            device,
            epoch_key,
            head,
        } = epoch.unwrap_or_else(|| NextEpoch {
            device: opened.record.device.0.clone(),
            epoch_key: opened.epoch_key.clone(),
            head: opened.head.clone(),
        });
        let lease = lease::make(
            &self.id,
            &self.installation,
            &head,
            next,
            &device,
            &epoch_key,
        )?;
        let head = Head { lease, ..head };
        let bytes = StateFile::bytes(&self.id, &head, next, &epoch_key)?;
        let mark = Mark::of(head.epoch, next.generation, &bytes);
        let mut record = opened.record.clone();
        record.pending = Some(Pending {
            device: StoredKey(device.clone()),
            mark: mark.clone(),
        });
        record.store(self.anchor.as_ref())?;
        let path = self.root.join("state");
        if let Err(error) = disk::replace(&path, &bytes) {
            // An error after the renaming says nothing about what is on the disk: it is looked at.
            let arrived = disk::read(&path)?.is_some_and(|found| mark.is_of(sha256(&found)));
            if !arrived {
                return Err(error.into());
            }
            tracing::warn!(%error, "the state arrived in spite of an error");
        }
        record.device = StoredKey(device);
        record.current = Some(mark);
        record.pending = None;
        let told = record.store(self.anchor.as_ref());
        opened.epoch_key = epoch_key;
        opened.head = head;
        opened.record = record;
        Ok(told)
    }

    /// Looks at what is there, and removes what the state does not name: objects of a write that a crash cut short.
    fn sweep(&self) -> Result<(), DiskError> {
        let state = self.state();
        let pieces = state.cases.values().flat_map(|case| case.pieces.values());
        let pieces: BTreeSet<&str> = pieces.map(|piece| piece.name.as_str()).collect();
        let mut present = self.present();
        let named: BTreeSet<&str> = state.cases.values().flat_map(CaseState::names).collect();
        for name in disk::list(&self.objects())? {
            if !named.contains(name.strip_suffix(".part").unwrap_or(&name)) {
                tracing::info!("an unnamed object was swept");
                disk::remove(&self.object(&name))?;
            } else if pieces.contains(name.as_str()) {
                let length = disk::length(&self.object(&name));
                present.insert(name, length);
            }
        }
        Ok(())
    }
}

/// The name of the vault's folder, to which everything in it is bound.
fn vault_id(root: &Path) -> Vec<u8> {
    root.file_name()
        .map(|name| name.as_encoded_bytes().to_vec())
        .unwrap_or_default()
}

/// Removes a whole vault from the disk: its state first, without which no object has a key. A vault that is not there is done
/// already.
///
/// # Errors
/// [`DiskError`].
pub fn erase(root: &Path) -> Result<(), DiskError> {
    for name in ["state", "unlock"] {
        disk::remove(&root.join(name))?;
    }
    disk::remove_directory(root)
}

/// 32 hexadecimal characters that say nothing.
fn new_name() -> String {
    hex::encode(make_bytes::<16>())
}

/// Bound to the object's name too: a former version of the record put in its place does not open.
fn record_context(case: Uuid, record: &str, name: &str) -> Context {
    Context::new(
        "relecture/record/1",
        &[case.as_bytes(), record.as_bytes(), name.as_bytes()],
    )
}

/// What was sealed with its padding.
fn open_padded(key: &Key, context: &Context, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut clear = open(key, context, sealed).ok()?;
    unpad(&mut clear).then_some(clear)
}

/// A digest as the state stores it.
fn digest_text(digest: Digest) -> String {
    digest.to_string()
}
