//! R8, R57, R116: what a platform refuses to start with, and how it keeps its keys.

use std::{path::Path, sync::Arc};

use jiff::{SignedDuration, Timestamp, civil::date};
use relecture_platform_api::{AuthorizationServer, Configuration};
use relecture_platform_server::{
    ConfigError, Homologation, Mode, OpenError, Platform, PlatformConfig, ProSanteConnect,
    SignInPolicy,
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
    version::{TLS12, TLS13},
};

use crate::support::House;

fn open(folder: &Path, mode: Mode) -> Result<Platform, OpenError> {
    Platform::open(config(folder, mode))
}

fn config(folder: &Path, mode: Mode) -> PlatformConfig {
    PlatformConfig {
        data_dir: folder.to_owned(),
        name: "Plateforme".into(),
        host: None,
        clock: Arc::new(|| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(500_000)),
        mode,
        pro_sante_connect: None,
        sign_in: SignInPolicy::default(),
        timestamping: None,
        card_authorities: Vec::new(),
    }
}

fn production(reference: Option<&str>) -> Mode {
    let homologation = reference.map(|reference| Homologation {
        reference: reference.into(),
        date: date(2026, 1, 15),
    });
    Mode::Production { homologation }
}

#[test]
fn r8_production_needs_a_homologation() {
    for mode in [production(None), production(Some(" "))] {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = open(folder.path(), mode);
        assert!(matches!(
            refused,
            Err(OpenError::Config(ConfigError::HomologationMissing))
        ));
        assert_eq!(
            folder.path().read_dir().expect("a folder").count(),
            0,
            "nothing was made"
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    assert!(open(folder.path(), production(Some("HOM-2026-001"))).is_ok());
}

/// R8: without a homologation Pro Santé Connect is the only way, and nothing else is said to be one.
#[tokio::test]
async fn r8_passkeys_and_accounts_are_off_without_a_homologation() {
    for (reference, on) in [(None, false), (Some("HOM-2026-001"), true)] {
        let folder = tempfile::tempdir().expect("a folder");
        let platform = Platform::open(PlatformConfig {
            pro_sante_connect: Some(ProSanteConnect {
                discovery: "https://psc.example/.well-known/wallet-openid-configuration".into(),
                client_id: "relecture".into(),
                client_secret: "secret".into(),
            }),
            ..config(folder.path(), production(reference))
        })
        .expect("opens");
        let serving = platform.serve(([127, 0, 0, 1], 0).into()).expect("serves");
        let authority = reqwest::Certificate::from_pem(platform.ca_pem().as_bytes());
        let http = reqwest::Client::builder()
            .tls_certs_only([authority.expect("a certificate")])
            .build()
            .expect("a client");
        let path = "/.well-known/second-opinion-configuration";
        let answer = http.get(format!("{}{path}", serving.base_url())).send();
        let told: Configuration = answer.await.expect("answers").json().await.expect("JSON");
        assert_eq!((told.platform_account, told.passkey), (on, on));
        assert!(told.pro_sante_connect);
        let path = "/.well-known/oauth-authorization-server";
        let answer = http.get(format!("{}{path}", serving.base_url())).send();
        let told: AuthorizationServer = answer.await.expect("answers").json().await.expect("JSON");
        assert_eq!(told.acr_values_supported.contains(&"phr".to_owned()), on);
        assert_eq!(told.authorization_challenge_endpoint.is_some(), on);
        serving.stop().await;
    }
}

/// R15, R16, R19: a platform may be stricter than the requirements, never laxer.
#[test]
fn r15_limits_laxer_than_the_requirements_are_refused() {
    let most = SignInPolicy::default();
    let opens = |sign_in: SignInPolicy| {
        let folder = tempfile::tempdir().expect("a folder");
        Platform::open(PlatformConfig {
            sign_in,
            ..config(folder.path(), Mode::Demo { wrap: None })
        })
        .map(drop)
    };
    let changed = |change: fn(&mut SignInPolicy)| {
        let mut policy = most.clone();
        change(&mut policy);
        policy
    };
    for laxer in [
        changed(|policy| policy.max_failures = 4),
        changed(|policy| policy.max_failures = 0),
        changed(|policy| policy.password_life = SignedDuration::from_hours(24 * 184)),
        changed(|policy| policy.session_idle = SignedDuration::from_mins(31)),
        changed(|policy| policy.session_idle = SignedDuration::ZERO),
        changed(|policy| policy.session_life = SignedDuration::from_hours(5)),
    ] {
        let refused = opens(laxer.clone());
        assert!(
            matches!(refused, Err(OpenError::Config(ConfigError::SignInPolicy))),
            "{laxer:?}"
        );
    }
    let stricter = changed(|policy| {
        policy.max_failures = 1;
        policy.session_idle = SignedDuration::from_mins(5);
    });
    assert!(opens(stricter).is_ok());
}

#[test]
fn r116_demonstration_keys_and_experts_never_serve_production_nor_the_reverse() {
    let demo = || Mode::Demo { wrap: None };
    let folder = tempfile::tempdir().expect("a folder");
    open(folder.path(), demo()).expect("opens");
    let refused = open(folder.path(), production(Some("HOM-2026-001")));
    assert!(matches!(
        refused,
        Err(OpenError::Config(ConfigError::DemoData))
    ));
    open(folder.path(), demo()).expect("still a demonstration");

    let folder = tempfile::tempdir().expect("a folder");
    open(folder.path(), production(Some("HOM-2026-001"))).expect("opens");
    assert!(matches!(
        open(folder.path(), demo()),
        Err(OpenError::Config(ConfigError::ProductionData))
    ));
}

#[test]
fn a_folder_does_not_open_with_another_master_key() {
    let folder = tempfile::tempdir().expect("a folder");
    open(folder.path(), Mode::Demo { wrap: None }).expect("opens");
    std::fs::write(folder.path().join("master.key"), [7; 32]).expect("writes");
    let refused = open(folder.path(), Mode::Demo { wrap: None });
    assert!(matches!(refused, Err(OpenError::Keys(_))));
}

#[cfg(unix)]
#[test]
fn secret_files_are_their_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    open(folder.path(), Mode::Demo { wrap: None }).expect("opens");
    for name in ["master.key", "tls-ca.key"] {
        let mode = folder
            .path()
            .join(name)
            .metadata()
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

/// R57: TLS 1.3 when the client has it, 1.2 at least; the certificate is verified against the platform's own authority.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r57_tls_is_1_3_or_1_2_and_verified() {
    use std::{io::Write, net::TcpStream};
    let house = House::open();
    let address = house.base_url().replace("https://localhost", "127.0.0.1");
    let connect = |roots: RootCertStore, versions: &[&'static rustls::SupportedProtocolVersion]| {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "localhost".try_into().expect("a name");
        let mut tls = rustls::ClientConnection::new(Arc::new(config), name).expect("a client");
        let mut tcp = TcpStream::connect(&address).expect("connects");
        let done = rustls::Stream::new(&mut tls, &mut tcp).write_all(b"GET / HTTP/1.1\r\n\r\n");
        done.map(|()| tls.protocol_version().expect("agreed"))
    };
    let ours = || {
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_slice(house.platform.ca_pem().as_bytes()).expect("PEM");
        roots.add(ca).expect("a root");
        roots
    };
    let seen = tokio::task::block_in_place(|| {
        [
            connect(ours(), &[&TLS12, &TLS13]),
            connect(ours(), &[&TLS12]),
            connect(RootCertStore::empty(), &[&TLS13]),
        ]
        .map(Result::ok)
    });
    assert_eq!(
        seen,
        [
            Some(rustls::ProtocolVersion::TLSv1_3),
            Some(rustls::ProtocolVersion::TLSv1_2),
            None
        ],
        "the last one does not know our authority"
    );
}
