//! Receiving the pieces of a case in the background: several at a time, resumable, verified, never in clear on the disk.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use relecture_platform_api::Document;
use relecture_platform_client::CallError;
use relecture_vault::{FinishReceptionError, Flusher, PieceSpec, VaultError};
use thiserror::Error;
use tokio::{
    sync::{mpsc, watch},
    task::{AbortHandle, JoinSet},
    time::Instant,
};
use uuid::Uuid;

use crate::{
    CaseError, Desk, PieceReception, ReceptionState, Topic, blocking, case::piece_spec,
    follow::is_passing, search_case::IMAGES, session::Session,
};

/// Pieces received at the same time.
const AT_ONCE: usize = 3;
/// The window is told of progress no more often than this.
const TELL_EVERY: Duration = Duration::from_millis(250);
/// A piece whose bytes are wrong is fetched this often in all before the expert is told.
const TRIES: u32 = 2;
/// From this length on the disk writes while bytes come.
const LONG: u64 = 32 << 20;
const FLUSH_EVERY: Duration = Duration::from_millis(100);
/// A rate says something after this.
const TELL_RATE_AFTER: Duration = Duration::from_secs(1);
/// Chunks on their way from the network to the disk.
const QUEUE: usize = 16;

/// Why a reception stopped.
#[derive(Debug, Error)]
pub enum ReceiveError {
    /// The platform, or the way to it.
    #[error("the platform")]
    Call(#[from] CallError),
    /// There is no room: the disk is nearly full, or the cases take as much as they may.
    #[error("there is no room")]
    NoRoom,
    /// The bytes are not those of the manifest, twice; nothing of them was kept (R47).
    #[error("the bytes are not those of the manifest")]
    Altered,
    /// The vault.
    #[error("the vault")]
    Vault(#[from] VaultError),
    /// The case.
    #[error("the case")]
    Case(#[from] Box<CaseError>),
}

impl ReceiveError {
    /// Whether it failed for want of a line only.
    fn is_passing(&self) -> bool {
        match self {
            Self::Call(error) => error.is_passing(),
            Self::Case(error) => is_passing(error),
            Self::Altered | Self::NoRoom | Self::Vault(_) => false,
        }
    }
}

#[derive(Default)]
pub(crate) struct Receptions(Mutex<HashMap<Uuid, Running>>);

struct Running {
    task: Option<AbortHandle>,
    /// Closed when it has ended.
    ended: watch::Receiver<()>,
    pieces: HashMap<Uuid, Arc<Progress>>,
}

#[derive(Default)]
struct Progress {
    received: AtomicU64,
    /// When bytes began to come, and how many were here already.
    begun: Mutex<Option<(Instant, u64)>>,
    outcome: Mutex<Outcome>,
    thrown_away: AtomicU32,
}

impl Progress {
    fn begin(&self, received: u64) {
        self.received.store(received, Ordering::Relaxed);
        *self.begun.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), received));
    }

    /// Bytes in a second; nothing before it can be told.
    fn rate(&self) -> Option<f64> {
        let begun = *self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, from) = begun?;
        let came = self.received.load(Ordering::Relaxed).checked_sub(from)?;
        let passed = begun.elapsed();
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let came = came as f64;
        (passed >= TELL_RATE_AFTER && came > 0.0).then(|| came / passed.as_secs_f64())
    }
}

#[derive(Clone, Default)]
enum Outcome {
    #[default]
    Receiving,
    Complete,
    Stopped(Option<Arc<ReceiveError>>),
}

impl Receptions {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is under way for a case. Taken before the disk is read: a piece is on the disk before it counts as received, so
    /// that one which ends in between is never shown as absent.
    pub(crate) fn under_way(&self, case: Uuid) -> UnderWay {
        let running = self.lock();
        let pieces = running
            .get(&case)
            .into_iter()
            .flat_map(|running| &running.pieces);
        UnderWay(
            pieces
                .map(|(id, progress)| {
                    let outcome = progress
                        .outcome
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner);
                    Moment {
                        piece: *id,
                        outcome: outcome.clone(),
                        received: progress.received.load(Ordering::Relaxed),
                        rate: progress.rate(),
                        thrown_away: progress.thrown_away.load(Ordering::Relaxed),
                    }
                })
                .collect(),
        )
    }

    /// Whether anything is being received.
    pub(crate) fn is_busy(&self) -> bool {
        self.lock().values().any(Running::is_running)
    }

    /// Whether a case may be received without being asked for: nobody stopped it, and what failed of it failed for want of a
    /// line.
    pub(crate) fn may_start(&self, case: Uuid) -> bool {
        let running = self.lock();
        let pieces = running
            .get(&case)
            .into_iter()
            .flat_map(|r| r.pieces.values());
        pieces.into_iter().all(|progress| {
            let outcome = progress.outcome.lock();
            match &*outcome.unwrap_or_else(PoisonError::into_inner) {
                Outcome::Receiving | Outcome::Complete => true,
                Outcome::Stopped(None) => false,
                Outcome::Stopped(Some(error)) => error.is_passing(),
            }
        })
    }

    /// Waits until nothing of a case is being received.
    pub(crate) async fn ended(&self, case: Uuid) {
        let ended = self.lock().get(&case).map(|running| running.ended.clone());
        if let Some(mut ended) = ended {
            while ended.changed().await.is_ok() {}
        }
    }

    pub(crate) fn stop(&self, case: Uuid) {
        if let Some(running) = self.lock().get_mut(&case) {
            if let Some(task) = running.task.take() {
                task.abort();
            }
            for progress in running.pieces.values() {
                let mut outcome = progress
                    .outcome
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                if matches!(*outcome, Outcome::Receiving) {
                    *outcome = Outcome::Stopped(None);
                }
            }
        }
    }

    pub(crate) fn stop_all(&self) {
        let cases: Vec<Uuid> = self.lock().keys().copied().collect();
        for case in cases {
            self.stop(case);
        }
        self.lock().clear();
    }
}

/// How far each piece of a reception had come at one moment.
pub(crate) struct UnderWay(Vec<Moment>);

struct Moment {
    piece: Uuid,
    outcome: Outcome,
    received: u64,
    rate: Option<f64>,
    thrown_away: u32,
}

impl UnderWay {
    /// Puts what is under way over what the disk says.
    pub(crate) fn overlay(self, receptions: &mut HashMap<Uuid, PieceReception>) {
        for moment in self.0 {
            let Some(shown) = receptions.get_mut(&moment.piece) else {
                continue;
            };
            shown.thrown_away = moment.thrown_away;
            match moment.outcome {
                Outcome::Receiving if shown.state != ReceptionState::Complete => {
                    shown.state = ReceptionState::Receiving;
                    shown.received = moment.received.min(shown.total);
                    shown.rate = moment.rate;
                }
                Outcome::Stopped(failure) if shown.state != ReceptionState::Complete => {
                    shown.state = ReceptionState::Stopped;
                    shown.failure = failure;
                }
                _ => {}
            }
        }
    }
}

impl Desk {
    /// Starts receiving what is missing of a case; returns at once. Already under way is fine.
    ///
    /// # Errors
    /// [`CaseError`] when the manifest cannot be had.
    pub async fn receive(self: &Arc<Self>, id: Uuid) -> Result<(), CaseError> {
        let session = self.session()?;
        let _one_at_a_time = session.beginning.lock().await;
        if self
            .receptions
            .lock()
            .get(&id)
            .is_some_and(Running::is_running)
        {
            return Ok(());
        }
        let manifest = self.refresh_manifest(&session, id).await?;
        let (mut missing, mut specs) = (Vec::new(), Vec::new());
        for document in manifest.documents {
            let spec = piece_spec(id, &document)?;
            if !session.vault.has_piece(id, &spec) {
                // What came before is still there, until more does.
                let progress = Progress {
                    received: session.vault.received(id, &spec).into(),
                    thrown_away: self.documents.wrong(id, document.id).into(),
                    ..Progress::default()
                };
                missing.push((document, Arc::new(progress)));
                specs.push(spec);
            }
        }
        let expecting = Arc::clone(&session);
        blocking(move || expecting.vault.expect(id, &specs)).await?;
        let pieces = missing.iter().map(|(d, p)| (d.id, Arc::clone(p))).collect();
        let images = missing.iter().filter(|(d, _)| d.media_type == IMAGES);
        let images = images.map(|(document, _)| document.clone()).collect();
        if missing.is_empty() {
            session.complete().insert(id);
        }
        let (desk, receiving) = (Arc::clone(self), Arc::clone(&session));
        let (ending, ended) = watch::channel(());
        let task = tokio::spawn(async move {
            let _until_the_end = ending;
            desk.receive_all(Arc::clone(&receiving), id, missing).await;
            desk.index_images(&receiving, id, images);
            for topic in [Topic::Case(id), Topic::Worklist, Topic::Session] {
                desk.notify(topic);
            }
        });
        let running = Running {
            task: Some(task.abort_handle()),
            ended,
            pieces,
        };
        self.receptions.lock().insert(id, running);
        self.notify(Topic::Case(id));
        Ok(())
    }

    /// Stops receiving; what has come stays and is resumed.
    pub fn stop_receiving(&self, id: Uuid) {
        self.receptions.stop(id);
        self.notify(Topic::Case(id));
        self.notify(Topic::Worklist);
    }

    /// Whether pieces are fetched only when they are asked for.
    pub fn is_prefetch_paused(&self) -> bool {
        self.prefetch_paused.load(Ordering::Relaxed)
    }

    /// Fetches pieces only when they are asked for, or ahead again.
    pub fn pause_prefetch(&self, paused: bool) {
        self.prefetch_paused.store(paused, Ordering::Relaxed);
        if let Ok(session) = self.session() {
            session.stir.notify_one();
        }
        self.notify(Topic::Session);
    }

    async fn receive_all(
        self: &Arc<Self>,
        session: Arc<Session>,
        id: Uuid,
        missing: Vec<(Document, Arc<Progress>)>,
    ) {
        let mut waiting = missing.into_iter();
        let mut running = JoinSet::new();
        loop {
            while running.len() < AT_ONCE
                && let Some((document, progress)) = waiting.next()
            {
                let (desk, session) = (Arc::clone(self), Arc::clone(&session));
                running.spawn(async move {
                    let received = desk.receive_piece(&session, id, &document, &progress).await;
                    if let Err(error) = &received {
                        tracing::warn!(%error, "a piece was not received");
                    }
                    *progress
                        .outcome
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner) = match received {
                        Ok(()) => Outcome::Complete,
                        Err(error) => Outcome::Stopped(Some(Arc::new(error))),
                    };
                    desk.notify(Topic::Case(id));
                });
            }
            if running.join_next().await.is_none() {
                break;
            }
        }
    }

    async fn receive_piece(
        self: &Arc<Self>,
        session: &Arc<Session>,
        id: Uuid,
        document: &Document,
        progress: &Arc<Progress>,
    ) -> Result<(), ReceiveError> {
        for _ in 0..TRIES {
            if matches!(
                self.fetch(session, id, document, progress).await?,
                Fetched::Kept
            ) {
                return Ok(());
            }
        }
        Err(ReceiveError::Altered)
    }

    /// One fetch: the network on this task, the disk on a blocking thread, a short queue between them.
    async fn fetch(
        self: &Arc<Self>,
        session: &Arc<Session>,
        id: Uuid,
        document: &Document,
        progress: &Arc<Progress>,
    ) -> Result<Fetched, ReceiveError> {
        let spec = piece_spec(id, document).map_err(Box::new)?;
        self.check_room(session, id, &spec).await?;
        let (from, chunks) = (session.vault.received(id, &spec), mpsc::channel(QUEUE));
        let (sender, mut receiver) = chunks;
        let mut content = session
            .connection
            .document_content(id, document.id, &document.etag, from)
            .await?;
        let restart = content.from == 0;
        let is_long = spec.sealed_size >= LONG;
        let (writing, written) = (Arc::clone(session), Arc::clone(progress));
        let writer = tokio::task::spawn_blocking(move || {
            let mut reception = writing.vault.receive(id, spec)?;
            if restart && reception.received() > 0 {
                reception.restart()?;
            }
            written.begin(reception.received());
            let coming = Arc::new(());
            if is_long {
                flush_while(reception.flusher()?, Arc::downgrade(&coming));
            }
            while let Some(chunk) = receiver.blocking_recv() {
                let chunk: bytes::Bytes = chunk;
                reception.write(&chunk)?;
                written
                    .received
                    .store(reception.received(), Ordering::Relaxed);
            }
            reception.finish()
        });
        let mut told = Instant::now();
        let mut pace = Pace::new(self.config.room.rate);
        let cut = loop {
            match content.next().await {
                Ok(Some(chunk)) => {
                    pace.take(chunk.len()).await;
                    if sender.send(chunk).await.is_err() {
                        break None;
                    }
                    if told.elapsed() > TELL_EVERY {
                        told = Instant::now();
                        self.notify(Topic::Case(id));
                    }
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        drop(sender);
        let finished = match writer.await {
            Ok(finished) => finished,
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        };
        match finished {
            Ok(()) => Ok(Fetched::Kept),
            Err(FinishReceptionError::DigestDiffers) => {
                progress.received.store(0, Ordering::Relaxed);
                progress.thrown_away.fetch_add(1, Ordering::Relaxed);
                self.documents.close_part(id, document.id);
                self.notify(Topic::Case(id));
                Ok(Fetched::Wrong)
            }
            Err(FinishReceptionError::Length { .. }) => match cut {
                Some(error) => Err(error.into()),
                // The platform ended early without a fault of the line: the next fetch resumes.
                None => Ok(Fetched::Wrong),
            },
            Err(FinishReceptionError::Vault(error)) => Err(error.into()),
        }
    }

    /// Whether what is missing of a piece may come. The disk keeps a reserve, so that what is written finds its place.
    async fn check_room(
        &self,
        session: &Arc<Session>,
        id: Uuid,
        spec: &PieceSpec,
    ) -> Result<(), ReceiveError> {
        let (looking, spec, room) = (Arc::clone(session), spec.clone(), self.config.room);
        blocking(move || {
            let vault = &looking.vault;
            let missing = spec.sealed_size.saturating_sub(vault.received(id, &spec));
            let taken = vault.size();
            let free = vault.free().map_err(VaultError::from)?;
            let fits = taken.saturating_add(missing) <= room.quota
                && free.saturating_sub(missing) >= room.reserve;
            fits.then_some(()).ok_or(ReceiveError::NoRoom)
        })
        .await
    }

    /// Deletes a piece and receives it again.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn receive_again(self: &Arc<Self>, id: Uuid, piece: Uuid) -> Result<(), CaseError> {
        let session = self.session()?;
        blocking(move || session.vault.drop_piece(id, piece)).await?;
        self.receive(id).await
    }
}

/// Has the disk write while bytes come.
fn flush_while(flusher: Flusher, coming: Weak<()>) {
    tokio::task::spawn_blocking(move || {
        while coming.strong_count() > 0 {
            std::thread::sleep(FLUSH_EVERY);
            flusher.flush();
        }
    });
}

/// Lets so many bytes through in a second.
struct Pace {
    rate: Option<u64>,
    begun: Instant,
    let_through: u64,
}

impl Pace {
    /// Shared by the pieces that come at the same time.
    fn new(rate: Option<u64>) -> Self {
        Self {
            rate: rate.map(|rate| (rate / AT_ONCE as u64).max(1)),
            begun: Instant::now(),
            let_through: 0,
        }
    }

    async fn take(&mut self, bytes: usize) {
        let Some(rate) = self.rate else { return };
        self.let_through += bytes as u64;
        let due = Duration::from_millis(self.let_through.saturating_mul(1000) / rate);
        tokio::time::sleep_until(self.begun + due).await;
    }
}

enum Fetched {
    Kept,
    Wrong,
}

impl Running {
    fn is_running(&self) -> bool {
        self.task.as_ref().is_some_and(|task| !task.is_finished())
    }
}
