//! Who may sit down at the desk.

use relecture_bridge as bridge;
use relecture_bridge::FailureCode;

use crate::support::{House, Seat, draft, letter};

/// R2, R15: both factors count, three failures in a row lock the account, and only its staff unlocks it.
#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_proofs_lock_the_account() {
    let house = House::open();
    let seat = house.seat(&house.expert(1));
    let sign_in = async |change: &dyn Fn(&mut bridge::SignInRequest)| {
        let mut proof = seat.proof();
        change(&mut proof);
        let refused = bridge::session_sign_in(&seat.desk, proof)
            .await
            .expect_err("refused");
        assert_eq!(seat.session().await.expert, None);
        (refused.code, refused.parameters.attempts_left)
    };
    let wrong_password: &dyn Fn(&mut bridge::SignInRequest) = &|p| p.password.push('!');
    // A digit added to each digit, without carry: never the right code.
    let wrong_code: &dyn Fn(&mut bridge::SignInRequest) = &|p| {
        p.code = p
            .code
            .chars()
            .filter_map(|c| c.to_digit(10))
            .map(|d| ((d + 1) % 10).to_string())
            .collect();
    };
    assert_eq!(
        sign_in(wrong_password).await,
        (FailureCode::InvalidCredentials, Some(2))
    );
    assert_eq!(
        sign_in(wrong_code).await,
        (FailureCode::InvalidCredentials, Some(1))
    );
    assert_eq!(sign_in(wrong_password).await.0, FailureCode::AccountLocked);
    assert_eq!(
        sign_in(&|_| {}).await.0,
        FailureCode::AccountLocked,
        "the right proof comes too late"
    );

    house
        .platform
        .unlock_account(seat.expert.id)
        .expect("unlocked");
    seat.sign_in().await.expect("signs in");
    // Signing in counts from the start again.
    assert_eq!(
        sign_in(wrong_password).await,
        (FailureCode::InvalidCredentials, Some(2))
    );
}

/// R15: three failures before signing lock the account of a physician at work. He goes on writing; the audit has every failure;
/// after the staff's reset he signs in on a restarted application, and the draft is there to the last word.
#[tokio::test(flavor = "multi_thread")]
async fn r15_a_locked_account_loses_no_word_of_the_open_draft() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.write(id, draft("Commencé")).await.expect("kept");
    for left in [Some(2), Some(1), Some(0)] {
        let mut proof = seat.proof();
        proof.password.push('!');
        let refused = bridge::session_confirm(&seat.desk, proof).await;
        assert_eq!(refused.expect_err("refused").parameters.attempts_left, left);
    }
    assert_eq!(house.audited("sign_in.refused"), 3);
    assert_eq!(house.audited("account.locked"), 1);
    seat.write(id, draft("Commencé, puis continué"))
        .await
        .expect("kept, locked or not");

    let seat = seat.reopened();
    let refused = seat.sign_in().await.expect_err("locked");
    assert_eq!(refused.code, FailureCode::AccountLocked);
    house
        .platform
        .unlock_account(seat.expert.id)
        .expect("unlocked");
    assert_eq!(house.audited("account.unlocked"), 1);
    seat.sign_in().await.expect("signs in");
    let kept = &seat.case(id).await.expect("the case").content["summary"];
    assert_eq!(*kept, draft("Commencé, puis continué")["summary"]);
}

/// R16: after six months the sign-in leads through a new password, and back to the same PC.
#[tokio::test(flavor = "multi_thread")]
async fn r16_an_old_password_is_replaced_on_the_way_in() {
    let house = House::open();
    let seat = house.seat(&house.expert(1));
    seat.sign_in().await.expect("signs in");
    house
        .clock
        .advance(jiff::SignedDuration::from_hours(24 * 184));
    let refused = seat.sign_in().await.expect_err("too old");
    assert_eq!(refused.code, FailureCode::PasswordChangeRequired);
    assert_eq!(refused.parameters.reason.as_deref(), Some("renewal"));
    let change = async |password: &str| {
        let request = bridge::PasswordChangeRequest {
            password: password.to_owned(),
        };
        bridge::password_change(&seat.desk, request).await
    };
    let weak = change("Password1!").await.expect_err("weak");
    assert_eq!(weak.code, FailureCode::PasswordWeak);
    assert_eq!(seat.session().await.expert, None);
    let session = change("Vent-7-Crapaud!").await.expect("signed in");
    assert!(session.expert.is_some());
    seat.list().await.expect("the list");
    let devices = bridge::device_list(&seat.desk, bridge::NoRequest {})
        .await
        .expect("the list");
    assert_eq!(devices.items.len(), 1, "the same PC");
    let over = change("Autre-9-Chemin?").await.expect_err("once");
    assert_eq!(over.code, FailureCode::TotpEnrolmentOver);
}

/// R11: a code serves once, even within its thirty seconds.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_served_serves_no_more() {
    let house = House::open();
    let seat = house.seat(&house.expert(1));
    let proof = seat.proof();
    let again = bridge::SignInRequest {
        email: proof.email.clone(),
        password: proof.password.clone(),
        code: proof.code.clone(),
        recovery: false,
    };
    bridge::session_sign_in(&seat.desk, proof)
        .await
        .expect("signs in");
    let refused = bridge::session_sign_in(&seat.desk, again)
        .await
        .expect_err("used");
    assert_eq!(refused.code, FailureCode::InvalidCredentials);
}

/// R57: a certificate of another authority ends the call before a word of it is said.
#[tokio::test(flavor = "multi_thread")]
async fn an_untrusted_certificate_is_told_and_nothing_is_sent() {
    let (house, other) = (House::open(), House::open());
    let expert = house.expert(1);
    // Another authority of the same name, then those of the operating system alone.
    for authority in [Some(other.platform.ca_pem()), None] {
        let folder = tempfile::tempdir().expect("a folder");
        let seat = Seat::new(
            &house.url(),
            authority,
            folder.path(),
            &expert,
            &house.clock,
        );
        let refused = seat.sign_in().await.expect_err("untrusted");
        assert_eq!(refused.code, FailureCode::PlatformUntrusted);
    }
    assert_eq!(house.line.ranges(""), [], "no request was made");
    // The right authority opens the door: it was the certificate, and nothing else.
    house.seat(&expert).sign_in().await.expect("signs in");
}

/// R57: without an https address nothing is sent either.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_without_an_https_address_is_no_platform() {
    let house = House::open();
    let expert = house.expert(1);
    for url in [
        "",
        "relecture.example",
        &house.url().replace("https", "http"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let authority = house.platform.ca_pem();
        let seat = Seat::new(url, Some(authority), folder.path(), &expert, &house.clock);
        let refused = seat.sign_in().await.expect_err("no address");
        assert_eq!(refused.code, FailureCode::PlatformNotConfigured, "{url:?}");
    }
    assert_eq!(house.line.ranges(""), []);
}

/// Issue 2: a second instance takes nothing from the first.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_is_told_that_the_first_holds_the_cases() {
    let house = House::open();
    let (first, _, id) = house.at_work(vec![letter(1_000)]).await;
    let second = first.second_instance();
    let refused = second.sign_in().await.expect_err("in use");
    assert_eq!(refused.code, FailureCode::VaultInUse);
    assert_eq!(second.session().await.expert, None);
    let case = first.case(id).await.expect("the first goes on");
    first.open(id, &case.pieces[0].id).await.expect("opens");
    // Once the first is closed the second may sit down.
    drop(first);
    second.sign_in().await.expect("signs in");
}

/// R21: after sign-out nothing of a case can be asked for.
#[tokio::test(flavor = "multi_thread")]
async fn sign_out_closes_the_desk() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    let case = seat.case(id).await.expect("the case");
    let document = seat.open(id, &case.pieces[0].id).await.expect("opens");
    bridge::session_sign_out(&seat.desk, bridge::NoRequest {})
        .await
        .expect("signs out");
    assert!(seat.page(&document, 1).await.is_none());
    for refused in [
        seat.list().await.map(drop),
        seat.case(id).await.map(drop),
        seat.open(id, &case.pieces[0].id).await.map(drop),
        seat.check(id).await.map(drop),
    ] {
        assert_eq!(
            refused.expect_err("signed out").code,
            FailureCode::SessionEnded
        );
    }
    assert_eq!(house.audited("session.ended"), 1, "the platform was told");
    seat.sign_in().await.expect("signs in again");
    seat.open(id, &case.pieces[0].id)
        .await
        .expect("what was received is still here");
}
