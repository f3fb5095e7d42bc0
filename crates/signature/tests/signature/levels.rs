//! From B-B to B-LTA: what is added later proves more and changes nothing that was signed (R76, R80).

use jiff::{SignedDuration, Timestamp};
use relecture_signature::{
    ArchiveTimestamp, CertifiedKey, Level, SoftwareKey, TimestampAuthority, TimestampError,
    TimestampRequest, TrustAnchors, VerifyError, signature_imprint, verify, verify_archive,
    with_timestamp, with_validation_data,
};

use crate::support::{EXPERT, Enrolled, YEAR, now, packed_report, report};

/// A minute later, when the network is back.
pub(crate) fn later() -> Timestamp {
    now().checked_add(SignedDuration::from_mins(1)).unwrap()
}

/// The platform's own timestamping service.
pub(crate) fn service(enrolled: &Enrolled) -> TimestampAuthority<CertifiedKey> {
    let key = SoftwareKey::generate().unwrap();
    let certified = enrolled
        .authority
        .certify_timestamping(key, "Horodatage de démonstration", now())
        .unwrap();
    TimestampAuthority::new(certified).unwrap()
}

/// A report at each level, from the one before it.
pub(crate) struct Levels {
    pub(crate) basic: Vec<u8>,
    pub(crate) timestamped: Vec<u8>,
    pub(crate) long_term: Vec<u8>,
    pub(crate) archived: Vec<u8>,
}

impl Levels {
    pub(crate) fn of(enrolled: &Enrolled, shown: &[u8]) -> Self {
        let service = service(enrolled);
        let anchors = enrolled.anchors();
        let stamp = |imprint, at| {
            let request = TimestampRequest::new(imprint).unwrap();
            let answer = service.answer(&request.der, at).unwrap();
            request.read(&answer, &anchors, at).unwrap()
        };
        let basic = enrolled.sign(shown).pdf;
        let token = stamp(signature_imprint(&basic).unwrap(), later());
        let timestamped = with_timestamp(&basic, &token).unwrap();
        let list = enrolled.authority.revocation_list(&[], 1, later()).unwrap();
        let long_term = with_validation_data(&timestamped, &[list], &anchors, later()).unwrap();
        let place = ArchiveTimestamp::prepare(&long_term).unwrap();
        let token = stamp(place.imprint(), later());
        let archived = place.finish(&token).unwrap();
        Self {
            basic,
            timestamped,
            long_term,
            archived,
        }
    }
}

#[test]
fn r76_r80_each_level_holds_and_what_was_signed_stays() {
    let enrolled = Enrolled::new();
    let anchors = enrolled.anchors();
    for shown in [report(), packed_report()] {
        let levels = Levels::of(&enrolled, &shown);
        let basic = verify(&levels.basic, &anchors, now()).unwrap();
        assert_eq!((basic.level, basic.timestamped_at), (Level::Basic, None));
        assert_eq!(basic.require_timestamp(), Err(VerifyError::NoTimestamp));

        let stamped = verify(&levels.timestamped, &anchors, later()).unwrap();
        assert_eq!(stamped.level, Level::Timestamped);
        assert_eq!(stamped.require_timestamp(), Ok(later()));
        assert_eq!(stamped.signed_digest, basic.signed_digest);
        assert_ne!(stamped.file_digest, basic.file_digest);
        assert_eq!(levels.timestamped.len(), levels.basic.len());

        for (pdf, level) in [
            (&levels.basic, Level::Basic),
            (&levels.timestamped, Level::Timestamped),
            (&levels.long_term, Level::LongTerm),
            (&levels.archived, Level::Archived),
        ] {
            let found = verify_archive(pdf, &anchors, later()).unwrap();
            assert_eq!(found.level, level);
            assert_eq!(found.signed_digest, basic.signed_digest);
            assert_eq!(found.signer.rpps, EXPERT.rpps);
        }
        assert!(levels.long_term.starts_with(&levels.timestamped));
        assert!(levels.archived.starts_with(&levels.long_term));
        // What the platform receives is a report and a signature, nothing after it.
        assert_eq!(
            verify(&levels.long_term, &anchors, later()).err(),
            Some(VerifyError::Coverage)
        );
        assert_eq!(
            verify(&levels.archived, &anchors, later()).err(),
            Some(VerifyError::NotOneSignature)
        );
    }
}

#[test]
fn r76_with_a_timestamp_the_certificate_may_have_expired_since() {
    let enrolled = Enrolled::new();
    let levels = Levels::of(&enrolled, &report());
    let after = now()
        .checked_add(YEAR + SignedDuration::from_hours(1))
        .unwrap();
    let anchors = enrolled.anchors();
    assert_eq!(
        verify(&levels.basic, &anchors, after).err(),
        Some(VerifyError::Expired)
    );
    assert!(verify(&levels.timestamped, &anchors, after).is_ok());
    assert!(verify_archive(&levels.archived, &anchors, after).is_ok());
}

#[test]
fn r77_a_list_in_the_file_tells_who_was_revoked_before_the_signature() {
    let enrolled = Enrolled::new();
    let levels = Levels::of(&enrolled, &report());
    let anchors = enrolled.anchors();
    let serial = verify(&levels.timestamped, &anchors, later())
        .unwrap()
        .signer
        .serial;
    let raised = |since: Timestamp| {
        let revoked = [(serial.clone(), since)];
        let list = enrolled
            .authority
            .revocation_list(&revoked, 2, later())
            .unwrap();
        with_validation_data(&levels.timestamped, &[list], &anchors, later())
    };
    assert_eq!(raised(now()).err(), Some(VerifyError::Revoked));
    let since = later().checked_add(SignedDuration::from_secs(1)).unwrap();
    let pdf = raised(since).unwrap();
    assert!(verify_archive(&pdf, &anchors, later()).is_ok());

    // A list from before the signature says nothing about it; that of another authority nothing at all.
    let early = enrolled.authority.revocation_list(&[], 1, now()).unwrap();
    let foreign = Enrolled::new()
        .authority
        .revocation_list(&[], 1, later())
        .unwrap();
    for lists in [vec![], vec![early], vec![foreign]] {
        assert_eq!(
            with_validation_data(&levels.timestamped, &lists, &anchors, later()).err(),
            Some(VerifyError::Later("list of revoked certificates"))
        );
    }
    assert_eq!(
        with_validation_data(&levels.basic, &[], &anchors, later()).err(),
        Some(VerifyError::NoTimestamp)
    );
}

#[test]
fn r76_an_archive_is_timestamped_again_before_its_timestamp_ends() {
    let enrolled = Enrolled::new();
    let anchors = enrolled.anchors();
    let archived = Levels::of(&enrolled, &report()).archived;
    let years_later = later().checked_add(YEAR * 5).unwrap();
    let list = enrolled
        .authority
        .revocation_list(&[], 9, years_later)
        .unwrap();
    let again = with_validation_data(&archived, &[list], &anchors, years_later).unwrap();
    let place = ArchiveTimestamp::prepare(&again).unwrap();
    let request = TimestampRequest::new(place.imprint()).unwrap();
    let answer = service(&enrolled)
        .answer(&request.der, years_later)
        .unwrap();
    let token = request.read(&answer, &anchors, years_later).unwrap();
    let again = place.finish(&token).unwrap();
    let found = verify_archive(&again, &anchors, years_later).unwrap();
    assert_eq!(found.level, Level::Archived);
    assert_eq!(found.timestamped_at, Some(later()));
}

#[test]
fn a_timestamp_is_believed_for_what_was_asked_only() {
    let enrolled = Enrolled::new();
    let service = service(&enrolled);
    let anchors = enrolled.anchors();
    let request = TimestampRequest::new([7; 32]).unwrap();
    let answer = service.answer(&request.der, now()).unwrap();
    assert!(request.read(&answer, &anchors, now()).is_ok());

    let same_bytes = TimestampRequest::new([7; 32]).unwrap();
    assert_eq!(
        same_bytes.read(&answer, &anchors, now()),
        Err(TimestampError::OtherImprint),
        "an answer to another question"
    );
    let other_bytes = TimestampRequest::new([8; 32]).unwrap();
    assert_eq!(
        other_bytes.read(&answer, &anchors, now()),
        Err(TimestampError::OtherImprint)
    );
    let strangers = Enrolled::new().anchors();
    assert_eq!(
        request.read(&answer, &strangers, now()),
        Err(TimestampError::Untrusted("authority"))
    );
    let only_others = TrustAnchors::from_der(&[enrolled.authority.certificate_der()])
        .unwrap()
        .with_timestamps(&[Enrolled::new().authority.certificate_der()])
        .unwrap();
    assert_eq!(
        request.read(&answer, &only_others, now()),
        Err(TimestampError::Untrusted("authority"))
    );
    let yesterday = now().checked_sub(SignedDuration::from_hours(24)).unwrap();
    assert_eq!(
        request.read(&answer, &anchors, yesterday),
        Err(TimestampError::Future)
    );
    let refusal = service.answer(b"no request", now()).unwrap();
    assert_eq!(
        request.read(&refusal, &anchors, now()),
        Err(TimestampError::Refused)
    );
    assert_eq!(
        request.read(b"<html>", &anchors, now()),
        Err(TimestampError::Shape("answer"))
    );
    // Every byte of the answer counts.
    for at in 0..answer.len() {
        let mut changed = answer.clone();
        changed[at] ^= 0x40;
        assert!(
            request.read(&changed, &anchors, now()).is_err(),
            "byte {at} of {}",
            answer.len()
        );
    }
    // The physician's own key does not tell the time.
    let key = SoftwareKey::from_pkcs8(&enrolled.pkcs8).unwrap();
    let certificate = relecture_signature::Signer::certificate_der(&enrolled.signer).to_vec();
    let physician = key.certified(certificate, Vec::new()).unwrap();
    assert!(TimestampAuthority::new(physician).is_err());
}
