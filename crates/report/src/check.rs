//! What must hold before an opinion is set: its citations, its answers, its characters.

use std::collections::BTreeSet;

use relecture_domain::RichText as Text;
use relecture_platform_api::{
    Block, Inline, ListItem, OpinionContent, OpinionDocument, Paragraph, RichText,
};

use crate::TypesetError;
use crate::press::has_glyph;

/// Every citation points to a page of a listed piece (R72).
pub(crate) fn citations(document: &OpinionDocument) -> Result<(), TypesetError> {
    for citation in texts(&document.content).flat_map(|text| Text::from(text).citations()) {
        let cited = document
            .pieces
            .iter()
            .find(|piece| piece.id == citation.piece);
        let piece = cited.ok_or(TypesetError::UnknownPiece {
            piece: citation.piece,
        })?;
        if citation.page == 0 || citation.page > piece.pages {
            return Err(TypesetError::UnknownPage {
                number: piece.number,
                page: citation.page,
                pages: piece.pages,
            });
        }
    }
    Ok(())
}

/// Every answer belongs to a question; otherwise it would not be printed.
pub(crate) fn answers(document: &OpinionDocument) -> Result<(), TypesetError> {
    let asked = |id| document.questions.iter().any(|question| question.id == id);
    match document
        .content
        .answers
        .iter()
        .find(|answer| !asked(answer.question))
    {
        Some(stray) => Err(TypesetError::UnknownQuestion {
            question: stray.question,
        }),
        None => Ok(()),
    }
}

/// The characters to be shown as a box. The expert's own text must have none: he can change it.
pub(crate) fn characters(document: &OpinionDocument) -> Result<Vec<char>, TypesetError> {
    let own = texts(&document.content)
        .flat_map(words)
        .flat_map(str::chars);
    if let Some(character) = own.into_iter().find(|character| !printable(*character)) {
        return Err(TypesetError::Unprintable { character });
    }
    let others = foreign(document).into_iter().flat_map(str::chars);
    let found: BTreeSet<char> = others.filter(|character| !printable(*character)).collect();
    Ok(found.into_iter().collect())
}

/// Whether a reader will see this character where it stands.
fn printable(character: char) -> bool {
    let silent = matches!(
        character,
        // Invisible on purpose: white space, soft hyphen, zero-width space, joiners, variation selectors.
        '\n' | '\r' | '\t' | '\u{ad}' | '\u{2060}' | '\u{fe0e}' | '\u{fe0f}' | '\u{200b}'
            ..='\u{200d}'
    );
    let deceptive = matches!(
        character,
        // What reorders makes a signed sentence read otherwise than it is stored; private use means nothing.
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
            | '\u{e000}'..='\u{f8ff}'
    );
    silent || (!deceptive && !character.is_control() && has_glyph(character))
}

fn texts(content: &OpinionContent) -> impl Iterator<Item = &RichText> {
    let answers = content.answers.iter().map(|answer| &answer.text);
    let sections = [
        &content.summary,
        &content.analysis,
        &content.conclusion,
        &content.examinations,
        &content.limits,
        &content.acts,
        &content.participants,
        &content.incidents,
    ];
    sections.into_iter().chain(answers)
}

/// The words of a text, without its citations.
fn words(text: &RichText) -> Vec<&str> {
    let mut found = Vec::new();
    for block in &text.content {
        match block {
            Block::Paragraph { content } => found.extend(content.iter().filter_map(word)),
            Block::BulletList { content } | Block::OrderedList { content } => {
                for ListItem::ListItem { content } in content {
                    for Paragraph::Paragraph { content } in content {
                        found.extend(content.iter().filter_map(word));
                    }
                }
            }
        }
    }
    found
}

fn word(run: &Inline) -> Option<&str> {
    match run {
        Inline::Text { text, .. } => Some(text),
        Inline::Citation { .. } => None,
    }
}

/// Every printed string that the expert did not write.
fn foreign(document: &OpinionDocument) -> Vec<&str> {
    let patient = &document.patient;
    let expert = &document.expert;
    let mut found = vec![
        document.case_ref.as_str(),
        &document.question_posed,
        &patient.family_name,
        &patient.given_name,
        &expert.name,
        &expert.rpps,
        &expert.specialty,
        &expert.structure,
    ];
    found.extend(document.treating_physician.as_deref());
    found.extend(
        patient
            .representative
            .iter()
            .flat_map(|who| [&*who.name, &*who.capacity]),
    );
    found.extend(
        document
            .replaces
            .iter()
            .map(|replaced| &*replaced.signed_digest),
    );
    found.extend(document.questions.iter().map(|question| &*question.text));
    found.extend(
        document
            .pieces
            .iter()
            .flat_map(|piece| [&*piece.title, &*piece.sha256]),
    );
    found.extend(document.missing_pieces.iter().map(String::as_str));
    found
}
