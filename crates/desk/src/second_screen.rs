//! The second screen: a piece that lies there, away from the reading table, and what is cited from it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{CaseError, Desk, Topic, blocking};

/// The name of the note that keeps where the window was.
const NOTE: &str = "second-screen";

/// What lies on the second screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondScreen {
    /// Whose.
    pub case: Uuid,
    /// Which piece.
    pub piece: Uuid,
    /// The page to begin with, from 1.
    pub page: u32,
    /// What was last cited from there.
    pub cited: Option<CitedThere>,
}

/// A page that is to be cited in the opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CitedThere {
    /// Counts them, so that the same page can be cited twice.
    pub number: u32,
    /// Of which piece.
    pub piece: Uuid,
    /// From 1.
    pub page: u32,
}

/// Where the window of the second screen was, in physical pixels of the whole desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// Of its left edge.
    pub x: i32,
    /// Of its upper edge.
    pub y: i32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// Nothing lies there, or this, put there by the physician of this account. It outlasts the lock, hidden.
#[derive(Default)]
pub(crate) struct Beside(Mutex<Option<(String, SecondScreen)>>);

impl Beside {
    fn lock(&self) -> MutexGuard<'_, Option<(String, SecondScreen)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// Puts a piece on the second screen, in place of what lies there.
    ///
    /// # Errors
    /// [`CaseError`]: nobody is at the desk, or the case has no such piece.
    pub async fn show_on_second_screen(
        &self,
        case: Uuid,
        piece: Uuid,
        page: u32,
    ) -> Result<(), CaseError> {
        let session = self.session()?;
        let known = self.local_case(&session, case).await?;
        if !known
            .documents()
            .iter()
            .any(|document| document.id == piece)
        {
            return Err(CaseError::Gone);
        }
        {
            let mut beside = self.beside.lock();
            let cited = beside.take().and_then(|(_, before)| before.cited);
            let shown = SecondScreen {
                case,
                piece,
                page: page.max(1),
                cited,
            };
            *beside = Some((session.account.clone(), shown));
        }
        self.notify(Topic::SecondScreen);
        Ok(())
    }

    /// What lies on the second screen; nothing while nobody is at the desk, or somebody else is.
    pub fn second_screen(&self) -> Option<SecondScreen> {
        let session = self.session().ok()?;
        let beside = self.beside.lock();
        let (account, shown) = beside.as_ref()?;
        (*account == session.account).then(|| shown.clone())
    }

    /// Tells of it when somebody sits down or leaves.
    pub(crate) fn tell_of_second_screen(&self) {
        if self.beside.lock().is_some() {
            self.notify(Topic::SecondScreen);
        }
    }

    /// Asks for a page of what lies there to be cited in the opinion.
    pub fn cite_from_second_screen(&self, page: u32) {
        if let Some((_, shown)) = self.beside.lock().as_mut() {
            shown.cited = Some(CitedThere {
                number: shown.cited.map_or(0, |before| before.number) + 1,
                piece: shown.piece,
                page,
            });
        }
        self.notify(Topic::SecondScreen);
    }

    /// Takes away what lies there; of this case, or of any.
    pub fn clear_second_screen(&self, of: Option<Uuid>) {
        let taken = self
            .beside
            .lock()
            .take_if(|(_, shown)| of.is_none_or(|case| case == shown.case));
        if taken.is_some() {
            self.notify(Topic::SecondScreen);
        }
    }

    /// Where its window was when this physician last had one on this PC.
    pub fn second_screen_place(&self) -> Option<WindowPlace> {
        let note = self.session().ok()?.vault.note(NOTE)?;
        serde_json::from_str(&note).ok()
    }

    /// Keeps where its window is.
    ///
    /// # Errors
    /// [`CaseError`]: nobody is at the desk, or the disk refuses.
    pub async fn keep_second_screen_place(&self, place: WindowPlace) -> Result<(), CaseError> {
        let session = self.session()?;
        let note = serde_json::to_string(&place)?;
        blocking(move || session.vault.keep_note(NOTE, &note)).await?;
        Ok(())
    }
}
