//! The `OpenAPI` 3.1 description, generated from the types above (R118).

use utoipa::OpenApi;

use crate::{
    Acceptance, AccessList, Assignment, AssignmentList, AuditEventBatch, AuditEventsTaken,
    AuthorizationChallenge, AuthorizationCode, AuthorizationServer, ChangeList, CibaAnswer,
    CibaBegun, CibaRequest, ClientTokenRequest, Configuration, Decline, DeviceEnrolled,
    DeviceEnrolment, DeviceList, Erasure, Lease, Manifest, Me, PasskeyBegun, PasskeyEnrolment,
    PasskeyList, PasswordChange, Problem, PushedRequest, PushedRequestKept, ReportAccepted,
    Revocation, Tokens, TotpConfirmation, TotpConfirmed, TotpEnrolment, TotpSecret, VaultSeal,
    VaultSecret,
};

/// One operation of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    /// `noun_verb`; changing it is a breaking change.
    pub id: &'static str,
    /// HTTP method, upper case.
    pub method: &'static str,
    /// Path template.
    pub path: &'static str,
}

/// Declares the operations once: the table for both sides and their `OpenAPI` descriptions.
macro_rules! operations {
    ($( $(#[doc = $doc:literal])* $id:ident: $method:ident $upper:literal $path:literal
        ($(body $body:ty as $media:literal)?) -> $status:literal $($answer:ty)? ; )*) => {
        /// Every operation of the contract, in the order of the description.
        pub const OPERATIONS: &[Operation] =
            &[$( Operation { id: stringify!($id), method: $upper, path: $path } ),*];

        $(
            $(#[doc = $doc])*
            #[utoipa::path(
                $method, path = $path, operation_id = stringify!($id),
                $(request_body(content = $body, content_type = $media),)?
                responses(
                    (status = $status, description = "done" $(, body = $answer)?),
                    (status = "default", description = "problem", body = Problem, content_type = "application/problem+json"),
                )
            )]
            #[expect(dead_code, reason = "carries the description of an operation, is never called")]
            fn $id() {}
        )*

        #[derive(OpenApi)]
        #[openapi(
            info(title = "Relecture platform", description = "Written medical second opinions: what an expert's workstation asks of the platform.", version = "1"),
            paths($($id),*),
            components(schemas(crate::Receipt, crate::OpinionDocument, crate::AuditEvent)),
        )]
        struct Description;
    };
}

operations! {
    /// What a client must know before it signs in.
    configuration_view: get "GET" "/.well-known/second-opinion-configuration" () -> 200 Configuration;
    /// The authorization server (RFC 8414).
    authorization_server_view: get "GET" "/.well-known/oauth-authorization-server" () -> 200 AuthorizationServer;
    /// A sign-in in the system browser begins (RFC 9126).
    request_push: post "POST" "/oauth/par" (body PushedRequest as "application/x-www-form-urlencoded") -> 201 PushedRequestKept;
    /// A sign-in with the phone or the card begins (CIBA).
    ciba_begin: post "POST" "/v1/auth/ciba" (body CibaRequest as "application/json") -> 201 CibaBegun;
    /// Whether the professional has answered.
    ciba_view: get "GET" "/v1/auth/ciba/{id}" () -> 200 CibaAnswer;
    /// It is given up.
    ciba_cancel: delete "DELETE" "/v1/auth/ciba/{id}" () -> 204;
    /// Sign-in of the platform account.
    challenge_answer: post "POST" "/oauth/challenge" (body AuthorizationChallenge as "application/json") -> 200 AuthorizationCode;
    /// The secret of a new TOTP.
    totp_enrol: post "POST" "/oauth/totp" (body TotpEnrolment as "application/json") -> 200 TotpSecret;
    /// Its first code, after which it counts.
    totp_confirm: post "POST" "/oauth/totp/confirm" (body TotpConfirmation as "application/json") -> 200 TotpConfirmed;
    /// A new password in place of one that is too old or was stolen.
    password_change: post "POST" "/oauth/password" (body PasswordChange as "application/json") -> 200 AuthorizationCode;
    /// Exchange of a code or a refresh token.
    token_issue: post "POST" "/oauth/token" (body ClientTokenRequest as "application/x-www-form-urlencoded") -> 200 Tokens;
    /// A session stops at once, known by its refresh token (RFC 7009).
    token_revoke: post "POST" "/oauth/revoke" (body Revocation as "application/x-www-form-urlencoded") -> 200;
    /// Sign-out: every token of the session stops at once.
    session_end: delete "DELETE" "/v1/session" () -> 204;
    /// The expert and this device.
    me_view: get "GET" "/v1/me" () -> 200 Me;
    /// Enrolment of this installation.
    device_enrol: post "POST" "/v1/devices" (body DeviceEnrolment as "application/json") -> 201 DeviceEnrolled;
    /// The caller's installations (R22).
    device_list: get "GET" "/v1/devices" () -> 200 DeviceList;
    /// Revocation of one of them: its sessions stop at once, and it forgets what it holds (R14, R20, R22).
    device_revoke: delete "DELETE" "/v1/devices/{id}" () -> 204;
    /// The caller's passkeys and security keys (R9).
    passkey_list: get "GET" "/v1/passkeys" () -> 200 PasskeyList;
    /// Adds one, in the system browser (R9, R20).
    passkey_begin: post "POST" "/v1/passkeys" (body PasskeyEnrolment as "application/json") -> 201 PasskeyBegun;
    /// Removes one (R20).
    passkey_remove: delete "DELETE" "/v1/passkeys/{id}" () -> 204;
    /// Opens what the vault's key needs of the platform.
    vault_secret_open: post "POST" "/v1/vault-secret" (body VaultSeal as "application/json") -> 200 VaultSecret;
    /// What changed since a cursor; `wait` seconds for something to change (R122).
    sync_view: get "GET" "/v1/sync" () -> 200 ChangeList;
    /// A device has forgotten a case (R49).
    erasure_report: post "POST" "/v1/erasures" (body Erasure as "application/json") -> 204;
    /// The journal of a device: what was opened there, with or without the platform (R97).
    audit_event_append: post "POST" "/v1/audit-events" (body AuditEventBatch as "application/json") -> 200 AuditEventsTaken;
    /// Everything assigned to the caller.
    assignment_list: get "GET" "/v1/assignments" () -> 200 AssignmentList;
    /// One assignment.
    assignment_view: get "GET" "/v1/assignments/{id}" () -> 200 Assignment;
    /// Acceptance with a statement on conflicts of interest.
    assignment_accept: post "POST" "/v1/assignments/{id}/accept" (body Acceptance as "application/json") -> 200 Assignment;
    /// Refusal with a reason.
    assignment_decline: post "POST" "/v1/assignments/{id}/decline" (body Decline as "application/json") -> 200 Assignment;
    /// The pieces.
    manifest_view: get "GET" "/v1/assignments/{id}/manifest" () -> 200 Manifest;
    /// The sealed bytes of a piece; Range and If-Range as in RFC 9110.
    document_content: get "GET" "/v1/assignments/{id}/documents/{document}/content" () -> 200;
    /// The case's key, sealed to this device, until a moment.
    lease_renew: post "POST" "/v1/assignments/{id}/lease" () -> 200 Lease;
    /// The time of a signature, from the platform's timestamping service (RFC 3161, R76). Of the report only a digest is told.
    report_timestamp: post "POST" "/v1/assignments/{id}/report/timestamp" (body Vec<u8> as "application/timestamp-query") -> 200;
    /// Reception of a signed report.
    report_submit: post "POST" "/v1/assignments/{id}/reports" (body Vec<u8> as "application/pdf") -> 201 ReportAccepted;
    /// The receipt again.
    receipt_view: get "GET" "/v1/assignments/{id}/reports/{report}/receipt" () -> 200 ReportAccepted;
    /// Who opened the case.
    access_list: get "GET" "/v1/assignments/{id}/accesses" () -> 200 AccessList;
}

/// The description as committed in `openapi.json`.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    Description::openapi()
        .to_pretty_json()
        .map(|json| json + "\n")
}
