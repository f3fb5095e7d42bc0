//! The workstation's side of the contract.
//!
//! One [`Connection`] per physician: it proves possession of the device key with every call (DPoP, RFC 9449), follows the
//! platform's nonces and clock, renews its tokens, and names what went wrong. Tokens live in memory only.

#![forbid(unsafe_code)]

mod connection;
mod dpop;
mod error;
mod operations;
mod outside;
mod pkce;
mod receipt;

pub use connection::{Clock, Connection, PlatformAddress};
pub use error::{CallError, ConnectError};
pub use operations::{Content, Credentials};
pub use outside::{BrowserWay, CibaUnderWay};
pub use receipt::{ReceiptError, verify_receipt};
