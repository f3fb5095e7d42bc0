//! The reading room in the real webview, without a pointer.

use anyhow::{Context as _, Result, ensure};
use relecture_testkit::{
    built,
    desktop::{Desktop, button, css, text},
    walk,
};
use serde_json::json;

use crate::{CASE, Stage};

/// `WebDriver`'s key codes.
const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';
const CTRL: char = '\u{e009}';
const ALT: char = '\u{e00a}';
const ESCAPE: char = '\u{e00c}';
const PAGE_DOWN: char = '\u{e00f}';
const RIGHT: char = '\u{e014}';
const F6: char = '\u{e036}';

/// What has the focus, told as a selector would find it or as it is named.
const FOCUSED: &str = "const on = document.activeElement; \
    return on.matches(arguments[0]) || (on.ariaLabel ?? on.textContent ?? '').startsWith(arguments[0]);";

/// What has the focus, for the reader of a failure.
const HERE: &str = "return document.activeElement.ariaLabel ?? document.activeElement.tagName";

/// Presses `key` until what is named has the focus.
async fn reach(desktop: &Desktop, key: char, wanted: &str) -> Result<()> {
    let mut passed = Vec::new();
    for _ in 0..80 {
        // A name is no selector.
        let script = format!(
            "try {{ {FOCUSED} }} catch {{ {} }}",
            FOCUSED.replace("on.matches(arguments[0]) ||", "")
        );
        let there = desktop.script(&script, &[wanted.into()]).await?;
        if there.as_bool() == Some(true) {
            return Ok(());
        }
        let here = desktop.script(HERE, &[]).await?;
        passed.push(here.as_str().unwrap_or_default().to_owned());
        desktop.press(&[key]).await?;
    }
    Err(anyhow::anyhow!(
        "no key leads to {wanted}, only to {passed:?}"
    ))
}

async fn type_keys(desktop: &Desktop, words: &str) -> Result<()> {
    for letter in words.chars() {
        desktop.press(&[letter]).await?;
    }
    Ok(())
}

/// R117: a case is opened, read, searched, compared, annotated, copied from and cited by keyboard alone; R96: the copy is told to the
/// patient.
#[tokio::test]
async fn r117_a_case_is_read_compared_and_cited_by_keyboard_alone() -> Result<()> {
    let stage = Stage::open(&[]).await?;
    let desktop = &stage.desktop;
    let (case, _) = stage.platform.case(CASE)?;
    walk::sign_in(desktop, stage.platform.expert_of(CASE)?).await?;
    walk::examine(desktop, case).await?;
    walk::accept(desktop).await?;

    // From here on no pointer. The case opens.
    let row = format!("Ouvrir le dossier {}", case.file.number);
    reach(desktop, TAB, &row).await?;
    desktop.press(&[ENTER]).await?;
    walk::wait_for_pieces(desktop).await?;
    reach(desktop, TAB, "Pièce\u{a0}4,").await?;
    desktop.press(&[ENTER]).await?;
    desktop.wait_for(&walk::page_shown()).await?;

    // It is read.
    reach(desktop, F6, "[role=region]").await?;
    desktop.press(&[PAGE_DOWN]).await?;
    walk::wait_for_page(desktop, 2).await?;

    // Its words are searched.
    desktop.press(&[CTRL, 'f']).await?;
    type_keys(desktop, "carcinome").await?;
    desktop.wait_for(&css(".found .hit")).await?;
    desktop.wait_gone(&text("en lecture")).await?;
    desktop.press(&[ENTER]).await?;
    desktop.wait_for(&css(".page .mark")).await?;
    desktop.press(&[CTRL, 'f']).await?;
    desktop.press(&[ESCAPE]).await?;
    desktop.wait_for(&css("button.piece")).await?;

    // Two pieces are compared, the second turned to, both scrolled together.
    reach(desktop, F6, "[role=region]").await?;
    desktop.press(&['c']).await?;
    desktop
        .wait_for(&css(
            ".grid[data-count='2'] .cell:nth-child(2) .viewport.active .page .image img",
        ))
        .await?;
    desktop.press(&[ALT, RIGHT]).await?;
    desktop
        .wait_for(&css(".cell:nth-child(1) .viewport.active"))
        .await?;
    desktop.press(&['l']).await?;
    desktop
        .wait_for(&css(
            "button[aria-label='Faire défiler ensemble'][aria-pressed='true']",
        ))
        .await?;

    // A note is laid in the margin.
    desktop.press(&['n']).await?;
    desktop.press(&['n']).await?;
    desktop.wait_for(&css(".card textarea:focus")).await?;
    type_keys(desktop, "Grade").await?;
    desktop.press(&[ESCAPE]).await?;
    desktop
        .wait_for(&css("button.open.note[title='Grade']"))
        .await?;

    // The words of the page are copied: they are there to be pasted, and the patient reads of it.
    reach(desktop, F6, "[role=region]").await?;
    desktop.press(&[CTRL, 'a']).await?;
    desktop.press(&[CTRL, 'c']).await?;
    desktop.press(&[CTRL, 'f']).await?;
    let pasted = async {
        for _ in 0..20 {
            desktop.press(&[CTRL, 'a']).await?;
            desktop.press(&[CTRL, 'v']).await?;
            let words = desktop
                .script("return document.activeElement.value", &[])
                .await?;
            let words = words.as_str().unwrap_or_default().to_owned();
            if words.len() > 40 {
                return Ok::<_, anyhow::Error>(words);
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        Ok(String::new())
    };
    let pasted = pasted.await.context("pasting")?;
    ensure!(
        pasted.to_lowercase().contains("carcinome"),
        "pasted: {pasted:?}"
    );
    desktop.press(&[ESCAPE]).await?;
    desktop.press(&[ALT, '4']).await?;
    desktop.wait_for(&text("Texte d’une pièce copié")).await?;

    // The page under the eyes is cited.
    reach(desktop, F6, "[role=region]").await?;
    desktop.press(&['i']).await?;
    desktop.wait_for(&css(".editor .chip")).await?;

    // The date of the piece is corrected.
    reach(desktop, F6, "[role=region]").await?;
    desktop.press(&['d']).await?;
    desktop
        .wait_for(&css("dialog input[type=radio]:checked"))
        .await?;
    reach(desktop, TAB, "dialog input[inputmode=numeric]").await?;
    type_keys(desktop, "31/2/2026").await?;
    desktop.press(&[ENTER]).await?;
    desktop.wait_for(&text("Ce n’est pas une date")).await?;
    desktop.press(&[CTRL, 'a']).await?;
    type_keys(desktop, "2/1/2026").await?;
    desktop
        .picture(&built::checkout().join("target/e2e/date.png"))
        .await?;
    desktop.press(&[ENTER]).await?;
    desktop
        .wait_for(&css(".date.corrected, .piece.number"))
        .await?;
    desktop.wait_gone(&css("dialog")).await?;
    Ok(())
}

/// A slider of the card, set as by hand.
const SLIDE: &str = "const slider = document.querySelectorAll('.card input[type=range]')[arguments[0]]; \
    slider.value = arguments[1]; slider.dispatchEvent(new Event('input', { bubbles: true }));";

/// The pointer over the middle of the page under the eyes.
const POINT: &str = "const box = document.querySelector('.stack > .page .image img').getBoundingClientRect(); \
    const [clientX, clientY] = [box.left + box.width / 2, box.top + 200]; \
    document.elementFromPoint(clientX, clientY).dispatchEvent(new PointerEvent('pointermove', { bubbles: true, clientX, clientY }));";

/// Whether every picture under the loupe is there, and finer than the page itself.
const MAGNIFIED: &str = "const tiles = [...document.querySelectorAll('.loupe img')]; \
    return tiles.length > 0 && tiles.every((tile) => tile.complete && tile.naturalWidth > 0 \
        && Number(new URL(tile.src).searchParams.get('w')) > 2 * document.querySelector('.stack > .page').clientWidth);";

/// A page is lit, set straight and magnified; that this is not the piece as it is stays written on it, and the next piece is as it is.
#[tokio::test]
async fn a_page_is_lit_set_straight_and_magnified() -> Result<()> {
    let stage = Stage::open(&[]).await?;
    stage.open_case().await?;
    let desktop = &stage.desktop;
    walk::open_piece(desktop, 4).await?;
    walk::press_on_table(desktop, &['e']).await?;
    desktop
        .wait_for(&css(".card input[type=range]:focus"))
        .await?;
    for (slider, value) in [(0, 0.2), (1, 0.5), (2, -2.5)] {
        let arguments = [json!(slider), json!(value)];
        desktop.script(SLIDE, &arguments).await?;
    }
    desktop.wait_for(&css(".stack.lit.tilted")).await?;
    let filter = "return getComputedStyle(document.querySelector('.stack > .page .image')).filter";
    let filter = desktop.script(filter, &[]).await?;
    ensure!(filter == "brightness(1.2) contrast(1.5)", "{filter}");
    desktop.press(&[ESCAPE]).await?;
    desktop.wait_for(&text("Affichage réglé")).await?;
    desktop.picture(&pictures("eclairage.png")).await?;
    desktop.click(&button("Rétablir")).await?;
    desktop.wait_gone(&css(".stack.lit")).await?;

    walk::press_on_table(desktop, &['o']).await?;
    let mut magnified = false;
    for _ in 0..100 {
        desktop.script(POINT, &[]).await?;
        magnified = desktop.script(MAGNIFIED, &[]).await? == true;
        if magnified {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    desktop.picture(&pictures("loupe.png")).await?;
    ensure!(magnified, "nothing is drawn under the loupe");
    walk::press_on_table(desktop, &[ESCAPE]).await?;
    desktop.wait_gone(&css(".loupe")).await?;

    walk::press_on_table(desktop, &['e']).await?;
    desktop.script(SLIDE, &[json!(1), json!(1.0)]).await?;
    desktop.wait_for(&css(".stack.lit")).await?;
    walk::open_piece(desktop, 1).await?;
    desktop.wait_gone(&css(".stack.lit")).await?;
    Ok(())
}

fn pictures(name: &str) -> std::path::PathBuf {
    built::checkout().join("target/formats").join(name)
}
