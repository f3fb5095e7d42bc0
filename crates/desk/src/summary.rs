//! A case as the list shows it. Made from what the vault holds and kept, so that a long list opens at once: in memory, and with the
//! case in the vault's state. What it was made of says whether it still holds.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::{Arc, PoisonError},
    time::Duration,
};

use relecture_domain::MandatoryField;
use relecture_platform_api::{Assignment, Document};
use relecture_vault::VaultError;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Case, CaseError, Desk, PieceReception, ReceptionState, Submission, blocking, case::read_case,
    session::Session,
};

/// They are written down no more often than this.
const WRITE: Duration = Duration::from_secs(30);

/// A case as the list shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseSummary {
    /// The assignment.
    pub assignment: Assignment,
    /// Pieces.
    pub pieces: usize,
    /// Pieces whose every page was seen.
    pub pieces_seen: usize,
    /// Pieces of which a page was seen.
    pub pieces_opened: usize,
    /// Mandatory fields.
    pub fields: usize,
    /// Mandatory fields filled.
    pub fields_filled: usize,
    /// Questions.
    pub questions: usize,
    /// Questions answered.
    pub answers: usize,
    /// Whether anything was written.
    pub started: bool,
    /// The signed opinion, if there is one.
    pub submission: Option<Submission>,
    /// How much of the pieces is here.
    #[serde(skip, default = "everything")]
    pub receptions: Vec<PieceReception>,
    /// Bytes of the pieces.
    pub bytes: u64,
}

/// A summary that is kept is one of a case that is wholly here.
fn everything() -> Vec<PieceReception> {
    Vec::new()
}

/// The summaries, each with what it was made of.
#[derive(Default)]
pub(crate) struct Summaries {
    known: HashMap<Uuid, Known>,
    /// Those that are not written down yet.
    unwritten: HashSet<Uuid>,
    written: Duration,
}

#[derive(Clone, Serialize, Deserialize)]
struct Known {
    /// What the vault held when it was made.
    of: String,
    summary: Arc<CaseSummary>,
}

impl CaseSummary {
    fn of(case: Case) -> Self {
        let documents = case.documents();
        let seen = |document: &Document| {
            let pages = case.work.seen.get(&document.id);
            pages.map_or(0, |pages| pages.range(1..=document.pages).count())
        };
        let fields = case.fields();
        let is_answer = |field: &MandatoryField| matches!(field, MandatoryField::Answer(_));
        let count = |so: &dyn Fn(&(MandatoryField, bool)) -> bool| {
            fields.iter().filter(|field| so(field)).count()
        };
        Self {
            pieces: documents.len(),
            pieces_seen: documents
                .iter()
                .filter(|document| seen(document) == document.pages as usize)
                .count(),
            pieces_opened: documents.iter().filter(|d| seen(d) > 0).count(),
            fields: fields.len(),
            fields_filled: count(&|(_, filled)| *filled),
            questions: count(&|(field, _)| is_answer(field)),
            answers: count(&|(field, filled)| is_answer(field) && *filled),
            started: case.work.saved_at.is_some(),
            bytes: documents.iter().map(|document| document.sealed_size).sum(),
            assignment: case.assignment,
            submission: case.submission,
            receptions: case.receptions.into_values().collect(),
        }
    }

    /// Whether every piece is here.
    fn is_whole(&self) -> bool {
        let mut receptions = self.receptions.iter();
        self.pieces > 0 && receptions.all(|r| r.state == ReceptionState::Complete)
    }
}

impl Desk {
    /// The cases of this PC that may be read now, as the list shows them.
    pub(crate) async fn summaries(
        &self,
        session: &Arc<Session>,
    ) -> Result<Vec<Arc<CaseSummary>>, CaseError> {
        let ids = session.vault.cases();
        let under_way: Vec<_> = ids
            .iter()
            .map(|id| self.receptions.under_way(*id))
            .collect();
        let reading = Arc::clone(session);
        blocking(move || {
            let mut kept = reading.summaries();
            let mut summaries = Vec::with_capacity(ids.len());
            for (id, under_way) in ids.into_iter().zip(under_way) {
                let of = match reading.vault.version_of(id) {
                    Ok(of) => of,
                    // It is shown again once the platform has answered (R51).
                    Err(VaultError::LeaseOver | VaultError::UnknownCase) => continue,
                    Err(error) => return Err(error.into()),
                };
                if let Some(known) = kept.known_of(&reading, id).filter(|known| known.of == of) {
                    summaries.push(Arc::clone(&known.summary));
                    continue;
                }
                let mut case = match read_case(&reading, id) {
                    Ok(case) => case,
                    // Forgotten meanwhile.
                    Err(CaseError::Gone) => continue,
                    Err(error) => return Err(error),
                };
                under_way.overlay(&mut case.receptions);
                let summary = Arc::new(CaseSummary::of(case));
                // What is on its way is looked at again.
                if summary.is_whole() {
                    let summary = Arc::clone(&summary);
                    kept.known.insert(id, Known { of, summary });
                    kept.unwritten.insert(id);
                }
                summaries.push(summary);
            }
            Ok(summaries)
        })
        .await
    }

    /// Writes the summaries down now and then, for the next start.
    pub(crate) async fn keep_summaries(&self, session: &Arc<Session>) {
        let now = (self.ports.uptime)();
        let keeping = Arc::clone(session);
        let kept = blocking(move || {
            let mut kept = keeping.summaries();
            if kept.unwritten.is_empty() || now.saturating_sub(kept.written) < WRITE {
                return Ok(());
            }
            kept.written = now;
            let mut notes = Vec::new();
            for id in std::mem::take(&mut kept.unwritten) {
                if let Some(known) = kept.known.get(&id) {
                    notes.push((id, serde_json::to_string(known)?));
                }
            }
            keeping.vault.keep_case_notes(notes)?;
            Ok::<_, CaseError>(())
        });
        if let Err(error) = kept.await {
            tracing::debug!(%error, "the summaries are not written down");
        }
    }
}

impl Summaries {
    /// The summary of a case: that of this session, or that of the last one.
    fn known_of(&mut self, session: &Session, case: Uuid) -> Option<&Known> {
        Some(match self.known.entry(case) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                place.insert(serde_json::from_str(&session.vault.case_note(case)?).ok()?)
            }
        })
    }
}

impl Session {
    fn summaries(&self) -> std::sync::MutexGuard<'_, Summaries> {
        self.summaries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
