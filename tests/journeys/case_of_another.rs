//! A case that is not yours does not exist, and asking for it is written down.

use relecture_bridge as bridge;
use relecture_bridge::FailureCode;

use crate::support::{House, draft, letter, of};

/// R24, R96: every way to the case of another expert ends in the same answer, and each refusal of the platform is in its audit.
#[tokio::test(flavor = "multi_thread")]
async fn the_case_of_another_expert_is_gone_and_the_attempt_is_audited() {
    let house = House::open();
    let (_first, _, id) = house.at_work(vec![letter(1_000)]).await;
    let stranger = house.expert(2);
    let (_, offered) = house.offer(&house.expert(3), vec![letter(1_000)]);
    let seat = house.seat(&stranger);
    seat.sign_in().await.expect("signs in");
    assert_eq!(seat.list().await.expect("the list").offers, []);

    for other in [id, offered] {
        for refused in [
            seat.case(other).await.map(drop),
            seat.accept(other).await.map(drop),
            seat.receive(other).await.map(drop),
            seat.open(other, &other.to_string()).await.map(drop),
            seat.write(other, draft("Rien.")).await.map(drop),
            seat.check(other).await.map(drop),
            seat.freeze(other, &[]).await.map(drop),
            seat.send(other).await.map(drop),
            bridge::report_open(&seat.desk, of(other)).await.map(drop),
            bridge::access_list(&seat.desk, of(other)).await.map(drop),
        ] {
            assert_eq!(refused.expect_err("not his").code, FailureCode::CaseGone);
        }
        let mut denied: Vec<String> = house
            .audit()
            .into_iter()
            .filter(|entry| entry.object == Some(other) && entry.action.starts_with("denied."))
            .map(|entry| {
                assert_eq!(entry.actor, Some(stranger.id));
                assert_eq!(entry.outcome, "not-found");
                entry.action
            })
            .collect();
        denied.sort();
        // The rest never left this PC: it holds nothing of the case.
        let asked = [
            "denied.access_list",
            "denied.assignment_accept",
            "denied.manifest_view",
        ];
        assert_eq!(denied, asked);
    }
    // An identifier that is nobody's gives the very same answer.
    let nobody = uuid::Uuid::from_u128(0x0191_0000_0000_7000_8000_0000_0000_0009);
    assert_eq!(
        seat.accept(nobody).await.expect_err("none").code,
        FailureCode::CaseGone
    );
}
