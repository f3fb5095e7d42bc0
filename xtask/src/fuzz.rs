//! `cargo xtask fuzz`: libFuzzer with `AddressSanitizer` on what reads strangers' bytes (`fuzz/`, docs/decisions/0014-fuzzing.md).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{cargo, command, exists, printed, run};
use crate::setup;
use crate::{commands, place};

/// Sanitizers are a nightly compiler's only; one that is known to build `fuzz/`.
const NIGHTLY: &str = "nightly-2026-05-20";
const CARGO_FUZZ: &str = "0.13.2";

/// Bytes of an input: headers and small pages are tried faster than scans.
const MAX_BYTES: u64 = 64 << 10;
/// Seconds for each target, unless told otherwise.
const SECONDS: u32 = 180;

struct Target {
    name: &'static str,
    /// Its program, if it shares one with others.
    program: Option<&'static str>,
    /// How a file must begin to be a seed.
    begins: &'static [&'static [u8]],
    /// What must stand in it too: one of these; nothing of most.
    holds: &'static [&'static str],
    /// What libFuzzer is told beside the limits.
    options: &'static [&'static str],
}

impl Target {
    fn program(&self) -> &'static str {
        self.program.unwrap_or(self.name)
    }
}

/// DICOM with its preamble, which most writers leave empty, without it, and without group 0002.
const DICOM: &[&[u8]] = &[b"\0\0\0\0\0\0\0\0", b"DICM", b"\x02\0", b"\x08\0"];
/// DICOM of these transfer syntaxes (PS3.6, A), read by the confined process that reads it for the desk.
const fn confined(name: &'static str, syntaxes: &'static [&'static str]) -> Target {
    Target {
        name,
        program: Some("worker"),
        begins: DICOM,
        holds: syntaxes,
        options: &["-timeout=60"],
    }
}

/// A picture that takes twenty seconds is a defect.
const PICTURE: &[&str] = &["-timeout=20"];
/// A paper too, and the libpdfium that draws it keeps until its end what looks like leaks.
const PAPER: &[&str] = &["-timeout=20", "-detect_leaks=0"];

const TARGETS: &[Target] = &[
    Target {
        name: "identify",
        program: None,
        begins: &[b""],
        holds: &[],
        options: PICTURE,
    },
    Target {
        name: "jpeg",
        program: None,
        begins: &[b"\xFF\xD8\xFF"],
        holds: &[],
        options: PICTURE,
    },
    Target {
        name: "png",
        program: None,
        begins: &[b"\x89PNG"],
        holds: &[],
        options: PICTURE,
    },
    Target {
        name: "tiff",
        program: None,
        begins: &[b"II\x2A\0", b"MM\0\x2A", b"II\x2B\0", b"MM\0\x2B"],
        holds: &[],
        options: PICTURE,
    },
    Target {
        name: "webp",
        program: None,
        begins: &[b"RIFF"],
        holds: &[],
        options: PICTURE,
    },
    Target {
        name: "bmp",
        program: None,
        begins: &[b"BM"],
        holds: &[],
        options: PICTURE,
    },
    Target {
        name: "gif",
        program: None,
        begins: &[b"GIF8"],
        holds: &[],
        options: PICTURE,
    },
    Target {
        name: "dicom",
        program: None,
        begins: DICOM,
        holds: &[],
        options: PICTURE,
    },
    Target {
        name: "docx",
        program: None,
        begins: &[b"PK\x03\x04"],
        holds: &[],
        options: PAPER,
    },
    Target {
        name: "odt",
        program: None,
        begins: &[b"PK\x03\x04"],
        holds: &[],
        options: PAPER,
    },
    Target {
        name: "zip",
        program: None,
        begins: &[b"PK\x03\x04"],
        holds: &[],
        options: PAPER,
    },
    Target {
        name: "rtf",
        program: None,
        begins: &[b"{\\rtf"],
        holds: &[],
        options: PAPER,
    },
    Target {
        name: "html",
        program: None,
        begins: &[b"<!DOCTYPE html", b"<!doctype html", b"<html"],
        holds: &[],
        options: PAPER,
    },
    Target {
        name: "cda",
        program: None,
        begins: &[b"<?xml", b"\xEF\xBB\xBF<?xml", b"<ClinicalDocument"],
        holds: &[],
        options: PAPER,
    },
    Target {
        name: "text",
        program: None,
        begins: &[],
        holds: &[],
        options: PAPER,
    },
    Target {
        name: "protocol",
        program: None,
        begins: &[],
        holds: &[],
        options: PICTURE,
    },
    // libpdfium takes as long and as much as a page asks for: its process is killed then, which no fuzzer need report. What it keeps
    // until its end looks like leaks.
    Target {
        name: "pdf",
        program: None,
        begins: &[b"%PDF-"],
        holds: &[],
        options: &[
            "-fork=1",
            "-timeout=20",
            "-ignore_timeouts=1",
            "-ignore_ooms=1",
            "-detect_leaks=0",
        ],
    },
    confined(
        "worker-native",
        &[
            "1.2.840.10008.1.2\0",
            "1.2.840.10008.1.2.1\0",
            "1.2.840.10008.1.2.2\0",
            "1.2.840.10008.1.2.1.99",
        ],
    ),
    confined("worker-rle", &["1.2.840.10008.1.2.5\0"]),
    confined(
        "worker-jpeg",
        &[
            "1.2.840.10008.1.2.4.50",
            "1.2.840.10008.1.2.4.51",
            "1.2.840.10008.1.2.4.53",
        ],
    ),
    confined(
        "worker-jpeg-lossless",
        &["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"],
    ),
    confined(
        "worker-jpeg-ls",
        &["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"],
    ),
    confined(
        "worker-jpeg2000",
        &[
            "1.2.840.10008.1.2.4.90",
            "1.2.840.10008.1.2.4.91",
            "1.2.840.10008.1.2.4.20",
        ],
    ),
];

/// Runs every target, or the one named, for so many seconds each.
///
/// # Errors
/// A tool is missing and cannot be installed, the words make no sense, or an input brought a target down: it is then kept as a fixture.
pub(crate) fn fuzz(words: &[&str]) -> Result<()> {
    let (name, seconds) = match words {
        [] => (None, SECONDS),
        ["--seconds", seconds] => (None, number(seconds)?),
        [name] => (Some(*name), SECONDS),
        [name, "--seconds", seconds] => (Some(*name), number(seconds)?),
        _ => bail!("cargo xtask fuzz [target] [--seconds N]"),
    };
    let chosen: Vec<&Target> = TARGETS
        .iter()
        .filter(|target| name.is_none_or(|name| name == target.name))
        .collect();
    if chosen.is_empty() {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        bail!("no such target; there are {}", names.join(", "));
    }
    setup::readers()?;
    tools()?;
    if chosen.iter().any(|target| target.program.is_some()) {
        // The one that is installed, of the ordinary compiler: no sanitizer fits into the jail.
        commands::build(&[])?;
        let built = commands::target_folder()?.join("debug/relecture-imaging-worker");
        fs::create_dir_all(target_folder()).context("the target folder cannot be made")?;
        // Another run may be at work with the one that is there.
        let fresh = worker().with_extension(std::process::id().to_string());
        let copied = fs::copy(&built, &fresh).and_then(|_| fs::rename(&fresh, worker()));
        copied.with_context(|| format!("{} cannot be copied", built.display()))?;
    }
    run(nightly(&["build"]).arg("--target-dir").arg(target_folder()))?;
    let mut kept = Vec::new();
    for target in chosen {
        seed(target)?;
        println!("== {}: {seconds} s", target.name);
        let ended = run(&mut attack(target, seconds));
        let found = keep(target)?;
        if found.is_empty() {
            ended?;
        }
        kept.extend(found);
    }
    if kept.is_empty() {
        println!("== nothing was brought down");
        return Ok(());
    }
    for path in &kept {
        eprintln!("kept: {}", path.display());
    }
    bail!(
        "{} input(s) brought a reader down. `cargo test -p relecture-imaging -p relecture-imaging-worker --test fuzzed` reads each again: \
         mend what fails there and commit the file with the mending. What only AddressSanitizer sees is shown by \
         `rustup run {NIGHTLY} cargo fuzz run <target> <file>`.",
        kept.len()
    )
}

fn number(seconds: &str) -> Result<u32> {
    seconds.parse().context("how many seconds?")
}

/// The compiler and cargo-fuzz, installed where they are missing.
fn tools() -> Result<()> {
    if !exists("rustup") {
        bail!("rustup is missing: a nightly compiler comes through it (https://rustup.rs)");
    }
    let has_compiler = printed(&mut command("rustup", &["toolchain", "list"]))
        .is_some_and(|list| list.lines().any(|line| line.starts_with(NIGHTLY)));
    if !has_compiler {
        let install = ["toolchain", "install", NIGHTLY, "--profile", "minimal"];
        run(&mut command("rustup", &install))?;
    }
    if !exists("cargo-fuzz") {
        run(&mut cargo(&[
            "install",
            "cargo-fuzz",
            "--version",
            CARGO_FUZZ,
            "--locked",
        ]))?;
    }
    Ok(())
}

/// `cargo fuzz …` of the nightly compiler.
fn nightly(words: &[&str]) -> Command {
    let mut fuzz = command("rustup", &["run", NIGHTLY, "cargo", "fuzz"]);
    fuzz.args(words).args(["--fuzz-dir", "fuzz"]);
    // What cargo told this program about the stable compiler.
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS"] {
        fuzz.env_remove(name);
    }
    fuzz
}

/// Away from the stable compiler's products.
fn target_folder() -> PathBuf {
    let shared = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    shared
        .unwrap_or_else(|| place::checkout().join("target"))
        .join("fuzz")
}

fn attack(target: &Target, seconds: u32) -> Command {
    let mut fuzz = nightly(&["run"]);
    fuzz.arg("--target-dir").arg(target_folder());
    fuzz.arg(target.program()).arg(corpus(target)).arg("--");
    fuzz.args(target.options);
    fuzz.arg(format!("-max_total_time={seconds}"));
    fuzz.arg(format!("-max_len={MAX_BYTES}"));
    fuzz.args(["-rss_limit_mb=4096", "-print_final_stats=1"]);
    let dictionary = fuzz_folder()
        .join("dictionaries")
        .join(format!("{}.dict", target.name));
    if dictionary.is_file() {
        fuzz.arg(format!("-dict={}", dictionary.display()));
    }
    let library = format!(
        "{}pdfium{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    fuzz.env(
        "RELECTURE_PDFIUM",
        place::setup().join("pdfium").join(library),
    );
    fuzz.env("RELECTURE_IMAGING_WORKER", worker());
    fuzz
}

/// A copy of the reader's program, which may be built anew meanwhile.
fn worker() -> PathBuf {
    target_folder().join("relecture-imaging-worker")
}

fn corpus(target: &Target) -> PathBuf {
    fuzz_folder().join("corpus").join(target.name)
}

fn fuzz_folder() -> PathBuf {
    place::checkout().join("fuzz")
}

/// Where what once brought a target down is kept, for the tests of its crate.
fn kept_folder(target: &Target) -> PathBuf {
    let package = if target.name == "protocol" {
        "imaging-worker"
    } else {
        "imaging"
    };
    place::checkout()
        .join("crates")
        .join(package)
        .join("tests/fixtures/fuzz")
}

/// Copies what the set-up fetched, what earlier runs found, and `fuzz/seeds/` into the target's corpus.
fn seed(target: &Target) -> Result<()> {
    let corpus = corpus(target);
    fs::create_dir_all(&corpus).with_context(|| format!("{} cannot be made", corpus.display()))?;
    let mut files = Vec::new();
    let mut folders = vec![fuzz_folder().join("seeds").join(target.name)];
    if target.program.is_some() {
        // What was found without the jail, where more is tried in the same time.
        folders.extend(["seeds/dicom", "corpus/dicom"].map(|folder| fuzz_folder().join(folder)));
    }
    folders.extend([kept_folder(target), place::setup()]);
    for folder in &folders {
        list(folder, &mut files);
    }
    let mut count = 0;
    for file in files {
        let is_own = !file.starts_with(place::setup());
        let small = fs::metadata(&file).is_ok_and(|file| file.len() <= MAX_BYTES);
        if !small {
            continue;
        }
        let bytes =
            fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let is_alike = is_own || target.begins.iter().any(|begin| bytes.starts_with(begin));
        let holds = |wanted: &&str| contains(&bytes, wanted.as_bytes());
        if is_alike && (target.holds.is_empty() || target.holds.iter().any(holds)) {
            count += 1;
            let place = corpus.join(format!("seed-{count}"));
            fs::write(&place, bytes)
                .with_context(|| format!("{} cannot be written", place.display()))?;
        }
    }
    println!("== {}: {count} seeds", target.name);
    Ok(())
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|found| found == wanted)
}

/// Every file below a folder; none if there is no such folder.
fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Moves what libFuzzer left behind to where the tests read it.
fn keep(target: &Target) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    list(
        &fuzz_folder().join("artifacts").join(target.program()),
        &mut found,
    );
    let mut kept = Vec::new();
    for path in found {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let is_ours = ["crash-", "leak-", "oom-", "timeout-"]
            .iter()
            .any(|kind| name.starts_with(kind));
        let is_expected = target.name == "pdf" && !name.starts_with("crash-");
        if is_ours && !is_expected {
            let folder = kept_folder(target);
            fs::create_dir_all(&folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
            let place = folder.join(format!("{}-{name}", target.name));
            fs::copy(&path, &place)
                .with_context(|| format!("{} cannot be written", place.display()))?;
            kept.push(place);
        }
        fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
    }
    Ok(kept)
}
