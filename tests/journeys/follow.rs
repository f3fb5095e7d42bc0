//! The desk keeps in step by itself: what changes comes in, what waits goes out, pieces come ahead.

use jiff::SignedDuration;
use relecture_bridge::{FailureCode, ReceptionState, Room, WaitingKindView};

use crate::support::{Fault, House, Seat, complete_opinion, letter};

/// R40, R49, R122: nobody asks for anything, and the case is gone; the platform can prove it.
#[tokio::test(flavor = "multi_thread")]
async fn r40_a_withdrawal_is_obeyed_without_being_asked_and_proved() {
    let house = House::open();
    let (seat, withdrawn, id) = house.at_work(vec![letter(50_000)]).await;
    let _following = seat.follow();
    let held = house.platform.holdings(id).expect("reads");
    assert_eq!((held.len(), held[0].erased_at), (1, None));
    house
        .platform
        .withdraw_consent(withdrawn)
        .expect("withdrawn");
    seat.until("the case is gone", async || seat.objects().is_empty())
        .await;
    seat.until("the platform knows", async || {
        let held = house.platform.holdings(id).expect("reads");
        held[0].erased_at.is_some()
    })
    .await;
    let held = house.platform.holdings(id).expect("reads");
    assert_eq!(held[0].reason.as_deref(), Some("ended"));
    assert_eq!(house.audited("case.erased"), 1);
}

/// R49: an erasure that could not be told is told at the next contact, also after the application was killed.
#[tokio::test(flavor = "multi_thread")]
async fn r49_an_erasure_is_told_after_a_restart() {
    let house = House::open();
    let (seat, withdrawn, id) = house.at_work(vec![letter(1_000)]).await;
    house
        .platform
        .withdraw_consent(withdrawn)
        .expect("withdrawn");
    house.faults.next("/v1/erasures", Fault::Unavailable);
    assert!(seat.list().await.is_ok(), "the list is there all the same");
    assert!(seat.objects().is_empty());
    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    let _following = seat.follow();
    seat.until("the platform knows", async || {
        let held = house.platform.holdings(id).expect("reads");
        held[0].erased_at.is_some()
    })
    .await;
}

/// R40: a platform that takes neither the journal nor what waits is still obeyed when it takes a case back.
#[tokio::test(flavor = "multi_thread")]
async fn r40_what_is_refused_keeps_no_erasure_back() {
    let house = House::open();
    let (seat, withdrawn, id) = house.at_work(vec![letter(1_000)]).await;
    seat.case(id).await.expect("a trace waits");
    for _ in 0..50 {
        let refused = Fault::Refuse(422, "validation");
        house.faults.next("/v1/audit-events", refused);
    }
    let _following = seat.follow();
    house
        .platform
        .withdraw_consent(withdrawn)
        .expect("withdrawn");
    seat.until("the case is gone", async || seat.objects().is_empty())
        .await;
}

/// R122: a cursor that says nothing any more makes the desk read everything again, and nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn r122_an_expired_cursor_loses_nothing() {
    let house = House::open();
    let (seat, withdrawn, gone) = house.at_work(vec![letter(1_000)]).await;
    seat.list().await.expect("the list");
    let (_, offered) = house.offer(&seat.expert, vec![letter(1_000)]);
    house
        .platform
        .withdraw_consent(withdrawn)
        .expect("withdrawn");
    house
        .faults
        .next("/v1/sync", Fault::Refuse(410, "cursor-expired"));
    let list = seat.list().await.expect("the list");
    assert_eq!(list.offers.len(), 1, "{offered} is there");
    assert_eq!((list.in_progress.len(), list.closed), (0, 1));
    assert!(seat.case(gone).await.is_err());
    assert!(seat.objects().is_empty());
}

/// R66, R81, R120: decisions and signed opinions leave by themselves when the line is back, once each and in order.
#[tokio::test(flavor = "multi_thread")]
async fn r81_what_waits_leaves_by_itself_once_and_in_order() {
    let mut house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    let (_, first) = house.offer(&seat.expert, vec![letter(1_000)]);
    let (_, second) = house.offer(&seat.expert, vec![letter(1_000)]);
    seat.list().await.expect("the list");
    seat.read_everything(id).await;
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    house.stop().await;
    assert!(!seat.accept(second).await.expect("queued").sent);
    assert!(!seat.accept(first).await.expect("queued").sent);
    let frozen = seat.freeze_as_it_is(id).await;
    seat.sign(id, &frozen.sha256).await.expect("signed");
    let waiting = seat.outbox().await;
    let kinds: Vec<_> = waiting.iter().map(|row| row.kind).collect();
    let acceptance = WaitingKindView::Acceptance;
    assert_eq!(kinds, [acceptance, acceptance, WaitingKindView::Report]);
    assert_eq!(seat.session().await.waiting, Some(3), "it cannot be missed");

    let _following = seat.follow();
    house.faults.next("/accept", Fault::LoseAnswer);
    house.faults.next("/reports", Fault::LoseAnswer);
    house.resume();
    seat.until("everything left", async || seat.outbox().await.is_empty())
        .await;
    assert_eq!(house.audited("report.received"), 1);
    let audit = house.audit();
    let accepted: Vec<_> = audit
        .iter()
        .filter(|entry| entry.action == "assignment.accepted")
        .map(|entry| entry.assignment)
        .collect();
    assert_eq!(accepted, [Some(id), Some(second), Some(first)], "in order");
    seat.until("their pieces came ahead", async || {
        let list = seat.list().await.expect("the list").in_progress;
        list.len() == 2
            && list
                .iter()
                .all(|row| row.reception.state == ReceptionState::Complete)
    })
    .await;
}

/// What the platform does not take any more stays in sight until the physician takes it out.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_comes_too_late_is_shown() {
    let mut house = House::open();
    let expert = house.expert(1);
    let seat = house.seat(&expert);
    let (_, id) = house.offer(&expert, vec![letter(1_000)]);
    seat.sign_in().await.expect("signs in");
    seat.list().await.expect("the list");
    house.stop().await;
    assert!(!seat.accept(id).await.expect("queued").sent);
    house.clock.advance(SignedDuration::from_hours(49));
    house.resume();
    seat.sign_in().await.expect("signs in again");
    let waiting = seat.send_outbox().await;
    assert_eq!((waiting.len(), waiting[0].refused), (1, true));
    assert_eq!(house.audited("assignment.accepted"), 0);
    assert_eq!(seat.send_outbox().await, waiting, "not tried again");
    let request = relecture_bridge::WaitingRequest {
        id: waiting[0].id.clone().expect("a decision"),
    };
    let left = relecture_bridge::outbox_dismiss(&seat.desk, request).await;
    assert!(left.expect("taken out").items.is_empty());
}

/// A refusal while the physician waits for it is told at once, and nothing stays behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_is_refused_at_once_is_told_at_once() {
    let house = House::open();
    let expert = house.expert(1);
    let seat = house.seat(&expert);
    let (case, id) = house.offer(&expert, vec![letter(1_000)]);
    seat.sign_in().await.expect("signs in");
    seat.list().await.expect("the list");
    house.platform.withdraw_consent(case).expect("withdrawn");
    let refused = seat.accept(id).await.expect_err("withdrawn");
    assert_eq!(refused.code, FailureCode::CaseWithdrawn);
    assert!(seat.outbox().await.is_empty());
}

/// An expert with two cases that another PC accepted, the second one more urgent.
async fn two_accepted(house: &House) -> (Seat, [uuid::Uuid; 2]) {
    let expert = house.expert(1);
    let first = house.seat(&expert);
    first.sign_in().await.expect("signs in");
    let (_, late) = house.offer(&expert, vec![letter(200_000), letter(1_000)]);
    let (_, urgent) = house.offer(&expert, vec![letter(1_000)]);
    first.accept(urgent).await.expect("accepts");
    house.clock.advance(SignedDuration::from_mins(20));
    first.sign_in().await.expect("signs in again");
    first.accept(late).await.expect("accepts");
    // What that PC fetches is fetched before the other one begins.
    for id in [urgent, late] {
        first.received(id).await;
    }
    (house.seat(&expert), [urgent, late])
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_come_ahead_the_most_urgent_first_unless_that_is_paused() {
    let house = House::open();
    let (seat, [urgent, late]) = two_accepted(&house).await;
    let paused = relecture_bridge::PrefetchRequest { paused: true };
    let session = relecture_bridge::prefetch_pause(&seat.desk, paused).await;
    assert!(session.expect("a session").prefetch_paused);
    seat.sign_in().await.expect("signs in");
    let _following = seat.follow();
    seat.until("the list is there", async || {
        seat.session().await.workstation.cases == Some(2)
    })
    .await;
    seat.list().await.expect("the list");
    for id in [urgent, late] {
        let reception = seat.case(id).await.expect("the case").reception;
        assert_eq!(reception.state, ReceptionState::Absent, "paused");
    }
    let on = relecture_bridge::PrefetchRequest { paused: false };
    relecture_bridge::prefetch_pause(&seat.desk, on)
        .await
        .expect("on");
    seat.until("everything is here", async || {
        let case = seat.case(late).await.expect("the case");
        case.reception.state == ReceptionState::Complete
    })
    .await;
    let downloads: Vec<_> = house
        .audit()
        .into_iter()
        .filter(|entry| entry.action == "documents.downloaded")
        .map(|entry| entry.assignment)
        .collect();
    assert_eq!(downloads[downloads.len() - 3], Some(urgent));
    assert_eq!(downloads[downloads.len() - 1], Some(late));
}

/// The disk keeps a reserve, and the cases of one physician take so much at most: what does not fit is told, nothing else stops.
#[tokio::test(flavor = "multi_thread")]
async fn a_piece_that_does_not_fit_is_told_and_the_others_come() {
    let house = House::open();
    let expert = house.expert(1);
    let data = house.seat(&expert).data().to_owned();
    let small = Room {
        quota: 60_000,
        reserve: 0,
        rate: Some(1 << 20),
    };
    let seat = house.seat_with_room(&expert, &data, small);
    let (_, id) = house.offer(&expert, vec![letter(1_000), letter(200_000)]);
    seat.sign_in().await.expect("signs in");
    seat.accept(id).await.expect("accepts");
    let reception = seat.received(id).await;
    assert_eq!(reception.state, ReceptionState::Stopped);
    assert_eq!(reception.failure, Some(FailureCode::NoRoom));
    let case = seat.case(id).await.expect("the case");
    let whole = case
        .pieces
        .iter()
        .find(|piece| piece.reception.state == ReceptionState::Complete);
    let whole = whole.expect("the small one came").id.clone();
    seat.open(id, &whole).await.expect("it opens");

    seat.forget(id, true).await.expect("forgotten");
    assert_eq!(seat.session().await.workstation.bytes, Some(0));
}
