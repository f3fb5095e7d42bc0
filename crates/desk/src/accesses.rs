//! What the patient reads about who opened the case (R98).

use relecture_platform_api::Access;
use uuid::Uuid;

use crate::{CaseError, Desk};

impl Desk {
    /// The accesses that the patient reads, newest first.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn accesses(&self, id: Uuid) -> Result<Vec<Access>, CaseError> {
        Ok(self.session()?.connection.access_list(id).await?.items)
    }
}
