//! `cargo xtask bench`: measures beside the peers in one run; prints a table and writes `target/bench.json`.

#![expect(
    clippy::print_stdout,
    reason = "a command-line program speaks to the person who called it"
)]

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    use anyhow::Context;
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
    let result = serde_json::json!([{
        "name": "startup.vs_empty_window",
        "unit": "ratio of medians, lower is better",
        "value": own / peer,
        "milliseconds": own,
        "peer_milliseconds": peer,
        "rounds": startup.rounds,
    }]);
    let file = built::checkout().join("target").join("bench.json");
    std::fs::write(&file, serde_json::to_string_pretty(&result)?)
        .with_context(|| format!("{} cannot be written", file.display()))
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("The benchmarks drive WebKitGTK and run on Linux only.");
}
