//! The physician's passkeys and security keys: which there are, adding one in the system browser, removing one (R9, R10).

use relecture_platform_api::Passkey;
use relecture_platform_client::CallError;
use uuid::Uuid;

use crate::{CaseError, Desk, SignInError, sign_in_outside::unless_over};

impl Desk {
    /// Those that may be used, the newest first.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn passkeys(&self) -> Result<Vec<Passkey>, CaseError> {
        Ok(self.session()?.connection.passkey_list().await?.items)
    }

    /// Adds one: the platform's page in the system browser makes it. Asks for a recent proof (R20).
    ///
    /// # Errors
    /// [`SignInError`]; [`SignInError::GivenUp`] after [`Desk::give_up_sign_in`].
    pub async fn add_passkey(&self) -> Result<(), SignInError> {
        let turn = self.outside.next();
        let session = self
            .session()
            .map_err(|_| SignInError::Call(CallError::SignedOut))?;
        let open = |address: &str| (self.ports.browser)(address);
        unless_over(turn, session.connection.passkey_add(open)).await
    }

    /// Removes one: it opens nothing any more. Asks for a recent proof (R20).
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn remove_passkey(&self, id: Uuid) -> Result<(), CaseError> {
        Ok(self.session()?.connection.passkey_remove(id).await?)
    }
}
