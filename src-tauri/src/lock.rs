//! When the desk is locked without being asked: nobody touched the window, or the operating system says that the physician is
//! gone. What the operating system says is heard by one module per system; each calls back with the reason.

use std::{sync::Arc, thread, time::Duration};

use relecture_bridge::{Desk, LockReason};
use tauri::{AppHandle, Emitter as _};

/// How often the idle time and the platform's word on this PC are looked at.
const TICK: Duration = Duration::from_secs(1);
/// What the window gets to write down the last words, out of the second in which the keys must be gone (R19).
const LAST_WORDS: Duration = Duration::from_millis(300);
/// Longest time without a touch; a policy can only shorten it (R19).
pub(crate) const IDLE: Duration = Duration::from_mins(15);

/// Locks the desk whenever it must be, for the life of the process.
pub(crate) fn watch(app: &AppHandle, desk: &Arc<Desk>) {
    let watched = Arc::clone(desk);
    tauri::async_runtime::spawn(async move {
        loop {
            tokio::time::sleep(TICK).await;
            watched.keep_watch().await;
        }
    });
    #[cfg(target_os = "linux")]
    {
        let (app, desk) = (app.clone(), Arc::clone(desk));
        crate::lock_linux::watch(move |reason: LockReason| {
            if let Err(error) = app.emit("topic", "locking") {
                tracing::warn!(%error, "the window was not told");
            }
            thread::sleep(LAST_WORDS);
            desk.lock(reason);
        });
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (app, LAST_WORDS, LockReason::System);
}

pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) {
    if let Err(error) = thread::Builder::new().name(name.to_owned()).spawn(work) {
        tracing::error!(%error, name, "a watch could not be started");
    }
}

/// Time since this computer was started, its sleep included.
#[cfg(target_os = "linux")]
pub(crate) fn uptime() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::Boottime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// Time since the first question; the standard library's clock goes on during sleep on Windows.
#[cfg(not(target_os = "linux"))]
pub(crate) fn uptime() -> Duration {
    use std::{sync::OnceLock, time::Instant};
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    BEGUN.get_or_init(Instant::now).elapsed()
}
