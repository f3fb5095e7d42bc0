//! Signing in outside the workstation: in the system browser (RFC 8252), on a phone or with a card (CIBA).

use std::{convert::Infallible, io, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use relecture_crypto::{make_token, sha256};
use relecture_platform_api::{
    AuthorizationServer, CibaAnswer, CibaBegun, CibaChannel, CibaRequest, Code, PushedRequest,
    PushedRequestKept, TokenRequest,
};
use reqwest::Method;
use tokio::{net::TcpListener, sync::mpsc};
use url::Url;
use uuid::Uuid;

use crate::{CallError, Connection, connection::body};

/// The platform forgets the request then.
const PATIENCE: Duration = Duration::from_mins(10);
/// Where the browser comes back to.
const PATH: &str = "/retour";
/// Pro Santé Connect.
const EIDAS1: &str = "eidas1";
/// The only page that this process ever serves; it says nothing of anybody.
const FAREWELL: &str = "<!doctype html><html lang=fr><meta charset=utf-8><title>Relecture</title>\
<meta name=viewport content='width=device-width'><style>:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:33rem;margin:18vh auto 0;padding:0 1.5rem}\
h1{font-size:1.25rem;margin:0 0 .25rem}p{margin:0}</style>\
<h1>Revenez à Relecture</h1><p>Vous pouvez fermer cette page : la suite se passe dans Relecture.</p>";

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

    /// Signs in through Pro Santé Connect in the system browser, which `open` opens at an address. Whoever drops the future
    /// gives up: nothing that comes later is taken.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn sign_in_by_browser(
        &self,
        open: impl FnOnce(&str) -> io::Result<()>,
    ) -> Result<(), CallError> {
        let server = self.authorization_server_view().await?;
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .map_err(CallError::Browser)?;
        let port = listener.local_addr().map_err(CallError::Browser)?.port();
        let (state, code_verifier) = (make_token(), make_token());
        let pushed = || {
            Ok(PushedRequest {
                response_type: "code".to_owned(),
                redirect_uri: format!("http://127.0.0.1:{port}{PATH}"),
                state: state.clone(),
                code_challenge: challenge_of(&code_verifier),
                code_challenge_method: "S256".to_owned(),
                acr_values: EIDAS1.to_owned(),
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
        let returned = tokio::time::timeout(PATIENCE, come_back(&listener, &state, &server.issuer))
            .await
            .map_err(|_| CallError::Late)?
            .map_err(CallError::Browser)?;
        let Some(code) = returned.code else {
            let word = returned.reason.unwrap_or_default();
            return Err(CallError::Told(Code::of_word(&word)));
        };
        self.token_issue(&TokenRequest::AuthorizationCode {
            code,
            code_verifier,
        })
        .await
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
        let verifier = make_token();
        let request = CibaRequest {
            national_id: national_id.to_owned(),
            channel,
            code_challenge: challenge_of(&verifier),
            code_challenge_method: "S256".to_owned(),
        };
        let answer = self.call_bare(Method::POST, "/v1/auth/ciba", |r| r.json(&request));
        Ok(CibaUnderWay {
            begun: body(answer.await?).await?,
            verifier,
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

fn challenge_of(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()).0)
}

/// Answers on loopback until the browser brings back the right `state` and `iss` (RFC 9207). Anybody on this machine may
/// knock: what is not the answer gets nothing and changes nothing.
async fn come_back(listener: &TcpListener, state: &str, issuer: &str) -> io::Result<Returned> {
    let (sender, mut receiver) = mpsc::channel::<Returned>(4);
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                tokio::spawn(farewell(stream, sender.clone()));
            }
            Some(returned) = receiver.recv() => {
                if returned.state == state && returned.iss == issuer {
                    return Ok(returned);
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
        reason: get("error_description"),
    })
}
