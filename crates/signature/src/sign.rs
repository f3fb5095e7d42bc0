//! Signing: the frozen report goes in, the same bytes and a signature come out.

use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use x509_cert::Certificate;
use zeroize::Zeroizing;

use crate::algorithm::{Algorithm, p256_point};
use crate::card::CardError;
use crate::cms::{self, Content, Parts};
use crate::pdf::{Document, PdfError};
use crate::sha256;
use crate::timestamp::MAX_TIMESTAMP;
use crate::update::{Claims, append_signature, write_contents};
use crate::x509::{named_person, strict, validity};

/// Room for the CMS of one signature, besides its certificates: a signature takes under 1 KiB, and
/// the timestamp ([`crate::MAX_TIMESTAMP`]) must fit in the same place later.
const RESERVE: usize = MAX_TIMESTAMP + (2 << 10);

/// Whoever holds a signing key: this installation, a card, a remote service.
///
/// A signer receives a digest; the document never leaves the workstation.
pub trait Signer {
    /// The signer's certificate, in DER.
    fn certificate_der(&self) -> &[u8];
    /// The authorities between the certificate and its anchor, in DER; the anchor may be there.
    fn chain(&self) -> &[Vec<u8>];
    /// Signs the SHA-256 of the signed attributes: an ASN.1 `ECDSA-Sig-Value` of a key on P-256, or with an RSA key
    /// RSASSA-PKCS1-v1_5 of its `DigestInfo` (RFC 8017, 9.2).
    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SignError>;
}

/// Why a report was not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The report is not a PDF this crate can extend.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// The bytes are not a private key on P-256.
    #[error("not a P-256 private key")]
    Key,
    /// The certificate is not strict DER, not for this key, or names nobody.
    #[error("certificate not usable with this key")]
    Certificate,
    /// The certificate is not valid at the claimed time.
    #[error("certificate not valid at this time")]
    NotValid,
    /// The card refused or failed.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The key's holder refused or failed; the text is the holder's code, never a secret.
    #[error("signing key failed: {0}")]
    Holder(String),
    /// The signature made does not verify with the certificate.
    #[error("signature does not match the certificate")]
    Mismatch,
    /// The certificates do not fit in the place kept for them.
    #[error("signature larger than its place")]
    TooLarge,
}

/// A signing key of this installation, on P-256; erased from memory when dropped.
pub struct SoftwareKey(EcdsaKeyPair);

impl std::fmt::Debug for SoftwareKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SoftwareKey")
    }
}

impl SoftwareKey {
    /// Makes a new key with the operating system's randomness.
    pub fn generate() -> Result<Self, SignError> {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)
            .map(Self)
            .map_err(|_| SignError::Key)
    }

    /// Reads a key as [`Self::to_pkcs8`] gave it.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, SignError> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8)
            .map(Self)
            .map_err(|_| SignError::Key)
    }

    /// The key as PKCS#8, for the vault to seal; erased when dropped.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, SignError> {
        let encoded = self.0.to_pkcs8v1().map_err(|_| SignError::Key)?;
        Ok(Zeroizing::new(encoded.as_ref().to_vec()))
    }

    /// The public key, as a DER `SubjectPublicKeyInfo`.
    pub fn public_key_der(&self) -> Result<Vec<u8>, SignError> {
        let encoded = self.0.public_key().as_der().map_err(|_| SignError::Key)?;
        Ok(encoded.as_ref().to_vec())
    }

    /// The public key as an uncompressed point.
    pub(crate) fn point(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// Joins the key with the certificate issued for it; refuses another key's certificate.
    pub fn certified(
        self,
        certificate_der: Vec<u8>,
        chain: Vec<Vec<u8>>,
    ) -> Result<CertifiedKey, SignError> {
        let certificate: Certificate = strict(&certificate_der).ok_or(SignError::Certificate)?;
        let key = certificate.tbs_certificate().subject_public_key_info();
        if p256_point(key) != Some(self.point()) {
            return Err(SignError::Certificate);
        }
        Ok(CertifiedKey {
            key: self,
            certificate_der,
            chain,
        })
    }

    /// An ASN.1 signature of a SHA-256 digest.
    pub(crate) fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SignError> {
        let failed = |_| SignError::Holder("software key".to_owned());
        let digest = Digest::import_less_safe(digest, &SHA256).map_err(failed)?;
        Ok(self
            .0
            .sign_digest(&digest)
            .map_err(failed)?
            .as_ref()
            .to_vec())
    }
}

/// A software key and its certificate: the signer of an installation without a card.
#[derive(Debug)]
pub struct CertifiedKey {
    key: SoftwareKey,
    certificate_der: Vec<u8>,
    chain: Vec<Vec<u8>>,
}

impl Signer for CertifiedKey {
    fn certificate_der(&self) -> &[u8] {
        &self.certificate_der
    }

    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SignError> {
        self.key.sign_digest(digest)
    }
}

/// A signed report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The report's bytes unchanged (R75), then the signature revision.
    pub pdf: Vec<u8>,
    /// SHA-256 of all but `/Contents`: the identity of the signed act.
    pub signed_digest: [u8; 32],
}

/// Signs a frozen report as `PAdES` baseline B-B (ETSI EN 319 142-1), offline, invisibly.
///
/// `pdf` has one revision, no form and ends with `%%EOF`. What comes out starts with the very bytes
/// that were shown and stays PDF/A-3a and PDF/UA-1 when they were.
pub fn sign(pdf: &[u8], signer: &dyn Signer, claims: &Claims<'_>) -> Result<Signed, SignError> {
    let certificate: Certificate =
        strict(signer.certificate_der()).ok_or(SignError::Certificate)?;
    named_person(&certificate).ok_or(SignError::Certificate)?;
    let (first, last) = validity(&certificate).ok_or(SignError::Certificate)?;
    if claims.time < first || claims.time > last {
        return Err(SignError::NotValid);
    }
    let chain = signer
        .chain()
        .iter()
        .map(|der| strict(der).ok_or(SignError::Certificate));
    let chain: Vec<Certificate> = chain.collect::<Result<_, _>>()?;
    let embedded =
        signer.certificate_der().len() + signer.chain().iter().map(Vec::len).sum::<usize>();

    let document = Document::open(pdf)?;
    let mut prepared = append_signature(pdf, &document, claims, RESERVE + embedded)?;
    let signed_digest = sha256(&prepared.covered().concat());
    let attributes =
        cms::signed_attributes(Content::Report, &signed_digest, signer.certificate_der())
            .map_err(|_| SignError::Certificate)?;
    let (algorithm, signature) = sign_attributes(signer, &certificate, &attributes)?;
    let cms = cms::assemble(&Parts {
        attributes: &attributes,
        algorithm,
        signature: &signature,
        certificate: &certificate,
        chain: &chain,
        token: None,
    })
    .map_err(|_| SignError::Certificate)?;
    if !write_contents(&mut prepared.pdf, prepared.contents.clone(), &cms) {
        return Err(SignError::TooLarge);
    }
    Ok(Signed {
        pdf: prepared.pdf,
        signed_digest,
    })
}

/// Has signed attributes signed, and checks what came back.
pub(crate) fn sign_attributes(
    signer: &dyn Signer,
    certificate: &Certificate,
    attributes: &[u8],
) -> Result<(Algorithm, Vec<u8>), SignError> {
    let key = certificate.tbs_certificate().subject_public_key_info();
    let algorithm = Algorithm::of_key(key).ok_or(SignError::Certificate)?;
    let signature = signer.sign_digest(&sha256(attributes))?;
    // A card may hold several keys: the wrong one must not reach the platform.
    if !algorithm.verifies(key, attributes, &signature) {
        return Err(SignError::Mismatch);
    }
    Ok((algorithm, signature))
}
