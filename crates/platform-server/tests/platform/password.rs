//! R16, R17: a password is renewed every six months, and replaced when it was stolen.

use jiff::SignedDuration;
use relecture_crypto::make_token;
use relecture_platform_api::{AuthorizationCode, Code};

use crate::support::{Answer, Client, Expert, House, PASSWORD};

const NEW: &str = "Vent-7-Crapaud!";

/// A sign-in with the two right factors.
async fn prove(house: &House, client: &Client, expert: &Expert, password: &str) -> Answer {
    house.clock.advance(SignedDuration::from_secs(30));
    let otp = client.otp(expert);
    client
        .challenge(&expert.new.email, password, &otp, "v")
        .await
}

fn session_of(answer: &Answer, reason: &str) -> String {
    assert_eq!(
        answer.reason(),
        (Code::PasswordChangeRequired, reason.to_owned())
    );
    answer.problem().auth_session.expect("leads on")
}

#[tokio::test]
async fn r16_a_password_is_renewed_after_six_months() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.client();
    house.clock.advance(SignedDuration::from_hours(24 * 182));
    client.sign_in(&expert).await;
    house.clock.advance(SignedDuration::from_hours(24 * 2));
    let wrong = client
        .challenge(&expert.new.email, PASSWORD, "000000", "v")
        .await;
    assert_eq!(wrong.code(), Code::InvalidCredentials, "both factors first");
    let session = session_of(&prove(&house, &client, &expert, PASSWORD).await, "renewal");

    for (new, why) in [
        ("court-1A", "common"),
        ("sansmajuscule-1", "rules"),
        ("Password1!", "common"),
        (PASSWORD, "same"),
    ] {
        let refused = client.change_password(&session, new, "v").await;
        assert_eq!(refused.code(), Code::PasswordWeak, "{new}");
        if why != "same" {
            assert_eq!(refused.reason().1, why, "{new}");
        }
    }
    let stranger = house.client().change_password(&session, NEW, "v").await;
    assert_eq!(stranger.code(), Code::InvalidToken, "another key");
    let verifier = make_token();
    let code: AuthorizationCode = client
        .change_password(&session, NEW, &verifier)
        .await
        .json();
    let again = client
        .change_password(&session, "Autre-9-Chemin?", "v")
        .await;
    assert_eq!(again.code(), Code::InvalidToken, "once");
    client.tokens = Some(
        client
            .exchange(&code.authorization_code, &verifier)
            .await
            .json(),
    );
    assert_eq!(client.get("me_view", &[]).await.status, 200);
    assert_eq!(house.audited("password.changed"), 1);

    let former = prove(&house, &client, &expert, PASSWORD).await;
    assert_eq!(former.code(), Code::InvalidCredentials);
    assert_eq!(prove(&house, &client, &expert, NEW).await.status, 200);
}

#[tokio::test]
async fn r17_a_stolen_password_opens_nothing_but_its_replacement() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.client();
    client.sign_in(&expert).await;
    house
        .platform
        .declare_password_stolen(expert.id)
        .expect("declared");
    assert_eq!(client.get("me_view", &[]).await.status, 401, "signed out");
    let answer = prove(&house, &client, &expert, PASSWORD).await;
    let session = session_of(&answer, "compromised");
    let late = session.clone();
    house.clock.advance(SignedDuration::from_mins(11));
    let refused = client.change_password(&late, NEW, "v").await;
    assert_eq!(refused.code(), Code::InvalidToken, "too late");
    let answer = prove(&house, &client, &expert, PASSWORD).await;
    let session = session_of(&answer, "compromised");
    assert_eq!(client.change_password(&session, NEW, "v").await.status, 200);
    assert_eq!(prove(&house, &client, &expert, NEW).await.status, 200);
    assert_eq!(house.audited("password.stolen"), 1);
}

/// A forgotten password: the staff gives one that serves for nothing but its own replacement, beside the TOTP.
#[tokio::test]
async fn r15_a_forgotten_password_is_replaced_through_the_staff() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.client();
    client.sign_in(&expert).await;
    let provisional = house.platform.reset_password(expert.id).expect("reset");
    assert_eq!(client.get("me_view", &[]).await.status, 401, "signed out");
    let former = prove(&house, &client, &expert, PASSWORD).await;
    assert_eq!(former.code(), Code::InvalidCredentials);
    let wrong = client
        .challenge(&expert.new.email, &provisional, "000000", "v")
        .await;
    assert_eq!(wrong.code(), Code::InvalidCredentials, "both factors");
    let answer = prove(&house, &client, &expert, &provisional).await;
    let session = session_of(&answer, "provisional");
    let kept = client.change_password(&session, &provisional, "v").await;
    assert_eq!(kept.code(), Code::PasswordWeak, "another one");
    assert_eq!(client.change_password(&session, NEW, "v").await.status, 200);
    assert_eq!(prove(&house, &client, &expert, NEW).await.status, 200);
    assert_eq!(house.audited("password.reset"), 1);
}
