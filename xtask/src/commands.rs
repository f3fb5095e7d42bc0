//! The commands: set-up, build, then one program of `testkit` or cargo's own tests.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::process::{cargo, npm, run};
use crate::setup::{self, Use};

/// The application as it is shipped: pages embedded, no development server. Lints and tests take it along, so that a bare machine
/// compiles Tauri once.
const APPLICATION: &[&str] = &["--features", "tauri/custom-protocol"];

/// The application that the automatic tests may drive: its debugging doors stay open.
const DRIVEN: &[&str] = &["--features", "relecture/e2e"];

/// Opens the application on the embedded reference platform.
pub(crate) fn demo(headless: bool) -> Result<()> {
    let screenless: &[Use] = &[Use::Build, Use::Screenless];
    setup::application(if headless { screenless } else { &[Use::Build] })?;
    build(if headless { DRIVEN } else { &[] })?;
    testkit(
        "relecture-demo",
        if headless { &["--headless"] } else { &[] },
    )
}

/// Every check and test, in the order in which they are cheapest to fail.
pub(crate) fn test() -> Result<()> {
    let begun = Instant::now();
    setup::everything()?;
    step("format", &mut cargo(&["fmt", "--all", "--", "--check"]))?;
    let mut lints = cargo(&["clippy", "--quiet", "--workspace", "--all-targets"]);
    step(
        "lints",
        lints.args(APPLICATION).args(["--", "-D", "warnings"]),
    )?;
    step(
        "pages: types and accessibility",
        &mut npm(&["run", "--silent", "check"]),
    )?;
    step(
        "pages: tests",
        &mut npm(&["run", "--silent", "--if-present", "test"]),
    )?;
    step("tests", cargo(&["test", "--workspace"]).args(APPLICATION))?;
    // What these tests drive stands beside them in cargo's target folder.
    build(DRIVEN)?;
    step(
        "the real application, end to end",
        // The whole workspace is named, or cargo would build its libraries once more for one package.
        cargo(&["test", "--workspace", "--test", "e2e"])
            .args(APPLICATION)
            .args(DRIVEN),
    )?;
    println!("== everything holds ({} s)", begun.elapsed().as_secs());
    Ok(())
}

/// The whole job on the built application, or a part of it, pictures in `target/journey/`.
pub(crate) fn journey(only: &[&str]) -> Result<()> {
    setup::everything()?;
    build(DRIVEN)?;
    testkit("relecture-journey", only)
}

/// Measures, beside the peers in the same run.
pub(crate) fn bench(what: &[&str]) -> Result<()> {
    setup::bench()?;
    build(&["--features", "relecture/e2e,empty-window/production"])?;
    testkit("relecture-bench", what)
}

/// Kills a process that writes into the vault, and one that writes into the journal, so many times each.
pub(crate) fn torture(kills: &str) -> Result<()> {
    let kills: u32 = kills.parse().context("how many kills?")?;
    let packages = [
        "--package",
        "relecture-vault",
        "--package",
        "relecture-journal",
    ];
    let mut tests = cargo(&["test", "--test", "torture"]);
    run(tests
        .args(packages)
        .env("RELECTURE_KILLS", kills.to_string()))
}

/// Writes `ui/src/bridge/generated.ts` from the bridge's types.
pub(crate) fn bindings() -> Result<()> {
    generate("relecture-bridge", "bindings", "ui/src/bridge/generated.ts")
}

/// Writes the platform's `openapi.json` from the contract's types.
pub(crate) fn openapi() -> Result<()> {
    generate(
        "relecture-platform-api",
        "openapi",
        "crates/platform-api/openapi.json",
    )
}

/// Writes what an example of a crate prints to a committed file; a test of that crate compares the two.
fn generate(package: &str, example: &str, file: &str) -> Result<()> {
    // The report takes its fonts from the window's packages.
    setup::ui::ready()?;
    let mut print = cargo(&["run", "--quiet", "--package", package, "--example", example]);
    let output = print
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    if !output.status.success() {
        bail!("{package} does not print its {example}: nothing is written");
    }
    std::fs::write(crate::place::checkout().join(file), output.stdout)
        .with_context(|| format!("{file} cannot be written"))?;
    println!("{file} is written");
    Ok(())
}

/// Builds the application and testkit's programs as one, so that every command shares the same artefacts.
pub(crate) fn build(more: &[&str]) -> Result<()> {
    println!("Building (the first time takes several minutes)");
    let mut all = cargo(&["build", "--workspace", "--exclude", "xtask"]);
    run(all.args(APPLICATION).args(more))
}

/// Runs a program of testkit, which stands beside the application in cargo's target folder.
fn testkit(name: &str, arguments: &[&str]) -> Result<()> {
    let program = target_folder()?
        .join("debug")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    run(Command::new(program)
        .args(arguments)
        .current_dir(crate::place::checkout()))
}

/// Asked of cargo, which knows its configuration files and variables.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let output = cargo(&["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .context("cargo cannot be started")?;
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).context("`cargo metadata` failed")?;
    match metadata
        .get("target_directory")
        .and_then(serde_json::Value::as_str)
    {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => bail!("`cargo metadata` names no target folder"),
    }
}

fn step(what: &str, command: &mut Command) -> Result<()> {
    println!("== {what}");
    let begun = Instant::now();
    run(command)?;
    println!("== {what}: held ({} s)", begun.elapsed().as_secs());
    Ok(())
}
