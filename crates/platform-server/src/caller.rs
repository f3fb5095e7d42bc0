//! Who is calling: access token, proof, session, device, in this order (R12, R13, R14, R19).

use axum::{
    extract::{FromRequestParts, MatchedPath},
    http::{header, request::Parts},
};
use jiff::{SignedDuration, Timestamp};
use relecture_platform_api::Code;
use rusqlite::Connection;
use uuid::Uuid;

use crate::{
    Platform,
    config::SignInPolicy,
    http::{self, RequestId, only, proof_url},
    proof::{Expected, Proof},
    refusal::{Outcome, Refusal, STEP_UP_MAX_AGE},
    store::{
        audit::{self, AuditEntry},
        devices::{self, Device},
        sessions::{self, Session},
    },
    token,
};

/// `last_seen` is not written more often than this.
const TOUCH: SignedDuration = SignedDuration::from_secs(60);

/// What is known of one request, for the audit.
#[derive(Clone)]
pub(crate) struct Mark {
    pub(crate) request_id: String,
    pub(crate) operation: &'static str,
    pub(crate) at_device: Option<Timestamp>,
}

impl Mark {
    pub(crate) fn of(parts: &Parts) -> Self {
        let id = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
        Self {
            request_id: id.unwrap_or_default(),
            operation: http::operation(
                parts.method.as_str(),
                parts.extensions.get::<MatchedPath>(),
            ),
            at_device: None,
        }
    }
}

impl FromRequestParts<Platform> for Mark {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Platform) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

/// A signed-in physician, on any installation. Enrolment, profile and sign-out ask for no more.
pub(crate) struct SignedIn {
    pub(crate) session: Session,
    pub(crate) device: Option<Device>,
    /// The key of the proof, JSON.
    pub(crate) jwk: String,
    pub(crate) mark: Mark,
}

/// A signed-in physician on an enrolled installation (R13).
pub(crate) struct Caller {
    pub(crate) session: Session,
    pub(crate) device: Device,
    pub(crate) mark: Mark,
}

/// A proof without a token, as it comes with a sign-in.
pub(crate) struct Unknown {
    pub(crate) proof: Proof,
    pub(crate) mark: Mark,
}

/// An actor of the audit.
pub(crate) trait Actor {
    fn expert(&self) -> Uuid;
    fn device(&self) -> Option<Uuid>;
    fn mark(&self) -> &Mark;
    fn session(&self) -> &Session;

    /// An entry of the audit about what this actor does.
    fn entry(&self, now: Timestamp, action: impl Into<String>) -> AuditEntry {
        AuditEntry {
            at_server: now,
            at_device: self.mark().at_device,
            role: "expert".to_owned(),
            actor: Some(self.expert()),
            device: self.device(),
            action: action.into(),
            assignment: None,
            object: None,
            outcome: "done".to_owned(),
            request_id: Some(self.mark().request_id.clone()),
            offline: false,
        }
    }

    /// What the audit keeps of a refusal (R96).
    fn denied(&self, now: Timestamp, subject: Option<Uuid>, code: Code) -> AuditEntry {
        let mut entry = self.entry(now, format!("denied.{}", self.mark().operation));
        entry.object = subject;
        code.word().clone_into(&mut entry.outcome);
        entry
    }

    /// R20: both factors were proved a short while ago.
    fn require_recent(&self, now: Timestamp) -> Outcome<()> {
        let age = now.duration_since(self.session().auth_time);
        if age > SignedDuration::from_secs(STEP_UP_MAX_AGE.into()) {
            return Err(Code::InsufficientUserAuthentication.into());
        }
        Ok(())
    }
}

impl Actor for SignedIn {
    fn expert(&self) -> Uuid {
        self.session.expert
    }
    fn device(&self) -> Option<Uuid> {
        self.device.as_ref().map(|device| device.id)
    }
    fn mark(&self) -> &Mark {
        &self.mark
    }
    fn session(&self) -> &Session {
        &self.session
    }
}

impl Actor for Caller {
    fn expert(&self) -> Uuid {
        self.session.expert
    }
    fn device(&self) -> Option<Uuid> {
        Some(self.device.id)
    }
    fn mark(&self) -> &Mark {
        &self.mark
    }
    fn session(&self) -> &Session {
        &self.session
    }
}

impl FromRequestParts<Platform> for Unknown {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Outcome<Self> {
        let proof = check_proof(parts, platform, None)?;
        let mark = Mark {
            at_device: Some(proof.issued_at),
            ..Mark::of(parts)
        };
        Ok(Self { proof, mark })
    }
}

impl FromRequestParts<Platform> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Outcome<Self> {
        let now = platform.now();
        let token = only(&parts.headers, header::AUTHORIZATION.as_str())
            .and_then(|value| value.strip_prefix("DPoP "))
            .ok_or(Code::InvalidToken)?
            .to_owned();
        let claims = token::check(&platform.keys().tokens, &token, now)?;
        let proof = check_proof(parts, platform, Some(&token));
        let mut mark = Mark::of(parts);
        mark.at_device = proof.as_ref().ok().map(|proof| proof.issued_at);
        let working = platform.clone();
        platform
            .transact(move |db| {
                let policy = working.sign_in_policy();
                Ok(sign_in(db, &claims, proof, mark, policy, now))
            })
            .await?
    }
}

impl FromRequestParts<Platform> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Outcome<Self> {
        let signed_in = SignedIn::from_request_parts(parts, platform).await?;
        let now = platform.now();
        match signed_in {
            SignedIn {
                session,
                device: Some(device),
                mark,
                ..
            } => Ok(Self {
                session,
                device,
                mark,
            }),
            stranger => {
                let entry = stranger.denied(now, None, Code::DeviceNotEnrolled);
                platform
                    .transact(move |db| Ok(audit::append(db, &entry)?))
                    .await?;
                Err(Code::DeviceNotEnrolled.into())
            }
        }
    }
}

fn check_proof(parts: &Parts, platform: &Platform, access_token: Option<&str>) -> Outcome<Proof> {
    let proof = only(&parts.headers, "dpop")
        .ok_or_else(|| Refusal::because(Code::InvalidToken, "proof"))?;
    let url = proof_url(parts, platform.hosts())?;
    let expected = Expected {
        method: parts.method.as_str(),
        url: &url,
        access_token,
    };
    platform.proofs().check(proof, &expected, platform.now())
}

/// The session of a valid token and proof. A right token in the wrong hands is audited.
fn sign_in(
    db: &Connection,
    claims: &token::Claims,
    proof: Outcome<Proof>,
    mark: Mark,
    policy: &SignInPolicy,
    now: Timestamp,
) -> Outcome<SignedIn> {
    let session = sessions::by_id(db, claims.sid)?.ok_or(Code::InvalidToken)?;
    let bound = session.key_thumbprint == claims.cnf.jkt && session.expert == claims.sub;
    let proof = proof.and_then(|proof| {
        let same = bound && proof.thumbprint == session.key_thumbprint;
        same.then_some(proof)
            .ok_or_else(|| Refusal::because(Code::InvalidToken, "key"))
    });
    let device = devices::by_key(db, &session.key_thumbprint)?
        .filter(|device| device.expert == session.expert && device.revoked_at.is_none());
    let mut signed_in = SignedIn {
        session,
        device,
        jwk: String::new(),
        mark,
    };
    match proof {
        Ok(proof) => signed_in.jwk = proof.jwk,
        Err(refusal) => {
            if refusal.code != Code::UseDpopNonce {
                audit::append(db, &signed_in.denied(now, None, refusal.code))?;
            }
            return Err(refusal);
        }
    }
    // Whoever proves possession of the key of a revoked installation is that installation.
    if devices::is_revoked(db, &signed_in.session.key_thumbprint)? {
        audit::append(db, &signed_in.denied(now, None, Code::DeviceRevoked))?;
        return Err(Code::DeviceRevoked.into());
    }
    if !is_live(&signed_in.session, policy, now) {
        return Err(Refusal::because(Code::InvalidToken, "session"));
    }
    // Waiting for news is no work: it keeps no session alive (R19).
    let is_work = signed_in.mark.operation != "sync_view";
    if is_work && now.duration_since(signed_in.session.last_seen) > TOUCH {
        sessions::touch(db, signed_in.session.id, now)?;
    }
    Ok(signed_in)
}

/// R14, R19: not ended, used lately, not too old.
pub(crate) fn is_live(session: &Session, policy: &SignInPolicy, now: Timestamp) -> bool {
    session.ended_at.is_none()
        && now.duration_since(session.last_seen) <= policy.session_idle
        && now.duration_since(session.auth_time) <= policy.session_life
}
