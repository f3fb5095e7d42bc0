//! What a browser is shown of the platform: French, without anything from elsewhere. Only what asks for a key has a script.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, html};

/// A page.
#[derive(Debug)]
pub(crate) enum Page {
    /// The request is unknown, used up, too old, or another browser's.
    Over,
    /// Signing in with a passkey or a security key.
    SignIn(Ceremony),
    /// Making one for this physician.
    New { ceremony: Ceremony, holder: String },
}

/// What the page asks a key.
#[derive(Debug)]
pub(crate) struct Ceremony {
    /// Under which the platform remembers it.
    pub(crate) name: String,
    /// `WebAuthn` options, JSON.
    pub(crate) options: String,
}

const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const SCRIPTED: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";
pub(crate) const STYLE_PATH: &str = "/oauth/page.css";
const STYLE: &str = include_str!("page.css");
pub(crate) const SCRIPT_PATH: &str = "/oauth/passkey.js";
const SCRIPT: &str = include_str!("passkey.js");

/// How a key is named that its holder did not name.
const UNNAMED: &str = "Clé d’accès";

fn frame(title: &str, script: bool, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="fr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Relecture" }
                link rel="stylesheet" href=(STYLE_PATH);
                @if script { script src=(SCRIPT_PATH) defer {} }
            }
            body {
                main {
                    p class="brand" { "Relecture" }
                    h1 { (title) }
                    (body)
                }
            }
        }
    }
}

/// What the script may have to say, in sentences that stand here.
fn told(new: bool) -> Markup {
    let given_up = if new {
        "Rien n’a été enregistré\u{a0}: la demande a été refusée, ou trop de temps a passé. Recommencez, ou fermez cette page."
    } else {
        "La clé n’a pas répondu\u{a0}: la demande a été refusée, ou trop de temps a passé. Recommencez, ou fermez cette page et \
         choisissez une autre connexion dans Relecture."
    };
    let sentences = [
        ("waiting", "Suivez les indications de votre navigateur."),
        ("given-up", given_up),
        (
            "known",
            "Cette clé est déjà enregistrée pour vous. Prenez-en une autre, ou fermez cette page.",
        ),
        (
            "failed",
            "Le navigateur n’a pas pu interroger la clé. Vérifiez qu’elle est branchée, puis recommencez.",
        ),
        (
            "over",
            "La plateforme n’a pas répondu, ou cette page a déjà servi. Fermez-la, revenez à Relecture et recommencez\u{a0}: rien n’est perdu.",
        ),
        (
            "unsupported",
            "Ce navigateur ne connaît pas les clés d’accès. Mettez-le à jour, ou choisissez une autre connexion dans Relecture.",
        ),
    ];
    html! {
        div role="status" {
            @for (name, sentence) in sentences { p data-told=(name) hidden { (sentence) } }
        }
        noscript { p { "Cette page a besoin de JavaScript pour interroger la clé. Autorisez-le, ou choisissez une autre connexion dans Relecture." } }
    }
}

impl Page {
    fn is_scripted(&self) -> bool {
        !matches!(self, Self::Over)
    }

    fn markup(&self) -> Markup {
        match self {
            Self::Over => frame(
                "Cette demande n’est plus valable",
                false,
                &html! {
                    p {
                        "Elle a déjà servi, ou trop de temps a passé. Fermez cette page, revenez à Relecture et recommencez\u{a0}: "
                        "rien n’est perdu."
                    }
                },
            ),
            Self::SignIn(ceremony) => frame(
                "Se connecter avec une clé d’accès",
                true,
                &html! {
                    p { "Le navigateur va vous demander votre clé, puis votre empreinte, votre visage ou son code." }
                    form action="/oauth/passkey" data-kind="sign-in" data-ceremony=(ceremony.name) data-options=(ceremony.options) {
                        button autofocus { "Continuer" }
                    }
                    (told(false))
                },
            ),
            Self::New { ceremony, holder } => frame(
                "Ajouter une clé d’accès",
                true,
                &html! {
                    p { "Elle servira à vous connecter, " (holder) ", sans mot de passe. Cet ordinateur, un téléphone ou une clé de sécurité peut la garder." }
                    form action="/oauth/passkey/new" data-kind="new" data-ceremony=(ceremony.name) data-options=(ceremony.options) {
                        label for="name" { "Nom, pour la reconnaître" }
                        input id="name" name="name" value=(UNNAMED) maxlength="60" autocomplete="off" required;
                        button autofocus { "Continuer" }
                    }
                    (told(true))
                },
            ),
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Over => StatusCode::BAD_REQUEST,
            _ => StatusCode::OK,
        };
        let policy = if self.is_scripted() { SCRIPTED } else { POLICY };
        let mut response = (status, self.markup().into_string()).into_response();
        let headers = response.headers_mut();
        let text = HeaderValue::from_static("text/html; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, text);
        let policy = HeaderValue::from_static(policy);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        let nobody = HeaderValue::from_static("no-referrer");
        headers.insert(header::REFERRER_POLICY, nobody);
        response
    }
}

/// `GET /oauth/page.css`.
pub(crate) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// `GET /oauth/passkey.js`.
pub(crate) async fn script() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        SCRIPT,
    )
}
