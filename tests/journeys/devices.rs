//! The physician's PCs: one of them is revoked, and forgets what it held (R14, R22).

use relecture_bridge::{self as bridge, FailureCode};
use uuid::Uuid;

use crate::support::{House, Seat, letter};

const CODE: &str = "chaise-verte-42";

async fn revoke(seat: &Seat, device: &str) -> Result<bridge::Done, bridge::Failure> {
    let request = bridge::DeviceRequest {
        device: device.to_owned(),
    };
    bridge::device_revoke(&seat.desk, request).await
}

async fn listed(seat: &Seat) -> Vec<bridge::DeviceRow> {
    bridge::device_list(&seat.desk, bridge::NoRequest {})
        .await
        .expect("the list")
        .items
}

/// How many files there are below the folder of the desk.
fn files(seat: &Seat) -> usize {
    fn below(folder: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return 0;
        };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths
            .map(|path| if path.is_dir() { below(&path) } else { 1 })
            .sum()
    }
    below(seat.data())
}

/// A PC at work, and another of the same physician from which it is revoked.
async fn revoked_from_elsewhere(house: &House) -> (Seat, Uuid) {
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.choose_code(CODE).await.expect("takes the code");
    let other = house.seat(&seat.expert);
    other.sign_in().await.expect("signs in elsewhere");
    let rows = listed(&other).await;
    assert_eq!(rows.len(), 2);
    assert!(rows[0].current && !rows[1].current, "this PC first");
    revoke(&other, &rows[1].device).await.expect("revoked");
    assert!(listed(&other).await[1].revoked_at.is_some());
    assert!(files(&seat) > 0, "it was not told yet");
    (seat, id)
}

/// R14: at its next contact a revoked PC forgets keys and cases, says so, and can be enrolled anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_pc_forgets_its_cases_at_the_next_contact() {
    let house = House::open();
    let (seat, id) = revoked_from_elsewhere(&house).await;
    seat.desk.keep_watch().await;
    assert!(seat.session().await.expert.is_some(), "no contact yet");
    let refused = seat.list().await.expect_err("revoked");
    assert_eq!(refused.code, FailureCode::DeviceRevoked);
    seat.desk.keep_watch().await;
    let session = seat.session().await;
    assert!(session.revoked && session.expert.is_none());
    assert_eq!(files(&seat), 0, "nothing is left");

    let session = seat
        .sign_in()
        .await
        .expect("signs in as a new installation");
    assert!(!session.revoked && !session.unlock_code_chosen);
    assert_eq!(listed(&seat).await.len(), 3);
    seat.list().await.expect("the list");
    seat.case(id)
        .await
        .expect("the case comes back from the platform");
}

/// R14: the same at sign-in, when the application was closed meanwhile, and at the unlock code.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_pc_forgets_its_cases_when_somebody_comes_back_to_it() {
    let house = House::open();
    let (seat, _) = revoked_from_elsewhere(&house).await;
    let seat = seat.reopened();
    let refused = seat.sign_in().await.expect_err("revoked");
    assert_eq!(refused.code, FailureCode::DeviceRevoked);
    assert_eq!(files(&seat), 0);
    seat.sign_in().await.expect("a new installation");

    let house = House::open();
    let (seat, _, _) = house.at_work(vec![letter(1_000)]).await;
    seat.choose_code(CODE).await.expect("takes the code");
    let other = house.seat(&seat.expert);
    other.sign_in().await.expect("signs in elsewhere");
    seat.lock().await;
    let rows = listed(&other).await;
    revoke(&other, &rows[1].device).await.expect("revoked");
    let refused = seat.unlock(CODE).await.expect_err("revoked");
    assert_eq!(refused.code, FailureCode::DeviceRevoked);
    assert_eq!(files(&seat), 0);
    assert!(seat.session().await.locked.is_none());
}

/// R20, R22: this very PC can be revoked too, with a recent proof of both factors.
#[tokio::test(flavor = "multi_thread")]
async fn the_pc_one_sits_at_is_forgotten_at_once() {
    let house = House::open();
    let (seat, _, _) = house.at_work(vec![letter(1_000)]).await;
    house.clock.advance(jiff::SignedDuration::from_mins(6));
    let rows = listed(&seat).await;
    let refused = revoke(&seat, &rows[0].device).await.expect_err("stale");
    assert_eq!(refused.code, FailureCode::AuthenticationTooOld);
    assert!(files(&seat) > 0);
    bridge::session_confirm(&seat.desk, seat.proof())
        .await
        .expect("proves again");
    revoke(&seat, &rows[0].device).await.expect("revoked");
    assert_eq!(files(&seat), 0);
    assert!(seat.session().await.revoked);
}
