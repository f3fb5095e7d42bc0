//! `DPoP` proofs (RFC 9449): whoever holds a token also holds the key it is bound to, now, for this request (R12).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, ThumbprintHash},
};
use relecture_crypto::{Key, derive_key, sha256};
use relecture_platform_api::Code;
use serde::{Deserialize, de::DeserializeOwned};

use crate::refusal::{Outcome, Refusal};

/// R123: how far a device's clock may be from the platform's.
const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// A nonce serves during its slot and the next one, in seconds.
const NONCE_SLOT: i64 = 120;
/// A proof is a few hundred bytes.
const MAX_PROOF: usize = 4096;
const MAX_JTI: usize = 128;

/// The key that made a proof, and when it says it did.
pub(crate) struct Proof {
    /// JWK thumbprint (RFC 7638).
    pub(crate) thumbprint: String,
    /// The public key, JSON.
    pub(crate) jwk: String,
    /// The device's time.
    pub(crate) issued_at: Timestamp,
}

/// The request that a proof must be made for.
pub(crate) struct Expected<'a> {
    pub(crate) method: &'a str,
    /// Without query and fragment.
    pub(crate) url: &'a str,
    /// The token it comes with.
    pub(crate) access_token: Option<&'a str>,
}

/// What is remembered between proofs. Nonces come from a key of this process, so that a proof seen before a restart,
/// whose `jti` is forgotten, is refused for its nonce.
pub(crate) struct Proofs {
    nonce_key: Key,
    seen: Mutex<HashMap<(String, String), Timestamp>>,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    ath: Option<String>,
    nonce: Option<String>,
}

fn refused(why: &str) -> Refusal {
    Refusal::because(Code::InvalidToken, why)
}

impl Proofs {
    pub(crate) fn new() -> Self {
        Self {
            nonce_key: Key::make(),
            seen: Mutex::default(),
        }
    }

    /// The nonce to give out at `now` (RFC 9449 section 8).
    pub(crate) fn nonce(&self, now: Timestamp) -> String {
        self.nonce_of(now.as_second().div_euclid(NONCE_SLOT))
    }

    fn nonce_of(&self, slot: i64) -> String {
        let nonce = derive_key(
            &[&self.nonce_key],
            &format!("relecture/dpop-nonce/1/{slot}"),
        );
        BASE64_URL_SAFE_NO_PAD.encode(nonce.bytes())
    }

    /// Checks a proof against its request (RFC 9449 section 4.3).
    pub(crate) fn check(
        &self,
        proof: &str,
        expected: &Expected<'_>,
        now: Timestamp,
    ) -> Outcome<Proof> {
        let (claims, thumbprint, jwk) = self_signed::<Claims>(proof, &["dpop+jwt"])?;
        if claims.htm != expected.method {
            return Err(refused("htm"));
        }
        let htu = claims.htu.split(['?', '#']).next().unwrap_or_default();
        if htu != expected.url {
            return Err(refused("htu"));
        }
        let ath = expected
            .access_token
            .map(|token| BASE64_URL_SAFE_NO_PAD.encode(sha256(token.as_bytes()).0));
        if ath.is_some() && claims.ath != ath {
            return Err(refused("ath"));
        }
        let slot = now.as_second().div_euclid(NONCE_SLOT);
        let nonces = [self.nonce_of(slot), self.nonce_of(slot - 1)];
        if !claims.nonce.is_some_and(|nonce| nonces.contains(&nonce)) {
            return Err(Code::UseDpopNonce.into());
        }
        let issued_at = Timestamp::from_second(claims.iat).map_err(|_| refused("iat"))?;
        if now.duration_since(issued_at).abs() > SKEW {
            return Err(refused("iat"));
        }
        self.use_once((thumbprint.clone(), claims.jti), now)?;
        Ok(Proof {
            thumbprint,
            jwk,
            issued_at,
        })
    }

    /// Refuses a `jti` of this key used before. It is remembered for as long as its `iat` would pass.
    pub(crate) fn use_once(&self, id: (String, String), now: Timestamp) -> Outcome<()> {
        if id.1.is_empty() || id.1.len() > MAX_JTI {
            return Err(refused("jti"));
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, until| *until >= now);
        let until = now.saturating_add(SKEW + SKEW).unwrap_or(Timestamp::MAX);
        match seen.insert(id, until) {
            None => Ok(()),
            Some(_) => Err(refused("jti")),
        }
    }
}

/// Claims, thumbprint and key of a JWS (ES256) that carries its own key: type, algorithm, key and signature are right.
pub(crate) fn self_signed<C: DeserializeOwned>(
    proof: &str,
    types: &[&str],
) -> Outcome<(C, String, String)> {
    if proof.len() > MAX_PROOF {
        return Err(refused("proof"));
    }
    let header = decode_header(proof).map_err(|_| refused("proof"))?;
    let right_type = header
        .typ
        .as_deref()
        .is_some_and(|typ| types.contains(&typ));
    if !right_type || header.alg != Algorithm::ES256 || carries_private_key(proof) {
        return Err(refused("proof"));
    }
    let jwk = header.jwk.ok_or_else(|| refused("proof"))?;
    let AlgorithmParameters::EllipticCurve(point) = &jwk.algorithm else {
        return Err(refused("proof"));
    };
    if point.curve != EllipticCurve::P256 {
        return Err(refused("proof"));
    }
    let key = DecodingKey::from_jwk(&jwk).map_err(|_| refused("proof"))?;
    let claims = decode::<C>(proof, &key, &signature_only())
        .map_err(|_| refused("proof"))?
        .claims;
    let thumbprint = jwk
        .thumbprint(ThumbprintHash::SHA256)
        .map_err(|_| refused("proof"))?;
    let public = format!(
        r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}}"#,
        point.x, point.y
    );
    Ok((claims, thumbprint, public))
}

/// RFC 9449 section 4.3, check 7.
fn carries_private_key(proof: &str) -> bool {
    #[derive(Deserialize)]
    struct Head {
        jwk: serde_json::Map<String, serde_json::Value>,
    }
    let head = proof
        .split('.')
        .next()
        .and_then(|head| BASE64_URL_SAFE_NO_PAD.decode(head).ok());
    head.and_then(|head| serde_json::from_slice::<Head>(&head).ok())
        .is_none_or(|head| head.jwk.contains_key("d"))
}

/// ES256 and nothing else: times are checked here against the platform's clock, not the computer's.
pub(crate) fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}
