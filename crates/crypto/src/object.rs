//! Sealed objects: C2SP chunked encryption, Cobblestone-256 (c2sp.org/chunked-encryption@v1 with HKDF-SHA-512 and
//! AES-256-GCM): 16 KiB chunks, a 56-byte head with salt and key commitment, context bound into the key.
//!
//! The platform seals pieces with it, the vault seals everything local with it, so that downloaded bytes go to disk as they come.
//! A flipped, cut, extended, reordered or foreign chunk does not open.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    constant_time::verify_slices_are_equal,
    hkdf::{HKDF_SHA512, KeyType, Prk},
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{random::make_bytes, secret::Key};

const CHUNK: usize = 16 * 1024;
const TAG: usize = 16;
const SALT: usize = 24;
const COMMITMENT: usize = 32;
const HEAD: usize = SALT + COMMITMENT;
const STEP: usize = CHUNK + TAG;
const LABEL: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";

/// Bytes that sealing adds to an empty message.
pub const OVERHEAD_FIXED: usize = HEAD + TAG;

/// What a sealed object is and whom it belongs to; it opens only under the same context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context(Vec<u8>);

impl Context {
    /// The context of a `kind` of object made of these parts. Parts are length-prefixed, so that two lists never coincide.
    pub fn new(kind: &str, parts: &[&[u8]]) -> Self {
        let mut bytes = Vec::new();
        for part in std::iter::once(kind.as_bytes()).chain(parts.iter().copied()) {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        Self(bytes)
    }

    /// The context with exactly these bytes, for test vectors made elsewhere.
    pub fn from_raw(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

/// Why a sealed object does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpenObjectError {
    /// No object has this length: it was cut or extended.
    #[error("the length is not that of a sealed object")]
    Length,
    /// Sealed under another key or for another context.
    #[error("sealed under another key or context")]
    KeyOrContext,
    /// A chunk does not authenticate.
    #[error("chunk {0} does not authenticate")]
    Chunk(usize),
}

struct Schedule {
    key: LessSafeKey,
    base_nonce: [u8; 12],
    commitment: [u8; COMMITMENT],
}

struct Expanded;

impl KeyType for Expanded {
    fn len(&self) -> usize {
        32 + 12 + COMMITMENT
    }
}

#[expect(
    clippy::expect_used,
    reason = "every length is a constant of the format"
)]
fn derive_schedule(key: &Key, salt: &[u8], context: &Context) -> Schedule {
    let mut expanded = Zeroizing::new([0; 32 + 12 + COMMITMENT]);
    Prk::new_less_safe(HKDF_SHA512, key.bytes())
        .expand(&[LABEL, salt, &context.0], Expanded)
        .and_then(|okm| okm.fill(expanded.as_mut_slice()))
        .expect("76 bytes are within HKDF-SHA-512's bound");
    let (key, rest) = expanded.split_at(32);
    let (nonce, commitment) = rest.split_at(12);
    Schedule {
        key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("a 32-byte key")),
        base_nonce: nonce.try_into().expect("12 bytes"),
        commitment: commitment.try_into().expect("32 bytes"),
    }
}

impl Schedule {
    fn nonce(&self, chunk: u64) -> Nonce {
        let mut nonce = self.base_nonce;
        for (to, counter) in nonce.iter_mut().skip(4).zip(chunk.to_be_bytes()) {
            *to ^= counter;
        }
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Seals `plaintext` under `key` for `context`, with a random salt.
///
/// # Panics
/// Never: a chunk is far below the cipher's bound.
pub fn seal(key: &Key, context: &Context, plaintext: &[u8]) -> Vec<u8> {
    seal_with_salt(key, context, make_bytes(), plaintext)
}

#[expect(
    clippy::expect_used,
    reason = "a chunk is far below the cipher's bound"
)]
fn seal_with_salt(key: &Key, context: &Context, salt: [u8; SALT], plaintext: &[u8]) -> Vec<u8> {
    let schedule = derive_schedule(key, &salt, context);
    let chunks = plaintext.len() / CHUNK + 1;
    let mut sealed = Vec::with_capacity(HEAD + plaintext.len() + chunks * TAG);
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(&schedule.commitment);
    for index in 0..chunks {
        let rest = plaintext.get(index * CHUNK..).unwrap_or_default();
        let start = sealed.len();
        sealed.extend_from_slice(rest.get(..CHUNK).unwrap_or(rest));
        let (_, chunk) = sealed.split_at_mut(start);
        let tag = schedule
            .key
            .seal_in_place_separate_tag(schedule.nonce(index as u64), Aad::empty(), chunk)
            .expect("a chunk is far below the cipher's bound");
        sealed.extend_from_slice(tag.as_ref());
    }
    sealed
}

/// Bytes at the beginning of an object that tell whether [`belongs_to`] a key and a context.
pub const BEGINNING: usize = HEAD;

/// Whether an object with this beginning was sealed under `key` for `context`. It may still be damaged further on.
pub fn belongs_to(key: &Key, context: &Context, beginning: &[u8]) -> bool {
    let Some((head, _)) = beginning.split_at_checked(HEAD) else {
        return false;
    };
    let (salt, commitment) = head.split_at(SALT);
    let schedule = derive_schedule(key, salt, context);
    verify_slices_are_equal(&schedule.commitment, commitment).is_ok()
}

/// Opens a whole sealed object.
///
/// # Errors
/// [`OpenObjectError`] when anything of it was changed, or it belongs elsewhere. No byte is given out then.
pub fn open(
    key: &Key,
    context: &Context,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenObjectError> {
    let opener = Opener::new(key, context, sealed, sealed.len() as u64)?;
    let body = sealed.get(HEAD..).unwrap_or_default();
    let length = body.len() - body.len().div_ceil(STEP) * TAG;
    let mut plaintext = Zeroizing::new(vec![0; length]);
    opener.open_chunks(0, body, &mut plaintext)?;
    Ok(plaintext)
}

/// Opens a sealed object where it is needed: any of its chunks by itself. Each chunk given out is authentic and in its place;
/// so is the length.
pub struct Opener {
    schedule: Schedule,
    length: u64,
}

impl Opener {
    /// Clear bytes of a chunk. Only the last has fewer, possibly none.
    pub const CHUNK: usize = CHUNK;
    /// Sealed bytes of a whole chunk.
    pub const STEP: usize = STEP;

    /// An object that begins so and has this length in all.
    ///
    /// # Errors
    /// [`OpenObjectError`] when it belongs elsewhere, or no object has this length.
    pub fn new(
        key: &Key,
        context: &Context,
        beginning: &[u8],
        sealed_length: u64,
    ) -> Result<Self, OpenObjectError> {
        let (head, _) = beginning
            .split_at_checked(HEAD)
            .ok_or(OpenObjectError::Length)?;
        let (salt, commitment) = head.split_at(SALT);
        let schedule = derive_schedule(key, salt, context);
        verify_slices_are_equal(&schedule.commitment, commitment)
            .map_err(|_| OpenObjectError::KeyOrContext)?;
        let body = sealed_length.saturating_sub(HEAD as u64);
        // The last chunk is always short, so a body that ends on a full chunk was cut.
        if body % (STEP as u64) < TAG as u64 {
            return Err(OpenObjectError::Length);
        }
        Ok(Self {
            schedule,
            length: body - body.div_ceil(STEP as u64) * TAG as u64,
        })
    }

    /// Clear bytes of the object.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Where chunk `index` stands in the sealed object.
    pub fn position(index: u64) -> u64 {
        HEAD as u64 + index * STEP as u64
    }

    /// Opens consecutive chunks, the first of which is `first`, into `clear`, which has exactly their clear length.
    ///
    /// # Errors
    /// [`OpenObjectError`]; what `clear` holds is not to be used then.
    pub fn open_chunks(
        &self,
        first: u64,
        sealed: &[u8],
        clear: &mut [u8],
    ) -> Result<(), OpenObjectError> {
        let mut rest = clear;
        for (index, chunk) in (first..).zip(sealed.chunks(STEP)) {
            let damaged = || OpenObjectError::Chunk(usize::try_from(index).unwrap_or(usize::MAX));
            let (text, tag) = chunk.split_last_chunk::<TAG>().ok_or_else(damaged)?;
            let (out, after) = rest.split_at_mut_checked(text.len()).ok_or_else(damaged)?;
            self.schedule
                .key
                .open_separate_gather(self.schedule.nonce(index), Aad::empty(), text, tag, out)
                .map_err(|_| damaged())?;
            rest = after;
        }
        if rest.is_empty() {
            return Ok(());
        }
        Err(OpenObjectError::Length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_tells_the_key_and_the_context() {
        let (key, context) = (Key::make(), Context::new("one", &[]));
        let sealed = seal(&key, &context, b"clear");
        let beginning = &sealed[..BEGINNING];
        assert!(belongs_to(&key, &context, beginning));
        assert!(!belongs_to(&Key::make(), &context, beginning));
        assert!(!belongs_to(&key, &Context::new("other", &[]), beginning));
        assert!(!belongs_to(&key, &context, &beginning[1..]));
    }

    fn key() -> Key {
        Key::from_bytes(&[7; 32])
    }

    fn context() -> Context {
        Context::new("test", &[b"case", b"piece"])
    }

    #[test]
    fn round_trips_at_every_edge_of_a_chunk() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5] {
            let plaintext: Vec<u8> = (0..=250).cycle().take(length).collect();
            let sealed = seal(&key(), &context(), &plaintext);
            assert_eq!(sealed.len(), HEAD + length + (length / CHUNK + 1) * TAG);
            let opened = open(&key(), &context(), &sealed).expect("what was sealed opens");
            assert_eq!(*opened, plaintext);
        }
    }

    /// Any range of chunks opens by itself, and only in its place.
    #[test]
    fn chunks_open_by_themselves_and_only_in_their_place() {
        let plaintext: Vec<u8> = (0..=250).cycle().take(3 * CHUNK + 7).collect();
        let sealed = seal(&key(), &context(), &plaintext);
        let opener = Opener::new(&key(), &context(), &sealed, sealed.len() as u64).expect("opens");
        assert_eq!(opener.length(), plaintext.len() as u64);
        let at = |index: u64| usize::try_from(Opener::position(index)).expect("small");
        for first in 0..4 {
            for last in first..4 {
                let end = sealed.len().min(at(last + 1));
                let bytes = &sealed[at(first)..end];
                let start = usize::try_from(first).expect("small") * CHUNK;
                let mut clear = vec![0; bytes.len() - bytes.len().div_ceil(STEP) * TAG];
                opener.open_chunks(first, bytes, &mut clear).expect("opens");
                assert_eq!(clear, plaintext[start..start + clear.len()]);
                assert!(opener.open_chunks(first + 1, bytes, &mut clear).is_err());
                clear.push(0);
                assert!(opener.open_chunks(first, bytes, &mut clear).is_err());
            }
        }
        for cut in [0, HEAD as u64, sealed.len() as u64 - 23, at(2) as u64] {
            assert!(
                Opener::new(&key(), &context(), &sealed, cut).is_err(),
                "{cut}"
            );
        }
    }

    /// R48: whatever is changed, nothing is given out.
    #[test]
    fn no_mutation_opens() {
        let sealed = seal(&key(), &context(), &vec![9; 2 * CHUNK + 100]);
        let step = CHUNK + TAG;
        let mut mutations: Vec<Vec<u8>> = (0..sealed.len())
            .step_by(997)
            .map(|at| {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                changed
            })
            .collect();
        mutations.push(sealed[..sealed.len() - 1].to_vec());
        mutations.push(sealed[..HEAD + step].to_vec());
        mutations.push(sealed[..HEAD].to_vec());
        mutations.push(Vec::new());
        mutations.push([sealed.clone(), vec![0]].concat());
        let mut swapped = sealed.clone();
        swapped[HEAD..HEAD + 2 * step].rotate_left(step);
        mutations.push(swapped);
        assert!(mutations.len() > 30, "the list is not empty by accident");
        for changed in mutations {
            assert!(open(&key(), &context(), &changed).is_err());
        }
    }

    #[test]
    fn another_key_or_context_is_told_apart_from_damage() {
        let sealed = seal(&key(), &context(), b"x");
        let other = Context::new("test", &[b"cas", b"epiece"]);
        assert_eq!(
            open(&key(), &other, &sealed),
            Err(OpenObjectError::KeyOrContext)
        );
        let wrong = Key::from_bytes(&[8; 32]);
        assert_eq!(
            open(&wrong, &context(), &sealed),
            Err(OpenObjectError::KeyOrContext)
        );
    }

    /// Frozen vectors made by pyca/cryptography 50.0.2 (`cryptography.cobblestone`), an independent implementation.
    #[test]
    fn opens_what_another_implementation_sealed() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../vectors/cobblestone256.json")).expect("JSON");
        let vectors = vectors.as_array().expect("an array");
        assert!(vectors.len() >= 4, "the vectors are there");
        for vector in vectors {
            let bytes =
                |field: &str| hex::decode(vector[field].as_str().expect("hex")).expect("hex");
            let key = Key::from_slice(&bytes("key")).expect("32 bytes");
            let context = Context::from_raw(&bytes("context"));
            let length =
                usize::try_from(vector["length"].as_u64().expect("a length")).expect("fits");
            let plaintext: Vec<u8> = (0..=255_u8)
                .cycle()
                .map(|i| i.wrapping_mul(31))
                .take(length)
                .collect();
            let salt: [u8; SALT] = bytes("salt").try_into().expect("24 bytes");
            let sealed = seal_with_salt(&key, &context, salt, &plaintext);
            assert_eq!(crate::sha256(&sealed).to_string(), vector["sealed_sha256"]);
            assert_eq!(*open(&key, &context, &sealed).expect("opens"), plaintext);
        }
    }
}
