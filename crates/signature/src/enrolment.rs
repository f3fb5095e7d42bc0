//! Certificates of software keys: the workstation's request and the platform's authority.

use der::Encode as _;
use der::oid::db::rfc5280::ID_KP_TIME_STAMPING;
use der::pem::{LineEnding, decode_vec, encode_string};
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension,
    DistinguishedName, DnType, DnValue, IsCa, Issuer, KeyIdMethod, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PublicKeyData, RevokedCertParams, SerialNumber, SignatureAlgorithm,
    SigningKey, SubjectPublicKeyInfo,
};
use relecture_crypto::make_bytes;
use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_cert::request::CertReq;
use zeroize::Zeroizing;

use crate::algorithm::{Algorithm, p256_point};
use crate::sha256;
use crate::sign::{CertifiedKey, SoftwareKey};
use crate::x509::{is_rpps, may_issue, strict, validity};

/// The longest life of a signing certificate.
const MAX_LIFETIME: SignedDuration = SignedDuration::from_hours(366 * 24);
/// The life of the authority itself.
const AUTHORITY_LIFETIME: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);
/// How long a list of revoked certificates is the newest one.
const LIST_LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A new certificate is valid a little before its issue: the workstation's clock may be late.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Why a certificate was not requested or not issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    /// The request is not strict PKCS#10, not for a P-256 key, or not signed by that key.
    #[error("certificate request refused")]
    Request,
    /// The subject has no name, or no RPPS of eleven digits.
    #[error("subject refused")]
    Subject,
    /// The life asked is not positive, over a year, or outlasts the authority.
    #[error("lifetime refused")]
    Lifetime,
    /// The authority's certificate and key are not readable, or not each other's.
    #[error("authority not usable")]
    Authority,
    /// Encoding or signing failed.
    #[error("certificate could not be made")]
    Failed,
}

/// A key as the certificate builder wants it; the private part stays where it is.
struct BuilderKey<'a>(&'a SoftwareKey);

impl PublicKeyData for BuilderKey<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.point()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl SigningKey for BuilderKey<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.0
            .sign_digest(&sha256(message))
            .map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

/// A PKCS#10 request (DER) for the key, signed by it. The name is a proposal: the platform writes
/// the subject it has verified.
pub fn certificate_request(
    key: &SoftwareKey,
    common_name: &str,
) -> Result<Vec<u8>, EnrolmentError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    let request = params
        .serialize_request(&BuilderKey(key))
        .map_err(|_| EnrolmentError::Failed)?;
    Ok(request.der().to_vec())
}

/// The person a certificate names, as the platform has verified him.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// First and last name.
    pub common_name: &'a str,
    /// RPPS number, eleven digits.
    pub rpps: &'a str,
}

/// The platform's authority for the signing keys of enrolled installations.
///
/// Its certificates are labelled for what they are: the platform vouches for the person; they are
/// not qualified certificates.
pub struct EnrolmentCa {
    key: SoftwareKey,
    certificate_der: Vec<u8>,
    last: Timestamp,
}

impl std::fmt::Debug for EnrolmentCa {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("EnrolmentCa")
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}

impl EnrolmentCa {
    /// Makes an authority with a new key, for ten years.
    pub fn generate(name: &str, now: Timestamp) -> Result<Self, EnrolmentError> {
        let key = SoftwareKey::generate().map_err(|_| EnrolmentError::Failed)?;
        let mut params = validity_params(now, AUTHORITY_LIFETIME)?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params
            .self_signed(&BuilderKey(&key))
            .map_err(|_| EnrolmentError::Failed)?;
        Self::join(key, certificate.der().to_vec())
    }

    /// Reads an authority as [`Self::certificate_pem`] and [`Self::key_pem`] gave it.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, EnrolmentError> {
        let decode = |text: &str, label| {
            decode_vec(text.as_bytes())
                .ok()
                .filter(|(found, _)| *found == label)
                .map(|(_, der)| Zeroizing::new(der))
                .ok_or(EnrolmentError::Authority)
        };
        let certificate = decode(certificate, "CERTIFICATE")?;
        let key = SoftwareKey::from_pkcs8(&decode(key, "PRIVATE KEY")?)
            .map_err(|_| EnrolmentError::Authority)?;
        Self::join(key, certificate.to_vec())
    }

    fn join(key: SoftwareKey, certificate_der: Vec<u8>) -> Result<Self, EnrolmentError> {
        let certificate: Certificate = strict(&certificate_der).ok_or(EnrolmentError::Authority)?;
        let public = certificate.tbs_certificate().subject_public_key_info();
        let (_, last) = validity(&certificate).ok_or(EnrolmentError::Authority)?;
        if p256_point(public) != Some(key.point()) || !may_issue(&certificate, 0) {
            return Err(EnrolmentError::Authority);
        }
        Ok(Self {
            key,
            certificate_der,
            last,
        })
    }

    /// The authority's certificate, in DER: the anchor verifiers trust.
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate_der
    }

    /// The authority's certificate, in PEM.
    pub fn certificate_pem(&self) -> Result<String, EnrolmentError> {
        encode_string("CERTIFICATE", LineEnding::LF, &self.certificate_der)
            .map_err(|_| EnrolmentError::Failed)
    }

    /// The authority's private key, in PEM, erased when dropped. Where it is kept is the caller's
    /// business.
    pub fn key_pem(&self) -> Result<Zeroizing<String>, EnrolmentError> {
        let pkcs8 = self.key.to_pkcs8().map_err(|_| EnrolmentError::Failed)?;
        encode_string("PRIVATE KEY", LineEnding::LF, &pkcs8)
            .map(Zeroizing::new)
            .map_err(|_| EnrolmentError::Failed)
    }

    /// Issues a signing certificate (DER) for the key of a PKCS#10 request.
    ///
    /// The request proves possession of the key; its subject and extensions are ignored. The
    /// certificate is for digital signature and non-repudiation, names the RPPS as the subject's
    /// serial number, and lives a year at most.
    pub fn issue(
        &self,
        csr_der: &[u8],
        subject: &Subject<'_>,
        now: Timestamp,
        lifetime: SignedDuration,
    ) -> Result<Vec<u8>, EnrolmentError> {
        if subject.common_name.trim().is_empty() || !is_rpps(subject.rpps) {
            return Err(EnrolmentError::Subject);
        }
        let positive = lifetime > SignedDuration::ZERO && lifetime <= MAX_LIFETIME;
        if !positive || now.checked_add(lifetime).is_ok_and(|end| end > self.last) {
            return Err(EnrolmentError::Lifetime);
        }
        let public_key = proven_key(csr_der).ok_or(EnrolmentError::Request)?;
        let public_key =
            SubjectPublicKeyInfo::from_der(&public_key).map_err(|_| EnrolmentError::Request)?;

        let mut params = validity_params(now, lifetime)?;
        params
            .distinguished_name
            .push(DnType::CommonName, subject.common_name);
        let rpps = subject
            .rpps
            .try_into()
            .map_err(|_| EnrolmentError::Subject)?;
        let serial_number = DnType::CustomDnType(vec![2, 5, 4, 5]);
        params
            .distinguished_name
            .push(serial_number, DnValue::PrintableString(rpps));
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::ContentCommitment,
        ];
        params.use_authority_key_identifier_extension = true;
        self.certify(&params, &public_key)
    }

    fn certify(
        &self,
        params: &CertificateParams,
        public_key: &impl PublicKeyData,
    ) -> Result<Vec<u8>, EnrolmentError> {
        let authority = self.certificate_der.as_slice().into();
        let issuer = Issuer::from_ca_cert_der(&authority, BuilderKey(&self.key))
            .map_err(|_| EnrolmentError::Authority)?;
        let certificate = params
            .signed_by(public_key, &issuer)
            .map_err(|_| EnrolmentError::Failed)?;
        Ok(certificate.der().to_vec())
    }

    /// Certifies the key of the platform's own timestamping service, until the authority itself ends (RFC 3161, 2.3).
    pub fn certify_timestamping(
        &self,
        key: SoftwareKey,
        name: &str,
        now: Timestamp,
    ) -> Result<CertifiedKey, EnrolmentError> {
        let lifetime = self.last.duration_since(now) - CLOCK_TOLERANCE;
        let mut params = validity_params(now, lifetime)?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let purposes = ExtendedKeyUsage(vec![ID_KP_TIME_STAMPING])
            .to_der()
            .map_err(|_| EnrolmentError::Failed)?;
        let mut only = CustomExtension::from_oid_content(&[2, 5, 29, 37], purposes);
        only.set_criticality(true);
        params.custom_extensions = vec![only];
        params.use_authority_key_identifier_extension = true;
        let certificate = self.certify(&params, &BuilderKey(&key))?;
        key.certified(certificate, Vec::new())
            .map_err(|_| EnrolmentError::Failed)
    }

    /// The list of revoked certificates (RFC 5280, 5), in DER: serial numbers as
    /// [`crate::SignerIdentity::serial`] gives them, and since when.
    pub fn revocation_list(
        &self,
        revoked: &[(Vec<u8>, Timestamp)],
        number: u64,
        now: Timestamp,
    ) -> Result<Vec<u8>, EnrolmentError> {
        let revoked_certs = revoked.iter().map(|(serial, at)| {
            Ok(RevokedCertParams {
                serial_number: SerialNumber::from_slice(serial),
                revocation_time: date(*at)?,
                reason_code: None,
                invalidity_date: None,
            })
        });
        let params = CertificateRevocationListParams {
            this_update: date(now)?,
            next_update: date(
                now.checked_add(LIST_LIFETIME)
                    .map_err(|_| EnrolmentError::Lifetime)?,
            )?,
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: revoked_certs.collect::<Result<_, EnrolmentError>>()?,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let authority = self.certificate_der.as_slice().into();
        let issuer = Issuer::from_ca_cert_der(&authority, BuilderKey(&self.key))
            .map_err(|_| EnrolmentError::Authority)?;
        let list = params
            .signed_by(&issuer)
            .map_err(|_| EnrolmentError::Failed)?;
        Ok(list.der().to_vec())
    }
}

/// The public key (DER) of a request signed by that very key, when it is on P-256.
fn proven_key(csr_der: &[u8]) -> Option<Vec<u8>> {
    let request: CertReq = strict(csr_der)?;
    let message = request.info.to_der().ok()?;
    let signature = request.signature.as_bytes()?;
    let algorithm =
        Algorithm::of(&request.algorithm).filter(|found| *found == Algorithm::EcdsaP256)?;
    let proven = algorithm.verifies(&request.info.public_key, &message, signature);
    proven.then(|| request.info.public_key.to_der().ok())?
}

/// A certificate without a subject yet, with a random serial number.
fn validity_params(
    now: Timestamp,
    lifetime: SignedDuration,
) -> Result<CertificateParams, EnrolmentError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let (first, last) = (now.checked_sub(CLOCK_TOLERANCE), now.checked_add(lifetime));
    params.not_before = date(first.map_err(|_| EnrolmentError::Lifetime)?)?;
    params.not_after = date(last.map_err(|_| EnrolmentError::Lifetime)?)?;
    params.serial_number = Some(SerialNumber::from_slice(&random_serial()));
    Ok(params)
}

fn date(time: Timestamp) -> Result<OffsetDateTime, EnrolmentError> {
    OffsetDateTime::from_unix_timestamp(time.as_second()).map_err(|_| EnrolmentError::Lifetime)
}

/// Sixteen random bytes, positive and never shorter (RFC 5280, 4.1.2.2).
fn random_serial() -> [u8; 16] {
    let mut serial: [u8; 16] = make_bytes();
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x3F | 0x40;
    }
    serial
}
