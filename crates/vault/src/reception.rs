//! Receiving a piece: the sealed bytes go to the disk as they come and count only once verified (R46, R47).

use std::{fs::File, io::Read as _};

use relecture_crypto::{BEGINNING, Context, Digest, Key, Opener, Sha256};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Vault, VaultError, disk, state::PieceEntry};

/// What the manifest says of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceSpec {
    /// The document.
    pub id: Uuid,
    /// Length of the sealed bytes.
    pub sealed_size: u64,
    /// Digest of the sealed bytes, by which one version is told from another.
    pub sealed_digest: Digest,
    /// Length of the clear bytes; zeros follow them inside the seal.
    pub clear_size: u64,
    /// Digest of the clear bytes.
    pub clear_digest: Digest,
    /// What the platform bound the sealed bytes to.
    pub context: Context,
}

/// Why a received piece does not count.
#[derive(Debug, Error)]
pub enum FinishReceptionError {
    /// Fewer or more bytes than announced.
    #[error("{received} bytes received of {expected}")]
    Length {
        /// Bytes received.
        received: u64,
        /// Bytes announced.
        expected: u64,
    },
    /// Not the announced bytes; they were deleted (R47).
    #[error("the digest differs")]
    DigestDiffers,
    /// The disk, or the case is gone.
    #[error("the piece cannot be kept")]
    Vault(#[from] VaultError),
}

/// A piece on its way in.
pub struct Reception<'v> {
    vault: &'v Vault,
    case: Uuid,
    piece: PieceSpec,
    name: String,
    file: File,
    received: u64,
    verifier: Verifier,
}

/// Has the disk write down what has come of a piece so far.
pub struct Flusher(File);

impl Flusher {
    /// Waits until the disk has it. An error is met again when the piece is finished.
    pub fn flush(&self) {
        let _ = disk::sync(&self.0);
    }
}

/// Opens the chunks as they come, so that a piece is verified when its last byte is here and never stands in memory as a whole.
struct Verifier {
    key: Key,
    context: Context,
    sealed_size: u64,
    /// Once the head is here.
    opener: Option<Opener>,
    /// What has come of the head, or of the next chunk.
    pending: Vec<u8>,
    index: u64,
    clear: Zeroizing<Vec<u8>>,
    /// Clear bytes that are still to come before the padding.
    left: u64,
    clear_size: u64,
    digest: Sha256,
    damaged: bool,
}

impl Verifier {
    fn new(key: Key, piece: &PieceSpec) -> Self {
        Self {
            key,
            context: piece.context.clone(),
            sealed_size: piece.sealed_size,
            opener: None,
            pending: Vec::with_capacity(Opener::STEP),
            index: 0,
            clear: Zeroizing::new(Vec::with_capacity(Opener::CHUNK)),
            left: piece.clear_size,
            clear_size: piece.clear_size,
            digest: Sha256::new(),
            damaged: false,
        }
    }

    fn restart(&mut self) {
        self.opener = None;
        self.pending.clear();
        self.index = 0;
        self.left = self.clear_size;
        self.digest = Sha256::new();
        self.damaged = false;
    }

    fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.damaged {
            let full = match self.opener {
                None => BEGINNING,
                Some(_) => Opener::STEP,
            };
            // What is here as a whole needs no copy.
            if self.pending.is_empty()
                && let Some((whole, rest)) = bytes.split_at_checked(full)
            {
                self.open_next(whole);
                bytes = rest;
                continue;
            }
            let (taken, rest) = bytes.split_at(bytes.len().min(full - self.pending.len()));
            self.pending.extend_from_slice(taken);
            bytes = rest;
            if self.pending.len() == full {
                self.open_pending();
            }
        }
    }

    fn open_pending(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        self.open_next(&pending);
        self.pending = pending;
        self.pending.clear();
    }

    /// Opens the head, or the next chunk.
    fn open_next(&mut self, sealed: &[u8]) {
        match &self.opener {
            None => {
                let opener = Opener::new(&self.key, &self.context, sealed, self.sealed_size);
                self.damaged = opener.is_err();
                self.opener = opener.ok();
            }
            Some(opener) => {
                let length = opener
                    .length()
                    .saturating_sub(self.index * Opener::CHUNK as u64);
                let length = length.min(Opener::CHUNK as u64);
                self.clear
                    .resize(usize::try_from(length).unwrap_or_default(), 0);
                self.damaged = opener
                    .open_chunks(self.index, sealed, &mut self.clear)
                    .is_err();
                let message = usize::try_from(self.left).unwrap_or(usize::MAX);
                let (message, padding) = self.clear.split_at(message.min(self.clear.len()));
                self.digest.update(message);
                self.left -= message.len() as u64;
                self.damaged |= padding.iter().any(|byte| *byte != 0);
                self.index += 1;
            }
        }
    }

    /// Whether everything came, and is what the manifest says.
    fn finish(mut self, clear_digest: Digest) -> bool {
        if self.opener.is_some() && !self.pending.is_empty() {
            self.open_pending();
        }
        let chunks = self
            .opener
            .as_ref()
            .map(|opener| opener.length() / Opener::CHUNK as u64 + 1);
        let is_whole = self.left == 0 && chunks == Some(self.index);
        !self.damaged && is_whole && self.digest.finish() == clear_digest
    }
}

impl<'v> Reception<'v> {
    pub(crate) fn start(
        vault: &'v Vault,
        case: Uuid,
        piece: PieceSpec,
    ) -> Result<Self, VaultError> {
        let known = vault
            .state()
            .cases
            .get(&case)
            .ok_or(VaultError::UnknownCase)?
            .pieces
            .get(&piece.id)
            .cloned();
        let name = match known {
            Some(entry) if entry.is(&piece) && !vault.present().contains_key(&entry.name) => {
                entry.name
            }
            Some(_) => {
                vault.drop_piece(case, piece.id)?;
                Self::announce(vault, case, &piece)?
            }
            None => Self::announce(vault, case, &piece)?,
        };
        let path = vault.part(&name);
        let mut verifier = Verifier::new(vault.case_key(case)?, &piece);
        let mut received = 0;
        if let Ok(mut former) = File::open(&path) {
            let mut buffer = vec![0; 1 << 16];
            loop {
                let read = former.read(&mut buffer).map_err(disk::DiskError::from)?;
                let Some(bytes) = buffer.get(..read).filter(|b| !b.is_empty()) else {
                    break;
                };
                verifier.feed(bytes);
                received += read as u64;
            }
        }
        let file = disk::append(&path)?;
        Ok(Self {
            vault,
            case,
            piece,
            name,
            file,
            received,
            verifier,
        })
    }

    fn announce(vault: &Vault, case: Uuid, piece: &PieceSpec) -> Result<String, VaultError> {
        let entry = PieceEntry::new(piece);
        let name = entry.name.clone();
        vault.change(|state| {
            if let Some(case) = state.cases.get_mut(&case) {
                case.pieces.insert(piece.id, entry);
            }
        })?;
        Ok(name)
    }

    /// Bytes already here: where the next request starts.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Starts again from nothing: the platform no longer has the version that was begun.
    ///
    /// # Errors
    /// [`VaultError::Disk`].
    pub fn restart(&mut self) -> Result<(), VaultError> {
        disk::cut(&self.file, 0)?;
        self.verifier.restart();
        self.received = 0;
        Ok(())
    }

    /// Adds bytes as they come.
    ///
    /// # Errors
    /// [`VaultError::Disk`]; what was received before stays and is resumed.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        disk::write(&mut self.file, bytes)?;
        self.verifier.feed(bytes);
        self.received += bytes.len() as u64;
        Ok(())
    }

    /// Something that another thread may call while bytes come, so that the disk is not left to do everything at the end.
    ///
    /// # Errors
    /// [`VaultError::Disk`].
    pub fn flusher(&self) -> Result<Flusher, VaultError> {
        Ok(Flusher(
            self.file.try_clone().map_err(disk::DiskError::from)?,
        ))
    }

    /// Verifies the bytes and lets the piece count.
    ///
    /// # Errors
    /// [`FinishReceptionError`]; wrong bytes are deleted, missing ones are waited for.
    pub fn finish(self) -> Result<(), FinishReceptionError> {
        let expected = self.piece.sealed_size;
        if self.received < expected {
            return Err(FinishReceptionError::Length {
                received: self.received,
                expected,
            });
        }
        // Every sealed byte is authentic, or the clear ones would not have come out of it: it needs no digest of its own.
        let right = self.received == expected && self.verifier.finish(self.piece.clear_digest);
        if !right {
            self.vault.drop_piece(self.case, self.piece.id)?;
            return Err(FinishReceptionError::DigestDiffers);
        }
        disk::sync(&self.file).map_err(VaultError::from)?;
        drop(self.file);
        let part = self.vault.part(&self.name);
        // The name says that it is verified: there is nothing more to write down.
        disk::rename(&part, &self.vault.object(&self.name)).map_err(VaultError::from)?;
        self.vault.present().insert(self.name, expected);
        Ok(())
    }
}
