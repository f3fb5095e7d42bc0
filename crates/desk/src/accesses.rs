//! What the patient reads about who opened the case (R98).

use std::sync::Arc;

use relecture_platform_api::{Access, AuditEvent};
use uuid::Uuid;

use crate::{CaseError, Desk, follow::is_passing};

/// Who opened a case.
#[derive(Clone, Debug)]
pub struct Accesses {
    /// What was done here and is not delivered yet, newest first.
    pub undelivered: Vec<AuditEvent>,
    /// What the patient reads, newest first; nothing while the platform does not answer.
    pub delivered: Option<Vec<Access>>,
}

impl Desk {
    /// The accesses that the patient reads, and those that he will read once they are delivered.
    ///
    /// # Errors
    /// [`CaseError`]; a platform that does not answer is none.
    pub async fn accesses(self: &Arc<Self>, id: Uuid) -> Result<Accesses, CaseError> {
        let session = self.session()?;
        let asked = async {
            self.deliver_journal(&session).await?;
            let list = session.connection.access_list(id).await?;
            Ok(list.items)
        };
        let delivered = match asked.await {
            Ok(items) => Some(items),
            Err(error) if is_passing(&error) => None,
            Err(error) => return Err(error),
        };
        let mut undelivered = self.undelivered_of(&session, id).await?;
        undelivered.reverse();
        Ok(Accesses {
            undelivered,
            delivered,
        })
    }
}
