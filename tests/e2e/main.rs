//! The built application in its real webview, with a real key store and the reference platform: one walk per promise.
//!
//! Needs the application built with the feature `e2e`; `cargo xtask test` does that.

#![cfg(target_os = "linux")]
#![expect(clippy::panic_in_result_fn, reason = "a test asserts")]

mod accessibility;
mod formats;
mod images;
mod lock;
mod logind;
mod reading;
mod second_screen;

use std::{
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use relecture_platform_server::Wrap;
use relecture_testkit::{
    desktop::{Desktop, Session, beginning, button, field, heading, text, traces},
    platform::{DemoPlatform, real_clock},
    walk,
};
use tempfile::TempDir;

use crate::logind::Logind;

/// The oncology case.
const CASE: &str = "rein";

/// A platform, a desktop session and the application on both.
struct Stage {
    _folder: TempDir,
    platform: DemoPlatform,
    session: Arc<Session>,
    /// On the session's own bus, which is the system's to the application.
    logind: Logind,
    desktop: Desktop,
}

impl Stage {
    /// The application with these further variables in its environment.
    async fn open(environment: &[(&str, &str)]) -> Result<Self> {
        Self::open_behind(None, environment).await
    }

    /// The same behind a line to the platform.
    async fn open_behind(line: Option<Wrap>, environment: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let platform = DemoPlatform::start(folder.path(), real_clock(), line).await?;
        let session = Arc::new(Session::start().await?);
        let address = session.bus().to_owned();
        let logind = tokio::task::spawn_blocking(move || Logind::start(&address)).await??;
        let mut options = platform.application()?;
        let bus = ("DBUS_SYSTEM_BUS_ADDRESS", session.bus());
        let further = environment.iter().copied().chain([bus]);
        options
            .environment
            .extend(further.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let desktop = Desktop::launch(&session, options).await?;
        Ok(Self {
            _folder: folder,
            platform,
            session,
            logind,
            desktop,
        })
    }

    /// Signs in, accepts the case, waits for its pieces.
    async fn open_case(&self) -> Result<()> {
        let (case, _) = self.platform.case(CASE)?;
        walk::sign_in(&self.desktop, self.platform.expert_of(CASE)?).await?;
        walk::examine(&self.desktop, case).await?;
        walk::accept(&self.desktop).await?;
        walk::open_case(&self.desktop, case).await?;
        walk::wait_for_pieces(&self.desktop).await?;
        Ok(())
    }
}

/// R18, R32, R48, R97: at the end of a day, and at its worst moments, no word of the case and no secret is in any byte or name of any
/// file that the application wrote: vault with its journal and its outbox, webview profile, caches, logs, key store.
#[tokio::test]
async fn no_trace_of_a_case_is_left_in_clear() -> Result<()> {
    let mut stage = Stage::open(&[]).await?;
    let canaries = canaries(&stage)?;
    let (case, _) = stage.platform.case(CASE)?;
    let case = case.clone();
    let expert = stage.platform.expert_of(CASE)?.clone();
    stage.open_case().await?;
    for number in [3, 6, 9] {
        walk::open_piece(&stage.desktop, number).await?;
    }
    walk::type_cited(&stage.desktop, "Résumé clinique", &case.opinion.summary).await?;
    walk::write_opinion(&stage.desktop, &case).await?;
    walk::lock(&stage.desktop).await?;
    no_trace(&stage, &canaries, "locked")?;
    walk::unlock(&stage.desktop, &expert, walk::UNLOCK_CODE).await?;

    // The line goes; the opinion is signed and waits, and so does what the journal says.
    stage.platform.stop().await;
    let desktop = &stage.desktop;
    desktop.click(&button("Vérifier l’avis")).await?;
    walk::confirm_points(desktop).await?;
    desktop.click(&button("Figer le document")).await?;
    desktop.wait_for(&walk::page_shown()).await?;
    desktop
        .fill(&field("Code de ce poste"), walk::UNLOCK_CODE)
        .await?;
    desktop.click(&button("Signer et envoyer")).await?;
    desktop.wait_for(&button("Réessayer maintenant")).await?;
    stage.desktop.kill().await?;
    no_trace(&stage, &canaries, "killed with everything waiting")?;
    stage.desktop.relaunch().await?;
    let desktop = &stage.desktop;
    desktop.click(&button("Travailler hors connexion")).await?;
    desktop
        .fill(&field("Adresse e-mail"), &expert.email)
        .await?;
    desktop
        .fill(&field("Code de déverrouillage"), walk::UNLOCK_CODE)
        .await?;
    desktop.click(&button("Ouvrir")).await?;
    desktop
        .wait_for(&text("Hors connexion, lisible jusqu’à"))
        .await?;
    no_trace(&stage, &canaries, "at work under the lease")?;

    // It comes back, and everything leaves by itself.
    stage.platform.resume()?;
    stage.desktop.kill().await?;
    stage.desktop.relaunch().await?;
    let desktop = &stage.desktop;
    let code = walk::next_code(&expert).await?;
    walk::type_credentials(desktop, &expert.email, &expert.password, &code).await?;
    let signed = beginning(&format!("Ouvrir l’avis signé {}", case.file.number));
    desktop.wait_for(&text("Tout est envoyé")).await?;
    desktop.click(&signed).await?;
    desktop
        .wait_for(&heading("La plateforme a bien reçu votre avis"))
        .await?;
    stage.desktop.close().await?;
    no_trace(&stage, &canaries, "at the end")?;

    // The search is not blind: what it looks for is found where it is written on purpose.
    let words: Vec<&str> = canaries.iter().map(String::as_str).collect();
    let planted = stage.session.folder().join("planted");
    std::fs::write(&planted, canaries.join("\n"))?;
    assert!(!traces(stage.session.folder(), &words)?.0.is_empty());
    Ok(())
}

/// What nobody else may read: of the patient, of the pieces, of the opinion, and secrets.
fn canaries(stage: &Stage) -> Result<Vec<String>> {
    let (case, _) = stage.platform.case(CASE)?;
    let expert = stage.platform.expert_of(CASE)?;
    let patient = &case.file.patient;
    let born = patient.birth_date;
    let conclusion = case.opinion.conclusion.text.split_whitespace();
    let mut canaries = vec![
        patient.birth_name.to_uppercase(),
        born.to_string(),
        born.strftime("%d/%m/%Y").to_string(),
        conclusion.take(6).collect::<Vec<_>>().join(" "),
        expert.totp_secret.clone(),
        expert.password.clone(),
        walk::UNLOCK_CODE.to_owned(),
    ];
    canaries.extend(case.file.canary.manifest.iter().cloned());
    canaries.extend(case.file.canary.piece.iter().cloned());
    canaries.push(case.file.canary.opinion.clone());
    // What the journal says of the case.
    canaries.push("piece.opened".to_owned());
    assert!(canaries.len() >= 11 && canaries.iter().all(|canary| canary.len() > 6));
    Ok(canaries)
}

fn no_trace(stage: &Stage, canaries: &[String], when: &str) -> Result<()> {
    let words: Vec<&str> = canaries.iter().map(String::as_str).collect();
    let (found, files) = traces(stage.session.folder(), &words)?;
    assert!(found.is_empty(), "{when}, found in clear: {found:?}");
    assert!(files > 20, "{when}, {files} files were read");
    Ok(())
}

/// R87: a killed application loses at most two seconds of typing.
#[tokio::test]
async fn a_killed_application_loses_two_seconds_of_typing_at_most() -> Result<()> {
    const AT_RISK: Duration = Duration::from_secs(2);
    let mut stage = Stage::open(&[]).await?;
    let (case, _) = stage.platform.case(CASE)?;
    stage.open_case().await?;
    let section = field("Analyse");
    stage.desktop.click(&section).await?;
    let begun = Instant::now();
    let mut typed = Vec::new();
    while begun.elapsed() < Duration::from_secs(8) {
        stage
            .desktop
            .type_into(&section, &format!("mot{} ", typed.len()))
            .await?;
        typed.push(Instant::now());
    }
    let killed = Instant::now();
    stage.desktop.kill().await?;
    stage.desktop.relaunch().await?;
    let expert = stage.platform.expert_of(CASE)?;
    let code = walk::next_code(expert).await?;
    walk::type_credentials(&stage.desktop, &expert.email, &expert.password, &code).await?;
    walk::open_case(&stage.desktop, case).await?;
    let kept = stage.desktop.text_of(&section).await?;
    let safe = typed
        .iter()
        .filter(|at| killed.duration_since(**at) > AT_RISK)
        .count();
    assert!(safe > 10, "enough was typed to tell: {safe} words");
    for word in 0..safe {
        assert!(
            kept.split_whitespace()
                .any(|kept| kept == format!("mot{word}")),
            "word {word} of {safe} is lost: {kept}"
        );
    }
    stage.desktop.close().await?;
    Ok(())
}

/// A second start brings the first window to the front, says so, and ends by itself.
#[tokio::test]
async fn a_second_start_leaves_the_first_window_alone() -> Result<()> {
    let mut stage = Stage::open(&[]).await?;
    stage.desktop.mark("interactive").await?;
    let options = stage.platform.application()?;
    let mut second = tokio::process::Command::from(stage.session.command(&options.binary));
    let mut second = second
        .env("RELECTURE_PLATFORM", stage.platform.url())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("the application is built")?;
    stage
        .desktop
        .wait_for(&text("Relecture était déjà ouvert"))
        .await?;
    let ended = tokio::time::timeout(Duration::from_secs(20), second.wait()).await??;
    assert!(ended.success(), "the second start ended with {ended}");
    stage.desktop.close().await?;
    Ok(())
}
