//! System packages. Debian and its kin are served; elsewhere the list is told, not installed.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use crate::process::{command, exists, printed, run_quietly};

/// What packages are wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Building the application and fetching what it loads.
    Build,
    /// Showing and driving it on a machine without a screen, with a real key store.
    Screenless,
    /// Programs of other authors against which the tests check ours.
    Check,
    /// Programs of other authors beside which the benchmarks measure ours.
    Peer,
}

/// Debian 12's names, one purpose each.
const PACKAGES: &[(Use, &str)] = &[
    (Use::Build, "build-essential"), // C compiler: linking, aws-lc, SQLite
    (Use::Build, "cmake"),           // libjpeg-turbo and CharLS
    (Use::Build, "nasm"),            // what is fast in libjpeg-turbo
    (Use::Build, "pkg-config"),      // finds the libraries below
    (Use::Build, "libwebkit2gtk-4.1-dev"), // the window; brings GTK 3, libsoup 3 and a font
    (Use::Build, "python3"),         // opens wheels
    (Use::Build, "python3-pip"),     // fetches libpdfium (a wheel) and some of the foreign files
    (Use::Build, "libtesseract5"),   // recognises the words of scans; loaded where it is there
    (Use::Build, "tesseract-ocr-fra"), // its French model
    (Use::Screenless, "xvfb"),       // a screen in memory
    (Use::Screenless, "openbox"),    // focus, placement and size, as on a desk
    (Use::Screenless, "at-spi2-core"), // the bus that screen readers listen on
    (Use::Screenless, "dbus"),       // a session bus of our own
    (Use::Screenless, "gnome-keyring"), // the Secret Service that keeps the device key
    (Use::Screenless, "webkit2gtk-driver"), // WebDriver for the very webview the application uses
    (Use::Check, "poppler-utils"),   // pdfsig, pdftotext: another reading of our PDFs
    (Use::Check, "qpdf"),            // the structure of our PDFs
    (Use::Check, "default-jdk-headless"), // runs veraPDF: another reading of PDF/A and PDF/UA
    (Use::Check, "libjaxb-java"),    // what veraPDF reads its profiles with
    (Use::Check, "softhsm2"),        // a signature card in a folder
    (Use::Check, "opensc"),          // writes a certificate onto it
    (Use::Check, "oathtool"),        // another author's RFC 6238
    (Use::Check, "chromium"),        // a browser of another author, and its virtual security key
    (Use::Check, "chromium-driver"), // WebDriver for it
    (Use::Check, "libnss3-tools"),   // certutil: the authority that it trusts
    (Use::Peer, "tesseract-ocr"),    // the command, without the jail
    (Use::Peer, "dcmtk"),            // codecs of DICOM
    (Use::Peer, "libgdcm-tools"),    // others, JPEG 2000 among them
    (Use::Peer, "curl"),             // downloads to the disk
    (Use::Peer, "openssl"),          // the speed of AES-GCM on this machine
    (Use::Peer, "gocryptfs"),        // encrypted files in a mounted folder
    (Use::Peer, "fuse3"),            // mounts it
    (Use::Check, "libsecret-tools"), // what another program of the same session can see in the key store
];

/// Installs the packages of these uses that are missing.
///
/// # Errors
/// Something is missing and cannot be installed; the sentence names the command to run.
pub(super) fn ready(uses: &[Use]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(()); // Windows and macOS bring their webview and key store; compilers come with Rust.
    }
    let wanted: Vec<&str> = PACKAGES
        .iter()
        .filter(|(used_for, _)| uses.contains(used_for))
        .map(|(_, name)| *name)
        .collect();
    if !exists("dpkg-query") {
        println!(
            "This is not a Debian system: install your system's counterparts of {}.",
            wanted.join(" ")
        );
        return Ok(());
    }
    let missing = missing(&wanted);
    if missing.is_empty() {
        return Ok(());
    }
    println!(
        "Installing system packages (a few minutes): {}",
        missing.join(" ")
    );
    install(&missing).with_context(|| {
        format!(
            "system packages are missing: run `apt-get update && apt-get install {}` as root, then the same command again",
            missing.join(" ")
        )
    })
}

fn missing<'n>(wanted: &[&'n str]) -> Vec<&'n str> {
    let format = "-f=${Package} ${db:Status-Status}\n";
    let mut query = command("dpkg-query", &["-W", format]);
    // It fails as soon as one name is unknown, and still prints the others.
    let known = printed(query.args(wanted)).unwrap_or_default();
    let installed: BTreeSet<&str> = known
        .lines()
        .filter_map(|line| line.strip_suffix(" installed"))
        .collect();
    wanted
        .iter()
        .copied()
        .filter(|name| !installed.contains(name))
        .collect()
}

fn install(names: &[&str]) -> Result<()> {
    // Without network the lists already there may be enough.
    let updated = update();
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(names);
    apt_get(&arguments).and_then(|()| updated.or(Ok(())))
}

/// Asks the Debian mirror what there is.
///
/// # Errors
/// No right to, or no network.
pub(super) fn update() -> Result<()> {
    apt_get(&["update"])
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let root = printed(&mut command("id", &["-u"])).is_some_and(|id| id.trim() == "0");
    if !root && !exists("sudo") {
        bail!("not root, and no sudo");
    }
    // sudo asks for its password on the terminal, not on its input and output.
    let mut apt_get = command(
        if root { "env" } else { "sudo" },
        if root { &[] } else { &["env"] },
    );
    apt_get.args([
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-o",
        "DPkg::Lock::Timeout=600",
    ]);
    run_quietly(apt_get.args(arguments))
}
