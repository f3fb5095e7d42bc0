//! The windows, the first and the one for a second screen: bundled pages only, nothing kept on the disk, no way out.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use relecture_bridge::{Desk, WindowPlace};
use tauri::{
    AppHandle, Manager as _, PhysicalPosition, PhysicalSize, Url, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, Window, WindowEvent, webview::NewWindowResponse,
};

/// The name of the first, to which its capability is given.
pub(crate) const LABEL: &str = "main";
/// The name of the second.
pub(crate) const SECOND: &str = "second";

/// How long the second window must hold still before its place is kept.
const SETTLED: Duration = Duration::from_millis(800);

/// Opens the first.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    builder(app, LABEL)
        .title("Relecture")
        .inner_size(1440.0, 900.0)
        .min_inner_size(1024.0, 700.0)
        .build()?;
    Ok(())
}

fn builder<'a>(app: &'a AppHandle, label: &str) -> WebviewWindowBuilder<'a, tauri::Wry, AppHandle> {
    WebviewWindowBuilder::new(app, label, WebviewUrl::default())
        // WebKitGTK cannot be driven in an ephemeral context, so the automatic tests see the stricter case: one with a profile.
        .incognito(!cfg!(feature = "e2e"))
        .general_autofill_enabled(false)
        .on_navigation(is_own)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
}

/// Opens the second window when something lies on the second screen, and closes it when nothing does any more. On the main thread.
pub(crate) fn follow(app: &AppHandle) {
    let desk = app.state::<Arc<Desk>>();
    let window = app.get_webview_window(SECOND);
    let done = match (desk.second_screen(), window) {
        (Some(_), Some(window)) => window.unminimize(),
        (Some(_), None) => open_second(app, desk.second_screen_place()),
        (None, Some(window)) => window.destroy(),
        (None, None) => Ok(()),
    };
    if let Err(error) = done {
        tracing::warn!(%error, "the second screen does not follow");
    }
}

fn open_second(app: &AppHandle, before: Option<WindowPlace>) -> tauri::Result<()> {
    let window = builder(app, SECOND)
        .title("Relecture, deuxième écran")
        .inner_size(1000.0, 900.0)
        .min_inner_size(480.0, 480.0)
        .build()?;
    let screens: Vec<WindowPlace> = window
        .available_monitors()?
        .iter()
        .map(|monitor| of(*monitor.position(), *monitor.size()))
        .collect();
    let first = app.get_webview_window(LABEL);
    let first = first.and_then(|first| first.current_monitor().ok().flatten());
    let first = first.map(|monitor| of(*monitor.position(), *monitor.size()));
    match place(before, &screens, first) {
        Some(place) => put(&window, place),
        None => Ok(()),
    }
}

fn put(window: &WebviewWindow, place: WindowPlace) -> tauri::Result<()> {
    window.set_position(PhysicalPosition::new(place.x, place.y))?;
    window.set_size(PhysicalSize::new(place.width, place.height))
}

fn of(at: PhysicalPosition<i32>, size: PhysicalSize<u32>) -> WindowPlace {
    WindowPlace {
        x: at.x,
        y: at.y,
        width: size.width,
        height: size.height,
    }
}

/// Where the second window goes: where it was, as long as that still is on a screen; else all over a screen that the first window is not
/// on; else wherever the system likes.
fn place(
    before: Option<WindowPlace>,
    screens: &[WindowPlace],
    first: Option<WindowPlace>,
) -> Option<WindowPlace> {
    before
        .filter(|before| screens.iter().any(|screen| is_reachable(before, screen)))
        .or_else(|| {
            screens
                .iter()
                .copied()
                .find(|screen| first.is_some_and(|first| first != *screen))
        })
}

/// Whether enough of the title of a window is on a screen for a hand to take it.
fn is_reachable(window: &WindowPlace, screen: &WindowPlace) -> bool {
    const TITLE: i64 = 30;
    const LEAST: i64 = 200;
    let right = |place: &WindowPlace| i64::from(place.x) + i64::from(place.width);
    let across = right(window).min(right(screen)) - i64::from(window.x).max(i64::from(screen.x));
    let (top, upper) = (i64::from(window.y), i64::from(screen.y));
    let lower = upper + i64::from(screen.height);
    across >= LEAST && top >= upper && top + TITLE <= lower
}

/// What happens to the windows: the second goes with the first, and its place is kept.
pub(crate) fn on_event(window: &Window, event: &WindowEvent) {
    let app = window.app_handle();
    match (window.label(), event) {
        (LABEL, WindowEvent::Destroyed) => app.state::<Arc<Desk>>().clear_second_screen(None),
        (SECOND, WindowEvent::CloseRequested { .. }) => {
            app.state::<Arc<Desk>>().clear_second_screen(None);
        }
        (SECOND, WindowEvent::Moved(_) | WindowEvent::Resized(_)) => keep_place(window),
        _ => {}
    }
}

fn keep_place(window: &Window) {
    static MOVES: AtomicU64 = AtomicU64::new(0);
    let this = MOVES.fetch_add(1, Ordering::Relaxed) + 1;
    let (Ok(at), Ok(size)) = (window.outer_position(), window.inner_size()) else {
        return;
    };
    let desk = Arc::clone(&window.app_handle().state::<Arc<Desk>>());
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SETTLED).await;
        if MOVES.load(Ordering::Relaxed) != this {
            return;
        }
        if let Err(error) = desk.keep_second_screen_place(of(at, size)).await {
            tracing::warn!(%error, "the place of the second window is not kept");
        }
    });
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

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(x: i32, y: i32, width: u32, height: u32) -> WindowPlace {
        WindowPlace {
            x,
            y,
            width,
            height,
        }
    }

    #[test]
    fn the_second_window_goes_where_it_can_be_seen() {
        let (left, right) = (at(0, 0, 1920, 1080), at(1920, 0, 2560, 1440));
        let before = Some(at(2000, 40, 1200, 1300));
        assert_eq!(place(before, &[left, right], Some(left)), before);
        // That screen is gone: the other one belongs to the first window.
        assert_eq!(place(before, &[left], Some(left)), None);
        // Never opened: the screen that is free, wherever it stands.
        assert_eq!(place(None, &[left, right], Some(left)), Some(right));
        assert_eq!(place(None, &[left, right], Some(right)), Some(left));
        assert_eq!(place(None, &[], None), None);
        // A title above the screen, or only a corner on it, cannot be taken hold of.
        for lost in [
            at(2000, -200, 800, 800),
            at(4400, 100, 800, 800),
            at(1990, 1430, 800, 800),
        ] {
            assert_eq!(place(Some(lost), &[left, right], Some(left)), Some(right));
        }
    }
}
