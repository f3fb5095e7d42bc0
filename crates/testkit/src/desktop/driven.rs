//! The built application on a [`Session`], moved as a person would: waiting for what shows, clicking, typing.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use fantoccini::actions::{
    InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction,
};
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::process::{Background, child_running, is_alive, kill, until};
use super::{DesktopError, Session, Target};
use crate::built;

/// How long something may take to show on a busy machine.
const LIMIT: Duration = Duration::from_secs(20);
/// How long the application may take to open its window.
const START: Duration = Duration::from_mins(1);
const SIZE: (u32, u32) = (1440, 900);
const LOG_LINES: usize = 30;
/// The driver's own question takes a button whose text is cut short for hidden.
const IS_SHOWN: &str = "return arguments[0].checkVisibility({ visibilityProperty: true }) \
    && arguments[0].getClientRects().length > 0";
/// Has the page draw for a second without changing what it shows.
const NEXT_FRAME: &str = "const mark = document.createElement('i'); \
    mark.style.cssText = 'position:fixed;inset:0 auto auto 0;width:1px;height:1px;opacity:0.004;background:#888'; \
    document.documentElement.append(mark); \
    const end = performance.now() + 1000; \
    const draw = (now) => { mark.style.left = (Math.round(now) % 2) + 'px'; \
      if (performance.now() < end) requestAnimationFrame(draw); else mark.remove(); }; \
    requestAnimationFrame(draw)";

/// Where the application finds the platform.
#[derive(Clone, Debug)]
pub struct Platform {
    /// Its base address: `RELECTURE_PLATFORM` of the application.
    pub url: String,
    /// Its authority, PEM: `RELECTURE_PLATFORM_CA` of the application.
    pub ca: PathBuf,
}

/// What to start, and with which settings.
#[derive(Clone, Debug)]
pub struct AppOptions {
    /// The built application.
    pub binary: PathBuf,
    /// The platform it talks to; `None` for one that talks to nobody.
    pub platform: Option<Platform>,
    /// Further environment variables.
    pub environment: Vec<(String, String)>,
}

impl AppOptions {
    /// A program without a platform.
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        Self {
            binary: binary.into(),
            platform: None,
            environment: Vec::new(),
        }
    }

    /// The same, with this platform.
    #[must_use]
    pub fn with_platform(mut self, platform: Platform) -> Self {
        self.platform = Some(platform);
        self
    }
}

/// The application, started and under control.
#[derive(Debug)]
pub struct Desktop {
    session: Arc<Session>,
    options: AppOptions,
    log: PathBuf,
    pictures: PathBuf,
    running: Option<Running>,
}

/// One life of the application.
#[derive(Debug)]
struct Running {
    client: Client,
    id: u32,
    // WebKitWebDriver, which started the application and takes it along when dropped.
    _driver: Background,
}

impl Desktop {
    /// Starts the application, waits for its page and gives the page 1440 by 900 CSS pixels.
    ///
    /// # Errors
    /// The driver or the application does not come up, or the window does not take the size.
    pub async fn launch(session: &Arc<Session>, options: AppOptions) -> Result<Self, DesktopError> {
        let log = session.folder().join("log").join("application.log");
        let mut desktop = Self {
            pictures: session.folder().join("log"),
            session: Arc::clone(session),
            options,
            log,
            running: None,
        };
        desktop.start().await?;
        Ok(desktop)
    }

    /// Where [`Desktop::failed`] puts `failure.png`; the session's `log` folder unless set.
    pub fn set_pictures(&mut self, folder: impl Into<PathBuf>) {
        self.pictures = folder.into();
    }

    /// The session it runs on.
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// The application's process number.
    ///
    /// # Errors
    /// It is not running.
    pub fn process(&self) -> Result<u32, DesktopError> {
        self.running().map(|running| running.id)
    }

    /// SIGKILL: no handler of the application runs. Returns once it is gone.
    ///
    /// # Errors
    /// It was not running.
    pub async fn kill(&mut self) -> Result<(), DesktopError> {
        let id = self.process()?;
        kill(id)?;
        until("the application's end", LIMIT, async || {
            Ok((!is_alive(id)).then_some(()))
        })
        .await?;
        self.running = None; // the driver and the webview's own processes go with it
        Ok(())
    }

    /// Starts it again, after [`Desktop::kill`] or [`Desktop::close`], with the same home and settings.
    ///
    /// # Errors
    /// As [`Desktop::launch`].
    pub async fn relaunch(&mut self) -> Result<(), DesktopError> {
        self.running = None;
        self.start().await
    }

    /// Ends the application through its driver, as when the window is closed.
    ///
    /// # Errors
    /// It was not running, or the driver refused.
    pub async fn close(&mut self) -> Result<(), DesktopError> {
        let Some(running) = self.running.take() else {
            return Err(not_running());
        };
        let id = running.id;
        answered("closing the window", running.client.close()).await?;
        until("the application's end", LIMIT, async || {
            Ok((!is_alive(id)).then_some(()))
        })
        .await
    }

    async fn start(&mut self) -> Result<(), DesktopError> {
        let port = free_port()?;
        let mut webdriver = self.session.command("WebKitWebDriver");
        // The application inherits its driver's environment.
        webdriver
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .envs(
                self.options
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            );
        if let Some(platform) = &self.options.platform {
            webdriver
                .env("RELECTURE_PLATFORM", &platform.url)
                .env("RELECTURE_PLATFORM_CA", &platform.ca);
        }
        let output = fs::File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .map_err(DesktopError::file(&self.log))?;
        let mut driver = Background::start(&webdriver, &self.log, Stdio::from(output))?;
        until("WebKitWebDriver", LIMIT, async || {
            if driver.has_ended() {
                return Err(DesktopError::Unexpected(
                    "WebKitWebDriver ended at once".to_owned(),
                ));
            }
            Ok(tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .ok())
        })
        .await?;

        let binary = self.options.binary.to_string_lossy();
        let wanted = json!({ "webkitgtk:browserOptions": { "binary": binary, "args": [] } });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        if let Value::Object(capabilities) = wanted {
            builder.capabilities(capabilities);
        }
        let address = format!("http://127.0.0.1:{port}");
        let begun = tokio::time::timeout(START, builder.connect(&address)).await;
        let client = match begun {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return Err(self.silent(&error.to_string())),
            Err(_) => return Err(self.silent("no window in 60 s")),
        };
        let id = child_running(driver.id(), &self.options.binary)
            .ok_or_else(|| self.silent("its process is gone"))?;
        self.running = Some(Running {
            client,
            id,
            _driver: driver,
        });
        self.fit().await
    }

    /// Asks for the size until the page has it: the window manager grants it, after its own time.
    async fn fit(&self) -> Result<(), DesktopError> {
        let (width, height) = SIZE;
        let inner = async || -> Result<(u64, u64), DesktopError> {
            let page = self.script("return [innerWidth, innerHeight]", &[]).await?;
            let side = |index| page.get(index).and_then(Value::as_u64).unwrap_or_default();
            Ok((side(0), side(1)))
        };
        let wanted = (u64::from(width), u64::from(height));
        if inner().await? == wanted {
            return Ok(());
        }
        let client = self.client()?;
        answered("the window's size", client.set_window_size(width, height)).await?;
        until("a page of 1440 by 900", LIMIT, async || {
            Ok((inner().await? == wanted).then_some(()))
        })
        .await
    }

    /// The application as the driver sees it, for what is not offered here.
    ///
    /// # Errors
    /// It is not running.
    pub fn client(&self) -> Result<&Client, DesktopError> {
        self.running().map(|running| &running.client)
    }

    fn running(&self) -> Result<&Running, DesktopError> {
        self.running.as_ref().ok_or_else(not_running)
    }

    /// Waits until the target is on the screen.
    ///
    /// # Errors
    /// It does not show within 20 s.
    pub async fn wait_for(&self, target: &Target) -> Result<Element, DesktopError> {
        let client = self.client()?;
        until(&target.to_string(), LIMIT, async || {
            shown(client, target).await
        })
        .await
    }

    /// Waits until the target is not, or no longer, on the screen.
    ///
    /// # Errors
    /// It still shows after 20 s.
    pub async fn wait_gone(&self, target: &Target) -> Result<(), DesktopError> {
        let client = self.client()?;
        let what = format!("the end of {target}");
        until(&what, LIMIT, async || {
            Ok(shown(client, target).await?.is_none().then_some(()))
        })
        .await
    }

    /// Is the target on the screen now?
    ///
    /// # Errors
    /// The webview does not answer.
    pub async fn shows(&self, target: &Target) -> Result<bool, DesktopError> {
        Ok(shown(self.client()?, target).await?.is_some())
    }

    /// Clicks the target once it is on the screen, enabled, and holds still under the pointer.
    ///
    /// # Errors
    /// It does not come, stays disabled, or something covers it.
    pub async fn click(&self, target: &Target) -> Result<(), DesktopError> {
        let client = self.client()?;
        let what = format!("{target}, enabled and uncovered");
        until(&what, LIMIT, async || match click(client, target).await {
            Err(error) if moves(&error) => Ok(None),
            clicked => Ok(clicked?.then_some(())),
        })
        .await
    }

    /// Replaces what a field holds by `words`, key by key.
    ///
    /// # Errors
    /// The field does not come or takes no keys.
    pub async fn fill(&self, target: &Target, words: &str) -> Result<(), DesktopError> {
        let element = self.wait_for(target).await?;
        let what = format!("typing into {target}");
        answered(&what, element.clear()).await?;
        answered(&what, element.send_keys(words)).await
    }

    /// Types where the target is, after what is already there.
    ///
    /// # Errors
    /// As [`Desktop::fill`].
    pub async fn type_into(&self, target: &Target, words: &str) -> Result<(), DesktopError> {
        let element = self.wait_for(target).await?;
        answered(&format!("typing into {target}"), element.send_keys(words)).await
    }

    /// Presses keys together, whatever has the focus: `&['\u{e009}', 'l']` is Ctrl+L (`WebDriver`'s key codes).
    ///
    /// # Errors
    /// The webview refuses.
    pub async fn press(&self, keys: &[char]) -> Result<(), DesktopError> {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for &value in keys {
            actions = actions.then(KeyAction::Down { value });
        }
        for &value in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value });
        }
        answered("pressing keys", self.client()?.perform_actions(actions)).await
    }

    /// Drags the pointer with its first button pressed, from one place of the window to another, in CSS pixels.
    ///
    /// # Errors
    /// The webview refuses.
    pub async fn drag(&self, from: (f64, f64), to: (f64, f64)) -> Result<(), DesktopError> {
        let go = |(x, y): (f64, f64)| PointerAction::MoveTo {
            duration: Some(Duration::from_millis(60)),
            x,
            y,
        };
        let between = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
        let actions = MouseActions::new("mouse".to_owned())
            .then(go(from))
            .then(PointerAction::Down {
                button: MOUSE_BUTTON_LEFT,
            })
            .then(go(between))
            .then(go(to))
            .then(PointerAction::Up {
                button: MOUSE_BUTTON_LEFT,
            });
        answered("dragging", self.client()?.perform_actions(actions)).await
    }

    /// The text of the target as shown.
    ///
    /// # Errors
    /// It does not come.
    pub async fn text_of(&self, target: &Target) -> Result<String, DesktopError> {
        let element = self.wait_for(target).await?;
        answered(&format!("reading {target}"), element.text()).await
    }

    /// Runs a script in the page and answers what it returns.
    ///
    /// # Errors
    /// It throws.
    pub async fn script(&self, script: &str, arguments: &[Value]) -> Result<Value, DesktopError> {
        answered(
            "a script in the page",
            self.client()?.execute(script, arguments.to_vec()),
        )
        .await
    }

    /// What axe-core finds in the page as shown that is serious or critical: a line for each, empty if nothing is.
    ///
    /// # Errors
    /// `ui/node_modules` is missing, or axe does not run.
    pub async fn accessibility_faults(&self) -> Result<Vec<String>, DesktopError> {
        const RUN: &str = "const done = arguments[0]; \
            axe.run(document, { resultTypes: ['violations'] }).then( \
              (found) => done((found.passes.length ? found.violations : [{ id: 'nothing was checked', impact: 'critical', nodes: [] }]) \
                .filter(({ impact }) => impact === 'serious' || impact === 'critical') \
                .map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)), \
              (error) => done([`axe: ${error}`]))";
        let file = built::checkout().join("ui/node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(&file).map_err(DesktopError::file(&file))?;
        self.script(&axe, &[]).await?;
        let found = answered("axe-core", self.client()?.execute_async(RUN, Vec::new())).await?;
        serde_json::from_value(found).map_err(|error| DesktopError::Unexpected(error.to_string()))
    }

    /// When the page set `performance.mark(name)`, in milliseconds since 1970; waits until it has.
    ///
    /// # Errors
    /// It does not within 20 s.
    pub async fn mark(&self, name: &str) -> Result<f64, DesktopError> {
        const SCRIPT: &str = "const mark = performance.getEntriesByName(arguments[0], 'mark')[0]; \
                              return mark ? performance.timeOrigin + mark.startTime : null";
        until(&format!("the page's mark {name}"), LIMIT, async || {
            Ok(self.script(SCRIPT, &[json!(name)]).await?.as_f64())
        })
        .await
    }

    /// Writes the page as shown to a PNG file.
    ///
    /// # Errors
    /// The webview refuses, or the file cannot be written.
    pub async fn picture(&self, file: &Path) -> Result<(), DesktopError> {
        // The driver takes the picture after the next frame, and a page at rest draws none.
        self.script(NEXT_FRAME, &[]).await?;
        let png = answered("the picture", self.client()?.screenshot()).await?;
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(DesktopError::file(folder))?;
        }
        fs::write(file, png).map_err(DesktopError::file(file))
    }

    /// Names the step an error belongs to, and adds `failure.png` and the application's last lines.
    pub async fn failed(&self, step: &str, reason: DesktopError) -> DesktopError {
        let file = self.pictures.join("failure.png");
        let picture = match self.picture(&file).await {
            Ok(()) => file.display().to_string(),
            Err(error) => format!("none ({error})"),
        };
        DesktopError::Step {
            step: step.to_owned(),
            reason: Box::new(reason),
            picture,
            log: self.last_lines(),
        }
    }

    /// The end of what the application and its driver wrote to their standard outputs.
    pub fn last_lines(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(LOG_LINES);
        lines.get(from..).unwrap_or_default().join("\n")
    }

    fn silent(&self, reason: &str) -> DesktopError {
        DesktopError::Application {
            reason: reason.to_owned(),
            log: self.last_lines(),
        }
    }
}

/// The first element of this target that is displayed. Where the page changes between two questions it is looked at again.
async fn shown(client: &Client, target: &Target) -> Result<Option<Element>, DesktopError> {
    until(
        &format!("a page that holds still for {target}"),
        LIMIT,
        async || match look(client, target).await {
            Err(error) if is_stale(&error) => Ok(None),
            looked => looked.map(Some),
        },
    )
    .await
}

async fn look(client: &Client, target: &Target) -> Result<Option<Element>, DesktopError> {
    let what = format!("looking for {target}");
    let found = answered(&what, client.find_all(target.locator())).await?;
    for element in found {
        let asked = vec![json!(element)];
        if answered(&what, client.execute(IS_SHOWN, asked)).await? == true {
            return Ok(Some(element));
        }
    }
    Ok(None)
}

/// Clicks the target; false when it does not show, or is disabled.
async fn click(client: &Client, target: &Target) -> Result<bool, DesktopError> {
    let Some(element) = look(client, target).await? else {
        return Ok(false);
    };
    let looked = format!("looking at {target}");
    if !answered(&looked, element.is_enabled()).await? {
        return Ok(false);
    }
    answered(&format!("clicking {target}"), element.click()).await?;
    Ok(true)
}

/// What the driver says went wrong.
fn status(error: &DesktopError) -> Option<&ErrorStatus> {
    match error {
        DesktopError::Webview {
            source: CmdError::Standard(error),
            ..
        } => Some(&error.error),
        _ => None,
    }
}

/// Whether an element was taken away while it was asked for.
fn is_stale(error: &DesktopError) -> bool {
    status(error) == Some(&ErrorStatus::StaleElementReference)
}

/// Whether it was taken away, or lay elsewhere, when it was to be clicked; the driver clicks nothing then.
fn moves(error: &DesktopError) -> bool {
    matches!(
        status(error),
        Some(
            ErrorStatus::StaleElementReference
                | ErrorStatus::ElementClickIntercepted
                | ErrorStatus::ElementNotInteractable
        )
    )
}

/// The driver's answer to one command; it has none for ever when the webview hangs.
async fn answered<T>(
    what: &str,
    command: impl Future<Output = Result<T, CmdError>>,
) -> Result<T, DesktopError> {
    match tokio::time::timeout(LIMIT, command).await {
        Ok(answer) => answer.map_err(|source| DesktopError::Webview {
            what: what.to_owned(),
            source,
        }),
        Err(_) => Err(DesktopError::Waited {
            what: format!("the webview's answer to {what}"),
            seconds: LIMIT.as_secs(),
        }),
    }
}

fn not_running() -> DesktopError {
    DesktopError::Unexpected("the application is not running".to_owned())
}

pub(super) fn free_port() -> Result<u16, DesktopError> {
    let listener =
        TcpListener::bind(("127.0.0.1", 0)).map_err(DesktopError::file("a free port"))?;
    let address = listener
        .local_addr()
        .map_err(DesktopError::file("a free port"))?;
    Ok(address.port())
}
