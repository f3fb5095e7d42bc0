//! Sign-in with the platform account, tokens, sign-out.

use axum::{Json, extract::State, http::StatusCode};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use relecture_crypto::{make_token, make_uuid, sha256};
use relecture_platform_api::{
    AuthorizationChallenge, AuthorizationCode, ClientTokenRequest, Code, Revocation, TokenRequest,
    Tokens,
};
use rusqlite::Connection;
use uuid::Uuid;

use super::totp;
use crate::{
    Platform,
    caller::{Mark, SignedIn, Unknown, is_live},
    client,
    config::SignInPolicy,
    http::{Body, FormBody, Issuer},
    lifecycle,
    password::{self, Totp},
    psc::PscTokens,
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
/// R2: both factors of the platform account.
pub(crate) const PASSWORD_AND_TOTP: &str = "pwd otp";
/// What a physician's session at Pro Santé Connect is sealed as.
const PSC_SESSION: &str = "relecture/psc-session/1";

/// `POST /oauth/challenge`.
pub(crate) async fn challenge_answer(
    State(platform): State<Platform>,
    Unknown { proof, mark }: Unknown,
    Body(challenge): Body<AuthorizationChallenge>,
) -> Outcome<Json<AuthorizationCode>> {
    require_s256(&challenge.code_challenge_method, &challenge.code_challenge)?;
    if !platform.has_own_accounts() {
        return Err(Code::SignInMethodOff.into());
    }
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
    let policy = platform.sign_in_policy();
    let failures = accounts::failures(db, account, counter)?;
    if failures >= policy.max_failures {
        audit::append(db, &entry("sign_in.refused", Code::AccountLocked.word()))?;
        return Err(Refusal::attempts(Code::AccountLocked, 0));
    }
    let second = match (&attempt.account, &known) {
        // The account is read again here: a code used a moment ago in parallel is used up.
        (Some(_), Some(current)) => second_factor(platform, db, attempt.challenge, current, now)?,
        _ => Second::Wrong,
    };
    let proved = match second {
        Second::Step(step) => Ok(Some(step)),
        Second::Enrol => Ok(None),
        // Told, and counted: a clock is no way to guess more often.
        Second::Skewed => Err(Code::ClockSkewed),
        Second::Wrong => Err(Code::InvalidCredentials),
    };
    let (step, expert) = match (proved, owner) {
        (Ok(step), Some(expert)) => (step, expert),
        (proved, _) => {
            let code = proved.err().unwrap_or(Code::InvalidCredentials);
            let failures = failures + 1;
            accounts::set_failures(db, account, counter, failures)?;
            audit::append(db, &entry("sign_in.refused", code.word()))?;
            if failures < policy.max_failures {
                return Err(Refusal::attempts(code, policy.max_failures - failures));
            }
            audit::append(db, &entry("account.locked", "done"))?;
            return Err(Refusal::attempts(Code::AccountLocked, 0));
        }
    };
    accounts::set_failures(db, account, counter, 0)?;
    let Some(step) = step else {
        audit::append(db, &entry("totp.enrolment_begun", "done"))?;
        let auth_session = totp::begin(platform, db, expert, attempt.key, now)?;
        return Err(Refusal::enrol_totp(auth_session));
    };
    accounts::set_totp_step(db, expert, step)?;
    if let Some(reason) = known
        .as_ref()
        .and_then(|account| overdue(account, policy, now))
    {
        audit::append(db, &entry("password.change_begun", "done"))?;
        let auth_session = super::password::begin(platform, expert, attempt.key, now)?;
        return Err(Refusal::change_password(auth_session, reason));
    }
    let proved = Proved {
        expert,
        key_thumbprint: attempt.key,
        challenge: &attempt.challenge.code_challenge,
        amr: PASSWORD_AND_TOTP,
        acr: None,
        auth_time: now,
        psc: None,
    };
    let authorization_code = give_code(platform, db, &proved, now)?;
    audit::append(db, &entry("sign_in.proved", "done"))?;
    Ok(AuthorizationCode { authorization_code })
}

/// R16, R17: why a password that is right opens nothing any more.
fn overdue(account: &Account, policy: &SignInPolicy, now: Timestamp) -> Option<&'static str> {
    if account.password_stolen {
        return Some("compromised");
    }
    if account.password_provisional {
        return Some("provisional");
    }
    let age = now.duration_since(account.password_set_at);
    (age > policy.password_life).then_some("renewal")
}

/// A physician who has proved who he is, and the key and the challenge that his code is bound to.
pub(crate) struct Proved<'a> {
    pub(crate) expert: Uuid,
    pub(crate) key_thumbprint: &'a str,
    pub(crate) challenge: &'a str,
    /// RFC 8176.
    pub(crate) amr: &'a str,
    pub(crate) acr: Option<String>,
    pub(crate) auth_time: Timestamp,
    pub(crate) psc: Option<&'a PscTokens>,
}

/// The code of a sign-in that succeeded (R11).
pub(crate) fn give_code(
    platform: &Platform,
    db: &Connection,
    proved: &Proved<'_>,
    now: Timestamp,
) -> Outcome<String> {
    let psc_sealed = proved
        .psc
        .map(|tokens| {
            serde_json::to_vec(tokens)
                .map(|tokens| {
                    platform
                        .keys()
                        .seal(PSC_SESSION, proved.expert.as_bytes(), &tokens)
                })
                .map_err(|_| Refusal::fault("session of Pro Santé Connect"))
        })
        .transpose()?;
    let authorization_code = make_token();
    let code = sessions::Code {
        expert: proved.expert,
        key_thumbprint: proved.key_thumbprint.to_owned(),
        challenge: proved.challenge.to_owned(),
        amr: proved.amr.to_owned(),
        acr: proved.acr.clone(),
        psc_sealed,
        auth_time: proved.auth_time,
        issued_at: now,
        session: None,
    };
    sessions::insert_code(db, sha256(authorization_code.as_bytes()), &code)?;
    Ok(authorization_code)
}

/// What the second factor proves, the password being right.
enum Second {
    /// A TOTP code of this step.
    Step(u64),
    /// There is no TOTP yet, or a recovery code was used up: one is enrolled.
    Enrol,
    /// A TOTP code of another moment.
    Skewed,
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
    let secret = platform
        .keys()
        .open_sealed(password::TOTP, expert.as_bytes(), &account.totp_sealed)
        .ok_or_else(|| Refusal::fault("TOTP does not open"))?;
    Ok(
        match password::totp(&secret, &challenge.otp, account.totp_step, now) {
            Totp::Step(step) => Second::Step(step),
            Totp::Skewed => Second::Skewed,
            Totp::Wrong => Second::Wrong,
        },
    )
}

/// `POST /oauth/token`.
pub(crate) async fn token_issue(
    State(platform): State<Platform>,
    Issuer(issuer): Issuer,
    Unknown { proof, mark }: Unknown,
    FormBody(request): FormBody<ClientTokenRequest>,
) -> Outcome<Json<Tokens>> {
    let now = platform.now();
    let client = client::authenticate(&platform, &issuer, &request.client, now)?;
    let asking = Asking {
        platform: platform.clone(),
        issuer,
        client,
        key: proof.thumbprint,
        mark,
        now,
    };
    platform
        // A refusal may end a session: it must be committed too.
        .transact(move |db| Ok(asking.answer(db, request.grant)))
        .await?
        .map(Json)
}

/// One request for tokens.
struct Asking {
    platform: Platform,
    issuer: String,
    /// Thumbprint of the authenticated client.
    client: String,
    /// Thumbprint of the proof's key, to which the tokens are bound.
    key: String,
    mark: Mark,
    now: Timestamp,
}

fn refused(why: &str) -> Refusal {
    Refusal::because(Code::InvalidToken, why)
}

impl Asking {
    fn answer(&self, db: &Connection, grant: TokenRequest) -> Outcome<Tokens> {
        if let TokenRequest::TokenExchange {
            subject_token,
            subject_token_type,
        } = grant
        {
            return self.go_over(db, &subject_token, &subject_token_type);
        }
        if self.client != self.key {
            return Err(refused("client"));
        }
        match grant {
            TokenRequest::AuthorizationCode {
                code,
                code_verifier,
            } => self.exchange(db, &code, &code_verifier),
            TokenRequest::RefreshToken { refresh_token } => self.renew(db, refresh_token),
            TokenRequest::TokenExchange { .. } => Err(refused("grant_type")),
        }
    }

    /// A code for tokens (R11): once, within 60 s, by the same key, with its PKCE verifier.
    fn exchange(&self, db: &Connection, code: &str, verifier: &str) -> Outcome<Tokens> {
        let sha256_of_code = sha256(code.as_bytes());
        let code = sessions::code(db, sha256_of_code)?.ok_or_else(|| refused("code"))?;
        if let Some(session) = code.session {
            // Somebody else has it too: what came of it stops (RFC 6749 section 4.1.2).
            sessions::end(db, session, self.now)?;
            let entry = session_entry("session.ended", code.expert, session, &self.mark, self.now);
            audit::append(db, &entry)?;
            return Err(refused("code"));
        }
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()).0);
        // A device is one physician's: nobody else gets tokens for its key.
        let foreign =
            devices::by_key(db, &self.key)?.is_some_and(|device| device.expert != code.expert);
        if foreign
            || code.key_thumbprint != self.key
            || challenge != code.challenge
            || self.now.duration_since(code.issued_at) > CODE_LIFE
        {
            return Err(refused("code"));
        }
        let tokens = self.open(
            db,
            code.expert,
            &code.amr,
            code.acr,
            code.psc_sealed,
            code.auth_time,
        )?;
        sessions::use_code(db, sha256_of_code, tokens.0)?;
        Ok(tokens.1)
    }

    /// Opens the session of this key, or renews it: what runs under it goes on.
    fn open(
        &self,
        db: &Connection,
        expert: Uuid,
        amr: &str,
        acr: Option<String>,
        psc_sealed: Option<Vec<u8>>,
        auth_time: Timestamp,
    ) -> Outcome<(Uuid, Tokens)> {
        let current = sessions::open_one(db, expert, &self.key)?
            .filter(|session| is_live(session, self.platform.sign_in_policy(), self.now));
        let session = Session {
            id: current.map_or_else(|| make_uuid(self.now), |session| session.id),
            expert,
            key_thumbprint: self.key.clone(),
            amr: amr.to_owned(),
            acr,
            psc_sealed,
            auth_time,
            last_seen: self.now,
            ended_at: None,
        };
        let refresh_token = make_token();
        sessions::save(db, &session, sha256(refresh_token.as_bytes()))?;
        let entry = session_entry("session.started", expert, session.id, &self.mark, self.now);
        audit::append(db, &entry)?;
        Ok((session.id, self.tokens(&session, refresh_token)?))
    }

    /// A sign-in made before the physician was known goes over to his key on this installation (RFC 8693). Who asks holds
    /// both keys: the client's, whose sign-in it is, and that of the proof.
    fn go_over(&self, db: &Connection, subject: &str, kind: &str) -> Outcome<Tokens> {
        let wrong = || refused("subject_token");
        let claims = token::check(&self.platform.keys().tokens, subject, self.now)?;
        let session = sessions::by_id(db, claims.sid)?
            .filter(|session| is_live(session, self.platform.sign_in_policy(), self.now))
            .ok_or_else(wrong)?;
        let own = session.key_thumbprint == self.client && claims.cnf.jkt == self.client;
        if kind != ACCESS_TOKEN || !own || self.key == self.client {
            return Err(wrong());
        }
        // What is enrolled stays where it is: only the key of a sign-in is left behind.
        if devices::by_key(db, &self.client)?.is_some() {
            return Err(wrong());
        }
        if let Some(device) = devices::by_key(db, &self.key)? {
            if device.revoked_at.is_some() {
                return Err(Code::DeviceRevoked.into());
            }
            if device.expert != session.expert {
                return Err(wrong());
            }
        }
        sessions::end(db, session.id, self.now)?;
        let (_, tokens) = self.open(
            db,
            session.expert,
            &session.amr,
            session.acr,
            session.psc_sealed,
            session.auth_time,
        )?;
        Ok(tokens)
    }

    /// The refresh token stays the same: it is bound to the key, and an answer lost on the way locks nobody out
    /// (FAPI 2.0 section 5.3.2.1, point 9).
    fn renew(&self, db: &Connection, refresh_token: String) -> Outcome<Tokens> {
        let wrong = || refused("refresh_token");
        if devices::is_revoked(db, &self.key)? {
            return Err(Code::DeviceRevoked.into());
        }
        let session =
            sessions::by_refresh(db, sha256(refresh_token.as_bytes()))?.ok_or_else(wrong)?;
        if session.key_thumbprint != self.key
            || !is_live(&session, self.platform.sign_in_policy(), self.now)
        {
            return Err(wrong());
        }
        // Not a sign of life: it is renewed for the sake of a call, and that call is one or is none (R19).
        self.tokens(&session, refresh_token)
    }

    fn tokens(&self, session: &Session, refresh_token: String) -> Outcome<Tokens> {
        let key = &self.platform.keys().tokens;
        Ok(Tokens {
            access_token: token::issue(key, &self.issuer, session, self.now)?,
            token_type: "DPoP".to_owned(),
            expires_in: u32::try_from(token::LIFE.as_secs()).unwrap_or_default(),
            refresh_token,
            auth_time: session.auth_time,
        })
    }
}

/// RFC 8693 section 3.
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// `POST /oauth/revoke` (RFC 7009): a token that is not the client's is answered like one that is.
pub(crate) async fn token_revoke(
    State(platform): State<Platform>,
    Issuer(issuer): Issuer,
    Unknown { proof, mark }: Unknown,
    FormBody(request): FormBody<Revocation>,
) -> Outcome<StatusCode> {
    let now = platform.now();
    let client = client::authenticate(&platform, &issuer, &request.client, now)?;
    let working = platform.clone();
    let psc = platform
        .transact(move |db| {
            let session = sessions::by_refresh(db, sha256(request.token.as_bytes()))?
                .filter(|session| session.key_thumbprint == client && client == proof.thumbprint);
            let Some(session) = session else {
                return Ok(None);
            };
            sessions::end(db, session.id, now)?;
            let entry = session_entry("session.ended", session.expert, session.id, &mark, now);
            audit::append(db, &entry)?;
            Ok(psc_session(&working, &session))
        })
        .await?;
    leave_psc(&platform, psc);
    Ok(StatusCode::OK)
}

fn psc_session(platform: &Platform, session: &Session) -> Option<PscTokens> {
    let sealed = session.psc_sealed.as_ref()?;
    let keys = platform.keys();
    let tokens = keys.open_sealed(PSC_SESSION, session.expert.as_bytes(), sealed)?;
    serde_json::from_slice(&tokens).ok()
}

/// R21: beside the answer, which waits for nobody.
fn leave_psc(platform: &Platform, tokens: Option<PscTokens>) {
    if let Some((connector, tokens)) = platform.psc().cloned().zip(tokens) {
        tokio::spawn(connector.end(tokens));
    }
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
    let psc = psc_session(&platform, &caller.session);
    platform
        .act(caller, None, |act| {
            sessions::end(act.db, act.caller.session.id, act.now)?;
            act.record("session.ended", None, Some(act.caller.session.id))
        })
        .await?;
    leave_psc(&platform, psc);
    Ok(StatusCode::NO_CONTENT)
}
