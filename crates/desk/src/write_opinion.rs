//! Keeping the draft as it is typed.

use jiff::Timestamp;
use relecture_domain::State;
use relecture_platform_api::{Assignment, OpinionContent};
use uuid::Uuid;

use crate::{
    CaseError, Desk, Submission, blocking,
    record::{self, ASSIGNMENT, Entry, SUBMISSION},
};

impl Desk {
    /// Keeps the draft; it is on the disk when this returns. Whatever was frozen is frozen no more.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn write_opinion(
        &self,
        id: Uuid,
        content: OpinionContent,
    ) -> Result<Timestamp, CaseError> {
        let session = self.session()?;
        self.frozen().remove(&id);
        let at = session.connection.now();
        blocking(move || {
            let vault = &session.vault;
            let assignment: Assignment =
                record::get(vault, id, ASSIGNMENT)?.ok_or(CaseError::Gone)?;
            let signed = record::get::<Submission>(vault, id, SUBMISSION)?.is_some();
            if signed || !assignment.state.known().is_some_and(State::is_writable) {
                return Err(CaseError::State);
            }
            record::append(
                vault,
                id,
                &Entry::Opinion {
                    at,
                    content: Box::new(content),
                },
            )
        })
        .await?;
        Ok(at)
    }
}
