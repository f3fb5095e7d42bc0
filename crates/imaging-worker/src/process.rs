//! The child process: started, timed, killed and reaped.

use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::outcome::WorkerFailure;
use crate::protocol::{Confinement, Hello, VERSION, receive};

/// Says to the watchdog that a request begins, with its time limit, that it was answered, or that nobody wants the child any more.
enum Watch {
    Begin(Duration),
    Answered,
    End,
}

/// Where what recognises text is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognition {
    /// libtesseract 5: a path, or a name that the system's loader finds.
    pub library: PathBuf,
    /// The model of the language (`fra.traineddata`).
    pub language: PathBuf,
}

/// As Debian has them (`libtesseract5`, `tesseract-ocr-fra`). Nowhere on other systems, which have no packages of it.
impl Default for Recognition {
    fn default() -> Self {
        let (library, language) = if cfg!(target_os = "linux") {
            (
                "libtesseract.so.5",
                "/usr/share/tesseract-ocr/5/tessdata/fra.traineddata",
            )
        } else {
            ("", "")
        };
        Self {
            library: library.into(),
            language: language.into(),
        }
    }
}

/// What a worker is started for.
pub(crate) enum Task<'a> {
    /// A document that somebody waits for.
    Read,
    /// One that is not chosen yet.
    Wait,
    /// The words of one, as far as they are printed.
    Recognise(&'a Recognition),
}

/// Ends a worker from another thread, in the middle of a request if need be: whoever waits for it is told that it crashed.
pub struct Canceller(Sender<Watch>);

impl Canceller {
    /// Kills the worker, unless it is gone already.
    pub fn cancel(&self) {
        drop(self.0.send(Watch::End));
    }
}

/// A running worker. Dropping it kills and reaps the process.
///
/// A thread of its own starts the process, waits for it, and lives exactly as long: on Linux a
/// child that asks to die with its parent dies with the *thread* that started it, and a pool's
/// thread may end at any time.
pub(crate) struct Worker {
    pub(crate) input: BufWriter<ChildStdin>,
    pub(crate) output: BufReader<ChildStdout>,
    id: u32,
    timed_out: Arc<AtomicBool>,
    watch: Option<Sender<Watch>>,
    watchdog: Option<JoinHandle<()>>,
}

impl Worker {
    pub(crate) fn start(
        program: &Path,
        pdfium: &Path,
        task: &Task<'_>,
    ) -> Result<Self, WorkerFailure> {
        let mut command = Command::new(program);
        command.arg(pdfium).env_clear();
        // Memory that an image took serves the next one, instead of being given back and asked for anew (mallopt(3)).
        command.env(
            "GLIBC_TUNABLES",
            "glibc.malloc.mmap_threshold=67108864:glibc.malloc.trim_threshold=268435456",
        );
        match task {
            Task::Read => {}
            Task::Wait => {
                command.arg("--rehearse");
            }
            Task::Recognise(Recognition { library, language }) => {
                command.arg("--recognise").arg(library).arg(language);
                // The jail has no room for a second thread.
                command.env("OMP_THREAD_LIMIT", "1");
            }
        }
        // What the child complains about may quote the document: nobody listens.
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());

        let timed_out = Arc::new(AtomicBool::new(false));
        let late = Arc::clone(&timed_out);
        let (watch, orders) = mpsc::channel();
        let (started, start) = mpsc::sync_channel(1);
        let watchdog = thread::Builder::new()
            .name("document-reader".into())
            .spawn(move || {
                let mut child = match command.spawn() {
                    Ok(child) => child,
                    Err(error) => return drop(started.send(Err(error))),
                };
                let pipes = child.stdin.take().zip(child.stdout.take());
                // If the receiver is gone so is `orders`' sender, and the child is killed below.
                drop(started.send(Ok((child.id(), pipes))));
                guard(&mut child, &orders, &late);
            })
            .map_err(WorkerFailure::NotStarted)?;

        let (id, pipes) = start
            .recv()
            .map_err(|_| WorkerFailure::Crashed)?
            .map_err(WorkerFailure::NotStarted)?;
        let (input, output) = pipes.ok_or(WorkerFailure::Crashed)?;
        widen(&input, &output);
        Ok(Self {
            input: BufWriter::new(input),
            output: BufReader::new(output),
            id,
            timed_out,
            watch: Some(watch),
            watchdog: Some(watchdog),
        })
    }

    /// Receives what the child can no longer reach, which it says first; blocks until it has confined itself.
    pub(crate) fn greet(&mut self, limit: Duration) -> Result<Confinement, WorkerFailure> {
        self.within(limit, |worker| {
            let hello: Hello = receive(&mut worker.output)?;
            if hello.version != VERSION {
                return Err(WorkerFailure::Senseless);
            }
            if !hello.confinement.suffices() {
                return Err(WorkerFailure::NotConfined);
            }
            Ok(hello.confinement)
        })
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// What ends it from another thread; nothing once it failed.
    pub(crate) fn canceller(&self) -> Option<Canceller> {
        self.watch.clone().map(Canceller)
    }

    /// Runs `exchange` and kills the child if it takes longer than `limit`. After an error the
    /// child is dead.
    pub(crate) fn within<T>(
        &mut self,
        limit: Duration,
        exchange: impl FnOnce(&mut Self) -> Result<T, WorkerFailure>,
    ) -> Result<T, WorkerFailure> {
        self.tell(Watch::Begin(limit));
        let result = exchange(self);
        self.tell(Watch::Answered);
        result.map_err(|failure| {
            self.end();
            // A child killed for lateness looks like one that crashed; only the watchdog knows.
            if self.timed_out.load(Ordering::Acquire) {
                WorkerFailure::TimedOut
            } else {
                failure
            }
        })
    }

    fn tell(&self, order: Watch) {
        if let Some(watch) = &self.watch {
            // The watchdog only leaves after killing the child: the pipes will say so.
            drop(watch.send(order));
        }
    }

    /// Kills the child if it still runs, and waits until it is gone.
    fn end(&mut self) {
        if let Some(watch) = self.watch.take() {
            // Cancellers may still hold the channel open.
            drop(watch.send(Watch::End));
        }
        if let Some(watchdog) = self.watchdog.take() {
            drop(watchdog.join());
        }
    }
}

/// An image, and what is read of a file, goes through as a whole instead of in eight parts, for each of which both sides would wake up.
/// Where the system does not allow it, they do.
#[cfg(target_os = "linux")]
fn widen(input: &ChildStdin, output: &ChildStdout) {
    const WIDE: usize = 1 << 20;
    let _ = rustix::pipe::fcntl_setpipe_size(input, WIDE);
    let _ = rustix::pipe::fcntl_setpipe_size(output, WIDE);
}

#[cfg(not(target_os = "linux"))]
fn widen(_: &ChildStdin, _: &ChildStdout) {}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}

/// Waits for a request to take too long or for the parent to be done, then kills and reaps.
fn guard(child: &mut Child, orders: &Receiver<Watch>, late: &AtomicBool) {
    let mut limit = None;
    loop {
        let order = match limit {
            None => orders.recv().map_err(RecvTimeoutError::from),
            Some(limit) => orders.recv_timeout(limit),
        };
        match order {
            Ok(Watch::Begin(duration)) => limit = Some(duration),
            Ok(Watch::Answered) => limit = None,
            Ok(Watch::End) => break,
            Err(reason) => {
                late.store(reason == RecvTimeoutError::Timeout, Ordering::Release);
                break;
            }
        }
    }
    // An error means that it has ended already.
    drop(child.kill());
    drop(child.wait());
}
