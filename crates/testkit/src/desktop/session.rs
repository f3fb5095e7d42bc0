//! The private desktop: screen, window manager, bus, key store, home.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::DesktopError;
use super::process::{Background, until};

const SCREEN: &str = "1600x1000x24"; // room for a 1440x900 window and its frame
const LIMIT: Duration = Duration::from_secs(20);
const SECRETS: &str = "org.freedesktop.secrets";

/// A desktop of its own: Xvfb, openbox, a session bus, gnome-keyring with an unlocked login collection, and a home folder.
///
/// Everything that programs of this session write lies below [`Session::folder`], which is removed when the session ends. The
/// session ends with the thread that started it: keep it in that thread's runtime.
#[derive(Debug)]
pub struct Session {
    display: String,
    bus: String,
    // Ended in this order, the key store first and the screen last.
    _keyring: Background,
    _manager: Background,
    _bus: Background,
    _screen: Background,
    folder: TempDir,
}

impl Session {
    /// Starts all of it and waits until the key store answers unlocked.
    ///
    /// # Errors
    /// A program is missing or does not come up.
    pub async fn start() -> Result<Self, DesktopError> {
        // The system's own place for short-lived files: a socket's path may not be longer than 107 bytes.
        let folder =
            TempDir::with_prefix("relecture-").map_err(DesktopError::file("a temporary folder"))?;
        for part in ["home", "run", "tmp", "log", "bin"] {
            let path = folder.path().join(part);
            fs::create_dir(&path).map_err(DesktopError::file(&path))?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700))
                .map_err(DesktopError::file(&path))?;
        }
        let opener = folder.path().join("bin").join("xdg-open");
        fs::write(&opener, OPENER).map_err(DesktopError::file(&opener))?;
        fs::set_permissions(&opener, fs::Permissions::from_mode(0o700))
            .map_err(DesktopError::file(&opener))?;
        let log = |program: &str| folder.path().join("log").join(format!("{program}.log"));

        let mut xvfb = bare("Xvfb", folder.path());
        // It chooses a free display number itself and tells it on standard output once it accepts connections.
        xvfb.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            SCREEN,
            "-nolisten",
            "tcp",
            "-noreset",
        ]);
        let mut screen = Background::start(&xvfb, &log("xvfb"), Stdio::piped())?;
        let display = screen.line().ok_or_else(|| not_up("Xvfb", &log("xvfb")))?;
        let display = format!(":{display}");

        let mut daemon = bare("dbus-daemon", folder.path());
        daemon
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .env("DISPLAY", &display);
        let mut bus_daemon = Background::start(&daemon, &log("dbus"), Stdio::piped())?;
        let bus = bus_daemon
            .line()
            .ok_or_else(|| not_up("dbus-daemon", &log("dbus")))?;

        let inside = |program: &str| {
            let mut command = bare(program, folder.path());
            command
                .env("DISPLAY", &display)
                .env("DBUS_SESSION_BUS_ADDRESS", &bus);
            command
        };
        let manager = Background::start(&inside("openbox"), &log("openbox"), Stdio::null())?;
        // It reads the login password from standard input, which is a file here: `start` gives none.
        let mut daemon = inside("sh");
        daemon.args([
            "-c",
            "printf demo | exec gnome-keyring-daemon --unlock --foreground --components=secrets",
        ]);
        let keyring = Background::start(&daemon, &log("keyring"), Stdio::null())?;

        let session = Self {
            display,
            bus,
            _keyring: keyring,
            _manager: manager,
            _bus: bus_daemon,
            _screen: screen,
            folder,
        };
        until("an unlocked key store", LIMIT, async || {
            Ok(session.is_unlocked().then_some(()))
        })
        .await?;
        Ok(session)
    }

    /// The folder that holds whatever this session's programs write: home, run, tmp, log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// `HOME` of this session.
    pub fn home(&self) -> PathBuf {
        self.folder().join("home")
    }

    /// A program to be run on this desktop, with this desktop's environment and nothing of ours.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = bare(program, self.folder());
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus);
        command
    }

    /// Address of the session's bus.
    pub fn bus(&self) -> &str {
        &self.bus
    }

    /// The address that a program of this session has opened in the system browser, as soon as there is one. Each is told once.
    ///
    /// # Errors
    /// There is none in time.
    pub async fn opened(&self) -> Result<String, DesktopError> {
        let file = self.folder().join("run").join("opened");
        until("an address for the browser", LIMIT, async || {
            let Ok(told) = fs::read_to_string(&file) else {
                return Ok(None);
            };
            let Some(address) = told.strip_suffix('\n') else {
                return Ok(None);
            };
            fs::remove_file(&file).map_err(DesktopError::file(&file))?;
            Ok(Some(address.to_owned()))
        })
        .await
    }

    /// What the key store keeps for the application under names that end so, as another program of the same session reads it.
    ///
    /// # Errors
    /// The key store does not answer.
    pub fn kept_secrets(&self, end: &str) -> Result<Vec<Vec<u8>>, DesktopError> {
        let ask = |words: &[&str]| {
            let mut tool = self.command("secret-tool");
            let answer = tool.args(words).args(["service", "Relecture"]);
            answer.output().map_err(DesktopError::file("secret-tool"))
        };
        // It tells the attributes on the standard error.
        let list = ask(&["search", "--all"])?;
        let list = [list.stdout, list.stderr].concat();
        let list = String::from_utf8_lossy(&list).into_owned();
        let names = list
            .lines()
            .filter_map(|line| line.strip_prefix("attribute.username = "))
            .filter(|name| name.ends_with(end));
        names
            .map(|name| Ok(ask(&["lookup", "username", name])?.stdout))
            .collect()
    }

    /// Has the key store lose everything that the application keeps there.
    ///
    /// # Errors
    /// The key store does not answer.
    pub fn lose_secrets(&self) -> Result<(), DesktopError> {
        let mut tool = self.command("secret-tool");
        let done = tool.args(["clear", "service", "Relecture"]).status();
        if done.map_err(DesktopError::file("secret-tool"))?.success() {
            return Ok(());
        }
        Err(DesktopError::Unexpected("secret-tool refuses".to_owned()))
    }

    /// Closes the window of this title as a hand does.
    ///
    /// # Errors
    /// There is none, or the screen does not answer.
    pub fn close_window(&self, title: &str) -> Result<(), DesktopError> {
        match super::window::close(&self.display, title) {
            Ok(true) => Ok(()),
            Ok(false) => Err(DesktopError::Unexpected(format!("no window is {title:?}"))),
            Err(error) => Err(DesktopError::Unexpected(format!("the screen: {error}"))),
        }
    }

    /// Locks the key store, as when the session's owner has never unlocked it.
    ///
    /// # Errors
    /// It stays unlocked.
    pub async fn lock_keyring(&self) -> Result<(), DesktopError> {
        self.call(
            "/org/freedesktop/secrets",
            &[
                "org.freedesktop.Secret.Service.Lock",
                &format!("array:objpath:{LOGIN}"),
            ],
        );
        until("a locked key store", LIMIT, async || {
            Ok((!self.is_unlocked()).then_some(()))
        })
        .await
    }

    fn is_unlocked(&self) -> bool {
        // Asked of a daemon that is there: a call to an absent name would start a second, locked one.
        let owned = self
            .bus_call(
                "org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                &[
                    "org.freedesktop.DBus.NameHasOwner",
                    &format!("string:{SECRETS}"),
                ],
            )
            .is_some_and(|answer| answer.contains("boolean true"));
        owned
            && self
                .call(
                    LOGIN,
                    &[
                        "org.freedesktop.DBus.Properties.Get",
                        "string:org.freedesktop.Secret.Collection",
                        "string:Locked",
                    ],
                )
                .is_some_and(|answer| answer.contains("boolean false"))
    }

    fn call(&self, object: &str, words: &[&str]) -> Option<String> {
        self.bus_call(SECRETS, object, words)
    }

    fn bus_call(&self, name: &str, object: &str, words: &[&str]) -> Option<String> {
        let mut send = self.command("dbus-send");
        send.args([
            "--session",
            "--print-reply",
            &format!("--dest={name}"),
            object,
        ])
        .args(words);
        let answer = send.stderr(Stdio::null()).output().ok()?;
        answer
            .status
            .success()
            .then(|| String::from_utf8_lossy(&answer.stdout).into_owned())
    }
}

/// Stands where a desktop has its browser: it tells which address is to be opened.
const OPENER: &str = "#!/bin/sh\nprintf '%s\\n' \"$1\" > \"$XDG_RUNTIME_DIR/opened\"\n";
const LOGIN: &str = "/org/freedesktop/secrets/collection/login";

/// A program with an environment of its own, so that neither a developer's desktop nor secrets of ours reach it.
fn bare(program: impl AsRef<Path>, folder: &Path) -> Command {
    let home = folder.join("home");
    let mut command = Command::new(program.as_ref());
    command.env_clear().current_dir(&home);
    if let Some(value) = std::env::var_os("LD_LIBRARY_PATH") {
        command.env("LD_LIBRARY_PATH", value);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(folder.join("bin")).chain(std::env::split_paths(&path));
    if let Ok(path) = std::env::join_paths(path) {
        command.env("PATH", path);
    }
    command
        .env("HOME", &home)
        .env("XDG_CONFIG_HOME", home.join(".config"))
        .env("XDG_DATA_HOME", home.join(".local/share"))
        .env("XDG_STATE_HOME", home.join(".local/state"))
        .env("XDG_CACHE_HOME", home.join(".cache"))
        .env("XDG_RUNTIME_DIR", folder.join("run"))
        .env("TMPDIR", folder.join("tmp"))
        .env("LANG", "C.UTF-8")
        .env("LANGUAGE", "fr")
        .env("TZ", "Europe/Paris")
        .env("XDG_SESSION_TYPE", "x11")
        .env("GDK_BACKEND", "x11")
        // A machine without a graphics card, and no accessibility bus to wait for.
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .env("NO_AT_BRIDGE", "1");
    command
}

fn not_up(program: &str, log: &Path) -> DesktopError {
    let last = fs::read_to_string(log).unwrap_or_default();
    DesktopError::Unexpected(format!("{program} does not come up: {}", last.trim()))
}
