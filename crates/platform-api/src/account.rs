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
    /// Whether the platform account (e-mail, password, TOTP) may be used (R8).
    pub platform_account: bool,
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
    /// After a challenge.
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
}

/// `GET /v1/me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The physician.
    pub expert: Expert,
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

/// `GET /v1/vault-secret`: the platform's half of the vault's key, released after strong sign-in only and sealed to the
/// device (HPKE, RFC 9180; info `relecture/vault-secret/1`, additional data = device id).
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
