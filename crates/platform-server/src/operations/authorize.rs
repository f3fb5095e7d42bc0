//! Signing in with the system browser (RFC 8252): pushed request, Pro Santé Connect or a passkey, back to the workstation.
//!
//! ```text
//! workstation -- PAR --> request_uri        browser -- /oauth/authorize --> Pro Santé Connect
//! workstation <-- http://127.0.0.1:port?code&state&iss -- /oauth/psc <-- code -- browser
//! ```
//! With a passkey the browser stays here: `passkey.rs`.

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::{SignedDuration, Timestamp};
use relecture_crypto::make_token;
use relecture_platform_api::{
    AuthorizationServer, ClientAuthentication, Code, PushedRequest, PushedRequestKept,
};
use rusqlite::Connection;
use serde::Deserialize;
use url::{Host, Url};

use super::{
    ciba::Ciba,
    passkey::{self, Adding, PHISHING_RESISTANT, SigningIn},
    password::Changing,
    sign_in::{Proved, give_code, require_s256},
};
use crate::{
    Platform,
    caller::{Mark, Unknown},
    client,
    expiring::Expiring,
    http::{FormBody, Issuer},
    lifecycle,
    pages::{self, Page},
    password,
    psc::{Identity, Leg},
    refusal::{Outcome, Refusal},
    store::{accounts, audit, devices},
};

/// How long a sign-in in the browser may take.
pub(super) const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Pro Santé Connect (R5).
const EIDAS1: &str = "eidas1";
/// RFC 8176: several factors, which ones PSC does not say.
const SEVERAL_FACTORS: &str = "mfa";
/// Binds a sign-in to the browser that opened it.
const COOKIE: &str = "__Host-relecture-sign-in";
const MAX_STATE: usize = 256;

/// Sign-ins under way outside the workstation.
pub(crate) struct SignIns {
    /// By the last part of their `request_uri`.
    pushed: Expiring<Pushed>,
    /// At Pro Santé Connect, by their `state` there.
    away: Expiring<(Pushed, Leg)>,
    /// On a phone, by identifier.
    pub(crate) ciba: Expiring<Ciba>,
    /// With a key, by the name of the page.
    pub(super) passkeys: Expiring<SigningIn>,
    /// Keys about to be added, by ticket, then by the name of the page.
    pub(super) new_passkeys: Expiring<Adding>,
    /// New passwords under way, by `auth_session`.
    pub(crate) passwords: Expiring<Changing>,
    /// Lately asked of a professional, by identifier.
    pub(crate) asked: Expiring<u32>,
}

impl SignIns {
    pub(crate) fn new() -> Self {
        Self {
            pushed: Expiring::new(),
            away: Expiring::new(),
            ciba: Expiring::new(),
            passkeys: Expiring::new(),
            new_passkeys: Expiring::new(),
            passwords: Expiring::new(),
            asked: Expiring::new(),
        }
    }
}

/// A pushed request.
pub(super) struct Pushed {
    pub(super) client: String,
    pub(super) challenge: String,
    pub(super) way_back: WayBack,
    /// With a passkey rather than through Pro Santé Connect.
    passkey: bool,
}

/// How the browser gets back to the workstation that sent it.
pub(super) struct WayBack {
    redirect_uri: Url,
    state: String,
    /// Under which the platform was called.
    pub(super) issuer: String,
    /// Value of the cookie of the browser that opened the page.
    pub(super) browser: String,
}

impl WayBack {
    /// RFC 8252: to this very machine only.
    pub(super) fn to(redirect_uri: &str, state: String, issuer: String) -> Outcome<Self> {
        let wrong = |what: &str| Refusal::because(Code::Validation, what);
        if state.is_empty() || state.len() > MAX_STATE {
            return Err(wrong("state"));
        }
        Ok(Self {
            redirect_uri: loopback(redirect_uri).ok_or_else(|| wrong("redirect_uri"))?,
            state,
            issuer,
            browser: make_token(),
        })
    }

    /// To the workstation, with the code, if there is one, or with why it failed (RFC 6749 section 4.1.2, RFC 9207).
    pub(super) fn url(&self, outcome: &Outcome<Option<String>>) -> Url {
        let mut url = self.redirect_uri.clone();
        {
            let mut query = url.query_pairs_mut();
            match outcome {
                Ok(Some(code)) => {
                    query.append_pair("code", code);
                }
                Ok(None) => {}
                Err(refusal) => {
                    query
                        .append_pair("error", oauth_error(refusal.code))
                        .append_pair("error_description", refusal.code.word());
                }
            }
            query
                .append_pair("state", &self.state)
                .append_pair("iss", &self.issuer);
        }
        url
    }
}

const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

/// `GET /.well-known/oauth-authorization-server`.
pub(crate) async fn authorization_server_view(
    State(platform): State<Platform>,
    Issuer(issuer): Issuer,
) -> Json<AuthorizationServer> {
    let at = |path: &str| format!("{issuer}{path}");
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Json(AuthorizationServer {
        authorization_endpoint: at("/oauth/authorize"),
        token_endpoint: at("/oauth/token"),
        pushed_authorization_request_endpoint: at("/oauth/par"),
        require_pushed_authorization_requests: true,
        revocation_endpoint: at("/oauth/revoke"),
        authorization_challenge_endpoint: platform
            .has_own_accounts()
            .then(|| at("/oauth/challenge")),
        response_types_supported: words(&["code"]),
        grant_types_supported: words(&[
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ]),
        code_challenge_methods_supported: words(&["S256"]),
        token_endpoint_auth_methods_supported: words(&["private_key_jwt"]),
        token_endpoint_auth_signing_alg_values_supported: words(&["ES256"]),
        dpop_signing_alg_values_supported: words(&["ES256"]),
        acr_values_supported: [
            platform.psc().map(|_| EIDAS1),
            passkey::relying_party(&platform, &issuer)
                .is_ok()
                .then_some(PHISHING_RESISTANT),
        ]
        .into_iter()
        .flatten()
        .map(str::to_owned)
        .collect(),
        authorization_response_iss_parameter_supported: true,
        issuer,
    })
}

/// `POST /oauth/par`.
pub(crate) async fn request_push(
    State(platform): State<Platform>,
    Issuer(issuer): Issuer,
    Unknown { proof, .. }: Unknown,
    FormBody(request): FormBody<PushedRequest>,
) -> Outcome<(StatusCode, Json<PushedRequestKept>)> {
    let now = platform.now();
    let client = client::authenticate(&platform, &issuer, &request.client, now)?;
    if client != proof.thumbprint {
        return Err(Refusal::because(Code::InvalidToken, "client"));
    }
    require_s256(&request.code_challenge_method, &request.code_challenge)?;
    let wrong = |what: &str| Refusal::because(Code::Validation, what);
    if request.response_type != "code" {
        return Err(wrong("response_type"));
    }
    let passkey = match request.acr_values.as_str() {
        EIDAS1 if platform.psc().is_some() => false,
        PHISHING_RESISTANT if passkey::relying_party(&platform, &issuer).is_ok() => true,
        EIDAS1 | PHISHING_RESISTANT => return Err(Code::SignInMethodOff.into()),
        _ => return Err(wrong("acr_values")),
    };
    let way_back = WayBack::to(&request.redirect_uri, request.state, issuer)?;
    let revoked = client.clone();
    let is_revoked = platform
        .transact(move |db| Ok(devices::is_revoked(db, &revoked)?))
        .await?;
    if is_revoked {
        return Err(Code::DeviceRevoked.into());
    }
    let name = make_token();
    let pushed = Pushed {
        client,
        challenge: request.code_challenge,
        way_back,
        passkey,
    };
    let kept = platform
        .sign_ins()
        .pushed
        .insert(name.clone(), pushed, LIFE, now);
    if !kept {
        return Err(Code::RateLimited.into());
    }
    Ok((
        StatusCode::CREATED,
        Json(PushedRequestKept {
            request_uri: format!("{REQUEST_URI}{name}"),
            expires_in: u32::try_from(LIFE.as_secs()).unwrap_or_default(),
        }),
    ))
}

/// RFC 8252 sections 7.3 and 8.3: the address literal, any port, no name that somebody else may answer for.
fn loopback(uri: &str) -> Option<Url> {
    let uri = Url::parse(uri).ok()?;
    let here = match uri.host()? {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(_) => false,
    };
    let plain = uri.query().is_none() && uri.fragment().is_none() && uri.username().is_empty();
    (uri.scheme() == "http" && here && plain && uri.port().is_some()).then_some(uri)
}

/// What the browser opens and comes back to.
pub(crate) fn pages() -> Router<Platform> {
    Router::new()
        .route("/oauth/authorize", get(authorize))
        .route("/oauth/psc", get(come_back))
        .route(pages::STYLE_PATH, get(pages::style))
}

#[derive(Deserialize)]
struct Opening {
    client_id: String,
    request_uri: String,
}

/// `GET /oauth/authorize`: sends the browser on to Pro Santé Connect, or asks for a key. A request serves once.
async fn authorize(
    State(platform): State<Platform>,
    Query(opening): Query<Opening>,
) -> Result<Response, Page> {
    let now = platform.now();
    let name = opening.request_uri.strip_prefix(REQUEST_URI);
    let pushed = name
        .and_then(|name| platform.sign_ins().pushed.take(name, now))
        .filter(|pushed| {
            opening.client_id == format!("{}{}", ClientAuthentication::CLIENT, pushed.client)
        })
        .ok_or(Page::Over)?;
    if pushed.passkey {
        return passkey::show_sign_in(&platform, pushed, now);
    }
    let connector = platform.psc().ok_or(Page::Over)?;
    let (url, state, leg) = match connector
        .begin(&psc_redirect(&pushed.way_back.issuer))
        .await
    {
        Ok(begun) => begun,
        Err(refusal) => return Ok(back(&pushed, Err(refusal))),
    };
    let browser = pushed.way_back.browser.clone();
    let away = &platform.sign_ins().away;
    if !away.insert(state, (pushed, leg), LIFE, now) {
        return Err(Page::Over);
    }
    Ok(bind(see_other(&url), &browser))
}

/// The answer, for this browser alone.
pub(super) fn bind(answer: impl IntoResponse, browser: &str) -> Response {
    set_cookie(answer.into_response(), browser, LIFE.as_secs())
}

fn set_cookie(mut response: Response, value: &str, max_age: i64) -> Response {
    let cookie =
        format!("{COOKIE}={value}; Path=/; Max-Age={max_age}; Secure; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn psc_redirect(issuer: &str) -> String {
    format!("{issuer}/oauth/psc")
}

#[derive(Deserialize)]
struct Return {
    state: String,
    code: Option<String>,
}

/// `GET /oauth/psc`: back from Pro Santé Connect, and on to the workstation. Only the browser that left comes back.
async fn come_back(
    State(platform): State<Platform>,
    mark: Mark,
    headers: HeaderMap,
    Query(returned): Query<Return>,
) -> Result<Response, Page> {
    let now = platform.now();
    let (pushed, leg) = platform
        .sign_ins()
        .away
        .take(&returned.state, now)
        .ok_or(Page::Over)?;
    if !came_from(&headers, &pushed.way_back.browser) {
        return Err(Page::Over);
    }
    let connector = platform.psc().ok_or(Page::Over)?;
    let identity = match returned.code {
        None => Err(Refusal::because(Code::IdentityRefused, "declined")),
        Some(code) => {
            connector
                .finish(leg, code, &psc_redirect(&pushed.way_back.issuer), now)
                .await
        }
    };
    let to = (pushed.client.clone(), pushed.challenge.clone());
    let code = admit(&platform, identity, to, mark, now).await;
    Ok(back(&pushed, code))
}

/// The code for a physician whom Pro Santé Connect proved and who has an account here (R7). A refusal is audited.
pub(crate) async fn admit(
    platform: &Platform,
    identity: Outcome<Identity>,
    (client, challenge): (String, String),
    mark: Mark,
    now: Timestamp,
) -> Outcome<String> {
    let working = platform.clone();
    platform
        .transact(move |db| {
            let code = identity
                .and_then(|identity| recognise(&working, db, &identity, &client, &challenge, now));
            let (action, outcome, expert) = match &code {
                Ok((_, expert)) => ("sign_in.proved", "done", Some(*expert)),
                Err(refusal) => ("sign_in.refused", refusal.code.word(), None),
            };
            let entry = audit::AuditEntry {
                at_device: mark.at_device,
                role: if expert.is_some() {
                    "expert"
                } else {
                    "unknown"
                }
                .to_owned(),
                actor: expert,
                outcome: outcome.to_owned(),
                request_id: Some(mark.request_id.clone()),
                ..lifecycle::by_platform(now, action, None)
            };
            audit::append(db, &entry)?;
            Ok(code.map(|(code, _)| code))
        })
        .await?
}

fn recognise(
    platform: &Platform,
    db: &Connection,
    identity: &Identity,
    client: &str,
    challenge: &str,
    now: Timestamp,
) -> Outcome<(String, uuid::Uuid)> {
    let expert =
        accounts::by_national_id(db, &identity.national_id)?.ok_or(Code::IdentityUnknown)?;
    // A way back after three failures (R15).
    if let Some(email) = accounts::email(db, expert.id)? {
        accounts::forget_failures(db, password::account_digest(&email))?;
    }
    let proved = Proved {
        expert: expert.id,
        key_thumbprint: client,
        challenge,
        amr: SEVERAL_FACTORS,
        acr: Some(identity.acr.clone()),
        auth_time: identity.auth_time,
        psc: Some(&identity.tokens),
    };
    Ok((give_code(platform, db, &proved, now)?, expert.id))
}

fn back(pushed: &Pushed, code: Outcome<String>) -> Response {
    let url = pushed.way_back.url(&code.map(Some));
    // The cookie has served.
    set_cookie(see_other(&url), "", 0)
}

/// RFC 6749 section 4.1.2.1.
fn oauth_error(code: Code) -> &'static str {
    match code {
        Code::IdentityProviderUnavailable => "temporarily_unavailable",
        Code::Internal => "server_error",
        _ => "access_denied",
    }
}

fn see_other(url: &Url) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let Ok(url) = HeaderValue::from_str(url.as_str()) {
        headers.insert(header::LOCATION, url);
    }
    // The address of a sign-in is nobody else's business.
    let policy = HeaderValue::from_static("no-referrer");
    headers.insert(header::REFERRER_POLICY, policy);
    response
}

/// Whether it is the browser that the page was opened in.
pub(super) fn came_from(headers: &HeaderMap, browser: &str) -> bool {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split("; "))
        .find_map(|pair| pair.strip_prefix(COOKIE)?.strip_prefix('='))
        == Some(browser)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r10_the_browser_comes_back_to_this_machine_only() {
        assert!(loopback("http://127.0.0.1:51004/cb").is_some());
        assert!(loopback("http://[::1]:51004/cb").is_some());
        for uri in [
            "http://127.0.0.1/cb",
            "https://127.0.0.1:51004/cb",
            "http://localhost:51004/cb",
            "http://127.0.0.1.example.org:51004/cb",
            "http://127.0.0.1@example.org:51004/cb",
            "http://127.0.0.1:51004/cb?x=1",
            "http://127.0.0.1:51004/cb#x",
            "http://192.168.1.4:51004/cb",
            "relecture://cb",
            "",
        ] {
            assert!(loopback(uri).is_none(), "{uri}");
        }
    }
}
