//! R55: what a subverted reader could still do. The worker tries it itself, from inside its jail.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a failed test is a panic")]

use std::process::{Command, Output};

const ATTEMPTS: [&str; 17] = [
    "open a file",
    "create a file",
    "look at a file",
    "list a folder",
    "create a file in memory",
    "read another descriptor",
    "open a UDP socket",
    "connect by TCP",
    "open a local socket",
    "execute a program",
    "fork",
    "start a thread",
    "signal other processes",
    "map executable memory",
    "allocate 3 GiB",
    "raise a limit",
    "debug a process",
];

fn selftest(argument: &str) -> (Output, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_relecture-imaging-worker"))
        .arg(argument)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let table = String::from_utf8(output.stdout.clone()).unwrap();
    (output, table)
}

#[test]
fn r55_every_attempt_to_leave_the_jail_is_refused() {
    let (output, table) = selftest("--selftest");
    let expected: String = ATTEMPTS
        .map(|attempt| format!("refused\t{attempt}\n"))
        .concat();
    assert_eq!(table, expected);
    assert!(output.status.success());
}

#[test]
fn r55_the_attempts_succeed_where_there_is_no_jail() {
    let (output, table) = selftest("--selftest-unconfined");
    // Without this the test above could pass on a machine that refuses everything anyway. What
    // the test machine's own container may refuse is left out.
    for attempt in ATTEMPTS {
        let depends_on_the_machine =
            ["debug a process", "allocate 3 GiB", "raise a limit"].contains(&attempt);
        let line = format!("ALLOWED\t{attempt}\n");
        assert!(
            depends_on_the_machine || table.contains(&line),
            "{attempt}:\n{table}"
        );
    }
    assert!(!output.status.success());
}
