//! What waits to be sent: decisions and signed reports. Kept in the vault, delivered once and in order (R66, R81, R120).

use std::{collections::HashSet, sync::Arc};

use jiff::Timestamp;
use relecture_crypto::make_uuid;
use relecture_platform_api::{Acceptance, Decline};
use relecture_platform_client::CallError;
use relecture_vault::Queued;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    CaseError, Desk, Submission, Topic, blocking,
    follow::is_passing,
    record::{self, SUBMISSION},
    refused_for_good,
    session::Session,
};

/// Something that waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its own; nothing for a signed report, which belongs to its case.
    pub id: Option<Uuid>,
    /// The case it is about.
    pub case: Uuid,
    /// The case's number, if it is known.
    pub case_ref: Option<String>,
    /// What it is.
    pub kind: WaitingKind,
    /// Since when.
    pub at: Timestamp,
    /// The platform will not take it: its word for why. It waits for the physician.
    pub refused: Option<String>,
}

/// What waits to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingKind {
    /// The acceptance of an offer.
    Acceptance,
    /// The refusal of an offer.
    Decline,
    /// A signed report.
    Report,
}

/// What is queued in the vault.
#[derive(Clone, Serialize, Deserialize)]
struct Letter {
    what: What,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum What {
    Acceptance { body: Acceptance },
    Decline { body: Decline },
}

impl What {
    fn kind(&self) -> WaitingKind {
        match self {
            Self::Acceptance { .. } => WaitingKind::Acceptance,
            Self::Decline { .. } => WaitingKind::Decline,
        }
    }
}

impl Desk {
    /// Everything that waits to be sent, oldest first.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn outbox(&self) -> Result<Vec<Waiting>, CaseError> {
        let session = self.session()?;
        let reading = Arc::clone(&session);
        let mut waiting = blocking(move || {
            let mut waiting = Vec::new();
            for queued in reading.vault.queued() {
                let letter: Letter = serde_json::from_str(&queued.text)?;
                waiting.push(Waiting {
                    id: Some(queued.id),
                    case: queued.case,
                    case_ref: None,
                    kind: letter.what.kind(),
                    at: queued.at,
                    refused: letter.refused,
                });
            }
            for (case, submission) in unsent_reports(&reading) {
                waiting.push(Waiting {
                    id: None,
                    case,
                    case_ref: None,
                    kind: WaitingKind::Report,
                    at: submission.signed_at,
                    refused: None,
                });
            }
            Ok::<_, CaseError>(waiting)
        })
        .await?;
        let list = session.list();
        for item in &mut waiting {
            let known = list.assignments.iter().find(|a| a.id == item.case);
            item.case_ref = known.map(|known| known.case_ref.clone());
        }
        waiting.sort_by_key(|item| item.at);
        Ok(waiting)
    }

    /// Tries to send everything now.
    ///
    /// # Errors
    /// [`CaseError`]; what was not sent waits.
    pub async fn send_outbox(self: &Arc<Self>) -> Result<(), CaseError> {
        let session = self.session()?;
        session.held_back().clear();
        self.deliver_outbox(&session).await
    }

    /// Gives up something that the platform refused.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn dismiss(&self, id: Uuid) -> Result<(), CaseError> {
        let session = self.session()?;
        blocking(move || session.vault.unqueue(id)).await?;
        self.notify(Topic::Worklist);
        self.notify(Topic::Session);
        Ok(())
    }

    /// Queues something about a case, and sends it if the platform answers. Whether it was sent; if not, it waits.
    ///
    /// # Errors
    /// [`CaseError`] when it cannot be queued, or when the platform refuses it: then it is not queued any more.
    pub(crate) async fn post(
        self: &Arc<Self>,
        session: &Arc<Session>,
        case: Uuid,
        what: What,
    ) -> Result<bool, CaseError> {
        let deciding = session.deciding.lock().await;
        let id = match decided(session, case)? {
            // It may have reached the platform: the same once more, not another.
            Some((id, former)) if former == what => id,
            Some(_) => return Err(CaseError::State),
            None => {
                let at = session.connection.now();
                let letter = Letter {
                    what,
                    refused: None,
                };
                let queued = Queued {
                    id: make_uuid(at),
                    case,
                    at,
                    text: serde_json::to_string(&letter)?,
                };
                let id = queued.id;
                let queueing = Arc::clone(session);
                blocking(move || queueing.vault.queue(&queued)).await?;
                self.notify(Topic::Session);
                id
            }
        };
        drop(deciding);
        self.deliver_outbox(session).await?;
        let waits = session.vault.queued().into_iter().find(|q| q.id == id);
        let Some(waits) = waits else { return Ok(true) };
        let letter: Letter = serde_json::from_str(&waits.text)?;
        if letter.refused.is_none() {
            return Ok(false);
        }
        // Whoever decides is before the window: he is told at once, by the refusal itself.
        let refusal = session.refusals().remove(&id);
        let withdrawing = Arc::clone(session);
        blocking(move || withdrawing.vault.unqueue(id)).await?;
        self.notify(Topic::Session);
        Err(refusal.unwrap_or(CaseError::State))
    }

    /// Sends what waits, in order. What the platform refuses stays and is shown; what comes after it for the same case waits.
    pub(crate) async fn deliver_outbox(
        self: &Arc<Self>,
        session: &Arc<Session>,
    ) -> Result<(), CaseError> {
        let _one_at_a_time = session.delivering.lock().await;
        let mut behind: HashSet<Uuid> = HashSet::new();
        for queued in session.vault.queued() {
            let mut letter: Letter = serde_json::from_str(&queued.text)?;
            if letter.refused.is_some() || behind.contains(&queued.case) {
                behind.insert(queued.case);
                continue;
            }
            match self.send_letter(session, &queued, &letter.what).await {
                Ok(()) => {
                    let (sent, id) = (Arc::clone(session), queued.id);
                    blocking(move || sent.vault.unqueue(id)).await?;
                }
                Err(error) if is_passing(&error) || is_unclear(&error) => return Ok(()),
                Err(CaseError::Call(error)) if refused_for_good(&error) => {
                    tracing::warn!(%error, "something that waited is refused");
                    let code = error.code().map_or("unknown", |code| code.word());
                    letter.refused = Some(code.to_owned());
                    behind.insert(queued.case);
                    session.refusals().insert(queued.id, error.into());
                    let refused = Queued {
                        text: serde_json::to_string(&letter)?,
                        ..queued
                    };
                    let keeping = Arc::clone(session);
                    blocking(move || keeping.vault.queue(&refused)).await?;
                }
                Err(error) => return Err(error),
            }
            self.notify(Topic::Worklist);
            self.notify(Topic::Session);
        }
        self.deliver_reports(session).await
    }

    async fn send_letter(
        self: &Arc<Self>,
        session: &Arc<Session>,
        queued: &Queued,
        what: &What,
    ) -> Result<(), CaseError> {
        let line = &session.connection;
        let assignment = match what {
            What::Acceptance { body } => line.assignment_accept(queued.case, body, queued.id).await,
            What::Decline { body } => line.assignment_decline(queued.case, body, queued.id).await,
        };
        self.take_assignment(session, assignment?).await
    }

    /// Signed reports, as long as the authentication is recent enough for the platform to take them (R20). One that it does not
    /// take waits for the physician, who is told why when he sends it.
    async fn deliver_reports(self: &Arc<Self>, session: &Arc<Session>) -> Result<(), CaseError> {
        if !session.is_fresh() {
            return Ok(());
        }
        let reading = Arc::clone(session);
        let unsent = blocking(move || unsent_reports(&reading)).await;
        for (case, _) in unsent {
            if session.held_back().contains(&case) {
                continue;
            }
            if !self.try_report(session, case).await? {
                session.held_back().insert(case);
            }
        }
        Ok(())
    }
}

/// The signed reports without a receipt. One that cannot be read now is left out.
pub(crate) fn unsent_reports(session: &Session) -> Vec<(Uuid, Submission)> {
    let vault = &session.vault;
    let submission = |case: Uuid| {
        let submission = record::get::<Submission>(vault, case, SUBMISSION).ok()??;
        submission.receipt.is_none().then_some((case, submission))
    };
    vault.cases().into_iter().filter_map(submission).collect()
}

/// What was decided about a case and waits, unless it was refused.
fn decided(session: &Session, case: Uuid) -> Result<Option<(Uuid, What)>, CaseError> {
    for queued in session.vault.queued() {
        let letter: Letter = serde_json::from_str(&queued.text)?;
        if queued.case == case && letter.refused.is_none() {
            return Ok(Some((queued.id, letter.what)));
        }
    }
    Ok(None)
}

/// Whether it may have been done or not: the answer is not one of the contract.
fn is_unclear(error: &CaseError) -> bool {
    matches!(error, CaseError::Call(CallError::Unexpected(_)))
}
