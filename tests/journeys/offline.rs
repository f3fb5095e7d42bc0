//! The platform does not answer, the PC was restarted, and the work goes on under the lease (R50, R51, R52).

use jiff::{SignedDuration, Timestamp};
use relecture_bridge::FailureCode;
use uuid::Uuid;

use crate::support::{House, Seat, complete_opinion, draft, letter};

const CODE: &str = "chaise-verte-42";

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// A physician who has received a case and chosen a code, and whose PC is off now.
async fn prepared(house: &House) -> (Seat, Uuid, Timestamp) {
    let (seat, _, id) = house.at_work(vec![letter(50_000)]).await;
    seat.set_clock(house.clock.now());
    seat.list().await.expect("the list");
    seat.choose_code(CODE).await.expect("takes the code");
    seat.write(id, draft("Avant")).await.expect("kept");
    let session = seat.session().await;
    assert!(session.readable_until.is_some() && !session.offline);
    (seat.reopened(), id, house.clock.now())
}

#[tokio::test(flavor = "multi_thread")]
async fn r51_a_case_is_read_and_written_without_the_platform_while_the_lease_lasts() {
    let mut house = House::open();
    let (seat, id, start) = prepared(&house).await;
    house.stop().await;
    house.clock.advance(hours(71));
    seat.set_clock(start + hours(71));
    let session = seat.work_offline(CODE).await.expect("opens");
    assert!(session.offline && session.expert.is_some());
    assert_eq!(session.platform_reachable, Some(false));
    let list = seat.list().await.expect("the last known list");
    assert_eq!(list.in_progress.len(), 1);
    let case = seat.case(id).await.expect("the case");
    assert_eq!(case.content["summary"], draft("Avant")["summary"]);
    let document = seat.open(id, &case.pieces[0].id).await.expect("opens");
    assert!(seat.page(&document, 1).await.is_some(), "a page is drawn");
    seat.write(id, draft("Hors connexion")).await.expect("kept");
    // What needs the platform says so, and loses nothing.
    let refused = seat.receive(id).await.expect_err("asks the platform");
    assert_eq!(refused.code, FailureCode::PlatformUnreachable);
    // Away from the desk and back.
    seat.lock().await;
    let session = seat.unlock(CODE).await.expect("unlocks");
    assert!(session.offline);

    // The end of the lease comes while the case is open.
    house.clock.advance(hours(2));
    seat.desk.touch();
    seat.desk.keep_watch().await;
    let refused = seat.case(id).await.expect_err("over");
    assert_eq!(refused.code, FailureCode::LeaseOver);
    let refused = seat.write(id, draft("Trop tard")).await.expect_err("over");
    assert_eq!(refused.code, FailureCode::LeaseOver);
    let seat = seat.reopened();
    // R52: nor does a clock put back open it again.
    for clock in [start + hours(73), start + hours(1), start] {
        seat.set_clock(clock);
        let refused = seat.work_offline(CODE).await.expect_err("over");
        assert_eq!(refused.code, FailureCode::NoLease);
    }

    house.resume();
    let session = seat.sign_in().await.expect("signs in");
    assert!(!session.offline);
    seat.list().await.expect("the list");
    let case = seat.case(id).await.expect("the case");
    assert_eq!(case.content["summary"], draft("Hors connexion")["summary"]);
}

/// Proving both factors makes work under the lease an ordinary session, with what is open.
#[tokio::test(flavor = "multi_thread")]
async fn r20_a_proof_ends_the_work_under_the_lease() {
    let mut house = House::open();
    let (seat, id, _) = prepared(&house).await;
    house.stop().await;
    seat.work_offline(CODE).await.expect("opens");
    house.resume();
    let case = seat.case(id).await.expect("the case");
    seat.read_everything(id).await;
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    let session = relecture_bridge::session_confirm(&seat.desk, seat.proof()).await;
    assert!(!session.expect("proved").offline);
    let frozen = seat.freeze_as_it_is(id).await;
    let signed = seat
        .sign_with(id, &frozen.sha256, Some(CODE))
        .await
        .expect("signed");
    assert!(signed.receipt.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_codes_leave_only_the_full_sign_in() {
    let mut house = House::open();
    let (seat, id, _) = prepared(&house).await;
    house.stop().await;
    for left in [Some(2), Some(1)] {
        let refused = seat
            .work_offline("lampe-rouge-17")
            .await
            .expect_err("wrong");
        assert_eq!(refused.code, FailureCode::UnlockCodeWrong);
        assert_eq!(refused.parameters.attempts_left, left);
    }
    let refused = seat
        .work_offline("lampe-rouge-17")
        .await
        .expect_err("wrong");
    assert_eq!(refused.code, FailureCode::UnlockImpossible);
    assert!(seat.work_offline(CODE).await.is_err(), "void");
    house.resume();
    let session = seat.sign_in().await.expect("signs in");
    assert!(!session.unlock_code_chosen, "another is asked for");
    let case = seat.case(id).await.expect("the case");
    assert_eq!(case.content["summary"], draft("Avant")["summary"]);
    seat.choose_code(CODE).await.expect("takes the code");
    seat.lock().await;
    seat.unlock(CODE).await.expect("unlocks");
}

/// R52: a clock that is ahead ends nothing that the platform does not end, and what was believed of it offline is put right.
#[tokio::test(flavor = "multi_thread")]
async fn r52_a_clock_that_is_ahead_is_put_right_by_the_platform() {
    let mut house = House::open();
    let (seat, id, start) = prepared(&house).await;
    seat.sign_in().await.expect("signs in");
    seat.list().await.expect("the list");
    seat.set_clock(start + hours(24 * 365));
    seat.desk.keep_watch().await;
    assert!(seat.case(id).await.is_ok(), "moved at work");

    let seat = seat.reopened();
    house.stop().await;
    seat.set_clock(start + hours(48));
    seat.work_offline(CODE)
        .await
        .expect("opens, two days ahead");
    seat.desk.keep_watch().await;
    let seat = seat.reopened();
    seat.set_clock(start + hours(24 * 365));
    let refused = seat.work_offline(CODE).await.expect_err("a year ahead");
    assert_eq!(refused.code, FailureCode::NoLease);
    house.resume();
    seat.sign_in().await.expect("signs in");
    seat.list().await.expect("the list");
    let case = seat.case(id).await.expect("the case");
    assert_eq!(case.content["summary"], draft("Avant")["summary"]);
    // Right again, and so is the lease.
    let seat = seat.reopened();
    house.stop().await;
    seat.set_clock(start + hours(1));
    seat.work_offline(CODE).await.expect("opens");
    seat.case(id).await.expect("the case");
}

/// Another physician, or one who never was here, has nothing to open.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_lease_there_is_nothing_to_open() {
    let mut house = House::open();
    let (seat, _, _) = prepared(&house).await;
    let other = house.seat_in(&house.expert(2), seat.data());
    house.stop().await;
    let refused = other.work_offline(CODE).await.expect_err("nothing");
    assert_eq!(refused.code, FailureCode::NoLease);
    assert_eq!(other.vaults().len(), 1);
}

/// R50: readable on the fourteenth day after the report, gone on the sixteenth, the application closed and offline in between.
#[tokio::test(flavor = "multi_thread")]
async fn r50_a_case_is_gone_after_its_purge_date() {
    let mut house = House::open();
    let (seat, id, _) = prepared(&house).await;
    seat.sign_in().await.expect("signs in");
    seat.list().await.expect("the list");
    let case = seat.case(id).await.expect("the case");
    seat.read_everything(id).await;
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    let frozen = seat.freeze_as_it_is(id).await;
    let posted = seat
        .sign_with(id, &frozen.sha256, Some(CODE))
        .await
        .expect("signed");
    assert!(posted.receipt.is_some());
    seat.list().await.expect("the list");

    house.clock.advance(hours(24 * 14 - 1));
    seat.set_clock(house.clock.now());
    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    seat.list().await.expect("the list");
    assert!(seat.case(id).await.is_ok(), "readable on day 14");
    let seat = seat.reopened();
    house.stop().await;
    house.clock.advance(hours(48));
    seat.set_clock(house.clock.now());
    let refused = seat.work_offline(CODE).await.expect_err("day 16");
    assert_eq!(refused.code, FailureCode::NoLease);
}
