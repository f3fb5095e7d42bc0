//! The shell: knows Tauri, knows no medicine.
//!
//! One window, and one more for a second screen; commands of a few lines, pages over `case://`. Nothing the webview does can reach the network or a file.

mod case_protocol;
mod commands;
mod environment;
mod lock;
#[cfg(target_os = "linux")]
mod lock_linux;
#[cfg(target_os = "macos")]
mod lock_macos;
#[cfg(windows)]
mod lock_windows;
mod memory;
mod setup;
mod window;

pub use environment::prepare_environment;
pub use memory::WipingAllocator;

use std::sync::Arc;

use tauri::{Builder, Emitter as _, Manager as _, Runtime};

/// Everything the application answers to; the tests build it on a mock runtime.
pub fn builder<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    builder
        .invoke_handler(commands::handler())
        .register_asynchronous_uri_scheme_protocol(case_protocol::SCHEME, case_protocol::answer)
}

/// Opens the window and stays until it is closed.
///
/// # Errors
/// [`tauri::Error`] when the system gives no window.
pub fn run() -> tauri::Result<()> {
    environment::start_logging();
    let single = tauri_plugin_single_instance::init(|app, _arguments, _folder| {
        // What a second start was given is not trusted and not needed: the first window comes to the front and says so.
        if let Some(window) = app.get_webview_window(window::LABEL) {
            let shown = window.unminimize().and_then(|()| window.set_focus());
            if let Err(error) = shown {
                tracing::warn!(%error, "the window does not come to the front");
            }
        }
        if let Err(error) = app.emit("topic", "second-instance") {
            tracing::warn!(%error, "the window was not told");
        }
    });
    builder(Builder::default().plugin(single))
        .setup(|app| {
            let desk = setup::desk(app.handle())?;
            lock::watch(app.handle(), &desk);
            tauri::async_runtime::spawn(Arc::clone(&desk).follow());
            app.manage(desk);
            window::open(app.handle())?;
            Ok(())
        })
        .on_window_event(window::on_event)
        .run(tauri::generate_context!())
}
