//! Enrolment of a TOTP (RFC 6238), at the first sign-in and after a recovery code (R9).

use axum::{Json, extract::State};
use jiff::{SignedDuration, Timestamp};
use relecture_crypto::{make_bytes, make_token, sha256};
use relecture_platform_api::{Code, TotpConfirmation, TotpConfirmed, TotpEnrolment, TotpSecret};
use rusqlite::Connection;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::sign_in::{PASSWORD_AND_TOTP, Proved, give_code, require_s256};
use crate::{
    Platform,
    caller::{Mark, Unknown},
    http::Body,
    lifecycle,
    password::{self, Totp},
    refusal::{Outcome, Refusal},
    store::{
        accounts,
        audit::{self, AuditEntry},
        totp::{self, Enrolment},
    },
};

/// How long an enrolment may take.
const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Wrong first codes after which it begins again, with the password.
const TRIES: u32 = 3;
/// Recovery codes of an account.
const RECOVERY_CODES: usize = 10;
/// Crockford's base32: no letter that is taken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Kind of the sealed secret while it does not count.
const PENDING: &str = "relecture/totp-enrolment/1";
/// Kind of the tags of recovery codes.
const RECOVERY: &str = "recovery-code";

/// Begins an enrolment for an account whose password is right; the sign-in goes on with what this answers.
pub(crate) fn begin(
    platform: &Platform,
    db: &Connection,
    expert: Uuid,
    key_thumbprint: &str,
    now: Timestamp,
) -> Outcome<String> {
    let auth_session = make_token();
    let secret = Zeroizing::new(make_bytes::<20>());
    let enrolment = Enrolment {
        expert,
        key_thumbprint: key_thumbprint.to_owned(),
        secret_sealed: platform
            .keys()
            .seal(PENDING, expert.as_bytes(), secret.as_slice()),
        begun_at: now,
        failures: 0,
    };
    totp::begin(db, sha256(auth_session.as_bytes()), &enrolment)?;
    Ok(auth_session)
}

/// Uses a recovery code up; whether it was one of this account's.
pub(crate) fn recover(
    platform: &Platform,
    db: &Connection,
    expert: Uuid,
    code: &str,
) -> Outcome<bool> {
    let tag = platform
        .keys()
        .tag(RECOVERY, expert.as_bytes(), normal(code).as_bytes());
    Ok(totp::use_recovery_code(db, expert, tag)?)
}

/// One spelling per code: what is read as a digit is one.
fn normal(code: &str) -> String {
    code.chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// Ten symbols of five bits, in two groups.
fn make_recovery_code() -> String {
    let mut code: String = make_bytes::<10>()
        .into_iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .map(|symbol| char::from(*symbol))
        .collect();
    code.insert(5, '-');
    code
}

fn pending(db: &Connection, auth_session: &str, key: &str, now: Timestamp) -> Outcome<Enrolment> {
    totp::by_session(db, sha256(auth_session.as_bytes()))?
        .filter(|enrolment| {
            enrolment.key_thumbprint == key
                && enrolment.failures < TRIES
                && now.duration_since(enrolment.begun_at) <= LIFE
        })
        .ok_or_else(|| Refusal::because(Code::InvalidToken, "auth_session"))
}

fn secret_of(platform: &Platform, enrolment: &Enrolment) -> Outcome<Zeroizing<Vec<u8>>> {
    platform
        .keys()
        .open_sealed(
            PENDING,
            enrolment.expert.as_bytes(),
            &enrolment.secret_sealed,
        )
        .ok_or_else(|| Refusal::fault("TOTP enrolment does not open"))
}

/// `POST /oauth/totp`.
pub(crate) async fn totp_enrol(
    State(platform): State<Platform>,
    Unknown { proof, .. }: Unknown,
    Body(request): Body<TotpEnrolment>,
) -> Outcome<Json<TotpSecret>> {
    let now = platform.now();
    let working = platform.clone();
    platform
        .transact(move |db| {
            let enrolment = pending(db, &request.auth_session, &proof.thumbprint, now)?;
            let secret = secret_of(&working, &enrolment)?;
            let email = accounts::email(db, enrolment.expert)?.ok_or(Code::InvalidToken)?;
            let uri = totp_rs::Builder::new()
                .with_secret(secret.to_vec())
                .with_account_name(email.as_str())
                .with_issuer(Some(working.name()))
                .build()
                .map_err(|_| Refusal::fault("TOTP"))?
                .to_url()
                .map_err(|_| Refusal::fault("otpauth address"))?;
            Ok(Json(TotpSecret {
                secret: totp_rs::Secret::from(secret.to_vec()).to_base32(),
                uri,
            }))
        })
        .await
}

/// `POST /oauth/totp/confirm`.
pub(crate) async fn totp_confirm(
    State(platform): State<Platform>,
    Unknown { proof, mark }: Unknown,
    Body(request): Body<TotpConfirmation>,
) -> Outcome<Json<TotpConfirmed>> {
    require_s256(&request.code_challenge_method, &request.code_challenge)?;
    let now = platform.now();
    let working = platform.clone();
    platform
        // A wrong code counts: what a refusal writes is committed too.
        .transact(move |db| {
            Ok(confirm(
                &working,
                db,
                &request,
                &proof.thumbprint,
                &mark,
                now,
            ))
        })
        .await?
        .map(Json)
}

fn confirm(
    platform: &Platform,
    db: &Connection,
    request: &TotpConfirmation,
    key: &str,
    mark: &Mark,
    now: Timestamp,
) -> Outcome<TotpConfirmed> {
    let enrolment = pending(db, &request.auth_session, key, now)?;
    let secret = secret_of(platform, &enrolment)?;
    let code = match password::totp(&secret, &request.otp, 0, now) {
        Totp::Step(step) => Ok(step),
        Totp::Skewed => Err(Code::ClockSkewed),
        Totp::Wrong => Err(Code::InvalidCredentials),
    };
    let step = match code {
        Ok(step) => step,
        Err(code) => {
            totp::fail(db, sha256(request.auth_session.as_bytes()))?;
            let left = TRIES.saturating_sub(enrolment.failures + 1);
            return Err(Refusal::attempts(code, left));
        }
    };
    let expert = enrolment.expert;
    let sealed = platform
        .keys()
        .seal(password::TOTP, expert.as_bytes(), &secret);
    accounts::set_totp(db, expert, &sealed, step)?;
    totp::forget(db, expert)?;
    let recovery_codes: Vec<String> = (0..RECOVERY_CODES).map(|_| make_recovery_code()).collect();
    let tags: Vec<_> = recovery_codes
        .iter()
        .map(|code| {
            platform
                .keys()
                .tag(RECOVERY, expert.as_bytes(), normal(code).as_bytes())
        })
        .collect();
    totp::set_recovery_codes(db, expert, &tags)?;
    let proved = Proved {
        expert,
        key_thumbprint: key,
        challenge: &request.code_challenge,
        amr: PASSWORD_AND_TOTP,
        acr: None,
        auth_time: now,
        psc: None,
    };
    let authorization_code = give_code(platform, db, &proved, now)?;
    let entry = AuditEntry {
        at_device: mark.at_device,
        role: "expert".to_owned(),
        actor: Some(expert),
        request_id: Some(mark.request_id.clone()),
        ..lifecycle::by_platform(now, "totp.enrolled", None)
    };
    audit::append(db, &entry)?;
    Ok(TotpConfirmed {
        authorization_code,
        recovery_codes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_has_fifty_bits_and_one_spelling() {
        let code = make_recovery_code();
        assert_eq!(code.len(), 11);
        assert_eq!(normal(&code).len(), 10);
        assert_ne!(code, make_recovery_code());
        assert_eq!(normal("ol1i0-abcde"), "01110ABCDE");
        assert_eq!(
            normal(&code.to_lowercase().replace('-', " ")),
            normal(&code)
        );
    }
}
