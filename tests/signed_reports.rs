//! Signed reports at each level, as other authors' programs judge them: pyHanko, poppler and veraPDF (R76, R80).
//!
//! `cargo xtask setup` brings them; one that is missing fails the test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the helpers of a test fail by panicking, as the tests do"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use relecture_platform_api::OpinionDocument;
use relecture_report::typeset;
use relecture_signature::card::CardReader;
use relecture_signature::{
    ArchiveTimestamp, CertifiedKey, Claims, EnrolmentCa, Signer, SoftwareKey, Subject,
    TimestampAuthority, TimestampRequest, TrustAnchors, certificate_request, sign,
    signature_imprint, with_timestamp, with_validation_data,
};
use relecture_testkit::card::{PIN, SoftCard};
use serde_json::Value;
use zeroize::Zeroizing;

const EXPERT: Subject<'static> = Subject {
    common_name: "Claire Vasseur",
    rpps: "10999000123",
};

/// When the opinion is signed.
fn signed_at() -> Timestamp {
    "2026-06-08T14:41:52Z".parse().unwrap()
}

/// When a timestamping service answers, and the platform archives.
fn archived_at() -> Timestamp {
    "2026-06-08T14:42:11Z".parse().unwrap()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The platform's authority and its timestamping service.
struct Authority {
    ca: EnrolmentCa,
    timestamps: TimestampAuthority<CertifiedKey>,
}

impl Authority {
    fn new() -> Self {
        let ca = EnrolmentCa::generate("Plateforme de démonstration", signed_at()).unwrap();
        let key = SoftwareKey::generate().unwrap();
        let key = ca
            .certify_timestamping(key, "Horodatage de démonstration", signed_at())
            .unwrap();
        Self {
            ca,
            timestamps: TimestampAuthority::new(key).unwrap(),
        }
    }

    fn anchors(&self) -> TrustAnchors {
        TrustAnchors::from_der(&[self.ca.certificate_der()]).unwrap()
    }

    fn list(&self) -> Vec<u8> {
        self.ca.revocation_list(&[], 1, archived_at()).unwrap()
    }

    fn software_key(&self) -> CertifiedKey {
        self.certified(SoftwareKey::generate().unwrap())
    }

    /// A signature card with a key of its own.
    fn card(&self) -> SoftCard {
        let key = SoftwareKey::generate().unwrap();
        let pkcs8 = key.to_pkcs8().unwrap();
        let certified = self.certified(key);
        SoftCard::new(&pkcs8, certified.certificate_der()).unwrap()
    }

    fn certified(&self, key: SoftwareKey) -> CertifiedKey {
        let request = certificate_request(&key, EXPERT.common_name).unwrap();
        let year = SignedDuration::from_hours(365 * 24);
        let certificate = self.ca.issue(&request, &EXPERT, signed_at(), year).unwrap();
        key.certified(certificate, vec![self.ca.certificate_der().to_vec()])
            .unwrap()
    }

    fn stamp(&self, imprint: [u8; 32]) -> Vec<u8> {
        let request = TimestampRequest::new(imprint).unwrap();
        let answer = self.timestamps.answer(&request.der, archived_at()).unwrap();
        request
            .read(&answer, &self.anchors(), archived_at())
            .unwrap()
    }

    /// The report at B-B, B-T, B-LT and B-LTA, each from the one before.
    fn levels(&self, shown: &[u8], signer: &dyn Signer) -> [(&'static str, Vec<u8>); 4] {
        let claims = Claims {
            name: "Dr Claire Vasseur",
            location: None,
            time: signed_at(),
        };
        let basic = sign(shown, signer, &claims).unwrap().pdf;
        let stamp = self.stamp(signature_imprint(&basic).unwrap());
        let timestamped = with_timestamp(&basic, &stamp).unwrap();
        let lists = [self.list()];
        let long_term =
            with_validation_data(&timestamped, &lists, &self.anchors(), archived_at()).unwrap();
        let place = ArchiveTimestamp::prepare(&long_term).unwrap();
        let stamp = self.stamp(place.imprint());
        let archived = place.finish(&stamp).unwrap();
        [
            ("B", basic),
            ("T", timestamped),
            ("LT", long_term),
            ("LTA", archived),
        ]
    }
}

fn opinion() -> OpinionDocument {
    let path = root().join("tests/fixtures/opinion.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; run `cargo xtask setup`"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// One line of JSON per file.
fn pyhanko(authority: &Authority, folder: &Path, files: &[(PathBuf, &str)]) -> Vec<Value> {
    let (anchor, list) = (folder.join("anchor.pem"), folder.join("list.crl"));
    std::fs::write(&anchor, authority.ca.certificate_pem().unwrap()).unwrap();
    std::fs::write(&list, authority.list()).unwrap();
    let mut judge = Command::new("python3");
    judge.env("PYTHONPATH", root().join("target/setup/oracles/python"));
    judge.arg(root().join("tests/oracles/judge.py"));
    judge.args([&anchor, &list]).arg(archived_at().to_string());
    for (path, level) in files {
        judge.arg(format!("{}={level}", path.display()));
    }
    run(&mut judge)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A line per file and profile.
fn verapdf(files: &[(PathBuf, &str)]) -> Vec<String> {
    let jars = [
        "jaxb-runtime",
        "jaxb-core",
        "javax.activation",
        "istack-commons-runtime",
        "txw2",
        "stax-ex",
        "FastInfoset",
    ];
    let mut path = vec![root().join("target/setup/oracles/verapdf.jar")];
    path.extend(
        jars.iter()
            .map(|jar| Path::new("/usr/share/java").join(format!("{jar}.jar"))),
    );
    let path = std::env::join_paths(path).unwrap();
    let mut java = Command::new("java");
    java.arg("-cp")
        .arg(&path)
        .arg(root().join("tests/oracles/VeraPdf.java"));
    java.arg("3a,ua1").args(files.iter().map(|(path, _)| path));
    run(&mut java).lines().map(str::to_owned).collect()
}

fn write_all(
    folder: &Path,
    levels: [(&'static str, Vec<u8>); 4],
    by: &str,
) -> Vec<(PathBuf, &'static str)> {
    levels
        .into_iter()
        .map(|(level, pdf)| {
            let path = folder.join(format!("{by}-{level}.pdf"));
            std::fs::write(&path, pdf).unwrap();
            (path, level)
        })
        .collect()
}

#[test]
fn r76_r80_other_authors_find_each_level_valid_archivable_and_accessible() {
    let authority = Authority::new();
    let shown = typeset(&opinion()).unwrap().pdf;
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    let software = authority.levels(&shown, &authority.software_key());
    files.extend(write_all(folder.path(), software, "software"));
    let card = authority.card();
    let reader = CardReader {
        program: card.program().to_owned(),
        module: SoftCard::module().to_owned(),
    };
    let certificate = reader.certificates().unwrap().remove(0);
    let chain = vec![authority.ca.certificate_der().to_vec()];
    let pin = Some(Zeroizing::new(PIN.to_owned()));
    let by_card = authority.levels(&shown, &reader.signer(certificate, chain, pin));
    files.extend(write_all(folder.path(), by_card, "card"));
    assert_eq!(files.len(), 8);

    for found in pyhanko(&authority, folder.path(), &files) {
        println!("{found}");
        let (_, level) = files
            .iter()
            .find(|(path, _)| found["file"] == path.display().to_string())
            .unwrap();
        let own = &found["own"];
        assert_eq!(own["valid"], true, "{found}");
        let (coverage, changes) = match *level {
            "B" | "T" => ("ENTIRE_FILE", "NONE"),
            _ => ("ENTIRE_REVISION", "LTA_UPDATES"),
        };
        assert_eq!(own["coverage"], coverage, "{found}");
        assert_eq!(own["changes"], changes, "{found}");
        assert_eq!(own["timestamped"], *level != "B", "{found}");
        assert_eq!(
            own["document_timestamps"],
            u32::from(*level == "LTA"),
            "{found}"
        );
        assert_eq!(found["ades"]["status"], "PASSED", "{found}");
    }
    for (path, level) in &files {
        let text = run(Command::new("pdfsig").arg("-nocert").arg(path));
        assert!(text.contains("Signature is Valid."), "{level}: {text}");
    }
    let told = verapdf(&files);
    assert_eq!(told.len(), 2 * files.len());
    for line in told {
        println!("{line}");
        assert!(line.contains(" PASS "), "{line}");
    }
}

#[test]
fn other_authors_programs_can_say_no() {
    let authority = Authority::new();
    let shown = typeset(&opinion()).unwrap().pdf;
    let [(_, signed), ..] = authority.levels(&shown, &authority.software_key());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.pdf");
    let mut changed = signed;
    let at = changed.len() / 4;
    changed[at] ^= 1;
    std::fs::write(&path, changed).unwrap();
    let files = [(path, "B")];
    let found = pyhanko(&authority, folder.path(), &files).remove(0);
    assert_ne!(found["own"]["valid"], true, "{found}");
    assert_ne!(found["ades"]["status"], "PASSED", "{found}");
}
