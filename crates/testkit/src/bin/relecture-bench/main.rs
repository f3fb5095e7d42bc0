//! `cargo xtask bench`: measures beside the peers in one run; prints a table and writes `target/bench.json`. `relecture-bench
//! <what>` measures one thing.

#![expect(
    clippy::print_stdout,
    reason = "a command-line program speaks to the person who called it"
)]

#[cfg(target_os = "linux")]
mod download;
#[cfg(target_os = "linux")]
mod images;
#[cfg(target_os = "linux")]
mod ocr;
#[cfg(target_os = "linux")]
mod pages;
#[cfg(target_os = "linux")]
mod reading;
#[cfg(target_os = "linux")]
mod startup;
#[cfg(target_os = "linux")]
mod table;
#[cfg(target_os = "linux")]
mod thick;
#[cfg(target_os = "linux")]
mod unlock;
#[cfg(target_os = "linux")]
mod worklist;

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    use anyhow::Context as _;
    use relecture_testkit::built;

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["receive", plan] = words.as_slice() {
        return download::receive(plan).await;
    }
    let mut table = table::Table::default();
    let all = words.is_empty();
    for what in [
        "startup", "unlock", "reading", "download", "worklist", "ocr", "pages", "thick", "images",
        "scroll",
    ] {
        if !all && !words.contains(&what) {
            continue;
        }
        match what {
            "startup" => startup::measure(&mut table).await?,
            "unlock" => unlock::measure(&mut table).await?,
            "reading" => reading::measure(&mut table)?,
            "download" => download::measure(&mut table).await?,
            "images" => images::decode(&mut table).await?,
            "scroll" => images::scroll(&mut table).await?,
            "ocr" => ocr::measure(&mut table)?,
            "thick" => thick::measure(&mut table).await?,
            "pages" => pages::measure(&mut table).await?,
            _ => worklist::measure(&mut table).await?,
        }
    }
    let file = built::checkout().join("target").join("bench.json");
    std::fs::write(&file, table.json()?)
        .with_context(|| format!("{} cannot be written", file.display()))
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("The benchmarks drive WebKitGTK and run on Linux only.");
}
