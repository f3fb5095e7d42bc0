//! Faults put around the routes: cut, corrupt, delay, refuse. One at a time, for so many requests whose path matches.

use std::{
    future::ready,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::StatusCode,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use relecture_platform_server::Wrap;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The answer's body stops after so many bytes and says nothing more, until the platform is cut.
    StallAfter(usize),
    /// The request is served, its answer is lost.
    LoseAnswer,
    /// One byte of the answer's body is flipped, at this place.
    Flip(usize),
    /// The answer waits.
    Delay(Duration),
    /// The platform's own refusal, with this status and code.
    Refuse(u16, &'static str),
    /// A bare 503, as from a proxy in front, before anything is served.
    Unavailable,
}

#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<Vec<(String, Fault)>>>);

impl Faults {
    /// The next request whose path ends with `path` meets the fault.
    pub(crate) fn next(&self, path: &str, fault: Fault) {
        self.0
            .lock()
            .expect("the faults")
            .push((path.to_owned(), fault));
    }

    fn take(&self, path: &str) -> Option<Fault> {
        let mut faults = self.0.lock().expect("the faults");
        let at = faults
            .iter()
            .position(|(end, _)| path.ends_with(end.as_str()))?;
        Some(faults.remove(at).1)
    }

    pub(crate) fn wrap(&self) -> Wrap {
        let faults = self.clone();
        Arc::new(move |router| {
            let faults = faults.clone();
            router.layer(from_fn(move |request: Request, next: Next| {
                let faults = faults.clone();
                async move {
                    match faults.take(request.uri().path()) {
                        None => next.run(request).await,
                        Some(fault) => meet(fault, request, next).await,
                    }
                }
            }))
        })
    }
}

async fn meet(fault: Fault, request: Request, next: Next) -> Response {
    match fault {
        Fault::Refuse(status, code) => {
            let problem = format!(
                r#"{{"type":"about:blank","title":"","status":{status},"code":"{code}","request_id":""}}"#
            );
            let status = StatusCode::from_u16(status).expect("a status");
            let kind = [("content-type", "application/problem+json")];
            (status, kind, problem).into_response()
        }
        Fault::Unavailable => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Fault::Delay(time) => {
            tokio::time::sleep(time).await;
            next.run(request).await
        }
        Fault::LoseAnswer => lose(next.run(request).await),
        Fault::StallAfter(bytes) => stall(next.run(request).await, bytes),
        Fault::Flip(at) => {
            let (parts, body) = next.run(request).await.into_parts();
            let mut bytes = axum::body::to_bytes(body, usize::MAX)
                .await
                .expect("a body")
                .to_vec();
            bytes[at] ^= 1;
            Response::from_parts(parts, Body::from(bytes))
        }
    }
}

/// The length stays announced, so that the client can tell.
fn lose(response: Response) -> Response {
    let (parts, _) = response.into_parts();
    let cut = stream::once(ready(Err::<Bytes, _>(std::io::Error::other("cut"))));
    Response::from_parts(parts, Body::from_stream(cut))
}

/// An error at once would race with what was already said: HTTP/2 drops what it has not sent yet, headers too.
fn stall(response: Response, after: usize) -> Response {
    let (parts, body) = response.into_parts();
    let mut left = after;
    let said = body
        .into_data_stream()
        .map(move |part| {
            let part = part.map_err(std::io::Error::other)?;
            let given = part.len().min(left);
            left -= given;
            Ok::<Bytes, std::io::Error>(part.slice(..given))
        })
        .chain(stream::pending());
    Response::from_parts(parts, Body::from_stream(said))
}
