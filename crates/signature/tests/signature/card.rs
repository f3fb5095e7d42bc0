//! R76: a key on a card (`SoftHSM`), reached through a program of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use relecture_signature::card::{CardCertificate, CardError, CardReader, PinTries};
use relecture_signature::{SignError, Signer as _, SoftwareKey, TrustAnchors, sign, verify};
use relecture_testkit::card::{PIN, SoftCard, write_script};
use zeroize::Zeroizing;

use crate::support::{EXPERT, Enrolled, claims, now, pdfsig, report, succeed};

fn pin(pin: &str) -> Zeroizing<String> {
    Zeroizing::new(pin.to_owned())
}

/// A card with the key of an enrolled expert.
fn card_of(enrolled: &Enrolled) -> SoftCard {
    SoftCard::new(&enrolled.pkcs8, enrolled.signer.certificate_der())
        .expect("run `cargo xtask setup`")
}

fn reader(card: &SoftCard) -> CardReader {
    CardReader {
        program: card.program().to_owned(),
        module: SoftCard::module().to_owned(),
    }
}

fn only(reader: &CardReader) -> CardCertificate {
    let mut found = reader.certificates().unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

#[test]
fn r76_a_card_signs_and_its_key_stays_there() {
    let enrolled = Enrolled::new();
    let card = card_of(&enrolled);
    let reader = reader(&card);
    let certificate = only(&reader);
    assert_eq!(certificate.identity.rpps, EXPERT.rpps);
    assert_eq!(certificate.identity.common_name, EXPERT.common_name);
    assert!(!certificate.card.asks_for_pin);
    assert_eq!(certificate.card.tries, PinTries::Enough);
    assert_eq!(certificate.card.label, "CPS d’essai");
    let signer = reader.signer(certificate, Vec::new(), Some(pin(PIN)));
    let report = sign(&report(), &signer, &claims()).unwrap();
    let verified = verify(&report.pdf, &enrolled.anchors(), now()).unwrap();
    assert_eq!(verified.require_signer(EXPERT.rpps), Ok(()));
}

#[test]
fn r76_a_wrong_pin_is_told_with_what_the_card_says_of_the_tries() {
    let enrolled = Enrolled::new();
    let card = card_of(&enrolled);
    let reader = reader(&card);
    let signed = |pin| {
        let signer = reader.signer(only(&reader), Vec::new(), pin);
        sign(&report(), &signer, &claims()).map(|_| ())
    };
    let refused = |error| Err(SignError::Card(error));
    assert_eq!(
        signed(Some(pin("4712"))),
        refused(CardError::PinIncorrect(PinTries::Few))
    );
    assert_eq!(only(&reader).card.tries, PinTries::Few);
    // This card takes a PIN of any length.
    assert_eq!(
        signed(Some(pin("1"))),
        refused(CardError::PinIncorrect(PinTries::Few))
    );
    assert_eq!(signed(None), refused(CardError::PinLength));
    assert_eq!(signed(Some(pin(PIN))), Ok(()));
    assert_eq!(only(&reader).card.tries, PinTries::Enough);
}

#[test]
fn r76_a_card_that_is_taken_out_signs_nothing() {
    let enrolled = Enrolled::new();
    let card = card_of(&enrolled);
    let reader = reader(&card);
    let signer = reader.signer(only(&reader), Vec::new(), Some(pin(PIN)));
    card.take_out().unwrap();
    assert_eq!(
        sign(&report(), &signer, &claims()),
        Err(SignError::Card(CardError::CardMissing))
    );
    assert_eq!(reader.certificates(), Ok(Vec::new()));
}

#[test]
fn r76_the_key_of_another_certificate_is_noticed() {
    let (enrolled, other) = (Enrolled::new(), Enrolled::new());
    let card = SoftCard::new(&other.pkcs8, enrolled.signer.certificate_der()).unwrap();
    let reader = reader(&card);
    let signer = reader.signer(only(&reader), Vec::new(), Some(pin(PIN)));
    assert_eq!(
        sign(&report(), &signer, &claims()),
        Err(SignError::Mismatch)
    );
}

/// What a CPS card has: an RSA key, and a certificate of a hierarchy whose authorities have RSA keys too.
#[test]
fn r76_an_rsa_key_on_a_card_signs() {
    const CONFIGURATION: &str = "
[req]
distinguished_name = name
prompt = no
[name]
CN = IGC d'essai
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
[signer]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, nonRepudiation
[person]
distinguished_name = expert
prompt = no
[expert]
CN = 810009876543
SN = VASSEUR
GN = Hélène
";
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("openssl.cnf"), CONFIGURATION).unwrap();
    std::fs::write(
        folder.join("person.cnf"),
        CONFIGURATION.replace(
            "[req]\ndistinguished_name = name",
            "[req]\nutf8 = yes\ndistinguished_name = expert",
        ),
    )
    .unwrap();
    for words in [
        "req -config openssl.cnf -extensions authority -x509 -newkey rsa:4096 -nodes -keyout ca.key -out ca.pem -days 9",
        "req -config person.cnf -newkey rsa:2048 -nodes -keyout signer.key -out signer.csr",
        "x509 -req -in signer.csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 8 -extfile openssl.cnf -extensions signer -outform DER -out signer.der",
        "x509 -in ca.pem -outform DER -out ca.der",
        "pkcs8 -topk8 -nocrypt -in signer.key -outform DER -out signer.p8",
    ] {
        let mut openssl = Command::new("openssl");
        succeed(openssl.current_dir(folder).args(words.split(' ')));
    }
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let card = SoftCard::new(&read("signer.p8"), &read("signer.der")).unwrap();
    let reader = reader(&card);
    let certificate = only(&reader);
    // The national identifier of a CPS card: 8, then the RPPS.
    assert_eq!(certificate.identity.rpps, EXPERT.rpps);
    assert_eq!(certificate.identity.common_name, EXPERT.common_name);
    let signer = reader.signer(certificate, Vec::new(), Some(pin(PIN)));
    // Another author's certificate begins today.
    #[expect(clippy::disallowed_methods, reason = "certificates made a moment ago")]
    let today = jiff::Timestamp::now();
    let mut claims = claims();
    claims.time = today;
    let report = sign(&report(), &signer, &claims).unwrap();
    let anchors = TrustAnchors::from_der(&[read("ca.der")]).unwrap();
    let verified = verify(&report.pdf, &anchors, today).unwrap();
    assert_eq!(verified.require_signer(EXPERT.rpps), Ok(()));
    let path = folder.join("signed.pdf");
    std::fs::write(&path, &report.pdf).unwrap();
    let text = pdfsig(&path);
    assert!(text.contains("Signature is Valid."), "{text}");
}

/// A program that answers as it likes.
fn liar(folder: &Path, commands: &str) -> CardReader {
    let program = folder.join("card");
    write_script(&program, &format!("#!/bin/sh\n{commands}\n")).unwrap();
    CardReader {
        program,
        module: PathBuf::from("module"),
    }
}

#[test]
fn r76_a_module_that_falls_lies_or_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let fell = |commands: &str| liar(folder.path(), commands).certificates();
    assert_eq!(fell("kill -SEGV $$"), Err(CardError::Fell));
    assert_eq!(fell("echo '<html>'"), Err(CardError::Fell));
    assert_eq!(fell("echo '{\"signature\":\"00\"}'"), Err(CardError::Fell));
    assert_eq!(
        fell("yes"),
        Err(CardError::Fell),
        "an answer without an end"
    );
    let missing = CardReader {
        program: folder.path().join("no such program"),
        module: PathBuf::new(),
    };
    assert_eq!(missing.certificates(), Err(CardError::ProgramMissing));
    let enrolled = Enrolled::new();
    let card = card_of(&enrolled);
    for module in ["/no/such/module.so", "/etc/passwd", "libm.so.6"] {
        let mut reader = reader(&card);
        reader.module = PathBuf::from(module);
        assert_eq!(
            reader.certificates(),
            Err(CardError::ModuleMissing),
            "{module}"
        );
    }
}

#[test]
fn a_program_that_never_answers_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let reader = liar(folder.path(), "exec sleep 600");
    let started = Instant::now();
    let patience = std::time::Duration::from_millis(300);
    assert_eq!(
        reader.certificates_within(patience),
        Err(CardError::TooLate)
    );
    assert!(started.elapsed() < std::time::Duration::from_mins(1));
}

#[test]
fn a_card_for_nobody_offers_nothing() {
    // A certificate that is not for signing documents: the authority's own.
    let enrolled = Enrolled::new();
    let key = SoftwareKey::generate().unwrap().to_pkcs8().unwrap();
    let card = SoftCard::new(&key, enrolled.authority.certificate_der()).unwrap();
    assert_eq!(reader(&card).certificates(), Ok(Vec::new()));
}
