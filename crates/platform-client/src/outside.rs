//! Signing in outside the workstation: in the system browser (RFC 8252), on a phone or with a card (CIBA).

use std::{convert::Infallible, io, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use relecture_crypto::make_token;
use relecture_platform_api::{
    AuthorizationServer, CibaAnswer, CibaBegun, CibaChannel, CibaRequest, Code, PasskeyEnrolment,
    PushedRequest, PushedRequestKept, TokenRequest,
};
use reqwest::Method;
use tokio::{net::TcpListener, sync::mpsc};
use url::Url;
use uuid::Uuid;

use crate::{
    CallError, Connection,
    connection::body,
    pkce::{Pkce, S256},
};

/// The platform forgets the request then.
const PATIENCE: Duration = Duration::from_mins(10);
/// Where the browser comes back to.
const PATH: &str = "/retour";
/// The only page that this process ever serves; it says nothing of anybody.
const FAREWELL: &str = "<!doctype html><html lang=fr><meta charset=utf-8><title>Relecture</title>\
<meta name=viewport content='width=device-width'><style>:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:33rem;margin:18vh auto 0;padding:0 1.5rem}\
h1{font-size:1.25rem;margin:0 0 .25rem}p{margin:0}</style>\
<h1>Revenez à Relecture</h1><p>Vous pouvez fermer cette page : la suite se passe dans Relecture.</p>";

/// How the physician proves himself in the system browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrowserWay {
    /// Through Pro Santé Connect.
    ProSanteConnect,
    /// With a passkey or a security key.
    Passkey,
}

impl BrowserWay {
    fn acr(self) -> &'static str {
        match self {
            Self::ProSanteConnect => "eidas1",
            Self::Passkey => "phr",
        }
    }
}

/// A CIBA request on its way to the phone or the card (R6).
pub struct CibaUnderWay {
    /// What the physician is shown.
    pub begun: CibaBegun,
    verifier: String,
}

/// What the browser brought back.
struct Returned {
    code: Option<String>,
    state: String,
    iss: String,
    reason: Option<String>,
}

impl Connection {
    /// The authorization server, which must be the platform itself (RFC 8414 section 3.3).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn authorization_server_view(&self) -> Result<AuthorizationServer, CallError> {
        let path = "/.well-known/oauth-authorization-server";
        let server: AuthorizationServer =
            body(self.call_bare(Method::GET, path, |r| r).await?).await?;
        let issuer = self.issuer();
        let own = |url: &str| {
            url.strip_prefix(&issuer)
                .is_some_and(|p| p.starts_with('/'))
        };
        if server.issuer == issuer && own(&server.authorization_endpoint) {
            return Ok(server);
        }
        Err(CallError::Unexpected(200))
    }

    /// Signs in in the system browser, which `open` opens at an address. Whoever drops the future
    /// gives up: nothing that comes later is taken.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn sign_in_by_browser(
        &self,
        way: BrowserWay,
        open: impl FnOnce(&str) -> io::Result<()>,
    ) -> Result<(), CallError> {
        let server = self.authorization_server_view().await?;
        let door = Door::open().await.map_err(CallError::Browser)?;
        let pkce = Pkce::make();
        let pushed = || {
            Ok(PushedRequest {
                response_type: "code".to_owned(),
                redirect_uri: door.address.clone(),
                state: door.state.clone(),
                code_challenge: pkce.challenge.clone(),
                code_challenge_method: S256.to_owned(),
                acr_values: way.acr().to_owned(),
                client: self.assertion(self.now())?,
            })
        };
        let kept: PushedRequestKept = body(self.post_form("/oauth/par", pushed).await?).await?;
        let mut address =
            Url::parse(&server.authorization_endpoint).map_err(|_| CallError::Unexpected(200))?;
        address
            .query_pairs_mut()
            .append_pair("client_id", self.client())
            .append_pair("request_uri", &kept.request_uri);
        open(address.as_str()).map_err(CallError::Browser)?;
        let code = door.answer(&server.issuer).await?;
        self.token_issue(&TokenRequest::AuthorizationCode {
            code: code.ok_or(CallError::Unexpected(200))?,
            code_verifier: pkce.verifier,
        })
        .await
    }

    /// Adds a passkey or a security key in the system browser, which `open` opens at an address.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn passkey_add(
        &self,
        open: impl FnOnce(&str) -> io::Result<()>,
    ) -> Result<(), CallError> {
        let door = Door::open().await.map_err(CallError::Browser)?;
        let enrolment = PasskeyEnrolment {
            redirect_uri: door.address.clone(),
            state: door.state.clone(),
        };
        let begun = self.passkey_begin(&enrolment).await?;
        let issuer = self.issuer();
        if !begun.address.starts_with(&format!("{issuer}/")) {
            return Err(CallError::Unexpected(201));
        }
        open(&begun.address).map_err(CallError::Browser)?;
        door.answer(&issuer).await.map(drop)
    }

    /// Sends a request to the phone or the card of a professional.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn ciba_begin(
        &self,
        national_id: &str,
        channel: CibaChannel,
    ) -> Result<CibaUnderWay, CallError> {
        let pkce = Pkce::make();
        let request = CibaRequest {
            national_id: national_id.to_owned(),
            channel,
            code_challenge: pkce.challenge,
            code_challenge_method: S256.to_owned(),
        };
        let answer = self.call_bare(Method::POST, "/v1/auth/ciba", |r| r.json(&request));
        Ok(CibaUnderWay {
            begun: body(answer.await?).await?,
            verifier: pkce.verifier,
        })
    }

    /// Waits for the professional, looking no more often than the platform allows; signed in afterwards.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn ciba_wait(&self, under_way: &CibaUnderWay) -> Result<(), CallError> {
        let path = format!("/v1/auth/ciba/{}", under_way.begun.id);
        let mut interval = under_way.begun.interval;
        loop {
            tokio::time::sleep(Duration::from_secs(interval.max(1).into())).await;
            let answer = match self.call_bare(Method::GET, &path, |r| r).await {
                Err(error) if error.is_passing() => continue,
                answer => answer?,
            };
            let answer: CibaAnswer = body(answer).await?;
            interval = answer.interval;
            if let Some(code) = answer.authorization_code {
                return self
                    .token_issue(&TokenRequest::AuthorizationCode {
                        code,
                        code_verifier: under_way.verifier.clone(),
                    })
                    .await;
            }
        }
    }

    /// Gives a request up.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn ciba_cancel(&self, id: Uuid) -> Result<(), CallError> {
        let path = format!("/v1/auth/ciba/{id}");
        self.call_bare(Method::DELETE, &path, |r| r).await.map(drop)
    }

    /// Takes over the sign-in of `other`, made before the physician and so his key were known (RFC 8693).
    ///
    /// # Errors
    /// [`CallError`]; `other` is of no use any more.
    pub async fn take_over(&self, other: &Self) -> Result<(), CallError> {
        let subject_token = other.access_token().await?;
        let taken = self
            .token_issue_as(
                other,
                &TokenRequest::TokenExchange {
                    subject_token,
                    subject_token_type: "urn:ietf:params:oauth:token-type:access_token".to_owned(),
                },
            )
            .await;
        other.forget();
        taken
    }
}

/// Where the browser comes back to (RFC 8252 section 7.3).
struct Door {
    listener: TcpListener,
    address: String,
    state: String,
}

impl Door {
    async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self {
            listener,
            address: format!("http://127.0.0.1:{port}{PATH}"),
            state: make_token(),
        })
    }

    /// What the browser brings: a code, nothing, or why there is none.
    async fn answer(self, issuer: &str) -> Result<Option<String>, CallError> {
        let returned = tokio::time::timeout(PATIENCE, self.come_back(issuer))
            .await
            .map_err(|_| CallError::Late)?
            .map_err(CallError::Browser)?;
        match returned.reason {
            Some(word) => Err(CallError::Told(Code::of_word(&word))),
            None => Ok(returned.code),
        }
    }

    /// Answers on loopback until the browser brings back the right `state` and `iss` (RFC 9207). Anybody on this machine may
    /// knock: what is not the answer gets nothing and changes nothing.
    async fn come_back(&self, issuer: &str) -> io::Result<Returned> {
        let (sender, mut receiver) = mpsc::channel::<Returned>(4);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    let (stream, _) = accepted?;
                    tokio::spawn(farewell(stream, sender.clone()));
                }
                Some(returned) = receiver.recv() => {
                    if returned.state == self.state && returned.iss == issuer {
                        return Ok(returned);
                    }
                }
            }
        }
    }
}

/// One visitor.
async fn farewell(stream: tokio::net::TcpStream, sender: mpsc::Sender<Returned>) {
    let answer = service_fn(move |request: Request<Incoming>| {
        let sender = sender.clone();
        async move {
            let mut response = hyper::Response::new(String::new());
            match read(&request) {
                None => *response.status_mut() = hyper::StatusCode::NOT_FOUND,
                Some(returned) => {
                    FAREWELL.clone_into(response.body_mut());
                    let headers = response.headers_mut();
                    for (name, value) in [
                        ("content-type", "text/html; charset=utf-8"),
                        ("cache-control", "no-store"),
                        ("connection", "close"),
                        ("referrer-policy", "no-referrer"),
                        (
                            "content-security-policy",
                            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
                        ),
                    ] {
                        headers.insert(name, hyper::header::HeaderValue::from_static(value));
                    }
                    let _ = sender.try_send(returned);
                }
            }
            Ok::<_, Infallible>(response.map(|text| Full::new(Bytes::from(text))))
        }
    });
    // A visitor who breaks off is none.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}

fn read(request: &Request<Incoming>) -> Option<Returned> {
    if request.method() != hyper::Method::GET || request.uri().path() != PATH {
        return None;
    }
    let url = Url::parse("http://127.0.0.1")
        .and_then(|base| base.join(&request.uri().to_string()))
        .ok()?;
    let get = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    };
    Some(Returned {
        code: get("code"),
        state: get("state")?,
        iss: get("iss")?,
        reason: get("error").map(|error| get("error_description").unwrap_or(error)),
    })
}
