//! The expert, the installation, and the platform's half of the vault's key.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use jiff::SignedDuration;
use relecture_crypto::{SealingKey, make_uuid, seal_to, sha256};
use relecture_platform_api::{
    Code, DeviceEnrolled, DeviceEnrolment, DeviceList, Me, VaultSeal, VaultSecret, contexts,
};
use relecture_signature::{EnrolmentError, Subject};

use crate::{
    Platform,
    act::{Act, Answered, IdempotencyKey},
    caller::{Actor, Caller, SignedIn, is_live},
    http::{Body, id},
    refusal::{Outcome, Refusal},
    store::{
        accounts,
        devices::{self, Device},
        sessions,
    },
};

/// A device's key pair here.
const VAULT_KEY: &str = "relecture/platform-vault-key/1";
/// A signature certificate is renewed by enrolling again.
const CERTIFICATE_LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);
const MAX_NAME: usize = 100;

/// `GET /v1/me`.
pub(crate) async fn me_view(
    State(platform): State<Platform>,
    caller: SignedIn,
) -> Outcome<Json<Me>> {
    platform
        .act(caller, None, |act| {
            let expert = accounts::by_id(act.db, act.caller.expert())?.ok_or(Code::InvalidToken)?;
            let device = act
                .caller
                .device
                .as_ref()
                .map(|device| enrolled(act, device))
                .transpose()?;
            let account = accounts::email(act.db, expert.id)?.ok_or(Code::InvalidToken)?;
            Ok(Json(Me {
                expert,
                account,
                device,
            }))
        })
        .await
}

fn enrolled<C>(act: &Act<'_, C>, device: &Device) -> Outcome<DeviceEnrolled> {
    Ok(DeviceEnrolled {
        device_id: device.id,
        name: device.name.clone(),
        enrolled_at: device.enrolled_at,
        signature_chain: serde_json::from_str(&device.signature_chain)
            .map_err(|_| Refusal::fault("signature chain does not parse"))?,
        receipt_key: act.keys.receipts.jwk.clone(),
        vault_key: BASE64_URL_SAFE_NO_PAD.encode(vault_key(act, device)?.public()),
        vault_epoch: device.vault_epoch,
    })
}

/// The key pair to which the device's vault seals.
fn vault_key<C>(act: &Act<'_, C>, device: &Device) -> Outcome<SealingKey> {
    act.keys
        .open_sealed(VAULT_KEY, device.id.as_bytes(), &device.vault_key_sealed)
        .and_then(|bytes| SealingKey::from_bytes(&bytes))
        .ok_or_else(|| Refusal::fault("vault key does not open"))
}

/// `POST /v1/devices` (R13, R20).
pub(crate) async fn device_enrol(
    State(platform): State<Platform>,
    caller: SignedIn,
    key: IdempotencyKey,
    Body(enrolment): Body<DeviceEnrolment>,
) -> Outcome<Answered> {
    let once = key.with_json(&enrolment)?;
    platform
        .act(caller, None, move |act| {
            act.once(&once, StatusCode::CREATED, || enrol(act, &enrolment))
        })
        .await
}

fn enrol(act: &Act<'_, SignedIn>, enrolment: &DeviceEnrolment) -> Outcome<DeviceEnrolled> {
    act.caller.require_recent(act.now)?;
    let invalid = |field: &str| Refusal::because(Code::Validation, field);
    let name = enrolment.name.trim();
    if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(invalid("name"));
    }
    let sealing_key = BASE64_URL_SAFE_NO_PAD
        .decode(&enrolment.sealing_key)
        .map_err(|_| invalid("sealing_key"))?;
    // Seals nothing of value: it proves that the point is on the curve.
    seal_to(&sealing_key, contexts::VAULT_SECRET, &[], &[]).map_err(|_| invalid("sealing_key"))?;
    let request = BASE64_STANDARD
        .decode(&enrolment.signature_request)
        .map_err(|_| invalid("signature_request"))?;

    let caller = act.caller;
    let thumbprint = &caller.session.key_thumbprint;
    let former = devices::by_key(act.db, thumbprint)?;
    if let Some(former) = &former {
        // A key is one installation of one physician, and a revoked one never comes back.
        if former.expert != caller.expert() {
            return Err(Code::StateConflict.into());
        }
        if former.revoked_at.is_some() {
            return Err(Code::DeviceNotEnrolled.into());
        }
    }
    let expert = accounts::by_id(act.db, caller.expert())?.ok_or(Code::InvalidToken)?;
    let subject = Subject {
        common_name: &expert.name,
        rpps: &expert.rpps,
    };
    let certificate = act
        .keys
        .authority
        .issue(&request, &subject, act.now, CERTIFICATE_LIFE)
        .map_err(|error| match error {
            EnrolmentError::Request => invalid("signature_request"),
            _ => Refusal::fault("signature certificate not issued"),
        })?;
    let chain = [certificate.as_slice(), act.keys.authority.certificate_der()]
        .map(|der| BASE64_STANDARD.encode(der));
    let (id, vault_key_sealed, vault_epoch) = if let Some(former) = former {
        (former.id, former.vault_key_sealed, former.vault_epoch)
    } else {
        let (id, pair) = (make_uuid(act.now), SealingKey::make());
        (
            id,
            act.keys.seal(VAULT_KEY, id.as_bytes(), &pair.to_bytes()),
            0,
        )
    };
    let device = Device {
        id,
        expert: expert.id,
        key_thumbprint: thumbprint.clone(),
        key_jwk: caller.jwk.clone(),
        name: name.to_owned(),
        sealing_key,
        signature_chain: serde_json::to_string(&chain)
            .map_err(|_| Refusal::fault("chain does not serialise"))?,
        vault_key_sealed,
        vault_epoch,
        enrolled_at: act.now,
        revoked_at: None,
    };
    devices::save(act.db, &device, sha256(&certificate))?;
    act.record("device.enrolled", None, Some(id))?;
    enrolled(act, &device)
}

/// `GET /v1/devices` (R22).
pub(crate) async fn device_list(
    State(platform): State<Platform>,
    caller: SignedIn,
) -> Outcome<Json<DeviceList>> {
    platform
        .act(caller, None, |act| {
            let current = act.caller.device();
            let listed = |device: Device| {
                let key = &device.key_thumbprint;
                let session = sessions::open_one(act.db, device.expert, key)?;
                Ok(relecture_platform_api::Device {
                    device_id: device.id,
                    name: device.name,
                    enrolled_at: device.enrolled_at,
                    last_seen: sessions::last_seen(act.db, key)?,
                    signed_in: session
                        .is_some_and(|session| is_live(&session, act.sign_in, act.now)),
                    revoked_at: device.revoked_at,
                    current: Some(device.id) == current,
                })
            };
            let items = devices::of_expert(act.db, act.caller.expert())?
                .into_iter()
                .map(listed)
                .collect::<Outcome<_>>()?;
            Ok(Json(DeviceList { items }))
        })
        .await
}

/// `DELETE /v1/devices/{id}` (R14, R20, R22). Revoked already is done.
pub(crate) async fn device_revoke(
    State(platform): State<Platform>,
    caller: SignedIn,
    Path(path): Path<String>,
) -> Outcome<StatusCode> {
    let id = id(&path)?;
    platform
        .act(caller, Some(id), move |act| {
            let device = devices::by_id(act.db, id)?
                .filter(|device| device.expert == act.caller.expert())
                .ok_or(Code::NotFound)?;
            act.caller.require_recent(act.now)?;
            devices::revoke(act.db, device.id, act.now)?;
            sessions::end_of_key(act.db, &device.key_thumbprint, act.now)?;
            act.record("device.revoked", None, Some(device.id))?;
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}

/// `POST /v1/vault-secret`.
pub(crate) async fn vault_secret_open(
    State(platform): State<Platform>,
    caller: Caller,
    Body(seal): Body<VaultSeal>,
) -> Outcome<Json<VaultSecret>> {
    platform
        .act(caller, None, move |act| {
            let device = &act.caller.device;
            // What the vault sealed before an erasure stays closed for good.
            if !devices::raise_vault_epoch(act.db, device.id, seal.epoch)? {
                return Err(Refusal::because(Code::StateConflict, "epoch"));
            }
            let wrong = || Refusal::because(Code::Validation, "sealed");
            let sealed = BASE64_URL_SAFE_NO_PAD
                .decode(&seal.sealed)
                .map_err(|_| wrong())?;
            let secret = vault_key(act, device)?
                .open(
                    contexts::VAULT_SEAL,
                    &contexts::vault_seal(device.id, seal.epoch),
                    &sealed,
                )
                .map_err(|_| wrong())?;
            let id = device.id.as_bytes();
            let sealed = seal_to(&device.sealing_key, contexts::VAULT_SECRET, id, &secret)
                .map_err(|_| Refusal::fault("device sealing key"))?;
            act.record("vault_secret.released", None, Some(device.id))?;
            Ok(Json(VaultSecret {
                sealed: BASE64_URL_SAFE_NO_PAD.encode(sealed),
            }))
        })
        .await
}
