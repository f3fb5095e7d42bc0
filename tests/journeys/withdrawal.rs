//! The patient takes the consent back.

use relecture_bridge::FailureCode;

use crate::support::{House, complete_opinion, letter};

/// R40, R49: at the next contact the case is gone from this PC, whatever was open of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_case_is_erased_at_the_next_contact() {
    let house = House::open();
    let (seat, withdrawn, id) = house.at_work(vec![letter(50_000)]).await;
    seat.read_everything(id).await;
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    let document = seat.open(id, &case.pieces[0].id).await.expect("opens");
    let frozen = seat.freeze_as_it_is(id).await;
    assert!(!seat.objects().is_empty());

    house
        .platform
        .withdraw_consent(withdrawn)
        .expect("withdrawn");
    let list = seat.list().await.expect("the next contact");
    assert_eq!(
        (list.in_progress.len(), list.signed.len(), list.closed),
        (0, 0, 1)
    );
    assert_eq!(
        seat.objects(),
        Vec::<std::path::PathBuf>::new(),
        "no byte is left"
    );
    for open in [&document, &frozen.document] {
        assert!(
            seat.page(open, 1).await.is_none(),
            "nothing of it is shown any more"
        );
    }
    for refused in [
        seat.case(id).await.map(drop),
        seat.open(id, &case.pieces[0].id).await.map(drop),
        seat.write(id, complete_opinion(&case)).await.map(drop),
        seat.freeze(id, &[]).await.map(drop),
    ] {
        assert_eq!(refused.expect_err("erased").code, FailureCode::CaseGone);
    }
    let refused = seat
        .sign(id, &frozen.sha256)
        .await
        .expect_err("nothing is signed");
    assert_eq!(refused.code, FailureCode::OpinionChanged);
    assert_eq!(house.audited("report.received"), 0);
}

/// R39, R40: the check before signature is a contact.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_is_noticed_before_the_opinion_is_frozen() {
    let house = House::open();
    let (seat, withdrawn, id) = house.at_work(vec![letter(1_000)]).await;
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    house
        .platform
        .withdraw_consent(withdrawn)
        .expect("withdrawn");
    let refused = seat.freeze(id, &[]).await.expect_err("withdrawn");
    assert_eq!(refused.code, FailureCode::CaseGone);
    assert_eq!(seat.objects(), Vec::<std::path::PathBuf>::new());
}

/// R41: a report that arrives after the withdrawal is refused, and the refusal says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_sent_after_the_withdrawal_is_refused_and_the_case_erased() {
    let mut house = House::open();
    let (seat, withdrawn, id) = house.at_work(vec![letter(1_000)]).await;
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    house.stop().await;
    let frozen = seat.freeze_as_it_is(id).await;
    let signed = seat.sign(id, &frozen.sha256).await.expect("signed");
    assert_eq!(
        signed.waiting.expect("down").code,
        FailureCode::PlatformUnreachable
    );

    house.resume();
    house
        .platform
        .withdraw_consent(withdrawn)
        .expect("withdrawn");
    let answer = seat.send(id).await.expect("an answer");
    assert_eq!(answer.receipt, None);
    assert_eq!(
        answer.waiting.expect("refused").code,
        FailureCode::CaseWithdrawn
    );
    // The sentence of this failure says that the case is erased from this PC.
    assert_eq!(seat.objects(), Vec::<std::path::PathBuf>::new());
    assert_eq!(
        seat.case(id).await.expect_err("erased").code,
        FailureCode::CaseGone
    );
    assert_eq!(house.audited("report.received"), 0);
}
