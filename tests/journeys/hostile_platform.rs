//! A platform that drops, truncates, corrupts, delays, refuses, says nothing, repeats itself or goes back in time, at every request
//! of the job: each time the physician is told something clear or nothing at all, and in the end everything is exact.

use std::fmt::Debug;

use relecture_bridge::{self as bridge, Failure, FailureCode, NoRequest, ReceptionState};
use relecture_testkit::platform::DemoExpert;
use serde_json::Value;
use uuid::Uuid;

use crate::support::{House, Malice, Seat, complete_opinion, letter};

/// Each step is tried again this often. One try may meet several requests that go wrong.
const TRIES: usize = 12;
/// What the physician may be told.
const CLEAR: &[FailureCode] = &[
    FailureCode::PlatformUnreachable,
    FailureCode::PlatformFault,
    FailureCode::SessionEnded,
    FailureCode::AuthenticationTooOld,
];

/// Tries a step until it succeeds.
async fn tried<T: Debug>(step: &str, mut once: impl AsyncFnMut() -> Result<T, Failure>) -> T {
    for _ in 0..TRIES {
        match once().await {
            Ok(done) => return done,
            Err(failure) => assert!(CLEAR.contains(&failure.code), "{step}: {failure:?}"),
        }
    }
    panic!("{step}: not done in {TRIES} tries");
}

/// A PC on which a case was begun, and on which the job goes on.
struct Day<'h> {
    house: &'h House,
    expert: DemoExpert,
    seat: Seat,
    /// Received, read and written on.
    begun: Uuid,
    content: Value,
    /// To be accepted.
    offered: Uuid,
    /// The case of what is offered.
    withdrawn: Uuid,
}

impl<'h> Day<'h> {
    async fn begin(house: &'h House, number: u64) -> Self {
        let expert = house.expert(number);
        let seat = house.seat(&expert);
        let (_, begun) = house.offer(&expert, vec![letter(40_000)]);
        house.hostile.wake();
        seat.sign_in().await.expect("signs in");
        seat.accept(begun).await.expect("accepts");
        let received = seat.received(begun).await;
        assert_eq!(received.state, ReceptionState::Complete);
        seat.read_everything(begun).await;
        let case = seat.case(begun).await.expect("the case");
        let opinion = complete_opinion(&case);
        seat.write(begun, opinion).await.expect("kept");
        let content = seat.case(begun).await.expect("the case").content;
        let (withdrawn, offered) = house.offer(&expert, vec![letter(70_000)]);
        Self {
            house,
            expert,
            seat: seat.reopened(),
            begun,
            content,
            offered,
            withdrawn,
        }
    }

    /// Tries a step until it succeeds. Whoever is told that the session ended signs in again.
    async fn step<T: Debug>(&self, step: &str, once: impl AsyncFn() -> Result<T, Failure>) -> T {
        tried(step, async || {
            let answered = once().await;
            if let Err(failure) = &answered {
                self.again(failure.code).await;
            }
            answered
        })
        .await
    }

    async fn again(&self, told: FailureCode) {
        let ended = [FailureCode::SessionEnded, FailureCode::AuthenticationTooOld];
        if ended.contains(&told) {
            tried("sign in again", async || self.seat.sign_in().await).await;
        }
    }

    async fn come_back(&self) {
        let seat = &self.seat;
        tried("sign in", async || seat.sign_in().await).await;
        // While the platform does not answer, the last known list is shown.
        for _ in 0..TRIES {
            let list = self.step("the list", async || seat.list().await).await;
            assert_eq!(list.in_progress.len(), 1, "out of sight: {list:?}");
            if list.offers.len() == 1 {
                break;
            }
        }
        let list = self.step("the list", async || seat.list().await).await;
        assert_eq!(list.offers.len(), 1);
        let case = self.step("the case", async || seat.case(self.begun).await);
        assert_eq!(case.await.content, self.content, "no word is lost");
    }

    async fn accept_and_receive(&self) {
        let (seat, id) = (&self.seat, self.offered);
        self.step("accept", async || seat.accept(id).await).await;
        for _ in 0..TRIES {
            let deliver = async || bridge::outbox_send(&seat.desk, NoRequest {}).await;
            if self.step("deliver", deliver).await.items.is_empty() {
                break;
            }
        }
        assert_eq!(seat.outbox().await, [], "the acceptance is sent");
        for _ in 0..TRIES {
            self.step("receive", async || seat.receive(id).await).await;
            let reception = seat.received(id).await;
            if reception.state == ReceptionState::Complete {
                break;
            }
            let told = reception.failure.expect("why it stopped");
            let clear = CLEAR.contains(&told) || told == FailureCode::PieceAltered;
            assert!(clear, "receiving: {told:?}");
        }
        seat.read_everything(id).await;
    }

    async fn sign(&self) {
        let (seat, id) = (&self.seat, self.begun);
        let check = self.step("the check", async || seat.check(id).await);
        let points = check.await.to_confirm;
        let confirmed: Vec<String> = points.into_iter().map(|point| point.id).collect();
        let freeze = self.step("freeze", async || seat.freeze(id, &confirmed).await);
        let frozen = freeze.await;
        let sign = self.step("sign", async || seat.sign(id, &frozen.sha256).await);
        let mut answer = sign.await;
        for _ in 0..TRIES {
            let Some(waiting) = &answer.waiting else {
                break;
            };
            let told = waiting.code;
            let of_sending = [FailureCode::ReceiptInvalid, FailureCode::TimestampInvalid];
            let clear = CLEAR.contains(&told) || of_sending.contains(&told);
            assert!(clear, "sending: {told:?}");
            self.again(told).await;
            answer = self.step("send", async || seat.send(id).await).await;
        }
        assert_eq!(answer.receipt.expect("a receipt").version, 1);
        let signed = usize::try_from(frozen.size).expect("small");
        let kept = &self.house.archived(id).pdf[..signed];
        let digest = relecture_crypto::sha256(kept).to_string();
        assert_eq!(digest, frozen.sha256, "the bytes that were signed");
    }

    async fn enrol_another_pc(&self) {
        let other = self.house.seat(&self.expert);
        tried("enrol", async || other.sign_in().await).await;
        let devices = async || bridge::device_list(&other.desk, NoRequest {}).await;
        let devices = tried("the PCs", devices).await;
        assert_eq!(devices.items.len(), 2, "each enrolled once");
    }

    async fn lose_the_case(&self) {
        let platform = &self.house.platform;
        let withdrawn = platform.withdraw_consent(self.withdrawn);
        withdrawn.expect("withdrawn");
        let _following = self.seat.follow();
        let proved = async || {
            let held = platform.holdings(self.offered).expect("reads");
            held.iter().any(|held| held.erased_at.is_some())
        };
        self.seat.until("the erasure is proved", proved).await;
    }

    /// At the platform and on the PC, everything once and as it was.
    async fn end(self) {
        self.house.hostile.rest();
        let audit = self.house.audit();
        let times = |action: &str, id: Uuid| {
            let of_it = audit.iter().filter(|entry| entry.assignment == Some(id));
            of_it.filter(|entry| entry.action == action).count()
        };
        for case in [self.begun, self.offered] {
            assert_eq!(times("assignment.accepted", case), 1);
        }
        assert_eq!(times("report.received", self.begun), 1);
        let seat = self.seat.reopened();
        seat.sign_in().await.expect("signs in");
        assert!(seat.case(self.offered).await.is_err(), "forgotten");
        let kept = seat.case(self.begun).await.expect("kept").content;
        assert_eq!(kept, self.content);
    }
}

/// The whole job, with the requests after its beginning meeting what `plan` says.
async fn job(house: &House, number: u64, plan: &[(String, Malice)]) {
    let day = Day::begin(house, number).await;
    for (kind, malice) in plan {
        house.hostile.plan(kind, *malice);
    }
    day.come_back().await;
    day.accept_and_receive().await;
    day.sign().await;
    day.enrol_another_pc().await;
    day.lose_the_case().await;
    day.end().await;
}

/// R46, R47, R66, R81, R120, R122, R123: every malice at every request.
#[tokio::test(flavor = "multi_thread")]
async fn every_malice_at_every_request_ends_exact() {
    let house = House::open();
    job(&house, 1, &[]).await;
    let kinds = house.hostile.kinds();
    assert!(kinds.len() >= 12, "{kinds:?}");
    for turn in 0..Malice::ALL.len() {
        let malices = Malice::ALL.iter().cycle().skip(turn);
        let plan: Vec<_> = kinds.iter().cloned().zip(malices.copied()).collect();
        job(&house, 2 + turn as u64, &plan).await;
    }
    let met = house.hostile.met();
    let missed: Vec<_> = kinds
        .iter()
        .flat_map(|kind| Malice::ALL.map(|malice| (kind.clone(), malice)))
        .filter(|pair| !met.contains(pair))
        .collect();
    assert_eq!(missed, [], "every pair was met");
}
