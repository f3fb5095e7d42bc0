//! What a browser is shown of the platform: French, without a script, without anything from elsewhere.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, html};

/// A page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Page {
    /// The request is unknown, used up, too old, or another browser's.
    Over,
}

const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
pub(crate) const STYLE_PATH: &str = "/oauth/page.css";
const STYLE: &str = include_str!("page.css");

fn frame(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="fr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Relecture" }
                link rel="stylesheet" href=(STYLE_PATH);
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

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let Self::Over = self;
        let body = html! {
            p {
                "Elle a déjà servi, ou trop de temps a passé. Fermez cette page, revenez à Relecture et recommencez\u{a0}: "
                "rien n’est perdu."
            }
        };
        let page = frame("Cette demande de connexion n’est plus valable", &body);
        let mut response = (StatusCode::BAD_REQUEST, page.into_string()).into_response();
        let headers = response.headers_mut();
        let text = HeaderValue::from_static("text/html; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, text);
        let policy = HeaderValue::from_static(POLICY);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        response
    }
}

/// `GET /oauth/page.css`.
pub(crate) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}
