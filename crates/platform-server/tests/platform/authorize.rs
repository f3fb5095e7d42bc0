//! The authorization server besides the platform account: PAR, authorize, client authentication, revocation (R11, R13, R14).

use relecture_crypto::{DeviceKey, make_token, sha256};
use relecture_platform_api::{AuthorizationServer, Code, PushedRequestKept, Tokens};
use reqwest::{Client as Browser, redirect::Policy};
use serde_json::{Value, json};

use crate::support::{Client, House, Tweak};

fn challenge() -> String {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    BASE64_URL_SAFE_NO_PAD.encode(sha256(make_token().as_bytes()).0)
}

/// A right request, with some of its fields replaced.
fn request(client: &Client, changed: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("response_type", "code".to_owned()),
        ("redirect_uri", "http://127.0.0.1:51004/retour".to_owned()),
        ("state", "an-opaque-state".to_owned()),
        ("code_challenge", challenge()),
        ("code_challenge_method", "S256".to_owned()),
        ("acr_values", "eidas1".to_owned()),
    ];
    fields.extend(client.assertion(&client.key, |_| {}));
    for (name, value) in changed {
        fields.retain(|(other, _)| other != name);
        fields.push((name, (*value).to_owned()));
    }
    fields
}

async fn push(client: &Client, fields: &[(&'static str, String)]) -> crate::support::Answer {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    client.form("request_push", &fields).await
}

#[tokio::test]
async fn r11_the_discovery_document_is_that_of_this_platform() {
    let house = House::open();
    let server: AuthorizationServer = house
        .client()
        .get("authorization_server_view", &[])
        .await
        .json();
    assert_eq!(server.issuer, house.base_url());
    assert!(server.require_pushed_authorization_requests);
    assert!(server.authorization_response_iss_parameter_supported);
    assert_eq!(server.code_challenge_methods_supported, ["S256"]);
    assert_eq!(
        server.token_endpoint_auth_methods_supported,
        ["private_key_jwt"]
    );
    for endpoint in [
        &server.authorization_endpoint,
        &server.token_endpoint,
        &server.pushed_authorization_request_endpoint,
        &server.revocation_endpoint,
    ] {
        assert!(
            endpoint.starts_with(&format!("{}/oauth/", server.issuer)),
            "{endpoint}"
        );
    }
}

#[tokio::test]
async fn r11_a_wrong_request_is_not_kept() {
    let house = House::open();
    let client = house.client();
    let wrong = [
        ("response_type", "token", "response_type"),
        (
            "redirect_uri",
            "https://127.0.0.1:51004/retour",
            "redirect_uri",
        ),
        (
            "redirect_uri",
            "http://localhost:51004/retour",
            "redirect_uri",
        ),
        (
            "redirect_uri",
            "http://attacker.example/retour",
            "redirect_uri",
        ),
        ("state", "", "state"),
        ("code_challenge", "short", "code_challenge"),
        ("code_challenge_method", "plain", "code_challenge"),
        ("acr_values", "eidas0", "acr_values"),
    ];
    for (name, value, reason) in wrong {
        let answer = push(&client, &request(&client, &[(name, value)])).await;
        assert_eq!(
            answer.reason(),
            (Code::Validation, reason.to_owned()),
            "{name}={value}"
        );
    }
    let answer = push(&client, &request(&client, &[])).await;
    assert_eq!(answer.status, 201);
    let kept: PushedRequestKept = answer.json();
    assert!(
        kept.request_uri
            .starts_with("urn:ietf:params:oauth:request_uri:")
    );
}

/// Spoils the claims of an assertion.
type Spoil = fn(&mut Value);

fn set(claims: &mut Value, name: &str, value: &str) {
    claims[name] = json!(value);
}

fn later(claims: &mut Value, name: &str, seconds: i64) {
    claims[name] = json!(claims[name].as_i64().expect("a time") + seconds);
}

#[tokio::test]
async fn r13_a_client_proves_which_installation_it_is() {
    let house = House::open();
    let client = house.client();
    let stranger = DeviceKey::make();
    let wrong: [(&str, Spoil, &str); 8] = [
        ("another server", |c| set(c, "aud", "elsewhere"), "client"),
        (
            "several servers",
            |c| c["aud"] = json!([c["aud"].clone(), "elsewhere"]),
            "client",
        ),
        ("another issuer", |c| set(c, "iss", "somebody"), "client"),
        ("another subject", |c| set(c, "sub", "somebody"), "client"),
        ("for an hour", |c| later(c, "exp", 3600), "client"),
        (
            "without an end",
            |c| drop(c.as_object_mut().expect("claims").remove("exp")),
            "client",
        ),
        ("without a name", |c| set(c, "jti", ""), "client"),
        (
            "five minutes late",
            |c| {
                later(c, "iat", -300);
                later(c, "exp", -300);
            },
            "iat",
        ),
    ];
    let mut assertions: Vec<_> = wrong
        .into_iter()
        .map(|(what, spoil, reason)| (what, client.assertion(&client.key, spoil), reason))
        .collect();
    let foreign = client.assertion(&stranger, |_| {});
    assertions.push(("another's key", foreign, "client"));
    for (what, assertion, reason) in &assertions {
        let changed: Vec<_> = assertion
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = push(&client, &request(&client, &changed)).await;
        assert_eq!(
            answer.reason(),
            (Code::InvalidToken, (*reason).to_owned()),
            "{what}"
        );
        let fields = [("grant_type", "refresh_token"), ("refresh_token", "any")];
        let answer = client.token_as(assertion, &fields).await;
        assert_eq!(answer.status, 401, "{what}");
    }
    // None at all.
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "any")];
    let answer = client.form("token_issue", &fields).await;
    assert_eq!((answer.status, answer.code()), (400, Code::Malformed));
    // A right one serves once.
    let once = request(&client, &[]);
    assert_eq!(push(&client, &once).await.status, 201);
    let again = push(&client, &once).await;
    assert_eq!(again.reason(), (Code::InvalidToken, "client".to_owned()));
}

/// R11: the browser opens what was pushed, once; everything else is a page that says so.
#[tokio::test]
async fn r11_the_browser_opens_pushed_requests_only() {
    let house = House::open();
    let client = house.client();
    let root = reqwest::Certificate::from_pem(house.platform.ca_pem().as_bytes());
    let browser = Browser::builder()
        .tls_certs_only([root.expect("a certificate")])
        .redirect(Policy::none())
        .build()
        .expect("a browser");
    let kept: PushedRequestKept = push(&client, &request(&client, &[])).await.json();
    let name = format!(
        "urn:ietf:params:oauth:jwk-thumbprint:sha-256:{}",
        client.key.thumbprint()
    );
    let open = async |client: &str, request: &str| {
        let url = format!(
            "{}/oauth/authorize?client_id={client}&request_uri={request}",
            house.base_url()
        );
        browser.get(url).send().await.expect("a page")
    };
    let unknown = "urn:ietf:params:oauth:request_uri:unknown";
    let page = open(&name, unknown).await;
    assert_eq!(page.status(), 400);
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert!(
        page.text()
            .await
            .expect("text")
            .contains("n’est plus valable")
    );

    // Pro Santé Connect does not answer: the workstation is told, with `state` and `iss` (RFC 9207).
    let sent = open(&name, &kept.request_uri).await;
    assert_eq!(sent.status(), 303);
    let location = sent.headers()["location"]
        .to_str()
        .expect("text")
        .to_owned();
    let back = reqwest::Url::parse(&location).expect("an address");
    assert_eq!(
        (back.host_str(), back.port(), back.path()),
        (Some("127.0.0.1"), Some(51004), "/retour")
    );
    let get = |name: &str| {
        back.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    assert_eq!(get("error").as_deref(), Some("temporarily_unavailable"));
    assert_eq!(
        get("error_description").as_deref(),
        Some("identity-provider-unavailable")
    );
    assert_eq!(get("state").as_deref(), Some("an-opaque-state"));
    assert_eq!(get("iss"), Some(house.base_url()));
    assert_eq!(
        open(&name, &kept.request_uri).await.status(),
        400,
        "used up"
    );

    let kept: PushedRequestKept = push(&client, &request(&client, &[])).await.json();
    assert_eq!(open("somebody-else", &kept.request_uri).await.status(), 400);
    let kept: PushedRequestKept = push(&client, &request(&client, &[])).await.json();
    house.clock.advance(jiff::SignedDuration::from_mins(11));
    assert_eq!(
        open(&name, &kept.request_uri).await.status(),
        400,
        "too old"
    );
}

#[tokio::test]
async fn r14_a_revoked_session_stops_at_once() {
    let house = House::open();
    let mut client = house.client();
    client.sign_in(&house.expert(1)).await;
    let refresh = client.tokens.clone().expect("signed in").refresh_token;
    let revoke = async |by: &Client| {
        let assertion = by.assertion(&by.key, |_| {});
        let mut fields: Vec<_> = assertion
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        fields.push(("token", refresh.as_str()));
        by.form("token_revoke", &fields).await.status
    };
    assert_eq!(
        revoke(&house.client()).await,
        200,
        "another client learns nothing"
    );
    assert_eq!(
        client.get("me_view", &[]).await.status,
        200,
        "and ends nothing"
    );
    assert_eq!(revoke(&client).await, 200);
    assert_eq!(client.get("me_view", &[]).await.status, 401);
    assert_eq!(house.audited("session.ended"), 1);
}

/// RFC 8693: a sign-in goes over to the key of the installation, and nothing else goes anywhere.
#[tokio::test]
async fn r12_a_sign_in_goes_over_to_the_key_of_the_installation() {
    let house = House::open();
    let expert = house.expert(1);
    let mut sign_in = house.client();
    sign_in.sign_in(&expert).await;
    let subject = sign_in.access_token();
    let fields = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("subject_token", subject.as_str()),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
    ];
    // Whoever stole the token holds neither key.
    let thief = house.client();
    assert_eq!(thief.token(&fields).await.status, 401);
    assert_eq!(sign_in.token(&fields).await.status, 401, "to itself");
    // A key of another physician's device.
    let other = house.desk(&house.expert(2)).await;
    let by_sign_in = |at: &Client| at.assertion(&sign_in.key, |_| {});
    let answer = other.token_as(&by_sign_in(&other), &fields).await;
    assert_eq!(answer.status, 401);
    // The physician's own.
    let mut own = house.desk(&expert).await;
    let device = own
        .get("me_view", &[])
        .await
        .json::<relecture_platform_api::Me>()
        .device;
    assert!(device.is_some());
    let tokens: Tokens = own.token_as(&by_sign_in(&own), &fields).await.json();
    own.tokens = Some(tokens);
    assert_eq!(own.get("assignment_list", &[]).await.status, 200);
    let tweak = Tweak::default();
    let left = sign_in.call("me_view", &[], None, &tweak).await;
    assert_eq!(left.status, 401, "the sign-in itself is over");
    // An enrolled device stays what it is.
    let subject = own.access_token();
    let fields = [fields[0], ("subject_token", subject.as_str()), fields[2]];
    let new = house.client();
    let answer = new
        .token_as(&new.assertion(&own.key, |_| {}), &fields)
        .await;
    assert_eq!(answer.status, 401);
}
