//! What an expert lives through, good days and bad: the desk as the window uses it, the reference platform over real TLS, the
//! confined reader with libpdfium. Only the key store is in memory; the real one and the window are the matter of `tests/e2e`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod annotations;
mod case_of_another;
mod clinical_date;
mod damaged_pieces;
mod damaged_work;
mod devices;
mod erasure;
mod first_page;
mod follow;
#[cfg(target_os = "linux")]
mod full_disk;
mod hostile_platform;
mod images;
mod journal;
mod lock;
mod lost_keys;
mod main_job;
mod offline;
mod outages;
#[cfg(target_os = "linux")]
mod passkeys;
mod psc;
mod reception;
mod search;
mod second_screen;
mod sign_in;
mod step_up;
mod support;
mod withdrawal;
