//! When what a piece reports was done.

use jiff::civil::date;
use relecture_bridge::{self as bridge, CaseView, Failure, FailureCode, PieceDateRequest};
use relecture_platform_server::NewPiece;
use uuid::Uuid;

use crate::support::{House, Seat, piece};

const CODE: &str = "chaise rouge 42";

fn report(title: &str, words: &str, filed: jiff::civil::Date) -> NewPiece {
    NewPiece {
        clinical_date: filed,
        ..piece(title, "text/plain", words.as_bytes().to_vec())
    }
}

async fn correct(seat: &Seat, id: Uuid, piece: &str, date: Option<&str>) -> Result<(), Failure> {
    let request = PieceDateRequest {
        assignment: id.to_string(),
        piece: piece.to_owned(),
        date: date.map(ToOwned::to_owned),
    };
    bridge::piece_date(&seat.desk, request).await.map(drop)
}

fn titles(case: &CaseView) -> Vec<&str> {
    case.pieces
        .iter()
        .map(|piece| piece.title.as_str())
        .collect()
}

/// R72: a date that the first page tells is proposed and no more; the one that the physician gives puts the piece in its place on the
/// timeline, stays after a restart without the platform, and is the one of the report.
#[tokio::test(flavor = "multi_thread")]
async fn r72_the_date_of_a_piece_is_read_and_corrected() {
    let mut house = House::open();
    let scanner =
        "Scanner thoracique\nDate de l'examen : 3 f\u{e9}vrier 2026\nImprim\u{e9} le 04/05/2026\n";
    let (seat, _, id) = house
        .at_work(vec![
            report("Courrier", "Cher confr\u{e8}re", date(2026, 4, 1)),
            report("Scanner", scanner, date(2026, 5, 2)),
        ])
        .await;
    seat.choose_code(CODE).await.expect("a code");
    let case = seat.case(id).await.expect("the case");
    assert_eq!(titles(&case), ["Courrier", "Scanner"]);
    assert_eq!(case.pieces[1].read_date, None);

    // Reading the page is enough.
    let scanner = case.pieces[1].id.clone();
    let document = seat.open(id, &scanner).await.expect("opens");
    bridge::page_words(
        &seat.desk,
        bridge::PageWordsRequest {
            handle: document.handle,
            page: 1,
        },
    )
    .await
    .expect("its words");
    let read = async |seat: &Seat| {
        seat.case(id).await.expect("the case").pieces[1]
            .read_date
            .clone()
    };
    seat.until("its date is read", async || read(&seat).await.is_some())
        .await;
    assert_eq!(read(&seat).await.as_deref(), Some("2026-02-03"));
    let case = seat.case(id).await.expect("the case");
    assert_eq!(case.pieces[1].clinical_date, "2026-05-02", "a proposal");

    correct(&seat, id, &scanner, Some("2026-02-03"))
        .await
        .expect("kept");
    let case = seat.case(id).await.expect("the case");
    assert_eq!(titles(&case), ["Scanner", "Courrier"]);
    assert_eq!(case.pieces[0].number, 2, "what is cited keeps its number");
    assert_eq!(case.pieces[0].filed_date, "2026-05-02");
    let failure = correct(&seat, id, &scanner, Some("2126-02-03")).await;
    assert_eq!(
        failure.expect_err("refused").code,
        FailureCode::DateInFuture
    );
    let failure = correct(&seat, id, &scanner, Some("3 f\u{e9}vrier")).await;
    assert_eq!(failure.expect_err("refused").code, FailureCode::Internal);

    house.stop().await;
    let seat = seat.reopened();
    seat.work_offline(CODE).await.expect("sits down");
    let case = seat.case(id).await.expect("the case");
    assert_eq!(titles(&case), ["Scanner", "Courrier"]);

    // What the file says counts again.
    correct(&seat, id, &scanner, None).await.expect("kept");
    let case = seat.case(id).await.expect("the case");
    assert_eq!(titles(&case), ["Courrier", "Scanner"]);
}
