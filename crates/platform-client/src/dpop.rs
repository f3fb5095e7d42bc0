//! What the device key signs: proofs of possession (RFC 9449) and client assertions (RFC 7523).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{
        AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters,
        EllipticCurveKeyType, Jwk,
    },
};
use relecture_crypto::{DeviceKey, make_token, sha256};
use relecture_platform_api::ClientAuthentication;
use serde::Serialize;

/// Signs with the device key.
pub(crate) struct Prover {
    header: Header,
    key: EncodingKey,
    /// `client_id` of this installation (RFC 9278).
    client: String,
}

/// Seconds that an assertion may be used.
const ASSERTION_LIFE: i64 = 60;

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: String,
    iat: i64,
    exp: i64,
}

#[derive(Serialize)]
struct Claims<'a> {
    jti: String,
    htm: &'a str,
    htu: &'a str,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
}

impl Prover {
    pub(crate) fn new(device: &DeviceKey) -> Self {
        let (x, y) = device.coordinates();
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("dpop+jwt".to_owned());
        header.jwk = Some(Jwk {
            common: CommonParameters::default(),
            algorithm: AlgorithmParameters::EllipticCurve(EllipticCurveKeyParameters {
                key_type: EllipticCurveKeyType::EC,
                curve: EllipticCurve::P256,
                x: x.to_owned(),
                y: y.to_owned(),
            }),
        });
        Self {
            header,
            key: EncodingKey::from_ec_der(device.pkcs8()),
            client: format!("{}{}", ClientAuthentication::CLIENT, device.thumbprint()),
        }
    }

    /// `client_id` of this installation.
    pub(crate) fn client(&self) -> &str {
        &self.client
    }

    /// Says to `issuer` which installation asks: `private_key_jwt`.
    pub(crate) fn assert(
        &self,
        issuer: &str,
        now: Timestamp,
    ) -> Result<ClientAuthentication, jsonwebtoken::errors::Error> {
        let mut header = self.header.clone();
        header.typ = Some("client-authentication+jwt".to_owned());
        let iat = now.as_second();
        let assertion = Assertion {
            iss: &self.client,
            sub: &self.client,
            aud: issuer,
            jti: make_token(),
            iat,
            exp: iat.saturating_add(ASSERTION_LIFE),
        };
        Ok(ClientAuthentication {
            client_id: self.client.clone(),
            client_assertion_type: ClientAuthentication::TYPE.to_owned(),
            client_assertion: encode(&header, &assertion, &self.key)?,
        })
    }

    /// A proof for one call. `url` is without query and fragment.
    pub(crate) fn prove(
        &self,
        method: &str,
        url: &str,
        access_token: Option<&str>,
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let claims = Claims {
            jti: make_token(),
            htm: method,
            htu: url,
            iat: now.as_second(),
            ath: access_token
                .map(|token| BASE64_URL_SAFE_NO_PAD.encode(sha256(token.as_bytes()).0)),
            nonce,
        };
        encode(&self.header, &claims, &self.key)
    }
}
