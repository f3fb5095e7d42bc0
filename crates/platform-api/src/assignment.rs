//! Assignments, their patient, their pieces.

use jiff::{Timestamp, civil::Date};
use relecture_domain as domain;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// See [`domain::State`]; a state of a newer platform is tolerated and is never cacheable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentState {
    /// Proposed.
    Offered,
    /// Accepted.
    Accepted,
    /// Waiting for the patient.
    InfoRequested,
    /// Past its due date.
    Overdue,
    /// Report being checked.
    ReportSubmitted,
    /// Report available.
    Delivered,
    /// Correction being checked.
    AmendmentSubmitted,
    /// Archived.
    Closed,
    /// Archive open for a while.
    ReopenedReadonly,
    /// Declined.
    Declined,
    /// Not answered in time.
    Expired,
    /// Given back.
    Relinquished,
    /// Taken back.
    Revoked,
    /// Of a newer platform.
    #[serde(other)]
    Unknown,
}

impl AssignmentState {
    /// The state as a value of the domain; nothing for a state this version does not know.
    pub fn known(self) -> Option<domain::State> {
        use domain::State as S;
        Some(match self {
            Self::Offered => S::Offered,
            Self::Accepted => S::Accepted,
            Self::InfoRequested => S::InfoRequested,
            Self::Overdue => S::Overdue,
            Self::ReportSubmitted => S::ReportSubmitted,
            Self::Delivered => S::Delivered,
            Self::AmendmentSubmitted => S::AmendmentSubmitted,
            Self::Closed => S::Closed,
            Self::ReopenedReadonly => S::ReopenedReadonly,
            Self::Declined => S::Declined,
            Self::Expired => S::Expired,
            Self::Relinquished => S::Relinquished,
            Self::Revoked => S::Revoked,
            Self::Unknown => return None,
        })
    }
}

impl AssignmentState {
    /// The state as it is written in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::InfoRequested => "info_requested",
            Self::Overdue => "overdue",
            Self::ReportSubmitted => "report_submitted",
            Self::Delivered => "delivered",
            Self::AmendmentSubmitted => "amendment_submitted",
            Self::Closed => "closed",
            Self::ReopenedReadonly => "reopened_readonly",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Relinquished => "relinquished",
            Self::Revoked => "revoked",
            Self::Unknown => "unknown",
        }
    }
}

impl From<domain::State> for AssignmentState {
    fn from(state: domain::State) -> Self {
        use domain::State as S;
        match state {
            S::Offered => Self::Offered,
            S::Accepted => Self::Accepted,
            S::InfoRequested => Self::InfoRequested,
            S::Overdue => Self::Overdue,
            S::ReportSubmitted => Self::ReportSubmitted,
            S::Delivered => Self::Delivered,
            S::AmendmentSubmitted => Self::AmendmentSubmitted,
            S::Closed => Self::Closed,
            S::ReopenedReadonly => Self::ReopenedReadonly,
            S::Declined => Self::Declined,
            S::Expired => Self::Expired,
            S::Relinquished => Self::Relinquished,
            S::Revoked => Self::Revoked,
        }
    }
}

/// Who asks for the opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServiceKind {
    /// The patient: téléconseil personnalisé.
    Teleconseil,
    /// A physician: télé-expertise.
    Teleexpertise,
}

/// Sex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Féminin.
    Female,
    /// Masculin.
    Male,
    /// Not recorded.
    Unknown,
}

/// `GET /v1/assignments`: everything assigned to the caller and nothing else (R27).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssignmentList {
    /// Sorted by due date, offers first.
    pub items: Vec<Assignment>,
    /// The platform's clock.
    #[schema(value_type = String, format = DateTime)]
    pub server_time: Timestamp,
}

/// One request for an opinion, addressed to one expert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Assignment {
    /// Opaque identifier.
    pub id: Uuid,
    /// Human number, like `K7R-418`; identifies nobody.
    pub case_ref: String,
    /// Who asks.
    pub service_kind: ServiceKind,
    /// Where it stands.
    pub state: AssignmentState,
    /// What may be known before acceptance (R26).
    pub offer: OfferFacts,
    /// When it was offered.
    #[schema(value_type = String, format = DateTime)]
    pub offered_at: Timestamp,
    /// Until when the offer may be answered.
    #[schema(value_type = String, format = DateTime)]
    pub answer_before: Timestamp,
    /// When it was accepted.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub accepted_at: Option<Timestamp>,
    /// When the opinion is due (R86).
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// When the report became available to the patient (R85).
    #[schema(value_type = Option<String>, format = DateTime)]
    pub available_at: Option<Timestamp>,
    /// When every copy must be gone (R50, R85).
    #[schema(value_type = Option<String>, format = DateTime)]
    pub purge_after: Option<Timestamp>,
    /// Nothing before acceptance (R26).
    pub patient: Option<Patient>,
    /// Nothing before acceptance.
    pub treating_physician: Option<TreatingPhysician>,
    /// The three consents (R36).
    pub consents: Consents,
    /// The patient's separate questions (R62).
    pub questions: Vec<Question>,
    /// What this pathology needs and what is missing (R63).
    pub required_documents: Vec<RequiredDocument>,
}

/// The facts of an offer (R26): no name, no date of birth, no document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferFacts {
    /// Code of the pathology.
    pub pathology_code: String,
    /// The pathology in words.
    pub pathology: String,
    /// A short name of the request, for lists: what and where, never who.
    pub subject: String,
    /// Youngest age of the band, in years.
    pub age_from: u8,
    /// Oldest age of the band, in years.
    pub age_to: u8,
    /// Sex.
    pub sex: Sex,
    /// Minor or protected adult, without naming anybody (R42).
    pub represented: Option<RepresentedKind>,
    /// The patient's main question, verbatim.
    pub question: String,
    /// Who gave the first opinion: a service, never a name of a person.
    pub first_opinion_by: Option<String>,
    /// Number of pieces.
    pub pieces: u32,
    /// Number of pages.
    pub pages: u32,
    /// Number of imaging series.
    pub series: u32,
    /// Bytes to download.
    pub bytes: u64,
    /// Estimated reading time, in minutes.
    pub reading_minutes: u32,
}

/// The patient, after acceptance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Patient {
    /// Birth name, in capitals.
    pub family_name: String,
    /// First name.
    pub given_name: String,
    /// Birth date.
    #[schema(value_type = String, format = Date)]
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// Whether the national identity is qualified.
    pub identity_status: IdentityStatus,
    /// The INS matricule, only for a qualified identity (R59).
    pub ins: Option<String>,
    /// Who acts for the patient (R42).
    pub representative: Option<Representative>,
}

/// Whether the patient's identity was checked against the national register (R59).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityStatus {
    /// Checked.
    Qualified,
    /// Declared, not checked.
    Provisional,
}

/// Why a patient is represented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RepresentedKind {
    /// Under eighteen.
    Minor,
    /// Under legal protection.
    ProtectedAdult,
}

/// The person who acts for the patient (R42).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Representative {
    /// Minor or protected adult.
    pub kind: RepresentedKind,
    /// The representative's name.
    pub name: String,
    /// In what capacity: mother, guardian.
    pub capacity: String,
    /// When the represented person was informed.
    #[schema(value_type = String, format = Date)]
    pub informed_on: Date,
}

/// The patient's treating physician.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TreatingPhysician {
    /// Name and town.
    pub name: String,
}

/// The three separate consents (R36).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consents {
    /// Use of health data for this opinion.
    pub health_data: Consent,
    /// Sending the report to the treating physician (R38).
    pub share_with_treating_physician: Consent,
    /// Terms of use.
    pub terms: Consent,
}

/// One consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// Where it stands.
    pub state: ConsentState,
    /// Version of the text.
    pub version: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// Where a consent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// Given.
    Granted,
    /// Refused or opposed.
    Opposed,
    /// Taken back.
    Withdrawn,
}

/// One question of the patient (R62).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    /// Its identifier.
    pub id: Uuid,
    /// The patient's words.
    pub text: String,
}

/// A document that the pathology needs (R63).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RequiredDocument {
    /// What it is.
    pub label: String,
    /// Whether it is there.
    pub present: bool,
    /// A few words: a date, a number of documents.
    pub detail: Option<String>,
}

/// `POST /v1/assignments/{id}/accept`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acceptance {
    /// Kept with the case and visible to the patient.
    pub interest: InterestDeclaration,
}

/// The expert's statement on conflicts of interest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InterestDeclaration {
    /// No link.
    None,
    /// A link that is declared.
    Declared {
        /// What link.
        statement: String,
    },
}

/// `POST /v1/assignments/{id}/decline`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decline {
    /// Why, in the expert's words.
    pub reason: String,
}

/// `POST /v1/assignments/{id}/lease`: the case's key, for this device, until a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Lease {
    /// After this the case may not be decrypted without contact (R51).
    #[schema(value_type = String, format = DateTime)]
    pub not_after: Timestamp,
    /// The 32-byte case key sealed to the device (HPKE; info `relecture/case-key/1`, additional data = assignment id):
    /// encapsulated key and ciphertext, base64url.
    pub sealed_case_key: String,
}

/// `GET /v1/assignments/{id}/manifest` (R45).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Manifest {
    /// Whose pieces.
    pub assignment_id: Uuid,
    /// The pieces, in the order of their clinical date.
    pub documents: Vec<Document>,
}

/// One piece of the case (R45).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Document {
    /// Its identifier.
    pub id: Uuid,
    /// Its version, from 1.
    pub version: u32,
    /// Its number in the case, from 1, as cited.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// CI-SIS type code (`JDV_J07`) (R58).
    pub type_code: String,
    /// Who deposited it.
    pub origin: Origin,
    /// Author, where known.
    pub author: Option<String>,
    /// Date of the act it reports.
    #[schema(value_type = String, format = Date)]
    pub clinical_date: Date,
    /// Media type of the clear bytes, as found by the platform. Photographs of one paper are one document: `application/zip`, its pages in
    /// the order of their names.
    pub media_type: String,
    /// Pages, as counted by the platform; 1 for an image.
    pub pages: u32,
    /// Length of the clear bytes.
    pub size: u64,
    /// SHA-256 of the clear bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Length of the sealed bytes that `content` serves. Inside, zeros follow the clear bytes up to a Padmé length.
    pub sealed_size: u64,
    /// SHA-256 of the sealed bytes, lower-case hexadecimal.
    pub sealed_sha256: String,
    /// Strong entity tag of the sealed bytes, quoted.
    pub etag: String,
}

/// Who deposited a piece (R58).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The patient or the representative.
    Patient,
    /// A professional.
    Professional,
    /// The platform.
    Platform,
}

/// `GET /v1/assignments/{id}/accesses`: what the patient reads about who opened the case (R98).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessList {
    /// Newest first.
    pub items: Vec<Access>,
}

/// One access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Access {
    /// When the platform knew of it; when the device says that it was done, if the platform was out of reach.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Whether the platform was out of reach (R97).
    #[serde(default)]
    pub offline: bool,
    /// Who.
    pub who: String,
    /// In what role: `expert`, `platform`.
    pub role: String,
    /// What: a stable word such as `assignment.accepted`, `documents.downloaded`, `report.received`.
    pub action: String,
    /// How many objects, where it counts.
    pub count: Option<u32>,
    /// From which PC.
    pub device: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_wire() {
        for state in domain::State::ALL.map(AssignmentState::from) {
            let json = serde_json::to_string(&state).expect("serialises");
            assert_eq!(json, format!("\"{}\"", state.word()));
        }
    }
}
