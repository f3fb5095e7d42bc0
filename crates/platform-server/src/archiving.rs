//! What keeps a signed report provable for as long as it is archived: B-LTA (R80, ETSI EN 319 142-1).
//!
//! The bytes that were received stay as they are; beside them stands a copy with the lists of revoked certificates and a timestamp
//! over all of it.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use relecture_crypto::{Context, open, seal};
use relecture_signature::{
    ArchiveTimestamp, Level, certificate_serial, verify_archive, with_validation_data,
};
use rusqlite::Connection;
use uuid::Uuid;

use crate::{
    Platform, facts,
    operations::reports::archive_context,
    refusal::{Outcome, Refusal},
    store::{
        cases, devices,
        reports::{self, Report},
    },
};

/// Kind of the sealing context of a report at B-LTA; its part is the receipt's identifier.
const RAISED: &str = "relecture/raised-report/1";

/// The context of the B-LTA copy of the report with this receipt.
pub(crate) fn raised_context(receipt: Uuid) -> Context {
    Context::new(RAISED, &[receipt.as_bytes()])
}

impl Platform {
    /// Raises every report that was received and is not at B-LTA yet; how many were. What fails is tried again the next time.
    pub async fn raise_reports(&self) -> u32 {
        let _one_at_a_time = self.archiving().lock().await;
        let waiting = self
            .transact(|db| Ok(reports::not_raised(db)?))
            .await
            .unwrap_or_default();
        let mut raised = 0;
        for report in waiting {
            let receipt = report.receipt_id;
            match self.raise(report).await {
                Ok(()) => raised += 1,
                Err(refusal) => {
                    tracing::warn!(%receipt, code = ?refusal.code, "a report is not at B-LTA yet");
                }
            }
        }
        raised
    }

    async fn raise(&self, report: Report) -> Outcome<()> {
        let now = self.now();
        let receipt = report.receipt_id;
        let platform = self.clone();
        let others = self.authorities().newest_lists().await;
        let place = self
            .blocking(move || platform.with_proofs(&report, others, now))
            .await?;
        let token = self
            .timestamping()
            .stamp(place.imprint(), self.keys(), now)
            .await?;
        let platform = self.clone();
        self.blocking(move || {
            let keys = platform.keys();
            let fault = |_| Refusal::fault("archive not made");
            let pdf = place.finish(&token).map_err(fault)?;
            let found = verify_archive(&pdf, &keys.anchors, now).map_err(fault)?;
            if found.level != Level::Archived {
                return Err(Refusal::fault("archive not at B-LTA"));
            }
            platform.store().transact(|db| {
                let case = reports::case_of(db, receipt)?
                    .ok_or_else(|| Refusal::fault("report without case"))?;
                let key = facts::case_key(keys, &case)?;
                let sealed = seal(&key, &raised_context(receipt), &pdf);
                let file = platform
                    .files()
                    .write(&sealed)
                    .map_err(|_| Refusal::fault("archive not written"))?;
                Ok(reports::keep_raised(db, receipt, &file, now)?)
            })
        })
        .await
    }

    /// The report with what proves its certificates, and a place for the timestamp.
    /// `lists` are those of other authorities.
    fn with_proofs(
        &self,
        report: &Report,
        mut lists: Vec<Vec<u8>>,
        now: Timestamp,
    ) -> Outcome<ArchiveTimestamp> {
        let keys = self.keys();
        let (case, revoked) = self.store().transact(|db| {
            let case = cases::of_assignment(db, report.assignment)?;
            Ok::<_, Refusal>((case, revoked_serials(db)?))
        })?;
        let case = case.ok_or_else(|| Refusal::fault("report without case"))?;
        let sealed = self
            .files()
            .read(&report.file)
            .map_err(|_| Refusal::fault("report not read"))?;
        let key = facts::case_key(keys, &case)?;
        let pdf = open(&key, &archive_context(report.receipt_id), &sealed)
            .map_err(|_| Refusal::fault("report does not open"))?;
        let number = u64::try_from(now.as_second()).unwrap_or_default();
        let own = keys.authority.revocation_list(&revoked, number, now);
        lists.push(own.map_err(|_| Refusal::fault("list of revoked certificates not made"))?);
        let fault = |error| {
            tracing::warn!(%error, "a report cannot be given its proofs");
            Refusal::fault("proofs not added")
        };
        let proved = with_validation_data(&pdf, &lists, &keys.anchors, now).map_err(fault)?;
        ArchiveTimestamp::prepare(&proved).map_err(fault)
    }
}

/// The certificates of revoked installations, and since when.
fn revoked_serials(db: &Connection) -> Outcome<Vec<(Vec<u8>, Timestamp)>> {
    let damaged = || Refusal::fault("certificate of a device");
    devices::revoked(db)?
        .into_iter()
        .map(|(chain, at)| {
            let chain: Vec<String> = serde_json::from_str(&chain).map_err(|_| damaged())?;
            let first = chain.first().ok_or_else(damaged)?;
            let der = BASE64_STANDARD.decode(first).map_err(|_| damaged())?;
            Ok((certificate_serial(&der).ok_or_else(damaged)?, at))
        })
        .collect()
}
