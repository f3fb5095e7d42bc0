//! A PC with an expert before it: every act goes through the bridge, as from the window.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use relecture_bridge as bridge;
use relecture_bridge::{
    CaseRequest, CaseView, CheckView, Config, DecidedView, Desk, DocumentView, Done, Failure,
    FirstPageRequest, FrozenView, NoRequest, PieceOpenRequest, PlatformAddress, Ports,
    ReceptionState, ReceptionView, Recognition, Room, SavedView, SessionView, SignInRequest,
    SubmissionView, WorklistView,
};
use relecture_testkit::{built, keys::MemoryKeys, platform::DemoExpert};
use uuid::Uuid;

use super::TestClock;

/// Longer than any reception of these tests on a busy machine.
const LIMIT: Duration = Duration::from_mins(1);

/// What the PCs of these tests are set to.
pub(crate) const IDLE_LOCK: Duration = Duration::from_mins(15);

/// The clock of every PC: stopped, and wrong by more than an hour. The desk goes by the platform's (R123).
fn wrong_clock() -> Timestamp {
    "2026-06-04T06:40:00Z".parse().expect("an instant")
}

/// A PC with an expert before it.
pub(crate) struct Seat {
    pub(crate) desk: Arc<Desk>,
    pub(crate) expert: DemoExpert,
    /// The system's browser.
    pub(crate) browser: Browser,
    keys: Arc<MemoryKeys>,
    clock: TestClock,
    /// What the PC's clock shows.
    shown: Arc<Mutex<Timestamp>>,
}

impl Seat {
    /// A PC on which nothing was ever installed.
    pub(crate) fn new(
        url: &str,
        authority: Option<&str>,
        data: &Path,
        expert: &DemoExpert,
        clock: &TestClock,
    ) -> Self {
        // Whoever tests on a small disk is not kept from it.
        let room = Room {
            reserve: 0,
            ..Room::default()
        };
        Self::with_room(url, authority, data, expert, clock, room)
    }

    /// The same, with so much room for cases.
    pub(crate) fn with_room(
        url: &str,
        authority: Option<&str>,
        data: &Path,
        expert: &DemoExpert,
        clock: &TestClock,
        room: Room,
    ) -> Self {
        super::watch::watch();
        let config = Config {
            data_directory: data.to_owned(),
            platform: PlatformAddress {
                url: url.to_owned(),
                authority: authority.map(|pem| pem.as_bytes().to_vec()),
            },
            worker: worker(),
            pdfium: pdfium(),
            recognition: Recognition::default(),
            workstation: "PC du bureau 214".to_owned(),
            idle_lock: IDLE_LOCK,
            room,
        };
        let keys = Arc::new(MemoryKeys::default());
        let browser = Browser::default();
        let shown = Arc::new(Mutex::new(wrong_clock()));
        Self {
            desk: desk(config, &keys, clock, &browser, &shown),
            shown,
            expert: expert.clone(),
            keys,
            clock: clock.clone(),
            browser,
        }
    }

    /// The application started a second time on the same PC, while the first still runs.
    pub(crate) fn second_instance(&self) -> Self {
        Self {
            desk: desk(
                self.desk.config().clone(),
                &self.keys,
                &self.clock,
                &self.browser,
                &self.shown,
            ),
            shown: Arc::clone(&self.shown),
            expert: self.expert.clone(),
            keys: Arc::clone(&self.keys),
            clock: self.clock.clone(),
            browser: self.browser.clone(),
        }
    }

    /// The application killed and started again.
    pub(crate) fn reopened(self) -> Self {
        let next = self.second_instance();
        drop(self);
        next
    }

    /// The same on a PC on which nothing recognises words.
    pub(crate) fn reopened_without_recognition(self) -> Self {
        let mut config = self.desk.config().clone();
        config.recognition.library = "/no/such/libtesseract.so.5".into();
        let mut next = self.reopened();
        next.desk = desk(config, &next.keys, &next.clock, &next.browser, &next.shown);
        next
    }

    /// Where the desk keeps what it keeps.
    pub(crate) fn data(&self) -> &Path {
        &self.desk.config().data_directory
    }

    /// No file on this PC has these words in clear, in whatever encoding of the letters.
    pub(crate) fn nowhere_in_clear(&self, words: &str) {
        let wide: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut folders = vec![self.data().to_owned()];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = std::fs::read(&path).expect("reads");
                let has = |words: &[u8]| bytes.windows(words.len()).any(|window| window == words);
                assert!(!has(words.as_bytes()) && !has(&wide), "{}", path.display());
                files += 1;
            }
        }
        assert!(files > 3, "the vault is there");
    }

    /// The objects of the one vault on this PC.
    pub(crate) fn objects(&self) -> Vec<PathBuf> {
        let list = |folder: &Path| -> Vec<PathBuf> {
            let entries = std::fs::read_dir(folder).expect("a folder");
            entries
                .map(|entry| entry.expect("an entry").path())
                .collect()
        };
        let vaults = self.vaults();
        assert_eq!(vaults.len(), 1, "one expert, one installation, one vault");
        list(&vaults[0].join("o"))
    }

    /// The key store of this PC loses the items whose names end so.
    pub(crate) fn lose_keys(&self, end: &str) {
        assert!(self.keys.lose(end) > 0, "an item is lost");
    }

    /// Sets the PC's clock.
    pub(crate) fn set_clock(&self, to: Timestamp) {
        *self.shown.lock().expect("the clock") = to;
    }

    /// Sits down without the platform.
    pub(crate) async fn work_offline(&self, code: &str) -> Result<SessionView, Failure> {
        let request = bridge::WorkOfflineRequest {
            email: self.expert.email.clone(),
            code: code.to_owned(),
        };
        bridge::session_work_offline(&self.desk, request).await
    }

    /// The folders of the vaults on this PC.
    pub(crate) fn vaults(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.data().join("vaults")).expect("a folder");
        entries
            .map(|entry| entry.expect("an entry").path())
            .collect()
    }

    /// What the expert types to prove both factors. Each code serves once (R12), so he waits for the next one.
    pub(crate) fn proof(&self) -> SignInRequest {
        self.clock.advance(SignedDuration::from_secs(30));
        let (code, _) = self.expert.code(self.clock.now()).expect("a code");
        let (left, right) = code.split_at(3);
        SignInRequest {
            email: self.expert.email.clone(),
            password: self.expert.password.clone(),
            code: format!("{left} {right}"),
            recovery: false,
        }
    }

    pub(crate) async fn session(&self) -> SessionView {
        bridge::session_view(&self.desk, NoRequest {})
            .await
            .expect("a session view")
    }

    pub(crate) async fn sign_in(&self) -> Result<SessionView, Failure> {
        bridge::session_sign_in(&self.desk, self.proof()).await
    }

    /// Chooses the unlock code.
    pub(crate) async fn choose_code(&self, code: &str) -> Result<SessionView, Failure> {
        bridge::unlock_code_choose(&self.desk, code_of(code)).await
    }

    /// Types an unlock code into the locked desk.
    pub(crate) async fn unlock(&self, code: &str) -> Result<SessionView, Failure> {
        bridge::session_unlock(&self.desk, code_of(code)).await
    }

    pub(crate) async fn lock(&self) -> SessionView {
        bridge::session_lock(&self.desk, NoRequest {})
            .await
            .expect("a session view")
    }

    pub(crate) async fn list(&self) -> Result<WorklistView, Failure> {
        bridge::worklist_view(&self.desk, NoRequest {}).await
    }

    pub(crate) async fn accept(&self, id: Uuid) -> Result<DecidedView, Failure> {
        let request = bridge::OfferAcceptRequest {
            assignment: id.to_string(),
            declared_interest: None,
        };
        bridge::offer_accept(&self.desk, request).await
    }

    /// What waits to be sent.
    pub(crate) async fn outbox(&self) -> Vec<bridge::WaitingRow> {
        let outbox = bridge::outbox_view(&self.desk, NoRequest {}).await;
        outbox.expect("the outbox").items
    }

    /// Tries to send it; what still waits.
    pub(crate) async fn send_outbox(&self) -> Vec<bridge::WaitingRow> {
        let outbox = bridge::outbox_send(&self.desk, NoRequest {}).await;
        outbox.expect("the outbox").items
    }

    pub(crate) async fn forget(&self, id: Uuid, written: bool) -> Result<Done, Failure> {
        let request = bridge::CaseForgetRequest {
            assignment: id.to_string(),
            written,
        };
        bridge::case_forget(&self.desk, request).await
    }

    pub(crate) async fn accesses(&self, id: Uuid) -> bridge::AccessListView {
        let list = bridge::access_list(&self.desk, of(id)).await;
        list.expect("the accesses")
    }

    /// Keeps in step with the platform by itself, as the application does, as long as this value lives.
    pub(crate) fn follow(&self) -> Following {
        Following(tokio::spawn(Arc::clone(&self.desk).follow()).abort_handle())
    }

    /// Waits until something is so.
    pub(crate) async fn until(&self, what: &str, so: impl AsyncFn() -> bool) {
        let reached = async {
            while !so().await {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let reached = tokio::time::timeout(LIMIT, reached).await;
        assert!(reached.is_ok(), "not reached: {what}");
    }

    pub(crate) async fn case(&self, id: Uuid) -> Result<CaseView, Failure> {
        bridge::case_view(&self.desk, of(id)).await
    }

    pub(crate) async fn receive(&self, id: Uuid) -> Result<Done, Failure> {
        bridge::case_receive(&self.desk, of(id)).await
    }

    /// How the reception under way ends.
    pub(crate) async fn received(&self, id: Uuid) -> ReceptionView {
        self.reception(id, |view| view.state != ReceptionState::Receiving)
            .await
    }

    /// Waits until the first bytes of a reception are on this PC.
    pub(crate) async fn begun(&self, id: Uuid) {
        let view = self.reception(id, |view| view.received > 0).await;
        assert_eq!(view.state, ReceptionState::Receiving);
    }

    async fn reception(&self, id: Uuid, wanted: fn(&ReceptionView) -> bool) -> ReceptionView {
        let reached = async {
            loop {
                let view = self.case(id).await.expect("a case").reception;
                if wanted(&view) {
                    return view;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let reached = tokio::time::timeout(LIMIT, reached).await;
        reached.expect("the reception gets there")
    }

    pub(crate) async fn open(&self, id: Uuid, piece: &str) -> Result<DocumentView, Failure> {
        self.open_at(id, piece, None).await
    }

    /// Opens a piece and has a page of it drawn at once.
    pub(crate) async fn open_at(
        &self,
        id: Uuid,
        piece: &str,
        first: Option<FirstPageRequest>,
    ) -> Result<DocumentView, Failure> {
        let request = PieceOpenRequest {
            assignment: id.to_string(),
            piece: piece.to_owned(),
            first,
        };
        bridge::piece_open(&self.desk, request).await
    }

    /// The page as the window gets it; nothing when it gets nothing.
    pub(crate) async fn page(&self, document: &DocumentView, number: usize) -> Option<Vec<u8>> {
        self.part(document, number, "w=500&r=0").await
    }

    /// The same for what is asked of it.
    pub(crate) async fn part(
        &self,
        document: &DocumentView,
        number: usize,
        query: &str,
    ) -> Option<Vec<u8>> {
        let path = format!("/page/{}/{number}", document.handle);
        let image = bridge::page(&self.desk, &path, query).await.ok()?;
        assert_eq!(image.media_type, "image/jpeg");
        assert!(image.bytes.starts_with(&[0xff, 0xd8, 0xff]), "a JPEG");
        Some(image.bytes.to_vec())
    }

    pub(crate) async fn see(&self, id: Uuid, piece: &str, page: u32) {
        let request = bridge::PageSeenRequest {
            assignment: id.to_string(),
            piece: piece.to_owned(),
            pages: vec![page],
        };
        bridge::page_seen(&self.desk, request)
            .await
            .expect("the page is marked");
    }

    /// Opens every piece, looks at every page and puts the piece away again.
    pub(crate) async fn read_everything(&self, id: Uuid) {
        for piece in self.case(id).await.expect("a case").pieces {
            let document = self.open(id, &piece.id).await.expect("the piece opens");
            assert_eq!(document.pages, piece.pages, "{}", piece.title);
            let sized: u32 = document.sizes.iter().map(|run| run.count).sum();
            assert_eq!(sized, piece.pages, "{}", piece.title);
            for number in 1..=piece.pages {
                let page = self.page(&document, number as usize).await;
                assert!(page.is_some(), "page {number} of {}", piece.title);
                self.see(id, &piece.id, number).await;
            }
            let request = bridge::DocumentRequest {
                handle: document.handle.clone(),
            };
            bridge::document_close(&self.desk, request)
                .await
                .expect("closes");
            assert!(
                self.page(&document, 1).await.is_none(),
                "a closed document shows nothing"
            );
        }
    }

    pub(crate) async fn write(
        &self,
        id: Uuid,
        content: serde_json::Value,
    ) -> Result<SavedView, Failure> {
        let request = bridge::OpinionWriteRequest {
            assignment: id.to_string(),
            content,
        };
        bridge::opinion_write(&self.desk, request).await
    }

    pub(crate) async fn annotate(
        &self,
        id: Uuid,
        annotation: bridge::AnnotationView,
    ) -> Result<Done, Failure> {
        let request = bridge::AnnotationKeepRequest {
            assignment: id.to_string(),
            annotation,
        };
        bridge::annotation_keep(&self.desk, request).await
    }

    pub(crate) async fn check(&self, id: Uuid) -> Result<CheckView, Failure> {
        bridge::opinion_check(&self.desk, of(id)).await
    }

    pub(crate) async fn freeze(
        &self,
        id: Uuid,
        confirmed: &[String],
    ) -> Result<FrozenView, Failure> {
        let request = bridge::OpinionFreezeRequest {
            assignment: id.to_string(),
            confirmed: confirmed.to_vec(),
        };
        bridge::opinion_freeze(&self.desk, request).await
    }

    /// Confirms every point and freezes.
    pub(crate) async fn freeze_as_it_is(&self, id: Uuid) -> FrozenView {
        let points = self.check(id).await.expect("the check").to_confirm;
        let confirmed: Vec<String> = points.into_iter().map(|point| point.id).collect();
        self.freeze(id, &confirmed).await.expect("freezes")
    }

    pub(crate) async fn sign(&self, id: Uuid, sha256: &str) -> Result<SubmissionView, Failure> {
        self.sign_with(id, sha256, None).await
    }

    /// With the unlock code.
    pub(crate) async fn sign_with(
        &self,
        id: Uuid,
        sha256: &str,
        code: Option<&str>,
    ) -> Result<SubmissionView, Failure> {
        let request = bridge::OpinionSignRequest {
            assignment: id.to_string(),
            sha256: sha256.to_owned(),
            code: code.map(str::to_owned),
        };
        bridge::opinion_sign(&self.desk, request).await
    }

    pub(crate) async fn send(&self, id: Uuid) -> Result<SubmissionView, Failure> {
        bridge::submission_send(&self.desk, of(id)).await
    }

    /// What is kept of the signed report.
    pub(crate) async fn submission_kept(&self, id: Uuid) -> relecture_desk::Submission {
        self.desk.submission(id).await.expect("kept")
    }

    pub(crate) async fn submission(&self, id: Uuid) -> Result<SubmissionView, Failure> {
        bridge::submission_view(&self.desk, of(id)).await
    }
}

/// The application's own exchange with the platform.
pub(crate) struct Following(tokio::task::AbortHandle);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn code_of(code: &str) -> bridge::UnlockCodeRequest {
    bridge::UnlockCodeRequest {
        code: code.to_owned(),
    }
}

/// A request about a case.
pub(crate) fn of(id: Uuid) -> CaseRequest {
    CaseRequest {
        assignment: id.to_string(),
    }
}

/// The addresses that the desk had opened in the system browser.
#[derive(Clone, Default)]
pub(crate) struct Browser(Arc<Mutex<Vec<String>>>);

impl Browser {
    /// The next address, as soon as there is one.
    pub(crate) async fn opened(&self) -> String {
        loop {
            if let Some(address) = self.0.lock().expect("the addresses").pop() {
                return address;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}

fn desk(
    config: Config,
    keys: &Arc<MemoryKeys>,
    clock: &TestClock,
    browser: &Browser,
    shown: &Arc<Mutex<Timestamp>>,
) -> Arc<Desk> {
    let shown = Arc::clone(shown);
    let keys = Arc::clone(keys);
    let browser = browser.clone();
    // The PC's hands move with the platform's, whatever its face shows.
    let (clock, begun) = (clock.clone(), clock.now());
    Desk::new(
        config,
        Ports {
            keys,
            clock: Arc::new(move || *shown.lock().expect("the clock")),
            uptime: Box::new(move || clock.now().duration_since(begun).unsigned_abs()),
            browser: Box::new(move |address| {
                browser
                    .0
                    .lock()
                    .expect("the addresses")
                    .push(address.to_owned());
                Ok(())
            }),
            notify: Box::new(|_| {}),
        },
    )
}

fn worker() -> PathBuf {
    let worker = built::program("relecture-imaging-worker").expect("the folder of this program");
    assert!(
        worker.is_file(),
        "the reader is not built: run `cargo build -p relecture-imaging-worker`"
    );
    worker
}

fn pdfium() -> PathBuf {
    let library = format!(
        "{}pdfium{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let library = std::env::var_os("RELECTURE_PDFIUM").map_or_else(
        || built::setup().join("pdfium").join(library),
        PathBuf::from,
    );
    assert!(
        library.is_file(),
        "libpdfium is missing: run `cargo xtask test`, which fetches it"
    );
    library
}
