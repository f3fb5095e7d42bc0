//! Freezing: the very bytes that will be signed (R75).

use std::sync::Arc;

use jiff::Timestamp;
use relecture_crypto::{make_uuid, sha256};
use relecture_domain::MandatoryField;
use relecture_platform_api::{
    OPINION_FORMAT, OpinionDocument, OpinionPatient, OpinionQuestion, OpinionRepresentative,
    OpinionSigner, PieceReliedOn,
};
use relecture_report::{TypesetError, typeset};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{CaseError, Check, Desk, OpenDocument, OpenDocumentError, blocking, session::Session};

/// Why an opinion is not frozen.
#[derive(Debug, Error)]
pub enum FreezeError {
    /// The case.
    #[error("the case")]
    Case(#[from] CaseError),
    /// Mandatory fields are empty (R69).
    #[error("{} mandatory fields are empty", .0.len())]
    Incomplete(Vec<MandatoryField>),
    /// A point was not confirmed.
    #[error("a point was not confirmed")]
    Unconfirmed,
    /// The typesetter.
    #[error("the typesetter")]
    Typeset(#[from] TypesetError),
    /// The frozen document does not open for reading.
    #[error("the frozen document does not open")]
    Open(#[from] OpenDocumentError),
}

/// A frozen opinion.
#[derive(Clone)]
pub struct Frozen {
    /// The bytes.
    pub(crate) pdf: Arc<Zeroizing<Vec<u8>>>,
    /// The report.
    pub(crate) report_id: Uuid,
    /// The opened document, to be read.
    pub document: OpenDocument,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// Length in bytes.
    pub size: usize,
    /// When it was frozen.
    pub frozen_at: Timestamp,
    /// Version of the report.
    pub version: u32,
}

impl Desk {
    /// Freezes the opinion as last kept, typesets it and opens it for reading.
    ///
    /// # Errors
    /// [`FreezeError`].
    pub async fn freeze_opinion(
        self: &Arc<Self>,
        id: Uuid,
        confirmed: &[String],
    ) -> Result<Frozen, FreezeError> {
        let session = self.session()?;
        let check = self.check_opinion(id).await?;
        let missing: Vec<_> = check.blocking().collect();
        if !missing.is_empty() {
            return Err(FreezeError::Incomplete(missing));
        }
        if !check
            .to_confirm
            .iter()
            .all(|point| confirmed.contains(&point.id))
        {
            return Err(FreezeError::Unconfirmed);
        }
        let frozen_at = session.connection.now();
        let report_id = make_uuid(frozen_at);
        let opinion = document(&session, &check, report_id, frozen_at)?;
        let version = opinion.version;
        let typeset = blocking(move || typeset(&opinion)).await?;
        let sha256 = sha256(&typeset.pdf).to_string();
        let pdf = Arc::new(Zeroizing::new(typeset.pdf));
        let document = self.open_bytes(id, Zeroizing::clone(&pdf)).await?;
        let size = pdf.len();
        let frozen = Frozen {
            pdf,
            report_id,
            document,
            sha256,
            size,
            frozen_at,
            version,
        };
        self.frozen().insert(id, frozen.clone());
        Ok(frozen)
    }
}

fn document(
    session: &Session,
    check: &Check,
    report_id: Uuid,
    written_at: Timestamp,
) -> Result<OpinionDocument, CaseError> {
    let assignment = &check.case.assignment;
    let patient = assignment.patient.as_ref().ok_or(CaseError::State)?;
    Ok(OpinionDocument {
        format: OPINION_FORMAT.to_owned(),
        report_id,
        version: 1,
        replaces: None,
        assignment_id: assignment.id,
        case_ref: assignment.case_ref.clone(),
        service_kind: assignment.service_kind,
        written_at,
        patient: OpinionPatient {
            family_name: patient.family_name.clone(),
            given_name: patient.given_name.clone(),
            birth_date: patient.birth_date,
            sex: patient.sex,
            identity_status: patient.identity_status,
            representative: patient
                .representative
                .as_ref()
                .map(|person| OpinionRepresentative {
                    kind: person.kind,
                    name: person.name.clone(),
                    capacity: person.capacity.clone(),
                }),
        },
        expert: OpinionSigner {
            name: session.expert.name.clone(),
            rpps: session.expert.rpps.clone(),
            specialty: session.expert.specialty.clone(),
            structure: session.expert.structure.clone(),
        },
        treating_physician: assignment
            .treating_physician
            .as_ref()
            .map(|p| p.name.clone()),
        question_posed: assignment.offer.question.clone(),
        questions: assignment
            .questions
            .iter()
            .map(|q| OpinionQuestion {
                id: q.id,
                text: q.text.clone(),
            })
            .collect(),
        content: check.case.work.content.clone(),
        pieces: check
            .case
            .documents()
            .iter()
            .map(|document| PieceReliedOn {
                id: document.id,
                number: document.number,
                title: document.title.clone(),
                clinical_date: check.case.clinical_date(document),
                sha256: document.sha256.clone(),
                pages_seen: check.case.work.seen.get(&document.id).map_or(0, |seen| {
                    u32::try_from(seen.range(1..=document.pages).count()).unwrap_or_default()
                }),
                pages: document.pages,
            })
            .collect(),
        missing_pieces: assignment
            .required_documents
            .iter()
            .filter(|required| !required.present)
            .map(|required| required.label.clone())
            .collect(),
    })
}
