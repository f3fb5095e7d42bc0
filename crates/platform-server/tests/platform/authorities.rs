//! R76, R77, R80: services and authorities of others: the time of signatures (RFC 3161, 3.4), and signature cards.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::{SignedDuration, Timestamp};
use relecture_platform_api::{Assignment, Code};
use relecture_platform_server::{Authority, TimestampingService};
use relecture_signature::{
    EnrolmentCa, Level, Signer as _, SoftwareKey, Subject, TimestampAuthority, TimestampRequest,
    TrustAnchors, certificate_request, verify, verify_archive,
};
use uuid::Uuid;

use crate::support::{Client, Expert, House, opinion, signed_report, timestamped};

/// When every house opens.
fn opening() -> Timestamp {
    "2026-06-04T08:00:00Z".parse().expect("an instant")
}

/// Serial numbers, and since when.
type Revoked = Vec<(Vec<u8>, Timestamp)>;

/// Another organisation on loopback: an authority, its list of revoked certificates, its timestamps.
struct Other {
    authority: Arc<EnrolmentCa>,
    revoked: Arc<Mutex<Revoked>>,
    now: Arc<Mutex<Timestamp>>,
    is_down: Arc<AtomicBool>,
    address: String,
}

impl Other {
    async fn open() -> Self {
        let authority = EnrolmentCa::generate("Une autre autorité", opening());
        let authority = Arc::new(authority.expect("an authority"));
        let key = SoftwareKey::generate().expect("a key");
        let certified = authority.certify_timestamping(key, "Service", opening());
        let stamps = TimestampAuthority::new(certified.expect("certified"));
        let stamps = Arc::new(stamps.expect("for timestamps"));
        let revoked = Arc::new(Mutex::new(Vec::new()));
        let now = Arc::new(Mutex::new(opening()));
        let is_down = Arc::new(AtomicBool::new(false));

        let (time, down) = (Arc::clone(&now), Arc::clone(&is_down));
        let stamp = move |headers: HeaderMap, query: Bytes| async move {
            assert_eq!(headers[header::CONTENT_TYPE], "application/timestamp-query");
            if down.load(Ordering::Relaxed) {
                return StatusCode::BAD_GATEWAY.into_response();
            }
            let at = *time.lock().expect("the time");
            let bytes = stamps.answer(&query, at).expect("an answer");
            let kind = [(header::CONTENT_TYPE, "application/timestamp-reply")];
            (kind, bytes).into_response() as Response
        };
        let (time, down) = (Arc::clone(&now), Arc::clone(&is_down));
        let (of, by) = (Arc::clone(&revoked), Arc::clone(&authority));
        let list = move || async move {
            if down.load(Ordering::Relaxed) {
                return StatusCode::BAD_GATEWAY.into_response();
            }
            let at = *time.lock().expect("the time");
            let revoked = of.lock().expect("the list").clone();
            by.revocation_list(&revoked, 1, at)
                .expect("a list")
                .into_response() as Response
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let router = Router::new()
            .route("/stamp", post(stamp))
            .route("/list", get(list));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            authority,
            revoked,
            now,
            is_down,
            address,
        }
    }

    fn authority(&self) -> Authority {
        Authority {
            certificate: self.authority.certificate_der().to_vec(),
            list: format!("{}/list", self.address),
        }
    }

    fn service(&self) -> TimestampingService {
        TimestampingService {
            address: format!("{}/stamp", self.address),
            authorities: vec![self.authority()],
        }
    }

    fn advance(&self, house: &House, time: SignedDuration) {
        house.clock.advance(time);
        *self.now.lock().expect("the time") = house.clock.now();
    }
}

async fn signed(house: &House, client: &Client, expert: &Expert, id: Uuid) -> Vec<u8> {
    let assignment: Assignment = client.get("assignment_view", &[id]).await.json();
    let manifest = client.manifest(id).await;
    signed_report(
        client,
        &opinion(expert, &assignment, &manifest, house.clock.now()),
    )
}

#[tokio::test]
async fn r76_r80_the_platform_asks_the_timestamping_service_that_it_is_told_of() {
    let other = Other::open().await;
    let house = House::open_with(Some(other.service()), Vec::new());
    assert_eq!(house.clock.now(), opening());
    let (expert, client, id) = house.accepted().await;
    let pdf = signed(&house, &client, &expert, id).await;

    other.is_down.store(true, Ordering::Relaxed);
    let query = TimestampRequest::new([7; 32]).expect("a request").der;
    let answer = client.stamp(id, query).await;
    assert_eq!((answer.status, answer.code()), (503, Code::Maintenance));
    other.is_down.store(false, Ordering::Relaxed);

    let pdf = timestamped(&client, id, &pdf).await;
    let own = client.signer.as_ref().expect("enrolled").chain().to_vec();
    let anchors = TrustAnchors::from_der(&own).expect("the platform's");
    assert!(
        verify(&pdf, &anchors, opening()).is_err(),
        "not the platform's own service"
    );
    // Without the service there is a receipt, and the archive waits.
    other.is_down.store(true, Ordering::Relaxed);
    assert_eq!(client.submit(id, &pdf, "k").await.status, 201);
    assert_eq!(house.platform.raise_reports().await, 0);
    other.is_down.store(false, Ordering::Relaxed);
    assert_eq!(house.platform.raise_reports().await, 1);
    let kept = house.platform.archived_report(id, 1).expect("kept");
    let anchors = anchors
        .with_timestamps(&[other.authority.certificate_der()])
        .expect("the service's");
    let found = verify_archive(&kept.archive.expect("raised"), &anchors, opening());
    assert_eq!(found.expect("provable").level, Level::Archived);
}

#[tokio::test]
async fn r76_r77_a_card_of_a_known_authority_signs_as_long_as_it_is_not_revoked() {
    let other = Other::open().await;
    let house = House::open_with(None, vec![other.authority()]);
    let (expert, mut client, id) = house.accepted().await;
    let key = SoftwareKey::generate().expect("a key");
    let request = certificate_request(&key, "x").expect("a request");
    let subject = Subject {
        common_name: &expert.new.name,
        rpps: &expert.new.rpps,
    };
    let year = SignedDuration::from_hours(365 * 24);
    let certificate = other
        .authority
        .issue(&request, &subject, opening(), year)
        .expect("issued");
    client.signer = Some(key.certified(certificate, Vec::new()).expect("ours"));
    let pdf = signed(&house, &client, &expert, id).await;
    let pdf = timestamped(&client, id, &pdf).await;

    other.is_down.store(true, Ordering::Relaxed);
    let answer = client.submit(id, &pdf, "k").await;
    assert_eq!(
        (answer.status, answer.reason()),
        (503, (Code::Maintenance, "revocation-list".to_owned())),
        "without the authority's word the report waits"
    );
    other.is_down.store(false, Ordering::Relaxed);
    assert_eq!(client.submit(id, &pdf, "k").await.status, 201);
    let kept = house.platform.archived_report(id, 1).expect("kept");
    assert_eq!(kept.evidence.signing_device, None);
    // Only a list made since the signature proves anything of it.
    assert_eq!(house.platform.raise_reports().await, 0);
    other.advance(&house, SignedDuration::from_mins(1));
    assert_eq!(house.platform.raise_reports().await, 1);
    let kept = house.platform.archived_report(id, 1).expect("kept");
    let own = house.platform_authority(&client).await;
    let anchors = TrustAnchors::from_der(&[other.authority.certificate_der()])
        .expect("the card's")
        .with_timestamps(&[own])
        .expect("the platform's");
    let now = house.clock.now();
    let found = verify_archive(&kept.archive.expect("raised"), &anchors, now);
    assert_eq!(found.expect("provable").level, Level::Archived);

    // Reported lost: what the platform knew of the list is over, and the next one names it.
    let serial = verify(&pdf, &anchors, opening())
        .expect("valid")
        .signer
        .serial;
    other.advance(&house, SignedDuration::from_hours(8 * 24));
    other
        .revoked
        .lock()
        .expect("the list")
        .push((serial, house.clock.now()));
    client.sign_in(&expert).await;
    let next = house.offer(&expert);
    client.accept(next).await;
    let pdf = signed(&house, &client, &expert, next).await;
    let pdf = timestamped(&client, next, &pdf).await;
    let answer = client.submit(next, &pdf, "l").await;
    assert_eq!(
        answer.reason(),
        (Code::SignatureInvalid, "revoked".to_owned())
    );
}
