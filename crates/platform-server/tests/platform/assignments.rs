//! R24-R27, R30, R37, R40, R51, R59, R86, R105, R120: offers, decisions, leases, timers.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use relecture_crypto::{Context, Key, open, padded_length, sha256};
use relecture_platform_api::{
    Acceptance, Assignment, AssignmentList, AssignmentState, Code, ConsentState, Decline,
    InterestDeclaration, Lease, contexts,
};
use relecture_platform_server::AdmissionError;
use uuid::Uuid;

use crate::support::{Client, House, Tweak, new_case, new_pieces};

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// Time passes, and the physician is back, freshly signed in.
async fn later(
    house: &House,
    expert: &crate::support::Expert,
    client: &mut Client,
    duration: SignedDuration,
) {
    house.clock.advance(duration);
    client.sign_in(expert).await;
}

#[tokio::test]
async fn r24_another_experts_case_does_not_exist_and_asking_is_audited() {
    let house = House::open();
    let (_, owner, id) = house.accepted().await;
    let document = owner.manifest(id).await.documents[0].id;
    let stranger = house.desk(&house.expert(2)).await;
    let none = Uuid::from_u128(7);
    let mut checked = 0;
    for operation in [
        "assignment_view",
        "manifest_view",
        "document_content",
        "lease_renew",
        "access_list",
        "receipt_view",
        "assignment_accept",
        "assignment_decline",
    ] {
        let ask = async |id: Uuid| {
            let body = match operation {
                "assignment_accept" => Some(r#"{"interest":{"kind":"none"}}"#),
                "assignment_decline" => Some(r#"{"reason":"non"}"#),
                _ => None,
            };
            let body = body.map(|body| ("application/json", body.as_bytes().to_vec()));
            let tweak = Tweak {
                headers: vec![("idempotency-key", id.to_string())],
                ..Tweak::default()
            };
            let mut problem = stranger
                .call(operation, &[id, document], body, &tweak)
                .await
                .problem();
            problem.request_id.clear();
            problem
        };
        let (foreign, unknown) = (ask(id).await, ask(none).await);
        assert_eq!(foreign.code, Code::NotFound, "{operation}");
        assert_eq!(foreign, unknown, "{operation}: nothing is revealed");
        let audited = house
            .audit()
            .into_iter()
            .filter(|entry| entry.action == format!("denied.{operation}"));
        let objects: Vec<_> = audited.map(|entry| (entry.object, entry.outcome)).collect();
        assert_eq!(
            objects,
            [
                (Some(id), "not-found".to_owned()),
                (Some(none), "not-found".to_owned())
            ]
        );
        checked += 1;
    }
    assert_eq!(checked, 8);
    let list: AssignmentList = stranger.get("assignment_list", &[]).await.json();
    assert!(list.items.is_empty(), "R27");
}

#[tokio::test]
async fn r26_an_offer_identifies_nobody() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.desk(&expert).await;
    let id = house.offer(&expert);
    let answer = client.get("assignment_view", &[id]).await;
    let text = String::from_utf8(answer.body.clone()).expect("JSON");
    for identifying in [
        crate::support::FAMILY_NAME,
        "Paul",
        "1964",
        "164031234567890",
        "Traitant",
    ] {
        assert!(!text.contains(identifying), "{identifying}");
    }
    let offer: Assignment = answer.json();
    assert_eq!(offer.state, AssignmentState::Offered);
    assert_eq!((offer.patient, offer.treating_physician), (None, None));
    assert_eq!((offer.offer.age_from, offer.offer.age_to), (60, 69));
    assert_eq!((offer.offer.pieces, offer.offer.pages), (2, 4));
    assert_eq!(offer.answer_before, offer.offered_at + hours(48));
    for operation in ["manifest_view", "lease_renew"] {
        let answer = client.get(operation, &[id]).await;
        assert_eq!(
            answer.reason(),
            (Code::StateConflict, "offered".to_owned()),
            "{operation}"
        );
    }
    let accepted: Assignment = client.accept(id).await.json();
    let patient = accepted.patient.expect("after acceptance");
    assert_eq!(patient.family_name, crate::support::FAMILY_NAME);
    assert_eq!(patient.ins, None, "R59: the identity is not qualified");
    assert!(accepted.treating_physician.is_some());
}

#[tokio::test]
async fn r86_acceptance_sets_the_due_date_and_happens_once() {
    let house = House::open();
    let (_, client, id) = house.accepted().await;
    let now = house.clock.now();
    let accepted: Assignment = client.get("assignment_view", &[id]).await.json();
    assert_eq!(accepted.state, AssignmentState::Accepted);
    assert_eq!(accepted.accepted_at, Some(now));
    assert_eq!(accepted.due_at, Some(now + hours(168)));
    assert_eq!(
        client.accept(id).await.reason(),
        (Code::StateConflict, "accepted".to_owned())
    );
    let decline = Decline {
        reason: "Trop tard".into(),
    };
    assert_eq!(
        client
            .post("assignment_decline", &[id], &decline, "d")
            .await
            .code(),
        Code::StateConflict
    );
}

#[tokio::test]
async fn a_refusal_needs_words_and_closes_the_offer() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.desk(&expert).await;
    let id = house.offer(&expert);
    let empty = client
        .post(
            "assignment_decline",
            &[id],
            &Decline { reason: " ".into() },
            "a",
        )
        .await;
    assert_eq!(empty.reason(), (Code::Validation, "reason".to_owned()));
    let blank = Acceptance {
        interest: InterestDeclaration::Declared {
            statement: String::new(),
        },
    };
    assert_eq!(
        client
            .post("assignment_accept", &[id], &blank, "b")
            .await
            .code(),
        Code::Validation
    );
    let declined: Assignment = client
        .post(
            "assignment_decline",
            &[id],
            &Decline {
                reason: "Hors de ma spécialité".into(),
            },
            "c",
        )
        .await
        .json();
    assert_eq!(declined.state, AssignmentState::Declined);
    assert_eq!(declined.patient, None);
    assert_eq!(client.accept(id).await.code(), Code::StateConflict);
    assert_eq!(
        client.get("manifest_view", &[id]).await.code(),
        Code::StateConflict
    );
}

#[tokio::test]
async fn r120_a_repeated_creation_is_one_creation() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.desk(&expert).await;
    let (first, second) = (house.offer(&expert), house.offer(&expert));
    let none = Acceptance {
        interest: InterestDeclaration::None,
    };
    for (operation, path) in [
        ("assignment_accept", vec![first]),
        ("assignment_decline", vec![first]),
        ("device_enrol", vec![]),
        ("report_submit", vec![first]),
    ] {
        let answer = client
            .call(
                operation,
                &path,
                Some(("application/json", b"{}".to_vec())),
                &Tweak::default(),
            )
            .await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, Code::IdempotencyKeyMissing),
            "{operation}"
        );
    }
    let once = client
        .post("assignment_accept", &[first], &none, "key-1")
        .await;
    house.clock.advance(SignedDuration::from_secs(5));
    let again = client
        .post("assignment_accept", &[first], &none, "key-1")
        .await;
    assert_eq!((once.status, &once.body), (again.status, &again.body));
    assert_eq!(house.audited("assignment.accepted"), 1);

    let declared = Acceptance {
        interest: InterestDeclaration::Declared {
            statement: "Un lien".into(),
        },
    };
    let other_body = client
        .post("assignment_accept", &[first], &declared, "key-1")
        .await;
    assert_eq!(
        (other_body.status, other_body.code()),
        (422, Code::IdempotencyKeyReused)
    );
    let other_path = client
        .post("assignment_accept", &[second], &none, "key-1")
        .await;
    assert_eq!(other_path.code(), Code::IdempotencyKeyReused);

    let other_client = house.desk(&expert).await;
    assert_eq!(
        other_client
            .post("assignment_accept", &[second], &none, "key-1")
            .await
            .status,
        200,
        "scoped to the client"
    );

    later(&house, &expert, &mut client, hours(7 * 24 - 1)).await;
    assert_eq!(
        client
            .post("assignment_accept", &[first], &none, "key-1")
            .await
            .status,
        200,
        "still remembered"
    );
    later(&house, &expert, &mut client, hours(2)).await;
    assert_eq!(
        client
            .post("assignment_accept", &[first], &none, "key-1")
            .await
            .code(),
        Code::StateConflict,
        "seven days"
    );
}

#[tokio::test]
async fn r120_a_refusal_is_not_kept_under_the_key() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.desk(&expert).await;
    let answer = client
        .post(
            "assignment_decline",
            &[house.offer(&expert)],
            &Decline {
                reason: String::new(),
            },
            "k",
        )
        .await;
    assert_eq!(answer.code(), Code::Validation);
    let id = house.offer(&expert);
    let answer = client
        .post(
            "assignment_decline",
            &[id],
            &Decline {
                reason: "Congés".into(),
            },
            "k",
        )
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn offers_expire_after_48_h() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.desk(&expert).await;
    let (early, late) = (house.offer(&expert), house.offer(&expert));
    later(
        &house,
        &expert,
        &mut client,
        hours(48) - SignedDuration::from_secs(90),
    )
    .await;
    assert_eq!(client.accept(early).await.status, 200);
    house.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(
        client.accept(late).await.reason(),
        (Code::StateConflict, "expired".to_owned())
    );
    assert_eq!(
        house.audited("assignment.expired"),
        1,
        "the timer stands although the act was refused"
    );
    let expired: Assignment = client.get("assignment_view", &[late]).await.json();
    assert_eq!(expired.state, AssignmentState::Expired);
}

#[tokio::test]
async fn r86_a_missed_due_date_shows_and_the_list_is_sorted() {
    let house = House::open();
    let (expert, mut client, first) = house.accepted().await;
    house.clock.advance(hours(1));
    client.sign_in(&expert).await;
    let second = house.offer(&expert);
    assert_eq!(client.accept(second).await.status, 200);
    later(
        &house,
        &expert,
        &mut client,
        hours(168) - SignedDuration::from_mins(30),
    )
    .await;
    let offer = house.offer(&expert);
    let list: AssignmentList = client.get("assignment_list", &[]).await.json();
    let shown: Vec<_> = list
        .items
        .iter()
        .map(|item| (item.id, item.state))
        .collect();
    assert_eq!(
        shown,
        [
            (offer, AssignmentState::Offered),
            (first, AssignmentState::Overdue),
            (second, AssignmentState::Accepted)
        ]
    );
    assert_eq!(list.server_time, house.clock.now());
    assert_eq!(
        client.get("manifest_view", &[first]).await.status,
        200,
        "still answerable"
    );
}

fn unseal(client: &Client, id: Uuid, lease: &Lease) -> Key {
    let sealed = BASE64_URL_SAFE_NO_PAD
        .decode(&lease.sealed_case_key)
        .expect("base64url");
    let key = client
        .sealing
        .open(contexts::CASE_KEY, id.as_bytes(), &sealed)
        .expect("sealed to this device");
    Key::from_slice(&key).expect("32 bytes")
}

#[tokio::test]
async fn r51_a_lease_gives_the_key_to_this_device_for_72_h() {
    let house = House::open();
    let (_, client, id) = house.accepted().await;
    let lease: Lease = client.get("lease_renew", &[id]).await.json();
    assert_eq!(lease.not_after, house.clock.now() + hours(72));
    let key = unseal(&client, id, &lease);
    let sealed = BASE64_URL_SAFE_NO_PAD
        .decode(&lease.sealed_case_key)
        .expect("base64url");
    assert!(
        house
            .client()
            .sealing
            .open(contexts::CASE_KEY, id.as_bytes(), &sealed)
            .is_err(),
        "no other device"
    );
    let mut opened = 0;
    for document in client.manifest(id).await.documents {
        let sealed = client
            .get("document_content", &[id, document.id])
            .await
            .body;
        assert_eq!(sha256(&sealed).to_string(), document.sealed_sha256);
        let parts = contexts::piece_parts(id, document.id, document.version);
        let context = Context::new(contexts::PIECE, &parts.each_ref().map(Vec::as_slice));
        let opened_bytes = open(&key, &context, &sealed).expect("opens");
        let size = usize::try_from(document.size).expect("small");
        let (clear, padding) = opened_bytes.split_at(size);
        assert_eq!(sha256(clear).to_string(), document.sha256);
        assert!(padding.iter().all(|byte| *byte == 0), "R48: Padmé");
        assert_eq!(opened_bytes.len() as u64, padded_length(document.size));
        opened += 1;
    }
    assert_eq!(opened, 2);
}

#[tokio::test]
async fn r30_experts_on_the_same_case_share_nothing() {
    let house = House::open();
    let case = house.case();
    let mut keys = Vec::new();
    let mut bytes = Vec::new();
    for number in [1, 2] {
        let expert = house.expert(number);
        let client = house.desk(&expert).await;
        let id = house
            .platform
            .offer(case, expert.id, house.clock.now())
            .expect("offered");
        client.accept(id).await;
        let lease: Lease = client.get("lease_renew", &[id]).await.json();
        keys.push(*unseal(&client, id, &lease).bytes());
        let document = client.manifest(id).await.documents[0].id;
        bytes.push(client.get("document_content", &[id, document]).await.body);
        let list: AssignmentList = client.get("assignment_list", &[]).await.json();
        assert_eq!(
            list.items.iter().map(|item| item.id).collect::<Vec<_>>(),
            [id]
        );
    }
    assert_ne!(keys[0], keys[1]);
    assert_ne!(bytes[0], bytes[1]);
}

#[tokio::test]
async fn r37_nothing_is_offered_without_consent() {
    let house = House::open();
    let expert = house.expert(1);
    for state in [ConsentState::Opposed, ConsentState::Withdrawn] {
        let mut new = new_case(None);
        new.consents.health_data.state = state;
        let case = house
            .platform
            .admit_case(&new, new_pieces())
            .expect("admitted");
        let offered = house.platform.offer(case, expert.id, house.clock.now());
        assert!(matches!(offered, Err(AdmissionError::ConsentMissing)));
    }
    let case = house.case();
    house.platform.withdraw_consent(case).expect("withdrawn");
    let offered = house.platform.offer(case, expert.id, house.clock.now());
    assert!(matches!(offered, Err(AdmissionError::ConsentMissing)));
}

#[tokio::test]
async fn r40_withdrawal_takes_the_case_back_at_once() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.desk(&expert).await;
    let case = house.case();
    let id = house
        .platform
        .offer(case, expert.id, house.clock.now())
        .expect("offered");
    client.accept(id).await;
    let document = client.manifest(id).await.documents[0].id;
    let sealed = || {
        std::fs::read_dir(house.folder.path().join("platform/sealed"))
            .expect("a folder")
            .count()
    };
    let before = sealed();
    house.platform.withdraw_consent(case).expect("withdrawn");
    for operation in ["manifest_view", "document_content", "lease_renew"] {
        let answer = client.get(operation, &[id, document]).await;
        assert_eq!(
            (answer.status, answer.code()),
            (409, Code::CaseWithdrawn),
            "{operation}"
        );
    }
    assert_eq!(
        before - sealed(),
        2,
        "the assignment's sealed pieces are gone"
    );
    let answer = client.get("assignment_view", &[id]).await;
    let text = String::from_utf8(answer.body.clone()).expect("JSON");
    assert!(
        !text.contains("Sarcome") && !text.contains("opérer"),
        "nothing clinical is shown any more"
    );
    let revoked: Assignment = answer.json();
    assert_eq!(revoked.state, AssignmentState::Revoked);
    assert_eq!(revoked.patient, None);
    assert_eq!(revoked.consents.health_data.state, ConsentState::Withdrawn);
    assert_eq!(
        house.audited("assignment.accepted"),
        1,
        "the audit of the lawful past is kept"
    );
}

#[tokio::test]
async fn case_numbers_are_unique_and_drawn_when_missing() {
    let house = House::open();
    house
        .platform
        .admit_case(&new_case(Some("K7R-418")), new_pieces())
        .expect("admitted");
    let again = house
        .platform
        .admit_case(&new_case(Some("K7R-418")), new_pieces());
    assert!(matches!(again, Err(AdmissionError::CaseExists)));
    let empty = house.platform.admit_case(&new_case(None), Vec::new());
    assert!(matches!(empty, Err(AdmissionError::NoPiece)));
    let expert = house.expert(1);
    let client = house.desk(&expert).await;
    let id = house.offer(&expert);
    let offer: Assignment = client.get("assignment_view", &[id]).await.json();
    let shape: String = offer
        .case_ref
        .chars()
        .map(|c| match c {
            'A'..='Z' => 'A',
            '0'..='9' => '9',
            other => other,
        })
        .collect();
    assert_eq!(shape, "A9A-999");
    let at: Timestamp = offer.offered_at;
    assert_eq!(at, house.clock.now());
}
