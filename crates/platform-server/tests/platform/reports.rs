//! R41, R69-R72, R77-R82, R85, R105: what must hold before a receipt is given, and the receipt.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, jwk::Jwk};
use relecture_crypto::{make_token, sha256};
use relecture_platform_api::{
    self as api, Assignment, AssignmentState, Code, Receipt, ReportAccepted,
};
use relecture_signature::{
    EnrolmentCa, Level, SoftwareKey, Subject, TimestampRequest, TrustAnchors, certificate_request,
    verify_archive,
};
use uuid::Uuid;

use crate::support::{Client, Expert, House, Tweak, opinion, pdf_with, signed_report, timestamped};

/// An accepted case with its complete opinion.
async fn ready(house: &House) -> (Expert, Client, api::OpinionDocument) {
    let (expert, client, id) = house.accepted().await;
    let opinion = written(house, &client, &expert, id).await;
    (expert, client, opinion)
}

async fn written(
    house: &House,
    client: &Client,
    expert: &Expert,
    id: Uuid,
) -> api::OpinionDocument {
    let assignment: Assignment = client.get("assignment_view", &[id]).await.json();
    opinion(
        expert,
        &assignment,
        &client.manifest(id).await,
        house.clock.now(),
    )
}

/// The receipt, if it is signed by the key that enrolment gave.
fn receipt(client: &Client, answer: &ReportAccepted) -> Receipt {
    let key = &client.device.as_ref().expect("enrolled").receipt_key;
    let jwk: Jwk = serde_json::from_str(key).expect("a JWK");
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    decode::<Receipt>(
        &answer.receipt,
        &DecodingKey::from_jwk(&jwk).expect("a key"),
        &validation,
    )
    .expect("ours")
    .claims
}

#[tokio::test]
async fn r78_r85_a_signed_report_is_received_and_answered_by_a_receipt() {
    let house = House::open();
    let (expert, client, opinion) = ready(&house).await;
    let id = opinion.assignment_id;
    let pdf = sent(&opinion, &client).await;
    house.clock.advance(SignedDuration::from_secs(20));
    let answer = client.submit(id, &pdf, "k").await;
    assert_eq!(answer.status, 201);
    let accepted: ReportAccepted = answer.json();
    let receipt = receipt(&client, &accepted);
    let now = house.clock.now();
    assert_eq!(receipt.reference, format!("A-2026-{}-1", opinion.case_ref));
    assert_eq!(
        (receipt.assignment_id, receipt.report_id, receipt.version),
        (id, opinion.report_id, 1)
    );
    assert_eq!(receipt.digests.file, sha256(&pdf).to_string());
    assert_eq!(
        receipt.digests.content,
        sha256(&serde_json::to_vec(&opinion).expect("JSON")).to_string()
    );
    assert_eq!(receipt.size, pdf.len() as u64);
    assert_eq!(
        (receipt.signer.as_str(), receipt.signer_rpps.as_str()),
        (expert.new.name.as_str(), expert.new.rpps.as_str())
    );
    assert_eq!(receipt.signed_at, opinion.written_at);
    assert_eq!(receipt.timestamped_at, opinion.written_at);
    assert_eq!((receipt.received_at, receipt.available_at), (now, now));
    assert_eq!(
        receipt.purge_after,
        now + SignedDuration::from_hours(15 * 24)
    );
    assert_eq!(receipt.previous, "0".repeat(64));

    let delivered: Assignment = client.get("assignment_view", &[id]).await.json();
    assert_eq!(delivered.state, AssignmentState::Delivered);
    assert_eq!(
        (delivered.available_at, delivered.purge_after),
        (Some(now), Some(receipt.purge_after))
    );
    let again: ReportAccepted = client
        .get("receipt_view", &[id, opinion.report_id])
        .await
        .json();
    assert_eq!(again, accepted);
    assert_eq!(
        client.get("receipt_view", &[id, id]).await.code(),
        Code::NotFound
    );
    assert_eq!(house.audited("report.received"), 1);
}

#[tokio::test]
async fn r79_the_evidence_is_kept_with_the_very_bytes() {
    let house = House::open();
    let (_, client, opinion) = ready(&house).await;
    let pdf = sent(&opinion, &client).await;
    let answer = client.submit(opinion.assignment_id, &pdf, "k").await;
    let receipt = receipt(&client, &answer.json());
    let kept = house
        .platform
        .archived_report(opinion.assignment_id, 1)
        .expect("kept");
    assert_eq!(kept.pdf, pdf);
    assert_eq!(kept.evidence.amr, "pwd otp");
    assert_eq!(
        kept.evidence.auth_time,
        client.tokens.as_ref().expect("signed in").auth_time
    );
    assert_eq!(
        kept.evidence.device,
        client.device.as_ref().expect("enrolled").device_id
    );
    assert_eq!(kept.evidence.signing_device, Some(kept.evidence.device));
    assert_eq!(kept.evidence.device_key, client.key.thumbprint());
    assert_eq!(kept.evidence.certificate_sha256, receipt.certificate_sha256);
    assert_eq!(kept.evidence.digests, receipt.digests);
    assert_eq!(kept.evidence.request_id, answer.header("request-id"));
    assert_eq!(kept.received_at, receipt.received_at);
}

#[tokio::test]
async fn r78_receipts_form_a_chain() {
    let house = House::open();
    let (expert, client, id) = house.accepted().await;
    let mut previous = "0".repeat(64);
    let mut next = id;
    for _ in 0..3 {
        let pdf = sent(&written(&house, &client, &expert, next).await, &client).await;
        let accepted: ReportAccepted = client.submit(next, &pdf, &make_token()).await.json();
        assert_eq!(receipt(&client, &accepted).previous, previous);
        previous = sha256(accepted.receipt.as_bytes()).to_string();
        next = house.offer(&expert);
        client.accept(next).await;
    }
}

#[tokio::test]
async fn r81_the_same_act_again_is_the_same_receipt() {
    let house = House::open();
    let (expert, mut client, opinion) = ready(&house).await;
    let id = opinion.assignment_id;
    let pdf = sent(&opinion, &client).await;
    let first = client.submit(id, &pdf, "k").await;
    house.clock.advance(SignedDuration::from_mins(6));
    let same_key = client.submit(id, &pdf, "k").await;
    let other_key = client.submit(id, &pdf, "other").await;
    assert_eq!(
        (first.status, &first.body),
        (same_key.status, &same_key.body),
        "even when the authentication is old"
    );
    assert_eq!(
        (first.status, &first.body),
        (other_key.status, &other_key.body)
    );
    assert_eq!(house.audited("report.received"), 1);
    client.sign_in(&expert).await;
    let altered = pdf_with(api::OPINION_ATTACHMENT, b"{}");
    assert_eq!(
        client.submit(id, &altered, "k").await.code(),
        Code::IdempotencyKeyReused
    );
}

#[tokio::test]
async fn r77_the_bytes_announced_are_the_bytes_received() {
    let house = House::open();
    let (_, client, opinion) = ready(&house).await;
    let id = opinion.assignment_id;
    let pdf = sent(&opinion, &client).await;
    let send = async |kind: &'static str, headers: &[(&'static str, &str)], body: Vec<u8>| {
        let mut headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        headers.push(("idempotency-key", "k".into()));
        client
            .call(
                "report_submit",
                &[id],
                Some((kind, body)),
                &Tweak {
                    headers,
                    ..Tweak::default()
                },
            )
            .await
    };
    let wrong = (
        "content-digest",
        "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
    );
    let cases = [
        (
            send("application/pdf", &[], pdf.clone()).await,
            400,
            Code::Malformed,
        ),
        (
            send(
                "application/pdf",
                &[("content-digest", "md5=:AAAA:")],
                pdf.clone(),
            )
            .await,
            400,
            Code::Malformed,
        ),
        (
            send("application/pdf", &[wrong], pdf.clone()).await,
            422,
            Code::DigestMismatch,
        ),
        (
            send("application/json", &[wrong], pdf.clone()).await,
            415,
            Code::UnsupportedMedia,
        ),
        (
            send("application/pdf", &[wrong], vec![0; (20 << 20) + 1]).await,
            413,
            Code::TooLarge,
        ),
    ];
    for (answer, status, code) in &cases {
        assert_eq!((answer.status, answer.code()), (*status, *code));
    }
    assert_eq!(house.audited("report.received"), 0);
}

/// Signed and timestamped by this client.
async fn sent(opinion: &api::OpinionDocument, client: &Client) -> Vec<u8> {
    let pdf = signed_report(client, opinion);
    timestamped(client, opinion.assignment_id, &pdf).await
}

#[tokio::test]
async fn r77_a_signature_that_is_not_acceptable_is_refused_with_its_reason() {
    let house = House::open();
    let (expert, mut client, opinion) = ready(&house).await;
    let id = opinion.assignment_id;
    let good = sent(&opinion, &client).await;
    let refused = async |client: &Client, pdf: &[u8]| {
        let answer = client.submit(id, pdf, &make_token()).await;
        assert_eq!(answer.status, 422);
        answer.reason()
    };
    let invalid = |reason: &str| (Code::SignatureInvalid, reason.to_owned());

    let mut flipped = good.clone();
    let at = flipped
        .windows(7)
        .position(|window| window == b"Avis su")
        .expect("words of the opinion");
    flipped[at] ^= 1;
    assert_eq!(refused(&client, &flipped).await, invalid("altered"));
    assert_eq!(
        refused(&client, &[good.clone(), b"\n%more".to_vec()].concat()).await,
        invalid("altered")
    );
    assert_eq!(refused(&client, b"not a PDF").await, invalid("altered"));
    let json = serde_json::to_vec(&opinion).expect("JSON");
    assert_eq!(
        refused(&client, &pdf_with(api::OPINION_ATTACHMENT, &json)).await,
        invalid("untrusted"),
        "not signed"
    );

    // An authority of somebody's own, with the right name and the right RPPS.
    let now = house.clock.now();
    let own = EnrolmentCa::generate("Plateforme d’essai", now).expect("an authority");
    let key = SoftwareKey::generate().expect("a key");
    let request = certificate_request(&key, "x").expect("a request");
    let subject = Subject {
        common_name: &expert.new.name,
        rpps: &expert.new.rpps,
    };
    let certificate = own
        .issue(&request, &subject, now, SignedDuration::from_hours(24))
        .expect("issued");
    let ours = client
        .signer
        .replace(key.certified(certificate, Vec::new()).expect("ours"));
    let forged = sent(&opinion, &client).await;
    client.signer = ours;
    assert_eq!(refused(&client, &forged).await, invalid("untrusted"));

    // Signed by a colleague, and sent from the expert's own session.
    let colleague = house.desk(&house.expert(2)).await;
    let by_colleague = timestamped(&client, id, &signed_report(&colleague, &opinion)).await;
    assert_eq!(
        refused(&client, &by_colleague).await,
        invalid("wrong-signer")
    );
    let mut other_rpps = opinion.clone();
    other_rpps.expert.rpps = "10009876002".into();
    assert_eq!(
        refused(&client, &sent(&other_rpps, &client).await).await,
        invalid("wrong-signer")
    );

    let mut other_case = opinion.clone();
    other_case.case_ref = "M2T-907".into();
    assert_eq!(
        refused(&client, &sent(&other_case, &client).await).await,
        invalid("wrong-case")
    );
    let mut other_assignment = opinion.clone();
    other_assignment.assignment_id = Uuid::from_u128(7);
    assert_eq!(
        refused(
            &client,
            &timestamped(&client, id, &signed_report(&client, &other_assignment)).await
        )
        .await,
        invalid("wrong-case")
    );
    let mut other_patient = opinion.clone();
    other_patient.patient.given_name = "Pierre".into();
    assert_eq!(
        refused(&client, &sent(&other_patient, &client).await).await,
        invalid("wrong-case")
    );

    // Signed on a second PC that is then reported lost.
    client.sign_in(&expert).await;
    let lost = house.desk(&expert).await;
    let by_lost = sent(&opinion, &lost).await;
    house
        .platform
        .revoke_device(lost.device.as_ref().expect("enrolled").device_id)
        .expect("revoked");
    assert_eq!(refused(&client, &by_lost).await, invalid("revoked"));

    client.sign_in(&expert).await;
    assert_eq!(house.audited("report.received"), 0);
    assert_eq!(
        client.submit(id, &good, "k").await.status,
        201,
        "the good one is still welcome"
    );
}

#[tokio::test]
async fn r77_an_expired_certificate_does_not_sign() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.desk(&expert).await;
    let signed_at = house.clock.now();
    house.clock.advance(SignedDuration::from_hours(366 * 24));
    client.sign_in_and_renew(&expert, "Vent-7-Crapaud!").await;
    let id = house.offer(&expert);
    client.accept(id).await;
    let mut opinion = written(&house, &client, &expert, id).await;
    opinion.written_at = signed_at;
    let answer = client.submit(id, &sent(&opinion, &client).await, "k").await;
    assert_eq!(
        answer.reason(),
        (Code::SignatureInvalid, "expired".to_owned())
    );
    client.enrol("PC").await;
    opinion.written_at = house.clock.now();
    assert_eq!(
        client
            .submit(id, &sent(&opinion, &client).await, "l")
            .await
            .status,
        201,
        "enrolling again renews it"
    );
}

type Change = fn(&mut api::OpinionDocument);

#[tokio::test]
async fn r69_r72_an_incomplete_or_foreign_opinion_is_refused() {
    let house = House::open();
    let (_, client, opinion) = ready(&house).await;
    let id = opinion.assignment_id;
    let changes: Vec<(&str, Change)> = vec![
        ("format", |o| o.format = "relecture.opinion/2".into()),
        ("service_kind", |o| {
            o.service_kind = api::ServiceKind::Teleexpertise;
        }),
        ("question_posed", |o| o.question_posed.push(' ')),
        ("questions", |o| o.questions[0].text.push('?')),
        ("questions", |o| o.questions.clear()),
        ("pieces", |o| o.pieces[0].sha256 = "0".repeat(64)),
        ("pieces", |o| o.pieces[0].number = 2),
        ("pieces", |o| o.pieces[0].id = Uuid::from_u128(7)),
        ("citations", |o| o.pieces.clear()),
        ("mandatory-fields", |o| {
            o.content.summary = api::RichText::default();
        }),
        ("mandatory-fields", |o| o.content.answers.truncate(1)),
        ("mandatory-fields", |o| o.content.gravity = None),
        ("mandatory-fields", |o| {
            o.content.acts = api::RichText::default();
        }),
        ("version", |o| o.version = 2),
        ("version", |o| {
            o.replaces = Some(api::Replaced {
                version: 0,
                signed_digest: String::new(),
            });
        }),
    ];
    let count = changes.len();
    let mut refused = 0;
    for (field, change) in changes {
        let mut other = opinion.clone();
        change(&mut other);
        let answer = client
            .submit(id, &sent(&other, &client).await, &make_token())
            .await;
        assert_eq!(answer.reason(), (Code::Validation, field.to_owned()));
        refused += 1;
    }
    assert_eq!(refused, count);
    let mut open = serde_json::to_value(&opinion).expect("JSON");
    open["content"]["html"] = "<b>".into();
    let signer = client.signer.as_ref().expect("enrolled");
    let claims = relecture_signature::Claims {
        name: "x",
        location: None,
        time: opinion.written_at,
    };
    let attached = [
        (api::OPINION_ATTACHMENT, open.to_string().into_bytes()),
        ("autre.json", serde_json::to_vec(&opinion).expect("JSON")),
    ];
    for (name, bytes) in attached {
        let pdf = relecture_signature::sign(&pdf_with(name, &bytes), signer, &claims)
            .expect("signs")
            .pdf;
        let pdf = timestamped(&client, id, &pdf).await;
        let answer = client.submit(id, &pdf, &make_token()).await;
        assert_eq!(
            answer.reason(),
            (Code::Validation, "attachment".to_owned()),
            "{name}"
        );
    }
    assert_eq!(house.audited("report.received"), 0);
    assert_eq!(
        client
            .submit(id, &sent(&opinion, &client).await, "k")
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn r77_the_same_act_has_no_place_in_another_case() {
    let house = House::open();
    let (expert, client, opinion) = ready(&house).await;
    let pdf = sent(&opinion, &client).await;
    assert_eq!(
        client.submit(opinion.assignment_id, &pdf, "k").await.status,
        201
    );
    let other = house.offer(&expert);
    client.accept(other).await;
    let answer = client.submit(other, &pdf, "l").await;
    assert_eq!((answer.status, answer.code()), (409, Code::DigestConflict));
}

#[tokio::test]
async fn r20_submission_needs_a_recent_authentication() {
    let house = House::open();
    let (expert, mut client, opinion) = ready(&house).await;
    let id = opinion.assignment_id;
    let pdf = sent(&opinion, &client).await;
    house.clock.advance(SignedDuration::from_secs(301));
    let answer = client.submit(id, &pdf, "k").await;
    assert_eq!(
        (answer.status, answer.code()),
        (401, Code::InsufficientUserAuthentication)
    );
    assert!(
        answer
            .header("www-authenticate")
            .contains("insufficient_user_authentication")
    );
    client.sign_in(&expert).await;
    assert_eq!(
        client.submit(id, &pdf, "k").await.status,
        201,
        "the same key: a refusal is not kept"
    );
}

#[tokio::test]
async fn r41_withdrawal_before_the_last_step_delivers_nothing() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.desk(&expert).await;
    let case = house.case();
    let id = house
        .platform
        .offer(case, expert.id, house.clock.now())
        .expect("offered");
    client.accept(id).await;
    let pdf = sent(&written(&house, &client, &expert, id).await, &client).await;
    house.platform.withdraw_consent(case).expect("withdrawn");
    let answer = client.submit(id, &pdf, "k").await;
    assert_eq!((answer.status, answer.code()), (409, Code::CaseWithdrawn));
    assert_eq!(house.audited("report.received"), 0);
    assert!(house.platform.archived_report(id, 1).is_err());
}

#[tokio::test]
async fn a_report_is_not_taken_for_an_offer_or_for_another_expert() {
    let house = House::open();
    let (expert, client, opinion) = ready(&house).await;
    let pdf = sent(&opinion, &client).await;
    let offer = house.offer(&expert);
    assert_eq!(
        client.submit(offer, &pdf, "k").await.reason(),
        (Code::StateConflict, "offered".to_owned())
    );
    let colleague = house.desk(&house.expert(2)).await;
    assert_eq!(
        colleague
            .submit(opinion.assignment_id, &pdf, "k")
            .await
            .code(),
        Code::NotFound,
        "R24"
    );
}

#[tokio::test]
async fn r86_a_late_report_is_still_received() {
    let house = House::open();
    let (expert, mut client, id) = house.accepted().await;
    house.clock.advance(SignedDuration::from_hours(8 * 24));
    client.sign_in(&expert).await;
    let opinion = written(&house, &client, &expert, id).await;
    assert_eq!(
        client
            .submit(id, &sent(&opinion, &client).await, "k")
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn r82_a_correction_is_a_new_version_that_cites_the_former_one() {
    let house = House::open();
    let (expert, mut client, opinion) = ready(&house).await;
    let id = opinion.assignment_id;
    let accepted: ReportAccepted = client
        .submit(id, &sent(&opinion, &client).await, "1")
        .await
        .json();
    let first = receipt(&client, &accepted);
    house.clock.advance(SignedDuration::from_hours(48));
    client.sign_in(&expert).await;
    let mut correction = opinion.clone();
    correction.version = 2;
    correction.written_at = house.clock.now();
    let submit = async |opinion: &api::OpinionDocument| {
        client
            .submit(id, &sent(opinion, &client).await, &make_token())
            .await
    };
    for replaces in [
        None,
        Some(api::Replaced {
            version: 1,
            signed_digest: "0".repeat(64),
        }),
    ] {
        correction.replaces = replaces;
        assert_eq!(
            submit(&correction).await.reason(),
            (Code::Validation, "version".to_owned())
        );
    }
    correction.replaces = Some(api::Replaced {
        version: 1,
        signed_digest: first.digests.signed.clone(),
    });
    let second = receipt(&client, &submit(&correction).await.json());
    assert_eq!(second.reference, format!("A-2026-{}-2", opinion.case_ref));
    assert_eq!(
        second.purge_after,
        house.clock.now() + SignedDuration::from_hours(15 * 24),
        "the window starts again"
    );
    let newest: ReportAccepted = client
        .get("receipt_view", &[id, opinion.report_id])
        .await
        .json();
    assert_eq!(receipt(&client, &newest).version, 2);
    assert!(
        house.platform.archived_report(id, 1).is_ok()
            && house.platform.archived_report(id, 2).is_ok(),
        "both kept"
    );
}

#[tokio::test]
async fn r105_r50_a_delivered_case_is_readable_on_day_14_and_not_on_day_16() {
    let house = House::open();
    let (expert, mut client, opinion) = ready(&house).await;
    let id = opinion.assignment_id;
    let document = client.manifest(id).await.documents[0].id;
    assert_eq!(
        client
            .submit(id, &sent(&opinion, &client).await, "k")
            .await
            .status,
        201
    );
    let end = house.clock.now() + SignedDuration::from_hours(15 * 24);
    house.clock.advance(SignedDuration::from_hours(14 * 24));
    client.sign_in(&expert).await;
    assert_eq!(
        client.get("document_content", &[id, document]).await.status,
        200
    );
    let lease: api::Lease = client.get("lease_renew", &[id]).await.json();
    assert_eq!(lease.not_after, end, "R51: never beyond the purge");
    house.clock.advance(SignedDuration::from_hours(48));
    client.sign_in(&expert).await;
    for operation in ["manifest_view", "document_content", "lease_renew"] {
        let answer = client.get(operation, &[id, document]).await;
        assert_eq!(
            answer.reason(),
            (Code::StateConflict, "closed".to_owned()),
            "{operation}"
        );
    }
    let closed: Assignment = client.get("assignment_view", &[id]).await.json();
    assert_eq!(
        (closed.state, closed.patient),
        (AssignmentState::Closed, None)
    );
    assert_eq!(
        client
            .get("receipt_view", &[id, opinion.report_id])
            .await
            .status,
        200,
        "the receipt stays"
    );
    assert_eq!(house.audited("assignment.closed"), 1);
}

#[tokio::test]
async fn r76_r77_a_report_without_a_timestamp_is_refused() {
    let house = House::open();
    let (_, client, opinion) = ready(&house).await;
    let id = opinion.assignment_id;
    let pdf = signed_report(&client, &opinion);
    let answer = client.submit(id, &pdf, "k").await;
    assert_eq!(
        answer.reason(),
        (Code::SignatureInvalid, "no-timestamp".to_owned())
    );
    let pdf = timestamped(&client, id, &pdf).await;
    assert_eq!(client.submit(id, &pdf, "k").await.status, 201);
    assert_eq!(house.audited("report.timestamped"), 1);
}

#[tokio::test]
async fn r76_the_time_is_told_for_a_case_of_ones_own_only() {
    let house = House::open();
    let (_, client, opinion) = ready(&house).await;
    let id = opinion.assignment_id;
    let query = TimestampRequest::new([7; 32]).expect("a request").der;
    let colleague = house.desk(&house.expert(2)).await;
    assert_eq!(
        colleague.stamp(id, query.clone()).await.code(),
        Code::NotFound,
        "R24"
    );
    let body = Some(("application/json", query.clone()));
    let answer = client
        .call("report_timestamp", &[id], body, &Tweak::default())
        .await;
    assert_eq!(answer.code(), Code::UnsupportedMedia);
    assert_eq!(
        client.stamp(id, vec![0x30; 2000]).await.code(),
        Code::Malformed
    );
    assert_eq!(client.stamp(id, query).await.status, 200);
}

#[tokio::test]
async fn r80_what_was_received_is_raised_to_b_lta_beside_the_very_bytes() {
    let house = House::open();
    let (expert, client, opinion) = ready(&house).await;
    let id = opinion.assignment_id;
    let lost = house.desk(&expert).await;
    house
        .platform
        .revoke_device(lost.device.as_ref().expect("enrolled").device_id)
        .expect("revoked");
    let pdf = sent(&opinion, &client).await;
    assert_eq!(client.submit(id, &pdf, "k").await.status, 201);
    // Once it is done there is nothing left to do.
    house.platform.raise_reports().await;
    assert_eq!(house.platform.raise_reports().await, 0);
    let kept = house.platform.archived_report(id, 1).expect("kept");
    assert_eq!(kept.pdf, pdf);
    let archive = kept.archive.expect("raised");
    assert!(archive.starts_with(&pdf), "nothing received was changed");
    let configuration: api::Configuration = client.get("configuration_view", &[]).await.json();
    let authority = BASE64_STANDARD
        .decode(&configuration.timestamp_authorities[0])
        .expect("base64");
    let anchors = TrustAnchors::from_der(&[authority]).expect("an authority");
    // Long after the certificate has ended.
    let later = house.clock.now() + SignedDuration::from_hours(3 * 366 * 24);
    let found = verify_archive(&archive, &anchors, later).expect("provable");
    assert_eq!(found.level, Level::Archived);
    assert_eq!(found.signer.rpps, expert.new.rpps);
}
