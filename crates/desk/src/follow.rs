//! Keeping in step with the platform: what changed there comes in, what waits here goes out.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use relecture_crypto::make_bytes;
use relecture_platform_api::{Assignment, ChangeList, Code, Erasure, ErasureReason};
use relecture_platform_client::CallError;
use uuid::Uuid;

use crate::{CaseError, Desk, Topic, blocking, session::Session, worklist::is_cacheable};

/// How long the platform holds an answer back while nothing changes.
const WAIT: Duration = Duration::from_secs(25);
/// First and longest pause after a call that failed.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));
/// How often the ends of the logs of work are noted.
const NOTE_WORK: Duration = Duration::from_secs(10);
/// Somebody is at work if the window was touched so lately.
const AT_WORK: Duration = Duration::from_mins(1);

impl Desk {
    /// Keeps whoever sits here in step, for the life of the process: waits for what changes, brings it in, delivers what waits,
    /// and fetches the pieces of accepted cases. After a failure it pauses, longer each time and never as long as others.
    pub async fn follow(self: Arc<Self>) {
        let mut failures = 0;
        loop {
            let Some(session) = self.session().ok().filter(|s| !s.connection.is_offline()) else {
                failures = 0;
                let _ = tokio::time::timeout(PAUSE.1, self.entered.notified()).await;
                continue;
            };
            let was_reachable = session.connection.is_reachable();
            let done = self.exchange(&session, WAIT).await;
            if session.connection.is_reachable() != was_reachable {
                self.notify(Topic::Session);
            }
            match done {
                Ok(()) => failures = 0,
                Err(error) => {
                    tracing::debug!(%error, "not in step with the platform");
                    failures += 1;
                    let stirred = tokio::time::timeout(pause(failures), session.stir.notified());
                    let _ = stirred.await;
                }
            }
        }
    }

    /// One exchange with the platform: delivers what waits, takes in what changed, waits so long for something to change.
    ///
    /// # Errors
    /// [`CaseError`]; what was not delivered or taken in is at the next exchange.
    async fn exchange(
        self: &Arc<Self>,
        session: &Arc<Session>,
        wait: Duration,
    ) -> Result<(), CaseError> {
        self.deliver(session).await?;
        self.prefetch(session);
        let known = session.cursor.lock().await.clone();
        let wait = if known.is_some() {
            wait
        } else {
            Duration::ZERO
        };
        self.take_changes(session, known, wait).await
    }

    /// Everything that waits goes out, each kind in its order. What the platform does not take keeps nothing else back, least of
    /// all what is to be erased here.
    async fn deliver(self: &Arc<Self>, session: &Arc<Session>) -> Result<(), CaseError> {
        go_on(self.tell_erasures(session).await)?;
        go_on(self.deliver_journal(session).await)?;
        go_on(self.deliver_outbox(session).await)
    }

    /// Takes in what has changed by now, and nothing more.
    pub(crate) async fn catch_up(
        self: &Arc<Self>,
        session: &Arc<Session>,
    ) -> Result<(), CaseError> {
        let known = session.cursor.lock().await.clone();
        self.take_changes(session, known, Duration::ZERO).await
    }

    /// From `known` on; without a cursor, or with one that says nothing any more, everything is read (R122).
    async fn take_changes(
        self: &Arc<Self>,
        session: &Arc<Session>,
        known: Option<String>,
        wait: Duration,
    ) -> Result<(), CaseError> {
        let Some(mut known) = known else {
            return self.take_everything(session).await;
        };
        let mut wait = wait;
        loop {
            let active = self.is_at_work();
            let asked = tokio::select! {
                asked = session.connection.sync_view(Some(&known), wait, active) => asked,
                // Something waits to be delivered: the answer is asked for again after it.
                () = session.stir.notified(), if !wait.is_zero() => return Ok(()),
            };
            let list = match asked {
                Err(error) if error.code() == Some(Code::CursorExpired) => {
                    return self.take_everything(session).await;
                }
                asked => asked?,
            };
            let mut cursor = session.cursor.lock().await;
            if cursor.as_ref() != Some(&known) {
                // Somebody else has taken them in meanwhile.
                return Ok(());
            }
            self.believe_the_platform(session).await?;
            self.take(session, &list).await?;
            // Only now: what was not taken in is told again.
            *cursor = Some(list.next_cursor.clone());
            drop(cursor);
            if !list.more {
                return Ok(());
            }
            (known, wait) = (list.next_cursor, Duration::ZERO);
        }
    }

    /// The cursor first, the list after: what changes in between is told again.
    async fn take_everything(self: &Arc<Self>, session: &Arc<Session>) -> Result<(), CaseError> {
        let mut cursor = session.cursor.lock().await;
        let active = self.is_at_work();
        let begin = session
            .connection
            .sync_view(None, Duration::ZERO, active)
            .await?;
        self.refresh(session).await?;
        *cursor = Some(begin.next_cursor);
        self.notify(Topic::Worklist);
        Ok(())
    }

    async fn take(
        self: &Arc<Self>,
        session: &Arc<Session>,
        list: &ChangeList,
    ) -> Result<(), CaseError> {
        let mut changed: Vec<Uuid> = Vec::new();
        for change in &list.changes {
            let id = change.assignment_id;
            // Erased before anything else is done or asked.
            if change.kind.is_tombstone() && session.vault.holds(id) {
                self.erase(session, id, ErasureReason::Ended).await?;
            }
            if !changed.contains(&id) {
                changed.push(id);
            }
        }
        for id in &changed {
            match session.connection.assignment_view(*id).await {
                Ok(assignment) => self.take_assignment(session, assignment).await?,
                Err(error) if error.code() == Some(Code::NotFound) => {
                    self.erase(session, *id, ErasureReason::Ended).await?;
                    session.list().assignments.retain(|known| known.id != *id);
                }
                Err(error) => return Err(error.into()),
            }
            self.notify(Topic::Case(*id));
        }
        session.list().read_at = Some(session.connection.now());
        if !changed.is_empty() {
            self.notify(Topic::Worklist);
        }
        go_on(self.tell_erasures(session).await)
    }

    /// What the platform says of one assignment: held as it says, or forgotten.
    pub(crate) async fn take_assignment(
        self: &Arc<Self>,
        session: &Arc<Session>,
        assignment: Assignment,
    ) -> Result<(), CaseError> {
        self.hold(session, &assignment).await?;
        let mut list = session.list();
        let known = list.assignments.iter_mut().find(|a| a.id == assignment.id);
        match known {
            Some(known) => *known = assignment,
            None => list.assignments.push(assignment),
        }
        // As the platform lists them: offers first, then by due date (R27).
        list.assignments
            .sort_by_key(|a| (a.due_at.is_some(), a.due_at, a.answer_before, a.id));
        Ok(())
    }

    /// The platform learns what this PC has forgotten, so that it can prove it (R49).
    async fn tell_erasures(&self, session: &Arc<Session>) -> Result<(), CaseError> {
        for forgotten in session.vault.forgotten() {
            let erasure = Erasure {
                assignment_id: forgotten.case,
                reason: ErasureReason::of_word(&forgotten.reason),
                erased_at: forgotten.at.unwrap_or_else(|| session.connection.now()),
                vault_epoch: session.vault.epoch()?,
            };
            match session.connection.erasure_report(&erasure).await {
                Ok(()) => {}
                // It knows no such case of his: there is nothing to prove.
                Err(error) if error.code() == Some(Code::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
            let telling = Arc::clone(session);
            blocking(move || telling.vault.is_told(&forgotten)).await?;
        }
        Ok(())
    }

    /// Remembers now and then where the logs of work end: one that is cut later is noticed.
    pub(crate) async fn note_work(&self, session: &Arc<Session>) {
        let now = (self.ports.uptime)();
        {
            let mut noted = session.noted.lock().unwrap_or_else(PoisonError::into_inner);
            if now.saturating_sub(*noted) < NOTE_WORK {
                return;
            }
            *noted = now;
        }
        let noting = Arc::clone(session);
        if let Err(error) = blocking(move || noting.vault.note_logs()).await {
            tracing::debug!(%error, "where the logs of work end is not noted");
        }
    }

    /// Whether somebody has touched the window lately.
    fn is_at_work(&self) -> bool {
        let touched = *self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        (self.ports.uptime)().saturating_sub(touched) < AT_WORK
    }

    /// Fetches what is missing of the accepted cases, the most urgent first, one case at a time. A case whose reception was
    /// stopped by hand, or twice went wrong, waits for the physician.
    fn prefetch(self: &Arc<Self>, session: &Arc<Session>) {
        if self.is_prefetch_paused() || self.receptions.is_busy() {
            return;
        }
        let (desk, session) = (Arc::clone(self), Arc::clone(session));
        tokio::spawn(async move {
            let Ok(_alone) = session.prefetching.try_lock() else {
                return;
            };
            let urgent: Vec<Uuid> = {
                let list = session.list();
                let held = list.assignments.iter().filter(|a| is_cacheable(a));
                held.map(|a| a.id).collect()
            };
            for id in urgent {
                let is_wanted = session.vault.holds(id) && !session.complete().contains(&id);
                if !is_wanted || desk.is_prefetch_paused() || !desk.receptions.may_start(id) {
                    continue;
                }
                if let Err(error) = desk.receive(id).await {
                    tracing::debug!(%error, "a case is not fetched ahead");
                    return;
                }
                desk.receptions.ended(id).await;
            }
        });
    }
}

/// A pause that doubles with every failure, and is never the same for two PCs.
fn pause(failures: u32) -> Duration {
    let doubled = PAUSE.0.saturating_mul(1 << failures.min(10)).min(PAUSE.1);
    let [chance] = make_bytes::<1>();
    doubled.mul_f64(0.5 + f64::from(chance) / 512.0)
}

/// A refusal is for the log, and tried again at the next exchange; without a line there is no going on.
fn go_on(delivered: Result<(), CaseError>) -> Result<(), CaseError> {
    match delivered {
        Err(error) if !is_passing(&error) => {
            tracing::warn!(%error, "something is not delivered");
            Ok(())
        }
        delivered => delivered,
    }
}

/// Whether it failed for want of a line only.
pub(crate) fn is_passing(error: &CaseError) -> bool {
    matches!(error, CaseError::Call(call) if CallError::is_passing(call))
}
