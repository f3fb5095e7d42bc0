//! What the surroundings of the process may change, and what not.

use std::env;

/// Variables that open debugging doors of the webview. Only a build for the automatic tests keeps them.
const DOORS: [&str; 3] = [
    "TAURI_WEBVIEW_AUTOMATION",
    "WEBKIT_INSPECTOR_SERVER",
    "WEBKIT_INSPECTOR_HTTP_SERVER",
];

/// Shuts the memory, closes the debugging doors and works round known faults of the webview. First thing in `main`.
pub fn prepare_environment() {
    crate::memory::shut();
    if !cfg!(feature = "e2e") {
        for door in DOORS {
            remove(door);
        }
    }
    // WebKitGTK's DMABUF renderer shows blank windows on many drivers; who knows better sets the variable.
    if cfg!(target_os = "linux") && env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
        set("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    }
}

#[expect(
    unsafe_code,
    reason = "changing the environment is unsafe once there are threads"
)]
fn remove(name: &str) {
    // SAFETY: called from the first lines of `main`, before any thread exists.
    unsafe { env::remove_var(name) };
}

#[expect(
    unsafe_code,
    reason = "changing the environment is unsafe once there are threads"
)]
fn set(name: &str, value: &str) {
    // SAFETY: called from the first lines of `main`, before any thread exists.
    unsafe { env::set_var(name, value) };
}

/// Logs go to the standard error, with codes and references and no personal data.
pub(crate) fn start_logging() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("RELECTURE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,relecture=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
