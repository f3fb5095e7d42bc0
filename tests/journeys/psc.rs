//! Pro Santé Connect, played by a certified `OpenID` provider: in the browser and on the phone (R4 to R7, R11, R21).

use relecture_bridge::{
    self as bridge, BrowserRequest, BrowserWayRequest, FailureCode, NoRequest, SessionView,
};
use relecture_testkit::{
    platform::DemoExpert,
    psc::{Psc, physician},
};
use reqwest::Client;
use serde_json::{Value, json};

use crate::support::{House, Seat};

const PSC: BrowserRequest = BrowserRequest {
    way: BrowserWayRequest::ProSanteConnect,
};

/// A browser that trusts the platform, keeps cookies and follows where it is sent.
fn browser(house: &House) -> Client {
    browser_with(house, reqwest::redirect::Policy::default())
}

fn browser_with(house: &House, follow: reqwest::redirect::Policy) -> Client {
    let authority = reqwest::Certificate::from_pem(house.platform.ca_pem().as_bytes());
    Client::builder()
        .tls_certs_only([authority.expect("a certificate")])
        .cookie_store(true)
        .redirect(follow)
        .build()
        .expect("a browser")
}

/// The physician opens the address and says at the provider who he is; nothing declines. The page he ends on.
async fn answer_in(browser: &Client, address: &str, who: Option<&str>) -> (u16, String) {
    let page = browser.get(address).send().await.expect("a page");
    let interaction = page.url().clone();
    if !interaction.path().starts_with("/interaction/") {
        return (page.status().as_u16(), page.text().await.expect("text"));
    }
    let answer = match who {
        Some(who) => vec![("id", who)],
        None => Vec::new(),
    };
    let last = browser
        .post(interaction)
        .form(&answer)
        .send()
        .await
        .expect("the way back");
    (last.status().as_u16(), last.text().await.expect("text"))
}

/// Signs in at the seat through the browser; at the provider he says he is `who`.
async fn sign_in_as(
    house: &House,
    seat: &Seat,
    who: Option<&str>,
) -> Result<SessionView, bridge::Failure> {
    let browser = browser(house);
    let (session, ()) = tokio::join!(bridge::browser_sign_in(&seat.desk, PSC), async {
        let address = seat.browser.opened().await;
        let (status, page) = answer_in(&browser, &address, who).await;
        assert_eq!(status, 200, "{page}");
        assert!(page.contains("Revenez à Relecture"), "{page}");
    });
    session
}

fn national_id(expert: &DemoExpert) -> String {
    format!("8{}", expert.rpps)
}

/// The RPPS numbers of [`House::expert`].
fn rpps(house: &House, number: u64) -> (DemoExpert, String) {
    let expert = house.expert(number);
    let id = national_id(&expert);
    (expert, id)
}

/// A platform whose provider knows what `tell` makes of a physician's national identifier.
async fn house_where(tell: impl FnOnce(Value) -> Value) -> (House, Seat, Psc) {
    // The experts' numbers do not depend on the house.
    let (known, _) = rpps(&House::open(), 1);
    let psc = Psc::start(&[tell(physician(&known.rpps, &known.name))])
        .await
        .expect("the provider");
    let house = House::open_with_psc(&psc);
    let expert = house.expert(1);
    let seat = house.seat(&expert);
    (house, seat, psc)
}

fn failed(outcome: Result<SessionView, bridge::Failure>) -> FailureCode {
    outcome.expect_err("refused").code
}

#[tokio::test(flavor = "multi_thread")]
async fn r4_a_physician_signs_in_in_the_browser_and_works() {
    let (house, seat, _psc) = house_where(|one| one).await;
    let id = national_id(&seat.expert);
    let session = sign_in_as(&house, &seat, Some(&id))
        .await
        .expect("signed in");
    assert_eq!(session.account.as_deref(), Some(seat.expert.email.as_str()));
    assert!(
        session.workstation.enrolled_at.is_some(),
        "this PC is enrolled"
    );
    assert!(session.authentication_fresh);
    seat.list().await.expect("the list");
    assert_eq!(house.audited("sign_in.proved"), 1);

    // The same physician, the other way: the same PC, not a second one.
    bridge::session_sign_out(&seat.desk, NoRequest {})
        .await
        .expect("signed out");
    seat.sign_in().await.expect("the platform account");
    let devices = bridge::device_list(&seat.desk, NoRequest {})
        .await
        .expect("the list");
    assert_eq!(devices.items.len(), 1);
    // And the way back, onto what the vault holds.
    let session = sign_in_as(&house, &seat, Some(&id))
        .await
        .expect("signed in");
    assert_eq!(session.workstation.cases, Some(0));
}

/// R21: signing out here ends the session there, through the platform.
#[tokio::test(flavor = "multi_thread")]
async fn r21_the_session_at_pro_sante_connect_ends_with_ours() {
    let (house, seat, psc) = house_where(|one| one).await;
    let id = national_id(&seat.expert);
    sign_in_as(&house, &seat, Some(&id))
        .await
        .expect("signed in");
    assert_eq!(psc.ended().await.expect("the provider"), 0);
    bridge::session_sign_out(&seat.desk, NoRequest {})
        .await
        .expect("signed out");
    // The answer does not wait for Pro Santé Connect.
    let ended = async {
        while psc.ended().await.expect("the provider") == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), ended)
        .await
        .expect("ended there too");
}

/// R20: a recent proof through the browser; another physician's is none.
#[tokio::test(flavor = "multi_thread")]
async fn r20_the_physician_at_the_desk_proves_himself_again() {
    let numbers = House::open();
    let ((one, id), (two, other)) = (rpps(&numbers, 1), rpps(&numbers, 2));
    let psc = Psc::start(&[
        physician(&one.rpps, &one.name),
        physician(&two.rpps, &two.name),
    ])
    .await
    .expect("the provider");
    let house = House::open_with_psc(&psc);
    let seat = house.seat(&house.expert(1));
    let _second = house.expert(2);
    sign_in_as(&house, &seat, Some(&id))
        .await
        .expect("signed in");
    house.clock.advance(jiff::SignedDuration::from_mins(6));
    seat.list().await.expect("the list, and the time");
    assert!(!seat.session().await.authentication_fresh);
    for (who, right) in [(&other, false), (&id, true)] {
        let browser = browser(&house);
        let (session, ()) = tokio::join!(bridge::browser_confirm(&seat.desk, PSC), async {
            let address = seat.browser.opened().await;
            let (status, page) = answer_in(&browser, &address, Some(who)).await;
            assert_eq!(status, 200, "{page}");
        });
        if right {
            assert_eq!(session.expect("confirmed").account, Some(one.email.clone()));
        } else {
            assert_eq!(failed(session), FailureCode::InvalidCredentials);
            seat.list().await.expect("the session of the first goes on");
        }
    }
}

/// R5, R7: what the provider says is not enough, not for us, or not of a physician of this platform.
#[tokio::test(flavor = "multi_thread")]
async fn r5_r7_every_weak_or_foreign_proof_is_refused() {
    let change = |key: &'static str, value: Value| {
        move |mut one: Value| {
            one[key] = value;
            one
        }
    };
    let cases = [
        (change("acr", Value::Null), FailureCode::AssuranceTooLow),
        (
            change("alter", json!({ "acr": "eidas0" })),
            FailureCode::AssuranceTooLow,
        ),
        (
            change("alter", json!({ "aud": "another-client" })),
            FailureCode::IdentityRefused,
        ),
        (
            change("alter", json!({ "nonce": "another-nonce" })),
            FailureCode::IdentityRefused,
        ),
        (
            change("alter", json!({ "iss": "https://elsewhere.example" })),
            FailureCode::IdentityRefused,
        ),
        (
            change("alter", json!({ "exp": 1 })),
            FailureCode::IdentityRefused,
        ),
        (
            change("alter", json!({ "auth_time": null })),
            FailureCode::AssuranceTooLow,
        ),
        (
            change("claimed", json!("899999999999")),
            FailureCode::IdentityUnknown,
        ),
        (
            change("exercices", json!([{ "codeProfession": "60" }])),
            FailureCode::NotAPhysician,
        ),
        (change("exercices", json!([])), FailureCode::NotAPhysician),
    ];
    for (tell, code) in cases {
        let (house, seat, _psc) = house_where(tell).await;
        let id = national_id(&seat.expert);
        let outcome = sign_in_as(&house, &seat, Some(&id)).await;
        assert_eq!(failed(outcome), code);
        assert!(seat.session().await.expert.is_none());
        assert_eq!(house.audited("sign_in.refused"), 1);
        assert_eq!(house.audited("session.started"), 0);
    }
    // eidas2 is more than eidas1.
    let (house, seat, _psc) = house_where(change("acr", json!("eidas2"))).await;
    let id = national_id(&seat.expert);
    sign_in_as(&house, &seat, Some(&id))
        .await
        .expect("signed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_whoever_declines_or_gives_up_is_not_signed_in() {
    let (house, seat, _psc) = house_where(|one| one).await;
    let declined = sign_in_as(&house, &seat, None).await;
    assert_eq!(failed(declined), FailureCode::IdentityRefused);

    let (given_up, ()) = tokio::join!(bridge::browser_sign_in(&seat.desk, PSC), async {
        seat.browser.opened().await;
        bridge::sign_in_give_up(&seat.desk, NoRequest {})
            .await
            .expect("given up");
    });
    assert_eq!(failed(given_up), FailureCode::SignInGivenUp);
}

/// An address opened in two browsers, or a second time, signs nobody in.
#[tokio::test(flavor = "multi_thread")]
async fn r11_a_pushed_request_serves_one_browser_once() {
    let (house, seat, _psc) = house_where(|one| one).await;
    let id = national_id(&seat.expert);
    let (session, ()) = tokio::join!(bridge::browser_sign_in(&seat.desk, PSC), async {
        let address = seat.browser.opened().await;
        let first = browser_with(
            &house,
            reqwest::redirect::Policy::custom(|step| match step.url().path() {
                "/oauth/psc" => step.stop(),
                _ => step.follow(),
            }),
        );
        let page = first.get(&address).send().await.expect("a page");
        let interaction = page.url().clone();
        // Opened again: used up.
        let (status, page) = answer_in(&browser(&house), &address, None).await;
        assert_eq!(status, 400);
        assert!(page.contains("n’est plus valable"), "{page}");
        // The way back in a browser that never left.
        let back = way_back(&first, interaction, &id).await;
        let (status, page) = answer_in(&browser(&house), &back, None).await;
        assert_eq!(status, 400);
        assert!(page.contains("n’est plus valable"), "{page}");
        bridge::sign_in_give_up(&seat.desk, NoRequest {})
            .await
            .expect("given up");
    });
    assert_eq!(failed(session), FailureCode::SignInGivenUp);
}

/// Answers at the provider, up to the address of the platform that it sends the browser back to.
async fn way_back(browser: &Client, interaction: reqwest::Url, who: &str) -> String {
    let answered = browser.post(interaction).form(&[("id", who)]);
    let last = answered.send().await.expect("the way back");
    let location = last.headers().get("location").expect("a way on");
    location.to_str().expect("text").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_the_phone_shows_the_number_that_the_window_shows() {
    let (house, seat, psc) = house_where(|one| one).await;
    let begun = ask(&seat).await.expect("on its way");
    let waiting = psc.waiting().await.expect("the phone");
    assert_eq!(waiting[0].code, begun.display_code);
    assert_eq!(begun.display_code.len(), 2);
    let (session, answered) = tokio::join!(
        bridge::ciba_wait(&seat.desk, NoRequest {}),
        psc.answer(&waiting[0], true)
    );
    answered.expect("the phone");
    let session = session.expect("signed in");
    assert_eq!(session.account.as_deref(), Some(seat.expert.email.as_str()));
    seat.list().await.expect("the list");
    assert_eq!(house.audited("sign_in.proved"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_a_request_declined_or_given_up_opens_nothing() {
    let (house, seat, psc) = house_where(|one| one).await;
    ask(&seat).await.expect("on its way");
    let waiting = psc.waiting().await.expect("the phone");
    let (session, answered) = tokio::join!(
        bridge::ciba_wait(&seat.desk, NoRequest {}),
        psc.answer(&waiting[0], false)
    );
    answered.expect("the phone");
    assert_eq!(failed(session), FailureCode::IdentityRefused);

    ask(&seat).await.expect("on its way");
    let waiting = psc.waiting().await.expect("the phone");
    let (session, ()) = tokio::join!(bridge::ciba_wait(&seat.desk, NoRequest {}), async {
        // It waits already, or will find nothing to wait for.
        tokio::task::yield_now().await;
        bridge::sign_in_give_up(&seat.desk, NoRequest {})
            .await
            .expect("given up");
    });
    assert_eq!(failed(session), FailureCode::SignInGivenUp);
    psc.answer(&waiting[0], true).await.expect("the phone");
    assert_eq!(house.audited("session.started"), 0);

    // Nobody's phone rings all day: a PC that is not his has three tries.
    ask(&seat).await.expect("the third");
    let fourth = ask(&seat).await.expect_err("too many");
    assert_eq!(fourth.code, FailureCode::TooManyRequests);
}

async fn ask(seat: &Seat) -> Result<bridge::CibaView, bridge::Failure> {
    let (left, right) = seat.expert.rpps.split_at(5);
    let request = bridge::CibaBeginRequest {
        rpps: format!("{left} {right}"),
        card: false,
    };
    bridge::ciba_begin(&seat.desk, request).await
}
