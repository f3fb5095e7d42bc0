//! Signing in with the platform account, enrolling this PC the first time, opening the vault.

use std::{path::PathBuf, sync::Arc};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use relecture_crypto::{keys_are_locked, make_uuid, sha256};
use relecture_identity::{InstallationKeys, LoadKeysError};
use relecture_platform_api::{Code, DeviceEnrolled, DeviceEnrolment, TotpSecret};
use relecture_platform_client::{CallError, ConnectError, Connection, Credentials};
use relecture_signature::{
    EnrolmentError, SignError, SoftwareKey, certificate_request, identify_signer,
};
use relecture_vault::{OpenVaultError, VaultError};
use thiserror::Error;

use crate::{
    CaseError, Desk, Topic, blocking,
    session::Session,
    sign_opinion::certified,
    work_offline::{PROFILE, profile},
};

/// Why nobody is signed in.
#[derive(Debug, Error)]
pub enum SignInError {
    /// The password is right; the sign-in goes on with the enrolment of a TOTP (R9).
    #[error("a TOTP is to be enrolled")]
    TotpNeeded,
    /// The proof is another physician's (R20).
    #[error("the proof is somebody else's")]
    SomebodyElse,
    /// The physician gave up, or began another sign-in.
    #[error("the sign-in was given up")]
    GivenUp,
    /// The factors are right; the sign-in goes on with a new password: `renewal` (R16) or `compromised` (R17).
    #[error("a new password is to be chosen")]
    PasswordNeeded(Option<String>),
    /// No enrolment of a TOTP is under way, or no longer.
    #[error("no enrolment of a TOTP is under way")]
    NothingToEnrol,
    /// The line cannot be prepared.
    #[error("the line to the platform")]
    Connect(#[from] ConnectError),
    /// The platform.
    #[error("the platform")]
    Call(#[from] CallError),
    /// The key store.
    #[error("the keys of this installation")]
    Keys(#[from] LoadKeysError),
    /// The signature key cannot be made or named.
    #[error("the signature key")]
    SignatureKey(#[from] SignError),
    /// The certificate cannot be asked for.
    #[error("the certificate request")]
    Request(#[from] EnrolmentError),
    /// The certificate that the platform gave is not one for this physician and this key.
    #[error("the certificate that the platform gave")]
    Certificate,
    /// The platform's half of the vault's key is not for this device.
    #[error("the platform's half of the vault's key is not for this device")]
    VaultSecret,
    /// The vault.
    #[error("the vault")]
    Vault(#[from] OpenVaultError),
    /// The vault, once it is open.
    #[error("the open vault")]
    Kept(#[from] VaultError),
    /// What is kept of the physician cannot be written.
    #[error("the profile")]
    Profile(#[from] serde_json::Error),
}

/// A sign-in that waits for the first code of a new TOTP, or for a new password.
pub(crate) struct Enrolling {
    scope: String,
    connection: Connection,
    keys: InstallationKeys,
    auth_session: String,
}

impl Desk {
    /// Signs in; the values are the caller's to wipe. `recovery` says that the code is a recovery code.
    ///
    /// # Errors
    /// [`SignInError`]; whoever was at the desk before has left it. After [`SignInError::TotpNeeded`] the sign-in goes on with
    /// [`Desk::enrol_totp`].
    pub async fn sign_in(
        self: &Arc<Self>,
        email: &str,
        password: &str,
        code: &str,
        recovery: bool,
    ) -> Result<(), SignInError> {
        if self.session().is_ok() {
            self.sign_out().await;
        }
        // An enrolment that was left unfinished leaves nothing behind.
        *self.enrolling.lock().await = None;
        let keys = self.keys_of(email).await?;
        let connection = Connection::new(
            &self.config.platform,
            &keys.device,
            Arc::clone(&self.ports.clock),
        )?;
        let credentials = Credentials {
            email,
            password,
            code,
            recovery,
        };
        let signed_in = connection.sign_in(&credentials).await;
        if connection.is_revoked() {
            self.forget_installation(&self.scope(email), &keys.device.thumbprint())
                .await;
        }
        match signed_in {
            Ok(()) => self.sit_down(self.scope(email), connection, keys).await,
            Err(error)
                if matches!(
                    error.code(),
                    Some(Code::TotpEnrolmentRequired | Code::PasswordChangeRequired)
                ) =>
            {
                let needed = match error.code() {
                    Some(Code::PasswordChangeRequired) => {
                        SignInError::PasswordNeeded(error.problem().and_then(|p| p.reason.clone()))
                    }
                    _ => SignInError::TotpNeeded,
                };
                let auth_session = error.problem().and_then(|p| p.auth_session.clone());
                *self.enrolling.lock().await = Some(Enrolling {
                    scope: self.scope(email),
                    connection,
                    keys,
                    auth_session: auth_session.ok_or(error)?,
                });
                Err(needed)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What the authenticator is to learn.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn enrol_totp(&self) -> Result<TotpSecret, SignInError> {
        let enrolling = self.enrolling.lock().await;
        let enrolling = enrolling.as_ref().ok_or(SignInError::NothingToEnrol)?;
        let Enrolling {
            connection,
            auth_session,
            ..
        } = enrolling;
        Ok(connection.totp_enrol(auth_session.as_str()).await?)
    }

    /// The first code of the authenticator: it counts from now on, and the physician is signed in. Answers the recovery codes,
    /// which are kept nowhere.
    ///
    /// # Errors
    /// [`SignInError`]; a wrong code may be followed by another.
    pub async fn confirm_totp(self: &Arc<Self>, code: &str) -> Result<Vec<String>, SignInError> {
        let mut slot = self.enrolling.lock().await;
        let enrolling = slot.as_ref().ok_or(SignInError::NothingToEnrol)?;
        let confirmed = enrolling
            .connection
            .totp_confirm(&enrolling.auth_session, code)
            .await;
        let over = |error: &CallError| {
            error.problem().is_some_and(|problem| {
                problem.code == Code::InvalidToken || problem.attempts_left == Some(0)
            })
        };
        if confirmed.as_ref().is_err_and(over) {
            *slot = None;
        }
        let recovery_codes = confirmed?;
        if let Some(enrolling) = slot.take() {
            drop(slot);
            let Enrolling {
                scope,
                connection,
                keys,
                ..
            } = enrolling;
            self.sit_down(scope, connection, keys).await?;
        }
        Ok(recovery_codes)
    }

    /// The new password; signed in afterwards.
    ///
    /// # Errors
    /// [`SignInError`]; a weak password may be followed by another.
    pub async fn change_password(self: &Arc<Self>, new: &str) -> Result<(), SignInError> {
        let mut slot = self.enrolling.lock().await;
        let changing = slot.as_ref().ok_or(SignInError::NothingToEnrol)?;
        let changed = changing
            .connection
            .password_change(&changing.auth_session, new)
            .await;
        if matches!(&changed, Err(error) if error.code() == Some(Code::InvalidToken)) {
            *slot = None;
        }
        changed?;
        if let Some(changing) = slot.take() {
            drop(slot);
            let Enrolling {
                scope,
                connection,
                keys,
                ..
            } = changing;
            self.sit_down(scope, connection, keys).await?;
        }
        Ok(())
    }

    /// The tokens are there: enrols this PC if it is not, opens the vault.
    pub(crate) async fn sit_down(
        self: &Arc<Self>,
        scope: String,
        connection: Connection,
        keys: InstallationKeys,
    ) -> Result<(), SignInError> {
        let me = connection.me_view().await?;
        let device = match me.device.clone() {
            Some(device) => device,
            None => self.enrol(&connection, &keys, &me.expert.name).await?,
        };
        // Now, and not when he signs.
        check_certificate(&keys, &device, &me.expert.rpps)?;
        if !keys_are_locked() {
            tracing::warn!("the system locks too few pages: keys may be swapped out");
        }
        let (vault, lost) = self.open_vault(&connection, &keys, &device, &scope).await?;
        let session = Session::new(scope, connection, vault, me.clone(), device.clone(), keys);
        let session = session.with_lost(lost);
        let (kept, now) = (profile(&me, &device)?, session.connection.now());
        let session = blocking(move || {
            session.vault.keep_note(PROFILE, &kept)?;
            session.vault.set_time(now)?;
            Ok::<_, VaultError>(session)
        })
        .await?;
        self.enter(session);
        if let Ok(session) = self.session()
            && let Err(error) = self.deliver_journal(&session).await
        {
            // It is opened when it is needed.
            tracing::debug!(%error, "the journal is not delivered at sign-in");
        }
        Ok(())
    }

    /// Proves both factors again, before signing (R20).
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn confirm(&self, email: &str, password: &str, code: &str) -> Result<(), CaseError> {
        let session = self.session()?;
        // The line would take anybody's tokens: whose they may be is decided before they are asked for.
        if self.scope(email) != session.scope {
            return Err(CaseError::SomebodyElse);
        }
        session
            .connection
            .sign_in(&Credentials {
                email,
                password,
                code,
                recovery: false,
            })
            .await?;
        self.notify(Topic::Session);
        Ok(())
    }

    /// The physician's keys on this installation. Keys that the key store lost cannot come back: the installation is enrolled
    /// anew, with a vault of its own, which takes over the unsent work.
    pub(crate) async fn keys_of(
        self: &Arc<Self>,
        email: &str,
    ) -> Result<InstallationKeys, SignInError> {
        let scope = self.scope(email);
        let desk = Arc::clone(self);
        blocking(move || {
            let store = desk.ports.keys.as_ref();
            match InstallationKeys::load(store, &scope) {
                Ok(Some(keys)) => return Ok(keys),
                Ok(None) => {}
                Err(LoadKeysError::ItemLost(item)) => {
                    tracing::warn!(item, "the key store lost a key; enrolling anew");
                }
                Err(error) => return Err(error.into()),
            }
            let signature = SoftwareKey::generate()?.to_pkcs8()?;
            InstallationKeys::make(store, &scope, signature)
                .map_err(|error| LoadKeysError::from(error).into())
        })
        .await
    }

    /// One physician on one platform, as the key store knows them.
    pub(crate) fn scope(&self, email: &str) -> String {
        let account = email.trim().to_lowercase();
        short(format!("{}\0{account}", self.config.platform.url).as_bytes())
    }

    /// Named after the installation's key, of which each physician has one here: a new key never meets an old vault.
    pub(crate) fn vault_root(&self, thumbprint: &str) -> PathBuf {
        self.vaults().join(short(thumbprint.as_bytes()))
    }

    /// The vaults of everybody who works on this PC.
    pub(crate) fn vaults(&self) -> PathBuf {
        self.config.data_directory.join("vaults")
    }

    async fn enrol(
        &self,
        connection: &Connection,
        keys: &InstallationKeys,
        name: &str,
    ) -> Result<DeviceEnrolled, SignInError> {
        let signature = SoftwareKey::from_pkcs8(&keys.signature)?;
        let request = certificate_request(&signature, name)?;
        let enrolment = DeviceEnrolment {
            name: self.config.workstation.clone(),
            sealing_key: BASE64_URL_SAFE_NO_PAD.encode(keys.sealing.public()),
            signature_request: BASE64_STANDARD.encode(request),
        };
        Ok(connection
            .device_enrol(&enrolment, make_uuid(connection.now()))
            .await?)
    }
}

/// Whether the platform's certificate is one for this key and this physician.
fn check_certificate(
    keys: &InstallationKeys,
    device: &DeviceEnrolled,
    rpps: &str,
) -> Result<(), SignInError> {
    let signature = SoftwareKey::from_pkcs8(&keys.signature)?;
    let signer = certified(signature, &device.signature_chain);
    let person = signer.ok().and_then(|signer| identify_signer(&signer).ok());
    let is_his = person.is_some_and(|person| person.rpps == rpps);
    is_his.then_some(()).ok_or(SignInError::Certificate)
}

/// A name for files and key-store items that says nothing by itself.
fn short(of: &[u8]) -> String {
    let mut name = sha256(of).to_string();
    name.truncate(32);
    name
}
