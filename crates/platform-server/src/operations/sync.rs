//! What changed for the caller, what his devices have forgotten, and what was done on them.

use std::time::Duration;

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use relecture_crypto::sha256;
use relecture_platform_api::{
    AuditEvent, AuditEventBatch, AuditEventsTaken, ChangeList, Code, Erasure,
};
use rusqlite::Connection;
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::{
    Platform,
    act::Act,
    caller::{Actor, Caller, is_live},
    http::Body,
    keys::Keys,
    lifecycle,
    refusal::{Outcome, Refusal},
    store::{
        assignments,
        audit::{self, AuditEntry},
        changes, devices, holdings, journals, sessions,
    },
};

/// Longest wait, below the silence after which a client gives a line up.
const MAX_WAIT: Duration = Duration::from_secs(25);
/// Timers are looked at this often while somebody waits: nothing else tells of them.
const TIMERS: Duration = Duration::from_secs(5);
/// Entries of a journal taken at once.
const MAX_EVENTS: usize = 200;
const CURSOR: &str = "relecture/sync-cursor/1";

/// What is asked of `GET /v1/sync`.
#[derive(Deserialize)]
pub(crate) struct From {
    cursor: Option<String>,
    /// Seconds.
    #[serde(default)]
    wait: u64,
    /// Whether somebody works at the device: waiting alone keeps no session alive (R19).
    #[serde(default)]
    active: bool,
}

/// `GET /v1/sync` (R122). Without a cursor it tells nothing and gives one: everything is read after, nothing is missed.
pub(crate) async fn sync_view(
    State(platform): State<Platform>,
    caller: Caller,
    Query(from): Query<From>,
) -> Outcome<Json<ChangeList>> {
    let expert = caller.expert();
    let deadline = Instant::now() + MAX_WAIT.min(Duration::from_secs(from.wait));
    let (session, key) = (caller.session.id, caller.session.key_thumbprint.clone());
    let mut news = platform.store().changes();
    let after = platform
        .act(caller, None, move |act| {
            if from.active {
                sessions::touch(act.db, session, act.now)?;
            }
            let last = changes::last(act.db)?;
            let Some(cursor) = from.cursor else {
                return Ok(last);
            };
            read_cursor(act.keys, expert, &cursor, act.now)
                .filter(|seq| *seq <= last)
                .ok_or_else(|| Code::CursorExpired.into())
        })
        .await?;
    loop {
        news.borrow_and_update();
        let (working, key) = (platform.clone(), key.clone());
        let now = platform.now();
        let list = platform
            .transact(move |db| {
                // Whoever waits is put out like anybody else.
                check_still_here(db, &working, session, &key, now)?;
                lifecycle::apply_timers(db, expert, now)?;
                page(db, working.keys(), expert, after, now)
            })
            .await?;
        let over = Instant::now() >= deadline;
        if over || !list.changes.is_empty() {
            return Ok(Json(list));
        }
        let next = deadline.min(Instant::now() + TIMERS);
        let _ = timeout_at(next, news.changed()).await;
    }
}

fn check_still_here(
    db: &Connection,
    platform: &Platform,
    session: Uuid,
    key: &str,
    now: Timestamp,
) -> Outcome<()> {
    if devices::is_revoked(db, key)? {
        return Err(Code::DeviceRevoked.into());
    }
    let session = sessions::by_id(db, session)?;
    if session.is_none_or(|session| !is_live(&session, platform.sign_in_policy(), now)) {
        return Err(Refusal::because(Code::InvalidToken, "session"));
    }
    Ok(())
}

fn page(
    db: &Connection,
    keys: &Keys,
    expert: Uuid,
    after: u64,
    now: Timestamp,
) -> Outcome<ChangeList> {
    let mut found = changes::after(db, expert, after)?;
    let more = found.len() > changes::PAGE;
    found.truncate(changes::PAGE);
    let reached = found.last().map_or(after, |change| change.seq);
    Ok(ChangeList {
        changes: found,
        next_cursor: make_cursor(keys, expert, reached, now),
        more,
        server_time: now,
    })
}

fn make_cursor(keys: &Keys, expert: Uuid, seq: u64, now: Timestamp) -> String {
    let clear = [seq.to_be_bytes(), now.as_second().to_be_bytes()].concat();
    BASE64_URL_SAFE_NO_PAD.encode(keys.seal(CURSOR, expert.as_bytes(), &clear))
}

/// Where a cursor stands; nothing if it is too old, another's, or of another platform.
fn read_cursor(keys: &Keys, expert: Uuid, cursor: &str, now: Timestamp) -> Option<u64> {
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let clear = keys.open_sealed(CURSOR, expert.as_bytes(), &sealed)?;
    let (seq, made) = clear.split_first_chunk::<8>()?;
    let made = i64::from_be_bytes(made.try_into().ok()?);
    let age = SignedDuration::from_secs(now.as_second().saturating_sub(made));
    (age < changes::LIFE).then_some(u64::from_be_bytes(*seq))
}

/// `POST /v1/erasures` (R49). Saying it twice is saying it once, so that it needs no `Idempotency-Key`.
pub(crate) async fn erasure_report(
    State(platform): State<Platform>,
    caller: Caller,
    Body(erasure): Body<Erasure>,
) -> Outcome<StatusCode> {
    let id = erasure.assignment_id;
    platform
        .act(caller, Some(id), move |act| {
            act.assignment(id)?;
            let device = act.caller.device.id;
            // A former epoch is over already: nothing to raise.
            devices::raise_vault_epoch(act.db, device, erasure.vault_epoch)?;
            if holdings::end(act.db, device, id, erasure.reason, act.now)? {
                let entry = AuditEntry {
                    assignment: Some(id),
                    at_device: Some(erasure.erased_at),
                    ..act.caller.entry(act.now, "case.erased")
                };
                audit::append(act.db, &entry)?;
            }
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}

/// `POST /v1/audit-events` (R97). An entry that came before is known by its number and digest: no `Idempotency-Key`.
pub(crate) async fn audit_event_append(
    State(platform): State<Platform>,
    caller: Caller,
    Body(batch): Body<AuditEventBatch>,
) -> Outcome<Json<AuditEventsTaken>> {
    if batch.events.len() > MAX_EVENTS {
        return Err(Refusal::because(Code::Validation, "events"));
    }
    platform
        .act(caller, None, move |act| {
            for text in &batch.events {
                take(act, text)?;
            }
            let (through, sha256) = journals::head(act.db, act.caller.device.id)?;
            Ok(Json(AuditEventsTaken {
                through,
                sha256: sha256.to_string(),
            }))
        })
        .await
}

/// Takes one entry. One that is missing or was changed is noticed and audited; what comes after is taken all the same, since
/// part of a journal tells more than none.
fn take(act: &Act<'_, Caller>, text: &str) -> Outcome<()> {
    let event: AuditEvent =
        serde_json::from_str(text).map_err(|_| Refusal::because(Code::Validation, "events"))?;
    let (device, digest) = (act.caller.device.id, sha256(text.as_bytes()));
    let (last, head) = journals::head(act.db, device)?;
    if event.seq <= last {
        if journals::entry(act.db, device, event.seq)? != Some(digest) {
            notice(act, "journal.altered", &event.seq.to_string())?;
        }
        return Ok(());
    }
    if event.seq != last + 1 {
        notice(
            act,
            "journal.gap",
            &format!("{}-{}", last + 1, event.seq - 1),
        )?;
    } else if event.previous != head.to_string() {
        notice(act, "journal.altered", &last.to_string())?;
    }
    journals::append(act.db, device, event.seq, digest)?;
    record(act, event)
}

fn notice(act: &Act<'_, Caller>, action: &str, which: &str) -> Outcome<()> {
    let entry = AuditEntry {
        object: Some(act.caller.device.id),
        outcome: format!("entries {which}"),
        ..act.caller.entry(act.now, action)
    };
    Ok(audit::append(act.db, &entry)?)
}

fn record(act: &Act<'_, Caller>, event: AuditEvent) -> Outcome<()> {
    let own = match event.assignment_id {
        Some(id) => assignments::of_expert(act.db, act.caller.expert(), id)?.is_some(),
        None => true,
    };
    let entry = AuditEntry {
        at_device: Some(event.at),
        // Of a case that is not his it says nothing to that case's patient, and something to whoever reads the audit.
        assignment: event.assignment_id.filter(|_| own),
        object: event.object_id,
        outcome: if own { "done" } else { Code::NotFound.word() }.to_owned(),
        offline: event.offline,
        ..act.caller.entry(act.now, event.action)
    };
    Ok(audit::append(act.db, &entry)?)
}
