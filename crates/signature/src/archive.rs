//! What is added to a signed report so that it can be judged later: the timestamp of its signature (B-T), what proves its
//! certificates (B-LT), and a timestamp over all of it (B-LTA) (ETSI EN 319 142-1, 5.4 and 6).
//!
//! The first goes into the place kept for it; each of the others is a revision that leaves the bytes before it, and the structure
//! tree, as they were. [`verify_archive`] accepts just that.

use der::Encode as _;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::ops::Range;
use x509_cert::Certificate;
use x509_cert::crl::CertificateList;

use crate::cms::{self, Content};
use crate::parts::{as_list, first_page, object_dict, root};
use crate::pdf::{Dict, Document, Entry, PdfError, Ref, Value};
use crate::revocation::{is_issued_by, is_since, revoked_at};
use crate::sha256;
use crate::timestamp::{MAX_TIMESTAMP, read_token};
use crate::update::{
    Revision, TIMESTAMP_SUB_FILTER, append_document_timestamp, new, write_contents,
};
use crate::verify::{
    Judged, Level, TrustAnchors, Verified, VerifyError, cms_bytes, covered_bytes, end_before,
    judge, serial, signature_of,
};
use crate::x509::strict;

/// What a timestamping service is to confirm for [`with_timestamp`]: the digest of the signature (RFC 3161, appendix A).
pub fn signature_imprint(pdf: &[u8]) -> Result<[u8; 32], VerifyError> {
    let (_, cms) = signature_of(pdf)?;
    Ok(sha256(&cms::open(&cms, Content::Report)?.signature))
}

/// Whether the signature has its timestamp already. Whether that one is worth anything is for [`crate::verify`].
pub fn has_timestamp(pdf: &[u8]) -> Result<bool, VerifyError> {
    let (_, cms) = signature_of(pdf)?;
    Ok(cms::open(&cms, Content::Report)?.timestamp.is_some())
}

/// Puts a timestamp into its place: B-B becomes B-T. The signed digest stays, the file's changes.
pub fn with_timestamp(pdf: &[u8], token: &[u8]) -> Result<Vec<u8>, VerifyError> {
    let (place, cms) = signature_of(pdf)?;
    let cms = cms::with_timestamp(&cms, token)?;
    let mut stamped = pdf.to_vec();
    if !write_contents(&mut stamped, place, &cms) {
        return Err(VerifyError::Structure("timestamp larger than its place"));
    }
    Ok(stamped)
}

/// Adds the certificates of signer and timestamps, and of these lists of revoked ones (DER) those that prove them: B-T becomes B-LT.
///
/// # Errors
/// [`VerifyError`] when the file does not verify at `at`, has no timestamp, or a list that is needed is missing.
pub fn with_validation_data(
    pdf: &[u8],
    lists: &[Vec<u8>],
    anchors: &TrustAnchors,
    at: Timestamp,
) -> Result<Vec<u8>, VerifyError> {
    let judged = judge_any(pdf, anchors, at)?;
    judged.verified.require_timestamp()?;
    let mut data = ValidationData::default();
    for certificate in judged.signer_path.iter().chain(&judged.timestamp_path) {
        data.add(certificate);
    }
    for list in lists {
        let list: CertificateList = strict(list).ok_or(VerifyError::Later("list"))?;
        data.lists.push(list);
    }
    let needed = data.needed(&judged)?;
    let mut position = 0..;
    data.lists
        .retain(|_| position.next().is_some_and(|at| needed.contains(&at)));

    let document = Document::open(pdf)?;
    let mut revision = Revision::after(pdf, &document, 0)?;
    let mut number = document.next_number()?;
    let mut write = |bytes: der::Result<Vec<u8>>| -> Result<Value, VerifyError> {
        let reference = new(number);
        number += 1;
        revision.stream(
            reference,
            &bytes.map_err(|_| VerifyError::Later("encoding"))?,
        );
        Ok(Value::Ref(reference))
    };
    let certificates = data.certificates.iter().map(|found| write(found.to_der()));
    let certificates = certificates.collect::<Result<Vec<_>, _>>()?;
    let lists = data.lists.iter().map(|found| write(found.to_der()));
    let lists = lists.collect::<Result<Vec<_>, _>>()?;
    let store = Dict::default()
        .with("Type", Value::name("DSS"))
        .with("Certs", Value::Array(certificates))
        .with("CRLs", Value::Array(lists));
    let root = root(&document)?;
    let mut catalog = object_dict(&document, root, "catalog")?;
    catalog.set("DSS", Value::Dict(store));
    revision.dict(root, &catalog);
    Ok(revision.finish(b"validation data")?.0)
}

/// A report with a place for a timestamp over all of it.
#[derive(Debug)]
pub struct ArchiveTimestamp {
    pdf: Vec<u8>,
    contents: Range<usize>,
    imprint: [u8; 32],
}

impl ArchiveTimestamp {
    /// Makes the place in a file that has its validation data.
    pub fn prepare(pdf: &[u8]) -> Result<Self, VerifyError> {
        let document = Document::open(pdf)?;
        let number = u32::try_from(document.sections().len() / 2).unwrap_or(u32::MAX);
        let prepared = append_document_timestamp(pdf, &document, number, MAX_TIMESTAMP)?;
        Ok(Self {
            imprint: sha256(&prepared.covered().concat()),
            contents: prepared.contents,
            pdf: prepared.pdf,
        })
    }

    /// What a timestamping service is to confirm.
    pub fn imprint(&self) -> [u8; 32] {
        self.imprint
    }

    /// Puts the token into its place: B-LT becomes B-LTA.
    pub fn finish(mut self, token: &[u8]) -> Result<Vec<u8>, VerifyError> {
        if write_contents(&mut self.pdf, self.contents, token) {
            Ok(self.pdf)
        } else {
            Err(VerifyError::Structure("timestamp larger than its place"))
        }
    }
}

/// Verifies a report of any level, as [`crate::verify`] does, with what was added to it for later.
///
/// What is in the file decides about certificates that have expired since, or were revoked.
pub fn verify_archive(
    pdf: &[u8],
    anchors: &TrustAnchors,
    at: Timestamp,
) -> Result<Verified, VerifyError> {
    let mut verified = judge_any(pdf, anchors, at)?.verified;
    verified.file_digest = sha256(pdf);
    Ok(verified)
}

/// Peels the later revisions off, newest first, and judges what is left; then each of them over what is below it.
fn judge_any(pdf: &[u8], anchors: &TrustAnchors, at: Timestamp) -> Result<Judged, VerifyError> {
    let document = Document::open(pdf)?;
    let [newest, former, _, ..] = document.sections() else {
        return judge(pdf, anchors, at);
    };
    let end = end_before(pdf, newest, former).map_err(|_| VerifyError::Later("place"))?;
    let below = pdf.get(..end).unwrap_or_default();
    let former = Document::open(below)?;
    let changes = Changes::of(&former, &document)?;
    let mut judged = if let Some(reference) = changes.timestamp {
        let time = check_timestamp(pdf, &former, &document, reference, &changes, anchors, at)?;
        // What this timestamp covers was there when it was made, and is judged as of then.
        let mut judged = judge_any(below, anchors, time.time)?;
        if judged.verified.level < Level::LongTerm {
            return Err(VerifyError::Later("timestamp without validation data"));
        }
        judged.verified.level = Level::Archived;
        judged.timestamp_path.extend(time.path);
        judged
    } else {
        let data = ValidationData::read(&former, &document, &changes)?;
        let mut judged = judge_any(below, anchors, at)?;
        data.prove(&judged)?;
        judged.verified.level = judged.verified.level.max(Level::LongTerm);
        judged
    };
    let same = |key| document.trailer().get(key) == former.trailer().get(key);
    if !same("Root") || !same("Info") {
        return Err(VerifyError::Later("trailer"));
    }
    judged.verified.file_digest = sha256(pdf);
    Ok(judged)
}

/// The objects of the newest revision, by what they may be.
struct Changes {
    /// Streams that were not there.
    streams: BTreeSet<u32>,
    /// The dictionary of a document timestamp.
    timestamp: Option<Ref>,
    /// Other dictionaries that were not there.
    added: Vec<(Ref, Dict)>,
    /// Dictionaries that were there.
    changed: Vec<(Ref, Dict, Dict)>,
}

impl Changes {
    fn of(former: &Document<'_>, document: &Document<'_>) -> Result<Self, VerifyError> {
        const BAD: VerifyError = VerifyError::Later("object");
        let mut found = Self {
            streams: BTreeSet::new(),
            timestamp: None,
            added: Vec::new(),
            changed: Vec::new(),
        };
        let newest = document.sections().first().ok_or(BAD)?;
        for (number, entry) in &newest.entries {
            let Entry::At { generation, .. } = entry else {
                return Err(BAD);
            };
            let reference = Ref {
                number: *number,
                generation: *generation,
            };
            let object = document.object(reference)?;
            let dict = object.value.as_dict().ok_or(BAD)?.clone();
            let old = match former.entry(*number) {
                None | Some(Entry::Free) => None,
                Some(_) => Some(former.object(reference)?),
            };
            let is = |name| dict.get("Type").is_some_and(|kind| kind.is_name(name));
            match old {
                Some(old) => {
                    let (Value::Dict(old), None, None) = (old.value, old.stream, object.stream)
                    else {
                        return Err(BAD);
                    };
                    found.changed.push((reference, old, dict));
                }
                None if object.stream.is_some() && is("XRef") => {}
                None if object.stream.is_some() => {
                    // Nothing but its length: the bytes are what they are.
                    if !dict.iter().all(|(key, _)| key == b"Length") {
                        return Err(BAD);
                    }
                    found.streams.insert(*number);
                }
                None if is("DocTimeStamp") && found.timestamp.is_none() => {
                    found.timestamp = Some(reference);
                }
                None => found.added.push((reference, dict)),
            }
        }
        Ok(found)
    }
}

/// The revision of a document timestamp adds one field and nothing else, and the token is of the whole file.
fn check_timestamp(
    pdf: &[u8],
    former: &Document<'_>,
    document: &Document<'_>,
    reference: Ref,
    changes: &Changes,
    anchors: &TrustAnchors,
    at: Timestamp,
) -> Result<crate::timestamp::Stamp, VerifyError> {
    const BAD: VerifyError = VerifyError::Later("field of a timestamp");
    let dict = object_dict(document, reference, "timestamp dictionary")?;
    let keys = ["Type", "Filter", "SubFilter", "ByteRange", "Contents"];
    let is = |key, name| dict.get(key).is_some_and(|value| value.is_name(name));
    let known = dict
        .iter()
        .all(|(key, _)| keys.iter().any(|known| known.as_bytes() == key));
    if !known || !is("Filter", "Adobe.PPKLite") || !is("SubFilter", TIMESTAMP_SUB_FILTER) {
        return Err(BAD);
    }
    let [(widget, field)] = changes.added.as_slice() else {
        return Err(BAD);
    };
    if !changes.streams.is_empty() || !is_invisible_field(field, reference) {
        return Err(BAD);
    }
    let root = root(former)?;
    let catalog = object_dict(former, root, "catalog")?;
    let page = first_page(former, &catalog)?;
    for (changed, old, new) in &changes.changed {
        let grown = |key, old: &Dict, new: &Dict| -> Result<bool, PdfError> {
            let list = |document: &Document<'_>, dict: &Dict| match dict.get(key) {
                Some(value) => as_list(document, value),
                None => Ok(Vec::new()),
            };
            let mut expected = list(former, old)?;
            expected.push(Value::Ref(*widget));
            Ok(list(document, new)? == expected && differs_only_in(old, new, key))
        };
        let allowed = if *changed == page {
            grown("Annots", old, new)?
        } else if *changed == root {
            let forms = (
                former.dict(old, "AcroForm")?,
                document.dict(new, "AcroForm")?,
            );
            differs_only_in(old, new, "AcroForm") && grown("Fields", &forms.0, &forms.1)?
        } else {
            false
        };
        if !allowed {
            return Err(BAD);
        }
    }
    if changes.changed.len() != 2 {
        return Err(BAD);
    }
    let (covered, digits) = covered_bytes(pdf, &dict)?;
    let token = cms_bytes(digits)?;
    Ok(read_token(&token, &sha256(&covered.concat()), anchors, at)?)
}

/// A field that neither shows nor does anything.
fn is_invisible_field(field: &Dict, signature: Ref) -> bool {
    let keys = ["Type", "Subtype", "FT", "T", "TU", "Rect", "F", "P", "V"];
    let is = |key, name| field.get(key).is_some_and(|value| value.is_name(name));
    let point = field.get("Rect").and_then(Value::as_array);
    is("Subtype", "Widget")
        && is("FT", "Sig")
        && point.is_some_and(|sides| *sides == [const { Value::Integer(0) }; 4])
        && field.get("V").and_then(Value::as_ref) == Some(signature)
        && field
            .iter()
            .all(|(key, _)| keys.iter().any(|known| known.as_bytes() == key))
}

fn differs_only_in(old: &Dict, new: &Dict, free: &str) -> bool {
    let rest = |dict: &Dict| -> std::collections::BTreeMap<Vec<u8>, Value> {
        dict.iter()
            .filter(|(key, _)| *key != free.as_bytes())
            .map(|(key, value)| (key.to_vec(), value.clone()))
            .collect()
    };
    rest(old) == rest(new)
}

/// The certificates and lists of a document security store (EN 319 142-1, 5.4.2).
#[derive(Default)]
struct ValidationData {
    certificates: Vec<Certificate>,
    lists: Vec<CertificateList>,
}

impl ValidationData {
    fn add(&mut self, certificate: &Certificate) {
        if !self.certificates.contains(certificate) {
            self.certificates.push(certificate.clone());
        }
    }

    /// Reads what the newest revision added; it may have added nothing else.
    fn read(
        former: &Document<'_>,
        document: &Document<'_>,
        changes: &Changes,
    ) -> Result<Self, VerifyError> {
        const BAD: VerifyError = VerifyError::Later("validation data");
        let [(object, old, new)] = changes.changed.as_slice() else {
            return Err(BAD);
        };
        if *object != root(former)?
            || !changes.added.is_empty()
            || !differs_only_in(old, new, "DSS")
        {
            return Err(BAD);
        }
        let store = document.dict(new, "DSS")?;
        let keys = ["Type", "Certs", "CRLs"];
        if !store
            .iter()
            .all(|(key, _)| keys.iter().any(|known| known.as_bytes() == key))
        {
            return Err(BAD);
        }
        let mut unread = changes.streams.clone();
        let mut read = |key| -> Result<Vec<Vec<u8>>, VerifyError> {
            let list = store.get(key).and_then(Value::as_array).unwrap_or_default();
            list.iter()
                .map(|value| {
                    let reference = value.as_ref().ok_or(BAD)?;
                    if !unread.remove(&reference.number) {
                        return Err(BAD);
                    }
                    let object = document.object(reference)?;
                    object.stream.map(<[u8]>::to_vec).ok_or(BAD)
                })
                .collect()
        };
        let (certificates, lists) = (read("Certs")?, read("CRLs")?);
        if !unread.is_empty() {
            return Err(BAD);
        }
        Ok(Self {
            certificates: decoded(&certificates).ok_or(BAD)?,
            lists: decoded(&lists).ok_or(BAD)?,
        })
    }

    /// Nothing is missing, and nothing is there that does not serve.
    fn prove(&self, judged: &Judged) -> Result<(), VerifyError> {
        let known = |certificate| {
            judged.signer_path.contains(certificate) || judged.timestamp_path.contains(certificate)
        };
        if self.needed(judged)?.len() != self.lists.len() || !self.certificates.iter().all(known) {
            return Err(VerifyError::Later("validation data of something else"));
        }
        Ok(())
    }

    /// For each certificate but the anchors: its issuer's list, made since the signature, does not name it as revoked before. The
    /// places of these lists.
    fn needed(&self, judged: &Judged) -> Result<BTreeSet<usize>, VerifyError> {
        const MISSING: VerifyError = VerifyError::Later("list of revoked certificates");
        let signed_at = judged.verified.require_timestamp()?;
        let mut needed = BTreeSet::new();
        for path in [&judged.signer_path, &judged.timestamp_path] {
            for pair in path.windows(2) {
                let [certificate, issuer] = pair else {
                    continue;
                };
                // Paths of several timestamps stand one after the other: each ends at an anchor of its own.
                if certificate.tbs_certificate().issuer() != issuer.tbs_certificate().subject() {
                    continue;
                }
                let serves = |list: &CertificateList| {
                    is_issued_by(list, issuer) && is_since(list, signed_at)
                };
                let position = self.lists.iter().position(serves).ok_or(MISSING)?;
                needed.insert(position);
                let list = self.lists.get(position).ok_or(MISSING)?;
                if revoked_at(list, &serial(certificate)).is_some_and(|at| at <= signed_at) {
                    return Err(VerifyError::Revoked);
                }
            }
        }
        Ok(needed)
    }
}

fn decoded<T: for<'a> der::Decode<'a> + der::Encode>(all: &[Vec<u8>]) -> Option<Vec<T>> {
    all.iter().map(|der| strict(der)).collect()
}
