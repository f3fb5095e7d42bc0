//! Sign-in with the platform account, tokens, sign-out.

use axum::{
    Form, Json,
    extract::{FromRequest, Request, State},
    http::StatusCode,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use relecture_crypto::{make_token, make_uuid, sha256};
use relecture_platform_api::{
    AuthorizationChallenge, AuthorizationCode, Code, TokenRequest, Tokens,
};
use rusqlite::Connection;
use uuid::Uuid;

use super::totp;
use crate::{
    Platform,
    caller::{Mark, SignedIn, Unknown, is_live},
    http::Body,
    lifecycle, password,
    refusal::{Outcome, Refusal},
    store::{
        accounts::{self, Account},
        audit::{self, AuditEntry},
        devices,
        sessions::{self, Session},
    },
    token,
};

/// R11: a code serves once, within this time.
const CODE_LIFE: SignedDuration = SignedDuration::from_secs(60);
/// R15: as many consecutive failures lock the account.
const MAX_FAILURES: u32 = 3;
/// R2: both factors, always.
const AMR: &str = "pwd otp";

/// `POST /oauth/challenge`.
pub(crate) async fn challenge_answer(
    State(platform): State<Platform>,
    Unknown { proof, mark }: Unknown,
    Body(challenge): Body<AuthorizationChallenge>,
) -> Outcome<Json<AuthorizationCode>> {
    require_s256(&challenge.code_challenge_method, &challenge.code_challenge)?;
    let now = platform.now();
    let _turn = platform.hashing_turn().await?;
    let working = platform.clone();
    platform
        .blocking(move || {
            let email = password::normal_email(&challenge.username);
            let account = working
                .store()
                .transact(|db| accounts::by_email(db, &email))?;
            // The slow part holds no lock; the verdict is then written at once, so that parallel guesses count one by one.
            let hash = account
                .as_ref()
                .map(|account| account.password_hash.as_str());
            let password_right = password::matches(&challenge.password, hash);
            let account = account.filter(|_| password_right);
            let attempt = Attempt {
                account,
                email,
                key: &proof.thumbprint,
                challenge: &challenge,
            };
            // A refusal is a verdict too: its counter and its audit are committed.
            working
                .store()
                .transact(|db| Ok::<_, Refusal>(judge(&working, db, &attempt, &mark, now)))?
        })
        .await
        .map(Json)
}

/// R11: PKCE with S256 and nothing else.
pub(crate) fn require_s256(method: &str, challenge: &str) -> Outcome<()> {
    // 256 bits of SHA-256 in base64url.
    if method == "S256" && challenge.len() == 43 {
        return Ok(());
    }
    Err(Refusal::because(Code::Validation, "code_challenge"))
}

struct Attempt<'a> {
    /// The account, if the password is right.
    account: Option<Account>,
    email: String,
    /// Thumbprint of the proof's key.
    key: &'a str,
    challenge: &'a AuthorizationChallenge,
}

/// Counts, locks, and gives a code for two right factors. What a stranger sees is the same for an account that exists and
/// for one that does not.
fn judge(
    platform: &Platform,
    db: &Connection,
    attempt: &Attempt<'_>,
    mark: &Mark,
    now: Timestamp,
) -> Outcome<AuthorizationCode> {
    let account = password::account_digest(&attempt.email);
    let known = accounts::by_email(db, &attempt.email)?;
    let owner = known.as_ref().map(|account| account.expert.id);
    // An enrolled device has its own counter, so that a stranger cannot lock a physician out of his own PC.
    let device = devices::by_key(db, attempt.key)?
        .filter(|device| Some(device.expert) == owner && device.revoked_at.is_none());
    let counter = device
        .as_ref()
        .map_or("", |device| device.key_thumbprint.as_str());
    let entry = |action: &str, outcome: &str| AuditEntry {
        at_device: mark.at_device,
        role: if owner.is_some() { "expert" } else { "unknown" }.to_owned(),
        actor: owner,
        device: device.as_ref().map(|device| device.id),
        outcome: outcome.to_owned(),
        request_id: Some(mark.request_id.clone()),
        ..lifecycle::by_platform(now, action, None)
    };

    if devices::is_revoked(db, attempt.key)? {
        audit::append(db, &entry("sign_in.refused", Code::DeviceRevoked.word()))?;
        return Err(Code::DeviceRevoked.into());
    }
    let failures = accounts::failures(db, account, counter)?;
    if failures >= MAX_FAILURES {
        audit::append(db, &entry("sign_in.refused", Code::AccountLocked.word()))?;
        return Err(Refusal::attempts(Code::AccountLocked, 0));
    }
    let second = match (&attempt.account, &known) {
        // The account is read again here: a code used a moment ago in parallel is used up.
        (Some(_), Some(current)) => second_factor(platform, db, attempt.challenge, current, now)?,
        _ => Second::Wrong,
    };
    let proved = match second {
        Second::Step(step) => Some(Some(step)),
        Second::Enrol => Some(None),
        Second::Wrong => None,
    };
    let (Some(step), Some(expert)) = (proved, owner) else {
        let failures = failures + 1;
        accounts::set_failures(db, account, counter, failures)?;
        audit::append(
            db,
            &entry("sign_in.refused", Code::InvalidCredentials.word()),
        )?;
        if failures < MAX_FAILURES {
            return Err(Refusal::attempts(
                Code::InvalidCredentials,
                MAX_FAILURES - failures,
            ));
        }
        audit::append(db, &entry("account.locked", "done"))?;
        return Err(Refusal::attempts(Code::AccountLocked, 0));
    };
    accounts::set_failures(db, account, counter, 0)?;
    let Some(step) = step else {
        audit::append(db, &entry("totp.enrolment_begun", "done"))?;
        let auth_session = totp::begin(platform, db, expert, attempt.key, now)?;
        return Err(Refusal::enrol_totp(auth_session));
    };
    accounts::set_totp_step(db, expert, step)?;
    let authorization_code = make_token();
    let code = sessions::Code {
        expert,
        key_thumbprint: attempt.key.to_owned(),
        challenge: attempt.challenge.code_challenge.clone(),
        auth_time: now,
        session: None,
    };
    sessions::insert_code(db, sha256(authorization_code.as_bytes()), &code)?;
    audit::append(db, &entry("sign_in.proved", "done"))?;
    Ok(AuthorizationCode { authorization_code })
}

/// What the second factor proves, the password being right.
enum Second {
    /// A TOTP code of this step.
    Step(u64),
    /// There is no TOTP yet, or a recovery code was used up: one is enrolled.
    Enrol,
    Wrong,
}

fn second_factor(
    platform: &Platform,
    db: &Connection,
    challenge: &AuthorizationChallenge,
    account: &Account,
    now: Timestamp,
) -> Outcome<Second> {
    let expert = account.expert.id;
    if let Some(code) = &challenge.recovery_code {
        let right = totp::recover(platform, db, expert, code)?;
        return Ok(if right { Second::Enrol } else { Second::Wrong });
    }
    if account.totp_sealed.is_empty() {
        return Ok(Second::Enrol);
    }
    let step = platform
        .keys()
        .open_sealed(password::TOTP, expert.as_bytes(), &account.totp_sealed)
        .and_then(|secret| password::totp_step(&secret, &challenge.otp, account.totp_step, now));
    Ok(step.map_or(Second::Wrong, Second::Step))
}

/// A form body of the contract.
pub(crate) struct TokenForm(TokenRequest);

impl FromRequest<Platform> for TokenForm {
    type Rejection = Refusal;

    async fn from_request(request: Request, platform: &Platform) -> Outcome<Self> {
        match Form::from_request(request, platform).await {
            Ok(Form(body)) => Ok(Self(body)),
            Err(rejection) if rejection.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Err(Code::UnsupportedMedia.into())
            }
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Code::TooLarge.into())
            }
            Err(_) => Err(Code::Malformed.into()),
        }
    }
}

/// `POST /oauth/token`.
pub(crate) async fn token_issue(
    State(platform): State<Platform>,
    Unknown { proof, mark }: Unknown,
    TokenForm(request): TokenForm,
) -> Outcome<Json<Tokens>> {
    let now = platform.now();
    let keys = platform.clone();
    platform
        .transact(move |db| {
            // A refusal may end a session: it must be committed too.
            Ok(match request {
                TokenRequest::AuthorizationCode {
                    code,
                    code_verifier,
                } => exchange(
                    &keys,
                    db,
                    &code,
                    &code_verifier,
                    &proof.thumbprint,
                    &mark,
                    now,
                ),
                TokenRequest::RefreshToken { refresh_token } => {
                    renew(&keys, db, refresh_token, &proof.thumbprint, now)
                }
            })
        })
        .await?
        .map(Json)
}

/// A code for tokens (R11): once, within 60 s, by the same key, with its PKCE verifier.
fn exchange(
    platform: &Platform,
    db: &Connection,
    code: &str,
    verifier: &str,
    key: &str,
    mark: &Mark,
    now: Timestamp,
) -> Outcome<Tokens> {
    let refused = |why: &str| Refusal::because(Code::InvalidToken, why);
    let sha256_of_code = sha256(code.as_bytes());
    let code = sessions::code(db, sha256_of_code)?.ok_or_else(|| refused("code"))?;
    if let Some(session) = code.session {
        // Somebody else has it too: what came of it stops (RFC 6749 section 4.1.2).
        sessions::end(db, session, now)?;
        audit::append(
            db,
            &session_entry("session.ended", code.expert, session, mark, now),
        )?;
        return Err(refused("code"));
    }
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()).0);
    if code.key_thumbprint != key
        || challenge != code.challenge
        || now.duration_since(code.auth_time) > CODE_LIFE
    {
        return Err(refused("code"));
    }
    // A fresh sign-in renews the session of this installation: what runs under it goes on.
    let current = sessions::open_one(db, code.expert, key)?.filter(|session| is_live(session, now));
    let session = Session {
        id: current.map_or_else(|| make_uuid(now), |session| session.id),
        expert: code.expert,
        key_thumbprint: key.to_owned(),
        amr: AMR.to_owned(),
        auth_time: code.auth_time,
        last_seen: now,
        ended_at: None,
    };
    let refresh_token = make_token();
    sessions::save(db, &session, sha256(refresh_token.as_bytes()))?;
    sessions::use_code(db, sha256_of_code, session.id)?;
    audit::append(
        db,
        &session_entry("session.started", session.expert, session.id, mark, now),
    )?;
    tokens(platform, &session, refresh_token, now)
}

/// The refresh token stays the same: it is bound to the key, and an answer lost on the way locks nobody out
/// (FAPI 2.0 section 5.3.2.1, point 9).
fn renew(
    platform: &Platform,
    db: &Connection,
    refresh_token: String,
    key: &str,
    now: Timestamp,
) -> Outcome<Tokens> {
    let refused = || Refusal::because(Code::InvalidToken, "refresh_token");
    if devices::is_revoked(db, key)? {
        return Err(Code::DeviceRevoked.into());
    }
    let session =
        sessions::by_refresh(db, sha256(refresh_token.as_bytes()))?.ok_or_else(refused)?;
    if session.key_thumbprint != key || !is_live(&session, now) {
        return Err(refused());
    }
    sessions::touch(db, session.id, now)?;
    tokens(platform, &session, refresh_token, now)
}

fn tokens(
    platform: &Platform,
    session: &Session,
    refresh_token: String,
    now: Timestamp,
) -> Outcome<Tokens> {
    let issuer = format!("https://{}", platform.host());
    Ok(Tokens {
        access_token: token::issue(&platform.keys().tokens, &issuer, session, now)?,
        token_type: "DPoP".to_owned(),
        expires_in: u32::try_from(token::LIFE.as_secs()).unwrap_or_default(),
        refresh_token,
        auth_time: session.auth_time,
    })
}

fn session_entry(
    action: &str,
    expert: Uuid,
    session: Uuid,
    mark: &Mark,
    now: Timestamp,
) -> AuditEntry {
    AuditEntry {
        at_device: mark.at_device,
        role: "expert".to_owned(),
        actor: Some(expert),
        object: Some(session),
        request_id: Some(mark.request_id.clone()),
        ..lifecycle::by_platform(now, action, None)
    }
}

/// `DELETE /v1/session` (R21).
pub(crate) async fn session_end(
    State(platform): State<Platform>,
    caller: SignedIn,
) -> Outcome<StatusCode> {
    platform
        .act(caller, None, |act| {
            sessions::end(act.db, act.caller.session.id, act.now)?;
            act.record("session.ended", None, Some(act.caller.session.id))?;
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}
