//! Sending a signed report until a receipt comes back: never doubled, never lost (R81).

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use relecture_crypto::sha256;
use relecture_platform_api::{Code, ErasureReason};
use relecture_platform_client::{CallError, ReceiptError, verify_receipt};
use relecture_signature::{
    TimestampError, TimestampRequest, TrustAnchors, VerifyError, has_timestamp, signature_imprint,
    verify, with_timestamp,
};
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
    /// The timestamp is not one of the platform's service, or not of this signature.
    #[error("the timestamp")]
    Timestamp(#[from] TimestampError),
    /// The signed report does not verify, with the timestamp or before.
    #[error("the signed report")]
    Signature(#[from] VerifyError),
    /// The vault.
    #[error("the vault")]
    Vault(#[source] Box<CaseError>),
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
        let waiting = match submit(&session, id, &mut submission, pdf.to_vec()).await {
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
        match submit(session, id, &mut submission, pdf.to_vec()).await {
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

/// B-B becomes B-T (R76). It is kept so before it is sent: whatever is cut from here on, the same bytes are sent again (R81).
async fn timestamped(session: &Arc<Session>, id: Uuid, pdf: Vec<u8>) -> Result<Vec<u8>, SendError> {
    let connection = &session.connection;
    let authorities = connection.configuration_view().await?.timestamp_authorities;
    let anchors = TrustAnchors::from_der(&issuers(&session.device.signature_chain))?
        .with_timestamps(&certificates(&authorities))?;
    let request = TimestampRequest::new(signature_imprint(&pdf)?)?;
    let answer = connection.report_timestamp(id, request.der.clone()).await?;
    let now = connection.now();
    let token = request.read(&answer, &anchors, now)?;
    let stamped = with_timestamp(&pdf, &token)?;
    match verify(&stamped, &anchors, now) {
        Ok(verified) => verified.require_signer(&session.expert.rpps)?,
        // It waited too long: the platform says so when it is sent, and the expert signs again.
        Err(VerifyError::Expired) => {}
        Err(error) => return Err(error.into()),
    }
    let keeping = Arc::clone(session);
    blocking(move || {
        keeping.vault.put(id, SIGNED, &stamped)?;
        Ok::<_, CaseError>(stamped)
    })
    .await
    .map_err(|error| SendError::Vault(Box::new(error)))
}

/// Certificates as the platform writes them; what is none is trusted for nothing.
fn certificates(chain: &[String]) -> Vec<Vec<u8>> {
    chain
        .iter()
        .filter_map(|der| BASE64_STANDARD.decode(der).ok())
        .collect()
}

/// Those above the signer's own.
fn issuers(chain: &[String]) -> Vec<Vec<u8>> {
    certificates(chain.get(1..).unwrap_or_default())
}

async fn submit(
    session: &Arc<Session>,
    id: Uuid,
    submission: &mut Submission,
    pdf: Vec<u8>,
) -> Result<(), SendError> {
    let pdf = if has_timestamp(&pdf)? {
        pdf
    } else {
        timestamped(session, id, pdf).await?
    };
    // A cut between the file and what is known of it heals here.
    submission.file_digest = sha256(&pdf).to_string();
    let key = format!("{}/{}", submission.report_id, submission.version);
    let jws = session
        .connection
        .report_submit(id, &key, Bytes::from(pdf))
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
