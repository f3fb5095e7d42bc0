//! The synthetic cases of the demonstration and of the tests.
//!
//! Each case is a folder of `crates/testkit/cases`: `case.toml` (what the platform knows), `opinion.toml` (what the
//! automatic journey types) and the pieces written as typst sources. Every person and place is fictitious. Each case also
//! joins files made by other software, which the set-up fetches: [`foreign`].

mod citation;
mod typesetting;

use std::path::Path;

use include_dir::{Dir, include_dir};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use zip::result::ZipError;

use crate::phantom;

pub use citation::{Passage, passages};
pub use typesetting::{Typeset, Typesetter};

static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/cases");
static FOREIGN: &str = include_str!("../../../../tests/fixtures/foreign.toml");

/// Why a synthetic case could not be used.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// A file named by a case is not among the embedded ones.
    #[error("embedded file {0} is missing or is not text")]
    Missing(String),
    /// A TOML file does not have the expected form.
    #[error("{file} is not as expected: {source}")]
    Form {
        /// Path inside the embedded folder.
        file: String,
        /// What the reader says.
        source: Box<toml::de::Error>,
    },
    /// A typst source does not compile.
    #[error("{file} does not compile: {message}")]
    Source {
        /// Path inside the embedded folder.
        file: String,
        /// First error of the compiler.
        message: String,
    },
    /// The name is not in `tests/fixtures/foreign.toml`.
    #[error("no foreign file is called {0}")]
    UnknownForeign(String),
    /// The set-up has not fetched the file, or it cannot be read.
    #[error("foreign file {name} cannot be read: {source}")]
    Unread {
        /// Name in `foreign.toml`.
        name: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not the one that was examined.
    #[error("foreign file {0} does not have the expected digest")]
    Digest(String),
}

/// One synthetic case, complete.
#[derive(Debug, Clone)]
pub struct SyntheticCase {
    /// What the platform knows of it.
    pub file: CaseFile,
    /// What the journey may type.
    pub opinion: OpinionDraft,
}

/// `case.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// Folder name.
    pub slug: String,
    /// Number shown to people, for example `K7R-418`.
    pub number: String,
    /// Service asked for (`teleconseil_personnalise`).
    pub service: String,
    /// When the patient submitted the case.
    pub submitted_at: Timestamp,
    /// Hours left to the expert to accept or decline.
    pub answer_within_hours: u32,
    /// Hours left to the expert to give the opinion, once accepted.
    pub due_within_hours: u32,
    /// Team that gave the first opinion, shown for the conflict-of-interest statement.
    pub first_opinion_by: String,
    /// The expert whom the case is offered to.
    pub expert: Professional,
    /// The pathology.
    pub pathology: Pathology,
    /// What may be shown before acceptance.
    pub offer: OfferFacts,
    /// Documents expected for this pathology.
    #[serde(rename = "required_document")]
    pub required_documents: Vec<RequiredDocument>,
    /// The patient's identity.
    pub patient: PatientIdentity,
    /// The representative, for a minor or a protected adult.
    pub representative: Option<Representative>,
    /// The treating physician.
    pub treating_physician: TreatingPhysician,
    /// Consents, with their versions and times.
    #[serde(rename = "consent")]
    pub consents: Vec<Consent>,
    /// The pieces, in their order on the timeline.
    #[serde(rename = "piece")]
    pub pieces: Vec<Piece>,
    /// Strings searched on disk after a session.
    pub canary: Canary,
}

/// An expert.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Professional {
    /// Displayed name.
    pub name: String,
    /// RPPS number, fictitious.
    pub rpps: String,
    /// Specialty in words.
    pub specialty: String,
    /// Structure of exercise.
    pub structure: String,
}

/// A pathology.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pathology {
    /// Coding system (`CIM-10`).
    pub system: String,
    /// Code in that system.
    pub code: String,
    /// Label of the worklist.
    pub label: String,
    /// Label where room is scarce.
    pub short_label: String,
}

/// Facts shown before acceptance: nothing that names the patient.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferFacts {
    /// Age band in years, both ends included, for example `60-69`.
    pub age_band: String,
    /// Sex.
    pub sex: Sex,
    /// The question in the patient's own words.
    pub question: String,
    /// The patient's questions, each to be answered.
    pub questions: Vec<String>,
    /// Estimated reading time, in minutes.
    pub estimated_minutes: u32,
}

/// Administrative sex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

/// A document expected for the pathology.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredDocument {
    /// What it is called on screen.
    pub label: String,
    /// Numbers of the pieces that answer it; empty when it is missing.
    pub pieces: Vec<u32>,
}

/// How far the identity is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityStatus {
    /// INS recovered and identity verified.
    Qualified,
    /// Traits as declared, without an INS.
    Provisional,
}

/// The patient's identity: the strict traits of the INS profile.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatientIdentity {
    /// Birth name.
    pub birth_name: String,
    /// Used name.
    pub used_name: String,
    /// First given name.
    pub first_given_name: String,
    /// All given names, in order.
    pub given_names: Vec<String>,
    /// Sex.
    pub sex: Sex,
    /// Birth date.
    pub birth_date: Date,
    /// INSEE code of the birth place; `99999` means unknown.
    pub birth_place_insee: String,
    /// How far the identity is verified.
    pub identity_status: IdentityStatus,
    /// INS, thirteen digits and a two-digit key; only for a qualified identity.
    pub ins_value: Option<String>,
    /// OID of the INS: always the demonstration one (R60).
    pub ins_oid: Option<String>,
}

/// Who acts for the patient.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Representative {
    /// Displayed name.
    pub name: String,
    /// In what quality (`parent`).
    pub kind: String,
    /// Relation in words.
    pub relation: String,
    /// When the minor or the protected adult was informed.
    pub patient_informed_on: Date,
    /// What the platform noted.
    pub note: String,
}

/// The treating physician.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreatingPhysician {
    /// Displayed name.
    pub name: String,
    /// RPPS number, fictitious.
    pub rpps: String,
    /// Specialty in words.
    pub specialty: String,
    /// City, fictitious.
    pub city: String,
    /// Secure mailbox, in a reserved domain.
    pub secure_mailbox: String,
}

/// What is consented to, or opposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentKind {
    /// Processing of health data.
    HealthData,
    /// Sending the opinion to the treating physician.
    ShareWithTreatingPhysician,
    /// Terms of the service.
    Terms,
}

/// Who gave a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GivenBy {
    /// The patient.
    Patient,
    /// The representative.
    Representative,
}

/// One consent or opposition.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// To what.
    pub kind: ConsentKind,
    /// Version of the text that was read.
    pub version: String,
    /// `false` is an opposition.
    pub granted: bool,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: GivenBy,
}

/// Who produced a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The patient or the representative.
    Patient,
    /// A health professional.
    Professional,
}

/// One piece of a case. Exactly one of `typst`, `foreign` and `phantom` is present.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// Number in the case, from 1.
    pub number: u32,
    /// Title on the timeline.
    pub title: String,
    /// CI-SIS document type code.
    pub type_code: String,
    /// Label of that code.
    pub type_label: String,
    /// Who produced it.
    pub origin: Origin,
    /// Author in words.
    pub author: String,
    /// Clinical date.
    pub clinical_date: Date,
    /// Media type.
    pub media_type: String,
    /// Number of pages; 1 for an image.
    pub pages: u32,
    /// Typst source in the case's folder.
    pub typst: Option<String>,
    /// Name in `tests/fixtures/foreign.toml`.
    pub foreign: Option<String>,
    /// Images of nobody, made here.
    pub phantom: Option<PhantomFile>,
}

/// A disc of images of an abdomen with a tumour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhantomFile {
    /// When the images were taken; the patient gives the day on which he sent them.
    pub taken: Date,
    /// Its length in millimetres.
    pub tumour: f64,
}

impl CaseFile {
    /// The disc of a piece that is made of images.
    ///
    /// # Errors
    /// What the archive's writer says.
    pub fn phantom(&self, piece: &Piece) -> Option<Result<Vec<u8>, ZipError>> {
        let PhantomFile { taken, tumour } = piece.phantom.as_ref()?;
        let name = format!(
            "{}^{}",
            self.patient.birth_name,
            self.patient.first_given_name.to_uppercase()
        );
        let born = self.patient.birth_date.strftime("%Y%m%d").to_string();
        let taken = taken.strftime("%Y%m%d").to_string();
        let portal = phantom::Series::portal(&name, &born, &taken, *tumour);
        Some(phantom::disc(&[portal.clone(), portal.coronal()]))
    }
}

/// Strings that must never be found in clear on disk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// Present in the manifest of the case.
    pub manifest: Vec<String>,
    /// Present in the text of a piece.
    pub piece: Vec<String>,
    /// Present in the opinion the journey types.
    pub opinion: String,
}

/// How the expert stands to the first opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Same diagnosis, same treatment.
    Agrees,
    /// Same treatment, with conditions.
    AgreesWithReservations,
    /// Same diagnosis, another treatment.
    DisagreesWithTreatment,
}

/// Degree of certainty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Low.
    Low,
    /// Moderate.
    Moderate,
    /// High.
    High,
}

/// `opinion.toml`: a draft opinion. Texts carry citation markers, see [`passages`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpinionDraft {
    /// Agreement with the first opinion.
    pub agreement: Agreement,
    /// Degree of certainty.
    pub certainty: Certainty,
    /// Unusual gravity or complexity.
    pub unusual_gravity: bool,
    /// Clinical summary.
    pub summary: String,
    /// Analysis, paragraphs separated by an empty line.
    pub analysis: String,
    /// One answer per question of the patient.
    #[serde(rename = "answer")]
    pub answers: Vec<Answer>,
    /// Conclusion.
    pub conclusion: Text,
    /// What to do next.
    pub recommendations: Recommendations,
    /// Limits of the opinion.
    pub limits: Text,
}

/// An answer to a question of the patient.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Number of the question, from 1.
    pub question: usize,
    /// The answer, in the patient's language.
    pub text: String,
}

/// A text that stands alone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The text.
    pub text: String,
}

/// Recommended examinations and people to see.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recommendations {
    /// Examinations.
    pub examinations: Vec<String>,
    /// People to see.
    pub see: Vec<String>,
}

/// One entry of `tests/fixtures/foreign.toml`. Where the archive comes from concerns the set-up only.
#[derive(Debug, Clone, Deserialize)]
pub struct ForeignFile {
    /// Name, and file name under `fixtures` in the set-up folder.
    pub name: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Media type.
    pub media_type: String,
    /// Number of pages.
    pub pages: u32,
    /// Licence expression or statement.
    pub licence: String,
}

#[derive(Deserialize)]
struct ForeignList {
    fixture: Vec<ForeignFile>,
}

/// Loads every case, in a fixed order: kidney, valve, scoliosis, then the small extra offer.
pub fn load_all() -> Result<Vec<SyntheticCase>, CaseError> {
    ["rein", "valve", "scoliose", "coralliforme"]
        .into_iter()
        .map(load)
        .collect()
}

/// Loads one case by its folder name.
pub fn load(slug: &str) -> Result<SyntheticCase, CaseError> {
    Ok(SyntheticCase {
        file: read(&format!("{slug}/case.toml"))?,
        opinion: read(&format!("{slug}/opinion.toml"))?,
    })
}

/// The list of the foreign files.
pub fn foreign_files() -> Result<Vec<ForeignFile>, CaseError> {
    parse::<ForeignList>("foreign.toml", FOREIGN).map(|list| list.fixture)
}

/// Reads a fetched file from `<setup_dir>/fixtures/<name>` and gives it only when its digest is the recorded one.
pub fn foreign(name: &str, setup_dir: &Path) -> Result<Vec<u8>, CaseError> {
    let entry = foreign_files()?
        .into_iter()
        .find(|file| file.name == name)
        .ok_or_else(|| CaseError::UnknownForeign(name.to_owned()))?;
    let path = setup_dir.join("fixtures").join(name);
    let bytes = std::fs::read(path).map_err(|source| CaseError::Unread {
        name: name.to_owned(),
        source,
    })?;
    if sha256_hex(&bytes) != entry.sha256 {
        return Err(CaseError::Digest(name.to_owned()));
    }
    Ok(bytes)
}

fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn embedded(path: &str) -> Result<&'static str, CaseError> {
    FOLDER
        .get_file(path)
        .and_then(include_dir::File::contents_utf8)
        .ok_or_else(|| CaseError::Missing(path.to_owned()))
}

fn read<T: serde::de::DeserializeOwned>(path: &str) -> Result<T, CaseError> {
    parse(path, embedded(path)?)
}

fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, CaseError> {
    toml::from_str(text).map_err(|source| CaseError::Form {
        file: file.to_owned(),
        source: Box::new(source),
    })
}

#[cfg(test)]
mod tests;
