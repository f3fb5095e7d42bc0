//! What is remembered between two steps of one sign-in: in memory, for minutes. A restart asks to begin again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

/// As many at the same time; one more is refused rather than one forgotten.
const CAPACITY: usize = 10_000;

/// Values by name, each for a while.
pub(crate) struct Expiring<T>(Mutex<HashMap<String, (Timestamp, T)>>);

impl<T> Expiring<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    fn alive(&self, now: Timestamp) -> std::sync::MutexGuard<'_, HashMap<String, (Timestamp, T)>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (until, _)| *until > now);
        kept
    }

    /// Whether there was room.
    pub(crate) fn insert(
        &self,
        name: String,
        value: T,
        life: SignedDuration,
        now: Timestamp,
    ) -> bool {
        let mut kept = self.alive(now);
        let until = now.saturating_add(life).unwrap_or(Timestamp::MAX);
        let room = kept.len() < CAPACITY;
        if room {
            kept.insert(name, (until, value));
        }
        room
    }

    /// Looks at one, and may change it.
    pub(crate) fn with<R>(
        &self,
        name: &str,
        now: Timestamp,
        look: impl FnOnce(&mut T) -> R,
    ) -> Option<R> {
        self.alive(now).get_mut(name).map(|(_, value)| look(value))
    }

    /// Takes one out.
    pub(crate) fn take(&self, name: &str, now: Timestamp) -> Option<T> {
        self.alive(now).remove(name).map(|(_, value)| value)
    }
}
