//! What may be added after a signature, and what is refused there: each attack with the exact refusal.

use std::fmt::Write as _;

use jiff::SignedDuration;
use relecture_signature::{
    ArchiveTimestamp, TimestampError, TimestampRequest, TrustAnchors, VerifyError,
    signature_imprint, verify, verify_archive, with_timestamp,
};

use crate::attacks::find_startxref;
use crate::levels::{Levels, later, service};
use crate::support::{Enrolled, cms_of, edit_cms, find, now, report, with_cms};

type Forged = (&'static str, Vec<u8>, VerifyError);

#[test]
fn r77_every_attack_on_what_was_added_later_is_refused_for_its_own_reason() {
    let enrolled = Enrolled::new();
    let levels = Levels::of(&enrolled, &report());
    let anchors = enrolled.anchors();
    for good in [&levels.timestamped, &levels.long_term, &levels.archived] {
        assert!(verify_archive(good, &anchors, later()).is_ok());
    }
    let mut attacks = on_the_timestamp(&enrolled, &levels);
    attacks.extend(on_the_lists(&enrolled, &levels));
    attacks.extend(beside_the_lists(&enrolled, &levels));
    attacks.extend(on_the_archive(&enrolled, &levels));
    println!("{:<52} refusal", "attack");
    let mut failures = Vec::new();
    for (name, pdf, refusal) in &attacks {
        println!("{name:<52} {refusal}");
        let found = verify_archive(pdf, &anchors, later()).map(|_| ());
        if found.as_ref() != Err(refusal) {
            failures.push(format!("{name}: {found:?}, not {refusal:?}"));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(attacks.len() >= 20, "{}", attacks.len());
}

#[test]
fn r77_bytes_added_later_cannot_change() {
    let enrolled = Enrolled::new();
    let levels = Levels::of(&enrolled, &report());
    let anchors = enrolled.anchors();
    let pdf = &levels.archived;
    // Each fifth stands for all, and fewer of the place of a timestamp that is not filled.
    for at in (levels.timestamped.len()..pdf.len())
        .filter(|at| at % 5 == 0 && (pdf[*at] != b'0' || at % 97 == 0))
    {
        let mut changed = pdf.clone();
        changed[at] ^= 0x11;
        let found = verify_archive(&changed, &anchors, later());
        assert!(found.is_err(), "byte {at} of {}", pdf.len());
    }
}

fn stamp(enrolled: &Enrolled, imprint: [u8; 32]) -> Vec<u8> {
    let request = TimestampRequest::new(imprint).unwrap();
    let answer = service(enrolled).answer(&request.der, later()).unwrap();
    request.read(&answer, &enrolled.anchors(), later()).unwrap()
}

fn on_the_timestamp(enrolled: &Enrolled, levels: &Levels) -> Vec<Forged> {
    let imprint = signature_imprint(&levels.basic).unwrap();
    let other = with_timestamp(&levels.basic, &stamp(enrolled, [7; 32])).unwrap();
    let stranger = Enrolled::new();
    let foreign = with_timestamp(&levels.basic, &stamp(&stranger, imprint)).unwrap();
    let mut altered = stamp(enrolled, imprint);
    let last = altered.len() - 1;
    altered[last] ^= 1;
    let altered = with_timestamp(&levels.basic, &altered).unwrap();
    let twice = edit_cms(&levels.timestamped, |data| {
        let mut signers = data.signer_infos.0.clone().into_vec();
        let attributes = signers[0].unsigned_attrs.clone().unwrap();
        let mut attribute = attributes.as_slice()[0].clone();
        let value = attribute.values.as_slice()[0].clone();
        attribute.oid = cms_of_another_kind();
        attribute.values = der::asn1::SetOfVec::try_from(vec![value]).unwrap();
        let both = vec![attributes.as_slice()[0].clone(), attribute];
        signers[0].unsigned_attrs = Some(der::asn1::SetOfVec::try_from(both).unwrap());
        data.signer_infos = cms::signed_data::SignerInfos::try_from(signers).unwrap();
    });
    let renamed = edit_cms(&levels.timestamped, |data| {
        let mut signers = data.signer_infos.0.clone().into_vec();
        let attributes = signers[0].unsigned_attrs.clone().unwrap();
        let mut attribute = attributes.as_slice()[0].clone();
        attribute.oid = cms_of_another_kind();
        signers[0].unsigned_attrs = Some(der::asn1::SetOfVec::try_from(vec![attribute]).unwrap());
        data.signer_infos = cms::signed_data::SignerInfos::try_from(signers).unwrap();
    });
    let untrusted = |why| VerifyError::Timestamp(TimestampError::Untrusted(why));
    vec![
        (
            "the timestamp of another signature",
            other,
            VerifyError::Timestamp(TimestampError::OtherImprint),
        ),
        (
            "a timestamp of an unknown service",
            foreign,
            untrusted("authority"),
        ),
        (
            "one bit of the timestamp changed",
            altered,
            untrusted("signature"),
        ),
        (
            "something unsigned beside the timestamp",
            twice,
            VerifyError::Structure("signer"),
        ),
        (
            "something else in the timestamp's place",
            renamed,
            VerifyError::Structure("signer"),
        ),
    ]
}

/// `id-aa-ets-certCRLTimestamp`, which this crate does not know.
fn cms_of_another_kind() -> der::asn1::ObjectIdentifier {
    der::asn1::ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.26")
}

/// A revision as any PDF library would write it, over what is there.
fn revised(pdf: &[u8], objects: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let previous = find_startxref(pdf);
    let mut out = [pdf, b"\n"].concat();
    let mut table = String::from("xref\n");
    for (number, object) in objects {
        write!(table, "{number} 1\n{:010} 00000 n\r\n", out.len()).unwrap();
        out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let start = out.len();
    let trailer = format!("trailer\n<</Size 199 /Root 1 0 R /Info 12 0 R /Prev {previous}>>\n");
    out.extend_from_slice(format!("{table}{trailer}startxref\n{start}\n%%EOF\n").as_bytes());
    out
}

/// The newest version of an object, with more entries.
fn grown(pdf: &[u8], number: u32, more: &str) -> (u32, Vec<u8>) {
    let head = format!("\n{number} 0 obj\n");
    let at = pdf
        .windows(head.len())
        .rposition(|window| window == head.as_bytes())
        .unwrap()
        + head.len();
    let length = find(&pdf[at..], b"\nendobj").unwrap();
    let dict = pdf[at..at + length].strip_suffix(b">>").unwrap();
    (number, [dict, more.as_bytes(), b">>"].concat())
}

fn stream(number: u32, bytes: &[u8]) -> (u32, Vec<u8>) {
    let head = format!("<</Length {}>>\nstream\n", bytes.len());
    (number, [head.as_bytes(), bytes, b"\nendstream"].concat())
}

/// Revisions that add a store of these streams to a timestamped report.
fn store(pdf: &[u8], streams: &[(u32, Vec<u8>)], dss: &str) -> Vec<u8> {
    revised(pdf, &[&[grown(pdf, 1, dss)], streams].concat())
}

const ONLY_LIST: &str = "/DSS <</Type /DSS /CRLs [120 0 R]>>";
const WITH_CERTIFICATE: &str = "/DSS <</Type /DSS /Certs [121 0 R] /CRLs [120 0 R]>>";

fn on_the_lists(enrolled: &Enrolled, levels: &Levels) -> Vec<Forged> {
    let pdf = &levels.timestamped;
    let list = enrolled.authority.revocation_list(&[], 1, later()).unwrap();
    let old = enrolled.authority.revocation_list(&[], 1, now()).unwrap();
    let stranger = Enrolled::new().authority;
    let foreign = stranger.revocation_list(&[], 1, later()).unwrap();
    let serial = verify(pdf, &enrolled.anchors(), later())
        .unwrap()
        .signer
        .serial;
    let revoking = enrolled
        .authority
        .revocation_list(&[(serial, now())], 2, later())
        .unwrap();
    let mut altered = list.clone();
    let end = altered.len() - 1;
    altered[end] ^= 1;
    let missing = VerifyError::Later("list of revoked certificates");
    let surplus = VerifyError::Later("validation data of something else");
    let one = |list: &[u8]| store(pdf, &[stream(120, list)], ONLY_LIST);
    vec![
        (
            "no list of revoked certificates",
            store(pdf, &[], "/DSS <</Type /DSS /CRLs []>>"),
            missing.clone(),
        ),
        (
            "a list from before the signature",
            one(&old),
            missing.clone(),
        ),
        (
            "the list of another authority",
            one(&foreign),
            missing.clone(),
        ),
        ("a list whose signature is wrong", one(&altered), missing),
        (
            "a list that names the signer as revoked",
            one(&revoking),
            VerifyError::Revoked,
        ),
        (
            "a certificate of somebody else",
            store(
                pdf,
                &[stream(120, &list), stream(121, stranger.certificate_der())],
                WITH_CERTIFICATE,
            ),
            surplus.clone(),
        ),
        (
            "one list more than needed",
            store(
                pdf,
                &[stream(120, &list), stream(121, &foreign)],
                "/DSS <</Type /DSS /CRLs [120 0 R 121 0 R]>>",
            ),
            surplus,
        ),
    ]
}

fn beside_the_lists(enrolled: &Enrolled, levels: &Levels) -> Vec<Forged> {
    let pdf = &levels.timestamped;
    let list = enrolled.authority.revocation_list(&[], 1, later()).unwrap();
    let data = VerifyError::Later("validation data");
    let object = VerifyError::Later("object");
    let elsewhere = b"<</Length 1 /F (x)>>\nstream\nx\nendstream".to_vec();
    vec![
        (
            "a stream that nothing names",
            store(pdf, &[stream(120, &list), stream(121, b"q Q")], ONLY_LIST),
            data.clone(),
        ),
        (
            "a certificate that is none",
            store(
                pdf,
                &[stream(120, &list), stream(121, b"no")],
                WITH_CERTIFICATE,
            ),
            data.clone(),
        ),
        (
            "an unknown kind of proof",
            store(
                pdf,
                &[stream(120, &list)],
                "/DSS <</Type /DSS /CRLs [120 0 R] /VRI <<>>>>",
            ),
            data.clone(),
        ),
        (
            "another change of the catalog beside it",
            store(
                pdf,
                &[stream(120, &list)],
                "/DSS <</Type /DSS /CRLs [120 0 R]>> /OpenAction [3 0 R /Fit]",
            ),
            data.clone(),
        ),
        (
            "a page changed beside it",
            store(
                pdf,
                &[stream(120, &list), grown(pdf, 3, "/Rotate 180")],
                ONLY_LIST,
            ),
            data,
        ),
        (
            "a stream whose bytes are elsewhere",
            store(pdf, &[(120, elsewhere)], ONLY_LIST),
            object.clone(),
        ),
        (
            "the page drawn anew",
            revised(pdf, &[stream(4, b"BT ET")]),
            object,
        ),
    ]
}

fn on_the_archive(enrolled: &Enrolled, levels: &Levels) -> Vec<Forged> {
    let long_term = &levels.long_term;
    let place = ArchiveTimestamp::prepare(long_term).unwrap();
    let other = place.finish(&stamp(enrolled, [9; 32])).unwrap();
    let place = ArchiveTimestamp::prepare(&levels.timestamped).unwrap();
    let imprint = place.imprint();
    let hasty = place.finish(&stamp(enrolled, imprint)).unwrap();
    let place = ArchiveTimestamp::prepare(long_term).unwrap();
    let imprint = place.imprint();
    let foreign = place.finish(&stamp(&Enrolled::new(), imprint)).unwrap();
    let page = revised(
        &levels.archived,
        &[grown(&levels.archived, 3, "/Rotate 90")],
    );
    let end = VerifyError::Pdf(relecture_signature::PdfError::Malformed("end of file"));
    vec![
        (
            "an archive timestamp of something else",
            other,
            VerifyError::Timestamp(TimestampError::OtherImprint),
        ),
        (
            "an archive timestamp of an unknown service",
            foreign,
            VerifyError::Timestamp(TimestampError::Untrusted("authority")),
        ),
        (
            "an archive timestamp without validation data",
            hasty,
            VerifyError::Later("timestamp without validation data"),
        ),
        (
            "a page changed after the archive timestamp",
            page,
            VerifyError::Later("validation data"),
        ),
        (
            "bytes after the archive timestamp",
            [levels.archived.as_slice(), b"% note\n"].concat(),
            end,
        ),
        (
            "the signature taken from another report",
            with_cms(long_term, &cms_of(&other_report(enrolled))),
            VerifyError::Digest,
        ),
    ]
}

fn other_report(enrolled: &Enrolled) -> Vec<u8> {
    let mut claims = crate::support::claims();
    claims.time = now().checked_add(SignedDuration::from_secs(9)).unwrap();
    let basic = relecture_signature::sign(&report(), &enrolled.signer, &claims)
        .unwrap()
        .pdf;
    let imprint = signature_imprint(&basic).unwrap();
    with_timestamp(&basic, &stamp(enrolled, imprint)).unwrap()
}

#[test]
fn timestamps_of_an_unknown_authority_are_not_believed_though_the_signer_is() {
    let enrolled = Enrolled::new();
    let levels = Levels::of(&enrolled, &report());
    let anchors = TrustAnchors::from_der(&[enrolled.authority.certificate_der()])
        .unwrap()
        .with_timestamps(&[Enrolled::new().authority.certificate_der()])
        .unwrap();
    assert!(verify(&levels.basic, &anchors, later()).is_ok());
    assert!(verify(&levels.timestamped, &anchors, later()).is_err());
}
