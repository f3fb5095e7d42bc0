//! A process that writes into the journal is killed (SIGKILL) at any moment, again and again. What was written down before something
//! was done is there, once and in order, until the platform has it.
//!
//! `RELECTURE_KILLS` says how often (`cargo xtask torture --kills 1000`).

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use relecture_crypto::{Key, sha256};
use relecture_journal::{Event, Found, Head, Journal};
use relecture_platform_api::AuditEvent;
use tempfile::TempDir;
use uuid::Uuid;

/// Where the child works; its presence makes the test the child.
const CHILD: &str = "RELECTURE_TORTURE_JOURNAL";
const KILLS: u32 = 40;
/// Entries that wait before the oldest are delivered.
const WAITING: usize = 7;
const DELIVERED: u64 = 4;
const CASE: Uuid = Uuid::from_u128(0x1234_5678);

fn open(path: &Path, known: &Head) -> (Journal, Found) {
    Journal::open(path, Key::from_bytes(&[7; 32]), b"a vault", known).expect("opens")
}

/// What the child said, across all its lives.
#[derive(Default)]
struct Acknowledged {
    written: u64,
    delivered: u64,
    /// The last delivery that may have been done without being heard of.
    delivering: u64,
    head: Head,
}

impl Acknowledged {
    fn hear(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        let (Some(what), Some(number)) = (words.next(), words.next()) else {
            return;
        };
        let Ok(number) = number.parse() else {
            return;
        };
        match (what, words.next()) {
            ("written", Some(sha256)) if sha256.len() == 64 => {
                self.written = number;
                self.head = Head {
                    seq: number,
                    sha256: sha256.to_owned(),
                };
            }
            ("delivering", Some("!")) => self.delivering = number,
            ("delivered", Some("!")) => self.delivered = number,
            _ => {}
        }
    }

    /// Opened as the desk opens it: with the last entry that is known from elsewhere.
    fn check(&mut self, path: &Path) {
        let (journal, found) = open(path, &self.head);
        assert_eq!(found, Found::Whole);
        let last = journal.head();
        assert!(
            last.seq == self.written || last.seq == self.written + 1,
            "{} written, {} acknowledged",
            last.seq,
            self.written
        );
        let texts = journal.undelivered(usize::MAX);
        let events: Vec<AuditEvent> = texts
            .iter()
            .map(|text| serde_json::from_str(text).expect("an event"))
            .collect();
        let first = events.first().map_or(last.seq + 1, |event| event.seq);
        assert!(
            first == self.delivered + 1 || first == self.delivering + 1,
            "{first} waits first, {} were delivered, {} perhaps",
            self.delivered,
            self.delivering
        );
        for (position, (event, text)) in events.iter().zip(&texts).enumerate() {
            assert_eq!(event.seq, first + position as u64, "each once, in order");
            let next = events.get(position + 1);
            let digest = sha256(text.as_bytes()).to_string();
            assert!(next.is_none_or(|next| next.previous == digest), "chained");
        }
        assert_eq!(first + events.len() as u64, last.seq + 1, "none is lost");
        self.written = last.seq;
        self.head = last;
        self.delivered = first - 1;
        self.delivering = first - 1;
    }
}

/// Writes down and delivers, and says so each time.
fn work(path: &Path) {
    let (journal, _) = open(path, &Head::default());
    let say = |line: String| {
        let mut heard = std::io::stdout();
        writeln!(heard, "{line}").expect("heard");
        heard.flush().expect("heard");
    };
    loop {
        let event = Event {
            action: "piece.opened",
            case: Some(CASE),
            object: None,
            offline: true,
        };
        let at = "2026-06-04T08:00:00Z".parse().expect("an instant");
        journal.append(at, &event).expect("written down");
        let head = journal.head();
        say(format!("written {} {}", head.seq, head.sha256));
        let waiting = journal.undelivered(usize::MAX).len();
        if waiting >= WAITING {
            let through = head.seq - waiting as u64 + DELIVERED;
            say(format!("delivering {through} !"));
            journal.is_delivered(through).expect("dropped");
            say(format!("delivered {through} !"));
        }
    }
}

#[test]
fn r97_what_was_written_down_survives_every_kill() {
    if let Some(path) = std::env::var_os(CHILD) {
        work(Path::new(&path));
        return;
    }
    let kills = std::env::var("RELECTURE_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(KILLS);
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("journal");
    let mut acknowledged = Acknowledged::default();
    for kill in 0..kills {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args([
                "--exact",
                "r97_what_was_written_down_survives_every_kill",
                "--nocapture",
            ])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        // Between the first line and a twentieth of a second later, in steps that never repeat.
        let moment = Duration::from_micros(u64::from(kill.wrapping_mul(7_919) % 50_000));
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut lines = output.lines().map_while(Result::ok);
        let first = lines.by_ref().find(|line| line.starts_with("written"));
        thread::sleep(moment);
        child.kill().expect("killed");
        child.wait().expect("gone");
        for line in first.into_iter().chain(lines) {
            acknowledged.hear(&line);
        }
        acknowledged.check(&path);
    }
    assert!(
        acknowledged.delivered > u64::from(kills),
        "it worked meanwhile"
    );
    let bytes = fs::read(&path).expect("readable");
    let canary = CASE.to_string();
    let clear = bytes.windows(canary.len()).any(|w| w == canary.as_bytes());
    assert!(!clear, "nothing of it is in clear");
}
