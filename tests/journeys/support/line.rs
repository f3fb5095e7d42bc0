//! The line between the desks and the platform: who asked for what, and a download that stands still.

use std::{
    future::ready,
    sync::{Arc, Mutex},
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::header,
    middleware::{Next, from_fn},
    response::Response,
};
use futures_util::{StreamExt, stream};
use relecture_platform_server::Wrap;

/// Everything that passes between the desks and the platform.
#[derive(Clone, Default)]
pub(crate) struct Line(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    asked: Vec<Ask>,
    stall_after: Option<usize>,
}

struct Ask {
    path: String,
    range: Option<String>,
}

impl Line {
    /// The ranges of the requests whose path ends so, in order; `None` asks for the whole.
    pub(crate) fn ranges(&self, end: &str) -> Vec<Option<String>> {
        let state = self.0.lock().expect("the line");
        let matching = state.asked.iter().filter(|ask| ask.path.ends_with(end));
        matching.map(|ask| ask.range.clone()).collect()
    }

    /// The next download gives so many bytes, then nothing more and no end, until the platform is stopped. Unlike a cut at once,
    /// which may overtake the bytes before it, this leaves the desk the time to keep them.
    pub(crate) fn stall_after(&self, bytes: usize) {
        self.0.lock().expect("the line").stall_after = Some(bytes);
    }

    fn ask(&self, request: &Request) -> Option<usize> {
        let range = request.headers().get(header::RANGE);
        let range = range.map(|range| range.to_str().expect("a range").to_owned());
        let path = request.uri().path().to_owned();
        let mut state = self.0.lock().expect("the line");
        let stall = state.stall_after.take_if(|_| path.ends_with("/content"));
        state.asked.push(Ask { path, range });
        stall
    }

    /// Puts the line before the platform's routes and their faults.
    pub(crate) fn wrap(&self, inner: Wrap) -> Wrap {
        let line = self.clone();
        Arc::new(move |router| {
            let line = line.clone();
            inner(router).layer(from_fn(move |request: Request, next: Next| {
                let stall = line.ask(&request);
                async move {
                    let response = next.run(request).await;
                    match stall {
                        Some(bytes) => stalled(response, bytes),
                        None => response,
                    }
                }
            }))
        })
    }
}

fn stalled(response: Response, after: usize) -> Response {
    let (parts, body) = response.into_parts();
    let given = body.into_data_stream().scan(after, |left, part| {
        let given = part.map(|part| part.slice(..part.len().min(*left)));
        *left -= given.as_ref().map_or(*left, Bytes::len);
        let more = given.as_ref().is_ok_and(|given| !given.is_empty());
        ready(more.then_some(given))
    });
    Response::from_parts(parts, Body::from_stream(given.chain(stream::pending())))
}
