//! The reference platform with the synthetic cases, hosted in this process.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result, anyhow};
use jiff::{SignedDuration, Timestamp};
use relecture_crypto::make_uuid;
use relecture_platform_api as api;
use relecture_platform_server::{
    Clock, Mode, NewCase, NewExpert, NewPiece, Platform, PlatformConfig, Serving, SignInPolicy,
    Wrap,
};
use serde_json::Value;
use totp_rs::{Builder, Secret};
use uuid::Uuid;

use crate::{
    built,
    cases::{self, CaseFile, ConsentKind, Professional, SyntheticCase, Typesetter},
    psc::{Psc, physician},
};

/// Password of every demo physician. The demo platform refuses to become a production one.
const PASSWORD: &str = "Relecture-2026";

/// A physician of the demo.
#[derive(Clone, Debug)]
pub struct DemoExpert {
    /// Opaque identifier.
    pub id: Uuid,
    /// Title and name.
    pub name: String,
    /// Specialty.
    pub specialty: String,
    /// National identifier.
    pub rpps: String,
    /// E-mail of the account.
    pub email: String,
    /// Password of the account.
    pub password: String,
    /// TOTP secret, base32.
    pub totp_secret: String,
}

impl DemoExpert {
    /// The six digits that an authenticator application shows at `now`, and how many seconds they still live.
    ///
    /// # Errors
    /// The secret is not one of RFC 6238.
    pub fn code(&self, now: Timestamp) -> Result<(String, u64)> {
        let secret = Secret::try_from_base32(&self.totp_secret)
            .map_err(|error| anyhow!("the secret is not base32: {error:?}"))?;
        let totp = Builder::new()
            .with_secret(secret)
            .build()
            .map_err(|error| anyhow!("the secret is not one of RFC 6238: {error:?}"))?;
        let seconds = u64::try_from(now.as_second())?;
        Ok((totp.generate(seconds).to_string(), 30 - seconds % 30))
    }
}

/// A case and the assignment by which it is offered.
pub type OfferedCase = (SyntheticCase, Uuid);

/// A running demo platform.
pub struct DemoPlatform {
    /// The platform, for what its staff does.
    pub platform: Platform,
    /// Its physicians.
    pub experts: Vec<DemoExpert>,
    /// The certificate authority, PEM, as a file.
    pub authority: PathBuf,
    /// The cases, by slug, with their assignment.
    pub cases: Vec<OfferedCase>,
    /// Pro Santé Connect, for all of them.
    pub psc: Psc,
    serving: Option<Serving>,
    address: SocketAddr,
}

impl DemoPlatform {
    /// Makes a platform in `folder` with every synthetic case offered to its expert, and serves it on loopback.
    ///
    /// # Errors
    /// A case does not compile, a foreign file was not fetched, or the system gives no port.
    pub async fn start(folder: &Path, clock: Clock, wrap: Option<Wrap>) -> Result<Self> {
        Self::start_on(0, folder, clock, wrap).await
    }

    /// The same on a port of one's choice; 0 lets the system choose.
    ///
    /// # Errors
    /// As [`DemoPlatform::start`].
    pub async fn start_on(
        port: u16,
        folder: &Path,
        clock: Clock,
        wrap: Option<Wrap>,
    ) -> Result<Self> {
        let psc = Psc::start(&professionals()?).await?;
        let config = PlatformConfig {
            data_dir: folder.to_owned(),
            name: "Plateforme de démonstration".to_owned(),
            host: None,
            clock: Arc::clone(&clock),
            mode: Mode::Demo { wrap },
            pro_sante_connect: Some(psc.config.clone()),
            sign_in: SignInPolicy::default(),
            timestamping: None,
            card_authorities: Vec::new(),
        };
        let (platform, experts, cases) = tokio::task::spawn_blocking(move || {
            let platform = Platform::open(config)?;
            let (experts, cases) = admit(&platform, clock())?;
            anyhow::Ok((platform, experts, cases))
        })
        .await??;
        let authority = folder.join("authority.pem");
        std::fs::write(&authority, platform.ca_pem())?;
        let serving = platform.serve(SocketAddr::from(([127, 0, 0, 1], port)))?;
        let address = serving.address();
        Ok(Self {
            platform,
            experts,
            authority,
            cases,
            psc,
            serving: Some(serving),
            address,
        })
    }

    /// A physician without a case, who has never signed in: he has no authenticator yet.
    ///
    /// # Errors
    /// The account is refused.
    pub fn invite(&self, name: &str, rpps: &str, specialty: &str) -> Result<DemoExpert> {
        let new = NewExpert {
            name: name.to_owned(),
            rpps: rpps.to_owned(),
            specialty: specialty.to_owned(),
            structure: "CHU de Bréville".to_owned(),
            email: email(name),
            password: PASSWORD.to_owned(),
        };
        Ok(DemoExpert {
            id: self.platform.invite_expert(&new)?,
            name: new.name,
            specialty: new.specialty,
            rpps: new.rpps,
            email: new.email,
            password: new.password,
            totp_secret: String::new(),
        })
    }

    /// `https` base address.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// The built application on this platform, for the real desktop.
    ///
    /// # Errors
    /// The system does not tell where the running program is.
    #[cfg(target_os = "linux")]
    pub fn application(&self) -> Result<crate::desktop::AppOptions> {
        use crate::desktop::{AppOptions, Platform};
        let mut options = AppOptions::new(built::program("relecture")?).with_platform(Platform {
            url: self.url(),
            ca: self.authority.clone(),
        });
        let pdfium = built::pdfium().to_string_lossy().into_owned();
        options
            .environment
            .push(("RELECTURE_PDFIUM".to_owned(), pdfium));
        Ok(options)
    }

    /// The expert of a case.
    ///
    /// # Errors
    /// No case has this slug.
    pub fn expert_of(&self, slug: &str) -> Result<&DemoExpert> {
        let (case, _) = self.case(slug)?;
        let rpps = &case.file.expert.rpps;
        self.experts
            .iter()
            .find(|e| e.rpps == *rpps)
            .context("the case has an expert")
    }

    /// A case and its assignment.
    ///
    /// # Errors
    /// No case has this slug.
    pub fn case(&self, slug: &str) -> Result<(&SyntheticCase, Uuid)> {
        let (case, id) = self
            .cases
            .iter()
            .find(|(case, _)| case.file.slug == slug)
            .with_context(|| format!("no case is called {slug}"))?;
        Ok((case, *id))
    }

    /// Cuts every connection and stops answering.
    pub async fn stop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.stop().await;
        }
    }

    /// Answers again, at the same address.
    ///
    /// # Errors
    /// The port was taken meanwhile.
    pub fn resume(&mut self) -> Result<()> {
        self.serving = Some(self.platform.serve(self.address)?);
        Ok(())
    }
}

/// The experts of the cases, as Pro Santé Connect knows them.
fn professionals() -> Result<Vec<Value>> {
    let mut professionals: Vec<Value> = Vec::new();
    for case in cases::load_all()? {
        let expert = &case.file.expert;
        let one = physician(&expert.rpps, &expert.name);
        if !professionals.contains(&one) {
            professionals.push(one);
        }
    }
    Ok(professionals)
}

fn admit(platform: &Platform, now: Timestamp) -> Result<(Vec<DemoExpert>, Vec<OfferedCase>)> {
    let typesetter = Typesetter::new(fonts()?);
    let mut experts: Vec<DemoExpert> = Vec::new();
    let mut offered = Vec::new();
    for case in cases::load_all()? {
        let file = &case.file;
        let known = experts
            .iter()
            .find(|e| e.rpps == file.expert.rpps)
            .map(|e| e.id);
        let expert = if let Some(known) = known {
            known
        } else {
            let admitted = admit_expert(platform, &file.expert)?;
            let id = admitted.id;
            experts.push(admitted);
            id
        };
        let pieces = pieces(file, &typesetter)?;
        let admitted = platform.admit_case(&new_case(file, now), pieces)?;
        // The offer is a few hours old, as the file says how long it may be answered.
        let age = SignedDuration::from_hours(48 - i64::from(file.answer_within_hours.min(48)));
        let assignment = platform.offer(admitted, expert, now - age)?;
        offered.push((case, assignment));
    }
    Ok((experts, offered))
}

fn admit_expert(platform: &Platform, expert: &Professional) -> Result<DemoExpert> {
    let email = email(&expert.name);
    let admitted = platform.admit_expert(&NewExpert {
        name: expert.name.clone(),
        rpps: expert.rpps.clone(),
        specialty: expert.specialty.clone(),
        structure: expert.structure.clone(),
        email: email.clone(),
        password: PASSWORD.to_owned(),
    })?;
    Ok(DemoExpert {
        id: admitted.expert_id,
        name: expert.name.clone(),
        specialty: expert.specialty.clone(),
        rpps: expert.rpps.clone(),
        email,
        password: PASSWORD.to_owned(),
        totp_secret: admitted.totp_secret,
    })
}

/// `Dr Étienne Lacaze` -> `etienne.lacaze@relecture.example`.
fn email(name: &str) -> String {
    let plain: String = name
        .trim_start_matches("Dr")
        .trim()
        .to_lowercase()
        .chars()
        .map(|c| match c {
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'à' | 'â' => 'a',
            'ç' => 'c',
            'î' | 'ï' => 'i',
            'ô' => 'o',
            c if c.is_alphanumeric() => c,
            _ => '.',
        })
        .collect();
    format!("{plain}@relecture.example")
}

fn new_case(file: &CaseFile, now: Timestamp) -> NewCase {
    NewCase {
        case_ref: Some(file.number.clone()),
        service_kind: match file.service.as_str() {
            "tele_expertise" => api::ServiceKind::Teleexpertise,
            _ => api::ServiceKind::Teleconseil,
        },
        pathology_code: file.pathology.code.clone(),
        pathology: file.pathology.label.clone(),
        subject: file.pathology.short_label.clone(),
        question: file.offer.question.clone(),
        first_opinion_by: Some(file.first_opinion_by.clone()),
        series: 0,
        reading_minutes: file.offer.estimated_minutes,
        patient: patient(file),
        treating_physician: Some(api::TreatingPhysician {
            name: format!(
                "{}, {}",
                file.treating_physician.name, file.treating_physician.city
            ),
        }),
        consents: consents(file, now),
        questions: file
            .offer
            .questions
            .iter()
            .map(|text| api::Question {
                id: make_uuid(now),
                text: text.clone(),
            })
            .collect(),
        required_documents: file
            .required_documents
            .iter()
            .map(|document| api::RequiredDocument {
                label: document.label.clone(),
                present: !document.pieces.is_empty(),
                detail: detail(file, &document.pieces),
            })
            .collect(),
    }
}

/// "mars 2026" for one piece, "3 documents" for several.
fn detail(file: &CaseFile, numbers: &[u32]) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
        "déc.",
    ];
    match numbers {
        [] => None,
        [number] => {
            let date = file
                .pieces
                .iter()
                .find(|p| p.number == *number)?
                .clinical_date;
            let month = MONTHS.get(usize::try_from(date.month()).ok()?.checked_sub(1)?)?;
            Some(format!("{month}\u{a0}{}", date.year()))
        }
        several => Some(format!("{}\u{a0}documents", several.len())),
    }
}

fn patient(file: &CaseFile) -> api::Patient {
    let patient = &file.patient;
    let qualified = patient.identity_status == cases::IdentityStatus::Qualified;
    api::Patient {
        family_name: patient.birth_name.to_uppercase(),
        given_name: patient.first_given_name.clone(),
        birth_date: patient.birth_date,
        sex: match patient.sex {
            cases::Sex::Female => api::Sex::Female,
            cases::Sex::Male => api::Sex::Male,
        },
        identity_status: if qualified {
            api::IdentityStatus::Qualified
        } else {
            api::IdentityStatus::Provisional
        },
        ins: patient.ins_value.clone().filter(|_| qualified),
        representative: file
            .representative
            .as_ref()
            .map(|person| api::Representative {
                kind: match person.kind.as_str() {
                    "parent" => api::RepresentedKind::Minor,
                    _ => api::RepresentedKind::ProtectedAdult,
                },
                name: person.name.clone(),
                capacity: person.relation.clone(),
                informed_on: person.patient_informed_on,
            }),
    }
}

fn consents(file: &CaseFile, now: Timestamp) -> api::Consents {
    let consent = |kind: ConsentKind| {
        let known = file.consents.iter().find(|consent| consent.kind == kind);
        api::Consent {
            state: match known {
                Some(consent) if consent.granted => api::ConsentState::Granted,
                _ => api::ConsentState::Opposed,
            },
            version: known.map_or_else(String::new, |consent| consent.version.clone()),
            at: known.map_or(now, |consent| consent.at),
        }
    };
    api::Consents {
        health_data: consent(ConsentKind::HealthData),
        share_with_treating_physician: consent(ConsentKind::ShareWithTreatingPhysician),
        terms: consent(ConsentKind::Terms),
    }
}

fn pieces(file: &CaseFile, typesetter: &Typesetter) -> Result<Vec<NewPiece>> {
    file.pieces
        .iter()
        .map(|piece| {
            let made = typesetter.piece(file, piece)?.map(|typeset| typeset.pdf);
            let made = made.map(Ok).or_else(|| file.phantom(piece)).transpose()?;
            let bytes = match (made, &piece.foreign) {
                (Some(bytes), _) => bytes,
                (None, Some(name)) => cases::foreign(name, &built::setup())?,
                (None, None) => return Err(anyhow!("piece {} has no source", piece.number)),
            };
            Ok(NewPiece {
                title: piece.title.clone(),
                type_code: piece.type_code.clone(),
                origin: match piece.origin {
                    cases::Origin::Patient => api::Origin::Patient,
                    cases::Origin::Professional => api::Origin::Professional,
                },
                author: Some(piece.author.clone()).filter(|author| !author.is_empty()),
                clinical_date: piece.clinical_date,
                bytes,
                media_type: piece.media_type.clone(),
                pages: piece.pages,
            })
        })
        .collect()
}

/// Source Sans 3 and Source Serif 4 as the pages of the application have them.
fn fonts() -> Result<Vec<Vec<u8>>> {
    let packages = built::checkout().join("ui").join("node_modules");
    let mut fonts = Vec::new();
    for folder in ["source-sans/OTF", "source-serif/OTF"] {
        let folder = packages.join(folder);
        let files = std::fs::read_dir(&folder)
            .with_context(|| format!("{} is missing: run `cargo xtask setup`", folder.display()))?;
        for file in files {
            fonts.push(std::fs::read(file?.path())?);
        }
    }
    Ok(fonts)
}

/// The clock of this computer, for programs and tests that happen in real time.
#[expect(clippy::disallowed_methods, reason = "programs own the clock")]
pub fn real_clock() -> Clock {
    Arc::new(Timestamp::now)
}
