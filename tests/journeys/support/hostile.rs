//! A platform that means ill, or is badly broken: each kind of request meets one malice, once.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::ready,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, DATE},
    },
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use relecture_platform_server::Wrap;
use uuid::Uuid;

/// What becomes of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Malice {
    /// Served, and the answer is lost.
    Drop,
    /// Served, and half of the answer is said to be all of it.
    Truncate,
    /// Served, and a byte in the middle of the answer is another.
    Corrupt,
    /// Served late.
    Delay,
    /// Not served: a proxy's bare 503.
    Unavailable,
    /// Not served: a fault, told as the contract tells it.
    Fault,
    /// Not served: success, and nothing said.
    Empty,
    /// Not served: what was first answered to such a request, of whatever case.
    Repeat,
    /// Served, and said to be a year ago.
    Earlier,
}

impl Malice {
    pub(crate) const ALL: [Self; 9] = [
        Self::Drop,
        Self::Truncate,
        Self::Corrupt,
        Self::Delay,
        Self::Unavailable,
        Self::Fault,
        Self::Empty,
        Self::Repeat,
        Self::Earlier,
    ];
}

/// Stands between the desks and the routes; harmless until it is told otherwise.
#[derive(Clone, Default)]
pub(crate) struct Hostile(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_awake: bool,
    /// The first answer of each kind of request.
    first: BTreeMap<String, Answer>,
    planned: BTreeMap<String, Malice>,
    met: BTreeSet<(String, Malice)>,
}

#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Hostile {
    /// From here on answers are remembered.
    pub(crate) fn wake(&self) {
        let mut state = self.state();
        state.is_awake = true;
        state.first.clear();
    }

    /// The kinds of request seen since.
    pub(crate) fn kinds(&self) -> Vec<String> {
        self.state().first.keys().cloned().collect()
    }

    /// The next request of this kind meets this.
    pub(crate) fn plan(&self, kind: &str, malice: Malice) {
        self.state().planned.insert(kind.to_owned(), malice);
    }

    /// Nothing more is planned.
    pub(crate) fn rest(&self) {
        self.state().planned.clear();
    }

    /// What was met so far.
    pub(crate) fn met(&self) -> BTreeSet<(String, Malice)> {
        self.state().met.clone()
    }

    pub(crate) fn wrap(&self, inner: Wrap) -> Wrap {
        let hostile = self.clone();
        Arc::new(move |router| {
            let hostile = hostile.clone();
            inner(router).layer(from_fn(move |request: Request, next: Next| {
                let hostile = hostile.clone();
                async move { hostile.answer(request, next).await }
            }))
        })
    }

    async fn answer(&self, request: Request, next: Next) -> Response {
        let kind = kind_of(&request);
        let (is_awake, malice, first) = {
            let mut state = self.state();
            let malice = state.planned.remove(&kind);
            if let Some(malice) = malice {
                state.met.insert((kind.clone(), malice));
            }
            (state.is_awake, malice, state.first.get(&kind).cloned())
        };
        if !is_awake {
            return next.run(request).await;
        }
        match malice {
            Some(Malice::Unavailable) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Some(Malice::Fault) => {
                let problem = r#"{"type":"about:blank","title":"","status":500,"code":"internal","request_id":""}"#;
                let headers = [(CONTENT_TYPE, "application/problem+json")];
                return (StatusCode::INTERNAL_SERVER_ERROR, headers, problem).into_response();
            }
            Some(Malice::Empty) => return StatusCode::OK.into_response(),
            Some(Malice::Repeat) if first.is_some() => {
                return first.map(Answer::tell).unwrap_or_default();
            }
            Some(Malice::Delay) => tokio::time::sleep(Duration::from_millis(60)).await,
            _ => {}
        }
        let (parts, body) = next.run(request).await.into_parts();
        let mut answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.expect("a body"),
        };
        // A refusal is half of an exchange: the proof is made again with its nonce.
        if answer.status.is_success() {
            let mut state = self.state();
            state.first.entry(kind).or_insert_with(|| answer.clone());
        }
        match malice {
            Some(Malice::Drop) => {
                let cut = stream::once(ready(Err::<Bytes, _>(std::io::Error::other("cut"))));
                let mut response = Response::new(Body::from_stream(cut));
                *response.status_mut() = answer.status;
                *response.headers_mut() = answer.headers;
                return response;
            }
            Some(Malice::Truncate) => {
                answer.body.truncate(answer.body.len() / 2);
                answer.headers.remove(CONTENT_LENGTH);
            }
            Some(Malice::Corrupt) => {
                let mut bytes = answer.body.to_vec();
                let middle = bytes.len() / 2;
                if let Some(byte) = bytes.get_mut(middle) {
                    *byte ^= 1;
                }
                answer.body = bytes.into();
            }
            Some(Malice::Earlier) => {
                let past = HeaderValue::from_static("Wed, 04 Jun 2025 08:00:00 GMT");
                answer.headers.insert(DATE, past);
            }
            _ => {}
        }
        answer.tell()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("the state")
    }
}

impl Answer {
    fn tell(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Method and path, whatever the case.
fn kind_of(request: &Request) -> String {
    let segments = request.uri().path().split('/');
    let path: Vec<&str> = segments
        .map(|segment| Uuid::try_parse(segment).map_or(segment, |_| "{id}"))
        .collect();
    format!("{} {}", request.method(), path.join("/"))
}
