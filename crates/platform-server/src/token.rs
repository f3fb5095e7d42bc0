//! Access tokens: JWTs (RFC 9068) of ten minutes, bound to a device key (R12). The session behind them decides.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Header, decode, encode};
use relecture_platform_api::Code;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    keys::JwsKey,
    proof::signature_only,
    refusal::{Outcome, Refusal},
    store::sessions::Session,
};

pub(crate) const LIFE: SignedDuration = SignedDuration::from_mins(10);
const TYPE: &str = "at+jwt";

/// What an access token says.
#[derive(Serialize, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    aud: String,
    pub(crate) sub: Uuid,
    pub(crate) sid: Uuid,
    iat: i64,
    exp: i64,
    auth_time: i64,
    amr: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    pub(crate) cnf: Confirmation,
}

/// The key a token is bound to (RFC 7800).
#[derive(Serialize, Deserialize)]
pub(crate) struct Confirmation {
    pub(crate) jkt: String,
}

pub(crate) fn issue(
    key: &JwsKey,
    issuer: &str,
    session: &Session,
    now: Timestamp,
) -> Outcome<String> {
    let claims = Claims {
        iss: issuer.to_owned(),
        aud: issuer.to_owned(),
        sub: session.expert,
        sid: session.id,
        iat: now.as_second(),
        exp: now.as_second() + LIFE.as_secs(),
        auth_time: session.auth_time.as_second(),
        amr: session.amr.split(' ').map(str::to_owned).collect(),
        acr: session.acr.clone(),
        cnf: Confirmation {
            jkt: session.key_thumbprint.clone(),
        },
    };
    sign(key, TYPE, &claims)
}

/// A compact JWS (ES256) of `claims`.
pub(crate) fn sign(key: &JwsKey, kind: &str, claims: &impl Serialize) -> Outcome<String> {
    let mut header = Header::new(Algorithm::ES256);
    header.typ = Some(kind.to_owned());
    header.kid = Some(key.thumbprint.clone());
    encode(&header, claims, &key.signs).map_err(|_| Refusal::fault("signing"))
}

pub(crate) fn check(key: &JwsKey, token: &str, now: Timestamp) -> Outcome<Claims> {
    let refused = |_| Refusal::because(Code::InvalidToken, "token");
    let token = decode::<Claims>(token, &key.verifies, &signature_only()).map_err(refused)?;
    if token.header.typ.as_deref() != Some(TYPE) || token.claims.exp <= now.as_second() {
        return Err(Refusal::because(Code::InvalidToken, "token"));
    }
    Ok(token.claims)
}
