//! `cargo xtask journey`: the whole job on the built application, a line and a picture per step; ends with 0 only if every step held.

#![expect(
    clippy::print_stdout,
    reason = "a command-line program speaks to the person who called it"
)]

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("The journey drives WebKitGTK and runs on Linux only.");
    std::process::exit(1);
}

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => linux::journey(false).await,
        ["--only", "sign-in"] => linux::journey(true).await,
        _ => anyhow::bail!("relecture-journey [--only sign-in]"),
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{path::Path, process::Command, sync::Arc};

    use anyhow::{Context as _, Result, bail};
    use relecture_testkit::{
        built,
        desktop::{
            Chromium, Desktop, DesktopError, Journey, Session, beginning, button, css, field,
            heading, tab, text,
        },
        platform::{DemoExpert, DemoPlatform, real_clock},
        walk,
    };

    /// The oncology case, which the journey answers.
    const MAIN: &str = "rein";
    /// What replaces a stolen password.
    const NEW_PASSWORD: &str = "Vent-7-Crapaud!";
    /// The minor's case, which the journey opens.
    /// Sets the zoom of the reading table.
    const ZOOM: &str = "const zoom = document.querySelector('.zooming select'); zoom.value = arguments[0]; zoom.dispatchEvent(new Event('change', { bubbles: true }));";
    /// Selects the first lines of the page under the eyes, as a hand with a pointer does.
    const SELECT: &str = "const lines = document.querySelectorAll('[data-page=\"2\"] .words span'); const range = document.createRange(); range.setStart(lines[12].firstChild, 0); range.setEnd(lines[14].firstChild, 40); const selection = getSelection(); selection.removeAllRanges(); selection.addRange(range);";
    const MINOR: &str = "scoliose";
    /// Another case of the physician of [`MAIN`].
    const OTHER: &str = "coralliforme";

    /// The whole of it, or what has to do with signing in.
    pub(super) async fn journey(only_sign_in: bool) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let mut platform = DemoPlatform::start(folder.path(), real_clock(), None).await?;
        let session = Arc::new(Session::start().await?);
        let desktop = Desktop::launch(&session, platform.application()?).await?;
        let pictures = built::checkout().join("target").join("journey");
        let mut journey = Journey::new(desktop, &pictures, |line| println!("{line}"))?;
        journey.check_accessibility(true);
        enter(&mut journey, &platform).await?;
        let browser = Chromium::start(Some(platform.platform.ca_pem())).await?;
        add_a_key(&mut journey, &browser, &pictures).await?;
        if only_sign_in {
            journey
                .step("06-liste", "back to the list", async |d| {
                    d.click(&button("Fermer")).await
                })
                .await?;
            lock(&mut journey, platform.expert_of(MAIN)?, None).await?;
        } else {
            // What is known there: names of buttons that say more than their words (WCAG 2.5.3).
            journey.check_accessibility(false);
            read_and_write(&mut journey, &platform).await?;
            sign(&mut journey, &platform).await?;
            read_back(&mut journey, &platform).await?;
            open_minor(&mut journey, &platform).await?;
            leave_out(&mut journey, &mut platform).await?;
        }
        journey.check_accessibility(true);
        with_the_key(&mut journey, &browser).await?;
        first_sign_in(&mut journey, &platform).await?;
        lose_the_keys(&mut journey, platform.expert_of(MAIN)?).await?;
        if !only_sign_in {
            work_offline(&mut journey, &mut platform).await?;
        }
        println!(
            "{} steps held, pictures in {}",
            journey.names().len(),
            pictures.display()
        );
        journey.into_desktop().close().await?;
        if only_sign_in {
            return Ok(());
        }
        verify_elsewhere(&platform, &pictures)
    }

    async fn enter(journey: &mut Journey, platform: &DemoPlatform) -> Result<()> {
        let (case, _) = platform.case(MAIN)?;
        let expert = platform.expert_of(MAIN)?;
        journey
            .step("01-connexion", "the sign-in form takes input", async |d| {
                d.mark("interactive").await?;
                d.wait_for(&button("Se connecter")).await.map(drop)
            })
            .await?;
        journey
            .step(
                "02-mauvais-code",
                "a wrong code is told, with the tries left",
                async |d| {
                    walk::type_credentials(d, &expert.email, &expert.password, "000000").await?;
                    d.wait_for(&css("[role=alert]")).await.map(drop)
                },
            )
            .await?;
        on_the_phone(journey, platform, expert).await?;
        journey
            .step(
                "03-code-de-deverrouillage",
                "the first time on this PC an unlock code is chosen",
                async |d| {
                    let code = walk::expert_code(expert)?;
                    walk::type_credentials(d, &expert.email, &expert.password, &code).await?;
                    d.wait_for(&heading("Choisissez un code de déverrouillage"))
                        .await
                        .map(drop)
                },
            )
            .await?;
        journey
            .step(
                "04-mes-dossiers",
                "the offers are there, without a name",
                async |d| {
                    walk::choose_unlock_code(d).await?;
                    let offer = format!("Examiner la proposition {}", case.file.number);
                    d.wait_for(&button(&offer)).await.map(drop)
                },
            )
            .await?;
        journey
            .step(
                "05-mes-postes",
                "the physician's installations are listed",
                async |d| {
                    d.click(&button("Gérer mes postes")).await?;
                    d.wait_for(&text("connecté en ce moment")).await.map(drop)
                },
            )
            .await?;
        Ok(())
    }

    /// A security key is added in the system browser, which is Chromium here.
    async fn add_a_key(journey: &mut Journey, browser: &Chromium, pictures: &Path) -> Result<()> {
        journey
            .step(
                "05b-ajouter-une-cle",
                "a key is added in the browser",
                async |d| {
                    d.click(&button("Ajouter une clé")).await?;
                    d.click(&button("Ouvrir la page")).await?;
                    d.wait_for(&text("Terminez l’ajout dans votre navigateur"))
                        .await?;
                    browser.plug_in(true).await?;
                    browser.open(&d.session().opened().await?).await?;
                    browser.shows("Ajouter une clé d’accès").await?;
                    let picture = pictures.join("05c-navigateur.png");
                    std::fs::write(&picture, browser.picture().await?)
                        .map_err(DesktopError::file(&picture))
                },
            )
            .await?;
        journey
            .step(
                "05d-cle-ajoutee",
                "and is in the list when the browser comes back",
                async |d| {
                    browser.press().await?;
                    browser.shows("Revenez à Relecture").await?;
                    d.wait_for(&text("jamais utilisée")).await.map(drop)
                },
            )
            .await
            .map_err(Into::into)
    }

    /// Signs in with the key that was added.
    async fn with_the_key(journey: &mut Journey, browser: &Chromium) -> Result<()> {
        journey
            .step(
                "23f-avec-une-cle",
                "the key is asked for in the browser",
                async |d| {
                    d.click(&button("Se déconnecter")).await?;
                    d.click(&button("Avec une clé d’accès")).await?;
                    d.wait_for(&heading("Terminez la connexion dans votre navigateur"))
                        .await
                        .map(drop)
                },
            )
            .await?;
        journey
            .step(
                "23g-connecte-avec-la-cle",
                "and signs the physician in",
                async |d| {
                    browser.open(&d.session().opened().await?).await?;
                    browser.press().await?;
                    d.wait_for(&button("Se déconnecter")).await.map(drop)
                },
            )
            .await
            .map_err(Into::into)
    }

    /// Pro Santé Connect without a browser: the number in the window is the telephone's, and who declines is not signed in.
    async fn on_the_phone(
        journey: &mut Journey,
        platform: &DemoPlatform,
        expert: &DemoExpert,
    ) -> Result<()> {
        journey
            .step(
                "02b-sans-navigateur",
                "Pro Santé Connect is asked for the phone of a physician",
                async |d| {
                    d.click(&button("Sans navigateur, sur mon téléphone"))
                        .await?;
                    d.fill(&field("Numéro RPPS"), &expert.rpps).await
                },
            )
            .await?;
        let mut shown = String::new();
        journey
            .step(
                "02c-telephone",
                "the number to compare is there",
                async |d| {
                    d.click(&button("Envoyer la demande")).await?;
                    d.wait_for(&heading("Répondez sur votre téléphone")).await?;
                    shown = d.text_of(&css(".number")).await?;
                    Ok(())
                },
            )
            .await?;
        let waiting = platform.psc.waiting().await?;
        let [request] = waiting.as_slice() else {
            bail!("one telephone rings, not {}", waiting.len());
        };
        if request.code != shown {
            bail!("the telephone shows {}, the window {shown}", request.code);
        }
        platform.psc.answer(request, false).await?;
        journey
            .step(
                "02d-refus-sur-le-telephone",
                "who declines on the telephone is not signed in",
                async |d| d.wait_for(&css("[role=alert]")).await.map(drop),
            )
            .await?;
        journey
            .step("02e-retour", "and comes back to the form", async |d| {
                d.click(&button("Retour")).await?;
                d.wait_for(&button("Se connecter")).await.map(drop)
            })
            .await
            .map_err(Into::into)
    }

    async fn read_and_write(journey: &mut Journey, platform: &DemoPlatform) -> Result<()> {
        let (case, _) = platform.case(MAIN)?;
        let expert = platform.expert_of(MAIN)?;
        journey
            .step("06-proposition", "an offer is examined", async |d| {
                d.click(&button("Fermer")).await?;
                walk::examine(d, case).await
            })
            .await?;
        journey
            .step(
                "07-dossier",
                "the case is accepted, received and open",
                async |d| {
                    walk::accept(d).await?;
                    walk::open_case(d, case).await?;
                    walk::wait_for_pieces(d).await?;
                    d.wait_for(&walk::page_shown()).await.map(drop)
                },
            )
            .await?;
        journey
            .step(
                "08-lecture",
                "a report is read, sharp, on its second page",
                async |d| {
                    walk::open_piece(d, 3).await?;
                    d.click(&button("Page suivante")).await
                },
            )
            .await?;
        journey
            .step("09-vignettes", "thumbnails and a turned page", async |d| {
                walk::press_on_table(d, &['v']).await?;
                walk::press_on_table(d, &['r']).await?;
                d.wait_for(&css(".thumbs img[src*=\"r=1\"]")).await?;
                d.wait_for(&walk::page_turned(2)).await.map(drop)
            })
            .await?;
        journey
            .step(
                "10-image",
                "an image made by other software is read",
                async |d| {
                    for _ in 0..3 {
                        walk::press_on_table(d, &['r']).await?;
                    }
                    walk::press_on_table(d, &['v']).await?;
                    walk::open_piece(d, 7).await
                },
            )
            .await?;
        look_closely(journey).await?;
        lay_out(journey).await?;
        journey
            .step(
                "11-citation",
                "the summary is written, each statement with its page",
                async |d| {
                    walk::open_piece(d, 7).await?;
                    d.click(&tab("Avis")).await?;
                    walk::type_cited(d, "Résumé clinique", &case.opinion.summary).await?;
                    d.wait_for(&text("Pièce 4, p. 2")).await.map(drop)
                },
            )
            .await?;
        lock(journey, expert, Some(2)).await?;
        journey
            .step(
                "15-avis",
                "the whole opinion is written and kept",
                async |d| walk::write_opinion(d, case).await,
            )
            .await?;
        Ok(())
    }

    /// Zoom and search.
    async fn look_closely(journey: &mut Journey) -> Result<()> {
        journey
            .step(
                "10b-detail",
                "words are sharp at eight times their size",
                async |d| {
                    walk::open_piece(d, 3).await?;
                    d.wait_for(&walk::page_shown()).await?;
                    d.script(ZOOM, &["8".into()]).await?;
                    d.wait_for(&css("img.tile.sharp")).await?;
                    d.wait_gone(&css("img.tile:not(.sharp)")).await
                },
            )
            .await?;
        journey
            .step(
                "10c-recherche",
                "words are looked for in the whole case and shown on their page",
                async |d| {
                    d.script(ZOOM, &["fit".into()]).await?;
                    d.fill(&field("Chercher dans le dossier"), "carcinome")
                        .await?;
                    d.wait_for(&css(".found .hit")).await?;
                    d.wait_gone(&text("en lecture")).await?;
                    d.click(&css(".found .hit")).await?;
                    d.wait_for(&css(".page .mark")).await?;
                    d.wait_for(&walk::page_shown()).await.map(drop)
                },
            )
            .await?;
        Ok(())
    }

    /// Two pieces beside each other, marks on a page, and what is left to read.
    async fn lay_out(journey: &mut Journey) -> Result<()> {
        journey
            .step(
                "10d-comparer",
                "two pieces lie beside each other and scroll together",
                async |d| {
                    d.click(&button("Effacer")).await?;
                    walk::press_on_table(d, &['c']).await?;
                    let second = ".grid[data-count='2'] .cell:nth-child(2) .page .image img";
                    d.wait_for(&css(second)).await?;
                    walk::press_on_table(d, &['l']).await
                },
            )
            .await?;
        journey
            .step(
                "10e-annoter",
                "words are marked, a place is noted, both beside the piece",
                async |d| {
                    walk::press_on_table(d, &['1']).await?;
                    walk::open_piece(d, 3).await?;
                    d.wait_for(&css("[data-page='2'] .words span")).await?;
                    d.script(SELECT, &[]).await?;
                    d.wait_for(&button("Surligner le texte choisi")).await?;
                    walk::press_on_table(d, &['h']).await?;
                    d.wait_for(&css(".page .pen")).await?;
                    walk::press_on_table(d, &['n']).await?;
                    walk::press_on_table(d, &['n']).await?;
                    let note = "Comparer avec l’imagerie de mai.";
                    d.type_into(&css(".card textarea"), note).await?;
                    d.wait_for(&css("button.open.note[title^='Comparer']"))
                        .await
                        .map(drop)
                },
            )
            .await?;
        journey
            .step(
                "10f-tout-vu",
                "every page of the case, seen or not",
                async |d| {
                    d.press(&['\u{e00c}']).await?;
                    d.click(&css("button.map")).await?;
                    d.wait_for(&text("Ai-je tout vu")).await.map(drop)
                },
            )
            .await?;
        journey
            .step("10g-clavier", "every key of the table is told", async |d| {
                d.click(&button("Fermer")).await?;
                d.press(&['\u{e031}']).await?;
                d.wait_for(&heading("Clavier")).await.map(drop)
            })
            .await?;
        journey
            .step("10h-retour", "and the case is read on", async |d| {
                d.click(&button("Fermer")).await
            })
            .await
            .map_err(Into::into)
    }

    /// Away from the desk and back, to the same page and the same word.
    async fn lock(journey: &mut Journey, expert: &DemoExpert, page: Option<u32>) -> Result<()> {
        journey
            .step(
                "12-verrouillage",
                "the locked desk shows nothing of a case",
                async |d| walk::lock(d).await,
            )
            .await?;
        journey
            .step(
                "13-mauvais-code-de-deverrouillage",
                "a wrong unlock code is told, with the tries left",
                async |d| {
                    walk::unlock(d, expert, "chaise-verte-43").await?;
                    d.wait_for(&text("Il reste 2 essais")).await.map(drop)
                },
            )
            .await?;
        journey
            .step(
                "14-retour",
                "the unlock code leads back to where one was",
                async |d| {
                    walk::unlock(d, expert, walk::UNLOCK_CODE).await?;
                    d.wait_for(&button("Se déconnecter")).await?;
                    if let Some(page) = page {
                        d.wait_for(&walk::page_shown()).await?;
                        walk::wait_for_page(d, page).await?;
                    }
                    Ok(())
                },
            )
            .await?;
        Ok(())
    }

    /// The key store has lost everything: the physician is told, and goes on.
    async fn lose_the_keys(journey: &mut Journey, expert: &DemoExpert) -> Result<()> {
        journey
            .step(
                "28-cles-perdues",
                "a PC whose key store lost its keys is told of, and goes on",
                async |d| {
                    d.kill().await?;
                    d.session().lose_secrets()?;
                    d.relaunch().await?;
                    let code = walk::next_code(expert).await?;
                    walk::type_credentials(d, &expert.email, &expert.password, &code).await?;
                    walk::choose_unlock_code(d).await?;
                    d.wait_for(&css("main [role=alert]")).await.map(drop)
                },
            )
            .await
            .map_err(Into::into)
    }

    /// The platform does not answer and the PC was restarted: the cases on it are read under the lease.
    async fn work_offline(journey: &mut Journey, platform: &mut DemoPlatform) -> Result<()> {
        let expert = platform.expert_of(MAIN)?.clone();
        platform.stop().await;
        wait_to_send(journey, platform).await?;
        journey
            .step(
                "29-plateforme-injoignable",
                "the platform does not answer: work offline is offered",
                async |d| {
                    d.kill().await?;
                    d.relaunch().await?;
                    d.wait_for(&button("Travailler hors connexion"))
                        .await
                        .map(drop)
                },
            )
            .await?;
        journey
            .step(
                "30-code-hors-connexion",
                "with the unlock code",
                async |d| {
                    d.click(&button("Travailler hors connexion")).await?;
                    d.fill(&field("Adresse e-mail"), &expert.email).await?;
                    d.fill(&field("Code de déverrouillage"), walk::UNLOCK_CODE)
                        .await
                },
            )
            .await?;
        journey
            .step(
                "31-hors-connexion",
                "the cases of this PC are there, and until when is said",
                async |d| {
                    d.click(&button("Ouvrir")).await?;
                    d.wait_for(&text("Hors connexion, lisible jusqu’à"))
                        .await
                        .map(drop)
                },
            )
            .await?;
        platform.resume()
    }

    /// A physician who was invited: his authenticator is enrolled in the window, and one of his recovery codes used.
    async fn first_sign_in(journey: &mut Journey, platform: &DemoPlatform) -> Result<()> {
        let mut expert = platform.invite("Dr Louise Maréchal", "10999000891", "Pneumologie")?;
        let (email, password) = (expert.email.clone(), expert.password.clone());
        journey
            .step(
                "24-premiere-connexion",
                "an authenticator is to be added",
                async |d| {
                    d.click(&button("Se déconnecter")).await?;
                    d.click(&button("Première connexion")).await?;
                    d.fill(&field("Adresse e-mail"), &email).await?;
                    d.fill(&field("Mot de passe"), &password).await?;
                    d.click(&button("Se connecter")).await?;
                    d.wait_for(&css(".qr")).await.map(drop)
                },
            )
            .await?;
        let mut recovery_code = String::new();
        journey
            .step(
                "25-codes-de-recuperation",
                "its first code counts, and the recovery codes are told once",
                async |d| {
                    recovery_code = walk::enrol_authenticator(d, &mut expert).await?;
                    Ok(())
                },
            )
            .await?;
        journey
            .step(
                "25b-nouveau-mot-de-passe",
                "a stolen password opens nothing but its replacement",
                async |d| {
                    d.click(&button("Continuer")).await?;
                    walk::choose_unlock_code(d).await?;
                    d.click(&button("Se déconnecter")).await?;
                    platform
                        .platform
                        .declare_password_stolen(expert.id)
                        .map_err(|error| DesktopError::Unexpected(error.to_string()))?;
                    let code = walk::next_code(&expert).await?;
                    walk::type_credentials(d, &email, &password, &code).await?;
                    let title = heading("Choisissez un nouveau mot de passe");
                    d.wait_for(&title).await?;
                    d.fill(&field("Nouveau mot de passe"), "Password1!").await?;
                    d.fill(&field("Le même, une seconde fois"), "Password1!")
                        .await?;
                    d.click(&button("Garder ce mot de passe")).await?;
                    d.wait_for(&css("[role=alert]")).await.map(drop)
                },
            )
            .await?;
        journey
            .step(
                "25c-mot-de-passe-remplace",
                "with a better one the physician is signed in",
                async |d| {
                    d.fill(&field("Nouveau mot de passe"), NEW_PASSWORD).await?;
                    d.fill(&field("Le même, une seconde fois"), NEW_PASSWORD)
                        .await?;
                    d.click(&button("Garder ce mot de passe")).await?;
                    d.wait_for(&button("Se déconnecter")).await.map(drop)
                },
            )
            .await?;
        journey
            .step(
                "26-code-de-recuperation",
                "a recovery code stands in for a lost telephone",
                async |d| {
                    d.click(&button("Se déconnecter")).await?;
                    d.click(&button("Utiliser un code de récupération")).await?;
                    d.fill(&field("Adresse e-mail"), &email).await?;
                    d.fill(&field("Mot de passe"), NEW_PASSWORD).await?;
                    d.fill(&field("Code de récupération"), &recovery_code)
                        .await?;
                    d.wait_for(&button("Se connecter")).await.map(drop)
                },
            )
            .await?;
        journey
            .step(
                "27-nouvelle-application",
                "which leads to a new authenticator",
                async |d| {
                    d.click(&button("Se connecter")).await?;
                    d.wait_for(&css(".qr")).await.map(drop)
                },
            )
            .await?;
        Ok(())
    }

    async fn sign(journey: &mut Journey, platform: &DemoPlatform) -> Result<()> {
        let expert = platform.expert_of(MAIN)?;
        journey
            .step(
                "16-verification",
                "nothing mandatory is missing",
                async |d| {
                    d.click(&button("Vérifier l’avis")).await?;
                    walk::confirm_points(d).await
                },
            )
            .await?;
        journey
            .step(
                "17-document-fige",
                "the very document is read before signing",
                async |d| {
                    d.click(&button("Figer le document")).await?;
                    d.wait_for(&walk::page_shown()).await?;
                    d.wait_for(&text("SHA-256")).await.map(drop)
                },
            )
            .await?;
        journey
            .step(
                "18-recu",
                "the platform's receipt is verified and shown",
                async |d| {
                    if d.shows(&field("Mot de passe")).await? {
                        let code = walk::next_code(expert).await?;
                        d.fill(&field("Mot de passe"), &expert.password).await?;
                        d.fill(&field("Code à 6 chiffres"), &code).await?;
                    }
                    d.fill(&field("Code de ce poste"), walk::UNLOCK_CODE)
                        .await?;
                    d.click(&button("Signer et envoyer")).await?;
                    d.wait_for(&heading("La plateforme a bien reçu votre avis"))
                        .await
                        .map(drop)
                },
            )
            .await?;
        Ok(())
    }

    async fn read_back(journey: &mut Journey, platform: &DemoPlatform) -> Result<()> {
        let (case, _) = platform.case(MAIN)?;
        journey
            .step(
                "19-avis-signe",
                "the signed opinion is read again",
                async |d| {
                    d.click(&button("Relire l’avis signé")).await?;
                    d.wait_for(&walk::page_shown()).await.map(drop)
                },
            )
            .await?;
        journey
            .step(
                "19b-avis-et-pieces",
                "the signed opinion lies beside a piece that it cites",
                async |d| {
                    d.click(&button("Relire avec les pièces")).await?;
                    walk::wait_for_pieces(d).await?;
                    d.wait_for(&walk::page_shown()).await?;
                    walk::press_on_table(d, &['c']).await?;
                    d.wait_for(&css(
                        ".grid[data-count='2'] .cell:nth-child(2) .page .image img",
                    ))
                    .await
                    .map(drop)
                },
            )
            .await?;
        journey
            .step(
                "20-avis-rendu",
                "the list knows that it was received",
                async |d| {
                    d.click(&button("Mes dossiers")).await?;
                    let signed = format!("Ouvrir l’avis signé {}", case.file.number);
                    d.wait_for(&beginning(&signed)).await.map(drop)
                },
            )
            .await?;
        Ok(())
    }

    async fn open_minor(journey: &mut Journey, platform: &DemoPlatform) -> Result<()> {
        let (case, _) = platform.case(MINOR)?;
        let expert = platform.expert_of(MINOR)?;
        journey
            .step(
                "21-mineur-proposition",
                "another physician examines a minor's case",
                async |d| {
                    d.click(&button("Se déconnecter")).await?;
                    walk::sign_in(d, expert).await?;
                    walk::examine(d, case).await
                },
            )
            .await?;
        journey
            .step(
                "22-mineur-dossier",
                "the representative is named on the case",
                async |d| {
                    walk::accept(d).await?;
                    walk::open_case(d, case).await?;
                    walk::wait_for_pieces(d).await?;
                    d.wait_for(&text("Patient mineur")).await?;
                    walk::open_piece(d, 2).await
                },
            )
            .await?;
        journey
            .step(
                "23-mineur-fiche",
                "the record sheet tells consents and the representative",
                async |d| d.click(&tab("Fiche")).await,
            )
            .await?;
        Ok(())
    }

    /// Without the platform it is still written down who read what; and a case is forgotten on this PC, and taken back.
    async fn leave_out(journey: &mut Journey, platform: &mut DemoPlatform) -> Result<()> {
        let case = platform.case(MINOR)?.0.clone();
        let number = case.file.number.clone();
        platform.stop().await;
        journey
            .step(
                "23b-acces-sans-plateforme",
                "what is read without the platform is told as not delivered yet",
                async |d| {
                    walk::open_piece(d, 1).await?;
                    d.wait_for(&walk::page_shown()).await?;
                    d.click(&tab("Accès")).await?;
                    d.wait_for(&text("pas encore transmis")).await.map(drop)
                },
            )
            .await?;
        platform.resume()?;
        journey
            .step(
                "23c-oublier",
                "forgetting a case on this PC is asked twice",
                async |d| {
                    d.click(&tab("Fiche")).await?;
                    d.click(&button("Oublier ce dossier sur ce poste")).await?;
                    d.wait_for(&button("Oublier sur ce poste")).await.map(drop)
                },
            )
            .await?;
        journey
            .step(
                "23d-pas-sur-ce-poste",
                "the list keeps it in sight",
                async |d| {
                    d.click(&button("Oublier sur ce poste")).await?;
                    let taken_back = format!("Reprendre le dossier {number} sur ce poste");
                    d.wait_for(&button(&taken_back)).await.map(drop)
                },
            )
            .await?;
        journey
            .step("23e-repris", "and gives it back", async |d| {
                let taken_back = format!("Reprendre le dossier {number} sur ce poste");
                d.click(&button(&taken_back)).await?;
                walk::open_case(d, &case).await?;
                walk::wait_for_pieces(d).await
            })
            .await
            .map_err(Into::into)
    }

    /// What is decided without the platform waits in sight.
    async fn wait_to_send(journey: &mut Journey, platform: &DemoPlatform) -> Result<()> {
        let (case, _) = platform.case(OTHER)?;
        let declined = format!("Décliner la proposition {}", case.file.number);
        journey
            .step(
                "28b-en-attente",
                "a decision taken without the platform waits, and is shown",
                async |d| {
                    d.click(&button(&declined)).await?;
                    d.fill(
                        &field("Motif du refus"),
                        "Je ne prends pas de dossier d’urologie cette semaine.",
                    )
                    .await?;
                    d.click(&button("Décliner la proposition")).await?;
                    d.click(&button("1 envoi en attente")).await?;
                    let waits = format!("Refus du dossier {}", case.file.number);
                    d.wait_for(&text(&waits)).await.map(drop)
                },
            )
            .await
            .map_err(Into::into)
    }

    /// The report as the platform archived it, verified by software that shares no line with ours.
    fn verify_elsewhere(platform: &DemoPlatform, pictures: &Path) -> Result<()> {
        let (_, assignment) = platform.case(MAIN)?;
        let report = platform.platform.archived_report(assignment, 1)?;
        let file = pictures.join("avis-signe.pdf");
        std::fs::write(&file, report.pdf)?;
        let verdict = Command::new("pdfsig")
            .arg("-nocert")
            .arg(&file)
            .output()
            .context("pdfsig is missing: run `cargo xtask setup`")?;
        let verdict = String::from_utf8_lossy(&verdict.stdout).into_owned();
        for line in verdict
            .lines()
            .filter(|line| line.trim_start().starts_with("- "))
        {
            println!("pdfsig  {}", line.trim());
        }
        if !verdict.contains("Signature is Valid") || !verdict.contains("Total document signed") {
            bail!("pdfsig does not find the signature valid:\n{verdict}");
        }
        Ok(())
    }
}
