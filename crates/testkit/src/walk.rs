//! What a physician does at the real window, as the journey and the end-to-end tests both need it.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    cases::{Agreement, Certainty, Passage, SyntheticCase, passages},
    desktop::{
        Desktop, DesktopError, Target, beginning, button, css, field, heading, landmark, tab, text,
    },
    platform::DemoExpert,
};

/// `WebDriver`'s codes of two keys.
const CONTROL: char = '\u{e009}';
const END: char = '\u{e010}';
/// How long a whole case may take to arrive on a busy machine, seen as waits of the harness's own limit.
const ARRIVAL_WAITS: usize = 6;

/// Fills the sign-in form and sends it.
///
/// # Errors
/// The form is not there, or takes no keys.
pub async fn type_credentials(
    desktop: &Desktop,
    email: &str,
    password: &str,
    code: &str,
) -> Result<(), DesktopError> {
    desktop.mark("interactive").await?;
    desktop.fill(&field("Adresse e-mail"), email).await?;
    desktop.fill(&field("Mot de passe"), password).await?;
    desktop.fill(&field("Code à 6 chiffres"), code).await?;
    desktop.click(&button("Se connecter")).await
}

/// Enrols an authenticator: reads the key that is to be typed, answers with its first code and notes the recovery codes. The first
/// of these.
///
/// # Errors
/// The enrolment does not show or does not take the code.
pub async fn enrol_authenticator(
    desktop: &Desktop,
    expert: &mut DemoExpert,
) -> Result<String, DesktopError> {
    expert.totp_secret = desktop
        .text_of(&css(".key"))
        .await?
        .replace([' ', '\u{a0}'], "");
    let code = expert_code(expert)?;
    desktop
        .fill(&field("Premier code à 6 chiffres"), &code)
        .await?;
    desktop.click(&button("Vérifier ce code")).await?;
    let recovery_code = desktop.text_of(&css("ol.codes > li:first-child")).await?;
    desktop.click(&field("J’ai noté ces codes")).await?;
    Ok(recovery_code)
}

/// The unlock code that every walk chooses.
pub const UNLOCK_CODE: &str = "chaise-verte-42";

/// Signs in for the first time on a PC with a code of the present step, chooses the unlock code and waits for the list.
///
/// # Errors
/// The list does not come.
pub async fn sign_in(desktop: &Desktop, expert: &DemoExpert) -> Result<(), DesktopError> {
    let code = expert_code(expert)?;
    type_credentials(desktop, &expert.email, &expert.password, &code).await?;
    choose_unlock_code(desktop).await?;
    desktop.wait_for(&button("Se déconnecter")).await.map(drop)
}

/// Chooses the unlock code, which is asked for after the first sign-in on a PC.
///
/// # Errors
/// It is not asked for, or not taken.
pub async fn choose_unlock_code(desktop: &Desktop) -> Result<(), DesktopError> {
    desktop
        .fill(&field("Code de déverrouillage"), UNLOCK_CODE)
        .await?;
    desktop
        .fill(&field("Le même code, une seconde fois"), UNLOCK_CODE)
        .await?;
    desktop.click(&button("Garder ce code")).await
}

/// Locks the desk from the keyboard.
///
/// # Errors
/// It does not lock.
pub async fn lock(desktop: &Desktop) -> Result<(), DesktopError> {
    desktop.press(&[CONTROL, 'l']).await?;
    desktop
        .wait_for(&heading("Poste verrouillé"))
        .await
        .map(drop)
}

/// Types a code into the locked desk.
///
/// # Errors
/// The desk is not locked.
pub async fn unlock(
    desktop: &Desktop,
    expert: &DemoExpert,
    code: &str,
) -> Result<(), DesktopError> {
    let label = format!("Code de déverrouillage du {}", expert.name);
    desktop.fill(&field(&label), code).await?;
    desktop.click(&button("Déverrouiller")).await
}

/// The present code, as an error of the walk when the secret is none.
///
/// # Errors
/// The secret is not one of RFC 6238.
pub fn expert_code(expert: &DemoExpert) -> Result<String, DesktopError> {
    let (code, _) = expert
        .code(now())
        .map_err(|error| DesktopError::Unexpected(error.to_string()))?;
    Ok(code)
}

/// Waits until a code not used before can be typed: the platform takes each step once (R9).
///
/// # Errors
/// The secret is not one of RFC 6238.
pub async fn next_code(expert: &DemoExpert) -> Result<String, DesktopError> {
    let (_, left) = expert
        .code(now())
        .map_err(|error| DesktopError::Unexpected(error.to_string()))?;
    tokio::time::sleep(Duration::from_secs(left + 1)).await;
    expert_code(expert)
}

#[expect(clippy::disallowed_methods, reason = "a walk happens in real time")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Opens an offer's decision.
///
/// # Errors
/// There is no such offer.
pub async fn examine(desktop: &Desktop, case: &SyntheticCase) -> Result<(), DesktopError> {
    examine_offer(desktop, &case.file.number).await
}

async fn examine_offer(desktop: &Desktop, number: &str) -> Result<(), DesktopError> {
    desktop
        .click(&button(&format!("Examiner la proposition {number}")))
        .await?;
    desktop
        .wait_for(&text("Avez-vous un lien d’intérêt"))
        .await
        .map(drop)
}

/// Accepts the case of this number, opens it and waits for its pieces.
///
/// # Errors
/// It is not offered, or does not arrive.
pub async fn take(desktop: &Desktop, number: &str) -> Result<(), DesktopError> {
    examine_offer(desktop, number).await?;
    accept(desktop).await?;
    open_numbered(desktop, number).await?;
    wait_for_pieces(desktop).await
}

/// Accepts the offer under decision, without any link of interest.
///
/// # Errors
/// The dialog does not take the answer.
pub async fn accept(desktop: &Desktop) -> Result<(), DesktopError> {
    desktop.click(&field("Aucun lien")).await?;
    desktop.click(&button("Accepter le dossier")).await
}

/// Opens a case of the list.
///
/// # Errors
/// The list has no such case.
pub async fn open_case(desktop: &Desktop, case: &SyntheticCase) -> Result<(), DesktopError> {
    open_numbered(desktop, &case.file.number).await
}

async fn open_numbered(desktop: &Desktop, number: &str) -> Result<(), DesktopError> {
    desktop
        .click(&beginning(&format!("Ouvrir le dossier {number}")))
        .await?;
    desktop.wait_for(&heading("Pièces")).await.map(drop)
}

/// Waits until every piece of the open case is on this PC.
///
/// # Errors
/// Something is still missing.
pub async fn wait_for_pieces(desktop: &Desktop) -> Result<(), DesktopError> {
    let mut last = Ok(());
    for _ in 0..ARRIVAL_WAITS {
        last = desktop.wait_gone(&button("Annuler")).await;
        if last.is_ok() {
            break;
        }
    }
    last
}

/// Puts a piece on the table and waits for a page of it.
///
/// # Errors
/// The piece or its page does not show.
pub async fn open_piece(desktop: &Desktop, number: u32) -> Result<(), DesktopError> {
    desktop.click(&piece(number)).await?;
    desktop.wait_for(&page_shown()).await.map(drop)
}

/// Presses keys together on the viewport of the reading table that is in use.
///
/// # Errors
/// There is no page on it.
pub async fn press_on_table(desktop: &Desktop, keys: &[char]) -> Result<(), DesktopError> {
    const FOCUS: &str = "const table = document.querySelector('.viewport.active [role=region]') \
        ?? document.querySelector('.viewport [role=region]'); table.focus()";
    desktop.wait_for(&page_shown()).await?;
    desktop.script(FOCUS, &[]).await?;
    desktop.press(keys).await
}

/// A piece on the timeline.
pub fn piece(number: u32) -> Target {
    beginning(&format!("Pièce {number},")).within(&landmark("Pièces"))
}

/// A page of the open document, its image there.
pub fn page_shown() -> Target {
    css(".stack > .page .image img")
}

/// Waits until this page of the open document is under the eyes.
///
/// # Errors
/// Another page stays there.
pub async fn wait_for_page(desktop: &Desktop, page: u32) -> Result<(), DesktopError> {
    const SCRIPT: &str =
        "const input = document.querySelector('.reading input'); return input && input.value";
    let wanted = serde_json::Value::String(page.to_string());
    let mut seen = serde_json::Value::Null;
    for _ in 0..100 {
        seen = desktop.script(SCRIPT, &[]).await?;
        if seen == wanted {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(DesktopError::Unexpected(format!(
        "page {seen} is under the eyes, not {page}"
    )))
}

/// A page of the open document, its image there and turned once to the right.
pub fn page_turned(page: u32) -> Target {
    css(&format!(
        ".stack > .page:nth-child({page}) .image img[src*=\"r=1\"]"
    ))
}

/// Writes the opinion of a case after its clinical summary, the analysis with its citations.
///
/// # Errors
/// A field does not take the words.
pub async fn write_opinion(desktop: &Desktop, case: &SyntheticCase) -> Result<(), DesktopError> {
    let opinion = &case.opinion;
    desktop.click(&tab("Avis")).await?;
    type_cited(desktop, "Analyse", &opinion.analysis).await?;
    for (index, answer) in opinion.answers.iter().enumerate() {
        let editor = format!("Réponse à la question {}", index + 1);
        if !desktop.shows(&field(&editor)).await? {
            desktop
                .click(&css(&format!(
                    "ul.answers > li:nth-child({}) > button.ask",
                    index + 1
                )))
                .await?;
        }
        type_section(desktop, &editor, &plain(&answer.text)).await?;
    }
    type_section(desktop, "Conclusion", &plain(&opinion.conclusion.text)).await?;
    desktop
        .click(&field(match opinion.certainty {
            Certainty::High => "Élevé",
            Certainty::Moderate => "Modéré",
            Certainty::Low => "Faible",
        }))
        .await?;
    desktop
        .click(&field(match opinion.agreement {
            Agreement::Agrees => "Je le confirme",
            Agreement::AgreesWithReservations => "Je le confirme en partie",
            Agreement::DisagreesWithTreatment => "Je propose autre chose",
        }))
        .await?;
    let examinations = opinion.recommendations.examinations.join(" ");
    type_section(desktop, "Examens et avis recommandés", &examinations).await?;
    desktop
        .click(&field(if opinion.unusual_gravity {
            "Oui"
        } else {
            "Non"
        }))
        .await?;
    type_section(desktop, "Limites", &plain(&opinion.limits.text)).await?;
    for section in [
        "Actes et prescriptions",
        "Professionnels ayant participé",
        "Incidents techniques",
    ] {
        type_section(desktop, section, "Aucun.").await?;
    }
    desktop
        .wait_for(&text("Brouillon enregistré"))
        .await
        .map(drop)
}

/// Types at the end of one section of the opinion.
///
/// # Errors
/// The section is not there.
pub async fn type_section(
    desktop: &Desktop,
    section: &str,
    words: &str,
) -> Result<(), DesktopError> {
    desktop.click(&field(section)).await?;
    desktop.press(&[CONTROL, END]).await?;
    desktop.type_into(&field(section), words).await
}

/// Types a draft, each of its citations inserted from the cited page itself. The section is empty before.
///
/// # Errors
/// The section, a piece or a page is not there.
pub async fn type_cited(desktop: &Desktop, section: &str, draft: &str) -> Result<(), DesktopError> {
    let mut open = None;
    for passage in passages(draft) {
        match passage {
            Passage::Text(words) => {
                let words = words.replace("\n\n", " ");
                type_section(desktop, section, words.trim_end()).await?;
            }
            Passage::Citation { piece, page } => {
                if open != Some(piece) {
                    open_piece(desktop, piece).await?;
                    open = Some(piece);
                }
                desktop
                    .fill(&field("Numéro de page"), &page.unwrap_or(1).to_string())
                    .await?;
                desktop
                    .type_into(&field("Numéro de page"), "\u{e007}")
                    .await?;
                desktop.click(&field(section)).await?;
                desktop.press(&[CONTROL, END]).await?;
                desktop.click(&button("Citer la page")).await?;
            }
        }
    }
    Ok(())
}

/// The words of a draft, without its citations and line ends.
pub fn plain(draft: &str) -> String {
    let words: String = passages(draft)
        .into_iter()
        .map(|passage| match passage {
            Passage::Text(text) => text,
            Passage::Citation { .. } => "",
        })
        .collect();
    words
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace(" .", ".")
}

/// Confirms every point of the check before signature.
///
/// # Errors
/// A point does not take the confirmation.
pub async fn confirm_points(desktop: &Desktop) -> Result<(), DesktopError> {
    desktop.wait_for(&heading("À confirmer")).await?;
    let script = "const boxes = [...document.querySelectorAll('input[type=checkbox]:not(:checked)')]; \
                  boxes.forEach((box) => box.click()); return boxes.length";
    desktop.script(script, &[]).await.map(drop)
}
