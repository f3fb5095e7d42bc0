//! A platform with a clock of its own, experts and cases on it, and the seats at which the experts work.

mod hostile;
mod line;
mod opinion;
mod seat;
mod watch;

#[path = "../../../crates/platform-server/tests/platform/support/faults.rs"]
#[allow(dead_code, reason = "these journeys use some of the faults")]
mod faults;
#[path = "../../../crates/imaging/tests/support/mod.rs"]
#[allow(
    dead_code,
    clippy::unwrap_used,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "these journeys use some of it; it belongs to another test"
)]
mod files;

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use jiff::{SignedDuration, Timestamp};
use relecture_bridge::Room;
use relecture_crypto::make_uuid;
use relecture_platform_server::{
    ArchivedReport, AuditEntry, Clock, Mode, NewExpert, NewPiece, Platform, PlatformConfig,
    ProSanteConnect, Serving, SignInPolicy,
};
use relecture_testkit::{
    plain::new_case,
    platform::{DemoExpert, real_clock},
    psc::Psc,
};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) use faults::{Fault, Faults};
pub(crate) use files::{black_png, fixture, pdf};
pub(crate) use hostile::{Hostile, Malice};
pub(crate) use line::Line;
pub(crate) use opinion::{complete_opinion, draft, opinion_of};
pub(crate) use relecture_testkit::plain::piece;
pub(crate) use seat::{Seat, of};
pub(crate) use watch::watch;

const PASSWORD: &str = "Lecture-2026!";

/// The platform's clock, which stands still until it is moved. The desks hear it from the platform (R123).
#[derive(Clone)]
pub(crate) struct TestClock {
    at: Arc<Mutex<Timestamp>>,
    /// Set where the platform speaks with somebody who has a clock of his own: it runs, from then on.
    runs_since: Option<Instant>,
}

impl TestClock {
    pub(crate) fn new() -> Self {
        let start = "2026-06-04T08:00:00Z".parse().expect("an instant");
        Self {
            at: Arc::new(Mutex::new(start)),
            runs_since: None,
        }
    }

    /// The time of day, as the `OpenID` provider has it.
    pub(crate) fn running() -> Self {
        Self {
            at: Arc::new(Mutex::new(real_clock()())),
            runs_since: Some(Instant::now()),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let at = *self.at.lock().expect("the clock");
        self.runs_since.map_or(at, |since| at + since.elapsed())
    }

    pub(crate) fn advance(&self, duration: SignedDuration) {
        *self.at.lock().expect("the clock") += duration;
    }

    pub(crate) fn port(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}

/// A platform in a temporary folder, served over TLS on loopback.
pub(crate) struct House {
    pub(crate) platform: Platform,
    pub(crate) clock: TestClock,
    pub(crate) faults: Faults,
    pub(crate) line: Line,
    pub(crate) hostile: Hostile,
    serving: Option<Serving>,
    address: SocketAddr,
    folder: TempDir,
}

/// Below those that systems give to whoever calls somebody: one of these is still free when a house serves again.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
static NEXT_PORT: AtomicUsize = AtomicUsize::new(0);

impl House {
    pub(crate) fn open() -> Self {
        Self::open_with(TestClock::new(), None)
    }

    /// With Pro Santé Connect, and the time of day.
    pub(crate) fn open_with_psc(psc: &Psc) -> Self {
        Self::open_with(TestClock::running(), Some(psc.config.clone()))
    }

    fn open_with(clock: TestClock, pro_sante_connect: Option<ProSanteConnect>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (faults, line, hostile) = (Faults::default(), Line::default(), Hostile::default());
        let platform = Platform::open(PlatformConfig {
            data_dir: folder.path().join("platform"),
            name: "Plateforme d’essai".to_owned(),
            host: None,
            clock: clock.port(),
            mode: Mode::Demo {
                wrap: Some(line.wrap(hostile.wrap(faults.wrap()))),
            },
            pro_sante_connect,
            sign_in: SignInPolicy::default(),
            timestamping: None,
            card_authorities: Vec::new(),
        })
        .expect("the platform opens");
        let serving = (0..PORTS.len())
            .find_map(|_| {
                let next = NEXT_PORT.fetch_add(1, Ordering::Relaxed) + std::process::id() as usize;
                let port = PORTS.start + u16::try_from(next % PORTS.len()).ok()?;
                platform.serve(([127, 0, 0, 1], port).into()).ok()
            })
            .expect("the platform serves");
        let address = serving.address();
        Self {
            platform,
            clock,
            faults,
            line,
            hostile,
            serving: Some(serving),
            address,
            folder,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Pulls the plug.
    pub(crate) async fn stop(&mut self) {
        self.serving.take().expect("it serves").stop().await;
    }

    /// Serves again, at the same address.
    pub(crate) fn resume(&mut self) {
        // A child that another test starts at this moment holds a copy of the old socket until it runs its own program.
        let freed = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let serving = loop {
            match self.platform.serve(self.address) {
                Err(_) if std::time::Instant::now() < freed => {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                serving => break serving,
            }
        };
        self.serving = Some(serving.expect("the port is free"));
    }

    pub(crate) fn expert(&self, number: u64) -> DemoExpert {
        let new = NewExpert {
            name: format!("Dr Hélène Essai {number}"),
            rpps: format!("{:011}", 10_009_876_000 + number),
            specialty: "Oncologie".to_owned(),
            structure: "CHU d’essai".to_owned(),
            email: format!("expert{number}@example.org"),
            password: PASSWORD.to_owned(),
        };
        let admitted = self.platform.admit_expert(&new).expect("admitted");
        DemoExpert {
            id: admitted.expert_id,
            name: new.name,
            specialty: new.specialty,
            rpps: new.rpps,
            email: new.email,
            password: new.password,
            totp_secret: admitted.totp_secret,
        }
    }

    /// Admits a case of these pieces and offers it; the case, then the assignment.
    pub(crate) fn offer(&self, expert: &DemoExpert, pieces: Vec<NewPiece>) -> (Uuid, Uuid) {
        let case = self
            .platform
            .admit_case(&new_case(self.clock.now()), pieces)
            .expect("admitted");
        let offered = self
            .platform
            .offer(case, expert.id, self.clock.now())
            .expect("offered");
        (case, offered)
    }

    /// A new PC for this expert, with nothing on it yet.
    pub(crate) fn seat(&self, expert: &DemoExpert) -> Seat {
        let data = self
            .folder
            .path()
            .join(format!("pc-{}", make_uuid(self.clock.now())));
        self.seat_in(expert, &data)
    }

    /// The same, with its data in this folder.
    pub(crate) fn seat_in(&self, expert: &DemoExpert, data: &Path) -> Seat {
        Seat::new(
            &self.url(),
            Some(self.platform.ca_pem()),
            data,
            expert,
            &self.clock,
        )
    }

    /// The same, with so much room for cases.
    pub(crate) fn seat_with_room(&self, expert: &DemoExpert, data: &Path, room: Room) -> Seat {
        let authority = Some(self.platform.ca_pem());
        Seat::with_room(&self.url(), authority, data, expert, &self.clock, room)
    }

    /// An expert signed in on a new PC, with a case of these pieces accepted and received.
    pub(crate) async fn at_work(&self, pieces: Vec<NewPiece>) -> (Seat, Uuid, Uuid) {
        let expert = self.expert(1);
        let seat = self.seat(&expert);
        let (case, assignment) = self.offer(&expert, pieces);
        seat.sign_in().await.expect("signs in");
        seat.accept(assignment).await.expect("accepts");
        let received = seat.received(assignment).await;
        assert_eq!(received.state, relecture_bridge::ReceptionState::Complete);
        (seat, case, assignment)
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

    pub(crate) fn archived(&self, assignment: Uuid) -> ArchivedReport {
        self.platform
            .archived_report(assignment, 1)
            .expect("archived")
    }
}

/// A PDF of one page and about so many bytes.
pub(crate) fn letter(bytes: usize) -> NewPiece {
    let mut file = pdf("[0 0 595 842]", "0 0 1 rg 100 100 200 200 re f", &[]);
    // A comment: readers skip it. Not the same byte again and again, so that a displaced one shows.
    file.extend(b"%");
    file.extend((0..bytes).map(|i| b'a' + u8::try_from(i % 23).expect("below 23")));
    file.extend(b"\n%%EOF\n");
    piece("Courrier", "application/pdf", file)
}
