//! R55: what a subverted reader could still do. The worker tries it itself, from inside its jail.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a failed test is a panic")]
#![allow(
    clippy::print_stdout,
    reason = "the table is for whoever runs the test"
)]

use std::process::{Command, Output};

/// How the jail must stop each attempt: by an error, or by a signal.
const ATTEMPTS: &[(&str, &str)] = &[
    ("EPERM", "open a file"),
    ("EPERM", "look at a file"),
    ("EPERM", "list a folder"),
    ("EPERM", "create a file"),
    ("EPERM", "create a file in the temporary folder"),
    ("EPERM", "create a file in memory"),
    ("EPERM", "remove a file"),
    ("EPERM", "rename a file"),
    ("EPERM", "link a file"),
    ("EPERM", "link a file by its name"),
    ("EPERM", "change the rights of a file"),
    ("EPERM", "learn the present folder"),
    ("EPERM", "change the root folder"),
    ("EPERM", "mount a folder"),
    ("EPERM", "read another descriptor"),
    ("EPERM", "write to the descriptor it reads"),
    ("EPERM", "double a descriptor"),
    ("EPERM", "open a file beside a descriptor"),
    ("EPERM", "change the rights of a descriptor"),
    ("EPERM", "type for the user"),
    ("EPERM", "connect by TCP"),
    ("EPERM", "open a UDP socket"),
    ("EPERM", "open a local socket"),
    ("EPERM", "connect to a local socket"),
    ("EPERM", "connect to an abstract socket"),
    ("EPERM", "ask the kernel about the network"),
    ("EPERM", "hand over a descriptor"),
    ("EPERM", "execute a program"),
    ("EPERM", "execute an open program"),
    ("EPERM", "fork"),
    ("EPERM", "fork by the newer call"),
    ("EPERM", "start a thread"),
    ("EPERM", "signal other processes"),
    ("EPERM", "signal the parent"),
    ("EPERM", "signal a thread of the parent"),
    ("EPERM", "get hold of the parent"),
    ("EPERM", "read the parent's memory"),
    ("EPERM", "open the parent's memory"),
    ("EPERM", "debug the parent"),
    ("EPERM", "be debugged"),
    ("EPERM", "read the parent's limits"),
    ("EPERM", "begin a session"),
    ("EPERM", "become another user"),
    ("EPERM", "leave the namespaces"),
    ("EPERM", "enter another namespace"),
    ("EPERM", "share memory with other programs"),
    ("EPERM", "open a queue of messages"),
    ("EPERM", "submit calls through a ring"),
    ("EPERM", "give the kernel a program"),
    ("EPERM", "answer page faults"),
    ("EPERM", "count the processor's events"),
    ("EPERM", "use the kernel's keys"),
    ("EPERM", "set the clock"),
    ("EPERM", "learn the machine's name"),
    #[cfg(target_arch = "x86_64")]
    ("SIGSYS", "call the kernel by its 32-bit door"),
    ("EPERM", "raise a limit"),
    ("EPERM", "change its priority"),
    ("EPERM", "outlive the parent"),
    ("EPERM", "let its memory be looked at"),
    ("EPERM", "change the kernel's personality"),
    ("EPERM", "map executable memory"),
    ("EPERM", "make memory executable"),
    ("EPERM", "make memory executable by its key"),
    ("EPERM", "map a descriptor"),
    ("ENOMEM", "allocate 3 GiB"),
    ("ENOMEM", "grow memory to 3 GiB"),
    ("SIGXFSZ", "write to a file"),
    ("SIGKILL", "compute without end"),
];

/// What a container, a kernel without the feature or an ordinary user's account refuse without any jail.
const DEPENDS_ON_THE_MACHINE: [&str; 21] = [
    "mount a folder",
    "type for the user",
    "ask the kernel about the network",
    "fork by the newer call",
    "read the parent's memory",
    "open the parent's memory",
    "debug the parent",
    "be debugged",
    "leave the namespaces",
    "enter another namespace",
    "open a queue of messages",
    "submit calls through a ring",
    "give the kernel a program",
    "answer page faults",
    "count the processor's events",
    "use the kernel's keys",
    "set the clock",
    "call the kernel by its 32-bit door",
    "raise a limit",
    "allocate 3 GiB",
    "grow memory to 3 GiB",
];

fn selftest(argument: &str) -> (Output, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_relecture-imaging-worker"))
        .arg(argument)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let left: Vec<_> = folder.path().read_dir().unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    let table = String::from_utf8(output.stdout.clone()).unwrap();
    println!("{argument}\n{table}");
    (output, table)
}

#[test]
fn r55_every_attempt_to_leave_the_jail_is_stopped() {
    let (output, table) = selftest("--selftest");
    let expected: String = ATTEMPTS
        .iter()
        .flat_map(|(end, attempt)| ["stopped\t", end, "\t", attempt, "\n"])
        .collect();
    assert_eq!(table, expected);
    assert!(output.status.success());
}

#[test]
fn r55_the_attempts_succeed_where_there_is_no_jail() {
    let (output, table) = selftest("--selftest-unconfined");
    // Without this the test above could pass on a machine that refuses everything anyway.
    let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split('\t').collect()).collect();
    let tried: Vec<&str> = rows.iter().map(|row| row[2]).collect();
    let listed: Vec<&str> = ATTEMPTS.iter().map(|(_, attempt)| *attempt).collect();
    assert_eq!(tried, listed);
    let is_refused = |row: &[&str]| {
        row[0] != "ALLOWED" || ["EPERM", "EACCES", "ENOSYS", "SIGSYS"].contains(&row[1])
    };
    for row in &rows {
        let may_be_refused = DEPENDS_ON_THE_MACHINE.contains(&row[2]);
        assert!(may_be_refused || !is_refused(row), "{row:?}");
    }
    assert!(!output.status.success());
}
