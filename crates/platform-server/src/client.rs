//! Which installation asks: `private_key_jwt` (RFC 7523, FAPI 2.0) by the key that its `client_id` names (R13).

use jiff::{SignedDuration, Timestamp};
use relecture_platform_api::{ClientAuthentication, Code};
use serde::Deserialize;

use crate::{
    Platform,
    proof::self_signed,
    refusal::{Outcome, Refusal},
};

/// An assertion lives this long at most, and its clock may be as far off (R123).
const LIFE: SignedDuration = SignedDuration::from_secs(60);

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    jti: String,
    exp: i64,
    iat: i64,
}

/// Thumbprint of the authenticated client's key.
pub(crate) fn authenticate(
    platform: &Platform,
    issuer: &str,
    client: &ClientAuthentication,
    now: Timestamp,
) -> Outcome<String> {
    let refused = || Refusal::because(Code::InvalidToken, "client");
    let (claims, thumbprint, _) = self_signed::<Claims>(
        &client.client_assertion,
        &["JWT", "client-authentication+jwt"],
    )
    .map_err(|_| refused())?;
    let name = format!("{}{thumbprint}", ClientAuthentication::CLIENT);
    let named = [&client.client_id, &claims.iss, &claims.sub]
        .iter()
        .all(|other| **other == name);
    // FAPI 2.0 section 5.3.2.1: the audience is the issuer, and nothing else.
    if !named || claims.aud != issuer || client.client_assertion_type != ClientAuthentication::TYPE
    {
        return Err(refused());
    }
    let second = now.as_second();
    let slack = LIFE.as_secs();
    if (claims.iat - second).abs() > slack {
        return Err(Refusal::because(Code::InvalidToken, "iat"));
    }
    if claims.exp <= second - slack || claims.exp > claims.iat + slack {
        return Err(refused());
    }
    let used = (name, claims.jti);
    platform
        .proofs()
        .use_once(used, now)
        .map_err(|_| refused())?;
    Ok(thumbprint)
}
