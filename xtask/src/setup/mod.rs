//! Set-up: checks first, installs only what is missing, and needs no network the second time.

mod archive;
mod digest;
mod foreign;
mod oracles;
mod packages;
mod pdfium;
pub(crate) mod peers;
pub(crate) mod ui;

use anyhow::Result;

pub(crate) use packages::Use;

/// What the application needs to be built and shown: packages, libpdfium, the window's pages, the files of the demo cases.
pub(crate) fn application(uses: &[Use]) -> Result<()> {
    packages::ready(uses)?;
    pdfium::ready()?;
    foreign::ready()?;
    ui::ready()
}

/// What the readers of documents need to be tried out: libpdfium, and files made by other software.
pub(crate) fn readers() -> Result<()> {
    pdfium::ready()?;
    foreign::ready()
}

/// What the benchmarks need beside it.
pub(crate) fn bench() -> Result<()> {
    packages::ready(&[Use::Build, Use::Screenless, Use::Check, Use::Peer])?;
    everything()?;
    peers::ready()
}

/// Everything any command needs.
pub(crate) fn everything() -> Result<()> {
    application(&[Use::Build, Use::Screenless, Use::Check])?;
    oracles::ready()
}
