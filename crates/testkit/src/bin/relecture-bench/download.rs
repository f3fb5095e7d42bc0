//! Receiving a large piece into the vault, beside `curl` to the disk from the same server over the same TLS; and what it takes of
//! memory.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use axum::{Router, body::Body, extract::State, response::IntoResponse, routing::get};
use relecture_crypto::make_bytes;
use relecture_desk::{Config, Desk, PlatformAddress, Ports, ReceptionState, Recognition, Room};
use relecture_platform_api as api;
use relecture_platform_server::{Mode, NewExpert, Platform, PlatformConfig, SignInPolicy};
use relecture_testkit::{
    built,
    keys::MemoryKeys,
    plain::{new_case, piece},
    platform::{DemoExpert, real_clock},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::table::{Table, median};

const SIZE: usize = 2 << 30;
/// Odd. The disk is in no even temper.
const ROUNDS: usize = 7;
const PASSWORD: &str = "Lecture-2026!";

/// What the receiving process is told.
#[derive(Serialize, Deserialize)]
struct Plan {
    url: String,
    authority: String,
    data: PathBuf,
    email: String,
    totp_secret: String,
    assignment: Uuid,
}

/// What it answers.
#[derive(Serialize, Deserialize)]
struct Received {
    seconds: f64,
    /// Resident memory before, and at most while it came, in KiB.
    idle: u64,
    peak: u64,
}

type Served = Arc<Mutex<PathBuf>>;

/// The very file that the platform serves, without sign-in: what `curl` fetches.
async fn plain(State(served): State<Served>) -> axum::response::Response {
    let path = served.lock().map(|path| path.clone()).unwrap_or_default();
    match tokio::fs::File::open(path).await {
        Ok(file) => {
            let length = file.metadata().await.map_or(0, |m| m.len());
            let stream = tokio_util::io::ReaderStream::with_capacity(file, 1 << 18);
            let headers = [("content-length", length.to_string())];
            (headers, Body::from_stream(stream)).into_response()
        }
        Err(error) => error.to_string().into_response(),
    }
}

pub(crate) async fn measure(table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(built::checkout().join("target"))?;
    let served = Served::default();
    let beside = Arc::clone(&served);
    let platform = Platform::open(PlatformConfig {
        data_dir: folder.path().join("platform"),
        name: "Plateforme d’essai".to_owned(),
        host: None,
        clock: real_clock(),
        mode: Mode::Demo {
            wrap: Some(Arc::new(move |router: Router| {
                let route = get(plain).with_state(Arc::clone(&beside));
                router.route("/bench", route)
            })),
        },
        pro_sante_connect: None,
        sign_in: SignInPolicy::default(),
        timestamping: None,
        card_authorities: Vec::new(),
    })?;
    let expert = platform.admit_expert(&NewExpert {
        name: "Dr Hélène Essai".to_owned(),
        rpps: "10009876001".to_owned(),
        specialty: "Oncologie".to_owned(),
        structure: "CHU d’essai".to_owned(),
        email: "essai@example.org".to_owned(),
        password: PASSWORD.to_owned(),
    })?;
    let block = make_bytes::<4096>();
    let bytes = block.repeat(SIZE / block.len());
    let piece = piece("Scanner", "application/pdf", bytes);
    let now = real_clock()();
    let case = platform.admit_case(&new_case(now), vec![piece])?;
    let assignment = platform.offer(case, expert.expert_id, now)?;
    *served.lock().map_err(|_| anyhow::anyhow!("the file"))? =
        largest(&folder.path().join("platform/sealed"))?;
    let serving = platform.serve(([127, 0, 0, 1], 0).into())?;
    let authority = folder.path().join("ca.pem");
    fs::write(&authority, platform.ca_pem())?;

    let plan = |name: &str| Plan {
        url: serving.base_url(),
        authority: platform.ca_pem().to_owned(),
        data: folder.path().join(name),
        email: "essai@example.org".to_owned(),
        totp_secret: expert.totp_secret.clone(),
        assignment,
    };
    accept(plan("first")).await?;
    let url = format!("{}/bench", serving.base_url());
    let to = folder.path().join("curl");
    let (mut own, mut peer, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let plan = plan(&format!("pc-{round}"));
        // Neither always comes after the other.
        if round % 2 == 1 {
            peer.push(curl(&authority, &url, &to).await?);
        }
        let received = in_a_process(&plan).await?;
        fs::remove_dir_all(&plan.data)?;
        own.push(received.seconds);
        memory.push(received.peak.saturating_sub(received.idle));
        if round % 2 == 0 {
            peer.push(curl(&authority, &url, &to).await?);
        }
    }
    serving.stop().await;
    report(table, &own, &peer, &memory);
    Ok(())
}

fn report(table: &mut Table, own: &[f64], peer: &[f64], memory: &[u64]) {
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let rates = |seconds: &[f64]| -> Vec<f64> {
        let mib = (SIZE >> 20) as f64;
        seconds.iter().map(|seconds| mib / seconds).collect()
    };
    table.title(&format!(
        "Receiving {} MiB over TLS on loopback, to the disk, alternated rounds, MiB/s",
        SIZE >> 20
    ));
    Table::side("into the vault", &rates(own));
    Table::side("curl, then fsync", &rates(peer));
    let from = json!({ "mib": SIZE >> 20, "seconds": own, "peer_seconds": peer });
    let unit = "ratio of median times, higher is better";
    let ratio = median(peer) / median(own);
    table.result("download.vs_curl", unit, ratio, ">= 0.8", &from);
    let most = memory.iter().max().copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a size")]
    let most = most as f64 / 1024.0;
    let from = json!({ "mib": SIZE >> 20, "kib": memory });
    table.result(
        "download.memory",
        "MiB over idle, at most",
        most,
        "<= 150",
        &from,
    );
}

fn largest(folder: &Path) -> Result<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files.push((entry.metadata()?.len(), entry.path()));
    }
    let largest = files.into_iter().max().context("nothing is served")?;
    Ok(largest.1)
}

async fn in_a_process(plan: &Plan) -> Result<Received> {
    let child = tokio::process::Command::new(std::env::current_exe()?)
        .args(["receive", &serde_json::to_string(plan)?])
        .stderr(Stdio::inherit())
        .output()
        .await?;
    ensure!(child.status.success(), "the receiving process failed");
    Ok(serde_json::from_slice(&child.stdout)?)
}

async fn curl(authority: &Path, url: &str, to: &Path) -> Result<f64> {
    let begun = Instant::now();
    let fetched = tokio::process::Command::new("curl")
        .args(["--silent", "--show-error", "--fail", "--cacert"])
        .arg(authority)
        .arg("--output")
        .arg(to)
        .arg(url)
        .status()
        .await
        .context("curl")?;
    ensure!(fetched.success(), "curl does not fetch it");
    fs::File::open(to)?.sync_all()?;
    let seconds = begun.elapsed().as_secs_f64();
    fs::remove_file(to)?;
    Ok(seconds)
}

/// A new PC of the expert.
fn pc(plan: Plan) -> (Arc<Desk>, DemoExpert) {
    let expert = DemoExpert {
        id: Uuid::nil(),
        name: String::new(),
        specialty: String::new(),
        rpps: String::new(),
        email: plan.email,
        password: PASSWORD.to_owned(),
        totp_secret: plan.totp_secret,
    };
    let address = PlatformAddress {
        url: plan.url,
        authority: Some(plan.authority.into_bytes()),
    };
    let desk = desk(address, plan.data, Arc::new(MemoryKeys::default()));
    (desk, expert)
}

/// The expert accepts the case, on a PC that keeps nothing of it.
async fn accept(plan: Plan) -> Result<()> {
    let (assignment, data) = (plan.assignment, plan.data.clone());
    let (desk, expert) = pc(plan);
    sign_in(&desk, &expert).await?;
    let interest = api::InterestDeclaration::None;
    desk.accept(assignment, interest).await?;
    desk.stop_receiving(assignment);
    drop(desk);
    fs::remove_dir_all(data)?;
    Ok(())
}

/// The other side: an expert's desk that signs in and receives.
pub(crate) async fn receive(plan: &str) -> Result<()> {
    let plan: Plan = serde_json::from_str(plan)?;
    let assignment = plan.assignment;
    let (desk, expert) = pc(plan);
    sign_in(&desk, &expert).await?;
    desk.worklist().await?;
    let idle = memory("VmRSS:")?;
    // From here on the peak is that of the reception.
    fs::write("/proc/self/clear_refs", "5")?;
    let begun = Instant::now();
    desk.receive(assignment).await?;
    loop {
        let case = desk.case(assignment).await?;
        let mut receptions = case.receptions.values();
        if receptions.all(|reception| reception.state == ReceptionState::Complete) {
            break;
        }
        for reception in case.receptions.values() {
            ensure!(
                reception.state != ReceptionState::Stopped,
                "{:?}",
                reception.failure
            );
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    let received = Received {
        seconds: begun.elapsed().as_secs_f64(),
        idle,
        peak: memory("VmHWM:")?,
    };
    println!("{}", serde_json::to_string(&received)?);
    Ok(())
}

pub(crate) fn desk(platform: PlatformAddress, data: PathBuf, keys: Arc<MemoryKeys>) -> Arc<Desk> {
    let config = Config {
        data_directory: data,
        platform,
        worker: PathBuf::new(),
        pdfium: PathBuf::new(),
        recognition: Recognition::default(),
        workstation: "PC du bureau 214".to_owned(),
        idle_lock: Duration::from_mins(15),
        room: Room {
            reserve: 0,
            ..Room::default()
        },
    };
    let begun = Instant::now();
    let ports = Ports {
        keys,
        clock: real_clock(),
        // Not started a moment ago.
        uptime: Box::new(move || Duration::from_hours(1) + begun.elapsed()),
        browser: Box::new(|_| Ok(())),
        notify: Box::new(|_| {}),
    };
    Desk::new(config, ports)
}

/// A code serves once: the next one is waited for.
pub(crate) async fn sign_in(desk: &Arc<Desk>, expert: &DemoExpert) -> Result<()> {
    let mut refused = None;
    for _ in 0..3 {
        let (code, left) = expert.code(real_clock()())?;
        match desk
            .sign_in(&expert.email, &expert.password, &code, false)
            .await
        {
            Ok(()) => return Ok(()),
            Err(error) => refused = Some(error),
        }
        tokio::time::sleep(Duration::from_secs(left + 1)).await;
    }
    Err(refused.map_or_else(|| anyhow::anyhow!("not signed in"), Into::into))
}

/// A line of `/proc/self/status`, in KiB.
fn memory(line: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let found = status.lines().find_map(|text| text.strip_prefix(line));
    let figure = found.and_then(|text| text.split_whitespace().next());
    Ok(figure.context("no such line")?.parse()?)
}
