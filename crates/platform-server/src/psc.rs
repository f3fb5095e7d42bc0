//! Pro Santé Connect: the platform is its only client (R4). `OpenID` Connect code flow and CIBA in poll mode.
//!
//! Addresses come from the discovery document, never from here. What ANS publishes of claims and parameters is listed in
//! docs/authentication.md with what could not be verified without an account of its test environment.

use std::{pin::Pin, sync::Arc, time::Duration, time::SystemTime};

use jiff::{SignedDuration, Timestamp};
use openidconnect::{
    AccessToken, AdditionalClaims, AdditionalProviderMetadata, AsyncHttpClient,
    AuthenticationContextClass, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret,
    CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    JsonWebKeySet, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    ProviderMetadata, RedirectUrl, Scope, SubjectIdentifier, TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
        CoreGenderClaim, CoreGrantType, CoreIdToken, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
        CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType, CoreTokenResponse,
    },
};
use relecture_platform_api::{CibaChannel, Code};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    config::ProSanteConnect,
    refusal::{Outcome, Refusal, STEP_UP_MAX_AGE},
};

/// Longest wait for an answer of the provider.
const PATIENCE: Duration = Duration::from_secs(10);
/// How far PSC's clock may be ahead of ours.
const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// Everything PSC tells of a professional.
const SCOPE: &str = "scope_all";
/// Least level of the authentication (R5).
const LEVEL: &str = "eidas1";
/// `codeProfession` of physicians; third-party usage, not verified against the ANS nomenclature.
const PHYSICIAN: &str = "10";

/// Endpoints beyond `OpenID` Connect Discovery.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Endpoints {
    #[serde(rename = "backchannel_authentication_endpoint")]
    backchannel: Option<Url>,
    #[serde(rename = "end_session_endpoint")]
    end_session: Option<Url>,
    #[serde(rename = "revocation_endpoint")]
    revocation: Option<Url>,
}
impl AdditionalProviderMetadata for Endpoints {}

type Provider = ProviderMetadata<
    Endpoints,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// A client that knows where to send the browser.
type PscClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What PSC says of a professional, as far as it matters here.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Professional {
    #[serde(rename = "SubjectNameID")]
    national_id: String,
    #[serde(rename = "SubjectRefPro", default)]
    reference: Reference,
}
impl AdditionalClaims for Professional {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Reference {
    #[serde(default)]
    exercices: Vec<Exercise>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Exercise {
    #[serde(rename = "codeProfession", default)]
    profession: String,
}

/// A physician, as PSC has just proved him.
pub(crate) struct Identity {
    pub(crate) national_id: String,
    /// When he proved it.
    pub(crate) auth_time: Timestamp,
    /// How strongly.
    pub(crate) acr: String,
    /// What ends his session there (R21).
    pub(crate) tokens: PscTokens,
}

/// What PSC gave: kept sealed, used at sign-out, never shown to a client (R4).
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PscTokens {
    identity: String,
    access: String,
    refresh: Option<String>,
}

/// What the platform remembers while the browser is at PSC.
pub(crate) struct Leg {
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// A CIBA request under way.
pub(crate) struct Asked {
    pub(crate) auth_req_id: String,
    pub(crate) expires_in: u32,
    pub(crate) interval: u32,
}

/// What a look at a CIBA request brought.
pub(crate) enum Answer {
    Pending,
    /// Asked too often (RFC 8628 section 3.5).
    SlowDown,
    Proved(Box<Identity>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Browser,
    Phone,
}

/// The HTTP client, as `openidconnect` wants it.
struct Line(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Line {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Self::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let mut answer = self.0.execute(request.try_into()?).await?;
            let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
            let mut response = HttpResponse::new(answer.bytes().await?.to_vec());
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}

/// The platform's line to PSC.
pub(crate) struct Connector {
    config: ProSanteConnect,
    line: Line,
    /// A test provider on this machine may speak without TLS.
    loopback: bool,
}

fn unavailable() -> Refusal {
    Code::IdentityProviderUnavailable.into()
}

fn refused(why: &str) -> Refusal {
    tracing::warn!(why, "Pro Santé Connect's answer is not accepted");
    Refusal::because(Code::IdentityRefused, why)
}

impl Connector {
    pub(crate) fn new(config: ProSanteConnect, loopback: bool) -> reqwest::Result<Self> {
        // Another part of the process may have installed it already; the same one serves.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self {
            config,
            line: Line(http),
            loopback,
        })
    }

    /// HTTPS, or this machine where that is allowed.
    fn require_safe(&self, url: &Url) -> Outcome<()> {
        let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
        if url.scheme() == "https" || self.loopback && local {
            return Ok(());
        }
        Err(refused("endpoint"))
    }

    /// The discovery document and the keys, read at each sign-in: they may change.
    async fn provider(&self) -> Outcome<Provider> {
        let address: Url = self.config.discovery.parse().map_err(|_| unavailable())?;
        self.require_safe(&address)?;
        let answer = self
            .line
            .0
            .get(address.clone())
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(|_| unavailable())?;
        let provider: Provider = answer.json().await.map_err(|_| unavailable())?;
        // PSC's document has a name of its own beside its issuer.
        let issuer = provider.issuer().as_str().trim_end_matches('/');
        if !address
            .as_str()
            .starts_with(&format!("{issuer}/.well-known/"))
        {
            return Err(refused("issuer"));
        }
        let endpoints = provider.additional_metadata();
        let more = [
            &endpoints.backchannel,
            &endpoints.end_session,
            &endpoints.revocation,
        ];
        let token = provider.token_endpoint().ok_or_else(unavailable)?.url();
        for url in more
            .into_iter()
            .flatten()
            .chain([provider.jwks_uri().url(), token])
        {
            self.require_safe(url)?;
        }
        let keys = JsonWebKeySet::fetch_async(provider.jwks_uri(), &self.line)
            .await
            .map_err(|_| unavailable())?;
        Ok(provider.set_jwks(keys))
    }

    /// Where to send the browser.
    pub(crate) async fn begin(&self, redirect_uri: &str) -> Outcome<(Url, String, Leg)> {
        let provider = self.provider().await?;
        let client = self.client(&provider);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let redirect = RedirectUrl::new(redirect_uri.to_owned()).map_err(|_| unavailable())?;
        let client = client.set_redirect_uri(redirect);
        let (url, state, nonce) = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new(SCOPE.to_owned()))
            .add_auth_context_value(AuthenticationContextClass::new(LEVEL.to_owned()))
            // Whoever signs in here proves it now, not on the strength of a session of this morning (R20).
            .set_max_age(Duration::from_secs(STEP_UP_MAX_AGE.into()))
            .set_pkce_challenge(challenge)
            .url();
        Ok((url, state.into_secret(), Leg { nonce, verifier }))
    }

    fn client(&self, provider: &Provider) -> PscClient {
        CoreClient::from_provider_metadata(
            provider.clone(),
            ClientId::new(self.config.client_id.clone()),
            Some(ClientSecret::new(self.config.client_secret.clone())),
        )
    }

    /// The code that the browser brought back.
    pub(crate) async fn finish(
        &self,
        leg: Leg,
        code: String,
        redirect_uri: &str,
        now: Timestamp,
    ) -> Outcome<Identity> {
        let provider = self.provider().await?;
        let redirect = RedirectUrl::new(redirect_uri.to_owned()).map_err(|_| unavailable())?;
        let client = self.client(&provider).set_redirect_uri(redirect);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| unavailable())?
            .set_pkce_verifier(leg.verifier)
            .request_async(&self.line)
            .await
            .map_err(|_| refused("code"))?;
        self.identify(&provider, &tokens, Some(&leg.nonce), By::Browser, now)
            .await
    }

    /// R5 and R7: who this is, if every proof holds.
    async fn identify(
        &self,
        provider: &Provider,
        tokens: &CoreTokenResponse,
        nonce: Option<&Nonce>,
        by: By,
        now: Timestamp,
    ) -> Outcome<Identity> {
        let client = self.client(provider);
        let id_token: &CoreIdToken = tokens.id_token().ok_or_else(|| refused("id_token"))?;
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs([
                CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
                CoreJwsSigningAlgorithm::RsaSsaPssSha256,
                CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            ])
            .set_time_fn(move || SystemTime::from(now).into());
        let same = |said: Option<&Nonce>| {
            let expected = nonce.map(Nonce::secret);
            let right = nonce.is_none() || said.map(Nonce::secret) == expected;
            right.then_some(()).ok_or_else(|| "nonce".to_owned())
        };
        let claims = id_token
            .claims(&verifier, same)
            .map_err(|_| refused("id_token"))?;
        let acr = claims.auth_context_ref().map(|acr| acr.as_str().to_owned());
        let acr = acr
            .filter(|acr| level(acr) >= 1)
            .ok_or(Code::AssuranceTooLow)?;
        let auth_time = claims
            .auth_time()
            .and_then(|at| Timestamp::from_second(at.timestamp()).ok())
            .filter(|at| at.duration_since(now) <= SKEW)
            .map(|at| at.min(now));
        let auth_time = match by {
            By::Phone => auth_time.unwrap_or(now),
            // Asked for with `max_age`: whoever leaves it out did not look (`OpenID` Connect Core section 2).
            By::Browser => auth_time.ok_or(Code::AssuranceTooLow)?,
        };
        let subject = claims.subject().clone();
        let professional = self
            .professional(&client, tokens.access_token(), subject)
            .await?;
        let mut exercises = professional.reference.exercices.iter();
        if !exercises.any(|exercise| exercise.profession == PHYSICIAN) {
            return Err(Code::NotAPhysician.into());
        }
        Ok(Identity {
            national_id: professional.national_id,
            auth_time,
            acr,
            tokens: PscTokens {
                identity: id_token.to_string(),
                access: tokens.access_token().secret().clone(),
                refresh: tokens.refresh_token().map(|token| token.secret().clone()),
            },
        })
    }

    async fn professional(
        &self,
        client: &PscClient,
        access_token: &AccessToken,
        subject: SubjectIdentifier,
    ) -> Outcome<Professional> {
        let claims: UserInfoClaims<Professional, CoreGenderClaim> = client
            .user_info(access_token.clone(), Some(subject))
            .map_err(|_| unavailable())?
            .request_async(&self.line)
            .await
            .map_err(|_| refused("userinfo"))?;
        Ok(claims.additional_claims().clone())
    }

    async fn post(&self, url: &Url, fields: &[(&str, &str)]) -> Outcome<reqwest::Response> {
        let ProSanteConnect {
            client_id,
            client_secret,
            ..
        } = &self.config;
        self.line
            .0
            .post(url.clone())
            .basic_auth(client_id, Some(client_secret))
            .form(fields)
            .send()
            .await
            .map_err(|_| unavailable())
    }

    /// Sends the request to the phone or the card. `display_code` is shown on both sides (R6).
    pub(crate) async fn ask(
        &self,
        national_id: &str,
        channel: CibaChannel,
        display_code: &str,
    ) -> Outcome<Asked> {
        #[derive(Deserialize)]
        struct Acknowledgement {
            auth_req_id: String,
            expires_in: u32,
            #[serde(default = "five")]
            interval: u32,
        }
        fn five() -> u32 {
            5
        }
        let provider = self.provider().await?;
        let endpoint = provider
            .additional_metadata()
            .backchannel
            .as_ref()
            .ok_or(Code::SignInMethodOff)?;
        let channel = match channel {
            CibaChannel::Card => "CARD",
            CibaChannel::Mobile => "MOBILE",
        };
        let scope = format!("openid {SCOPE}");
        let fields = [
            ("scope", scope.as_str()),
            ("login_hint", national_id),
            ("binding_message", display_code),
            ("acr_values", LEVEL),
            ("channel", channel),
        ];
        let answer = self.post(endpoint, &fields).await?;
        if answer.status().is_server_error() {
            return Err(unavailable());
        }
        // Who is not known there is not told apart from who declined.
        if !answer.status().is_success() {
            return Err(refused("ciba"));
        }
        let asked: Acknowledgement = answer.json().await.map_err(|_| unavailable())?;
        Ok(Asked {
            auth_req_id: asked.auth_req_id,
            expires_in: asked.expires_in.min(600),
            interval: asked.interval.clamp(1, 60),
        })
    }

    /// Whether the professional has answered.
    pub(crate) async fn look(&self, auth_req_id: &str, now: Timestamp) -> Outcome<Answer> {
        #[derive(Deserialize)]
        struct Error {
            error: String,
        }
        let provider = self.provider().await?;
        let endpoint = provider.token_endpoint().ok_or_else(unavailable)?.url();
        let fields = [
            ("grant_type", "urn:openid:params:grant-type:ciba"),
            ("auth_req_id", auth_req_id),
        ];
        let answer = self.post(endpoint, &fields).await?;
        if answer.status().is_success() {
            let tokens: CoreTokenResponse = answer.json().await.map_err(|_| refused("tokens"))?;
            let identity = self
                .identify(&provider, &tokens, None, By::Phone, now)
                .await?;
            return Ok(Answer::Proved(Box::new(identity)));
        }
        let error: Error = answer.json().await.map_err(|_| unavailable())?;
        match error.error.as_str() {
            "authorization_pending" => Ok(Answer::Pending),
            "slow_down" => Ok(Answer::SlowDown),
            "expired_token" => Err(Code::SignInExpired.into()),
            _ => Err(refused("ciba")),
        }
    }

    /// R21: the session at PSC ends with ours. Its failure is logged and keeps nobody signed in here.
    pub(crate) async fn end(self: Arc<Self>, tokens: PscTokens) {
        let ended = async {
            let provider = self.provider().await?;
            let endpoints = provider.additional_metadata();
            if let Some(revocation) = &endpoints.revocation {
                let token = tokens.refresh.as_ref().unwrap_or(&tokens.access);
                self.post(revocation, &[("token", token)]).await?;
            }
            if let Some(end) = &endpoints.end_session {
                let mut url = end.clone();
                url.query_pairs_mut()
                    .append_pair("id_token_hint", &tokens.identity);
                self.line
                    .0
                    .get(url)
                    .send()
                    .await
                    .map_err(|_| unavailable())?;
            }
            Ok::<_, Refusal>(())
        };
        if ended.await.is_err() {
            tracing::warn!("the session at Pro Santé Connect could not be ended");
        }
    }
}

/// The number in `eidas1`, `eidas2`; 0 for anything else (R5).
fn level(acr: &str) -> u32 {
    acr.strip_prefix("eidas")
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r5_a_level_is_at_least_eidas1() {
        assert_eq!(level("eidas1"), 1);
        assert_eq!(level("eidas2"), 2);
        for acr in [
            "eidas0",
            "eidas",
            "0",
            "urn:mace:incommon:iap:silver",
            "EIDAS1",
            "",
        ] {
            assert_eq!(level(acr), 0, "{acr}");
        }
    }
}
