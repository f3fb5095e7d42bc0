//! The life of one assignment as the expert sees it (contract.md section 2): 13 states, 30 transitions.

use std::fmt;

/// Where an assignment stands. The platform is the only authority; the workstation follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Proposed to the expert; nothing that identifies the patient is visible (R26).
    Offered,
    /// Accepted: the case may be downloaded and read.
    Accepted,
    /// Waiting for a piece or an answer of the patient.
    InfoRequested,
    /// Past its due date, still answerable until it is reassigned (R86).
    Overdue,
    /// A signed report is being checked by the platform.
    ReportSubmitted,
    /// The report is available to the patient; the 15-day window runs (R85).
    Delivered,
    /// A corrected version is being checked by the platform (R82).
    AmendmentSubmitted,
    /// The window has elapsed; the case is archived (R93).
    Closed,
    /// Archive access granted for a limited time.
    ReopenedReadonly,
    /// The expert said no.
    Declined,
    /// The offer was not answered in time.
    Expired,
    /// The expert gave the case back.
    Relinquished,
    /// The platform took the case back: consent withdrawn, reassigned, suspended, restricted.
    Revoked,
}

/// What may happen to an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// By the expert.
    Accept,
    /// By the expert, with a reason.
    Decline,
    /// By the platform, 48 h after the offer.
    OfferTimeout,
    /// By the platform, with a reason.
    Revoke,
    /// By the expert.
    RequestInfo,
    /// By the patient.
    InfoReceived,
    /// By the expert.
    CancelInfoRequest,
    /// By the platform, 5 days after the request.
    InfoTimeout,
    /// By the expert.
    SubmitReport,
    /// By the expert, after delivery.
    AmendReport,
    /// By the platform.
    ReportValidated,
    /// By the platform.
    ReportRejected,
    /// By the expert.
    Relinquish,
    /// By the platform, 7 days after acceptance.
    DueTimeout,
    /// By the platform, 15 days after availability.
    WindowElapsed,
    /// By the access-rights service.
    ArchiveAccessGranted,
    /// By the platform, 7 days after the grant.
    ArchiveAccessElapsed,
}

/// The event is not allowed in this state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionRefused {
    /// Where the assignment stands.
    pub state: State,
    /// What was asked.
    pub event: Event,
}

impl fmt::Display for TransitionRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not allowed in state {:?}",
            self.event, self.state
        )
    }
}

impl std::error::Error for TransitionRefused {}

/// The state after `event`.
///
/// # Errors
/// [`TransitionRefused`] for every pair that the life cycle does not list.
pub fn next(state: State, event: Event) -> Result<State, TransitionRefused> {
    use Event as E;
    use State as S;
    let to = match (state, event) {
        (S::Offered, E::Accept)
        | (S::InfoRequested, E::InfoReceived | E::CancelInfoRequest | E::InfoTimeout)
        | (S::ReportSubmitted, E::ReportRejected) => S::Accepted,
        (S::Offered, E::Decline) => S::Declined,
        (S::Offered, E::OfferTimeout) => S::Expired,
        (S::Accepted | S::Overdue, E::RequestInfo) => S::InfoRequested,
        (S::Accepted | S::Overdue, E::SubmitReport) => S::ReportSubmitted,
        (S::Accepted | S::InfoRequested | S::Overdue, E::Relinquish) => S::Relinquished,
        (S::Accepted, E::DueTimeout) => S::Overdue,
        (S::ReportSubmitted | S::AmendmentSubmitted, E::ReportValidated)
        | (S::AmendmentSubmitted, E::ReportRejected) => S::Delivered,
        (S::Delivered, E::AmendReport) => S::AmendmentSubmitted,
        (S::Delivered, E::WindowElapsed) | (S::ReopenedReadonly, E::ArchiveAccessElapsed) => {
            S::Closed
        }
        (S::Closed, E::ArchiveAccessGranted) => S::ReopenedReadonly,
        (
            S::Offered
            | S::Accepted
            | S::InfoRequested
            | S::Overdue
            | S::ReportSubmitted
            | S::Delivered
            | S::AmendmentSubmitted
            | S::ReopenedReadonly,
            E::Revoke,
        ) => S::Revoked,
        _ => return Err(TransitionRefused { state, event }),
    };
    Ok(to)
}

impl State {
    /// Every state, in the order of the life cycle.
    pub const ALL: [Self; 13] = [
        Self::Offered,
        Self::Accepted,
        Self::InfoRequested,
        Self::Overdue,
        Self::ReportSubmitted,
        Self::Delivered,
        Self::AmendmentSubmitted,
        Self::Closed,
        Self::ReopenedReadonly,
        Self::Declined,
        Self::Expired,
        Self::Relinquished,
        Self::Revoked,
    ];

    /// Whether a workstation may hold the case's pieces in this state (R44). Entering any other state erases.
    pub fn is_cacheable(self) -> bool {
        matches!(
            self,
            Self::Accepted
                | Self::InfoRequested
                | Self::Overdue
                | Self::ReportSubmitted
                | Self::Delivered
                | Self::AmendmentSubmitted
                | Self::ReopenedReadonly
        )
    }

    /// Whether whoever held the case holds it no more. An offer is neither: no transition leads back to it.
    pub fn is_over(self) -> bool {
        !self.is_cacheable() && self != Self::Offered
    }

    /// Whether the opinion may still be written.
    pub fn is_writable(self) -> bool {
        matches!(self, Self::Accepted | Self::InfoRequested | Self::Overdue)
    }

    /// Whether a signed report has reached the platform.
    pub fn is_answered(self) -> bool {
        matches!(
            self,
            Self::ReportSubmitted | Self::Delivered | Self::AmendmentSubmitted
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 17] = [
        Event::Accept,
        Event::Decline,
        Event::OfferTimeout,
        Event::Revoke,
        Event::RequestInfo,
        Event::InfoReceived,
        Event::CancelInfoRequest,
        Event::InfoTimeout,
        Event::SubmitReport,
        Event::AmendReport,
        Event::ReportValidated,
        Event::ReportRejected,
        Event::Relinquish,
        Event::DueTimeout,
        Event::WindowElapsed,
        Event::ArchiveAccessGranted,
        Event::ArchiveAccessElapsed,
    ];

    /// R44: the two ways into a cacheable state from a non-cacheable one are the expert's acceptance and the archive grant.
    #[test]
    fn only_acceptance_and_archive_grant_open_the_cache() {
        let mut ways = Vec::new();
        let mut transitions = 0;
        for state in State::ALL {
            for event in EVENTS {
                let Ok(to) = next(state, event) else { continue };
                transitions += 1;
                if to.is_cacheable() && !state.is_cacheable() {
                    ways.push((state, event));
                }
            }
        }
        assert_eq!(
            transitions, 30,
            "contract.md section 2 lists 30 transitions"
        );
        assert_eq!(
            ways,
            [
                (State::Offered, Event::Accept),
                (State::Closed, Event::ArchiveAccessGranted)
            ]
        );
    }

    /// R40: from every cacheable state the platform can take the case back or let it end.
    #[test]
    fn every_cacheable_state_has_a_platform_exit() {
        for state in State::ALL.into_iter().filter(|s| s.is_cacheable()) {
            let to = next(state, Event::Revoke).expect("cacheable states are revocable");
            assert!(
                !to.is_cacheable(),
                "{state:?} can be left to a state that erases"
            );
        }
    }
}
