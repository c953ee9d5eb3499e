//! A few requests through both services in one process.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header;
use glyph_runtime::config::TelemetryArgs;
use glyph_runtime::expose::Format;
use glyph_runtime::log::Output;
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::auth::{self, Client, Store};
use crate::proxy::{self, Limits, Proxy, Upstream};
use crate::service::{self, Ended};
use crate::telemetry::Metrics;

const COMPLETIONS: &str = "/v1/chat/completions";
const USAGE: &str = "/v1/organizations/0192f0c1-6d3a-7b11-8a7e-3f6f1c9d2a10/usage";

/// Requests that an organization may send.
const LIMIT: u64 = 4;

/// The longest response, in bytes.
const LONGEST: usize = 1 << 20;

/// The requests: token, path, and whether the database is locked meanwhile. The last one of one
/// organization exceeds its limit.
const REQUESTS: [(&str, &str, bool); 9] = [
    ("token-acme", COMPLETIONS, false),
    ("token-acme", USAGE, false),
    ("token-umbra", COMPLETIONS, false),
    ("", COMPLETIONS, false),
    ("token-of-nobody", USAGE, false),
    ("token-acme", COMPLETIONS, true),
    ("token-acme", COMPLETIONS, false),
    ("token-acme", COMPLETIONS, false),
    ("token-acme", COMPLETIONS, false),
];

/// Sends the requests, and prints the metrics.
pub(crate) async fn run(arguments: TelemetryArgs) -> Ended {
    // The page is on the standard output, so the lines are not.
    let telemetry = service::telemetry("ibex", arguments, Output::Stderr).install()?;
    Metrics::global().process_up.set(1);
    let store = Arc::new(Store::open(None)?);
    auth::prepare(&store)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let auth = Client::to(&listener.local_addr()?.to_string())?;
    let serving = Arc::clone(&store);
    tokio::spawn(async move {
        let served = auth::serve(listener, serving, std::future::pending()).await;
        if let Err(error) = served {
            tracing::error!(%error, "the authentication service ended");
        }
    });
    let model = proxy::embedded_model().await?;
    let proxy = proxy::router(Proxy {
        auth,
        limits: Limits::new(LIMIT, 3600, None)?,
        model: Upstream::new(&model, Duration::from_secs(30))?,
    });
    for (number, (token, path, is_locked)) in (1..).zip(REQUESTS) {
        let _lock = if is_locked { Some(store.lock()?) } else { None };
        let response = proxy.clone().oneshot(request(number, token, path)?).await?;
        to_bytes(response.into_body(), LONGEST).await?;
    }
    write!(io::stdout(), "{}", telemetry.render(Format::OpenMetrics))?;
    let _report = telemetry.shutdown().await;
    Ok(())
}

fn request(number: u32, token: &str, path: &str) -> Result<Request, axum::http::Error> {
    let (request, body) = match path {
        COMPLETIONS => {
            let prompt = format!("What is {number} * 7?");
            let message = serde_json::json!({"role": "user", "content": prompt});
            let body = serde_json::json!({"stream": true, "messages": [message]});
            (Request::post(path), Body::from(body.to_string()))
        }
        _ => (Request::get(path), Body::empty()),
    };
    request
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header("x-request-id", format!("demo-{number}"))
        .body(body)
}
