//! The certificates this crate accepts: strict DER, known algorithms, one use each.

use std::time::Duration;

use der::asn1::{ObjectIdentifier, PrintableStringRef, Utf8StringRef};
use der::oid::AssociatedOid as _;
use der::oid::db::rfc4519::{COMMON_NAME, GIVEN_NAME, SERIAL_NUMBER, SURNAME};
use der::oid::db::rfc5280::ID_KP_TIME_STAMPING;
use der::{Decode, Encode, Tag, Tagged};
use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};
use x509_cert::name::Name;

use crate::algorithm::Algorithm;

/// What the national identifier of a professional with an RPPS begins with (CI-SIS, `IdNat_PS`).
const NATIONAL_IDENTIFIER_OF_RPPS: char = '8';

/// The RPPS number of a health professional: eleven digits.
pub(crate) fn is_rpps(text: &str) -> bool {
    text.len() == 11 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a structure that must be the canonical encoding of itself, without a byte more.
pub(crate) fn strict<'a, T: Decode<'a> + Encode>(der: &'a [u8]) -> Option<T> {
    let value = T::from_der(der).ok()?;
    (value.to_der().ok()? == der).then_some(value)
}

/// Whether `certificate` was signed by `issuer`'s key under `issuer`'s name.
pub(crate) fn issued_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let tbs = certificate.tbs_certificate();
    let authority = issuer.tbs_certificate();
    let (Ok(message), Some(signature)) = (tbs.to_der(), certificate.signature().as_bytes()) else {
        return false;
    };
    let Some(algorithm) = Algorithm::of(certificate.signature_algorithm()) else {
        return false;
    };
    tbs.issuer() == authority.subject()
        && tbs.signature() == certificate.signature_algorithm()
        && algorithm.verifies(authority.subject_public_key_info(), &message, signature)
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
    authority && has_usage(certificate, KeyUsages::KeyCertSign) && knows_critical(certificate, None)
}

/// Whether a certificate is a natural person's for signing documents, not an authority's.
pub(crate) fn may_sign_documents(certificate: &Certificate) -> bool {
    !is_authority(certificate)
        && has_usage(certificate, KeyUsages::DigitalSignature)
        && has_usage(certificate, KeyUsages::NonRepudiation)
        && knows_critical(certificate, None)
}

/// Whether a certificate is for timestamps and for nothing else (RFC 3161, 2.3).
pub(crate) fn may_timestamp(certificate: &Certificate) -> bool {
    let purposes = certificate
        .tbs_certificate()
        .get_extension::<ExtendedKeyUsage>();
    let only =
        matches!(purposes, Ok(Some((true, purposes))) if purposes.0 == [ID_KP_TIME_STAMPING]);
    only && !is_authority(certificate)
        && (has_usage(certificate, KeyUsages::DigitalSignature)
            || has_usage(certificate, KeyUsages::NonRepudiation))
        && knows_critical(certificate, Some(ExtendedKeyUsage::OID))
}

fn is_authority(certificate: &Certificate) -> bool {
    match certificate
        .tbs_certificate()
        .get_extension::<BasicConstraints>()
    {
        Ok(Some((_, basic))) => basic.ca,
        Ok(None) => false,
        Err(_) => true,
    }
}

fn has_usage(certificate: &Certificate, usage: KeyUsages) -> bool {
    let found = certificate.tbs_certificate().get_extension::<KeyUsage>();
    matches!(found, Ok(Some((_, usages))) if usages.0.contains(usage))
}

/// RFC 5280, 4.2: a critical extension that is not understood makes the certificate unusable.
fn knows_critical(certificate: &Certificate, also: Option<ObjectIdentifier>) -> bool {
    let known = [BasicConstraints::OID, KeyUsage::OID];
    let extensions = certificate.tbs_certificate().extensions();
    extensions.into_iter().flatten().all(|extension| {
        let id = extension.extn_id;
        !extension.critical || known.contains(&id) || also == Some(id)
    })
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

/// The subject's name and RPPS, each there exactly once.
///
/// Certificates of installations have the RPPS as serial number. A CPS card has the national identifier, which is 8 and the RPPS,
/// as common name, and the person's names apart (after published test certificates of IGC-Santé; not verified with a card).
pub(crate) fn named_person(certificate: &Certificate) -> Option<(String, String)> {
    let subject = certificate.tbs_certificate().subject();
    let common_name = only(subject, COMMON_NAME)?;
    if let Some(rpps) = common_name
        .strip_prefix(NATIONAL_IDENTIFIER_OF_RPPS)
        .filter(|rpps| is_rpps(rpps))
    {
        let (first, last) = (only(subject, GIVEN_NAME)?, only(subject, SURNAME)?);
        return Some((format!("{first} {}", capitalised(&last)), rpps.to_owned()));
    }
    Some((common_name, only(subject, SERIAL_NUMBER)?))
}

/// VASSEUR-LE GALL as a name is written in a sentence: Vasseur-Le Gall.
fn capitalised(name: &str) -> String {
    let mut begins = true;
    name.chars()
        .flat_map(|letter| {
            let letters: Vec<char> = if begins {
                vec![letter]
            } else {
                letter.to_lowercase().collect()
            };
            begins = !letter.is_alphabetic();
            letters
        })
        .collect()
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
