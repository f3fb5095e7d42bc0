//! The child process: started, timed, killed and reaped.

use std::io::{BufReader, BufWriter};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::outcome::WorkerFailure;

/// Says to the watchdog that a request begins, with its time limit, or that it was answered.
enum Watch {
    Begin(Duration),
    Answered,
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
    pub(crate) fn start(program: &Path, pdfium: &Path) -> Result<Self, WorkerFailure> {
        let mut command = Command::new(program);
        command.arg(pdfium).env_clear();
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
        Ok(Self {
            input: BufWriter::new(input),
            output: BufReader::new(output),
            id,
            timed_out,
            watch: Some(watch),
            watchdog: Some(watchdog),
        })
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.id
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
        self.watch = None;
        if let Some(watchdog) = self.watchdog.take() {
            drop(watchdog.join());
        }
    }
}

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
