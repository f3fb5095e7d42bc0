//! Pro Santé Connect and passkeys: in the system browser, on a phone or with a card. Nothing of it is typed here (R4, R10).

use std::sync::{Arc, PoisonError};

use relecture_crypto::DeviceKey;
use relecture_platform_api::{CibaBegun, CibaChannel, Code, Configuration};
use relecture_platform_client::{BrowserWay, CallError, CibaUnderWay, Connection};
use tokio::sync::watch;

use crate::{Desk, SignInError, Topic};

/// The sign-in under way outside, of which there is one at most.
#[derive(Default)]
pub(crate) struct Outside {
    /// Counts the sign-ins begun and given up: a change ends the one before.
    turn: watch::Sender<u64>,
    ciba: std::sync::Mutex<Option<(Arc<Connection>, Arc<CibaUnderWay>)>>,
}

impl Outside {
    /// Ends what is under way; the receiver changes when this one ends too.
    pub(crate) fn next(&self) -> watch::Receiver<u64> {
        self.turn.send_modify(|turn| *turn += 1);
        self.turn.subscribe()
    }

    fn take_ciba(&self) -> Option<(Arc<Connection>, Arc<CibaUnderWay>)> {
        self.ciba
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// `work`, unless it is given up before.
pub(crate) async fn unless_over<T>(
    mut turn: watch::Receiver<u64>,
    work: impl Future<Output = Result<T, CallError>>,
) -> Result<T, SignInError> {
    tokio::select! {
        biased;
        _ = turn.changed() => Err(SignInError::GivenUp),
        done = work => Ok(done?),
    }
}

impl Desk {
    /// Signs in in the system browser.
    ///
    /// # Errors
    /// [`SignInError`]; [`SignInError::GivenUp`] after [`Desk::give_up_sign_in`].
    pub async fn sign_in_by_browser(self: &Arc<Self>, way: BrowserWay) -> Result<(), SignInError> {
        let turn = self.outside.next();
        if self.session().is_ok() {
            self.sign_out().await;
        }
        let stranger = self.stranger()?;
        let open = |address: &str| (self.ports.browser)(address);
        unless_over(turn, stranger.sign_in_by_browser(way, open)).await?;
        self.recognise(&stranger).await
    }

    /// How the platform lets people sign in.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in_ways(&self) -> Result<Configuration, SignInError> {
        Ok(self.stranger()?.configuration_view().await?)
    }

    /// Sends a sign-in to a phone or a card; the answer says what is shown there too (R6).
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn begin_ciba(
        self: &Arc<Self>,
        national_id: &str,
        channel: CibaChannel,
    ) -> Result<CibaBegun, SignInError> {
        self.give_up_sign_in();
        if self.session().is_ok() {
            self.sign_out().await;
        }
        let stranger = self.stranger()?;
        let under_way = stranger.ciba_begin(national_id, channel).await?;
        let begun = under_way.begun.clone();
        let mut slot = self
            .outside
            .ciba
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *slot = Some((Arc::new(stranger), Arc::new(under_way)));
        Ok(begun)
    }

    /// Waits until the professional has answered; signed in afterwards.
    ///
    /// # Errors
    /// [`SignInError`]; [`SignInError::GivenUp`] when there is nothing to wait for.
    pub async fn wait_ciba(self: &Arc<Self>) -> Result<(), SignInError> {
        let turn = self.outside.turn.subscribe();
        let waiting = self
            .outside
            .ciba
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let (stranger, under_way) = waiting.ok_or(SignInError::GivenUp)?;
        let waited = unless_over(turn, stranger.ciba_wait(&under_way)).await;
        if !matches!(waited, Err(SignInError::GivenUp)) {
            self.outside.take_ciba();
        }
        waited?;
        self.recognise(&stranger).await
    }

    /// Gives up the sign-in under way in the browser or on the phone.
    pub fn give_up_sign_in(&self) {
        self.outside.next();
        if let Some((stranger, under_way)) = self.outside.take_ciba() {
            tokio::spawn(async move {
                // The phone may still be answered; its answer opens nothing.
                let _ = stranger.ciba_cancel(under_way.begun.id).await;
            });
        }
    }

    /// Proves the physician again in the system browser, before signing (R20).
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn confirm_by_browser(&self, way: BrowserWay) -> Result<(), SignInError> {
        let turn = self.outside.next();
        let session = self
            .session()
            .map_err(|_| SignInError::Call(CallError::SignedOut))?;
        let open = |address: &str| (self.ports.browser)(address);
        let proved = unless_over(turn, session.connection.sign_in_by_browser(way, open)).await;
        match proved {
            // The key of this PC is one physician's; the code was another's.
            Err(SignInError::Call(error)) if is_code_refused(&error) => {
                Err(SignInError::SomebodyElse)
            }
            proved => {
                proved?;
                self.notify(Topic::Session);
                Ok(())
            }
        }
    }

    /// A line with a key of its own: whose key of this PC is meant is not known before the physician is.
    fn stranger(&self) -> Result<Connection, SignInError> {
        let key = DeviceKey::make();
        Ok(Connection::new(
            &self.config.platform,
            &key,
            Arc::clone(&self.ports.clock),
        )?)
    }

    /// The physician is known now: his key on this PC takes over.
    async fn recognise(self: &Arc<Self>, stranger: &Connection) -> Result<(), SignInError> {
        let me = stranger.me_view().await?;
        let keys = self.keys_of(&me.account).await?;
        let connection = Connection::new(
            &self.config.platform,
            &keys.device,
            Arc::clone(&self.ports.clock),
        )?;
        let taken = connection.take_over(stranger).await;
        if connection.is_revoked() {
            self.forget_installation(&self.scope(&me.account), &keys.device.thumbprint())
                .await;
        }
        taken?;
        self.sit_down(self.scope(&me.account), connection, keys)
            .await
    }
}

fn is_code_refused(error: &CallError) -> bool {
    error.problem().is_some_and(|problem| {
        problem.code == Code::InvalidToken && problem.reason.as_deref() == Some("code")
    })
}
