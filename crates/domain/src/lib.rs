//! The expert's world as values and rules.
//!
//! Nothing here reads a clock, a file or the network, and nothing is serialisable by design: the wire belongs to
//! `relecture-platform-api`, the window to `relecture-bridge`. Time is always a parameter.

#![forbid(unsafe_code)]

mod assignment;
mod deadline;
mod opinion;
mod patient;
pub mod unlock_code;

pub use assignment::{Event, State, TransitionRefused, next};
pub use deadline::{Deadline, Remaining};
pub use opinion::{
    Agreement, Answer, Block, Certainty, Citation, Inline, MandatoryField, Opinion, RichText,
};
pub use patient::{AgeBand, Sex, age};
