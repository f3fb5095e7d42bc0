//! Signing in, devices and the expert's own profile.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a client must know before it signs in. Public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Configuration {
    /// Name shown to people.
    pub name: String,
    /// The platform's clock (R123).
    #[schema(value_type = String, format = DateTime)]
    pub server_time: Timestamp,
    /// Oldest client version that is served (R124).
    pub min_client: String,
    /// Largest report accepted, in bytes.
    pub max_report_bytes: u64,
    /// Seconds after which an authentication is too old to sign or submit (R20).
    pub step_up_max_age: u32,
    /// Authorities under which timestamps are believed: certificates in DER, base64 (R76).
    pub timestamp_authorities: Vec<String>,
    /// Whether the platform account (e-mail, password, TOTP) may be used (R8).
    pub platform_account: bool,
    /// Whether Pro Santé Connect is there (R4).
    pub pro_sante_connect: bool,
    /// Whether a passkey or a security key may be used (R8, R9).
    #[serde(default)]
    pub passkey: bool,
}

/// `POST /oauth/challenge`: sign-in of the platform account in the app's own form
/// (OAuth 2.0 for First-Party Applications). The request carries a `DPoP` proof; the code is bound to its key.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct AuthorizationChallenge {
    /// E-mail of the account.
    pub username: String,
    /// Password.
    pub password: String,
    /// Six-digit TOTP code (RFC 6238); empty for an account that has none yet, and beside a recovery code.
    pub otp: String,
    /// A recovery code in place of the TOTP code: a new TOTP is then enrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_code: Option<String>,
    /// PKCE S256 challenge (RFC 7636).
    pub code_challenge: String,
    /// Always `S256`.
    pub code_challenge_method: String,
}

/// The answer to a right [`AuthorizationChallenge`].
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct AuthorizationCode {
    /// Single use, 60 s.
    pub authorization_code: String,
}

/// `POST /oauth/totp`: what the authenticator is to learn.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TotpEnrolment {
    /// From the problem `totp-enrolment-required`; ten minutes.
    pub auth_session: String,
}

/// The secret of a TOTP that does not count yet: SHA-1, six digits, 30 s (RFC 6238).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TotpSecret {
    /// 160 bits, base32.
    pub secret: String,
    /// The same as `otpauth` address, for a QR code.
    pub uri: String,
}

/// `POST /oauth/totp/confirm`: the first code; from then on the TOTP counts.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TotpConfirmation {
    /// As in [`TotpEnrolment`].
    pub auth_session: String,
    /// The code that the authenticator shows.
    pub otp: String,
    /// PKCE S256 challenge (RFC 7636).
    pub code_challenge: String,
    /// Always `S256`.
    pub code_challenge_method: String,
}

/// `POST /oauth/password`: a new password, after both factors were proved (R16, R17).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct PasswordChange {
    /// From the problem `password-change-required`; ten minutes.
    pub auth_session: String,
    /// 8 to 25 characters with upper and lower case, a digit and another sign; nothing that is guessed soon.
    pub new_password: String,
    /// PKCE S256 challenge (RFC 7636).
    pub code_challenge: String,
    /// Always `S256`.
    pub code_challenge_method: String,
}

/// The TOTP counts; the sign-in goes on with the code.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TotpConfirmed {
    /// Single use, 60 s.
    pub authorization_code: String,
    /// Ten codes of 50 bits, each good for one sign-in without the authenticator. Told this once; former ones are void.
    pub recovery_codes: Vec<String>,
}

/// `POST /oauth/token`, as a form.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "grant_type", rename_all = "snake_case")]
pub enum TokenRequest {
    /// After a challenge, a browser or CIBA.
    AuthorizationCode {
        /// The code.
        code: String,
        /// PKCE verifier.
        code_verifier: String,
    },
    /// Renewal.
    RefreshToken {
        /// The refresh token; bound to the same `DPoP` key.
        refresh_token: String,
    },
    /// A sign-in made before the physician was known, and so with a key of its own, goes over to his key on this installation
    /// (RFC 8693). The client is the key of the sign-in, the `DPoP` proof is by the key that takes over.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange {
        /// Access token of the sign-in.
        subject_token: String,
        /// Always `urn:ietf:params:oauth:token-type:access_token`.
        subject_token_type: String,
    },
}

/// Who asks for tokens: an installation, by `private_key_jwt` (`OpenID` Connect Core section 9, RFC 7523, FAPI 2.0). Its name is
/// the thumbprint of its key (RFC 9278), so that a new installation needs no registration before its first sign-in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ClientAuthentication {
    /// `urn:ietf:params:oauth:jwk-thumbprint:sha-256:` and the thumbprint of the installation's key.
    pub client_id: String,
    /// Always `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    pub client_assertion_type: String,
    /// JWT signed with ES256 by that key, which its header carries: `iss` and `sub` are the client, `aud` is the issuer of
    /// [`AuthorizationServer`], `jti` is used once, `exp` is a minute away at most.
    pub client_assertion: String,
}

impl ClientAuthentication {
    /// The only `client_assertion_type`.
    pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    /// What stands before the thumbprint in a `client_id`.
    pub const CLIENT: &str = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";
}

/// A token request by an authenticated client.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ClientTokenRequest {
    /// What is asked for.
    #[serde(flatten)]
    pub grant: TokenRequest,
    /// Who asks.
    #[serde(flatten)]
    pub client: ClientAuthentication,
}

/// `POST /oauth/revoke` (RFC 7009), as a form: the session of this refresh token stops at once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Revocation {
    /// A refresh token.
    pub token: String,
    /// Who asks.
    #[serde(flatten)]
    pub client: ClientAuthentication,
}

/// `POST /oauth/par` (RFC 9126), as a form. The request carries a `DPoP` proof by the client's key, to which the code is bound.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct PushedRequest {
    /// Always `code`.
    pub response_type: String,
    /// `http://127.0.0.1:{port}/{path}` (RFC 8252 section 7.3).
    pub redirect_uri: String,
    /// Given back beside the code.
    pub state: String,
    /// PKCE S256 challenge (RFC 7636).
    pub code_challenge: String,
    /// Always `S256`.
    pub code_challenge_method: String,
    /// How the physician signs in: `eidas1` through Pro Santé Connect, `phr` with a passkey (phishing-resistant).
    pub acr_values: String,
    /// Who asks.
    #[serde(flatten)]
    pub client: ClientAuthentication,
}

/// The request is known; the browser opens `authorization_endpoint?client_id=&request_uri=`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct PushedRequestKept {
    /// Its name; used once.
    pub request_uri: String,
    /// Seconds until it is forgotten.
    pub expires_in: u32,
}

/// `GET /.well-known/oauth-authorization-server` (RFC 8414).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuthorizationServer {
    /// `https` address under which this document was asked for.
    pub issuer: String,
    /// Opened in the system browser (RFC 8252).
    pub authorization_endpoint: String,
    /// Tokens.
    pub token_endpoint: String,
    /// RFC 9126.
    pub pushed_authorization_request_endpoint: String,
    /// Always true: no request without PAR (R11).
    pub require_pushed_authorization_requests: bool,
    /// RFC 7009.
    pub revocation_endpoint: String,
    /// OAuth 2.0 for First-Party Applications; absent where the platform account may not be used (R8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_challenge_endpoint: Option<String>,
    /// `code`.
    pub response_types_supported: Vec<String>,
    /// `authorization_code`, `refresh_token` and token exchange (RFC 8693).
    pub grant_types_supported: Vec<String>,
    /// `S256`.
    pub code_challenge_methods_supported: Vec<String>,
    /// `private_key_jwt`.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// `ES256`.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// `ES256`.
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// What [`PushedRequest::acr_values`] may be.
    pub acr_values_supported: Vec<String>,
    /// Always true (RFC 9207).
    pub authorization_response_iss_parameter_supported: bool,
}

/// By what the professional answers (PSC's `channel`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CibaChannel {
    /// CPS card in a reader of this PC.
    Card,
    /// The e-CPS application on a phone.
    Mobile,
}

/// `POST /v1/auth/ciba`: Pro Santé Connect without a browser on this PC (`OpenID` Connect CIBA, poll mode; R6).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CibaRequest {
    /// National identifier of the professional: `8` and the RPPS number.
    pub national_id: String,
    /// Where the request appears.
    pub channel: CibaChannel,
    /// PKCE S256 challenge (RFC 7636).
    pub code_challenge: String,
    /// Always `S256`.
    pub code_challenge_method: String,
}

/// The request is on its way to the phone or the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CibaBegun {
    /// Names the request.
    pub id: Uuid,
    /// Two digits, the same as on the phone.
    pub display_code: String,
    /// Seconds until it is over.
    pub expires_in: u32,
    /// Seconds to leave between two looks at it.
    pub interval: u32,
}

/// `GET /v1/auth/ciba/{id}`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CibaAnswer {
    /// Single use, 60 s; nothing while the professional has not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_code: Option<String>,
    /// Seconds to leave before the next look.
    pub interval: u32,
}

/// Tokens bound to the device's `DPoP` key (R12).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Tokens {
    /// Sent as `Authorization: DPoP`.
    pub access_token: String,
    /// Always `DPoP`.
    pub token_type: String,
    /// Seconds the access token lives.
    pub expires_in: u32,
    /// For renewal until the session ends.
    pub refresh_token: String,
    /// When the physician last proved both factors.
    #[schema(value_type = String, format = DateTime)]
    pub auth_time: Timestamp,
}

/// `POST /v1/devices`: this installation becomes known, under fresh strong authentication (R13, R20).
/// The signing key of the `DPoP` proof becomes the device key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceEnrolment {
    /// Name of the PC, as its user knows it.
    pub name: String,
    /// Public key to which case keys are sealed: HPKE DHKEM(P-256), uncompressed point, base64url.
    pub sealing_key: String,
    /// PKCS#10 request for the signature certificate of this installation, base64 DER.
    pub signature_request: String,
}

/// The enrolled device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceEnrolled {
    /// Its identifier.
    pub device_id: Uuid,
    /// Name of the PC.
    pub name: String,
    /// When it was enrolled.
    #[schema(value_type = String, format = DateTime)]
    pub enrolled_at: Timestamp,
    /// Signature certificate, then its issuers, base64 DER.
    pub signature_chain: Vec<String>,
    /// Public key that signs the platform's receipts: ES256 JWK, JSON.
    pub receipt_key: String,
    /// Public key of the platform for this installation alone, to which its vault seals what only the platform is to open again:
    /// HPKE DHKEM(P-256), uncompressed point, base64url.
    pub vault_key: String,
    /// The last epoch of its vault that the platform was asked about; a vault made anew begins after it.
    pub vault_epoch: u64,
}

/// `GET /v1/me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The physician.
    pub expert: Expert,
    /// E-mail of his account.
    pub account: String,
    /// This installation; nothing when it is not enrolled.
    pub device: Option<DeviceEnrolled>,
}

/// A physician.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Expert {
    /// Opaque identifier.
    pub id: Uuid,
    /// Title and name.
    pub name: String,
    /// National identifier (RPPS).
    pub rpps: String,
    /// Specialty.
    pub specialty: String,
    /// Structure of practice.
    pub structure: String,
}

/// `POST /v1/vault-secret`: a secret that the device's vault sealed to [`DeviceEnrolled::vault_key`] (HPKE, RFC 9180; info
/// `relecture/vault-secret/2`, additional data = device id and epoch) is opened, after strong sign-in only. An erasure begins a new
/// epoch; a former one is refused from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VaultSeal {
    /// Epoch of the vault.
    pub epoch: u64,
    /// Encapsulated key and ciphertext, base64url.
    pub sealed: String,
}

/// The same secret sealed to the device (HPKE; info `relecture/vault-secret/1`, additional data = device id).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VaultSecret {
    /// Encapsulated key and ciphertext, base64url.
    pub sealed: String,
}

/// `GET /v1/devices`: the caller's installations, the newest first (R22).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceList {
    /// Every installation that was ever enrolled.
    pub items: Vec<Device>,
}

/// One installation of the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Device {
    /// Its identifier.
    pub device_id: Uuid,
    /// Name of the PC.
    pub name: String,
    /// When it was enrolled.
    #[schema(value_type = String, format = DateTime)]
    pub enrolled_at: Timestamp,
    /// When it last spoke to the platform; nothing if it never did after its enrolment.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen: Option<Timestamp>,
    /// Whether somebody is signed in on it.
    pub signed_in: bool,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `POST /v1/passkeys`: a passkey or a security key is to be added in the system browser, under fresh strong authentication
/// (R9, R10, R20).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasskeyEnrolment {
    /// Where the browser comes back to, as in [`PushedRequest`].
    pub redirect_uri: String,
    /// Given back.
    pub state: String,
}

/// The page that makes the key; the browser comes back with `state` and `iss`, and with `error` if none was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasskeyBegun {
    /// Opened once, in the system browser.
    pub address: String,
    /// Seconds until it is forgotten.
    pub expires_in: u32,
}

/// `GET /v1/passkeys`: the caller's passkeys and security keys, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasskeyList {
    /// Those that may be used.
    pub items: Vec<Passkey>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Passkey {
    /// Its identifier.
    pub id: Uuid,
    /// Given by its holder.
    pub name: String,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub enrolled_at: Timestamp,
    /// When it was last used; nothing if it never was.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
}
