//! A key out of what a person can remember: Argon2id (RFC 9106).

use argon2::{Algorithm, Argon2, Block, Params, Version};
use thiserror::Error;
use zeroize::Zeroize;

use crate::Key;

/// The cost is outside what this program pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the cost of the code is out of bounds")]
pub struct StretchError;

/// What one guess costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Cost {
    /// 64 MiB, three passes, one lane: some 180 ms on a core of 2026. For every new code.
    pub const CURRENT: Self = Self {
        memory: 64 * 1024,
        passes: 3,
    };

    /// Beyond this a stored cost is an attack on this PC's memory, below it an attack on the code.
    fn is_bearable(self) -> bool {
        (Self::CURRENT.memory..=1024 * 1024).contains(&self.memory)
            && (Self::CURRENT.passes..=16).contains(&self.passes)
    }
}

/// The key of a code. The memory it took is wiped.
///
/// # Errors
/// [`StretchError`] when the cost is below [`Cost::CURRENT`] or more than a PC can bear.
pub fn stretch(code: &[u8], salt: &[u8; 16], cost: Cost) -> Result<Key, StretchError> {
    if !cost.is_bearable() {
        return Err(StretchError);
    }
    let params = Params::new(cost.memory, cost.passes, 1, Some(32)).map_err(|_| StretchError)?;
    let mut blocks = vec![Block::default(); params.block_count()];
    let mut output = [0; 32];
    let stretched = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(code, salt, &mut output, &mut blocks);
    blocks.zeroize();
    let key = Key::from_bytes(&output);
    output.zeroize();
    stretched.map(|()| key).map_err(|_| StretchError)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by the `argon2` program of the reference implementation (Debian's package `argon2` 20171227):
    /// `printf %s 'chaise-verte-42' | argon2 'sel de seize oct' -id -t 3 -k 65536 -p 1 -l 32 -r`.
    const REFERENCE: &str = "79dc97bf95f14181885fdc893ee29b28919e23231473e55f59bffb8803292593";

    #[test]
    fn the_reference_implementation_gives_the_same_key() {
        let key = stretch(b"chaise-verte-42", b"sel de seize oct", Cost::CURRENT).expect("a key");
        assert_eq!(hex::encode(key.bytes()), REFERENCE);
    }

    #[test]
    fn a_cost_that_protects_nothing_or_takes_the_machine_is_refused() {
        for (memory, passes) in [(8, 3), (64 * 1024, 1), (u32::MAX, 3), (64 * 1024, u32::MAX)] {
            assert_eq!(
                stretch(b"code", &[0; 16], Cost { memory, passes }),
                Err(StretchError)
            );
        }
    }
}
