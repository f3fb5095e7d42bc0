//! What the window shows.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Failure, FailureCode};

/// Who is at the desk.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, shown by itself"
)]
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct SessionView {
    /// Nothing before sign-in.
    pub expert: Option<ExpertView>,
    /// E-mail of his account; nothing before sign-in.
    pub account: Option<String>,
    /// When both factors were last proved.
    pub authenticated_at: Option<String>,
    /// Whether that is recent enough to sign (R20).
    pub authentication_fresh: bool,
    /// This PC.
    pub workstation: WorkstationView,
    /// Whether the platform answered the last call; nothing before the first.
    pub platform_reachable: Option<bool>,
    /// Whether an unlock code was chosen; false before sign-in.
    pub unlock_code_chosen: bool,
    /// Until when some case may be read without the platform; nothing if none may (R51).
    pub readable_until: Option<String>,
    /// Whether the physician works under the lease, without having signed in.
    pub offline: bool,
    /// What waits to be sent; nothing before sign-in.
    pub waiting: Option<u32>,
    /// Whether pieces are fetched only when they are asked for.
    pub prefetch_paused: bool,
    /// Cases whose unsent work was found again after this PC had lost its keys; nothing when it lost none.
    pub recovered: Option<u32>,
    /// Whether this PC was revoked and has forgotten what it held, until somebody signs in again.
    pub revoked: bool,
    /// The locked desk; nobody is at it then.
    pub locked: Option<LockedView>,
    /// Version of the app.
    pub version: String,
}

/// How the platform lets people sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SignInWaysView {
    /// Pro Santé Connect.
    pub pro_sante_connect: bool,
    /// E-mail, password and TOTP.
    pub platform_account: bool,
    /// A passkey or a security key.
    pub passkey: bool,
}

/// A sign-in that waits on a phone or for a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CibaView {
    /// Two digits, the same as there (R6).
    pub display_code: String,
    /// Seconds until it is over.
    pub expires_in: u32,
}

/// The physician's installations, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DeviceListView {
    /// Those that may be used, then those that were revoked.
    pub items: Vec<DeviceRow>,
}

/// One installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DeviceRow {
    /// Its identifier.
    pub device: String,
    /// Name of the PC.
    pub name: String,
    /// When it was enrolled.
    pub enrolled_at: String,
    /// When it last spoke to the platform.
    pub last_seen: Option<String>,
    /// Whether somebody is signed in on it.
    pub signed_in: bool,
    /// When it was revoked.
    pub revoked_at: Option<String>,
    /// Whether it is this PC.
    pub current: bool,
}

/// The physician's passkeys and security keys, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PasskeyListView {
    /// Those that may be used.
    pub items: Vec<PasskeyRow>,
}

/// One passkey or security key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PasskeyRow {
    /// Its identifier.
    pub passkey: String,
    /// Given by its holder.
    pub name: String,
    /// When it was added.
    pub enrolled_at: String,
    /// When it was last used.
    pub last_used_at: Option<String>,
}

/// What an authenticator is to learn.
#[derive(Clone, PartialEq, Eq, Serialize, TS)]
pub struct TotpSecretView {
    /// The key in groups of four, to be typed.
    pub key: String,
    /// Modules on a side of the QR code.
    pub qr_size: u32,
    /// Its dark modules as an SVG path, one unit a module.
    pub qr_path: String,
}

/// The authenticator counts, and the physician is signed in.
#[derive(Clone, PartialEq, Eq, Serialize, TS)]
pub struct TotpConfirmedView {
    /// Ten codes, told this once.
    pub recovery_codes: Vec<String>,
}

/// A locked desk: nothing of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LockedView {
    /// Title and name of the physician.
    pub name: String,
    /// When it was locked.
    pub at: String,
    /// Why.
    pub reason: LockReasonView,
    /// Minutes without a touch, when that is why.
    pub idle_minutes: Option<u32>,
    /// Wrong codes left before a full sign-in.
    pub attempts_left: u32,
    /// Signed opinions and decisions that wait to be sent.
    pub unsent: u32,
}

/// Why the desk was locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LockReasonView {
    /// Asked for.
    Asked,
    /// Nobody touched the window.
    Idle,
    /// The operating system's session was locked.
    System,
    /// The computer went to sleep.
    Sleep,
}

/// The signed-in physician.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ExpertView {
    /// Title and name.
    pub name: String,
    /// National identifier.
    pub rpps: String,
    /// Specialty.
    pub specialty: String,
    /// Structure of practice.
    pub structure: String,
}

/// This PC.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct WorkstationView {
    /// Its name.
    pub name: String,
    /// When it was enrolled; nothing before.
    pub enrolled_at: Option<String>,
    /// Number of encrypted cases it holds; nothing while the cache is closed.
    pub cases: Option<u32>,
    /// Bytes they take.
    #[ts(type = "number | null")]
    pub bytes: Option<u64>,
}

/// Mes dossiers.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct WorklistView {
    /// The platform's clock when this was made.
    pub now: String,
    /// To decide, the most pressing first.
    pub offers: Vec<OfferView>,
    /// To write, by due date.
    pub in_progress: Vec<CaseRow>,
    /// Signed, newest first.
    pub signed: Vec<SignedRow>,
    /// Forgotten on this PC because he asked for it; still his.
    pub left_out: Vec<LeftOutRow>,
    /// Closed and erased from this PC.
    pub closed: u32,
    /// When the list was last read from the platform; nothing if never since sign-in.
    pub updated_at: Option<String>,
}

/// How much a due date presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Time is left.
    Calm,
    /// Less than a day and a half.
    Pressing,
    /// Passed.
    Late,
}

/// Sex, for the words that agree with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SexView {
    /// Féminin.
    Female,
    /// Masculin.
    Male,
    /// Not recorded.
    Unknown,
}

/// Why somebody acts for the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RepresentedView {
    /// Under eighteen.
    Minor,
    /// Under legal protection.
    ProtectedAdult,
}

/// An offer (R26): nothing in it names the patient.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct OfferView {
    /// The assignment.
    pub assignment: String,
    /// The case's human number.
    pub case_ref: String,
    /// The pathology.
    pub pathology: String,
    /// Sex.
    pub sex: SexView,
    /// Youngest age of the band.
    pub age_from: u8,
    /// Oldest age of the band.
    pub age_to: u8,
    /// Minor or protected adult.
    pub represented: Option<RepresentedView>,
    /// The patient's main question.
    pub question: String,
    /// Who gave the first opinion.
    pub first_opinion_by: Option<String>,
    /// Pieces.
    pub pieces: u32,
    /// Pages.
    pub pages: u32,
    /// Imaging series.
    pub series: u32,
    /// Bytes to receive.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Estimated reading time in minutes.
    pub reading_minutes: u32,
    /// Until when to answer.
    pub answer_before: String,
    /// How much that presses.
    pub urgency: Urgency,
    /// When the opinion would be due if accepted now.
    pub due_if_accepted: String,
    /// What the pathology needs.
    pub required: Vec<RequiredView>,
    /// The decision that waits to be sent.
    pub decided: Option<WaitingKindView>,
}

/// A case that is his and was forgotten on this PC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LeftOutRow {
    /// The assignment.
    pub assignment: String,
    /// The case's human number.
    pub case_ref: String,
    /// What it is about.
    pub subject: String,
    /// When the opinion is due.
    pub due_at: Option<String>,
}

/// What became of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DecidedView {
    /// Sent; else it waits in the outbox.
    pub sent: bool,
}

/// What waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct OutboxView {
    /// Oldest first.
    pub items: Vec<WaitingRow>,
}

/// Something that waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct WaitingRow {
    /// Its identifier; nothing for a signed opinion, which belongs to its case.
    pub id: Option<String>,
    /// The assignment.
    pub assignment: String,
    /// The case's human number.
    pub case_ref: Option<String>,
    /// What it is.
    pub kind: WaitingKindView,
    /// Since when.
    pub at: String,
    /// The platform will not take it.
    pub refused: bool,
}

/// What may wait to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WaitingKindView {
    /// The acceptance of an offer.
    Acceptance,
    /// The refusal of an offer.
    Decline,
    /// A signed opinion.
    Report,
}

/// An expected document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct RequiredView {
    /// What it is.
    pub label: String,
    /// Whether it is there.
    pub present: bool,
    /// A few words.
    pub detail: Option<String>,
}

/// How much of a case or a piece is on this PC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ReceptionView {
    /// Where it stands.
    pub state: ReceptionState,
    /// Bytes received.
    #[ts(type = "number")]
    pub received: u64,
    /// Bytes in all.
    #[ts(type = "number")]
    pub total: u64,
    /// Seconds left, while bytes come and once it can be told.
    pub seconds_left: Option<u32>,
    /// Why it stopped.
    pub failure: Option<FailureCode>,
    /// How often what had come of it was wrong and was thrown away.
    pub thrown_away: u32,
}

/// Where a reception stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReceptionState {
    /// Not started.
    Absent,
    /// Bytes are coming.
    Receiving,
    /// Stopped by a failure or by the expert.
    Stopped,
    /// All there, verified.
    Complete,
}

/// A case in progress, as a row. Never a name (look.md section 3).
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct CaseRow {
    /// The assignment.
    pub assignment: String,
    /// The case's human number.
    pub case_ref: String,
    /// What it is about.
    pub subject: String,
    /// Sex.
    pub sex: SexView,
    /// Age in years.
    pub age: Option<u8>,
    /// Minor or protected adult.
    pub represented: Option<RepresentedView>,
    /// When the opinion is due.
    pub due_at: Option<String>,
    /// How much that presses.
    pub urgency: Urgency,
    /// Pieces whose every page was seen.
    pub pieces_seen: u32,
    /// Pieces opened at least once.
    pub pieces_opened: u32,
    /// Pieces.
    pub pieces: u32,
    /// Mandatory fields filled.
    pub fields_filled: u32,
    /// Mandatory fields.
    pub fields: u32,
    /// Questions answered.
    pub answers: u32,
    /// Questions.
    pub questions: u32,
    /// Whether anything was written.
    pub started: bool,
    /// How much of it is on this PC.
    pub reception: ReceptionView,
}

/// A signed opinion, as a row.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct SignedRow {
    /// The assignment.
    pub assignment: String,
    /// The case's human number.
    pub case_ref: String,
    /// What it is about.
    pub subject: String,
    /// When it was signed.
    pub signed_at: String,
    /// When the platform received it; nothing while it waits on this PC.
    pub received_at: Option<String>,
    /// Until when it may be read here.
    pub readable_until: Option<String>,
}

/// Le dossier.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, shown by itself"
)]
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct CaseView {
    /// The assignment.
    pub assignment: String,
    /// The case's human number.
    pub case_ref: String,
    /// The patient.
    pub patient: PatientView,
    /// The treating physician, where known.
    pub treating_physician: Option<String>,
    /// Whether the report may be sent to the treating physician (R39).
    pub sharing_granted: bool,
    /// The patient's main question.
    pub question: String,
    /// The patient's separate questions.
    pub questions: Vec<QuestionView>,
    /// When the opinion is due.
    pub due_at: Option<String>,
    /// How much that presses.
    pub urgency: Urgency,
    /// Whether the opinion may still be written.
    pub writable: bool,
    /// Whether a signed opinion waits on this PC or was received.
    pub signed: bool,
    /// The signed opinion on this PC.
    pub report: Option<ReportRow>,
    /// The pieces, by clinical date.
    pub pieces: Vec<PieceRow>,
    /// Marks on their pages.
    pub annotations: Vec<AnnotationView>,
    /// Expected pieces that are missing.
    pub missing: Vec<RequiredView>,
    /// How much of the case is on this PC.
    pub reception: ReceptionView,
    /// The opinion as last saved.
    #[ts(type = "OpinionContent")]
    pub content: serde_json::Value,
    /// When it was last saved.
    pub saved_at: Option<String>,
    /// What is left to do.
    pub remaining: Vec<FieldView>,
    /// Something of what was written or read here was changed or taken out from outside; what is here is what was left.
    pub damaged: bool,
}

/// The patient, after acceptance.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct PatientView {
    /// Birth name in capitals.
    pub family_name: String,
    /// First name.
    pub given_name: String,
    /// Sex.
    pub sex: SexView,
    /// Birth date, ISO 8601.
    pub birth_date: String,
    /// Age in years.
    pub age: Option<u8>,
    /// Whether the identity is qualified (R59).
    pub identity_qualified: bool,
    /// Who acts for the patient (R42).
    pub representative: Option<RepresentativeView>,
}

/// Who acts for the patient (R42).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct RepresentativeView {
    /// Minor or protected adult.
    pub kind: RepresentedView,
    /// Name.
    pub name: String,
    /// Capacity.
    pub capacity: String,
    /// When the represented person was informed, ISO 8601.
    pub informed_on: String,
}

/// A question of the patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct QuestionView {
    /// Its identifier.
    pub id: String,
    /// The patient's words.
    pub text: String,
}

/// The signed opinion, as it lies on the reading table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ReportRow {
    /// Its identifier.
    pub id: String,
    /// Version, from 1.
    pub version: u32,
    /// When it was signed.
    pub signed_at: String,
}

/// A piece on the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct PieceRow {
    /// Its identifier.
    pub id: String,
    /// Its number, as cited.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Its media type.
    pub media_type: String,
    /// Who made or deposited it.
    pub author: Option<String>,
    /// Deposited by the patient.
    pub from_patient: bool,
    /// Clinical date, ISO 8601: the expert's, else that of the file.
    pub clinical_date: String,
    /// The one of the file.
    pub filed_date: String,
    /// The one that the words of its first page tell, if they do.
    pub read_date: Option<String>,
    /// Pages.
    pub pages: u32,
    /// Pages already seen, from 1.
    pub pages_seen: Vec<u32>,
    /// Pages that were turned.
    pub turned: Vec<TurnView>,
    /// What kind of paper it is.
    pub kind: PieceKind,
    /// How much of it is on this PC.
    pub reception: ReceptionView,
}

/// What kind of paper a piece is, for the eye that looks for one: its CI-SIS type code, grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PieceKind {
    /// Images, and what was read in them.
    Imaging,
    /// Pathology.
    Pathology,
    /// Laboratory results.
    Laboratory,
    /// Operations, consultations, stays, meetings.
    Report,
    /// From one physician to another.
    Letter,
    /// Anything else, and what the patient deposited without saying what it is.
    Other,
}

/// A page that does not lie as the document lays it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct TurnView {
    /// The page, from 1.
    pub page: u32,
    /// Quarter turns to the right, 1 to 3.
    pub turns: u8,
}

/// A mark on a page, beside the piece and never in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AnnotationView {
    /// Its identifier, a UUID that the window chooses.
    pub id: String,
    /// The piece.
    pub piece: String,
    /// The page, from 1.
    pub page: u32,
    /// What it is.
    pub kind: AnnotationKindView,
    /// Where; never empty.
    pub places: Vec<PlaceView>,
    /// The expert's own words; may be empty.
    pub text: String,
}

/// What an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationKindView {
    /// Words marked as with a pen.
    Highlight,
    /// A rectangle drawn around something.
    Box,
    /// A note at a point.
    Note,
    /// An image that matters, as a whole.
    KeyImage,
}

/// A place on a page, in parts of its sides, as the document itself lays it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PlaceView {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// A document opened for reading. Its pages are images at `case://localhost/page/<handle>/<page>?w=<pixels>&r=<quarter turns>`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, shown by itself"
)]
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct DocumentView {
    /// Unguessable, valid until closed or locked.
    pub handle: String,
    /// How many pages it has.
    pub pages: u32,
    /// How large they are, in order.
    pub sizes: Vec<PageSizeView>,
    /// Whether pages are vector (PDF, papers) and stay sharp at any width.
    pub scalable: bool,
    /// The file stops before its end, where what is missing is drawn grey, or is not among the images; or a paper goes on beyond the pages that were laid out.
    pub truncated: bool,
    /// Pages were laid out here: the author's may look otherwise.
    pub laid_out: bool,
    /// They are images of DICOM, whose values are at `case://localhost/image/<handle>/<page>`.
    pub images: bool,
    /// The page of the image that is decoded already.
    pub first_image: Option<u32>,
    /// The piece is still coming: these are the images that were here when it was opened, and their pages are not yet those that they will have.
    pub partial: bool,
}

/// The images of a document, in the order of its pages.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ImagesView {
    /// What belongs behind each other.
    pub stacks: Vec<StackView>,
    /// What lies beside them and is not shown.
    pub left_out: LeftOutView,
    /// What lies on which viewport, as the reader laid out images of this kind last; empty if he never did.
    pub hanging: Vec<HungView>,
}

/// A stack on a viewport.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HungView {
    /// Its place among the stacks of the document, from 0; nothing where one viewport shows them one after the other.
    pub stack: Option<u32>,
    /// Center and width of a window that was chosen, in Hounsfield units.
    pub window: Option<[f64; 2]>,
    /// Black is white.
    pub inverted: bool,
}

/// What lies beside the images of a document, in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LeftOutView {
    /// They cannot be read.
    pub damaged: u32,
    /// Reports, of any kind.
    pub reports: u32,
    /// Recordings: of the heart, for one.
    pub waveforms: u32,
    /// What is no image and no report: how images are to be shown, which are important, plans of treatment.
    pub notes: u32,
}

/// Images that belong behind each other.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct StackView {
    /// The page of its first image, from 1.
    pub first: u32,
    /// Study Instance UID.
    pub study: String,
    /// Study Description.
    pub study_description: String,
    /// Series Instance UID.
    pub series: String,
    /// Series Number.
    pub number: Option<i32>,
    /// Series Description.
    pub description: String,
    /// Modality, as DICOM calls it.
    pub modality: String,
    /// Body Part Examined, as DICOM calls it.
    pub body_part: String,
    /// Frame of Reference UID: positions are comparable with those of the same one alone.
    pub frame_of_reference: String,
    /// When it was acquired; nothing where its images are of several days.
    pub date: Option<String>,
    /// Whose images they are.
    pub identities: Vec<ImageIdentityView>,
    /// The directions of their rows and columns in the patient: three numbers each, towards his left, his back and his head.
    pub orientation: Option<[f64; 6]>,
    /// What the SOP Instance UIDs of all of them begin with.
    pub instances: String,
    /// In the order in which they lie.
    pub slices: Vec<SliceView>,
    /// They are ordered by where they lie; otherwise by number alone.
    pub placed: bool,
    /// The usual step between two of them, in millimetres.
    pub step: Option<f64>,
    /// Slices that are missing in all.
    pub missing: u32,
    /// The places behind which some are missing, from 1.
    pub gaps: Vec<u32>,
    /// Slices that lie where another one does.
    pub duplicates: u32,
    /// Files that were there twice.
    pub copies: u32,
    /// From one frame to the next of a film, in milliseconds.
    pub frame_time: Option<f64>,
}

/// Whose image it is, as its file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ImageIdentityView {
    /// Family name and given names, parted by `^`.
    pub name: String,
    /// Patient ID.
    pub id: String,
    /// Birth date.
    pub birth_date: Option<String>,
    /// `M`, `F`, `O`, or nothing.
    pub sex: String,
    /// Whether that is the patient of the case.
    pub owner: ImageOwnerView,
}

/// Whether an image is of the patient of the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ImageOwnerView {
    /// It is.
    Patient,
    /// The file names nobody, or not enough.
    Unnamed,
    /// It was compared with nobody: the case does not say who its patient is.
    Uncompared,
    /// It is another's.
    Another,
}

/// One image of a stack. What is usual is not told: there may be thousands.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct SliceView {
    /// SOP Instance UID, but for what those of the whole stack begin with.
    pub instance: String,
    /// Its frame, if it is not the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub frame: Option<u32>,
    /// Instance Number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub number: Option<i32>,
    /// Index of whose it is, if that is not the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub identity: Option<u32>,
    /// Where its first pixel lies in the patient, in millimetres towards his left, his back and his head.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub position: Option<[f64; 3]>,
    /// Values were given up to make it smaller.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lossy: Option<bool>,
    /// Words are part of the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub annotated: Option<bool>,
    /// `R`, `L`, `B` for both, `U` for what is not paired.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub laterality: Option<String>,
    /// View Position, or what it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub view: Option<String>,
    /// Where its rows and its columns lead in the patient, as letters, where no plane says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub towards: Option<[String; 2]>,
}

/// What is told of an image, before its values.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct FrameView {
    /// Pixels across.
    pub columns: u32,
    /// Pixels down.
    pub rows: u32,
    /// How its values are written.
    pub pixels: PixelsView,
    /// A value times this,
    pub slope: f64,
    /// and this added, is what the modality measured.
    pub intercept: f64,
    /// What the values of the modality count, for example `HU`.
    pub unit: String,
    /// Values had more than 16 bits, and were rounded.
    pub reduced: bool,
    /// Windows that the file proposes.
    pub windows: Vec<WindowView>,
    /// A window that shows what there is.
    pub automatic: WindowView,
    /// How values become brightness within it.
    pub curve: CurveView,
    /// The lowest value is white.
    pub inverted: bool,
    /// What its lengths are worth.
    pub scale: ScaleView,
    /// Slice Thickness, in millimetres.
    pub thickness: Option<f64>,
    /// How much higher than wide a pixel is.
    pub aspect: f64,
    /// Levels from 0 to 255, in even steps from one end of a window to the other, where the file has a table instead of a curve.
    pub table: Option<Vec<u8>>,
    /// It has one that cannot be read, for which a window stands.
    pub lacks_table: bool,
}

/// How the values of an image are written, pixel by pixel from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PixelsView {
    /// 8 bits.
    Grey8,
    /// 16 bits, little endian.
    Grey16,
    /// The same with a sign.
    Signed16,
    /// Red, green and blue, 8 bits each.
    Rgb,
}

/// Which values are shown, in those of the modality.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct WindowView {
    /// Window Center.
    pub center: f64,
    /// Window Width.
    pub width: f64,
    /// What it is for, as the file says.
    pub name: String,
}

/// How values become brightness within a window (PS3.3, C.11.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum CurveView {
    /// A line.
    Linear,
    /// A line to the ends of the window.
    LinearExact,
    /// An S.
    Sigmoid,
}

/// What lengths on an image are worth.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ScaleView {
    /// Millimetres in the patient, everywhere.
    Calibrated {
        /// Of its pixels.
        spacing: SpacingView,
    },
    /// Millimetres at the detector, where everything is larger than in the patient.
    Detector {
        /// Of its pixels.
        spacing: SpacingView,
    },
    /// Millimetres in the patient within each of these parts.
    Regions {
        /// The parts.
        regions: Vec<RegionView>,
    },
    /// Pixels.
    None,
}

/// Millimetres from the middle of a pixel to that of the next.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
pub struct SpacingView {
    /// From a row to the next: down.
    pub rows: f64,
    /// From a column to the next: across.
    pub columns: f64,
}

/// A part of an ultrasound image that shows tissue to scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
pub struct RegionView {
    /// Its left, upper, right and lower pixels.
    pub sides: [u32; 4],
    /// Its own scale, where it shows tissue.
    pub spacing: Option<SpacingView>,
}

/// The natural size of pages that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
pub struct PageSizeView {
    /// Width in CSS pixels at 100 %.
    pub width: f64,
    /// Height in CSS pixels at 100 %.
    pub height: f64,
    /// How many pages of this size follow each other.
    pub count: u32,
}

/// A view as JSON, sealed with AES-256-GCM under the key that the window made for it and a nonce of zeros: what passes through the
/// webview's buffers in this process says nothing afterwards (R19).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SealedView {
    /// In base64.
    pub sealed: String,
}

/// What lies on the second screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SecondRow {
    /// The assignment.
    pub assignment: String,
    /// The piece.
    pub piece: String,
    /// The page to begin with, from 1.
    pub page: u32,
}

/// A page that is to be cited in the opinion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SecondCitationRow {
    /// Counts them.
    pub number: u32,
    /// The piece.
    pub piece: String,
    /// From 1.
    pub page: u32,
}

/// The second screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SecondView {
    /// Nothing when there is none.
    pub shown: Option<SecondRow>,
    /// What was last cited from it.
    pub cited: Option<SecondCitationRow>,
}

/// The outline of a document, in reading order; often there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct OutlineView {
    /// Its entries.
    pub entries: Vec<OutlineRow>,
}

/// An entry of the outline of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct OutlineRow {
    /// Its title.
    pub title: String,
    /// From 0.
    pub level: u8,
    /// The page it leads to, from 1; nothing where it only stands above others.
    pub page: Option<u32>,
}

/// The words of a page as they are read, and the places on it that lead to other pages of the document.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct PageWordsView {
    /// Its lines.
    pub lines: Vec<LineView>,
    /// Where it leads; never out of the document.
    pub links: Vec<LinkView>,
}

/// A line of words, placed in parts of the sides of the page as the document itself lays it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct LineView {
    /// The words.
    pub text: String,
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// A place that leads to another page, in the same measures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
pub struct LinkView {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// The page, from 1.
    pub page: u32,
}

/// A mandatory field of the opinion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FieldView {
    /// Résumé clinique.
    Summary,
    /// Analyse.
    Analysis,
    /// The answer to a question.
    Answer {
        /// The question.
        question: String,
    },
    /// Conclusion.
    Conclusion,
    /// Degré de certitude.
    Certainty,
    /// Accord avec le premier avis.
    Agreement,
    /// Examens et avis recommandés.
    Examinations,
    /// Gravité ou complexité inhabituelle.
    Gravity,
    /// Limites.
    Limits,
    /// Actes et prescriptions.
    Acts,
    /// Professionnels ayant participé.
    Participants,
    /// Incidents techniques.
    Incidents,
}

/// The draft was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SavedView {
    /// When.
    pub saved_at: String,
    /// What is left to do.
    pub remaining: Vec<FieldView>,
}

/// The check before signature.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct CheckView {
    /// Mandatory fields that are empty: they block.
    pub blocking: Vec<FieldView>,
    /// Points to confirm one by one.
    pub to_confirm: Vec<PointView>,
    /// Mandatory fields filled.
    pub fields_filled: u32,
    /// Mandatory fields.
    pub fields: u32,
    /// Questions answered.
    pub answers: u32,
    /// Questions.
    pub questions: u32,
    /// Citations.
    pub citations: u32,
    /// Citations whose page exists in a received piece.
    pub citations_found: u32,
    /// Pages seen.
    pub pages_seen: u32,
    /// Pages.
    pub pages: u32,
    /// The answer on gravity.
    pub gravity: Option<bool>,
    /// Whether the report may go to the treating physician, read again just now.
    pub sharing_granted: bool,
    /// When that was read.
    pub checked_at: String,
}

/// A point that the expert must confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PointView {
    /// Given back in `opinion_freeze`.
    pub id: String,
    /// What it is.
    pub kind: PointKind,
    /// The piece's number, where there is one.
    pub number: Option<u32>,
    /// The piece or the expected document.
    pub title: String,
    /// Pages never seen.
    pub pages_unseen: u32,
    /// The piece, to open it.
    pub piece: Option<String>,
}

/// Kinds of points to confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PointKind {
    /// No page of the piece was seen.
    PieceNeverOpened,
    /// Some pages were not seen.
    PagesNeverSeen,
    /// An expected piece was not received; the opinion's limits say so.
    PieceMissing,
}

/// The frozen document (R75).
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct FrozenView {
    /// The document, to read it.
    pub document: DocumentView,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Length in bytes.
    pub size: u32,
    /// When it was frozen.
    pub frozen_at: String,
    /// Version of the report.
    pub version: u32,
}

/// What became of a signed opinion.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct SubmissionView {
    /// When it was signed.
    pub signed_at: String,
    /// The platform's receipt; nothing while it waits on this PC.
    pub receipt: Option<ReceiptView>,
    /// Why it was not sent yet.
    pub waiting: Option<Failure>,
}

/// The receipt, verified (R78).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ReceiptView {
    /// Human reference.
    pub reference: String,
    /// Version of the report.
    pub version: u32,
    /// When the expert signed, as the signature claims.
    pub signed_at: String,
    /// When the signature existed, as its timestamp says.
    pub timestamped_at: String,
    /// When the platform received it.
    pub received_at: String,
    /// When the patient may read it.
    pub available_at: String,
    /// Until when it may be read on this PC.
    pub readable_until: String,
    /// Signer in the certificate.
    pub signer: String,
    /// Signer's national identifier in the certificate.
    pub signer_rpps: String,
    /// SHA-256 of the file.
    pub file_digest: String,
    /// SHA-256 of the signed bytes.
    pub signed_digest: String,
    /// SHA-256 of the structured opinion.
    pub content_digest: String,
    /// Length in bytes.
    pub size: u32,
}

/// What the patient reads about who opened the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AccessListView {
    /// Newest first.
    pub items: Vec<AccessRow>,
    /// Whether the platform answered: else only what is not delivered yet is there.
    pub whole: bool,
}

/// One access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AccessRow {
    /// When.
    pub at: String,
    /// Who.
    pub who: String,
    /// Role: `expert`, `platform`.
    pub role: String,
    /// What: a stable word that the locale files name.
    pub action: String,
    /// How many.
    pub count: Option<u32>,
    /// From which PC.
    pub device: Option<String>,
    /// Done while the platform was out of reach.
    pub offline: bool,
    /// The platform has it; else the patient reads it once it was delivered.
    pub delivered: bool,
}

/// Done; nothing to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct Done {}

/// What was found in a case.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct FoundView {
    /// In the order of the pieces and their pages, the first ones if there are many.
    pub hits: Vec<HitRow>,
    /// In what was written.
    pub written: Vec<WrittenHitRow>,
    /// How many there are of both.
    pub total: u32,
    /// Pieces whose words are not read yet.
    pub unread: u32,
    /// Pieces without words.
    pub wordless: u32,
    /// Pages without words of their own that are still to be recognised.
    pub recognising: u32,
    /// There are such pages, and nothing on this PC that recognises them.
    pub recognition_missing: bool,
}

/// One place where the words stand.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct HitRow {
    /// Piece.
    pub piece: String,
    /// Page, from 1.
    pub page: u32,
    /// The line up to the words.
    pub before: String,
    /// The words as they are written there.
    pub found: String,
    /// The rest of the line.
    pub after: String,
    /// From the left, in parts of the page's width.
    pub x: f32,
    /// From the top, in parts of its height.
    pub y: f32,
    /// Width, in parts of its width.
    pub width: f32,
    /// Height, in parts of its height.
    pub height: f32,
    /// The words were recognised on the page: they may not be what is printed there.
    pub recognised: bool,
}

/// One place where the words stand in what was written.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct WrittenHitRow {
    /// In which text.
    pub place: WrittenPlaceView,
    /// The paragraph up to the words.
    pub before: String,
    /// The words as they are written there.
    pub found: String,
    /// The rest of the paragraph.
    pub after: String,
}

/// A text of the case that is on no page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WrittenPlaceView {
    /// A question of the patient.
    Question {
        /// Which one; nothing for the main one.
        question: Option<String>,
    },
    /// A note of the expert on a page.
    Note {
        /// The annotation.
        annotation: String,
        /// The piece.
        piece: String,
        /// The page, from 1.
        page: u32,
    },
    /// A section of the opinion.
    Opinion {
        /// Which one.
        field: FieldView,
    },
}
