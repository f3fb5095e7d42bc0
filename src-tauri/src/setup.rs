//! Where the desk finds its folder, its programs and its platform.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use relecture_bridge::{
    Config, Desk, OsKeyStore, PlatformAddress, Ports, Recognition, Room, Topic,
};
use tauri::{AppHandle, Emitter as _, Manager as _};

use crate::{lock, window};

/// The desk of this installation.
pub(crate) fn desk(app: &AppHandle) -> tauri::Result<Arc<Desk>> {
    let own = env::current_exe()?;
    let beside = own.parent().unwrap_or(Path::new("."));
    let config = Config {
        data_directory: app.path().app_local_data_dir()?,
        platform: platform(),
        worker: beside.join(program("relecture-imaging-worker")),
        pdfium: pdfium(beside),
        recognition: Recognition::default(),
        workstation: workstation(),
        idle_lock: idle_lock(),
        room: Room::default(),
    };
    let shell = app.clone();
    let ports = Ports {
        keys: Arc::new(OsKeyStore),
        clock: Arc::new(now),
        uptime: Box::new(lock::uptime),
        browser: Box::new(|address| open::that_detached(address)),
        notify: Box::new(move |topic| {
            if topic == Topic::SecondScreen {
                let app = shell.clone();
                // Windows are made and ended by the main thread.
                if let Err(error) = shell.run_on_main_thread(move || window::follow(&app)) {
                    tracing::warn!(%error, "the second screen does not follow");
                }
            }
            if let Err(error) = shell.emit("topic", name(topic)) {
                tracing::warn!(%error, "the window was not told");
            }
        }),
    };
    Ok(Desk::new(config, ports))
}

/// The one place of the application that reads the clock.
#[expect(clippy::disallowed_methods, reason = "the shell owns the clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn name(topic: Topic) -> String {
    match topic {
        Topic::Session => "session".to_owned(),
        Topic::Worklist => "worklist".to_owned(),
        Topic::SecondScreen => "second-screen".to_owned(),
        Topic::Case(id) => format!("case/{id}"),
    }
}

/// Fifteen minutes; the automatic tests do not wait so long.
fn idle_lock() -> Duration {
    let shorter = env::var("RELECTURE_IDLE_LOCK")
        .ok()
        .filter(|_| cfg!(feature = "e2e"))
        .and_then(|seconds| seconds.parse().ok())
        .map(Duration::from_secs);
    shorter.unwrap_or(lock::IDLE).min(lock::IDLE)
}

fn platform() -> PlatformAddress {
    let authority = env::var_os("RELECTURE_PLATFORM_CA").and_then(|file| {
        fs::read(&file)
            .inspect_err(|error| tracing::error!(%error, "the certificate authority is unreadable"))
            .ok()
    });
    PlatformAddress {
        url: env::var("RELECTURE_PLATFORM").unwrap_or_default(),
        authority,
    }
}

/// Beside the program in an installation, in the set-up folder of a checkout. Its digest is checked before it is loaded.
fn pdfium(beside: &Path) -> PathBuf {
    let library = if cfg!(windows) {
        "pdfium.dll"
    } else if cfg!(target_os = "macos") {
        "libpdfium.dylib"
    } else {
        "libpdfium.so"
    };
    env::var_os("RELECTURE_PDFIUM").map_or_else(|| beside.join(library), PathBuf::from)
}

fn program(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

/// The name its user knows this PC by.
fn workstation() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}
