//! What the window sees: plain values, one request and one answer per command, failures without prose.
//!
//! API boundary: this is the only crate whose types reach JavaScript. Times are RFC 3339 texts, identifiers are texts, no
//! number is wider than what JavaScript counts exactly. Prose belongs to the locale files.

#![forbid(unsafe_code)]

mod answer;
mod commands;
mod failure;
mod image;
mod page;
mod request;
mod show;
mod view;

pub use answer::*;
pub use commands::{COMMANDS, SEALED, typescript};
pub use failure::{Failure, FailureCode, FailureParameters};
pub use image::{ImageRefused, image};
pub use page::{PageImage, PageRefused, page};
pub use relecture_desk::{
    Config, Desk, LockReason, OsKeyStore, PlatformAddress, Ports, Recognition, Room, Topic,
    WindowPlace,
};
pub use request::*;
pub use view::*;
