//! The server.

use std::{
    collections::HashSet,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::sleep};

use crate::{
    Counts, FAULT_HEADER, Fault,
    chat::Chat,
    counts::{Counters, End},
    stream::{self, Running},
    tokens,
};

/// Ids of requests that were answered with 503 and did not come again.
const MAX_SEEN: usize = 1024;

/// A model server.
///
/// ```no_run
/// use std::time::Duration;
/// use glyph_example_model::Model;
/// use tokio::net::TcpListener;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let model = Model::new().pace(Duration::from_millis(2));
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// tokio::spawn(model.clone().serve(listener));
/// // ...
/// assert_eq!(model.counts().failed, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Model {
    pace: Duration,
    wait: Duration,
    fault: Option<Fault>,
    counters: Arc<Counters>,
    next_id: Arc<AtomicU64>,
    /// The requests that [`Fault::Flaky`] failed once.
    seen: Arc<Mutex<HashSet<String>>>,
}

impl Model {
    /// Creates a server whose tokens follow each other at once.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the time between two tokens. Default: none.
    #[must_use]
    pub const fn pace(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// Sets the fault of each request that names no other. Default: none.
    #[must_use]
    pub const fn fault(mut self, fault: Option<Fault>) -> Self {
        self.fault = fault;
        self
    }

    /// Sets how late the response of a request with [`Fault::Slow`] is. Default: not at all.
    #[must_use]
    pub const fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Returns what this server and its clones counted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counters.counts()
    }

    /// Returns the routes: `POST /v1/chat/completions`, and `GET /counts` with [`Counts`] as JSON.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/v1/chat/completions", post(complete))
            .route("/counts", get(count))
            .with_state(self.clone())
    }

    /// Serves on a free port of this machine, as long as the runtime is there, and returns the URL.
    ///
    /// # Errors
    ///
    /// Returns an error if no port is free.
    pub async fn start(self) -> io::Result<String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(self.serve(listener));
        Ok(url)
    }

    /// Serves until the future is dropped.
    ///
    /// # Errors
    ///
    /// Returns an error if the listener fails.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        axum::serve(listener, self.router()).await
    }

    /// Returns whether a request with this id was not seen before. The next one with it was.
    fn is_first(&self, id: &str) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MAX_SEEN {
            seen.clear();
        }
        !seen.remove(id) && seen.insert(id.to_owned())
    }

    fn fault_of(&self, headers: &HeaderMap) -> Result<Option<Fault>, String> {
        let Some(name) = headers.get(FAULT_HEADER) else {
            return Ok(self.fault);
        };
        let fault = name.to_str().unwrap_or_default().parse::<Fault>();
        fault.map(Some).map_err(|error| error.to_string())
    }
}

async fn count(State(model): State<Model>) -> Response {
    document(StatusCode::OK, &model.counts().json())
}

async fn complete(State(model): State<Model>, headers: HeaderMap, body: Bytes) -> Response {
    let running = Running::start(&model.counters);
    let asked = Chat::parse(&body).and_then(|chat| Ok((chat, model.fault_of(&headers)?)));
    let (chat, fault) = match asked {
        Ok(asked) => asked,
        Err(reason) => return running.fail(StatusCode::BAD_REQUEST, &reason),
    };
    match fault {
        Some(Fault::Busy) => {
            let mut response = running.fail(StatusCode::TOO_MANY_REQUESTS, "too many requests");
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
            return response;
        }
        Some(Fault::Failing) => {
            return running.fail(StatusCode::INTERNAL_SERVER_ERROR, "the model failed");
        }
        Some(Fault::Flaky) if model.is_first(id_of(&headers)) => {
            return running.fail(StatusCode::SERVICE_UNAVAILABLE, "the model is loading");
        }
        Some(Fault::Slow) => sleep(model.wait).await,
        _ => {}
    }
    respond(&model, running, &chat, fault == Some(Fault::Cut))
}

fn id_of(headers: &HeaderMap) -> &str {
    let id = headers.get("x-request-id");
    id.and_then(|id| id.to_str().ok()).unwrap_or_default()
}

fn respond(model: &Model, running: Running, chat: &Chat, is_cut: bool) -> Response {
    let reply = chat.reply();
    let id = model.next_id.fetch_add(1, Relaxed);
    model.counters.prompt(chat.prompt_tokens());
    if chat.stream {
        let events = stream::events(chat, id, &reply);
        let body = stream::body(running, events, model.pace, is_cut);
        return ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response();
    }
    model.counters.sent(tokens(reply.text()).len());
    running.end(End::Completed);
    document(StatusCode::OK, &chat.document(id, &reply))
}

impl Running {
    /// Ends a request with an error.
    fn fail(self, status: StatusCode, message: &str) -> Response {
        let (end, kind) = if status.is_server_error() {
            (End::Failed, "server_error")
        } else {
            (End::Rejected, "invalid_request_error")
        };
        self.end(end);
        document(
            status,
            &json!({"error": {"message": message, "type": kind}}),
        )
    }
}

fn document(status: StatusCode, document: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (status, headers, format!("{document}\n")).into_response()
}
