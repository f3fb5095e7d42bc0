//! Strict verification, the same on the workstation (before sending) and on the platform (R77).
//!
//! Fail-closed and narrow on purpose: it accepts what [`crate::sign`] makes, where general readers
//! accept appended pages, trailing bytes or rewritten padding.

use std::collections::BTreeSet;

use der::{Decode as _, Encode as _, Header, Reader as _, SliceReader};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use x509_cert::Certificate;

use crate::cms::{self, CmsFault, Content};
use crate::parts::{object_dict, root};
use crate::pdf::{Dict, Document, Entry, PdfError, Ref, Section, Value};
use crate::revision::adds_only_a_signature;
use crate::sha256;
use crate::sign::Signer;
use crate::timestamp::{TimestampError, read_token};
use crate::update::SUB_FILTER;
use crate::x509::{
    is_rpps, issued_by, may_issue, may_sign_documents, named_person, strict, validity,
};

/// Authorities between a signer and an anchor; real hierarchies have one or two.
const MAX_INTERMEDIATES: usize = 3;

/// The authorities a verifier trusts, and the certificates it no longer does.
#[derive(Debug, Clone, Default)]
pub struct TrustAnchors {
    anchors: Vec<Certificate>,
    of_timestamps: Option<Vec<Certificate>>,
    revoked: BTreeSet<Vec<u8>>,
}

impl TrustAnchors {
    /// Trusts these authorities' certificates, in strict DER; refuses what may not issue.
    pub fn from_der<T: AsRef<[u8]>>(anchors: &[T]) -> Result<Self, VerifyError> {
        Ok(Self {
            anchors: authorities(anchors)?,
            of_timestamps: None,
            revoked: BTreeSet::new(),
        })
    }

    /// Believes the timestamps of services under these authorities, instead of under those of the signers.
    pub fn with_timestamps<T: AsRef<[u8]>>(mut self, anchors: &[T]) -> Result<Self, VerifyError> {
        self.of_timestamps = Some(authorities(anchors)?);
        Ok(self)
    }

    /// The authorities of timestamping services.
    pub(crate) fn of_timestamps(&self) -> &[Certificate] {
        self.of_timestamps.as_deref().unwrap_or(&self.anchors)
    }

    /// Also refuses these certificates, whoever issued them: big-endian serial numbers as
    /// [`SignerIdentity::serial`] gives them.
    #[must_use]
    pub fn revoking<T: AsRef<[u8]>>(mut self, serials: impl IntoIterator<Item = T>) -> Self {
        self.revoked.extend(
            serials
                .into_iter()
                .map(|serial| without_zeros(serial.as_ref())),
        );
        self
    }
}

fn authorities<T: AsRef<[u8]>>(anchors: &[T]) -> Result<Vec<Certificate>, VerifyError> {
    let anchors = anchors.iter().map(|der| {
        strict(der.as_ref())
            .filter(|anchor| may_issue(anchor, 0))
            .ok_or(VerifyError::Anchor)
    });
    anchors.collect()
}

/// The level of a signature (ETSI EN 319 142-1, 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// B-B: who signed what; when is his word.
    Basic,
    /// B-T: a timestamping service says that the signature existed.
    Timestamped,
    /// B-LT: what is needed to judge it later is in the file.
    LongTerm,
    /// B-LTA: a timestamp over all of it keeps it when the certificates have expired.
    Archived,
}

/// Who signed, as the certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerIdentity {
    /// The subject's common name.
    pub common_name: String,
    /// The subject's serial number: eleven digits.
    pub rpps: String,
    /// SHA-256 of the certificate.
    pub certificate_sha256: [u8; 32],
    /// The certificate's serial number, big-endian, without leading zeros.
    pub serial: Vec<u8>,
    /// The first second of the certificate's validity.
    pub not_before: Timestamp,
    /// The last second of the certificate's validity.
    pub not_after: Timestamp,
}

/// What a valid signature proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Who signed.
    pub signer: SignerIdentity,
    /// When the signer says he signed (`/M`): a claim, not a proof.
    pub claimed_time: Timestamp,
    /// When the signature existed, as a timestamping service says.
    pub timestamped_at: Option<Timestamp>,
    /// How long the signature will be worth something.
    pub level: Level,
    /// SHA-256 of the certificate of the authority that vouches for the signer: one of the anchors.
    pub authority_sha256: [u8; 32],
    /// SHA-256 of all but `/Contents`: the identity of the signed act.
    pub signed_digest: [u8; 32],
    /// SHA-256 of the file.
    pub file_digest: [u8; 32],
    /// How many leading bytes are the report as it was shown before signing (R75).
    pub revision0_len: usize,
}

impl Verified {
    /// Refuses the signature of anyone but the expert the case is assigned to (R70, R77).
    pub fn require_signer(&self, rpps: &str) -> Result<(), VerifyError> {
        if self.signer.rpps == rpps {
            Ok(())
        } else {
            Err(VerifyError::WrongSigner)
        }
    }

    /// Refuses a signature whose time is only its signer's word (R76).
    pub fn require_timestamp(&self) -> Result<Timestamp, VerifyError> {
        self.timestamped_at.ok_or(VerifyError::NoTimestamp)
    }
}

/// What a refusal means to the expert and to the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// There is no signature, or not by a certificate of a known authority for this use.
    Untrusted,
    /// The signature is another person's.
    WrongSigner,
    /// The bytes are not those that were signed, or not in a shape that proves it.
    Altered,
    /// The certificate is not valid at the time of reception.
    Expired,
    /// The certificate was revoked.
    Revoked,
    /// No timestamping service says when.
    NoTimestamp,
}

/// Why a signed report is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// An anchor given is not an authority's certificate.
    #[error("trust anchor is not a certificate authority")]
    Anchor,
    /// The file is not a PDF this crate reads.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// The file has no signature.
    #[error("no signature")]
    NotSigned,
    /// The file has more than one signature, or one outside its field.
    #[error("not exactly one signature")]
    NotOneSignature,
    /// The signature dictionary lacks a required entry; the text names it.
    #[error("signature dictionary: {0}")]
    Dictionary(&'static str),
    /// The byte range does not cover the whole file but the signature itself.
    #[error("signature does not cover the whole file")]
    Coverage,
    /// What follows the CMS in its place is not zero.
    #[error("padding of the signature is not zero")]
    Padding,
    /// The signature's revision changes more than it needs to.
    #[error("revision of the signature changes the report")]
    Revision,
    /// The report would run, submit or open something when it is read.
    #[error("report with active content")]
    Active,
    /// The CMS has not the shape of a baseline signature; the text names the part.
    #[error("signature structure: {0}")]
    Structure(&'static str),
    /// An algorithm that is not accepted.
    #[error("algorithm not allowed")]
    Algorithm,
    /// The document's digest is not the signed one.
    #[error("content changed after signing")]
    Digest,
    /// The signature is bound to another certificate.
    #[error("signature bound to another certificate")]
    Binding,
    /// The signature is not by the certificate's key.
    #[error("signature is not by this key")]
    Signature,
    /// No path of valid certificates leads to an anchor.
    #[error("certificate of an unknown authority")]
    Untrusted,
    /// The certificate is not for signing documents.
    #[error("certificate not for signing documents")]
    Usage,
    /// The certificate does not name a person and an RPPS.
    #[error("certificate names no professional")]
    Identity,
    /// A certificate of the path is not yet valid, or no longer.
    #[error("certificate not valid at this time")]
    Expired,
    /// A certificate of the path was revoked.
    #[error("certificate revoked")]
    Revoked,
    /// The signer is not the expected one.
    #[error("signed by another person")]
    WrongSigner,
    /// The timestamp of the signature, or of the whole file.
    #[error(transparent)]
    Timestamp(#[from] TimestampError),
    /// There is no timestamp.
    #[error("no timestamp")]
    NoTimestamp,
    /// A revision after the signature adds something else than proofs.
    #[error("revision after the signature: {0}")]
    Later(&'static str),
}

impl VerifyError {
    /// What the refusal means.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Anchor
            | Self::NotSigned
            | Self::Untrusted
            | Self::Usage
            | Self::Identity
            | Self::Timestamp(TimestampError::Untrusted(_) | TimestampError::Future) => {
                Reason::Untrusted
            }
            Self::NoTimestamp => Reason::NoTimestamp,
            Self::WrongSigner => Reason::WrongSigner,
            Self::Expired => Reason::Expired,
            Self::Revoked => Reason::Revoked,
            Self::Pdf(_)
            | Self::NotOneSignature
            | Self::Dictionary(_)
            | Self::Coverage
            | Self::Padding
            | Self::Revision
            | Self::Active
            | Self::Structure(_)
            | Self::Algorithm
            | Self::Digest
            | Self::Binding
            | Self::Timestamp(_)
            | Self::Later(_)
            | Self::Signature => Reason::Altered,
        }
    }
}

impl From<CmsFault> for VerifyError {
    fn from(fault: CmsFault) -> Self {
        match fault {
            CmsFault::Shape(what) => Self::Structure(what),
            CmsFault::Algorithm => Self::Algorithm,
            CmsFault::Binding => Self::Binding,
        }
    }
}

/// Verifies a signed report at the time `at`, which the caller trusts (the platform's clock).
///
/// With a timestamp the certificate has to be valid at that time, without one at `at`. A file with proofs for later added after
/// the signature is for [`crate::verify_archive`].
///
/// The caller still has to compare the signer ([`Verified::require_signer`]) and the attached
/// opinion ([`crate::attachment`]) with the case.
pub fn verify(pdf: &[u8], anchors: &TrustAnchors, at: Timestamp) -> Result<Verified, VerifyError> {
    Ok(judge(pdf, anchors, at)?.verified)
}

/// A signature that holds, and the certificates on which it rests.
pub(crate) struct Judged {
    pub(crate) verified: Verified,
    /// The signer's certificate and those above it, the anchor last.
    pub(crate) signer_path: Vec<Certificate>,
    /// Those of the timestamping service.
    pub(crate) timestamp_path: Vec<Certificate>,
}

/// [`verify`], with what an archive needs.
pub(crate) fn judge(
    pdf: &[u8],
    anchors: &TrustAnchors,
    at: Timestamp,
) -> Result<Judged, VerifyError> {
    let document = Document::open(pdf)?;
    let reference = only_signature(&document)?;
    let dict = object_dict(&document, reference, "signature dictionary")?;
    let claimed_time = check_dictionary(&dict)?;
    let (covered, digits) = covered_bytes(pdf, &dict)?;
    let revision0_len = shown_len(pdf, &document)?;
    let shown = Document::open(pdf.get(..revision0_len).unwrap_or_default())?;
    if !adds_only_a_signature(&shown, &document, reference)? {
        return Err(VerifyError::Revision);
    }

    let mut opened = cms::open(&cms_bytes(digits)?, Content::Report)?;
    let signed_digest = sha256(&covered.concat());
    if opened.message_digest != signed_digest {
        return Err(VerifyError::Digest);
    }
    if !opened.is_signed() {
        return Err(VerifyError::Signature);
    }
    let others = std::mem::take(&mut opened.others);
    let path = path_to_anchor(&opened.certificate, others, &anchors.anchors)?;
    let signer = identify(&opened.certificate)?;
    let stamp = opened
        .timestamp
        .as_deref()
        .map(|token| read_token(token, &sha256(&opened.signature), anchors, at))
        .transpose()?;
    let valid_at = stamp.as_ref().map_or(at, |stamp| stamp.time);
    for certificate in std::iter::once(&opened.certificate).chain(&path) {
        let (first, last) = validity(certificate).ok_or(VerifyError::Untrusted)?;
        if valid_at < first || valid_at > last {
            return Err(VerifyError::Expired);
        }
        if anchors.revoked.contains(&serial(certificate)) {
            return Err(VerifyError::Revoked);
        }
    }
    let authority = path
        .last()
        .and_then(|anchor| anchor.to_der().ok())
        .ok_or(VerifyError::Untrusted)?;
    let verified = Verified {
        signer,
        authority_sha256: sha256(&authority),
        claimed_time,
        timestamped_at: stamp.as_ref().map(|stamp| stamp.time),
        level: if stamp.is_some() {
            Level::Timestamped
        } else {
            Level::Basic
        },
        signed_digest,
        file_digest: sha256(pdf),
        revision0_len,
    };
    let mut signer_path = vec![opened.certificate];
    signer_path.extend(path);
    Ok(Judged {
        verified,
        signer_path,
        timestamp_path: stamp.map_or_else(Vec::new, |stamp| stamp.path),
    })
}

/// The only signature of a file that nothing was added to: its dictionary, where its digits stand, and its CMS.
pub(crate) fn signature_of(pdf: &[u8]) -> Result<(std::ops::Range<usize>, Vec<u8>), VerifyError> {
    let document = Document::open(pdf)?;
    let reference = only_signature(&document)?;
    let dict = object_dict(&document, reference, "signature dictionary")?;
    let (parts, digits) = covered_bytes(pdf, &dict)?;
    let start = parts.first().map_or(0, |before| before.len()) + 1;
    Ok((start..start + digits.len(), cms_bytes(digits)?))
}

/// Who may sign with this certificate: the key is his, and each certificate of the chain vouches for the one before. Whether it has
/// begun or ended is asked when it is used.
///
/// # Errors
/// [`VerifyError`].
pub fn identify_signer(signer: &dyn Signer) -> Result<SignerIdentity, VerifyError> {
    let anchors = TrustAnchors::from_der(signer.chain())?;
    let certificate: Certificate =
        strict(signer.certificate_der()).ok_or(VerifyError::Untrusted)?;
    let path = path_to_anchor(&certificate, Vec::new(), &anchors.anchors)?;
    let is_altered = |root: &Certificate| {
        let own = root.tbs_certificate();
        own.issuer() == own.subject() && !issued_by(root, root)
    };
    if path.iter().any(is_altered) {
        return Err(VerifyError::Untrusted);
    }
    identify(&certificate)
}

/// The reference of the signature dictionary, the only one of the file and of its only field.
fn only_signature(document: &Document<'_>) -> Result<Ref, VerifyError> {
    let mut found = Vec::new();
    for section in document.sections() {
        for (number, entry) in &section.entries {
            let generation = match entry {
                Entry::Free => continue,
                Entry::At { generation, .. } => *generation,
                Entry::Within { .. } => 0,
            };
            let reference = Ref {
                number: *number,
                generation,
            };
            let value = document.read(reference, *entry)?.value;
            if is_active(&value) {
                return Err(VerifyError::Active);
            }
            found.extend(std::iter::repeat_n(reference, signatures_in(&value)));
        }
    }
    let reference = match found.as_slice() {
        [] => return Err(VerifyError::NotSigned),
        [only] => *only,
        _ => return Err(VerifyError::NotOneSignature),
    };
    let catalog = object_dict(document, root(document)?, "catalog")?;
    let form = document.dict(&catalog, "AcroForm")?;
    let fields = form
        .get("Fields")
        .map(|fields| document.resolve(fields))
        .transpose()?;
    let field = match fields.as_ref().and_then(Value::as_array) {
        Some([field]) => document.resolve(field)?,
        _ => return Err(VerifyError::NotOneSignature),
    };
    let field = field.as_dict().ok_or(VerifyError::NotOneSignature)?;
    let is_field = field.get("FT").is_some_and(|kind| kind.is_name("Sig"));
    if !is_field || field.get("V").and_then(Value::as_ref) != Some(reference) {
        return Err(VerifyError::NotOneSignature);
    }
    // A dictionary in an object stream has no place of its own in the file to leave uncovered.
    match document.entry(reference.number) {
        Some(Entry::At { .. }) => Ok(reference),
        _ => Err(VerifyError::NotOneSignature),
    }
}

/// How many signature or timestamp dictionaries a value holds, itself included.
fn signatures_in(value: &Value) -> usize {
    match value {
        Value::Array(values) => values.iter().map(signatures_in).sum(),
        Value::Dict(dict) => {
            let kind = dict.get("Type");
            let typed =
                kind.is_some_and(|kind| kind.is_name("Sig") || kind.is_name("DocTimeStamp"));
            let own = typed || dict.get("ByteRange").is_some();
            usize::from(own) + dict.values().map(signatures_in).sum::<usize>()
        }
        _ => 0,
    }
}

/// Whether a value holds an action that PDF/A forbids (ISO 19005-3, 6.5.1), or a script.
fn is_active(value: &Value) -> bool {
    const ACTIONS: [&str; 10] = [
        "JavaScript",
        "Launch",
        "SubmitForm",
        "ImportData",
        "ResetForm",
        "GoToE",
        "GoToR",
        "Rendition",
        "RichMediaExecute",
        "SetOCGState",
    ];
    match value {
        Value::Array(values) => values.iter().any(is_active),
        Value::Dict(dict) => {
            let action = dict.get("S");
            action.is_some_and(|action| ACTIONS.iter().any(|name| action.is_name(name)))
                || ["JS", "AA", "XFA"]
                    .iter()
                    .any(|key| dict.get(key).is_some())
                || dict.values().any(is_active)
        }
        _ => false,
    }
}

/// The entries a `PAdES` B-B dictionary has (EN 319 142-1, 6.3); gives the claimed time.
fn check_dictionary(dict: &Dict) -> Result<Timestamp, VerifyError> {
    let is = |key, name| dict.get(key).is_some_and(|value| value.is_name(name));
    if !is("Type", "Sig") {
        return Err(VerifyError::Dictionary("type"));
    }
    if !is("Filter", "Adobe.PPKLite") || !is("SubFilter", SUB_FILTER) {
        return Err(VerifyError::Dictionary("filter"));
    }
    // `/Reference` holds transforms over parts of the document, `/Cert` is for another filter.
    if dict.get("Reference").is_some() || dict.get("Cert").is_some() {
        return Err(VerifyError::Dictionary("unexpected entry"));
    }
    dict.get("M")
        .and_then(Value::as_text)
        .and_then(|text| read_date(&text.bytes))
        .ok_or(VerifyError::Dictionary("time"))
}

fn read_date(text: &[u8]) -> Option<Timestamp> {
    let digits = std::str::from_utf8(text).ok()?.strip_prefix("D:")?;
    let digits = digits
        .strip_suffix("+00'00'")
        .or_else(|| digits.strip_suffix('Z'))?;
    if digits.len() != 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let civil = DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// The two covered parts, and between them nothing but the digits of the `/Contents` just parsed.
pub(crate) fn covered_bytes<'a>(
    pdf: &'a [u8],
    dict: &Dict,
) -> Result<([&'a [u8]; 2], &'a [u8]), VerifyError> {
    let range = dict
        .get("ByteRange")
        .and_then(Value::as_array)
        .unwrap_or_default();
    let range: Option<Vec<usize>> = range.iter().map(Value::as_usize).collect();
    let (Some([0, before, after, rest]), Some(contents)) = (
        range.as_deref(),
        dict.get("Contents").and_then(Value::as_text),
    ) else {
        return Err(VerifyError::Coverage);
    };
    let whole = after.checked_add(*rest) == Some(pdf.len());
    if !whole || contents.written != (*before..*after) {
        return Err(VerifyError::Coverage);
    }
    let gap = pdf.get(*before..*after).unwrap_or_default();
    let digits = gap
        .strip_prefix(b"<")
        .and_then(|gap| gap.strip_suffix(b">"));
    let digits = digits.ok_or(VerifyError::Coverage)?;
    // One way only to write the digits, so that the file cannot change unnoticed.
    if digits.len() % 2 != 0
        || !digits
            .iter()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    {
        return Err(VerifyError::Coverage);
    }
    let parts = [
        pdf.get(..*before).unwrap_or_default(),
        pdf.get(*after..).unwrap_or_default(),
    ];
    Ok((parts, digits))
}

/// Decodes `/Contents` and takes the zeros after the CMS away; only zeros may be there.
pub(crate) fn cms_bytes(digits: &[u8]) -> Result<Vec<u8>, VerifyError> {
    const BAD: VerifyError = VerifyError::Structure("encoding");
    let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or_default();
    let mut bytes: Vec<u8> = digits
        .chunks_exact(2)
        .filter_map(|pair| pair.iter().map(digit).reduce(|high, low| high << 4 | low))
        .filter_map(|byte| u8::try_from(byte).ok())
        .collect();
    let mut reader = SliceReader::new(&bytes).map_err(|_| BAD)?;
    let header = Header::decode(&mut reader).map_err(|_| BAD)?;
    let end = (reader.position() + header.length()).map_err(|_| BAD)?;
    let end = usize::try_from(end).map_err(|_| BAD)?;
    if bytes.get(end..).ok_or(BAD)?.iter().any(|byte| *byte != 0) {
        return Err(VerifyError::Padding);
    }
    bytes.truncate(end);
    Ok(bytes)
}

/// Where the report as it was shown ends: one end of line before the signature's revision.
fn shown_len(pdf: &[u8], document: &Document<'_>) -> Result<usize, VerifyError> {
    match document.sections() {
        [update, original] => end_before(pdf, update, original),
        _ => Err(VerifyError::Revision),
    }
}

/// Where the bytes before a revision end: one end of line before it.
pub(crate) fn end_before(
    pdf: &[u8],
    update: &Section,
    original: &Section,
) -> Result<usize, VerifyError> {
    let offsets = update.entries.values().filter_map(|entry| match entry {
        Entry::At { offset, .. } => Some(*offset),
        _ => None,
    });
    let first = offsets.min().ok_or(VerifyError::Revision)?;
    // The report's own last end of line, if it has one, then the one the signature writes first.
    match pdf.get(original.end..first) {
        Some(b"\n" | b"\n\n" | b"\r\n\n" | b"\r\n") => Ok(first - 1),
        _ => Err(VerifyError::Revision),
    }
}

/// The authorities from the signer's issuer to an anchor, the anchor included.
///
/// Every embedded certificate must serve: what nothing verifies could be changed by anyone.
pub(crate) fn path_to_anchor(
    signer: &Certificate,
    mut others: Vec<Certificate>,
    anchors: &[Certificate],
) -> Result<Vec<Certificate>, VerifyError> {
    let mut path: Vec<Certificate> = Vec::new();
    for below in 0..=MAX_INTERMEDIATES {
        let current = path.last().unwrap_or(signer);
        let issues = |issuer: &Certificate| may_issue(issuer, below) && issued_by(current, issuer);
        if let Some(anchor) = anchors.iter().find(|anchor| issues(anchor)) {
            others.retain(|other| other != anchor);
            if !others.is_empty() {
                return Err(VerifyError::Structure("certificates"));
            }
            path.push(anchor.clone());
            return Ok(path);
        }
        let next = others
            .iter()
            .position(issues)
            .ok_or(VerifyError::Untrusted)?;
        path.push(others.swap_remove(next));
    }
    Err(VerifyError::Untrusted)
}

pub(crate) fn identify(certificate: &Certificate) -> Result<SignerIdentity, VerifyError> {
    if !may_sign_documents(certificate) {
        return Err(VerifyError::Usage);
    }
    let (common_name, rpps) = named_person(certificate)
        .filter(|(name, rpps)| !name.trim().is_empty() && is_rpps(rpps))
        .ok_or(VerifyError::Identity)?;
    let (not_before, not_after) = validity(certificate).ok_or(VerifyError::Untrusted)?;
    let der = certificate
        .to_der()
        .map_err(|_| VerifyError::Structure("certificates"))?;
    let certificate_sha256 = sha256(&der);
    let serial = serial(certificate);
    Ok(SignerIdentity {
        common_name,
        rpps,
        certificate_sha256,
        serial,
        not_before,
        not_after,
    })
}

/// The serial number of a certificate in strict DER, as [`SignerIdentity::serial`] gives it.
pub fn certificate_serial(der: &[u8]) -> Option<Vec<u8>> {
    strict::<Certificate>(der).map(|certificate| serial(&certificate))
}

pub(crate) fn serial(certificate: &Certificate) -> Vec<u8> {
    without_zeros(certificate.tbs_certificate().serial_number().as_bytes())
}

pub(crate) fn without_zeros(number: &[u8]) -> Vec<u8> {
    number
        .iter()
        .copied()
        .skip_while(|byte| *byte == 0)
        .collect()
}
