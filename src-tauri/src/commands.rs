//! The commands: each one hands its request to the bridge, and nothing more.

use std::sync::Arc;

use relecture_bridge as bridge;
use relecture_bridge::{Desk, Failure};
use tauri::{Runtime, State, ipc::Invoke};

/// Declares the commands and their handler from one list, that of the bridge's table.
macro_rules! commands {
    ($( $name:ident($request:ident) -> $view:ident $(, $sealed:ident)?; )*) => {
        $( commands!(@command $name $request $view $($sealed)?); )*

        /// Answers every command of the table.
        pub(crate) fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($name),*]
        }
    };
    (@command $name:ident $request:ident $view:ident) => {
        #[tauri::command]
        async fn $name(
            desk: State<'_, Arc<Desk>>,
            request: bridge::$request,
        ) -> Result<bridge::$view, Failure> {
            bridge::$name(&desk, request).await
        }
    };
    (@command $name:ident $request:ident $view:ident sealed) => {
        #[tauri::command]
        async fn $name(
            desk: State<'_, Arc<Desk>>,
            request: bridge::$request,
            key: String,
        ) -> Result<bridge::SealedView, Failure> {
            bridge::seal::<bridge::$view>(&key, &bridge::$name(&desk, request).await?)
        }
    };
}

commands! {
    session_view(NoRequest) -> SessionView;
    session_sign_in(SignInRequest) -> SessionView;
    sign_in_ways(NoRequest) -> SignInWaysView;
    browser_sign_in(BrowserRequest) -> SessionView;
    browser_confirm(BrowserRequest) -> SessionView;
    ciba_begin(CibaBeginRequest) -> CibaView;
    ciba_wait(NoRequest) -> SessionView;
    sign_in_give_up(NoRequest) -> Done;
    totp_enrol(NoRequest) -> TotpSecretView;
    totp_confirm(TotpConfirmRequest) -> TotpConfirmedView;
    password_change(PasswordChangeRequest) -> SessionView;
    session_confirm(SignInRequest) -> SessionView;
    session_sign_out(NoRequest) -> SessionView;
    session_lock(NoRequest) -> SessionView;
    session_unlock(UnlockCodeRequest) -> SessionView;
    session_work_offline(WorkOfflineRequest) -> SessionView;
    session_touch(NoRequest) -> Done;
    unlock_code_choose(UnlockCodeRequest) -> SessionView;
    device_list(NoRequest) -> DeviceListView;
    device_revoke(DeviceRequest) -> Done;
    passkey_list(NoRequest) -> PasskeyListView;
    passkey_add(NoRequest) -> Done;
    passkey_remove(PasskeyRequest) -> Done;
    worklist_view(NoRequest) -> WorklistView, sealed;
    offer_accept(OfferAcceptRequest) -> DecidedView;
    offer_decline(OfferDeclineRequest) -> DecidedView;
    outbox_view(NoRequest) -> OutboxView;
    outbox_send(NoRequest) -> OutboxView;
    outbox_dismiss(WaitingRequest) -> OutboxView;
    prefetch_pause(PrefetchRequest) -> SessionView;
    case_view(CaseRequest) -> CaseView, sealed;
    case_receive(CaseRequest) -> Done;
    case_receive_stop(CaseRequest) -> Done;
    case_forget(CaseForgetRequest) -> Done;
    case_take_back(CaseRequest) -> Done;
    piece_open(PieceOpenRequest) -> DocumentView;
    piece_unlock(PieceUnlockRequest) -> DocumentView;
    case_search(CaseSearchRequest) -> FoundView, sealed;
    document_close(DocumentRequest) -> Done;
    document_outline(DocumentRequest) -> OutlineView, sealed;
    document_images(DocumentRequest) -> ImagesView, sealed;
    hanging_keep(HangingKeepRequest) -> Done;
    page_words(PageWordsRequest) -> PageWordsView, sealed;
    piece_copy(PieceRequest) -> Done;
    page_seen(PageSeenRequest) -> Done;
    piece_date(PieceDateRequest) -> Done;
    page_turn(PageTurnRequest) -> Done;
    second_view(NoRequest) -> SecondView;
    second_show(SecondShowRequest) -> Done;
    second_cite(SecondCiteRequest) -> Done;
    second_close(NoRequest) -> Done;
    annotation_keep(AnnotationKeepRequest) -> Done;
    annotation_erase(AnnotationEraseRequest) -> Done;
    opinion_write(OpinionWriteRequest) -> SavedView;
    opinion_check(CaseRequest) -> CheckView, sealed;
    opinion_freeze(OpinionFreezeRequest) -> FrozenView;
    opinion_sign(OpinionSignRequest) -> SubmissionView;
    submission_send(CaseRequest) -> SubmissionView;
    submission_view(CaseRequest) -> SubmissionView;
    report_open(CaseRequest) -> DocumentView;
    access_list(CaseRequest) -> AccessListView, sealed;
}
