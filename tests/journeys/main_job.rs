//! The main job on the cases of the demonstration, with pieces made by other software among them.

use relecture_bridge as bridge;
use relecture_bridge::{
    CaseView, FailureCode, FrozenView, PieceRequest, PointKind, ReceiptView, ReceptionState,
};
use relecture_crypto::sha256;
use relecture_platform_client::verify_receipt;
use relecture_platform_server::AuditEntry;
#[cfg(target_os = "linux")]
use relecture_testkit::desktop::traces;
use relecture_testkit::{
    cases::SyntheticCase,
    platform::{DemoExpert, DemoPlatform},
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::{Seat, TestClock, draft, of, opinion_of, watch};

/// The demonstration's platform, and a new PC for the expert of one of its cases.
struct Demo {
    platform: DemoPlatform,
    expert: DemoExpert,
    case: SyntheticCase,
    assignment: Uuid,
    _folder: TempDir,
}

impl Demo {
    async fn open(slug: &str) -> (Self, Seat) {
        watch();
        let folder = tempfile::tempdir().expect("a folder");
        let clock = TestClock::new();
        let own = folder.path().join("platform");
        let platform = DemoPlatform::start(&own, clock.port(), None)
            .await
            .expect("the platform starts");
        let (case, assignment) = platform.case(slug).expect("the case");
        let (case, expert) = (
            case.clone(),
            platform.expert_of(slug).expect("an expert").clone(),
        );
        let authority = std::fs::read_to_string(&platform.authority).expect("the authority");
        let data = folder.path().join("pc");
        let seat = Seat::new(&platform.url(), Some(&authority), &data, &expert, &clock);
        (
            Self {
                platform,
                expert,
                case,
                assignment,
                _folder: folder,
            },
            seat,
        )
    }

    fn audited(&self, action: &str) -> Vec<AuditEntry> {
        let mut entries = self
            .platform
            .platform
            .audit()
            .expect("reads")
            .expect("the chain holds");
        entries.retain(|entry| entry.action == action);
        entries
    }

    /// The patient's names, birth date and numbers: nothing of them is for eyes or disks that need them not.
    fn identity(&self) -> Vec<String> {
        let patient = &self.case.file.patient;
        let mut words = self.case.file.canary.manifest.clone();
        words.extend([patient.birth_name.clone(), patient.first_given_name.clone()]);
        words.push(patient.birth_date.to_string());
        words.extend(patient.ins_value.clone());
        words.extend(
            self.case
                .file
                .representative
                .as_ref()
                .map(|person| person.name.clone()),
        );
        words
    }

    /// Signed in, with every piece on this PC.
    async fn at_work(&self, seat: &Seat) -> CaseView {
        seat.sign_in().await.expect("signs in");
        seat.accept(self.assignment).await.expect("accepts");
        let reception = seat.received(self.assignment).await;
        assert_eq!(reception.state, ReceptionState::Complete);
        assert_eq!(reception.received, reception.total);
        seat.case(self.assignment).await.expect("the case")
    }

    /// Everything read, the opinion written.
    async fn written(&self, seat: &Seat) {
        let case = self.at_work(seat).await;
        seat.read_everything(self.assignment).await;
        let content = opinion_of(&self.case.opinion, &case);
        let saved = seat.write(self.assignment, content).await.expect("saved");
        assert_eq!(saved.remaining, [], "R69: every mandatory field is filled");
    }

    /// The same text with a word more.
    async fn rewritten(&self, seat: &Seat) {
        let case = seat.case(self.assignment).await.expect("the case");
        let mut opinion = self.case.opinion.clone();
        opinion.conclusion.text.push_str(" Relu.");
        let saved = seat
            .write(self.assignment, opinion_of(&opinion, &case))
            .await;
        saved.expect("saved");
    }

    /// From sign-in to receipt.
    async fn signed(&self, seat: &Seat) -> (FrozenView, ReceiptView) {
        self.written(seat).await;
        let frozen = seat.freeze_as_it_is(self.assignment).await;
        let signed = seat
            .sign(self.assignment, &frozen.sha256)
            .await
            .expect("signed");
        assert_eq!(signed.waiting, None);
        (frozen, signed.receipt.expect("a receipt"))
    }
}

/// R9, R13, R26: sign-in enrols this PC; an offer says what it is about and nothing of whom.
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_listed_without_anything_that_names_the_patient() {
    let (demo, seat) = Demo::open("scoliose").await;
    assert_eq!(seat.session().await.expert, None);

    let session = seat.sign_in().await.expect("signs in");
    assert_eq!(session.expert.expect("an expert").name, demo.expert.name);
    assert!(session.authentication_fresh && session.workstation.enrolled_at.is_some());
    assert_eq!(demo.audited("device.enrolled").len(), 1);

    let list = seat.list().await.expect("the list");
    let offer = list
        .offers
        .iter()
        .find(|offer| offer.assignment == demo.assignment.to_string());
    let offer = offer.expect("the offer");
    assert_eq!(offer.pathology, demo.case.file.pathology.label);
    assert_eq!(offer.question, demo.case.file.offer.question);
    assert_eq!(offer.pieces as usize, demo.case.file.pieces.len());
    assert_eq!(offer.represented, Some(bridge::RepresentedView::Minor));
    let shown = serde_json::to_string(&list).expect("JSON");
    for word in demo.identity() {
        assert!(!shown.contains(&word), "the list says {word}");
    }
    // What was not accepted is not to be had.
    let refused = seat
        .case(demo.assignment)
        .await
        .expect_err("not before acceptance");
    assert_eq!(refused.code, FailureCode::CaseGone);
    let refused = seat
        .receive(demo.assignment)
        .await
        .expect_err("not before acceptance");
    assert_eq!(refused.code, FailureCode::StateConflict);
}

/// R46, R55: an accepted case comes whole, and every page of every piece is shown, of pieces made by other software too.
#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_an_accepted_case_is_shown() {
    let (demo, seat) = Demo::open("rein").await;
    let case = demo.at_work(&seat).await;
    let patient = &demo.case.file.patient;
    assert_eq!(case.patient.family_name, patient.birth_name);
    assert_eq!(case.patient.birth_date, patient.birth_date.to_string());
    assert_eq!(case.pieces.len(), demo.case.file.pieces.len());
    for kind in ["application/pdf", "image/png"] {
        let row = case.pieces.iter().find(|piece| piece.media_type == kind);
        assert!(row.is_some(), "a piece is {kind}");
    }
    seat.read_everything(demo.assignment).await;
    let list = seat.list().await.expect("the list");
    let row = &list.in_progress[0];
    assert_eq!(
        (row.pieces_seen, row.pieces_opened),
        (row.pieces, row.pieces)
    );

    // R98: the patient reads who opened what.
    let request = of(demo.assignment);
    let accesses = bridge::access_list(&seat.desk, request)
        .await
        .expect("the accesses")
        .items;
    let downloads = accesses
        .iter()
        .find(|row| row.action == "documents.downloaded");
    assert_eq!(downloads.expect("told").count, Some(row.pieces));
}

/// R69, R72: nothing is frozen before every mandatory field is filled and every remaining point confirmed.
#[tokio::test(flavor = "multi_thread")]
async fn an_opinion_is_frozen_only_when_complete_and_confirmed() {
    let (demo, seat) = Demo::open("rein").await;
    let id = demo.assignment;
    let case = demo.at_work(&seat).await;

    // Nothing is read and nothing is written: it cannot be frozen, whatever is confirmed.
    let check = seat.check(id).await.expect("the check");
    assert_eq!(check.blocking.len(), check.fields as usize);
    assert_eq!(check.pages_seen, 0);
    let points: Vec<String> = check.to_confirm.into_iter().map(|point| point.id).collect();
    let refused = seat.freeze(id, &points).await.expect_err("incomplete");
    assert_eq!(refused.code, FailureCode::OpinionIncomplete);

    seat.read_everything(id).await;
    let content = opinion_of(&demo.case.opinion, &case);
    seat.write(id, content).await.expect("saved");
    let check = seat.check(id).await.expect("the check");
    assert_eq!(check.blocking, []);
    assert!(check.pages > 10 && check.pages_seen == check.pages);
    assert!(check.citations > 5 && check.citations_found == check.citations);
    // What is left to confirm is the piece that never came.
    let kinds: Vec<PointKind> = check.to_confirm.iter().map(|point| point.kind).collect();
    assert_eq!(kinds, [PointKind::PieceMissing]);
    let refused = seat.freeze(id, &[]).await.expect_err("unconfirmed");
    assert_eq!(refused.code, FailureCode::OpinionUnconfirmed);
    let confirmed = [check.to_confirm[0].id.clone()];
    seat.freeze(id, &confirmed).await.expect("frozen");
}

/// R75, R77, R78: what was shown is what is signed, and the receipt, kept on this PC, speaks of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_shown_is_what_is_signed_and_received() {
    let (demo, seat) = Demo::open("rein").await;
    let id = demo.assignment;
    demo.written(&seat).await;
    let frozen = seat.freeze_as_it_is(id).await;
    for number in 1..=frozen.document.pages {
        let page = seat.page(&frozen.document, number as usize).await;
        assert!(page.is_some(), "page {number} is shown");
    }
    let other = sha256(b"something else").to_string();
    let refused = seat.sign(id, &other).await.expect_err("not what was shown");
    assert_eq!(refused.code, FailureCode::OpinionChanged);
    // A word more, and what was frozen is frozen no more.
    demo.rewritten(&seat).await;
    let refused = seat
        .sign(id, &frozen.sha256)
        .await
        .expect_err("frozen no more");
    assert_eq!(refused.code, FailureCode::OpinionChanged);

    let frozen = seat.freeze_as_it_is(id).await;
    let signed = seat.sign(id, &frozen.sha256).await.expect("signed");
    let receipt = signed.receipt.expect("a receipt");
    assert_eq!(receipt.signer_rpps, demo.expert.rpps);
    assert_eq!(receipt.signer, demo.expert.name);
    // The signature was appended to the very bytes that were shown.
    let platform = &demo.platform.platform;
    let kept = platform.archived_report(id, 1).expect("archived");
    assert_eq!(
        sha256(&kept.pdf[..frozen.size as usize]).to_string(),
        frozen.sha256
    );
    assert_eq!(sha256(&kept.pdf).to_string(), receipt.file_digest);
    assert_eq!(kept.pdf.len(), receipt.size as usize);
    let submission = seat.desk.submission(id).await.expect("kept");
    let jws = submission.receipt_jws.expect("as signed by the platform");
    assert_eq!(jws, kept.receipt);
    let verified = verify_receipt(&jws, platform.receipt_key()).expect("the platform's");
    assert_eq!(Some(verified), submission.receipt);
}

/// R81: however often a signed opinion is sent, there is one report and one receipt; and it is written no more.
#[tokio::test(flavor = "multi_thread")]
async fn a_signed_opinion_is_received_once_and_written_no_more() {
    let (demo, seat) = Demo::open("valve").await;
    let id = demo.assignment;
    let (_, receipt) = demo.signed(&seat).await;
    for _ in 0..2 {
        let again = seat.send(id).await.expect("answered").receipt;
        assert_eq!(again.as_ref(), Some(&receipt));
    }
    assert_eq!(demo.audited("report.received").len(), 1);
    let refused = seat
        .write(id, draft("Encore un mot."))
        .await
        .expect_err("signed");
    assert_eq!(refused.code, FailureCode::StateConflict);
    let list = seat.list().await.expect("the list");
    assert_eq!(list.in_progress, []);
    let signed: Vec<&String> = list.signed.iter().map(|row| &row.assignment).collect();
    assert_eq!(signed, [&id.to_string()]);
}

/// R48: after the main job no byte of the patient, of a piece, of the opinion or of a secret is anywhere on this PC in clear.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_case_is_on_the_disk_in_clear() {
    let (demo, seat) = Demo::open("rein").await;
    let (_, receipt) = demo.signed(&seat).await;
    let id = demo.assignment;

    let canary = &demo.case.file.canary;
    let mut words = demo.identity();
    words.extend(canary.piece.clone());
    words.push(canary.opinion.clone());
    // Not vacuous: the expert had all of it before his eyes a moment ago.
    let case = serde_json::to_string(&seat.case(id).await.expect("the case")).expect("JSON");
    for word in [&canary.opinion, &demo.case.file.patient.birth_name] {
        assert!(case.contains(word.as_str()), "{word} was shown");
    }
    words.extend([
        demo.expert.totp_secret.clone(),
        demo.expert.password.clone(),
    ]);
    words.extend(case_words(&demo));
    // What every PDF begins and ends with, the report and the pieces among them.
    words.extend(["%PDF-1.", "%%EOF", "/Type/Page", "endstream"].map(str::to_owned));
    // What the desk keeps in records of its own.
    words.extend(["sealed_sha256", "birth_date", "receipt_jws"].map(str::to_owned));
    words.push(receipt.file_digest);

    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let pieces = demo.case.file.pieces.len();
    let looked = |data: &std::path::Path| {
        let (found, files) = traces(data, &words).expect("every file is read");
        assert_eq!(found, [], "in clear");
        // The pieces, the report, the records, the state.
        assert!(files > pieces + 3, "only {files} files");
    };
    looked(seat.data());
    let seat = seat.reopened();
    looked(seat.data());
}

/// Longer words of the case, as the window showed them.
#[cfg(target_os = "linux")]
fn case_words(demo: &Demo) -> Vec<String> {
    let file = &demo.case.file;
    let mut words = vec![file.offer.question.clone(), file.number.clone()];
    words.extend(file.pieces.iter().map(|piece| piece.title.clone()));
    words
}

/// R78, R81: the receipt, the signed report and the text are there after the application was closed and opened again.
#[tokio::test(flavor = "multi_thread")]
async fn the_reopened_desk_has_the_receipt_the_report_and_the_text() {
    let (demo, seat) = Demo::open("scoliose").await;
    let id = demo.assignment;
    let (_, receipt) = demo.signed(&seat).await;
    let before = seat.case(id).await.expect("the case");

    let seat = seat.reopened();
    let signed_out = seat.submission(id).await.expect_err("nobody is signed in");
    assert_eq!(signed_out.code, FailureCode::SessionEnded);
    seat.sign_in().await.expect("signs in");
    assert_eq!(
        demo.audited("device.enrolled").len(),
        1,
        "the same installation"
    );
    assert_eq!(
        seat.submission(id).await.expect("kept").receipt,
        Some(receipt)
    );
    let report = bridge::report_open(&seat.desk, of(id))
        .await
        .expect("opens");
    assert!(
        seat.page(&report, 1).await.is_some(),
        "the signed opinion is shown"
    );
    let after = seat.case(id).await.expect("the case");
    let lies = after.report.expect("it lies beside the pieces");
    assert_eq!(lies.version, 1);
    // R96: its words are copied once that is written down, and no others.
    let copy = |of: &str| PieceRequest {
        assignment: id.to_string(),
        piece: of.to_owned(),
    };
    bridge::piece_copy(&seat.desk, copy(&lies.id))
        .await
        .expect("written down");
    let other = bridge::piece_copy(&seat.desk, copy(&id.to_string())).await;
    assert_eq!(other.expect_err("no piece").code, FailureCode::CaseGone);
    assert_eq!(after.content, before.content);
    assert_eq!(after.pieces, before.pieces, "with the pages that were seen");
    // The pieces came once.
    let downloads = demo.audited("documents.downloaded");
    assert_eq!(downloads.len(), demo.case.file.pieces.len());
}
