//! Passkeys and security keys (`WebAuthn` level 3, R9): made and used on the platform's own pages, in the system browser (R10).
//!
//! ```text
//! workstation -- POST /v1/passkeys --> address     browser -- GET /oauth/passkey/new --> page, key, POST --> workstation
//! workstation -- PAR, acr phr --> request_uri      browser -- GET /oauth/authorize   --> page, key, POST --> workstation
//! ```

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use jiff::Timestamp;
use relecture_crypto::{make_token, make_uuid};
use relecture_platform_api::{Code, PasskeyBegun, PasskeyEnrolment, PasskeyList};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder,
};
use webauthn_rs_proto::ResidentKeyRequirement;

use super::{
    authorize::{LIFE, Pushed, WayBack, bind, came_from},
    sign_in::{Proved, give_code},
};
use crate::{
    Platform,
    caller::{Actor, Caller, Mark, SignedIn, is_live},
    http::{Body, Issuer, id},
    lifecycle,
    pages::{self, Ceremony, Page},
    refusal::{Outcome, Refusal},
    store::{
        accounts,
        audit::{self, AuditEntry},
        devices,
        passkeys::{self, Passkey as Kept},
        sessions,
    },
};

/// Phishing-resistant (`OpenID` Connect Extended Authentication Profile).
pub(crate) const PHISHING_RESISTANT: &str = "phr";
/// RFC 8176: possession of a key, and what its holder knows or is.
const KEY_AND_HOLDER: &str = "pop mfa";
/// As many for one physician.
const MAX_PASSKEYS: usize = 10;
const MAX_NAME: usize = 60;

/// A sign-in that waits for its key.
pub(crate) struct SigningIn {
    pushed: Pushed,
    state: DiscoverableAuthentication,
}

/// A key that a signed-in physician is about to add.
pub(crate) struct Adding {
    expert: Uuid,
    session: Uuid,
    way_back: WayBack,
    /// Once the page was opened.
    state: Option<PasskeyRegistration>,
}

fn refused(why: &str) -> Refusal {
    Refusal::because(Code::PasskeyRefused, why)
}

/// Passkeys are bound to the name under which the platform is called: an address without a name has none.
pub(crate) fn relying_party(platform: &Platform, issuer: &str) -> Outcome<Webauthn> {
    if !platform.has_own_accounts() {
        return Err(Code::SignInMethodOff.into());
    }
    let origin: Url = issuer.parse().map_err(|_| Code::Malformed)?;
    let name = origin.domain().ok_or(Code::SignInMethodOff)?;
    WebauthnBuilder::new(name, &origin)
        .and_then(|builder| builder.rp_name(platform.name()).build())
        .map_err(|_| Code::SignInMethodOff.into())
}

/// The pages and what they send.
pub(crate) fn routes() -> Router<Platform> {
    Router::new()
        .route("/oauth/passkey", post(sign_in))
        .route("/oauth/passkey/new", get(show_new).post(keep))
        .route(pages::SCRIPT_PATH, get(pages::script))
}

/// Where the browser goes next.
#[derive(Serialize)]
pub(crate) struct Onward {
    location: Url,
}

/// The page that asks for a key.
pub(crate) fn show_sign_in(
    platform: &Platform,
    pushed: Pushed,
    now: Timestamp,
) -> Result<Response, Page> {
    let begun = relying_party(platform, &pushed.way_back.issuer)
        .ok()
        .and_then(|party| party.start_discoverable_authentication().ok())
        .and_then(|(options, state)| {
            Some((serde_json::to_string(&options.public_key).ok()?, state))
        });
    let (options, state) = begun.ok_or(Page::Over)?;
    let name = make_token();
    let browser = pushed.way_back.browser.clone();
    let under_way = &platform.sign_ins().passkeys;
    if !under_way.insert(name.clone(), SigningIn { pushed, state }, LIFE, now) {
        return Err(Page::Over);
    }
    let page = Page::SignIn(Ceremony { name, options });
    Ok(bind(page, &browser))
}

#[derive(Deserialize)]
pub(crate) struct Shown {
    ceremony: String,
    credential: PublicKeyCredential,
}

/// `POST /oauth/passkey`: what the key answered. A page serves once, whatever the answer.
async fn sign_in(
    State(platform): State<Platform>,
    mark: Mark,
    headers: HeaderMap,
    Body(shown): Body<Shown>,
) -> Outcome<Json<Onward>> {
    let now = platform.now();
    let SigningIn { pushed, state } = platform
        .sign_ins()
        .passkeys
        .take(&shown.ceremony, now)
        .filter(|signing_in| came_from(&headers, &signing_in.pushed.way_back.browser))
        .ok_or(Code::SignInExpired)?;
    let working = platform.clone();
    let location = platform
        .transact(move |db| {
            let code = recognise(&working, db, &pushed, &shown.credential, &state, now);
            let (action, outcome, expert) = match &code {
                Ok((_, expert)) => ("sign_in.proved", "done", Some(*expert)),
                Err(refusal) => ("sign_in.refused", refusal.code.word(), None),
            };
            let entry = AuditEntry {
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
            Ok(pushed.way_back.url(&code.map(|(code, _)| Some(code))))
        })
        .await?;
    Ok(Json(Onward { location }))
}

fn recognise(
    platform: &Platform,
    db: &Connection,
    pushed: &Pushed,
    credential: &PublicKeyCredential,
    state: &DiscoverableAuthentication,
    now: Timestamp,
) -> Outcome<(String, Uuid)> {
    let party = relying_party(platform, &pushed.way_back.issuer)?;
    let (holder, credential_id) = party
        .identify_discoverable_authentication(credential)
        .map_err(|_| refused("holder"))?;
    let kept = passkeys::by_credential(db, credential_id)?
        .filter(|kept| kept.expert == holder)
        .ok_or_else(|| refused("unknown"))?;
    let mut passkey: Passkey =
        serde_json::from_str(&kept.proof).map_err(|_| Refusal::fault("passkey does not parse"))?;
    // Challenge, origin, user verification, signature, and a counter that only grows.
    let used = party
        .finish_discoverable_authentication_v2(credential, state.clone(), &passkey)
        .map_err(|_| refused("proof"))?;
    passkey.update_credential(&used);
    let json = serde_json::to_string(&passkey)
        .map_err(|_| Refusal::fault("passkey does not serialise"))?;
    passkeys::used(db, kept.id, &json, now)?;
    let proved = Proved {
        expert: kept.expert,
        key_thumbprint: &pushed.client,
        challenge: &pushed.challenge,
        amr: KEY_AND_HOLDER,
        acr: Some(PHISHING_RESISTANT.to_owned()),
        auth_time: now,
        psc: None,
    };
    Ok((give_code(platform, db, &proved, now)?, kept.expert))
}

/// `GET /v1/passkeys`.
pub(crate) async fn passkey_list(
    State(platform): State<Platform>,
    caller: SignedIn,
) -> Outcome<Json<PasskeyList>> {
    platform
        .act(caller, None, |act| {
            let kept = passkeys::of_expert(act.db, act.caller.expert())?;
            let items = kept
                .into_iter()
                .map(|kept| relecture_platform_api::Passkey {
                    id: kept.id,
                    name: kept.name,
                    enrolled_at: kept.enrolled_at,
                    last_used_at: kept.last_used_at,
                });
            Ok(Json(PasskeyList {
                items: items.collect(),
            }))
        })
        .await
}

/// `DELETE /v1/passkeys/{id}` (R20).
pub(crate) async fn passkey_remove(
    State(platform): State<Platform>,
    caller: Caller,
    Path(path): Path<String>,
) -> Outcome<StatusCode> {
    let id = id(&path)?;
    platform
        .act(caller, Some(id), move |act| {
            act.caller.require_recent(act.now)?;
            if !passkeys::remove(act.db, act.caller.expert(), id)? {
                return Err(Code::NotFound.into());
            }
            act.record("passkey.removed", None, Some(id))?;
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}

/// `POST /v1/passkeys` (R20): the address of the page that adds one, which serves once.
pub(crate) async fn passkey_begin(
    State(platform): State<Platform>,
    Issuer(issuer): Issuer,
    caller: Caller,
    Body(request): Body<PasskeyEnrolment>,
) -> Outcome<(StatusCode, Json<PasskeyBegun>)> {
    relying_party(&platform, &issuer)?;
    let way_back = WayBack::to(&request.redirect_uri, request.state, issuer.clone())?;
    let (expert, session) = (caller.expert(), caller.session.id);
    let now = platform.now();
    platform
        .act(caller, None, |act| {
            act.caller.require_recent(act.now)?;
            if passkeys::of_expert(act.db, act.caller.expert())?.len() >= MAX_PASSKEYS {
                return Err(Refusal::because(Code::StateConflict, "passkeys"));
            }
            act.record("passkey.enrolment_begun", None, None)
        })
        .await?;
    let ticket = make_token();
    let adding = Adding {
        expert,
        session,
        way_back,
        state: None,
    };
    let under_way = &platform.sign_ins().new_passkeys;
    if !under_way.insert(ticket.clone(), adding, LIFE, now) {
        return Err(Code::RateLimited.into());
    }
    Ok((
        StatusCode::CREATED,
        Json(PasskeyBegun {
            address: format!("{issuer}/oauth/passkey/new?ticket={ticket}"),
            expires_in: u32::try_from(LIFE.as_secs()).unwrap_or_default(),
        }),
    ))
}

#[derive(Deserialize)]
struct Ticket {
    ticket: String,
}

/// `GET /oauth/passkey/new`: the page that makes a key. The ticket serves once.
async fn show_new(
    State(platform): State<Platform>,
    Query(Ticket { ticket }): Query<Ticket>,
) -> Result<Response, Page> {
    let now = platform.now();
    let under_way = &platform.sign_ins().new_passkeys;
    let mut adding = under_way
        .take(&ticket, now)
        .filter(|adding| adding.state.is_none())
        .ok_or(Page::Over)?;
    let (working, expert) = (platform.clone(), adding.expert);
    let issuer = adding.way_back.issuer.clone();
    let begun = platform
        .transact(move |db| begin(&working, db, expert, &issuer))
        .await;
    let (options, state, holder) = begun.map_err(|_| Page::Over)?;
    adding.state = Some(state);
    let browser = adding.way_back.browser.clone();
    let name = make_token();
    if !under_way.insert(name.clone(), adding, LIFE, now) {
        return Err(Page::Over);
    }
    let ceremony = Ceremony { name, options };
    Ok(bind(Page::New { ceremony, holder }, &browser))
}

fn begin(
    platform: &Platform,
    db: &Connection,
    expert: Uuid,
    issuer: &str,
) -> Outcome<(String, PasskeyRegistration, String)> {
    let party = relying_party(platform, issuer)?;
    let holder = accounts::by_id(db, expert)?.ok_or(Code::InvalidToken)?;
    let account = accounts::email(db, expert)?.ok_or(Code::InvalidToken)?;
    let known = passkeys::of_expert(db, expert)?
        .into_iter()
        .map(|kept| kept.credential)
        .collect();
    let (mut options, state) = party
        .start_passkey_registration(expert, &account, &holder.name, Some(known))
        .map_err(|_| Refusal::fault("registration of a passkey"))?;
    // Whoever signs in types no name: the key itself says whose it is.
    if let Some(wanted) = &mut options.public_key.authenticator_selection {
        wanted.resident_key = Some(ResidentKeyRequirement::Required);
        wanted.require_resident_key = true;
    }
    let options = serde_json::to_string(&options.public_key)
        .map_err(|_| Refusal::fault("registration of a passkey"))?;
    Ok((options, state, holder.name))
}

#[derive(Deserialize)]
struct Made {
    ceremony: String,
    name: String,
    credential: RegisterPublicKeyCredential,
}

/// `POST /oauth/passkey/new`: the key that was made.
async fn keep(
    State(platform): State<Platform>,
    mark: Mark,
    headers: HeaderMap,
    Body(made): Body<Made>,
) -> Outcome<Json<Onward>> {
    let now = platform.now();
    let adding = platform
        .sign_ins()
        .new_passkeys
        .take(&made.ceremony, now)
        .filter(|adding| came_from(&headers, &adding.way_back.browser))
        .ok_or(Code::SignInExpired)?;
    let working = platform.clone();
    let location = platform
        .transact(move |db| {
            let added = add(&working, db, &adding, &made, now);
            let outcome = added
                .as_ref()
                .map_or_else(|refusal| refusal.code.word(), |_| "done");
            let entry = AuditEntry {
                role: "expert".to_owned(),
                actor: Some(adding.expert),
                object: added.as_ref().ok().copied(),
                outcome: outcome.to_owned(),
                request_id: Some(mark.request_id.clone()),
                ..lifecycle::by_platform(now, "passkey.enrolled", None)
            };
            audit::append(db, &entry)?;
            Ok(adding.way_back.url(&added.map(|_| None)))
        })
        .await?;
    Ok(Json(Onward { location }))
}

fn add(
    platform: &Platform,
    db: &Connection,
    adding: &Adding,
    made: &Made,
    now: Timestamp,
) -> Outcome<Uuid> {
    // R14: what was revoked meanwhile adds nothing any more.
    let session = sessions::by_id(db, adding.session)?.ok_or(Code::InvalidToken)?;
    if !is_live(&session, platform.sign_in_policy(), now)
        || devices::is_revoked(db, &session.key_thumbprint)?
    {
        return Err(Code::InvalidToken.into());
    }
    let party = relying_party(platform, &adding.way_back.issuer)?;
    let state = adding.state.as_ref().ok_or_else(|| refused("page"))?;
    let passkey = party
        .finish_passkey_registration(&made.credential, state)
        .map_err(|_| refused("proof"))?;
    let name: String = made
        .name
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_NAME)
        .collect();
    let kept = Kept {
        id: make_uuid(now),
        credential: passkey.cred_id().clone(),
        expert: adding.expert,
        name: name.trim().to_owned(),
        proof: serde_json::to_string(&passkey)
            .map_err(|_| Refusal::fault("passkey does not serialise"))?,
        enrolled_at: now,
        last_used_at: None,
    };
    if !passkeys::insert(db, &kept)? {
        return Err(refused("known"));
    }
    Ok(kept.id)
}
