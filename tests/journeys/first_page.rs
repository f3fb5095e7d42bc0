//! A document, and the page of it that is drawn while the window still hears of it.

use relecture_bridge::{FailureCode, FirstPageRequest};
use relecture_platform_server::NewPiece;

use crate::support::{House, fixture, letter, piece};

/// What the window will ask for, of the page of this number.
fn look(page: u32, width: u32, turns: u32) -> FirstPageRequest {
    FirstPageRequest {
        page,
        width,
        rows: None,
        turns,
    }
}

/// The page that was drawn ahead is the page that is asked for, byte for byte; what was not foreseen is drawn as ever.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_is_drawn_ahead_and_is_the_same() {
    let house = House::open();
    let outline = piece("Rapport", "application/pdf", fixture("outline-and-links"));
    let pages = NewPiece {
        pages: 4,
        ..outline
    };
    let (seat, _, id) = house.at_work(vec![pages]).await;
    let rapport = seat.case(id).await.expect("the case").pieces[0].id.clone();
    let plain = seat.open(id, &rapport).await.expect("opens");
    for (first, page) in [
        (look(1, 500, 0), 1),
        (look(3, 500, 0), 3),
        // Not what is asked for then.
        (look(1, 900, 0), 1),
        (look(1, 500, 1), 2),
        // Not there at all.
        (look(0, 500, 0), 1),
        (look(99, 500, 0), 1),
        (look(2, u32::MAX, 0), 2),
    ] {
        let document = seat
            .open_at(id, &rapport, Some(first))
            .await
            .expect("opens");
        let drawn = seat.page(&document, page).await;
        assert!(drawn.is_some(), "{first:?}");
        assert_eq!(drawn, seat.page(&plain, page).await, "{first:?}");
        assert_eq!(drawn, seat.page(&document, page).await, "and again");
    }
}

/// What is in sight of a page is drawn first, as a part of it like any other; of a page that is nearly all in sight, all of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_a_page_is_drawn_ahead_and_is_the_same() {
    let house = House::open();
    let rapport = piece("Rapport", "application/pdf", fixture("two-different-pages"));
    let pages = NewPiece {
        pages: 2,
        ..rapport
    };
    let (seat, _, id) = house.at_work(vec![pages]).await;
    let rapport = seat.case(id).await.expect("the case").pieces[0].id.clone();
    let plain = seat.open(id, &rapport).await.expect("opens");
    // 706 rows high at this width.
    for rows in [1, 300, 529, 530, 706, 9_000, u32::MAX] {
        let first = FirstPageRequest {
            rows: Some(rows),
            ..look(1, 500, 0)
        };
        let opened = seat.open_at(id, &rapport, Some(first)).await;
        let document = opened.expect("opens");
        let part = format!("w=500&r=0&part=0,0,500,{}", rows.min(4_096));
        let head = seat.part(&document, 1, &part).await;
        assert!(head.is_some(), "{rows}");
        assert_eq!(head, seat.part(&plain, 1, &part).await, "{rows}");
        assert_eq!(seat.page(&document, 1).await, seat.page(&plain, 1).await);
    }
}

/// R96, R97: without the trace nothing is opened, drawn ahead or not; R19: what was drawn ahead goes with the lock.
#[tokio::test(flavor = "multi_thread")]
async fn r97_nothing_is_drawn_ahead_without_its_trace() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.choose_code("chaise rouge 42").await.expect("a code");
    let letter = seat.case(id).await.expect("the case").pieces[0].id.clone();
    let open = seat.open_at(id, &letter, Some(look(1, 500, 0))).await;
    let document = open.expect("opens");
    seat.lock().await;
    assert!(seat.page(&document, 1).await.is_none(), "put away");
    seat.unlock("chaise rouge 42").await.expect("unlocks");

    let journal = seat.vaults()[0].join("journal");
    std::fs::remove_file(&journal).expect("gone");
    std::fs::create_dir(&journal).expect("in its place");
    let refused = seat.open_at(id, &letter, Some(look(1, 500, 0))).await;
    let refused = refused.expect_err("no trace, no opening");
    assert_eq!(refused.code, FailureCode::DiskFault);
}
