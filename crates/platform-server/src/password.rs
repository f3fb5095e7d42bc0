//! The two factors of the platform account: password (Argon2id) and TOTP (R9).

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::SaltString,
};
use jiff::Timestamp;
use relecture_crypto::{Digest, make_bytes, sha256};
use totp_rs::Builder;

use crate::refusal::{Outcome, Refusal};

/// Kind of a sealed TOTP secret.
pub(crate) const TOTP: &str = "relecture/totp-secret/1";

/// Argon2id (RFC 9106): 64 MiB, three passes, one lane; some 180 ms on a core of 2026.
fn argon2() -> Argon2<'static> {
    let params = Params::new(64 * 1024, 3, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// [A section 9]: 8 to 25 characters of four classes.
pub(crate) fn is_acceptable(password: &str) -> bool {
    let has = |class: fn(char) -> bool| password.chars().any(class);
    (8..=25).contains(&password.chars().count())
        && has(char::is_uppercase)
        && has(char::is_lowercase)
        && has(|c| c.is_ascii_digit())
        && has(|c| !c.is_alphanumeric())
}

pub(crate) fn hash(password: &str) -> Outcome<String> {
    let salt = SaltString::encode_b64(&make_bytes::<16>()).map_err(|_| Refusal::fault("salt"))?;
    let hash = argon2()
        .hash_password(password.as_bytes(), &salt)
        .map_err(|_| Refusal::fault("password hash"))?;
    Ok(hash.to_string())
}

/// Whether the password is right. An account that does not exist costs the same time.
pub(crate) fn matches(password: &str, hash: Option<&str>) -> bool {
    if let Some(Ok(hash)) = hash.map(PasswordHash::new) {
        return argon2().verify_password(password.as_bytes(), &hash).is_ok();
    }
    let mut output = [0; 32];
    let spent = argon2().hash_password_into(password.as_bytes(), b"no such account.", &mut output);
    std::hint::black_box((spent.is_ok(), output));
    false
}

/// The step of a right code: within one step of now, and after the last one accepted (R9).
pub(crate) fn totp_step(secret: &[u8], code: &str, last: u64, now: Timestamp) -> Option<u64> {
    let totp = Builder::new()
        .with_secret(secret.to_vec())
        .with_skew(1)
        .build()
        .ok()?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    totp.check(&code, u64::try_from(now.as_second()).ok()?)
        .filter(|step| *step > last)
}

/// One spelling per address.
pub(crate) fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The name under which failures of an address are counted, known or not.
pub(crate) fn account_digest(email: &str) -> Digest {
    sha256(normal_email(email).as_bytes())
}
