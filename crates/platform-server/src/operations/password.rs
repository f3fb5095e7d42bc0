//! A new password in place of one that is too old or was stolen, at sign-in, both factors being proved (R16, R17).

use axum::{Json, extract::State};
use jiff::{SignedDuration, Timestamp};
use relecture_crypto::make_token;
use relecture_platform_api::{AuthorizationCode, Code, PasswordChange};
use uuid::Uuid;

use super::sign_in::{PASSWORD_AND_TOTP, Proved, give_code, require_s256};
use crate::{
    Platform,
    caller::Unknown,
    http::Body,
    lifecycle, password,
    refusal::{Outcome, Refusal},
    store::{
        accounts,
        audit::{self, AuditEntry},
        sessions,
    },
};

const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// A change under way.
pub(crate) struct Changing {
    expert: Uuid,
    key_thumbprint: String,
    proved_at: Timestamp,
}

/// Begins a change for a physician whose factors are right; the sign-in goes on with what this answers.
pub(crate) fn begin(
    platform: &Platform,
    expert: Uuid,
    key_thumbprint: &str,
    now: Timestamp,
) -> Outcome<String> {
    let auth_session = make_token();
    let changing = Changing {
        expert,
        key_thumbprint: key_thumbprint.to_owned(),
        proved_at: now,
    };
    let under_way = &platform.sign_ins().passwords;
    if !under_way.insert(auth_session.clone(), changing, LIFE, now) {
        return Err(Code::RateLimited.into());
    }
    Ok(auth_session)
}

/// `POST /oauth/password`.
pub(crate) async fn password_change(
    State(platform): State<Platform>,
    Unknown { proof, mark }: Unknown,
    Body(request): Body<PasswordChange>,
) -> Outcome<Json<AuthorizationCode>> {
    require_s256(&request.code_challenge_method, &request.code_challenge)?;
    let now = platform.now();
    let under_way = &platform.sign_ins().passwords;
    let changing = under_way
        .with(&request.auth_session, now, |changing| {
            let mine = changing.key_thumbprint == proof.thumbprint;
            mine.then_some((changing.expert, changing.proved_at))
        })
        .flatten();
    let (expert, proved_at) =
        changing.ok_or_else(|| Refusal::because(Code::InvalidToken, "auth_session"))?;
    let _turn = platform.hashing_turn().await?;
    let working = platform.clone();
    platform
        .blocking(move || {
            let (email, name, former) = working.store().transact(|db| {
                let expert = accounts::by_id(db, expert)?.ok_or(Code::InvalidToken)?;
                let email = accounts::email(db, expert.id)?.ok_or(Code::InvalidToken)?;
                let account = accounts::by_email(db, &email)?.ok_or(Code::InvalidToken)?;
                Ok::<_, Refusal>((email, expert.name, account.password_hash))
            })?;
            let new = &request.new_password;
            let known = [email.as_str(), name.as_str(), working.name()];
            let weak = |why: &str| Refusal::because(Code::PasswordWeak, why);
            if !password::is_acceptable(new) {
                return Err(weak("rules"));
            }
            if !password::is_hard_to_guess(new, &known) {
                return Err(weak("common"));
            }
            if password::matches(new, Some(&former)) {
                return Err(weak("same"));
            }
            let hash = password::hash(new)?;
            working.store().transact(|db| {
                let session = working
                    .sign_ins()
                    .passwords
                    .take(&request.auth_session, now);
                session.ok_or_else(|| Refusal::because(Code::InvalidToken, "auth_session"))?;
                accounts::set_password(db, expert, &hash, now)?;
                // Whoever came in with the former one leaves.
                sessions::end_of_expert(db, expert, now)?;
                let entry = AuditEntry {
                    at_device: mark.at_device,
                    role: "expert".to_owned(),
                    actor: Some(expert),
                    request_id: Some(mark.request_id.clone()),
                    ..lifecycle::by_platform(now, "password.changed", None)
                };
                audit::append(db, &entry)?;
                let proved = Proved {
                    expert,
                    key_thumbprint: &proof.thumbprint,
                    challenge: &request.code_challenge,
                    amr: PASSWORD_AND_TOTP,
                    acr: None,
                    auth_time: proved_at,
                    psc: None,
                };
                let authorization_code = give_code(&working, db, &proved, now)?;
                Ok(AuthorizationCode { authorization_code })
            })
        })
        .await
        .map(Json)
}
