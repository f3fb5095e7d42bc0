// Made by `cargo xtask bindings` from crates/bridge; do not edit.

export type FailureCode = "invalid-credentials" | "clock-skewed" | "account-locked" | "totp-enrolment-required" | "totp-enrolment-over" | "identity-unknown" | "not-a-physician" | "assurance-too-low" | "identity-refused" | "passkey-refused" | "passkeys-too-many" | "sign-in-expired" | "sign-in-given-up" | "sign-in-method-off" | "identity-provider-unavailable" | "browser-failed" | "too-many-requests" | "password-change-required" | "password-weak" | "session-ended" | "authentication-too-old" | "device-revoked" | "unlock-code-wrong" | "unlock-impossible" | "no-lease" | "lease-over" | "unlock-code-weak" | "platform-unreachable" | "platform-untrusted" | "platform-not-configured" | "platform-fault" | "client-too-old" | "key-store-missing" | "key-store-locked" | "vault-damaged" | "disk-full" | "no-room" | "disk-fault" | "vault-in-use" | "piece-not-received" | "piece-altered" | "piece-empty" | "piece-unknown-format" | "piece-damaged" | "piece-password-protected" | "piece-password-wrong" | "piece-too-large" | "piece-too-long" | "piece-heif" | "piece-video" | "piece-audio" | "piece-old-office" | "piece-office-protected" | "piece-spreadsheet" | "piece-presentation" | "piece-dicom" | "piece-archive" | "piece-archive-protected" | "piece-archive-empty" | "piece-program" | "reader-stopped" | "reader-too-slow" | "reader-missing" | "case-gone" | "case-withdrawn" | "case-unsent" | "case-written" | "state-conflict" | "opinion-incomplete" | "opinion-unconfirmed" | "opinion-unreadable" | "opinion-changed" | "report-not-typeset" | "signature-failed" | "certificate-expired" | "signature-refused" | "receipt-invalid" | "timestamp-invalid" | "too-many-annotations" | "date-in-future" | "internal";
export type FailureParameters = { 
/**
 * Tries left before the account is locked.
 */
attempts_left: number | null, 
/**
 * Width in pixels of an image that is too large.
 */
width: number | null, 
/**
 * Height in pixels of an image that is too large.
 */
height: number | null, 
/**
 * Why the platform refused a signature: `altered`, `untrusted`, `expired`, `revoked`, `wrong-signer`, `wrong-case`.
 */
reason: string | null, };
export type Failure = { 
/**
 * What happened.
 */
code: FailureCode, 
/**
 * Figures that the sentences may name.
 */
parameters: FailureParameters, 
/**
 * Finds the chain of causes in the log; may be read out to the support desk.
 */
reference: string, };
export type NoRequest = Record<symbol, never>;
export type SignInRequest = { 
/**
 * E-mail.
 */
email: string, 
/**
 * Password.
 */
password: string, 
/**
 * Six digits, spaces allowed; or a recovery code.
 */
code: string, 
/**
 * Whether `code` is a recovery code.
 */
recovery?: boolean, };
export type BrowserWayRequest = "pro_sante_connect" | "passkey";
export type BrowserRequest = { 
/**
 * How.
 */
way: BrowserWayRequest, };
export type CibaBeginRequest = { 
/**
 * RPPS number, or the whole national identifier; spaces allowed.
 */
rpps: string, 
/**
 * With the card in a reader of this PC rather than on the phone.
 */
card: boolean, };
export type TotpConfirmRequest = { 
/**
 * Six digits, spaces allowed.
 */
code: string, };
export type PasswordChangeRequest = { 
/**
 * The new password.
 */
password: string, };
export type UnlockCodeRequest = { 
/**
 * The code.
 */
code: string, };
export type WorkOfflineRequest = { 
/**
 * E-mail.
 */
email: string, 
/**
 * Unlock code.
 */
code: string, };
export type DeviceRequest = { 
/**
 * The installation.
 */
device: string, };
export type PasskeyRequest = { 
/**
 * Its identifier.
 */
passkey: string, };
export type CaseRequest = { 
/**
 * The assignment.
 */
assignment: string, };
export type OfferAcceptRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * Words of a declared link of interest; nothing means "no link".
 */
declared_interest: string | null, };
export type OfferDeclineRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * Why.
 */
reason: string, };
export type WaitingRequest = { 
/**
 * Its identifier.
 */
id: string, };
export type PrefetchRequest = { 
/**
 * Only when they are asked for.
 */
paused: boolean, };
export type CaseForgetRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * He knows that what he wrote is lost with it.
 */
written: boolean, };
export type PieceRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The piece.
 */
piece: string, };
export type PieceDateRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The piece.
 */
piece: string, 
/**
 * ISO 8601; nothing for the one of the file.
 */
date: string | null, };
export type PieceOpenRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The piece.
 */
piece: string, 
/**
 * The page that is drawn at once.
 */
first: FirstPageRequest | null, };
export type FirstPageRequest = { 
/**
 * From 1.
 */
page: number, 
/**
 * Its width on the table, in device pixels.
 */
width: number, 
/**
 * Rows of it that are in sight, from its top; they are drawn before the rest, unless that is little.
 */
rows: number | null, 
/**
 * Quarter turns to the right.
 */
turns: number, };
export type HangingKeepRequest = { 
/**
 * The document.
 */
handle: string, 
/**
 * What lies on which viewport.
 */
places: Array<HungView>, };
export type PieceUnlockRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The piece.
 */
piece: string, 
/**
 * The password.
 */
password: string, };
export type PageSeenRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The piece.
 */
piece: string, 
/**
 * The pages, from 1.
 */
pages: Array<number>, };
export type PageTurnRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The piece.
 */
piece: string, 
/**
 * The page, from 1.
 */
page: number, 
/**
 * Quarter turns to the right, 0 to 3.
 */
turns: number, };
export type SecondShowRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The piece.
 */
piece: string, 
/**
 * The page to begin with, from 1.
 */
page: number, };
export type SecondCiteRequest = { 
/**
 * From 1.
 */
page: number, };
export type AnnotationKeepRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The mark; under the identifier of one that is kept, it takes its place.
 */
annotation: AnnotationView, };
export type AnnotationEraseRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The mark.
 */
annotation: string, };
export type OpinionWriteRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The content; Rust re-validates it against the closed schema.
 */
content: OpinionContent, };
export type OpinionFreezeRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The points of [`crate::CheckView`] that the expert has confirmed.
 */
confirmed: Array<string>, };
export type OpinionSignRequest = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * SHA-256 of the frozen document that the expert has under the eyes.
 */
sha256: string, 
/**
 * The unlock code of this PC, where one was chosen.
 */
code: string | null, };
export type CaseSearchRequest = { 
/**
 * Assignment.
 */
assignment: string, 
/**
 * At least two letters.
 */
query: string, };
export type DocumentRequest = { 
/**
 * The handle that `piece_open`, `opinion_freeze` or `report_open` gave.
 */
handle: string, };
export type PageWordsRequest = { 
/**
 * The handle that `piece_open`, `opinion_freeze` or `report_open` gave.
 */
handle: string, 
/**
 * From 1.
 */
page: number, };
export type Urgency = "calm" | "pressing" | "late";
export type SexView = "female" | "male" | "unknown";
export type RepresentedView = "minor" | "protected_adult";
export type ReceptionState = "absent" | "receiving" | "stopped" | "complete";
export type ReceptionView = { 
/**
 * Where it stands.
 */
state: ReceptionState, 
/**
 * Bytes received.
 */
received: number, 
/**
 * Bytes in all.
 */
total: number, 
/**
 * Seconds left, while bytes come and once it can be told.
 */
seconds_left: number | null, 
/**
 * Why it stopped.
 */
failure: FailureCode | null, 
/**
 * How often what had come of it was wrong and was thrown away.
 */
thrown_away: number, };
export type ExpertView = { 
/**
 * Title and name.
 */
name: string, 
/**
 * National identifier.
 */
rpps: string, 
/**
 * Specialty.
 */
specialty: string, 
/**
 * Structure of practice.
 */
structure: string, };
export type WorkstationView = { 
/**
 * Its name.
 */
name: string, 
/**
 * When it was enrolled; nothing before.
 */
enrolled_at: string | null, 
/**
 * Number of encrypted cases it holds; nothing while the cache is closed.
 */
cases: number | null, 
/**
 * Bytes they take.
 */
bytes: number | null, };
export type SignInWaysView = { 
/**
 * Pro Santé Connect.
 */
pro_sante_connect: boolean, 
/**
 * E-mail, password and TOTP.
 */
platform_account: boolean, 
/**
 * A passkey or a security key.
 */
passkey: boolean, };
export type CibaView = { 
/**
 * Two digits, the same as there (R6).
 */
display_code: string, 
/**
 * Seconds until it is over.
 */
expires_in: number, };
export type TotpSecretView = { 
/**
 * The key in groups of four, to be typed.
 */
key: string, 
/**
 * Modules on a side of the QR code.
 */
qr_size: number, 
/**
 * Its dark modules as an SVG path, one unit a module.
 */
qr_path: string, };
export type TotpConfirmedView = { 
/**
 * Ten codes, told this once.
 */
recovery_codes: Array<string>, };
export type DeviceRow = { 
/**
 * Its identifier.
 */
device: string, 
/**
 * Name of the PC.
 */
name: string, 
/**
 * When it was enrolled.
 */
enrolled_at: string, 
/**
 * When it last spoke to the platform.
 */
last_seen: string | null, 
/**
 * Whether somebody is signed in on it.
 */
signed_in: boolean, 
/**
 * When it was revoked.
 */
revoked_at: string | null, 
/**
 * Whether it is this PC.
 */
current: boolean, };
export type DeviceListView = { 
/**
 * Those that may be used, then those that were revoked.
 */
items: Array<DeviceRow>, };
export type PasskeyRow = { 
/**
 * Its identifier.
 */
passkey: string, 
/**
 * Given by its holder.
 */
name: string, 
/**
 * When it was added.
 */
enrolled_at: string, 
/**
 * When it was last used.
 */
last_used_at: string | null, };
export type PasskeyListView = { 
/**
 * Those that may be used.
 */
items: Array<PasskeyRow>, };
export type LockReasonView = "asked" | "idle" | "system" | "sleep";
export type LockedView = { 
/**
 * Title and name of the physician.
 */
name: string, 
/**
 * When it was locked.
 */
at: string, 
/**
 * Why.
 */
reason: LockReasonView, 
/**
 * Minutes without a touch, when that is why.
 */
idle_minutes: number | null, 
/**
 * Wrong codes left before a full sign-in.
 */
attempts_left: number, 
/**
 * Signed opinions and decisions that wait to be sent.
 */
unsent: number, };
export type SessionView = { 
/**
 * Nothing before sign-in.
 */
expert: ExpertView | null, 
/**
 * E-mail of his account; nothing before sign-in.
 */
account: string | null, 
/**
 * When both factors were last proved.
 */
authenticated_at: string | null, 
/**
 * Whether that is recent enough to sign (R20).
 */
authentication_fresh: boolean, 
/**
 * This PC.
 */
workstation: WorkstationView, 
/**
 * Whether the platform answered the last call; nothing before the first.
 */
platform_reachable: boolean | null, 
/**
 * Whether an unlock code was chosen; false before sign-in.
 */
unlock_code_chosen: boolean, 
/**
 * Until when some case may be read without the platform; nothing if none may (R51).
 */
readable_until: string | null, 
/**
 * Whether the physician works under the lease, without having signed in.
 */
offline: boolean, 
/**
 * What waits to be sent; nothing before sign-in.
 */
waiting: number | null, 
/**
 * Whether pieces are fetched only when they are asked for.
 */
prefetch_paused: boolean, 
/**
 * Cases whose unsent work was found again after this PC had lost its keys; nothing when it lost none.
 */
recovered: number | null, 
/**
 * Whether this PC was revoked and has forgotten what it held, until somebody signs in again.
 */
revoked: boolean, 
/**
 * The locked desk; nobody is at it then.
 */
locked: LockedView | null, 
/**
 * Version of the app.
 */
version: string, };
export type RequiredView = { 
/**
 * What it is.
 */
label: string, 
/**
 * Whether it is there.
 */
present: boolean, 
/**
 * A few words.
 */
detail: string | null, };
export type WaitingKindView = "acceptance" | "decline" | "report";
export type WaitingRow = { 
/**
 * Its identifier; nothing for a signed opinion, which belongs to its case.
 */
id: string | null, 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The case's human number.
 */
case_ref: string | null, 
/**
 * What it is.
 */
kind: WaitingKindView, 
/**
 * Since when.
 */
at: string, 
/**
 * The platform will not take it.
 */
refused: boolean, };
export type OutboxView = { 
/**
 * Oldest first.
 */
items: Array<WaitingRow>, };
export type DecidedView = { 
/**
 * Sent; else it waits in the outbox.
 */
sent: boolean, };
export type OfferView = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The case's human number.
 */
case_ref: string, 
/**
 * The pathology.
 */
pathology: string, 
/**
 * Sex.
 */
sex: SexView, 
/**
 * Youngest age of the band.
 */
age_from: number, 
/**
 * Oldest age of the band.
 */
age_to: number, 
/**
 * Minor or protected adult.
 */
represented: RepresentedView | null, 
/**
 * The patient's main question.
 */
question: string, 
/**
 * Who gave the first opinion.
 */
first_opinion_by: string | null, 
/**
 * Pieces.
 */
pieces: number, 
/**
 * Pages.
 */
pages: number, 
/**
 * Imaging series.
 */
series: number, 
/**
 * Bytes to receive.
 */
bytes: number, 
/**
 * Estimated reading time in minutes.
 */
reading_minutes: number, 
/**
 * Until when to answer.
 */
answer_before: string, 
/**
 * How much that presses.
 */
urgency: Urgency, 
/**
 * When the opinion would be due if accepted now.
 */
due_if_accepted: string, 
/**
 * What the pathology needs.
 */
required: Array<RequiredView>, 
/**
 * The decision that waits to be sent.
 */
decided: WaitingKindView | null, };
export type LeftOutRow = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The case's human number.
 */
case_ref: string, 
/**
 * What it is about.
 */
subject: string, 
/**
 * When the opinion is due.
 */
due_at: string | null, };
export type CaseRow = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The case's human number.
 */
case_ref: string, 
/**
 * What it is about.
 */
subject: string, 
/**
 * Sex.
 */
sex: SexView, 
/**
 * Age in years.
 */
age: number | null, 
/**
 * Minor or protected adult.
 */
represented: RepresentedView | null, 
/**
 * When the opinion is due.
 */
due_at: string | null, 
/**
 * How much that presses.
 */
urgency: Urgency, 
/**
 * Pieces whose every page was seen.
 */
pieces_seen: number, 
/**
 * Pieces opened at least once.
 */
pieces_opened: number, 
/**
 * Pieces.
 */
pieces: number, 
/**
 * Mandatory fields filled.
 */
fields_filled: number, 
/**
 * Mandatory fields.
 */
fields: number, 
/**
 * Questions answered.
 */
answers: number, 
/**
 * Questions.
 */
questions: number, 
/**
 * Whether anything was written.
 */
started: boolean, 
/**
 * How much of it is on this PC.
 */
reception: ReceptionView, };
export type SignedRow = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The case's human number.
 */
case_ref: string, 
/**
 * What it is about.
 */
subject: string, 
/**
 * When it was signed.
 */
signed_at: string, 
/**
 * When the platform received it; nothing while it waits on this PC.
 */
received_at: string | null, 
/**
 * Until when it may be read here.
 */
readable_until: string | null, };
export type WorklistView = { 
/**
 * The platform's clock when this was made.
 */
now: string, 
/**
 * To decide, the most pressing first.
 */
offers: Array<OfferView>, 
/**
 * To write, by due date.
 */
in_progress: Array<CaseRow>, 
/**
 * Signed, newest first.
 */
signed: Array<SignedRow>, 
/**
 * Forgotten on this PC because he asked for it; still his.
 */
left_out: Array<LeftOutRow>, 
/**
 * Closed and erased from this PC.
 */
closed: number, 
/**
 * When the list was last read from the platform; nothing if never since sign-in.
 */
updated_at: string | null, };
export type RepresentativeView = { 
/**
 * Minor or protected adult.
 */
kind: RepresentedView, 
/**
 * Name.
 */
name: string, 
/**
 * Capacity.
 */
capacity: string, 
/**
 * When the represented person was informed, ISO 8601.
 */
informed_on: string, };
export type PatientView = { 
/**
 * Birth name in capitals.
 */
family_name: string, 
/**
 * First name.
 */
given_name: string, 
/**
 * Sex.
 */
sex: SexView, 
/**
 * Birth date, ISO 8601.
 */
birth_date: string, 
/**
 * Age in years.
 */
age: number | null, 
/**
 * Whether the identity is qualified (R59).
 */
identity_qualified: boolean, 
/**
 * Who acts for the patient (R42).
 */
representative: RepresentativeView | null, };
export type QuestionView = { 
/**
 * Its identifier.
 */
id: string, 
/**
 * The patient's words.
 */
text: string, };
export type PieceRow = { 
/**
 * Its identifier.
 */
id: string, 
/**
 * Its number, as cited.
 */
number: number, 
/**
 * Its title.
 */
title: string, 
/**
 * Its media type.
 */
media_type: string, 
/**
 * Who made or deposited it.
 */
author: string | null, 
/**
 * Deposited by the patient.
 */
from_patient: boolean, 
/**
 * Clinical date, ISO 8601: the expert's, else that of the file.
 */
clinical_date: string, 
/**
 * The one of the file.
 */
filed_date: string, 
/**
 * The one that the words of its first page tell, if they do.
 */
read_date: string | null, 
/**
 * Pages.
 */
pages: number, 
/**
 * Pages already seen, from 1.
 */
pages_seen: Array<number>, 
/**
 * Pages that were turned.
 */
turned: Array<TurnView>, 
/**
 * What kind of paper it is.
 */
kind: PieceKind, 
/**
 * How much of it is on this PC.
 */
reception: ReceptionView, };
export type ReportRow = { 
/**
 * Its identifier.
 */
id: string, 
/**
 * Version, from 1.
 */
version: number, 
/**
 * When it was signed.
 */
signed_at: string, };
export type FieldView = { "kind": "summary" } | { "kind": "analysis" } | { "kind": "answer", 
/**
 * The question.
 */
question: string, } | { "kind": "conclusion" } | { "kind": "certainty" } | { "kind": "agreement" } | { "kind": "examinations" } | { "kind": "gravity" } | { "kind": "limits" } | { "kind": "acts" } | { "kind": "participants" } | { "kind": "incidents" };
export type CaseView = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The case's human number.
 */
case_ref: string, 
/**
 * The patient.
 */
patient: PatientView, 
/**
 * The treating physician, where known.
 */
treating_physician: string | null, 
/**
 * Whether the report may be sent to the treating physician (R39).
 */
sharing_granted: boolean, 
/**
 * The patient's main question.
 */
question: string, 
/**
 * The patient's separate questions.
 */
questions: Array<QuestionView>, 
/**
 * When the opinion is due.
 */
due_at: string | null, 
/**
 * How much that presses.
 */
urgency: Urgency, 
/**
 * Whether the opinion may still be written.
 */
writable: boolean, 
/**
 * Whether a signed opinion waits on this PC or was received.
 */
signed: boolean, 
/**
 * The signed opinion on this PC.
 */
report: ReportRow | null, 
/**
 * The pieces, by clinical date.
 */
pieces: Array<PieceRow>, 
/**
 * Marks on their pages.
 */
annotations: Array<AnnotationView>, 
/**
 * Expected pieces that are missing.
 */
missing: Array<RequiredView>, 
/**
 * How much of the case is on this PC.
 */
reception: ReceptionView, 
/**
 * The opinion as last saved.
 */
content: OpinionContent, 
/**
 * When it was last saved.
 */
saved_at: string | null, 
/**
 * What is left to do.
 */
remaining: Array<FieldView>, 
/**
 * Something of what was written or read here was changed or taken out from outside; what is here is what was left.
 */
damaged: boolean, };
export type PageSizeView = { 
/**
 * Width in CSS pixels at 100 %.
 */
width: number, 
/**
 * Height in CSS pixels at 100 %.
 */
height: number, 
/**
 * How many pages of this size follow each other.
 */
count: number, };
export type DocumentView = { 
/**
 * Unguessable, valid until closed or locked.
 */
handle: string, 
/**
 * How many pages it has.
 */
pages: number, 
/**
 * How large they are, in order.
 */
sizes: Array<PageSizeView>, 
/**
 * Whether pages are vector (PDF, papers) and stay sharp at any width.
 */
scalable: boolean, 
/**
 * The file stops before its end, where what is missing is drawn grey, or is not among the images; or a paper goes on beyond the pages that were laid out.
 */
truncated: boolean, 
/**
 * Pages were laid out here: the author's may look otherwise.
 */
laid_out: boolean, 
/**
 * They are images of DICOM, whose values are at `case://localhost/image/<handle>/<page>`.
 */
images: boolean, 
/**
 * The page of the image that is decoded already.
 */
first_image: number | null, 
/**
 * The piece is still coming: these are the images that were here when it was opened, and their pages are not yet those that they will have.
 */
partial: boolean, };
export type OutlineRow = { 
/**
 * Its title.
 */
title: string, 
/**
 * From 0.
 */
level: number, 
/**
 * The page it leads to, from 1; nothing where it only stands above others.
 */
page: number | null, };
export type OutlineView = { 
/**
 * Its entries.
 */
entries: Array<OutlineRow>, };
export type ImagesView = { 
/**
 * What belongs behind each other.
 */
stacks: Array<StackView>, 
/**
 * What lies beside them and is not shown.
 */
left_out: LeftOutView, 
/**
 * What lies on which viewport, as the reader laid out images of this kind last; empty if he never did.
 */
hanging: Array<HungView>, };
export type LeftOutView = { 
/**
 * They cannot be read.
 */
damaged: number, 
/**
 * Reports, of any kind.
 */
reports: number, 
/**
 * Recordings: of the heart, for one.
 */
waveforms: number, 
/**
 * What is no image and no report: how images are to be shown, which are important, plans of treatment.
 */
notes: number, };
export type HungView = { 
/**
 * Its place among the stacks of the document, from 0; nothing where one viewport shows them one after the other.
 */
stack: number | null, 
/**
 * Center and width of a window that was chosen, in Hounsfield units.
 */
window: [number, number] | null, 
/**
 * Black is white.
 */
inverted: boolean, };
export type StackView = { 
/**
 * The page of its first image, from 1.
 */
first: number, 
/**
 * Study Instance UID.
 */
study: string, 
/**
 * Study Description.
 */
study_description: string, 
/**
 * Series Instance UID.
 */
series: string, 
/**
 * Series Number.
 */
number: number | null, 
/**
 * Series Description.
 */
description: string, 
/**
 * Modality, as DICOM calls it.
 */
modality: string, 
/**
 * Body Part Examined, as DICOM calls it.
 */
body_part: string, 
/**
 * Frame of Reference UID: positions are comparable with those of the same one alone.
 */
frame_of_reference: string, 
/**
 * When it was acquired; nothing where its images are of several days.
 */
date: string | null, 
/**
 * Whose images they are.
 */
identities: Array<ImageIdentityView>, 
/**
 * The directions of their rows and columns in the patient: three numbers each, towards his left, his back and his head.
 */
orientation: [number, number, number, number, number, number] | null, 
/**
 * What the SOP Instance UIDs of all of them begin with.
 */
instances: string, 
/**
 * In the order in which they lie.
 */
slices: Array<SliceView>, 
/**
 * They are ordered by where they lie; otherwise by number alone.
 */
placed: boolean, 
/**
 * The usual step between two of them, in millimetres.
 */
step: number | null, 
/**
 * Slices that are missing in all.
 */
missing: number, 
/**
 * The places behind which some are missing, from 1.
 */
gaps: Array<number>, 
/**
 * Slices that lie where another one does.
 */
duplicates: number, 
/**
 * Files that were there twice.
 */
copies: number, 
/**
 * From one frame to the next of a film, in milliseconds.
 */
frame_time: number | null, };
export type ImageIdentityView = { 
/**
 * Family name and given names, parted by `^`.
 */
name: string, 
/**
 * Patient ID.
 */
id: string, 
/**
 * Birth date.
 */
birth_date: string | null, 
/**
 * `M`, `F`, `O`, or nothing.
 */
sex: string, 
/**
 * Whether that is the patient of the case.
 */
owner: ImageOwnerView, };
export type ImageOwnerView = "patient" | "unnamed" | "uncompared" | "another";
export type SliceView = { 
/**
 * SOP Instance UID, but for what those of the whole stack begin with.
 */
instance: string, 
/**
 * Its frame, if it is not the first.
 */
frame?: number, 
/**
 * Instance Number.
 */
number?: number, 
/**
 * Index of whose it is, if that is not the first.
 */
identity?: number, 
/**
 * Where its first pixel lies in the patient, in millimetres towards his left, his back and his head.
 */
position?: [number, number, number], 
/**
 * Values were given up to make it smaller.
 */
lossy?: boolean, 
/**
 * Words are part of the image.
 */
annotated?: boolean, 
/**
 * `R`, `L`, `B` for both, `U` for what is not paired.
 */
laterality?: string, 
/**
 * View Position, or what it is called.
 */
view?: string, 
/**
 * Where its rows and its columns lead in the patient, as letters, where no plane says it.
 */
towards?: [string, string], };
export type FrameView = { 
/**
 * Pixels across.
 */
columns: number, 
/**
 * Pixels down.
 */
rows: number, 
/**
 * How its values are written.
 */
pixels: PixelsView, 
/**
 * A value times this,
 */
slope: number, 
/**
 * and this added, is what the modality measured.
 */
intercept: number, 
/**
 * What the values of the modality count, for example `HU`.
 */
unit: string, 
/**
 * Values had more than 16 bits, and were rounded.
 */
reduced: boolean, 
/**
 * Windows that the file proposes.
 */
windows: Array<WindowView>, 
/**
 * A window that shows what there is.
 */
automatic: WindowView, 
/**
 * How values become brightness within it.
 */
curve: CurveView, 
/**
 * The lowest value is white.
 */
inverted: boolean, 
/**
 * What its lengths are worth.
 */
scale: ScaleView, 
/**
 * Slice Thickness, in millimetres.
 */
thickness: number | null, 
/**
 * How much higher than wide a pixel is.
 */
aspect: number, 
/**
 * Levels from 0 to 255, in even steps from one end of a window to the other, where the file has a table instead of a curve.
 */
table: Array<number> | null, 
/**
 * It has one that cannot be read, for which a window stands.
 */
lacks_table: boolean, };
export type PixelsView = "grey8" | "grey16" | "signed16" | "rgb";
export type WindowView = { 
/**
 * Window Center.
 */
center: number, 
/**
 * Window Width.
 */
width: number, 
/**
 * What it is for, as the file says.
 */
name: string, };
export type CurveView = "linear" | "linear-exact" | "sigmoid";
export type ScaleView = { "kind": "calibrated", 
/**
 * Of its pixels.
 */
spacing: SpacingView, } | { "kind": "detector", 
/**
 * Of its pixels.
 */
spacing: SpacingView, } | { "kind": "regions", 
/**
 * The parts.
 */
regions: Array<RegionView>, } | { "kind": "none" };
export type SpacingView = { 
/**
 * From a row to the next: down.
 */
rows: number, 
/**
 * From a column to the next: across.
 */
columns: number, };
export type RegionView = { 
/**
 * Its left, upper, right and lower pixels.
 */
sides: [number, number, number, number], 
/**
 * Its own scale, where it shows tissue.
 */
spacing: SpacingView | null, };
export type LineView = { 
/**
 * The words.
 */
text: string, 
/**
 * From the left.
 */
x: number, 
/**
 * From the top.
 */
y: number, 
/**
 * Width.
 */
width: number, 
/**
 * Height.
 */
height: number, };
export type LinkView = { 
/**
 * From the left.
 */
x: number, 
/**
 * From the top.
 */
y: number, 
/**
 * Width.
 */
width: number, 
/**
 * Height.
 */
height: number, 
/**
 * The page, from 1.
 */
page: number, };
export type TurnView = { 
/**
 * The page, from 1.
 */
page: number, 
/**
 * Quarter turns to the right, 1 to 3.
 */
turns: number, };
export type SecondRow = { 
/**
 * The assignment.
 */
assignment: string, 
/**
 * The piece.
 */
piece: string, 
/**
 * The page to begin with, from 1.
 */
page: number, };
export type SecondCitationRow = { 
/**
 * Counts them.
 */
number: number, 
/**
 * The piece.
 */
piece: string, 
/**
 * From 1.
 */
page: number, };
export type SecondView = { 
/**
 * Nothing when there is none.
 */
shown: SecondRow | null, 
/**
 * What was last cited from it.
 */
cited: SecondCitationRow | null, };
export type PieceKind = "imaging" | "pathology" | "laboratory" | "report" | "letter" | "other";
export type AnnotationView = { 
/**
 * Its identifier, a UUID that the window chooses.
 */
id: string, 
/**
 * The piece.
 */
piece: string, 
/**
 * The page, from 1.
 */
page: number, 
/**
 * What it is.
 */
kind: AnnotationKindView, 
/**
 * Where; never empty.
 */
places: Array<PlaceView>, 
/**
 * The expert's own words; may be empty.
 */
text: string, };
export type AnnotationKindView = "highlight" | "box" | "note" | "key_image";
export type PlaceView = { 
/**
 * From the left.
 */
x: number, 
/**
 * From the top.
 */
y: number, 
/**
 * Width.
 */
width: number, 
/**
 * Height.
 */
height: number, };
export type PageWordsView = { 
/**
 * Its lines.
 */
lines: Array<LineView>, 
/**
 * Where it leads; never out of the document.
 */
links: Array<LinkView>, };
export type SealedView = { 
/**
 * In base64.
 */
sealed: string, };
export type SavedView = { 
/**
 * When.
 */
saved_at: string, 
/**
 * What is left to do.
 */
remaining: Array<FieldView>, };
export type PointKind = "piece_never_opened" | "pages_never_seen" | "piece_missing";
export type PointView = { 
/**
 * Given back in `opinion_freeze`.
 */
id: string, 
/**
 * What it is.
 */
kind: PointKind, 
/**
 * The piece's number, where there is one.
 */
number: number | null, 
/**
 * The piece or the expected document.
 */
title: string, 
/**
 * Pages never seen.
 */
pages_unseen: number, 
/**
 * The piece, to open it.
 */
piece: string | null, };
export type CheckView = { 
/**
 * Mandatory fields that are empty: they block.
 */
blocking: Array<FieldView>, 
/**
 * Points to confirm one by one.
 */
to_confirm: Array<PointView>, 
/**
 * Mandatory fields filled.
 */
fields_filled: number, 
/**
 * Mandatory fields.
 */
fields: number, 
/**
 * Questions answered.
 */
answers: number, 
/**
 * Questions.
 */
questions: number, 
/**
 * Citations.
 */
citations: number, 
/**
 * Citations whose page exists in a received piece.
 */
citations_found: number, 
/**
 * Pages seen.
 */
pages_seen: number, 
/**
 * Pages.
 */
pages: number, 
/**
 * The answer on gravity.
 */
gravity: boolean | null, 
/**
 * Whether the report may go to the treating physician, read again just now.
 */
sharing_granted: boolean, 
/**
 * When that was read.
 */
checked_at: string, };
export type FrozenView = { 
/**
 * The document, to read it.
 */
document: DocumentView, 
/**
 * SHA-256 of its bytes, lower-case hexadecimal.
 */
sha256: string, 
/**
 * Length in bytes.
 */
size: number, 
/**
 * When it was frozen.
 */
frozen_at: string, 
/**
 * Version of the report.
 */
version: number, };
export type ReceiptView = { 
/**
 * Human reference.
 */
reference: string, 
/**
 * Version of the report.
 */
version: number, 
/**
 * When the expert signed, as the signature claims.
 */
signed_at: string, 
/**
 * When the signature existed, as its timestamp says.
 */
timestamped_at: string, 
/**
 * When the platform received it.
 */
received_at: string, 
/**
 * When the patient may read it.
 */
available_at: string, 
/**
 * Until when it may be read on this PC.
 */
readable_until: string, 
/**
 * Signer in the certificate.
 */
signer: string, 
/**
 * Signer's national identifier in the certificate.
 */
signer_rpps: string, 
/**
 * SHA-256 of the file.
 */
file_digest: string, 
/**
 * SHA-256 of the signed bytes.
 */
signed_digest: string, 
/**
 * SHA-256 of the structured opinion.
 */
content_digest: string, 
/**
 * Length in bytes.
 */
size: number, };
export type SubmissionView = { 
/**
 * When it was signed.
 */
signed_at: string, 
/**
 * The platform's receipt; nothing while it waits on this PC.
 */
receipt: ReceiptView | null, 
/**
 * Why it was not sent yet.
 */
waiting: Failure | null, };
export type AccessRow = { 
/**
 * When.
 */
at: string, 
/**
 * Who.
 */
who: string, 
/**
 * Role: `expert`, `platform`.
 */
role: string, 
/**
 * What: a stable word that the locale files name.
 */
action: string, 
/**
 * How many.
 */
count: number | null, 
/**
 * From which PC.
 */
device: string | null, 
/**
 * Done while the platform was out of reach.
 */
offline: boolean, 
/**
 * The platform has it; else the patient reads it once it was delivered.
 */
delivered: boolean, };
export type AccessListView = { 
/**
 * Newest first.
 */
items: Array<AccessRow>, 
/**
 * Whether the platform answered: else only what is not delivered yet is there.
 */
whole: boolean, };
export type FoundView = { 
/**
 * In the order of the pieces and their pages, the first ones if there are many.
 */
hits: Array<HitRow>, 
/**
 * In what was written.
 */
written: Array<WrittenHitRow>, 
/**
 * How many there are of both.
 */
total: number, 
/**
 * Pieces whose words are not read yet.
 */
unread: number, 
/**
 * Pieces without words.
 */
wordless: number, 
/**
 * Pages without words of their own that are still to be recognised.
 */
recognising: number, 
/**
 * There are such pages, and nothing on this PC that recognises them.
 */
recognition_missing: boolean, };
export type HitRow = { 
/**
 * Piece.
 */
piece: string, 
/**
 * Page, from 1.
 */
page: number, 
/**
 * The line up to the words.
 */
before: string, 
/**
 * The words as they are written there.
 */
found: string, 
/**
 * The rest of the line.
 */
after: string, 
/**
 * From the left, in parts of the page's width.
 */
x: number, 
/**
 * From the top, in parts of its height.
 */
y: number, 
/**
 * Width, in parts of its width.
 */
width: number, 
/**
 * Height, in parts of its height.
 */
height: number, 
/**
 * The words were recognised on the page: they may not be what is printed there.
 */
recognised: boolean, };
export type WrittenHitRow = { 
/**
 * In which text.
 */
place: WrittenPlaceView, 
/**
 * The paragraph up to the words.
 */
before: string, 
/**
 * The words as they are written there.
 */
found: string, 
/**
 * The rest of the paragraph.
 */
after: string, };
export type WrittenPlaceView = { "kind": "question", 
/**
 * Which one; nothing for the main one.
 */
question: string | null, } | { "kind": "note", 
/**
 * The annotation.
 */
annotation: string, 
/**
 * The piece.
 */
piece: string, 
/**
 * The page, from 1.
 */
page: number, } | { "kind": "opinion", 
/**
 * Which one.
 */
field: FieldView, };
export type Done = Record<symbol, never>;
export interface OpinionContent {
  summary: RichText;
  analysis: RichText;
  answers: { question: string; text: RichText; cannot_be_answered: boolean }[];
  conclusion: RichText;
  certainty: 'high' | 'moderate' | 'low' | null;
  agreement: 'agrees' | 'partly' | 'disagrees' | 'no_first_opinion' | null;
  examinations: RichText;
  gravity: boolean | null;
  limits: RichText;
  acts: RichText;
  participants: RichText;
  incidents: RichText;
}
/** An image of DICOM that is cited: its names, its place as it is shown, and how it was looked at; a window in thousandths. */
export interface CitedSlice {
  study: string;
  series: string;
  instance: string;
  frame: number;
  date: string | null;
  series_number: number | null;
  number: number | null;
  slice: number;
  window: { center: number; width: number } | null;
  region: [number, number, number, number] | null;
}
/** A ProseMirror `doc` node. */
export interface RichText { type: 'doc'; content?: unknown[] }
export interface Commands {
  /** Who is at the desk. */
  session_view: { request: NoRequest; response: SessionView };
  /** Sign-in of the platform account; enrols this PC the first time. */
  session_sign_in: { request: SignInRequest; response: SessionView };
  /** How the platform lets people sign in (R8). */
  sign_in_ways: { request: NoRequest; response: SignInWaysView };
  /** Sign-in in the system browser (R4, R9, R10). */
  browser_sign_in: { request: BrowserRequest; response: SessionView };
  /** A recent proof in the system browser, before signing (R20). */
  browser_confirm: { request: BrowserRequest; response: SessionView };
  /** Sends a sign-in to the phone or the card of a physician (R6). */
  ciba_begin: { request: CibaBeginRequest; response: CibaView };
  /** Waits for his answer. */
  ciba_wait: { request: NoRequest; response: SessionView };
  /** Gives up the sign-in under way in the browser or on the phone. */
  sign_in_give_up: { request: NoRequest; response: Done };
  /** What a new authenticator is to learn (R9). */
  totp_enrol: { request: NoRequest; response: TotpSecretView };
  /** Its first code: it counts, and the physician is signed in. */
  totp_confirm: { request: TotpConfirmRequest; response: TotpConfirmedView };
  /** A new password in place of one that is too old or was stolen (R16, R17); signed in afterwards. */
  password_change: { request: PasswordChangeRequest; response: SessionView };
  /** A recent proof of both factors, before signing (R20). */
  session_confirm: { request: SignInRequest; response: SessionView };
  /** Sign-out: tokens revoked, cache closed (R21). */
  session_sign_out: { request: NoRequest; response: SessionView };
  /** Locks the desk; the unlock code opens it again. */
  session_lock: { request: NoRequest; response: SessionView };
  /** Opens the locked desk. */
  session_unlock: { request: UnlockCodeRequest; response: SessionView };
  /** Work under the lease, without the platform (R51). */
  session_work_offline: { request: WorkOfflineRequest; response: SessionView };
  /** Somebody is at the window. */
  session_touch: { request: NoRequest; response: Done };
  /** Chooses the unlock code of this physician on this PC. */
  unlock_code_choose: { request: UnlockCodeRequest; response: SessionView };
  /** The physician's installations. */
  device_list: { request: NoRequest; response: DeviceListView };
  /** Revokes one of them (R14, R20). */
  device_revoke: { request: DeviceRequest; response: Done };
  /** The physician's passkeys and security keys (R9). */
  passkey_list: { request: NoRequest; response: PasskeyListView };
  /** Adds one in the system browser. */
  passkey_add: { request: NoRequest; response: Done };
  /** Removes one. */
  passkey_remove: { request: PasskeyRequest; response: Done };
  /** Mes dossiers, read from the platform, or from this PC when it does not answer. */
  worklist_view: { request: NoRequest; response: WorklistView };
  /** Accepts an offer; its pieces start coming. */
  offer_accept: { request: OfferAcceptRequest; response: DecidedView };
  /** Declines an offer. */
  offer_decline: { request: OfferDeclineRequest; response: DecidedView };
  /** What waits to be sent (R66, R81). */
  outbox_view: { request: NoRequest; response: OutboxView };
  /** Tries to send it now. */
  outbox_send: { request: NoRequest; response: OutboxView };
  /** Gives up something that the platform refused. */
  outbox_dismiss: { request: WaitingRequest; response: OutboxView };
  /** Fetches pieces only when they are asked for, or ahead again. */
  prefetch_pause: { request: PrefetchRequest; response: SessionView };
  /** Opens a case. */
  case_view: { request: CaseRequest; response: CaseView };
  /** Receives what is missing of a case, in the background. */
  case_receive: { request: CaseRequest; response: Done };
  /** Stops receiving; what has come stays. */
  case_receive_stop: { request: CaseRequest; response: Done };
  /** Forgets a case on this PC. */
  case_forget: { request: CaseForgetRequest; response: Done };
  /** Takes it back. */
  case_take_back: { request: CaseRequest; response: Done };
  /** Opens a piece in its confined reader. */
  piece_open: { request: PieceOpenRequest; response: DocumentView };
  /** Opens a piece that asks for a password. */
  piece_unlock: { request: PieceUnlockRequest; response: DocumentView };
  /** Searches the words of a case. */
  case_search: { request: CaseSearchRequest; response: FoundView };
  /** Puts a document away. */
  document_close: { request: DocumentRequest; response: Done };
  /** The outline of an open document. */
  document_outline: { request: DocumentRequest; response: OutlineView };
  /** The series of an open document of images. */
  document_images: { request: DocumentRequest; response: ImagesView };
  hanging_keep: { request: HangingKeepRequest; response: Done };
  /** The words of a page of an open document, and where it leads. */
  page_words: { request: PageWordsRequest; response: PageWordsView };
  /** Writes down that words of a piece, or of the signed opinion, are about to be copied (R96). */
  piece_copy: { request: PieceRequest; response: Done };
  /** Marks pages as seen. */
  page_seen: { request: PageSeenRequest; response: Done };
  /** Corrects the clinical date of a piece. */
  piece_date: { request: PieceDateRequest; response: Done };
  /** Keeps how a page lies. */
  page_turn: { request: PageTurnRequest; response: Done };
  /** What lies on the second screen, and what is cited from it. */
  second_view: { request: NoRequest; response: SecondView };
  /** Puts a piece there; its window opens. */
  second_show: { request: SecondShowRequest; response: Done };
  /** Cites a page of it in the opinion. */
  second_cite: { request: SecondCiteRequest; response: Done };
  /** Takes it away; its window closes. */
  second_close: { request: NoRequest; response: Done };
  /** Keeps a mark on a page. */
  annotation_keep: { request: AnnotationKeepRequest; response: Done };
  /** Takes a mark away. */
  annotation_erase: { request: AnnotationEraseRequest; response: Done };
  /** Keeps the draft. */
  opinion_write: { request: OpinionWriteRequest; response: SavedView };
  /** The check before signature. */
  opinion_check: { request: CaseRequest; response: CheckView };
  /** Freezes the very bytes that will be signed (R75). */
  opinion_freeze: { request: OpinionFreezeRequest; response: FrozenView };
  /** Signs what was frozen and sends it. */
  opinion_sign: { request: OpinionSignRequest; response: SubmissionView };
  /** Sends again what waits on this PC. */
  submission_send: { request: CaseRequest; response: SubmissionView };
  /** What became of the signed opinion. */
  submission_view: { request: CaseRequest; response: SubmissionView };
  /** Opens the signed opinion. */
  report_open: { request: CaseRequest; response: DocumentView };
  /** What the patient reads about who opened the case. */
  access_list: { request: CaseRequest; response: AccessListView };
}
/** Commands whose answers travel sealed. */
export const SEALED: readonly (keyof Commands)[] = ['worklist_view', 'case_view', 'case_search', 'document_outline', 'document_images', 'page_words', 'opinion_check', 'access_list'];
