//! The commands themselves: a request in, a view or a failure out. All have one shape, whether they wait for something or not.

#![allow(
    clippy::unused_async,
    clippy::wildcard_imports,
    reason = "one shape for every command, and every request and view at hand"
)]

use std::sync::Arc;

use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use relecture_crypto::seal_once;
use relecture_desk::{
    Annotation, AnnotationKind, BrowserWay, CaseError, Desk, FirstPage, Hung, LockReason, Place,
    wire::{CibaChannel, InterestDeclaration},
};
use serde::Serialize;
use uuid::Uuid;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    Failure,
    failure::{NoDate, NoIdentifier, OutsideSchema},
    page::WIDEST,
    request::*,
    show,
    view::*,
};

type Answer<T> = Result<T, Failure>;

fn id(text: &str) -> Answer<Uuid> {
    Ok(Uuid::parse_str(text).map_err(|_| NoIdentifier)?)
}

/// See the command table.
pub async fn session_view(desk: &Arc<Desk>, _: NoRequest) -> Answer<SessionView> {
    Ok(show::session(desk))
}

/// See the command table.
pub async fn session_sign_in(desk: &Arc<Desk>, mut request: SignInRequest) -> Answer<SessionView> {
    let code = digits(&request.code);
    let signed_in = desk
        .sign_in(
            request.email.trim(),
            &request.password,
            &code,
            request.recovery,
        )
        .await;
    request.password.zeroize();
    request.code.zeroize();
    signed_in?;
    Ok(show::session(desk))
}

/// See the command table.
pub async fn sign_in_ways(desk: &Arc<Desk>, _: NoRequest) -> Answer<SignInWaysView> {
    let ways = desk.sign_in_ways().await?;
    Ok(SignInWaysView {
        pro_sante_connect: ways.pro_sante_connect,
        platform_account: ways.platform_account,
        passkey: ways.passkey,
    })
}

/// See the command table.
pub async fn browser_sign_in(desk: &Arc<Desk>, request: BrowserRequest) -> Answer<SessionView> {
    desk.sign_in_by_browser(way(request)).await?;
    Ok(show::session(desk))
}

fn way(request: BrowserRequest) -> BrowserWay {
    match request.way {
        BrowserWayRequest::ProSanteConnect => BrowserWay::ProSanteConnect,
        BrowserWayRequest::Passkey => BrowserWay::Passkey,
    }
}

/// See the command table.
pub async fn browser_confirm(desk: &Arc<Desk>, request: BrowserRequest) -> Answer<SessionView> {
    desk.confirm_by_browser(way(request)).await?;
    Ok(show::session(desk))
}

/// See the command table.
pub async fn ciba_begin(desk: &Arc<Desk>, request: CibaBeginRequest) -> Answer<CibaView> {
    let channel = if request.card {
        CibaChannel::Card
    } else {
        CibaChannel::Mobile
    };
    // The national identifier of a physician of the RPPS is 8 and his number; both are typed.
    let typed: String = request
        .rpps
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let national_id = if typed.len() == RPPS_LENGTH {
        format!("8{typed}")
    } else {
        typed
    };
    let begun = desk.begin_ciba(&national_id, channel).await?;
    Ok(CibaView {
        display_code: begun.display_code,
        expires_in: begun.expires_in,
    })
}

/// Digits of an RPPS number.
const RPPS_LENGTH: usize = 11;

/// See the command table.
pub async fn ciba_wait(desk: &Arc<Desk>, _: NoRequest) -> Answer<SessionView> {
    desk.wait_ciba().await?;
    Ok(show::session(desk))
}

/// See the command table.
pub async fn sign_in_give_up(desk: &Arc<Desk>, _: NoRequest) -> Answer<Done> {
    desk.give_up_sign_in();
    Ok(Done {})
}

/// See the command table.
pub async fn totp_enrol(desk: &Arc<Desk>, _: NoRequest) -> Answer<TotpSecretView> {
    Ok(show::totp_secret(&desk.enrol_totp().await?)?)
}

/// See the command table.
pub async fn totp_confirm(
    desk: &Arc<Desk>,
    mut request: TotpConfirmRequest,
) -> Answer<TotpConfirmedView> {
    let confirmed = desk.confirm_totp(&digits(&request.code)).await;
    request.code.zeroize();
    Ok(TotpConfirmedView {
        recovery_codes: confirmed?,
    })
}

/// See the command table.
pub async fn password_change(
    desk: &Arc<Desk>,
    mut request: PasswordChangeRequest,
) -> Answer<SessionView> {
    let changed = desk.change_password(&request.password).await;
    request.password.zeroize();
    changed?;
    Ok(show::session(desk))
}

/// See the command table.
pub async fn session_confirm(desk: &Arc<Desk>, mut request: SignInRequest) -> Answer<SessionView> {
    let code = digits(&request.code);
    let confirmed = desk
        .confirm(request.email.trim(), &request.password, &code)
        .await;
    request.password.zeroize();
    request.code.zeroize();
    confirmed?;
    Ok(show::session(desk))
}

/// A code is often typed as "123 456".
fn digits(code: &str) -> Zeroizing<String> {
    Zeroizing::new(code.chars().filter(|c| !c.is_whitespace()).collect())
}

/// See the command table.
pub async fn session_sign_out(desk: &Arc<Desk>, _: NoRequest) -> Answer<SessionView> {
    desk.sign_out().await;
    Ok(show::session(desk))
}

/// See the command table.
pub async fn session_lock(desk: &Arc<Desk>, _: NoRequest) -> Answer<SessionView> {
    desk.lock(LockReason::Asked);
    Ok(show::session(desk))
}

/// See the command table.
pub async fn session_unlock(
    desk: &Arc<Desk>,
    mut request: UnlockCodeRequest,
) -> Answer<SessionView> {
    let unlocked = desk.unlock(&request.code).await;
    request.code.zeroize();
    unlocked?;
    Ok(show::session(desk))
}

/// See the command table.
pub async fn session_work_offline(
    desk: &Arc<Desk>,
    mut request: WorkOfflineRequest,
) -> Answer<SessionView> {
    let done = desk.work_offline(request.email.trim(), &request.code).await;
    request.code.zeroize();
    done?;
    Ok(show::session(desk))
}

/// See the command table.
pub async fn session_touch(desk: &Arc<Desk>, _: NoRequest) -> Answer<Done> {
    desk.touch();
    Ok(Done {})
}

/// See the command table.
pub async fn unlock_code_choose(
    desk: &Arc<Desk>,
    mut request: UnlockCodeRequest,
) -> Answer<SessionView> {
    let chosen = desk.choose_unlock_code(&request.code).await;
    request.code.zeroize();
    chosen?;
    Ok(show::session(desk))
}

/// See the command table.
pub async fn device_list(desk: &Arc<Desk>, _: NoRequest) -> Answer<DeviceListView> {
    Ok(show::devices(desk.devices().await?))
}

/// See the command table.
pub async fn device_revoke(desk: &Arc<Desk>, request: DeviceRequest) -> Answer<Done> {
    desk.revoke_device(id(&request.device)?).await?;
    Ok(Done {})
}

/// See the command table.
pub async fn passkey_list(desk: &Arc<Desk>, _: NoRequest) -> Answer<PasskeyListView> {
    Ok(show::passkeys(desk.passkeys().await?))
}

/// See the command table.
pub async fn passkey_add(desk: &Arc<Desk>, _: NoRequest) -> Answer<Done> {
    desk.add_passkey().await?;
    Ok(Done {})
}

/// See the command table.
pub async fn passkey_remove(desk: &Arc<Desk>, request: PasskeyRequest) -> Answer<Done> {
    desk.remove_passkey(id(&request.passkey)?).await?;
    Ok(Done {})
}

/// See the command table.
pub async fn worklist_view(desk: &Arc<Desk>, _: NoRequest) -> Answer<WorklistView> {
    Ok(show::worklist(&desk.worklist().await?))
}

/// See the command table.
pub async fn offer_accept(desk: &Arc<Desk>, request: OfferAcceptRequest) -> Answer<DecidedView> {
    let interest = match request.declared_interest {
        Some(statement) => InterestDeclaration::Declared { statement },
        None => InterestDeclaration::None,
    };
    let sent = desk.accept(id(&request.assignment)?, interest).await?;
    Ok(DecidedView { sent })
}

/// See the command table.
pub async fn offer_decline(desk: &Arc<Desk>, request: OfferDeclineRequest) -> Answer<DecidedView> {
    let case = id(&request.assignment)?;
    let sent = desk.decline(case, request.reason).await?;
    Ok(DecidedView { sent })
}

/// See the command table.
pub async fn case_view(desk: &Arc<Desk>, request: CaseRequest) -> Answer<CaseView> {
    let case = desk.case(id(&request.assignment)?).await?;
    Ok(show::case(&case, desk.now())?)
}

/// See the command table.
pub async fn case_receive(desk: &Arc<Desk>, request: CaseRequest) -> Answer<Done> {
    desk.receive(id(&request.assignment)?).await?;
    Ok(Done {})
}

/// See the command table.
pub async fn case_receive_stop(desk: &Arc<Desk>, request: CaseRequest) -> Answer<Done> {
    desk.stop_receiving(id(&request.assignment)?);
    Ok(Done {})
}

/// See the command table.
pub async fn piece_open(desk: &Arc<Desk>, request: PieceOpenRequest) -> Answer<DocumentView> {
    let first = request.first.map(|first| FirstPage {
        number: first.page,
        width: first.width.clamp(1, WIDEST),
        rows: first.rows.map(|rows| rows.clamp(1, WIDEST)),
        quarter_turns: first.turns,
    });
    let opened = desk
        .open_piece(id(&request.assignment)?, id(&request.piece)?, first)
        .await?;
    Ok(show::document(&opened))
}

/// See the command table.
pub async fn piece_unlock(
    desk: &Arc<Desk>,
    mut request: PieceUnlockRequest,
) -> Answer<DocumentView> {
    let password = Zeroizing::new(std::mem::take(&mut request.password));
    let opened = desk
        .unlock_piece(id(&request.assignment)?, id(&request.piece)?, password)
        .await?;
    Ok(show::document(&opened))
}

/// See the command table.
pub async fn case_search(desk: &Arc<Desk>, request: CaseSearchRequest) -> Answer<FoundView> {
    let found = desk
        .search(id(&request.assignment)?, &request.query)
        .await?;
    Ok(show::found(found))
}

/// See the command table.
pub async fn document_close(desk: &Arc<Desk>, request: DocumentRequest) -> Answer<Done> {
    desk.close_document(&request.handle);
    Ok(Done {})
}

/// See the command table.
pub async fn document_outline(desk: &Arc<Desk>, request: DocumentRequest) -> Answer<OutlineView> {
    let entries = desk.document_outline(&request.handle).await?;
    Ok(show::outline(entries))
}

/// See the command table.
pub async fn document_images(desk: &Arc<Desk>, request: DocumentRequest) -> Answer<ImagesView> {
    Ok(show::images(desk.images(&request.handle).await?))
}

/// See the command table.
pub async fn hanging_keep(desk: &Arc<Desk>, request: HangingKeepRequest) -> Answer<Done> {
    let hung = |hung: HungView| Hung {
        stack: hung.stack,
        window: hung.window,
        is_inverted: hung.inverted,
    };
    let places = request.places.into_iter().map(hung).collect();
    desk.keep_hanging(&request.handle, places).await?;
    Ok(Done {})
}

/// See the command table.
pub async fn page_words(desk: &Arc<Desk>, request: PageWordsRequest) -> Answer<PageWordsView> {
    let words = desk.page_words(&request.handle, request.page).await?;
    Ok(show::page_words(words))
}

/// Seals an answer under the key that the window made for it: 32 bytes in base64.
///
/// # Errors
/// No such key.
pub fn seal<View: Serialize>(key: &str, view: &View) -> Answer<SealedView> {
    let mut bytes = Zeroizing::new([0; 32]);
    if BASE64.decode_slice(key, bytes.as_mut_slice()) != Ok(bytes.len()) {
        return Err(NoIdentifier.into());
    }
    let view = Zeroizing::new(serde_json::to_vec(view).map_err(CaseError::from)?);
    Ok(SealedView {
        sealed: BASE64.encode(seal_once(&bytes, &view)),
    })
}

/// See the command table.
pub async fn piece_copy(desk: &Arc<Desk>, request: PieceRequest) -> Answer<Done> {
    desk.copy_words(id(&request.assignment)?, id(&request.piece)?)
        .await?;
    Ok(Done {})
}

/// See the command table.
pub async fn second_view(desk: &Arc<Desk>, _: NoRequest) -> Answer<SecondView> {
    Ok(show::second(desk.second_screen()))
}

/// See the command table.
pub async fn second_show(desk: &Arc<Desk>, request: SecondShowRequest) -> Answer<Done> {
    let (case, piece) = (id(&request.assignment)?, id(&request.piece)?);
    desk.show_on_second_screen(case, piece, request.page)
        .await?;
    Ok(Done {})
}

/// See the command table.
pub async fn second_cite(desk: &Arc<Desk>, request: SecondCiteRequest) -> Answer<Done> {
    desk.cite_from_second_screen(request.page);
    Ok(Done {})
}

/// See the command table.
pub async fn second_close(desk: &Arc<Desk>, _: NoRequest) -> Answer<Done> {
    desk.clear_second_screen(None);
    Ok(Done {})
}

/// See the command table.
pub async fn piece_date(desk: &Arc<Desk>, request: PieceDateRequest) -> Answer<Done> {
    let (case, piece) = (id(&request.assignment)?, id(&request.piece)?);
    let date = request.date.map(|date| date.parse::<jiff::civil::Date>());
    let date = date.transpose().map_err(|_| NoDate)?;
    desk.date_piece(case, piece, date).await?;
    Ok(Done {})
}

/// See the command table.
pub async fn page_turn(desk: &Arc<Desk>, request: PageTurnRequest) -> Answer<Done> {
    let (case, piece) = (id(&request.assignment)?, id(&request.piece)?);
    desk.turn_page(case, piece, request.page, request.turns)
        .await?;
    Ok(Done {})
}

/// See the command table.
pub async fn annotation_keep(desk: &Arc<Desk>, request: AnnotationKeepRequest) -> Answer<Done> {
    let case = id(&request.assignment)?;
    let AnnotationView {
        id: own,
        piece,
        page,
        kind,
        places,
        text,
    } = request.annotation;
    let place = |place: PlaceView| Place {
        x: place.x,
        y: place.y,
        width: place.width,
        height: place.height,
    };
    let annotation = Annotation {
        id: id(&own)?,
        piece: id(&piece)?,
        page,
        kind: match kind {
            AnnotationKindView::Highlight => AnnotationKind::Highlight,
            AnnotationKindView::Box => AnnotationKind::Box,
            AnnotationKindView::Note => AnnotationKind::Note,
            AnnotationKindView::KeyImage => AnnotationKind::KeyImage,
        },
        places: places.into_iter().map(place).collect(),
        text,
    };
    desk.annotate(case, annotation).await?;
    Ok(Done {})
}

/// See the command table.
pub async fn annotation_erase(desk: &Arc<Desk>, request: AnnotationEraseRequest) -> Answer<Done> {
    desk.erase_annotation(id(&request.assignment)?, id(&request.annotation)?)
        .await?;
    Ok(Done {})
}

/// See the command table.
pub async fn page_seen(desk: &Arc<Desk>, request: PageSeenRequest) -> Answer<Done> {
    desk.see_pages(id(&request.assignment)?, id(&request.piece)?, request.pages)
        .await?;
    Ok(Done {})
}

/// See the command table.
pub async fn opinion_write(desk: &Arc<Desk>, request: OpinionWriteRequest) -> Answer<SavedView> {
    let case = id(&request.assignment)?;
    let content = serde_json::from_value(request.content).map_err(OutsideSchema)?;
    let saved_at = desk.write_opinion(case, content).await?;
    let remaining = show::remaining(&desk.case(case).await?);
    Ok(SavedView {
        saved_at: saved_at.to_string(),
        remaining,
    })
}

/// See the command table.
pub async fn opinion_check(desk: &Arc<Desk>, request: CaseRequest) -> Answer<CheckView> {
    Ok(show::check(
        &desk.check_opinion(id(&request.assignment)?).await?,
    ))
}

/// See the command table.
pub async fn opinion_freeze(desk: &Arc<Desk>, request: OpinionFreezeRequest) -> Answer<FrozenView> {
    let frozen = desk
        .freeze_opinion(id(&request.assignment)?, &request.confirmed)
        .await?;
    Ok(show::frozen(&frozen))
}

/// See the command table.
pub async fn opinion_sign(
    desk: &Arc<Desk>,
    mut request: OpinionSignRequest,
) -> Answer<SubmissionView> {
    let code = request.code.take().map(Zeroizing::new);
    let submitted = desk
        .sign_opinion(id(&request.assignment)?, &request.sha256, code)
        .await?;
    Ok(show::submitted(submitted))
}

/// See the command table.
pub async fn submission_send(desk: &Arc<Desk>, request: CaseRequest) -> Answer<SubmissionView> {
    Ok(show::submitted(
        desk.send_report(id(&request.assignment)?).await?,
    ))
}

/// See the command table.
pub async fn submission_view(desk: &Arc<Desk>, request: CaseRequest) -> Answer<SubmissionView> {
    Ok(show::submission(
        &desk.submission(id(&request.assignment)?).await?,
        None,
    ))
}

/// See the command table.
pub async fn report_open(desk: &Arc<Desk>, request: CaseRequest) -> Answer<DocumentView> {
    Ok(show::document(
        &desk.open_report(id(&request.assignment)?).await?,
    ))
}

/// See the command table.
pub async fn access_list(desk: &Arc<Desk>, request: CaseRequest) -> Answer<AccessListView> {
    let accesses = desk.accesses(id(&request.assignment)?).await?;
    Ok(show::accesses(accesses, desk))
}

/// See the command table.
pub async fn case_forget(desk: &Arc<Desk>, request: CaseForgetRequest) -> Answer<Done> {
    desk.forget_case(id(&request.assignment)?, request.written)
        .await?;
    Ok(Done {})
}

/// See the command table.
pub async fn case_take_back(desk: &Arc<Desk>, request: CaseRequest) -> Answer<Done> {
    desk.take_back(id(&request.assignment)?).await?;
    Ok(Done {})
}

/// See the command table.
pub async fn prefetch_pause(desk: &Arc<Desk>, request: PrefetchRequest) -> Answer<SessionView> {
    desk.pause_prefetch(request.paused);
    Ok(show::session(desk))
}

/// See the command table.
pub async fn outbox_view(desk: &Arc<Desk>, _: NoRequest) -> Answer<OutboxView> {
    Ok(show::outbox(desk.outbox().await?))
}

/// See the command table.
pub async fn outbox_send(desk: &Arc<Desk>, _: NoRequest) -> Answer<OutboxView> {
    desk.send_outbox().await?;
    Ok(show::outbox(desk.outbox().await?))
}

/// See the command table.
pub async fn outbox_dismiss(desk: &Arc<Desk>, request: WaitingRequest) -> Answer<OutboxView> {
    desk.dismiss(id(&request.id)?).await?;
    Ok(show::outbox(desk.outbox().await?))
}
