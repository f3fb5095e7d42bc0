//! `relecture-imaging-worker <libpdfium>`: reads one document for its parent, in a jail.
//!
//! libpdfium is loaded, the jail is closed, and only then is the first byte of the document read.
//! `relecture-imaging-worker --selftest` tries to break out instead and says how it went (R55);
//! `--selftest-unconfined` makes the same attempts without the jail, to show that they mean
//! something. Both start this program again for each attempt.

mod answer;
mod jail;
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

use crate::remote::Line;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let argument = match arguments.as_slice() {
        [argument, index, parent] if argument == "--attempt" => {
            return selftest::attempt(true, index, parent);
        }
        [argument, index, parent] if argument == "--attempt-unconfined" => {
            return selftest::attempt(false, index, parent);
        }
        [argument] if argument == "--selftest" => return selftest::run(true),
        [argument] if argument == "--selftest-unconfined" => return selftest::run(false),
        [argument] => argument,
        _ => return ExitCode::from(2),
    };
    match read_document(Path::new(argument)) {
        Ok(()) => ExitCode::SUCCESS,
        // The parent only needs to see the pipe close: what failed was the pipe, or the jail it
        // was told about.
        Err(_) => ExitCode::FAILURE,
    }
}

fn read_document(pdfium: &Path) -> io::Result<()> {
    // Without the library pictures can still be read; a PDF is then refused with that reason.
    let library = VerifiedLibrary::load(pdfium).ok();
    work_alone().map_err(io::Error::other)?;
    let walls = jail::close(jail::PROCESSOR_TIME);
    let line = Line::new();
    let confinement = *walls.as_ref().unwrap_or(&Confinement::NONE);
    line.send(&Hello {
        version: VERSION,
        confinement,
    })?;
    walls.map_err(io::Error::other)?;
    answer::serve(&line, library.as_ref())
}

/// What writes the pages of a paper shares its work out to threads, which the jail does not let it start: this one does it all.
fn work_alone() -> Result<(), rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
}
