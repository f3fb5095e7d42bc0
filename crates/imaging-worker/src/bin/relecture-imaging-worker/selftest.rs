//! Attempts to get out of the jail, for tests and for a hospital's own check (R55).

/// No jail is written for this system: there is nothing to prove.
#[cfg(not(target_os = "linux"))]
pub(crate) fn run(_jailed: bool) -> std::process::ExitCode {
    std::process::ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
pub(crate) use linux::run;

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{self, File};
    use std::io::{self, Write as _};
    use std::net::{TcpStream, UdpSocket};
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, ExitCode};
    use std::{ptr, thread};

    use rustix::fs::MemfdFlags;
    use rustix::mm::{MapFlags, ProtFlags};
    use rustix::process::{Resource, Rlimit, WaitOptions};

    type Attempt = (&'static str, fn() -> io::Result<()>);

    const ATTEMPTS: [Attempt; 17] = [
        ("open a file", || File::open("/etc/passwd").map(drop)),
        ("create a file", || {
            File::create("relecture-selftest").map(drop)
        }),
        ("look at a file", || fs::metadata("/etc/passwd").map(drop)),
        ("list a folder", || fs::read_dir("/").map(drop)),
        ("create a file in memory", || {
            Ok(rustix::fs::memfd_create("relecture-selftest", MemfdFlags::empty()).map(drop)?)
        }),
        ("read another descriptor", || {
            Ok(rustix::io::read(io::stderr(), &mut [0; 1]).map(drop)?)
        }),
        ("open a UDP socket", || {
            UdpSocket::bind("127.0.0.1:0").map(drop)
        }),
        ("connect by TCP", || {
            TcpStream::connect("127.0.0.1:9").map(drop)
        }),
        ("open a local socket", || UnixStream::pair().map(drop)),
        // A program that does not exist: reaching "not found" would already be an escape.
        ("execute a program", || {
            Err(Command::new("/relecture-selftest").exec())
        }),
        ("fork", fork),
        ("start a thread", || {
            thread::Builder::new().spawn(|| ()).map(drop)
        }),
        ("signal other processes", || {
            Ok(rustix::process::test_kill_current_process_group()?)
        }),
        ("map executable memory", map_executable),
        ("allocate 3 GiB", || {
            let mut memory = Vec::<u8>::new();
            memory
                .try_reserve_exact(3 << 30)
                .map_err(|_| io::ErrorKind::OutOfMemory.into())
        }),
        ("raise a limit", || {
            let limit = Rlimit {
                current: Some(1 << 40),
                maximum: Some(1 << 40),
            };
            Ok(rustix::process::setrlimit(Resource::As, limit)?)
        }),
        ("debug a process", debug),
    ];

    /// Makes every attempt and prints one line each: `refused` or `ALLOWED`, a tab, the attempt.
    /// To a pipe or a terminal: the jail does not let a file grow.
    /// Succeeds if this process is `jailed` and all were refused.
    pub(crate) fn run(jailed: bool) -> ExitCode {
        let mut table = String::new();
        let mut all_refused = true;
        for (name, attempt) in ATTEMPTS {
            // Any other error means that the attempt reached what it aimed at.
            let refused = attempt().is_err_and(|error| {
                matches!(
                    error.kind(),
                    io::ErrorKind::PermissionDenied | io::ErrorKind::OutOfMemory
                )
            });
            all_refused &= refused;
            table.push_str(if refused { "refused\t" } else { "ALLOWED\t" });
            table.push_str(name);
            table.push('\n');
        }
        let printed = io::stdout().write_all(table.as_bytes()).is_ok();
        if jailed && all_refused && printed {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    #[expect(
        unsafe_code,
        reason = "the standard library cannot fork without executing"
    )]
    fn fork() -> io::Result<()> {
        // SAFETY: this process has one thread; the child calls only _exit, which is
        // async-signal-safe.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            // SAFETY: ends the forked child at once, running nothing of the parent's.
            0 => unsafe { libc::_exit(0) },
            child => reap(child),
        }
    }

    /// Waits for the forked child. Its SIGCHLD must have come and gone before the attempt to be
    /// debugged: a traced process stops at any signal, and nobody would ever continue it.
    fn reap(child: libc::pid_t) -> io::Result<()> {
        let child = rustix::process::Pid::from_raw(child);
        Ok(rustix::process::waitpid(child, WaitOptions::empty()).map(drop)?)
    }

    #[expect(unsafe_code, reason = "mapping memory is unsafe by nature")]
    fn map_executable() -> io::Result<()> {
        let all = ProtFlags::READ | ProtFlags::WRITE | ProtFlags::EXEC;
        // SAFETY: a new private mapping at an address of the kernel's choice, never used.
        let mapping =
            unsafe { rustix::mm::mmap_anonymous(ptr::null_mut(), 4096, all, MapFlags::PRIVATE) };
        Ok(mapping.map(drop)?)
    }

    #[expect(unsafe_code, reason = "there is no safe ptrace")]
    fn debug() -> io::Result<()> {
        // SAFETY: PTRACE_TRACEME reads no argument; it only marks this process, which is about to
        // end, as traced by its parent.
        match unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) } {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }
}
