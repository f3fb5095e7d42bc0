//! Signing asks for a recent proof of both factors.

use jiff::SignedDuration;
use relecture_bridge as bridge;
use relecture_bridge::FailureCode;

use crate::support::{House, complete_opinion, letter};

/// R20, R75, R123: after five minutes by the platform's clock nothing is signed before both factors are proved again; what was
/// frozen is then signed as it was shown.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_authentication_signs_only_after_a_new_proof() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.read_everything(id).await;
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    let frozen = seat.freeze_as_it_is(id).await;

    // Just recent enough, though this PC's own clock stands still.
    house.clock.advance(SignedDuration::from_secs(299));
    seat.list().await.expect("the platform's clock is heard");
    assert!(seat.session().await.authentication_fresh);
    house.clock.advance(SignedDuration::from_secs(1));
    seat.list().await.expect("the platform's clock is heard");
    assert!(!seat.session().await.authentication_fresh);
    let refused = seat.sign(id, &frozen.sha256).await.expect_err("too old");
    assert_eq!(refused.code, FailureCode::AuthenticationTooOld);

    let mut wrong = seat.proof();
    wrong.password.push('!');
    let refused = bridge::session_confirm(&seat.desk, wrong)
        .await
        .expect_err("wrong");
    assert_eq!(refused.code, FailureCode::InvalidCredentials);
    assert!(!seat.session().await.authentication_fresh);
    assert_eq!(
        seat.submission(id).await.expect_err("nothing").code,
        FailureCode::StateConflict
    );

    let proof = seat.proof();
    let session = bridge::session_confirm(&seat.desk, proof)
        .await
        .expect("proved again");
    assert!(session.authentication_fresh);
    let signed = seat.sign(id, &frozen.sha256).await.expect("signed");
    let receipt = signed.receipt.expect("a receipt");
    let kept = house.archived(id);
    assert_eq!(kept.receipt.split('.').count(), 3, "signed by the platform");
    assert_eq!(
        relecture_crypto::sha256(&kept.pdf).to_string(),
        receipt.file_digest
    );
    // R79: the evidence names the new proof, not the old one.
    let proved = house.clock.now().duration_since(kept.evidence.auth_time);
    assert!(proved < SignedDuration::from_mins(5), "{proved:?}");
}

/// R20: the proof must be that of the physician at the desk.
#[tokio::test(flavor = "multi_thread")]
async fn another_physician_cannot_confirm() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    let other = house.seat(&house.expert(2));
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    let frozen = seat.freeze_as_it_is(id).await;
    house.clock.advance(SignedDuration::from_mins(6));
    seat.list().await.expect("the platform's clock is heard");
    let confirmed = bridge::session_confirm(&seat.desk, other.proof()).await;
    let refused = confirmed.expect_err("somebody else's proof");
    assert_eq!(refused.code, FailureCode::InvalidCredentials);
    let refused = seat
        .sign(id, &frozen.sha256)
        .await
        .expect_err("still too old");
    assert_eq!(refused.code, FailureCode::AuthenticationTooOld);
    // And the desk is still the first physician's.
    assert_eq!(seat.list().await.expect("the list").in_progress.len(), 1);
}

/// R76: whoever signs gives the unlock code of this PC, for its key does not know who sits there. Three wrong ones in a row and a full
/// sign-in is needed; the opinion is still there, and nothing was signed.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_gives_the_unlock_code() {
    const CODE: &str = "chaise-verte-42";
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.choose_code(CODE).await.expect("takes the code");
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    let frozen = seat.freeze_as_it_is(id).await;
    for (code, left) in [(Some("chaise-verte-43"), 2), (None, 1)] {
        let refused = seat
            .sign_with(id, &frozen.sha256, code)
            .await
            .expect_err("not the code");
        assert_eq!(refused.code, FailureCode::UnlockCodeWrong);
        assert_eq!(refused.parameters.attempts_left, Some(left));
    }
    let refused = seat
        .sign_with(id, &frozen.sha256, Some("chaise-verte-44"))
        .await
        .expect_err("the third");
    assert_eq!(refused.code, FailureCode::UnlockImpossible);
    assert_eq!(
        seat.session().await.expert,
        None,
        "a full sign-in is needed"
    );
    assert_eq!(house.audited("report.received"), 0);

    seat.sign_in().await.expect("signs in");
    let frozen = seat.freeze_as_it_is(id).await;
    let signed = seat.sign_with(id, &frozen.sha256, Some(CODE)).await;
    assert!(signed.expect("signed").receipt.is_some());
    assert_eq!(house.audited("report.received"), 1);
}
