//! No read without a trace (R97): what is done here is written down before it is done, and delivered to the platform.

use std::{sync::Arc, time::Duration};

use relecture_journal::{Event, Found, Head, Journal, JournalError};
use relecture_platform_api::{AuditEvent, AuditEventBatch};
use uuid::Uuid;

use crate::{CaseError, Desk, blocking, session::Session};

/// The vault's note of the journal's last entry, by which a journal that was cut is noticed.
const NOTE: &str = "journal";
/// Entries delivered at once.
const BATCH: usize = 100;
/// What is done within so long is delivered together, once nobody waits for what was opened.
const GATHERED: Duration = Duration::from_secs(1);

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// The record and the opinion of a case are shown.
    CaseOpened,
    /// The words of a case are searched.
    CaseSearched,
    /// A piece is opened.
    PieceOpened,
    /// A page of a piece is read for the first time.
    PageReached,
    /// Words of a piece are copied.
    PieceCopied,
    /// The signed opinion is opened.
    ReportOpened,
    /// Words of it are copied.
    ReportCopied,
    /// The opinion is signed.
    OpinionSigned,
    /// Work under the lease begins.
    WorkedOffline,
    /// Part of the journal is missing or was changed.
    JournalDamaged,
}

impl Act {
    fn word(self) -> &'static str {
        match self {
            Self::CaseOpened => "case.opened",
            Self::CaseSearched => "case.searched",
            Self::PieceOpened => "piece.opened",
            Self::PageReached => "page.reached",
            Self::PieceCopied => "piece.copied",
            Self::ReportOpened => "report.opened",
            Self::ReportCopied => "report.copied",
            Self::OpinionSigned => "opinion.signed",
            Self::WorkedOffline => "desk.worked_offline",
            Self::JournalDamaged => "journal.damaged",
        }
    }
}

impl Desk {
    /// Writes down what is about to be done. It is on the disk when this returns; without it, it is not done.
    ///
    /// # Errors
    /// [`CaseError::Journal`].
    pub(crate) async fn trace(
        &self,
        session: &Arc<Session>,
        act: Act,
        case: Option<Uuid>,
        object: Option<Uuid>,
    ) -> Result<(), CaseError> {
        let journal = self.journal(session).await?;
        append(self, session, journal, act, case, object).await?;
        // Whoever leaves meanwhile is not held back.
        let session = Arc::downgrade(session);
        tokio::spawn(async move {
            tokio::time::sleep(GATHERED).await;
            if let Some(session) = session.upgrade() {
                session.stir.notify_one();
            }
        });
        Ok(())
    }

    /// The journal of whoever sits here, opened when it is first needed.
    async fn journal<'s>(&self, session: &'s Arc<Session>) -> Result<&'s Arc<Journal>, CaseError> {
        session
            .journal
            .get_or_try_init(|| self.open_journal(session))
            .await
    }

    async fn open_journal(&self, session: &Arc<Session>) -> Result<Arc<Journal>, CaseError> {
        let noted = session.vault.note(NOTE);
        let known = match noted.and_then(|note| serde_json::from_str::<Head>(&note).ok()) {
            Some(head) => head,
            // Nothing was done here yet, and the platform cannot be asked whether this installation had a journal before.
            None if session.connection.is_offline() => Head::default(),
            // A new vault on an installation that the platform may know already: its journal goes on after the former one's.
            None => platform_head(session).await?,
        };
        let (opening, head) = (Arc::clone(session), known.clone());
        let (journal, found) = blocking(move || {
            let vault = &opening.vault;
            vault.keep_note(NOTE, &serde_json::to_string(&head)?)?;
            let id = opening.device.device_id;
            let path = vault.root().join("journal");
            let opened = Journal::open(&path, vault.own_key(NOTE)?, id.as_bytes(), &head)?;
            Ok::<_, CaseError>(opened)
        })
        .await?;
        let journal = Arc::new(journal);
        // A new vault has no file yet, whatever the platform has.
        if found == Found::Damaged && session.vault.note(MADE).is_some() {
            tracing::error!("part of the journal is missing or was changed");
            append(self, session, &journal, Act::JournalDamaged, None, None).await?;
        }
        let noting = Arc::clone(session);
        blocking(move || noting.vault.keep_note(MADE, "1")).await?;
        Ok(journal)
    }

    /// Delivers what the platform does not have yet, and remembers where the journal ends.
    ///
    /// # Errors
    /// [`CaseError`]; what was not delivered is delivered later.
    pub(crate) async fn deliver_journal(&self, session: &Arc<Session>) -> Result<(), CaseError> {
        let journal = Arc::clone(self.journal(session).await?);
        loop {
            let events = journal.undelivered(BATCH);
            if events.is_empty() {
                return Ok(());
            }
            let batch = AuditEventBatch { events };
            let taken = session.connection.audit_event_append(&batch).await?;
            let dropping = Arc::clone(&journal);
            let before = journal.undelivered(1);
            blocking(move || dropping.is_delivered(taken.through)).await?;
            if journal.undelivered(1) == before {
                // The platform took none of them: asking again at once would not change it.
                return Err(CaseError::Senseless);
            }
        }
    }

    /// Keeps in the vault where the journal ends: one that is cut later is noticed by it.
    pub(crate) async fn note_journal(&self, session: &Arc<Session>) {
        let Some(journal) = session.journal.get() else {
            return;
        };
        let (noting, head) = (Arc::clone(session), journal.head());
        let noted = blocking(move || {
            let note = serde_json::to_string(&head)?;
            if noting.vault.note(NOTE).as_ref() != Some(&note) {
                noting.vault.keep_note(NOTE, &note)?;
            }
            Ok::<_, CaseError>(())
        });
        if let Err(error) = noted.await {
            // Closed meanwhile, or noted again in a second.
            tracing::debug!(%error, "where the journal ends is not noted");
        }
    }

    /// What was done to a case here and is not delivered yet, oldest first.
    pub(crate) async fn undelivered_of(
        &self,
        session: &Arc<Session>,
        case: Uuid,
    ) -> Result<Vec<AuditEvent>, CaseError> {
        Ok(self.journal(session).await?.undelivered_of(case))
    }
}

/// The note of a journal that was made: from then on it has a file.
const MADE: &str = "journal-made";

async fn platform_head(session: &Session) -> Result<Head, CaseError> {
    let nothing = AuditEventBatch { events: Vec::new() };
    let taken = session.connection.audit_event_append(&nothing).await?;
    Ok(Head {
        seq: taken.through,
        sha256: taken.sha256,
    })
}

async fn append(
    desk: &Desk,
    session: &Arc<Session>,
    journal: &Arc<Journal>,
    act: Act,
    case: Option<Uuid>,
    object: Option<Uuid>,
) -> Result<(), CaseError> {
    let (at, writing) = (desk.time_of(session), Arc::clone(journal));
    let line = &session.connection;
    let offline = line.is_offline() || !line.is_reachable();
    blocking(move || {
        let event = Event {
            action: act.word(),
            case,
            object,
            offline,
        };
        writing.append(at, &event)
    })
    .await
    .map_err(|error: JournalError| error.into())
}
