//! Due dates as the expert feels them: how much is left, and whether it presses.

use jiff::{SignedDuration, Timestamp};

/// The instant by which an answer is owed (R86).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(pub Timestamp);

/// What is left of a deadline at some instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remaining {
    /// More than [`Deadline::PRESSING`] is left.
    Calm(SignedDuration),
    /// Less than [`Deadline::PRESSING`] is left: the window warns.
    Pressing(SignedDuration),
    /// It has passed, by this much.
    Late(SignedDuration),
}

impl Deadline {
    /// Below this much time left, the expert is warned.
    pub const PRESSING: SignedDuration = SignedDuration::from_hours(36);

    /// What is left at `now`.
    pub fn remaining(self, now: Timestamp) -> Remaining {
        let left = self.0.duration_since(now);
        if left.is_negative() {
            Remaining::Late(-left)
        } else if left <= Self::PRESSING {
            Remaining::Pressing(left)
        } else {
            Remaining::Calm(left)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R86: the expert is warned before the due date, and told when it has passed.
    #[test]
    fn a_deadline_presses_before_it_passes() {
        let due = Deadline("2026-06-09T16:00:00Z".parse().expect("a valid instant"));
        let at = |hours: i64| due.0 - SignedDuration::from_hours(hours);
        assert_eq!(
            due.remaining(at(72)),
            Remaining::Calm(SignedDuration::from_hours(72))
        );
        assert_eq!(
            due.remaining(at(5)),
            Remaining::Pressing(SignedDuration::from_hours(5))
        );
        assert_eq!(
            due.remaining(at(-2)),
            Remaining::Late(SignedDuration::from_hours(2))
        );
    }
}
