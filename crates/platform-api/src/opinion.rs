//! The structured opinion: what the workstation edits, attaches to the signed PDF and the platform re-validates.
//!
//! The text schema is `ProseMirror`'s JSON, closed: an unknown node, mark or field is refused on both sides.

use jiff::{Timestamp, civil::Date};
use relecture_domain as domain;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::assignment::{IdentityStatus, RepresentedKind, ServiceKind, Sex};

/// Name of the attachment that carries an [`OpinionDocument`] inside the signed PDF.
pub const OPINION_ATTACHMENT: &str = "compte-rendu.json";

/// Format and version of [`OpinionDocument`].
pub const OPINION_FORMAT: &str = "relecture.opinion/1";

/// The whole opinion as it is frozen, typeset and signed (R70-R72).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpinionDocument {
    /// Always [`OPINION_FORMAT`].
    pub format: String,
    /// Identifier of the report, the same for all its versions.
    pub report_id: Uuid,
    /// Version, from 1.
    pub version: u32,
    /// The version that this one corrects (R82).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replaced>,
    /// The assignment that is answered.
    pub assignment_id: Uuid,
    /// The case's human number.
    pub case_ref: String,
    /// Who asked: the patient, or a physician.
    pub service_kind: ServiceKind,
    /// When the opinion was frozen for signature, date and hour (R70).
    #[schema(value_type = String, format = DateTime)]
    pub written_at: Timestamp,
    /// The patient.
    pub patient: OpinionPatient,
    /// The author and signer (R70).
    pub expert: OpinionSigner,
    /// The treating physician, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treating_physician: Option<String>,
    /// The patient's main question, verbatim.
    pub question_posed: String,
    /// The patient's separate questions, verbatim.
    pub questions: Vec<OpinionQuestion>,
    /// What the expert wrote.
    pub content: OpinionContent,
    /// Each piece relied on, with its digest and date (R72).
    pub pieces: Vec<PieceReliedOn>,
    /// Expected pieces that were not received.
    pub missing_pieces: Vec<String>,
}

/// The version that a correction replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    /// The replaced version.
    pub version: u32,
    /// Its signed digest, lower-case hexadecimal.
    pub signed_digest: String,
}

/// The patient as named on the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpinionPatient {
    /// Birth name, in capitals.
    pub family_name: String,
    /// First name.
    pub given_name: String,
    /// Birth date.
    #[schema(value_type = String, format = Date)]
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// Whether the national identity is qualified (R59).
    pub identity_status: IdentityStatus,
    /// Who acts for the patient (R42).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<OpinionRepresentative>,
}

/// Who acts for a minor or a protected adult (R42).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpinionRepresentative {
    /// Minor or protected adult.
    pub kind: RepresentedKind,
    /// The representative's name.
    pub name: String,
    /// In what capacity.
    pub capacity: String,
}

/// The author of the opinion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpinionSigner {
    /// Title and name, as printed.
    pub name: String,
    /// National identifier (RPPS).
    pub rpps: String,
    /// Specialty.
    pub specialty: String,
    /// Structure of practice.
    pub structure: String,
}

/// One question of the patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpinionQuestion {
    /// Its identifier.
    pub id: Uuid,
    /// The patient's words.
    pub text: String,
}

/// A piece the opinion relies on (R72).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PieceReliedOn {
    /// The document's identifier.
    pub id: Uuid,
    /// Its number in the case, as cited.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Its clinical date.
    #[schema(value_type = String, format = Date)]
    pub clinical_date: Date,
    /// SHA-256 of its clear bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Pages seen by the expert.
    pub pages_seen: u32,
    /// Pages it has.
    pub pages: u32,
}

/// What the expert writes. Every text is [`RichText`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpinionContent {
    /// Clinical summary.
    #[serde(default)]
    pub summary: RichText,
    /// Analysis.
    #[serde(default)]
    pub analysis: RichText,
    /// One per question of the patient.
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// Conclusion.
    #[serde(default)]
    pub conclusion: RichText,
    /// How sure the expert is.
    #[serde(default)]
    pub certainty: Option<Certainty>,
    /// How the opinion stands to the first one.
    #[serde(default)]
    pub agreement: Option<Agreement>,
    /// Further examinations and who to see.
    #[serde(default)]
    pub examinations: RichText,
    /// Gravity or unusual complexity (R74).
    #[serde(default)]
    pub gravity: Option<bool>,
    /// Limits of an opinion on documents (R72).
    #[serde(default)]
    pub limits: RichText,
    /// Acts and prescriptions (R71).
    #[serde(default)]
    pub acts: RichText,
    /// Professionals who took part (R71).
    #[serde(default)]
    pub participants: RichText,
    /// Technical incidents (R71).
    #[serde(default)]
    pub incidents: RichText,
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The question.
    pub question: Uuid,
    /// The answer.
    #[serde(default)]
    pub text: RichText,
    /// The pieces do not allow an answer.
    #[serde(default)]
    pub cannot_be_answered: bool,
}

/// How sure the expert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Élevé.
    High,
    /// Modéré.
    Moderate,
    /// Faible.
    Low,
}

/// How the opinion stands to the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Confirms it.
    Agrees,
    /// Confirms part of it.
    Partly,
    /// Proposes something else.
    Disagrees,
    /// There was none.
    NoFirstOpinion,
}

/// Formatted text: a `ProseMirror` `doc` node of the closed schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RichText {
    /// Always `doc`.
    #[serde(rename = "type")]
    kind: DocKind,
    /// The blocks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Block>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DocKind {
    #[default]
    Doc,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    /// A paragraph.
    Paragraph {
        /// Its runs.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        content: Vec<Inline>,
    },
    /// An unordered list.
    BulletList {
        /// Its items.
        content: Vec<ListItem>,
    },
    /// A numbered list.
    OrderedList {
        /// Its items.
        content: Vec<ListItem>,
    },
}

/// An item of a list: paragraphs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ListItem {
    /// The only kind of item.
    ListItem {
        /// Its paragraphs.
        content: Vec<Paragraph>,
    },
}

/// A paragraph inside a list item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Paragraph {
    /// The only kind of block in an item.
    Paragraph {
        /// Its runs.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        content: Vec<Inline>,
    },
}

/// A run of a paragraph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Inline {
    /// Words.
    Text {
        /// The words; never markup.
        text: String,
        /// How they are set.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        marks: Vec<Mark>,
    },
    /// A citation of one page of one piece.
    Citation {
        /// Which one.
        attrs: CitationAttrs,
    },
}

/// A mark on a text run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mark {
    /// Strong emphasis.
    Strong,
    /// Emphasis.
    Em,
}

/// Where a citation points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CitationAttrs {
    /// The document.
    pub piece: Uuid,
    /// The page, from 1; of images their place among those of the piece.
    pub page: u32,
    /// Which image of DICOM it is, by the names that it has wherever it is kept, and how it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice: Option<SliceAttrs>,
}

/// An image of DICOM that is cited (PS3.3, C.12.1, C.7.3.1, C.7.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SliceAttrs {
    /// Study Instance UID.
    pub study: Uid,
    /// Series Instance UID.
    pub series: Uid,
    /// SOP Instance UID.
    pub instance: Uid,
    /// Its frame, from 1.
    pub frame: u32,
    /// When it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub date: Option<Date>,
    /// Series Number, as any viewer shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series_number: Option<i32>,
    /// Instance Number, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<i32>,
    /// Its place in its stack as it is shown here, from 1.
    pub slice: u32,
    /// The window in which it was looked at; nothing of colours.
    pub window: Option<WindowAttrs>,
    /// What is meant of it: left, upper, right and lower pixel.
    pub region: Option<[u32; 4]>,
}

/// A window (PS3.3, C.11.2), in thousandths of what the modality counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowAttrs {
    /// Window Center.
    pub center: i64,
    /// Window Width.
    pub width: i64,
}

/// A unique identifier of DICOM: numbers parted by dots, 64 characters at most (PS3.5, 9.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[0-9.]{1,64}$")]
pub struct Uid(String);

impl TryFrom<String> for Uid {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_part = |letter: u8| letter == b'.' || letter.is_ascii_digit();
        let is_uid = (1..=64).contains(&text.len()) && text.bytes().all(is_part);
        is_uid
            .then_some(Self(text))
            .ok_or("not a unique identifier of DICOM")
    }
}

impl From<Uid> for String {
    fn from(uid: Uid) -> Self {
        uid.0
    }
}

impl RichText {
    /// A text of these blocks.
    pub fn new(content: Vec<Block>) -> Self {
        Self {
            kind: DocKind::Doc,
            content,
        }
    }
}

impl Default for RichText {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl From<&RichText> for domain::RichText {
    fn from(text: &RichText) -> Self {
        Self(text.content.iter().map(Into::into).collect())
    }
}

impl From<&Block> for domain::Block {
    fn from(block: &Block) -> Self {
        match block {
            Block::Paragraph { content } => Self::Paragraph(runs(content)),
            Block::BulletList { content } => Self::BulletList(items(content)),
            Block::OrderedList { content } => Self::OrderedList(items(content)),
        }
    }
}

fn items(items: &[ListItem]) -> Vec<domain::RichText> {
    items
        .iter()
        .map(|ListItem::ListItem { content }| {
            let paragraphs = content
                .iter()
                .map(|Paragraph::Paragraph { content }| domain::Block::Paragraph(runs(content)));
            domain::RichText(paragraphs.collect())
        })
        .collect()
}

fn runs(runs: &[Inline]) -> Vec<domain::Inline> {
    runs.iter()
        .map(|run| match run {
            Inline::Text { text, .. } => domain::Inline::Text(text.clone()),
            Inline::Citation { attrs } => domain::Inline::Citation(domain::Citation {
                piece: attrs.piece,
                page: attrs.page,
            }),
        })
        .collect()
}

impl From<&OpinionContent> for domain::Opinion {
    fn from(wire: &OpinionContent) -> Self {
        let text = domain::RichText::from;
        Self {
            summary: text(&wire.summary),
            analysis: text(&wire.analysis),
            answers: wire
                .answers
                .iter()
                .map(|answer| domain::Answer {
                    question: answer.question,
                    text: text(&answer.text),
                    cannot_be_answered: answer.cannot_be_answered,
                })
                .collect(),
            conclusion: text(&wire.conclusion),
            certainty: wire.certainty.map(|certainty| match certainty {
                Certainty::High => domain::Certainty::High,
                Certainty::Moderate => domain::Certainty::Moderate,
                Certainty::Low => domain::Certainty::Low,
            }),
            agreement: wire.agreement.map(|agreement| match agreement {
                Agreement::Agrees => domain::Agreement::Agrees,
                Agreement::Partly => domain::Agreement::Partly,
                Agreement::Disagrees => domain::Agreement::Disagrees,
                Agreement::NoFirstOpinion => domain::Agreement::NoFirstOpinion,
            }),
            examinations: text(&wire.examinations),
            gravity: wire.gravity,
            limits: text(&wire.limits),
            acts: text(&wire.acts),
            participants: text(&wire.participants),
            incidents: text(&wire.incidents),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE: &str = "01910000-0000-7000-8000-000000000004";

    fn parse(json: &str) -> Result<RichText, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn prosemirror_json_round_trips() {
        let json = format!(
            r#"{{"type":"doc","content":[{{"type":"paragraph","content":[{{"type":"text","text":"grade 2","marks":[{{"type":"strong"}}]}},{{"type":"citation","attrs":{{"piece":"{PIECE}","page":2}}}}]}},{{"type":"bullet_list","content":[{{"type":"list_item","content":[{{"type":"paragraph"}}]}}]}}]}}"#
        );
        let text = parse(&json).expect("the closed schema accepts what the editor writes");
        assert_eq!(serde_json::to_string(&text).expect("serialises"), json);
        let slice = r#","slice":{"study":"2.25.1","series":"2.25.2","instance":"2.25.3","frame":1,"date":"2026-06-12","series_number":2,"number":14,"slice":214,"window":{"center":50000,"width":400000},"region":[10,20,30,40]}"#;
        let of_slice = json.replace(r#""page":2"#, &format!(r#""page":2{slice}"#));
        let slice = parse(&of_slice).expect("an image is cited by its names");
        assert_eq!(serde_json::to_string(&slice).expect("serialises"), of_slice);
        let marked = of_slice.replace("2.25.3", "2.25.<b>");
        assert!(parse(&marked).is_err(), "what is no name is refused");

        let citations = domain::RichText::from(&text).citations();
        assert_eq!(
            citations.len(),
            1,
            "the citation survives the way to the domain"
        );
    }

    /// Design section 7: the schema is closed; markup, unknown nodes and unknown attributes are refused.
    #[test]
    fn everything_outside_the_schema_is_refused() {
        for json in [
            r#"{"type":"page"}"#,
            r#"{"type":"doc","content":[{"type":"image","attrs":{"src":"x"}}]}"#,
            r#"{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link"}]}]}]}"#,
            r#"{"type":"doc","content":[{"type":"paragraph","attrs":{"style":"x"}}]}"#,
            r#"{"type":"doc","version":2}"#,
        ] {
            assert!(parse(json).is_err(), "refused: {json}");
        }
    }
}
