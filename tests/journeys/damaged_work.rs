//! What the physician wrote is changed on the disk by somebody else.

use std::fs;

use crate::support::{House, draft, letter};

/// R48: the last version that is whole is shown, the physician is told, and goes on writing.
#[tokio::test(flavor = "multi_thread")]
async fn work_that_was_changed_from_outside_is_told_and_mended() {
    let house = House::open();
    let (seat, _, id) = house.at_work(vec![letter(1_000)]).await;
    let known = seat.objects();
    for words in [
        "Première version.",
        "Deuxième version.",
        "Troisième version.",
    ] {
        seat.write(id, draft(words)).await.expect("kept");
    }
    let log = seat
        .objects()
        .into_iter()
        .find(|path| !known.contains(path));
    let log = log.expect("the log of work");
    let mut bytes = fs::read(&log).expect("a log");
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    fs::write(&log, bytes).expect("changed");

    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    let case = seat.case(id).await.expect("the case opens");
    assert!(case.damaged);
    let summary = |words: &str| draft(words)["summary"].clone();
    assert_eq!(case.content["summary"], summary("Deuxième version."));
    seat.write(id, draft("Quatrième version."))
        .await
        .expect("kept");
    let case = seat.case(id).await.expect("the case");
    assert!(case.damaged, "it is told until he signs out");
    assert_eq!(case.content["summary"], summary("Quatrième version."));

    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    let case = seat.case(id).await.expect("the case");
    assert!(!case.damaged, "mended");
    assert_eq!(case.content["summary"], summary("Quatrième version."));
}
