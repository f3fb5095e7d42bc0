//! Marks on the pages, and how the pages lie: beside the piece, in the vault.

use relecture_bridge::{
    self as bridge, AnnotationEraseRequest, AnnotationKindView, AnnotationView, Failure,
    FailureCode, PageTurnRequest, PlaceView, TurnView,
};
use uuid::Uuid;

use crate::support::{House, Seat, letter};

const CODE: &str = "chaise rouge 42";

fn note(piece: &str, text: &str) -> AnnotationView {
    AnnotationView {
        id: Uuid::new_v4().to_string(),
        piece: piece.to_owned(),
        page: 1,
        kind: AnnotationKindView::Note,
        places: vec![PlaceView {
            x: 0.25,
            y: 0.5,
            width: 0.0,
            height: 0.0,
        }],
        text: text.to_owned(),
    }
}

async fn turn(seat: &Seat, id: Uuid, piece: &str, page: u32, turns: u8) -> Result<(), Failure> {
    let request = PageTurnRequest {
        assignment: id.to_string(),
        piece: piece.to_owned(),
        page,
        turns,
    };
    bridge::page_turn(&seat.desk, request).await.map(drop)
}

/// R48, R50: marks and turned pages come back after a restart, without the platform, and no word of them is on the disk in clear.
#[tokio::test(flavor = "multi_thread")]
async fn r48_marks_and_turned_pages_come_back_and_lie_sealed() {
    let mut house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.choose_code(CODE).await.expect("a code");
    let piece = seat.case(id).await.expect("the case").pieces[0].id.clone();
    let words = "Nodule-temoin-du-pole-superieur";
    let first = note(&piece, "à relire");
    let changed = AnnotationView {
        text: words.to_owned(),
        ..first.clone()
    };
    let other = note(&piece, "de trop");
    for annotation in [first, changed.clone(), other.clone()] {
        seat.annotate(id, annotation).await.expect("kept");
    }
    turn(&seat, id, &piece, 1, 3).await.expect("turned");
    let request = AnnotationEraseRequest {
        assignment: id.to_string(),
        annotation: other.id,
    };
    let erased = bridge::annotation_erase(&seat.desk, request).await;
    erased.expect("taken away");
    house.stop().await;
    let seat = seat.reopened();
    seat.work_offline(CODE).await.expect("sits down");
    let case = seat.case(id).await.expect("the case");
    assert_eq!(case.annotations, [changed]);
    assert_eq!(case.pieces[0].turned, [TurnView { page: 1, turns: 3 }]);
    turn(&seat, id, &piece, 1, 0).await.expect("turned back");
    assert_eq!(seat.case(id).await.expect("the case").pieces[0].turned, []);
    seat.nowhere_in_clear(words);
}

/// What lies on no page of the case, or is no mark, is not kept.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_mark_of_the_case_is_not_kept() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    let piece = seat.case(id).await.expect("the case").pieces[0].id.clone();
    let good = || note(&piece, "");
    let beside = PlaceView {
        x: 1.5,
        ..good().places[0]
    };
    let nowhere = PlaceView {
        y: f32::NAN,
        ..good().places[0]
    };
    let odd = [
        ("page 0", AnnotationView { page: 0, ..good() }),
        (
            "a page too far",
            AnnotationView {
                page: 9_999,
                ..good()
            },
        ),
        ("another piece", note(&Uuid::new_v4().to_string(), "")),
        (
            "no place",
            AnnotationView {
                places: vec![],
                ..good()
            },
        ),
        (
            "beside the page",
            AnnotationView {
                places: vec![beside],
                ..good()
            },
        ),
        (
            "nowhere",
            AnnotationView {
                places: vec![nowhere],
                ..good()
            },
        ),
        (
            "a book",
            AnnotationView {
                text: "a".repeat(4_001),
                ..good()
            },
        ),
    ];
    for (what, annotation) in odd {
        let refused = seat.annotate(id, annotation).await.expect_err(what);
        assert_eq!(refused.code, FailureCode::Internal, "{what}");
    }
    for (page, turns) in [(0, 1), (2_000, 1), (1, 4)] {
        turn(&seat, id, &piece, page, turns)
            .await
            .expect_err("no turn");
    }
    let case = seat.case(id).await.expect("the case");
    assert_eq!(
        (case.annotations, &case.pieces[0].turned),
        (vec![], &vec![])
    );
    seat.annotate(id, good()).await.expect("a good one is kept");
}
