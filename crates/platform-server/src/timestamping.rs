//! Where the time of a signature comes from (RFC 3161, R76): a service that the platform is told of, or its own.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use relecture_platform_api::Code;
use relecture_signature::{MAX_TIMESTAMP, TimestampRequest};
use reqwest::header;

use crate::{
    config::TimestampingService,
    keys::Keys,
    refusal::{Outcome, Refusal},
};

/// How long a service may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The service that is asked.
pub(crate) struct Timestamping {
    other: Option<(reqwest::Client, String)>,
    /// Certificates in DER.
    authorities: Vec<Vec<u8>>,
}

impl Timestamping {
    pub(crate) fn open(config: Option<TimestampingService>, keys: &Keys) -> reqwest::Result<Self> {
        let Some(service) = config else {
            return Ok(Self {
                other: None,
                authorities: vec![keys.authority.certificate_der().to_vec()],
            });
        };
        // Another part of the process may have installed it already; the same one serves.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self {
            other: Some((http, service.address)),
            authorities: service
                .authorities
                .into_iter()
                .map(|authority| authority.certificate)
                .collect(),
        })
    }

    /// Under which authorities its timestamps are believed: base64 of DER.
    pub(crate) fn authorities(&self) -> Vec<String> {
        self.authorities
            .iter()
            .map(|der| BASE64_STANDARD.encode(der))
            .collect()
    }

    /// The answer to a `TimeStampReq`, as the service gave it: whoever asked judges it.
    pub(crate) async fn answer(
        &self,
        query: Vec<u8>,
        keys: &Keys,
        now: Timestamp,
    ) -> Outcome<Vec<u8>> {
        let Some((http, address)) = &self.other else {
            return keys
                .timestamps
                .answer(&query, now)
                .map_err(|_| Refusal::fault("timestamp not made"));
        };
        let unavailable = |_| Refusal::because(Code::Maintenance, "timestamping");
        let request = http
            .post(address)
            .header(header::CONTENT_TYPE, "application/timestamp-query")
            .body(query);
        let answer = request.send().await.map_err(unavailable)?;
        let mut answer = answer.error_for_status().map_err(unavailable)?;
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(unavailable)? {
            bytes.extend_from_slice(&part);
            if bytes.len() > MAX_TIMESTAMP {
                return Err(Refusal::because(Code::Maintenance, "timestamping"));
            }
        }
        Ok(bytes)
    }

    /// A token of this digest, which the platform itself believes.
    pub(crate) async fn stamp(
        &self,
        imprint: [u8; 32],
        keys: &Keys,
        now: Timestamp,
    ) -> Outcome<Vec<u8>> {
        let asked =
            TimestampRequest::new(imprint).map_err(|_| Refusal::fault("timestamp not asked"))?;
        let answer = self.answer(asked.der.clone(), keys, now).await?;
        asked.read(&answer, &keys.anchors, now).map_err(|error| {
            tracing::error!(%error, "a timestamp is not believed");
            Refusal::because(Code::Maintenance, "timestamping")
        })
    }
}
