//! Images of DICOM in the real webview: two painters that paint the same, lengths that say what they are worth, slices that are cited.

use std::{convert::Infallible, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
};
use futures_util::{StreamExt as _, stream};
use relecture_platform_server::Wrap;
use relecture_testkit::{
    desktop::{Desktop, button, css, text},
    walk,
};
use tokio::{sync::watch, time::timeout};

use crate::Stage;

/// Millimetres from one pixel of the phantom to the next, and pixels of its side.
const SPACING: f64 = 0.742;
const SIDE: f64 = 512.0;

/// Keeps what the canvas shows, to be compared with later.
const KEEP: &str = "
    const canvas = document.querySelector('.stage canvas');
    const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
    const context = copy.getContext('2d');
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    const kept = window.kept;
    window.kept = data;
    const painter = canvas.dataset.painter;
    if (!kept || kept.length !== data.length) return { painter };
    let [most, lit] = [0, 0];
    for (let at = 0; at < data.length; at += 4) {
      most = Math.max(most, Math.abs(data[at] - kept[at]));
      if (data[at] > 0) lit += 1;
    }
    return { painter, most, lit };";

async fn focus(desktop: &Desktop) -> Result<()> {
    desktop
        .script("document.querySelector('.stage').focus()", &[])
        .await?;
    Ok(())
}

async fn number(desktop: &Desktop, script: &str) -> Result<f64> {
    let answer = desktop.script(&format!("return {script}"), &[]).await?;
    answer.as_f64().context("a number")
}

/// The page that is shown in each viewport.
async fn pages(desktop: &Desktop) -> Result<Vec<String>> {
    let script =
        "return [...document.querySelectorAll('.stage')].map((stage) => stage.dataset.page)";
    Ok(serde_json::from_value(desktop.script(script, &[]).await?)?)
}

async fn show_page(desktop: &Desktop, page: u32) -> Result<()> {
    let shown = css(&format!(".stage[data-page='{page}']"));
    desktop.wait_for(&shown).await?;
    Ok(())
}

/// Whichever painter it is, a pixel is the same: values between neighbours, then the window (issue 6).
async fn painters_agree(desktop: &Desktop) -> Result<()> {
    for keys in [&[][..], &['n'][..], &['f'], &['R'], &['0']] {
        if !keys.is_empty() {
            focus(desktop).await?;
            desktop.press(keys).await?;
        }
        let mut painters = Vec::new();
        desktop.script("window.kept = null", &[]).await?;
        for _ in 0..2 {
            desktop.click(&button("Autres outils")).await?;
            desktop.click(&text("Affichage par le processeur")).await?;
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            let found = desktop.script(KEEP, &[]).await?;
            if let Some(most) = found.get("most") {
                assert!(most.as_f64() <= Some(1.0), "{keys:?} {found}");
                assert!(found["lit"].as_f64() > Some(20_000.0), "{keys:?} {found}");
            }
            painters.push(found["painter"].as_str().unwrap_or_default().to_owned());
        }
        // One that fails is replaced by the other.
        painters.sort();
        assert_eq!(painters, ["2d", "webgl"], "{keys:?}");
    }
    Ok(())
}

/// One that matters is said to be over it, and stands under the series with what tells how far it may be trusted; a loupe shows what lies
/// under the pointer.
async fn key_images_and_loupe(desktop: &Desktop) -> Result<()> {
    focus(desktop).await?;
    desktop.press(&['k']).await?;
    desktop.wait_for(&css(".stage .key")).await?;
    desktop.wait_for(&css(".keys .stamp.ok")).await?;
    assert_eq!(desktop.accessibility_faults().await?, [""; 0]);
    desktop.press(&['\u{e010}']).await?;
    show_page(desktop, 24).await?;
    desktop.wait_gone(&css(".stage .key")).await?;
    desktop.click(&css(".keys button")).await?;
    show_page(desktop, 13).await?;

    focus(desktop).await?;
    desktop.press(&['o']).await?;
    let over = r"
        const stage = document.querySelector('.stage');
        const { left, top, width, height } = stage.getBoundingClientRect();
        stage.dispatchEvent(new PointerEvent('pointermove', { clientX: left + width / 2, clientY: top + height / 2, bubbles: true }));
    ";
    desktop.script(over, &[]).await?;
    desktop.wait_for(&css(".stage .loupe canvas")).await?;
    let lit = r"
        const canvas = document.querySelector('.stage .loupe canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, at) => at % 4 === 0 && value > 40).length / (data.length / 4);
    ";
    let lit = desktop.script(lit, &[]).await?;
    assert!(lit.as_f64() > Some(0.5), "{lit}");
    desktop.press(&['o']).await?;
    desktop.wait_gone(&css(".stage .loupe")).await?;

    focus(desktop).await?;
    desktop.press(&['6']).await?;
    desktop
        .wait_for(&css(".grid[data-count='6'] .cell:nth-child(6)"))
        .await?;
    desktop.press(&['1']).await?;
    desktop
        .wait_for(&css(".grid[data-count='1'] .stage canvas"))
        .await?;
    Ok(())
}

#[tokio::test]
async fn images_are_painted_measured_cited_and_compared() -> Result<()> {
    let stage = Stage::open(&[]).await?;
    stage.open_case().await?;
    let desktop = &stage.desktop;
    desktop.click(&walk::piece(11)).await?;
    // The middle of the series.
    show_page(desktop, 13).await?;
    desktop.wait_for(&text("Qualité d’origine")).await?;
    assert_eq!(desktop.accessibility_faults().await?, [""; 0]);
    painters_agree(desktop).await?;
    key_images_and_loupe(desktop).await?;

    // A length in the patient: 200 pixels of the window, whatever the zoom makes of them.
    let wide = number(desktop, "document.querySelector('.stage').clientWidth").await?;
    let high = number(desktop, "document.querySelector('.stage').clientHeight").await?;
    let left = number(
        desktop,
        "document.querySelector('.stage').getBoundingClientRect().left",
    )
    .await?;
    let expected = 200.0 / (wide.min(high) / SIDE) * SPACING;
    focus(desktop).await?;
    desktop.press(&['d']).await?;
    let from = (left + wide / 2.0, 300.0);
    desktop.drag(from, (from.0 + 200.0, 300.0)).await?;
    let card = desktop.text_of(&css(".stage .card")).await?;
    let value = card.split([' ', '\u{a0}']).next().unwrap_or_default();
    let value: f64 = value.replace(',', ".").parse().context(card.clone())?;
    assert!(
        (value - expected).abs() <= SPACING,
        "{value} for {expected}"
    );
    assert!(card.contains("mm") && card.contains("Étalonné"), "{card}");

    // Cited, left, and come back to.
    desktop.press(&['i']).await?;
    desktop.wait_for(&text("Pièce 11, coupe 13")).await?;
    focus(desktop).await?;
    desktop.press(&['\u{e010}']).await?;
    show_page(desktop, 24).await?;
    desktop.click(&text("Pièce 11, coupe 13")).await?;
    show_page(desktop, 13).await?;

    // Beside the examination before, at the same place, and scrolled together.
    focus(desktop).await?;
    desktop.press(&['c']).await?;
    desktop.wait_for(&text("12 févr. 2026")).await?;
    desktop
        .wait_for(&css(
            ".stage[data-page='13'] ~ *, .cell:nth-child(2) .stage[data-page='13']",
        ))
        .await?;
    focus(desktop).await?;
    for _ in 0..3 {
        desktop.press(&['\u{e015}']).await?;
    }
    let together = async {
        loop {
            if pages(desktop).await? == ["16", "16"] {
                return Ok::<_, anyhow::Error>(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), together).await??;
    Ok(())
}

/// What lies on each viewport: its image as it is spoken, without the number of the slice.
async fn laid(desktop: &Desktop) -> Result<Vec<String>> {
    let script = "return [...document.querySelectorAll('.stage')].map((stage) => stage.ariaLabel.replace(/,[^,]*$/, ''))";
    Ok(serde_json::from_value(desktop.script(script, &[]).await?)?)
}

async fn until_laid(desktop: &Desktop, is: impl Fn(&[String]) -> bool) -> Result<Vec<String>> {
    let waited = async {
        loop {
            let laid = laid(desktop).await?;
            if is(&laid) {
                return Ok(laid);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(20), waited).await?
}

/// The next examination of a kind lies as the reader laid out the last one.
#[tokio::test]
async fn the_next_examination_is_laid_out_as_the_last_one_of_its_kind() -> Result<()> {
    let stage = Stage::open(&[]).await?;
    stage.open_case().await?;
    let desktop = &stage.desktop;
    desktop.click(&walk::piece(11)).await?;
    let alone = until_laid(desktop, |laid| laid.len() == 1).await?;
    // Both series of the same examination beside each other.
    focus(desktop).await?;
    desktop.press(&['2']).await?;
    desktop.wait_for(&css(".grid[data-count='2']")).await?;
    desktop
        .script(
            "document.querySelectorAll('.cell')[1].dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))",
            &[],
        )
        .await?;
    desktop.click(&walk::piece(11)).await?;
    until_laid(desktop, |laid| laid.len() == 2).await?;
    let second = "document.querySelectorAll('.stage')[1]";
    desktop.script(&format!("{second}.focus()"), &[]).await?;
    desktop.press(&['\u{e014}']).await?;
    let both = until_laid(desktop, |laid| laid.len() == 2 && laid[0] != laid[1]).await?;
    assert_eq!(both[0], alone[0]);
    // So long it has to stand.
    tokio::time::sleep(Duration::from_secs(5)).await;

    // A letter on the second, and the first put away: one viewport, and no layout of images.
    desktop.click(&walk::piece(9)).await?;
    until_laid(desktop, |laid| laid.len() == 1).await?;
    let letter = css(".cell:nth-child(2) .page .image img");
    desktop.wait_for(&letter).await?;
    desktop
        .script(
            "document.querySelectorAll('.cell')[1].querySelector('.viewport [tabindex]').focus()",
            &[],
        )
        .await?;
    desktop.press(&['1']).await?;
    desktop.wait_for(&css(".grid[data-count='1']")).await?;
    desktop.click(&walk::piece(10)).await?;
    let series = |spoken: &str| spoken.rsplit(". ").next().map(str::to_owned);
    let wanted: Vec<_> = both.iter().map(|spoken| series(spoken)).collect();
    let is_alike = |laid: &[String]| laid.iter().map(|spoken| series(spoken)).eq(wanted.clone());
    let next = until_laid(desktop, is_alike).await?;
    assert_ne!(next, both, "it is another examination");
    Ok(())
}

/// A line on which long pieces begin quickly and then come drop by drop, until it is told that it is mended.
fn poor_line() -> (Wrap, watch::Sender<bool>) {
    const LONG: usize = 4 << 20;
    const BEGINNING: usize = 2 << 20;
    const DROP: usize = 16 << 10;
    const BETWEEN: Duration = Duration::from_millis(200);
    let (mend, mended) = watch::channel(false);
    let line = move |router: Router| {
        let mended = mended.clone();
        router.layer(from_fn(move |request: Request, next: Next| {
            let mended = mended.clone();
            async move {
                let is_piece = request.uri().path().ends_with("/content");
                let (parts, body) = next.run(request).await.into_parts();
                let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
                if !is_piece || bytes.len() < LONG {
                    return Response::from_parts(parts, bytes.into());
                }
                let mut left = bytes;
                let beginning = left.split_to(BEGINNING);
                let drops = stream::unfold((left, mended), async |(mut left, mut mended)| {
                    let mended_now = timeout(BETWEEN, mended.wait_for(|is| *is)).await.is_ok();
                    let drop = if mended_now {
                        left.len()
                    } else {
                        DROP.min(left.len())
                    };
                    (drop > 0).then(|| (left.split_to(drop), (left, mended)))
                });
                let given = stream::iter([beginning]).chain(drops);
                Response::from_parts(parts, Body::from_stream(given.map(Ok::<_, Infallible>)))
            }
        }))
    };
    (Arc::new(line), mend)
}

/// R46, R48: on a poor line the first images are read while the others come; they are not cited, for they have no place yet; and once all
/// are there the one that was looked at still is.
#[tokio::test]
async fn the_first_images_of_a_long_series_are_read_while_the_others_come() -> Result<()> {
    let (line, mend) = poor_line();
    let stage = Stage::open_behind(Some(line), &[]).await?;
    let (case, _) = stage.platform.case(crate::CASE)?;
    let desktop = &stage.desktop;
    walk::sign_in(desktop, stage.platform.expert_of(crate::CASE)?).await?;
    walk::examine(desktop, case).await?;
    walk::accept(desktop).await?;
    walk::open_case(desktop, case).await?;
    desktop.click(&walk::piece(11)).await?;
    desktop
        .wait_for(&text("Les images arrivent encore"))
        .await?;
    desktop.wait_for(&css(".stage canvas")).await?;
    assert_eq!(desktop.accessibility_faults().await?, [""; 0]);
    let cite = "!!document.querySelector('[aria-label=\"Citer la coupe\"]')";
    let can_cite = async || desktop.script(&format!("return {cite}"), &[]).await;
    assert_eq!(can_cite().await?, false);
    focus(desktop).await?;
    desktop.press(&['i']).await?;
    desktop.press(&['\u{e010}']).await?;
    let corner = "document.querySelector('.stage .bottom.right p:last-child').textContent";
    let before = desktop.script(&format!("return {corner}"), &[]).await?;

    mend.send(true)?;
    desktop.wait_for(&button("Citer la coupe")).await?;
    let after = desktop.script(&format!("return {corner}"), &[]).await?;
    assert_eq!(before, after);
    Ok(())
}
