//! The list of cases: what the platform assigns, what this PC may hold, and nothing else (R24, R44).

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use relecture_crypto::{Key, make_uuid};
use relecture_domain::State;
use relecture_platform_api::{Assignment, Code, ErasureReason, contexts};
use uuid::Uuid;

use crate::{
    CaseError, CaseSummary, Desk, Topic, Waiting, blocking,
    record::{self, ASSIGNMENT},
    session::Session,
};

/// A lease that ends within this time is renewed at the next contact.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_hours(60);

/// The worklist.
#[derive(Clone, Debug)]
pub struct Worklist {
    /// The clock it was made by.
    pub now: Timestamp,
    /// To decide.
    pub offers: Vec<Assignment>,
    /// On this PC.
    pub cases: Vec<Arc<CaseSummary>>,
    /// His, and forgotten on this PC because he asked for it.
    pub left_out: Vec<Assignment>,
    /// Waits to be sent.
    pub waiting: Vec<Waiting>,
    /// Over: closed, declined, expired, taken or given back.
    pub over: usize,
    /// When the list was last read from the platform.
    pub read_at: Option<Timestamp>,
}

impl Desk {
    /// The worklist, read from the platform; the last known one when it does not answer.
    ///
    /// # Errors
    /// [`CaseError`]; a platform that does not answer is no error while there is a list to show.
    pub async fn worklist(self: &Arc<Self>) -> Result<Worklist, CaseError> {
        let session = self.session()?;
        let was_reachable = session.connection.is_reachable();
        let refreshed = self.catch_up(&session).await;
        if session.connection.is_reachable() != was_reachable {
            self.notify(Topic::Session);
        }
        if let Err(error) = refreshed {
            let known = session.list().read_at.is_some() || !session.vault.cases().is_empty();
            match error {
                CaseError::Call(call) if known && call.is_passing() => {
                    tracing::warn!(error = %call, "the list is the last known one");
                }
                other => return Err(other),
            }
        }
        let waiting = self.outbox().await?;
        let cases = self.summaries(&session).await?;
        let list = session.list().clone();
        let (offers, others): (Vec<_>, Vec<_>) = list
            .assignments
            .into_iter()
            .partition(|a| a.state.known() == Some(State::Offered));
        let over = others.iter().filter(|a| is_over(a)).count();
        let forgotten = session.left_out();
        let left_out = others
            .into_iter()
            .filter(|a| is_cacheable(a) && forgotten.contains(&a.id))
            .collect();
        Ok(Worklist {
            now: session.connection.now(),
            offers,
            cases,
            left_out,
            waiting,
            over,
            read_at: list.read_at,
        })
    }

    /// Reads the list from the platform, takes in what may be held, forgets what may not.
    pub(crate) async fn refresh(self: &Arc<Self>, session: &Arc<Session>) -> Result<(), CaseError> {
        let assignments = session.connection.assignment_list().await?.items;
        self.believe_the_platform(session).await?;
        for held in session.vault.cases() {
            if assignments.iter().any(|a| a.id == held) {
                continue;
            }
            // Nothing is destroyed because of what was not said.
            match session.connection.assignment_view(held).await {
                Ok(assignment) => self.hold(session, &assignment).await?,
                Err(error) if error.code() == Some(Code::NotFound) => {
                    self.erase(session, held, ErasureReason::Ended).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        for assignment in &assignments {
            self.hold(session, assignment).await?;
        }
        self.let_go_of_lost_vaults(session).await;
        let mut list = session.list();
        list.assignments = assignments;
        list.read_at = Some(session.connection.now());
        Ok(())
    }

    /// Takes a case in or keeps it as the platform says it is, or forgets it. What cannot be said of a case that is held (it is
    /// offered again, or in a state that this version does not know) changes nothing of it: its lease ends.
    pub(crate) async fn hold(
        self: &Arc<Self>,
        session: &Arc<Session>,
        assignment: &Assignment,
    ) -> Result<(), CaseError> {
        let id = assignment.id;
        if is_over(assignment) {
            return self.erase(session, id, ErasureReason::Ended).await;
        }
        if !is_cacheable(assignment) {
            return Ok(());
        }
        if session.left_out().contains(&id) {
            return Ok(());
        }
        if !session.vault.holds(id) || needs_lease(session, assignment) {
            self.take_in(session, assignment).await?;
        }
        self.recover_work(session, id).await?;
        session.complete().remove(&id);
        let keeping = Arc::clone(session);
        let assignment = assignment.clone();
        blocking(move || {
            let known = record::get::<Assignment>(&keeping.vault, id, ASSIGNMENT)?;
            if known.as_ref() == Some(&assignment) {
                return Ok(());
            }
            record::put(&keeping.vault, id, ASSIGNMENT, &assignment)
        })
        .await
    }

    /// Gets the case's key and its lease, and makes room for it (R51).
    async fn take_in(
        &self,
        session: &Arc<Session>,
        assignment: &Assignment,
    ) -> Result<(), CaseError> {
        let (id, purge_after) = (assignment.id, assignment.purge_after);
        let request = make_uuid(session.connection.now());
        let lease = session.connection.lease_renew(id, request).await?;
        let sealed = BASE64_URL_SAFE_NO_PAD
            .decode(&lease.sealed_case_key)
            .map_err(|_| CaseError::Senseless)?;
        let key = session
            .keys()?
            .sealing
            .open(contexts::CASE_KEY, id.as_bytes(), &sealed)
            .map_err(|_| CaseError::Senseless)?;
        let key = Key::from_slice(&key).ok_or(CaseError::Senseless)?;
        let session = Arc::clone(session);
        let kept = serde_json::to_vec(assignment)?;
        blocking(move || {
            session.vault.take_in(
                id,
                &key,
                ErasureReason::Rekeyed.word(),
                (lease.not_after, purge_after),
                &[(ASSIGNMENT, &kept)],
            )
        })
        .await?;
        Ok(())
    }

    /// Forgets a case that may no longer be held, whatever was open of it.
    pub(crate) async fn erase(
        &self,
        session: &Arc<Session>,
        id: Uuid,
        reason: ErasureReason,
    ) -> Result<(), CaseError> {
        if !session.vault.holds(id) {
            return Ok(());
        }
        self.receptions.stop(id);
        self.clear_second_screen(Some(id));
        self.documents.close_case(id);
        self.words.forget(id);
        self.glances.put_away(Some(id));
        self.frozen().remove(&id);
        let erasing = Arc::clone(session);
        blocking(move || erasing.vault.forget(id, reason.word())).await?;
        session.stir.notify_one();
        self.notify(Topic::Session);
        Ok(())
    }
}

/// Whether the lease is far spent, or the purge date is another. A lease lasts three days unless the platform's policy is shorter.
fn needs_lease(session: &Session, assignment: &Assignment) -> bool {
    let now = session.connection.now();
    session
        .vault
        .lease_of(assignment.id)
        .is_none_or(|(end, purge_after)| {
            // One that ends on the purge date cannot be longer.
            let is_spent = end.duration_since(now) < RENEW_BEFORE && Some(end) != purge_after;
            is_spent || purge_after != assignment.purge_after
        })
}

pub(crate) fn is_cacheable(assignment: &Assignment) -> bool {
    assignment.state.known().is_some_and(State::is_cacheable)
}

fn is_over(assignment: &Assignment) -> bool {
    assignment.state.known().is_some_and(State::is_over)
}
