//! `cargo xtask <command>`: sets a bare machine up, then runs what was asked.
//!
//! Everything heavy (the platform, the webview's driver) lives in `testkit`'s programs, which this one builds and runs.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program speaks to the person who called it"
)]

mod commands;
mod fuzz;
mod place;
mod process;
mod setup;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask demo [--headless]  set up, build, start the reference platform and open the application
cargo xtask test               set up, then every check and test: what .ci/run calls
cargo xtask journey            drive the built application from sign-in to receipt, a picture per step in target/journey/
cargo xtask journey --only sign-in  the same for what has to do with signing in
cargo xtask bench [what...]    measure beside the peers: startup, unlock, reading, download, worklist, ocr, pages, thick; writes target/bench.json
cargo xtask torture --kills N  kill a process that writes into the vault, or the journal, N times; nothing acknowledged may be lost
cargo xtask fuzz [target] [--seconds N]  throw broken files at the readers, 180 s for each format; what brings one down is kept as a fixture
cargo xtask setup              only the set-up
cargo xtask ui                 only the window's pages (ui/dist)
cargo xtask bindings           write the TypeScript side of the bridge again
cargo xtask openapi            write the platform's OpenAPI description again";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["demo"] => commands::demo(false),
        ["demo", "--headless"] => commands::demo(true),
        ["test"] => commands::test(),
        ["journey"] => commands::journey(&[]),
        ["journey", "--only", "sign-in"] => commands::journey(&["--only", "sign-in"]),
        ["bench", what @ ..] => commands::bench(what),
        ["torture", "--kills", kills] => commands::torture(kills),
        ["fuzz", words @ ..] => fuzz::fuzz(words),
        ["setup"] => setup::everything(),
        ["ui"] => setup::ui::ready(),
        ["bindings"] => commands::bindings(),
        ["openapi"] => commands::openapi(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("unknown command `{}`\n{USAGE}", arguments.join(" ")),
    }
}
