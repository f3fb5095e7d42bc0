//! Work that this PC holds although the key store lost the keys of its vault, or the vault its state: found again with the cases'
//! own keys, which the platform gives to the same physician, strongly signed in (docs/decisions/0008).

use std::sync::Arc;

use relecture_vault::{LostVault, VaultError};
use uuid::Uuid;

use crate::{
    CaseError, Desk, Topic, blocking,
    record::{SIGNED, SUBMISSION},
    session::Session,
};

impl Desk {
    /// Takes over what lost vaults hold of a case that the vault has just taken in.
    pub(crate) async fn recover_work(
        &self,
        session: &Arc<Session>,
        case: Uuid,
    ) -> Result<(), CaseError> {
        if session.lost().is_empty() {
            return Ok(());
        }
        let working = Arc::clone(session);
        let found = blocking(move || {
            let mut found = false;
            for lost in working.lost().iter() {
                found |= working.vault.salvage(case, lost, &[SIGNED, SUBMISSION])?;
            }
            Ok::<_, VaultError>(found)
        })
        .await?;
        if found {
            session.count_recovered();
            self.notify(Topic::Session);
        }
        Ok(())
    }

    /// Everything that may be held was looked for: what is left of lost vaults is nobody's any more.
    pub(crate) async fn let_go_of_lost_vaults(&self, session: &Arc<Session>) {
        let lost = std::mem::take(&mut *session.lost());
        let erased = blocking(move || lost.into_iter().try_for_each(LostVault::erase)).await;
        if let Err(error) = erased {
            tracing::warn!(%error, "a lost vault is not wholly erased; the next sign-in tries again");
        }
    }
}
