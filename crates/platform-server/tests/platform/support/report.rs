//! A small report: one page, the opinion attached, signed by the client's installation.

use std::fmt::Write as _;

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use relecture_platform_api as api;
use relecture_signature::{
    Claims, TimestampRequest, TrustAnchors, sign, signature_imprint, with_timestamp,
};
use uuid::Uuid;

use super::{Client, Expert};

fn words(text: &str) -> api::RichText {
    api::RichText::new(vec![api::Block::Paragraph {
        content: vec![api::Inline::Text {
            text: text.into(),
            marks: Vec::new(),
        }],
    }])
}

/// A complete opinion on the case, relying on its first piece.
pub(crate) fn opinion(
    expert: &Expert,
    assignment: &api::Assignment,
    manifest: &api::Manifest,
    written_at: Timestamp,
) -> api::OpinionDocument {
    let patient = assignment.patient.as_ref().expect("accepted");
    let piece = manifest.documents.first().expect("a piece");
    let cited = api::RichText::new(vec![api::Block::Paragraph {
        content: vec![api::Inline::Citation {
            attrs: api::CitationAttrs {
                piece: piece.id,
                page: 1,
                slice: None,
            },
        }],
    }]);
    api::OpinionDocument {
        format: api::OPINION_FORMAT.into(),
        report_id: Uuid::from_u128(
            0x0191_0000_0000_7000_8000_0000_0000_0100 ^ assignment.id.as_u128(),
        ),
        version: 1,
        replaces: None,
        assignment_id: assignment.id,
        case_ref: assignment.case_ref.clone(),
        service_kind: assignment.service_kind,
        written_at,
        patient: api::OpinionPatient {
            family_name: patient.family_name.clone(),
            given_name: patient.given_name.clone(),
            birth_date: patient.birth_date,
            sex: patient.sex,
            identity_status: patient.identity_status,
            representative: None,
        },
        expert: api::OpinionSigner {
            name: expert.new.name.clone(),
            rpps: expert.new.rpps.clone(),
            specialty: expert.new.specialty.clone(),
            structure: expert.new.structure.clone(),
        },
        treating_physician: None,
        question_posed: assignment.offer.question.clone(),
        questions: assignment
            .questions
            .iter()
            .map(|question| api::OpinionQuestion {
                id: question.id,
                text: question.text.clone(),
            })
            .collect(),
        content: api::OpinionContent {
            summary: words("Résumé."),
            analysis: cited,
            answers: assignment
                .questions
                .iter()
                .map(|question| api::Answer {
                    question: question.id,
                    text: words("Oui."),
                    cannot_be_answered: false,
                })
                .collect(),
            conclusion: words("Conclusion."),
            certainty: Some(api::Certainty::High),
            agreement: Some(api::Agreement::Agrees),
            examinations: words("Aucun."),
            gravity: Some(false),
            limits: words("Avis sur pièces."),
            acts: words("Aucun."),
            participants: words("Aucun."),
            incidents: words("Aucun."),
        },
        pieces: vec![api::PieceReliedOn {
            id: piece.id,
            number: piece.number,
            title: piece.title.clone(),
            clinical_date: piece.clinical_date,
            sha256: piece.sha256.clone(),
            pages_seen: piece.pages,
            pages: piece.pages,
        }],
        missing_pieces: Vec::new(),
    }
}

/// One page with an attachment and a classic cross-reference table.
pub(crate) fn pdf_with(name: &str, attached: &[u8]) -> Vec<u8> {
    let embedded = [
        format!(
            "<</Type /EmbeddedFile /Length {}>>\nstream\n",
            attached.len()
        )
        .as_bytes(),
        attached,
        b"\nendstream",
    ]
    .concat();
    let objects: Vec<Vec<u8>> = vec![
        format!(
            "<</Type /Catalog /Pages 2 0 R /Names <</EmbeddedFiles <</Names [({name}) 4 0 R]>>>>>>"
        )
        .into_bytes(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>".to_vec(),
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]>>".to_vec(),
        format!("<</Type /Filespec /F ({name}) /UF ({name}) /EF <</F 5 0 R>>>>").into_bytes(),
        embedded,
    ];
    let mut pdf = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let count = objects.len() + 1;
    let mut table = format!("xref\n0 {count}\n0000000000 65535 f\r\n");
    for (position, object) in objects.iter().enumerate() {
        write!(table, "{:010} 00000 n\r\n", pdf.len()).expect("writes");
        pdf.extend_from_slice(format!("{} 0 obj\n", position + 1).as_bytes());
        pdf.extend_from_slice(object);
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let start = pdf.len();
    pdf.extend_from_slice(table.as_bytes());
    let id = "<00112233445566778899AABBCCDDEEFF>";
    let trailer = format!(
        "trailer\n<</Size {count} /Root 1 0 R /ID [{id} {id}]>>\nstartxref\n{start}\n%%EOF"
    );
    pdf.extend_from_slice(trailer.as_bytes());
    pdf
}

/// The report with the timestamp that the platform gives for a case of this client.
pub(crate) async fn timestamped(client: &Client, assignment: Uuid, pdf: &[u8]) -> Vec<u8> {
    let imprint = signature_imprint(pdf).expect("signed");
    let request = TimestampRequest::new(imprint).expect("a request");
    let answer = client.stamp(assignment, request.der.clone()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/timestamp-reply");
    let configuration: api::Configuration = client.get("configuration_view", &[]).await.json();
    let authorities: Vec<_> = configuration
        .timestamp_authorities
        .iter()
        .map(|der| BASE64_STANDARD.decode(der).expect("base64"))
        .collect();
    let anchors = TrustAnchors::from_der(&authorities).expect("authorities");
    let token = request
        .read(&answer.body, &anchors, client.clock.now())
        .expect("a timestamp");
    with_timestamp(pdf, &token).expect("has room for it")
}

/// The opinion as a signed report, without a timestamp.
pub(crate) fn signed_report(client: &Client, opinion: &api::OpinionDocument) -> Vec<u8> {
    let json = serde_json::to_vec(opinion).expect("serialises");
    let claims = Claims {
        name: &opinion.expert.name,
        location: None,
        time: opinion.written_at,
    };
    let signer = client.signer.as_ref().expect("enrolled");
    sign(&pdf_with(api::OPINION_ATTACHMENT, &json), signer, &claims)
        .expect("signs")
        .pdf
}
