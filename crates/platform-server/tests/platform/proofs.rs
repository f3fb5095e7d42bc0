//! R12, R123: every endpoint of the contract refuses every wrong proof.

use jiff::SignedDuration;
use relecture_crypto::{DeviceKey, make_token};
use relecture_platform_api::{Code, OPERATIONS};

use crate::support::{House, Tweak};

const PUBLIC: [&str; 12] = [
    "password_change",
    "configuration_view",
    "authorization_server_view",
    "request_push",
    "ciba_begin",
    "ciba_view",
    "ciba_cancel",
    "token_revoke",
    "challenge_answer",
    "totp_enrol",
    "totp_confirm",
    "token_issue",
];

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "the table is the test")]
async fn r12_every_endpoint_refuses_every_wrong_proof() {
    let house = House::open();
    let (_, client, id) = house.accepted().await;
    let document = client.manifest(id).await.documents[0].id;
    let before = (
        house.audited("report.received"),
        house.audited("lease.renewed"),
    );
    let tweaks: Vec<(&str, Tweak, Code, &str)> = vec![
        (
            "no token",
            Tweak {
                no_token: true,
                ..Tweak::default()
            },
            Code::InvalidToken,
            "",
        ),
        (
            "nothing",
            Tweak {
                no_token: true,
                no_proof: true,
                ..Tweak::default()
            },
            Code::InvalidToken,
            "",
        ),
        (
            "bearer",
            Tweak {
                scheme: Some("Bearer"),
                ..Tweak::default()
            },
            Code::InvalidToken,
            "",
        ),
        (
            "bearer without proof",
            Tweak {
                scheme: Some("Bearer"),
                no_proof: true,
                ..Tweak::default()
            },
            Code::InvalidToken,
            "",
        ),
        (
            "no proof",
            Tweak {
                no_proof: true,
                ..Tweak::default()
            },
            Code::InvalidToken,
            "proof",
        ),
        (
            "wrong htm",
            Tweak {
                htm: Some("PUT"),
                ..Tweak::default()
            },
            Code::InvalidToken,
            "htm",
        ),
        (
            "wrong htu",
            Tweak {
                htu: Some(format!("{}/v1/other", house.base_url())),
                ..Tweak::default()
            },
            Code::InvalidToken,
            "htu",
        ),
        (
            "htu of another host",
            Tweak {
                htu: Some("https://example.org/v1/me".into()),
                ..Tweak::default()
            },
            Code::InvalidToken,
            "htu",
        ),
        (
            "wrong ath",
            Tweak {
                ath: Some("AAAA".into()),
                ..Tweak::default()
            },
            Code::InvalidToken,
            "ath",
        ),
        (
            "wrong nonce",
            Tweak {
                nonce: Some(make_token()),
                ..Tweak::default()
            },
            Code::UseDpopNonce,
            "",
        ),
        (
            "too old",
            Tweak {
                iat_offset: -61,
                ..Tweak::default()
            },
            Code::InvalidToken,
            "iat",
        ),
        (
            "from the future",
            Tweak {
                iat_offset: 61,
                ..Tweak::default()
            },
            Code::InvalidToken,
            "iat",
        ),
        (
            "wrong type",
            Tweak {
                typ: Some("JWT"),
                ..Tweak::default()
            },
            Code::InvalidToken,
            "proof",
        ),
        (
            "private key inside",
            Tweak {
                private_jwk: true,
                ..Tweak::default()
            },
            Code::InvalidToken,
            "proof",
        ),
        (
            "foreign device",
            Tweak {
                other_key: Some(DeviceKey::make().pkcs8().to_vec()),
                ..Tweak::default()
            },
            Code::InvalidToken,
            "key",
        ),
    ];
    let mut checked = 0;
    for operation in OPERATIONS
        .iter()
        .filter(|operation| !PUBLIC.contains(&operation.id))
    {
        let path = [id, document];
        for (what, tweak, code, reason) in &tweaks {
            let answer = client.call(operation.id, &path, None, tweak).await;
            assert_eq!(answer.status, 401, "{} {what}", operation.id);
            assert_eq!(
                answer.reason(),
                (*code, (*reason).to_owned()),
                "{} {what}",
                operation.id
            );
            assert!(
                answer.header("www-authenticate").starts_with("DPoP"),
                "{} {what}",
                operation.id
            );
            checked += 1;
        }
    }
    assert_eq!(checked, (OPERATIONS.len() - PUBLIC.len()) * tweaks.len());
    assert!(checked >= 14 * 15, "{checked} combinations");
    assert_eq!(
        before,
        (
            house.audited("report.received"),
            house.audited("lease.renewed")
        ),
        "nothing happened"
    );
}

/// R14, R19: nor does any endpoint serve a revoked installation, an ended session or a token that has expired.
#[tokio::test]
async fn r14_every_endpoint_refuses_who_is_no_longer_welcome() {
    let house = House::open();
    let operations: Vec<_> = OPERATIONS
        .iter()
        .filter(|operation| !PUBLIC.contains(&operation.id))
        .collect();
    let (_, client, id) = house.accepted().await;
    let path = [id, client.manifest(id).await.documents[0].id];
    let refused = async |what: &str, expected: (u16, Code)| {
        for operation in &operations {
            let answer = client
                .call(operation.id, &path, None, &Tweak::default())
                .await;
            let seen = (answer.status, answer.code());
            assert_eq!(seen, expected, "{} {what}", operation.id);
        }
    };
    let device = client.device.as_ref().expect("enrolled").device_id;
    house.platform.revoke_device(device).expect("revoked");
    refused("revoked", (403, Code::DeviceRevoked)).await;
    house.clock.advance(SignedDuration::from_mins(11));
    refused("expired", (401, Code::InvalidToken)).await;
    assert!(operations.len() > 15, "{} operations", operations.len());
}

/// R20: what needs a recent proof of both factors is refused six minutes after it, and nothing else is.
#[tokio::test]
async fn r20_a_stale_authentication_is_refused_where_it_matters() {
    let house = House::open();
    let (expert, mut client, id) = house.accepted().await;
    let device = client.device.as_ref().expect("enrolled").device_id;
    let document = client.manifest(id).await.documents[0].id;
    house.clock.advance(SignedDuration::from_mins(6));
    client.renew().await;
    let stale = (401, Code::InsufficientUserAuthentication);
    let (enrolment, _) = client.enrolment("PC");
    let enrolled = client.post("device_enrol", &[], &enrolment, "k").await;
    assert_eq!((enrolled.status, enrolled.code()), stale);
    let revoked = client.get("device_revoke", &[device]).await;
    assert_eq!((revoked.status, revoked.code()), stale);
    for (operation, path) in [
        ("me_view", vec![]),
        ("device_list", vec![]),
        ("assignment_list", vec![]),
        ("manifest_view", vec![id]),
        ("document_content", vec![id, document]),
    ] {
        let answer = client.get(operation, &path).await;
        assert_eq!(answer.status, 200, "{operation}");
    }
    client.sign_in(&expert).await;
    let revoked = client.get("device_revoke", &[device]).await;
    assert_eq!(revoked.status, 204);
}

#[tokio::test]
async fn r12_a_proof_serves_once_at_every_endpoint() {
    let house = House::open();
    let (_, client, id) = house.accepted().await;
    let document = client.manifest(id).await.documents[0].id;
    let mut checked = 0;
    let mut operations: Vec<_> = OPERATIONS
        .iter()
        .filter(|operation| !PUBLIC.contains(&operation.id))
        .collect();
    // Signing out comes last, for it ends the rest.
    operations.sort_by_key(|operation| operation.id == "session_end");
    for operation in operations {
        let once = Tweak {
            jti: Some(make_token()),
            ..Tweak::default()
        };
        let first = client
            .call(operation.id, &[id, document], None, &once)
            .await;
        assert_ne!(first.status, 401, "{}", operation.id);
        let second = client
            .call(operation.id, &[id, document], None, &once)
            .await;
        assert_eq!(
            second.reason(),
            (Code::InvalidToken, "jti".to_owned()),
            "{}",
            operation.id
        );
        checked += 1;
    }
    assert_eq!(checked, OPERATIONS.len() - PUBLIC.len());
}

/// R12 at the sign-in endpoints, which have no token: the code and the refresh token are bound to the key of the proof.
#[tokio::test]
async fn r12_sign_in_needs_a_proof() {
    let house = House::open();
    let client = house.client();
    for operation in [
        "challenge_answer",
        "totp_enrol",
        "totp_confirm",
        "token_issue",
    ] {
        for (reason, tweak) in [
            (
                "proof",
                Tweak {
                    no_proof: true,
                    ..Tweak::default()
                },
            ),
            (
                "htm",
                Tweak {
                    htm: Some("GET"),
                    ..Tweak::default()
                },
            ),
            (
                "htu",
                Tweak {
                    htu: Some("https://example.org/oauth/token".into()),
                    ..Tweak::default()
                },
            ),
            (
                "iat",
                Tweak {
                    iat_offset: -61,
                    ..Tweak::default()
                },
            ),
        ] {
            let answer = client.call(operation, &[], None, &tweak).await;
            assert_eq!(
                answer.reason(),
                (Code::InvalidToken, reason.to_owned()),
                "{operation}"
            );
        }
    }
}

#[tokio::test]
async fn r123_a_clock_60_s_off_does_not_break_a_session() {
    let house = House::open();
    let client = house.desk(&house.expert(1)).await;
    for iat_offset in [-60, 60] {
        let tweak = Tweak {
            iat_offset,
            ..Tweak::default()
        };
        assert_eq!(
            client.call("me_view", &[], None, &tweak).await.status,
            200,
            "{iat_offset}"
        );
    }
    let answer = client
        .call(
            "me_view",
            &[],
            None,
            &Tweak {
                iat_offset: 600,
                ..Tweak::default()
            },
        )
        .await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.header("date"),
        "Thu, 04 Jun 2026 08:00:30 GMT",
        "the platform's clock is there to correct from"
    );
}
