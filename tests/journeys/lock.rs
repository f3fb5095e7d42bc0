//! The desk is locked, and comes back with the unlock code (R19).

use std::time::Duration;

use jiff::SignedDuration;
use relecture_bridge::{self as bridge, FailureCode, LockReasonView};
use uuid::Uuid;

use crate::support::{Fault, House, Seat, draft, letter};

const CODE: &str = "chaise-verte-42";

/// An expert at work, who has chosen an unlock code.
async fn at_work(house: &House) -> (Seat, Uuid) {
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    assert!(!seat.session().await.unlock_code_chosen);
    let session = seat.choose_code(CODE).await.expect("takes the code");
    assert!(session.unlock_code_chosen);
    (seat, id)
}

/// R19: nobody touches the window for a quarter of an hour.
#[tokio::test(flavor = "multi_thread")]
async fn a_desk_left_alone_is_locked_and_the_code_brings_the_work_back() {
    let house = House::open();
    let (seat, id) = at_work(&house).await;
    seat.write(id, draft("Le premier jet")).await.expect("kept");
    let piece = seat.case(id).await.expect("the case").pieces[0].id.clone();
    let document = seat.open(id, &piece).await.expect("opens");
    let minutes = |count| house.clock.advance(SignedDuration::from_mins(count));

    minutes(14);
    bridge::session_touch(&seat.desk, bridge::NoRequest {})
        .await
        .expect("touched");
    minutes(14);
    seat.desk.lock_if_idle();
    assert!(seat.session().await.locked.is_none(), "somebody was there");

    minutes(1);
    seat.desk.lock_if_idle();
    let session = seat.session().await;
    let locked = session.locked.expect("locked");
    assert_eq!(session.expert, None);
    assert_eq!(locked.reason, LockReasonView::Idle);
    assert_eq!(locked.idle_minutes, Some(15));
    assert_eq!((locked.attempts_left, locked.unsent), (3, 0));
    assert_eq!(locked.name, seat.expert.name);
    assert!(seat.page(&document, 1).await.is_none(), "put away");
    for refused in [
        seat.list().await.map(drop),
        seat.case(id).await.map(drop),
        seat.open(id, &piece).await.map(drop),
    ] {
        let refused = refused.expect_err("locked");
        assert_eq!(refused.code, FailureCode::SessionEnded);
    }

    let session = seat.unlock(CODE).await.expect("unlocks");
    assert!(session.locked.is_none() && session.expert.is_some());
    assert!(session.unlock_code_chosen, "it serves again");
    let case = seat.case(id).await.expect("the case");
    assert_eq!(case.content["summary"], draft("Le premier jet")["summary"]);
    seat.open(id, &piece).await.expect("opens");
    seat.list().await.expect("the same session goes on");
}

/// R15 in spirit: guesses are counted, and the third wrong one leaves only the full sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_codes_ask_for_a_full_sign_in() {
    let house = House::open();
    let (seat, id) = at_work(&house).await;
    seat.write(id, draft("Gardé")).await.expect("kept");
    let reason = seat.lock().await.locked.map(|locked| locked.reason);
    assert_eq!(reason, Some(LockReasonView::Asked));
    for left in [2, 1] {
        let refused = seat.unlock("chaise-verte-43").await.expect_err("wrong");
        assert_eq!(refused.code, FailureCode::UnlockCodeWrong);
        assert_eq!(refused.parameters.attempts_left, Some(left));
        let shown = seat.session().await.locked.expect("still locked");
        assert_eq!(shown.attempts_left, left);
    }
    let refused = seat.unlock("chaise-verte-43").await.expect_err("wrong");
    assert_eq!(refused.code, FailureCode::UnlockImpossible);
    assert!(seat.session().await.locked.is_none());
    let refused = seat.unlock(CODE).await.expect_err("too late");
    assert_eq!(refused.code, FailureCode::SessionEnded);

    seat.sign_in().await.expect("signs in");
    let case = seat.case(id).await.expect("the case");
    let kept = &case.content["summary"];
    assert_eq!(*kept, draft("Gardé")["summary"], "nothing is lost");
    // A right code starts the count again.
    for code in ["chaise-verte-43", CODE, "chaise-verte-43"] {
        seat.lock().await;
        let left = seat.unlock(code).await.err();
        assert_eq!(
            left.and_then(|failure| failure.parameters.attempts_left),
            (code != CODE).then_some(2)
        );
        if code != CODE {
            seat.unlock(CODE).await.expect("unlocks");
        }
    }
}

/// Without a code there is nothing to come back with: the desk is left, and signing in finds the work again.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_code_the_lock_is_a_full_sign_in() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    let session = seat.lock().await;
    assert_eq!((session.expert, session.locked), (None, None));
    let refused = seat.case(id).await.expect_err("nobody is there");
    assert_eq!(refused.code, FailureCode::SessionEnded);
    seat.sign_in().await.expect("signs in");
    seat.case(id).await.expect("the case");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_easy_to_guess_is_not_taken() {
    let house = House::open();
    let (seat, _, _) = house.at_work(vec![letter(1_000)]).await;
    for poor in ["", "1234567", "12345678", "aaaaaaaa"] {
        let refused = seat.choose_code(poor).await.expect_err("weak");
        assert_eq!(refused.code, FailureCode::UnlockCodeWeak, "{poor}");
    }
    assert!(!seat.session().await.unlock_code_chosen);
    let nobody = house.seat(&seat.expert);
    let refused = nobody.choose_code(CODE).await.expect_err("nobody");
    assert_eq!(refused.code, FailureCode::SessionEnded);
}

/// R19, R51: the code is good for the life of the session. The platform ends it after half an hour without a call; where it
/// does not answer, four hours after both factors were proved.
#[tokio::test(flavor = "multi_thread")]
async fn the_code_is_good_as_long_as_the_session() {
    let mut house = House::open();
    let (seat, id) = at_work(&house).await;
    seat.lock().await;
    house.clock.advance(SignedDuration::from_mins(31));
    let refused = seat.unlock(CODE).await.expect_err("the session is over");
    assert_eq!(refused.code, FailureCode::SessionEnded);
    assert!(seat.session().await.locked.is_none());

    seat.sign_in().await.expect("signs in");
    seat.lock().await;
    house.stop().await;
    seat.unlock(CODE)
        .await
        .expect("unlocks without the platform");
    seat.case(id).await.expect("what is here can be read");
    assert_eq!(seat.session().await.platform_reachable, Some(false));
    house.resume();
    seat.list().await.expect("and goes on once it answers");
}

/// The keys go at once: a call that waits for the platform does not hold them.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_on_its_way_ends_with_the_lock() {
    let house = House::open();
    let (seat, _) = at_work(&house).await;
    let patience = Duration::from_secs(20);
    house.faults.next("/v1/assignments", Fault::Delay(patience));
    let desk = std::sync::Arc::clone(&seat.desk);
    let waiting =
        tokio::spawn(async move { bridge::worklist_view(&desk, bridge::NoRequest {}).await });
    while house.line.ranges("/v1/assignments").is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    seat.lock().await;
    let ended = tokio::time::timeout(patience / 2, waiting).await;
    let refused = ended
        .expect("does not wait")
        .expect("runs")
        .expect_err("ended");
    assert_eq!(refused.code, FailureCode::SessionEnded);
    seat.unlock(CODE).await.expect("unlocks");
}

/// A full sign-in from the locked desk, by the same physician or another, ends the lock.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_sign_in_takes_the_place_of_the_lock() {
    let house = House::open();
    let (seat, id) = at_work(&house).await;
    seat.lock().await;
    let mut wrong = seat.proof();
    wrong.password.push('!');
    bridge::session_sign_in(&seat.desk, wrong)
        .await
        .expect_err("wrong");
    assert!(seat.session().await.locked.is_some(), "the lock stands");
    let session = seat.sign_in().await.expect("signs in");
    assert!(session.locked.is_none());
    seat.case(id).await.expect("the case");

    seat.lock().await;
    bridge::session_sign_out(&seat.desk, bridge::NoRequest {})
        .await
        .expect("signs out");
    let refused = seat.unlock(CODE).await.expect_err("given up");
    assert_eq!(refused.code, FailureCode::SessionEnded);
}
