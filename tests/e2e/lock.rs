//! R19: the locked application, looked at from outside: its window, its memory, and what the operating system says to it.

use std::time::Duration;

use anyhow::{Context as _, Result};
use relecture_testkit::{
    desktop::{Session, css, field, heading, secrets_in_memory, text},
    walk,
};

use crate::{CASE, Stage, logind::Logind};

/// Within this time after the lock no key is left.
const GONE_WITHIN: Duration = Duration::from_secs(1);

/// What is typed before the lock.
const DRAFT: &str = "Une phrase de brouillon";

/// This PC's half of the vault's key and the signature key, as the key store keeps them.
fn keys(session: &Session) -> Result<[Vec<u8>; 3]> {
    let one = |name: &str| -> Result<Vec<u8>> {
        let mut kept = session.kept_secrets(name)?;
        assert_eq!(kept.len(), 1, "one {name}");
        kept.pop().context("a secret")
    };
    let (anchor, signature) = (one("/vault")?, one("/signature")?);
    let anchor: serde_json::Value = serde_json::from_slice(&anchor)?;
    let device = anchor["device"].as_str().context("a half of the key")?;
    assert!(device.len() == 64 && signature.len() > 32);
    Ok([hex(device)?, device.as_bytes().to_vec(), signature])
}

fn hex(text: &str) -> Result<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    let bytes = digits.map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?));
    bytes.collect()
}

/// What the memory of the application holds of keys and of the case.
fn held(stage: &Stage) -> Result<Vec<&'static str>> {
    let (case, _) = stage.platform.case(CASE)?;
    let [vault, vault_text, signature] = keys(&stage.session)?;
    let name = case.file.patient.birth_name.to_uppercase();
    let canary = &case.file.canary;
    let piece = canary.piece.first().context("a canary")?;
    // The words typed last are not looked for: WebKit's own heap keeps copies of them (docs/threat-model.md).
    let secrets: [(&str, &[u8]); 5] = [
        ("key of the vault", &vault),
        ("key of the vault, in text", &vault_text),
        ("signature key", &signature),
        ("name of the patient", name.as_bytes()),
        ("sentence of a piece", piece.as_bytes()),
    ];
    let (found, looked_at) = secrets_in_memory(stage.desktop.process()?, &secrets)?;
    assert!(looked_at > 1 << 20, "{looked_at} bytes of memory");
    Ok(found)
}

async fn at_work(stage: &Stage) -> Result<()> {
    stage.open_case().await?;
    walk::open_piece(&stage.desktop, 3).await?;
    // The very words that are looked for in memory afterwards are found, and shown.
    let desktop = &stage.desktop;
    desktop
        .fill(&field("Chercher dans le dossier"), "vitrail")
        .await?;
    desktop.click(&css(".found .hit")).await?;
    desktop.wait_for(&css(".page .mark")).await?;
    walk::type_section(&stage.desktop, "Analyse", DRAFT).await?;
    stage
        .desktop
        .wait_for(&text("Brouillon enregistré"))
        .await?;
    Ok(())
}

/// Locked from the keyboard: nothing of the case is in the window, no key and nothing of what was read in memory; the code brings back
/// the same page and the same words.
#[tokio::test]
async fn r19_the_locked_application_holds_no_key_and_nothing_that_was_read() -> Result<()> {
    let mut stage = Stage::open(&[]).await?;
    at_work(&stage).await?;
    let before = held(&stage)?;
    for known in ["key of the vault", "signature key", "name of the patient"] {
        assert!(
            before.contains(&known),
            "the search is not blind: {before:?}"
        );
    }

    walk::lock(&stage.desktop).await?;
    tokio::time::sleep(GONE_WITHIN).await;
    assert_eq!(held(&stage)?, [] as [&str; 0], "left in memory");
    let page = stage
        .desktop
        .script("return document.documentElement.outerHTML", &[])
        .await?;
    let page = page.as_str().context("a page")?;
    let (case, _) = stage.platform.case(CASE)?;
    let patient = &case.file.patient;
    for word in [
        patient.birth_name.to_uppercase().as_str(),
        case.file.number.as_str(),
        DRAFT,
        "case://",
    ] {
        assert!(!page.contains(word), "{word} is in the window");
    }

    let expert = stage.platform.expert_of(CASE)?;
    walk::unlock(&stage.desktop, expert, walk::UNLOCK_CODE).await?;
    stage.desktop.wait_for(&walk::page_shown()).await?;
    let analysis = stage.desktop.text_of(&field("Analyse")).await?;
    assert!(analysis.contains(DRAFT), "{analysis}");
    stage.desktop.close().await?;
    Ok(())
}

/// Sleep waits until the desk is locked; the lock of the session and the arrival of another user lock it too.
#[tokio::test]
async fn r19_it_locks_when_the_operating_system_says_so() -> Result<()> {
    let mut stage = Stage::open(&[]).await?;
    let expert = stage.platform.expert_of(CASE)?;
    at_work(&stage).await?;
    let logind = &stage.logind;
    for (signal, sentence) in [
        (Logind::sleep as fn(&Logind) -> Result<()>, "mise en veille"),
        (Logind::lock_session, "avec la session de ce poste"),
        (Logind::switch_user, "avec la session de ce poste"),
    ] {
        signal(logind)?;
        tokio::time::sleep(GONE_WITHIN).await;
        assert_eq!(held(&stage)?, [] as [&str; 0], "left in memory: {sentence}");
        stage.desktop.wait_for(&heading("Poste verrouillé")).await?;
        stage.desktop.wait_for(&text(sentence)).await?;
        if sentence == "mise en veille" {
            assert!(logind.may_sleep()?, "the lock was waited for, then no more");
            logind.wake()?;
        }
        walk::unlock(&stage.desktop, expert, walk::UNLOCK_CODE).await?;
        stage.desktop.wait_for(&walk::page_shown()).await?;
    }
    assert!(!logind.may_sleep()?, "the next sleep waits again");
    stage.desktop.close().await?;
    Ok(())
}

/// Nobody at the window: the last words are kept, and the desk is locked.
#[tokio::test]
async fn r19_it_locks_when_nobody_touches_it() -> Result<()> {
    let mut stage = Stage::open(&[("RELECTURE_IDLE_LOCK", "4")]).await?;
    let expert = stage.platform.expert_of(CASE)?;
    walk::sign_in(&stage.desktop, expert).await?;
    stage.desktop.wait_for(&heading("Poste verrouillé")).await?;
    stage.desktop.wait_for(&text("faute d’activité")).await?;
    walk::unlock(&stage.desktop, expert, walk::UNLOCK_CODE).await?;
    stage.desktop.wait_for(&heading("À décider")).await?;
    stage.desktop.close().await?;
    Ok(())
}
