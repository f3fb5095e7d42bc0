//! The reference platform over real TLS, by a small client that knows only the contract. Each test names what it proves.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod accesses;
mod assignments;
mod authorities;
mod authorize;
mod contract;
mod cuts;
mod password;
mod pieces;
mod proofs;
mod reports;
mod sign_in;
mod start;
mod support;
mod sync;
mod totp;
