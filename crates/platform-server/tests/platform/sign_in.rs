//! R1, R2, R9, R11, R13, R14, R15, R19, R20, R21: signing in, staying in, being shut out.

use jiff::SignedDuration;
use relecture_crypto::{DeviceKey, make_token};
use relecture_platform_api::{
    AuthorizationCode, Code, DeviceList, Me, Tokens, VaultSecret, contexts,
};
use relecture_platform_server::AdmissionError;
use uuid::Uuid;

use crate::support::{House, PASSWORD, Tweak};

#[tokio::test]
async fn r9_which_factor_was_wrong_is_not_said() {
    let house = House::open();
    let [first, second] = [1, 2].map(|number| house.expert(number));
    let client = house.client();
    let otp = client.otp(&first);
    let attempts = [
        (first.new.email.as_str(), "Wrong-2026!", otp.as_str()),
        (second.new.email.as_str(), PASSWORD, "000000"),
        ("nobody@example.org", PASSWORD, otp.as_str()),
    ];
    let mut problems = Vec::new();
    for (email, password, otp) in attempts {
        let mut problem = client.challenge(email, password, otp, "v").await.problem();
        problem.request_id.clear();
        problems.push(problem);
    }
    assert_eq!(problems[0].code, Code::InvalidCredentials);
    assert_eq!(problems[0].attempts_left, Some(2));
    assert!(
        problems.iter().all(|problem| *problem == problems[0]),
        "{problems:?}"
    );
    assert_eq!(house.audited("sign_in.refused"), 3);
}

#[tokio::test]
async fn r9_a_code_of_totp_serves_once_and_within_one_step() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.client();
    let code = client.otp(&expert);
    let sign_in = async |otp: &str| {
        client
            .challenge(&expert.new.email, PASSWORD, otp, "v")
            .await
            .status
    };
    assert_eq!(sign_in(&code).await, 200);
    assert_eq!(sign_in(&code).await, 401, "the same step again");
    let early = client.otp(&expert);
    house.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(sign_in(&early).await, 401, "two steps ago");
    let late = client.otp(&expert);
    house.clock.advance(SignedDuration::from_secs(30));
    assert_eq!(sign_in(&late).await, 200, "one step ago");
}

#[tokio::test]
async fn r15_three_failures_lock_a_known_and_an_unknown_account_alike() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.client();
    for email in [expert.new.email.as_str(), "nobody@example.org"] {
        let mut seen = Vec::new();
        for _ in 0..4 {
            let problem = client
                .challenge(email, "Wrong-2026!", "000000", "v")
                .await
                .problem();
            seen.push((problem.code, problem.attempts_left));
        }
        let expected = [
            (Code::InvalidCredentials, Some(2)),
            (Code::InvalidCredentials, Some(1)),
            (Code::AccountLocked, Some(0)),
            (Code::AccountLocked, Some(0)),
        ];
        assert_eq!(seen, expected, "{email}");
    }
    assert_eq!(house.audited("account.locked"), 2);
    let right = client
        .challenge(&expert.new.email, PASSWORD, &client.otp(&expert), "v")
        .await;
    assert_eq!(
        (right.status, right.code()),
        (403, Code::AccountLocked),
        "right factors do not help"
    );
    house
        .platform
        .unlock_account(expert.id)
        .expect("the staff unlocks");
    assert_eq!(house.audited("account.unlocked"), 1);
    let right = client
        .challenge(&expert.new.email, PASSWORD, &client.otp(&expert), "v")
        .await;
    assert_eq!(right.status, 200);
}

#[tokio::test]
async fn r15_a_success_starts_the_count_again() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.client();
    for _ in 0..2 {
        for _ in 0..2 {
            let answer = client
                .challenge(&expert.new.email, PASSWORD, "000000", "v")
                .await;
            assert_eq!(answer.code(), Code::InvalidCredentials);
        }
        client.sign_in(&expert).await;
    }
}

#[tokio::test]
async fn r15_a_stranger_cannot_lock_the_physician_out_of_his_own_pc() {
    let house = House::open();
    let expert = house.expert(1);
    let mut own = house.desk(&expert).await;
    let stranger = house.client();
    for _ in 0..3 {
        stranger
            .challenge(&expert.new.email, "Wrong-2026!", "000000", "v")
            .await;
    }
    let other_stranger = house.client();
    let answer = other_stranger
        .challenge(&expert.new.email, PASSWORD, &own.otp(&expert), "v")
        .await;
    assert_eq!(
        answer.code(),
        Code::AccountLocked,
        "unknown devices share one counter"
    );
    own.sign_in(&expert).await;
    assert_eq!(own.get("me_view", &[]).await.status, 200);
    for _ in 0..3 {
        own.challenge(&expert.new.email, PASSWORD, "000000", "v")
            .await;
    }
    let answer = own
        .challenge(&expert.new.email, PASSWORD, &own.otp(&expert), "v")
        .await;
    assert_eq!(
        answer.code(),
        Code::AccountLocked,
        "its own failures do lock it"
    );
}

#[tokio::test]
async fn r15_parallel_guesses_count_one_by_one() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.client();
    // One call first, so that every other has a nonce.
    client
        .challenge("nobody@example.org", PASSWORD, "000000", "v")
        .await;
    let guess = || client.challenge(&expert.new.email, PASSWORD, "000000", "v");
    let answers = futures_util::future::join_all((0..5).map(|_| guess())).await;
    let refused = answers
        .iter()
        .filter(|answer| answer.code() == Code::InvalidCredentials)
        .count();
    assert_eq!(refused, 2, "the third failure locks, whatever the order");
}

#[tokio::test]
async fn r11_a_code_serves_once_soon_for_its_key_and_its_verifier() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.client();
    let code = async |client: &crate::support::Client, verifier: &str| -> String {
        house.clock.advance(SignedDuration::from_secs(30));
        let answer = client
            .challenge(&expert.new.email, PASSWORD, &client.otp(&expert), verifier)
            .await;
        answer.json::<AuthorizationCode>().authorization_code
    };

    let given = code(&client, "verifier").await;
    assert_eq!(
        client.exchange(&given, "another").await.code(),
        Code::InvalidToken,
        "PKCE"
    );
    assert_eq!(
        house.client().exchange(&given, "verifier").await.code(),
        Code::InvalidToken,
        "another key"
    );
    house.clock.advance(SignedDuration::from_secs(61));
    assert_eq!(
        client.exchange(&given, "verifier").await.code(),
        Code::InvalidToken,
        "too late"
    );

    let given = code(&client, "verifier").await;
    client.tokens = Some(client.exchange(&given, "verifier").await.json::<Tokens>());
    assert_eq!(client.get("me_view", &[]).await.status, 200);
    assert_eq!(
        client.exchange(&given, "verifier").await.code(),
        Code::InvalidToken,
        "twice"
    );
    assert_eq!(
        client.get("me_view", &[]).await.code(),
        Code::InvalidToken,
        "what came of it stopped"
    );
}

#[tokio::test]
async fn r11_only_s256_is_accepted() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.client();
    let body = serde_json::json!({
        "username": expert.new.email, "password": PASSWORD, "otp": client.otp(&expert),
        "code_challenge": "v".repeat(43), "code_challenge_method": "plain",
    });
    let tweak = Tweak::default();
    let answer = client
        .call(
            "challenge_answer",
            &[],
            Some(("application/json", body.to_string().into_bytes())),
            &tweak,
        )
        .await;
    assert_eq!(answer.code(), Code::Validation);
}

#[tokio::test]
async fn r12_refresh_tokens_are_bound_to_the_key() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.client();
    client.sign_in(&expert).await;
    let tokens = client.tokens.clone().expect("signed in");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh_token.as_str()),
    ];
    let renewed: Tokens = client.token(&fields).await.json();
    assert_eq!(
        renewed.auth_time, tokens.auth_time,
        "renewing proves no factor"
    );
    assert_eq!(
        house.client().token(&fields).await.code(),
        Code::InvalidToken,
        "another key"
    );
    house.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(
        client.get("me_view", &[]).await.code(),
        Code::InvalidToken,
        "ten minutes"
    );
    client.tokens = Some(client.token(&fields).await.json());
    assert_eq!(client.get("me_view", &[]).await.status, 200);
}

#[tokio::test]
async fn r19_a_session_ends_when_idle_and_when_old() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.client();
    client.sign_in(&expert).await;
    let refresh = client.tokens.clone().expect("signed in").refresh_token;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    let mut alive = 0;
    // Used every 25 minutes: 4 h are the end.
    for _ in 0..12 {
        house.clock.advance(SignedDuration::from_mins(25));
        if client.token(&fields).await.status == 200 {
            client.renew().await;
            client.get("me_view", &[]).await;
            alive += 1;
        }
    }
    assert_eq!(alive, 9, "9 x 25 min are within 4 h, 10 are not");

    client.sign_in(&expert).await;
    let refresh = client.tokens.clone().expect("signed in").refresh_token;
    house.clock.advance(SignedDuration::from_mins(31));
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    assert_eq!(
        client.token(&fields).await.code(),
        Code::InvalidToken,
        "idle"
    );
}

#[tokio::test]
async fn r13_an_installation_that_is_not_enrolled_gets_nothing() {
    let house = House::open();
    let expert = house.expert(1);
    let id = house.offer(&expert);
    let mut client = house.client();
    client.sign_in(&expert).await;
    let mut refused = 0;
    for (operation, path) in [
        ("vault_secret_open", vec![]),
        ("assignment_list", vec![]),
        ("assignment_view", vec![id]),
        ("assignment_accept", vec![id]),
        ("assignment_decline", vec![id]),
        ("lease_renew", vec![id]),
        ("manifest_view", vec![id]),
        ("document_content", vec![id, id]),
        ("report_submit", vec![id]),
        ("receipt_view", vec![id, id]),
        ("access_list", vec![id]),
    ] {
        let answer = client.get(operation, &path).await;
        assert_eq!(
            (answer.status, answer.code()),
            (403, Code::DeviceNotEnrolled),
            "{operation}"
        );
        refused += 1;
    }
    let denials = house
        .audit()
        .iter()
        .filter(|entry| entry.outcome == "device-not-enrolled")
        .count();
    assert_eq!(denials, refused, "R96: each denial is audited");
    let me: Me = client.get("me_view", &[]).await.json();
    assert_eq!(me.device, None);
    assert_eq!(me.expert.rpps, expert.new.rpps);
    let enrolled = client.enrol("PC").await;
    assert_eq!(
        client.get("me_view", &[]).await.json::<Me>().device,
        Some(enrolled)
    );
    assert_eq!(client.get("assignment_list", &[]).await.status, 200);
}

#[tokio::test]
async fn r13_a_key_is_one_installation_of_one_physician() {
    let house = House::open();
    let (first, second) = (house.expert(1), house.expert(2));
    let client = house.desk(&first).await;
    house.clock.advance(SignedDuration::from_secs(30));
    let (verifier, new) = (make_token(), &second.new);
    let otp = client.otp(&second);
    let proved = client
        .challenge(&new.email, &new.password, &otp, &verifier)
        .await;
    let code = proved.json::<AuthorizationCode>().authorization_code;
    let answer = client.exchange(&code, &verifier).await;
    assert_eq!(
        answer.reason(),
        (Code::InvalidToken, "code".to_owned()),
        "no tokens of the second for the PC of the first"
    );
    assert_eq!(
        client.get("assignment_list", &[]).await.status,
        200,
        "the first goes on"
    );
}

#[tokio::test]
async fn r20_enrolment_needs_a_recent_authentication() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.client();
    client.sign_in(&expert).await;
    house.clock.advance(SignedDuration::from_secs(301));
    let (enrolment, _) = client.enrolment("PC");
    let answer = client.post("device_enrol", &[], &enrolment, "k").await;
    assert_eq!(
        (answer.status, answer.code()),
        (401, Code::InsufficientUserAuthentication)
    );
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.contains("insufficient_user_authentication")
            && challenge.contains("max_age=\"300\""),
        "{challenge}"
    );
    client.sign_in(&expert).await;
    assert_eq!(
        client
            .post("device_enrol", &[], &enrolment, "k")
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn enrolment_refuses_what_is_no_key_and_no_request() {
    let house = House::open();
    let mut client = house.client();
    client.sign_in(&house.expert(1)).await;
    let (good, _) = client.enrolment("PC");
    for (field, change) in [
        ("name", serde_json::json!({ "name": " " })),
        ("sealing_key", serde_json::json!({ "sealing_key": "BAAA" })),
        (
            "signature_request",
            serde_json::json!({ "signature_request": "AAAA" }),
        ),
    ] {
        let mut body = serde_json::to_value(&good).expect("JSON");
        body.as_object_mut()
            .expect("an object")
            .extend(change.as_object().expect("an object").clone());
        let answer = client.post("device_enrol", &[], &body, field).await;
        assert_eq!(answer.reason(), (Code::Validation, field.to_owned()));
    }
}

#[tokio::test]
async fn r14_a_revoked_device_stops_at_once_and_never_comes_back() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.desk(&expert).await;
    let device = client.device.clone().expect("enrolled").device_id;
    assert_eq!(client.get("assignment_list", &[]).await.status, 200);
    let refresh = client.tokens.clone().expect("signed in").refresh_token;
    house.platform.revoke_device(device).expect("revoked");
    // Its key is told so wherever it shows itself: it must know that it has to forget.
    let (enrolment, _) = client.enrolment("PC");
    let otp = client.otp(&expert);
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    for answer in [
        client.get("assignment_list", &[]).await,
        client.get("me_view", &[]).await,
        client.post("device_enrol", &[], &enrolment, "k").await,
        client.token(&fields).await,
        client
            .challenge(&expert.new.email, PASSWORD, &otp, "v")
            .await,
        client
            .challenge(&expert.new.email, "Wrong-2026!", "000000", "v")
            .await,
    ] {
        assert_eq!((answer.status, answer.code()), (403, Code::DeviceRevoked));
    }
    // Nobody else is told: the account itself is as it was.
    let stranger = house.client();
    let answer = stranger
        .challenge(&expert.new.email, "Wrong-2026!", "000000", "v")
        .await;
    assert_eq!(answer.code(), Code::InvalidCredentials);
    assert_eq!(answer.problem().attempts_left, Some(2));
}

#[tokio::test]
async fn r22_the_physician_lists_and_revokes_his_own_installations() {
    let house = House::open();
    let [expert, other] = [1, 2].map(|number| house.expert(number));
    let (mut first, mut second) = (house.desk(&expert).await, house.desk(&expert).await);
    let mut stranger = house.desk(&other).await;
    let id = |client: &crate::support::Client| client.device.clone().expect("enrolled").device_id;

    let list: DeviceList = second.get("device_list", &[]).await.json();
    let seen: Vec<_> = list
        .items
        .iter()
        .map(|device| (device.device_id, device.current, device.signed_in))
        .collect();
    assert_eq!(
        seen,
        [(id(&second), true, true), (id(&first), false, true)],
        "his own, the newest first"
    );

    // R24: another physician's installation does not exist. R20: an old proof revokes nothing.
    let foreign = second.get("device_revoke", &[id(&stranger)]).await;
    assert_eq!((foreign.status, foreign.code()), (404, Code::NotFound));
    house.clock.advance(SignedDuration::from_mins(6));
    for client in [&mut first, &mut second, &mut stranger] {
        client.renew().await;
    }
    let stale = second.get("device_revoke", &[id(&first)]).await;
    assert_eq!(
        (stale.status, stale.code()),
        (401, Code::InsufficientUserAuthentication)
    );
    assert_eq!(first.get("me_view", &[]).await.status, 200);

    second.sign_in(&expert).await;
    for _ in 0..2 {
        let done = second.get("device_revoke", &[id(&first)]).await;
        assert_eq!(done.status, 204, "again is done already");
    }
    assert_eq!(
        first.get("me_view", &[]).await.code(),
        Code::DeviceRevoked,
        "at once"
    );
    assert_eq!(stranger.get("me_view", &[]).await.status, 200);
    let list: DeviceList = second.get("device_list", &[]).await.json();
    let revoked = &list.items[1];
    assert!(revoked.revoked_at.is_some() && !revoked.signed_in);
    assert_eq!(house.audited("device.revoked"), 2);
}

#[tokio::test]
async fn r21_sign_out_stops_every_token() {
    let house = House::open();
    let expert = house.expert(1);
    let client = house.desk(&expert).await;
    let refresh = client.tokens.clone().expect("signed in").refresh_token;
    let answer = client.get("session_end", &[]).await;
    assert_eq!(answer.status, 204);
    assert_eq!(client.get("me_view", &[]).await.code(), Code::InvalidToken);
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    assert_eq!(client.token(&fields).await.code(), Code::InvalidToken);
}

#[tokio::test]
async fn r20_a_fresh_sign_in_renews_the_session_in_place() {
    let house = House::open();
    let expert = house.expert(1);
    let mut client = house.desk(&expert).await;
    let before = client.access_token();
    client.sign_in(&expert).await;
    let after = client.access_token();
    assert_ne!(before, after);
    client.tokens.as_mut().expect("signed in").access_token = before;
    assert_eq!(
        client.get("me_view", &[]).await.status,
        200,
        "a download under way goes on"
    );
    assert_eq!(client.get("session_end", &[]).await.status, 204);
    client.tokens.as_mut().expect("signed in").access_token = after;
    assert_eq!(
        client.get("me_view", &[]).await.code(),
        Code::InvalidToken,
        "and one sign-out ends both"
    );
}

/// R49: what a vault sealed to the platform is opened for its own device only, in its own epoch and the later ones.
#[tokio::test]
async fn a_vault_secret_opens_for_its_device_and_not_before_its_epoch() {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
    use relecture_crypto::seal_to;
    let house = House::open();
    let mut client = house.desk(&house.expert(1)).await;
    let device = client.device.clone().expect("enrolled");
    let vault_key = BASE64.decode(&device.vault_key).expect("base64url");
    let sealed = |device: Uuid, epoch: u64| {
        let bound = contexts::vault_seal(device, epoch);
        let sealed = seal_to(&vault_key, contexts::VAULT_SEAL, &bound, &[7; 32]).expect("seals");
        serde_json::json!({ "epoch": epoch, "sealed": BASE64.encode(sealed) })
    };
    let first = sealed(device.device_id, 1);
    let other = house.desk(&house.expert(2)).await;
    let stranger = other.device.clone().expect("enrolled").device_id;
    for (epoch, code) in [
        (1, None),
        (1, None),
        (3, None),
        (2, Some("epoch")),
        (1, Some("epoch")),
        (3, None),
    ] {
        let answer = client
            .post(
                "vault_secret_open",
                &[],
                &sealed(device.device_id, epoch),
                "",
            )
            .await;
        if let Some(reason) = code {
            assert_eq!(answer.reason(), (Code::StateConflict, reason.to_owned()));
            continue;
        }
        let secret: VaultSecret = answer.json();
        let secret = BASE64.decode(secret.sealed).expect("base64url");
        let id = device.device_id.as_bytes();
        let opened = client.sealing.open(contexts::VAULT_SECRET, id, &secret);
        assert_eq!(*opened.expect("opens"), [7; 32]);
        assert!(
            other
                .sealing
                .open(contexts::VAULT_SECRET, id, &secret)
                .is_err()
        );
        // Enrolling again, with a new sealing key, keeps the device and its vault key.
        client.sealing = relecture_crypto::SealingKey::make();
        client.enrol("PC").await;
        let again = client.device.clone().expect("enrolled").vault_key;
        assert_eq!(again, device.vault_key);
    }
    for (foreign, reason) in [
        (first, "sealed"),
        (sealed(stranger, 4), "sealed"),
        (
            serde_json::json!({ "epoch": 4, "sealed": "AAAA" }),
            "sealed",
        ),
    ] {
        let answer = other.post("vault_secret_open", &[], &foreign, "").await;
        assert_eq!(answer.reason(), (Code::Validation, reason.to_owned()));
    }
    let huge = serde_json::json!({ "epoch": u64::MAX, "sealed": "AAAA" });
    let answer = client.post("vault_secret_open", &[], &huge, "").await;
    assert_eq!(answer.code(), Code::StateConflict);
}

#[tokio::test]
async fn r1_one_account_has_one_identifier() {
    let house = House::open();
    let expert = house.expert(1);
    let admit = |change: fn(&mut relecture_platform_server::NewExpert)| {
        let mut new = expert.new.clone();
        new.email = "other@example.org".into();
        new.rpps = "10009999999".into();
        change(&mut new);
        house.platform.admit_expert(&new).map(|_| ())
    };
    assert!(matches!(
        admit(|new| new.rpps = "10009876001".into()),
        Err(AdmissionError::AccountExists)
    ));
    assert!(matches!(
        admit(|new| new.email = " EXPERT1@example.org".into()),
        Err(AdmissionError::AccountExists)
    ));
    assert!(matches!(
        admit(|new| new.rpps = "1234".into()),
        Err(AdmissionError::Rpps)
    ));
    assert!(matches!(
        admit(|new| new.email = "nobody".into()),
        Err(AdmissionError::Email)
    ));
    for weak in [
        "Court-1",
        "sans-majuscule-1",
        "SANS-MINUSCULE-1",
        "Sans-chiffre",
        "SansAutreSigne1",
        "Bien-trop-long-pour-servir-1",
    ] {
        let mut new = expert.new.clone();
        new.password = weak.into();
        assert!(
            matches!(
                house.platform.admit_expert(&new),
                Err(AdmissionError::Password)
            ),
            "{weak}"
        );
    }
    assert!(admit(|_| {}).is_ok());
    assert!(matches!(
        house.platform.unlock_account(Uuid::nil()),
        Err(AdmissionError::Unknown)
    ));
}

#[tokio::test]
async fn passwords_are_kept_as_argon2id_of_64_mib() {
    let house = House::open();
    house.expert(1);
    let db = rusqlite::Connection::open(house.folder.path().join("platform/platform.sqlite"))
        .expect("opens");
    let hash: String = db
        .query_row("SELECT password_hash FROM expert", [], |row| row.get(0))
        .expect("a row");
    assert!(
        hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"),
        "{hash}"
    );
}

#[tokio::test]
async fn r12_a_token_taken_without_its_key_is_useless_and_audited() {
    let house = House::open();
    let client = house.desk(&house.expert(1)).await;
    let thief = Tweak {
        other_key: Some(DeviceKey::make().pkcs8().to_vec()),
        ..Tweak::default()
    };
    let answer = client.call("assignment_list", &[], None, &thief).await;
    assert_eq!(answer.reason(), (Code::InvalidToken, "key".to_owned()));
    assert_eq!(house.audited("denied.assignment_list"), 1);
}
