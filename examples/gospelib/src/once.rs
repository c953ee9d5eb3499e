//! All services in one process on free ports, used once as a browser would.

use std::error::Error;
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use glyph_runtime::expose::Format;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use tokio::net::TcpListener;

use crate::browser::Browsers;
use crate::fault::Fault;
use crate::graph::Graph;
use crate::model::ModelClient;
use crate::options::Process;
use crate::peer::Peer;
use crate::process::{builder, gateway_checks, graph_checks, graph_file};
use crate::service::Serving;
use crate::telemetry::ServiceMetrics;
use crate::{content, gateway, ingest, watch};

/// The paths that the browser requests, in this order.
const PATHS: [&str; 11] = [
    "/",
    "/report.js",
    "/page.js",
    "/passages/gen.1.1",
    "/passages/way.1.4",
    "/passages/sea.2.7",
    "/neighbours/gen.1.4?depth=2",
    "/neighbours/gen.1.4?depth=2",
    "/search?q=light%20morning",
    "/ask/grace",
    "/ask/forgiveness",
];

/// The trace of the browser's requests, and its two spans: the visit, and the requests in it.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const VISIT: &str = "53995c3f42cd8ad8";
const FETCH: &str = "b7ad6b7169203331";

/// Starts the services, uses them, ends them, and prints the metrics.
pub(crate) async fn run(process: Process) -> Result<(), Box<dyn Error>> {
    let Process {
        options,
        telemetry: arguments,
    } = process;
    if options.fault == Some(Fault::Crash) {
        return Err("`--fault crash` needs processes: leave out `--once`".into());
    }
    ServiceMetrics::global().restarts.inc();
    let (file, _folder) = graph_file(&options)?;
    let graph = Graph::open(&file, &options)?;
    let free = ("127.0.0.1", 0);
    let contents = TcpListener::bind(free).await?;
    let peer = Peer::new(&format!("http://{}", contents.local_addr()?))?;
    let telemetry = graph_checks(builder("gospelib", arguments.clone()), &graph);
    let telemetry = gateway_checks(telemetry, &peer).install()?;
    let browsers = Browsers::start(&arguments)?;
    graph.expose()?;
    watch::disk(&file);
    watch::certificate(options.certificate.as_deref())?;
    ingest::first(&graph, &options).await;
    let ingest = ingest::router(graph.clone());
    let ingest = Serving::start(TcpListener::bind(free).await?, ingest)?;
    let exhausted = graph.exhaust();
    let content = if options.fault == Some(Fault::ContentDown) {
        drop(contents);
        None
    } else {
        let routes = content::router(exhausted.clone());
        Some(Serving::start(contents, routes)?)
    };
    let model = ModelClient::start(&options).await?;
    let gateway = gateway::router(peer, browsers.clone(), model, &options)?;
    let gateway = Serving::start(TcpListener::bind(free).await?, gateway)?;
    let failed = browse(&gateway.address.to_string()).await?;
    // Each request is recorded when the servers have ended.
    for server in [Some(gateway), content, Some(ingest)].into_iter().flatten() {
        server.stop().await;
    }
    browsers.end().await;
    write!(io::stdout(), "{}", telemetry.render(Format::OpenMetrics))?;
    drop(exhausted);
    let _report = telemetry.shutdown().await;
    match (failed, options.fault) {
        (Some(failed), None) => Err(failed.into()),
        _ => Ok(()),
    }
}

/// Makes the requests of a browser, and sends what it would have collected. Returns the first that
/// failed.
async fn browse(gateway: &str) -> Result<Option<String>, Box<dyn Error>> {
    let mut failed = None;
    let mut ask = async |method: Method, path: &str, body: String| {
        let status = ask(gateway, &method, path, body).await?;
        if !status.is_success() && failed.is_none() {
            failed = Some(format!("{method} {path}: {status}"));
        }
        Ok::<_, Box<dyn Error>>(())
    };
    let started = now()?;
    for path in PATHS {
        ask(Method::GET, path, String::new()).await?;
    }
    ask(Method::POST, "/collect", collected(started, now()?)).await?;
    Ok(failed)
}

async fn ask(
    gateway: &str,
    method: &Method,
    path: &str,
    body: String,
) -> Result<StatusCode, Box<dyn Error>> {
    let request = Request::builder()
        .method(method)
        .uri(format!("http://{gateway}{path}"))
        .header("traceparent", format!("00-{TRACE}-{FETCH}-01"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await?;
    let status = response.status();
    response.into_body().collect().await?;
    Ok(status)
}

/// Returns the nanoseconds since 1970.
fn now() -> Result<u128, Box<dyn Error>> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos())
}

/// Returns what the page of the gateway would send: its vitals and its spans.
fn collected(started: u128, ended: u128) -> String {
    let span = |id: &str, parent: &str, name: &str, kind: u8| {
        json!({
            "traceId": TRACE,
            "spanId": id,
            "parentSpanId": parent,
            "name": name,
            "kind": kind,
            "startTimeUnixNano": started.to_string(),
            "endTimeUnixNano": ended.to_string(),
        })
    };
    let spans = [
        span(VISIT, "", "visit", 1),
        span(FETCH, VISIT, "HTTP GET", 3),
    ];
    let session = "once-session";
    json!({
        "meta": {"app": {"name": "gospelib-web"}, "session": {"id": session}, "page": {"url": "/"}},
        "measurements": [{"type": "web-vitals", "values": {"lcp": 120.0, "inp": 16.0, "cls": 0.01, "ttfb": 8.0}}],
        "events": [{"name": "session_start"}],
        "traces": {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]},
    })
    .to_string()
}
