//! What can go wrong on the desktop, told so that one knows which step and why.

use std::path::PathBuf;

/// A step on the desktop did not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DesktopError {
    /// A program the desktop is made of is missing or cannot start.
    #[error("{program} cannot be started ({source}): run `cargo xtask setup`")]
    Program {
        /// Its name.
        program: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A condition that was waited for did not come true in time.
    #[error("waited {seconds} s in vain for {what}")]
    Waited {
        /// The condition, in words.
        what: String,
        /// How long, in seconds.
        seconds: u64,
    },
    /// The application did not open a window that can be driven, or it is gone.
    #[error("the application does not answer: {reason}\nits last lines:\n{log}")]
    Application {
        /// What the driver says.
        reason: String,
        /// The end of the application's log.
        log: String,
    },
    /// The webview refused a command.
    #[error("{what}: {source}")]
    Webview {
        /// What was tried, in words.
        what: String,
        /// What the driver says.
        source: fantoccini::error::CmdError,
    },
    /// What the screen shows is not what was expected.
    #[error("{0}")]
    Unexpected(String),
    /// A step, with the picture taken when it failed and the application's last lines.
    #[error("{step}: {reason}\nthe screen then: {picture}\nthe application's last lines:\n{log}")]
    Step {
        /// The step's name.
        step: String,
        /// Why it failed.
        reason: Box<DesktopError>,
        /// `failure.png`, or why there is none.
        picture: String,
        /// The end of the application's log.
        log: String,
    },
    /// A file of the session cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl DesktopError {
    /// For `map_err` on file operations.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
