//! Recognising the words of pages that have none of their own: scans, faxes, photographs of papers.
//!
//! Page after page in the background, one at a time whatever cases are in hand, in the confined reader's process and at low
//! priority. What was recognised is kept in the vault with the case and is never taken for the document's own words.

use std::{collections::BTreeMap, sync::Arc};

use relecture_imaging_worker::{
    OpenPieceError, ReadLimits, ReadPageError, Reader, RecognisePageError, WorkerFailure,
};
use relecture_platform_api::Document;
use relecture_vault::Vault;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Known, Line, MOST_WORDS, Origin, Page, Words};
use crate::{
    CaseError, Desk, Topic, blocking, case::piece_spec, read_document::PieceSource, record,
    session::Session,
};

/// Pages whose words make one record, which is written again with each of them.
const PAGES_TOGETHER: usize = 16;
/// Percent below which a line is no words: the frame of a form, a signature, a photograph.
const SURE: u8 = 50;
/// Pages of a piece that cannot be recognised before the rest of it is left alone.
const MOST_FAILURES: usize = 3;

/// The words that were recognised on some pages of a piece, as they are kept in the vault.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Of the version they were recognised on.
    etag: String,
    /// By the index of the page, from 0.
    pages: BTreeMap<usize, Vec<Line>>,
}

/// The record of the page of this index.
fn name(piece: Uuid, page: usize) -> String {
    format!("recognised/{piece}/{}", page / PAGES_TOGETHER)
}

/// Gives the pages without words those that were recognised before.
pub(super) fn recall(
    vault: &Vault,
    id: Uuid,
    document: &Document,
    words: &mut Words,
) -> Result<(), CaseError> {
    let mut kept: Option<(usize, Option<Kept>)> = None;
    for (index, page) in words.pages.iter_mut().enumerate() {
        if page.origin != Origin::Nowhere {
            continue;
        }
        let part = index / PAGES_TOGETHER;
        if kept.as_ref().is_none_or(|(known, _)| *known != part) {
            let found = record::get::<Kept>(vault, id, &name(document.id, index))?;
            kept = Some((part, found.filter(|kept| kept.etag == document.etag)));
        }
        let lines = kept
            .as_mut()
            .and_then(|(_, kept)| kept.as_mut())
            .and_then(|kept| kept.pages.remove(&index));
        if let Some(lines) = lines {
            *page = Arc::new(Page::new(Origin::Recognition, lines));
        }
    }
    Ok(())
}

fn keep(
    vault: &Vault,
    id: Uuid,
    document: &Document,
    page: usize,
    lines: &[Line],
) -> Result<(), CaseError> {
    let name = name(document.id, page);
    let kept = record::get::<Kept>(vault, id, &name)?;
    let mut kept = kept
        .filter(|kept| kept.etag == document.etag)
        .unwrap_or_else(|| Kept {
            etag: document.etag.clone(),
            pages: BTreeMap::new(),
        });
    kept.pages.insert(page, lines.to_vec());
    record::put(vault, id, &name, &kept)
}

impl Known {
    /// The next page of a case to be recognised, by its index.
    fn next_page(&self, id: Uuid, documents: &[Document]) -> Option<(Document, usize)> {
        documents.iter().find_map(|document| {
            let words = self.by_piece.get(&(id, document.id))?;
            let is_next = |page: &Arc<Page>| page.origin == Origin::Nowhere;
            let page = words.pages.iter().position(is_next)?;
            (words.etag == document.etag).then(|| (document.clone(), page))
        })
    }

    /// Takes in what became of a page.
    fn take_in(&mut self, id: Uuid, document: &Document, index: usize, page: Page) {
        let Some(words) = self.by_piece.get_mut(&(id, document.id)) else {
            return;
        };
        if words.etag != document.etag {
            return;
        }
        let mut pages = words.pages.clone();
        if let Some(place) = pages.get_mut(index) {
            *place = Arc::new(page);
        }
        let mut taken = Words {
            etag: words.etag.clone(),
            pages,
            is_partial: words.is_partial,
        };
        let bytes: usize = taken.pages.iter().map(|page| page.folded.len()).sum();
        if bytes > MOST_WORDS || taken.count(Origin::Failure) >= MOST_FAILURES {
            taken.give_up();
        }
        *words = Arc::new(taken);
    }
}

impl Words {
    /// Leaves alone what is not recognised yet.
    fn give_up(&mut self) {
        for page in &mut self.pages {
            if page.origin == Origin::Nowhere {
                *page = Arc::new(Page::new(Origin::Failure, Vec::new()));
            }
        }
    }
}

/// What became of a page.
enum Outcome {
    /// Its words; none on a page without.
    Words(Vec<Line>),
    /// They cannot be recognised this time.
    Failed,
    /// There is nothing on this PC that recognises words.
    Missing,
    /// The piece is not to be had any more.
    Gone,
}

/// A piece, open to be recognised.
struct Open {
    piece: Uuid,
    etag: String,
    reader: Reader,
}

impl Desk {
    /// Recognises the pages of a case that have no words, in the background.
    pub(super) fn recognise_words(
        self: &Arc<Self>,
        session: &Arc<Session>,
        id: Uuid,
        documents: Vec<Document>,
    ) {
        let mark = (Arc::as_ptr(session).addr(), id);
        {
            let mut known = self.words.lock();
            let is_wanted = !known.recognition_missing
                && !known.recognising.contains_key(&mark)
                && known.next_page(id, &documents).is_some();
            // Nobody was at the desk any more when the words were cleared away.
            if !is_wanted || !self.is_here(session) {
                return;
            }
            known.recognising.insert(mark, None);
        }
        let (desk, session) = (Arc::clone(self), Arc::clone(session));
        let until_the_end = Recognising(Arc::clone(self), mark);
        tokio::spawn(async move {
            let _recognising = until_the_end;
            let mut open = None;
            loop {
                let _turn = desk.words.turn.lock().await;
                if !desk.is_here(&session) {
                    return;
                }
                let Some((document, page)) = desk.words.lock().next_page(id, &documents) else {
                    return;
                };
                let (recognising, reader) = (Arc::clone(&session), Arc::clone(&desk));
                let of = document.clone();
                let outcome;
                (outcome, open) = blocking(move || {
                    let outcome = reader.recognise_page(&recognising, mark, &of, page, &mut open);
                    (outcome, open)
                })
                .await;
                // Cancelled: what became of it means nothing.
                if !desk.is_here(&session) || !session.vault.holds(id) {
                    return;
                }
                let taken = match outcome {
                    Outcome::Words(lines) => Page::new(Origin::Recognition, lines),
                    Outcome::Failed => Page::new(Origin::Failure, Vec::new()),
                    Outcome::Missing => {
                        desk.words.lock().recognition_missing = true;
                        desk.notify(Topic::Case(id));
                        return;
                    }
                    Outcome::Gone => return,
                };
                desk.words.lock().take_in(id, &document, page, taken);
                desk.notify(Topic::Case(id));
                let words = desk.words.lock().by_piece.get(&(id, document.id)).cloned();
                if let Some(words) = words.filter(|_| page == 0) {
                    desk.note_date(&session, id, document.id, &words.first_page())
                        .await;
                }
            }
        });
    }

    /// Recognises one page, in the process that is `open` if it is of this piece, and keeps its words.
    fn recognise_page(
        &self,
        session: &Arc<Session>,
        mark: (usize, Uuid),
        document: &Document,
        page: usize,
        open: &mut Option<Open>,
    ) -> Outcome {
        let is_of_it = |open: &Open| open.piece == document.id && open.etag == document.etag;
        if !open.as_ref().is_some_and(is_of_it) {
            // The former process makes room first.
            *open = None;
            match self.open_to_recognise(session, mark, document) {
                Ok(opened) => *open = Some(opened),
                Err(outcome) => return outcome,
            }
        }
        let index = u32::try_from(page).ok();
        let Some((open_here, index)) = open.as_mut().zip(index) else {
            return Outcome::Failed;
        };
        let lines = match open_here.reader.recognise(index) {
            Ok(lines) => lines,
            Err(RecognisePageError::NotInstalled) => return Outcome::Missing,
            Err(RecognisePageError::Page(ReadPageError::Worker(failure))) => {
                *open = None;
                return failed(&failure);
            }
            Err(RecognisePageError::Page(
                ReadPageError::NoSuchPage | ReadPageError::Damaged | ReadPageError::Unsupported,
            )) => Vec::new(),
        };
        let lines: Vec<Line> = lines
            .into_iter()
            .filter(|recognised| recognised.confidence >= SURE)
            .map(|recognised| Line::from(recognised.line))
            .collect();
        // Locked meanwhile: the vault is shut, and says so.
        if let Err(error) = keep(&session.vault, mark.1, document, page, &lines) {
            tracing::warn!(%error, "recognised words are not kept");
        }
        Outcome::Words(lines)
    }

    fn open_to_recognise(
        &self,
        session: &Arc<Session>,
        mark: (usize, Uuid),
        document: &Document,
    ) -> Result<Open, Outcome> {
        let id = mark.1;
        let spec = piece_spec(id, document).map_err(|_| Outcome::Failed)?;
        let source = session.vault.read_piece(id, &spec).map_err(|error| {
            tracing::warn!(%error, "a piece is not recognised");
            Outcome::Gone
        })?;
        let password = self.documents.password(id, document.id);
        let opened = Reader::open_to_recognise(
            &self.config.worker,
            &self.config.pdfium,
            &self.config.recognition,
            Box::new(PieceSource(source)),
            password.as_ref(),
            ReadLimits::default(),
        );
        let (reader, _) = opened.map_err(|error| match error {
            OpenPieceError::Refused(_) => Outcome::Failed,
            OpenPieceError::Worker(failure) => failed(&failure),
        })?;
        // Whoever locks the desk or forgets the case ends it from now on; and if that was done meanwhile, the mark is gone.
        match self.words.lock().recognising.get_mut(&mark) {
            Some(slot) => *slot = reader.canceller(),
            None => return Err(Outcome::Gone),
        }
        Ok(Open {
            piece: document.id,
            etag: document.etag.clone(),
            reader,
        })
    }
}

fn failed(failure: &WorkerFailure) -> Outcome {
    tracing::warn!(%failure, "a page is not recognised");
    match failure {
        WorkerFailure::Source(_) => Outcome::Gone,
        _ => Outcome::Failed,
    }
}

/// Takes the mark away when the recognition ends, however it does.
struct Recognising(Arc<Desk>, (usize, Uuid));

impl Drop for Recognising {
    fn drop(&mut self) {
        self.0.words.lock().recognising.remove(&self.1);
    }
}

#[cfg(test)]
mod tests {
    use relecture_platform_api::Origin as Depositor;
    use zeroize::Zeroizing;

    use super::*;

    const CASE: Uuid = Uuid::from_u128(1);

    fn document(number: u32, etag: &str) -> Document {
        Document {
            id: Uuid::from_u128(u128::from(number)),
            version: 1,
            number,
            title: String::new(),
            type_code: String::new(),
            origin: Depositor::Patient,
            author: None,
            clinical_date: jiff::civil::date(2026, 1, 1),
            media_type: String::new(),
            pages: 6,
            size: 0,
            sha256: String::new(),
            sealed_size: 0,
            sealed_sha256: String::new(),
            etag: etag.to_owned(),
        }
    }

    fn line(text: &str) -> Line {
        Line {
            text: Zeroizing::new(text.to_owned()),
            x: 0.0,
            y: 0.0,
            width: 1.0,
            height: 0.1,
            words: vec![(0, u16::MAX)],
        }
    }

    /// A case of two pieces: words on the second page of the first, none on any other.
    fn known() -> (Known, [Document; 2]) {
        let documents = [document(1, "a"), document(2, "b")];
        let mut known = Known::default();
        for document in &documents {
            let mut pages = vec![Vec::new(); 6];
            if document.number == 1 {
                pages[1] = vec![line("imprimé")];
            }
            let etag = document.etag.clone();
            let words = Words::new(super::super::Kept { etag, pages }, false);
            known.by_piece.insert((CASE, document.id), Arc::new(words));
        }
        (known, documents)
    }

    fn next(known: &Known, documents: &[Document]) -> Option<(u32, usize)> {
        let next = known.next_page(CASE, documents);
        next.map(|(document, page)| (document.number, page))
    }

    #[test]
    fn the_pages_without_words_are_recognised_in_the_order_of_the_case() {
        let (mut known, documents) = known();
        let mut order = Vec::new();
        while let Some((document, page)) = known.next_page(CASE, &documents) {
            order.push((document.number, page));
            let words = Page::new(Origin::Recognition, vec![line("reconnu")]);
            known.take_in(CASE, &document, page, words);
        }
        let first = [0, 2, 3, 4, 5].map(|page| (1, page));
        let second = [0, 1, 2, 3, 4, 5].map(|page| (2, page));
        assert_eq!(order, [first.as_slice(), &second].concat());
        let words = &known.by_piece[&(CASE, documents[0].id)];
        assert_eq!(words.count(Origin::Document), 1);
        let mut found = super::super::Found::default();
        words.search(documents[0].id, "re", &mut found);
        words.search(documents[0].id, "imprime", &mut found);
        let pages: Vec<(u32, bool)> = found.hits.iter().map(|h| (h.page, h.recognised)).collect();
        let marked = [1, 3, 4, 5, 6].map(|page| (page, true));
        assert_eq!(pages, [marked.as_slice(), &[(2, false)]].concat());
    }

    #[test]
    fn a_piece_that_fails_three_times_is_left_alone() {
        let (mut known, documents) = known();
        for page in [0, 2, 3] {
            assert_eq!(next(&known, &documents), Some((1, page)));
            let failed = Page::new(Origin::Failure, Vec::new());
            known.take_in(CASE, &documents[0], page, failed);
        }
        assert_eq!(next(&known, &documents), Some((2, 0)));
        let words = &known.by_piece[&(CASE, documents[0].id)];
        assert_eq!(words.count(Origin::Failure), 5);
        assert_eq!(words.count(Origin::Document), 1, "its own words stay");
    }

    #[test]
    fn what_was_recognised_of_another_version_is_not_taken_in() {
        let (mut known, documents) = known();
        let former = document(1, "former");
        let words = Page::new(Origin::Recognition, vec![line("ancien")]);
        known.take_in(CASE, &former, 0, words);
        assert_eq!(next(&known, &documents), Some((1, 0)));
        assert_eq!(next(&known, &[former]), None);
        // Forgotten meanwhile.
        known.by_piece.clear();
        let words = Page::new(Origin::Recognition, vec![line("oublié")]);
        known.take_in(CASE, &documents[0], 0, words);
        assert!(known.by_piece.is_empty());
    }
}
