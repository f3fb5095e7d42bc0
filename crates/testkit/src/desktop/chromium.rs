//! The system browser: Chromium without a window, with its virtual authenticator (`WebAuthn` level 3, section 11).

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator, error::CmdError, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use super::{
    DesktopError,
    driven::free_port,
    process::{Background, until},
};

/// How long a page may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

/// A browser with a home of its own.
#[derive(Debug)]
pub struct Chromium {
    client: Client,
    _driver: Background,
    _home: TempDir,
}

/// A security key that is plugged in.
#[derive(Clone, Debug)]
pub struct SecurityKey(String);

/// A command of the `WebAuthn` extension of `WebDriver`.
#[derive(Debug)]
struct WebAuthn {
    method: Method,
    path: String,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for WebAuthn {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!(
            "session/{session}/webauthn/authenticator{}",
            self.path
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = self.body.as_ref().map(Value::to_string);
        (self.method.clone(), body)
    }
}

impl Chromium {
    /// Starts it. `authority` is the certificate in PEM that the system trusts besides its own.
    ///
    /// # Errors
    /// Chromium, its driver or certutil are missing: `cargo xtask test` installs them.
    pub async fn start(authority: Option<&str>) -> Result<Self, DesktopError> {
        let home = tempfile::tempdir().map_err(DesktopError::file("a folder for the browser"))?;
        if let Some(authority) = authority {
            trust(home.path(), authority)?;
        }
        let port = free_port()?;
        let mut command = Command::new("chromedriver");
        command
            .arg(format!("--port={port}"))
            .env("HOME", home.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let log = home.path().join("chromedriver.log");
        let mut driver = Background::start(&command, &log, Stdio::null())?;
        until("chromedriver", LIMIT, async || {
            if driver.has_ended() {
                let ended = "chromedriver ended at once".to_owned();
                return Err(DesktopError::Unexpected(ended));
            }
            Ok(tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .ok())
        })
        .await?;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        // The pipe ends the browser with its driver; the sandbox does not run as root, and these pages are ours.
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--remote-debugging-pipe",
            "--lang=fr",
            "--window-size=1280,900",
        ];
        // A long series takes longer to scroll through than the half minute that a driver waits by itself.
        let wanted = json!({
            "goog:chromeOptions": { "args": arguments },
            "timeouts": { "script": 180_000 },
        });
        if let Value::Object(capabilities) = wanted {
            builder.capabilities(capabilities);
        }
        let address = format!("http://127.0.0.1:{port}");
        let client = builder
            .connect(&address)
            .await
            .map_err(|error| DesktopError::Unexpected(format!("no Chromium: {error}")))?;
        Ok(Self {
            client,
            _driver: driver,
            _home: home,
        })
    }

    /// Plugs a security key in. `verifies` says whether it knows its holder by a PIN or a finger.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn plug_in(&self, verifies: bool) -> Result<SecurityKey, DesktopError> {
        let body = json!({
            "protocol": "ctap2_1",
            "transport": "usb",
            "hasResidentKey": true,
            "hasUserVerification": verifies,
            "isUserVerified": verifies,
            "isUserConsenting": true,
        });
        let id = self.web_authn(Method::POST, "", Some(body)).await?;
        let id = id.as_str().map(str::to_owned);
        Ok(SecurityKey(id.ok_or_else(|| {
            DesktopError::Unexpected("a key without a name".to_owned())
        })?))
    }

    /// Pulls it out.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn pull_out(&self, key: SecurityKey) -> Result<(), DesktopError> {
        let path = format!("/{}", key.0);
        self.web_authn(Method::DELETE, &path, None).await.map(drop)
    }

    /// What the key holds, its private keys included.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn content(&self, key: &SecurityKey) -> Result<Vec<Value>, DesktopError> {
        let path = format!("/{}/credentials", key.0);
        let content = self.web_authn(Method::GET, &path, None).await?;
        Ok(content.as_array().cloned().unwrap_or_default())
    }

    /// Puts something into the key.
    ///
    /// # Errors
    /// The browser is gone, or it is no credential.
    pub async fn put(&self, key: &SecurityKey, credential: Value) -> Result<(), DesktopError> {
        let path = format!("/{}/credential", key.0);
        self.web_authn(Method::POST, &path, Some(credential))
            .await
            .map(drop)
    }

    async fn web_authn(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, DesktopError> {
        let command = WebAuthn {
            method,
            path: path.to_owned(),
            body,
        };
        answered(self.client.issue_cmd(command)).await
    }

    /// Opens an address.
    ///
    /// # Errors
    /// It does not open.
    pub async fn open(&self, address: &str) -> Result<(), DesktopError> {
        answered(self.client.goto(address)).await
    }

    /// Presses the page's button.
    ///
    /// # Errors
    /// There is none.
    pub async fn press(&self) -> Result<(), DesktopError> {
        let button = answered(self.client.find(Locator::Css("button"))).await?;
        answered(button.click()).await
    }

    /// Waits until the page shows this text.
    ///
    /// # Errors
    /// It does not.
    pub async fn shows(&self, text: &str) -> Result<(), DesktopError> {
        let mut seen = String::new();
        let shown = until(text, LIMIT, async || {
            let body = self
                .client
                .execute("return document.body?.innerText ?? ''", Vec::new())
                .await;
            // Between two pages there is none.
            let body = body.unwrap_or_default();
            body.as_str().unwrap_or_default().clone_into(&mut seen);
            Ok(seen.contains(text).then_some(()))
        });
        match shown.await {
            Err(DesktopError::Waited { what, .. }) => Err(DesktopError::Unexpected(format!(
                "not on the page: {what}\n{seen}"
            ))),
            other => other,
        }
    }

    /// What a promise of the page comes to; `arguments[0]` is the argument.
    ///
    /// # Errors
    /// It is broken, or takes more than the driver's patience.
    pub async fn value(&self, promise: &str, argument: &Value) -> Result<Value, DesktopError> {
        let script = format!(
            "const done = arguments[1]; {promise}.then(done, (error) => done(String(error)))"
        );
        answered(self.client.execute_async(&script, vec![argument.clone()])).await
    }

    /// A picture of the page, PNG.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn picture(&self) -> Result<Vec<u8>, DesktopError> {
        answered(self.client.screenshot()).await
    }
}

async fn answered<T>(asked: impl Future<Output = Result<T, CmdError>>) -> Result<T, DesktopError> {
    asked
        .await
        .map_err(|error| DesktopError::Unexpected(format!("Chromium: {error}")))
}

/// Makes the browser's list of authorities: this one.
fn trust(home: &Path, authority: &str) -> Result<(), DesktopError> {
    let folder = home.join(".pki").join("nssdb");
    fs::create_dir_all(&folder).map_err(DesktopError::file(&folder))?;
    let pem = home.join("authority.pem");
    fs::write(&pem, authority).map_err(DesktopError::file(&pem))?;
    let database = format!("sql:{}", folder.display());
    let pem = pem.to_string_lossy();
    let steps: [&[&str]; 2] = [
        &["-N", "--empty-password"],
        &["-A", "-t", "C,,", "-n", "relecture", "-i", &pem],
    ];
    for step in steps {
        let done = Command::new("certutil")
            .args(["-d", &database])
            .args(step)
            .output()
            .map_err(|source| DesktopError::Program {
                program: "certutil".to_owned(),
                source,
            })?;
        if !done.status.success() {
            let told = String::from_utf8_lossy(&done.stderr).into_owned();
            return Err(DesktopError::Unexpected(told));
        }
    }
    Ok(())
}
