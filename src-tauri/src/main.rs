//! The process: environment first, then the window.

#![cfg_attr(windows, windows_subsystem = "windows")]

use std::process::ExitCode;

/// Nothing of a case stays behind in memory that was given back.
#[global_allocator]
static ALLOCATOR: relecture_shell::WipingAllocator = relecture_shell::WipingAllocator;

fn main() -> ExitCode {
    relecture_shell::prepare_environment();
    match relecture_shell::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            ExitCode::FAILURE
        }
    }
}
