//! Who opened the case: the same list that the patient reads (R98).

use std::collections::{HashMap, HashSet};

use axum::{
    Json,
    extract::{Path, State},
};
use jiff::{Timestamp, tz::TimeZone};
use relecture_platform_api::{Access, AccessList};
use uuid::Uuid;

use crate::{
    Platform,
    act::Act,
    caller::Caller,
    http::id,
    refusal::Outcome,
    store::{accounts, audit, audit::AuditEntry, devices},
};

/// Accesses of which one line per day and device says enough, with their number.
const COUNTED: [&str; 9] = [
    "assignment.viewed",
    "manifest.viewed",
    "documents.downloaded",
    "lease.renewed",
    "receipt.viewed",
    "piece.opened",
    "page.reached",
    "piece.copied",
    "report.copied",
];

/// Those of them that count as often as they happen, not once for each piece.
const EACH: [&str; 3] = ["page.reached", "piece.copied", "report.copied"];

/// `GET /v1/assignments/{id}/accesses`.
pub(crate) async fn access_list(
    State(platform): State<Platform>,
    caller: Caller,
    Path(path): Path<String>,
) -> Outcome<Json<AccessList>> {
    let id = id(&path)?;
    platform
        .act(caller, Some(id), move |act| {
            act.assignment(id)?;
            let items = accesses(act, audit::of_assignment(act.db, id)?)?;
            act.record("accesses.listed", None, Some(id))?;
            Ok(Json(AccessList { items }))
        })
        .await
}

/// Newest first; counted accesses stand at their last moment of the day.
fn accesses(act: &Act<'_, Caller>, entries: Vec<AuditEntry>) -> Outcome<Vec<Access>> {
    let mut items: Vec<Access> = Vec::new();
    let mut lines: HashMap<_, (usize, HashSet<Uuid>, u32)> = HashMap::new();
    for entry in entries {
        if !COUNTED.contains(&entry.action.as_str()) {
            items.push(access(act, entry, None)?);
            continue;
        }
        let day = done_at(&entry).to_zoned(TimeZone::UTC).date();
        let line = (
            day,
            entry.actor,
            entry.device,
            entry.offline,
            entry.action.clone(),
        );
        let (at, objects, count) = lines
            .entry(line)
            .or_insert_with(|| (items.len(), HashSet::new(), 0));
        // Several ranges of one piece are one piece downloaded; every page of it that was read, and every copy, counts.
        let each = EACH.contains(&entry.action.as_str());
        let first = |object| objects.insert(object);
        *count += u32::from(each || entry.object.is_none_or(first));
        let (at, count) = (*at, *count);
        match items.get_mut(at) {
            Some(item) => item.count = Some(count),
            None => items.push(access(act, entry, Some(count))?),
        }
    }
    Ok(items)
}

/// When it was done: what happened beyond the platform's reach, by the device's clock.
fn done_at(entry: &AuditEntry) -> Timestamp {
    let at_device = entry.at_device.filter(|_| entry.offline);
    at_device.unwrap_or(entry.at_server)
}

fn access(act: &Act<'_, Caller>, entry: AuditEntry, count: Option<u32>) -> Outcome<Access> {
    let expert = entry
        .actor
        .map(|actor| accounts::by_id(act.db, actor))
        .transpose()?
        .flatten();
    let device = entry
        .device
        .map(|device| devices::by_id(act.db, device))
        .transpose()?
        .flatten();
    Ok(Access {
        at: done_at(&entry),
        offline: entry.offline,
        who: expert.map_or_else(|| act.platform_name.to_owned(), |expert| expert.name),
        role: entry.role,
        action: entry.action,
        count,
        device: device.map(|device| device.name),
    })
}
