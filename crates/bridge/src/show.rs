//! From the desk's values to the window's, by hand and without loss of meaning.

#![allow(clippy::wildcard_imports, reason = "every request and view is at hand")]

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use qrcode::types::QrError;
use relecture_desk::{
    Accesses, AnnotationKind, Case, CaseError, CaseSummary, Check, Desk, Found, Frozen, Hit,
    ImageOwner, KeptAnnotation, LockReason, LockedDesk, OpenDocument, OwnedImages, OwnedStack,
    PageWords, PieceReception, Place, PlatformLine, PointKind as DeskPoint,
    ReceptionState as DeskReception, SecondScreen, Submission, Submitted, Waiting, WaitingKind,
    Worklist, WrittenHit, WrittenPlace,
    domain::{Deadline, MandatoryField, Remaining, State, age},
    reader::{Format, Identity, ImageSlice, LeftOut, Link, OutlineEntry, PageSize, TextLine},
    wire,
};

use crate::{failure::Tell as _, view::*};

/// How long an expert has to answer once he accepts (R86); the platform decides, this is what an offer announces.
const DUE_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// CSS pixels in a point.
const CSS_PER_POINT: f64 = 96.0 / 72.0;

pub(crate) fn session(desk: &Desk) -> SessionView {
    let identity = desk.identity();
    let known = identity.as_ref();
    let locked = desk.locked();
    let device = known
        .map(|identity| &identity.device)
        .or_else(|| locked.as_ref().map(|locked| &locked.device));
    SessionView {
        expert: known.map(|identity| ExpertView {
            name: identity.expert.name.clone(),
            rpps: identity.expert.rpps.clone(),
            specialty: identity.expert.specialty.clone(),
            structure: identity.expert.structure.clone(),
        }),
        account: known.map(|identity| identity.account.clone()),
        authenticated_at: known.and_then(|i| i.authenticated_at).map(text),
        authentication_fresh: known.is_some_and(|identity| identity.fresh),
        workstation: WorkstationView {
            name: device.map_or_else(
                || desk.config().workstation.clone(),
                |device| device.name.clone(),
            ),
            enrolled_at: device.map(|device| text(device.enrolled_at)),
            cases: known.and_then(|identity| u32::try_from(identity.cases).ok()),
            bytes: known.and_then(|identity| identity.bytes),
        },
        platform_reachable: known.map(|identity| identity.line == PlatformLine::Reachable),
        unlock_code_chosen: known.is_some_and(|identity| identity.has_unlock_code),
        readable_until: known.and_then(|identity| identity.readable_until).map(text),
        offline: known.is_some_and(|identity| identity.line == PlatformLine::Offline),
        waiting: known.map(|identity| count(identity.waiting)),
        prefetch_paused: desk.is_prefetch_paused(),
        recovered: known.and_then(|identity| identity.recovered).map(count),
        revoked: desk.was_revoked(),
        locked: locked.map(|locked| locked_desk(&locked)),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// A QR code as one path: a run of dark modules is one rectangle.
pub(crate) fn totp_secret(secret: &wire::TotpSecret) -> Result<TotpSecretView, QrError> {
    use std::fmt::Write as _;
    let code = qrcode::QrCode::new(&secret.uri)?;
    let size = code.width();
    let colours = code.to_colors();
    let mut path = String::new();
    for (y, row) in colours.chunks(size).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(PartialEq::eq) {
            if run.first() == Some(&qrcode::Color::Dark) {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{x} {y}h{}v1H{x}z", run.len());
            }
            x += run.len();
        }
    }
    let groups: Vec<String> = secret
        .secret
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    Ok(TotpSecretView {
        key: groups.join(" "),
        qr_size: count(size),
        qr_path: path,
    })
}

pub(crate) fn devices(devices: Vec<wire::Device>) -> DeviceListView {
    let mut items: Vec<DeviceRow> = devices
        .into_iter()
        .map(|device| DeviceRow {
            device: device.device_id.to_string(),
            name: device.name,
            enrolled_at: text(device.enrolled_at),
            last_seen: device.last_seen.map(text),
            signed_in: device.signed_in,
            revoked_at: device.revoked_at.map(text),
            current: device.current,
        })
        .collect();
    items.sort_by_key(|row| (row.revoked_at.is_some(), !row.current));
    DeviceListView { items }
}

pub(crate) fn passkeys(passkeys: Vec<wire::Passkey>) -> PasskeyListView {
    let items = passkeys.into_iter().map(|passkey| PasskeyRow {
        passkey: passkey.id.to_string(),
        name: passkey.name,
        enrolled_at: text(passkey.enrolled_at),
        last_used_at: passkey.last_used_at.map(text),
    });
    PasskeyListView {
        items: items.collect(),
    }
}

fn locked_desk(locked: &LockedDesk) -> LockedView {
    let (reason, idle) = match locked.reason {
        LockReason::Asked => (LockReasonView::Asked, None),
        LockReason::Idle(after) => (LockReasonView::Idle, Some(after.as_secs() / 60)),
        LockReason::System => (LockReasonView::System, None),
        LockReason::Sleep => (LockReasonView::Sleep, None),
    };
    LockedView {
        name: locked.expert.name.clone(),
        at: text(locked.at),
        reason,
        idle_minutes: idle.and_then(|minutes| u32::try_from(minutes).ok()),
        attempts_left: locked.attempts_left,
        unsent: count(locked.unsent),
    }
}

pub(crate) fn worklist(list: &Worklist) -> WorklistView {
    let mut offers: Vec<OfferView> = list.offers.iter().map(|o| offer(o, list)).collect();
    offers.sort_by(|a, b| a.answer_before.cmp(&b.answer_before));
    let cases = list.cases.iter().map(AsRef::as_ref);
    let (signed, writing): (Vec<&CaseSummary>, Vec<&CaseSummary>) =
        cases.partition(|case| is_signed(&case.assignment, case.submission.as_ref()));
    let mut in_progress: Vec<CaseRow> = writing.iter().map(|c| case_row(c, list.now)).collect();
    in_progress.sort_by(|a, b| a.due_at.cmp(&b.due_at));
    let mut signed: Vec<SignedRow> = signed.into_iter().filter_map(signed_row).collect();
    signed.sort_by(|a, b| b.signed_at.cmp(&a.signed_at));
    WorklistView {
        now: text(list.now),
        offers,
        in_progress,
        signed,
        left_out: list.left_out.iter().map(left_out).collect(),
        closed: count(list.over),
        updated_at: list.read_at.map(text),
    }
}

fn is_signed(assignment: &wire::Assignment, submission: Option<&Submission>) -> bool {
    submission.is_some() || assignment.state.known().is_some_and(State::is_answered)
}

fn left_out(assignment: &wire::Assignment) -> LeftOutRow {
    LeftOutRow {
        assignment: assignment.id.to_string(),
        case_ref: assignment.case_ref.clone(),
        subject: assignment.offer.subject.clone(),
        due_at: assignment.due_at.map(text),
    }
}

pub(crate) fn outbox(waiting: Vec<Waiting>) -> OutboxView {
    let items = waiting.into_iter().map(|waiting| WaitingRow {
        id: waiting.id.map(|id| id.to_string()),
        assignment: waiting.case.to_string(),
        case_ref: waiting.case_ref,
        kind: waiting_kind(waiting.kind),
        at: text(waiting.at),
        refused: waiting.refused.is_some(),
    });
    OutboxView {
        items: items.collect(),
    }
}

fn waiting_kind(kind: WaitingKind) -> WaitingKindView {
    match kind {
        WaitingKind::Acceptance => WaitingKindView::Acceptance,
        WaitingKind::Decline => WaitingKindView::Decline,
        WaitingKind::Report => WaitingKindView::Report,
    }
}

fn offer(offer: &wire::Assignment, list: &Worklist) -> OfferView {
    let (facts, now) = (&offer.offer, list.now);
    let decided = list
        .waiting
        .iter()
        .find(|waiting| waiting.case == offer.id && waiting.refused.is_none());
    OfferView {
        assignment: offer.id.to_string(),
        case_ref: offer.case_ref.clone(),
        pathology: facts.pathology.clone(),
        sex: sex(facts.sex),
        age_from: facts.age_from,
        age_to: facts.age_to,
        represented: facts.represented.map(represented),
        question: facts.question.clone(),
        first_opinion_by: facts.first_opinion_by.clone(),
        pieces: facts.pieces,
        pages: facts.pages,
        series: facts.series,
        bytes: facts.bytes,
        reading_minutes: facts.reading_minutes,
        answer_before: text(offer.answer_before),
        urgency: urgency(Some(offer.answer_before), now),
        due_if_accepted: text(now.checked_add(DUE_AFTER).unwrap_or(now)),
        required: offer.required_documents.iter().map(required).collect(),
        decided: decided.map(|waiting| waiting_kind(waiting.kind)),
    }
}

fn case_row(case: &CaseSummary, now: Timestamp) -> CaseRow {
    let assignment = &case.assignment;
    let patient = assignment.patient.as_ref();
    CaseRow {
        assignment: assignment.id.to_string(),
        case_ref: assignment.case_ref.clone(),
        subject: assignment.offer.subject.clone(),
        sex: sex(assignment.offer.sex),
        age: patient.and_then(|p| years(p, now)),
        represented: assignment.offer.represented.map(represented),
        due_at: assignment.due_at.map(text),
        urgency: urgency(assignment.due_at, now),
        pieces_seen: count(case.pieces_seen),
        pieces_opened: count(case.pieces_opened),
        pieces: count(case.pieces),
        fields_filled: count(case.fields_filled),
        fields: count(case.fields),
        answers: count(case.answers),
        questions: count(case.questions),
        started: case.started,
        reception: summed_reception(case),
    }
}

/// Of a case that is wholly here nothing but its bytes is kept.
fn summed_reception(case: &CaseSummary) -> ReceptionView {
    if case.receptions.is_empty() && case.pieces > 0 {
        return ReceptionView {
            state: ReceptionState::Complete,
            received: case.bytes,
            total: case.bytes,
            seconds_left: None,
            failure: None,
            thrown_away: 0,
        };
    }
    whole_reception(case.receptions.iter())
}

fn signed_row(case: &CaseSummary) -> Option<SignedRow> {
    let assignment = &case.assignment;
    let submission = case.submission.as_ref();
    let received = submission
        .and_then(|s| s.receipt.as_ref())
        .map(|receipt| receipt.received_at)
        .or(assignment.available_at);
    Some(SignedRow {
        assignment: assignment.id.to_string(),
        case_ref: assignment.case_ref.clone(),
        subject: assignment.offer.subject.clone(),
        signed_at: text(
            submission
                .map(|s| s.signed_at)
                .or(assignment.available_at)?,
        ),
        received_at: received.map(text),
        readable_until: assignment.purge_after.map(text),
    })
}

pub(crate) fn case(case: &Case, now: Timestamp) -> Result<CaseView, CaseError> {
    let assignment = &case.assignment;
    let patient = assignment.patient.as_ref().ok_or(CaseError::State)?;
    Ok(CaseView {
        assignment: assignment.id.to_string(),
        case_ref: assignment.case_ref.clone(),
        patient: PatientView {
            family_name: patient.family_name.clone(),
            given_name: patient.given_name.clone(),
            sex: sex(patient.sex),
            birth_date: patient.birth_date.to_string(),
            age: years(patient, now),
            identity_qualified: patient.identity_status == wire::IdentityStatus::Qualified,
            representative: patient
                .representative
                .as_ref()
                .map(|person| RepresentativeView {
                    kind: represented(person.kind),
                    name: person.name.clone(),
                    capacity: person.capacity.clone(),
                    informed_on: person.informed_on.to_string(),
                }),
        },
        treating_physician: assignment
            .treating_physician
            .as_ref()
            .map(|p| p.name.clone()),
        sharing_granted: assignment.consents.share_with_treating_physician.state
            == wire::ConsentState::Granted,
        question: assignment.offer.question.clone(),
        questions: assignment
            .questions
            .iter()
            .map(|q| QuestionView {
                id: q.id.to_string(),
                text: q.text.clone(),
            })
            .collect(),
        due_at: assignment.due_at.map(text),
        urgency: urgency(assignment.due_at, now),
        writable: !is_signed(assignment, case.submission.as_ref())
            && assignment.state.known().is_some_and(State::is_writable),
        signed: is_signed(assignment, case.submission.as_ref()),
        report: case.submission.as_ref().map(|submission| ReportRow {
            id: submission.report_id.to_string(),
            version: submission.version,
            signed_at: text(submission.signed_at),
        }),
        pieces: case
            .timeline()
            .into_iter()
            .map(|document| piece(case, document))
            .collect(),
        annotations: case.work.annotations.values().map(annotation).collect(),
        missing: assignment
            .required_documents
            .iter()
            .filter(|document| !document.present)
            .map(required)
            .collect(),
        reception: whole_reception(case.receptions.values()),
        content: serde_json::to_value(&case.work.content)?,
        saved_at: case.work.saved_at.map(text),
        remaining: remaining(case),
        damaged: case.work.damaged,
    })
}

fn piece(case: &Case, document: &wire::Document) -> PieceRow {
    let seen = case.work.seen.get(&document.id);
    PieceRow {
        id: document.id.to_string(),
        number: document.number,
        title: document.title.clone(),
        media_type: document.media_type.clone(),
        author: document.author.clone(),
        from_patient: document.origin == wire::Origin::Patient,
        clinical_date: case.clinical_date(document).to_string(),
        filed_date: document.clinical_date.to_string(),
        read_date: case
            .work
            .dates_read
            .get(&document.id)
            .map(ToString::to_string),
        pages: document.pages,
        pages_seen: seen.map_or_else(Vec::new, |pages| {
            pages.range(1..=document.pages).copied().collect()
        }),
        turned: case
            .work
            .turned
            .range((document.id, 1)..=(document.id, document.pages))
            .map(|(&(_, page), &turns)| TurnView { page, turns })
            .collect(),
        kind: kind(document),
        reception: case
            .receptions
            .get(&document.id)
            .map_or_else(|| absent(document.sealed_size), reception),
    }
}

/// The kind of paper that a CI-SIS type code (`JDV_J07`) stands for.
fn kind(document: &wire::Document) -> PieceKind {
    match document.type_code.as_str() {
        // Report of imaging; illustration that is no DICOM; reference of DICOM objects.
        "18748-4" | "52040-3" | "IMG-KOS" => PieceKind::Imaging,
        "60568-3" => PieceKind::Pathology,
        "11502-2" => PieceKind::Laboratory,
        // Consultation, multidisciplinary meeting, operation, stay, summary, telemedicine.
        "11488-4" | "34794-8" | "34874-8" | "34112-3" | "60591-5" | "85208-7" => PieceKind::Report,
        // Liaison, referral, request for telemedicine.
        "11490-0" | "96349-6" | "75496-0" => PieceKind::Letter,
        _ => PieceKind::Other,
    }
}

fn annotation(kept: &KeptAnnotation) -> AnnotationView {
    let mark = &kept.annotation;
    let place = |place: &Place| PlaceView {
        x: place.x,
        y: place.y,
        width: place.width,
        height: place.height,
    };
    AnnotationView {
        id: mark.id.to_string(),
        piece: mark.piece.to_string(),
        page: mark.page,
        kind: match mark.kind {
            AnnotationKind::Highlight => AnnotationKindView::Highlight,
            AnnotationKind::Box => AnnotationKindView::Box,
            AnnotationKind::Note => AnnotationKindView::Note,
            AnnotationKind::KeyImage => AnnotationKindView::KeyImage,
        },
        places: mark.places.iter().map(place).collect(),
        text: mark.text.clone(),
    }
}

fn absent(total: u64) -> ReceptionView {
    ReceptionView {
        state: ReceptionState::Absent,
        received: 0,
        total,
        seconds_left: None,
        failure: None,
        thrown_away: 0,
    }
}

fn reception(reception: &PieceReception) -> ReceptionView {
    ReceptionView {
        state: match reception.state {
            DeskReception::Absent => ReceptionState::Absent,
            DeskReception::Receiving => ReceptionState::Receiving,
            DeskReception::Stopped => ReceptionState::Stopped,
            DeskReception::Complete => ReceptionState::Complete,
        },
        received: reception.received,
        total: reception.total,
        seconds_left: seconds_left(
            reception.total.saturating_sub(reception.received),
            reception.rate,
        ),
        failure: reception.failure.as_ref().map(|error| error.told().0),
        thrown_away: reception.thrown_away,
    }
}

fn seconds_left(missing: u64, rate: Option<f64>) -> Option<u32> {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate"
    )]
    let seconds = |rate: f64| (missing as f64 / rate).ceil() as u32;
    rate.filter(|rate| *rate > 0.0).map(seconds)
}

/// The reception of the case as a whole: what moves shows, else what stopped, else what is missing.
fn whole_reception<'r>(
    receptions: impl Iterator<Item = &'r PieceReception> + Clone,
) -> ReceptionView {
    let pieces: Vec<ReceptionView> = receptions.clone().map(reception).collect();
    let any = |state| pieces.iter().any(|piece| piece.state == state);
    let state = match () {
        () if any(ReceptionState::Receiving) => ReceptionState::Receiving,
        () if any(ReceptionState::Stopped) => ReceptionState::Stopped,
        () if any(ReceptionState::Absent) || pieces.is_empty() => ReceptionState::Absent,
        () => ReceptionState::Complete,
    };
    let received = pieces.iter().map(|piece| piece.received).sum();
    let total = pieces.iter().map(|piece| piece.total).sum();
    // Those that come at the same time share the line.
    let rate = receptions.filter_map(|piece| piece.rate);
    let rate = rate.reduce(|all, one| all + one);
    ReceptionView {
        state,
        received,
        total,
        seconds_left: seconds_left(total.saturating_sub(received), rate),
        failure: pieces.iter().find_map(|piece| piece.failure),
        thrown_away: pieces.iter().map(|piece| piece.thrown_away).sum(),
    }
}

pub(crate) fn document(opened: &OpenDocument) -> DocumentView {
    DocumentView {
        handle: opened.handle.clone(),
        pages: u32::try_from(opened.outline.pages.len()).unwrap_or(u32::MAX),
        sizes: sizes(&opened.outline.pages),
        scalable: opened
            .outline
            .pages
            .iter()
            .any(|page| page.pixels.is_none()),
        truncated: opened.outline.truncated,
        laid_out: opened.outline.laid_out,
        images: opened.outline.format == Format::Dicom,
        first_image: opened.first_image,
        partial: opened.is_partial,
    }
}

/// The second screen.
pub(crate) fn second(shown: Option<SecondScreen>) -> SecondView {
    let Some(shown) = shown else {
        return SecondView {
            shown: None,
            cited: None,
        };
    };
    SecondView {
        shown: Some(SecondRow {
            assignment: shown.case.to_string(),
            piece: shown.piece.to_string(),
            page: shown.page,
        }),
        cited: shown.cited.map(|cited| SecondCitationRow {
            number: cited.number,
            piece: cited.piece.to_string(),
            page: cited.page,
        }),
    }
}

/// The images of a document.
pub(crate) fn images(images: OwnedImages) -> ImagesView {
    let LeftOut {
        damaged,
        reports,
        waveforms,
        notes,
    } = images.left_out;
    ImagesView {
        stacks: images.stacks.into_iter().map(stack).collect(),
        hanging: images
            .hanging
            .iter()
            .map(|hung| HungView {
                stack: hung.stack,
                window: hung.window,
                inverted: hung.is_inverted,
            })
            .collect(),
        left_out: LeftOutView {
            damaged,
            reports,
            waveforms,
            notes,
        },
    }
}

fn stack(OwnedStack { stack, owners }: OwnedStack) -> StackView {
    let identity = |(identity, owner): (Identity, ImageOwner)| ImageIdentityView {
        name: identity.name,
        id: identity.id,
        birth_date: day(&identity.birth_date),
        sex: identity.sex,
        owner: match owner {
            ImageOwner::Patient => ImageOwnerView::Patient,
            ImageOwner::Unnamed => ImageOwnerView::Unnamed,
            ImageOwner::Uncompared => ImageOwnerView::Uncompared,
            ImageOwner::Another => ImageOwnerView::Another,
        },
    };
    let told = |text: String| Some(text).filter(|text| !text.is_empty());
    let begins = beginning(&stack.slices);
    let slice = |mut slice: ImageSlice| SliceView {
        instance: slice.instance.split_off(begins),
        frame: Some(slice.frame).filter(|frame| *frame != 1),
        number: slice.number,
        identity: Some(slice.identity).filter(|index| *index != 0),
        position: slice.position,
        lossy: slice.is_lossy.then_some(true),
        annotated: slice.is_annotated.then_some(true),
        laterality: told(slice.laterality),
        view: told(slice.view),
        towards: slice.towards,
    };
    let first = stack.slices.first();
    let instances = first.and_then(|first| first.instance.get(..begins));
    let instances = instances.unwrap_or_default().to_owned();
    let series = stack.series;
    StackView {
        first: stack.first + 1,
        study: series.study,
        study_description: series.study_description,
        series: series.series,
        number: series.number,
        description: series.description,
        modality: series.modality,
        body_part: series.body_part,
        frame_of_reference: series.frame_of_reference,
        date: day(&series.date),
        identities: stack
            .identities
            .into_iter()
            .zip(owners)
            .map(identity)
            .collect(),
        orientation: stack.orientation,
        instances,
        slices: stack.slices.into_iter().map(slice).collect(),
        placed: stack.is_placed,
        step: stack.step,
        missing: stack.gaps.iter().map(|gap| gap.missing).sum(),
        gaps: stack.gaps.iter().map(|gap| gap.after + 1).collect(),
        duplicates: stack.duplicates,
        copies: stack.copies,
        frame_time: stack.frame_time,
    }
}

/// How many bytes the names of all begin with alike.
fn beginning(slices: &[ImageSlice]) -> usize {
    let Some((first, others)) = slices.split_first() else {
        return 0;
    };
    let first = first.instance.as_bytes();
    let alike = |other: &ImageSlice| {
        let pairs = first.iter().zip(other.instance.as_bytes());
        pairs.take_while(|(one, other)| one == other).count()
    };
    let most = others.iter().map(alike).fold(first.len(), usize::min);
    // A name of digits and dots has no letter of several bytes; one that is none may be cut within such a letter.
    let is_cut = |slice: &ImageSlice| !slice.instance.is_char_boundary(most);
    if slices.iter().any(is_cut) { 0 } else { most }
}

/// `YYYYMMDD` as other dates are told; nothing for what is no day.
fn day(date: &str) -> Option<String> {
    let date = jiff::civil::Date::strptime("%Y%m%d", date.replace(['.', '-'], "")).ok()?;
    Some(date.to_string())
}

/// The outline of a document.
pub(crate) fn outline(entries: Vec<OutlineEntry>) -> OutlineView {
    let row = |entry: OutlineEntry| OutlineRow {
        title: entry.title,
        level: entry.level,
        page: entry.page.map(|page| page + 1),
    };
    OutlineView {
        entries: entries.into_iter().map(row).collect(),
    }
}

/// The words of a page.
pub(crate) fn page_words(words: PageWords) -> PageWordsView {
    let line = |line: TextLine| LineView {
        text: line.text,
        x: line.x,
        y: line.y,
        width: line.width,
        height: line.height,
    };
    let way = |link: Link| LinkView {
        x: link.x,
        y: link.y,
        width: link.width,
        height: link.height,
        page: link.page + 1,
    };
    PageWordsView {
        lines: words.lines.into_iter().map(line).collect(),
        links: words.links.into_iter().map(way).collect(),
    }
}

/// Pages of one size follow each other: told once, the list of thousands is short.
fn sizes(pages: &[PageSize]) -> Vec<PageSizeView> {
    let same = |a: &PageSize, b: &PageSize| (a.width_pt, a.height_pt) == (b.width_pt, b.height_pt);
    let runs = pages.chunk_by(same);
    let runs = runs.filter_map(|run| Some((run.first()?, run.len())));
    runs.map(|(page, count)| PageSizeView {
        width: f64::from(page.width_pt) * CSS_PER_POINT,
        height: f64::from(page.height_pt) * CSS_PER_POINT,
        count: u32::try_from(count).unwrap_or(u32::MAX),
    })
    .collect()
}

pub(crate) fn remaining(case: &Case) -> Vec<FieldView> {
    case.fields()
        .into_iter()
        .filter(|(_, filled)| !filled)
        .map(|(f, _)| field(f))
        .collect()
}

fn field(field: MandatoryField) -> FieldView {
    match field {
        MandatoryField::Summary => FieldView::Summary,
        MandatoryField::Analysis => FieldView::Analysis,
        MandatoryField::Answer(question) => FieldView::Answer {
            question: question.to_string(),
        },
        MandatoryField::Conclusion => FieldView::Conclusion,
        MandatoryField::Certainty => FieldView::Certainty,
        MandatoryField::Agreement => FieldView::Agreement,
        MandatoryField::Examinations => FieldView::Examinations,
        MandatoryField::Gravity => FieldView::Gravity,
        MandatoryField::Limits => FieldView::Limits,
        MandatoryField::Acts => FieldView::Acts,
        MandatoryField::Participants => FieldView::Participants,
        MandatoryField::Incidents => FieldView::Incidents,
    }
}

fn filled(fields: &[(MandatoryField, bool)]) -> u32 {
    count(fields.iter().filter(|(_, filled)| *filled).count())
}

/// Questions answered, and questions.
fn answers(fields: &[(MandatoryField, bool)]) -> (u32, u32) {
    let answers = || {
        fields
            .iter()
            .filter(|(f, _)| matches!(f, MandatoryField::Answer(_)))
    };
    (
        count(answers().filter(|(_, filled)| *filled).count()),
        count(answers().count()),
    )
}

pub(crate) fn check(check: &Check) -> CheckView {
    let (answers, questions) = answers(&check.fields);
    CheckView {
        blocking: check.blocking().map(field).collect(),
        to_confirm: check
            .to_confirm
            .iter()
            .map(|point| PointView {
                id: point.id.clone(),
                kind: match point.kind {
                    DeskPoint::PieceNeverOpened => PointKind::PieceNeverOpened,
                    DeskPoint::PagesNeverSeen => PointKind::PagesNeverSeen,
                    DeskPoint::PieceMissing => PointKind::PieceMissing,
                },
                number: point.piece.map(|(_, number)| number),
                title: point.title.clone(),
                pages_unseen: point.pages_unseen,
                piece: point.piece.map(|(piece, _)| piece.to_string()),
            })
            .collect(),
        fields_filled: filled(&check.fields),
        fields: count(check.fields.len()),
        answers,
        questions,
        citations: count(check.citations),
        citations_found: count(check.citations_found),
        pages_seen: check.pages_seen,
        pages: check.pages,
        gravity: check.case.work.content.gravity,
        sharing_granted: check.sharing_granted,
        checked_at: text(check.checked_at),
    }
}

pub(crate) fn frozen(frozen: &Frozen) -> FrozenView {
    FrozenView {
        document: document(&frozen.document),
        sha256: frozen.sha256.clone(),
        size: count(frozen.size),
        frozen_at: text(frozen.frozen_at),
        version: frozen.version,
    }
}

pub(crate) fn submitted(submitted: Submitted) -> SubmissionView {
    let waiting = submitted.waiting.map(Into::into);
    submission(&submitted.submission, waiting)
}

pub(crate) fn submission(
    submission: &Submission,
    waiting: Option<crate::Failure>,
) -> SubmissionView {
    SubmissionView {
        signed_at: text(submission.signed_at),
        receipt: submission.receipt.as_ref().map(receipt),
        waiting,
    }
}

fn receipt(receipt: &wire::Receipt) -> ReceiptView {
    ReceiptView {
        reference: receipt.reference.clone(),
        version: receipt.version,
        signed_at: text(receipt.signed_at),
        timestamped_at: text(receipt.timestamped_at),
        received_at: text(receipt.received_at),
        available_at: text(receipt.available_at),
        readable_until: text(receipt.purge_after),
        signer: receipt.signer.clone(),
        signer_rpps: receipt.signer_rpps.clone(),
        file_digest: receipt.digests.file.clone(),
        signed_digest: receipt.digests.signed.clone(),
        content_digest: receipt.digests.content.clone(),
        size: u32::try_from(receipt.size).unwrap_or(u32::MAX),
    }
}

pub(crate) fn accesses(accesses: Accesses, desk: &Desk) -> AccessListView {
    let identity = desk.identity();
    let who = identity.as_ref().map(|i| i.expert.name.clone());
    let device = identity.as_ref().map(|i| i.device.name.clone());
    let waiting = accesses.undelivered.into_iter().map(|event| AccessRow {
        at: text(event.at),
        who: who.clone().unwrap_or_default(),
        role: "expert".to_owned(),
        action: event.action,
        count: None,
        device: device.clone(),
        offline: event.offline,
        delivered: false,
    });
    let mut items: Vec<AccessRow> = waiting.collect();
    let whole = accesses.delivered.is_some();
    items.extend(accesses.delivered.into_iter().flatten().map(access));
    AccessListView { items, whole }
}

fn access(access: wire::Access) -> AccessRow {
    AccessRow {
        at: text(access.at),
        who: access.who,
        role: access.role,
        action: access.action,
        count: access.count,
        device: access.device,
        offline: access.offline,
        delivered: true,
    }
}

fn required(document: &wire::RequiredDocument) -> RequiredView {
    RequiredView {
        label: document.label.clone(),
        present: document.present,
        detail: document.detail.clone(),
    }
}

fn sex(sex: wire::Sex) -> SexView {
    match sex {
        wire::Sex::Female => SexView::Female,
        wire::Sex::Male => SexView::Male,
        wire::Sex::Unknown => SexView::Unknown,
    }
}

fn represented(kind: wire::RepresentedKind) -> RepresentedView {
    match kind {
        wire::RepresentedKind::Minor => RepresentedView::Minor,
        wire::RepresentedKind::ProtectedAdult => RepresentedView::ProtectedAdult,
    }
}

fn urgency(due: Option<Timestamp>, now: Timestamp) -> Urgency {
    match due.map(|due| Deadline(due).remaining(now)) {
        None | Some(Remaining::Calm(_)) => Urgency::Calm,
        Some(Remaining::Pressing(_)) => Urgency::Pressing,
        Some(Remaining::Late(_)) => Urgency::Late,
    }
}

fn years(patient: &wire::Patient, now: Timestamp) -> Option<u8> {
    age(patient.birth_date, now.to_zoned(TimeZone::UTC).date())
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn text(at: Timestamp) -> String {
    at.to_string()
}

/// What was found in a case.
pub(crate) fn found(found: Found) -> FoundView {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let row = |hit: Hit| {
        let [x, y, width, height] = hit.place;
        HitRow {
            piece: hit.piece.to_string(),
            page: hit.page,
            before: hit.before,
            found: hit.found,
            after: hit.after,
            x,
            y,
            width,
            height,
            recognised: hit.recognised,
        }
    };
    let written = |hit: WrittenHit| WrittenHitRow {
        place: written_place(hit.place),
        before: hit.before,
        found: hit.found,
        after: hit.after,
    };
    FoundView {
        written: found.written.into_iter().map(written).collect(),
        total: count(found.total),
        unread: count(found.unread),
        wordless: count(found.wordless),
        recognising: count(found.recognising),
        recognition_missing: found.recognition_missing,
        hits: found.hits.into_iter().map(row).collect(),
    }
}

fn written_place(place: WrittenPlace) -> WrittenPlaceView {
    match place {
        WrittenPlace::MainQuestion => WrittenPlaceView::Question { question: None },
        WrittenPlace::Question(question) => WrittenPlaceView::Question {
            question: Some(question.to_string()),
        },
        WrittenPlace::Note {
            annotation,
            piece,
            page,
        } => WrittenPlaceView::Note {
            annotation: annotation.to_string(),
            piece: piece.to_string(),
            page,
        },
        WrittenPlace::Opinion(section) => WrittenPlaceView::Opinion {
            field: field(section),
        },
    }
}
