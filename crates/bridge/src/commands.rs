//! The command table: every name the window may call, once.

#![allow(clippy::wildcard_imports, reason = "every request and view is at hand")]

use ts_rs::{Config, TS};

use crate::{request::*, view::*};

/// One file with every type and the `Commands` interface, for `ui/src/bridge/generated.ts`. What a case holds is answered `sealed`.
macro_rules! commands {
    ($( $(#[doc = $doc:literal])* $name:ident($request:ty) -> $response:ty $(, $sealed:ident)?; )*) => {
        /// Every command, in the order of the table.
        pub const COMMANDS: &[&str] = &[$( stringify!($name) ),*];

        /// Those whose answers travel sealed ([`SealedView`]).
        pub const SEALED: &[&str] = &[$( $( commands!(@sealed $name $sealed), )? )*];

        fn interface(config: &Config) -> String {
            let mut out = String::from("export interface Commands {\n");
            $(
                $( out.push_str(&format!("  /**{} */\n", $doc)); )*
                out.push_str(&format!(
                    "  {}: {{ request: {}; response: {} }};\n",
                    stringify!($name), <$request as TS>::name(config), <$response as TS>::name(config),
                ));
            )*
            out + "}\n"
        }
    };
    (@sealed $name:ident sealed) => { stringify!($name) };
}

commands! {
    /// Who is at the desk.
    session_view(NoRequest) -> SessionView;
    /// Sign-in of the platform account; enrols this PC the first time.
    session_sign_in(SignInRequest) -> SessionView;
    /// How the platform lets people sign in (R8).
    sign_in_ways(NoRequest) -> SignInWaysView;
    /// Sign-in in the system browser (R4, R9, R10).
    browser_sign_in(BrowserRequest) -> SessionView;
    /// A recent proof in the system browser, before signing (R20).
    browser_confirm(BrowserRequest) -> SessionView;
    /// Sends a sign-in to the phone or the card of a physician (R6).
    ciba_begin(CibaBeginRequest) -> CibaView;
    /// Waits for his answer.
    ciba_wait(NoRequest) -> SessionView;
    /// Gives up the sign-in under way in the browser or on the phone.
    sign_in_give_up(NoRequest) -> Done;
    /// What a new authenticator is to learn (R9).
    totp_enrol(NoRequest) -> TotpSecretView;
    /// Its first code: it counts, and the physician is signed in.
    totp_confirm(TotpConfirmRequest) -> TotpConfirmedView;
    /// A new password in place of one that is too old or was stolen (R16, R17); signed in afterwards.
    password_change(PasswordChangeRequest) -> SessionView;
    /// A recent proof of both factors, before signing (R20).
    session_confirm(SignInRequest) -> SessionView;
    /// Sign-out: tokens revoked, cache closed (R21).
    session_sign_out(NoRequest) -> SessionView;
    /// Locks the desk; the unlock code opens it again.
    session_lock(NoRequest) -> SessionView;
    /// Opens the locked desk.
    session_unlock(UnlockCodeRequest) -> SessionView;
    /// Work under the lease, without the platform (R51).
    session_work_offline(WorkOfflineRequest) -> SessionView;
    /// Somebody is at the window.
    session_touch(NoRequest) -> Done;
    /// Chooses the unlock code of this physician on this PC.
    unlock_code_choose(UnlockCodeRequest) -> SessionView;
    /// The physician's installations.
    device_list(NoRequest) -> DeviceListView;
    /// Revokes one of them (R14, R20).
    device_revoke(DeviceRequest) -> Done;
    /// The physician's passkeys and security keys (R9).
    passkey_list(NoRequest) -> PasskeyListView;
    /// Adds one in the system browser.
    passkey_add(NoRequest) -> Done;
    /// Removes one.
    passkey_remove(PasskeyRequest) -> Done;
    /// Mes dossiers, read from the platform, or from this PC when it does not answer.
    worklist_view(NoRequest) -> WorklistView, sealed;
    /// Accepts an offer; its pieces start coming.
    offer_accept(OfferAcceptRequest) -> DecidedView;
    /// Declines an offer.
    offer_decline(OfferDeclineRequest) -> DecidedView;
    /// What waits to be sent (R66, R81).
    outbox_view(NoRequest) -> OutboxView;
    /// Tries to send it now.
    outbox_send(NoRequest) -> OutboxView;
    /// Gives up something that the platform refused.
    outbox_dismiss(WaitingRequest) -> OutboxView;
    /// Fetches pieces only when they are asked for, or ahead again.
    prefetch_pause(PrefetchRequest) -> SessionView;
    /// Opens a case.
    case_view(CaseRequest) -> CaseView, sealed;
    /// Receives what is missing of a case, in the background.
    case_receive(CaseRequest) -> Done;
    /// Stops receiving; what has come stays.
    case_receive_stop(CaseRequest) -> Done;
    /// Forgets a case on this PC.
    case_forget(CaseForgetRequest) -> Done;
    /// Takes it back.
    case_take_back(CaseRequest) -> Done;
    /// Opens a piece in its confined reader.
    piece_open(PieceOpenRequest) -> DocumentView;
    /// Opens a piece that asks for a password.
    piece_unlock(PieceUnlockRequest) -> DocumentView;
    /// Searches the words of a case.
    case_search(CaseSearchRequest) -> FoundView, sealed;
    /// Puts a document away.
    document_close(DocumentRequest) -> Done;
    /// The outline of an open document.
    document_outline(DocumentRequest) -> OutlineView, sealed;
    /// The series of an open document of images.
    document_images(DocumentRequest) -> ImagesView, sealed;
    hanging_keep(HangingKeepRequest) -> Done;
    /// The words of a page of an open document, and where it leads.
    page_words(PageWordsRequest) -> PageWordsView, sealed;
    /// Writes down that words of a piece, or of the signed opinion, are about to be copied (R96).
    piece_copy(PieceRequest) -> Done;
    /// Marks pages as seen.
    page_seen(PageSeenRequest) -> Done;
    /// Corrects the clinical date of a piece.
    piece_date(PieceDateRequest) -> Done;
    /// Keeps how a page lies.
    page_turn(PageTurnRequest) -> Done;
    /// What lies on the second screen, and what is cited from it.
    second_view(NoRequest) -> SecondView;
    /// Puts a piece there; its window opens.
    second_show(SecondShowRequest) -> Done;
    /// Cites a page of it in the opinion.
    second_cite(SecondCiteRequest) -> Done;
    /// Takes it away; its window closes.
    second_close(NoRequest) -> Done;
    /// Keeps a mark on a page.
    annotation_keep(AnnotationKeepRequest) -> Done;
    /// Takes a mark away.
    annotation_erase(AnnotationEraseRequest) -> Done;
    /// Keeps the draft.
    opinion_write(OpinionWriteRequest) -> SavedView;
    /// The check before signature.
    opinion_check(CaseRequest) -> CheckView, sealed;
    /// Freezes the very bytes that will be signed (R75).
    opinion_freeze(OpinionFreezeRequest) -> FrozenView;
    /// Signs what was frozen and sends it.
    opinion_sign(OpinionSignRequest) -> SubmissionView;
    /// Sends again what waits on this PC.
    submission_send(CaseRequest) -> SubmissionView;
    /// What became of the signed opinion.
    submission_view(CaseRequest) -> SubmissionView;
    /// Opens the signed opinion.
    report_open(CaseRequest) -> DocumentView;
    /// What the patient reads about who opened the case.
    access_list(CaseRequest) -> AccessListView, sealed;
}

/// Types of the opinion's content: the closed ProseMirror schema of `relecture-platform-api`.
const OPINION_CONTENT: &str = "\
export interface OpinionContent {
  summary: RichText;
  analysis: RichText;
  answers: { question: string; text: RichText; cannot_be_answered: boolean }[];
  conclusion: RichText;
  certainty: 'high' | 'moderate' | 'low' | null;
  agreement: 'agrees' | 'partly' | 'disagrees' | 'no_first_opinion' | null;
  examinations: RichText;
  gravity: boolean | null;
  limits: RichText;
  acts: RichText;
  participants: RichText;
  incidents: RichText;
}
/** An image of DICOM that is cited: its names, its place as it is shown, and how it was looked at; a window in thousandths. */
export interface CitedSlice {
  study: string;
  series: string;
  instance: string;
  frame: number;
  date: string | null;
  series_number: number | null;
  number: number | null;
  slice: number;
  window: { center: number; width: number } | null;
  region: [number, number, number, number] | null;
}
/** A ProseMirror `doc` node. */
export interface RichText { type: 'doc'; content?: unknown[] }
";

/// The TypeScript of everything above; committed as `ui/src/bridge/generated.ts` and compared by `tests/contract.rs`.
#[expect(clippy::too_many_lines, reason = "a list of names")]
pub fn typescript() -> String {
    let config = Config::default();
    let mut out =
        String::from("// Made by `cargo xtask bindings` from crates/bridge; do not edit.\n\n");
    macro_rules! declare {
        ($($name:ty),* $(,)?) => { $(
            out.push_str("export ");
            out.push_str(&<$name as TS>::decl(&config));
            out.push('\n');
        )* };
    }
    declare![
        crate::FailureCode,
        crate::FailureParameters,
        crate::Failure,
        NoRequest,
        SignInRequest,
        BrowserWayRequest,
        BrowserRequest,
        CibaBeginRequest,
        TotpConfirmRequest,
        PasswordChangeRequest,
        UnlockCodeRequest,
        WorkOfflineRequest,
        DeviceRequest,
        PasskeyRequest,
        CaseRequest,
        OfferAcceptRequest,
        OfferDeclineRequest,
        WaitingRequest,
        PrefetchRequest,
        CaseForgetRequest,
        PieceRequest,
        PieceDateRequest,
        PieceOpenRequest,
        FirstPageRequest,
        HangingKeepRequest,
        PieceUnlockRequest,
        PageSeenRequest,
        PageTurnRequest,
        SecondShowRequest,
        SecondCiteRequest,
        AnnotationKeepRequest,
        AnnotationEraseRequest,
        OpinionWriteRequest,
        OpinionFreezeRequest,
        OpinionSignRequest,
        CaseSearchRequest,
        DocumentRequest,
        PageWordsRequest,
        Urgency,
        SexView,
        RepresentedView,
        ReceptionState,
        ReceptionView,
        ExpertView,
        WorkstationView,
        SignInWaysView,
        CibaView,
        TotpSecretView,
        TotpConfirmedView,
        DeviceRow,
        DeviceListView,
        PasskeyRow,
        PasskeyListView,
        LockReasonView,
        LockedView,
        SessionView,
        RequiredView,
        WaitingKindView,
        WaitingRow,
        OutboxView,
        DecidedView,
        OfferView,
        LeftOutRow,
        CaseRow,
        SignedRow,
        WorklistView,
        RepresentativeView,
        PatientView,
        QuestionView,
        PieceRow,
        ReportRow,
        FieldView,
        CaseView,
        PageSizeView,
        DocumentView,
        OutlineRow,
        OutlineView,
        ImagesView,
        LeftOutView,
        HungView,
        StackView,
        ImageIdentityView,
        ImageOwnerView,
        SliceView,
        FrameView,
        PixelsView,
        WindowView,
        CurveView,
        ScaleView,
        SpacingView,
        RegionView,
        LineView,
        LinkView,
        TurnView,
        SecondRow,
        SecondCitationRow,
        SecondView,
        PieceKind,
        AnnotationView,
        AnnotationKindView,
        PlaceView,
        PageWordsView,
        SealedView,
        SavedView,
        PointKind,
        PointView,
        CheckView,
        FrozenView,
        ReceiptView,
        SubmissionView,
        AccessRow,
        AccessListView,
        FoundView,
        HitRow,
        WrittenHitRow,
        WrittenPlaceView,
        Done,
    ];
    out.push_str(OPINION_CONTENT);
    out.push_str(&interface(&config));
    let sealed = SEALED.iter().map(|name| format!("'{name}'"));
    let sealed = sealed.collect::<Vec<_>>().join(", ");
    out.push_str("/** Commands whose answers travel sealed. */\n");
    out.push_str("export const SEALED: readonly (keyof Commands)[] = [");
    out.push_str(&sealed);
    out.push_str("];\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JavaScript numbers count exactly up to 2^53 only: no 64-bit integer may reach the window undeclared.
    #[test]
    fn no_bigint_reaches_the_window() {
        assert!(!typescript().contains("bigint"));
    }

    #[test]
    fn the_table_names_every_command_once() {
        let mut names = COMMANDS.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), COMMANDS.len());
        assert!(typescript().contains("case_view: { request: CaseRequest; response: CaseView };"));
    }
}
