//! Lists of revoked certificates (RFC 5280, 5), of this crate's authority or of another.

use der::Encode as _;
use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::crl::CertificateList;
use x509_cert::time::Time;

use crate::algorithm::Algorithm;
use crate::verify::{VerifyError, without_zeros};
use crate::x509::strict;

/// An authority's list, whose signature was checked.
#[derive(Debug, Clone)]
pub struct RevocationList(CertificateList);

impl RevocationList {
    /// Reads a list of this authority, both in strict DER.
    ///
    /// # Errors
    /// [`VerifyError::Anchor`] for an authority that is none, [`VerifyError::Untrusted`] for a list that is not its own or not whole.
    pub fn read(list: &[u8], authority: &[u8]) -> Result<Self, VerifyError> {
        let authority: Certificate = strict(authority).ok_or(VerifyError::Anchor)?;
        let list: CertificateList = strict(list).ok_or(VerifyError::Untrusted)?;
        if !is_issued_by(&list, &authority) {
            return Err(VerifyError::Untrusted);
        }
        Ok(Self(list))
    }

    /// Whether it is the newest one at this time, as far as it says: a list without an end is not relied on.
    pub fn is_current(&self, at: Timestamp) -> bool {
        let tbs = &self.0.tbs_cert_list;
        let begun = timestamp(tbs.this_update).is_some_and(|begin| begin <= at);
        let ended = tbs
            .next_update
            .and_then(timestamp)
            .is_none_or(|end| end < at);
        begun && !ended
    }

    /// Since when the certificate with this serial number is revoked, as [`crate::SignerIdentity::serial`] gives it.
    pub fn revoked_at(&self, serial: &[u8]) -> Option<Timestamp> {
        revoked_at(&self.0, serial)
    }
}

/// Whether a list is signed by this authority (RFC 5280, 5).
pub(crate) fn is_issued_by(list: &CertificateList, issuer: &Certificate) -> bool {
    let tbs = &list.tbs_cert_list;
    let authority = issuer.tbs_certificate();
    let (Ok(message), Some(signature), Some(algorithm)) = (
        tbs.to_der(),
        list.signature.as_bytes(),
        Algorithm::of(&list.signature_algorithm),
    ) else {
        return false;
    };
    // A list of some of the certificates, or of those of others, is not the whole list (5.2.5).
    let whole = tbs
        .crl_extensions
        .iter()
        .flatten()
        .all(|extension| !extension.critical);
    whole
        && tbs.issuer == *authority.subject()
        && tbs.signature == list.signature_algorithm
        && algorithm.verifies(authority.subject_public_key_info(), &message, signature)
}

/// Whether a list was made at or after this time.
pub(crate) fn is_since(list: &CertificateList, time: Timestamp) -> bool {
    seconds(list.tbs_cert_list.this_update).is_some_and(|made| made >= time.as_second())
}

/// When a list says that the certificate with this serial number was revoked.
pub(crate) fn revoked_at(list: &CertificateList, serial: &[u8]) -> Option<Timestamp> {
    let entry = list
        .tbs_cert_list
        .revoked_certificates
        .iter()
        .flatten()
        .find(|entry| without_zeros(entry.serial_number.as_bytes()) == serial)?;
    timestamp(entry.revocation_date)
}

fn timestamp(time: Time) -> Option<Timestamp> {
    Timestamp::from_second(seconds(time)?).ok()
}

fn seconds(time: Time) -> Option<i64> {
    i64::try_from(time.to_unix_duration().as_secs()).ok()
}
