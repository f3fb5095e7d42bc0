//! The platform does not answer, at every step of the job: told, nothing lost, and on it goes.

use jiff::{SignedDuration, Timestamp};
use relecture_bridge::{FailureCode, ReceptionState, WaitingKindView};

use crate::support::{Fault, House, complete_opinion, draft, letter};

/// Issue 2: sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn sign_in_waits_for_the_platform() {
    let mut house = House::open();
    let seat = house.seat(&house.expert(1));
    house.stop().await;
    let refused = seat.sign_in().await.expect_err("down");
    assert_eq!(refused.code, FailureCode::PlatformUnreachable);
    assert_eq!(seat.session().await.expert, None);
    house.resume();
    seat.sign_in().await.expect("signs in");
}

/// R13: an enrolment whose answer is lost leaves one installation, not two.
#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_whose_answer_is_lost_counts_once() {
    let house = House::open();
    let seat = house.seat(&house.expert(1));
    house.faults.next("/v1/devices", Fault::LoseAnswer);
    let refused = seat.sign_in().await.expect_err("cut");
    assert_eq!(refused.code, FailureCode::PlatformUnreachable);
    let session = seat.sign_in().await.expect("signs in");
    assert!(session.workstation.enrolled_at.is_some());
    assert_eq!(house.audited("device.enrolled"), 1);
}

/// R24: the list. Before it was ever read there is nothing to show; afterwards the last known one is shown with its age.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_known_list_is_shown_while_the_platform_is_down() {
    let mut house = House::open();
    let expert = house.expert(1);
    let seat = house.seat(&expert);
    house.offer(&expert, vec![letter(1_000)]);
    seat.sign_in().await.expect("signs in");
    house.stop().await;
    let refused = seat.list().await.expect_err("never read");
    assert_eq!(refused.code, FailureCode::PlatformUnreachable);
    assert_eq!(seat.session().await.platform_reachable, Some(false));

    house.resume();
    let known = seat.list().await.expect("read");
    assert_eq!(known.offers.len(), 1);
    house.stop().await;
    let shown = seat.list().await.expect("the last known one");
    assert_eq!(shown.offers, known.offers);
    assert_eq!(shown.updated_at, known.updated_at);

    house.resume();
    // R123: between the two the clock of this PC was moved, by more than a proof may be off.
    house.clock.advance(SignedDuration::from_mins(3));
    assert_ne!(
        seat.list().await.expect("read again").updated_at,
        known.updated_at
    );
    assert_eq!(seat.session().await.platform_reachable, Some(true));
}

/// Issue 2: acceptance. Down, the offer stays; served but unheard, it is accepted all the same.
#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_is_neither_lost_nor_doubled() {
    let mut house = House::open();
    let expert = house.expert(1);
    let seat = house.seat(&expert);
    let (_, id) = house.offer(&expert, vec![letter(1_000)]);
    seat.sign_in().await.expect("signs in");
    seat.list().await.expect("the list");
    house.stop().await;
    assert!(!seat.accept(id).await.expect("queued").sent, "down");
    let offers = seat.list().await.expect("the list").offers;
    assert_eq!(offers[0].decided, Some(WaitingKindView::Acceptance));
    house.resume();
    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    assert_eq!(seat.outbox().await.len(), 1, "it outlives the process");

    house.faults.next("/accept", Fault::LoseAnswer);
    assert_eq!(seat.send_outbox().await.len(), 1, "unheard");
    assert_eq!(house.audited("assignment.accepted"), 1);
    assert!(seat.send_outbox().await.is_empty());
    let list = seat.list().await.expect("the list");
    assert_eq!(
        (list.offers.len(), list.in_progress.len()),
        (0, 1),
        "it was accepted"
    );
    assert_eq!(house.audited("assignment.accepted"), 1);
    seat.receive(id).await.expect("its pieces come");
    assert_eq!(seat.received(id).await.state, ReceptionState::Complete);
}

/// R46: a download. What has come stays readable, what is missing waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_half_received_is_read_and_written_while_the_platform_is_down() {
    let mut house = House::open();
    let (seat, _, first) = house.at_work(vec![letter(1_000)]).await;
    let (_, second) = house.offer(&seat.expert, vec![letter(300_000)]);
    house.line.stall_after(100_000);
    seat.accept(second).await.expect("accepts");
    seat.begun(second).await;
    house.stop().await;
    assert_eq!(seat.received(second).await.state, ReceptionState::Stopped);

    let refused = seat.receive(second).await.expect_err("down");
    assert_eq!(refused.code, FailureCode::PlatformUnreachable);
    let half = seat.case(second).await.expect("the half case opens");
    assert!(half.reception.received > 0);
    let refused = seat
        .open(second, &half.pieces[0].id)
        .await
        .expect_err("not here yet");
    assert_eq!(refused.code, FailureCode::PieceNotReceived);
    seat.read_everything(first).await;
    seat.write(first, draft("Écrit pendant la coupure."))
        .await
        .expect("kept");
    seat.write(second, draft("Un début.")).await.expect("kept");

    house.resume();
    seat.receive(second).await.expect("goes on");
    assert_eq!(seat.received(second).await.state, ReceptionState::Complete);
    seat.read_everything(second).await;
    let case = seat.case(first).await.expect("the case");
    assert_eq!(
        case.content["summary"],
        draft("Écrit pendant la coupure.")["summary"]
    );
}

/// R75, R81: freezing and signing need no line; the signed opinion waits on this PC, survives a restart and is then sent.
#[tokio::test(flavor = "multi_thread")]
async fn an_opinion_signed_while_the_platform_is_down_waits_and_is_sent() {
    let mut house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.read_everything(id).await;
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    house.stop().await;
    let frozen = seat.freeze_as_it_is(id).await;
    let signed = seat.sign(id, &frozen.sha256).await.expect("signed");
    assert_eq!(
        signed.waiting.expect("it waits").code,
        FailureCode::PlatformUnreachable
    );
    assert_eq!(signed.receipt, None);
    let refused = seat
        .write(id, draft("Autre chose."))
        .await
        .expect_err("signed");
    assert_eq!(refused.code, FailureCode::StateConflict);
    let list = seat.list().await.expect("the list");
    assert_eq!(list.signed.len(), 1);
    assert_eq!(list.signed[0].received_at, None, "not sent, and told so");

    house.resume();
    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    assert_eq!(
        seat.submission(id).await.expect("kept").signed_at,
        signed.signed_at
    );
    let answer = seat.send(id).await.expect("sent");
    assert_eq!(answer.waiting, None);
    let kept = house.archived(id);
    let digest = relecture_crypto::sha256(&kept.pdf[..frozen.size as usize]).to_string();
    assert_eq!(digest, frozen.sha256, "the bytes signed during the outage");
    assert_eq!(answer.receipt.expect("a receipt").version, 1);
}

/// R81: a submission cut after the platform took it gives one report and the same receipt.
#[tokio::test(flavor = "multi_thread")]
async fn a_submission_whose_receipt_is_lost_is_received_once() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.read_everything(id).await;
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    let frozen = seat.freeze_as_it_is(id).await;
    house.faults.next("/reports", Fault::LoseAnswer);
    let signed = seat.sign(id, &frozen.sha256).await.expect("signed");
    assert_eq!(
        signed.waiting.expect("unheard").code,
        FailureCode::PlatformUnreachable
    );
    assert_eq!(
        house.audited("report.received"),
        1,
        "but the platform has it"
    );

    let answer = seat.send(id).await.expect("sent");
    assert_eq!(house.audited("report.received"), 1);
    let jws = seat.desk.submission(id).await.expect("kept").receipt_jws;
    assert_eq!(jws, Some(house.archived(id).receipt));
    assert_eq!(seat.send(id).await.expect("again").receipt, answer.receipt);
}

/// R20, R81: a proxy's 503 on the way in, then an authentication that has become too old meanwhile: nothing is signed twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_submission_that_waited_too_long_asks_for_both_factors_and_goes() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.read_everything(id).await;
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    let frozen = seat.freeze_as_it_is(id).await;
    house.faults.next("/reports", Fault::Unavailable);
    let signed = seat.sign(id, &frozen.sha256).await.expect("signed");
    assert_eq!(
        signed.waiting.expect("it waits").code,
        FailureCode::PlatformFault
    );
    assert_eq!(house.audited("report.received"), 0);

    house.clock.advance(SignedDuration::from_mins(20));
    let waiting = seat
        .send(id)
        .await
        .expect("kept")
        .waiting
        .expect("it waits");
    assert_eq!(waiting.code, FailureCode::AuthenticationTooOld);
    let proof = seat.proof();
    relecture_bridge::session_confirm(&seat.desk, proof)
        .await
        .expect("proved again");
    let answer = seat.send(id).await.expect("sent");
    assert_eq!(
        answer.signed_at, signed.signed_at,
        "the signature of twenty minutes ago"
    );
    assert!(answer.receipt.is_some());
    assert_eq!(house.audited("report.received"), 1);
}

/// R76, R81: the time of the signature cannot be had, then its answer is lost: the report waits as it was signed. Once it has its
/// timestamp it keeps that one, whatever is cut after.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_waits_for_its_timestamp_and_keeps_the_first_one() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.read_everything(id).await;
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    let frozen = seat.freeze_as_it_is(id).await;
    house.faults.next("/timestamp", Fault::Unavailable);
    let signed = seat.sign(id, &frozen.sha256).await.expect("signed");
    let as_signed = seat.submission_kept(id).await;
    assert_eq!(
        signed.waiting.expect("it waits").code,
        FailureCode::PlatformFault
    );
    house.faults.next("/timestamp", Fault::LoseAnswer);
    let waiting = seat.send(id).await.expect("kept").waiting;
    assert_eq!(
        waiting.expect("it waits").code,
        FailureCode::PlatformUnreachable
    );
    assert_eq!(house.audited("report.timestamped"), 1);
    let kept = seat.submission_kept(id).await;
    assert_eq!(kept.file_digest, as_signed.file_digest, "as it was signed");
    // It has its timestamp, and the report itself does not come through.
    house.faults.next("/reports", Fault::Unavailable);
    let waiting = seat.send(id).await.expect("kept").waiting;
    assert!(waiting.is_some());
    assert_eq!(house.audited("report.timestamped"), 2);
    let at = house.clock.now();
    house.clock.advance(SignedDuration::from_secs(30));
    let answer = seat.send(id).await.expect("sent");
    let receipt = answer.receipt.expect("a receipt");
    assert_eq!(
        house.audited("report.timestamped"),
        2,
        "the first one serves"
    );
    let told: Timestamp = receipt.timestamped_at.parse().expect("an instant");
    assert_eq!(told.as_second(), at.as_second());
    assert_eq!(receipt.signed_digest, as_signed.signed_digest);
    assert_ne!(receipt.file_digest, as_signed.file_digest);
}
