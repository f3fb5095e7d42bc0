//! What every request and answer goes through: identifier, clock, problems, headers, log.

use axum::{
    Form, Json,
    extract::{
        FromRequest, FromRequestParts, MatchedPath, Request, State, rejection::JsonRejection,
    },
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::Response,
};
use jiff::{Timestamp, fmt::rfc2822::DateTimePrinter};
use relecture_crypto::make_uuid;
use relecture_platform_api::{Code, OPERATIONS};
use serde::de::DeserializeOwned;

use crate::{
    Platform,
    refusal::{Outcome, Refusal},
};

/// Oldest client that is served (R124).
pub(crate) const MIN_CLIENT: &str = "0.1.0";

/// Identifies one request in problems, in the audit and in the log.
#[derive(Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Gives the request its identifier, makes refusals problems, and puts the headers that every answer has.
pub(crate) async fn envelope(
    State(platform): State<Platform>,
    mut request: Request,
    next: Next,
) -> Response {
    let now = platform.now();
    let id = make_uuid(now).to_string();
    let operation = operation(request.method().as_str(), request.extensions().get());
    request.extensions_mut().insert(RequestId(id.clone()));
    let outdated = is_outdated(request.headers())
        && !matches!(operation, "configuration_view" | "session_end");
    let mut response = if outdated {
        Refusal::from(Code::ClientUpgradeRequired).answer(platform.host(), &id)
    } else {
        next.run(request).await
    };
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        response = refusal.answer(platform.host(), &id);
    } else if let Some(code) = bare_error(&response) {
        response = Refusal::from(code).answer(platform.host(), &id);
    }
    let status = response.status().as_u16();
    tracing::info!(request = %id, operation, status);
    put_headers(response.headers_mut(), &id, &platform.nonce(now), now);
    response
}

/// The operation of the contract that a request asks for.
pub(crate) fn operation(method: &str, path: Option<&MatchedPath>) -> &'static str {
    let method = if method == "HEAD" { "GET" } else { method };
    OPERATIONS
        .iter()
        .find(|operation| {
            operation.method == method && path.is_some_and(|path| path.as_str() == operation.path)
        })
        .map_or("none", |operation| operation.id)
}

/// R124: `X-Client: app/1.0.0 os` older than [`MIN_CLIENT`]. A client that does not say is served.
fn is_outdated(headers: &HeaderMap) -> bool {
    let version = |text: &str| -> Option<Vec<u32>> {
        text.split('.').map(|part| part.parse().ok()).collect()
    };
    headers
        .get("x-client")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once('/'))
        .and_then(|(_, rest)| version(rest.split(' ').next().unwrap_or_default()))
        .is_some_and(|client| version(MIN_CLIENT).is_some_and(|oldest| client < oldest))
}

/// The code of an error that axum itself answered with, which has no problem body yet.
fn bare_error(response: &Response) -> Option<Code> {
    let status = response.status();
    // A problem, or a page for a browser. What axum says by itself is plain text.
    let described = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| {
            [
                &b"application/problem+json"[..],
                b"text/html; charset=utf-8",
            ]
            .contains(&kind.as_bytes())
        });
    if described || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Code::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMedia,
        StatusCode::SERVICE_UNAVAILABLE => Code::Maintenance,
        status if status.is_server_error() => Code::Internal,
        _ => Code::Malformed,
    })
}

fn put_headers(headers: &mut HeaderMap, id: &str, nonce: &str, now: Timestamp) {
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
    let values = [
        (HeaderName::from_static("request-id"), id),
        (HeaderName::from_static("dpop-nonce"), nonce),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ];
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(value) {
            // A page for a browser brings a policy of its own.
            headers.entry(name).or_insert(value);
        }
    }
    if let Some(value) = date.ok().and_then(|date| HeaderValue::from_str(&date).ok()) {
        headers.insert(header::DATE, value);
    }
}

/// The address under which this request reached the platform, and so the issuer of what comes of it: the host is one of ours, so that a proof made for another server is useless here.
fn origin(parts: &Parts, hosts: &[String]) -> Outcome<String> {
    let authority = parts
        .uri
        .authority()
        .map(ToString::to_string)
        .or_else(|| Some(parts.headers.get(header::HOST)?.to_str().ok()?.to_owned()))
        .ok_or(Code::Malformed)?;
    let host = authority
        .rsplit_once(':')
        .map_or(authority.as_str(), |(host, _)| host);
    if !hosts.iter().any(|ours| ours == host) {
        return Err(Code::Malformed.into());
    }
    Ok(format!("https://{authority}"))
}

/// The URL a proof must be made for.
pub(crate) fn proof_url(parts: &Parts, hosts: &[String]) -> Outcome<String> {
    Ok(origin(parts, hosts)? + parts.uri.path())
}

/// The issuer (RFC 8414): the platform under the name by which it was called.
pub(crate) struct Issuer(pub(crate) String);

impl FromRequestParts<Platform> for Issuer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Outcome<Self> {
        origin(parts, platform.hosts()).map(Self)
    }
}

/// The value of a header that must stand there exactly once.
pub(crate) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}

/// A JSON body of the contract.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Platform> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, platform: &Platform) -> Outcome<Self> {
        match Json::from_request(request, platform).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::JsonDataError(_)) => Err(Code::Validation.into()),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Code::UnsupportedMedia.into()),
            Err(JsonRejection::BytesRejection(rejection))
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE =>
            {
                Err(Code::TooLarge.into())
            }
            Err(_) => Err(Code::Malformed.into()),
        }
    }
}

/// A form body of the contract.
pub(crate) struct FormBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Platform> for FormBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, platform: &Platform) -> Outcome<Self> {
        match Form::from_request(request, platform).await {
            Ok(Form(body)) => Ok(Self(body)),
            Err(rejection) if rejection.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Err(Code::UnsupportedMedia.into())
            }
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Code::TooLarge.into())
            }
            Err(_) => Err(Code::Malformed.into()),
        }
    }
}

/// An identifier in a path. What is no identifier does not exist.
pub(crate) fn id(text: &str) -> Outcome<uuid::Uuid> {
    text.parse().map_err(|_| Code::NotFound.into())
}
