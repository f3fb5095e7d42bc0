//! What the platform must refuse: each attack with the exact refusal, beside what poppler says.

use std::fmt::Write as _;

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::signed_data::{CertificateSet, SignedData, SignerIdentifier};
use der::asn1::{Any, OctetString, SetOfVec};
use der::oid::db::rfc5911::ID_MESSAGE_DIGEST;
use der::oid::db::rfc5912::ECDSA_WITH_SHA_384;
use der::{Decode as _, Encode as _};
use jiff::{SignedDuration, Timestamp};
use relecture_signature::{
    EnrolmentCa, PdfError, Reason, Signer, SoftwareKey, Subject, TrustAnchors, VerifyError,
    certificate_request, sign, verify,
};
use x509_cert::Certificate;
use x509_cert::attr::Attribute;

use crate::support::{
    EXPERT, Enrolled, YEAR, claims, cms_of, contents, covered, edit_cms, find, now, pdfsig,
    replaced, report, report_with, with_cms,
};

/// One forged file, and what must come of it.
struct Attack {
    name: &'static str,
    pdf: Vec<u8>,
    anchors: TrustAnchors,
    at: Timestamp,
    refusal: VerifyError,
}

#[test]
fn r77_every_attack_is_refused_for_its_own_reason() {
    let enrolled = Enrolled::new();
    let signed = enrolled.sign(&report()).pdf;
    assert!(
        verify(&signed, &enrolled.anchors(), now()).is_ok(),
        "the original is valid"
    );

    let forged = [
        altered_files(&signed),
        altered_coverage(&signed),
        altered_signatures(&enrolled, &signed),
        altered_encoding(&enrolled, &signed),
        dishonest_signers(&enrolled, &signed),
    ];
    let mut attacks: Vec<Attack> = forged
        .into_iter()
        .flatten()
        .map(|(name, pdf, refusal)| {
            let anchors = enrolled.anchors();
            Attack {
                name,
                pdf,
                anchors,
                at: now(),
                refusal,
            }
        })
        .collect();
    attacks.extend(unacceptable_certificates(&enrolled, &signed));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("attack.pdf");
    let mut failures = Vec::new();
    println!("{:<44} {:<44} {:<12} pdfsig", "attack", "refusal", "reason");
    for attack in &attacks {
        std::fs::write(&path, &attack.pdf).unwrap();
        let poppler = pdfsig(&path).contains("Signature is Valid");
        let found = verify(&attack.pdf, &attack.anchors, attack.at).map(|_| ());
        println!(
            "{:<44} {:<44} {:<12} {}",
            attack.name,
            attack.refusal.to_string(),
            format!("{:?}", attack.refusal.reason()),
            if poppler { "valid" } else { "-" }
        );
        if found != Err(attack.refusal.clone()) {
            failures.push(format!(
                "{}: {found:?}, not {:?}",
                attack.name, attack.refusal
            ));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(attacks.len() >= 30, "{}", attacks.len());
    for reason in [
        Reason::Altered,
        Reason::Untrusted,
        Reason::Expired,
        Reason::Revoked,
    ] {
        assert!(
            attacks
                .iter()
                .any(|attack| attack.refusal.reason() == reason),
            "{reason:?}"
        );
    }
}

type Forged = (&'static str, Vec<u8>, VerifyError);

/// Anyone can change the file: no key is needed.
fn altered_files(signed: &[u8]) -> Vec<Forged> {
    let digits = contents(signed);
    let end = VerifyError::Pdf(PdfError::Malformed("end of file"));
    let mut padding = signed.to_vec();
    padding[digits.end - 1] = b'1';
    let mut not_hex = signed.to_vec();
    not_hex[digits.end - 1] = b'z';
    let mut spaced = signed.to_vec();
    spaced[digits.end - 2..digits.end].copy_from_slice(b"  ");
    let page = appended(
        signed,
        &[
            "2 0 obj\n<</Type /Pages /Kids [3 0 R 90 0 R] /Count 2>>\nendobj\n",
            "90 0 obj\n<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]>>\nendobj\n",
        ],
    );
    let second = appended(
        signed,
        &["91 0 obj\n<</Type /Sig /ByteRange [0 1 2 3] /Contents <00>>>\nendobj\n"],
    );
    let mut forged: Vec<Forged> = Vec::new();
    let mut add = |name, pdf, refusal| forged.push((name, pdf, refusal));
    add(
        "a page appended in a new revision",
        page,
        VerifyError::Coverage,
    );
    add(
        "a second signature appended",
        second,
        VerifyError::NotOneSignature,
    );
    add(
        "bytes after the end",
        [signed, b"% note\n"].concat(),
        end.clone(),
    );
    add(
        "one end of line after the end",
        [signed, b"\n"].concat(),
        end.clone(),
    );
    add(
        "truncated",
        signed[..signed.len() - 100].to_vec(),
        end.clone(),
    );
    add(
        "cut back inside the first revision",
        signed[..700].to_vec(),
        end,
    );
    add(
        "one non-zero digit in the padding",
        padding,
        VerifyError::Padding,
    );
    add(
        "one non-hexadecimal character in the gap",
        not_hex,
        VerifyError::Pdf(PdfError::Malformed("hexadecimal string")),
    );
    add("white space in the gap", spaced, VerifyError::Coverage);
    add(
        "one letter of the opinion",
        replaced(signed, b"(Avis favorable)", b"(Avis favorablf)"),
        VerifyError::Digest,
    );
    add(
        "the claimed time",
        replaced(signed, b"(D:2026", b"(D:2025"),
        VerifyError::Digest,
    );
    add(
        "another kind of signature declared",
        replaced(signed, b"ETSI.CAdES.detached", b"adbe.pkcs7.detached"),
        VerifyError::Dictionary("filter"),
    );
    add(
        "the report before it was signed",
        report(),
        VerifyError::NotSigned,
    );
    add(
        "the header removed",
        signed[1..].to_vec(),
        VerifyError::Pdf(PdfError::Malformed("header")),
    );
    forged
}

/// Anyone can change what the signature says it covers.
fn altered_coverage(signed: &[u8]) -> Vec<Forged> {
    let digits = contents(signed);
    let mut forged: Vec<Forged> = Vec::new();
    let mut add = |name, pdf, refusal| forged.push((name, pdf, refusal));
    let before = digits.start - 1;
    let range = format!("[0 {before} ");
    let narrower = format!("[0 {} ", before - 1);
    let shifted = format!("[9 {before} ");
    add(
        "the byte range leaves a byte out",
        replaced(signed, range.as_bytes(), narrower.as_bytes()),
        VerifyError::Coverage,
    );
    add(
        "the byte range starts later",
        replaced(signed, range.as_bytes(), shifted.as_bytes()),
        VerifyError::Coverage,
    );
    add(
        "no byte range",
        replaced(signed, b"/ByteRange", b"/ByteRangf"),
        VerifyError::Coverage,
    );
    forged
}

/// The file with one more revision, as any PDF library would write it.
fn appended(pdf: &[u8], objects: &[&str]) -> Vec<u8> {
    let previous = find_startxref(pdf);
    let mut out = pdf.to_vec();
    let mut table = String::from("xref\n");
    for object in objects {
        let number = object.split(' ').next().unwrap();
        write!(table, "{number} 1\n{:010} 00000 n\r\n", out.len()).unwrap();
        out.extend_from_slice(object.as_bytes());
    }
    let start = out.len();
    let trailer = format!("trailer\n<</Size 99 /Root 1 0 R /Prev {previous}>>\n");
    out.extend_from_slice(format!("{table}{trailer}startxref\n{start}\n%%EOF\n").as_bytes());
    out
}

pub(crate) fn find_startxref(pdf: &[u8]) -> usize {
    let at = pdf
        .windows(9)
        .rposition(|window| window == b"startxref")
        .unwrap();
    let digits: String = pdf[at + 10..]
        .iter()
        .map(|byte| char::from(*byte))
        .collect();
    digits.lines().next().unwrap().parse().unwrap()
}

/// The signature itself changed, without the signer's key.
fn altered_signatures(enrolled: &Enrolled, signed: &[u8]) -> Vec<Forged> {
    let colleague = Subject {
        common_name: "Autre Médecin",
        rpps: "10001111111",
    };
    let key = SoftwareKey::from_pkcs8(&enrolled.pkcs8).unwrap();
    let request = certificate_request(&key, colleague.common_name).unwrap();
    let other = enrolled
        .authority
        .issue(&request, &colleague, now(), YEAR)
        .unwrap();
    let other = Certificate::from_der(&other).unwrap();
    let only = |certificate: &Certificate| {
        let choices = vec![CertificateChoices::Certificate(certificate.clone())];
        Some(CertificateSet::try_from(choices).unwrap())
    };
    let swapped = edit_cms(signed, |cms| {
        cms.certificates = only(&other);
        edit_signer(cms, |signer| signer.sid = issuer_and_serial(&other));
    });
    let unnamed = edit_cms(signed, |cms| cms.certificates = only(&other));
    let extra = edit_cms(signed, |cms| {
        let certificates = cms.certificates.as_mut().unwrap();
        certificates
            .0
            .insert(CertificateChoices::Certificate(other.clone()))
            .unwrap();
    });
    let flipped = edit_cms(signed, |cms| {
        edit_signer(cms, |signer| {
            let mut bytes = signer.signature.as_bytes().to_vec();
            *bytes.last_mut().unwrap() ^= 1;
            signer.signature = OctetString::new(bytes).unwrap();
        });
    });
    let algorithm = edit_cms(signed, |cms| {
        edit_signer(cms, |signer| {
            signer.signature_algorithm.oid = ECDSA_WITH_SHA_384;
        });
    });
    let unsigned = edit_cms(signed, |cms| {
        edit_signer(cms, |signer| {
            signer.unsigned_attrs = signer.signed_attrs.clone();
        });
    });
    let twice = edit_cms(signed, |cms| {
        let mut second = cms.signer_infos.0.as_slice()[0].clone();
        second.signature = OctetString::new([0_u8; 8]).unwrap();
        cms.signer_infos.0.insert(second).unwrap();
    });
    let mut forged: Vec<Forged> = Vec::new();
    let mut add = |name, pdf, refusal| forged.push((name, pdf, refusal));
    add(
        "another certificate for the same key",
        swapped,
        VerifyError::Binding,
    );
    add(
        "certificate replaced, name kept",
        unnamed,
        VerifyError::Structure("certificates"),
    );
    add(
        "an idle certificate added",
        extra,
        VerifyError::Structure("certificates"),
    );
    add("one bit of the signature", flipped, VerifyError::Signature);
    add(
        "another algorithm declared",
        algorithm,
        VerifyError::Algorithm,
    );
    add(
        "an unsigned attribute added",
        unsigned,
        VerifyError::Structure("signer"),
    );
    add(
        "a second signer",
        twice,
        VerifyError::Structure("number of signers"),
    );
    forged
}

/// Changes that no CMS library would make.
fn altered_encoding(enrolled: &Enrolled, signed: &[u8]) -> Vec<Forged> {
    let mut forged: Vec<Forged> = Vec::new();
    let mut add = |name, pdf, refusal| forged.push((name, pdf, refusal));
    // The same length written in one byte more: a valid BER, not a DER.
    let cms = cms_of(signed);
    let longer = [&[cms[0], 0x83, 0], &cms[2..]].concat();
    let mut binding = cms.clone();
    let hash = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        enrolled.signer.certificate_der(),
    );
    let at = find(&binding, hash.as_ref()).unwrap();
    binding[at] ^= 1;
    add(
        "a length not in DER",
        with_cms(signed, &longer),
        VerifyError::Structure("encoding"),
    );
    add(
        "signing-certificate-v2 changed",
        with_cms(signed, &binding),
        VerifyError::Binding,
    );
    forged
}

fn edit_signer(cms: &mut SignedData, edit: impl FnOnce(&mut cms::signed_data::SignerInfo)) {
    let mut signer = cms.signer_infos.0.as_slice()[0].clone();
    edit(&mut signer);
    cms.signer_infos.0 = SetOfVec::try_from(vec![signer]).unwrap();
}

fn issuer_and_serial(certificate: &Certificate) -> SignerIdentifier {
    let tbs = certificate.tbs_certificate();
    SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
        issuer: tbs.issuer().clone(),
        serial_number: tbs.serial_number().clone(),
    })
}

/// The holder of the key signs, but not what was shown.
fn dishonest_signers(enrolled: &Enrolled, signed: &[u8]) -> Vec<Forged> {
    let resigned = |old: &[u8], new: &[u8]| resign(enrolled, &replaced(signed, old, new));
    let honest = resign(enrolled, signed);
    assert!(
        verify(&honest, &enrolled.anchors(), now()).is_ok(),
        "re-signing works"
    );
    let script = report_with("/X <</S /JavaScript /JS (app.alert\\(1\\))>>");
    let script = enrolled.sign(&script).pdf;
    let hidden = enrolled
        .sign(&report_with("/X <</ByteRange [0 1 2 3]>>"))
        .pdf;
    vec![
        (
            "signed with another content of the page",
            resigned(b"/Contents 4 0 R", b"/Contents 5 0 R"),
            VerifyError::Revision,
        ),
        (
            "signed with a cropped page",
            resigned(b"595.28 841.89", b"595.28 141.89"),
            VerifyError::Revision,
        ),
        (
            "signed with a field that covers the page",
            resigned(b"/Rect [0 0 0 0]", b"/Rect [0 0 9 9]"),
            VerifyError::Revision,
        ),
        (
            "signed with another attachment",
            resigned(
                b"(compte-rendu.json) 10 0 R".as_slice(),
                b"(compte-rendu.json) 12 0 R",
            ),
            VerifyError::Revision,
        ),
        ("a script inside the report", script, VerifyError::Active),
        (
            "signed with a form that can be filled in",
            resigned(b"/SigFlags 3", b"/NeedAppe 3"),
            VerifyError::Revision,
        ),
        (
            "signed without the opinion's element",
            resigned(b"/K [9 0 R 15 0 R]", b"/K [3 0 R 15 0 R]"),
            VerifyError::Revision,
        ),
        (
            "a second signature hidden before signing",
            hidden,
            VerifyError::NotOneSignature,
        ),
    ]
}

/// Signs a changed file again with the signer's own key, in the place of the former signature.
fn resign(enrolled: &Enrolled, pdf: &[u8]) -> Vec<u8> {
    edit_cms(pdf, |cms| {
        edit_signer(cms, |signer| {
            let digest = sha256(&covered(pdf));
            let attributes = signer.signed_attrs.take().unwrap().into_vec();
            let attributes = attributes.into_iter().map(|attribute| {
                if attribute.oid == ID_MESSAGE_DIGEST {
                    let value = Any::encode_from(&OctetString::new(digest).unwrap()).unwrap();
                    Attribute {
                        values: SetOfVec::try_from(vec![value]).unwrap(),
                        ..attribute
                    }
                } else {
                    attribute
                }
            });
            let attributes = SetOfVec::try_from(attributes.collect::<Vec<_>>()).unwrap();
            let hash = sha256(&attributes.to_der().unwrap());
            signer.signature =
                OctetString::new(enrolled.signer.sign_digest(&hash).unwrap()).unwrap();
            signer.signed_attrs = Some(attributes);
        });
    })
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().try_into().unwrap()
}

/// The signature holds, the certificate does not.
fn unacceptable_certificates(enrolled: &Enrolled, signed: &[u8]) -> Vec<Attack> {
    let attack = |name, pdf: &[u8], anchors, at, refusal| Attack {
        name,
        pdf: pdf.to_vec(),
        anchors,
        at,
        refusal,
    };
    let valid = verify(signed, &enrolled.anchors(), now()).unwrap();
    let after = now()
        .checked_add(YEAR + SignedDuration::from_secs(1))
        .unwrap();
    let before = now().checked_sub(SignedDuration::from_hours(1)).unwrap();
    // The same name as the real authority, another key.
    let namesake = Enrolled::new();
    let revoked = enrolled.anchors().revoking([&valid.signer.serial]);
    let fake = namesake.sign(&report()).pdf;
    let anchors = || enrolled.anchors();
    let login = login_certificate(enrolled);
    vec![
        attack(
            "authority unknown",
            &fake,
            anchors(),
            now(),
            VerifyError::Untrusted,
        ),
        attack(
            "no authority at all",
            signed,
            TrustAnchors::default(),
            now(),
            VerifyError::Untrusted,
        ),
        attack("expired", signed, anchors(), after, VerifyError::Expired),
        attack(
            "not yet valid",
            signed,
            anchors(),
            before,
            VerifyError::Expired,
        ),
        attack("revoked", signed, revoked, now(), VerifyError::Revoked),
        attack(
            "a certificate for login",
            &login,
            anchors(),
            now(),
            VerifyError::Usage,
        ),
    ]
}

/// Signed with a certificate of the same authority that lacks non-repudiation.
fn login_certificate(enrolled: &Enrolled) -> Vec<u8> {
    let issuer_key = rcgen::KeyPair::from_pem(&enrolled.authority.key_pem().unwrap()).unwrap();
    let der = enrolled.authority.certificate_der().into();
    let issuer = rcgen::Issuer::from_ca_cert_der(&der, issuer_key).unwrap();
    let mut params = rcgen::CertificateParams::default();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, EXPERT.common_name);
    let rpps = rcgen::DnValue::PrintableString(EXPERT.rpps.try_into().unwrap());
    params
        .distinguished_name
        .push(rcgen::DnType::CustomDnType(vec![2, 5, 4, 5]), rpps);
    params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    let key = SoftwareKey::from_pkcs8(&enrolled.pkcs8).unwrap();
    let spki = key.public_key_der().unwrap();
    let spki = rcgen::SubjectPublicKeyInfo::from_der(&spki).unwrap();
    let certificate = params.signed_by(&spki, &issuer).unwrap().der().to_vec();
    let signer = key.certified(certificate, Vec::new()).unwrap();
    sign(&report(), &signer, &claims()).unwrap().pdf
}

#[test]
fn r77_no_single_byte_of_the_file_can_change() {
    let enrolled = Enrolled::new();
    let signed = enrolled.sign(&report()).pdf;
    let anchors = enrolled.anchors();
    let digits = contents(&signed);
    let padding = digits.start + 2 * cms_of(&signed).len()..digits.end;
    // A sample, with steps that share no factor with the layout: densest in the signature's own
    // revision, sparse in the zeros of the padding.
    let places = (0..signed.len()).filter(|at| {
        let step = match at {
            at if padding.contains(at) => 199,
            at if digits.contains(at) => 5,
            at if *at < report().len() => 7,
            _ => 3,
        };
        at % step == 0
    });
    let mut changed = signed.clone();
    let mut tried = 0;
    for at in places {
        // 0x20 is the case of a hexadecimal digit: it changes the file, not the signature.
        let flip = if at % 2 == 0 { 0x01 } else { 0x20 };
        changed[at] ^= flip;
        assert!(
            verify(&changed, &anchors, now()).is_err(),
            "byte {at} can change"
        );
        changed[at] ^= flip;
        tried += 1;
    }
    assert_eq!(changed, signed);
    assert!(tried > 800, "{tried}");
}

#[test]
fn anchors_must_be_authorities() {
    let enrolled = Enrolled::new();
    let leaf = TrustAnchors::from_der(&[enrolled.signer.certificate_der()]).map(|_| ());
    assert_eq!(leaf, Err(VerifyError::Anchor));
    let authority = EnrolmentCa::generate("Autorité", now()).unwrap();
    let mut changed = authority.certificate_der().to_vec();
    changed.push(0);
    assert_eq!(
        TrustAnchors::from_der(&[changed]).map(|_| ()),
        Err(VerifyError::Anchor)
    );
}
