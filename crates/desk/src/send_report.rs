//! Sending a signed report until a receipt comes back: never doubled, never lost (R81).

use std::sync::Arc;

use bytes::Bytes;
use relecture_platform_api::{Code, ErasureReason};
use relecture_platform_client::{CallError, ReceiptError, verify_receipt};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    CaseError, Desk, Submission, Submitted, Topic, blocking,
    record::{self, SIGNED, SUBMISSION},
    refused_for_good,
    session::Session,
};

/// Why a signed report was not sent, or not answered as it must be.
#[derive(Debug, Error)]
pub enum SendError {
    /// The platform did not take it. Refused for good means that the expert must freeze and sign again.
    #[error("the platform")]
    Call(#[from] CallError),
    /// The receipt is not one of this platform.
    #[error("the receipt")]
    Receipt(#[from] ReceiptError),
    /// The receipt speaks of something else.
    #[error("the receipt speaks of another report")]
    OtherReport,
}

impl Desk {
    /// Sends the signed report of a case. One that was received already is not sent again.
    ///
    /// # Errors
    /// [`CaseError`]; what keeps the report waiting is in [`Submitted::waiting`].
    pub async fn send_report(self: &Arc<Self>, id: Uuid) -> Result<Submitted, CaseError> {
        let session = self.session()?;
        let _one_at_a_time = session.delivering.lock().await;
        session.held_back().remove(&id);
        let mut submission = self.submission(id).await?;
        if submission.receipt.is_some() {
            return Ok(Submitted {
                submission,
                waiting: None,
            });
        }
        let reading = Arc::clone(&session);
        let pdf = blocking(move || reading.vault.get(id, SIGNED))
            .await?
            .ok_or(CaseError::State)?;
        let waiting = match submit(&session, id, &mut submission, Bytes::from(pdf.to_vec())).await {
            Ok(()) => {
                let (keeping, kept) = (Arc::clone(&session), submission.clone());
                blocking(move || record::put(&keeping.vault, id, SUBMISSION, &kept)).await?;
                // The list tells the new state; if it cannot be read now it is read later.
                if let Err(error) = self.catch_up(&session).await {
                    tracing::warn!(%error, "the list was not read after a submission");
                }
                None
            }
            Err(SendError::Call(error)) if error.code() == Some(Code::CaseWithdrawn) => {
                // R40: a refusal is a contact too.
                self.erase(&session, id, ErasureReason::Ended).await?;
                Some(SendError::Call(error))
            }
            Err(SendError::Call(error)) if refused_for_good(&error) => {
                let withdrawing = Arc::clone(&session);
                blocking(move || {
                    withdrawing.vault.discard(id, SUBMISSION)?;
                    withdrawing.vault.discard(id, SIGNED)
                })
                .await?;
                Some(SendError::Call(error))
            }
            Err(error) => Some(error),
        };
        if let Some(error) = &waiting {
            tracing::warn!(%error, "a signed report was not received");
        }
        self.notify(Topic::Worklist);
        self.notify(Topic::Case(id));
        Ok(Submitted {
            submission,
            waiting,
        })
    }

    /// Sends the signed report of a case without being asked. Whether that is worth trying again without the physician.
    pub(crate) async fn try_report(
        self: &Arc<Self>,
        session: &Arc<Session>,
        id: Uuid,
    ) -> Result<bool, CaseError> {
        let mut submission = self.submission(id).await?;
        let reading = Arc::clone(session);
        let Some(pdf) = blocking(move || reading.vault.get(id, SIGNED)).await? else {
            return Ok(false);
        };
        match submit(session, id, &mut submission, Bytes::from(pdf.to_vec())).await {
            Ok(()) => {
                let keeping = Arc::clone(session);
                blocking(move || record::put(&keeping.vault, id, SUBMISSION, &submission)).await?;
                for topic in [Topic::Worklist, Topic::Case(id), Topic::Session] {
                    self.notify(topic);
                }
                Ok(true)
            }
            Err(SendError::Call(error)) if error.is_passing() => Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "a signed report waits for the physician");
                Ok(false)
            }
        }
    }

    /// What became of the signed report of a case.
    ///
    /// # Errors
    /// [`CaseError::State`] when nothing was signed.
    pub async fn submission(&self, id: Uuid) -> Result<Submission, CaseError> {
        let session = self.session()?;
        blocking(move || record::get(&session.vault, id, SUBMISSION))
            .await?
            .ok_or(CaseError::State)
    }
}

async fn submit(
    session: &Session,
    id: Uuid,
    submission: &mut Submission,
    pdf: Bytes,
) -> Result<(), SendError> {
    let key = format!("{}/{}", submission.report_id, submission.version);
    let jws = session
        .connection
        .report_submit(id, &key, pdf)
        .await?
        .receipt;
    let receipt = verify_receipt(&jws, &session.device.receipt_key)?;
    let same = receipt.assignment_id == id
        && receipt.report_id == submission.report_id
        && receipt.version == submission.version
        && receipt.digests.file == submission.file_digest
        && receipt.digests.signed == submission.signed_digest
        && receipt.digests.content == submission.content_digest;
    if !same {
        return Err(SendError::OtherReport);
    }
    submission.receipt = Some(receipt);
    submission.receipt_jws = Some(jws);
    Ok(())
}
