//! Independent readers accept what this crate signs: poppler, `OpenSSL` and `qpdf`.

use std::process::Command;

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
