//! Proofs of possession (RFC 9449).

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
use serde::Serialize;

/// Signs proofs with the device key.
pub(crate) struct Prover {
    header: Header,
    key: EncodingKey,
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
        }
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
