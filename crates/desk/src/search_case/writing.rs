//! Searching what was written: the patient's questions, the expert's notes, the opinion.

use relecture_domain::{MandatoryField, Opinion, RichText};
use uuid::Uuid;

use super::{Found, MOST, folded, unfolded};
use crate::{AnnotationKind, Case, KeptAnnotation};

/// One place where the words stand in what was written.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenHit {
    /// In which text.
    pub place: WrittenPlace,
    /// The paragraph up to them.
    pub before: String,
    /// As they are written there.
    pub found: String,
    /// The rest of the paragraph.
    pub after: String,
}

/// A text of the case that is on no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenPlace {
    /// The patient's main question.
    MainQuestion,
    /// One of his separate questions.
    Question(Uuid),
    /// A note of the expert on a page.
    Note {
        /// The annotation.
        annotation: Uuid,
        /// The piece.
        piece: Uuid,
        /// The page, from 1.
        page: u32,
    },
    /// A section of the opinion.
    Opinion(MandatoryField),
}

/// Looks for a folded query in everything that was written.
pub(super) fn search(case: &Case, query: &str, found: &mut Found) {
    let mut look = |place: WrittenPlace, paragraph: &str| {
        let text = folded(paragraph);
        for (at, _) in text.match_indices(query) {
            found.total += 1;
            let (from, to) = unfolded(paragraph, at, at + query.len());
            let Some((head, after)) = paragraph.split_at_checked(to) else {
                continue;
            };
            let Some((before, words)) = head.split_at_checked(from) else {
                continue;
            };
            if found.written.len() < MOST {
                found.written.push(WrittenHit {
                    place,
                    before: before.to_owned(),
                    found: words.to_owned(),
                    after: after.to_owned(),
                });
            }
        }
    };
    look(WrittenPlace::MainQuestion, &case.assignment.offer.question);
    for question in &case.assignment.questions {
        look(WrittenPlace::Question(question.id), &question.text);
    }
    let notes = case.work.annotations.values();
    // What names a key image is nobody's words.
    let is_written = |note: &&KeptAnnotation| note.annotation.kind != AnnotationKind::KeyImage;
    let mut notes: Vec<_> = notes.filter(is_written).collect();
    notes.sort_by_key(|note| note.at);
    for note in notes {
        let place = WrittenPlace::Note {
            annotation: note.annotation.id,
            piece: note.annotation.piece,
            page: note.annotation.page,
        };
        note.annotation
            .text
            .lines()
            .for_each(|line| look(place, line));
    }
    for (field, text) in sections(&Opinion::from(&case.work.content)) {
        for paragraph in text.paragraphs() {
            look(WrittenPlace::Opinion(field), &paragraph);
        }
    }
}

/// The written sections of an opinion, in the order in which they are read.
fn sections(opinion: &Opinion) -> Vec<(MandatoryField, &RichText)> {
    use MandatoryField as F;
    let mut sections = vec![
        (F::Summary, &opinion.summary),
        (F::Analysis, &opinion.analysis),
    ];
    let answers = opinion.answers.iter();
    sections.extend(answers.map(|answer| (F::Answer(answer.question), &answer.text)));
    sections.extend([
        (F::Conclusion, &opinion.conclusion),
        (F::Examinations, &opinion.examinations),
        (F::Limits, &opinion.limits),
        (F::Acts, &opinion.acts),
        (F::Participants, &opinion.participants),
        (F::Incidents, &opinion.incidents),
    ]);
    sections
}
