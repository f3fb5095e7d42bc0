//! A signed report: what was shown is what is signed, and what a verifier learns from it.

use std::cell::Cell;

use relecture_signature::{
    AttachmentError, PdfError, SignError, Signer, SoftwareKey, VerifyError, attachment, sign,
    verify,
};

use crate::support::{
    EXPERT, Enrolled, OPINION, YEAR, claims, covered, now, packed_report, report,
};

#[test]
fn r75_the_signed_file_starts_with_the_very_bytes_shown() {
    let enrolled = Enrolled::new();
    let plain = report();
    let ends: [&[u8]; 3] = [b"", b"\n", b"\r\n"];
    let mut shown: Vec<_> = ends.iter().map(|end| [&plain, *end].concat()).collect();
    shown.push(packed_report());
    for shown in shown {
        let signed = enrolled.sign(&shown);
        assert!(signed.pdf.starts_with(&shown));
        assert_eq!(signed.pdf[shown.len()], b'\n');
        let verified = verify(&signed.pdf, &enrolled.anchors(), now()).unwrap();
        assert_eq!(verified.revision0_len, shown.len());
        assert_eq!(verified.signed_digest, signed.signed_digest);
        assert_eq!(
            attachment(&signed.pdf, "compte-rendu.json").unwrap(),
            OPINION
        );
    }
}

#[test]
fn r70_r77_verification_names_the_expert_the_platform_enrolled() {
    let enrolled = Enrolled::new();
    let signed = enrolled.sign(&report());
    let verified = verify(&signed.pdf, &enrolled.anchors(), now()).unwrap();
    assert_eq!(verified.signer.common_name, EXPERT.common_name);
    assert_eq!(verified.signer.rpps, EXPERT.rpps);
    assert_eq!(verified.claimed_time, now());
    assert_eq!(verified.signer.not_after, now().checked_add(YEAR).unwrap());
    assert_eq!(verified.signer.serial.len(), 16);
    assert_eq!(verified.signed_digest, sha256(&covered(&signed.pdf)));
    assert_eq!(verified.file_digest, sha256(&signed.pdf));
    assert_eq!(
        verified.signer.certificate_sha256,
        sha256(enrolled.signer.certificate_der())
    );
    assert_eq!(verified.require_signer(EXPERT.rpps), Ok(()));
    assert_eq!(
        verified.require_signer("10000000000"),
        Err(VerifyError::WrongSigner)
    );
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().try_into().unwrap()
}

#[test]
fn the_authority_may_travel_in_the_file() {
    let enrolled = Enrolled::new();
    let authority = enrolled.authority.certificate_der().to_vec();
    let certificate = enrolled.signer.certificate_der().to_vec();
    let key = SoftwareKey::from_pkcs8(&enrolled.pkcs8).unwrap();
    let holder = key.certified(certificate, vec![authority]).unwrap();
    let signed = sign(&report(), &holder, &claims()).unwrap();
    assert!(verify(&signed.pdf, &enrolled.anchors(), now()).is_ok());
}

/// A card or a remote service: sees a digest, once.
struct Remote<'a> {
    inner: &'a dyn Signer,
    answers_with: Option<SoftwareKey>,
    asked: Cell<u32>,
}

impl Signer for Remote<'_> {
    fn certificate_der(&self) -> &[u8] {
        self.inner.certificate_der()
    }

    fn chain(&self) -> &[Vec<u8>] {
        self.inner.chain()
    }

    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SignError> {
        self.asked.set(self.asked.get() + 1);
        match &self.answers_with {
            None => self.inner.sign_digest(digest),
            Some(_) => Err(SignError::Holder("CKR_PIN_INCORRECT".to_owned())),
        }
    }
}

#[test]
fn r76_the_key_may_stay_with_a_card_that_only_sees_a_digest() {
    let enrolled = Enrolled::new();
    let remote = Remote {
        inner: &enrolled.signer,
        answers_with: None,
        asked: Cell::new(0),
    };
    let signed = sign(&report(), &remote, &claims()).unwrap();
    assert_eq!(remote.asked.get(), 1);
    assert!(verify(&signed.pdf, &enrolled.anchors(), now()).is_ok());

    let refusing = Remote {
        answers_with: SoftwareKey::generate().ok(),
        ..remote
    };
    let refused = sign(&report(), &refusing, &claims());
    assert_eq!(
        refused,
        Err(SignError::Holder("CKR_PIN_INCORRECT".to_owned()))
    );
}

/// The certificate of one key, the signatures of another: two slots of a card mixed up.
struct Mixed {
    shown: Enrolled,
    signing: Enrolled,
}

impl Signer for Mixed {
    fn certificate_der(&self) -> &[u8] {
        self.shown.signer.certificate_der()
    }

    fn chain(&self) -> &[Vec<u8>] {
        &[]
    }

    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SignError> {
        self.signing.signer.sign_digest(digest)
    }
}

#[test]
fn nothing_is_signed_that_would_not_verify() {
    let enrolled = Enrolled::new();
    let mixed = Mixed {
        shown: Enrolled::new(),
        signing: Enrolled::new(),
    };
    assert_eq!(sign(&report(), &mixed, &claims()), Err(SignError::Mismatch));

    let mut late = claims();
    late.time = now().checked_add(YEAR * 2).unwrap();
    assert_eq!(
        sign(&report(), &enrolled.signer, &late),
        Err(SignError::NotValid)
    );

    let signed = enrolled.sign(&report());
    let again = sign(&signed.pdf, &enrolled.signer, &claims());
    assert_eq!(
        again,
        Err(SignError::Pdf(PdfError::Unsupported("several revisions")))
    );

    let other = SoftwareKey::generate().unwrap();
    let foreign = other.certified(enrolled.signer.certificate_der().to_vec(), Vec::new());
    assert!(matches!(foreign, Err(SignError::Certificate)));
    assert!(matches!(
        SoftwareKey::from_pkcs8(b"no key"),
        Err(SignError::Key)
    ));
}

#[test]
fn an_attachment_is_found_by_its_name_or_refused() {
    let pdf = report();
    assert_eq!(
        attachment(&pdf, "autre.json"),
        Err(AttachmentError::NotFound)
    );
    assert_eq!(
        attachment(&packed_report(), "compte-rendu.json").unwrap(),
        OPINION
    );
    let names = b"[(compte-rendu.json) 10 0 R]>>>> ";
    // The same length, so that the cross-reference still holds: the list is now an indirect loop.
    let looped = b"[(compte-rendu.json)  1 0 R]>>>> ";
    let broken = crate::support::replaced(&pdf, names, looped);
    assert_eq!(
        attachment(&broken, "compte-rendu.json"),
        Err(AttachmentError::NotFound)
    );
}
