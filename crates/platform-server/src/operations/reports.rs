//! Reception of a signed report and its receipt (R69, R77-R82, R85).

use std::collections::HashMap;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Path, Request, State},
    http::{StatusCode, header},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::{Timestamp, tz::TimeZone};
use relecture_crypto::{Context, Digest, make_uuid, seal, sha256};
use relecture_domain::{Event, Opinion, State as Stand};
use relecture_platform_api::{
    Code, Expert, OPINION_ATTACHMENT, OPINION_FORMAT, OpinionDocument, PieceReliedOn, Receipt,
    ReceiptDigests, Replaced, ReportAccepted,
};
use relecture_signature::{Reason, Verified, VerifyError, attachment, verify};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Platform,
    act::{Act, Answered, IdempotencyKey},
    authorities::Revocations,
    caller::{Actor, Caller},
    facts,
    http::{id, only},
    lifecycle,
    refusal::{Outcome, Refusal},
    store::{
        accounts,
        assignments::{self, Assignment},
        cases::Case,
        devices,
        reports::{self, Report},
    },
    token,
};

/// Largest signed report, in bytes.
pub(crate) const MAX_REPORT: usize = 20 << 20;
/// Kind of the sealing context of an archived report; its part is the receipt's identifier.
const ARCHIVED: &str = "relecture/archived-report/1";

/// Proof of how a report came in (R79): identifiers and digests, nothing clinical.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Session that submitted.
    pub session: Uuid,
    /// Authentication methods of the session.
    pub amr: String,
    /// When both factors were proved.
    pub auth_time: Timestamp,
    /// Device that submitted.
    pub device: Uuid,
    /// Thumbprint of the device's key.
    pub device_key: String,
    /// Device whose certificate signed; nothing where a card did.
    pub signing_device: Option<Uuid>,
    /// SHA-256 of the signer's certificate, lower-case hexadecimal.
    pub certificate_sha256: String,
    /// The three digests.
    pub digests: ReceiptDigests,
    /// Request that submitted.
    pub request_id: String,
}

/// The signed PDF as sent, with the digest announced for it (RFC 9530).
pub(crate) struct SignedPdf(Bytes);

impl FromRequest<Platform> for SignedPdf {
    type Rejection = Refusal;

    async fn from_request(request: Request, platform: &Platform) -> Outcome<Self> {
        if only(request.headers(), header::CONTENT_TYPE.as_str()) != Some("application/pdf") {
            return Err(Code::UnsupportedMedia.into());
        }
        let announced = only(request.headers(), "content-digest")
            .and_then(|value| value.strip_prefix("sha-256=:")?.strip_suffix(':'))
            .and_then(|value| BASE64_STANDARD.decode(value).ok())
            .ok_or_else(|| Refusal::because(Code::Malformed, "content-digest"))?;
        let bytes = Bytes::from_request(request, platform)
            .await
            .map_err(|rejection| {
                let too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
                Refusal::from(if too_large {
                    Code::TooLarge
                } else {
                    Code::Malformed
                })
            })?;
        if sha256(&bytes).0.as_slice() != announced {
            return Err(Code::DigestMismatch.into());
        }
        Ok(Self(bytes))
    }
}

/// `POST /v1/assignments/{id}/reports`.
pub(crate) async fn report_submit(
    State(platform): State<Platform>,
    caller: Caller,
    key: IdempotencyKey,
    Path(path): Path<String>,
    SignedPdf(pdf): SignedPdf,
) -> Outcome<Answered> {
    let id = id(&path)?;
    let once = key.with(&pdf);
    let revocations = platform
        .authorities()
        .revocations_of_cards(platform.now())
        .await;
    let answer = platform
        .act(caller, Some(id), move |act| {
            // Before the key is looked up: what was withdrawn is not answered from memory (R41).
            let row = act.assignment(id)?;
            act.refuse_withdrawn(&row)?;
            act.once(&once, StatusCode::CREATED, || {
                receive(act, row, &pdf, &revocations)
            })
        })
        .await?;
    // The receipt waits for nobody; what fails now is tried again (R80).
    tokio::spawn(async move { platform.raise_reports().await });
    Ok(answer)
}

/// `GET /v1/assignments/{id}/reports/{report}/receipt`: of the newest version.
pub(crate) async fn receipt_view(
    State(platform): State<Platform>,
    caller: Caller,
    Path((path, report)): Path<(String, String)>,
) -> Outcome<Json<ReportAccepted>> {
    let (assignment, report) = (id(&path)?, id(&report)?);
    platform
        .act(caller, Some(assignment), move |act| {
            act.assignment(assignment)?;
            let newest = reports::newest(act.db, assignment)?
                .filter(|newest| newest.report_id == report)
                .ok_or(Code::NotFound)?;
            act.record("receipt.viewed", Some(assignment), Some(report))?;
            Ok(Json(ReportAccepted {
                receipt: newest.receipt,
            }))
        })
        .await
}

fn invalid(reason: &str) -> Refusal {
    Refusal::because(Code::SignatureInvalid, reason)
}

fn refused(error: &VerifyError) -> Refusal {
    invalid(match error.reason() {
        Reason::Untrusted => "untrusted",
        Reason::WrongSigner => "wrong-signer",
        Reason::Altered => "altered",
        Reason::Expired => "expired",
        Reason::Revoked => "revoked",
        Reason::NoTimestamp => "no-timestamp",
    })
}

/// Everything that must hold before a receipt is given (R77), then the receipt.
fn receive(
    act: &Act<'_, Caller>,
    mut row: Assignment,
    pdf: &[u8],
    revocations: &Revocations,
) -> Outcome<ReportAccepted> {
    let verified = verify(pdf, &act.keys.anchors, act.now).map_err(|error| refused(&error))?;
    let timestamped_at = verified
        .require_timestamp()
        .map_err(|error| refused(&error))?;
    let signed = Digest(verified.signed_digest);
    if let Some(known) = reports::by_signed_digest(act.db, signed)? {
        // The same signed act again, under another key: one report, one receipt (R81). Elsewhere it has no place.
        return if known.assignment == row.id {
            Ok(ReportAccepted {
                receipt: known.receipt,
            })
        } else {
            Err(Code::DigestConflict.into())
        };
    }
    act.caller.require_recent(act.now)?;
    let expert = accounts::by_id(act.db, row.expert)?
        .ok_or_else(|| Refusal::fault("assignment without expert"))?;
    verified
        .require_signer(&expert.rpps)
        .map_err(|error| refused(&error))?;
    let is_ours = verified.authority_sha256 == sha256(act.keys.authority.certificate_der()).0;
    let signing_device = if is_ours {
        Some(signing_device(act, &verified, &expert)?)
    } else {
        check_card(&verified, revocations)?;
        None
    };

    let submitted = if row.state == Stand::Delivered {
        Event::AmendReport
    } else {
        Event::SubmitReport
    };
    lifecycle::step(&mut row, submitted)?;
    let content = attachment(pdf, OPINION_ATTACHMENT)
        .map_err(|_| Refusal::because(Code::Validation, "attachment"))?;
    let opinion: OpinionDocument = serde_json::from_slice(&content)
        .map_err(|_| Refusal::because(Code::Validation, "attachment"))?;
    let case = facts::case(act.db, row.case)?;
    check_case(act, &row, &case, &expert, &opinion)?;
    check_version(act, &row, &opinion)?;
    lifecycle::step(&mut row, Event::ReportValidated)?;
    row.available_at = Some(act.now);
    row.purge_after = Some(lifecycle::after(act.now, lifecycle::WINDOW));

    let digests = ReceiptDigests {
        file: Digest(verified.file_digest).to_string(),
        signed: signed.to_string(),
        content: sha256(&content).to_string(),
    };
    let receipt_id = make_uuid(act.now);
    let received = Received {
        receipt_id,
        row: &row,
        case: &case,
        opinion: &opinion,
        verified: &verified,
        timestamped_at,
        digests: &digests,
        size: pdf.len() as u64,
    };
    let receipt = received.receipt(act)?;
    let evidence = Evidence {
        session: act.caller.session.id,
        amr: act.caller.session.amr.clone(),
        auth_time: act.caller.session.auth_time,
        device: act.caller.device.id,
        device_key: act.caller.device.key_thumbprint.clone(),
        signing_device,
        certificate_sha256: hex::encode(verified.signer.certificate_sha256),
        digests,
        request_id: act.caller.mark.request_id.clone(),
    };
    let archived = seal(
        &facts::case_key(act.keys, &case)?,
        &archive_context(receipt_id),
        pdf,
    );
    let file = act
        .files
        .write(&archived)
        .map_err(|_| Refusal::fault("report not archived"))?;
    let report = Report {
        receipt_id,
        assignment: row.id,
        report_id: opinion.report_id,
        version: opinion.version,
        file_sha256: Digest(verified.file_digest),
        signed_sha256: signed,
        content_sha256: sha256(&content),
        file,
        evidence: serde_json::to_string(&evidence)
            .map_err(|_| Refusal::fault("evidence does not serialise"))?,
        receipt: receipt.clone(),
        received_at: act.now,
        archive_file: None,
    };
    reports::insert(act.db, &report)?;
    assignments::save(act.db, &row, act.now)?;
    act.record("report.received", Some(row.id), Some(opinion.report_id))?;
    Ok(ReportAccepted { receipt })
}

/// The context of a report archived under this receipt.
pub(crate) fn archive_context(receipt: Uuid) -> Context {
    Context::new(ARCHIVED, &[receipt.as_bytes()])
}

/// R77: what the card's authority says of its certificate now. Without its word nothing is received, and the report waits.
fn check_card(verified: &Verified, revocations: &Revocations) -> Outcome<()> {
    let list = revocations
        .get(&Digest(verified.authority_sha256))
        .ok_or_else(|| Refusal::because(Code::Maintenance, "revocation-list"))?;
    match list.revoked_at(&verified.signer.serial) {
        None => Ok(()),
        Some(_) => Err(invalid("revoked")),
    }
}

/// R77: the certificate is one that the platform issued, to an installation of the assigned expert, not revoked since.
fn signing_device(act: &Act<'_, Caller>, verified: &Verified, expert: &Expert) -> Outcome<Uuid> {
    let device = devices::by_certificate(act.db, Digest(verified.signer.certificate_sha256))?
        .ok_or_else(|| invalid("untrusted"))?;
    if device.revoked_at.is_some() {
        return Err(invalid("revoked"));
    }
    if device.expert != expert.id {
        return Err(invalid("wrong-signer"));
    }
    Ok(device.id)
}

/// What was signed is about this case and no other, and complete (R69, R72).
fn check_case(
    act: &Act<'_, Caller>,
    row: &Assignment,
    case: &Case,
    expert: &Expert,
    opinion: &OpinionDocument,
) -> Outcome<()> {
    let differs = |field: &str| Err(Refusal::because(Code::Validation, field));
    if opinion.format != OPINION_FORMAT {
        return differs("format");
    }
    if opinion.assignment_id != row.id || opinion.case_ref != case.case_ref {
        return Err(invalid("wrong-case"));
    }
    if opinion.expert.rpps != expert.rpps {
        return Err(invalid("wrong-signer"));
    }
    let facts = facts::case_facts(act.keys, case)?;
    if opinion.service_kind != facts.service_kind {
        return differs("service_kind");
    }
    let patient = (
        &opinion.patient.family_name,
        &opinion.patient.given_name,
        opinion.patient.birth_date,
    );
    if patient
        != (
            &facts.patient.family_name,
            &facts.patient.given_name,
            facts.patient.birth_date,
        )
    {
        return Err(invalid("wrong-case"));
    }
    if opinion.question_posed != facts.offer.question {
        return differs("question_posed");
    }
    let asked = facts
        .questions
        .iter()
        .map(|question| (question.id, question.text.as_str()));
    if !opinion
        .questions
        .iter()
        .map(|question| (question.id, question.text.as_str()))
        .eq(asked)
    {
        return differs("questions");
    }
    let pieces: HashMap<_, _> = assignments::pieces(act.db, row.id)?
        .into_iter()
        .map(|sealed| {
            (
                sealed.piece.id,
                (sealed.piece.number, sealed.piece.sha256.to_string()),
            )
        })
        .collect();
    let is_ours = |piece: &PieceReliedOn| {
        pieces
            .get(&piece.id)
            .is_some_and(|(number, sha256)| *number == piece.number && *sha256 == piece.sha256)
    };
    if !opinion.pieces.iter().all(is_ours) {
        return differs("pieces");
    }
    let written = Opinion::from(&opinion.content);
    if !written.citations().iter().all(|citation| {
        opinion
            .pieces
            .iter()
            .any(|piece| piece.id == citation.piece)
    }) {
        return differs("citations");
    }
    let questions: Vec<_> = facts.questions.iter().map(|question| question.id).collect();
    if !written.missing(&questions).is_empty() {
        return differs("mandatory-fields");
    }
    Ok(())
}

/// R82: the first version replaces nothing; each other one cites the signed digest of the one before.
fn check_version(
    act: &Act<'_, Caller>,
    row: &Assignment,
    opinion: &OpinionDocument,
) -> Outcome<()> {
    let follows = match reports::newest(act.db, row.id)? {
        None => opinion.version == 1 && opinion.replaces.is_none(),
        Some(former) => {
            let replaces = Replaced {
                version: former.version,
                signed_digest: former.signed_sha256.to_string(),
            };
            opinion.report_id == former.report_id
                && opinion.version == former.version + 1
                && opinion.replaces == Some(replaces)
        }
    };
    if follows {
        Ok(())
    } else {
        Err(Refusal::because(Code::Validation, "version"))
    }
}

/// A report about which everything holds.
struct Received<'a> {
    receipt_id: Uuid,
    row: &'a Assignment,
    case: &'a Case,
    opinion: &'a OpinionDocument,
    verified: &'a Verified,
    timestamped_at: Timestamp,
    digests: &'a ReceiptDigests,
    size: u64,
}

impl Received<'_> {
    /// R78: signed by the platform, chained to its previous receipt.
    fn receipt(&self, act: &Act<'_, Caller>) -> Outcome<String> {
        let previous = reports::last_receipt(act.db)?
            .map_or(Digest([0; 32]), |receipt| sha256(receipt.as_bytes()));
        let year = act.now.to_zoned(TimeZone::UTC).year();
        let (case_ref, version) = (&self.case.case_ref, self.opinion.version);
        let signer = &self.verified.signer;
        let receipt = Receipt {
            receipt_id: self.receipt_id,
            reference: format!("A-{year}-{case_ref}-{version}"),
            assignment_id: self.row.id,
            case_ref: case_ref.clone(),
            report_id: self.opinion.report_id,
            version,
            digests: self.digests.clone(),
            size: self.size,
            signer: signer.common_name.clone(),
            signer_rpps: signer.rpps.clone(),
            certificate_sha256: hex::encode(signer.certificate_sha256),
            signed_at: self.verified.claimed_time,
            timestamped_at: self.timestamped_at,
            received_at: act.now,
            available_at: act.now,
            purge_after: lifecycle::after(act.now, lifecycle::WINDOW),
            previous: previous.to_string(),
        };
        token::sign(&act.keys.receipts, "receipt+jwt", &receipt)
    }
}
