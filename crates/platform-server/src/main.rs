//! `relecture-platform`: serves the reference platform in production mode, or admits an expert.
//!
//! ```text
//! relecture-platform --data DIR [--host NAME] [--listen IP:PORT] [--psc DISCOVERY-ADDRESS --psc-client ID]
//!                    [--homologation REF --date YYYY-MM-DD] [LIMITS]
//!                    [--timestamps ADDRESS --timestamp-authority CERTIFICATE.der LIST-ADDRESS...]
//!                    [--card-authority CERTIFICATE.der LIST-ADDRESS]...
//!                    [admit-expert | unlock-account EMAIL | reset-totp EMAIL | reset-password EMAIL | declare-password-stolen EMAIL]
//! ```
//! With Pro Santé Connect the client secret is read from the environment variable `RELECTURE_PSC_SECRET`.
//! `LIMITS`, each at most what it is by default: `--max-failures 3 --password-days 183 --session-idle-minutes 30 --session-minutes 240`.
//! `--timestamps` names a timestamping service (RFC 3161) in place of the platform's own. An authority that it is believed under, or that
//! certifies signature cards, is named by a file with its certificate, in DER, and the address of its list of revoked certificates.
//! `reset-password` writes the provisional password, which its holder replaces at his next sign-in.
//! `admit-expert` reads the expert as JSON on the standard input and writes the identifier and the TOTP secret as JSON.
//! The demonstration is `cargo xtask demo`.

use std::{
    io::{Write, stdin, stdout},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp, civil::Date};
use relecture_platform_server::{
    Authority, Homologation, Mode, NewExpert, Platform, PlatformConfig, ProSanteConnect,
    SignInPolicy, TimestampingService,
};

struct Arguments {
    data_dir: PathBuf,
    host: Option<String>,
    listen: SocketAddr,
    homologation: Option<Homologation>,
    psc: Option<ProSanteConnect>,
    sign_in: SignInPolicy,
    timestamping: Option<TimestampingService>,
    card_authorities: Vec<Authority>,
    act: Act,
}

/// What is done: it serves, or the staff acts.
enum Act {
    Serve,
    AdmitExpert,
    UnlockAccount(String),
    ResetTotp(String),
    ResetPassword(String),
    DeclarePasswordStolen(String),
}

fn arguments(
    mut words: impl Iterator<Item = String>,
) -> Result<Arguments, Box<dyn std::error::Error>> {
    let (mut data_dir, mut host, mut reference, mut date) = (None, None, None, None);
    let (mut discovery, mut client_id) = (None, None);
    let (mut timestamps, mut authorities, mut card_authorities) = (None, Vec::new(), Vec::new());
    let mut listen = SocketAddr::from(([127, 0, 0, 1], 8443));
    let mut act = Act::Serve;
    let mut sign_in = SignInPolicy::default();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--data" => data_dir = Some(PathBuf::from(value()?)),
            "--host" => host = Some(value()?),
            "--listen" => listen = value()?.parse()?,
            "--homologation" => reference = Some(value()?),
            "--date" => date = Some(value()?.parse::<Date>()?),
            "--psc" => discovery = Some(value()?),
            "--psc-client" => client_id = Some(value()?),
            "--timestamps" => timestamps = Some(value()?),
            "--timestamp-authority" => {
                authorities.push(authority(&value()?, words.next())?);
            }
            "--card-authority" => card_authorities.push(authority(&value()?, words.next())?),
            "--max-failures" => sign_in.max_failures = value()?.parse()?,
            "--password-days" => {
                sign_in.password_life = SignedDuration::from_hours(24 * value()?.parse::<i64>()?);
            }
            "--session-idle-minutes" => {
                sign_in.session_idle = SignedDuration::from_mins(value()?.parse()?);
            }
            "--session-minutes" => {
                sign_in.session_life = SignedDuration::from_mins(value()?.parse()?);
            }
            "admit-expert" => act = Act::AdmitExpert,
            "unlock-account" => act = Act::UnlockAccount(value()?),
            "declare-password-stolen" => act = Act::DeclarePasswordStolen(value()?),
            "reset-totp" => act = Act::ResetTotp(value()?),
            "reset-password" => act = Act::ResetPassword(value()?),
            _ => return Err(format!("unknown argument: {word}").into()),
        }
    }
    let homologation = reference
        .zip(date)
        .map(|(reference, date)| Homologation { reference, date });
    let psc = match (discovery, client_id) {
        (None, None) => None,
        (Some(discovery), Some(client_id)) => Some(ProSanteConnect {
            discovery,
            client_id,
            client_secret: std::env::var("RELECTURE_PSC_SECRET")
                .map_err(|_| "RELECTURE_PSC_SECRET is missing")?,
        }),
        _ => return Err("--psc and --psc-client go together".into()),
    };
    let timestamping = match (timestamps, authorities.is_empty()) {
        (None, true) => None,
        (Some(address), false) => Some(TimestampingService {
            address,
            authorities,
        }),
        _ => return Err("--timestamps and --timestamp-authority go together".into()),
    };
    let data_dir = data_dir.ok_or("--data is missing")?;
    Ok(Arguments {
        data_dir,
        host,
        listen,
        homologation,
        psc,
        sign_in,
        timestamping,
        card_authorities,
        act,
    })
}

/// An authority of others: the file with its certificate, and the address of its list.
fn authority(file: &str, list: Option<String>) -> Result<Authority, Box<dyn std::error::Error>> {
    Ok(Authority {
        certificate: std::fs::read(file)?,
        list: list.ok_or("the address of a list of revoked certificates is missing")?,
    })
}

#[expect(clippy::disallowed_methods, reason = "the program owns the clock")]
async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let platform = Platform::open(PlatformConfig {
        data_dir: arguments.data_dir,
        name: "Relecture".to_owned(),
        host: arguments.host,
        clock: Arc::new(Timestamp::now),
        mode: Mode::Production {
            homologation: arguments.homologation,
        },
        pro_sante_connect: arguments.psc,
        sign_in: arguments.sign_in,
        timestamping: arguments.timestamping,
        card_authorities: arguments.card_authorities,
    })?;
    match arguments.act {
        Act::Serve => {}
        Act::AdmitExpert => {
            let expert: NewExpert = serde_json::from_reader(stdin())?;
            let admitted = serde_json::to_vec(&platform.admit_expert(&expert)?)?;
            return Ok(stdout().write_all(&admitted)?);
        }
        Act::UnlockAccount(email) => {
            return Ok(platform.unlock_account(platform.expert_by_email(&email)?)?);
        }
        Act::DeclarePasswordStolen(email) => {
            let expert = platform.expert_by_email(&email)?;
            return Ok(platform.declare_password_stolen(expert)?);
        }
        Act::ResetTotp(email) => {
            return Ok(platform.reset_totp(platform.expert_by_email(&email)?)?);
        }
        Act::ResetPassword(email) => {
            let password = platform.reset_password(platform.expert_by_email(&email)?)?;
            return Ok(writeln!(stdout(), "{}", *password)?);
        }
    }
    let serving = platform.serve(arguments.listen)?;
    tracing::warn!(address = %serving.address(), "serving; this machine is not a certified health-data host");
    tokio::signal::ctrl_c().await?;
    serving.finish().await;
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .init();
    let ran = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => run(arguments).await,
        Err(error) => Err(error),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "stopped");
            ExitCode::FAILURE
        }
    }
}
