//! Searching the words of a case: accents, capitals and the hyphens that part words at the ends of lines aside.
//!
//! The words of a piece are read once, by its confined reader and in the background, and kept in the vault with the case. While
//! somebody is at work on it they stand in memory; a search goes through them from the first to the last page, which for
//! thousands of pages takes less than a blink. Pages without words of their own are recognised after that ([`recognition`]).

mod glance;
mod recognition;
mod writing;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use relecture_imaging_worker::{
    Canceller, Format, OpenPieceError, OpenRefusal, ReadLimits, ReadPageError, Reader, TextLine,
};
use relecture_platform_api::Document;
use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    CaseError, Desk, Topic, blocking, case::piece_spec, read_document::PieceSource, record,
    session::Session, trace::Act,
};

pub use glance::GlanceError;
pub(crate) use glance::Glances;
pub use writing::{WrittenHit, WrittenPlace};

/// Hits given at once: more is no search.
const MOST: usize = 200;
/// Shorter queries find everything.
const SHORTEST: usize = 2;
/// Words of one piece that are kept, in bytes; beyond, its last pages are not searched.
const MOST_WORDS: usize = 32 << 20;
/// Searching again within this time is one search to whoever reads the accesses.
const ONE_SEARCH: Duration = Duration::from_mins(10);

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// In the order of the pieces and their pages, the first ones if there are many.
    pub hits: Vec<Hit>,
    /// In what was written: the patient's questions, the expert's notes, the opinion.
    pub written: Vec<WrittenHit>,
    /// How many there are of both.
    pub total: usize,
    /// Pieces on this PC whose words are not read yet.
    pub unread: usize,
    /// Pieces on this PC that are not searched, or not to their end: pictures without words, shut ones, damaged ones.
    pub wordless: usize,
    /// Pages on this PC without words of their own that are still to be recognised.
    pub recognising: usize,
    /// Whether there are such pages, and nothing on this PC that recognises them.
    pub recognition_missing: bool,
}

/// One place where the words stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// In which piece.
    pub piece: Uuid,
    /// On which page, from 1.
    pub page: u32,
    /// The line up to them.
    pub before: String,
    /// As they are written there.
    pub found: String,
    /// The rest of the line.
    pub after: String,
    /// Where they stand, in parts of the sides of the page: from the left, from the top, width, height.
    pub place: [f32; 4],
    /// Whether they were recognised: they may not be what is printed there.
    pub recognised: bool,
}

/// The words of a piece, as they are kept in the vault.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Of the version they were read from.
    etag: String,
    pages: Vec<Vec<Line>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Line {
    text: Zeroizing<String>,
    x: f32,
    y: f32,
    width: f32,
    height: f32,
    words: Vec<(u16, u16)>,
}

/// The media type of discs and files of images (RFC 3240).
pub(crate) const IMAGES: &str = "application/dicom";

/// The words of a piece, ready to be searched.
struct Words {
    etag: String,
    pages: Vec<Arc<Page>>,
    /// Whether something of it could not be read.
    is_partial: bool,
}

/// Where the words of a page come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The document has them.
    Document,
    /// Nowhere yet: it has none, and they are still to be recognised.
    Nowhere,
    /// They were recognised.
    Recognition,
    /// It has none, and they cannot be recognised, this time at least.
    Failure,
}

struct Page {
    origin: Origin,
    lines: Vec<Line>,
    /// All of them, folded, one after the other.
    folded: Zeroizing<String>,
    /// Where each begins there.
    starts: Vec<usize>,
}

/// The words of the cases that somebody is at work on.
#[derive(Default)]
pub(crate) struct KnownWords {
    known: Mutex<Known>,
    /// One page is recognised at a time.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    by_piece: HashMap<(Uuid, Uuid), Arc<Words>>,
    /// Cases whose words are being read, each for one session.
    reading: HashSet<(usize, Uuid)>,
    /// Cases whose pages are being recognised, each for one session, and what ends it in the middle of a page.
    recognising: HashMap<(usize, Uuid), Option<Canceller>>,
    /// Whether there is nothing on this PC that recognises words.
    recognition_missing: bool,
    /// Uptime when each case was last searched, as written down.
    searched: HashMap<Uuid, Duration>,
}

impl KnownWords {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clear(&self) {
        let known = std::mem::take(&mut *self.lock());
        for canceller in known.recognising.into_values().flatten() {
            canceller.cancel();
        }
    }

    pub(crate) fn forget_piece(&self, case: Uuid, piece: Uuid) {
        self.lock().by_piece.remove(&(case, piece));
    }

    pub(crate) fn forget(&self, case: Uuid) {
        let mut known = self.lock();
        known.by_piece.retain(|(of, _), _| *of != case);
        known.searched.remove(&case);
        known.recognising.retain(|(_, of), canceller| {
            let stays = *of != case;
            if let Some(canceller) = canceller.take_if(|_| !stays) {
                canceller.cancel();
            }
            stays
        });
    }

    /// Cases whose words are being read or recognised.
    pub(crate) fn in_hand(&self) -> Vec<Uuid> {
        let known = self.lock();
        let marks = known.reading.iter().chain(known.recognising.keys());
        let cases: HashSet<Uuid> = marks.map(|(_, case)| *case).collect();
        cases.into_iter().collect()
    }
}

impl Desk {
    /// Searches what is on this PC of a case. What is not read yet is being read from now on; the window is told as it goes.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn search(self: &Arc<Self>, id: Uuid, query: &str) -> Result<Found, CaseError> {
        let session = self.session()?;
        let case = self.local_case(&session, id).await?;
        let query = Zeroizing::new(folded(query).trim().to_owned());
        if query.chars().count() < SHORTEST {
            return Ok(Found::default());
        }
        self.trace_search(&session, id).await?;
        let mut found = Found::default();
        let mut known = Vec::new();
        for document in case.documents() {
            if !session.vault.has_piece(id, &piece_spec(id, document)?) {
                continue;
            }
            let words = self.words.lock().by_piece.get(&(id, document.id)).cloned();
            match words.filter(|words| words.etag == document.etag) {
                Some(words) => known.push((document.id, words)),
                None => found.unread += 1,
            }
        }
        if found.unread > 0 {
            self.read_words(&session, id, case.documents().to_vec());
        }
        self.recognise_words(&session, id, case.documents().to_vec());
        let is_missing = self.words.lock().recognition_missing;
        Ok(blocking(move || {
            writing::search(&case, &query, &mut found);
            for (piece, words) in known {
                let left = words.count(Origin::Nowhere);
                found.recognition_missing |= is_missing && left > 0;
                let left = if is_missing { 0 } else { left };
                found.recognising += left;
                let is_empty = words.pages.iter().all(|page| page.lines.is_empty());
                let is_short = words.is_partial || words.count(Origin::Failure) > 0;
                found.wordless += usize::from(left == 0 && is_empty || is_short);
                words.search(piece, &query, &mut found);
            }
            found
        })
        .await)
    }

    /// Goes on with the words of these cases, whose reading a lock interrupted.
    pub(crate) async fn go_on_reading(self: &Arc<Self>, cases: &[Uuid]) {
        for id in cases {
            let Ok(session) = self.session() else {
                return;
            };
            // One that is no longer here has no words to be read.
            if let Ok(case) = self.local_case(&session, *id).await {
                self.read_words(&session, *id, case.documents().to_vec());
            }
        }
    }

    /// Searching is reading: written down before it, once for a while of it.
    async fn trace_search(
        self: &Arc<Self>,
        session: &Arc<Session>,
        id: Uuid,
    ) -> Result<(), CaseError> {
        let now = (self.ports.uptime)();
        let last = self.words.lock().searched.get(&id).copied();
        if last.is_some_and(|last| now.saturating_sub(last) < ONE_SEARCH) {
            return Ok(());
        }
        self.trace(session, Act::CaseSearched, Some(id), None)
            .await?;
        self.words.lock().searched.insert(id, now);
        Ok(())
    }

    /// Reads the words of the pieces of a case in the background, one piece after the other.
    fn read_words(self: &Arc<Self>, session: &Arc<Session>, id: Uuid, documents: Vec<Document>) {
        let mark = (Arc::as_ptr(session).addr(), id);
        if !self.words.lock().reading.insert(mark) {
            return;
        }
        let (desk, session) = (Arc::clone(self), Arc::clone(session));
        let until_the_end = Reading(Arc::clone(self), mark);
        tokio::spawn(async move {
            let _reading = until_the_end;
            for document in documents.clone() {
                if !desk.is_here(&session) {
                    return;
                }
                let key = (id, document.id);
                let known = desk.words.lock().by_piece.get(&key).cloned();
                if known.is_some_and(|words| words.etag == document.etag) {
                    continue;
                }
                let (reading, reader) = (Arc::clone(&session), Arc::clone(&desk));
                let words = blocking(move || reader.words_of(&reading, id, &document)).await;
                match words {
                    Ok(Some(words)) if desk.is_here(&session) => {
                        let words = Arc::new(words);
                        let known = Arc::clone(&words);
                        desk.words.lock().by_piece.insert(key, known);
                        desk.notify(Topic::Case(id));
                        desk.note_date(&session, id, key.1, &words.first_page())
                            .await;
                    }
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "the words of a piece are not read"),
                }
            }
            desk.recognise_words(&session, id, documents);
        });
    }

    /// Whether whoever sat there still does.
    pub(crate) fn is_here(&self, session: &Arc<Session>) -> bool {
        self.session().is_ok_and(|now| Arc::ptr_eq(&now, session))
    }

    /// From the vault, else from the piece; nothing while it is not here. A piece that cannot be read has no words.
    fn words_of(
        &self,
        session: &Session,
        id: Uuid,
        document: &Document,
    ) -> Result<Option<Words>, CaseError> {
        let spec = piece_spec(id, document)?;
        if !session.vault.has_piece(id, &spec) {
            return Ok(None);
        }
        let name = format!("words/{}", document.id);
        let kept = record::get::<Kept>(&session.vault, id, &name)?;
        if let Some(kept) = kept.filter(|kept| kept.etag == document.etag) {
            let mut words = Words::new(kept, false);
            recognition::recall(&session.vault, id, document, &mut words)?;
            return Ok(Some(words));
        }
        // Images have no words, and a disc of them takes its time to open.
        if document.media_type == IMAGES {
            let kept = Kept {
                etag: document.etag.clone(),
                pages: Vec::new(),
            };
            return Ok(Some(Words::new(kept, false)));
        }
        let source = Box::new(PieceSource(session.vault.read_piece(id, &spec)?));
        let (worker, pdfium) = (&self.config.worker, &self.config.pdfium);
        let mut pages = Vec::new();
        let password = self.documents.password(id, document.id);
        let limits = ReadLimits::default();
        let opened = Reader::open_with(worker, pdfium, source, password.as_ref(), limits);
        // Only what will be the same the next time is kept: it may be opened with its password, or on a better day.
        let mut is_final = true;
        match opened {
            // Whatever they were said to be.
            Ok((_, outline)) if outline.format == Format::Dicom => {}
            Ok((mut reader, outline)) => {
                let mut bytes = 0;
                for page in (0..outline.pages.len()).filter_map(|page| u32::try_from(page).ok()) {
                    let lines = match reader.text(page) {
                        Ok(lines) => lines,
                        Err(ReadPageError::Worker(failure)) => {
                            tracing::warn!(%failure, "the words of a piece are not read to the end");
                            is_final = false;
                            break;
                        }
                        Err(
                            ReadPageError::NoSuchPage
                            | ReadPageError::Damaged
                            | ReadPageError::Unsupported,
                        ) => Vec::new(),
                    };
                    bytes += lines.iter().map(|line| line.text.len()).sum::<usize>();
                    if bytes > MOST_WORDS {
                        is_final = false;
                        break;
                    }
                    pages.push(lines.into_iter().map(Line::from).collect());
                }
            }
            Err(OpenPieceError::Refused(
                OpenRefusal::PasswordProtected | OpenRefusal::LibraryMissing,
            )) => is_final = false,
            Err(OpenPieceError::Refused(_)) => {}
            Err(OpenPieceError::Worker(failure)) => {
                tracing::warn!(%failure, "the words of a piece are not read");
                is_final = false;
            }
        }
        let kept = Kept {
            etag: document.etag.clone(),
            pages,
        };
        if is_final {
            record::put(&session.vault, id, &name, &kept)?;
        }
        let mut words = Words::new(kept, !is_final);
        recognition::recall(&session.vault, id, document, &mut words)?;
        Ok(Some(words))
    }
}

/// Takes the mark away when the reading ends, however it does.
struct Reading(Arc<Desk>, (usize, Uuid));

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.words.lock().reading.remove(&self.1);
    }
}

impl From<TextLine> for Line {
    fn from(line: TextLine) -> Self {
        Self {
            text: Zeroizing::new(line.text),
            x: line.x,
            y: line.y,
            width: line.width,
            height: line.height,
            words: line.words,
        }
    }
}

impl Line {
    /// Where the byte `at` of the text stands, from the left of the page, in parts of its width.
    fn left_of(&self, at: usize) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "letters of a word")]
        let share = |count: usize, of: usize| count as f32 / of.max(1) as f32;
        let letters = |text: &str| text.chars().count();
        let mut end = 0;
        for (word, (from, to)) in self.text.split_whitespace().zip(&self.words) {
            let start = end
                + self
                    .text
                    .get(end..)
                    .and_then(|rest| rest.find(word))
                    .unwrap_or(0);
            end = start + word.len();
            if at <= end {
                let before = word.get(..at.saturating_sub(start)).unwrap_or_default();
                let (from, to) = (f32::from(*from), f32::from(*to));
                let part = share(letters(before), letters(word));
                return (from + (to - from) * part) / f32::from(u16::MAX);
            }
        }
        self.x + self.width
    }
}

impl Words {
    fn new(kept: Kept, is_partial: bool) -> Self {
        Self {
            is_partial,
            etag: kept.etag,
            pages: kept.pages.into_iter().map(Page::of_document).collect(),
        }
    }

    /// The lines of its first page.
    fn first_page(&self) -> Vec<&str> {
        let lines = self.pages.first().into_iter().flat_map(|page| &page.lines);
        lines.map(|line| line.text.as_str()).collect()
    }

    /// Pages whose words come from there.
    fn count(&self, origin: Origin) -> usize {
        let from_there = self.pages.iter().filter(|page| page.origin == origin);
        from_there.count()
    }

    fn search(&self, piece: Uuid, query: &str, found: &mut Found) {
        for (number, page) in (1..).zip(&self.pages) {
            for (at, _) in page.folded.match_indices(query) {
                found.total += 1;
                if found.hits.len() < MOST
                    && let Some(hit) = page.hit(piece, number, at, query.len())
                {
                    found.hits.push(hit);
                }
            }
        }
    }
}

impl Page {
    fn of_document(lines: Vec<Line>) -> Arc<Self> {
        let origin = if lines.is_empty() {
            Origin::Nowhere
        } else {
            Origin::Document
        };
        Arc::new(Self::new(origin, lines))
    }

    fn new(origin: Origin, lines: Vec<Line>) -> Self {
        let mut all = Zeroizing::new(String::new());
        let mut starts = Vec::with_capacity(lines.len());
        for line in &lines {
            starts.push(all.len());
            all.push_str(&folded(&line.text));
            // A word that was parted is one.
            if !is_parted(&line.text) {
                all.push(' ');
            }
        }
        Self {
            origin,
            lines,
            folded: all,
            starts,
        }
    }

    /// The words that stand from `at` on, `length` folded bytes of them, as far as their first line has them.
    fn hit(&self, piece: Uuid, page: u32, at: usize, length: usize) -> Option<Hit> {
        let index = self
            .starts
            .partition_point(|start| *start <= at)
            .checked_sub(1)?;
        let (line, start) = (self.lines.get(index)?, self.starts.get(index)?);
        let (from, to) = unfolded(&line.text, at - start, at - start + length);
        let (head, after) = line.text.split_at_checked(to)?;
        let (before, found) = head.split_at_checked(from)?;
        let left = line.left_of(from);
        Some(Hit {
            piece,
            page,
            before: before.to_owned(),
            found: found.to_owned(),
            after: after.to_owned(),
            place: [left, line.y, line.left_of(to) - left, line.height],
            recognised: self.origin == Origin::Recognition,
        })
    }
}

/// One letter without its accents, small; spaces of every kind are one.
fn fold(letter: char) -> impl Iterator<Item = char> {
    let letter = if letter.is_whitespace() { ' ' } else { letter };
    let bare = std::iter::once(letter).nfkd();
    let bare = bare.filter(|letter| !is_combining_mark(*letter));
    bare.flat_map(char::to_lowercase).flat_map(|letter| {
        let (one, more) = match letter {
            'œ' => ('o', Some('e')),
            'æ' => ('a', Some('e')),
            'ß' => ('s', Some('s')),
            '’' | 'ʼ' | '‘' => ('\'', None),
            '‐' | '‑' | '–' => ('-', None),
            other => (other, None),
        };
        std::iter::once(one).chain(more)
    })
}

/// Whether a line ends within a word.
fn is_parted(line: &str) -> bool {
    let mut letters = line.chars().rev();
    letters.next().is_some_and(is_hyphen) && letters.next().is_some_and(char::is_alphanumeric)
}

fn is_hyphen(letter: char) -> bool {
    matches!(letter, '-' | '‐' | '‑' | '–')
}

/// The letters of a text that count, with their places. A hyphen within a word does not: nobody can tell whether one at the end of a
/// line belongs to the word.
fn counted(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut before = None;
    text.char_indices().filter(move |(place, letter)| {
        let former = before.replace(*letter);
        let after = text
            .get(place + letter.len_utf8()..)
            .and_then(|rest| rest.chars().next());
        let is_within =
            former.is_some_and(char::is_alphanumeric) && after.is_none_or(char::is_alphanumeric);
        !(is_hyphen(*letter) && is_within)
    })
}

pub(crate) fn folded(text: &str) -> Zeroizing<String> {
    let mut all = Zeroizing::new(String::with_capacity(text.len() + text.len() / 4));
    for letter in counted(text).flat_map(|(_, letter)| fold(letter)) {
        // Spaces in a row are one.
        if letter != ' ' || !all.ends_with(' ') {
            all.push(letter);
        }
    }
    all
}

/// Where the bytes from `from` to `to` of a folded line stand in the line itself.
fn unfolded(text: &str, from: usize, to: usize) -> (usize, usize) {
    let (mut at, mut space, mut first) = (0, false, None);
    for (place, letter) in counted(text) {
        if at >= to {
            return (first.unwrap_or(place), place);
        }
        let before = at;
        for bare in fold(letter) {
            if bare != ' ' || !space {
                at += bare.len_utf8();
            }
            space = bare == ' ';
        }
        if first.is_none() && at > from && before <= from {
            first = Some(place);
        }
    }
    (first.unwrap_or(text.len()), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(lines: &[&str]) -> Words {
        let line = |(y, text): (f32, &&str)| Line {
            text: Zeroizing::new((*text).to_owned()),
            x: 0.1,
            y,
            width: 0.8,
            height: 0.02,
            words: vec![(6_554, 32_768), (45_875, 58_982)],
        };
        let places = [0.1, 0.2, 0.3, 0.4];
        let kept = Kept {
            etag: String::new(),
            pages: vec![places.into_iter().zip(lines).map(line).collect()],
        };
        Words::new(kept, false)
    }

    fn find(words: &Words, query: &str) -> Vec<(String, String, String)> {
        let mut found = Found::default();
        words.search(Uuid::nil(), folded(query).trim(), &mut found);
        assert_eq!(found.total, found.hits.len());
        let parts = |hit: Hit| (hit.before, hit.found, hit.after);
        found.hits.into_iter().map(parts).collect()
    }

    fn parts(before: &str, found: &str, after: &str) -> (String, String, String) {
        (before.to_owned(), found.to_owned(), after.to_owned())
    }

    #[test]
    fn accents_capitals_and_spaces_are_no_matter() {
        let words = page(&["Échographie du REIN droit : cœur\u{a0}normal"]);
        for query in ["echographie", "ÉCHOGRAPHIE", "e\u{301}chographie"] {
            let hits = find(&words, query);
            let line = parts("", "Échographie", " du REIN droit : cœur\u{a0}normal");
            assert_eq!(hits, [line], "{query}");
        }
        let hits = find(&words, "rein  DROIT");
        let line = parts("Échographie du ", "REIN droit", " : cœur\u{a0}normal");
        assert_eq!(hits, [line]);
        let hits = find(&words, "coeur normal");
        let line = parts("Échographie du REIN droit : ", "cœur\u{a0}normal", "");
        assert_eq!(hits, [line]);
        assert_eq!(find(&words, "reine"), []);
    }

    #[test]
    fn a_word_parted_at_the_end_of_a_line_is_found() {
        let words = page(&[
            "une néphrec-",
            "tomie partielle",
            "est - peut-être -",
            "possible",
        ]);
        let hits = find(&words, "nephrectomie");
        assert_eq!(hits, [parts("une ", "néphrec-", "")]);
        // What stands over two lines too.
        let hits = find(&words, "partielle est");
        assert_eq!(hits, [parts("tomie ", "partielle", "")]);
        assert_eq!(find(&words, "peut-etre").len(), 1);
        // Whether the hyphen is the word's own or the line's.
        let words = page(&["artère sous-", "clavière, sous-clavière"]);
        let hits = find(&words, "sous-clavière");
        assert_eq!(hits[0], parts("artère ", "sous-", ""));
        assert_eq!(hits[1], parts("clavière, ", "sous-clavière", ""));
    }

    #[test]
    fn a_hit_says_where_it_stands() {
        let words = page(&["ab cd"]);
        let mut found = Found::default();
        words.search(Uuid::nil(), "cd", &mut found);
        let [x, y, width, height] = found.hits[0].place;
        assert!((x - 0.7).abs() < 1e-4 && (width - 0.2).abs() < 1e-4);
        assert!((y - 0.1).abs() < 1e-6 && (height - 0.02).abs() < 1e-6);
    }
}
