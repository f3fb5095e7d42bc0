//! `case://`: pages of open documents as images, the values of images, and nothing else.
//!
//! A page loaded from this scheme would count as local, so no active type is ever served and every answer is sandboxed.

use std::sync::Arc;

use relecture_bridge::{Desk, image, page};
use tauri::{
    Manager as _, Runtime, UriSchemeContext, UriSchemeResponder,
    http::{Request, Response, StatusCode, header},
};

use crate::window;

/// Name of the scheme.
pub(crate) const SCHEME: &str = "case";

/// Where the pages of the window come from, on each system.
const ORIGINS: [&str; 3] = [
    "tauri://localhost",
    "http://tauri.localhost",
    "https://tauri.localhost",
];

const OCTETS: &str = "application/octet-stream";

/// Answers one request.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that Tauri asks for"
)]
pub(crate) fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    if ![window::LABEL, window::SECOND].contains(&context.webview_label()) {
        return responder.respond(refusal(StatusCode::FORBIDDEN));
    }
    let desk = Arc::clone(&context.app_handle().state::<Arc<Desk>>());
    let uri = request.uri().clone();
    // Pages are asked for by pictures; values by a script, which is told only if its origin is the window's.
    let origin = request.headers().get(header::ORIGIN);
    let origin = origin
        .filter(|origin| ORIGINS.iter().any(|own| *origin == own))
        .cloned();
    tauri::async_runtime::spawn(async move {
        if uri.path().starts_with("/image/") {
            let mut answer = match image(&desk, uri.path()).await {
                Ok(bytes) => response(StatusCode::OK, OCTETS, bytes.to_vec()),
                Err(error) => {
                    tracing::warn!(%error, "an image was not shown");
                    let status = StatusCode::from_u16(error.status());
                    refusal(status.unwrap_or(StatusCode::NOT_FOUND))
                }
            };
            if let Some(origin) = origin {
                let headers = answer.headers_mut();
                headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            }
            return responder.respond(answer);
        }
        let answer = match page(&desk, uri.path(), uri.query().unwrap_or_default()).await {
            Ok(image) => response(StatusCode::OK, image.media_type, image.bytes.to_vec()),
            Err(error) => {
                tracing::warn!(%error, "a page was not shown");
                refusal(StatusCode::NOT_FOUND)
            }
        };
        responder.respond(answer);
    });
}

fn refusal(status: StatusCode) -> Response<Vec<u8>> {
    response(status, OCTETS, Vec::new())
}

fn response(status: StatusCode, media_type: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, media_type)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        )
        .body(body)
        .unwrap_or_default()
}
