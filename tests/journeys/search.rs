//! Searching a case.

use relecture_bridge::{
    self as bridge, AnnotationKindView, AnnotationView, FieldView, FoundView, PlaceView,
    WrittenPlaceView,
};
use relecture_platform_server::NewPiece;
use uuid::Uuid;

use crate::support::{House, Seat, draft, fixture, letter, piece};

const CODE: &str = "chaise rouge 42";

async fn look_for(seat: &Seat, id: Uuid, query: &str) -> FoundView {
    let request = bridge::CaseSearchRequest {
        assignment: id.to_string(),
        query: query.to_owned(),
    };
    let found = bridge::case_search(&seat.desk, request).await;
    found.expect("searches")
}

/// Searches until the words of every piece are read, and those of scans recognised.
async fn found(seat: &Seat, id: Uuid, query: &str) -> FoundView {
    seat.until("every piece is read", async || {
        let found = look_for(seat, id, query).await;
        found.unread == 0 && found.recognising == 0
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

fn scan(name: &str) -> NewPiece {
    let kind = if name == "typewritten-sheet" {
        "image/png"
    } else {
        "application/pdf"
    };
    piece(name, kind, fixture(name))
}

/// R48: the words of a scan are found once they are recognised, and told apart from those of the document; they are sealed like
/// all others, are there after a restart and under the lease without being recognised again, and go with the case.
#[tokio::test(flavor = "multi_thread")]
async fn r48_the_words_of_a_scan_are_recognised_marked_and_kept_with_the_case() {
    let mut house = House::open();
    let pieces = vec![scan("french-text"), article(), scan("typewritten-sheet")];
    let (seat, case, id) = house.at_work(pieces).await;
    seat.choose_code(CODE).await.expect("a code");
    let hits = found(&seat, id, "ÂTRE, ce qui").await;
    assert_eq!((hits.total, hits.wordless), (1, 0));
    assert!(!hits.recognition_missing);
    let hit = &hits.hits[0];
    assert!(hit.recognised);
    assert_eq!((hit.page, hit.found.as_str()), (1, "âtre, ce qui"));
    assert_eq!(hit.before, "consument dans l'");
    assert!(
        (0.4..0.6).contains(&hit.x) && (0.35..0.45).contains(&hit.y) && hit.height < 0.1,
        "{hit:?}"
    );
    let typed = found(&seat, id, "Waterman").await;
    assert!(typed.hits.iter().any(|hit| hit.recognised), "a picture");
    let printed = found(&seat, id, "Therneau").await;
    assert!(printed.total > 0 && printed.hits.iter().all(|hit| !hit.recognised));
    seat.nowhere_in_clear("whisky");
    seat.nowhere_in_clear("Waterman");
    house.stop().await;
    let seat = seat.reopened();
    let sorted = |seat: &Seat| {
        let mut objects = seat.objects();
        objects.sort();
        objects
    };
    let kept = sorted(&seat);
    seat.work_offline(CODE).await.expect("sits down");
    assert_eq!(found(&seat, id, "whisky").await.total, 1);
    assert_eq!(sorted(&seat), kept, "nothing is recognised twice");
    house.resume();
    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    house.platform.withdraw_consent(case).expect("withdrawn");
    seat.list().await.expect("the list");
    assert!(seat.objects().is_empty());
}

/// R19: a lock ends the recognition where it is; coming back goes on with it, without anybody searching again.
#[tokio::test(flavor = "multi_thread")]
async fn r19_a_lock_interrupts_the_recognition_and_coming_back_goes_on() {
    let house = House::open();
    let scans = [
        "french-text",
        "french-text",
        "french-text",
        "typewritten-sheet",
    ];
    let (seat, _, id) = house.at_work(scans.map(scan).to_vec()).await;
    seat.choose_code(CODE).await.expect("a code");
    let without = seat.objects().len();
    seat.until("the words are read", async || {
        look_for(&seat, id, "whisky").await.unread == 0
    })
    .await;
    seat.lock().await;
    let interrupted = seat.objects().len();
    // A record of words for each piece, and one of what is recognised on it.
    let whole = without + 2 * scans.len();
    assert!(interrupted < whole, "{interrupted} of {whole}");
    seat.unlock(CODE).await.expect("comes back");
    seat.until("every page is recognised", async || {
        seat.objects().len() == whole
    })
    .await;
    let hits = found(&seat, id, "whisky").await;
    assert_eq!(seat.objects().len(), whole, "each page once");
    assert!(hits.total == 3 && hits.hits.iter().all(|hit| hit.recognised));
}

/// Where Tesseract is not installed everything else is found, and the reason is told.
#[tokio::test(flavor = "multi_thread")]
async fn without_tesseract_the_rest_is_found_and_the_reason_told() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![scan("french-text"), article()]).await;
    let seat = seat.reopened_without_recognition();
    seat.sign_in().await.expect("signs in");
    seat.until("it is known to be missing", async || {
        look_for(&seat, id, "whisky").await.recognition_missing
    })
    .await;
    let hits = found(&seat, id, "whisky").await;
    assert_eq!((hits.total, hits.recognising, hits.wordless), (0, 0, 1));
    assert!(found(&seat, id, "Therneau").await.total > 0);
}

/// What was written is searched too: the patient's questions, the expert's notes, the opinion.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_found_where_it_was_written() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    let case = seat.case(id).await.expect("the case");
    let note = AnnotationView {
        id: Uuid::new_v4().to_string(),
        piece: case.pieces[0].id.clone(),
        page: 1,
        kind: AnnotationKindView::Note,
        places: vec![PlaceView {
            x: 0.5,
            y: 0.5,
            width: 0.0,
            height: 0.0,
        }],
        text: "Relire l'opérateur\navant d'opérer".to_owned(),
    };
    seat.annotate(id, note.clone()).await.expect("kept");
    seat.write(id, draft("Une tumeur opérable."))
        .await
        .expect("kept");
    let hits = found(&seat, id, "OPER").await;
    let places: Vec<&WrittenPlaceView> = hits.written.iter().map(|hit| &hit.place).collect();
    let on_the_note = WrittenPlaceView::Note {
        annotation: note.id.clone(),
        piece: note.piece.clone(),
        page: 1,
    };
    let summary = WrittenPlaceView::Opinion {
        field: FieldView::Summary,
    };
    let question = |question: Option<String>| WrittenPlaceView::Question { question };
    let (main, first) = (question(None), question(Some(case.questions[0].id.clone())));
    let wanted = [&main, &first, &on_the_note, &on_the_note, &summary];
    assert_eq!(places[..5], wanted);
    assert_eq!(hits.total as usize, hits.written.len() + hits.hits.len());
    let in_the_note = &hits.written[3];
    assert_eq!(
        (in_the_note.before.as_str(), in_the_note.found.as_str()),
        ("avant d'", "opér")
    );
    // The number of one that was taken away is not found any more.
    let request = bridge::AnnotationEraseRequest {
        assignment: id.to_string(),
        annotation: note.id,
    };
    bridge::annotation_erase(&seat.desk, request)
        .await
        .expect("erased");
    let hits = found(&seat, id, "avant d'oper").await;
    assert_eq!(hits.written, []);
}

/// R96, R97: a glance at a page shows what the search tells in words and no more, within the search that was written down; it opens
/// no piece.
#[tokio::test(flavor = "multi_thread")]
async fn r97_a_glance_shows_no_more_than_the_search_that_was_written_down() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![scan("french-text"), article()]).await;
    seat.choose_code(CODE).await.expect("a code");
    let case = seat.case(id).await.expect("the case");
    let article = case.pieces.iter().find(|piece| piece.pages == 26);
    let article = &article.expect("the article").id;
    let look = async |piece: &str, query: &str| {
        let path = format!("/found/{id}/{piece}/1");
        let page = bridge::page(&seat.desk, &path, query).await;
        page.ok().map(|page| (page.media_type, page.bytes.len()))
    };
    let (thumbnail, line) = ("w=96&r=0", "w=1200&r=0&part=100,200,700,40");
    assert_eq!(look(article, thumbnail).await, None, "nothing was searched");
    assert!(found(&seat, id, "Therneau").await.total > 0);
    let looked = look(article, thumbnail).await.expect("a thumbnail");
    assert!(looked.0 == "image/jpeg" && looked.1 > 500, "{looked:?}");
    assert!(look(article, line).await.is_some());
    for pieces in &case.pieces {
        assert!(look(&pieces.id, thumbnail).await.is_some());
    }
    // A page that could be read is none.
    for query in [
        "w=600&r=0",
        "w=1200&r=0&part=0,0,1200,400",
        "w=300&r=1&part=0,0,300,30",
    ] {
        assert_eq!(look(article, query).await, None, "{query}");
    }
    assert_eq!(look(&Uuid::new_v4().to_string(), thumbnail).await, None);
    seat.lock().await;
    assert_eq!(look(article, thumbnail).await, None, "locked");
    seat.unlock(CODE).await.expect("comes back");
    let _following = seat.follow();
    seat.until("the journal arrived", async || {
        house.audited("case.searched") > 0
    })
    .await;
    assert_eq!(house.audited("piece.opened"), 0);
}
