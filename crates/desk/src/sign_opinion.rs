//! Signing what was frozen and shown, then sending it.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use relecture_crypto::{Digest, sha256};
use relecture_platform_api::OPINION_ATTACHMENT;
use relecture_signature::{
    AttachmentError, CertifiedKey, Claims, SignError, Signer, SoftwareKey, TrustAnchors,
    VerifyError, attachment, sign, verify,
};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    CaseError, Desk, SendError, Submission, Topic, UnlockError, blocking,
    record::{self, SIGNED, SUBMISSION},
    session::Session,
    trace::Act,
};

/// Why an opinion is not signed.
#[derive(Debug, Error)]
pub enum SignOpinionError {
    /// The case.
    #[error("the case")]
    Case(#[from] CaseError),
    /// Both factors must be proved again (R20).
    #[error("the authentication is too old")]
    AuthenticationTooOld,
    /// The unlock code was not given, or not the right one.
    #[error("the unlock code")]
    Code(#[from] UnlockError),
    /// Not what was frozen and shown (R75).
    #[error("not the document that was frozen")]
    Changed,
    /// The signer.
    #[error("the signature")]
    Sign(#[from] SignError),
    /// The signature just made does not verify.
    #[error("the signature just made does not verify")]
    Verify(#[from] VerifyError),
    /// The signed file does not carry its opinion.
    #[error("the signed file does not carry its opinion")]
    Attachment(#[from] AttachmentError),
}

/// What became of it.
#[derive(Debug)]
pub struct Submitted {
    /// The submission as kept.
    pub submission: Submission,
    /// Why it waits on this PC, if it does.
    pub waiting: Option<SendError>,
}

impl Desk {
    /// Signs the frozen document whose digest the expert has under the eyes, keeps it, then sends it. `code` is the unlock code,
    /// where one was chosen.
    ///
    /// # Errors
    /// [`SignOpinionError`]; nothing is signed then. A report that was signed and not sent is no error: it waits.
    pub async fn sign_opinion(
        self: &Arc<Self>,
        id: Uuid,
        shown: &str,
        code: Option<Zeroizing<String>>,
    ) -> Result<Submitted, SignOpinionError> {
        let session = self.session()?;
        let frozen = self
            .frozen()
            .get(&id)
            .cloned()
            .ok_or(SignOpinionError::Changed)?;
        if frozen.sha256 != shown {
            return Err(SignOpinionError::Changed);
        }
        if !session.is_fresh() {
            return Err(SignOpinionError::AuthenticationTooOld);
        }
        self.require_unlock_code(&session, code).await?;
        let report = Some(frozen.report_id);
        self.trace(&session, Act::OpinionSigned, Some(id), report)
            .await?;
        let (signing, report) = (Arc::clone(&session), frozen.clone());
        blocking(move || {
            let vault = &signing.vault;
            let submission = sign_and_verify(&signing, &report)?;
            vault
                .put(id, SIGNED, &submission.1)
                .map_err(CaseError::from)?;
            record::put(vault, id, SUBMISSION, &submission.0)?;
            Ok::<_, SignOpinionError>(())
        })
        .await?;
        self.frozen().remove(&id);
        self.notify(Topic::Worklist);
        self.send_report(id).await.map_err(SignOpinionError::Case)
    }
}

/// Signs, then checks the own work with the verifier that the platform uses.
fn sign_and_verify(
    session: &Session,
    frozen: &crate::Frozen,
) -> Result<(Submission, Vec<u8>), SignOpinionError> {
    let key = SoftwareKey::from_pkcs8(&session.keys()?.signature)?;
    let signer = certified(key, &session.device.signature_chain)?;
    let time = session.connection.now();
    let claims = Claims {
        name: &session.expert.name,
        location: None,
        time,
    };
    let report = sign(&frozen.pdf, &signer, &claims)?;
    let anchors = TrustAnchors::from_der(signer.chain())?;
    verify(&report.pdf, &anchors, time)?.require_signer(&session.expert.rpps)?;
    let content = attachment(&report.pdf, OPINION_ATTACHMENT)?;
    let submission = Submission {
        report_id: frozen.report_id,
        version: frozen.version,
        signed_at: time,
        file_digest: sha256(&report.pdf).to_string(),
        signed_digest: Digest(report.signed_digest).to_string(),
        content_digest: sha256(&content).to_string(),
        receipt: None,
        receipt_jws: None,
    };
    Ok((submission, report.pdf))
}

/// A key with its certificate and those of its issuers, as the platform writes them.
pub(crate) fn certified(key: SoftwareKey, chain: &[String]) -> Result<CertifiedKey, SignError> {
    let mut chain = chain
        .iter()
        .map(|der| {
            BASE64_STANDARD
                .decode(der)
                .map_err(|_| SignError::Certificate)
        })
        .collect::<Result<Vec<_>, _>>()?
        .into_iter();
    let certificate = chain.next().ok_or(SignError::Certificate)?;
    key.certified(certificate, chain.collect())
}
