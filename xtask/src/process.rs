//! Running other programs: what cannot start or fails is told in one sentence with the command to run.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// `program arguments…`, to be run in the checkout.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(crate::place::checkout());
    command
}

/// The cargo that runs this program.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = command(&cargo, arguments);
    // What `cargo run` tells about xtask itself is no business of the builds it starts.
    for (name, _) in std::env::vars_os() {
        let inherited = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if inherited {
            command.env_remove(name);
        }
    }
    command
}

/// npm, in `ui/`.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut command = command(if cfg!(windows) { "npm.cmd" } else { "npm" }, arguments);
    command.current_dir(crate::place::checkout().join("ui"));
    command
}

/// Runs to the end with our own input and output.
///
/// # Errors
/// The program cannot be started, or ends with anything but 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command
        .status()
        .with_context(|| format!("`{line}` cannot be started"))?;
    if status.success() {
        Ok(())
    } else {
        bail!("`{line}` failed ({status})")
    }
}

/// Runs to the end silently; what it said is shown only if it failed.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    said(command).map(drop)
}

/// What a program that must succeed writes to its standard output.
pub(crate) fn said(command: &mut Command) -> Result<Vec<u8>> {
    let line = line(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{line}` cannot be started"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let told = if output.stderr.is_empty() {
        output.stdout
    } else {
        output.stderr
    };
    bail!(
        "`{line}` failed ({})\n{}",
        output.status,
        String::from_utf8_lossy(&told).trim()
    )
}

/// What the program prints, whatever its exit status; `None` if it cannot be started.
pub(crate) fn printed(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Is there such a program on the path?
pub(crate) fn exists(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder: PathBuf| {
        folder.join(program).is_file()
            || (cfg!(windows) && folder.join(format!("{program}.exe")).is_file())
    })
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}
