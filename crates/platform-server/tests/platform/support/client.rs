//! A client that knows the contract: `DPoP` with the server's nonces, tokens, and a schema check of every answer (R118).

use std::sync::{Mutex, OnceLock};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use relecture_crypto::{DeviceKey, SealingKey, make_token, sha256};
use relecture_platform_api::{self as api, Code, OPERATIONS, Problem};
use relecture_signature::{CertifiedKey, SoftwareKey, certificate_request};
use reqwest::{Method, header::HeaderMap};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Expert, TestClock};

pub(crate) struct Client {
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    pub(crate) key: DeviceKey,
    pub(crate) sealing: SealingKey,
    pub(crate) tokens: Option<api::Tokens>,
    pub(crate) device: Option<api::DeviceEnrolled>,
    pub(crate) signer: Option<CertifiedKey>,
    pub(crate) clock: TestClock,
    nonce: Mutex<Option<String>>,
}

/// What one request does differently, to be refused for it.
#[derive(Clone, Default)]
pub(crate) struct Tweak {
    pub(crate) no_token: bool,
    pub(crate) no_proof: bool,
    pub(crate) scheme: Option<&'static str>,
    pub(crate) htm: Option<&'static str>,
    pub(crate) htu: Option<String>,
    pub(crate) ath: Option<String>,
    pub(crate) jti: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) iat_offset: i64,
    pub(crate) typ: Option<&'static str>,
    pub(crate) private_jwk: bool,
    /// PKCS#8 of another key.
    pub(crate) other_key: Option<Vec<u8>>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        assert!(
            (200..300).contains(&self.status),
            "{}: {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        serde_json::from_slice(&self.body).expect("the wire type")
    }

    pub(crate) fn problem(&self) -> Problem {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.status
        );
        serde_json::from_slice(&self.body).expect("a problem")
    }

    pub(crate) fn code(&self) -> Code {
        self.problem().code
    }

    pub(crate) fn reason(&self) -> (Code, String) {
        let problem = self.problem();
        (problem.code, problem.reason.unwrap_or_default())
    }
}

fn description() -> &'static Value {
    static DESCRIPTION: OnceLock<Value> = OnceLock::new();
    DESCRIPTION.get_or_init(|| {
        serde_json::from_str(&api::openapi_json().expect("describes")).expect("JSON")
    })
}

/// R118: the answer is the one that the description announces for this operation.
fn check_schema(operation: &api::Operation, answer: &Answer) {
    let method = operation.method.to_lowercase();
    let responses = &description()["paths"][operation.path][method]["responses"];
    let announced = match &responses[answer.status.to_string()] {
        Value::Null => &responses["default"],
        announced => announced,
    };
    assert!(
        announced.is_object(),
        "{}: status {} is not announced",
        operation.id,
        answer.status
    );
    let kind = if answer.status < 400 {
        "application/json"
    } else {
        "application/problem+json"
    };
    let schema = &announced["content"][kind]["schema"];
    if schema.is_null() {
        assert!(answer.status < 400, "problems have a schema");
        return;
    }
    assert_eq!(
        answer.header("content-type"),
        kind,
        "{} {}",
        operation.id,
        answer.status
    );
    let whole = json!({ "allOf": [schema], "components": description()["components"] });
    let validator = jsonschema::validator_for(&whole).expect("a schema");
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let errors: Vec<_> = validator
        .iter_errors(&body)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{}: {errors:?}", operation.id);
}

impl Client {
    pub(crate) fn new(base: &str, ca_pem: &str, clock: TestClock) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let root = reqwest::Certificate::from_pem(ca_pem.as_bytes()).expect("a certificate");
        let http = reqwest::Client::builder()
            .tls_certs_only([root])
            .build()
            .expect("a client");
        Self {
            base: base.to_owned(),
            http,
            key: DeviceKey::make(),
            sealing: SealingKey::make(),
            tokens: None,
            device: None,
            signer: None,
            clock,
            nonce: Mutex::default(),
        }
    }

    /// The same session seen by somebody who took the tokens but not the key.
    pub(crate) fn access_token(&self) -> String {
        self.tokens
            .as_ref()
            .expect("signed in")
            .access_token
            .clone()
    }

    pub(crate) fn proof(&self, method: &str, url: &str, tweak: &Tweak) -> String {
        let other = tweak
            .other_key
            .as_ref()
            .map(|pkcs8| DeviceKey::from_pkcs8(pkcs8).expect("a key"));
        let key = other.as_ref().unwrap_or(&self.key);
        let signs = EncodingKey::from_ec_der(key.pkcs8());
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(tweak.typ.unwrap_or("dpop+jwt").into());
        let mut claims = json!({
            "jti": tweak.jti.clone().unwrap_or_else(make_token),
            "htm": tweak.htm.unwrap_or(method),
            "htu": tweak.htu.clone().unwrap_or_else(|| url.to_owned()),
            "iat": self.clock.now().as_second() + tweak.iat_offset,
        });
        let nonce = tweak
            .nonce
            .clone()
            .or_else(|| self.nonce.lock().expect("the nonce").clone());
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        let ath = self
            .tokens
            .as_ref()
            .filter(|_| !tweak.no_token)
            .map(|tokens| BASE64_URL_SAFE_NO_PAD.encode(sha256(tokens.access_token.as_bytes()).0));
        if let Some(ath) = tweak.ath.clone().or(ath) {
            claims["ath"] = ath.into();
        }
        let (x, y) = key.coordinates();
        if tweak.private_jwk {
            // Jwk has no place for the private part: the header is written by hand.
            let head = json!({ "typ": "dpop+jwt", "alg": "ES256",
                "jwk": { "kty": "EC", "crv": "P-256", "x": x, "y": y, "d": "AAAA" } });
            let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
            let message = format!("{}.{}", part(&head), part(&claims));
            let signature =
                jsonwebtoken::crypto::sign(message.as_bytes(), &signs, Algorithm::ES256)
                    .expect("signs");
            return format!("{message}.{signature}");
        }
        let jwk: Jwk =
            serde_json::from_value(json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }))
                .expect("a JWK");
        header.jwk = Some(jwk);
        encode(&header, &claims, &signs).expect("a proof")
    }

    /// One operation of the contract; `path` fills its template. Repeats once with a fresh nonce.
    pub(crate) async fn call(
        &self,
        id: &str,
        path: &[Uuid],
        body: Option<(&str, Vec<u8>)>,
        tweak: &Tweak,
    ) -> Answer {
        let answer = self
            .try_call(id, path, body.clone(), tweak)
            .await
            .expect("an answer");
        if answer.status == 401 && tweak.nonce.is_none() && answer.code() == Code::UseDpopNonce {
            return self
                .try_call(id, path, body, tweak)
                .await
                .expect("an answer");
        }
        answer
    }

    pub(crate) async fn try_call(
        &self,
        id: &str,
        path: &[Uuid],
        body: Option<(&str, Vec<u8>)>,
        tweak: &Tweak,
    ) -> Result<Answer, reqwest::Error> {
        let operation = OPERATIONS
            .iter()
            .find(|operation| operation.id == id)
            .expect("an operation");
        let answer = self
            .send(operation.method, &fill(operation.path, path), body, tweak)
            .await?;
        check_schema(operation, &answer);
        Ok(answer)
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
        tweak: &Tweak,
    ) -> Result<Answer, reqwest::Error> {
        let url = format!("{}{path}", self.base);
        let method: Method = method.parse().expect("a method");
        let mut request = self.http.request(method.clone(), &url);
        if let Some(tokens) = self.tokens.as_ref().filter(|_| !tweak.no_token) {
            let scheme = tweak.scheme.unwrap_or("DPoP");
            request = request.header("authorization", format!("{scheme} {}", tokens.access_token));
        }
        if !tweak.no_proof {
            let target = url.split('?').next().unwrap_or_default();
            request = request.header("dpop", self.proof(method.as_str(), target, tweak));
        }
        for (name, value) in &tweak.headers {
            request = request.header(*name, value);
        }
        if let Some((kind, body)) = body {
            request = request.header("content-type", kind).body(body);
        }
        let response = request.send().await?;
        if let Some(nonce) = response.headers().get("dpop-nonce") {
            *self.nonce.lock().expect("the nonce") = Some(nonce.to_str().expect("text").to_owned());
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    /// What changed since a cursor, waiting so many seconds.
    pub(crate) async fn sync(&self, cursor: Option<&str>, wait: u64) -> Answer {
        let operation = OPERATIONS
            .iter()
            .find(|operation| operation.id == "sync_view")
            .expect("an operation");
        let path = match cursor {
            Some(cursor) => format!("{}?wait={wait}&cursor={cursor}", operation.path),
            None => operation.path.to_owned(),
        };
        let tweak = Tweak::default();
        let answer = self.send(operation.method, &path, None, &tweak).await;
        let answer = answer.expect("an answer");
        check_schema(operation, &answer);
        answer
    }

    pub(crate) async fn get(&self, id: &str, path: &[Uuid]) -> Answer {
        self.call(id, path, None, &Tweak::default()).await
    }

    pub(crate) async fn post(
        &self,
        id: &str,
        path: &[Uuid],
        body: &impl Serialize,
        key: &str,
    ) -> Answer {
        let tweak = Tweak {
            headers: vec![("idempotency-key", key.to_owned())],
            ..Tweak::default()
        };
        let body = serde_json::to_vec(body).expect("serialises");
        self.call(id, path, Some(("application/json", body)), &tweak)
            .await
    }

    pub(crate) fn otp(&self, expert: &Expert) -> String {
        Self::otp_at(expert, self.clock.now())
    }

    pub(crate) fn otp_at(expert: &Expert, at: Timestamp) -> String {
        let secret = totp_rs::Secret::try_from_base32(&expert.totp_secret).expect("base32");
        let totp = totp_rs::Builder::new()
            .with_secret(secret)
            .build()
            .expect("a TOTP");
        totp.generate(at.as_second().unsigned_abs()).to_string()
    }

    pub(crate) async fn challenge(
        &self,
        email: &str,
        password: &str,
        otp: &str,
        verifier: &str,
    ) -> Answer {
        let challenge = api::AuthorizationChallenge {
            username: email.to_owned(),
            password: password.to_owned(),
            otp: otp.to_owned(),
            recovery_code: None,
            code_challenge: BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()).0),
            code_challenge_method: "S256".into(),
        };
        let body = serde_json::to_vec(&challenge).expect("serialises");
        let tweak = Tweak {
            no_token: true,
            ..Tweak::default()
        };
        self.call(
            "challenge_answer",
            &[],
            Some(("application/json", body)),
            &tweak,
        )
        .await
    }

    /// The fields by which a client says who it is (`private_key_jwt`); `change` spoils the claims.
    pub(crate) fn assertion(
        &self,
        key: &DeviceKey,
        change: impl FnOnce(&mut Value),
    ) -> Vec<(&'static str, String)> {
        let client = format!("{}{}", api::ClientAuthentication::CLIENT, key.thumbprint());
        let (x, y) = key.coordinates();
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("client-authentication+jwt".into());
        header.jwk =
            serde_json::from_value(json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })).ok();
        let now = self.clock.now().as_second();
        let mut claims = json!({
            "iss": client, "sub": client, "aud": self.base, "jti": make_token(), "iat": now, "exp": now + 60,
        });
        change(&mut claims);
        let signs = EncodingKey::from_ec_der(key.pkcs8());
        vec![
            ("client_id", client),
            (
                "client_assertion_type",
                api::ClientAuthentication::TYPE.into(),
            ),
            (
                "client_assertion",
                encode(&header, &claims, &signs).expect("an assertion"),
            ),
        ]
    }

    pub(crate) async fn form(&self, id: &str, fields: &[(&str, &str)]) -> Answer {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("&");
        let tweak = Tweak {
            no_token: true,
            ..Tweak::default()
        };
        let body = ("application/x-www-form-urlencoded", body.into_bytes());
        self.call(id, &[], Some(body), &tweak).await
    }

    /// A token request by this client.
    pub(crate) async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        self.token_as(&self.assertion(&self.key, |_| {}), fields)
            .await
    }

    pub(crate) async fn token_as(
        &self,
        client: &[(&'static str, String)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let client = client.iter().map(|(name, value)| (*name, value.as_str()));
        let fields: Vec<_> = fields.iter().copied().chain(client).collect();
        self.form("token_issue", &fields).await
    }

    pub(crate) async fn exchange(&self, code: &str, verifier: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier),
        ])
        .await
    }

    /// Both factors, then tokens. A step of TOTP serves once, so the clock goes on by one step before.
    pub(crate) async fn sign_in(&mut self, expert: &Expert) {
        self.clock.advance(SignedDuration::from_secs(30));
        let verifier = make_token();
        let answer = self
            .challenge(
                &expert.new.email,
                &expert.new.password,
                &self.otp(expert),
                &verifier,
            )
            .await;
        let code: api::AuthorizationCode = answer.json();
        self.tokens = Some(
            self.exchange(&code.authorization_code, &verifier)
                .await
                .json(),
        );
    }

    /// Both factors, a new password in place of one that is too old (R16), then tokens.
    pub(crate) async fn sign_in_and_renew(&mut self, expert: &Expert, password: &str) {
        self.clock.advance(SignedDuration::from_secs(30));
        let (new, otp) = (&expert.new, self.otp(expert));
        let answer = self.challenge(&new.email, &new.password, &otp, "v").await;
        let auth_session = answer.problem().auth_session.expect("leads on");
        let verifier = make_token();
        let changed = self
            .change_password(&auth_session, password, &verifier)
            .await;
        let code: api::AuthorizationCode = changed.json();
        let tokens = self.exchange(&code.authorization_code, &verifier).await;
        self.tokens = Some(tokens.json());
    }

    pub(crate) async fn change_password(
        &self,
        auth_session: &str,
        password: &str,
        verifier: &str,
    ) -> Answer {
        let request = api::PasswordChange {
            auth_session: auth_session.to_owned(),
            new_password: password.to_owned(),
            code_challenge: BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()).0),
            code_challenge_method: "S256".into(),
        };
        let body = serde_json::to_vec(&request).expect("serialises");
        let tweak = Tweak {
            no_token: true,
            ..Tweak::default()
        };
        let body = Some(("application/json", body));
        self.call("password_change", &[], body, &tweak).await
    }

    /// A new access token for the refresh token.
    pub(crate) async fn renew(&mut self) {
        let refresh = self.tokens.clone().expect("signed in").refresh_token;
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.as_str()),
        ];
        let answer = self.token(&fields).await;
        assert_eq!(answer.status, 200);
        self.tokens = Some(answer.json());
    }

    pub(crate) fn enrolment(&self, name: &str) -> (api::DeviceEnrolment, SoftwareKey) {
        let key = SoftwareKey::generate().expect("a key");
        let request = certificate_request(&key, "proposal").expect("a request");
        let enrolment = api::DeviceEnrolment {
            name: name.to_owned(),
            sealing_key: BASE64_URL_SAFE_NO_PAD.encode(self.sealing.public()),
            signature_request: BASE64_STANDARD.encode(request),
        };
        (enrolment, key)
    }

    pub(crate) async fn enrol(&mut self, name: &str) -> api::DeviceEnrolled {
        let (enrolment, key) = self.enrolment(name);
        let enrolled: api::DeviceEnrolled = self
            .post("device_enrol", &[], &enrolment, &make_token())
            .await
            .json();
        let chain: Vec<Vec<u8>> = enrolled
            .signature_chain
            .iter()
            .map(|der| BASE64_STANDARD.decode(der).expect("base64"))
            .collect();
        let [leaf, issuers @ ..] = chain.as_slice() else {
            panic!("a chain")
        };
        self.signer = Some(key.certified(leaf.clone(), issuers.to_vec()).expect("ours"));
        self.device = Some(enrolled.clone());
        enrolled
    }

    pub(crate) async fn accept(&self, id: Uuid) -> Answer {
        let acceptance = api::Acceptance {
            interest: api::InterestDeclaration::None,
        };
        self.post("assignment_accept", &[id], &acceptance, &make_token())
            .await
    }

    pub(crate) async fn manifest(&self, id: Uuid) -> api::Manifest {
        self.get("manifest_view", &[id]).await.json()
    }

    /// Asks for the time of a signature.
    pub(crate) async fn stamp(&self, id: Uuid, query: Vec<u8>) -> Answer {
        let body = Some(("application/timestamp-query", query));
        self.call("report_timestamp", &[id], body, &Tweak::default())
            .await
    }

    pub(crate) async fn submit(&self, id: Uuid, pdf: &[u8], key: &str) -> Answer {
        let tweak = submission(pdf, key);
        self.call(
            "report_submit",
            &[id],
            Some(("application/pdf", pdf.to_vec())),
            &tweak,
        )
        .await
    }
}

/// The headers of a submission.
pub(crate) fn submission(pdf: &[u8], key: &str) -> Tweak {
    let digest = format!("sha-256=:{}:", BASE64_STANDARD.encode(sha256(pdf).0));
    Tweak {
        headers: vec![
            ("idempotency-key", key.to_owned()),
            ("content-digest", digest),
        ],
        ..Tweak::default()
    }
}

pub(crate) fn fill(template: &str, ids: &[Uuid]) -> String {
    let mut ids = ids.iter();
    template
        .split('/')
        .map(|part| {
            let named = part
                .starts_with('{')
                .then(|| ids.next().expect("an identifier").to_string());
            named.unwrap_or_else(|| part.to_owned())
        })
        .collect::<Vec<_>>()
        .join("/")
}
