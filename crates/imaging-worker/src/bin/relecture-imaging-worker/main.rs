//! `relecture-imaging-worker <libpdfium> [--rehearse | --recognise <libtesseract> <model>]`: reads one document for its parent, in a jail.
//!
//! The libraries are loaded, the jail is closed, and only then is the first byte of the document read. `--rehearse` is for a worker
//! that is started before its document is chosen: it draws a page of its own meanwhile, and the first one of the document sooner.
//! `relecture-imaging-worker --selftest` tries to break out instead and says how it went (R55);
//! `--selftest-unconfined` makes the same attempts without the jail, to show that they mean
//! something. Both start this program again for each attempt.

mod answer;
mod images;
mod jail;
mod recognise;
mod remote;
mod selftest;

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use relecture_imaging::VerifiedLibrary;
use relecture_imaging_worker::Confinement;
use relecture_imaging_worker::protocol::{Hello, VERSION};

use crate::recognise::Recogniser;
use crate::remote::Line;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let (pdfium, waits, recognition) = match arguments.as_slice() {
        [argument, index, parent] if argument == "--attempt" => {
            return selftest::attempt(true, index, parent);
        }
        [argument, index, parent] if argument == "--attempt-unconfined" => {
            return selftest::attempt(false, index, parent);
        }
        [argument] if argument == "--selftest" => return selftest::run(true),
        [argument] if argument == "--selftest-unconfined" => return selftest::run(false),
        [pdfium] => (pdfium, false, None),
        [pdfium, flag] if flag == "--rehearse" => (pdfium, true, None),
        [pdfium, flag, library, model] if flag == "--recognise" => {
            (pdfium, false, Some((Path::new(library), Path::new(model))))
        }
        _ => return ExitCode::from(2),
    };
    match read_document(Path::new(pdfium), waits, recognition) {
        Ok(()) => ExitCode::SUCCESS,
        // The parent only needs to see the pipe close: what failed was the pipe, or the jail it
        // was told about.
        Err(_) => ExitCode::FAILURE,
    }
}

fn read_document(
    pdfium: &Path,
    waits: bool,
    recognition: Option<(&Path, &Path)>,
) -> io::Result<()> {
    // Without the library pictures can still be read; a PDF is then refused with that reason.
    let library = VerifiedLibrary::load(pdfium).ok();
    work_alone().map_err(io::Error::other)?;
    let time = if recognition.is_some() {
        jail::TO_RECOGNISE
    } else {
        jail::TO_READ
    };
    // Without Tesseract everything but the words of scans can be read.
    let mut recogniser = recognition.and_then(|(library, model)| {
        give_way();
        Recogniser::load(library, model)
    });
    let walls = jail::close(time);
    let line = Line::new();
    let confinement = *walls.as_ref().unwrap_or(&Confinement::NONE);
    line.send(&Hello {
        version: VERSION,
        confinement,
    })?;
    walls.map_err(io::Error::other)?;
    if waits && let Some(library) = &library {
        relecture_imaging::rehearse(library);
    }
    answer::serve(&line, library.as_ref(), recogniser.as_mut())
}

/// Nobody waits for the recognition of text: whatever else runs on this computer goes first.
fn give_way() {
    #[cfg(target_os = "linux")]
    {
        const NICE: i32 = 10;
        // It only takes longer for others if this fails.
        let _ = rustix::process::nice(NICE);
    }
}

/// What writes the pages of a paper shares its work out to threads, which the jail does not let it start: this one does it all.
fn work_alone() -> Result<(), rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
}
