//! Forgetting a case on this PC because the physician asks for it.

use relecture_bridge::{FailureCode, ReceptionState};

use crate::support::{House, complete_opinion, draft, letter, of};

/// R49: key first, then bytes; the platform knows; the case stays his and comes back when he wants it.
#[tokio::test(flavor = "multi_thread")]
async fn r49_a_case_is_forgotten_here_and_taken_back() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(50_000)]).await;
    seat.read_everything(id).await;
    seat.write(id, draft("Nulle part ailleurs."))
        .await
        .expect("kept");
    let kept = seat.objects();
    let asked = seat.forget(id, false).await.expect_err("asked first");
    assert_eq!(asked.code, FailureCode::CaseWritten);
    assert_eq!(seat.objects(), kept, "nothing was done");

    seat.forget(id, true).await.expect("forgotten");
    assert!(seat.objects().is_empty());
    let list = seat.list().await.expect("the list");
    assert_eq!((list.in_progress.len(), list.left_out.len()), (0, 1));
    assert_eq!(list.left_out[0].assignment, id.to_string());
    assert_eq!(
        seat.case(id).await.expect_err("not here").code,
        FailureCode::CaseGone
    );
    seat.send_outbox().await;
    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    let _following = seat.follow();
    seat.until("the platform knows", async || {
        let held = house.platform.holdings(id).expect("reads");
        held[0].reason.as_deref() == Some("asked")
    })
    .await;
    let list = seat.list().await.expect("the list");
    assert_eq!(list.left_out.len(), 1, "it stays away after a restart");
    assert!(seat.objects().is_empty(), "and is not fetched ahead");

    relecture_bridge::case_take_back(&seat.desk, of(id))
        .await
        .expect("taken back");
    assert_eq!(seat.received(id).await.state, ReceptionState::Complete);
    let case = seat.case(id).await.expect("the case");
    assert_eq!(
        case.saved_at, None,
        "what was written is gone, as he was told"
    );
    seat.read_everything(id).await;
    assert_eq!(
        house.platform.holdings(id).expect("reads")[0].erased_at,
        None
    );
}

/// What waits to be sent is not forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_with_an_unsent_opinion_is_not_forgotten() {
    let mut house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    house.stop().await;
    let frozen = seat.freeze_as_it_is(id).await;
    seat.sign(id, &frozen.sha256).await.expect("signed");
    let refused = seat.forget(id, true).await.expect_err("it waits");
    assert_eq!(refused.code, FailureCode::CaseUnsent);
    house.resume();
    seat.send(id).await.expect("sent");
    seat.forget(id, true).await.expect("forgotten");
    assert!(seat.objects().is_empty());
}
