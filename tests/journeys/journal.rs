//! No read without a trace (R97), with or without the platform.

use std::fs;

use jiff::SignedDuration;
use relecture_bridge::{self as bridge, FailureCode};
use relecture_platform_server::NewPiece;

use crate::support::{House, Seat, fixture, letter, piece};

const CODE: &str = "chaise rouge 42";

fn journal(seat: &Seat) -> std::path::PathBuf {
    seat.vaults()[0].join("journal")
}

/// R96, R97: what is read without the platform is written down, shown as such, delivered at the first contact, once, and then
/// read by the patient.
#[tokio::test(flavor = "multi_thread")]
async fn r97_what_is_read_offline_is_delivered_at_the_first_contact() {
    let mut house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000), letter(2_000)]).await;
    seat.choose_code(CODE).await.expect("a code");
    let piece = seat.case(id).await.expect("the case").pieces[0].id.clone();
    seat.accesses(id).await;
    house.stop().await;
    let seat = seat.reopened();
    seat.work_offline(CODE).await.expect("sits down");
    let read_at = house.clock.now();
    seat.open(id, &piece).await.expect("opens");
    let shown = seat.accesses(id).await;
    assert!(!shown.whole, "the platform does not answer");
    let waiting: Vec<_> = shown.items.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(waiting, ["piece.opened"]);
    assert!(shown.items[0].offline && !shown.items[0].delivered);
    assert_eq!(house.audited("piece.opened"), 0);

    house.clock.advance(SignedDuration::from_hours(3));
    house.resume();
    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    let _following = seat.follow();
    seat.until("the journal arrived", async || {
        house.audited("desk.worked_offline") == 1
    })
    .await;
    let audit = house.audit();
    let opened = audit.iter().find(|entry| entry.action == "piece.opened");
    let opened = opened.expect("delivered");
    assert!(opened.offline);
    assert_eq!(opened.assignment, Some(id));
    let skew = opened.at_device.expect("told").duration_since(read_at);
    assert!(skew.abs() < SignedDuration::from_secs(60), "{skew}");
    let shown = seat.accesses(id).await;
    assert!(shown.whole);
    let read = shown.items.iter().find(|row| row.action == "piece.opened");
    let read = read.expect("the patient reads it");
    assert!(read.offline && read.delivered);
    assert_eq!(house.audited("piece.opened"), 1);
    assert_eq!(house.audited("journal.gap"), 0);
    assert_eq!(house.audited("journal.altered"), 0);
}

/// R96: every page that is read and every copy of its words is written down before, and counted for the patient.
#[tokio::test(flavor = "multi_thread")]
async fn r96_pages_read_and_words_copied_are_written_down() {
    let house = House::open();
    let outline = piece("Rapport", "application/pdf", fixture("outline-and-links"));
    let (seat, _, id) = house
        .at_work(vec![NewPiece {
            pages: 4,
            ..outline
        }])
        .await;
    let piece = seat.case(id).await.expect("the case").pieces[0].id.clone();
    let document = seat.open(id, &piece).await.expect("opens");
    let request = bridge::DocumentRequest {
        handle: document.handle.clone(),
    };
    let outline = bridge::document_outline(&seat.desk, request).await;
    assert_eq!(outline.expect("an outline").entries.len(), 9);
    let words = bridge::PageWordsRequest {
        handle: document.handle,
        page: 1,
    };
    let words = bridge::page_words(&seat.desk, words).await;
    let words = words.expect("the words of the page");
    assert!(words.lines.len() > 10 && words.links.len() == 9);
    seat.see(id, &piece, 1).await;
    seat.see(id, &piece, 1).await;
    let request = || bridge::PieceRequest {
        assignment: id.to_string(),
        piece: piece.clone(),
    };
    for _ in 0..2 {
        let copied = bridge::piece_copy(&seat.desk, request()).await;
        copied.expect("may be copied");
    }
    let shown = seat.accesses(id).await;
    let count = |action| {
        let row = shown.items.iter().find(|row| row.action == action);
        row.map(|row| row.count)
    };
    assert_eq!(count("page.reached"), Some(Some(1)), "once for a page");
    assert_eq!(count("piece.copied"), Some(Some(2)), "once for each copy");

    let path = journal(&seat);
    fs::remove_file(&path).expect("gone");
    fs::create_dir(&path).expect("in its place");
    let refused = bridge::piece_copy(&seat.desk, request()).await;
    let refused = refused.expect_err("no trace, no copy");
    assert_eq!(refused.code, FailureCode::DiskFault);
}

/// R97: what cannot be written down is not opened.
#[tokio::test(flavor = "multi_thread")]
async fn r97_without_a_trace_nothing_opens() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    let piece = seat.case(id).await.expect("the case").pieces[0].id.clone();
    let path = journal(&seat);
    fs::remove_file(&path).expect("gone");
    fs::create_dir(&path).expect("in its place");
    let refused = seat.open(id, &piece).await.expect_err("no trace, no piece");
    assert_eq!(refused.code, FailureCode::DiskFault);
    fs::remove_dir(&path).expect("gone");
    assert_eq!(house.audited("piece.opened"), 0);
}

/// R97: a journal that was cut while the application was closed is noticed here and at the platform.
#[tokio::test(flavor = "multi_thread")]
async fn r97_a_journal_that_was_cut_is_noticed_by_both() {
    let mut house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.choose_code(CODE).await.expect("a code");
    let piece = seat.case(id).await.expect("the case").pieces[0].id.clone();
    seat.accesses(id).await;
    house.stop().await;
    let seat = seat.reopened();
    seat.work_offline(CODE).await.expect("sits down");
    let before = fs::read(journal(&seat)).expect("a journal");
    seat.open(id, &piece).await.expect("opens");
    seat.desk.keep_watch().await;
    let path = journal(&seat);
    let seat = seat.reopened();
    fs::write(path, before).expect("what was read is hidden");
    house.resume();
    seat.sign_in().await.expect("signs in");
    let _following = seat.follow();
    seat.until("it is noticed", async || {
        house.audited("journal.gap") == 1 && house.audited("journal.damaged") == 1
    })
    .await;
}

/// A vault that is made anew goes on with the journal's numbers: nothing is taken for a repetition.
#[tokio::test(flavor = "multi_thread")]
async fn r97_a_new_vault_goes_on_where_the_former_one_ended() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    let piece = seat.case(id).await.expect("the case").pieces[0].id.clone();
    seat.open(id, &piece).await.expect("opens");
    seat.accesses(id).await;
    let state = seat.vaults()[0].join("state");
    let seat = seat.reopened();
    fs::write(state, b"damaged").expect("damaged");
    seat.sign_in().await.expect("a vault made anew");
    seat.list().await.expect("the list");
    seat.receive(id).await.expect("comes again");
    seat.received(id).await;
    seat.open(id, &piece).await.expect("opens");
    seat.accesses(id).await;
    assert_eq!(house.audited("piece.opened"), 2);
    assert_eq!(house.audited("journal.altered"), 0);
}

/// R97: where nothing can be written down nobody works without the platform, and the desk is as it was.
#[tokio::test(flavor = "multi_thread")]
async fn r97_without_a_journal_nobody_works_offline() {
    let mut house = House::open();
    let (seat, _, _) = house.at_work(vec![letter(1_000)]).await;
    seat.choose_code(CODE).await.expect("a code");
    house.stop().await;
    let seat = seat.reopened();
    let path = journal(&seat);
    fs::remove_file(&path).expect("removed");
    fs::create_dir(&path).expect("in its place");
    let refused = seat.work_offline(CODE).await.expect_err("not written down");
    assert_eq!(refused.code, FailureCode::DiskFault);
    assert_eq!(seat.session().await.expert, None);
    fs::remove_dir(&path).expect("removed");
    seat.work_offline(CODE).await.expect("sits down");
}
