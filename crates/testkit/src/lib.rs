//! What tests, the demo and the benchmarks share, and what is never shipped.

pub mod built;
#[cfg(unix)]
pub mod card;
pub mod cases;
#[cfg(target_os = "linux")]
pub mod desktop;
pub mod keys;
pub mod phantom;
pub mod plain;
pub mod platform;
pub mod psc;
#[cfg(target_os = "linux")]
pub mod walk;
