//! The time of a signature (RFC 3161): a digest goes in, the service's answer comes out (R76).

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, header},
};
use relecture_platform_api::Code;

use crate::{
    Platform,
    caller::Caller,
    http::{id, only},
    refusal::{Outcome, Refusal},
};

/// A request of RFC 3161 takes under 100 bytes.
const MAX_QUERY: usize = 1024;

/// `POST /v1/assignments/{id}/report/timestamp`.
pub(crate) async fn report_timestamp(
    State(platform): State<Platform>,
    caller: Caller,
    Path(path): Path<String>,
    headers: HeaderMap,
    query: Bytes,
) -> Outcome<([(header::HeaderName, &'static str); 1], Vec<u8>)> {
    let id = id(&path)?;
    if only(&headers, header::CONTENT_TYPE.as_str()) != Some("application/timestamp-query") {
        return Err(Code::UnsupportedMedia.into());
    }
    if query.len() > MAX_QUERY {
        return Err(Refusal::because(Code::Malformed, "timestamp-query"));
    }
    platform
        .act(caller, Some(id), move |act| {
            act.cacheable(id)?;
            act.record("report.timestamped", Some(id), None)
        })
        .await?;
    let answer = platform
        .timestamping()
        .answer(query.to_vec(), platform.keys(), platform.now())
        .await?;
    Ok((
        [(header::CONTENT_TYPE, "application/timestamp-reply")],
        answer,
    ))
}
