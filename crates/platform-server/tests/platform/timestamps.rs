//! R76, R80: the time of signatures from a service of somebody else (RFC 3161, 3.4).

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use jiff::Timestamp;
use relecture_platform_api::{self as api, Assignment, Code};
use relecture_platform_server::TimestampingService;
use relecture_signature::{
    EnrolmentCa, Signer as _, SoftwareKey, TimestampAuthority, TimestampRequest, TrustAnchors,
    verify,
};

use crate::support::{House, opinion, signed_report, timestamped};

/// A service on loopback, at a fixed time; down while the switch says so.
async fn service(now: Timestamp, is_down: Arc<AtomicBool>) -> TimestampingService {
    let authority = EnrolmentCa::generate("Un autre horodatage", now).expect("an authority");
    let key = SoftwareKey::generate().expect("a key");
    let certified = authority
        .certify_timestamping(key, "Service", now)
        .expect("certified");
    assert_ne!(certified.certificate_der(), authority.certificate_der());
    let stamps = Arc::new(TimestampAuthority::new(certified).expect("for timestamps"));
    let answer = move |headers: axum::http::HeaderMap, query: Bytes| async move {
        assert_eq!(headers[header::CONTENT_TYPE], "application/timestamp-query");
        if is_down.load(Ordering::Relaxed) {
            return StatusCode::BAD_GATEWAY.into_response();
        }
        let bytes = stamps.answer(&query, now).expect("an answer");
        let kind = [(header::CONTENT_TYPE, "application/timestamp-reply")];
        (kind, bytes).into_response() as Response
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = format!("http://{}/stamp", listener.local_addr().expect("bound"));
    let router = Router::new().route("/stamp", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    TimestampingService {
        address,
        authorities: vec![authority.certificate_der().to_vec()],
    }
}

#[tokio::test]
async fn r76_the_platform_asks_the_service_that_it_is_told_of() {
    let is_down = Arc::new(AtomicBool::new(false));
    let now: Timestamp = "2026-06-04T08:00:00Z".parse().expect("an instant");
    let other = service(now, Arc::clone(&is_down)).await;
    let house = House::open_with(Some(other.clone()));
    assert_eq!(house.clock.now(), now, "as the service has it");
    let (expert, client, id) = house.accepted().await;
    let assignment: Assignment = client.get("assignment_view", &[id]).await.json();
    let manifest = client.manifest(id).await;
    let signed = signed_report(&client, &opinion(&expert, &assignment, &manifest, now));

    is_down.store(true, Ordering::Relaxed);
    let query = TimestampRequest::new([7; 32]).expect("a request").der;
    let answer = client.stamp(id, query).await;
    assert_eq!((answer.status, answer.code()), (503, Code::Maintenance));
    is_down.store(false, Ordering::Relaxed);

    let pdf = timestamped(&client, id, &signed).await;
    let own = client.signer.as_ref().expect("enrolled").chain().to_vec();
    let anchors = TrustAnchors::from_der(&own).expect("the platform's");
    assert!(
        verify(&pdf, &anchors, now).is_err(),
        "not the platform's own service"
    );
    let anchors = anchors
        .with_timestamps(&other.authorities)
        .expect("the service's");
    assert!(verify(&pdf, &anchors, now).is_ok());
    let answer = client.submit(id, &pdf, "k").await;
    assert_eq!(answer.status, 201);
    let accepted: api::ReportAccepted = answer.json();
    assert!(!accepted.receipt.is_empty());
}
