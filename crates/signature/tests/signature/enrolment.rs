//! The certificates of software keys.

use std::process::Command;

use jiff::SignedDuration;
use relecture_signature::{EnrolmentCa, EnrolmentError, SoftwareKey, Subject, certificate_request};

use crate::support::{EXPERT, YEAR, now, succeed};

fn request() -> Vec<u8> {
    certificate_request(&SoftwareKey::generate().unwrap(), EXPERT.common_name).unwrap()
}

#[test]
fn r77_the_certificate_names_the_rpps_and_is_only_for_signing_documents() {
    let authority = EnrolmentCa::generate("Autorité de démonstration", now()).unwrap();
    let request = request();
    let first = authority.issue(&request, &EXPERT, now(), YEAR).unwrap();
    let second = authority.issue(&request, &EXPERT, now(), YEAR).unwrap();
    assert_ne!(first, second, "serial numbers must differ");

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let der = file("expert.der", &first);
    let show = [
        "-noout",
        "-subject",
        "-nameopt",
        "utf8",
        "-dates",
        "-ext",
        "keyUsage,basicConstraints",
    ];
    let mut openssl = Command::new("openssl");
    let text = succeed(
        openssl
            .args(["x509", "-inform", "DER", "-in"])
            .arg(&der)
            .args(show),
    );
    for part in [
        "CN=Hélène Vasseur, serialNumber=10009876543",
        "Digital Signature, Non Repudiation",
        "CA:FALSE",
        "notAfter=Nov 22 10:00:00 2027 GMT",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    let anchor = file("ca.pem", authority.certificate_pem().unwrap().as_bytes());
    let mut openssl = Command::new("openssl");
    openssl.args([
        "verify",
        "-x509_strict",
        "-attime",
        &now().as_second().to_string(),
        "-CAfile",
    ]);
    succeed(openssl.arg(anchor).arg(der));

    let request = file("request.der", &request);
    let mut openssl = Command::new("openssl");
    let text = succeed(
        openssl
            .args(["req", "-verify", "-noout", "-inform", "DER", "-in"])
            .arg(request),
    );
    assert!(text.contains("verify OK"), "{text}");
}

#[test]
fn r77_the_authority_refuses_what_it_cannot_vouch_for() {
    let authority = EnrolmentCa::generate("Autorité de démonstration", now()).unwrap();
    let issue = |request: &[u8], subject: Subject<'_>, lifetime| {
        authority
            .issue(request, &subject, now(), lifetime)
            .map(|_| ())
    };
    let good = request();
    assert_eq!(issue(&good, EXPERT, YEAR), Ok(()));

    for rpps in ["", "1000987654", "1000987654X", "100098765430"] {
        let subject = Subject { rpps, ..EXPERT };
        assert_eq!(
            issue(&good, subject, YEAR),
            Err(EnrolmentError::Subject),
            "{rpps}"
        );
    }
    let unnamed = Subject {
        common_name: " ",
        ..EXPERT
    };
    assert_eq!(issue(&good, unnamed, YEAR), Err(EnrolmentError::Subject));
    for lifetime in [SignedDuration::ZERO, -YEAR, YEAR * 2] {
        assert_eq!(
            issue(&good, EXPERT, lifetime),
            Err(EnrolmentError::Lifetime)
        );
    }
    let long_after = now().checked_add(YEAR * 10).unwrap();
    let outlasting = authority.issue(&good, &EXPERT, long_after, YEAR);
    assert_eq!(outlasting, Err(EnrolmentError::Lifetime));

    let mut unproven = good.clone();
    *unproven.last_mut().unwrap() ^= 1;
    let trailing = [good.as_slice(), b"\0"].concat();
    let p384 = {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        rcgen::CertificateParams::default()
            .serialize_request(&key)
            .unwrap()
            .der()
            .to_vec()
    };
    for request in [unproven, trailing, p384, Vec::new()] {
        assert_eq!(issue(&request, EXPERT, YEAR), Err(EnrolmentError::Request));
    }
}

#[test]
fn an_authority_survives_its_storage() {
    let authority = EnrolmentCa::generate("Autorité de démonstration", now()).unwrap();
    let (certificate, key) = (
        authority.certificate_pem().unwrap(),
        authority.key_pem().unwrap(),
    );
    let again = EnrolmentCa::from_pem(&certificate, &key).unwrap();
    assert_eq!(again.certificate_der(), authority.certificate_der());
    assert!(again.issue(&request(), &EXPERT, now(), YEAR).is_ok());

    let other = EnrolmentCa::generate("Autre autorité", now())
        .unwrap()
        .key_pem()
        .unwrap();
    let mixed = EnrolmentCa::from_pem(&certificate, &other).map(|_| ());
    assert_eq!(mixed, Err(EnrolmentError::Authority));
}
