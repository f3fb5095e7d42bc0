//! The one window: bundled pages only, nothing kept on the disk, no way out.

use tauri::{AppHandle, Url, WebviewUrl, WebviewWindowBuilder, webview::NewWindowResponse};

/// Its name, to which the capability is given.
pub(crate) const LABEL: &str = "main";

/// Opens it.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Relecture")
        .inner_size(1440.0, 900.0)
        .min_inner_size(1024.0, 700.0)
        // WebKitGTK cannot be driven in an ephemeral context, so the automatic tests see the stricter case: one with a profile.
        .incognito(!cfg!(feature = "e2e"))
        .general_autofill_enabled(false)
        .on_navigation(is_own)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    Ok(())
}

/// Whether an address is one of the bundled pages (R54).
fn is_own(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => true,
        "http" | "https" => {
            url.host_str() == Some("tauri.localhost")
                || (cfg!(debug_assertions) && url.host_str() == Some("localhost"))
        }
        _ => false,
    }
}
