//! A signature card in a folder: `SoftHSM` 2, spoken to with the tools of `OpenSC`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use tempfile::TempDir;

use crate::built;

/// The PIN of every card made here.
pub const PIN: &str = "4711";
/// Debian's place of the module.
const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const LABEL: &str = "CPS d’essai";

/// A card with one key and its certificate. Dropping it throws it away.
pub struct SoftCard {
    folder: TempDir,
    program: PathBuf,
}

impl SoftCard {
    /// A card with this private key (PKCS#8) and its certificate, both in DER.
    ///
    /// # Errors
    /// A tool is missing (`cargo xtask setup` installs them) or refuses.
    pub fn new(key: &[u8], certificate: &[u8]) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let tokens = folder.path().join("tokens");
        std::fs::create_dir(&tokens)?;
        let configuration = folder.path().join("softhsm2.conf");
        let text = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\n",
            tokens.display()
        );
        std::fs::write(&configuration, text)?;
        // The module reads where its cards are from the environment of whoever loads it.
        let program = folder.path().join("relecture-card");
        let script = format!(
            "#!/bin/sh\nSOFTHSM2_CONF='{}' exec '{}' \"$@\"\n",
            configuration.display(),
            built::program("relecture-card")?.display()
        );
        write_script(&program, &script)?;
        let card = Self { folder, program };
        card.tool(
            "softhsm2-util",
            &[
                "--init-token",
                "--free",
                "--label",
                LABEL,
                "--so-pin",
                "12345678",
                "--pin",
                PIN,
            ],
        )?;
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            BASE64_STANDARD.encode(key)
        );
        let (key, der) = (
            card.folder.path().join("key.pem"),
            card.folder.path().join("certificate.der"),
        );
        std::fs::write(&key, pem)?;
        std::fs::write(&der, certificate)?;
        let (key, der) = (key.to_string_lossy(), der.to_string_lossy());
        card.tool(
            "softhsm2-util",
            &[
                "--import",
                &key,
                "--token",
                LABEL,
                "--label",
                "signature",
                "--id",
                "10",
                "--pin",
                PIN,
            ],
        )?;
        std::fs::remove_file(&*key)?;
        card.tool(
            "pkcs11-tool",
            &[
                "--module",
                MODULE,
                "--token-label",
                LABEL,
                "--login",
                "--pin",
                PIN,
                "--write-object",
                &der,
                "--type",
                "cert",
                "--label",
                "signature",
                "--id",
                "10",
            ],
        )?;
        Ok(card)
    }

    /// `relecture-card`, which finds this card and no other.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The PKCS#11 module.
    pub fn module() -> &'static Path {
        Path::new(MODULE)
    }

    /// Takes the card out of its reader.
    ///
    /// # Errors
    /// The folder is gone already.
    pub fn take_out(&self) -> io::Result<()> {
        for token in std::fs::read_dir(self.folder.path().join("tokens"))? {
            std::fs::remove_dir_all(token?.path())?;
        }
        Ok(())
    }

    fn tool(&self, name: &str, arguments: &[&str]) -> io::Result<()> {
        let output = Command::new(name)
            .args(arguments)
            .env("SOFTHSM2_CONF", self.folder.path().join("softhsm2.conf"))
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(io::Error::other(format!("{name}: {said}")))
    }
}

/// Writes a program that can be run at once: by another process, for a child that another test starts meanwhile would hold the
/// file open.
///
/// # Errors
/// It cannot be written.
pub fn write_script(path: &Path, text: &str) -> io::Result<()> {
    let mut written = Command::new("sh")
        .args(["-c", "cat > \"$0\" && chmod 700 \"$0\""])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = written.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    if written.wait()?.success() {
        Ok(())
    } else {
        Err(io::Error::other("the script is not written"))
    }
}
