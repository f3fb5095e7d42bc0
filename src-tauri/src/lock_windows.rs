//! Windows: the session's lock, its end and its leaving of the screen, and sleep, as a window hears them.
//!
//! <https://learn.microsoft.com/windows/win32/termserv/wm-wtssession-change>,
//! <https://learn.microsoft.com/windows/win32/power/wm-powerbroadcast>

#![expect(
    unsafe_code,
    reason = "a window procedure; there is no safe way to hear of the session"
)]

use std::cell::OnceCell;

use relecture_bridge::LockReason;
use windows::{
    Win32::{
        Foundation::{HWND, LPARAM, LRESULT, WPARAM},
        System::{
            LibraryLoader::GetModuleHandleW,
            RemoteDesktop::{NOTIFY_FOR_THIS_SESSION, WTSRegisterSessionNotification},
        },
        UI::WindowsAndMessaging::{
            CreateWindowExW, DefWindowProcW, DispatchMessageW, GetMessageW, MSG, PBT_APMSUSPEND,
            RegisterClassW, WINDOW_EX_STYLE, WM_POWERBROADCAST, WM_WTSSESSION_CHANGE, WNDCLASSW,
            WS_OVERLAPPED, WTS_CONSOLE_DISCONNECT, WTS_REMOTE_DISCONNECT, WTS_SESSION_LOCK,
            WTS_SESSION_LOGOFF,
        },
    },
    core::{Error, w},
};

use crate::lock::spawn;

thread_local! {
    /// Told by the window procedure, which runs on the thread that made the window.
    static LISTENER: OnceCell<Box<dyn Fn(LockReason)>> = const { OnceCell::new() };
}

/// Calls `lock` whenever Windows says so. A session that is not heard is left to the idle lock.
pub(crate) fn watch(lock: impl Fn(LockReason) + Send + Sync + 'static) {
    spawn("session", move || {
        LISTENER.with(|listener| listener.set(Box::new(lock)).ok());
        if let Err(error) = listen() {
            tracing::warn!(%error, "the session is not heard");
        }
    });
}

/// A window that is never shown: sleep is told to windows of the desktop only.
fn listen() -> windows::core::Result<()> {
    // SAFETY: the class, its name and the procedure live as long as the process; the window belongs to this thread, whose
    // messages are taken here and nowhere else.
    unsafe {
        let module = GetModuleHandleW(None)?;
        let class = WNDCLASSW {
            lpfnWndProc: Some(hear),
            hInstance: module.into(),
            lpszClassName: w!("RelectureSession"),
            ..WNDCLASSW::default()
        };
        if RegisterClassW(&raw const class) == 0 {
            return Err(Error::from_thread());
        }
        let window = CreateWindowExW(
            WINDOW_EX_STYLE::default(),
            class.lpszClassName,
            w!("Relecture"),
            WS_OVERLAPPED,
            0,
            0,
            0,
            0,
            None,
            None,
            Some(class.hInstance),
            None,
        )?;
        WTSRegisterSessionNotification(window, NOTIFY_FOR_THIS_SESSION)?;
        let mut message = MSG::default();
        // 0 says that it is over, -1 that something is wrong.
        while GetMessageW(&raw mut message, None, 0, 0).0 > 0 {
            DispatchMessageW(&raw const message);
        }
    }
    Err(Error::from_thread())
}

/// Windows waits for the answer before it sleeps: the keys are gone when this returns.
extern "system" fn hear(window: HWND, message: u32, what: WPARAM, detail: LPARAM) -> LRESULT {
    let event = u32::try_from(what.0).unwrap_or_default();
    let reason = match (message, event) {
        (
            WM_WTSSESSION_CHANGE,
            WTS_SESSION_LOCK | WTS_SESSION_LOGOFF | WTS_CONSOLE_DISCONNECT | WTS_REMOTE_DISCONNECT,
        ) => Some(LockReason::System),
        (WM_POWERBROADCAST, PBT_APMSUSPEND) => Some(LockReason::Sleep),
        _ => None,
    };
    if let Some(reason) = reason {
        LISTENER.with(|listener| {
            if let Some(lock) = listener.get() {
                lock(reason);
            }
        });
    }
    // SAFETY: the values are those that Windows gave.
    unsafe { DefWindowProcW(window, message, what, detail) }
}
