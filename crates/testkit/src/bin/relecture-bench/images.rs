//! Images: decoded beside DCMTK, GDCM and the codecs of `Cornerstone3D`; scrolled through a long series beside `Cornerstone3D` in a browser.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use axum::{
    Router, extract,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use relecture_desk::reader::{Known, ReadLimits, Readers};
use relecture_platform_server::NewPiece;
use relecture_testkit::{
    built,
    desktop::{Chromium, Desktop, css, resident},
    phantom::{CompressionMethod, Film, Series, archive},
    plain::piece,
    walk,
};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::{
    pages::{self, milliseconds},
    table::{Table, median, p95},
    thick,
};

/// Frames of the films that are decoded. What is measured is what the longer one takes beyond the shorter: to start a program or to open
/// a file counts for neither side.
const LONG: u32 = 104;
const SHORT: u32 = 8;
/// Odd.
const ROUNDS: usize = 3;

/// Slices of the series that is scrolled through, and how many of them have values of their own.
const SLICES: u32 = 2_000;
const OWN: u32 = 48;
/// Slices of a short one.
const FEW: u32 = 40;
/// A run of slices, short of the patience of a driver.
const RUN: u32 = 600;
const RUNS: u32 = 3;

/// One transfer syntax: how a film is written in it and read by its peer, with a file in and a file out.
struct Syntax {
    name: &'static str,
    film: Film,
    encode: &'static [&'static str],
    decode: &'static [&'static str],
}

const SYNTAXES: [Syntax; 9] = [
    Syntax {
        name: "RLE",
        film: Film::Words,
        encode: &["dcmcrle"],
        decode: &["dcmdrle"],
    },
    Syntax {
        name: "JPEG baseline, grey",
        film: Film::Bytes,
        encode: &["dcmcjpeg", "+eb"],
        decode: &["dcmdjpeg"],
    },
    Syntax {
        name: "JPEG baseline, colour",
        film: Film::Colours,
        encode: &["dcmcjpeg", "+eb"],
        decode: &["dcmdjpeg"],
    },
    Syntax {
        name: "JPEG extended, 12 bits",
        film: Film::Words,
        encode: &["dcmcjpeg", "+ee"],
        decode: &["dcmdjpeg"],
    },
    Syntax {
        name: "JPEG lossless",
        film: Film::Words,
        encode: &["dcmcjpeg", "+e1"],
        decode: &["dcmdjpeg"],
    },
    Syntax {
        name: "JPEG-LS lossless",
        film: Film::Words,
        encode: &["dcmcjpls", "+el"],
        decode: &["dcmdjpls"],
    },
    Syntax {
        name: "JPEG-LS near lossless",
        film: Film::Words,
        encode: &["dcmcjpls", "+en"],
        decode: &["dcmdjpls"],
    },
    Syntax {
        name: "JPEG 2000 lossless",
        film: Film::Words,
        encode: &["gdcmconv", "--j2k"],
        decode: &["gdcmconv", "--raw"],
    },
    Syntax {
        name: "JPEG 2000 lossy",
        film: Film::Words,
        encode: &["gdcmconv", "--j2k", "--lossy", "-r", "10"],
        decode: &["gdcmconv", "--raw"],
    },
];

/// The abdomen, of so many slices.
fn abdomen(slices: u32) -> Series {
    Series {
        slices,
        step: 0.5,
        ..Series::portal("ROUSSEL^CAMILLE", "19710312", "20260914", 38.0)
    }
}

/// Runs a program of a peer on a file, on one processor, as GDCM takes all there are; the milliseconds that it took.
fn run(words: &[&str], from: &Path, to: &Path) -> Result<f64> {
    let (program, words) = words.split_first().context("a program")?;
    let begun = Instant::now();
    let ran = Command::new("taskset")
        .args(["--cpu-list", "0", program])
        .args(words)
        .args([from, to])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| format!("{program}: `cargo xtask bench` installs it"))?;
    ensure!(ran.success(), "{program} does not take {}", from.display());
    Ok(milliseconds(begun))
}

/// Every frame of a film, in the jail and back.
fn decoded(readers: &Readers, film: &[u8]) -> Result<f64> {
    readers.prepare();
    std::thread::sleep(Duration::from_millis(100));
    let source = Box::new(Zeroizing::new(film.to_vec()));
    let begun = Instant::now();
    let (mut reader, outline) = readers.open(source, Known::default())?;
    for page in 0..u32::try_from(outline.pages.len())? {
        reader.frame(page)?;
    }
    Ok(milliseconds(begun))
}

#[expect(clippy::cast_precision_loss, reason = "a few")]
fn geometric_mean(ratios: &[f64]) -> f64 {
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
}

pub(crate) async fn decode(table: &mut Table) -> Result<()> {
    // In memory: what is measured is no disk.
    let folder = tempfile::tempdir_in("/dev/shm")?;
    let readers = Readers::new(
        built::program("relecture-imaging-worker")?,
        built::pdfium(),
        ReadLimits::default(),
    );
    let path = |name: &str| folder.path().join(name);
    let browser = Browser::start(folder.path().to_owned()).await?;
    table.title(&format!(
        "Decoding 512 x 512 x {} frames of a film, one thread, microseconds a frame: in the jail, by DCMTK or GDCM, by Cornerstone3D's codecs",
        LONG - SHORT
    ));
    let (mut peers, mut scripts, mut from) = (Vec::new(), Vec::new(), Vec::new());
    for (number, syntax) in SYNTAXES.iter().enumerate() {
        let mut films = Vec::new();
        for frames in [SHORT, LONG] {
            let (clear, film) = (path("clear"), path(&format!("{number}-{frames}")));
            fs::write(&clear, abdomen(frames).film(syntax.film))?;
            run(syntax.encode, &clear, &film)?;
            films.push((fs::read(&film)?, film, frames));
        }
        let [(short, short_path, _), (long, long_path, _)] = films.as_slice() else {
            bail!("two films");
        };
        let per_frame = |long: f64, short: f64| (long - short) * 1_000.0 / f64::from(LONG - SHORT);
        let (mut own, mut peer) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            own.push(per_frame(
                decoded(&readers, long)?,
                decoded(&readers, short)?,
            ));
            let out = path("out");
            let took = run(syntax.decode, long_path, &out)?;
            peer.push(per_frame(took, run(syntax.decode, short_path, &out)?));
        }
        let script = browser
            .decode(&format!("{number}-{LONG}"), SHORT, LONG)
            .await?;
        let [own, peer] = [median(&own), median(&peer)];
        println!(
            "{:<24}{own:>8.0}{peer:>8.0}{}",
            syntax.name,
            script.map_or("       -".to_owned(), |took| format!("{took:>8.0}"))
        );
        peers.push(own / peer);
        scripts.extend(script.map(|script| own / script));
        from.push(json!({ "syntax": syntax.name, "microseconds": own, "peer": syntax.decode.first(), "peer_microseconds": peer, "script_microseconds": script }));
    }
    let from = json!(from);
    let unit = "geometric mean of ratios, lower is better";
    table.result(
        "dicom.decode_vs_dcmtk",
        unit,
        geometric_mean(&peers),
        "<= 1.0",
        &from,
    );
    table.result(
        "dicom.decode_vs_wasm",
        unit,
        geometric_mean(&scripts),
        "reported",
        &from,
    );
    Ok(())
}

/// `Cornerstone3D` in Chromium, with the files of a folder on loopback.
struct Browser {
    browser: Chromium,
}

impl Browser {
    async fn start(files: PathBuf) -> Result<Self> {
        let address = serve(files).await?;
        let browser = Chromium::start(None).await?;
        browser
            .open(&format!("http://127.0.0.1:{}/", address.port()))
            .await?;
        browser.shows("ready").await?;
        Ok(Self { browser })
    }

    async fn ask(&self, what: &str, argument: &Value) -> Result<Value> {
        let told = self
            .browser
            .value(&format!("{what}(arguments[0])"), argument)
            .await?;
        ensure!(!told.is_string(), "Cornerstone3D: {told}");
        Ok(told)
    }

    /// Microseconds a frame of a film; nothing where it does not decode it.
    async fn decode(&self, film: &str, from: u32, to: u32) -> Result<Option<f64>> {
        let argument = json!({ "film": film, "from": from, "to": to, "rounds": ROUNDS });
        let Ok(told) = self.ask("decode", &argument).await else {
            return Ok(None);
        };
        let rounds: Vec<f64> = serde_json::from_value(told)?;
        Ok(Some(median(&rounds) * 1_000.0 / f64::from(to - from)))
    }
}

/// The page of `Cornerstone3D`, and the files of a folder.
async fn serve(files: PathBuf) -> Result<SocketAddr> {
    let page = built::checkout().join("target/peers/cornerstone");
    ensure!(
        page.join("index.html").exists(),
        "Cornerstone3D: `cargo xtask bench` puts it together"
    );
    let given = |folder: PathBuf| {
        get(
            move |extract::Path(name): extract::Path<String>| async move {
                let kind = match name.rsplit('.').next() {
                    Some("js") => "text/javascript",
                    Some("wasm") => "application/wasm",
                    _ => "application/dicom",
                };
                match tokio::fs::read(folder.join(name)).await {
                    Ok(bytes) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
                    Err(_) => StatusCode::NOT_FOUND.into_response(),
                }
            },
        )
    };
    let index = fs::read(page.join("index.html"))?;
    let pages = Router::new()
        .route(
            "/",
            get(|| async { ([(header::CONTENT_TYPE, "text/html")], index) }),
        )
        .route("/assets/{name}", given(page.join("assets")))
        .route("/files/{name}", given(files));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, pages).await });
    Ok(address)
}

/// Presses on a piece of images and tells, in `window.measured`, how long its first image took to be painted.
const OPEN: &str = r"
    window.measured = null;
    const row = [...document.querySelectorAll('button.piece')].find((button) => button.ariaLabel.startsWith(arguments[0]));
    const begun = performance.now();
    window.painted = () => {
      if (!document.querySelector('.stage').ariaLabel.includes(arguments[0])) return;
      requestAnimationFrame(() => (window.measured ??= performance.now() - begun));
    };
    row.click();
";

/// Every painting of an image is told to `window.painted`, whichever painter does it.
const WATCH: &str = r"
    window.painted = () => undefined;
    for (const [kind, name] of [[WebGL2RenderingContext, 'drawArrays'], [CanvasRenderingContext2D, 'putImageData']]) {
      const paint = kind.prototype[name];
      kind.prototype[name] = function (...given) {
        paint.apply(this, given);
        if (this.canvas.closest?.('.stage')) window.painted();
      };
    }
";

/// Goes to the next slice with each frame of the display, so many times, and tells in `window.measured` what was painted meanwhile.
const SCROLL: &str = r"
    window.measured = null;
    const stage = document.querySelector('.stage');
    stage.focus();
    const times = [];
    let last = null;
    window.painted = () => {
      const page = stage.dataset.page;
      if (page !== last) times.push(performance.now());
      last = page;
    };
    const begun = performance.now();
    let left = arguments[0];
    const next = () => {
      if (left === 0) return setTimeout(() => {
        window.measured = { painted: times.length, took: times.at(-1) - begun, gaps: times.slice(1).map((time, at) => time - times[at]) };
      }, 500);
      left -= 1;
      stage.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
";

/// What was painted on the way through a series.
#[derive(Default)]
struct Scrolled {
    painted: f64,
    took: f64,
    gaps: Vec<f64>,
}

impl Scrolled {
    fn add(&mut self, told: &Value) -> Result<()> {
        let number = |name| told.get(name).and_then(Value::as_f64).context("a number");
        self.painted += number("painted")?;
        self.took += number("took")?;
        let gaps: Vec<f64> = serde_json::from_value(told.get("gaps").cloned().context("gaps")?)?;
        self.gaps.extend(gaps);
        Ok(())
    }

    /// Images a second.
    fn rate(&self) -> f64 {
        self.painted * 1_000.0 / self.took
    }
}

fn disc(title: &str, pages: u32, bytes: Vec<u8>) -> NewPiece {
    NewPiece {
        pages,
        ..piece(title, "application/dicom", bytes)
    }
}

async fn told(desktop: &Desktop, script: &str, arguments: &[Value]) -> Result<Value> {
    desktop.script(script, arguments).await?;
    for _ in 0..600 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let told = desktop.script("return window.measured", &[]).await?;
        if !told.is_null() {
            return Ok(told);
        }
    }
    bail!("the window does not answer")
}

/// From the click on one of two pieces to its first image, each time the other way round.
async fn first_image(table: &mut Table, desktop: &Desktop, size: usize) -> Result<()> {
    let mut opened = Vec::new();
    for _ in 0..11 {
        for number in [2, 1] {
            let took = pages::measured(desktop, OPEN, &[pages::name(number)]).await?;
            opened.push((number, took));
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
    // The first of each fills the disk's cache.
    let of = |wanted: u32| -> Vec<f64> {
        let own = opened.iter().filter(|(number, _)| *number == wanted);
        own.skip(1).map(|(_, took)| *took).collect()
    };
    let (short, long) = (of(1), of(2));

    table.title(&format!(
        "From the click to the first image of {FEW} and of {SLICES} slices ({size} MB), milliseconds"
    ));
    Table::side("40 slices", &short);
    Table::side("2,000 slices", &long);
    let from = json!({ "milliseconds": short, "long_milliseconds": long });
    let all: Vec<f64> = short.into_iter().chain(long).collect();
    table.result(
        "dicom.first_image_p95",
        "milliseconds",
        p95(&all),
        "<= 150",
        &from,
    );

    Ok(())
}

pub(crate) async fn scroll(table: &mut Table) -> Result<()> {
    let series = abdomen(SLICES);
    let clear = tempfile::tempdir_in(built::checkout().join("target"))?;
    let mut files = Vec::new();
    for (number, file) in series.files_alike(OWN).enumerate() {
        fs::write(clear.path().join(number.to_string()), &file)?;
        files.push((format!("DICOM/I{number:04}"), file));
    }
    let packed = archive(files, CompressionMethod::Stored)?;
    let size = packed.len() / 1_000_000;
    let small = abdomen(FEW);
    let small = small.files().into_iter().zip(0..);
    let small = small.map(|(file, number): (_, u32)| (format!("DICOM/I{number:04}"), file));
    let small = archive(small, CompressionMethod::Stored)?;
    let pieces = vec![
        disc("Scanner de quarante coupes", FEW, small),
        disc("Scanner de deux mille coupes", SLICES, packed),
    ];
    let (desktop, _platform, _, _folder) = thick::at_work(pieces).await?;
    desktop.wait_for(&css(".stage canvas")).await?;
    desktop.script(WATCH, &[]).await?;

    first_image(table, &desktop, size).await?;
    desktop.click(&walk::piece(2)).await?;
    desktop.wait_for(&css(".stage canvas")).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let process = desktop.process()?;
    let (mut own, mut peer, mut most) = (Scrolled::default(), Scrolled::default(), 0);
    let home = "document.querySelector('.stage').dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true }))";
    desktop.script(home, &[]).await?;
    for _ in 0..RUNS {
        own.add(&told(&desktop, SCROLL, &[json!(RUN)]).await?)?;
        most = resident(process)?.max(most);
    }
    // Only now: it fetches the whole series ahead, which would cost the other side its processor.
    let browser = Browser::start(clear.path().to_owned()).await?;
    browser.ask("open", &json!({ "count": SLICES })).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    for run in 0..RUNS {
        peer.add(
            &browser
                .ask("scroll", &json!({ "from": run * RUN, "count": RUN }))
                .await?,
        )?;
    }
    table.title(&format!(
        "Scrolling through {} of {SLICES} slices of 512 x 512 x 16 bits, images a second",
        RUN * RUNS
    ));
    for (name, side) in [("out of the vault", &own), ("Cornerstone3D", &peer)] {
        println!(
            "{name:<22}{:>8.1}   {} painted, median {:.1} ms, p95 {:.1} ms",
            side.rate(),
            side.painted,
            median(&side.gaps),
            p95(&side.gaps)
        );
    }
    let from = json!({
        "rate": own.rate(), "p95": p95(&own.gaps), "painted": own.painted,
        "peer_rate": peer.rate(), "peer_p95": p95(&peer.gaps), "peer_painted": peer.painted,
    });
    let ratio = own.rate() / peer.rate();
    table.result(
        "dicom.scroll_vs_cornerstone",
        "ratio of rates, higher is better",
        ratio,
        ">= 0.95",
        &from,
    );
    #[expect(clippy::cast_precision_loss, reason = "a size")]
    let mib = most as f64 / f64::from(1 << 20);
    let from = json!({ "megabytes": size, "slices": SLICES });
    table.result(
        "dicom.memory",
        "MiB of all processes, at most",
        mib,
        "<= 1536",
        &from,
    );
    Ok(())
}
