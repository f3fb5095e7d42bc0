//! Programs that live as long as their owner, and waiting for conditions.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::DesktopError;

/// A background program and everything it started; ended when dropped.
#[derive(Debug)]
pub(super) struct Background {
    child: Child,
}

impl Background {
    /// Starts `command` in a process group of its own, its messages appended to `log`.
    ///
    /// It also ends with the thread that starts it (`setpriv --pdeathsig`): nothing outlives an interrupted test.
    pub(super) fn start(
        command: &Command,
        log: &Path,
        output: Stdio,
    ) -> Result<Self, DesktopError> {
        let program = command.get_program().to_string_lossy().into_owned();
        let file = File::options()
            .create(true)
            .append(true)
            .open(log)
            .map_err(DesktopError::file(log))?;
        let mut bound = Command::new("setpriv");
        bound
            .args(["--pdeathsig", "KILL", "--"])
            .arg(command.get_program())
            .args(command.get_args())
            .env_clear()
            .envs(
                command
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(file)
            .process_group(0);
        if let Some(folder) = command.get_current_dir() {
            bound.current_dir(folder);
        }
        let child = bound
            .spawn()
            .map_err(|source| DesktopError::Program { program, source })?;
        Ok(Self { child })
    }

    /// The next line of its standard output, which must have been piped.
    pub(super) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let output = self.child.stdout.take()?;
        BufReader::new(output).read_line(&mut line).ok()?;
        let line = line.trim().to_owned();
        (!line.is_empty()).then_some(line)
    }

    /// Its process number.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(group) = pid(self.child.id()) {
            // Already gone is as good.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// SIGKILL to one process.
pub(super) fn kill(id: u32) -> Result<(), DesktopError> {
    let gone = |source: rustix::io::Errno| {
        DesktopError::Unexpected(format!("process {id} cannot be killed: {source}"))
    };
    let pid =
        pid(id).ok_or_else(|| DesktopError::Unexpected(format!("{id} is no process number")))?;
    kill_process(pid, Signal::KILL).map_err(gone)
}

fn pid(id: u32) -> Option<Pid> {
    i32::try_from(id).ok().and_then(Pid::from_raw)
}

/// Is the process there, and not merely waiting to be reaped?
pub(super) fn is_alive(id: u32) -> bool {
    stat(id).is_some_and(|fields| fields.first().is_some_and(|state| state != "Z"))
}

/// The child of `parent` that runs `binary`.
pub(super) fn child_running(parent: u32, binary: &Path) -> Option<u32> {
    let binary = fs::canonicalize(binary).ok()?;
    let parent = parent.to_string();
    fs::read_dir("/proc").ok()?.find_map(|entry| {
        let id: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let is_child = stat(id)?.get(1) == Some(&parent);
        let runs = fs::read_link(format!("/proc/{id}/exe")).ok()? == binary;
        (is_child && runs).then_some(id)
    })
}

/// The fields of `/proc/<id>/stat` after the command's name: state, parent, … (`proc_pid_stat(5)`, from the third field on).
pub(super) fn stat(id: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name is in parentheses and may hold anything, parentheses included.
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

/// Waits until `holds` answers something, looking again every 20 ms.
///
/// # Errors
/// [`DesktopError::Waited`] when `limit` has passed.
pub(super) async fn until<T>(
    what: &str,
    limit: Duration,
    mut holds: impl AsyncFnMut() -> Result<Option<T>, DesktopError>,
) -> Result<T, DesktopError> {
    let begun = Instant::now();
    loop {
        if let Some(found) = holds().await? {
            return Ok(found);
        }
        if begun.elapsed() > limit {
            let (what, seconds) = (what.to_owned(), limit.as_secs());
            return Err(DesktopError::Waited { what, seconds });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
