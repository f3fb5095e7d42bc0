//! R9: a TOTP is enrolled at the first sign-in, and again after a recovery code.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use relecture_crypto::{DeviceKey, make_token, sha256};
use relecture_platform_api::{
    AuthorizationChallenge, Code, TotpConfirmation, TotpConfirmed, TotpEnrolment, TotpSecret,
};

use crate::support::{Answer, Client, Expert, House, PASSWORD, Tweak};

/// An account whose physician never signed in.
fn invited(house: &House, number: u64) -> Expert {
    let expert = House::new_expert(number);
    let id = house.platform.invite_expert(&expert).expect("invited");
    Expert {
        id,
        new: expert,
        totp_secret: String::new(),
    }
}

async fn post(
    client: &Client,
    operation: &str,
    body: &impl serde::Serialize,
    tweak: Tweak,
) -> Answer {
    let body = serde_json::to_vec(body).expect("serialises");
    let tweak = Tweak {
        no_token: true,
        ..tweak
    };
    client
        .call(operation, &[], Some(("application/json", body)), &tweak)
        .await
}

async fn enrol(client: &Client, auth_session: &str) -> Answer {
    let request = TotpEnrolment {
        auth_session: auth_session.to_owned(),
    };
    post(client, "totp_enrol", &request, Tweak::default()).await
}

async fn confirm(client: &Client, auth_session: &str, otp: &str, verifier: &str) -> Answer {
    let request = TotpConfirmation {
        auth_session: auth_session.to_owned(),
        otp: otp.to_owned(),
        code_challenge: BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()).0),
        code_challenge_method: "S256".to_owned(),
    };
    post(client, "totp_confirm", &request, Tweak::default()).await
}

async fn recover(client: &Client, expert: &Expert, code: &str) -> Answer {
    let challenge = AuthorizationChallenge {
        username: expert.new.email.clone(),
        password: PASSWORD.to_owned(),
        otp: String::new(),
        recovery_code: Some(code.to_owned()),
        code_challenge: BASE64_URL_SAFE_NO_PAD.encode(sha256(b"v").0),
        code_challenge_method: "S256".to_owned(),
    };
    post(client, "challenge_answer", &challenge, Tweak::default()).await
}

fn session_of(answer: &Answer) -> String {
    assert_eq!(
        (answer.status, answer.code()),
        (403, Code::TotpEnrolmentRequired)
    );
    answer.problem().auth_session.expect("leads on")
}

/// The whole first sign-in; the recovery codes.
async fn first_sign_in(client: &Client, expert: &mut Expert) -> Vec<String> {
    let answer = client.challenge(&expert.new.email, PASSWORD, "", "v").await;
    let auth_session = session_of(&answer);
    let secret: TotpSecret = enrol(client, &auth_session).await.json();
    expert.totp_secret = secret.secret;
    let verifier = make_token();
    let confirmed: TotpConfirmed = confirm(client, &auth_session, &client.otp(expert), &verifier)
        .await
        .json();
    let tokens = client
        .exchange(&confirmed.authorization_code, &verifier)
        .await;
    assert_eq!(tokens.status, 200);
    confirmed.recovery_codes
}

#[tokio::test]
async fn r9_the_first_sign_in_enrols_a_totp_whose_first_code_is_checked() {
    let house = House::open();
    let mut expert = invited(&house, 1);
    let mut client = house.client();
    let email = expert.new.email.clone();
    let wrong = client.challenge(&email, "Wrong-2026!", "", "v").await;
    assert_eq!(wrong.code(), Code::InvalidCredentials, "the password first");

    let auth_session = session_of(&client.challenge(&email, PASSWORD, "", "v").await);
    let secret: TotpSecret = enrol(&client, &auth_session).await.json();
    assert_eq!(secret.secret.len(), 32, "160 bits");
    assert!(secret.uri.starts_with("otpauth://totp/"), "{}", secret.uri);
    assert!(secret.uri.contains(&format!("secret={}", secret.secret)));
    expert.totp_secret = secret.secret;

    // The code of another secret does not count, and neither does this one before its first code.
    let wrong = confirm(&client, &auth_session, "000000", "v").await;
    assert_eq!(
        (wrong.code(), wrong.problem().attempts_left),
        (Code::InvalidCredentials, Some(2))
    );
    let early = client
        .challenge(&email, PASSWORD, &client.otp(&expert), "v")
        .await;
    let second_session = session_of(&early);
    let former = enrol(&client, &auth_session).await;
    assert_eq!(former.code(), Code::InvalidToken, "one enrolment at a time");

    let recovery = {
        let secret: TotpSecret = enrol(&client, &second_session).await.json();
        expert.totp_secret = secret.secret;
        let otp = client.otp(&expert);
        let confirmed: TotpConfirmed = confirm(&client, &second_session, &otp, "v").await.json();
        let again = confirm(&client, &second_session, &otp, "v").await;
        assert_eq!(again.code(), Code::InvalidToken, "once");
        confirmed.recovery_codes
    };
    assert_eq!(recovery.len(), 10);
    house.clock.advance(SignedDuration::from_secs(30));
    client.sign_in(&expert).await;
    assert_eq!(house.audited("totp.enrolled"), 1);
}

#[tokio::test]
async fn r9_an_enrolment_is_for_one_key_ten_minutes_and_three_tries() {
    let house = House::open();
    let expert = invited(&house, 1);
    let client = house.client();
    let begin = async || {
        let answer = client.challenge(&expert.new.email, PASSWORD, "", "v").await;
        session_of(&answer)
    };
    let refused = (Code::InvalidToken, "auth_session".to_owned());

    let auth_session = begin().await;
    let request = TotpEnrolment {
        auth_session: auth_session.clone(),
    };
    let thief = Tweak {
        other_key: Some(DeviceKey::make().pkcs8().to_vec()),
        ..Tweak::default()
    };
    let stolen = post(&client, "totp_enrol", &request, thief).await;
    assert_eq!(stolen.reason(), refused);
    assert_eq!(enrol(&client, "nothing").await.reason(), refused);
    assert_eq!(enrol(&client, &auth_session).await.status, 200);
    house.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(enrol(&client, &auth_session).await.reason(), refused);

    let auth_session = begin().await;
    for left in [2, 1, 0] {
        let wrong = confirm(&client, &auth_session, "000000", "v").await;
        assert_eq!(wrong.problem().attempts_left, Some(left));
    }
    assert_eq!(enrol(&client, &auth_session).await.reason(), refused);
}

#[tokio::test]
async fn r9_a_recovery_code_serves_once_and_leads_to_a_new_totp() {
    let house = House::open();
    let mut expert = invited(&house, 1);
    let client = house.client();
    let codes = first_sign_in(&client, &mut expert).await;
    let lost = expert.totp_secret.clone();

    let wrong = recover(&client, &expert, "AAAAA-AAAAA").await;
    assert_eq!(wrong.code(), Code::InvalidCredentials);
    // Typed as people type.
    let typed = codes[0].to_lowercase().replace('-', " ");
    let auth_session = session_of(&recover(&client, &expert, &typed).await);
    let again = recover(&client, &expert, &codes[0]).await;
    assert_eq!(again.code(), Code::InvalidCredentials, "used up");

    let secret: TotpSecret = enrol(&client, &auth_session).await.json();
    expert.totp_secret = secret.secret;
    assert_ne!(expert.totp_secret, lost);
    let otp = client.otp(&expert);
    let confirmed: TotpConfirmed = confirm(&client, &auth_session, &otp, "v").await.json();
    let former = recover(&client, &expert, &codes[1]).await;
    assert_eq!(
        former.code(),
        Code::InvalidCredentials,
        "the former ones are void"
    );
    session_of(&recover(&client, &expert, &confirmed.recovery_codes[0]).await);

    // The lost authenticator opens nothing any more.
    house.clock.advance(SignedDuration::from_secs(60));
    expert.totp_secret = lost;
    let old = client
        .challenge(&expert.new.email, PASSWORD, &client.otp(&expert), "v")
        .await;
    assert_eq!(old.code(), Code::InvalidCredentials);
}

/// R15: recovery codes are guessed no more often than anything else.
#[tokio::test]
async fn r15_wrong_recovery_codes_lock_the_account() {
    let house = House::open();
    let mut expert = invited(&house, 1);
    let client = house.client();
    let codes = first_sign_in(&client, &mut expert).await;
    let stranger = house.client();
    for _ in 0..3 {
        recover(&stranger, &expert, "AAAAA-AAAAA").await;
    }
    let late = recover(&stranger, &expert, &codes[0]).await;
    assert_eq!(late.code(), Code::AccountLocked);
}

/// Interoperability: the codes of another author's program, made from the secret as a physician would type it.
#[cfg(unix)]
#[tokio::test]
async fn r9_oathtool_signs_in() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.client();
    let oathtool = |at: jiff::Timestamp| {
        let output = std::process::Command::new("oathtool")
            .args(["--totp", "--base32", "--digits=6", "--now"])
            .arg(at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
            .arg(&expert.totp_secret)
            .output()
            .expect("oathtool runs: `cargo xtask setup` installs it");
        assert!(output.status.success());
        String::from_utf8(output.stdout)
            .expect("digits")
            .trim()
            .to_owned()
    };
    for _ in 0..4 {
        house.clock.advance(SignedDuration::from_secs(95));
        let (verifier, email) = (make_token(), &expert.new.email);
        let otp = oathtool(house.clock.now());
        let answer = client.challenge(email, PASSWORD, &otp, &verifier).await;
        let code = answer
            .json::<relecture_platform_api::AuthorizationCode>()
            .authorization_code;
        client.tokens = Some(client.exchange(&code, &verifier).await.json());
        let again = client.challenge(email, PASSWORD, &otp, "v").await;
        assert_eq!(again.code(), Code::InvalidCredentials, "once");
    }
}

/// A telephone whose clock is 90 s off is told so; it counts all the same, and is no way in.
#[tokio::test]
async fn r9_a_clock_ninety_seconds_off_is_told_as_one() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.client();
    let email = &expert.new.email;
    for (offset, left) in [(90, 2), (-90, 1)] {
        let otp = Client::otp_at(
            &expert,
            house.clock.now() + SignedDuration::from_secs(offset),
        );
        let answer = client.challenge(email, PASSWORD, &otp, "v").await;
        assert_eq!(
            (answer.status, answer.code(), answer.problem().attempts_left),
            (401, Code::ClockSkewed, Some(left))
        );
        // Whoever does not know the password learns nothing of clocks.
        let other = house.expert(10 + u64::from(left));
        let stranger = client.challenge(&other.new.email, "Wrong-2026!", &otp, "v");
        assert_eq!(stranger.await.code(), Code::InvalidCredentials);
    }
    let far = Client::otp_at(&expert, house.clock.now() + SignedDuration::from_mins(10));
    let answer = client.challenge(email, PASSWORD, &far, "v").await;
    assert_eq!(answer.code(), Code::AccountLocked, "the third");
}

/// A lost telephone, no recovery code: the staff resets the TOTP, and the next sign-in enrols another.
#[tokio::test]
async fn r9_r15_the_staff_resets_a_totp() {
    let house = House::open();
    let mut expert = house.expert(1);
    let mut client = house.client();
    client.sign_in(&expert).await;
    let by_email = house.platform.expert_by_email(&expert.new.email);
    assert_eq!(by_email.expect("known"), expert.id);
    house.platform.reset_totp(expert.id).expect("reset");
    assert_eq!(client.get("me_view", &[]).await.status, 401, "signed out");
    house.clock.advance(SignedDuration::from_secs(30));
    let former = client.otp(&expert);
    let answer = client
        .challenge(&expert.new.email, PASSWORD, &former, "v")
        .await;
    assert_eq!(answer.code(), Code::TotpEnrolmentRequired);
    assert_eq!(first_sign_in(&client, &mut expert).await.len(), 10);
    assert_eq!(house.audited("totp.reset"), 1);
}
