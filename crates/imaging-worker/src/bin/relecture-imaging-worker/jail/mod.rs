//! The jail this process closes behind itself. One function per system:
//!
//! `close(processor_time) -> Result<Confinement, JailError>` takes away from this process what reading a document
//! does not need, for good, and says what is then out of reach. It is called once, from the only
//! thread, after the libraries are loaded and before the document is received.

use std::time::Duration;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::close;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::close;

/// Processor time over the life of the process: hours of reading, yet an end for a process whose
/// parent forgot it. A single request is timed by the parent, far more tightly.
pub(crate) const TO_READ: Duration = Duration::from_mins(10);

/// The same for a process that recognises the words of a scan: a record of 3 000 pages takes five hours.
pub(crate) const TO_RECOGNISE: Duration = Duration::from_hours(12);

/// A wall that had to stand could not be raised; the document must not be read.
#[derive(Debug, thiserror::Error)]
#[error("the jail could not be closed: {wall}")]
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "no wall can fail there yet")
)]
pub(crate) struct JailError {
    /// Which wall.
    wall: &'static str,
}
