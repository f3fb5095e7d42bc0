//! Sealing one message under a key that is made for it and used for nothing else.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

/// Seals a message with AES-256-GCM (NIST SP 800-38D) under a nonce of zeros: the key must serve for this one message and no other.
/// The window opens it with Web Cryptography.
///
/// # Panics
/// A message of 64 GiB or more.
#[expect(
    clippy::expect_used,
    reason = "a key of 32 bytes, and far less than 64 GiB"
)]
pub fn seal_once(key: &[u8; 32], message: &[u8]) -> Vec<u8> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("a 32-byte key"));
    let mut sealed = message.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key([0; 12]),
        Aad::empty(),
        &mut sealed,
    )
    .expect("a message of memory");
    sealed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 14 of the GCM specification (`McGrew` and Viega): a key, a nonce and a block of zeros.
    #[test]
    fn it_is_the_cipher_of_the_specification() {
        let sealed = seal_once(&[0; 32], &[0; 16]);
        let known = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919";
        assert_eq!(hex::encode(sealed), known);
    }
}
