//! A piece on a second screen, in the real windows.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use relecture_testkit::{
    built,
    desktop::{Desktop, text},
    walk,
};
use serde_json::json;

use crate::{CASE, Stage};

/// `WebDriver`'s code of a key.
const PAGE_DOWN: char = '\u{e00f}';

/// Ctrl+W, after the driver had its answer: it waits for none from a window that is gone.
const CLOSE: &str = "setTimeout(() => document.body.dispatchEvent( \
    new KeyboardEvent('keydown', { key: 'w', ctrlKey: true, bubbles: true })), 100)";

/// Calls a command from whatever window the driver is on, and tells in `window.told` what came of it.
const CALL: &str = "window.told = null; \
    window.__TAURI_INTERNALS__.invoke(arguments[0], { request: arguments[1] }) \
        .then(() => (window.told = 'done'), (why) => (window.told = JSON.stringify(why)));";

/// Waits until there are so many windows.
async fn windows(desktop: &Desktop, wanted: usize) -> Result<()> {
    let mut count = 0;
    for _ in 0..200 {
        count = desktop.client()?.windows().await?.len();
        if count == wanted {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("there are {count} windows, not {wanted}")
}

async fn told(desktop: &Desktop, command: &str) -> Result<String> {
    desktop.script(CALL, &[json!(command), json!({})]).await?;
    for _ in 0..100 {
        let told = desktop.script("return window.told", &[]).await?;
        if let Some(told) = told.as_str() {
            return Ok(told.to_owned());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("{command} is not answered")
}

/// A piece is read on a second screen and cited from there; R19: its window goes with the lock and comes back with the code; it may
/// neither sign in, nor write the opinion, nor sign.
#[tokio::test]
async fn r19_the_second_screen_reads_cites_and_goes_with_the_lock() -> Result<()> {
    let stage = Stage::open(&[]).await?;
    stage.open_case().await?;
    let desktop = &stage.desktop;
    let client = desktop.client()?;
    walk::open_piece(desktop, 4).await?;
    let first = client.window().await?;
    let second_of = async || {
        let mut windows = client.windows().await?.into_iter();
        let second = windows.find(|window| *window != first);
        second.context("there is no second window")
    };
    walk::press_on_table(desktop, &['w']).await?;
    windows(desktop, 2).await?;

    // It is read there.
    let second = second_of().await?;
    client.switch_to_window(second.clone()).await?;
    desktop.wait_for(&walk::page_shown()).await?;
    desktop
        .picture(&built::checkout().join("target/formats/deuxieme-ecran.png"))
        .await?;
    // What is not its business is not answered there.
    for command in [
        "opinion_write",
        "opinion_sign",
        "session_sign_in",
        "session_unlock",
        "worklist_view",
        "case_forget",
    ] {
        let told = told(desktop, command).await?;
        ensure!(told.contains("not allowed"), "{command}: {told}");
    }

    // It is cited from there: the opinion is in the first window. The reader stays where he is.
    walk::press_on_table(desktop, &[PAGE_DOWN]).await?;
    walk::wait_for_page(desktop, 2).await?;
    walk::press_on_table(desktop, &['i']).await?;
    client.switch_to_window(first.clone()).await?;
    desktop.wait_for(&text("Pièce 4, p. 2")).await?;
    client.switch_to_window(second).await?;
    walk::wait_for_page(desktop, 2).await?;
    client.switch_to_window(first.clone()).await?;

    // It is locked away, and comes back with the code.
    walk::lock(desktop).await?;
    windows(desktop, 1).await?;
    walk::unlock(desktop, stage.platform.expert_of(CASE)?, walk::UNLOCK_CODE).await?;
    windows(desktop, 2).await?;

    // The reader closes it.
    let second = second_of().await?;
    client.switch_to_window(second).await?;
    desktop.wait_for(&walk::page_shown()).await?;
    desktop.script(CLOSE, &[]).await?;
    client.switch_to_window(first.clone()).await?;
    windows(desktop, 1).await?;

    // Whoever closes the first window leaves: nothing of Relecture stays on the other screen.
    walk::press_on_table(desktop, &['w']).await?;
    windows(desktop, 2).await?;
    client.switch_to_window(second_of().await?).await?;
    desktop.wait_for(&walk::page_shown()).await?;
    let application = desktop.process()?;
    desktop.session().close_window("Relecture")?;
    ended(application).await
}

async fn ended(process: u32) -> Result<()> {
    for _ in 0..200 {
        let state = std::fs::read_to_string(format!("/proc/{process}/stat"));
        if state.is_err() || state.is_ok_and(|state| state.contains(") Z ")) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the application goes on without its first window")
}
