//! A real desktop to drive: a screen in memory with a window manager, a session bus with a real Secret Service, and the built
//! application in its real webview, moved by `WebDriver`. Linux only.
//!
//! Nothing here tries twice: a step that fails stops what it belongs to and leaves a picture and the application's last lines.

mod chromium;
mod driven;
mod error;
mod journey;
mod memory;
mod process;
mod resident;
mod session;
mod startup;
mod target;
mod traces;
mod window;

pub use chromium::{Chromium, SecurityKey};
pub use driven::{AppOptions, Desktop, Platform};
pub use error::DesktopError;
pub use journey::Journey;
pub use memory::secrets_in_memory;
pub use resident::resident;
pub use session::Session;
pub use startup::{Startup, process_start};
pub use target::{
    Target, beginning, button, css, dialog, field, heading, landmark, link, role, tab, text,
};
pub use traces::{Trace, traces};
