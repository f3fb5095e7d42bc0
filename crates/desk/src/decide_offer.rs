//! Accepting or declining an offer.

use std::sync::Arc;

use relecture_crypto::make_uuid;
use relecture_platform_api::{Acceptance, Decline, InterestDeclaration};
use uuid::Uuid;

use crate::{CaseError, Desk, Topic};

impl Desk {
    /// Accepts an offer; its pieces start coming.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn accept(
        self: &Arc<Self>,
        id: Uuid,
        interest: InterestDeclaration,
    ) -> Result<(), CaseError> {
        let session = self.session()?;
        let request = make_uuid(session.connection.now());
        session
            .connection
            .assignment_accept(id, &Acceptance { interest }, request)
            .await?;
        self.refresh(&session).await?;
        self.receive(id).await?;
        self.notify(Topic::Worklist);
        Ok(())
    }

    /// Declines an offer.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn decline(self: &Arc<Self>, id: Uuid, reason: String) -> Result<(), CaseError> {
        let session = self.session()?;
        let request = make_uuid(session.connection.now());
        session
            .connection
            .assignment_decline(id, &Decline { reason }, request)
            .await?;
        self.refresh(&session).await?;
        self.notify(Topic::Worklist);
        Ok(())
    }
}
