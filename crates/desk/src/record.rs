//! What the desk keeps of a case in the vault, beside the pieces.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use relecture_platform_api::{OpinionContent, Receipt};
use relecture_vault::{Vault, VaultError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Annotation, CaseError, KeptAnnotation};

/// The assignment as the platform last told it.
pub(crate) const ASSIGNMENT: &str = "assignment";
/// The manifest.
pub(crate) const MANIFEST: &str = "manifest";
/// The signed PDF.
pub(crate) const SIGNED: &str = "signed";
/// What became of it.
pub(crate) const SUBMISSION: &str = "submission";

/// The log is rewritten once it holds this many entries.
const COMPACT_AFTER: usize = 256;

/// What the expert has done on a case: what was seen, what was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Work {
    /// Pages seen of each piece, from 1.
    pub seen: BTreeMap<Uuid, BTreeSet<u32>>,
    /// Pages that do not lie as the document lays them: quarter turns to the right, 1 to 3, by piece and page.
    pub turned: BTreeMap<(Uuid, u32), u8>,
    /// Clinical dates that the expert corrected, by piece.
    pub dates: BTreeMap<Uuid, Date>,
    /// Dates that the first pages tell.
    pub dates_read: BTreeMap<Uuid, Date>,
    /// Marks on the pages.
    pub annotations: BTreeMap<Uuid, KeptAnnotation>,
    /// The opinion as last kept.
    pub content: OpinionContent,
    /// When it was last kept; nothing before the first word.
    pub saved_at: Option<Timestamp>,
    /// Whether something of it was changed or taken out of the vault from outside; what is here is what was left.
    pub damaged: bool,
}

/// What became of a signed opinion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The report.
    pub report_id: Uuid,
    /// Its version.
    pub version: u32,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// SHA-256 of the signed file, hexadecimal.
    pub file_digest: String,
    /// SHA-256 of the signed bytes, hexadecimal.
    pub signed_digest: String,
    /// SHA-256 of the attached opinion, hexadecimal.
    pub content_digest: String,
    /// The platform's receipt, verified; nothing while the report waits.
    pub receipt: Option<Receipt>,
    /// The receipt as signed by the platform.
    pub receipt_jws: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Entry {
    Opinion {
        at: Timestamp,
        content: Box<OpinionContent>,
    },
    PagesSeen {
        piece: Uuid,
        pages: Vec<u32>,
    },
    PageTurned {
        piece: Uuid,
        page: u32,
        turns: u8,
    },
    PieceDated {
        piece: Uuid,
        date: Option<Date>,
    },
    DateRead {
        piece: Uuid,
        date: Date,
    },
    Annotated {
        at: Timestamp,
        annotation: Box<Annotation>,
    },
    AnnotationErased {
        id: Uuid,
    },
}

impl Work {
    pub(crate) fn read(vault: &Vault, case: Uuid) -> Result<Self, CaseError> {
        let log = vault.log(case)?;
        let mut work = Self {
            damaged: log.damaged,
            ..Self::default()
        };
        for entry in &log.entries {
            work.apply(serde_json::from_slice(entry)?);
        }
        if log.entries.len() > COMPACT_AFTER || log.damaged {
            work.compact(vault, case)?;
        }
        Ok(work)
    }

    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Opinion { at, content } => {
                self.content = *content;
                self.saved_at = Some(at);
            }
            Entry::PagesSeen { piece, pages } => {
                self.seen.entry(piece).or_default().extend(pages);
            }
            Entry::PageTurned { piece, page, turns } => match turns % 4 {
                0 => _ = self.turned.remove(&(piece, page)),
                turns => _ = self.turned.insert((piece, page), turns),
            },
            Entry::PieceDated { piece, date } => match date {
                Some(date) => _ = self.dates.insert(piece, date),
                None => _ = self.dates.remove(&piece),
            },
            Entry::DateRead { piece, date } => _ = self.dates_read.insert(piece, date),
            Entry::Annotated { at, annotation } => {
                let kept = KeptAnnotation {
                    at,
                    annotation: *annotation,
                };
                self.annotations.insert(kept.annotation.id, kept);
            }
            Entry::AnnotationErased { id } => _ = self.annotations.remove(&id),
        }
    }

    fn compact(&self, vault: &Vault, case: Uuid) -> Result<(), CaseError> {
        let seen = self.seen.iter().map(|(piece, pages)| Entry::PagesSeen {
            piece: *piece,
            pages: pages.iter().copied().collect(),
        });
        let opinion = self.saved_at.map(|at| Entry::Opinion {
            at,
            content: Box::new(self.content.clone()),
        });
        let turned = self
            .turned
            .iter()
            .map(|(&(piece, page), &turns)| Entry::PageTurned { piece, page, turns });
        let dated = self.dates.iter().map(|(&piece, &date)| Entry::PieceDated {
            piece,
            date: Some(date),
        });
        let read = self.dates_read.iter();
        let read = read.map(|(&piece, &date)| Entry::DateRead { piece, date });
        let annotated = self.annotations.values().map(|kept| Entry::Annotated {
            at: kept.at,
            annotation: Box::new(kept.annotation.clone()),
        });
        let entries: Vec<Zeroizing<Vec<u8>>> = seen
            .chain(turned)
            .chain(dated)
            .chain(read)
            .chain(annotated)
            .chain(opinion)
            .map(|e| serde_json::to_vec(&e).map(Zeroizing::new))
            .collect::<Result<_, _>>()?;
        vault.compact(case, &entries)?;
        Ok(())
    }
}

pub(crate) fn append(vault: &Vault, case: Uuid, entry: &Entry) -> Result<(), CaseError> {
    vault.append(case, &serde_json::to_vec(entry)?)?;
    Ok(())
}

pub(crate) fn put<T: Serialize>(
    vault: &Vault,
    case: Uuid,
    record: &str,
    value: &T,
) -> Result<(), CaseError> {
    vault.put(case, record, &serde_json::to_vec(value)?)?;
    Ok(())
}

pub(crate) fn get<T: DeserializeOwned>(
    vault: &Vault,
    case: Uuid,
    record: &str,
) -> Result<Option<T>, CaseError> {
    match vault.get(case, record) {
        Ok(Some(bytes)) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Ok(None) => Ok(None),
        Err(VaultError::UnknownCase) => Err(CaseError::Gone),
        Err(error) => Err(error.into()),
    }
}
