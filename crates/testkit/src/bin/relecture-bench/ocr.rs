//! Recognising the words of scans in the jail, beside the `tesseract` command on the same pictures.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail, ensure};
use relecture_desk::{
    Recognition,
    reader::{PageRequest, ReadLimits, Reader, Rotation},
};
use relecture_testkit::built;
use serde_json::json;
use zeroize::Zeroizing;

use crate::table::{Table, median};

/// Scans, each a page: a dense leaflet as a fax and in JBIG2, a typewritten sheet, a few lines of French.
const SCANS: [&str; 4] = [
    "fax-ccitt",
    "leaflet-jbig2",
    "typewritten-sheet",
    "french-text",
];
/// Odd, so that the median is a round that was run; fewer than elsewhere, since each recognises every page twice.
const ROUNDS: usize = 3;
/// Dots per inch of a page of a PDF, as both are given it.
const DOTS: f32 = 300.0;

/// The pages as pictures, so that both sides read the same pixels.
fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let worker = built::program("relecture-imaging-worker")?;
    let draw = |name: &str| {
        let file = built::setup().join("fixtures").join(name);
        let bytes = fs::read(&file)
            .with_context(|| format!("{}: run `cargo xtask test`", file.display()))?;
        let source = Box::new(Zeroizing::new(bytes));
        let (mut reader, outline) =
            Reader::open(&worker, &built::pdfium(), source, ReadLimits::default())?;
        let page = outline.pages.first().context("a page")?;
        let page = reader.render(PageRequest {
            page: 0,
            width_px: page
                .pixels
                .map_or_else(|| dots(page.width_pt), |(width, _)| width),
            region: None,
            rotation: Rotation::None,
            lossless: true,
        })?;
        let picture = folder.join(format!("{name}.png"));
        fs::write(&picture, &page.bytes)?;
        Ok(picture)
    };
    SCANS.into_iter().map(draw).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the width of a sheet of paper"
)]
fn dots(points: f32) -> u32 {
    (points / 72.0 * DOTS).round() as u32
}

/// Words of a page as the desk has them recognised, a process for each.
fn in_the_jail(picture: &Path) -> Result<usize> {
    let worker = built::program("relecture-imaging-worker")?;
    let source = Box::new(Zeroizing::new(fs::read(picture)?));
    let (mut reader, _) = Reader::open_to_recognise(
        &worker,
        &built::pdfium(),
        &Recognition::default(),
        source,
        None,
        ReadLimits::default(),
    )?;
    let lines = reader.recognise(0)?;
    Ok(lines.iter().map(|line| line.line.words.len()).sum())
}

/// The same by the command, in one thread too, and at the same low priority.
fn by_the_command(picture: &Path) -> Result<usize> {
    let told = Command::new("nice")
        .args(["-n", "10", "tesseract"])
        .arg(picture)
        .args(["stdout", "-l", "fra"].map(OsStr::new))
        .env("OMP_THREAD_LIMIT", "1")
        .stderr(Stdio::null())
        .output()
        .context("tesseract: `cargo xtask bench` installs it")?;
    if !told.status.success() {
        bail!("tesseract does not read {}", picture.display());
    }
    Ok(String::from_utf8(told.stdout)?.split_whitespace().count())
}

/// Pages in a minute, and the words on them.
#[expect(clippy::cast_precision_loss, reason = "a rate of a few pages")]
fn rate(pictures: &[PathBuf], read: impl Fn(&Path) -> Result<usize>) -> Result<(f64, usize)> {
    let begun = Instant::now();
    let mut words = 0;
    for picture in pictures {
        words += read(picture)?;
    }
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    Ok((pictures.len() as f64 / minutes, words))
}

pub(crate) fn measure(table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(built::checkout().join("target"))?;
    let pictures = pictures(folder.path())?;
    let (mut own, mut peer) = (Vec::new(), Vec::new());
    let (mut found, mut told) = (0, 0);
    for _ in 0..ROUNDS {
        let (pages, words) = rate(&pictures, in_the_jail)?;
        own.push(pages);
        found = words;
        let (pages, words) = rate(&pictures, by_the_command)?;
        peer.push(pages);
        told = words;
    }
    // The command also gives what is hardly more than a guess.
    ensure!(
        found * 10 > told * 9,
        "{found} words were recognised, by the command {told}"
    );
    table.title(&format!(
        "Recognising the words of {} scans, one thread, alternated rounds, pages per minute",
        SCANS.len()
    ));
    Table::side("the confined reader", &own);
    Table::side("tesseract", &peer);
    println!("words: {found}, by the command {told}");
    let from = json!({
        "pages_per_minute": own, "peer_pages_per_minute": peer, "words": found, "peer_words": told,
    });
    let unit = "ratio of medians, higher is better";
    let value = median(&own) / median(&peer);
    table.result("ocr.vs_tesseract", unit, value, ">= 0.9", &from);
    Ok(())
}
