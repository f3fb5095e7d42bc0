//! The certificates this crate accepts: strict DER, ECDSA on P-256 with SHA-256, nothing else.

use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use der::asn1::{ObjectIdentifier, PrintableStringRef, Utf8StringRef};
use der::oid::db::rfc4519::{COMMON_NAME, SERIAL_NUMBER};
use der::oid::db::rfc5912::{ECDSA_WITH_SHA_256, ID_EC_PUBLIC_KEY, SECP_256_R_1};
use der::{Decode, Encode, Tag, Tagged};
use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};
use x509_cert::name::Name;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

/// The RPPS number of a health professional: eleven digits.
pub(crate) fn is_rpps(text: &str) -> bool {
    text.len() == 11 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a structure that must be the canonical encoding of itself, without a byte more.
pub(crate) fn strict<'a, T: Decode<'a> + Encode>(der: &'a [u8]) -> Option<T> {
    let value = T::from_der(der).ok()?;
    (value.to_der().ok()? == der).then_some(value)
}

/// Whether an algorithm identifier is ECDSA with SHA-256 (RFC 5758, 3.2: no parameters).
pub(crate) fn is_ecdsa_sha256(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm.oid == ECDSA_WITH_SHA_256 && algorithm.parameters.is_none()
}

/// The uncompressed point of a P-256 public key, or nothing for any other key.
pub(crate) fn p256_point(key: &SubjectPublicKeyInfoOwned) -> Option<&[u8]> {
    let curve: ObjectIdentifier = key.algorithm.parameters.as_ref()?.decode_as().ok()?;
    let point = key.subject_public_key.as_bytes()?;
    let uncompressed = point.len() == 65 && point.first() == Some(&4);
    (key.algorithm.oid == ID_EC_PUBLIC_KEY && curve == SECP_256_R_1 && uncompressed)
        .then_some(point)
}

/// Whether `signature` over `message` was made by the P-256 key.
pub(crate) fn verifies(key: &SubjectPublicKeyInfoOwned, message: &[u8], signature: &[u8]) -> bool {
    p256_point(key).is_some_and(|point| {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
            .verify(message, signature)
            .is_ok()
    })
}

/// Whether `certificate` was signed by `issuer`'s key under `issuer`'s name.
pub(crate) fn issued_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let tbs = certificate.tbs_certificate();
    let authority = issuer.tbs_certificate();
    let (Ok(message), Some(signature)) = (tbs.to_der(), certificate.signature().as_bytes()) else {
        return false;
    };
    tbs.issuer() == authority.subject()
        && tbs.signature() == certificate.signature_algorithm()
        && is_ecdsa_sha256(certificate.signature_algorithm())
        && verifies(authority.subject_public_key_info(), &message, signature)
}

/// Whether a certificate may issue others, with `below` authorities between it and the signer.
pub(crate) fn may_issue(certificate: &Certificate, below: usize) -> bool {
    let tbs = certificate.tbs_certificate();
    let authority = match tbs.get_extension::<BasicConstraints>() {
        Ok(Some((_, basic))) => {
            basic.ca
                && basic
                    .path_len_constraint
                    .is_none_or(|length| usize::from(length) >= below)
        }
        _ => false,
    };
    authority && has_usage(certificate, KeyUsages::KeyCertSign) && knows_critical(certificate)
}

/// Whether a certificate is a natural person's for signing documents, not an authority's.
pub(crate) fn may_sign_documents(certificate: &Certificate) -> bool {
    let tbs = certificate.tbs_certificate();
    let authority = match tbs.get_extension::<BasicConstraints>() {
        Ok(Some((_, basic))) => basic.ca,
        Ok(None) => false,
        Err(_) => true,
    };
    !authority
        && has_usage(certificate, KeyUsages::DigitalSignature)
        && has_usage(certificate, KeyUsages::NonRepudiation)
        && knows_critical(certificate)
}

fn has_usage(certificate: &Certificate, usage: KeyUsages) -> bool {
    let found = certificate.tbs_certificate().get_extension::<KeyUsage>();
    matches!(found, Ok(Some((_, usages))) if usages.0.contains(usage))
}

/// RFC 5280, 4.2: a critical extension that is not understood makes the certificate unusable.
fn knows_critical(certificate: &Certificate) -> bool {
    use der::oid::AssociatedOid as _;
    let known = [BasicConstraints::OID, KeyUsage::OID];
    let extensions = certificate.tbs_certificate().extensions();
    extensions
        .into_iter()
        .flatten()
        .all(|extension| !extension.critical || known.contains(&extension.extn_id))
}

/// The first and the last second of a certificate.
pub(crate) fn validity(certificate: &Certificate) -> Option<(Timestamp, Timestamp)> {
    let validity = certificate.tbs_certificate().validity();
    let timestamp =
        |time: Duration| Timestamp::from_second(i64::try_from(time.as_secs()).ok()?).ok();
    Some((
        timestamp(validity.not_before.to_unix_duration())?,
        timestamp(validity.not_after.to_unix_duration())?,
    ))
}

/// The subject's common name and serial number (the RPPS), each present exactly once.
pub(crate) fn named_person(certificate: &Certificate) -> Option<(String, String)> {
    let subject = certificate.tbs_certificate().subject();
    Some((only(subject, COMMON_NAME)?, only(subject, SERIAL_NUMBER)?))
}

fn only(name: &Name, attribute: ObjectIdentifier) -> Option<String> {
    let mut values = name.iter().filter(|entry| entry.oid == attribute);
    let (value, None) = (&values.next()?.value, values.next()) else {
        return None;
    };
    match value.tag() {
        Tag::Utf8String => value
            .decode_as::<Utf8StringRef<'_>>()
            .ok()
            .map(|text| text.to_string()),
        Tag::PrintableString => value
            .decode_as::<PrintableStringRef<'_>>()
            .ok()
            .map(|text| text.to_string()),
        _ => None,
    }
}
