//! The manifest and the sealed bytes (R44-R46).

use std::io::SeekFrom;

use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use relecture_platform_api::{Code, Manifest};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};
use tokio_util::io::ReaderStream;

use crate::{
    Platform,
    caller::Caller,
    facts,
    http::{id, only},
    refusal::{Outcome, Refusal},
    store::assignments::{self, SealedPiece},
};

/// Bytes read from the disk at once.
const AT_ONCE: usize = 256 * 1024;

/// `GET /v1/assignments/{id}/manifest`.
pub(crate) async fn manifest_view(
    State(platform): State<Platform>,
    caller: Caller,
    Path(path): Path<String>,
) -> Outcome<Json<Manifest>> {
    let id = id(&path)?;
    platform
        .act(caller, Some(id), move |act| {
            let row = act.cacheable(id)?;
            let key = facts::case_key(act.keys, &facts::case(act.db, row.case)?)?;
            let documents = assignments::pieces(act.db, id)?
                .iter()
                .map(|sealed| facts::document(&key, sealed))
                .collect::<Outcome<_>>()?;
            act.record("manifest.viewed", Some(id), None)?;
            Ok(Json(Manifest {
                assignment_id: id,
                documents,
            }))
        })
        .await
}

/// `GET` and `HEAD /v1/assignments/{id}/documents/{document}/content`: the sealed bytes, whole or one range of them.
pub(crate) async fn document_content(
    State(platform): State<Platform>,
    caller: Caller,
    method: Method,
    Path((path, document)): Path<(String, String)>,
    headers: HeaderMap,
) -> Outcome<Response> {
    let (assignment, document) = (id(&path)?, id(&document)?);
    let served = method == Method::GET;
    let sealed = platform
        .act(caller, Some(assignment), move |act| {
            act.cacheable(assignment)?;
            let sealed = assignments::pieces(act.db, assignment)?
                .into_iter()
                .find(|sealed| sealed.piece.id == document)
                .ok_or(Code::NotFound)?;
            // No byte leaves without a trace.
            if served {
                act.record("documents.downloaded", Some(assignment), Some(document))?;
            }
            Ok(sealed)
        })
        .await?;
    let range = asked_range(&headers, &sealed)?;
    let (first, length) = range.map_or((0, sealed.size), |range| (range.first, range.length));
    let mut file = File::open(platform.files().path(&sealed.file))
        .await
        .map_err(|_| Refusal::fault("sealed file missing"))?;
    file.seek(SeekFrom::Start(first))
        .await
        .map_err(|_| Refusal::fault("sealed file unreadable"))?;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(length), AT_ONCE));
    let status = if range.is_some() {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let mut response = (
        status,
        [
            (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
            (header::ACCEPT_RANGES, "bytes".to_owned()),
            (header::CONTENT_LENGTH, length.to_string()),
            (header::ETAG, facts::etag(&sealed)),
            // RFC 9530: of the whole representation, whatever part is asked.
            (
                header::HeaderName::from_static("repr-digest"),
                format!("sha-256=:{}:", BASE64_STANDARD.encode(sealed.sha256.0)),
            ),
        ],
        body,
    )
        .into_response();
    if range.is_some() {
        let value = format!(
            "bytes {first}-{}/{}",
            first + length.saturating_sub(1),
            sealed.size
        );
        let value = value.parse().map_err(|_| Refusal::fault("content range"))?;
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    first: u64,
    length: u64,
}

/// What a `Range` header asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Nothing that is served in parts: the whole.
    Whole,
    Part(Range),
    /// Bytes that do not exist.
    Beyond,
}

/// The range to serve (RFC 9110 section 14): one at most, and only of the representation that `If-Range` names.
fn asked_range(headers: &HeaderMap, sealed: &SealedPiece) -> Outcome<Option<Range>> {
    let etag = facts::etag(sealed);
    let current = headers
        .get(header::IF_RANGE)
        .is_none_or(|named| named.as_bytes() == etag.as_bytes());
    let asked = only(headers, header::RANGE.as_str()).filter(|_| current);
    match asked
        .and_then(|asked| parse_range(asked, sealed.size))
        .unwrap_or(Asked::Whole)
    {
        Asked::Whole => Ok(None),
        Asked::Part(range) => Ok(Some(range)),
        Asked::Beyond => Err(Refusal::range(sealed.size)),
    }
}

/// A single range of bytes; nothing for anything else, which is ignored as the RFC says.
fn parse_range(text: &str, size: u64) -> Option<Asked> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| -> Option<u64> {
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())?
    };
    let part = |first: u64, end: u64| match end.checked_sub(first) {
        None | Some(0) => Asked::Beyond,
        Some(length) => Asked::Part(Range { first, length }),
    };
    if first.is_empty() {
        return Some(part(size - number(last)?.min(size), size));
    }
    let first = number(first)?;
    let last = if last.is_empty() {
        u64::MAX
    } else {
        number(last)?
    };
    (first <= last).then(|| part(first, last.saturating_add(1).min(size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_rfc_9110() {
        let range = |first, length| Some(Asked::Part(Range { first, length }));
        for (text, expected) in [
            ("bytes=0-9", range(0, 10)),
            ("bytes=5-", range(5, 95)),
            ("bytes=-10", range(90, 10)),
            ("bytes=-1000", range(0, 100)),
            ("bytes=90-1000", range(90, 10)),
            ("bytes=99-99", range(99, 1)),
            ("bytes=0-18446744073709551615", range(0, 100)),
            ("bytes=100-", Some(Asked::Beyond)),
            ("bytes=-0", Some(Asked::Beyond)),
            ("bytes=9-5", None),
            ("bytes=0-1,3-4", None),
            ("bytes=a-b", None),
            ("bytes=-", None),
            ("bytes=+1-2", None),
            ("items=0-1", None),
        ] {
            assert_eq!(parse_range(text, 100), expected, "{text}");
        }
    }
}
