//! What is in a case, as sealed JSON: nothing of it stands in clear in the database.

use jiff::civil::Date;
use relecture_crypto::{Context, Key, open, seal};
use relecture_platform_api::{
    Assignment, Consents, Document, OfferFacts, Origin, Patient, Question, RequiredDocument,
    ServiceKind, TreatingPhysician, contexts,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    keys::Keys,
    refusal::{Outcome, Refusal},
    store::{
        assignments::{self, SealedPiece},
        cases::{self, Case},
    },
};

const CASE_KEY: &str = "relecture/archive-key/1";
const ASSIGNMENT_KEY: &str = "relecture/assignment-key/1";
const CASE_FACTS: &str = "relecture/case-facts/1";
const PIECE_FACTS: &str = "relecture/piece-facts/1";

/// Everything known of a case but its pieces.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CaseFacts {
    pub(crate) service_kind: ServiceKind,
    pub(crate) offer: OfferFacts,
    pub(crate) patient: Patient,
    pub(crate) treating_physician: Option<TreatingPhysician>,
    pub(crate) consents: Consents,
    pub(crate) questions: Vec<Question>,
    pub(crate) required_documents: Vec<RequiredDocument>,
}

/// What a piece is.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PieceFacts {
    pub(crate) title: String,
    pub(crate) type_code: String,
    pub(crate) origin: Origin,
    pub(crate) author: Option<String>,
    pub(crate) clinical_date: Date,
    pub(crate) media_type: String,
    pub(crate) pages: u32,
}

/// Seals a value under a case's key.
pub(crate) fn seal_facts(
    key: &Key,
    kind: &str,
    object: Uuid,
    facts: &impl Serialize,
) -> Outcome<Vec<u8>> {
    let json = zeroize::Zeroizing::new(
        serde_json::to_vec(facts).map_err(|_| Refusal::fault("facts do not serialise"))?,
    );
    Ok(seal(key, &Context::new(kind, &[object.as_bytes()]), &json))
}

fn open_facts<T: DeserializeOwned>(
    key: &Key,
    kind: &str,
    object: Uuid,
    sealed: &[u8],
) -> Outcome<T> {
    let json = open(key, &Context::new(kind, &[object.as_bytes()]), sealed)
        .map_err(|_| Refusal::fault("facts do not open"))?;
    serde_json::from_slice(&json).map_err(|_| Refusal::fault("facts do not parse"))
}

pub(crate) fn seal_case_facts(key: &Key, case: Uuid, facts: &CaseFacts) -> Outcome<Vec<u8>> {
    seal_facts(key, CASE_FACTS, case, facts)
}

pub(crate) fn seal_piece_facts(key: &Key, piece: Uuid, facts: &PieceFacts) -> Outcome<Vec<u8>> {
    seal_facts(key, PIECE_FACTS, piece, facts)
}

/// A new archive key of a case, and its sealed form.
pub(crate) fn make_case_key(keys: &Keys, case: Uuid) -> (Key, Vec<u8>) {
    let key = Key::make();
    let sealed = keys.seal(CASE_KEY, case.as_bytes(), key.bytes());
    (key, sealed)
}

/// A new key of an assignment, and its sealed form: what the contract calls the case key.
pub(crate) fn make_assignment_key(keys: &Keys, assignment: Uuid) -> (Key, Vec<u8>) {
    let key = Key::make();
    let sealed = keys.seal(ASSIGNMENT_KEY, assignment.as_bytes(), key.bytes());
    (key, sealed)
}

fn open_key(keys: &Keys, kind: &str, object: Uuid, sealed: &[u8]) -> Outcome<Key> {
    keys.open_sealed(kind, object.as_bytes(), sealed)
        .and_then(|bytes| Key::from_slice(&bytes))
        .ok_or_else(|| Refusal::fault("key does not open"))
}

/// The key under which the platform archives the case.
pub(crate) fn case_key(keys: &Keys, case: &Case) -> Outcome<Key> {
    open_key(keys, CASE_KEY, case.id, &case.key_sealed)
}

/// The key under which the pieces are sealed for the expert; gone after revocation.
pub(crate) fn assignment_key(keys: &Keys, row: &assignments::Assignment) -> Outcome<Key> {
    let sealed = row
        .key_sealed
        .as_deref()
        .ok_or_else(|| Refusal::fault("key was destroyed"))?;
    open_key(keys, ASSIGNMENT_KEY, row.id, sealed)
}

/// The context of a piece sealed for an assignment; the workstation opens it under the same.
pub(crate) fn piece_context(assignment: Uuid, piece: Uuid, version: u32) -> Context {
    let parts = contexts::piece_parts(assignment, piece, version);
    Context::new(contexts::PIECE, &parts.each_ref().map(Vec::as_slice))
}

pub(crate) fn case(db: &Connection, id: Uuid) -> Outcome<Case> {
    cases::by_id(db, id)?.ok_or_else(|| Refusal::fault("assignment without case"))
}

/// What is in a case.
pub(crate) fn case_facts(keys: &Keys, case: &Case) -> Outcome<CaseFacts> {
    open_facts(
        &case_key(keys, case)?,
        CASE_FACTS,
        case.id,
        &case.facts_sealed,
    )
}

/// An assignment as the expert may see it now.
pub(crate) fn view(
    db: &Connection,
    keys: &Keys,
    row: &assignments::Assignment,
) -> Outcome<Assignment> {
    let case = case(db, row.case)?;
    let mut facts = case_facts(keys, &case)?;
    let identifying = row.state.is_cacheable() && case.withdrawn_at.is_none();
    if row.state == relecture_domain::State::Revoked {
        // Taken back: the number and the state are enough to erase.
        for text in [
            &mut facts.offer.subject,
            &mut facts.offer.question,
            &mut facts.offer.pathology,
        ] {
            text.clear();
        }
        facts.offer.pathology_code.clear();
        facts.offer.first_opinion_by = None;
        facts.questions.clear();
        facts.required_documents.clear();
    }
    Ok(Assignment {
        id: row.id,
        case_ref: case.case_ref,
        service_kind: facts.service_kind,
        state: row.state.into(),
        offer: facts.offer,
        offered_at: row.offered_at,
        answer_before: row.answer_before,
        accepted_at: row.accepted_at,
        due_at: row.due_at,
        available_at: row.available_at,
        purge_after: row.purge_after,
        // R26: nothing identifies the patient before acceptance, nor after the end.
        patient: identifying.then_some(facts.patient),
        treating_physician: facts.treating_physician.filter(|_| identifying),
        consents: facts.consents,
        questions: facts.questions,
        required_documents: facts.required_documents,
    })
}

/// R45: a piece as the manifest shows it.
pub(crate) fn document(key: &Key, sealed: &SealedPiece) -> Outcome<Document> {
    let piece = &sealed.piece;
    let facts: PieceFacts = open_facts(key, PIECE_FACTS, piece.id, &piece.facts_sealed)?;
    Ok(Document {
        id: piece.id,
        version: piece.version,
        number: piece.number,
        title: facts.title,
        type_code: facts.type_code,
        origin: facts.origin,
        author: facts.author,
        clinical_date: facts.clinical_date,
        media_type: facts.media_type,
        pages: facts.pages,
        size: piece.size,
        sha256: piece.sha256.to_string(),
        sealed_size: sealed.size,
        sealed_sha256: sealed.sha256.to_string(),
        etag: etag(sealed),
    })
}

/// Strong: it is the digest of the very bytes served (RFC 9110 section 8.8.1).
pub(crate) fn etag(sealed: &SealedPiece) -> String {
    format!("\"{}\"", sealed.sha256)
}
