//! Passkeys and security keys: Chromium as the system browser, with its virtual authenticator (R9, R10, R20).

use jiff::SignedDuration;
use relecture_bridge::{
    self as bridge, BrowserRequest, BrowserWayRequest, Failure, FailureCode, NoRequest, PasskeyRow,
    SessionView,
};
use relecture_testkit::desktop::{Chromium, SecurityKey};
use serde_json::{Value, json};

use crate::support::{House, Seat};

const WITH_A_KEY: BrowserRequest = BrowserRequest {
    way: BrowserWayRequest::Passkey,
};
const HOME: &str = "Revenez à Relecture";

async fn browser(house: &House) -> Chromium {
    Chromium::start(Some(house.platform.ca_pem()))
        .await
        .expect("Chromium")
}

/// Opens what the desk opens, presses the button, and waits for this text.
async fn follow(seat: &Seat, browser: &Chromium, text: &str) {
    browser
        .open(&seat.browser.opened().await)
        .await
        .expect("the page");
    browser.press().await.expect("the button");
    browser.shows(text).await.expect("the page");
}

async fn add(seat: &Seat, browser: &Chromium) {
    let (added, ()) = tokio::join!(
        bridge::passkey_add(&seat.desk, NoRequest {}),
        follow(seat, browser, HOME)
    );
    added.expect("added");
}

async fn keys(seat: &Seat) -> Vec<PasskeyRow> {
    let list = bridge::passkey_list(&seat.desk, NoRequest {}).await;
    list.expect("the list").items
}

async fn sign_out(seat: &Seat) {
    bridge::session_sign_out(&seat.desk, NoRequest {})
        .await
        .expect("signed out");
}

/// Signs in with the key that is plugged in.
async fn sign_in(seat: &Seat, browser: &Chromium) -> Result<SessionView, Failure> {
    let (session, ()) = tokio::join!(
        bridge::browser_sign_in(&seat.desk, WITH_A_KEY),
        follow(seat, browser, HOME)
    );
    session
}

/// A physician with a key that he has just added, and who has left.
async fn with_a_key(house: &House) -> (Seat, Chromium) {
    let (seat, browser) = (house.seat(&house.expert(1)), browser(house).await);
    seat.sign_in().await.expect("signed in");
    browser.plug_in(true).await.expect("a key");
    add(&seat, &browser).await;
    sign_out(&seat).await;
    (seat, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn r9_a_physician_adds_a_key_and_signs_in_with_it_alone() {
    let house = House::open();
    let (seat, browser) = with_a_key(&house).await;
    assert_eq!(house.audited("passkey.enrolled"), 1);

    let session = sign_in(&seat, &browser).await.expect("signed in");
    assert_eq!(session.account.as_deref(), Some(seat.expert.email.as_str()));
    assert!(session.authentication_fresh);
    seat.list().await.expect("the list");
    let keys = keys(&seat).await;
    assert_eq!(keys[0].name, "Clé d’accès");
    assert!(keys[0].last_used_at.is_some());
    // The same PC as with the password, not a second one.
    let devices = bridge::device_list(&seat.desk, NoRequest {}).await;
    assert_eq!(devices.expect("the list").items.len(), 1);
}

/// R20: adding, removing and signing ask for a recent proof, which the key gives too.
#[tokio::test(flavor = "multi_thread")]
async fn r20_a_key_is_a_recent_proof_and_needs_one() {
    let house = House::open();
    let (seat, browser) = with_a_key(&house).await;
    sign_in(&seat, &browser).await.expect("signed in");
    house.clock.advance(SignedDuration::from_mins(6));
    let key = keys(&seat).await.remove(0).passkey;
    let remove = async || {
        let request = bridge::PasskeyRequest {
            passkey: key.clone(),
        };
        bridge::passkey_remove(&seat.desk, request).await
    };
    for refused in [
        remove().await,
        bridge::passkey_add(&seat.desk, NoRequest {}).await,
    ] {
        let failure = refused.expect_err("too old");
        assert_eq!(failure.code, FailureCode::AuthenticationTooOld);
    }
    let (confirmed, ()) = tokio::join!(
        bridge::browser_confirm(&seat.desk, WITH_A_KEY),
        follow(&seat, &browser, HOME)
    );
    assert!(confirmed.expect("confirmed").authentication_fresh);
    remove().await.expect("removed");
    assert!(keys(&seat).await.is_empty());
    // What was removed opens nothing, although the browser still has it.
    sign_out(&seat).await;
    let failure = sign_in(&seat, &browser).await.expect_err("refused");
    assert_eq!(failure.code, FailureCode::PasskeyRefused);
    assert_eq!(house.audited("passkey.removed"), 1);
}

/// Plugs a copy in, whose counter is this.
async fn copy_with(browser: &Chromium, credential: &Value, count: u32) -> SecurityKey {
    let mut copy = credential.clone();
    copy["signCount"] = json!(count);
    let key = browser.plug_in(true).await.expect("another key");
    browser.put(&key, copy).await.expect("copied");
    key
}

/// A key that was copied gives itself away by its counter.
#[tokio::test(flavor = "multi_thread")]
async fn r9_a_copied_key_is_refused() {
    let house = House::open();
    let (seat, browser) = (house.seat(&house.expert(1)), browser(&house).await);
    seat.sign_in().await.expect("signed in");
    let key = browser.plug_in(true).await.expect("a key");
    add(&seat, &browser).await;
    sign_out(&seat).await;
    let copy = browser.content(&key).await.expect("content").remove(0);
    sign_in(&seat, &browser).await.expect("signed in");
    sign_out(&seat).await;
    browser.pull_out(key).await.expect("pulled out");
    let key = copy_with(&browser, &copy, 0).await;
    let failure = sign_in(&seat, &browser).await.expect_err("refused");
    assert_eq!(failure.code, FailureCode::PasskeyRefused);
    assert_eq!(house.audited("sign_in.refused"), 1);
    // It was the counter alone: a copy that is ahead signs in.
    browser.pull_out(key).await.expect("pulled out");
    copy_with(&browser, &copy, 1000).await;
    sign_in(&seat, &browser).await.expect("signed in");
}

/// A key that does not know its holder is one factor, not two (R2): the browser does not take it.
#[tokio::test(flavor = "multi_thread")]
async fn r2_a_key_that_does_not_verify_its_holder_is_not_taken() {
    let house = House::open();
    let (seat, browser) = (house.seat(&house.expert(1)), browser(&house).await);
    seat.sign_in().await.expect("signed in");
    browser.plug_in(false).await.expect("a key");
    let (given_up, ()) = tokio::join!(bridge::passkey_add(&seat.desk, NoRequest {}), async {
        follow(&seat, &browser, "Rien n’a été enregistré").await;
        bridge::sign_in_give_up(&seat.desk, NoRequest {})
            .await
            .expect("given up");
    });
    assert_eq!(
        given_up.expect_err("given up").code,
        FailureCode::SignInGivenUp
    );
    assert!(keys(&seat).await.is_empty());
    assert_eq!(house.audited("passkey.enrolled"), 0);
}

/// A page serves once, in the browser that opened it; the key of one physician is not added twice.
#[tokio::test(flavor = "multi_thread")]
async fn r11_a_page_serves_once() {
    let house = House::open();
    let (seat, browser) = with_a_key(&house).await;
    let (session, ()) = tokio::join!(bridge::browser_sign_in(&seat.desk, WITH_A_KEY), async {
        let address = seat.browser.opened().await;
        browser.open(&address).await.expect("the page");
        browser.open(&address).await.expect("a page");
        browser.shows("n’est plus valable").await.expect("over");
        bridge::sign_in_give_up(&seat.desk, NoRequest {})
            .await
            .expect("given up");
    });
    assert_eq!(
        session.expect_err("given up").code,
        FailureCode::SignInGivenUp
    );
    sign_in(&seat, &browser).await.expect("signed in");
    let (known, ()) = tokio::join!(bridge::passkey_add(&seat.desk, NoRequest {}), async {
        follow(&seat, &browser, "déjà enregistrée").await;
        bridge::sign_in_give_up(&seat.desk, NoRequest {})
            .await
            .expect("given up");
    });
    assert_eq!(known.expect_err("known").code, FailureCode::SignInGivenUp);
    assert_eq!(keys(&seat).await.len(), 1);
}
