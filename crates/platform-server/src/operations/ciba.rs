//! Pro Santé Connect without a browser on this PC: the professional answers on his phone or with his card (CIBA, R6).

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use jiff::{SignedDuration, Timestamp};
use relecture_crypto::{make_bytes, make_uuid};
use relecture_platform_api::{CibaAnswer, CibaBegun, CibaRequest, Code};

use super::{authorize::admit, sign_in::require_s256};
use crate::{
    Platform,
    caller::Unknown,
    http::{Body, id},
    psc::Answer,
    refusal::{Outcome, Refusal},
    store::devices,
};

/// Requests to one professional within [`CALM`] by installations that are not his: nobody's phone is made to ring all day.
const MAX_ASKED: u32 = 3;
const CALM: SignedDuration = SignedDuration::from_mins(10);
const MAX_NATIONAL_ID: usize = 64;

/// A request under way.
pub(crate) struct Ciba {
    key: String,
    challenge: String,
    auth_req_id: String,
    interval: u32,
    looked_at: Timestamp,
}

/// `POST /v1/auth/ciba`.
pub(crate) async fn ciba_begin(
    State(platform): State<Platform>,
    Unknown { proof, .. }: Unknown,
    Body(request): Body<CibaRequest>,
) -> Outcome<(StatusCode, Json<CibaBegun>)> {
    require_s256(&request.code_challenge_method, &request.code_challenge)?;
    let national_id = request.national_id.trim().to_owned();
    let plausible = national_id.chars().all(char::is_alphanumeric)
        && (1..=MAX_NATIONAL_ID).contains(&national_id.len());
    if !plausible {
        return Err(Refusal::because(Code::Validation, "national_id"));
    }
    let connector = platform.psc().ok_or(Code::SignInMethodOff)?;
    let now = platform.now();
    let key = proof.thumbprint.clone();
    let device = platform
        .transact(move |db| Ok(devices::by_key(db, &key)?))
        .await?;
    match device {
        Some(device) if device.revoked_at.is_some() => return Err(Code::DeviceRevoked.into()),
        Some(_) => {}
        None => limit(&platform, &national_id, now)?,
    }
    // 00 to 99, each as likely as another to a part in 10^17.
    let draw = u64::from_be_bytes(make_bytes::<8>()) % 100;
    let display_code = format!("{draw:02}");
    let asked = connector
        .ask(&national_id, request.channel, &display_code)
        .await?;
    let name = make_uuid(now);
    let ciba = Ciba {
        key: proof.thumbprint,
        challenge: request.code_challenge,
        auth_req_id: asked.auth_req_id,
        interval: asked.interval,
        looked_at: now,
    };
    let life = SignedDuration::from_secs(asked.expires_in.into());
    let kept = platform
        .sign_ins()
        .ciba
        .insert(name.to_string(), ciba, life, now);
    if !kept {
        return Err(Code::RateLimited.into());
    }
    Ok((
        StatusCode::CREATED,
        Json(CibaBegun {
            id: name,
            display_code,
            expires_in: asked.expires_in,
            interval: asked.interval,
        }),
    ))
}

fn limit(platform: &Platform, national_id: &str, now: Timestamp) -> Outcome<()> {
    let asked = &platform.sign_ins().asked;
    let times = asked.with(national_id, now, |times| {
        *times += 1;
        *times
    });
    let allowed = match times {
        Some(times) => times <= MAX_ASKED,
        None => asked.insert(national_id.to_owned(), 1, CALM, now),
    };
    allowed
        .then_some(())
        .ok_or_else(|| Code::RateLimited.into())
}

/// `GET /v1/auth/ciba/{id}`: looks at Pro Santé Connect no more often than it allows.
pub(crate) async fn ciba_view(
    State(platform): State<Platform>,
    Unknown { proof, mark }: Unknown,
    Path(name): Path<String>,
) -> Outcome<Json<CibaAnswer>> {
    let now = platform.now();
    let name = id(&name)?.to_string();
    let under_way = &platform.sign_ins().ciba;
    let expired = || Refusal::from(Code::SignInExpired);
    let pending = |interval| {
        Ok(Json(CibaAnswer {
            authorization_code: None,
            interval,
        }))
    };
    let due = under_way
        .with(&name, now, |ciba| {
            let waited = now.duration_since(ciba.looked_at);
            let due = waited >= SignedDuration::from_secs(ciba.interval.into());
            if due {
                ciba.looked_at = now;
            }
            let mine = ciba.key == proof.thumbprint;
            mine.then(|| (due, ciba.interval, ciba.auth_req_id.clone()))
        })
        .flatten();
    let (due, interval, auth_req_id) = due.ok_or_else(expired)?;
    if !due {
        return pending(interval);
    }
    let connector = platform.psc().ok_or(Code::SignInMethodOff)?;
    let identity = match connector.look(&auth_req_id, now).await {
        Ok(Answer::Pending) => return pending(interval),
        Ok(Answer::SlowDown) => {
            // RFC 8628 section 3.5.
            let slower = under_way.with(&name, now, |ciba| {
                ciba.interval = ciba.interval.saturating_add(5);
                ciba.interval
            });
            return pending(slower.unwrap_or(interval));
        }
        Ok(Answer::Proved(identity)) => Ok(*identity),
        // The line failed, not the professional: the next look may find it well.
        Err(refusal) if refusal.code == Code::IdentityProviderUnavailable => return Err(refusal),
        Err(refusal) => Err(refusal),
    };
    let ciba = under_way.take(&name, now).ok_or_else(expired)?;
    let to = (ciba.key, ciba.challenge);
    let code = admit(&platform, identity, to, mark, now).await?;
    Ok(Json(CibaAnswer {
        authorization_code: Some(code),
        interval,
    }))
}

/// `DELETE /v1/auth/ciba/{id}`. Poll mode has no way to take the request back from the phone: its answer opens nothing any more.
pub(crate) async fn ciba_cancel(
    State(platform): State<Platform>,
    Unknown { proof, .. }: Unknown,
    Path(name): Path<String>,
) -> Outcome<StatusCode> {
    let now = platform.now();
    let name = id(&name)?.to_string();
    let under_way = &platform.sign_ins().ciba;
    let mine = under_way.with(&name, now, |ciba| ciba.key == proof.thumbprint);
    if mine == Some(true) {
        under_way.take(&name, now);
    }
    Ok(StatusCode::NO_CONTENT)
}
