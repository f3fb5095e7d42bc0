//! Whatever strangers send: each piece that cannot be shown says why, and the others stay readable.

use std::collections::HashMap;

use relecture_bridge::{self as bridge, FailureCode};
use uuid::Uuid;

use crate::support::{House, Seat, black_png, fixture, letter, pdf, piece};

/// Issue 2, R47, R55.
#[tokio::test(flavor = "multi_thread")]
async fn each_piece_that_cannot_be_shown_says_why_and_the_others_open() {
    let house = House::open();
    let half = {
        let whole = fixture("fundus-photograph");
        whole[..whole.len() / 2].to_vec()
    };
    // One page, whose content leans on objects that are not there, cut in the middle.
    let whole = pdf("[0 0 595 842]", "0 0 10 10 re f", &[]);
    let broken = whole[..whole.len() / 3].to_vec();
    let (seat, _, id) = house
        .at_work(vec![
            letter(1_000),
            piece("PDF abîmé", "application/pdf", broken),
            piece(
                "PDF protégé",
                "application/pdf",
                fixture("aes-256-user-password"),
            ),
            piece("Fichier vide", "application/pdf", Vec::new()),
            piece("Panorama", "image/png", black_png(20_000, 20_000)),
            piece(
                "Photo HEIC",
                "application/pdf",
                b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(),
            ),
            piece("Bande longue", "image/png", black_png(20_000, 1_000)),
            piece("Photo coupée", "image/jpeg", half),
            piece("Photo", "image/jpeg", fixture("fundus-photograph")),
        ])
        .await;
    let mut refusals = HashMap::new();
    for row in seat.case(id).await.expect("the case").pieces {
        match seat.open(id, &row.id).await {
            Ok(document) => {
                let page = seat.page(&document, 1).await;
                assert!(page.is_some(), "{} is shown", row.title);
                assert_eq!(
                    document.truncated,
                    row.title == "Photo coupée",
                    "{}",
                    row.title
                );
            }
            Err(failure) => {
                refusals.insert(row.title, failure);
            }
        }
    }
    let code = |title: &str| refusals.get(title).map(|failure| failure.code);
    assert_eq!(code("PDF abîmé"), Some(FailureCode::PieceDamaged));
    assert_eq!(
        code("PDF protégé"),
        Some(FailureCode::PiecePasswordProtected)
    );
    let shut = seat.case(id).await.expect("the case").pieces;
    let shut = shut.iter().find(|row| row.title == "PDF protégé");
    a_password_opens(&seat, id, &shut.expect("listed").id).await;
    assert_eq!(code("Fichier vide"), Some(FailureCode::PieceEmpty));
    assert_eq!(code("Panorama"), Some(FailureCode::PieceTooLarge));
    assert_eq!(code("Photo HEIC"), Some(FailureCode::PieceHeif));
    assert_eq!(refusals.len(), 5, "the four others are shown");
    let size = &refusals["Panorama"].parameters;
    assert_eq!((size.width, size.height), (Some(20_000), Some(20_000)));
    // Each failure of a piece has its own reference in the log.
    let references: std::collections::HashSet<_> = refusals
        .values()
        .map(|failure| failure.reference.clone())
        .collect();
    assert_eq!(references.len(), refusals.len());
}

/// The right one, until the session is over; it is asked for again then.
async fn a_password_opens(seat: &Seat, id: Uuid, piece: &str) {
    let unlock = async |password: &str| {
        let request = bridge::PieceUnlockRequest {
            assignment: id.to_string(),
            piece: piece.to_owned(),
            password: password.to_owned(),
        };
        bridge::piece_unlock(&seat.desk, request).await
    };
    let refused = unlock("1234").await.expect_err("another");
    assert_eq!(refused.code, FailureCode::PiecePasswordWrong);
    let document = unlock("asdfzxcv").await.expect("opens");
    assert!(seat.page(&document, 1).await.is_some());
    seat.open(id, piece).await.expect("opens again");
    seat.sign_in().await.expect("signs in");
    let shut = seat.open(id, piece).await.expect_err("another session");
    assert_eq!(shut.code, FailureCode::PiecePasswordProtected);
}
