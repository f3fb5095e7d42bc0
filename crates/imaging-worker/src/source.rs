//! Where the bytes of a document come from, on the parent's side.

use std::error::Error;

use zeroize::Zeroizing;

/// Why bytes of a document cannot be had; whoever made the [`Source`] knows its kind.
pub type SourceError = Box<dyn Error + Send + Sync>;

/// A document that the worker reads where it needs to: nothing of it is copied that no page needs.
pub trait Source: Send {
    /// Its length in bytes.
    fn length(&self) -> u64;

    /// Fills `into` from `offset` on, as far as the document goes; how many bytes. Blocks.
    ///
    /// # Errors
    /// [`SourceError`]; the worker is killed then.
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, SourceError>;
}

/// A document that stands in memory.
impl Source for Zeroizing<Vec<u8>> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, SourceError> {
        let from = usize::try_from(offset)
            .ok()
            .and_then(|from| self.get(from..))
            .unwrap_or_default();
        let (from, _) = from.split_at(from.len().min(into.len()));
        let (to, _) = into.split_at_mut(from.len());
        to.copy_from_slice(from);
        Ok(from.len())
    }
}
