//! Every format that a patient can send, as the expert meets it in the real webview.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use relecture_platform_server::{NewCase, NewPiece};
use relecture_testkit::{
    built,
    cases::foreign,
    desktop::{Desktop, css, field, text},
    plain::{new_case, piece},
    platform::real_clock,
    walk,
};

use crate::{CASE, Stage};

const NUMBER: &str = "F0R-418";

/// What is seen of a piece once it was opened.
enum Seen {
    /// Its page, and this beside it if anything.
    Page(Option<&'static str>),
    /// This sentence instead.
    Sentence(&'static str),
}

use Seen::{Page, Sentence};

/// What is said of a paper that was laid out here.
const LAID_OUT: Option<&str> = Some("Mis en page par Relecture");

/// A picture of the tests of Pillow.
fn pillow(name: &str) -> Result<Vec<u8>> {
    let path = built::setup().join("corpus/pillow/Tests/images").join(name);
    fs::read(&path).with_context(|| format!("{}: run `cargo xtask test`", path.display()))
}

/// An archive as another program makes it.
fn zipped(folder: &Path, files: &[(&str, Vec<u8>)]) -> Result<Vec<u8>> {
    let mut zip = Command::new("python3");
    zip.current_dir(folder)
        .args(["-m", "zipfile", "-c", "envoi.zip"]);
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes)?;
        zip.arg(name);
    }
    ensure!(zip.status()?.success(), "python3 makes no archive");
    Ok(fs::read(folder.join("envoi.zip"))?)
}

fn pieces(folder: &Path) -> Result<Vec<(NewPiece, Seen)>> {
    let made = |name: &str| foreign(name, &built::setup());
    let letter =
        "Cher confr\u{e8}re,\r\n\r\nLa toux persiste. Temp\u{e9}rature : 37,8 \u{b0}C.\r\n";
    let message = "<!DOCTYPE html><meta charset=utf-8><h1>Message</h1><p>Voici <b>mes</b> r\u{e9}sultats.</p>\
        <table><tr><th>Date<th>PSA<tr><td>2 mai<td>4,1</table><script>document.title='non'</script>";
    let archive = zipped(
        folder,
        &[
            ("1 fax.pdf", made("fax-ccitt")?),
            ("2 photo.jpg", made("fundus-photograph")?),
            ("3 tableau.xlsx", b"PK\x03\x04rien".to_vec()),
        ],
    )?;
    let avif = pillow("avif/hopper.avif")?;
    Ok(vec![
        (
            piece("PDF", "application/pdf", made("survival-article")?),
            Page(None),
        ),
        (
            piece("T\u{e9}l\u{e9}copie", "application/pdf", made("fax-ccitt")?),
            Page(None),
        ),
        (
            piece("Photographie", "image/jpeg", made("fundus-photograph")?),
            Page(None),
        ),
        (
            piece(
                "Photographie couch\u{e9}e",
                "image/jpeg",
                made("sideways-photo")?,
            ),
            Page(None),
        ),
        (
            piece("PNG", "image/png", made("typewritten-sheet")?),
            Page(None),
        ),
        (
            piece("Courrier photographi\u{e9}", "", Vec::new())
                .photographed(&[made("sideways-photo")?, made("typewritten-sheet")?])?,
            Page(Some("sur 2")),
        ),
        (
            piece("TIFF", "image/tiff", pillow("hopper_g4.tif")?),
            Page(None),
        ),
        (
            piece("WebP", "image/webp", pillow("hopper.webp")?),
            Page(None),
        ),
        (piece("BMP", "image/bmp", pillow("hopper.bmp")?), Page(None)),
        (piece("GIF", "image/gif", pillow("hopper.gif")?), Page(None)),
        (
            piece("Word", "application/octet-stream", made("docx-tables")?),
            Page(LAID_OUT),
        ),
        (
            piece(
                "LibreOffice",
                "application/octet-stream",
                made("odt-images")?,
            ),
            Page(LAID_OUT),
        ),
        (
            piece("RTF", "application/rtf", made("rtf-word-97")?),
            Page(LAID_OUT),
        ),
        (
            piece("Texte", "text/plain", letter.as_bytes().to_vec()),
            Page(LAID_OUT),
        ),
        (
            piece("Page web", "text/html", message.as_bytes().to_vec()),
            Page(LAID_OUT),
        ),
        (
            piece("CDA", "text/xml", made("cda-consultation")?),
            Page(LAID_OUT),
        ),
        (piece("Archive", "application/zip", archive), Page(LAID_OUT)),
        (
            piece("Coup\u{e9}e", "image/jpeg", pillow("truncated_jpeg.jpg")?),
            Page(Some("s\u{2019}arr\u{ea}te avant sa fin")),
        ),
        (
            piece(
                "Avec mot de passe",
                "application/pdf",
                made("aes-256-user-password")?,
            ),
            Sentence("prot\u{e9}g\u{e9}e par un mot de passe"),
        ),
        (
            piece("Image de t\u{e9}l\u{e9}phone", "image/avif", avif),
            Sentence("HEIC"),
        ),
        (
            piece(
                "Vid\u{e9}o",
                "video/mp4",
                b"\0\0\0\x20ftypisom\0\0\0\0isom".to_vec(),
            ),
            Sentence("vid\u{e9}o"),
        ),
        (
            piece("Cass\u{e9}e", "application/pdf", b"%PDF-1.7\nrien".to_vec()),
            Sentence("est ab\u{ee}m\u{e9}e"),
        ),
    ])
}

/// Whether the page on the table is there, or words of this kind instead.
async fn seen(desktop: &Desktop, seen: &Seen) -> Result<()> {
    match seen {
        Page(beside) => {
            desktop.wait_for(&css(".stack > .page .image img")).await?;
            if let Some(words) = beside {
                desktop.wait_for(&text(words)).await?;
            }
        }
        Sentence(words) => {
            desktop.wait_for(&text(words)).await?;
            ensure!(!desktop.shows(&css(".stack")).await?, "a page is shown");
        }
    }
    Ok(())
}

/// R55: whatever a patient sends is shown, or a French sentence says why it is not; nothing of it runs.
#[tokio::test]
async fn r55_every_format_is_shown_or_a_sentence_says_why_not() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let stage = Stage::open(&[]).await?;
    let (pieces, wanted): (Vec<_>, Vec<_>) = pieces(folder.path())?.into_iter().unzip();
    let names: Vec<String> = pieces.iter().map(|piece| piece.title.clone()).collect();
    let expert = stage.platform.expert_of(CASE)?;
    let case = NewCase {
        case_ref: Some(NUMBER.to_owned()),
        ..new_case(real_clock()())
    };
    let case = stage.platform.platform.admit_case(&case, pieces)?;
    stage
        .platform
        .platform
        .offer(case, expert.id, real_clock()())?;
    let desktop = &stage.desktop;
    walk::sign_in(desktop, expert).await?;
    walk::take(desktop, NUMBER).await?;
    let pictures = built::checkout().join("target/formats");
    for (number, (name, wanted)) in (1..).zip(names.iter().zip(&wanted)) {
        desktop.click(&walk::piece(number)).await?;
        let outcome = seen(desktop, wanted).await;
        desktop
            .picture(&pictures.join(format!("{number:02}.png")))
            .await?;
        outcome.with_context(|| name.clone())?;
    }
    let title = desktop.script("return document.title", &[]).await?;
    ensure!(
        title.as_str() != Some("non"),
        "a page of the web ran its script"
    );
    recognised(desktop, &pictures.join("reconnu.png")).await
}

/// What was recognised on a scan is told apart from what the document says, with the line as it stands on the paper beside it.
async fn recognised(desktop: &Desktop, picture: &Path) -> Result<()> {
    let search = field("Chercher dans le dossier");
    desktop.fill(&search, "Waterman").await?;
    desktop.wait_gone(&text("en lecture")).await?;
    desktop.wait_gone(&text("Reconnaissance du texte")).await?;
    desktop.wait_for(&css(".hit .recognised")).await?;
    desktop.wait_for(&css(".found .glance img.loaded")).await?;
    desktop.wait_for(&css(".hit .line img.loaded")).await?;
    desktop.click(&css(".found .hit")).await?;
    desktop.wait_for(&css(".page .mark")).await?;
    desktop.picture(picture).await?;
    Ok(())
}
