//! Pages: from the click to the first one, beside pdf.js in a browser and libpdfium alone; turning them, and seeing them sharp.

use std::{
    fs,
    io::Cursor,
    net::SocketAddr,
    path::Path,
    sync::OnceLock,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use axum::{Router, http::header, routing::get};
use relecture_desk::reader::{
    Known, PageRequest, ReadLimits, Readers, Rotation as ReaderRotation, Source, SourceError,
};
use relecture_imaging::{Document, Quality, RenderRequest, Rotation, VerifiedLibrary};
use relecture_testkit::{
    built,
    cases::foreign,
    desktop::{Chromium, Desktop, Session, css},
    platform::{DemoPlatform, real_clock},
    walk,
};
use relecture_vault::PieceReader;
use serde_json::{Value, json};

use crate::{
    reading,
    table::{Table, median, p95},
};

/// Real PDFs: text of pdfTeX, a fax, a scan in JBIG2, text of a word processor.
const FILES: [&str; 4] = [
    "survival-article",
    "fax-ccitt",
    "leaflet-jbig2",
    "french-text",
];
/// The case in which the article lies, and what it is called there.
const CASE: &str = "valve";
const ARTICLE: &str = "survival-article";
/// As wide as a reading table, in device pixels.
const WIDTH: u32 = 1100;
const ROUNDS: usize = 15;
/// A worker that is started ahead waits by then.
const STARTED: Duration = Duration::from_millis(100);
const TURNS: usize = 24;
/// The window is left alone for so long while it is measured.
const ASKED_AFTER: Duration = Duration::from_millis(150);
/// What lies on the table is looked at for so long at least: what either side does after a page is not done while the next is waited for.
const LOOKED_AT: Duration = Duration::from_millis(500);

/// A piece of the vault as the confined reader is given it.
struct Piece(PieceReader);

impl Source for Piece {
    fn length(&self) -> u64 {
        self.0.length()
    }

    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, SourceError> {
        Ok(self.0.read_at(offset, into)?)
    }
}

pub(crate) async fn measure(table: &mut Table) -> Result<()> {
    page_ready(table)?;
    in_the_window(table).await
}

/// libpdfium in this process, which loads it once.
pub(crate) fn library() -> Result<&'static VerifiedLibrary> {
    static LIBRARY: OnceLock<VerifiedLibrary> = OnceLock::new();
    if let Some(library) = LIBRARY.get() {
        return Ok(library);
    }
    let library = VerifiedLibrary::load(&built::pdfium())?;
    Ok(LIBRARY.get_or_init(|| library))
}

pub(crate) fn milliseconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}

/// The first page, ready for the window: read, decrypted, jailed, rendered and encoded, beside libpdfium in this process on the file in
/// clear.
fn page_ready(table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(built::checkout().join("target"))?;
    let library = library()?;
    let worker = built::program("relecture-imaging-worker")?;
    table.title("The first page of a PDF out of the vault, ready for the window, milliseconds");
    let readers = Readers::new(worker, built::pdfium(), ReadLimits::default());
    let mut sides = (0.0, 0.0);
    let mut from = Vec::new();
    for (number, name) in FILES.into_iter().enumerate() {
        let clear = foreign(name, &built::setup())?;
        let path = folder.path().join(name);
        fs::write(&path, &clear)?;
        let vault = reading::vault(&folder.path().join(format!("vault-{number}")))?;
        let spec = reading::received(&vault, &clear)?;
        let mut rounds = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            // As on the desk, where it was done after the page before.
            readers.prepare();
            std::thread::sleep(STARTED);
            let begun = Instant::now();
            let piece = Piece(vault.read_piece(reading::CASE, &spec)?);
            let (mut reader, _) = readers.open(Box::new(piece), Known::default())?;
            let page = reader.render(PageRequest {
                page: 0,
                width_px: WIDTH,
                region: None,
                rotation: ReaderRotation::None,
                lossless: false,
            })?;
            let own = milliseconds(begun);
            drop(reader);
            let begun = Instant::now();
            let bytes = fs::read(&path)?;
            let document = Document::open(Cursor::new(bytes), Some(library), None)?;
            let bare = document.render(
                0,
                RenderRequest {
                    width_px: WIDTH,
                    region: None,
                    rotation: Rotation::None,
                    quality: Quality::Reading,
                },
            )?;
            let alone = milliseconds(begun);
            ensure!(*page.bytes == *bare.bytes, "{name}: not the same page");
            // The first round fills the disk's cache for both.
            if round > 0 {
                rounds.0.push(own);
                rounds.1.push(alone);
            }
        }
        Table::side(name, &rounds.0);
        Table::side("  libpdfium alone", &rounds.1);
        sides.0 += median(&rounds.0);
        sides.1 += median(&rounds.1);
        from.push(json!({ "file": name, "milliseconds": rounds.0, "peer_milliseconds": rounds.1 }));
    }
    let unit = "ratio of the sums of medians, lower is better";
    let ratio = sides.0 / sides.1;
    table.result(
        "pdf.first_page_vs_bare_pdfium",
        unit,
        ratio,
        "<= 1.3",
        &json!(from),
    );
    Ok(())
}

/// Presses on a piece of the timeline and tells, in `window.measured`, how long its first page took to stand on the table.
pub(crate) const OPEN: &str = r"
    window.measured = null;
    const page = () => document.querySelector('.stack > .page:first-child .image img');
    const before = page();
    const row = [...document.querySelectorAll('button.piece')].find((button) => button.ariaLabel.startsWith(arguments[0]));
    const begun = performance.now();
    const watch = new MutationObserver(() => {
      const image = page();
      if (!image || image === before) return;
      watch.disconnect();
      requestAnimationFrame(() => (window.measured = performance.now() - begun));
    });
    watch.observe(document.querySelector('.reading'), { childList: true, subtree: true });
    row.click();
";

/// The same for a page that is gone to with a key, which arrives if it is not there yet.
const TURN: &str = r"
    window.measured = null;
    const number = arguments[0];
    const table = document.querySelector('.viewport [role=region]');
    table.focus();
    const begun = performance.now();
    table.dispatchEvent(new KeyboardEvent('keydown', { key: arguments[1], bubbles: true }));
    const shown = () => {
      const page = document.querySelector(`[data-page='${number}']`);
      const box = page && page.getBoundingClientRect();
      const here = box && box.top < table.getBoundingClientRect().bottom && page.querySelector('.image img');
      if (here) requestAnimationFrame(() => (window.measured = performance.now() - begun));
      else requestAnimationFrame(shown);
    };
    shown();
";

/// From the choice of a size until everything on the screen is sharp.
pub(crate) const ZOOM: &str = r"
    window.measured = null;
    const zoom = document.querySelector('.zooming select');
    const box = document.querySelector('.viewport [role=region]').getBoundingClientRect();
    const begun = performance.now();
    zoom.value = arguments[0];
    zoom.dispatchEvent(new Event('change', { bubbles: true }));
    const wait = () => {
      const tiles = [...document.querySelectorAll('img.tile')].filter((tile) => {
        const at = tile.getBoundingClientRect();
        return at.bottom > box.top && at.top < box.bottom && at.right > box.left && at.left < box.right;
      });
      if (tiles.length > 0 && tiles.every((tile) => tile.classList.contains('sharp'))) window.measured = performance.now() - begun;
      else requestAnimationFrame(wait);
    };
    requestAnimationFrame(wait);
";

/// How a piece of the timeline is called.
pub(crate) fn name(number: u32) -> Value {
    json!(format!("Pi\u{e8}ce\u{a0}{number},"))
}

pub(crate) async fn measured(desktop: &Desktop, script: &str, arguments: &[Value]) -> Result<f64> {
    desktop.script(script, arguments).await?;
    // To ask is work for the window.
    tokio::time::sleep(ASKED_AFTER).await;
    for _ in 0..2_000 {
        let told = desktop.script("return window.measured", &[]).await?;
        if let Some(time) = told.as_f64() {
            return Ok(time);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bail!("the page does not come")
}

async fn in_the_window(table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = DemoPlatform::start(folder.path(), real_clock(), None).await?;
    let session = std::sync::Arc::new(Session::start().await?);
    let desktop = Desktop::launch(&session, platform.application()?).await?;
    let (case, _) = platform.case(CASE)?;
    walk::sign_in(&desktop, platform.expert_of(CASE)?).await?;
    walk::examine(&desktop, case).await?;
    walk::accept(&desktop).await?;
    walk::open_case(&desktop, case).await?;
    walk::wait_for_pieces(&desktop).await?;
    let pieces = &case.file.pieces;
    let article = pieces
        .iter()
        .find(|piece| piece.foreign.as_deref() == Some(ARTICLE));
    let article = article.context("the article")?.number;

    let port = serve().await?;
    let browser = Chromium::start(Some(platform.platform.ca_pem())).await?;
    browser
        .open(&format!("http://127.0.0.1:{}/", port.port()))
        .await?;
    browser.shows("ready").await?;

    let (mut own, mut peer) = (Vec::new(), Vec::new());
    let mut width = Value::Null;
    // The first piece lies on the table already.
    measured(&desktop, OPEN, &[name(article)]).await?;
    for round in 0..=ROUNDS {
        let other = if article == 1 { 2 } else { 1 };
        measured(&desktop, OPEN, &[name(other)]).await?;
        tokio::time::sleep(LOOKED_AT).await;
        let time = measured(&desktop, OPEN, &[name(article)]).await?;
        if width.is_null() {
            let script =
                "return document.querySelector('.stack > .page').clientWidth * devicePixelRatio";
            width = desktop.script(script, &[]).await?;
        }
        tokio::time::sleep(LOOKED_AT).await;
        let theirs = browser.value("show(arguments[0])", &width).await?;
        let Some(theirs) = theirs.as_f64() else {
            bail!("pdf.js shows nothing: {theirs}");
        };
        if round > 0 {
            own.push(time);
            peer.push(theirs);
        }
    }
    table.title("From the click to the first page of an article of 26 pages, alternated rounds, milliseconds");
    Table::side("relecture", &own);
    Table::side("pdf.js in Chromium", &peer);
    let from = json!({ "milliseconds": own, "peer_milliseconds": peer, "width": width });
    let unit = "ratio of medians, lower is better";
    let ratio = median(&own) / median(&peer);
    table.result("pdf.first_page_vs_pdfjs", unit, ratio, "<= 0.5", &from);

    let mut turns = Vec::new();
    for number in 2..=TURNS + 1 {
        turns.push(measured(&desktop, TURN, &[json!(number), json!("PageDown")]).await?);
    }
    Table::side("page turn", &turns);
    let from = json!({ "milliseconds": turns });
    table.result(
        "pdf.page_turn_p95",
        "milliseconds",
        p95(&turns),
        "reported",
        &from,
    );

    let mut zooms = Vec::new();
    for _ in 0..ROUNDS {
        desktop.script(ZOOM, &[json!("fit")]).await?;
        desktop.wait_gone(&css("img.tile")).await?;
        // Another page each time: nothing of it was seen so large before.
        let page = desktop
            .script(
                "return Number(document.querySelector('.reading input').value)",
                &[],
            )
            .await?;
        let page = page.as_u64().context("the page under the eyes")?;
        measured(&desktop, TURN, &[json!(page - 1), json!("PageUp")]).await?;
        for size in ["4", "6", "8"] {
            desktop.script(ZOOM, &[json!("fit")]).await?;
            desktop.wait_gone(&css("img.tile")).await?;
            zooms.push(measured(&desktop, ZOOM, &[json!(size)]).await?);
        }
    }
    Table::side("zoom to sharp", &zooms);
    let from = json!({ "milliseconds": zooms });
    table.result(
        "pdf.zoom_to_sharp_p95",
        "milliseconds",
        p95(&zooms),
        "<= 150",
        &from,
    );
    Ok(())
}

/// pdf.js and the article, on loopback.
async fn serve() -> Result<SocketAddr> {
    const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><canvas></canvas><p></p><script type="module">
        import * as pdfjs from '/pdf.mjs';
        pdfjs.GlobalWorkerOptions.workerSrc = '/pdf.worker.mjs';
        const worker = new pdfjs.PDFWorker();
        await worker.promise;
        const canvas = document.querySelector('canvas');
        window.show = async (width) => {
          const begun = performance.now();
          const task = pdfjs.getDocument({ url: '/article.pdf', worker });
          const document = await task.promise;
          const page = await document.getPage(1);
          const viewport = page.getViewport({ scale: width / page.getViewport({ scale: 1 }).width });
          [canvas.width, canvas.height] = [viewport.width, viewport.height];
          await page.render({ canvas, viewport }).promise;
          await new Promise(requestAnimationFrame);
          const time = performance.now() - begun;
          await task.destroy();
          return time;
        };
        window.document.querySelector('p').textContent = 'ready';
    </script>"#;
    let build = built::checkout().join("tests/peers/node_modules/pdfjs-dist/build");
    let script = |path: &Path| fs::read(path).with_context(|| format!("{}", path.display()));
    let library = script(&build.join("pdf.min.mjs"))?;
    let worker = script(&build.join("pdf.worker.min.mjs"))?;
    let article = foreign(ARTICLE, &built::setup())?;
    let give = |kind: &'static str, bytes: Vec<u8>| {
        get(move || {
            let bytes = bytes.clone();
            async move {
                let headers = [
                    (header::CONTENT_TYPE, kind),
                    (header::CACHE_CONTROL, "no-store"),
                ];
                (headers, bytes)
            }
        })
    };
    let pages = Router::new()
        .route("/", give("text/html", PAGE.as_bytes().to_vec()))
        .route("/pdf.mjs", give("text/javascript", library))
        .route("/pdf.worker.mjs", give("text/javascript", worker))
        .route("/article.pdf", give("application/pdf", article));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, pages).await });
    Ok(address)
}
