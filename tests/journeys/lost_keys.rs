//! The key store loses what it kept, or the disk the vault's state: nothing unsent is lost (design, section 5).

use relecture_bridge::FailureCode;

use crate::support::{House, complete_opinion, draft, letter};

/// Whichever item is lost, and when all of them are.
#[tokio::test(flavor = "multi_thread")]
async fn the_draft_survives_lost_keys() {
    for lost in ["/vault", "/sealing", "/signature", "/device", ""] {
        let house = House::open();
        let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
        seat.read_everything(id).await;
        seat.write(id, draft("Avant")).await.expect("kept");
        seat.write(id, draft("Le dernier mot")).await.expect("kept");
        let before = seat.case(id).await.expect("the case");
        let former = seat.vaults();

        seat.lose_keys(lost);
        let seat = seat.reopened();
        let session = seat.sign_in().await.expect("signs in");
        assert_eq!(session.recovered, Some(0), "{lost}: told at once");
        seat.list().await.expect("the list");
        assert_eq!(seat.session().await.recovered, Some(1), "{lost}");
        let after = seat.case(id).await.expect("the case");
        assert_eq!(after.content, before.content, "{lost}");
        assert_eq!(
            after.pieces[0].pages_seen, before.pieces[0].pages_seen,
            "{lost}"
        );
        // What is left of the former vault is gone.
        assert_eq!(seat.vaults().len(), 1, "{lost}");
        // Its name is that of the device key, which is another one now unless only the vault's item was lost.
        assert_eq!(seat.vaults() == former, lost == "/vault", "{lost}");

        seat.receive(id).await.expect("received again");
        seat.received(id).await;
        seat.write(id, draft("Et la suite")).await.expect("kept");
        // The next time there is nothing to tell.
        let seat = seat.reopened();
        let session = seat.sign_in().await.expect("signs in");
        assert_eq!(session.recovered, None, "{lost}");
        let case = seat.case(id).await.expect("the case");
        assert_eq!(case.content["summary"], draft("Et la suite")["summary"]);
    }
}

/// A signed opinion that waits to be sent is sent by the PC that was enrolled anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_signed_opinion_that_waits_survives_lost_keys() {
    let mut house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.read_everything(id).await;
    let case = seat.case(id).await.expect("the case");
    seat.write(id, complete_opinion(&case)).await.expect("kept");
    let frozen = seat.freeze_as_it_is(id).await;
    house.stop().await;
    let waiting = seat.sign(id, &frozen.sha256).await.expect("signed");
    assert!(waiting.receipt.is_none());

    seat.lose_keys("");
    let seat = seat.reopened();
    house.resume();
    seat.sign_in().await.expect("signs in");
    let list = seat.list().await.expect("the list");
    assert_eq!(list.signed.len(), 1);
    assert_eq!(seat.session().await.recovered, Some(1));
    let posted = seat.send(id).await.expect("sent");
    assert!(posted.receipt.is_some());
    assert_eq!(posted.signed_at, waiting.signed_at, "signed once");
    assert_eq!(house.audited("report.received"), 1);
}

/// R40, R49: the platform's key is what finds it again; a case that was withdrawn meanwhile has none.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_case_is_not_found_again() {
    let house = House::open();
    let (seat, withdrawn, id) = house.at_work(vec![letter(1_000)]).await;
    seat.write(id, draft("Retiré")).await.expect("kept");
    seat.lose_keys("");
    house
        .platform
        .withdraw_consent(withdrawn)
        .expect("withdrawn");
    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    seat.list().await.expect("the list");
    assert_eq!(seat.session().await.recovered, Some(0));
    let refused = seat.case(id).await.expect_err("gone");
    assert_eq!(refused.code, FailureCode::CaseGone);
    assert_eq!(seat.objects().len(), 0, "no byte is left");
}

/// Two physicians share the PC: one's loss is not the other's business.
#[tokio::test(flavor = "multi_thread")]
async fn another_physician_on_the_same_pc_finds_nothing() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.write(id, draft("À moi")).await.expect("kept");
    seat.lose_keys("");
    let other = house.seat_in(&house.expert(2), seat.data());
    let session = other.sign_in().await.expect("signs in");
    assert_eq!(session.recovered, None);
    other.list().await.expect("the list");
    assert_eq!(other.vaults().len(), 2, "the first one's is left alone");

    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    seat.list().await.expect("the list");
    let case = seat.case(id).await.expect("the case");
    assert_eq!(case.content["summary"], draft("À moi")["summary"]);
}

/// A state that the disk damaged keeps nobody out, and loses no word.
#[tokio::test(flavor = "multi_thread")]
async fn the_draft_survives_a_damaged_state() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.write(id, draft("Intact")).await.expect("kept");
    let state = seat.vaults()[0].join("state");
    let seat = seat.reopened();
    let mut bytes = std::fs::read(&state).expect("the state");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&state, bytes).expect("damaged");

    let session = seat.sign_in().await.expect("signs in");
    assert_eq!(session.recovered, Some(0));
    seat.list().await.expect("the list");
    let case = seat.case(id).await.expect("the case");
    assert_eq!(case.content["summary"], draft("Intact")["summary"]);
    assert_eq!(seat.vaults().len(), 1);
}

/// After an erasure the platform opens no former epoch: a vault made anew begins after it, and opens the next time too.
#[tokio::test(flavor = "multi_thread")]
async fn a_vault_made_anew_after_an_erasure_opens_again() {
    let house = House::open();
    let (seat, withdrawn, _) = house.at_work(vec![letter(1_000)]).await;
    house
        .platform
        .withdraw_consent(withdrawn)
        .expect("withdrawn");
    seat.list().await.expect("the list: the case is erased");
    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in, in the next epoch");
    let state = seat.vaults()[0].join("state");
    let seat = seat.reopened();
    std::fs::write(&state, b"damaged").expect("damaged");
    let session = seat.sign_in().await.expect("signs in");
    assert_eq!(session.recovered, Some(0));
    seat.list().await.expect("the list");
    let seat = seat.reopened();
    let session = seat.sign_in().await.expect("signs in again");
    assert_eq!(session.recovered, None);
}
