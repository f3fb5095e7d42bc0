//! One physician's line to the platform.

use std::{sync::Arc, sync::Mutex, sync::PoisonError, time::Duration};

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use relecture_crypto::DeviceKey;
use relecture_platform_api::{ClientAuthentication, Code, Problem, Tokens};
use reqwest::{Certificate, Client, Method, RequestBuilder, Response, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::watch;
use url::Url;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{CallError, ConnectError, dpop::Prover};

/// No byte for this long means that the line is dead. There is no bound on the whole: a case may be large.
const SILENCE: Duration = Duration::from_secs(30);
/// Bytes on their way at most (RFC 9113 section 5.2): as many as a fast line holds, and few beside a case.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;
/// Below what an allocator takes from the system, and gives back, each time.
const FRAME: u32 = 64 << 10;
const CONNECT: Duration = Duration::from_secs(10);
/// Renew a little before the platform stops accepting.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_secs(30);

/// Where the platform is, and who vouches for it.
#[derive(Clone, Debug)]
pub struct PlatformAddress {
    /// `https` base address.
    pub url: String,
    /// A certificate authority in PEM that is trusted beside those of the operating system.
    pub authority: Option<Vec<u8>>,
}

/// The clock of this computer.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// One physician's line to the platform. Dropping it forgets the tokens.
pub struct Connection {
    http: Client,
    base: Url,
    prover: Prover,
    clock: Clock,
    line: Mutex<Line>,
    renewing: tokio::sync::Mutex<()>,
    /// Whether the line was put away: what is on its way ends then.
    away: watch::Sender<bool>,
}

#[derive(Default)]
struct Line {
    nonce: Option<String>,
    tokens: Option<Held>,
    /// Platform's clock minus this computer's (R123).
    offset: SignedDuration,
    reachable: bool,
    /// Whether the platform said that this installation was revoked (R14).
    revoked: bool,
    /// Whether nothing is asked.
    offline: bool,
}

struct Held {
    tokens: Tokens,
    until: Timestamp,
}

impl Connection {
    /// Prepares a line; nothing is sent yet.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn new(
        address: &PlatformAddress,
        device: &DeviceKey,
        clock: Clock,
    ) -> Result<Self, ConnectError> {
        let base = Url::parse(&address.url).map_err(|_| ConnectError::Address)?;
        if base.scheme() != "https" || base.cannot_be_a_base() {
            return Err(ConnectError::Address);
        }
        // Another part of the process may have installed it already; the same one serves.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut builder = Client::builder()
            .https_only(true)
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .http2_initial_stream_window_size(STREAM_WINDOW)
            .http2_initial_connection_window_size(CONNECTION_WINDOW)
            .http2_max_frame_size(FRAME)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("relecture/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = &address.authority {
            let authorities = Certificate::from_pem_bundle(pem).map_err(ConnectError::Authority)?;
            builder = builder.tls_certs_merge(authorities);
        }
        let http = builder.build().map_err(ConnectError::Tls)?;
        Ok(Self {
            http,
            base,
            prover: Prover::new(device),
            clock,
            line: Mutex::default(),
            renewing: tokio::sync::Mutex::default(),
            away: watch::Sender::new(false),
        })
    }

    /// This computer's clock, corrected by the platform's (R123).
    pub fn now(&self) -> Timestamp {
        let local = (self.clock)();
        local.checked_add(self.line().offset).unwrap_or(local)
    }

    /// How far the platform's clock is ahead of this computer's.
    pub fn clock_offset(&self) -> SignedDuration {
        self.line().offset
    }

    /// Whether the last call was answered, whatever the answer.
    pub fn is_reachable(&self) -> bool {
        self.line().reachable
    }

    /// Whether the platform said that this installation was revoked (R14).
    pub fn is_revoked(&self) -> bool {
        self.line().revoked
    }

    /// When both factors were last proved; nothing when nobody is signed in.
    pub fn authenticated_at(&self) -> Option<Timestamp> {
        self.line()
            .tokens
            .as_ref()
            .map(|held| held.tokens.auth_time)
    }

    pub(crate) fn keep(&self, tokens: Tokens) {
        let until = self
            .now()
            .checked_add(SignedDuration::from_secs(tokens.expires_in.into()))
            .unwrap_or(Timestamp::MAX);
        let mut line = self.line();
        line.tokens = Some(Held { tokens, until });
        line.offline = false;
    }

    /// Forgets the tokens.
    pub fn forget(&self) {
        if let Some(mut held) = self.line().tokens.take() {
            held.tokens.access_token.zeroize();
            held.tokens.refresh_token.zeroize();
        }
    }

    /// Puts the line away: calls on their way end as if nobody were signed in, none goes out any more. Gives back the tokens,
    /// for [`Connection::resume`]; whoever keeps them seals them.
    pub fn suspend(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.away.send_replace(true);
        let tokens = self
            .line()
            .tokens
            .as_ref()
            .and_then(|held| serde_json::to_vec(&held.tokens).ok());
        self.forget();
        tokens.map(Zeroizing::new)
    }

    /// Goes on with the tokens of a line that was put away. The access token counts as aged.
    ///
    /// # Errors
    /// [`CallError::SignedOut`] when these are no tokens.
    pub fn resume(&self, tokens: &[u8]) -> Result<(), CallError> {
        let mut tokens: Tokens =
            serde_json::from_slice(tokens).map_err(|_| CallError::SignedOut)?;
        tokens.expires_in = 0;
        self.keep(tokens);
        Ok(())
    }

    pub(crate) fn url(&self, path: &str) -> Result<Url, CallError> {
        self.base.join(path).map_err(|_| CallError::Unexpected(0))
    }

    /// One call without a token, with its proof.
    pub(crate) async fn call_bare(
        &self,
        method: Method,
        path: &str,
        fill: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, CallError> {
        self.send(method, path, None, &fill).await
    }

    /// Which client this is, for the platform as it is called here.
    pub(crate) fn assertion(&self, now: Timestamp) -> Result<ClientAuthentication, CallError> {
        self.prover
            .assert(&self.issuer(), now)
            .map_err(CallError::DeviceKey)
    }

    /// `client_id` of this installation.
    pub(crate) fn client(&self) -> &str {
        self.prover.client()
    }

    /// The platform as it is called here (RFC 8414).
    pub(crate) fn issuer(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// A form without a token, made anew for each try: what it asserts is used once.
    pub(crate) async fn post_form<F: Serialize>(
        &self,
        path: &str,
        form: impl Fn() -> Result<F, CallError>,
    ) -> Result<Response, CallError> {
        for last in [false, true] {
            let filled = form()?;
            match self
                .send_once(&Method::POST, path, None, &|r| r.form(&filled))
                .await
            {
                Err(CallError::Refused(problem)) if !last && is_proof_outdated(&problem) => {}
                answered => return answered,
            }
        }
        Err(CallError::SignedOut)
    }

    /// One call with the access token, renewed if it has aged.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        fill: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, CallError> {
        let token = self.access_token().await?;
        self.send(method, path, Some(&token), &fill).await
    }

    /// Nothing is asked of the platform over this line: who sits here has not signed in.
    pub fn stay_offline(&self) {
        self.line().offline = true;
    }

    /// Whether this line stays offline.
    pub fn is_offline(&self) -> bool {
        self.line().offline
    }

    pub(crate) async fn access_token(&self) -> Result<String, CallError> {
        if self.is_offline() {
            return Err(CallError::Offline);
        }
        if let Some(token) = self.fresh_token()? {
            return Ok(token);
        }
        let _one_at_a_time = self.renewing.lock().await;
        if let Some(token) = self.fresh_token()? {
            return Ok(token);
        }
        self.renew().await?;
        self.fresh_token()?.ok_or(CallError::SignedOut)
    }

    fn fresh_token(&self) -> Result<Option<String>, CallError> {
        let now = self.now();
        let line = self.line();
        let held = line.tokens.as_ref().ok_or(CallError::SignedOut)?;
        let fresh = now
            .checked_add(RENEW_BEFORE)
            .is_ok_and(|soon| soon < held.until);
        Ok(fresh.then(|| held.tokens.access_token.clone()))
    }

    pub(crate) fn refresh_token(&self) -> Option<String> {
        self.line()
            .tokens
            .as_ref()
            .map(|held| held.tokens.refresh_token.clone())
    }

    /// Sends, and once more with the platform's nonce if it asks for one (RFC 9449 section 8), or with its time if this
    /// computer's clock was moved since the last answer (R123).
    async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        fill: &impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, CallError> {
        match self.send_once(&method, path, token, fill).await {
            Err(CallError::Refused(problem)) if is_proof_outdated(&problem) => {
                self.send_once(&method, path, token, fill).await
            }
            other => other,
        }
    }

    async fn send_once(
        &self,
        method: &Method,
        path: &str,
        token: Option<&str>,
        fill: &impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, CallError> {
        let url = self.url(path)?;
        let nonce = self.line().nonce.clone();
        // RFC 9449 section 4.2: without the query.
        let mut target = url.clone();
        target.set_query(None);
        let proof = self
            .prover
            .prove(
                method.as_str(),
                target.as_str(),
                token,
                nonce.as_deref(),
                self.now(),
            )
            .map_err(CallError::DeviceKey)?;
        let mut request = self.http.request(method.clone(), url).header("DPoP", proof);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("DPoP {token}"));
        }
        let answer = tokio::select! {
            biased;
            () = self.put_away() => return Err(CallError::SignedOut),
            answer = fill(request).send() => answer,
        };
        self.line().reachable = answer.is_ok();
        let response = answer?;
        self.learn(&response);
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let refused = refusal(status, response.json().await.ok());
        if refused.code() == Some(Code::DeviceRevoked) {
            self.line().revoked = true;
        }
        Err(refused)
    }

    async fn put_away(&self) {
        // The sender is ours: the wait ends only with the value.
        let _ = self.away.subscribe().wait_for(|away| *away).await;
    }

    /// Takes the nonce and the clock out of an answer.
    fn learn(&self, response: &Response) {
        let text = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
        let mut line = self.line();
        if let Some(nonce) = text("dpop-nonce") {
            line.nonce = Some(nonce.to_owned());
        }
        if let Some(date) = text("date").and_then(|d| rfc2822::parse(d).ok()) {
            line.offset = date.timestamp().duration_since((self.clock)());
        }
    }

    fn line(&self) -> std::sync::MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the refusal itself brought what a right proof lacks.
fn is_proof_outdated(problem: &Problem) -> bool {
    let wrong_time = problem.code == Code::InvalidToken && problem.reason.as_deref() == Some("iat");
    wrong_time || problem.code == Code::UseDpopNonce
}

fn refusal(status: StatusCode, problem: Option<Problem>) -> CallError {
    problem.map_or(CallError::Unexpected(status.as_u16()), |problem| {
        CallError::Refused(Box::new(problem))
    })
}

/// Reads an answer of the contract.
/// Bytes of a few kilobytes.
pub(crate) async fn short_bytes(response: Response) -> Result<Vec<u8>, CallError> {
    Ok(response.bytes().await?.to_vec())
}

pub(crate) async fn body<T: DeserializeOwned>(response: Response) -> Result<T, CallError> {
    let status = response.status().as_u16();
    let bytes = response.bytes().await?;
    serde_json::from_slice(&bytes).map_err(|_| CallError::Unexpected(status))
}
