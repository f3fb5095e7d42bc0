//! Searching a case.

use relecture_bridge::{self as bridge, FoundView};
use relecture_platform_server::NewPiece;
use uuid::Uuid;

use crate::support::{House, Seat, fixture, letter, piece};

const CODE: &str = "chaise rouge 42";

async fn look_for(seat: &Seat, id: Uuid, query: &str) -> FoundView {
    let request = bridge::CaseSearchRequest {
        assignment: id.to_string(),
        query: query.to_owned(),
    };
    let found = bridge::case_search(&seat.desk, request).await;
    found.expect("searches")
}

/// Searches until the words of every piece are read.
async fn found(seat: &Seat, id: Uuid, query: &str) -> FoundView {
    seat.until("every piece is read", async || {
        look_for(seat, id, query).await.unread == 0
    })
    .await;
    look_for(seat, id, query).await
}

fn article() -> NewPiece {
    NewPiece {
        pages: 26,
        ..piece("Article", "application/pdf", fixture("survival-article"))
    }
}

/// Every place is found, with its line, its page and where it stands there; capitals, accents and parted words are no matter.
#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_on_their_page_and_in_their_place() {
    let house = House::open();
    let picture = piece("Photo", "image/jpeg", fixture("fundus-photograph"));
    let (seat, _, id) = house.at_work(vec![article(), picture, letter(1_000)]).await;
    let hits = found(&seat, id, "ATKÍNSON").await;
    let title = &hits.hits[0];
    assert_eq!((title.page, title.found.as_str()), (1, "Atkinson"));
    assert_eq!(
        title.before,
        "Terry M Therneau, Cynthia S Crowson, Elizabeth J "
    );
    assert!(title.x > 0.5 && title.y < 0.5 && title.height < 0.05);
    assert_eq!(hits.wordless, 2, "a picture, and a drawing without words");
    let hits = found(&seat, id, "survival curve").await;
    assert!(hits.total > 20, "{}", hits.total);
    let pages: Vec<u32> = hits.hits.iter().map(|hit| hit.page).collect();
    assert!(pages.is_sorted() && pages.last() > pages.first());
    assert_eq!(found(&seat, id, "néphrectomie").await.total, 0);
    assert_eq!(look_for(&seat, id, "s").await.total, 0, "too short");
}

/// R48, R51: the words are kept in the vault and nowhere else, searched under the lease too, and go with the case.
#[tokio::test(flavor = "multi_thread")]
async fn r48_the_words_are_kept_with_the_case_and_go_with_it() {
    let mut house = House::open();
    let (seat, case, id) = house.at_work(vec![article()]).await;
    seat.choose_code(CODE).await.expect("a code");
    assert!(found(&seat, id, "Therneau").await.total > 0);
    house.stop().await;
    let seat = seat.reopened();
    let kept = seat.objects();
    for object in &kept {
        let bytes = std::fs::read(object).expect("reads");
        assert!(!bytes.windows(8).any(|window| window == b"Therneau"));
    }
    seat.work_offline(CODE).await.expect("sits down");
    assert!(found(&seat, id, "Therneau").await.total > 0);
    assert_eq!(seat.objects().len(), kept.len(), "they were read once");
    house.resume();
    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    house.platform.withdraw_consent(case).expect("withdrawn");
    seat.list().await.expect("the list");
    assert!(seat.objects().is_empty());
}

/// R96, R97: searching is reading, and is written down as such, once for a while.
#[tokio::test(flavor = "multi_thread")]
async fn r97_a_search_is_written_down_before_it_is_answered() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![article()]).await;
    found(&seat, id, "Therneau").await;
    found(&seat, id, "Crowson").await;
    let _following = seat.follow();
    seat.until("the journal arrived", async || {
        house.audited("case.searched") > 0
    })
    .await;
    assert_eq!(house.audited("case.searched"), 1);
}
