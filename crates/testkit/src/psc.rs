//! Pro Santé Connect on this machine: a certified `OpenID` provider with its claims (`tests/openid`).

use std::process::Stdio;

use anyhow::{Context as _, Result};
use relecture_platform_server::ProSanteConnect;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdin, Command},
};

use crate::built;

/// A running provider; it ends with this value.
pub struct Psc {
    /// What the platform is told.
    pub config: ProSanteConnect,
    /// The page that plays the telephones.
    pub phone: String,
    _provider: Child,
    /// The provider serves until this ends.
    _alive: ChildStdin,
}

impl Psc {
    /// Starts it with these professionals (see `tests/openid/provider.mjs`).
    ///
    /// # Errors
    /// Node.js or the provider's packages are missing: `cargo xtask test` and `demo` install them.
    pub async fn start(professionals: &[Value]) -> Result<Self> {
        let client_secret = relecture_crypto::make_token();
        let client_id = "relecture".to_owned();
        let told = json!({
            "client": { "id": client_id, "secret": client_secret },
            "professionals": professionals,
        });
        let mut provider = Command::new("node")
            .arg("provider.mjs")
            .arg(told.to_string())
            .current_dir(built::checkout().join("tests").join("openid"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("Node.js cannot be started")?;
        let alive = provider.stdin.take().context("a standard input")?;
        let output = provider.stdout.take().context("a standard output")?;
        let line = BufReader::new(output)
            .lines()
            .next_line()
            .await?
            .context("the OpenID provider did not start: run `npm ci` in tests/openid")?;
        let line: Value = serde_json::from_str(&line)?;
        let address = |name: &str| {
            let address = line.get(name).and_then(Value::as_str).map(str::to_owned);
            address.with_context(|| format!("no {name}"))
        };
        Ok(Self {
            config: ProSanteConnect {
                discovery: address("discovery")?,
                client_id,
                client_secret,
            },
            phone: address("phone")?,
            _provider: provider,
            _alive: alive,
        })
    }
}

/// A request that waits on a telephone.
#[derive(Clone, Debug, Deserialize)]
pub struct Waiting {
    request: String,
    /// National identifier of the professional.
    pub account: String,
    /// The number that the telephone shows.
    pub code: String,
}

impl Psc {
    /// What waits on the telephones.
    ///
    /// # Errors
    /// The provider has stopped.
    pub async fn waiting(&self) -> Result<Vec<Waiting>> {
        let asked = reqwest::Client::new()
            .get(&self.phone)
            .header("accept", "application/json");
        Ok(asked.send().await?.error_for_status()?.json().await?)
    }

    /// How many sessions the platform has ended here.
    ///
    /// # Errors
    /// The provider has stopped.
    pub async fn ended(&self) -> Result<u32> {
        let address = self.phone.replace("/phone", "/ended");
        Ok(reqwest::get(address).await?.json().await?)
    }

    /// The professional confirms on his telephone, or declines.
    ///
    /// # Errors
    /// The provider has stopped.
    pub async fn answer(&self, waiting: &Waiting, yes: bool) -> Result<()> {
        let answer = if yes { "yes" } else { "no" };
        let form = [("request", waiting.request.as_str()), ("answer", answer)];
        let told = reqwest::Client::new().post(&self.phone).form(&form);
        told.send().await?.error_for_status()?;
        Ok(())
    }
}

/// A physician as PSC tells of him: `8` and the RPPS number, one exercise of the profession 10.
pub fn physician(rpps: &str, name: &str) -> Value {
    json!({ "id": format!("8{rpps}"), "name": name, "exercices": [{ "codeProfession": "10", "codeCategorieProfessionnelle": "C" }] })
}
