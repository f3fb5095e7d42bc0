//! A long list: 500 cases of 40 pieces on one PC.

use std::{sync::Arc, time::Instant};

use anyhow::{Context as _, Result, ensure};
use jiff::{SignedDuration, Timestamp, civil::date};
use relecture_crypto::{Context, Key, make_uuid, padded_length, seal, sha256};
use relecture_desk::{Desk, PlatformAddress};
use relecture_identity::KeyStore as _;
use relecture_platform_api as api;
use relecture_platform_server::{Mode, NewExpert, Platform, PlatformConfig, SignInPolicy};
use relecture_testkit::{
    built,
    keys::MemoryKeys,
    plain::{new_case, piece},
    platform::{DemoExpert, real_clock},
};
use relecture_vault::{Anchor, AnchorError, ClosedVault, PieceSpec, Vault};
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    download::{desk, sign_in},
    table::{Table, median},
};

const CASES: u128 = 500;
const PIECES: u32 = 40;
/// Odd.
const ROUNDS: usize = 5;
const PASSWORD: &str = "Lecture-2026!";
const CODE: &str = "chaise rouge 42";

/// The item that anchors the vault, among those of the key store.
struct Item(Arc<MemoryKeys>, String);

impl Anchor for Item {
    fn load(&self) -> Result<Option<Zeroizing<Vec<u8>>>, AnchorError> {
        self.0
            .get(&self.1)
            .map_err(|error| AnchorError(error.into()))
    }

    fn store(&self, record: &[u8]) -> Result<(), AnchorError> {
        let kept = self.0.set(&self.1, record);
        kept.map_err(|error| AnchorError(error.into()))
    }
}

fn assignment(id: Uuid, now: Timestamp) -> api::Assignment {
    let granted = || api::Consent {
        state: api::ConsentState::Granted,
        version: "3".to_owned(),
        at: now,
    };
    api::Assignment {
        id,
        case_ref: "K7R-418".to_owned(),
        service_kind: api::ServiceKind::Teleconseil,
        state: api::AssignmentState::Accepted,
        offer: api::OfferFacts {
            pathology_code: "C49".to_owned(),
            pathology: "Sarcome des tissus mous".to_owned(),
            subject: "Sarcome de cuisse, avant chirurgie".to_owned(),
            age_from: 60,
            age_to: 69,
            sex: api::Sex::Male,
            represented: None,
            question: "Faut-il opérer maintenant ?".to_owned(),
            first_opinion_by: Some("Service de chirurgie".to_owned()),
            pieces: PIECES,
            pages: PIECES,
            series: 0,
            bytes: 40_000_000,
            reading_minutes: 25,
        },
        offered_at: now,
        answer_before: now,
        accepted_at: Some(now),
        due_at: Some(now + SignedDuration::from_hours(100)),
        available_at: None,
        purge_after: None,
        patient: Some(api::Patient {
            family_name: "FICTIVE-DURANDEAU".to_owned(),
            given_name: "Paul".to_owned(),
            birth_date: date(1964, 3, 14),
            sex: api::Sex::Male,
            identity_status: api::IdentityStatus::Provisional,
            ins: None,
            representative: None,
        }),
        treating_physician: None,
        consents: api::Consents {
            health_data: granted(),
            share_with_treating_physician: granted(),
            terms: granted(),
        },
        questions: vec![api::Question {
            id: make_uuid(now),
            text: "Opérer ?".to_owned(),
        }],
        required_documents: Vec::new(),
    }
}

/// A case as a sign-in and a reception leave it.
fn take_in(vault: &Vault, number: u128, now: Timestamp) -> Result<()> {
    let (id, key) = (Uuid::from_u128(number), Key::make());
    let clear = [b'x'; 300];
    let (mut documents, mut specs, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=PIECES {
        let piece = Uuid::from_u128(u128::from(number));
        let parts = api::contexts::piece_parts(id, piece, 1);
        let context = Context::new(api::contexts::PIECE, &parts.each_ref().map(Vec::as_slice));
        let mut padded = clear.to_vec();
        padded.resize(usize::try_from(padded_length(clear.len() as u64))?, 0);
        let sealed = seal(&key, &context, &padded);
        documents.push(api::Document {
            id: piece,
            version: 1,
            number,
            title: "Compte rendu de consultation".to_owned(),
            type_code: "11490-0".to_owned(),
            origin: api::Origin::Professional,
            author: Some("Dr Paul Lemoine".to_owned()),
            clinical_date: date(2026, 5, 2),
            media_type: "application/pdf".to_owned(),
            pages: 1,
            size: clear.len() as u64,
            sha256: sha256(&clear).to_string(),
            sealed_size: sealed.len() as u64,
            sealed_sha256: sha256(&sealed).to_string(),
            etag: format!("\"{}\"", sha256(&sealed)),
        });
        specs.push(PieceSpec {
            id: piece,
            sealed_size: sealed.len() as u64,
            sealed_digest: sha256(&sealed),
            clear_size: clear.len() as u64,
            clear_digest: sha256(&clear),
            context,
        });
        bytes.push(sealed);
    }
    let manifest = serde_json::to_vec(&api::Manifest {
        assignment_id: id,
        documents,
    })?;
    let assignment = serde_json::to_vec(&assignment(id, now))?;
    let lease = (now + SignedDuration::from_hours(72), None);
    let records: [(&str, &[u8]); 2] = [("assignment", &assignment), ("manifest", &manifest)];
    vault.take_in(id, &key, "rekeyed", lease, &records)?;
    vault.expect(id, &specs)?;
    for (spec, sealed) in specs.into_iter().zip(bytes) {
        let mut reception = vault.receive(id, spec)?;
        reception.write(&sealed)?;
        reception.finish()?;
    }
    Ok(())
}

pub(crate) async fn measure(table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(built::checkout().join("target"))?;
    let platform = Platform::open(PlatformConfig {
        data_dir: folder.path().join("platform"),
        name: "Plateforme d’essai".to_owned(),
        host: None,
        clock: real_clock(),
        mode: Mode::Demo { wrap: None },
        pro_sante_connect: None,
        sign_in: SignInPolicy::default(),
        timestamping: None,
        card_authorities: Vec::new(),
    })?;
    let email = "essai@example.org".to_owned();
    let admitted = platform.admit_expert(&NewExpert {
        name: "Dr Hélène Essai".to_owned(),
        rpps: "10009876001".to_owned(),
        specialty: "Oncologie".to_owned(),
        structure: "CHU d’essai".to_owned(),
        email: email.clone(),
        password: PASSWORD.to_owned(),
    })?;
    let expert = DemoExpert {
        id: admitted.expert_id,
        name: String::new(),
        specialty: String::new(),
        rpps: String::new(),
        email: email.clone(),
        password: PASSWORD.to_owned(),
        totp_secret: admitted.totp_secret,
    };
    let serving = platform.serve(([127, 0, 0, 1], 0).into())?;
    let address = PlatformAddress {
        url: serving.base_url(),
        authority: Some(platform.ca_pem().as_bytes().to_vec()),
    };
    let (data, keys) = (folder.path().join("pc"), Arc::new(MemoryKeys::default()));
    let open = || desk(address.clone(), data.clone(), Arc::clone(&keys));
    let first = open();
    sign_in(&first, &expert).await?;
    first.choose_unlock_code(CODE).await?;
    // One case of the platform's own: its lease lets the vault be opened without it.
    let piece = piece("Courrier", "application/pdf", b"%PDF-1.7".to_vec());
    let case = platform.admit_case(&new_case(real_clock()()), vec![piece])?;
    let offered = platform.offer(case, expert.id, real_clock()())?;
    first
        .accept(offered, api::InterestDeclaration::None)
        .await?;
    first.sign_out().await;
    drop(first);
    serving.stop().await;

    // The vault is filled as receptions fill it, without fetching 20,000 pieces.
    let root = std::fs::read_dir(data.join("vaults"))?
        .next()
        .context("no vault")??
        .path();
    let item = keys
        .names()
        .into_iter()
        .find(|name| name.ends_with("/vault"));
    let anchor = Item(Arc::clone(&keys), item.context("no anchor")?);
    let now = real_clock()();
    let vault = ClosedVault::at(&root, Arc::new(anchor))?.open_offline(CODE.as_bytes(), now)?;
    for number in 1..=CASES {
        take_in(&vault, number, now)?;
    }
    drop(vault);
    let rounds = rounds(open, &email).await?;
    report(table, &rounds);
    Ok(())
}

/// Milliseconds of the list: the very first time, after a start, and again.
struct Rounds {
    first: Vec<f64>,
    after_a_start: Vec<f64>,
    again: Vec<f64>,
}

async fn rounds(open: impl Fn() -> Arc<Desk>, email: &str) -> Result<Rounds> {
    let mut rounds = Rounds {
        first: Vec::new(),
        after_a_start: Vec::new(),
        again: Vec::new(),
    };
    for round in 0..=ROUNDS {
        let desk = open();
        desk.work_offline(email, CODE).await?;
        let begun = Instant::now();
        let list = desk.worklist().await?;
        let took = begun.elapsed().as_secs_f64() * 1e3;
        ensure!(list.cases.len() > 500, "{} cases", list.cases.len());
        if round == 0 {
            rounds.first.push(took);
            desk.keep_watch().await;
        } else {
            rounds.after_a_start.push(took);
            let begun = Instant::now();
            desk.worklist().await?;
            rounds.again.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        desk.sign_out().await;
    }
    Ok(rounds)
}

fn report(table: &mut Table, rounds: &Rounds) {
    table.title("The list of 500 cases and 20,000 pieces, without the platform, milliseconds");
    Table::side("the very first time", &rounds.first);
    Table::side("after a start", &rounds.after_a_start);
    Table::side("again", &rounds.again);
    let from = json!({
        "first": rounds.first, "after_a_start": rounds.after_a_start, "again": rounds.again,
    });
    let unit = "milliseconds after a start, median, lower is better";
    let value = median(&rounds.after_a_start);
    table.result("worklist.500_cases", unit, value, "<= 50", &from);
}
