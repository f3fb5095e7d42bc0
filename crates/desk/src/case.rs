//! A case as it is on this PC.

use std::{collections::HashMap, sync::Arc};

use relecture_crypto::{Context, Digest};
use relecture_domain::MandatoryField;
use relecture_imaging_worker::MAX_IMAGES;
use relecture_platform_api::{Assignment, Document, Manifest, contexts};
use relecture_vault::PieceSpec;
use uuid::Uuid;

use crate::{
    CaseError, Desk, ReceiveError, Submission, Work, blocking,
    record::{self, ASSIGNMENT, MANIFEST, SUBMISSION},
    search_case::IMAGES,
    session::Session,
    trace::Act,
};

/// A case: what the platform says, what the expert did, what is here.
#[derive(Clone, Debug)]
pub struct Case {
    /// The assignment.
    pub assignment: Assignment,
    /// The pieces; nothing before the manifest was read.
    pub manifest: Option<Manifest>,
    /// What was seen and written.
    pub work: Work,
    /// How much of each piece is here.
    pub receptions: HashMap<Uuid, PieceReception>,
    /// The signed opinion, if there is one.
    pub submission: Option<Submission>,
}

/// How much of a piece is here.
#[derive(Clone, Debug)]
pub struct PieceReception {
    /// Where it stands.
    pub state: ReceptionState,
    /// Sealed bytes received.
    pub received: u64,
    /// Sealed bytes in all.
    pub total: u64,
    /// Bytes in a second, while they come and once it can be told.
    pub rate: Option<f64>,
    /// Why it stopped.
    pub failure: Option<Arc<ReceiveError>>,
    /// How often what had come of it was wrong and was thrown away.
    pub thrown_away: u32,
}

/// Where a reception stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceptionState {
    /// Not started.
    Absent,
    /// Bytes are coming.
    Receiving,
    /// Stopped before the end.
    Stopped,
    /// All there, verified.
    Complete,
}

impl Case {
    /// The patient's questions, by identifier.
    pub fn questions(&self) -> Vec<Uuid> {
        self.assignment
            .questions
            .iter()
            .map(|question| question.id)
            .collect()
    }

    /// Every mandatory field, and whether it is filled (R69).
    pub fn fields(&self) -> Vec<(MandatoryField, bool)> {
        relecture_domain::Opinion::from(&self.work.content).mandatory_fields(&self.questions())
    }

    /// The pieces; none before the manifest was read.
    pub fn documents(&self) -> &[Document] {
        self.manifest
            .as_ref()
            .map_or(&[], |manifest| &manifest.documents)
    }

    /// Whether one of the pieces has this page, from 1.
    pub fn has_page(&self, piece: Uuid, page: u32) -> bool {
        let mut pieces = self.documents().iter();
        pieces.any(|document| {
            // How many images a disc has is known once it is opened: the platform may count its files.
            let most = if document.media_type == IMAGES {
                MAX_IMAGES
            } else {
                document.pages as usize
            };
            document.id == piece && (1..=most).contains(&(page as usize))
        })
    }
}

/// What the vault must know of a document.
pub(crate) fn piece_spec(assignment: Uuid, document: &Document) -> Result<PieceSpec, CaseError> {
    let parts = contexts::piece_parts(assignment, document.id, document.version);
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    Ok(PieceSpec {
        id: document.id,
        sealed_size: document.sealed_size,
        sealed_digest: digest(&document.sealed_sha256)?,
        clear_size: document.size,
        clear_digest: digest(&document.sha256)?,
        context: Context::new(contexts::PIECE, &parts),
    })
}

fn digest(text: &str) -> Result<Digest, CaseError> {
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest).map_err(|_| CaseError::Senseless)?;
    Ok(Digest(digest))
}

impl Desk {
    /// A case as it is on this PC.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn case(&self, id: Uuid) -> Result<Case, CaseError> {
        let session = self.session()?;
        if session.vault.holds(id) && session.is_first_opening(id) {
            self.trace(&session, Act::CaseOpened, Some(id), None)
                .await
                .inspect_err(|_| session.is_not_opened(id))?;
        }
        if record_missing(&session, id).await? {
            self.refresh_manifest(&session, id).await?;
        }
        self.local_case(&session, id).await
    }

    /// The case without asking the platform anything.
    pub(crate) async fn local_case(
        &self,
        session: &Arc<Session>,
        id: Uuid,
    ) -> Result<Case, CaseError> {
        let under_way = self.receptions.under_way(id);
        let reading = Arc::clone(session);
        let mut case = blocking(move || read_case(&reading, id)).await?;
        under_way.overlay(&mut case.receptions);
        Ok(case)
    }

    pub(crate) async fn refresh_manifest(
        &self,
        session: &Arc<Session>,
        id: Uuid,
    ) -> Result<Manifest, CaseError> {
        let manifest = session.connection.manifest_view(id).await?;
        let keeping = Arc::clone(session);
        let kept = manifest.clone();
        blocking(move || record::put(&keeping.vault, id, MANIFEST, &kept)).await?;
        Ok(manifest)
    }
}

async fn record_missing(session: &Arc<Session>, id: Uuid) -> Result<bool, CaseError> {
    let session = Arc::clone(session);
    blocking(move || Ok(record::get::<Manifest>(&session.vault, id, MANIFEST)?.is_none())).await
}

pub(crate) fn read_case(session: &Session, id: Uuid) -> Result<Case, CaseError> {
    let vault = &session.vault;
    let assignment = record::get(vault, id, ASSIGNMENT)?.ok_or(CaseError::Gone)?;
    let manifest: Option<Manifest> = record::get(vault, id, MANIFEST)?;
    let mut receptions = HashMap::new();
    for document in manifest.iter().flat_map(|m| &m.documents) {
        let spec = piece_spec(id, document)?;
        // Asked in this order: a piece that ends meanwhile is told as whole, never as whole with half of its bytes.
        let total = document.sealed_size;
        let is_here = vault.has_piece(id, &spec);
        let received = if is_here {
            total
        } else {
            vault.received(id, &spec)
        };
        let state = match () {
            () if is_here => ReceptionState::Complete,
            () if received > 0 => ReceptionState::Stopped,
            () => ReceptionState::Absent,
        };
        receptions.insert(
            document.id,
            PieceReception {
                state,
                received,
                total,
                rate: None,
                failure: None,
                thrown_away: 0,
            },
        );
    }
    let mut work = Work::read(vault, id)?;
    work.damaged = session.is_damaged(id, work.damaged);
    Ok(Case {
        assignment,
        manifest,
        work,
        receptions,
        submission: record::get(vault, id, SUBMISSION)?,
    })
}
