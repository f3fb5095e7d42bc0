//! The caller's assignments, his decisions on offers, and the leases of their keys.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use relecture_crypto::seal_to;
use relecture_domain::Event;
use relecture_platform_api::{
    Acceptance, Assignment, AssignmentList, Code, Decline, InterestDeclaration, Lease, contexts,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Platform,
    act::{Act, Answered, IdempotencyKey},
    caller::{Actor, Caller},
    facts,
    http::{Body, id},
    lifecycle,
    refusal::{Outcome, Refusal},
    store::{assignments, holdings},
};

const STATEMENT: &str = "relecture/statement/1";
/// Longest statement or reason, in bytes.
const MAX_STATEMENT: usize = 4000;

/// `GET /v1/assignments` (R27).
pub(crate) async fn assignment_list(
    State(platform): State<Platform>,
    caller: Caller,
) -> Outcome<Json<AssignmentList>> {
    platform
        .act(caller, None, |act| {
            let items = assignments::all_of_expert(act.db, act.caller.expert())?
                .iter()
                .map(|row| facts::view(act.db, act.keys, row))
                .collect::<Outcome<_>>()?;
            act.record("assignments.listed", None, None)?;
            Ok(Json(AssignmentList {
                items,
                server_time: act.now,
            }))
        })
        .await
}

/// `GET /v1/assignments/{id}` (R24).
pub(crate) async fn assignment_view(
    State(platform): State<Platform>,
    caller: Caller,
    Path(path): Path<String>,
) -> Outcome<Json<Assignment>> {
    let id = id(&path)?;
    platform
        .act(caller, Some(id), move |act| {
            let row = act.assignment(id)?;
            act.record("assignment.viewed", Some(id), None)?;
            facts::view(act.db, act.keys, &row).map(Json)
        })
        .await
}

/// `POST /v1/assignments/{id}/accept`.
pub(crate) async fn assignment_accept(
    State(platform): State<Platform>,
    caller: Caller,
    key: IdempotencyKey,
    Path(path): Path<String>,
    Body(acceptance): Body<Acceptance>,
) -> Outcome<Answered> {
    let id = id(&path)?;
    if let InterestDeclaration::Declared { statement } = &acceptance.interest {
        check_words("interest", statement)?;
    }
    let once = key.with_json(&acceptance)?;
    platform
        .act(caller, Some(id), move |act| {
            act.once(&once, StatusCode::OK, || {
                decide(act, id, Event::Accept, &acceptance)
            })
        })
        .await
}

/// `POST /v1/assignments/{id}/decline`.
pub(crate) async fn assignment_decline(
    State(platform): State<Platform>,
    caller: Caller,
    key: IdempotencyKey,
    Path(path): Path<String>,
    Body(decline): Body<Decline>,
) -> Outcome<Answered> {
    let id = id(&path)?;
    check_words("reason", &decline.reason)?;
    let once = key.with_json(&decline)?;
    platform
        .act(caller, Some(id), move |act| {
            act.once(&once, StatusCode::OK, || {
                decide(act, id, Event::Decline, &decline)
            })
        })
        .await
}

fn check_words(field: &str, text: &str) -> Outcome<()> {
    if text.trim().is_empty() || text.len() > MAX_STATEMENT {
        return Err(Refusal::because(Code::Validation, field));
    }
    Ok(())
}

/// The answer to an offer; the statement stays with the case.
fn decide(
    act: &Act<'_, Caller>,
    id: Uuid,
    event: Event,
    statement: &impl Serialize,
) -> Outcome<Assignment> {
    let mut row = act.assignment(id)?;
    act.refuse_withdrawn(&row)?;
    lifecycle::step(&mut row, event)?;
    let key = facts::case_key(act.keys, &facts::case(act.db, row.case)?)?;
    row.statement_sealed = Some(facts::seal_facts(&key, STATEMENT, id, statement)?);
    let action = if event == Event::Accept {
        row.accepted_at = Some(act.now);
        row.due_at = Some(lifecycle::after(act.now, lifecycle::DUE));
        "assignment.accepted"
    } else {
        "assignment.declined"
    };
    assignments::save(act.db, &row, act.now)?;
    act.record(action, Some(id), None)?;
    facts::view(act.db, act.keys, &row)
}

/// `POST /v1/assignments/{id}/lease` (R51): repeating it creates nothing, so that it needs no `Idempotency-Key`.
pub(crate) async fn lease_renew(
    State(platform): State<Platform>,
    caller: Caller,
    Path(path): Path<String>,
) -> Outcome<Json<Lease>> {
    let id = id(&path)?;
    platform
        .act(caller, Some(id), move |act| {
            let row = act.cacheable(id)?;
            let end = lifecycle::after(act.now, lifecycle::LEASE);
            let not_after = row
                .purge_after
                .map_or(end, |purge_after| end.min(purge_after));
            let key = facts::assignment_key(act.keys, &row)?;
            let sealed = seal_to(
                &act.caller.device.sealing_key,
                contexts::CASE_KEY,
                id.as_bytes(),
                key.bytes(),
            )
            .map_err(|_| Refusal::fault("device sealing key"))?;
            holdings::begin(act.db, act.caller.device.id, id, act.now)?;
            act.record("lease.renewed", Some(id), None)?;
            Ok(Json(Lease {
                not_after,
                sealed_case_key: BASE64_URL_SAFE_NO_PAD.encode(sealed),
            }))
        })
        .await
}
