//! Content negotiation with Prometheus.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, header},
    middleware::{self, Next},
};
use glyph_runtime::{Counter, metric_catalog};
use glyph_tests::environment;
use tokio::{net::TcpListener, runtime::Runtime};

use crate::prometheus::{EXEMPLARS_ONLY, NATIVE_HISTOGRAMS, Prometheus};

#[metric_catalog(namespace = "negotiation")]
pub(crate) struct Metrics {
    /// Things that happened.
    pub(crate) events: Counter,
}

/// The headers of a request and of its response.
#[derive(Clone, Debug)]
struct Exchange {
    accept: String,
    content_type: String,
    content_encoding: String,
}

#[test]
#[ignore = "needs prometheus and promtool; .ci/run installs them"]
fn prometheus_receives_openmetrics() {
    let exchange = first_scrape(EXEMPLARS_ONLY);
    assert!(
        exchange.accept.starts_with("application/openmetrics-text"),
        "{exchange:?}"
    );
    assert_openmetrics(&exchange);
}

#[test]
#[ignore = "needs prometheus and promtool; .ci/run installs them"]
fn prometheus_preferring_protobuf_receives_openmetrics() {
    let exchange = first_scrape(NATIVE_HISTOGRAMS);
    assert!(
        exchange
            .accept
            .starts_with("application/vnd.google.protobuf"),
        "{exchange:?}"
    );
    assert_openmetrics(&exchange);
}

fn assert_openmetrics(exchange: &Exchange) {
    assert_eq!(
        exchange.content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8",
        "{exchange:?}"
    );
    assert_eq!(exchange.content_encoding, "gzip", "{exchange:?}");
}

fn first_scrape(features: &str) -> Exchange {
    let telemetry = environment::telemetry("negotiation")
        .catalog(Metrics::global())
        .build()
        .unwrap();
    Metrics::global().events.inc();
    let exchanges = Arc::new(Mutex::new(Vec::new()));
    let runtime = Runtime::new().unwrap();
    let address = serve(
        &runtime,
        recorded(telemetry.router(), Arc::clone(&exchanges)),
    );
    Prometheus::scraping(address, features).wait_until_up();
    exchanges.lock().unwrap().first().cloned().unwrap()
}

/// Wraps `router` and records the headers of all requests and responses.
fn recorded(router: Router, exchanges: Arc<Mutex<Vec<Exchange>>>) -> Router {
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let exchanges = Arc::clone(&exchanges);
        async move {
            let accept = text(request.headers(), &header::ACCEPT);
            let response = next.run(request).await;
            exchanges.lock().unwrap().push(Exchange {
                accept,
                content_type: text(response.headers(), &header::CONTENT_TYPE),
                content_encoding: text(response.headers(), &header::CONTENT_ENCODING),
            });
            response
        }
    }))
}

fn text(headers: &HeaderMap, name: &header::HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn serve(runtime: &Runtime, router: Router) -> SocketAddr {
    let listener = runtime
        .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, router).await });
    address
}
