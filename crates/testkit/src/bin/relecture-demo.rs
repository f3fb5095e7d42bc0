//! `cargo xtask demo`: hosts the reference platform with the synthetic cases and opens the built application on it.
//!
//! On a desk the application uses the person's own session and key store, and folders under `target/demo`. `--headless` gives it a
//! screen in memory and a key store of its own, waits until its sign-in form takes input, prints `ready` and ends.

#![expect(
    clippy::print_stdout,
    reason = "a command-line program speaks to the person who called it"
)]

use anyhow::{Context, Result, bail};
use relecture_testkit::{
    built,
    platform::{DemoPlatform, real_clock},
};

/// Where the platform listens if nobody else does.
const PORT: u16 = 8443;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [] => on_the_desk().await,
        ["--headless"] => headless().await,
        other => bail!(
            "unknown arguments `{}`: --headless or nothing",
            other.join(" ")
        ),
    }
}

async fn on_the_desk() -> Result<()> {
    let folder = built::checkout().join("target").join("demo");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).context("the former demo cannot be put away")?;
    }
    let platform_folder = folder.join("platform");
    let usual = DemoPlatform::start_on(PORT, &platform_folder, real_clock(), None).await;
    let platform = if let Ok(platform) = usual {
        platform
    } else {
        // Most likely the port is taken; the system chooses another.
        std::fs::remove_dir_all(&platform_folder)?;
        DemoPlatform::start(&platform_folder, real_clock(), None).await?
    };
    let binary = built::program("relecture")?;
    let mut application = tokio::process::Command::new(&binary)
        .env("RELECTURE_PLATFORM", platform.url())
        .env("RELECTURE_PLATFORM_CA", &platform.authority)
        .env("RELECTURE_PDFIUM", built::pdfium())
        .env("XDG_DATA_HOME", folder.join("workstation"))
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} cannot be started", binary.display()))?;
    tell(&platform)?;
    let codes = tokio::spawn(tell_codes(platform.experts.clone()));
    let ended = tokio::select! {
        ended = application.wait() => ended?,
        asked = tokio::signal::ctrl_c() => return asked.context("interrupted"),
    };
    codes.abort();
    if ended.success() {
        Ok(())
    } else {
        bail!("the application ended with {ended}")
    }
}

/// Who can sign in, and with what.
fn tell(platform: &DemoPlatform) -> Result<()> {
    let now = real_clock()();
    println!();
    println!("Plateforme de démonstration : {}", platform.url());
    println!("Téléphone e-CPS d’essai     : {}", platform.psc.phone);
    for expert in &platform.experts {
        let (code, left) = expert.code(now)?;
        println!();
        println!("  {}, {}", expert.name, expert.specialty);
        println!("    Adresse e-mail  {}", expert.email);
        println!("    Mot de passe    {}", expert.password);
        println!("    Code            {code} (encore {left} s)");
        println!("    Secret TOTP     {}", expert.totp_secret);
    }
    println!();
    Ok(())
}

/// The codes again whenever they change.
async fn tell_codes(experts: Vec<relecture_testkit::platform::DemoExpert>) -> Result<()> {
    loop {
        let now = real_clock()();
        let mut line = Vec::new();
        let mut left = 30;
        for expert in &experts {
            let (code, lives) = expert.code(now)?;
            left = lives;
            line.push(format!("{} {code}", expert.name));
        }
        println!("Codes : {}", line.join(", "));
        tokio::time::sleep(std::time::Duration::from_secs(left + 1)).await;
    }
}

#[cfg(target_os = "linux")]
async fn headless() -> Result<()> {
    use std::sync::Arc;

    use relecture_testkit::desktop::{Desktop, Session};

    let folder = tempfile::tempdir()?;
    let platform = DemoPlatform::start(folder.path(), real_clock(), None).await?;
    println!("the platform answers at {}", platform.url());
    tell(&platform)?;
    let session = Arc::new(Session::start().await?);
    let mut desktop = Desktop::launch(&session, platform.application()?).await?;
    if let Err(error) = desktop.mark("interactive").await {
        return Err(desktop.failed("the sign-in form", error).await.into());
    }
    println!("ready");
    Ok(desktop.close().await?)
}

#[cfg(not(target_os = "linux"))]
async fn headless() -> Result<()> {
    bail!("--headless drives WebKitGTK and runs on Linux only")
}
