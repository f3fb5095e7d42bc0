//! R19, R49, R97, R122: what changed, what was forgotten on a device, what was done there.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use relecture_crypto::sha256;
use relecture_platform_api::{
    AccessList, AuditEvent, AuditEventsTaken, Change, ChangeKind, ChangeList, Code,
};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Answer, Client, House};

/// From a cursor to the end.
async fn follow(client: &Client, mut cursor: String) -> (Vec<Change>, String) {
    let mut changes = Vec::new();
    loop {
        let list: ChangeList = client.sync(Some(&cursor), 0).await.json();
        changes.extend(list.changes);
        cursor = list.next_cursor;
        if !list.more {
            return (changes, cursor);
        }
    }
}

async fn begin(client: &Client) -> String {
    let list: ChangeList = client.sync(None, 0).await.json();
    assert!(list.changes.is_empty());
    list.next_cursor
}

fn kinds(changes: &[Change], of: Uuid) -> Vec<ChangeKind> {
    let of = changes.iter().filter(|change| change.assignment_id == of);
    of.map(|change| change.kind).collect()
}

#[tokio::test]
async fn r122_every_change_once_in_order_with_its_tombstones() {
    use ChangeKind as K;
    let house = House::open();
    let (first, second) = (house.expert(1), house.expert(2));
    let (mut client, other) = (house.desk(&first).await, house.desk(&second).await);
    let start = begin(&client).await;
    let others = begin(&other).await;
    let withdrawn = house.case();
    let revoked = house
        .platform
        .offer(withdrawn, first.id, house.clock.now())
        .expect("offered");
    let expired = house.offer(&first);
    let foreign = house.offer(&second);
    client.accept(revoked).await;
    house
        .platform
        .withdraw_consent(withdrawn)
        .expect("withdrawn");
    house.clock.advance(SignedDuration::from_hours(49));
    client.sign_in(&first).await;
    let (changes, end) = follow(&client, start.clone()).await;
    assert_eq!(
        kinds(&changes, revoked),
        [
            K::AssignmentOffered,
            K::AssignmentUpdated,
            K::AssignmentRevoked
        ]
    );
    assert_eq!(
        kinds(&changes, expired),
        [K::AssignmentOffered, K::AssignmentClosed],
        "what time alone brings is told too"
    );
    assert!(kinds(&changes, foreign).is_empty(), "not his (R24)");
    assert!(changes.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    let (again, _) = follow(&client, start).await;
    assert_eq!(again, changes, "an answer that was lost is given again");
    assert!(
        follow(&client, end).await.0.is_empty(),
        "what was told is not"
    );
    let foreign_changes = other.sync(Some(&others), 0).await;
    assert_eq!(
        foreign_changes.code(),
        Code::InvalidToken,
        "his own session is over"
    );
}

#[tokio::test]
async fn r122_many_changes_come_in_pages_and_none_is_lost() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.desk(&expert).await;
    let start = begin(&client).await;
    let case = house.case();
    let mut offered = Vec::new();
    for _ in 0..205 {
        let id = house
            .platform
            .offer(case, expert.id, house.clock.now())
            .expect("offered");
        offered.push(id);
    }
    let first: ChangeList = client.sync(Some(&start), 0).await.json();
    assert!(first.more && first.changes.len() == 100);
    let (changes, _) = follow(&client, start).await;
    let told: Vec<Uuid> = changes.iter().map(|change| change.assignment_id).collect();
    assert_eq!(told, offered);
}

#[tokio::test]
async fn r122_a_cursor_that_says_nothing_any_more_asks_for_everything() {
    let house = House::open();
    let (first, second) = (house.expert(1), house.expert(2));
    let (mut client, other) = (house.desk(&first).await, house.desk(&second).await);
    let (own, foreign) = (begin(&client).await, begin(&other).await);
    let mut damaged = own.clone().into_bytes();
    damaged[70] = if damaged[70] == b'A' { b'B' } else { b'A' };
    let damaged = String::from_utf8(damaged).expect("text");
    for cursor in [foreign.as_str(), &damaged, "", "nothing"] {
        let answer = client.sync(Some(cursor), 0).await;
        assert_eq!(answer.status, 410, "{cursor}");
        assert_eq!(answer.code(), Code::CursorExpired);
    }
    house.clock.advance(SignedDuration::from_hours(89 * 24));
    client.sign_in(&first).await;
    assert_eq!(client.sync(Some(&own), 0).await.status, 200, "89 days");
    house.clock.advance(SignedDuration::from_hours(2 * 24));
    client.sign_in(&first).await;
    let answer = client.sync(Some(&own), 0).await;
    assert_eq!(answer.status, 410, "91 days");
}

/// What happens to whoever waits.
async fn waiting(client: &Client, cursor: &str, happens: impl Future<Output = ()>) -> Answer {
    let later = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        happens.await;
    };
    let both = async { tokio::join!(client.sync(Some(cursor), 25), later).0 };
    tokio::time::timeout(Duration::from_secs(20), both)
        .await
        .expect("answered long before the wait is over")
}

#[tokio::test]
async fn r14_r122_whoever_waits_is_told_at_once_and_put_out_at_once() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.desk(&expert).await;
    let case = house.case();
    let id = house
        .platform
        .offer(case, expert.id, house.clock.now())
        .expect("offered");
    let cursor = begin(&client).await;
    let quiet = client.sync(Some(&cursor), 1).await.json::<ChangeList>();
    assert!(quiet.changes.is_empty() && !quiet.more);
    let told = waiting(&client, &quiet.next_cursor, async {
        house.platform.withdraw_consent(case).expect("withdrawn");
    })
    .await
    .json::<ChangeList>();
    assert_eq!(kinds(&told.changes, id), [ChangeKind::AssignmentRevoked]);
    let device = client.device.clone().expect("enrolled").device_id;
    let put_out = waiting(&client, &told.next_cursor, async {
        house.platform.revoke_device(device).expect("revoked");
    })
    .await;
    assert_eq!(put_out.code(), Code::DeviceRevoked);
}

#[tokio::test]
async fn r19_waiting_for_news_keeps_no_session_alive() {
    let house = House::open();
    let (_, mut client, _) = house.accepted().await;
    let cursor = begin(&client).await;
    let refresh = client.tokens.clone().expect("signed in").refresh_token;
    house.clock.advance(SignedDuration::from_mins(16));
    client.renew().await;
    assert_eq!(client.sync(Some(&cursor), 0).await.status, 200);
    // Somebody touches the window.
    let active = format!("{cursor}&active=true");
    assert_eq!(client.sync(Some(&active), 0).await.status, 200);
    house.clock.advance(SignedDuration::from_mins(16));
    client.renew().await;
    assert_eq!(client.sync(Some(&cursor), 0).await.status, 200);
    house.clock.advance(SignedDuration::from_mins(16));
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    let refused = client.token(&fields).await;
    assert_eq!(refused.code(), Code::InvalidToken, "32 minutes of waiting");
    let refused = client.sync(Some(&cursor), 0).await;
    assert_eq!(refused.code(), Code::InvalidToken);
}

#[tokio::test]
async fn r49_an_erasure_is_proved_once_and_closes_what_was_sealed_before() {
    let house = House::open();
    let (_, client, id) = house.accepted().await;
    let device = client.device.clone().expect("enrolled").device_id;
    assert!(house.platform.holdings(id).expect("reads").is_empty());
    assert_eq!(
        client
            .post("lease_renew", &[id], &json!({}), "k")
            .await
            .status,
        200
    );
    let holding = house.platform.holdings(id).expect("reads");
    assert_eq!((holding[0].device, holding[0].erased_at), (device, None));
    let erasure = json!({ "assignment_id": id, "reason": "asked",
        "erased_at": house.clock.now(), "vault_epoch": 4 });
    for _ in 0..2 {
        let told = client.post("erasure_report", &[], &erasure, "k").await;
        assert_eq!(told.status, 204);
    }
    let holding = house.platform.holdings(id).expect("reads");
    assert_eq!(holding.len(), 1);
    assert_eq!(holding[0].erased_at, Some(house.clock.now()));
    assert_eq!(holding[0].reason.as_deref(), Some("asked"));
    assert_eq!(house.audited("case.erased"), 1, "told twice, done once");
    let open = json!({ "epoch": 3, "sealed": "AAAA" });
    let refused = client.post("vault_secret_open", &[], &open, "k").await;
    assert_eq!(refused.reason(), (Code::StateConflict, "epoch".to_owned()));
    client.post("lease_renew", &[id], &json!({}), "k").await;
    let holding = house.platform.holdings(id).expect("reads");
    assert_eq!(holding[0].erased_at, None, "it is there again");
    let stranger = house.desk(&house.expert(2)).await;
    let told = stranger.post("erasure_report", &[], &erasure, "k").await;
    assert_eq!(
        told.code(),
        Code::NotFound,
        "another's case does not exist (R24)"
    );
}

/// The text of a journal's entry, and its digest.
fn event(seq: u64, previous: &str, action: &str, case: Uuid, at: Timestamp) -> (String, String) {
    let text = serde_json::to_string(&AuditEvent {
        seq,
        previous: previous.to_owned(),
        at,
        action: action.to_owned(),
        assignment_id: Some(case),
        object_id: Some(Uuid::from_u128(9)),
        offline: true,
    })
    .expect("serialises");
    let digest = sha256(text.as_bytes()).to_string();
    (text, digest)
}

async fn deliver(client: &Client, events: &[&str]) -> AuditEventsTaken {
    let taken = client
        .post("audit_event_append", &[], &json!({ "events": events }), "k")
        .await;
    assert_eq!(taken.status, 200);
    taken.json()
}

#[tokio::test]
async fn r97_a_journal_is_taken_once_and_what_is_missing_or_changed_is_noticed() {
    let house = House::open();
    let (_, client, id) = house.accepted().await;
    let done_at = house.clock.now() - SignedDuration::from_hours(5);
    let zeros = "0".repeat(64);
    let nothing = deliver(&client, &[]).await;
    assert_eq!((nothing.through, &nothing.sha256), (0, &zeros));
    let (one, first) = event(1, &zeros, "piece.opened", id, done_at);
    let (two, second) = event(2, &first, "opinion.signed", id, done_at);
    for _ in 0..2 {
        let taken = deliver(&client, &[&one, &two]).await;
        assert_eq!((taken.through, &taken.sha256), (2, &second));
    }
    assert_eq!(house.audited("piece.opened"), 1, "twice is once");
    let opened = house.audit();
    let opened = opened.iter().find(|entry| entry.action == "piece.opened");
    let opened = opened.expect("audited");
    assert_eq!((opened.at_device, opened.offline), (Some(done_at), true));
    assert_eq!(opened.at_server, house.clock.now());

    let (five, fifth) = event(5, &"1".repeat(64), "piece.opened", id, done_at);
    let (changed, _) = event(2, &first, "piece.opened", id, done_at);
    let (six, _) = event(6, &zeros, "piece.opened", id, done_at);
    assert_eq!(deliver(&client, &[&five]).await.sha256, fifth);
    deliver(&client, &[&changed, &six]).await;
    let noticed: Vec<_> = house
        .audit()
        .into_iter()
        .filter(|entry| entry.action.starts_with("journal."))
        .map(|entry| (entry.action, entry.outcome))
        .collect();
    let noticed: Vec<_> = noticed
        .iter()
        .map(|(action, outcome)| (action.as_str(), outcome.as_str()))
        .collect();
    assert_eq!(
        noticed,
        [
            ("journal.gap", "entries 3-4"),
            ("journal.altered", "entries 2"),
            ("journal.altered", "entries 5")
        ]
    );
    let list: AccessList = client.get("access_list", &[id]).await.json();
    let offline: Vec<_> = list
        .items
        .iter()
        .filter(|item| item.offline)
        .map(|item| (item.action.as_str(), item.at))
        .collect();
    assert_eq!(
        offline,
        [("piece.opened", done_at), ("opinion.signed", done_at)],
        "the patient reads when it was done"
    );
}

#[tokio::test]
async fn r24_r97_a_journal_says_nothing_to_the_patient_of_another_expert() {
    let house = House::open();
    let (_, owner, id) = house.accepted().await;
    let stranger = house.desk(&house.expert(2)).await;
    let (text, _) = event(1, &"0".repeat(64), "piece.opened", id, house.clock.now());
    deliver(&stranger, &[&text]).await;
    let list: AccessList = owner.get("access_list", &[id]).await.json();
    assert!(list.items.iter().all(|item| item.action != "piece.opened"));
    let kept = house.audit();
    let kept = kept.iter().find(|entry| entry.action == "piece.opened");
    assert_eq!(kept.expect("audited").outcome, "not-found");
    let answer = stranger
        .post("audit_event_append", &[], &json!({ "events": ["{}"] }), "k")
        .await;
    assert_eq!(answer.code(), Code::Validation);
}
