//! The second opinion as a value, and the rule that says when it may be signed (R69).

use uuid::Uuid;

/// Formatted text of the closed schema: paragraphs and lists of text and citations, nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RichText(pub Vec<Block>);

/// A block of [`RichText`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// One paragraph.
    Paragraph(Vec<Inline>),
    /// An unordered list; each item is paragraphs.
    BulletList(Vec<RichText>),
    /// A numbered list; each item is paragraphs.
    OrderedList(Vec<RichText>),
}

/// A run inside a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Words.
    Text(String),
    /// The source of what was just said.
    Citation(Citation),
}

/// A statement's source: one page of one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Citation {
    /// The piece.
    pub piece: Uuid,
    /// The page, from 1.
    pub page: u32,
}

/// How sure the expert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Élevé.
    High,
    /// Modéré.
    Moderate,
    /// Faible.
    Low,
}

/// How the opinion stands to the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Confirms it.
    Agrees,
    /// Confirms part of it.
    Partly,
    /// Proposes something else.
    Disagrees,
    /// There was no first opinion to compare with.
    NoFirstOpinion,
}

/// The answer to one question of the patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The question's identifier.
    pub question: Uuid,
    /// The expert's words.
    pub text: RichText,
    /// The expert states that the pieces do not allow an answer.
    pub cannot_be_answered: bool,
}

/// What the expert writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opinion {
    /// Clinical summary.
    pub summary: RichText,
    /// Analysis, with its citations.
    pub analysis: RichText,
    /// One entry per question of the patient.
    pub answers: Vec<Answer>,
    /// Conclusion, readable by the patient and by his physician.
    pub conclusion: RichText,
    /// How sure the expert is.
    pub certainty: Option<Certainty>,
    /// How the opinion stands to the first one.
    pub agreement: Option<Agreement>,
    /// Further examinations and who to see.
    pub examinations: RichText,
    /// Whether results show gravity or unusual complexity (R74).
    pub gravity: Option<bool>,
    /// Limits of an opinion on documents (R72).
    pub limits: RichText,
    /// Acts and prescriptions; "aucun" is an answer (R71).
    pub acts: RichText,
    /// Professionals who took part; "aucun" is an answer (R71).
    pub participants: RichText,
    /// Technical incidents; "aucun" is an answer (R71).
    pub incidents: RichText,
}

/// A field that must be filled before signature, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MandatoryField {
    /// See [`Opinion::summary`].
    Summary,
    /// See [`Opinion::analysis`].
    Analysis,
    /// The answer to the question with this identifier.
    Answer(Uuid),
    /// See [`Opinion::conclusion`].
    Conclusion,
    /// See [`Opinion::certainty`].
    Certainty,
    /// See [`Opinion::agreement`].
    Agreement,
    /// See [`Opinion::examinations`].
    Examinations,
    /// See [`Opinion::gravity`].
    Gravity,
    /// See [`Opinion::limits`].
    Limits,
    /// See [`Opinion::acts`].
    Acts,
    /// See [`Opinion::participants`].
    Participants,
    /// See [`Opinion::incidents`].
    Incidents,
}

impl RichText {
    /// The words of each paragraph, without its citations.
    pub fn paragraphs(&self) -> Vec<String> {
        let mut paragraphs = Vec::new();
        for block in &self.0 {
            match block {
                Block::Paragraph(runs) => paragraphs.push(
                    runs.iter()
                        .map(|run| match run {
                            Inline::Text(words) => words.as_str(),
                            Inline::Citation(_) => "",
                        })
                        .collect(),
                ),
                Block::BulletList(items) | Block::OrderedList(items) => {
                    paragraphs.extend(items.iter().flat_map(Self::paragraphs));
                }
            }
        }
        paragraphs
    }

    /// Whether it says nothing: no word and no citation.
    pub fn is_blank(&self) -> bool {
        self.0.iter().all(|block| match block {
            Block::Paragraph(runs) => runs.iter().all(|run| match run {
                Inline::Text(text) => text.trim().is_empty(),
                Inline::Citation(_) => false,
            }),
            Block::BulletList(items) | Block::OrderedList(items) => {
                items.iter().all(Self::is_blank)
            }
        })
    }

    /// Every citation, in reading order.
    pub fn citations(&self) -> Vec<Citation> {
        let mut found = Vec::new();
        self.collect_citations(&mut found);
        found
    }

    fn collect_citations(&self, found: &mut Vec<Citation>) {
        for block in &self.0 {
            match block {
                Block::Paragraph(runs) => found.extend(runs.iter().filter_map(|run| match run {
                    Inline::Citation(citation) => Some(*citation),
                    Inline::Text(_) => None,
                })),
                Block::BulletList(items) | Block::OrderedList(items) => {
                    for item in items {
                        item.collect_citations(found);
                    }
                }
            }
        }
    }
}

impl Opinion {
    /// Every citation of the opinion, in the order of the report.
    pub fn citations(&self) -> Vec<Citation> {
        [&self.summary, &self.analysis]
            .into_iter()
            .chain(self.answers.iter().map(|answer| &answer.text))
            .chain([&self.conclusion, &self.examinations, &self.limits])
            .flat_map(RichText::citations)
            .collect()
    }

    /// Whether the question is answered, or said to be unanswerable.
    pub fn answers_question(&self, question: Uuid) -> bool {
        self.answers
            .iter()
            .any(|a| a.question == question && (a.cannot_be_answered || !a.text.is_blank()))
    }

    /// Every mandatory field with whether it is filled, in the order of the report (R69, R71, R72, R74).
    pub fn mandatory_fields(&self, questions: &[Uuid]) -> Vec<(MandatoryField, bool)> {
        use MandatoryField as F;
        let mut fields = vec![
            (F::Summary, !self.summary.is_blank()),
            (F::Analysis, !self.analysis.is_blank()),
        ];
        fields.extend(
            questions
                .iter()
                .map(|q| (F::Answer(*q), self.answers_question(*q))),
        );
        fields.extend([
            (F::Conclusion, !self.conclusion.is_blank()),
            (F::Certainty, self.certainty.is_some()),
            (F::Agreement, self.agreement.is_some()),
            (F::Examinations, !self.examinations.is_blank()),
            (F::Gravity, self.gravity.is_some()),
            (F::Limits, !self.limits.is_blank()),
            (F::Acts, !self.acts.is_blank()),
            (F::Participants, !self.participants.is_blank()),
            (F::Incidents, !self.incidents.is_blank()),
        ]);
        fields
    }

    /// The mandatory fields that are still empty; the opinion may be signed when there is none (R69).
    pub fn missing(&self, questions: &[Uuid]) -> Vec<MandatoryField> {
        self.mandatory_fields(questions)
            .into_iter()
            .filter_map(|(field, filled)| (!filled).then_some(field))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> RichText {
        RichText(vec![Block::Paragraph(vec![Inline::Text(text.into())])])
    }

    fn complete(question: Uuid) -> Opinion {
        Opinion {
            summary: words("Homme de 62 ans."),
            analysis: words("La lésion mesure 44 mm."),
            answers: vec![Answer {
                question,
                text: words("Oui."),
                cannot_be_answered: false,
            }],
            conclusion: words("Chirurgie d’épargne."),
            certainty: Some(Certainty::High),
            agreement: Some(Agreement::Partly),
            examinations: words("Aucun."),
            gravity: Some(false),
            limits: words("Avis sur pièces."),
            acts: words("Aucun."),
            participants: words("Aucun."),
            incidents: words("Aucun."),
        }
    }

    /// R69, R74: each mandatory field, emptied alone, is reported alone.
    #[test]
    fn every_mandatory_field_is_missed() {
        use MandatoryField as F;
        type Empty = fn(&mut Opinion);
        let question = Uuid::from_u128(7);
        assert_eq!(complete(question).missing(&[question]), []);
        let cases: [(F, Empty); 12] = [
            (F::Summary, |o| o.summary = words(" ")),
            (F::Analysis, |o| o.analysis = RichText::default()),
            (F::Answer(question), |o| o.answers.clear()),
            (F::Conclusion, |o| o.conclusion = words("")),
            (F::Certainty, |o| o.certainty = None),
            (F::Agreement, |o| o.agreement = None),
            (F::Examinations, |o| o.examinations = RichText::default()),
            (F::Gravity, |o| o.gravity = None),
            (F::Limits, |o| o.limits = RichText::default()),
            (F::Acts, |o| o.acts = RichText::default()),
            (F::Participants, |o| o.participants = RichText::default()),
            (F::Incidents, |o| o.incidents = RichText::default()),
        ];
        for (field, empty) in cases {
            let mut opinion = complete(question);
            empty(&mut opinion);
            assert_eq!(opinion.missing(&[question]), [field]);
        }
    }

    /// R69: an answer that says "cannot be answered" is an answer.
    #[test]
    fn unanswerable_is_an_answer() {
        let question = Uuid::from_u128(7);
        let mut opinion = complete(question);
        opinion.answers = vec![Answer {
            question,
            text: RichText::default(),
            cannot_be_answered: true,
        }];
        assert_eq!(opinion.missing(&[question]), []);
    }

    #[test]
    fn citations_are_found_in_lists_too() {
        let citation = Citation {
            piece: Uuid::from_u128(1),
            page: 2,
        };
        let item = RichText(vec![Block::Paragraph(vec![Inline::Citation(citation)])]);
        let mut opinion = complete(Uuid::from_u128(7));
        opinion.analysis = RichText(vec![Block::BulletList(vec![item])]);
        assert_eq!(opinion.citations(), [citation]);
        assert!(!opinion.analysis.is_blank(), "a citation says something");
    }
}
