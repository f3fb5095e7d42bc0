//! Thick records: the thumbnails of a scan of 300 pages, what a scan of 300 MB takes of the memory, and words looked for on 5,000 pages.

use std::{
    io::{Cursor, Write as _},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use relecture_desk::reader::{Known, PageRequest, ReadLimits, Readers, Rotation as ReaderRotation};
use relecture_imaging::{Document, Quality, RenderRequest, Rotation};
use relecture_platform_server::{NewCase, NewPiece};
use relecture_testkit::{
    built,
    cases::foreign,
    desktop::{Desktop, Session, css, resident},
    plain::{new_case, piece},
    platform::{DemoPlatform, real_clock},
    walk,
};
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    pages,
    table::{Table, median, p95},
};

/// 26 pages of pdfTeX, which are scanned and searched here.
const ARTICLE: &str = "survival-article";
/// Whose case it is.
const EXPERT: &str = "valve";
const NUMBER: &str = "B5K-300";

/// Dots per inch of an ordinary scan, and its pages.
const DOTS: u32 = 200;
const PAGES: usize = 300;
/// As a strip of thumbnails draws them, in device pixels.
const THUMBNAIL: u32 = 72;
/// Odd.
const ROUNDS: usize = 3;

/// Dots per inch and bytes of a fine scan.
const FINE_DOTS: u32 = 600;
const FINE_BYTES: usize = 300_000_000;

/// Pieces that are searched, how often the article stands in each, and the pages of all.
const VOLUMES: usize = 10;
const COPIES: usize = 20;
const SEARCHED: usize = 26 * COPIES * VOLUMES;

/// The article as a scanner sends it: each page a JPEG of so many dots per inch, from the first page again until it is `enough`.
fn scan(dots: u32, enough: impl Fn(usize, usize) -> bool) -> Result<(Vec<u8>, u32)> {
    let library = pages::library()?;
    let bytes = foreign(ARTICLE, &built::setup())?;
    let article = Document::open(Cursor::new(bytes), Some(library), None)?;
    let mut sheets = Vec::new();
    for page in 0..u32::try_from(article.pages().len())? {
        sheets.push(article.render(
            page,
            RenderRequest {
                // A4 is 8.27 inches wide.
                width_px: dots * 827 / 100,
                region: None,
                rotation: Rotation::None,
                quality: Quality::Reading,
            },
        )?);
    }
    // ISO 32000-1, 7.5: the objects one after the other, then where each begins.
    let mut file = b"%PDF-1.4\n".to_vec();
    // The first two come last: how many pages there are is known then.
    let (mut begins, mut pages) = (Vec::new(), Vec::new());
    for sheet in sheets.iter().cycle() {
        if enough(pages.len(), file.len()) {
            break;
        }
        let image = begins.len() + 3;
        let (width, height) = (sheet.width, sheet.height);
        // The frame header of a JPEG (ITU-T T.81, B.2.2) counts its components.
        let frame = sheet.bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]);
        let components = frame.and_then(|frame| sheet.bytes.get(frame + 9));
        let colours = if components == Some(&1) {
            "Gray"
        } else {
            "RGB"
        };
        let (across, down) = (width * 72 / dots, height * 72 / dots);
        begins.push(file.len());
        writeln!(
            file,
            "{image} 0 obj <</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/Device{colours}/BitsPerComponent 8\
             /Filter/DCTDecode/Length {}>> stream",
            sheet.bytes.len()
        )?;
        file.extend(&sheet.bytes);
        file.extend(b"\nendstream endobj\n");
        let draw = format!("{across} 0 0 {down} 0 0 cm /I Do");
        begins.push(file.len());
        write!(
            file,
            "{} 0 obj <</Length {}>> stream\n{draw}\nendstream endobj\n",
            image + 1,
            draw.len()
        )?;
        begins.push(file.len());
        writeln!(
            file,
            "{page} 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 {across} {down}]/Contents {} 0 R\
             /Resources<</XObject<</I {image} 0 R>>>>>> endobj",
            image + 1,
            page = image + 2,
        )?;
        pages.push(format!("{} 0 R", image + 2));
    }
    let catalog = file.len();
    writeln!(file, "1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj")?;
    let tree = file.len();
    writeln!(
        file,
        "2 0 obj <</Type/Pages/Count {}/Kids[{}]>> endobj",
        pages.len(),
        pages.join(" ")
    )?;
    let table = file.len();
    let size = begins.len() + 3;
    write!(file, "xref\n0 {size}\n0000000000 65535 f \n")?;
    for begin in [catalog, tree].iter().chain(&begins) {
        writeln!(file, "{begin:010} 00000 n ")?;
    }
    write!(
        file,
        "trailer <</Size {size}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n"
    )?;
    Ok((file, u32::try_from(pages.len())?))
}

fn volume(title: &str, pages: u32, bytes: Vec<u8>) -> NewPiece {
    NewPiece {
        pages,
        ..piece(title, "application/pdf", bytes)
    }
}

/// A case of these pieces, accepted, received and opened in the window.
pub(crate) async fn at_work(
    pieces: Vec<NewPiece>,
) -> Result<(Desktop, DemoPlatform, Uuid, tempfile::TempDir)> {
    let folder = tempfile::tempdir_in(built::checkout().join("target"))?;
    let platform = DemoPlatform::start(folder.path(), real_clock(), None).await?;
    let expert = platform.expert_of(EXPERT)?;
    let now = real_clock()();
    let case = NewCase {
        case_ref: Some(NUMBER.to_owned()),
        ..new_case(now)
    };
    let case = platform.platform.admit_case(&case, pieces)?;
    let id = platform.platform.offer(case, expert.id, now)?;
    let session = Arc::new(Session::start().await?);
    let desktop = Desktop::launch(&session, platform.application()?).await?;
    walk::sign_in(&desktop, expert).await?;
    walk::take(&desktop, NUMBER).await?;
    Ok((desktop, platform, id, folder))
}

pub(crate) async fn measure(table: &mut Table) -> Result<()> {
    let (scan, pages) = scan(DOTS, |pages, _| pages == PAGES)?;
    thumbnails(table, &scan)?;
    in_the_window(table, volume("Dossier numérisé", pages, scan)).await?;
    search(table).await
}

/// Every page of the scan as a thumbnail, in the jail and by libpdfium alone.
fn thumbnails(table: &mut Table, scan: &[u8]) -> Result<()> {
    let library = pages::library()?;
    let worker = built::program("relecture-imaging-worker")?;
    let readers = Readers::new(worker, built::pdfium(), ReadLimits::default());
    let (mut own, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let (mut reader, _) =
            readers.open(Box::new(Zeroizing::new(scan.to_vec())), Known::default())?;
        for page in 0..u32::try_from(PAGES)? {
            reader.render(PageRequest {
                page,
                width_px: THUMBNAIL,
                region: None,
                rotation: ReaderRotation::None,
                lossless: false,
            })?;
        }
        own.push(pages::milliseconds(begun));
        drop(reader);
        let begun = Instant::now();
        let document = Document::open(Cursor::new(scan.to_vec()), Some(library), None)?;
        for page in 0..u32::try_from(PAGES)? {
            document.render(
                page,
                RenderRequest {
                    width_px: THUMBNAIL,
                    region: None,
                    rotation: Rotation::None,
                    quality: Quality::Reading,
                },
            )?;
        }
        peer.push(pages::milliseconds(begun));
    }
    table.title(&format!(
        "The thumbnails of a scan of {PAGES} pages at {DOTS} dots per inch, alternated rounds, milliseconds"
    ));
    Table::side("in the jail", &own);
    Table::side("  libpdfium alone", &peer);
    let from = json!({ "pages": PAGES, "milliseconds": own, "peer_milliseconds": peer });
    let unit = "ratio of medians, lower is better";
    let ratio = median(&own) / median(&peer);
    table.result(
        "pdf.thumbnails_vs_bare_pdfium",
        unit,
        ratio,
        "<= 1.3",
        &from,
    );
    Ok(())
}

/// Scrolls the strip of thumbnails to a part of its length, and tells in `window.measured` when those in sight are there.
const STRIP: &str = r"
    window.measured = null;
    const list = document.querySelector('.thumbs');
    const box = list.getBoundingClientRect();
    const begun = performance.now();
    list.scrollTop = list.scrollHeight * arguments[0];
    const shown = () => {
      const inSight = [...list.children].filter((item) => {
        const at = item.getBoundingClientRect();
        return at.bottom > box.top && at.top < box.bottom;
      });
      if (inSight.every((item) => item.querySelector('.image img'))) window.measured = performance.now() - begun;
      else requestAnimationFrame(shown);
    };
    requestAnimationFrame(shown);
";

/// The most that a program took of the memory while it was watched, in bytes.
struct Watch {
    most: Arc<AtomicU64>,
    ends: Arc<AtomicBool>,
}

impl Watch {
    const EVERY: Duration = Duration::from_millis(50);

    fn over(process: u32) -> Self {
        let most = Arc::new(AtomicU64::new(0));
        let ends = Arc::new(AtomicBool::new(false));
        let (kept, over) = (Arc::clone(&most), Arc::clone(&ends));
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                kept.fetch_max(resident(process).unwrap_or(0), Ordering::Relaxed);
                std::thread::sleep(Self::EVERY);
            }
        });
        Self { most, ends }
    }

    fn end(self) -> u64 {
        self.ends.store(true, Ordering::Relaxed);
        self.most.load(Ordering::Relaxed)
    }
}

/// The thumbnails under the eyes, and the memory that a fine scan takes as it is read from one end to the other and looked at closely.
async fn in_the_window(table: &mut Table, record: NewPiece) -> Result<()> {
    let (fine, count) = scan(FINE_DOTS, |_, bytes| bytes >= FINE_BYTES)?;
    let size = fine.len() / 1_000_000;

    let sheet = scan(DOTS, |pages, _| pages == 1)?.0;
    let pieces = vec![
        volume("Une page", 1, sheet),
        record,
        volume("Plans numérisés", count, fine),
    ];
    let (desktop, _platform, ..) = at_work(pieces).await?;
    walk::open_piece(&desktop, 1).await?;
    // What was left over from receiving is given back by then.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let process = desktop.process()?;
    let idle = resident(process)?;

    let watch = Watch::over(process);
    pages::measured(&desktop, pages::OPEN, &[pages::name(3)]).await?;
    for _ in 0..count.min(40) {
        walk::press_on_table(&desktop, &['\u{e00f}']).await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    for size in ["4", "8", "6"] {
        desktop.script(pages::ZOOM, &[json!("fit")]).await?;
        desktop.wait_gone(&css("img.tile")).await?;
        pages::measured(&desktop, pages::ZOOM, &[json!(size)]).await?;
    }
    let most = watch.end();
    table.title(&format!(
        "Reading a scan of {size} MB at {FINE_DOTS} dots per inch, {count} pages: memory of all processes, MiB"
    ));
    #[expect(clippy::cast_precision_loss, reason = "a size")]
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    println!("idle {:.0}, at most {:.0}", mib(idle), mib(most));
    let from = json!({ "megabytes": size, "pages": count, "idle": idle, "most": most });
    let unit = "MiB over idle, at most";
    let over = mib(most.saturating_sub(idle));
    table.result("pdf.memory_300_mb", unit, over, "<= 400", &from);

    desktop.script(pages::ZOOM, &[json!("fit")]).await?;
    pages::measured(&desktop, pages::OPEN, &[pages::name(2)]).await?;
    walk::press_on_table(&desktop, &['v']).await?;
    desktop.wait_for(&css(".thumbs .image img")).await?;
    let mut shown = Vec::new();
    for part in [0.9, 0.2, 0.6, 0.4, 0.8, 0.3, 0.7, 0.1, 0.5] {
        shown.push(pages::measured(&desktop, STRIP, &[json!(part)]).await?);
    }
    table.title(
        "Scrolling its thumbnails to another place, until those in sight are there, milliseconds",
    );
    Table::side("a strip of thumbnails", &shown);
    let from = json!({ "milliseconds": shown });
    let (name, unit) = ("pdf.thumbnails_in_sight", "milliseconds, median");
    table.result(name, unit, median(&shown), "reported", &from);
    Ok(())
}

/// Asks what the window asks as one types, and tells in `window.measured` how long the answer took, opened and read.
const SEARCH: &str = r"
    window.measured = null;
    const begun = performance.now();
    const request = { assignment: arguments[0], query: arguments[1] };
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const made = crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['decrypt']);
    const key = btoa(String.fromCharCode(...bytes));
    window.__TAURI_INTERNALS__.invoke('case_search', { request, key }).then(async ({ sealed }) => {
      const clear = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: new Uint8Array(12) }, await made, Uint8Array.from(atob(sealed), (letter) => letter.charCodeAt(0)),
      );
      window.found = JSON.parse(new TextDecoder().decode(clear));
      window.measured = performance.now() - begun;
    });
";

/// What is typed, letter by letter: words that are everywhere, rare, several, accented, and nowhere.
const TYPED: [&str; 6] = [
    "survival curve",
    "proportional hazards",
    "Terry Therneau",
    "âge du patient",
    "coxph",
    "zygomatique",
];

async fn search(table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(built::checkout().join("target"))?;
    let article = folder.path().join("article.pdf");
    std::fs::write(&article, foreign(ARTICLE, &built::setup())?)?;
    let tome = folder.path().join("tome.pdf");
    let mut join = Command::new("qpdf");
    join.args(["--empty", "--pages"]);
    join.args(std::iter::repeat_n(&article, COPIES));
    let joined = join.arg("--").arg(&tome).status().context("qpdf")?;
    ensure!(joined.success(), "qpdf does not join the volumes");
    let bytes = std::fs::read(&tome)?;
    let pages = u32::try_from(26 * COPIES)?;
    let pieces =
        (1..=VOLUMES).map(|number| volume(&format!("Tome {number}"), pages, bytes.clone()));
    let (desktop, _platform, id, _folder) = at_work(pieces.collect()).await?;
    let ask = async |query: &str| {
        let took = pages::measured(&desktop, SEARCH, &[json!(id), json!(query)]).await?;
        let found = desktop.script("return window.found", &[]).await?;
        let count = |name| found.get(name).and_then(Value::as_u64).context("an answer");
        anyhow::Ok((took, count("unread")?, count("total")?))
    };
    let mut waited = 0;
    loop {
        let (_, unread, total) = ask("survival").await?;
        if unread == 0 {
            ensure!(total >= SEARCHED as u64, "{total} hits");
            break;
        }
        waited += 1;
        if waited > 600 {
            bail!("{unread} pieces are not read");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let mut took = Vec::new();
    for typed in TYPED {
        let letters: Vec<char> = typed.chars().collect();
        for count in 2..=letters.len() {
            let query: String = letters.iter().take(count).collect();
            took.push(ask(&query).await?.0);
        }
    }
    table.title(&format!(
        "Searching {SEARCHED} pages as one types, from the window and back, milliseconds"
    ));
    println!("{} queries, median {:.0}", took.len(), median(&took));
    let from: Value = json!({ "pages": SEARCHED, "milliseconds": took });
    let (name, unit) = ("search.5000_pages_p95", "milliseconds");
    table.result(name, unit, p95(&took), "<= 100", &from);
    Ok(())
}
