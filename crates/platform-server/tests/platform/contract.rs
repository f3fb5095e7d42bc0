//! R118, R119, R124 and the shape of every answer.

use relecture_platform_api::{Code, Configuration, OPERATIONS};
use uuid::Uuid;

use crate::support::{House, Tweak, fill};

#[tokio::test]
async fn r118_every_operation_of_the_contract_is_served() {
    let house = House::open();
    let client = house.client();
    let mut served = 0;
    for operation in OPERATIONS {
        let answer = client
            .call(
                operation.id,
                &[Uuid::nil(), Uuid::nil()],
                None,
                &Tweak::default(),
            )
            .await;
        let expected = match operation.id {
            "configuration_view" | "authorization_server_view" => 200,
            // A proof is there, a body is not.
            "challenge_answer" | "totp_enrol" | "totp_confirm" | "token_issue" | "token_revoke"
            | "password_change" | "request_push" | "ciba_begin" => 415,
            "ciba_view" => 410,
            "ciba_cancel" => 204,
            _ => 401,
        };
        assert_eq!(answer.status, expected, "{}", operation.id);
        served += 1;
    }
    assert_eq!(served, OPERATIONS.len());
}

#[tokio::test]
async fn r118_nothing_else_is_served() {
    let house = House::open();
    let client = house.client();
    let mut checked = 0;
    for path in OPERATIONS.iter().map(|operation| operation.path) {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if OPERATIONS
                .iter()
                .any(|operation| operation.path == path && operation.method == method)
            {
                continue;
            }
            let answer = client
                .send(
                    method,
                    &fill(path, &[Uuid::nil(), Uuid::nil()]),
                    None,
                    &Tweak::default(),
                )
                .await;
            assert_eq!(
                answer.expect("an answer").code(),
                Code::NotFound,
                "{method} {path}"
            );
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked} other methods");
    for path in [
        "/",
        "/v1",
        "/v1/patients",
        "/v1/assignments/",
        "/_test/clock",
    ] {
        let answer = client
            .send("GET", path, None, &Tweak::default())
            .await
            .expect("an answer");
        assert_eq!(
            (answer.status, answer.code()),
            (404, Code::NotFound),
            "{path}"
        );
    }
}

#[tokio::test]
async fn r119_every_answer_carries_its_headers_and_every_error_is_a_problem() {
    let house = House::open();
    let client = house.client();
    for path in [
        "/.well-known/second-opinion-configuration",
        "/nothing",
        "/v1/me",
    ] {
        let answer = client
            .send(
                "GET",
                path,
                None,
                &Tweak {
                    no_proof: true,
                    ..Tweak::default()
                },
            )
            .await
            .expect("an answer");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'"),
            ("date", "Thu, 04 Jun 2026 08:00:00 GMT"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(!answer.header("dpop-nonce").is_empty(), "{path}");
        let id: Uuid = answer.header("request-id").parse().expect("an identifier");
        if answer.status >= 400 {
            let problem = answer.problem();
            assert_eq!(problem.request_id, id.to_string());
            assert_eq!(problem.status, answer.status);
            assert_eq!(
                problem.kind,
                format!("https://localhost/problems/{}", problem.code.word())
            );
        }
    }
}

#[tokio::test]
async fn r119_bodies_outside_the_contract_are_problems() {
    let house = House::open();
    let client = house.desk(&house.expert(1)).await;
    let send = async |kind: &'static str, body: Vec<u8>| {
        let tweak = Tweak {
            headers: vec![("idempotency-key", "k".into())],
            ..Tweak::default()
        };
        client
            .call("device_enrol", &[], Some((kind, body)), &tweak)
            .await
    };
    let json = "application/json";
    let answers = [
        (send(json, b"{".to_vec()).await, 400, Code::Malformed),
        (send(json, b"{}".to_vec()).await, 422, Code::Validation),
        (
            send(json, br#"{"name":1}"#.to_vec()).await,
            422,
            Code::Validation,
        ),
        (
            send("text/plain", b"{}".to_vec()).await,
            415,
            Code::UnsupportedMedia,
        ),
        (send(json, vec![b' '; 100_000]).await, 413, Code::TooLarge),
    ];
    for (answer, status, code) in &answers {
        assert_eq!((answer.status, answer.code()), (*status, *code));
    }
    let bad_form = client
        .token(&[("grant_type", "password"), ("username", "x")])
        .await;
    assert_eq!((bad_form.status, bad_form.code()), (400, Code::Malformed));
}

#[tokio::test]
async fn r123_r124_the_configuration_tells_the_time_and_the_oldest_client() {
    let house = House::open();
    let client = house.client();
    let configuration: Configuration = client.get("configuration_view", &[]).await.json();
    assert_eq!(configuration.server_time, house.clock.now());
    assert_eq!(
        (
            configuration.step_up_max_age,
            configuration.max_report_bytes
        ),
        (300, 20 << 20)
    );
    assert!(configuration.platform_account && configuration.passkey);
    for (version, status) in [
        ("relecture/0.0.9 linux", 426),
        ("relecture/0.1.0 linux", 401),
        ("relecture/1.0.0 linux", 401),
        ("something", 401),
    ] {
        let tweak = Tweak {
            headers: vec![("x-client", version.into())],
            ..Tweak::default()
        };
        let answer = client.call("me_view", &[], None, &tweak).await;
        assert_eq!(answer.status, status, "{version}");
        if status == 426 {
            assert_eq!(answer.code(), Code::ClientUpgradeRequired);
            let answer = client.call("configuration_view", &[], None, &tweak).await;
            assert_eq!(answer.status, 200, "it can still learn why");
        }
    }
}

/// A proof made for another server is useless here, whatever that server forwards.
#[tokio::test]
async fn r12_only_our_own_names_are_served() {
    let house = House::open();
    let client = house.desk(&house.expert(1)).await;
    let proof = client.proof("GET", "https://evil.example/v1/me", &Tweak::default());
    // HTTP/1.1, where the host is a header.
    let root =
        reqwest::Certificate::from_pem(house.platform.ca_pem().as_bytes()).expect("a certificate");
    let http = reqwest::Client::builder()
        .tls_certs_only([root])
        .http1_only()
        .build()
        .expect("a client");
    let request = http
        .get(format!("{}/v1/me", house.base_url()))
        .header("host", "evil.example")
        .header("authorization", format!("DPoP {}", client.access_token()))
        .header("dpop", proof);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 400);
    let local = house.base_url().replace("localhost", "127.0.0.1");
    let configuration = format!("{local}/.well-known/second-opinion-configuration");
    assert_eq!(
        client
            .http
            .get(configuration)
            .send()
            .await
            .expect("an answer")
            .status()
            .as_u16(),
        200
    );
}
