//! A test that stands still says where its threads are, and ends: it would be waited for until whoever runs it loses patience.

use std::{
    cell::RefCell,
    fs,
    io::Write as _,
    process::{Command, abort, id},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

/// Many times what the longest one takes on a busy machine.
const LIMIT: Duration = Duration::from_mins(10);

thread_local! {
    /// Of the test that runs on this thread; it ends with the thread, after everything that the test made.
    static WATCHED: RefCell<Option<Sender<()>>> = const { RefCell::new(None) };
}

/// Watches the test that runs on this thread, from now on.
pub(crate) fn watch() {
    let (held, ends) = channel();
    let test = thread::current().name().unwrap_or("a test").to_owned();
    WATCHED.with(|watched| watched.replace(Some(held)));
    thread::spawn(move || wait(&test, &ends));
}

fn wait(test: &str, ends: &Receiver<()>) {
    if ends.recv_timeout(LIMIT) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let mut told = format!("{test} stands still. Its threads:\n");
    for task in fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten()
    {
        let of = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
        let parts = ["comm", "wchan", "syscall", "children"].map(of);
        let parts = parts.map(|part| part.trim().to_owned());
        told.push_str(&parts.join(" | "));
        told.push('\n');
    }
    // Where there is one.
    let stacks = Command::new("gdb")
        .args(["-batch", "-ex", "thread apply all backtrace 40", "-p"])
        .arg(id().to_string())
        .output();
    if let Ok(stacks) = stacks {
        told.push_str(&String::from_utf8_lossy(&stacks.stdout));
    }
    // Past what a test is shown to print only after it ends.
    let _ = std::io::stderr().write_all(told.as_bytes());
    abort();
}
