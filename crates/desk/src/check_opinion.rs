//! The check before signature: what blocks, what must be confirmed, what holds.

use std::sync::Arc;

use jiff::Timestamp;
use relecture_domain::{MandatoryField, Opinion};
use relecture_platform_api::ConsentState;
use uuid::Uuid;

use crate::{Case, CaseError, Desk};

/// The check before signature.
#[derive(Clone, Debug)]
pub struct Check {
    /// The case as it was checked.
    pub case: Case,
    /// Every mandatory field, and whether it is filled (R69).
    pub fields: Vec<(MandatoryField, bool)>,
    /// To be confirmed one by one.
    pub to_confirm: Vec<Point>,
    /// Citations of the opinion.
    pub citations: usize,
    /// Those whose page exists.
    pub citations_found: usize,
    /// Pages seen.
    pub pages_seen: u32,
    /// Pages.
    pub pages: u32,
    /// Whether the report may be sent to the treating physician, read again from the platform if it answered (R39).
    pub sharing_granted: bool,
    /// When the check was made.
    pub checked_at: Timestamp,
}

/// A point that the expert must confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Stable name of the point.
    pub id: String,
    /// What it is.
    pub kind: PointKind,
    /// The piece and its number, where there is one.
    pub piece: Option<(Uuid, u32)>,
    /// The piece or the expected document.
    pub title: String,
    /// Pages never seen.
    pub pages_unseen: u32,
}

/// Kinds of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointKind {
    /// No page of the piece was seen.
    PieceNeverOpened,
    /// Some pages were not seen.
    PagesNeverSeen,
    /// An expected piece was not received.
    PieceMissing,
}

impl Check {
    /// Mandatory fields that are empty.
    pub fn blocking(&self) -> impl Iterator<Item = MandatoryField> {
        self.fields
            .iter()
            .filter(|(_, filled)| !filled)
            .map(|(field, _)| *field)
    }
}

impl Desk {
    /// Checks an opinion, with the consents read again (R39).
    ///
    /// # Errors
    /// [`CaseError`]; a platform that does not answer is no error: the last known consents count and sending reads them again.
    pub async fn check_opinion(self: &Arc<Self>, id: Uuid) -> Result<Check, CaseError> {
        let session = self.session()?;
        if let Err(error) = self.refresh(&session).await {
            match error {
                CaseError::Call(call) if call.is_passing() => {}
                other => return Err(other),
            }
        }
        let case = self.local_case(&session, id).await?;
        Ok(check(case, session.connection.now()))
    }
}

fn check(case: Case, checked_at: Timestamp) -> Check {
    let mut to_confirm = Vec::new();
    let (mut pages, mut pages_seen) = (0, 0);
    for document in case.documents() {
        let seen = case.work.seen.get(&document.id).map_or(0, |seen| {
            u32::try_from(seen.range(1..=document.pages).count()).unwrap_or(document.pages)
        });
        pages += document.pages;
        pages_seen += seen;
        if seen < document.pages {
            to_confirm.push(Point {
                id: format!("pages/{}", document.id),
                kind: match seen {
                    0 => PointKind::PieceNeverOpened,
                    _ => PointKind::PagesNeverSeen,
                },
                piece: Some((document.id, document.number)),
                title: document.title.clone(),
                pages_unseen: document.pages - seen,
            });
        }
    }
    let missing = case
        .assignment
        .required_documents
        .iter()
        .filter(|required| !required.present);
    to_confirm.extend(missing.map(|required| Point {
        id: format!("missing/{}", required.label),
        kind: PointKind::PieceMissing,
        piece: None,
        title: required.label.clone(),
        pages_unseen: 0,
    }));
    let citations = Opinion::from(&case.work.content).citations();
    let found = citations.iter().filter(|citation| {
        case.documents()
            .iter()
            .any(|d| d.id == citation.piece && (1..=d.pages).contains(&citation.page))
    });
    let sharing = &case.assignment.consents.share_with_treating_physician;
    Check {
        fields: case.fields(),
        to_confirm,
        citations: citations.len(),
        citations_found: found.count(),
        pages_seen,
        pages,
        sharing_granted: sharing.state == ConsentState::Granted,
        checked_at,
        case,
    }
}
