//! Independent readers accept what this crate signs: poppler, `OpenSSL` and `qpdf`.

use std::process::Command;

use relecture_signature::{TimestampRequest, signature_imprint, verify, with_timestamp};

use crate::support::{Enrolled, cms_of, covered, now, packed_report, pdfsig, report, succeed};

/// Signs the report in both cross-reference forms and gives each to the check as a file.
fn for_each_form(check: impl Fn(&Enrolled, &[u8], &std::path::Path)) {
    let enrolled = Enrolled::new();
    for shown in [report(), packed_report()] {
        let signed = enrolled.sign(&shown);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signed.pdf");
        std::fs::write(&path, &signed.pdf).unwrap();
        check(&enrolled, &signed.pdf, &path);
    }
}

#[test]
fn r76_poppler_finds_one_valid_pades_signature_over_the_whole_document() {
    for_each_form(|_, _, path| {
        let text = pdfsig(path);
        for line in [
            "Signature #1:",
            "Signer Certificate Common Name: Hélène Vasseur",
            "Signing Hash Algorithm: SHA-256",
            "Signature Type: ETSI.CAdES.detached",
            "Total document signed",
            "Signature Validation: Signature is Valid.",
        ] {
            assert!(text.contains(line), "{line} is missing:\n{text}");
        }
        assert!(!text.contains("Signature #2"), "{text}");
    });
}

#[test]
fn r76_openssl_verifies_the_cades_signature_up_to_the_authority() {
    for_each_form(|enrolled, signed, path| {
        let beside = |name: &str| path.with_file_name(name);
        std::fs::write(beside("cms.der"), cms_of(signed)).unwrap();
        std::fs::write(beside("covered.bin"), covered(signed)).unwrap();
        let authority = enrolled.authority.certificate_pem().unwrap();
        std::fs::write(beside("ca.pem"), authority).unwrap();
        let verify = |content: &str| {
            let mut openssl = Command::new("openssl");
            openssl.current_dir(path.parent().unwrap());
            openssl.args(["cms", "-verify", "-cades", "-binary", "-inform", "DER"]);
            openssl.args(["-in", "cms.der", "-content", content, "-CAfile", "ca.pem"]);
            openssl.args(["-purpose", "any", "-out", "out.bin"]);
            openssl.args(["-attime", &now().as_second().to_string()]);
            openssl
        };
        let text = succeed(&mut verify("covered.bin"));
        assert!(text.contains("CAdES Verification successful"), "{text}");
        // The same command must be able to fail.
        std::fs::write(beside("changed.bin"), &covered(signed)[1..]).unwrap();
        assert!(
            !crate::support::run(&mut verify("changed.bin"))
                .status
                .success()
        );
    });
}

#[test]
fn qpdf_finds_no_fault_in_the_signed_file() {
    for_each_form(|_, _, path| {
        let text = succeed(Command::new("qpdf").arg("--check").arg(path));
        assert!(!text.contains("WARNING"), "{text}");
        // The structure tree leads to the field and back, for assistive technology.
        let text = succeed(Command::new("qpdf").arg("--json").arg(path));
        assert!(
            text.contains("/OBJR") && text.contains("\"/S\": \"/Form\""),
            "no form element"
        );
    });
}

/// What `OpenSSL` needs to be a timestamping service, and its authority, with RSA keys.
const OPENSSL: &str = "
[req]
distinguished_name = name
prompt = no
[name]
CN = Autre horodatage
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[service]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = here
[here]
dir = .
serial = ./serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
";

fn openssl(folder: &std::path::Path, words: &str) -> String {
    let mut openssl = Command::new("openssl");
    succeed(openssl.current_dir(folder).args(words.split(' ')))
}

#[test]
fn r76_the_timestamps_of_another_authors_service_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("openssl.cnf"), OPENSSL).unwrap();
    std::fs::write(folder.join("serial"), "01\n").unwrap();
    for words in [
        "req -config openssl.cnf -extensions authority -x509 -newkey rsa:3072 -nodes -keyout ca.key -out ca.pem -days 9",
        "req -config openssl.cnf -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr",
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 7 -sha384 -days 8 -extfile openssl.cnf -extensions service -out tsa.pem",
        "x509 -in ca.pem -outform DER -out ca.der",
    ] {
        openssl(folder, words);
    }
    let authority = std::fs::read(folder.join("ca.der")).unwrap();
    let enrolled = Enrolled::new();
    let anchors = enrolled.anchors().with_timestamps(&[authority]).unwrap();
    let basic = enrolled.sign(&report()).pdf;
    let request = TimestampRequest::new(signature_imprint(&basic).unwrap()).unwrap();
    std::fs::write(folder.join("query.tsq"), &request.der).unwrap();
    // The service reads this machine's clock.
    #[expect(
        clippy::disallowed_methods,
        reason = "the other program tells the time of day"
    )]
    let today = jiff::Timestamp::now();
    openssl(
        folder,
        "ts -reply -config openssl.cnf -section here -queryfile query.tsq -signer tsa.pem -inkey tsa.key -out answer.tsr",
    );
    let answer = std::fs::read(folder.join("answer.tsr")).unwrap();
    let token = request.read(&answer, &anchors, today).unwrap();
    let stamped = with_timestamp(&basic, &token).unwrap();
    let verified = verify(&stamped, &anchors, today).unwrap();
    let told = verified.require_timestamp().unwrap();
    assert!(told.duration_since(today).abs() < jiff::SignedDuration::from_mins(1));
    assert!(
        verify(&stamped, &enrolled.anchors(), today).is_err(),
        "only where its authority is trusted"
    );
}

#[test]
fn r76_another_author_reads_the_timestamps_of_our_service() {
    let enrolled = Enrolled::new();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("content"), report()).unwrap();
    openssl(
        folder,
        "ts -query -data content -sha256 -cert -out query.tsq",
    );
    let query = std::fs::read(folder.join("query.tsq")).unwrap();
    let answer = crate::levels::service(&enrolled)
        .answer(&query, now())
        .unwrap();
    std::fs::write(folder.join("answer.tsr"), answer).unwrap();
    let authority = enrolled.authority.certificate_pem().unwrap();
    std::fs::write(folder.join("ca.pem"), authority).unwrap();
    let at = now().as_second().to_string();
    let verify =
        format!("ts -verify -queryfile query.tsq -in answer.tsr -CAfile ca.pem -attime {at}");
    let text = openssl(folder, &verify);
    assert!(text.contains("Verification: OK"), "{text}");
    let text = openssl(folder, "ts -reply -in answer.tsr -text");
    assert!(text.contains("Status: Granted."), "{text}");
}
