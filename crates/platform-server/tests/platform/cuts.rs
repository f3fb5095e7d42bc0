//! R46, R81: the platform or the network is cut at any step.

use std::time::Duration;

use relecture_platform_api::{Assignment, AssignmentList};

use crate::support::{Fault, House, Tweak, opinion, signed_report, submission, timestamped};

#[tokio::test]
async fn the_platform_comes_back_as_it_was() {
    let mut house = House::open();
    let (expert, client, id) = house.accepted().await;
    let ca = house.platform.ca_pem().to_owned();
    let receipts = house.platform.receipt_key().to_owned();
    for _ in 0..2 {
        house.cut().await;
        assert!(
            client
                .try_call("assignment_list", &[], None, &Tweak::default())
                .await
                .is_err(),
            "nobody answers"
        );
        house.restart();
        let list: AssignmentList = client.get("assignment_list", &[]).await.json();
        assert_eq!(
            list.items.iter().map(|item| item.id).collect::<Vec<_>>(),
            [id],
            "the session went on"
        );
        assert_eq!(client.get("lease_renew", &[id]).await.status, 200);
    }
    assert_eq!(house.platform.ca_pem(), ca);
    assert_eq!(house.platform.receipt_key(), receipts);
    assert!(
        house
            .audit()
            .iter()
            .any(|entry| entry.actor == Some(expert.id))
    );
}

/// R12: a proof seen before a restart is not accepted after it, although its `jti` is forgotten.
#[tokio::test]
async fn r12_a_restart_does_not_make_old_proofs_new() {
    let mut house = House::open();
    let client = house.desk(&house.expert(1)).await;
    let url = format!("{}/v1/me", house.base_url());
    let proof = client.proof("GET", &url, &Tweak::default());
    let send = async || {
        let request = client
            .http
            .get(&url)
            .header("authorization", format!("DPoP {}", client.access_token()));
        let answer = request
            .header("dpop", &proof)
            .send()
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("a body"))
    };
    assert_eq!(send().await.0, 200);
    house.cut().await;
    house.restart();
    let (status, body) = send().await;
    assert_eq!(status, 401);
    assert!(body.contains("use-dpop-nonce"), "{body}");
}

#[tokio::test]
async fn r46_a_download_cut_on_the_way_resumes_after_a_restart() {
    const SAID: usize = 30_000;
    let mut house = House::open();
    let (_, client, id) = house.accepted().await;
    let document = client.manifest(id).await.documents[1].clone();
    let whole = client
        .get("document_content", &[id, document.id])
        .await
        .body;
    let path = format!("/v1/assignments/{id}/documents/{}/content", document.id);
    house.faults.next("/content", Fault::StallAfter(SAID));
    let url = format!("{}{path}", house.base_url());
    let request = client
        .http
        .get(&url)
        .header("authorization", format!("DPoP {}", client.access_token()));
    let mut answer = request
        .header("dpop", client.proof("GET", &url, &Tweak::default()))
        .send()
        .await
        .expect("starts");
    assert_eq!(answer.status(), 200);
    let mut received = Vec::new();
    while received.len() < SAID {
        let part = answer.chunk().await.expect("so far so good");
        received.extend_from_slice(&part.expect("not the end"));
    }
    assert!(SAID < whole.len(), "{} bytes in all", whole.len());
    house.cut().await;
    assert!(answer.chunk().await.is_err(), "cut on the way");
    house.restart();
    let headers = vec![
        ("range", format!("bytes={}-", received.len())),
        ("if-range", document.etag.clone()),
    ];
    let rest = client
        .call(
            "document_content",
            &[id, document.id],
            None,
            &Tweak {
                headers,
                ..Tweak::default()
            },
        )
        .await;
    assert_eq!(rest.status, 206);
    assert_eq!([received, rest.body].concat(), whole);
}

#[tokio::test]
async fn r81_an_answer_lost_with_the_platform_never_makes_two_reports() {
    let mut house = House::open();
    let (expert, client, id) = house.accepted().await;
    let assignment: Assignment = client.get("assignment_view", &[id]).await.json();
    let opinion = opinion(
        &expert,
        &assignment,
        &client.manifest(id).await,
        house.clock.now(),
    );
    let pdf = timestamped(&client, id, &signed_report(&client, &opinion)).await;
    let submit = async || {
        let headers = submission(&pdf, "report-1");
        let path = format!("/v1/assignments/{id}/reports");
        client
            .send(
                "POST",
                &path,
                Some(("application/pdf", pdf.clone())),
                &headers,
            )
            .await
    };
    // A proxy in front refuses, then the answer is lost on the way back.
    house.faults.next("/reports", Fault::Unavailable);
    assert_eq!(submit().await.expect("an answer").status, 503);
    assert_eq!(house.audited("report.received"), 0);
    house.faults.next("/reports", Fault::LoseAnswer);
    assert!(submit().await.is_err(), "the answer is lost");
    assert_eq!(
        house.audited("report.received"),
        1,
        "but the report was received"
    );
    house.cut().await;
    house.restart();
    let answer = client.submit(id, &pdf, "report-1").await;
    assert_eq!(answer.status, 201);
    let kept = house.platform.archived_report(id, 1).expect("kept");
    assert!(String::from_utf8_lossy(&answer.body).contains(&kept.receipt));
    assert_eq!(house.audited("report.received"), 1);
}

#[tokio::test]
async fn r47_a_corrupted_body_does_not_match_its_announced_digest() {
    let house = House::open();
    let (_, client, id) = house.accepted().await;
    let document = client.manifest(id).await.documents[1].clone();
    house.faults.next("/content", Fault::Flip(5000));
    house
        .faults
        .next("/manifest", Fault::Delay(Duration::from_millis(50)));
    let answer = client.get("document_content", &[id, document.id]).await;
    assert_eq!(answer.status, 200);
    assert_ne!(
        relecture_crypto::sha256(&answer.body).to_string(),
        document.sealed_sha256
    );
    let started = std::time::Instant::now();
    client.manifest(id).await;
    assert!(started.elapsed() >= Duration::from_millis(50), "delayed");
}
