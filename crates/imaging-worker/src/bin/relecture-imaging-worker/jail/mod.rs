//! The jail this process closes behind itself. One function per system:
//!
//! `close() -> Result<Confinement, JailError>` takes away from this process what reading a document
//! does not need, for good, and says what is then out of reach. It is called once, from the only
//! thread, after libpdfium is loaded and before the document is received.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::close;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::close;

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
