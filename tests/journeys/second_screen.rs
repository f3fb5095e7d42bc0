//! What lies on the second screen, and for whom.

use relecture_bridge::{
    self as bridge, FailureCode, NoRequest, SecondCiteRequest, SecondRow, SecondShowRequest,
    WindowPlace,
};
use uuid::Uuid;

use crate::support::{House, Seat, letter};

async fn show(seat: &Seat, id: Uuid, piece: &str) -> Result<(), FailureCode> {
    let request = SecondShowRequest {
        assignment: id.to_string(),
        piece: piece.to_owned(),
        page: 2,
    };
    let shown = bridge::second_show(&seat.desk, request).await;
    shown.map(drop).map_err(|failure| failure.code)
}

async fn shown(seat: &Seat) -> Option<SecondRow> {
    let view = bridge::second_view(&seat.desk, NoRequest {}).await;
    view.expect("a view").shown
}

/// R19: it is hidden while the desk is locked and gone when the physician signs out; what is cited there is counted; a piece that is
/// none of the case's is refused.
#[tokio::test(flavor = "multi_thread")]
async fn r19_the_second_screen_is_hidden_by_the_lock_and_goes_with_the_physician() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    seat.choose_code("chaise rouge 42").await.expect("a code");
    let piece = seat.case(id).await.expect("the case").pieces[0].id.clone();
    assert_eq!(shown(&seat).await, None);
    let other = Uuid::from_u128(7).to_string();
    assert_eq!(show(&seat, id, &other).await, Err(FailureCode::CaseGone));
    assert_eq!(shown(&seat).await, None);

    show(&seat, id, &piece).await.expect("it is shown");
    let lying = shown(&seat).await.expect("it lies there");
    assert_eq!((lying.piece, lying.page), (piece.clone(), 2));
    for number in 1..=2 {
        let request = SecondCiteRequest { page: 3 };
        bridge::second_cite(&seat.desk, request)
            .await
            .expect("cited");
        let view = bridge::second_view(&seat.desk, NoRequest {}).await;
        let cited = view.expect("a view").cited.expect("a citation");
        assert_eq!((cited.number, cited.page), (number, 3));
    }
    let place = WindowPlace {
        x: 1920,
        y: 0,
        width: 1200,
        height: 900,
    };
    let kept = seat.desk.keep_second_screen_place(place).await;
    kept.expect("its place is kept");

    seat.lock().await;
    assert_eq!(shown(&seat).await, None);
    assert_eq!(
        show(&seat, id, &piece).await,
        Err(FailureCode::SessionEnded)
    );
    seat.unlock("chaise rouge 42").await.expect("unlocks");
    assert!(shown(&seat).await.is_some());
    assert_eq!(seat.desk.second_screen_place(), Some(place));

    bridge::second_close(&seat.desk, NoRequest {})
        .await
        .expect("closed");
    assert_eq!(shown(&seat).await, None);
    show(&seat, id, &piece).await.expect("it is shown");
    bridge::session_sign_out(&seat.desk, NoRequest {})
        .await
        .expect("signed out");
    assert_eq!(shown(&seat).await, None);
}
