//! The operations of the contract, one function each, named as in `openapi.json`.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use relecture_crypto::sha256;
use relecture_platform_api::{
    Acceptance, AccessList, Assignment, AssignmentList, AuditEventBatch, AuditEventsTaken,
    AuthorizationChallenge, AuthorizationCode, ChangeList, ClientTokenRequest, Configuration,
    Decline, DeviceEnrolled, DeviceEnrolment, DeviceList, Erasure, Lease, Manifest, Me,
    PasskeyBegun, PasskeyEnrolment, PasskeyList, PasswordChange, ReportAccepted, TokenRequest,
    Tokens, TotpConfirmation, TotpConfirmed, TotpEnrolment, TotpSecret, VaultSeal, VaultSecret,
};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use uuid::Uuid;

use crate::{
    CallError, Connection,
    connection::{body, short_bytes},
    pkce::{Pkce, S256},
};

/// What the physician typed.
pub struct Credentials<'a> {
    /// E-mail.
    pub email: &'a str,
    /// Password.
    pub password: &'a str,
    /// Six digits, or a recovery code.
    pub code: &'a str,
    /// Whether `code` is a recovery code.
    pub recovery: bool,
}

/// The sealed bytes of a piece, as they come.
pub struct Content {
    response: Response,
    /// Where the bytes start: what was asked, or 0 when the platform starts again.
    pub from: u64,
}

impl Content {
    /// The next bytes; nothing at the end.
    ///
    /// # Errors
    /// [`CallError::Unreachable`] when the line is cut.
    pub async fn next(&mut self) -> Result<Option<Bytes>, CallError> {
        Ok(self.response.chunk().await?)
    }
}

impl Connection {
    /// What a client must know before it signs in.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn configuration_view(&self) -> Result<Configuration, CallError> {
        let path = "/.well-known/second-opinion-configuration";
        body(self.call_bare(Method::GET, path, |r| r).await?).await
    }

    /// Signs in with the platform account; the tokens stay here.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn sign_in(&self, credentials: &Credentials<'_>) -> Result<(), CallError> {
        let pkce = Pkce::make();
        let challenge = AuthorizationChallenge {
            username: credentials.email.to_owned(),
            password: credentials.password.to_owned(),
            otp: if credentials.recovery {
                String::new()
            } else {
                credentials.code.to_owned()
            },
            recovery_code: credentials.recovery.then(|| credentials.code.to_owned()),
            code_challenge: pkce.challenge,
            code_challenge_method: S256.to_owned(),
        };
        let answer = self.call_bare(Method::POST, "/oauth/challenge", |r| r.json(&challenge));
        let AuthorizationCode {
            authorization_code: code,
        } = body(answer.await?).await?;
        self.token_issue(&TokenRequest::AuthorizationCode {
            code,
            code_verifier: pkce.verifier,
        })
        .await
    }

    /// The secret of a new TOTP, after [`Connection::sign_in`] was answered with `totp-enrolment-required`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn totp_enrol(&self, auth_session: &str) -> Result<TotpSecret, CallError> {
        let request = TotpEnrolment {
            auth_session: auth_session.to_owned(),
        };
        let answer = self.call_bare(Method::POST, "/oauth/totp", |r| r.json(&request));
        body(answer.await?).await
    }

    /// Its first code: the TOTP counts, the tokens stay here, and the recovery codes are told this once.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn totp_confirm(
        &self,
        auth_session: &str,
        otp: &str,
    ) -> Result<Vec<String>, CallError> {
        let pkce = Pkce::make();
        let request = TotpConfirmation {
            auth_session: auth_session.to_owned(),
            otp: otp.to_owned(),
            code_challenge: pkce.challenge,
            code_challenge_method: S256.to_owned(),
        };
        let answer = self.call_bare(Method::POST, "/oauth/totp/confirm", |r| r.json(&request));
        let TotpConfirmed {
            authorization_code: code,
            recovery_codes,
        } = body(answer.await?).await?;
        self.token_issue(&TokenRequest::AuthorizationCode {
            code,
            code_verifier: pkce.verifier,
        })
        .await?;
        Ok(recovery_codes)
    }

    /// A new password, after [`Connection::sign_in`] was answered with `password-change-required`; the tokens stay here.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn password_change(
        &self,
        auth_session: &str,
        new_password: &str,
    ) -> Result<(), CallError> {
        let pkce = Pkce::make();
        let request = PasswordChange {
            auth_session: auth_session.to_owned(),
            new_password: new_password.to_owned(),
            code_challenge: pkce.challenge,
            code_challenge_method: S256.to_owned(),
        };
        let answer = self.call_bare(Method::POST, "/oauth/password", |r| r.json(&request));
        let AuthorizationCode {
            authorization_code: code,
        } = body(answer.await?).await?;
        self.token_issue(&TokenRequest::AuthorizationCode {
            code,
            code_verifier: pkce.verifier,
        })
        .await
    }

    pub(crate) async fn renew(&self) -> Result<(), CallError> {
        let refresh_token = self.refresh_token().ok_or(CallError::SignedOut)?;
        self.token_issue(&TokenRequest::RefreshToken { refresh_token })
            .await
    }

    pub(crate) async fn token_issue(&self, grant: &TokenRequest) -> Result<(), CallError> {
        self.token_issue_as(self, grant).await
    }

    /// As the client `other`; the tokens are bound to the key of this connection.
    pub(crate) async fn token_issue_as(
        &self,
        other: &Self,
        grant: &TokenRequest,
    ) -> Result<(), CallError> {
        let form = || {
            Ok(ClientTokenRequest {
                grant: grant.clone(),
                client: other.assertion(self.now())?,
            })
        };
        let answer = self.post_form("/oauth/token", form).await?;
        let tokens: Tokens = body(answer).await?;
        self.keep(tokens);
        Ok(())
    }

    /// Signs out; the tokens are forgotten here whatever the platform answers.
    ///
    /// # Errors
    /// [`CallError`] when the platform could not be told.
    pub async fn session_end(&self) -> Result<(), CallError> {
        let told = self.call(Method::DELETE, "/v1/session", |r| r).await;
        self.forget();
        told.map(drop)
    }

    /// The expert and this device.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn me_view(&self) -> Result<Me, CallError> {
        body(self.call(Method::GET, "/v1/me", |r| r).await?).await
    }

    /// Enrols this installation.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn device_enrol(
        &self,
        enrolment: &DeviceEnrolment,
        idempotency_key: Uuid,
    ) -> Result<DeviceEnrolled, CallError> {
        let fill = |r| keyed(r, &idempotency_key.to_string()).json(enrolment);
        body(self.call(Method::POST, "/v1/devices", fill).await?).await
    }

    /// The physician's installations.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn device_list(&self) -> Result<DeviceList, CallError> {
        body(self.call(Method::GET, "/v1/devices", |r| r).await?).await
    }

    /// Revokes one of them.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn device_revoke(&self, id: Uuid) -> Result<(), CallError> {
        let path = format!("/v1/devices/{id}");
        done(&self.call(Method::DELETE, &path, |r| r).await?)
    }

    /// The physician's passkeys and security keys.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn passkey_list(&self) -> Result<PasskeyList, CallError> {
        body(self.call(Method::GET, "/v1/passkeys", |r| r).await?).await
    }

    pub(crate) async fn passkey_begin(
        &self,
        enrolment: &PasskeyEnrolment,
    ) -> Result<PasskeyBegun, CallError> {
        let fill = |r: RequestBuilder| r.json(enrolment);
        body(self.call(Method::POST, "/v1/passkeys", fill).await?).await
    }

    /// Removes one of them.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn passkey_remove(&self, id: Uuid) -> Result<(), CallError> {
        let path = format!("/v1/passkeys/{id}");
        done(&self.call(Method::DELETE, &path, |r| r).await?)
    }

    /// Has the platform open a secret that the vault sealed to it; it comes back sealed to this device.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn vault_secret_open(&self, seal: &VaultSeal) -> Result<VaultSecret, CallError> {
        let fill = |r: RequestBuilder| r.json(seal);
        body(self.call(Method::POST, "/v1/vault-secret", fill).await?).await
    }

    /// What changed since a cursor, waiting so long for something to change; without a cursor, where to begin (R122). `active`
    /// says that somebody works here: waiting alone keeps no session alive (R19).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn sync_view(
        &self,
        cursor: Option<&str>,
        wait: Duration,
        active: bool,
    ) -> Result<ChangeList, CallError> {
        // A cursor is in the alphabet of URLs.
        let path = match cursor {
            Some(cursor) => format!(
                "/v1/sync?wait={}&active={active}&cursor={cursor}",
                wait.as_secs()
            ),
            None => format!("/v1/sync?active={active}"),
        };
        body(self.call(Method::GET, &path, |r| r).await?).await
    }

    /// Tells that a case was forgotten on this device.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn erasure_report(&self, erasure: &Erasure) -> Result<(), CallError> {
        let fill = |r: RequestBuilder| r.json(erasure);
        done(&self.call(Method::POST, "/v1/erasures", fill).await?)
    }

    /// Delivers entries of this device's journal; none asks how far the platform has it.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn audit_event_append(
        &self,
        batch: &AuditEventBatch,
    ) -> Result<AuditEventsTaken, CallError> {
        let fill = |r: RequestBuilder| r.json(batch);
        body(self.call(Method::POST, "/v1/audit-events", fill).await?).await
    }

    /// Everything assigned to the caller.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn assignment_list(&self) -> Result<AssignmentList, CallError> {
        body(self.call(Method::GET, "/v1/assignments", |r| r).await?).await
    }

    /// One assignment.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn assignment_view(&self, id: Uuid) -> Result<Assignment, CallError> {
        let path = format!("/v1/assignments/{id}");
        about(id, self.call(Method::GET, &path, |r| r).await?).await
    }

    /// Accepts.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn assignment_accept(
        &self,
        id: Uuid,
        acceptance: &Acceptance,
        idempotency_key: Uuid,
    ) -> Result<Assignment, CallError> {
        let fill = |r| keyed(r, &idempotency_key.to_string()).json(acceptance);
        let path = format!("/v1/assignments/{id}/accept");
        about(id, self.call(Method::POST, &path, fill).await?).await
    }

    /// Declines.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn assignment_decline(
        &self,
        id: Uuid,
        decline: &Decline,
        idempotency_key: Uuid,
    ) -> Result<Assignment, CallError> {
        let fill = |r| keyed(r, &idempotency_key.to_string()).json(decline);
        let path = format!("/v1/assignments/{id}/decline");
        about(id, self.call(Method::POST, &path, fill).await?).await
    }

    /// The pieces.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn manifest_view(&self, id: Uuid) -> Result<Manifest, CallError> {
        let path = format!("/v1/assignments/{id}/manifest");
        let response = self.call(Method::GET, &path, |r| r).await?;
        let status = response.status().as_u16();
        let manifest: Manifest = body(response).await?;
        if manifest.assignment_id == id {
            return Ok(manifest);
        }
        Err(CallError::Unexpected(status))
    }

    /// The sealed bytes of a piece from `from` on, if they are still those of `etag`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn document_content(
        &self,
        assignment: Uuid,
        document: Uuid,
        etag: &str,
        from: u64,
    ) -> Result<Content, CallError> {
        let path = format!("/v1/assignments/{assignment}/documents/{document}/content");
        let fill = |r: RequestBuilder| match from {
            0 => r,
            _ => r
                .header(header::RANGE, format!("bytes={from}-"))
                .header(header::IF_RANGE, etag),
        };
        let response = self.call(Method::GET, &path, fill).await?;
        let partial = response.status() == StatusCode::PARTIAL_CONTENT;
        Ok(Content {
            from: if partial { from } else { 0 },
            response,
        })
    }

    /// The case's key for this device.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn lease_renew(&self, id: Uuid, idempotency_key: Uuid) -> Result<Lease, CallError> {
        let path = format!("/v1/assignments/{id}/lease");
        let fill = |r| keyed(r, &idempotency_key.to_string());
        body(self.call(Method::POST, &path, fill).await?).await
    }

    /// Submits a signed report. The same key and bytes give the same receipt, however often (R81).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn report_submit(
        &self,
        assignment: Uuid,
        idempotency_key: &str,
        pdf: Bytes,
    ) -> Result<ReportAccepted, CallError> {
        let path = format!("/v1/assignments/{assignment}/reports");
        let digest = format!("sha-256=:{}:", BASE64_STANDARD.encode(sha256(&pdf).0));
        let fill = |r| {
            keyed(r, idempotency_key)
                .header(header::CONTENT_TYPE, "application/pdf")
                .header("Content-Digest", &digest)
                .body(pdf.clone())
        };
        body(self.call(Method::POST, &path, fill).await?).await
    }

    /// The answer of the platform's timestamping service to a request of RFC 3161, both in DER (R76).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn report_timestamp(
        &self,
        assignment: Uuid,
        query: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        let path = format!("/v1/assignments/{assignment}/report/timestamp");
        let fill = |r: RequestBuilder| {
            r.header(header::CONTENT_TYPE, "application/timestamp-query")
                .body(query.clone())
        };
        short_bytes(self.call(Method::POST, &path, fill).await?).await
    }

    /// The receipt again.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn receipt_view(
        &self,
        assignment: Uuid,
        report: Uuid,
    ) -> Result<ReportAccepted, CallError> {
        let path = format!("/v1/assignments/{assignment}/reports/{report}/receipt");
        body(self.call(Method::GET, &path, |r| r).await?).await
    }

    /// Who opened the case.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn access_list(&self, assignment: Uuid) -> Result<AccessList, CallError> {
        let path = format!("/v1/assignments/{assignment}/accesses");
        body(self.call(Method::GET, &path, |r| r).await?).await
    }
}

fn keyed(request: RequestBuilder, idempotency_key: &str) -> RequestBuilder {
    request.header("Idempotency-Key", idempotency_key)
}

/// The assignment that was asked about. An answer about another one is none.
async fn about(id: Uuid, response: Response) -> Result<Assignment, CallError> {
    let status = response.status().as_u16();
    let assignment: Assignment = body(response).await?;
    if assignment.id == id {
        return Ok(assignment);
    }
    Err(CallError::Unexpected(status))
}

/// Done, and nothing to say. Anything else is no answer of the contract: some portal's page, perhaps.
fn done(response: &Response) -> Result<(), CallError> {
    match response.status() {
        StatusCode::NO_CONTENT => Ok(()),
        other => Err(CallError::Unexpected(other.as_u16())),
    }
}
