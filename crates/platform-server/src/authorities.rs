//! Authorities of others that the platform trusts (those of signature cards, of a timestamping service), and their lists of
//! revoked certificates (RFC 5280, 5).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use relecture_crypto::{Digest, sha256};
use relecture_platform_api::Code;
use relecture_signature::RevocationList;

use crate::{
    config::Authority,
    refusal::{Outcome, Refusal},
};

/// How long a list may take to come.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest list read: some hundred thousand certificates.
const MAX_LIST: usize = 16 << 20;

/// What other authorities say of their certificates, by the digest of their own.
pub(crate) type Revocations = HashMap<Digest, RevocationList>;

/// The authorities, and the lists last fetched.
pub(crate) struct Authorities {
    http: reqwest::Client,
    of_cards: Vec<Authority>,
    of_timestamps: Vec<Authority>,
    known: Mutex<HashMap<Digest, Vec<u8>>>,
}

impl Authorities {
    pub(crate) fn new(
        of_cards: Vec<Authority>,
        of_timestamps: Vec<Authority>,
    ) -> reqwest::Result<Self> {
        // Another part of the process may have installed it already; the same one serves.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self {
            http,
            of_cards,
            of_timestamps,
            known: Mutex::default(),
        })
    }

    /// What the authorities of cards say now. A list that cannot be had is left out: nothing is known of its certificates then.
    pub(crate) async fn revocations_of_cards(&self, now: Timestamp) -> Revocations {
        let mut found = HashMap::new();
        for authority in &self.of_cards {
            let name = sha256(&authority.certificate);
            let known = self.known().get(&name).cloned();
            let read = |list: &[u8]| RevocationList::read(list, &authority.certificate).ok();
            let current = known
                .and_then(|list| read(&list))
                .filter(|list| list.is_current(now));
            let list = match current {
                Some(list) => Some(list),
                None => self.fetch(authority).await.and_then(|list| read(&list)),
            };
            if let Some(list) = list.filter(|list| list.is_current(now)) {
                found.insert(name, list);
            }
        }
        found
    }

    /// Every list, fetched anew: an archive needs those made since the signature.
    pub(crate) async fn newest_lists(&self) -> Vec<Vec<u8>> {
        let mut lists = Vec::new();
        for authority in self.of_cards.iter().chain(&self.of_timestamps) {
            lists.extend(self.fetch(authority).await);
        }
        lists
    }

    async fn fetch(&self, authority: &Authority) -> Option<Vec<u8>> {
        match self.downloaded(&authority.list).await {
            Ok(list) if RevocationList::read(&list, &authority.certificate).is_ok() => {
                let name = sha256(&authority.certificate);
                self.known().insert(name, list.clone());
                Some(list)
            }
            Ok(_) => {
                tracing::warn!(address = authority.list, "not a list of this authority");
                None
            }
            Err(_) => {
                tracing::warn!(
                    address = authority.list,
                    "a list of revoked certificates does not come"
                );
                None
            }
        }
    }

    async fn downloaded(&self, address: &str) -> Outcome<Vec<u8>> {
        let unavailable = |_| Refusal::from(Code::Maintenance);
        let answer = self.http.get(address).send().await.map_err(unavailable)?;
        let mut answer = answer.error_for_status().map_err(unavailable)?;
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(unavailable)? {
            bytes.extend_from_slice(&part);
            if bytes.len() > MAX_LIST {
                return Err(Code::Maintenance.into());
            }
        }
        Ok(bytes)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, Vec<u8>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
