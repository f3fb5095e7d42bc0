//! Secrets sealed to one device: HPKE base mode (RFC 9180), DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.

use rustls::crypto::{
    aws_lc_rs::hpke::DH_KEM_P256_HKDF_SHA256_AES_256 as SUITE,
    hpke::{EncapsulatedSecret, Hpke, HpkePrivateKey, HpkePublicKey},
};
use thiserror::Error;
use zeroize::Zeroizing;

/// Length of an encapsulated P-256 key: an uncompressed point.
const ENCAPSULATED: usize = 65;
/// Length of a P-256 scalar.
const SCALAR: usize = 32;

/// The secret was not sealed to this key for this purpose, or was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not sealed to this key for this purpose")]
pub struct UnsealError;

/// A device's key pair for receiving secrets.
pub struct SealingKey {
    private: Zeroizing<Vec<u8>>,
    public: Vec<u8>,
}

impl SealingKey {
    /// A random key pair.
    ///
    /// # Panics
    /// When the operating system has no randomness to give.
    #[expect(
        clippy::expect_used,
        reason = "without randomness every key would be guessable"
    )]
    pub fn make() -> Self {
        let (public, private) = SUITE.generate_key_pair().expect("a P-256 key pair");
        Self {
            private: Zeroizing::new(private.secret_bytes().to_vec()),
            public: public.0,
        }
    }

    /// The key pair stored as [`SealingKey::to_bytes`]; nothing if the length is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (private, public) = bytes.split_at_checked(SCALAR)?;
        (public.len() == ENCAPSULATED).then(|| Self {
            private: Zeroizing::new(private.to_vec()),
            public: public.to_vec(),
        })
    }

    /// Scalar then uncompressed point, for the key store.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([self.private.as_slice(), &self.public].concat())
    }

    /// The public key, an uncompressed point.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// Opens what [`seal_to`] made for this key.
    ///
    /// # Errors
    /// [`UnsealError`].
    pub fn open(
        &self,
        info: &str,
        bound_to: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let (encapsulated, ciphertext) =
            sealed.split_at_checked(ENCAPSULATED).ok_or(UnsealError)?;
        SUITE
            .open(
                &EncapsulatedSecret(encapsulated.to_vec()),
                info.as_bytes(),
                bound_to,
                ciphertext,
                &HpkePrivateKey::from(self.private.to_vec()),
            )
            .map(Zeroizing::new)
            .map_err(|_| UnsealError)
    }
}

/// Seals a secret to a device's public key, for one purpose (`info`) and bound to some additional data.
///
/// # Errors
/// [`UnsealError`] when `public` is not a point of P-256.
pub fn seal_to(
    public: &[u8],
    info: &str,
    bound_to: &[u8],
    secret: &[u8],
) -> Result<Vec<u8>, UnsealError> {
    let public = HpkePublicKey(public.to_vec());
    let (encapsulated, ciphertext) = SUITE
        .seal(info.as_bytes(), bound_to, secret, &public)
        .map_err(|_| UnsealError)?;
    Ok([encapsulated.0, ciphertext].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_addressee_opens_and_only_for_the_purpose() {
        let device = SealingKey::make();
        let sealed = seal_to(device.public(), "case-key", b"K7R-418", &[3; 32]).expect("seals");
        let stored = SealingKey::from_bytes(&device.to_bytes()).expect("comes back");
        let opened = stored.open("case-key", b"K7R-418", &sealed).expect("opens");
        assert_eq!(*opened, [3; 32]);
        assert!(device.open("other", b"K7R-418", &sealed).is_err());
        assert!(device.open("case-key", b"M2T-907", &sealed).is_err());
        assert!(
            SealingKey::make()
                .open("case-key", b"K7R-418", &sealed)
                .is_err()
        );
        assert!(device.open("case-key", b"K7R-418", &sealed[..40]).is_err());
        assert!(
            seal_to(&[4; 65], "case-key", b"", b"x").is_err(),
            "not a point of the curve"
        );
    }
}
