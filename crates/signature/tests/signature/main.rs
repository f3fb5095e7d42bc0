//! The signature of a report, judged by this crate and by independent readers.
//!
//! Needs `pdfsig` (poppler-utils), `qpdf` and `openssl`: a missing tool fails the test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests stand outside test functions; a failure must stop the test"
)]

mod attacks;
mod card;
mod enrolment;
mod later;
mod levels;
mod oracles;
mod report;
mod support;
