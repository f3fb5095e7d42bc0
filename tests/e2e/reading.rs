//! The reading room in the real webview, without a pointer.

use anyhow::{Context as _, Result, ensure};
use relecture_testkit::{
    desktop::{Desktop, css, text},
    walk,
};

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
    Ok(())
}
