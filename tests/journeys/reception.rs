//! Receiving: bytes that are not those of the manifest never count.

use relecture_bridge::{FailureCode, ReceptionState};

use relecture_platform_server::NewPiece;

use crate::support::{Fault, House, fixture, letter, piece};

/// R47: bytes that differ are thrown away and fetched once more, without anybody being troubled.
#[tokio::test(flavor = "multi_thread")]
async fn a_piece_altered_on_the_way_is_fetched_again() {
    let house = House::open();
    house.faults.next("/content", Fault::Flip(30_000));
    let (seat, _, id) = house.at_work(vec![letter(100_000)]).await;
    assert_eq!(
        house.line.ranges("/content"),
        [None, None],
        "twice, each time the whole"
    );
    let case = seat.case(id).await.expect("the case");
    seat.open(id, &case.pieces[0].id)
        .await
        .expect("the right bytes open");
}

/// R47: wrong twice is told; nothing of it was kept or shown, and the next attempt starts anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_piece_altered_twice_is_told_and_never_shown() {
    let house = House::open();
    let expert = house.expert(1);
    let seat = house.seat(&expert);
    let (_, id) = house.offer(&expert, vec![letter(100_000)]);
    seat.sign_in().await.expect("signs in");
    house.faults.next("/content", Fault::Flip(30_000));
    house.faults.next("/content", Fault::Flip(70_000));
    seat.accept(id).await.expect("accepts");

    let reception = seat.received(id).await;
    assert_eq!(reception.state, ReceptionState::Stopped);
    assert_eq!(reception.failure, Some(FailureCode::PieceAltered));
    assert_eq!(reception.received, 0, "deleted");
    assert_eq!(
        house.line.ranges("/content").len(),
        2,
        "and not a third time"
    );
    let large = |path: &std::path::PathBuf| path.metadata().expect("a file").len() > 50_000;
    assert!(!seat.objects().iter().any(large), "no byte of it is left");
    let piece = seat.case(id).await.expect("the case").pieces[0].id.clone();
    let refused = seat.open(id, &piece).await.expect_err("not shown");
    assert_eq!(refused.code, FailureCode::PieceNotReceived);

    seat.receive(id).await.expect("once more");
    assert_eq!(seat.received(id).await.state, ReceptionState::Complete);
    seat.open(id, &piece).await.expect("the right bytes open");
}

/// R47: the same for a piece changed on the disk of this PC: it is told, dropped and received again.
#[tokio::test(flavor = "multi_thread")]
async fn a_piece_altered_on_the_disk_is_told_and_received_again() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(100_000)]).await;
    let piece = seat.case(id).await.expect("the case").pieces[0].id.clone();
    let objects = seat.objects();
    let sealed = objects
        .iter()
        .max_by_key(|path| path.metadata().expect("a file").len());
    let sealed = sealed.expect("an object");
    let mut bytes = std::fs::read(sealed).expect("reads");
    assert!(bytes.len() > 100_000, "it is the piece");
    // Where the reader looks first: what it never reads does no harm.
    bytes[5_000] ^= 1;
    std::fs::write(sealed, bytes).expect("writes");

    let refused = seat.open(id, &piece).await.expect_err("altered");
    assert_eq!(refused.code, FailureCode::PieceAltered);
    assert_eq!(seat.received(id).await.state, ReceptionState::Complete);
    assert!(!sealed.exists(), "what was altered is gone");
    assert_eq!(house.line.ranges("/content").len(), 2);
    seat.open(id, &piece).await.expect("the right bytes open");
}

/// R47: the same for a part of it that is read only later: the pages before were right, and the piece comes again.
#[tokio::test(flavor = "multi_thread")]
async fn a_piece_altered_while_it_is_read_is_told_and_received_again() {
    let house = House::open();
    let article = NewPiece {
        pages: 26,
        ..piece("Article", "application/pdf", fixture("survival-article"))
    };
    let (seat, _, id) = house.at_work(vec![article]).await;
    let row = seat.case(id).await.expect("the case").pieces[0].id.clone();
    let opened = seat.open(id, &row).await.expect("opens");
    assert!(seat.page(&opened, 1).await.is_some());
    let objects = seat.objects();
    let sealed = objects
        .iter()
        .max_by_key(|path| path.metadata().expect("a file").len());
    let sealed = sealed.expect("an object");
    let mut bytes = std::fs::read(sealed).expect("reads");
    let middle = bytes.len() / 4..bytes.len() * 3 / 4;
    for byte in bytes[middle].iter_mut().step_by(1_000) {
        *byte ^= 1;
    }
    std::fs::write(sealed, bytes).expect("writes");
    let mut shown = 0;
    for page in 2..=26 {
        shown += usize::from(seat.page(&opened, page).await.is_some());
    }
    assert!(shown < 25, "what was altered is not shown");
    assert_eq!(seat.received(id).await.state, ReceptionState::Complete);
    assert_eq!(house.line.ranges("/content").len(), 2);
    let opened = seat.open(id, &row).await.expect("the right bytes open");
    for page in 1..=26 {
        assert!(seat.page(&opened, page).await.is_some(), "page {page}");
    }
}

/// R46: a line that is cut leaves what has come, and the rest is all that is asked for next, by the reopened application too.
#[tokio::test(flavor = "multi_thread")]
async fn a_cut_download_goes_on_where_it_was() {
    let mut house = House::open();
    let expert = house.expert(1);
    let seat = house.seat(&expert);
    let (_, id) = house.offer(&expert, vec![letter(300_000)]);
    seat.sign_in().await.expect("signs in");
    house.line.stall_after(100_000);
    seat.accept(id).await.expect("accepts");
    seat.begun(id).await;
    house.stop().await;

    let cut = seat.received(id).await;
    assert_eq!(cut.state, ReceptionState::Stopped);
    assert_eq!(cut.failure, Some(FailureCode::PlatformUnreachable));
    assert!(
        cut.received > 0 && cut.received < cut.total,
        "{} of {}",
        cut.received,
        cut.total
    );

    house.resume();
    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    assert_eq!(seat.received(id).await.received, cut.received, "still here");
    seat.receive(id).await.expect("goes on");
    assert_eq!(seat.received(id).await.state, ReceptionState::Complete);
    let rest = Some(format!("bytes={}-", cut.received));
    assert_eq!(house.line.ranges("/content"), [None, rest]);
    let piece = seat.case(id).await.expect("the case").pieces[0].id.clone();
    seat.open(id, &piece).await.expect("opens");
}
