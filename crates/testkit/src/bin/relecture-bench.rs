//! `cargo xtask bench`: measures beside the peers in one run; prints a table and writes `target/bench.json`.

#![expect(
    clippy::print_stdout,
    reason = "a command-line program speaks to the person who called it"
)]

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    use anyhow::Context;
    use relecture_crypto::Cost;
    use relecture_testkit::built;
    use relecture_testkit::desktop::{AppOptions, Startup};

    /// Odd, so that the median is a round that was run.
    const ROUNDS: usize = 7;
    const APP: &str = "relecture";
    const PEER: &str = "empty-window";

    let programs = [
        (APP, AppOptions::new(built::program(APP)?)),
        (PEER, AppOptions::new(built::program(PEER)?)),
    ];
    let startup = Startup::measure(&programs, ROUNDS).await?;
    println!(
        "From process start to the page's mark `interactive`, {ROUNDS} alternated rounds, milliseconds"
    );
    println!("{:<16}{:>8}   rounds", "", "median");
    for (name, times) in &startup.rounds {
        let times: Vec<String> = times.iter().map(|time| format!("{time:.0}")).collect();
        println!(
            "{name:<16}{:>8.0}   {}",
            startup.median(name).unwrap_or(f64::NAN),
            times.join(" ")
        );
    }
    let (own, peer) = startup
        .median(APP)
        .zip(startup.median(PEER))
        .context("nothing was measured")?;
    println!("startup.vs_empty_window  {:.2}", own / peer);
    let unlock = unlock::measure(ROUNDS).await?;
    println!();
    println!(
        "From the unlock code to the page where one was; Argon2id alone, {} MiB, {} passes, one lane; milliseconds",
        Cost::CURRENT.memory / 1024,
        Cost::CURRENT.passes
    );
    for (name, times) in [("unlock", &unlock.desk), ("argon2id", &unlock.argon2id)] {
        let rounds: Vec<String> = times.iter().map(|time| format!("{time:.0}")).collect();
        println!(
            "{name:<16}{:>8.0}   {}",
            unlock::median(times),
            rounds.join(" ")
        );
    }
    let (desk, alone) = (
        unlock::median(&unlock.desk),
        unlock::median(&unlock.argon2id),
    );
    println!("unlock.vs_argon2id  {:.2}", desk / alone);
    let result = serde_json::json!([{
        "name": "startup.vs_empty_window",
        "unit": "ratio of medians, lower is better",
        "value": own / peer,
        "milliseconds": own,
        "peer_milliseconds": peer,
        "rounds": startup.rounds,
    }, {
        "name": "unlock.vs_argon2id",
        "unit": "ratio of medians, lower is better",
        "value": desk / alone,
        "milliseconds": desk,
        "peer_milliseconds": alone,
        "argon2id": { "memory_kib": Cost::CURRENT.memory, "passes": Cost::CURRENT.passes, "lanes": 1 },
        "rounds": { "unlock": unlock.desk, "argon2id": unlock.argon2id },
    }]);
    let file = built::checkout().join("target").join("bench.json");
    std::fs::write(&file, serde_json::to_string_pretty(&result)?)
        .with_context(|| format!("{} cannot be written", file.display()))
}

/// The locked desk opened again on the page where one was, in the real window (R19).
#[cfg(target_os = "linux")]
mod unlock {
    use std::{sync::Arc, time::Instant};

    use anyhow::Result;
    use relecture_crypto::{Cost, stretch};
    use relecture_testkit::{
        desktop::{Desktop, Session, button},
        platform::{DemoPlatform, real_clock},
        walk,
    };

    /// The oncology case.
    const CASE: &str = "rein";
    /// The page that is under the eyes when the desk is locked.
    const PAGE: u32 = 2;

    /// Milliseconds of each round.
    pub(super) struct Unlock {
        /// From the click to the page.
        pub(super) desk: Vec<f64>,
        /// The code's key, alone in this process.
        pub(super) argon2id: Vec<f64>,
    }

    pub(super) async fn measure(rounds: usize) -> Result<Unlock> {
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
        let mut measured = Unlock {
            desk: Vec::new(),
            argon2id: Vec::new(),
        };
        for _ in 0..rounds {
            walk::lock(&desktop).await?;
            let begun = Instant::now();
            walk::unlock(&desktop, expert, walk::UNLOCK_CODE).await?;
            walk::wait_for_page(&desktop, PAGE).await?;
            measured.desk.push(begun.elapsed().as_secs_f64() * 1e3);
            let begun = Instant::now();
            stretch(walk::UNLOCK_CODE.as_bytes(), &[0; 16], Cost::CURRENT)?;
            measured.argon2id.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        desktop.close().await?;
        Ok(measured)
    }

    /// Of an odd number of times.
    pub(super) fn median(times: &[f64]) -> f64 {
        let mut sorted = times.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("The benchmarks drive WebKitGTK and run on Linux only.");
}
