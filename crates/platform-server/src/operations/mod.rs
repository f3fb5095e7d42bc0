//! The operations of the contract, one file per group. The table of the contract is the router; beside it
//! only the pages of a sign-in in the browser are served (`authorize::pages`).

mod accesses;
mod account;
mod assignments;
pub(crate) mod authorize;
mod ciba;
mod passkey;
mod password;
mod pieces;
pub(crate) mod reports;
mod sign_in;
mod sync;
mod timestamps;
mod totp;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    middleware::from_fn_with_state,
    routing::{MethodRouter, delete, get, post},
};
use relecture_platform_api::{Code, Configuration, OPERATIONS};

use crate::{
    Platform,
    http::{self, Issuer, MIN_CLIENT},
    refusal::{Refusal, STEP_UP_MAX_AGE},
};

/// Largest body besides a report, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// What answers an operation.
fn handler(operation: &str) -> Option<MethodRouter<Platform>> {
    Some(match operation {
        "configuration_view" => get(configuration_view),
        "authorization_server_view" => get(authorize::authorization_server_view),
        "request_push" => post(authorize::request_push),
        "ciba_begin" => post(ciba::ciba_begin),
        "ciba_view" => get(ciba::ciba_view),
        "ciba_cancel" => delete(ciba::ciba_cancel),
        "token_revoke" => post(sign_in::token_revoke),
        "challenge_answer" => post(sign_in::challenge_answer),
        "totp_enrol" => post(totp::totp_enrol),
        "totp_confirm" => post(totp::totp_confirm),
        "password_change" => post(password::password_change),
        "token_issue" => post(sign_in::token_issue),
        "session_end" => delete(sign_in::session_end),
        "me_view" => get(account::me_view),
        "device_enrol" => post(account::device_enrol),
        "device_list" => get(account::device_list),
        "device_revoke" => delete(account::device_revoke),
        "passkey_list" => get(passkey::passkey_list),
        "passkey_begin" => post(passkey::passkey_begin),
        "passkey_remove" => delete(passkey::passkey_remove),
        "vault_secret_open" => post(account::vault_secret_open),
        "sync_view" => get(sync::sync_view),
        "erasure_report" => post(sync::erasure_report),
        "audit_event_append" => post(sync::audit_event_append),
        "assignment_list" => get(assignments::assignment_list),
        "assignment_view" => get(assignments::assignment_view),
        "assignment_accept" => post(assignments::assignment_accept),
        "assignment_decline" => post(assignments::assignment_decline),
        "lease_renew" => post(assignments::lease_renew),
        "manifest_view" => get(pieces::manifest_view),
        "document_content" => get(pieces::document_content),
        "report_timestamp" => post(timestamps::report_timestamp),
        "report_submit" => {
            post(reports::report_submit).layer(DefaultBodyLimit::max(reports::MAX_REPORT))
        }
        "receipt_view" => get(reports::receipt_view),
        "access_list" => get(accesses::access_list),
        _ => return None,
    })
}

/// The router of the contract; operations without a handler are left out, which `tests/contract.rs` notices.
pub(crate) fn router(platform: Platform) -> Router {
    OPERATIONS
        .iter()
        .filter_map(|operation| Some((operation.path, handler(operation.id)?)))
        .fold(Router::new(), |router, (path, handler)| {
            router.route(path, handler)
        })
        .merge(authorize::pages())
        .merge(passkey::routes())
        .fallback(nothing)
        .method_not_allowed_fallback(nothing)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(platform.clone(), http::envelope))
        .with_state(platform)
}

async fn nothing() -> Refusal {
    Code::NotFound.into()
}

async fn configuration_view(
    State(platform): State<Platform>,
    Issuer(issuer): Issuer,
) -> Json<Configuration> {
    Json(Configuration {
        name: platform.name().to_owned(),
        server_time: platform.now(),
        min_client: MIN_CLIENT.to_owned(),
        max_report_bytes: reports::MAX_REPORT as u64,
        step_up_max_age: STEP_UP_MAX_AGE,
        timestamp_authorities: platform.timestamping().authorities(),
        platform_account: platform.has_own_accounts(),
        pro_sante_connect: platform.psc().is_some(),
        passkey: passkey::relying_party(&platform, &issuer).is_ok(),
    })
}
