//! Accepting or declining an offer.

use std::sync::Arc;

use relecture_platform_api::{Acceptance, Decline, InterestDeclaration};
use uuid::Uuid;

use crate::{CaseError, Desk, Topic, outbox::What};

impl Desk {
    /// Accepts an offer; its pieces start coming. Without the platform the acceptance waits in the outbox. Whether it was sent.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn accept(
        self: &Arc<Self>,
        id: Uuid,
        interest: InterestDeclaration,
    ) -> Result<bool, CaseError> {
        let session = self.session()?;
        let body = Acceptance { interest };
        let sent = self.post(&session, id, What::Acceptance { body }).await?;
        if sent {
            self.receive(id).await?;
        }
        self.notify(Topic::Worklist);
        Ok(sent)
    }

    /// Declines an offer. Without the platform the refusal waits in the outbox. Whether it was sent.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn decline(self: &Arc<Self>, id: Uuid, reason: String) -> Result<bool, CaseError> {
        let session = self.session()?;
        let body = Decline { reason };
        let sent = self.post(&session, id, What::Decline { body }).await?;
        self.notify(Topic::Worklist);
        Ok(sent)
    }
}
