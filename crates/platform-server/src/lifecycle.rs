//! What moves an assignment besides the expert: time and withdrawal. The rules are `relecture_domain::next`.

use jiff::{SignedDuration, Timestamp};
use relecture_domain::{Event, State, next};
use relecture_platform_api::{AssignmentState, Code};
use rusqlite::Connection;
use uuid::Uuid;

use crate::{
    refusal::{Outcome, Refusal},
    store::{
        assignments::{self, Assignment},
        audit::{self, AuditEntry},
    },
};

/// How long an offer may be answered.
pub(crate) const OFFER: SignedDuration = SignedDuration::from_hours(48);
/// From acceptance to the due date (R86).
pub(crate) const DUE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// From availability to the purge of every copy (R85).
pub(crate) const WINDOW: SignedDuration = SignedDuration::from_hours(15 * 24);
/// How long a device may read without contact (R51).
pub(crate) const LEASE: SignedDuration = SignedDuration::from_hours(72);

/// `from` plus a duration of the life cycle.
pub(crate) fn after(from: Timestamp, duration: SignedDuration) -> Timestamp {
    from.saturating_add(duration).unwrap_or(Timestamp::MAX)
}

/// The refusal of what this state does not allow.
pub(crate) fn conflict(state: State) -> Refusal {
    Refusal::because(Code::StateConflict, AssignmentState::from(state).word())
}

/// Moves the assignment, or refuses.
pub(crate) fn step(assignment: &mut Assignment, event: Event) -> Outcome<()> {
    assignment.state = next(assignment.state, event).map_err(|refused| conflict(refused.state))?;
    Ok(())
}

/// Lets everything that is due happen to the expert's assignments.
pub(crate) fn apply_timers(db: &Connection, expert: Uuid, now: Timestamp) -> Outcome<()> {
    for mut assignment in assignments::all_of_expert(db, expert)? {
        let passed = |instant: Option<Timestamp>| instant.is_some_and(|instant| now >= instant);
        let (event, action) = match assignment.state {
            State::Offered if passed(Some(assignment.answer_before)) => {
                (Event::OfferTimeout, "assignment.expired")
            }
            State::Accepted if passed(assignment.due_at) => {
                (Event::DueTimeout, "assignment.overdue")
            }
            State::Delivered if passed(assignment.purge_after) => {
                (Event::WindowElapsed, "assignment.closed")
            }
            _ => continue,
        };
        step(&mut assignment, event)?;
        assignments::save(db, &assignment, now)?;
        audit::append(db, &by_platform(now, action, Some(assignment.id)))?;
    }
    Ok(())
}

/// An entry of the audit about what the platform itself, or its staff, does.
pub(crate) fn by_platform(now: Timestamp, action: &str, assignment: Option<Uuid>) -> AuditEntry {
    AuditEntry {
        at_server: now,
        at_device: None,
        role: "platform".to_owned(),
        actor: None,
        device: None,
        action: action.to_owned(),
        assignment,
        object: None,
        outcome: "done".to_owned(),
        request_id: None,
        offline: false,
    }
}
