//! Attempts to get out of the jail, for tests and for a hospital's own check (R55).

/// No jail is written for this system: there is nothing to prove.
#[cfg(not(target_os = "linux"))]
pub(crate) fn run(_jailed: bool) -> std::process::ExitCode {
    std::process::ExitCode::FAILURE
}

/// As above.
#[cfg(not(target_os = "linux"))]
pub(crate) fn attempt(
    _jailed: bool,
    _index: &std::ffi::OsStr,
    _parent: &std::ffi::OsStr,
) -> std::process::ExitCode {
    std::process::ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
pub(crate) use linux::{attempt, run};

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsStr;
    use std::fs::{self, File, OpenOptions};
    use std::io::{self, Write as _};
    use std::net::{TcpStream, UdpSocket};
    use std::os::unix::fs::{OpenOptionsExt as _, symlink};
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
    use std::process::{Command, ExitCode, ExitStatus, Stdio};
    use std::time::Duration;
    use std::{env, fmt, ptr, thread};

    use rustix::fs::MemfdFlags;
    use rustix::mm::{MapFlags, MprotectFlags, ProtFlags};
    use rustix::process::{DumpableBehavior, Pid, Resource, Rlimit, WaitOptions};
    use rustix::time::ClockId;

    use crate::jail;

    /// How an attempt ended.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum End {
        /// It did what it was meant to do.
        Succeeded,
        /// The system answered this error.
        Failed(i32),
        /// The process was killed by this signal.
        Killed(i32),
    }

    impl fmt::Display for End {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self {
                Self::Succeeded => f.write_str("success"),
                Self::Failed(libc::EPERM) => f.write_str("EPERM"),
                Self::Failed(libc::EACCES) => f.write_str("EACCES"),
                Self::Failed(libc::ENOMEM) => f.write_str("ENOMEM"),
                Self::Failed(libc::ENOSYS) => f.write_str("ENOSYS"),
                Self::Failed(number) => write!(f, "error {number}"),
                Self::Killed(libc::SIGKILL) => f.write_str("SIGKILL"),
                Self::Killed(libc::SIGSYS) => f.write_str("SIGSYS"),
                Self::Killed(libc::SIGXFSZ) => f.write_str("SIGXFSZ"),
                Self::Killed(number) => write!(f, "signal {number}"),
            }
        }
    }

    const REFUSED: End = End::Failed(libc::EPERM);
    const NO_MEMORY: End = End::Failed(libc::ENOMEM);

    /// What is tried, how the jail stops it, and the attempt, which is told the process that started it.
    type Attempt = (&'static str, End, fn(Pid) -> io::Result<()>);

    /// A file that is not there. Outside the jail the system says so: it went and looked.
    const MISSING: &str = "relecture-selftest-missing";

    const ATTEMPTS: &[Attempt] = &[
        // Files.
        ("open a file", REFUSED, |_| {
            File::open("/etc/passwd").map(drop)
        }),
        ("look at a file", REFUSED, |_| {
            fs::metadata("/etc/passwd").map(drop)
        }),
        ("list a folder", REFUSED, |_| fs::read_dir("/").map(drop)),
        ("create a file", REFUSED, |_| {
            let name = "relecture-selftest";
            File::create(name)?;
            fs::remove_file(name)
        }),
        ("create a file in the temporary folder", REFUSED, |_| {
            nameless_file("/tmp")
        }),
        ("create a file in memory", REFUSED, |_| {
            Ok(rustix::fs::memfd_create("relecture-selftest", MemfdFlags::empty()).map(drop)?)
        }),
        ("remove a file", REFUSED, |_| fs::remove_file(MISSING)),
        ("rename a file", REFUSED, |_| {
            fs::rename(MISSING, "relecture-selftest")
        }),
        ("link a file", REFUSED, |_| {
            fs::hard_link(MISSING, "relecture-selftest")
        }),
        ("link a file by its name", REFUSED, |_| {
            let name = "relecture-selftest-link";
            symlink("/etc/passwd", name)?;
            fs::remove_file(name)
        }),
        ("change the rights of a file", REFUSED, |_| {
            Ok(rustix::fs::chmod(
                MISSING,
                rustix::fs::Mode::from_raw_mode(0o777),
            )?)
        }),
        ("learn the present folder", REFUSED, |_| {
            env::current_dir().map(drop)
        }),
        ("change the root folder", REFUSED, |_| {
            Ok(rustix::process::chroot(MISSING)?)
        }),
        ("mount a folder", REFUSED, |_| {
            let target = c"relecture-selftest-missing".as_ptr() as libc::c_long;
            system_call(libc::SYS_mount, [0, target, 0, 0, 0])
        }),
        // What is open already.
        ("read another descriptor", REFUSED, |_| {
            Ok(rustix::io::read(io::stderr(), &mut [0; 1]).map(drop)?)
        }),
        ("write to the descriptor it reads", REFUSED, |_| {
            Ok(rustix::io::write(io::stdin(), &[0]).map(drop)?)
        }),
        ("double a descriptor", REFUSED, |_| {
            Ok(rustix::io::dup(io::stdout()).map(drop)?)
        }),
        ("open a file beside a descriptor", REFUSED, |_| {
            let flags = rustix::fs::OFlags::RDONLY;
            let mode = rustix::fs::Mode::empty();
            Ok(rustix::fs::openat(io::stdin(), MISSING, flags, mode).map(drop)?)
        }),
        ("change the rights of a descriptor", REFUSED, |_| {
            let mode = rustix::fs::Mode::from_raw_mode(0o600);
            Ok(rustix::fs::fchmod(io::stdout(), mode)?)
        }),
        ("type for the user", REFUSED, |_| {
            let letter = c"x".as_ptr() as libc::c_long;
            let push = libc::TIOCSTI.cast_signed();
            system_call(libc::SYS_ioctl, [0, push, letter, 0, 0])
        }),
        // Sockets.
        ("connect by TCP", REFUSED, |_| {
            TcpStream::connect("127.0.0.1:9").map(drop)
        }),
        ("open a UDP socket", REFUSED, |_| {
            UdpSocket::bind("127.0.0.1:0").map(drop)
        }),
        ("open a local socket", REFUSED, |_| {
            UnixStream::pair().map(drop)
        }),
        ("connect to a local socket", REFUSED, |_| {
            UnixStream::connect(MISSING).map(drop)
        }),
        ("connect to an abstract socket", REFUSED, |_| {
            use std::os::linux::net::SocketAddrExt as _;
            let address = std::os::unix::net::SocketAddr::from_abstract_name(MISSING)?;
            UnixStream::connect_addr(&address).map(drop)
        }),
        ("ask the kernel about the network", REFUSED, |_| {
            use rustix::net::{AddressFamily, SocketType, socket};
            Ok(socket(AddressFamily::NETLINK, SocketType::RAW, None).map(drop)?)
        }),
        ("hand over a descriptor", REFUSED, |_| {
            use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};
            let mut nothing = SendAncillaryBuffer::default();
            Ok(sendmsg(io::stdout(), &[], &mut nothing, SendFlags::empty()).map(drop)?)
        }),
        // Processes.
        // A program that does not exist: reaching "not found" would already be an escape.
        ("execute a program", REFUSED, |_| {
            Err(Command::new("/relecture-selftest").exec())
        }),
        ("execute an open program", REFUSED, |_| {
            let name = c"relecture-selftest-missing".as_ptr() as libc::c_long;
            let here = libc::AT_FDCWD.into();
            system_call(libc::SYS_execveat, [here, name, 0, 0, 0])
        }),
        ("fork", REFUSED, |_| fork()),
        // A size that no kernel accepts: outside the jail it says so.
        ("fork by the newer call", REFUSED, |_| {
            system_call(libc::SYS_clone3, [0; 5])
        }),
        ("start a thread", REFUSED, |_| {
            thread::Builder::new().spawn(|| ()).map(drop)
        }),
        ("signal other processes", REFUSED, |_| {
            Ok(rustix::process::test_kill_current_process_group()?)
        }),
        ("signal the parent", REFUSED, |parent| {
            Ok(rustix::process::test_kill_process(parent)?)
        }),
        ("signal a thread of the parent", REFUSED, |parent| {
            let parent = parent.as_raw_nonzero().get().into();
            system_call(libc::SYS_tgkill, [parent, parent, 0, 0, 0])
        }),
        ("get hold of the parent", REFUSED, |parent| {
            let flags = rustix::process::PidfdFlags::empty();
            Ok(rustix::process::pidfd_open(parent, flags).map(drop)?)
        }),
        ("read the parent's memory", REFUSED, |parent| {
            read_memory_of(parent)
        }),
        ("open the parent's memory", REFUSED, |parent| {
            let path = format!("/proc/{}/mem", parent.as_raw_nonzero());
            OpenOptions::new()
                .read(true)
                .write(true)
                .open(path)
                .map(drop)
        }),
        ("debug the parent", REFUSED, |parent| {
            let parent = parent.as_raw_nonzero().get().into();
            // Attaches without stopping; ends with this process.
            let seize = libc::PTRACE_SEIZE.into();
            system_call(libc::SYS_ptrace, [seize, parent, 0, 0, 0])
        }),
        ("be debugged", REFUSED, |_| {
            let trace_me = libc::PTRACE_TRACEME.into();
            system_call(libc::SYS_ptrace, [trace_me, 0, 0, 0, 0])
        }),
        ("read the parent's limits", REFUSED, |parent| {
            let parent = parent.as_raw_nonzero().get().into();
            let resource = libc::RLIMIT_AS.into();
            system_call(libc::SYS_prlimit64, [parent, resource, 0, 0, 0])
        }),
        ("begin a session", REFUSED, |_| {
            Ok(rustix::process::setsid().map(drop)?)
        }),
        ("become another user", REFUSED, |_| {
            system_call(libc::SYS_setresuid, [-1, -1, -1, 0, 0])
        }),
        ("leave the namespaces", REFUSED, |_| {
            system_call(libc::SYS_unshare, [libc::CLONE_NEWUSER.into(), 0, 0, 0, 0])
        }),
        ("enter another namespace", REFUSED, |_| {
            system_call(libc::SYS_setns, [0; 5])
        }),
        ("share memory with other programs", REFUSED, |_| {
            shared_memory()
        }),
        ("open a queue of messages", REFUSED, |_| {
            let name = c"relecture-selftest-missing".as_ptr() as libc::c_long;
            system_call(libc::SYS_mq_open, [name, 0, 0, 0, 0])
        }),
        // The kernel's wider doors.
        ("submit calls through a ring", REFUSED, |_| {
            system_call(libc::SYS_io_uring_setup, [0; 5])
        }),
        ("give the kernel a program", REFUSED, |_| {
            system_call(libc::SYS_bpf, [0; 5])
        }),
        ("answer page faults", REFUSED, |_| {
            system_call(libc::SYS_userfaultfd, [1, 0, 0, 0, 0])
        }),
        ("count the processor's events", REFUSED, |_| {
            system_call(libc::SYS_perf_event_open, [0; 5])
        }),
        ("use the kernel's keys", REFUSED, |_| {
            let (get_id, session) = (0, -3);
            system_call(libc::SYS_keyctl, [get_id, session, 0, 0, 0])
        }),
        ("set the clock", REFUSED, |_| {
            // More nanoseconds than a second has: outside the jail the kernel complains of them.
            let never = rustix::time::Timespec {
                tv_sec: 0,
                tv_nsec: 2_000_000_000,
            };
            Ok(rustix::time::clock_settime(ClockId::Realtime, never)?)
        }),
        ("learn the machine's name", REFUSED, |_| {
            let mut answer = [0_u8; 512];
            let into = answer.as_mut_ptr() as libc::c_long;
            system_call(libc::SYS_uname, [into, 0, 0, 0, 0])
        }),
        // The 32-bit table of calls, where every number means something else.
        #[cfg(target_arch = "x86_64")]
        (
            "call the kernel by its 32-bit door",
            End::Killed(libc::SIGSYS),
            |_| old_door(),
        ),
        // The jail itself.
        ("raise a limit", REFUSED, |_| {
            let limit = Rlimit {
                current: Some(1 << 40),
                maximum: Some(1 << 40),
            };
            Ok(rustix::process::setrlimit(Resource::As, limit)?)
        }),
        ("change its priority", REFUSED, |_| {
            Ok(rustix::process::setpriority_process(None, 19)?)
        }),
        ("outlive the parent", REFUSED, |_| {
            Ok(rustix::process::set_parent_process_death_signal(None)?)
        }),
        ("let its memory be looked at", REFUSED, |_| {
            let open = DumpableBehavior::Dumpable;
            Ok(rustix::process::set_dumpable_behavior(open)?)
        }),
        ("change the kernel's personality", REFUSED, |_| {
            system_call(libc::SYS_personality, [0xFFFF_FFFF, 0, 0, 0, 0])
        }),
        ("map executable memory", REFUSED, |_| {
            map(ProtFlags::READ | ProtFlags::WRITE | ProtFlags::EXEC, 4096).map(drop)
        }),
        ("make memory executable", REFUSED, |_| make_executable()),
        ("make memory executable by its key", REFUSED, |_| {
            let memory = map(ProtFlags::READ, 4096)? as libc::c_long;
            let exec = libc::PROT_EXEC.into();
            system_call(libc::SYS_pkey_mprotect, [memory, 4096, exec, -1, 0])
        }),
        ("map a descriptor", REFUSED, |_| {
            let (read, private) = (libc::PROT_READ.into(), libc::MAP_PRIVATE.into());
            system_call(libc::SYS_mmap, [0, 4096, read, private, 1])
        }),
        ("allocate 3 GiB", NO_MEMORY, |_| {
            map(ProtFlags::READ | ProtFlags::WRITE, 3 << 30).map(drop)
        }),
        ("grow memory to 3 GiB", NO_MEMORY, |_| grow()),
        ("write to a file", End::Killed(libc::SIGXFSZ), |_| {
            Ok(rustix::io::write(io::stdout(), &[0]).map(drop)?)
        }),
        ("compute without end", End::Killed(libc::SIGKILL), |_| {
            compute();
            Ok(())
        }),
    ];

    /// Makes every attempt, each in a process of its own, and prints one line each: `stopped` or
    /// `ALLOWED`, how it ended, the attempt; tabs between them. Succeeds if the attempts are `jailed` and
    /// every one was stopped in the way it must be.
    pub(crate) fn run(jailed: bool) -> ExitCode {
        let mut all_stopped = jailed;
        for (index, (name, stop, _)) in ATTEMPTS.iter().enumerate() {
            let Ok(end) = make(index, jailed) else {
                return ExitCode::FAILURE;
            };
            // Any other error means that the attempt reached what it aimed at.
            let stopped = end == *stop;
            all_stopped &= stopped;
            let word = if stopped { "stopped" } else { "ALLOWED" };
            if writeln!(io::stdout(), "{word}\t{end}\t{name}").is_err() {
                return ExitCode::FAILURE;
            }
        }
        if all_stopped {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    /// Starts this program for one attempt, as the application starts it for a document.
    fn make(index: usize, jailed: bool) -> io::Result<End> {
        let argument = if jailed {
            "--attempt"
        } else {
            "--attempt-unconfined"
        };
        // A file, of which the jail must let no byte be written.
        let file = rustix::fs::memfd_create("relecture-selftest", MemfdFlags::CLOEXEC)?;
        let mut child = Command::new(env::current_exe()?)
            .arg(argument)
            .args([index.to_string(), std::process::id().to_string()])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(file)
            .stderr(Stdio::null())
            .spawn()?;
        child.wait().map(end_of)
    }

    fn end_of(status: ExitStatus) -> End {
        match (status.code(), status.signal()) {
            (Some(0), _) => End::Succeeded,
            (Some(number), _) => End::Failed(number),
            (None, signal) => End::Killed(signal.unwrap_or_default()),
        }
    }

    /// Makes the attempt of this index; the exit status is the number of the error, or 0.
    pub(crate) fn attempt(jailed: bool, index: &OsStr, parent: &OsStr) -> ExitCode {
        let number = |text: &OsStr| text.to_str().and_then(|text| text.parse::<u32>().ok());
        let attempt = number(index).and_then(|index| ATTEMPTS.get(index as usize));
        let parent = number(parent)
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        let (Some((_, _, attempt)), Some(parent)) = (attempt, parent) else {
            return ExitCode::FAILURE;
        };
        if jailed && jail::close(SHORT).is_err() {
            return ExitCode::FAILURE;
        }
        match attempt(parent) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                let number = error.raw_os_error().and_then(|it| u8::try_from(it).ok());
                number.map_or(ExitCode::FAILURE, ExitCode::from)
            }
        }
    }

    /// Processor time of an attempt: nobody waits ten minutes to see a limit at work.
    const SHORT: Duration = Duration::from_secs(1);

    /// Asks the kernel directly, where no library does.
    #[expect(
        unsafe_code,
        reason = "these calls are wanted for their refusal; no library has them"
    )]
    fn system_call(number: libc::c_long, arguments: [libc::c_long; 5]) -> io::Result<()> {
        let [first, second, third, fourth, fifth] = arguments;
        // SAFETY: every caller above passes zeroes, flags, or pointers to what outlives the call and is as
        // long as the kernel fills or reads; none changes memory that Rust uses.
        match unsafe { libc::syscall(number, first, second, third, fourth, fifth, 0) } {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }

    /// A file that never has a name: nothing stays behind where this succeeds.
    fn nameless_file(folder: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).custom_flags(libc::O_TMPFILE);
        options.open(folder).map(drop)
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
            child => {
                let child = Pid::from_raw(child);
                Ok(rustix::process::waitpid(child, WaitOptions::empty()).map(drop)?)
            }
        }
    }

    /// Reads one byte where nothing is ever mapped: a system that lets this process read there says that the address is bad.
    #[expect(unsafe_code, reason = "there is no safe way to another process")]
    fn read_memory_of(process: Pid) -> io::Result<()> {
        let mut byte = 0_u8;
        let here = libc::iovec {
            iov_base: ptr::from_mut(&mut byte).cast(),
            iov_len: 1,
        };
        let there = libc::iovec {
            iov_base: ptr::null_mut(),
            iov_len: 1,
        };
        let process = process.as_raw_nonzero().get();
        // SAFETY: `here` is one byte of this process, for as long as the call lasts.
        match unsafe { libc::process_vm_readv(process, &raw const here, 1, &raw const there, 1, 0) }
        {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }

    /// A segment of System V memory, removed again.
    #[expect(unsafe_code, reason = "no library has System V memory")]
    fn shared_memory() -> io::Result<()> {
        // SAFETY: makes a segment that nobody has attached.
        let segment = unsafe { libc::shmget(libc::IPC_PRIVATE, 4096, 0o600) };
        if segment == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: marks that segment for removal; nothing is written to the null pointer.
        match unsafe { libc::shmctl(segment, libc::IPC_RMID, ptr::null_mut()) } {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }

    /// Asks for the process id by interrupt, whose calls are those of 32-bit programs.
    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "an instruction that no library has")]
    fn old_door() -> io::Result<()> {
        const GETPID: i64 = 20;
        let answer: i64;
        // SAFETY: `getpid` has no argument and touches no memory; the kernel may clear r8 to r11.
        unsafe {
            std::arch::asm!(
                "int 0x80",
                inlateout("rax") GETPID => answer,
                out("r8") _, out("r9") _, out("r10") _, out("r11") _,
                options(nostack),
            );
        }
        if answer > 0 {
            return Ok(());
        }
        let error = i32::try_from(-answer).unwrap_or(libc::ENOSYS);
        Err(io::Error::from_raw_os_error(error))
    }

    /// Memory of the kernel's choice, which this process keeps until its end.
    #[expect(unsafe_code, reason = "mapping memory is unsafe by nature")]
    fn map(protection: ProtFlags, length: usize) -> io::Result<*mut std::ffi::c_void> {
        let (at, flags) = (ptr::null_mut(), MapFlags::PRIVATE);
        // SAFETY: a new private mapping at an address of the kernel's choice, never used.
        Ok(unsafe { rustix::mm::mmap_anonymous(at, length, protection, flags) }?)
    }

    #[expect(unsafe_code, reason = "mapping memory is unsafe by nature")]
    fn make_executable() -> io::Result<()> {
        let memory = map(ProtFlags::READ | ProtFlags::WRITE, 4096)?;
        let flags = MprotectFlags::READ | MprotectFlags::EXEC;
        // SAFETY: the mapping above, of which there is no reference.
        Ok(unsafe { rustix::mm::mprotect(memory, 4096, flags) }?)
    }

    #[expect(unsafe_code, reason = "mapping memory is unsafe by nature")]
    fn grow() -> io::Result<()> {
        let memory = map(ProtFlags::READ | ProtFlags::WRITE, 4096)?;
        let flags = rustix::mm::MremapFlags::MAYMOVE;
        // SAFETY: the mapping above, of which there is no reference.
        Ok(unsafe { rustix::mm::mremap(memory, 4096, 3 << 30, flags) }.map(drop)?)
    }

    /// Spends twice the processor time of an attempt.
    fn compute() {
        let spent = || {
            let time = rustix::time::clock_gettime(ClockId::ProcessCPUTime);
            u64::try_from(time.tv_sec).unwrap_or_default()
        };
        while spent() < 2 * SHORT.as_secs() {
            std::hint::spin_loop();
        }
    }
}
