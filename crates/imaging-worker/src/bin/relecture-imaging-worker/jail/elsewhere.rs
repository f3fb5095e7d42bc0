//! Systems whose jail is not written yet (Windows: restricted token and job object; macOS: sandbox
//! profile). Nothing is taken away, and nothing is pretended.

use std::time::Duration;

use relecture_imaging_worker::Confinement;

use super::JailError;

#[expect(
    clippy::unnecessary_wraps,
    reason = "the same signature on every system"
)]
pub(crate) fn close(_processor_time: Duration) -> Result<Confinement, JailError> {
    Ok(Confinement::NONE)
}
