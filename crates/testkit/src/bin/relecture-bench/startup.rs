//! From process start to a usable page, beside an empty window of the same framework.

use anyhow::{Context as _, Result};
use relecture_testkit::{
    built,
    desktop::{AppOptions, Startup},
};
use serde_json::json;

use crate::table::{ROUNDS, Table};

const APP: &str = "relecture";
const PEER: &str = "empty-window";

pub(crate) async fn measure(table: &mut Table) -> Result<()> {
    let programs = [
        (APP, AppOptions::new(built::program(APP)?)),
        (PEER, AppOptions::new(built::program(PEER)?)),
    ];
    let startup = Startup::measure(&programs, ROUNDS).await?;
    table.title(
        "From process start to the page's mark `interactive`, alternated rounds, milliseconds",
    );
    for (name, times) in &startup.rounds {
        Table::side(name, times);
    }
    let (own, peer) = startup
        .median(APP)
        .zip(startup.median(PEER))
        .context("nothing was measured")?;
    let from = json!({ "milliseconds": own, "peer_milliseconds": peer, "rounds": startup.rounds });
    let unit = "ratio of medians, lower is better";
    table.result("startup.vs_empty_window", unit, own / peer, "<= 1.5", &from);
    Ok(())
}
