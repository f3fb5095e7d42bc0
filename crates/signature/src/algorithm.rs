//! The signature algorithms this crate accepts, in certificates, signatures and timestamps (ETSI TS 119 312).
//!
//! Keys of an installation are on P-256; those of a CPS card, and of most authorities and timestamping
//! services, are RSA.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};
use der::asn1::{Any, ObjectIdentifier};
use der::oid::db::rfc5912::{
    ECDSA_WITH_SHA_256, ECDSA_WITH_SHA_384, ID_EC_PUBLIC_KEY, ID_SHA_256, ID_SHA_384, ID_SHA_512,
    RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1, SHA_256_WITH_RSA_ENCRYPTION,
    SHA_384_WITH_RSA_ENCRYPTION, SHA_512_WITH_RSA_ENCRYPTION,
};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// ECDSA on P-256 with SHA-256 (RFC 5758, 3.2).
    EcdsaP256,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384,
    /// RSASSA-PKCS1-v1_5 with a modulus of 2048 bits at least (RFC 4055, 5), and this digest.
    Rsa(Hash),
}

/// A digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The algorithm of a `DigestAlgorithmIdentifier`, whose parameters are absent or NULL (RFC 5754, 2).
    pub(crate) fn of(identifier: &AlgorithmIdentifierOwned) -> Option<Self> {
        let hash = match identifier.oid {
            ID_SHA_256 => Self::Sha256,
            ID_SHA_384 => Self::Sha384,
            ID_SHA_512 => Self::Sha512,
            _ => return None,
        };
        let parameters = identifier.parameters.as_ref();
        parameters.is_none_or(Any::is_null).then_some(hash)
    }

    /// The digest of `bytes`.
    pub(crate) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => &aws_lc_rs::digest::SHA256,
            Self::Sha384 => &aws_lc_rs::digest::SHA384,
            Self::Sha512 => &aws_lc_rs::digest::SHA512,
        };
        aws_lc_rs::digest::digest(algorithm, bytes)
            .as_ref()
            .to_vec()
    }
}

impl Algorithm {
    /// The algorithm of a certificate's or list's signature.
    pub(crate) fn of(identifier: &AlgorithmIdentifierOwned) -> Option<Self> {
        let parameters = identifier.parameters.as_ref();
        let (algorithm, well_formed) = match identifier.oid {
            ECDSA_WITH_SHA_256 => (Self::EcdsaP256, parameters.is_none()),
            ECDSA_WITH_SHA_384 => (Self::EcdsaP384, parameters.is_none()),
            SHA_256_WITH_RSA_ENCRYPTION => (Self::Rsa(Hash::Sha256), is_null(parameters)),
            SHA_384_WITH_RSA_ENCRYPTION => (Self::Rsa(Hash::Sha384), is_null(parameters)),
            SHA_512_WITH_RSA_ENCRYPTION => (Self::Rsa(Hash::Sha512), is_null(parameters)),
            _ => return None,
        };
        well_formed.then_some(algorithm)
    }

    /// The algorithm of a signer of CMS, who may name the digest apart (RFC 5754, 3.2).
    pub(crate) fn of_signer(identifier: &AlgorithmIdentifierOwned, hash: Hash) -> Option<Self> {
        let algorithm = if identifier.oid == RSA_ENCRYPTION {
            is_null(identifier.parameters.as_ref()).then_some(Self::Rsa(hash))?
        } else {
            Self::of(identifier)?
        };
        (algorithm.hash() == hash).then_some(algorithm)
    }

    /// What a signer with this key uses; nothing for a key of another kind.
    pub(crate) fn of_key(key: &SubjectPublicKeyInfoOwned) -> Option<Self> {
        if key.algorithm.oid == RSA_ENCRYPTION {
            return is_null(key.algorithm.parameters.as_ref()).then_some(Self::Rsa(Hash::Sha256));
        }
        p256_point(key).map(|_| Self::EcdsaP256)
    }

    /// The digest it signs.
    pub(crate) fn hash(self) -> Hash {
        match self {
            Self::EcdsaP256 => Hash::Sha256,
            Self::EcdsaP384 => Hash::Sha384,
            Self::Rsa(hash) => hash,
        }
    }

    /// As a signer of CMS names it.
    pub(crate) fn identifier(self) -> AlgorithmIdentifierOwned {
        let (oid, parameters) = match self {
            Self::EcdsaP256 => (ECDSA_WITH_SHA_256, None),
            Self::EcdsaP384 => (ECDSA_WITH_SHA_384, None),
            Self::Rsa(Hash::Sha256) => (SHA_256_WITH_RSA_ENCRYPTION, Some(Any::null())),
            Self::Rsa(Hash::Sha384) => (SHA_384_WITH_RSA_ENCRYPTION, Some(Any::null())),
            Self::Rsa(Hash::Sha512) => (SHA_512_WITH_RSA_ENCRYPTION, Some(Any::null())),
        };
        AlgorithmIdentifierOwned { oid, parameters }
    }

    /// Whether `signature` over `message` was made by the key.
    pub(crate) fn verifies(
        self,
        key: &SubjectPublicKeyInfoOwned,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let (algorithm, public): (&dyn VerificationAlgorithm, _) = match self {
            Self::EcdsaP256 => (&ECDSA_P256_SHA256_ASN1, point(key, SECP_256_R_1, 65)),
            Self::EcdsaP384 => (&ECDSA_P384_SHA384_ASN1, point(key, SECP_384_R_1, 97)),
            Self::Rsa(Hash::Sha256) => (&RSA_PKCS1_2048_8192_SHA256, modulus(key)),
            Self::Rsa(Hash::Sha384) => (&RSA_PKCS1_2048_8192_SHA384, modulus(key)),
            Self::Rsa(Hash::Sha512) => (&RSA_PKCS1_2048_8192_SHA512, modulus(key)),
        };
        public.is_some_and(|public| {
            UnparsedPublicKey::new(algorithm, public)
                .verify(message, signature)
                .is_ok()
        })
    }
}

fn is_null(parameters: Option<&Any>) -> bool {
    parameters.is_some_and(Any::is_null)
}

/// The uncompressed point of a P-256 public key, or nothing for any other key.
pub(crate) fn p256_point(key: &SubjectPublicKeyInfoOwned) -> Option<&[u8]> {
    point(key, SECP_256_R_1, 65)
}

fn point(key: &SubjectPublicKeyInfoOwned, on: ObjectIdentifier, length: usize) -> Option<&[u8]> {
    let curve: ObjectIdentifier = key.algorithm.parameters.as_ref()?.decode_as().ok()?;
    let point = key.subject_public_key.as_bytes()?;
    let uncompressed = point.len() == length && point.first() == Some(&4);
    (key.algorithm.oid == ID_EC_PUBLIC_KEY && curve == on && uncompressed).then_some(point)
}

/// The `RSAPublicKey` (RFC 8017, A.1.1) of an RSA key.
fn modulus(key: &SubjectPublicKeyInfoOwned) -> Option<&[u8]> {
    let is_rsa = key.algorithm.oid == RSA_ENCRYPTION && is_null(key.algorithm.parameters.as_ref());
    is_rsa.then(|| key.subject_public_key.as_bytes())?
}
