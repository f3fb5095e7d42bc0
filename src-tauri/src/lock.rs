//! When the desk is locked without being asked: nobody touched the window, or the operating system says that the physician is
//! gone. What the operating system says is heard by one module per system; each calls back with the reason.

use std::{sync::Arc, thread, time::Duration};

use relecture_bridge::{Desk, LockReason};
use tauri::{AppHandle, Emitter as _};

#[cfg(target_os = "linux")]
use crate::lock_linux as system;
#[cfg(target_os = "macos")]
use crate::lock_macos as system;
#[cfg(windows)]
use crate::lock_windows as system;

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
    let (app, desk) = (app.clone(), Arc::clone(desk));
    system::watch(move |reason: LockReason| {
        if let Err(error) = app.emit("topic", "locking") {
            tracing::warn!(%error, "the window was not told");
        }
        thread::sleep(LAST_WORDS);
        desk.lock(reason);
    });
}

#[cfg(not(target_os = "macos"))]
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) {
    if let Err(error) = thread::Builder::new().name(name.to_owned()).spawn(work) {
        tracing::error!(%error, name, "a watch could not be started");
    }
}

/// Time since this computer was started, its sleep included.
#[cfg(unix)]
pub(crate) fn uptime() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    #[cfg(target_os = "linux")]
    let clock = ClockId::Boottime;
    // Apple's goes on during sleep (clock_gettime(3) there).
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::Monotonic;
    let time = clock_gettime(clock);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// Time since the first question; the standard library's clock goes on during sleep on Windows.
#[cfg(not(unix))]
pub(crate) fn uptime() -> Duration {
    use std::{sync::OnceLock, time::Instant};
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    BEGUN.get_or_init(Instant::now).elapsed()
}
