//! The locked desk opened again on the page where one was, in the real window (R19).

use std::{sync::Arc, time::Instant};

use anyhow::Result;

use relecture_crypto::{Cost, stretch};
use relecture_testkit::{
    desktop::{Desktop, Session, button},
    platform::{DemoPlatform, real_clock},
    walk,
};
use serde_json::json;

use crate::table::{ROUNDS, Table, median};

/// The oncology case.
const CASE: &str = "rein";
/// The page that is under the eyes when the desk is locked.
const PAGE: u32 = 2;

pub(crate) async fn measure(table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = DemoPlatform::start(folder.path(), real_clock(), None).await?;
    let session = Arc::new(Session::start().await?);
    let mut desktop = Desktop::launch(&session, platform.application()?).await?;
    let (expert, (case, _)) = (platform.expert_of(CASE)?, platform.case(CASE)?);
    walk::sign_in(&desktop, expert).await?;
    walk::examine(&desktop, case).await?;
    walk::accept(&desktop).await?;
    walk::open_case(&desktop, case).await?;
    walk::wait_for_pieces(&desktop).await?;
    walk::open_piece(&desktop, 3).await?;
    desktop.click(&button("Page suivante")).await?;
    walk::wait_for_page(&desktop, PAGE).await?;
    let (mut whole, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        walk::lock(&desktop).await?;
        let begun = Instant::now();
        walk::unlock(&desktop, expert, walk::UNLOCK_CODE).await?;
        walk::wait_for_page(&desktop, PAGE).await?;
        whole.push(begun.elapsed().as_secs_f64() * 1e3);
        let begun = Instant::now();
        stretch(walk::UNLOCK_CODE.as_bytes(), &[0; 16], Cost::CURRENT)?;
        alone.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    desktop.close().await?;
    table.title(&format!(
        "From the unlock code to the page where one was; Argon2id alone, {} MiB, {} passes, one lane; milliseconds",
        Cost::CURRENT.memory / 1024,
        Cost::CURRENT.passes
    ));
    Table::side("unlock", &whole);
    Table::side("argon2id", &alone);
    let from = json!({
        "argon2id": { "memory_kib": Cost::CURRENT.memory, "passes": Cost::CURRENT.passes, "lanes": 1 },
        "milliseconds": { "unlock": whole, "argon2id": alone },
    });
    let ratio = median(&whole) / median(&alone);
    let unit = "ratio of medians, lower is better";
    table.result("unlock.vs_argon2id", unit, ratio, "whole below 1 s", &from);
    Ok(())
}
