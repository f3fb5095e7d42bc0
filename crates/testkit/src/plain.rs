//! A case like any other, for what is not about its contents.

use jiff::{Timestamp, civil::date};
use relecture_crypto::make_uuid;
use relecture_platform_api as api;
use relecture_platform_server::{NewCase, NewPiece};

/// An adult with a sarcoma, two questions, every consent granted.
pub fn new_case(now: Timestamp) -> NewCase {
    let granted = || api::Consent {
        state: api::ConsentState::Granted,
        version: "3".to_owned(),
        at: now,
    };
    let question = |text: &str| api::Question {
        id: make_uuid(now),
        text: text.to_owned(),
    };
    NewCase {
        case_ref: None,
        service_kind: api::ServiceKind::Teleconseil,
        pathology_code: "C49".to_owned(),
        pathology: "Sarcome des tissus mous".to_owned(),
        subject: "Sarcome de cuisse, avant chirurgie".to_owned(),
        question: "Faut-il opérer maintenant ?".to_owned(),
        first_opinion_by: Some("Service de chirurgie".to_owned()),
        series: 0,
        reading_minutes: 25,
        patient: api::Patient {
            family_name: "FICTIVE-DURANDEAU".to_owned(),
            given_name: "Paul".to_owned(),
            birth_date: date(1964, 3, 14),
            sex: api::Sex::Male,
            identity_status: api::IdentityStatus::Provisional,
            ins: None,
            representative: None,
        },
        treating_physician: None,
        consents: api::Consents {
            health_data: granted(),
            share_with_treating_physician: granted(),
            terms: granted(),
        },
        questions: vec![question("Opérer ?"), question("Attendre ?")],
        required_documents: Vec::new(),
    }
}

/// A piece of one page, or of what the platform believes to be one.
pub fn piece(title: &str, media_type: &str, bytes: Vec<u8>) -> NewPiece {
    NewPiece {
        title: title.to_owned(),
        type_code: "11490-0".to_owned(),
        origin: api::Origin::Patient,
        author: None,
        clinical_date: date(2026, 5, 2),
        bytes,
        media_type: media_type.to_owned(),
        pages: 1,
    }
}
