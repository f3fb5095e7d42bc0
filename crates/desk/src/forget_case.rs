//! Forgetting a case on this PC because the physician asks for it, and taking it back.

use std::{collections::BTreeSet, sync::Arc};

use relecture_platform_api::ErasureReason;
use thiserror::Error;
use uuid::Uuid;

use crate::{
    CaseError, Desk, Topic, blocking, outbox::unsent_reports, record::Work, session::Session,
};

/// The vault's note of the cases that the physician wants elsewhere.
const NOTE: &str = "left-out";

/// Why a case is not forgotten.
#[derive(Debug, Error)]
pub enum ForgetCaseError {
    /// A signed opinion waits to be sent: only here is it.
    #[error("a signed opinion waits to be sent")]
    Unsent,
    /// Words were written that are nowhere else, and the physician was not asked about them.
    #[error("words were written that are nowhere else")]
    Written,
    /// The case.
    #[error("the case")]
    Case(#[from] CaseError),
}

impl Desk {
    /// Forgets a case on this PC: its key, then its bytes. It stays his; [`Desk::take_back`] fetches it again. `written` says that
    /// he knows that what he wrote is lost with it.
    ///
    /// # Errors
    /// [`ForgetCaseError`]; the case is still there then.
    pub async fn forget_case(
        self: &Arc<Self>,
        id: Uuid,
        written: bool,
    ) -> Result<(), ForgetCaseError> {
        let session = self.session()?;
        let _nothing_is_sent = session.delivering.lock().await;
        let reading = Arc::clone(&session);
        blocking(move || {
            let is_unsent = unsent_reports(&reading).iter().any(|(case, _)| *case == id);
            let is_queued = reading.vault.queued().iter().any(|q| q.case == id);
            if is_unsent || is_queued {
                return Err(ForgetCaseError::Unsent);
            }
            if !written && Work::read(&reading.vault, id)?.saved_at.is_some() {
                return Err(ForgetCaseError::Written);
            }
            Ok(())
        })
        .await?;
        // First, or the next exchange would take it in again.
        leave_out(&session, |left_out| left_out.insert(id)).await?;
        self.erase(&session, id, ErasureReason::Asked).await?;
        self.notify(Topic::Worklist);
        Ok(())
    }

    /// Takes a case back that was forgotten here; its pieces start coming.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn take_back(self: &Arc<Self>, id: Uuid) -> Result<(), CaseError> {
        let session = self.session()?;
        let assignment = session.connection.assignment_view(id).await?;
        leave_out(&session, |left_out| left_out.remove(&id)).await?;
        self.take_assignment(&session, assignment).await?;
        self.receive(id).await?;
        self.notify(Topic::Worklist);
        Ok(())
    }
}

impl Session {
    /// The cases that the physician wants elsewhere.
    pub(crate) fn left_out(&self) -> BTreeSet<Uuid> {
        let note = self.vault.note(NOTE);
        note.and_then(|note| serde_json::from_str(&note).ok())
            .unwrap_or_default()
    }
}

async fn leave_out(
    session: &Arc<Session>,
    change: impl FnOnce(&mut BTreeSet<Uuid>) -> bool,
) -> Result<(), CaseError> {
    let mut left_out = session.left_out();
    if !change(&mut left_out) {
        return Ok(());
    }
    let (keeping, note) = (Arc::clone(session), serde_json::to_string(&left_out)?);
    blocking(move || keeping.vault.keep_note(NOTE, &note)).await?;
    Ok(())
}
