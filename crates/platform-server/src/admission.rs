//! What the platform's staff does: admit experts and cases, offer them, take them back. Every act is audited (R31, R98).
//!
//! These calls block: they hash passwords, seal and write files.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use relecture_crypto::{Key, make_bytes, make_uuid, open, padded_length, seal, sha256};
use relecture_domain::{AgeBand, Event};
use relecture_platform_api::{
    ConsentState, Consents, Expert, IdentityStatus, OfferFacts, Origin, Patient, Question,
    RequiredDocument, ServiceKind, TreatingPhysician,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Platform,
    archiving::raised_context,
    facts::{self, CaseFacts, PieceFacts},
    lifecycle,
    operations::reports::{Evidence, archive_context},
    password,
    refusal::Refusal,
    store::{
        accounts::{self, Account},
        assignments::{self, Assignment, SealedPiece},
        audit, cases, devices,
        holdings::{self, Holding},
        reports, sessions, totp,
    },
};

/// Why an act of the staff was refused.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    /// The RPPS is not eleven digits.
    #[error("an RPPS has eleven digits")]
    Rpps,
    /// The e-mail has no `@`.
    #[error("not an e-mail address")]
    Email,
    /// The password is not of 8 to 25 characters with upper and lower case, a digit and another sign.
    #[error("password too weak or too long")]
    Password,
    /// R1: an account with this e-mail or this RPPS exists.
    #[error("account exists")]
    AccountExists,
    /// A case with this number exists.
    #[error("case number exists")]
    CaseExists,
    /// R37: no valid consent to the use of health data.
    #[error("no consent to the use of health data")]
    ConsentMissing,
    /// The patient's birth date is in the future.
    #[error("birth date in the future")]
    BirthDate,
    /// A case without a piece cannot be read.
    #[error("a case has pieces")]
    NoPiece,
    /// No such expert, case or device.
    #[error("no such expert, case or device")]
    Unknown,
    /// A file could not be written or read.
    #[error("sealed file: {0}")]
    File(#[from] std::io::Error),
    /// The database failed.
    #[error("database: {0}")]
    Store(#[from] rusqlite::Error),
    /// A key or a record does not open; the log says which.
    #[error("platform fault")]
    Fault,
}

impl From<Refusal> for AdmissionError {
    fn from(_: Refusal) -> Self {
        Self::Fault
    }
}

/// A physician to admit, whose identity and registration were checked (R1).
#[derive(Clone, Serialize, Deserialize)]
pub struct NewExpert {
    /// Title and name.
    pub name: String,
    /// National identifier: eleven digits.
    pub rpps: String,
    /// Specialty.
    pub specialty: String,
    /// Structure of practice.
    pub structure: String,
    /// E-mail of the account.
    pub email: String,
    /// First password: 8 to 25 characters with upper and lower case, a digit and another sign.
    pub password: String,
}

/// An account, and the secret for the authenticator, shown once.
#[derive(Clone, Serialize)]
pub struct AdmittedExpert {
    /// The expert.
    pub expert_id: Uuid,
    /// TOTP secret: 160 bits, base32; SHA-1, six digits, 30 s.
    pub totp_secret: String,
}

/// Everything known of a case but its pieces.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewCase {
    /// Human number like `K7R-418`; a free one is drawn when there is none.
    pub case_ref: Option<String>,
    /// Who asks.
    pub service_kind: ServiceKind,
    /// Code of the pathology.
    pub pathology_code: String,
    /// The pathology in words.
    pub pathology: String,
    /// A short name of the request: what and where, never who.
    pub subject: String,
    /// The patient's main question, verbatim.
    pub question: String,
    /// Who gave the first opinion: a service, never a person.
    pub first_opinion_by: Option<String>,
    /// Number of imaging series.
    pub series: u32,
    /// Estimated reading time, in minutes.
    pub reading_minutes: u32,
    /// The patient. The INS is dropped unless the identity is qualified (R59).
    pub patient: Patient,
    /// The treating physician.
    pub treating_physician: Option<TreatingPhysician>,
    /// The three consents (R36).
    pub consents: Consents,
    /// The patient's separate questions (R62).
    pub questions: Vec<Question>,
    /// What the pathology needs (R63).
    pub required_documents: Vec<RequiredDocument>,
}

/// A piece to admit.
#[derive(Clone)]
pub struct NewPiece {
    /// Its title.
    pub title: String,
    /// CI-SIS type code (R58).
    pub type_code: String,
    /// Who deposited it.
    pub origin: Origin,
    /// Author, where known.
    pub author: Option<String>,
    /// Date of the act it reports.
    pub clinical_date: Date,
    /// The clear bytes.
    pub bytes: Vec<u8>,
    /// Their media type.
    pub media_type: String,
    /// Pages; 1 for an image.
    pub pages: u32,
}

/// A report as the platform keeps it.
#[derive(Clone, Debug)]
pub struct ArchivedReport {
    /// The very bytes received.
    pub pdf: Vec<u8>,
    /// The copy at B-LTA, once it is made (R80).
    pub archive: Option<Vec<u8>>,
    /// How it came in (R79).
    pub evidence: Evidence,
    /// The receipt that was given.
    pub receipt: String,
    /// When it was received.
    pub received_at: Timestamp,
}

impl Platform {
    /// Opens an account for a physician whose identity was checked, with a TOTP that he was given.
    pub fn admit_expert(&self, new: &NewExpert) -> Result<AdmittedExpert, AdmissionError> {
        let secret = Zeroizing::new(make_bytes::<20>());
        let expert_id = self.open_account(new, Some(secret.as_slice()))?;
        let totp_secret = totp_rs::Secret::from(secret.to_vec()).to_base32();
        Ok(AdmittedExpert {
            expert_id,
            totp_secret,
        })
    }

    /// Opens an account without a TOTP: the physician enrols his own at his first sign-in (R9).
    pub fn invite_expert(&self, new: &NewExpert) -> Result<Uuid, AdmissionError> {
        self.open_account(new, None)
    }

    fn open_account(&self, new: &NewExpert, totp: Option<&[u8]>) -> Result<Uuid, AdmissionError> {
        if new.rpps.len() != 11 || !new.rpps.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(AdmissionError::Rpps);
        }
        if !new.email.contains('@') {
            return Err(AdmissionError::Email);
        }
        if !password::is_acceptable(&new.password) {
            return Err(AdmissionError::Password);
        }
        let now = self.now();
        let id = make_uuid(now);
        let account = Account {
            expert: Expert {
                id,
                name: new.name.clone(),
                rpps: new.rpps.clone(),
                specialty: new.specialty.clone(),
                structure: new.structure.clone(),
            },
            password_hash: password::hash(&new.password)?,
            totp_sealed: totp.map_or_else(Vec::new, |secret| {
                self.keys().seal(password::TOTP, id.as_bytes(), secret)
            }),
            totp_step: 0,
            password_set_at: now,
            password_stolen: false,
            password_provisional: false,
        };
        self.store().transact(|db| {
            accounts::insert(db, &account, &password::normal_email(&new.email), now).map_err(
                |error| match error.sqlite_error_code() {
                    Some(rusqlite::ErrorCode::ConstraintViolation) => AdmissionError::AccountExists,
                    _ => error.into(),
                },
            )?;
            let mut entry = lifecycle::by_platform(now, "expert.admitted", None);
            entry.object = Some(id);
            Ok::<_, AdmissionError>(audit::append(db, &entry)?)
        })?;
        Ok(id)
    }

    /// Admits a case and archives its pieces, sealed. They are numbered in the order of their clinical date.
    pub fn admit_case(
        &self,
        new: &NewCase,
        mut pieces: Vec<NewPiece>,
    ) -> Result<Uuid, AdmissionError> {
        if pieces.is_empty() {
            return Err(AdmissionError::NoPiece);
        }
        pieces.sort_by_key(|piece| piece.clinical_date);
        let now = self.now();
        let id = make_uuid(now);
        let (key, key_sealed) = facts::make_case_key(self.keys(), id);
        let facts = case_facts(new, &pieces, now)?;
        let facts_sealed = facts::seal_case_facts(&key, id, &facts)?;
        let mut archived = Vec::with_capacity(pieces.len());
        for (number, piece) in (1..).zip(&pieces) {
            archived.push(self.archive(&key, id, number, piece, now)?);
        }
        self.store().transact(|db| {
            let case_ref = match &new.case_ref {
                Some(case_ref) if cases::has_reference(db, case_ref)? => {
                    return Err(AdmissionError::CaseExists);
                }
                Some(case_ref) => case_ref.clone(),
                None => draw_reference(db)?,
            };
            let case = cases::Case {
                id,
                case_ref,
                key_sealed,
                facts_sealed,
                withdrawn_at: None,
            };
            cases::insert(db, &case, now)?;
            for piece in &archived {
                cases::insert_piece(db, piece)?;
            }
            let mut entry = lifecycle::by_platform(now, "case.admitted", None);
            entry.object = Some(id);
            Ok(audit::append(db, &entry)?)
        })?;
        Ok(id)
    }

    fn archive(
        &self,
        key: &Key,
        case: Uuid,
        number: u32,
        new: &NewPiece,
        now: Timestamp,
    ) -> Result<cases::Piece, AdmissionError> {
        let id = make_uuid(now);
        let piece = PieceFacts {
            title: new.title.clone(),
            type_code: new.type_code.clone(),
            origin: new.origin,
            author: new.author.clone(),
            clinical_date: new.clinical_date,
            media_type: new.media_type.clone(),
            pages: new.pages,
        };
        let sealed = seal(key, &facts::piece_context(case, id, 1), &new.bytes);
        Ok(cases::Piece {
            id,
            case,
            number,
            version: 1,
            sha256: sha256(&new.bytes),
            size: new.bytes.len() as u64,
            facts_sealed: facts::seal_piece_facts(key, id, &piece)?,
            file: self.files().write(&sealed)?,
        })
    }

    /// Offers a case to an expert at `at`: the pieces are sealed once for this assignment, under a key of its own (R30).
    pub fn offer(&self, case: Uuid, expert: Uuid, at: Timestamp) -> Result<Uuid, AdmissionError> {
        let (case, pieces) = self.store().transact(|db| {
            accounts::by_id(db, expert)?.ok_or(AdmissionError::Unknown)?;
            let case = cases::by_id(db, case)?.ok_or(AdmissionError::Unknown)?;
            let pieces = cases::pieces(db, case.id)?;
            Ok::<_, AdmissionError>((case, pieces))
        })?;
        let consents = facts::case_facts(self.keys(), &case)?.consents;
        if case.withdrawn_at.is_some() || consents.health_data.state != ConsentState::Granted {
            return Err(AdmissionError::ConsentMissing);
        }
        let id = make_uuid(at);
        let archive_key = facts::case_key(self.keys(), &case)?;
        let (key, key_sealed) = facts::make_assignment_key(self.keys(), id);
        let mut sealed_pieces = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let archived = self.files().read(&piece.file)?;
            let context = facts::piece_context(case.id, piece.id, piece.version);
            let mut clear =
                open(&archive_key, &context, &archived).map_err(|_| AdmissionError::Fault)?;
            // Whoever sees the sealed bytes does not learn their length, by which a known document would be known.
            let padded = padded_length(clear.len() as u64);
            let padded = usize::try_from(padded).map_err(|_| AdmissionError::Fault)?;
            clear.resize(padded, 0);
            let sealed = seal(
                &key,
                &facts::piece_context(id, piece.id, piece.version),
                &clear,
            );
            let (size, sha256) = (sealed.len() as u64, sha256(&sealed));
            sealed_pieces.push(SealedPiece {
                piece,
                file: self.files().write(&sealed)?,
                size,
                sha256,
            });
        }
        let assignment = Assignment {
            id,
            case: case.id,
            expert,
            state: relecture_domain::State::Offered,
            key_sealed: Some(key_sealed),
            offered_at: at,
            answer_before: lifecycle::after(at, lifecycle::OFFER),
            accepted_at: None,
            due_at: None,
            available_at: None,
            purge_after: None,
            statement_sealed: None,
        };
        self.store().transact(|db| {
            assignments::save(db, &assignment, at)?;
            for sealed in &sealed_pieces {
                assignments::insert_piece(db, id, sealed)?;
            }
            Ok::<_, AdmissionError>(audit::append(
                db,
                &lifecycle::by_platform(at, "assignment.offered", Some(id)),
            )?)
        })?;
        Ok(id)
    }

    /// R40: the patient takes the consent back. Every live assignment is revoked and its key destroyed at once.
    pub fn withdraw_consent(&self, case: Uuid) -> Result<(), AdmissionError> {
        let now = self.now();
        let orphans = self.store().transact(|db| {
            let case = cases::by_id(db, case)?.ok_or(AdmissionError::Unknown)?;
            let mut facts = facts::case_facts(self.keys(), &case)?;
            facts.consents.health_data.state = ConsentState::Withdrawn;
            facts.consents.health_data.at = now;
            let key = facts::case_key(self.keys(), &case)?;
            cases::withdraw(
                db,
                case.id,
                &facts::seal_case_facts(&key, case.id, &facts)?,
                now,
            )?;
            let mut orphans = Vec::new();
            for mut assignment in assignments::all_of_case(db, case.id)? {
                if lifecycle::step(&mut assignment, Event::Revoke).is_err() {
                    continue;
                }
                assignment.key_sealed = None;
                assignments::save(db, &assignment, now)?;
                let entry = lifecycle::by_platform(now, "assignment.revoked", Some(assignment.id));
                audit::append(db, &entry)?;
                orphans.extend(
                    assignments::pieces(db, assignment.id)?
                        .into_iter()
                        .map(|piece| piece.file),
                );
            }
            Ok::<_, AdmissionError>(orphans)
        })?;
        for file in orphans {
            self.files().discard(&file);
        }
        Ok(())
    }

    /// Which devices were given the key of an assignment, and which of them said that they have forgotten it (R49).
    pub fn holdings(&self, assignment: Uuid) -> Result<Vec<Holding>, AdmissionError> {
        self.store()
            .transact(|db| Ok(holdings::of_assignment(db, assignment)?))
    }

    /// R14: a lost or stolen installation. Its sessions stop and its certificate no longer signs.
    pub fn revoke_device(&self, device: Uuid) -> Result<(), AdmissionError> {
        let now = self.now();
        self.store().transact(|db| {
            let device = devices::by_id(db, device)?.ok_or(AdmissionError::Unknown)?;
            devices::revoke(db, device.id, now)?;
            sessions::end_of_key(db, &device.key_thumbprint, now)?;
            let mut entry = lifecycle::by_platform(now, "device.revoked", None);
            entry.object = Some(device.id);
            Ok(audit::append(db, &entry)?)
        })
    }

    /// R15: the way back after a lock, an audited act of the staff.
    pub fn unlock_account(&self, expert: Uuid) -> Result<(), AdmissionError> {
        let now = self.now();
        self.store().transact(|db| {
            let email = accounts::email(db, expert)?.ok_or(AdmissionError::Unknown)?;
            accounts::forget_failures(db, password::account_digest(&email))?;
            let mut entry = lifecycle::by_platform(now, "account.unlocked", None);
            entry.object = Some(expert);
            Ok(audit::append(db, &entry)?)
        })
    }

    /// R9: a lost telephone without a recovery code, an audited act of the staff, who have made sure who asks. His sessions
    /// stop, and his next sign-in enrols a new TOTP with the password alone.
    pub fn reset_totp(&self, expert: Uuid) -> Result<(), AdmissionError> {
        let now = self.now();
        self.store().transact(|db| {
            accounts::by_id(db, expert)?.ok_or(AdmissionError::Unknown)?;
            accounts::set_totp(db, expert, &[], 0)?;
            totp::forget(db, expert)?;
            totp::set_recovery_codes(db, expert, &[])?;
            sessions::end_of_expert(db, expert, now)?;
            let mut entry = lifecycle::by_platform(now, "totp.reset", None);
            entry.object = Some(expert);
            Ok(audit::append(db, &entry)?)
        })
    }

    /// A forgotten password, an audited act of the staff, who have made sure who asks. The new one is theirs to tell him; his
    /// next sign-in asks for it, for his TOTP, and for a password of his own. His sessions stop.
    pub fn reset_password(&self, expert: Uuid) -> Result<Zeroizing<String>, AdmissionError> {
        let now = self.now();
        let provisional = password::provisional();
        let hash = password::hash(&provisional).map_err(|_| AdmissionError::Fault)?;
        self.store().transact(|db| {
            accounts::by_id(db, expert)?.ok_or(AdmissionError::Unknown)?;
            accounts::set_provisional_password(db, expert, &hash, now)?;
            sessions::end_of_expert(db, expert, now)?;
            let mut entry = lifecycle::by_platform(now, "password.reset", None);
            entry.object = Some(expert);
            audit::append(db, &entry)?;
            Ok(provisional)
        })
    }

    /// R17: passwords were stolen, of this expert among others. His sessions stop, and his next sign-in asks for a new one. That
    /// he is told within 72 hours is the act of a person: this platform sends no mail.
    pub fn declare_password_stolen(&self, expert: Uuid) -> Result<(), AdmissionError> {
        let now = self.now();
        self.store().transact(|db| {
            accounts::by_id(db, expert)?.ok_or(AdmissionError::Unknown)?;
            accounts::password_stolen(db, expert, now)?;
            sessions::end_of_expert(db, expert, now)?;
            let mut entry = lifecycle::by_platform(now, "password.stolen", None);
            entry.object = Some(expert);
            Ok(audit::append(db, &entry)?)
        })
    }

    /// The expert who has this e-mail.
    pub fn expert_by_email(&self, email: &str) -> Result<Uuid, AdmissionError> {
        let email = password::normal_email(email);
        self.store().transact(|db| {
            let account = accounts::by_email(db, &email)?.ok_or(AdmissionError::Unknown)?;
            Ok(account.expert.id)
        })
    }

    /// A report as received, for the patient's side and for the archive.
    pub fn archived_report(
        &self,
        assignment: Uuid,
        version: u32,
    ) -> Result<ArchivedReport, AdmissionError> {
        let (report, case) = self.store().transact(|db| {
            let report =
                reports::version(db, assignment, version)?.ok_or(AdmissionError::Unknown)?;
            let case = cases::of_assignment(db, assignment)?.ok_or(AdmissionError::Unknown)?;
            Ok::<_, AdmissionError>((report, case))
        })?;
        let sealed = self.files().read(&report.file)?;
        let key = facts::case_key(self.keys(), &case)?;
        let pdf = open(&key, &archive_context(report.receipt_id), &sealed)
            .map_err(|_| AdmissionError::Fault)?;
        let archive = report.archive_file.as_ref().map(|file| {
            let sealed = self.files().read(file)?;
            let pdf = open(&key, &raised_context(report.receipt_id), &sealed)
                .map_err(|_| AdmissionError::Fault)?;
            Ok::<_, AdmissionError>(pdf.to_vec())
        });
        let evidence = serde_json::from_str(&report.evidence).map_err(|_| AdmissionError::Fault)?;
        Ok(ArchivedReport {
            pdf: pdf.to_vec(),
            archive: archive.transpose()?,
            evidence,
            receipt: report.receipt,
            received_at: report.received_at,
        })
    }

    /// The whole audit in order, if its chain holds (R100); else the number of the first entry that was tampered with.
    pub fn audit(&self) -> Result<Result<Vec<audit::AuditEntry>, i64>, AdmissionError> {
        self.store().transact(|db| Ok(audit::verified(db)?))
    }
}

/// R26: what an offer says is computed from the case, so that it cannot say more.
fn case_facts(
    new: &NewCase,
    pieces: &[NewPiece],
    now: Timestamp,
) -> Result<CaseFacts, AdmissionError> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let mut patient = new.patient.clone();
    let band = AgeBand::of(patient.birth_date, today).ok_or(AdmissionError::BirthDate)?;
    if patient.identity_status != IdentityStatus::Qualified {
        patient.ins = None;
    }
    Ok(CaseFacts {
        service_kind: new.service_kind,
        offer: OfferFacts {
            pathology_code: new.pathology_code.clone(),
            pathology: new.pathology.clone(),
            subject: new.subject.clone(),
            age_from: band.from,
            age_to: band.to,
            sex: patient.sex,
            represented: patient
                .representative
                .as_ref()
                .map(|representative| representative.kind),
            question: new.question.clone(),
            first_opinion_by: new.first_opinion_by.clone(),
            pieces: u32::try_from(pieces.len()).unwrap_or(u32::MAX),
            pages: pieces.iter().map(|piece| piece.pages).sum(),
            series: new.series,
            bytes: pieces.iter().map(|piece| piece.bytes.len() as u64).sum(),
            reading_minutes: new.reading_minutes,
        },
        patient,
        treating_physician: new.treating_physician.clone(),
        consents: new.consents.clone(),
        questions: new.questions.clone(),
        required_documents: new.required_documents.clone(),
    })
}

/// A free number: letter, digit, letter, three digits, without those that are confused on the telephone.
fn draw_reference(db: &Connection) -> Result<String, AdmissionError> {
    const LETTERS: &[u8] = b"BCDFGHJKLMNPRTVWXZ";
    const DIGITS: &[u8] = b"23456789";
    loop {
        let shape = [LETTERS, DIGITS, LETTERS, DIGITS, DIGITS, DIGITS];
        let mut reference: String = shape
            .into_iter()
            .zip(make_bytes::<6>())
            .filter_map(|(from, byte)| from.get(usize::from(byte) % from.len()))
            .map(|byte| char::from(*byte))
            .collect();
        reference.insert(3, '-');
        if !cases::has_reference(db, &reference)? {
            return Ok(reference);
        }
    }
}
