//! A platform in a temporary folder with a clock of its own, experts, a case, and a client.

mod client;
#[allow(dead_code, reason = "the journeys use the others")]
mod faults;
mod report;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, Timestamp, civil::date};
use relecture_platform_api as api;
use relecture_platform_server::{
    AuditEntry, Authority, Mode, NewCase, NewExpert, NewPiece, Platform, PlatformConfig,
    ProSanteConnect, Serving, SignInPolicy, TimestampingService, Wrap,
};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) use client::{Answer, Client, Tweak, fill, submission};
pub(crate) use faults::{Fault, Faults};
pub(crate) use report::{opinion, pdf_with, signed_report, timestamped};

/// The patient's name: must be nowhere in the folder.
pub(crate) const FAMILY_NAME: &str = "FICTIVE-DURANDEAU";
/// Stands in a piece: must be nowhere in the folder.
pub(crate) const MARKER: &[u8] = b"marker of a clear piece 7f3a";
pub(crate) const PASSWORD: &str = "Lecture-2026!";

#[derive(Clone)]
pub(crate) struct TestClock(Arc<Mutex<Timestamp>>);

impl TestClock {
    pub(crate) fn now(&self) -> Timestamp {
        *self.0.lock().expect("the clock")
    }

    pub(crate) fn advance(&self, duration: SignedDuration) {
        *self.0.lock().expect("the clock") += duration;
    }
}

pub(crate) struct House {
    pub(crate) platform: Platform,
    pub(crate) clock: TestClock,
    pub(crate) faults: Faults,
    serving: Option<Serving>,
    address: SocketAddr,
    pub(crate) folder: TempDir,
}

/// An expert with an account.
#[derive(Clone)]
pub(crate) struct Expert {
    pub(crate) id: Uuid,
    pub(crate) new: NewExpert,
    pub(crate) totp_secret: String,
}

fn config(folder: &TempDir, clock: &TestClock, wrap: Option<Wrap>) -> PlatformConfig {
    let clock = clock.clone();
    PlatformConfig {
        data_dir: folder.path().join("platform"),
        name: "Plateforme d’essai".into(),
        host: None,
        clock: Arc::new(move || clock.now()),
        mode: Mode::Demo { wrap },
        // Nobody answers there; the real provider is the matter of `tests/journeys`.
        pro_sante_connect: Some(ProSanteConnect {
            discovery: "http://127.0.0.1:9/.well-known/wallet-openid-configuration".into(),
            client_id: "relecture".into(),
            client_secret: "secret".into(),
        }),
        sign_in: SignInPolicy::default(),
        timestamping: None,
        card_authorities: Vec::new(),
    }
}

impl House {
    pub(crate) fn open() -> Self {
        Self::open_with(None, Vec::new())
    }

    /// With a timestamping service of somebody else, and authorities of cards.
    pub(crate) fn open_with(
        timestamping: Option<TimestampingService>,
        card_authorities: Vec<Authority>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let start = "2026-06-04T08:00:00Z".parse().expect("an instant");
        let clock = TestClock(Arc::new(Mutex::new(start)));
        let faults = Faults::default();
        let config = PlatformConfig {
            timestamping,
            card_authorities,
            ..config(&folder, &clock, Some(faults.wrap()))
        };
        let platform = Platform::open(config).expect("opens");
        let serving = platform.serve(([127, 0, 0, 1], 0).into()).expect("serves");
        let address = serving.address();
        Self {
            platform,
            clock,
            faults,
            serving: Some(serving),
            address,
            folder,
        }
    }

    /// The platform's own authority, as its configuration tells it.
    pub(crate) async fn platform_authority(&self, client: &Client) -> Vec<u8> {
        use base64::{Engine as _, prelude::BASE64_STANDARD};
        let told: api::Configuration = client.get("configuration_view", &[]).await.json();
        BASE64_STANDARD
            .decode(&told.timestamp_authorities[0])
            .expect("base64")
    }

    pub(crate) fn base_url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Pulls the plug.
    pub(crate) async fn cut(&mut self) {
        self.serving.take().expect("it serves").stop().await;
    }

    /// Opens the same folder again and serves it on the same port.
    pub(crate) fn restart(&mut self) {
        self.platform = Platform::open(config(&self.folder, &self.clock, Some(self.faults.wrap())))
            .expect("opens again");
        self.serving = Some(
            self.platform
                .serve(self.address)
                .expect("serves on the same port"),
        );
    }

    pub(crate) fn new_expert(number: u64) -> NewExpert {
        NewExpert {
            name: format!("Dr Hélène Essai {number}"),
            rpps: format!("{:011}", 10_009_876_000 + number),
            specialty: "Oncologie".into(),
            structure: "CHU d’essai".into(),
            email: format!("expert{number}@example.org"),
            password: PASSWORD.into(),
        }
    }

    pub(crate) fn expert(&self, number: u64) -> Expert {
        let new = Self::new_expert(number);
        let admitted = self.platform.admit_expert(&new).expect("admitted");
        Expert {
            id: admitted.expert_id,
            new,
            totp_secret: admitted.totp_secret,
        }
    }

    pub(crate) fn case(&self) -> Uuid {
        self.platform
            .admit_case(&new_case(None), new_pieces())
            .expect("admitted")
    }

    /// An offer of a new case.
    pub(crate) fn offer(&self, expert: &Expert) -> Uuid {
        self.platform
            .offer(self.case(), expert.id, self.clock.now())
            .expect("offered")
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.base_url(), self.platform.ca_pem(), self.clock.clone())
    }

    /// An expert signed in on an enrolled installation.
    pub(crate) async fn desk(&self, expert: &Expert) -> Client {
        let mut client = self.client();
        client.sign_in(expert).await;
        client.enrol("PC du bureau 214").await;
        client
    }

    /// The same, with an accepted case.
    pub(crate) async fn accepted(&self) -> (Expert, Client, Uuid) {
        let expert = self.expert(1);
        let client = self.desk(&expert).await;
        let id = self.offer(&expert);
        let answer = client.accept(id).await;
        assert_eq!(answer.status, 200);
        (expert, client, id)
    }

    pub(crate) fn audit(&self) -> Vec<AuditEntry> {
        self.platform
            .audit()
            .expect("reads")
            .expect("the chain holds")
    }

    pub(crate) fn audited(&self, action: &str) -> usize {
        self.audit()
            .iter()
            .filter(|entry| entry.action == action)
            .count()
    }
}

pub(crate) fn new_case(case_ref: Option<&str>) -> NewCase {
    let at = "2026-06-01T09:00:00Z".parse().expect("an instant");
    let granted = || api::Consent {
        state: api::ConsentState::Granted,
        version: "3".into(),
        at,
    };
    NewCase {
        case_ref: case_ref.map(Into::into),
        service_kind: api::ServiceKind::Teleconseil,
        pathology_code: "C49".into(),
        pathology: "Sarcome des tissus mous".into(),
        subject: "Sarcome de cuisse, avant chirurgie".into(),
        question: "Faut-il opérer maintenant ?".into(),
        first_opinion_by: Some("Service de chirurgie".into()),
        series: 0,
        reading_minutes: 25,
        patient: api::Patient {
            family_name: FAMILY_NAME.into(),
            given_name: "Paul".into(),
            birth_date: date(1964, 3, 14),
            sex: api::Sex::Male,
            identity_status: api::IdentityStatus::Provisional,
            ins: Some("164031234567890".into()),
            representative: None,
        },
        treating_physician: Some(api::TreatingPhysician {
            name: "Dr Traitant, Vienne".into(),
        }),
        consents: api::Consents {
            health_data: granted(),
            share_with_treating_physician: granted(),
            terms: granted(),
        },
        questions: vec![
            api::Question {
                id: Uuid::from_u128(0x0191_0000_0000_7000_8000_0000_0000_0001),
                text: "Opérer ?".into(),
            },
            api::Question {
                id: Uuid::from_u128(0x0191_0000_0000_7000_8000_0000_0000_0002),
                text: "Attendre ?".into(),
            },
        ],
        required_documents: vec![api::RequiredDocument {
            label: "IRM".into(),
            present: true,
            detail: None,
        }],
    }
}

pub(crate) fn new_pieces() -> Vec<NewPiece> {
    let piece = |title: &str, clinical_date, bytes: Vec<u8>| NewPiece {
        title: title.into(),
        type_code: "11490-0".into(),
        origin: api::Origin::Patient,
        author: None,
        clinical_date,
        bytes,
        media_type: "application/pdf".into(),
        pages: 2,
    };
    let long: Vec<u8> = (0..100_000_u32).map(|i| (i % 251) as u8).collect();
    vec![
        piece(
            "Compte rendu opératoire",
            date(2026, 5, 2),
            [MARKER, &long].concat(),
        ),
        piece("Compte rendu d’IRM", date(2026, 4, 20), MARKER.to_vec()),
    ]
}
