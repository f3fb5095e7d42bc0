//! What an expert types, as the editor sends it.

use relecture_bridge::CaseView;
use relecture_testkit::cases::{Agreement, Certainty, OpinionDraft, Passage, passages};
use serde_json::{Value, json};

/// The opinion of `opinion.toml`, citing the pieces of this case.
pub(crate) fn opinion_of(draft: &OpinionDraft, case: &CaseView) -> Value {
    let text = |text: &str| rich(text, case);
    let answers = draft.answers.iter().map(|answer| {
        let question = &case.questions[answer.question - 1].id;
        json!({ "question": question, "text": text(&answer.text), "cannot_be_answered": false })
    });
    let next = &draft.recommendations;
    let examinations = [next.examinations.join("\n\n"), next.see.join("\n\n")].join("\n\n");
    json!({
        "summary": text(&draft.summary),
        "analysis": text(&draft.analysis),
        "answers": answers.collect::<Vec<_>>(),
        "conclusion": text(&draft.conclusion.text),
        "certainty": match draft.certainty {
            Certainty::Low => "low",
            Certainty::Moderate => "moderate",
            Certainty::High => "high",
        },
        "agreement": match draft.agreement {
            Agreement::Agrees => "agrees",
            Agreement::AgreesWithReservations => "partly",
            Agreement::DisagreesWithTreatment => "disagrees",
        },
        "examinations": text(&examinations),
        "gravity": draft.unusual_gravity,
        "limits": text(&draft.limits.text),
        "acts": text("Aucun."),
        "participants": text("Aucun."),
        "incidents": text("Aucun."),
    })
}

/// A short opinion with every mandatory field filled.
pub(crate) fn complete_opinion(case: &CaseView) -> Value {
    let text = |text: &str| rich(text, case);
    let answers = case.questions.iter().map(|question| {
        json!({ "question": question.id, "text": text("Oui."), "cannot_be_answered": false })
    });
    json!({
        "summary": text("Homme de 62 ans."),
        "analysis": text("La lésion est décrite {{piece 1 page 1}}."),
        "answers": answers.collect::<Vec<_>>(),
        "conclusion": text("Chirurgie."),
        "certainty": "moderate",
        "agreement": "agrees",
        "examinations": text("Aucun."),
        "gravity": false,
        "limits": text("Avis rendu sur pièces."),
        "acts": text("Aucun."),
        "participants": text("Aucun."),
        "incidents": text("Aucun."),
    })
}

/// A beginning: one sentence of summary.
pub(crate) fn draft(sentence: &str) -> Value {
    let paragraph =
        json!({ "type": "paragraph", "content": [{ "type": "text", "text": sentence }] });
    json!({ "summary": { "type": "doc", "content": [paragraph] } })
}

/// Paragraphs are separated by an empty line; markers become citations.
fn rich(text: &str, case: &CaseView) -> Value {
    let run = |passage: Passage<'_>| match passage {
        Passage::Text(text) => json!({ "type": "text", "text": text }),
        Passage::Citation { piece, page } => {
            let cited = case
                .pieces
                .iter()
                .find(|row| row.number == piece)
                .expect("the piece");
            let attrs = json!({ "piece": cited.id, "page": page.unwrap_or(1) });
            json!({ "type": "citation", "attrs": attrs })
        }
    };
    let paragraph = |text: &str| {
        let runs: Vec<Value> = passages(text.trim()).into_iter().map(run).collect();
        json!({ "type": "paragraph", "content": runs })
    };
    let paragraphs: Vec<Value> = text.trim().split("\n\n").map(paragraph).collect();
    json!({ "type": "doc", "content": paragraphs })
}
