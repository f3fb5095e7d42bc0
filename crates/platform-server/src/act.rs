//! One act of one caller: a transaction, its audit, and the answer kept for a repeated request.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use relecture_crypto::{Digest, sha256};
use relecture_platform_api::Code;
use rusqlite::Transaction;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Platform,
    caller::Actor,
    config::SignInPolicy,
    http::only,
    keys::Keys,
    lifecycle,
    pieces::SealedFiles,
    refusal::{Outcome, Refusal},
    store::{
        assignments::{self, Assignment},
        audit::{self, AuditEntry},
        idempotency::{self, Kept},
    },
};

/// What an operation works with.
pub(crate) struct Act<'a, C> {
    pub(crate) db: &'a Transaction<'a>,
    pub(crate) keys: &'a Keys,
    pub(crate) files: &'a SealedFiles,
    /// Name of the platform, for people.
    pub(crate) platform_name: &'a str,
    /// Limits of sessions.
    pub(crate) sign_in: &'a SignInPolicy,
    pub(crate) caller: &'a C,
    pub(crate) now: Timestamp,
}

impl Platform {
    /// Runs an operation. What it changes and what it audits happen together; a refusal undoes both and is audited by
    /// itself (R96). `subject` is the assignment that the request names.
    pub(crate) async fn act<C: Actor + Send + 'static, T: Send + 'static>(
        &self,
        caller: C,
        subject: Option<Uuid>,
        work: impl FnOnce(&Act<'_, C>) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let (platform, now) = (self.clone(), self.now());
        self.blocking(move || {
            // Timers first and for themselves: what is over is over, even if this act is refused.
            platform
                .store()
                .transact(|db| lifecycle::apply_timers(db, caller.expert(), now))?;
            let done = platform.store().transact(|db| {
                work(&Act {
                    db,
                    keys: platform.keys(),
                    files: platform.files(),
                    platform_name: platform.name(),
                    sign_in: platform.sign_in_policy(),
                    caller: &caller,
                    now,
                })
            });
            if let Err(refusal) = &done {
                let entry = caller.denied(now, subject, refusal.code);
                platform.store().transact(|db| audit::append(db, &entry))?;
            }
            done
        })
        .await
    }
}

impl<C: Actor> Act<'_, C> {
    /// The caller's own assignment; another's does not exist (R24).
    pub(crate) fn assignment(&self, id: Uuid) -> Outcome<Assignment> {
        assignments::of_expert(self.db, self.caller.expert(), id)?
            .ok_or_else(|| Code::NotFound.into())
    }

    /// The caller's own assignment, in a state where its pieces may be on his device (R44).
    pub(crate) fn cacheable(&self, id: Uuid) -> Outcome<Assignment> {
        let assignment = self.assignment(id)?;
        self.refuse_withdrawn(&assignment)?;
        if assignment.state.is_cacheable() {
            return Ok(assignment);
        }
        Err(lifecycle::conflict(assignment.state))
    }

    /// R41: nothing is done any more for a case whose consent was withdrawn.
    pub(crate) fn refuse_withdrawn(&self, assignment: &Assignment) -> Outcome<()> {
        let case = crate::store::cases::by_id(self.db, assignment.case)?;
        match case.and_then(|case| case.withdrawn_at) {
            None => Ok(()),
            Some(_) => Err(Code::CaseWithdrawn.into()),
        }
    }

    /// Adds to the audit what the caller does.
    pub(crate) fn record(
        &self,
        action: &str,
        assignment: Option<Uuid>,
        object: Option<Uuid>,
    ) -> Outcome<()> {
        let entry = AuditEntry {
            assignment,
            object,
            ..self.caller.entry(self.now, action)
        };
        Ok(audit::append(self.db, &entry)?)
    }

    /// R120: the answer kept under the key, or that of `work`, which is kept. Another request under the key is refused.
    pub(crate) fn once<T: Serialize>(
        &self,
        request: &Once,
        status: StatusCode,
        work: impl FnOnce() -> Outcome<T>,
    ) -> Outcome<Answered> {
        let client = &self.caller.session().key_thumbprint;
        if let Some(kept) = idempotency::find(self.db, client, &request.key, self.now)? {
            if kept.fingerprint != request.fingerprint {
                return Err(Code::IdempotencyKeyReused.into());
            }
            let body = self
                .keys
                .open_sealed(ANSWER, request.key.as_bytes(), &kept.answer_sealed);
            let body = body.ok_or_else(|| Refusal::fault("kept answer does not open"))?;
            return Ok(Answered {
                status,
                body: body.to_vec(),
            });
        }
        let answer = work()?;
        let body =
            serde_json::to_vec(&answer).map_err(|_| Refusal::fault("answer does not serialise"))?;
        let answer_sealed = self.keys.seal(ANSWER, request.key.as_bytes(), &body);
        let kept = Kept {
            fingerprint: request.fingerprint,
            answer_sealed,
        };
        idempotency::keep(self.db, client, &request.key, &kept, self.now)?;
        Ok(Answered { status, body })
    }
}

const ANSWER: &str = "relecture/answer/1";

/// A JSON answer, made now or kept from before.
pub(crate) struct Answered {
    status: StatusCode,
    body: Vec<u8>,
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        (
            self.status,
            [(header::CONTENT_TYPE, "application/json")],
            self.body,
        )
            .into_response()
    }
}

/// The `Idempotency-Key` of a request that creates (R120).
pub(crate) struct IdempotencyKey {
    key: String,
    target: String,
}

/// A key and what it stands for: method, path and body.
pub(crate) struct Once {
    key: String,
    fingerprint: Digest,
}

impl IdempotencyKey {
    /// For this body.
    pub(crate) fn with(self, body: &[u8]) -> Once {
        let parts = [sha256(self.target.as_bytes()).0, sha256(body).0].concat();
        Once {
            key: self.key,
            fingerprint: sha256(&parts),
        }
    }

    /// For this JSON body: two spellings of the same value are the same request.
    pub(crate) fn with_json(self, body: &impl Serialize) -> Outcome<Once> {
        let body =
            serde_json::to_vec(body).map_err(|_| Refusal::fault("body does not serialise"))?;
        Ok(self.with(&body))
    }
}

impl FromRequestParts<Platform> for IdempotencyKey {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Platform) -> Outcome<Self> {
        let key = only(&parts.headers, "idempotency-key")
            .filter(|key| !key.is_empty() && key.len() <= 255)
            .ok_or(Code::IdempotencyKeyMissing)?;
        Ok(Self {
            key: key.to_owned(),
            target: format!("{} {}", parts.method, parts.uri.path()),
        })
    }
}
