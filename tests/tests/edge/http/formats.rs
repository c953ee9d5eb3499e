//! Traces of callers and of other services that speak Zipkin's or Jaeger's format.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body, http::HeaderMap, routing::get};
use glyph_runtime::{
    Telemetry,
    http::{ClientLayer, ClientMetrics, ServerLayer, ServerMetrics},
    trace::{SpanKind, Trace, propagation},
};
use glyph_tests::{children::alone, environment, wait};
use http::Request;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use opentelemetry::{global, trace::SpanContext};
use tower::{ServiceBuilder, ServiceExt};

use crate::http::wire::{request, send, serve};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// A service that calls another one, which keeps the headers of the call.
struct Hops {
    telemetry: Telemetry,
    seen: Arc<Mutex<HeaderMap>>,
}

impl Hops {
    fn start(propagators: &'static str) -> Self {
        let telemetry = environment::telemetry("formats")
            .env_lookup(move |name| (name == "OTEL_PROPAGATORS").then(|| propagators.to_owned()))
            .without_listener()
            .without_log()
            .install()
            .unwrap();
        let seen = Arc::default();
        Self { telemetry, seen }
    }

    /// Calls the service with these headers. Returns the headers of its own call, and the trace.
    fn call(&self, headers: &[(&'static str, &str)]) -> (HashMap<String, String>, Trace) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let seen = Arc::clone(&self.seen);
            let keep = move |headers: HeaderMap| async move { *seen.lock().unwrap() = headers };
            let inner = serve(Router::new().route("/", get(keep))).await;
            let outer = Router::new().route("/", get(move || forward(inner)));
            let outer = outer.layer(ServerLayer::new(ServerMetrics::global()));
            let mut asked = request("GET", "/");
            for (name, value) in headers {
                asked.headers_mut().append(*name, value.parse().unwrap());
            }
            send(serve(outer).await, asked).await;
            let traces = || self.telemetry.recent_traces();
            let is_whole = || traces().iter().any(|trace| trace.root().is_some());
            wait::until_async("the server's span has ended", is_whole).await;
        });
        let headers = self.seen.lock().unwrap();
        let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
        let headers = headers.iter();
        let headers = headers.map(|(name, value)| (name.to_string(), text(value)));
        (headers.collect(), self.telemetry.recent_traces().remove(0))
    }
}

/// Whether the headers have the span of a caller, in the formats of the telemetry.
fn extracts(headers: &[(&'static str, &str)]) -> bool {
    sampled(headers).is_some()
}

/// Whether the caller of these headers has sampled its trace.
fn sampled(headers: &[(&'static str, &str)]) -> Option<bool> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    let remote = propagation::extract(&map);
    remote.span_context().map(SpanContext::is_sampled)
}

async fn forward(to: SocketAddr) {
    let hyper = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let client = ServiceBuilder::new()
        .layer(ClientLayer::new(ClientMetrics::global()))
        .service(hyper);
    let mut asked = Request::get(format!("http://{to}/"))
        .body(Body::empty())
        .unwrap();
    // A proxy copies headers of the request that it has got.
    asked
        .headers_mut()
        .insert("x-b3-flags", "1".parse().unwrap());
    client.oneshot(asked).await.unwrap();
}

/// Returns the id of the span of the outgoing call. The server's span continues the caller's.
fn client_span(trace: &Trace) -> String {
    let mut spans = trace.spans.iter();
    let served = spans.find(|span| span.parent_is_remote).unwrap();
    assert_eq!(served.parent_span_id.as_deref(), Some(SPAN));
    let mut spans = trace.spans.iter();
    let client = spans.find(|span| span.kind == SpanKind::Client).unwrap();
    for span in [served, client] {
        assert_eq!(span.trace_id, TRACE);
    }
    client.span_id.clone()
}

#[test]
fn b3_in_one_header_is_read_and_written() {
    alone(|| {
        let hops = Hops::start("b3");
        let (headers, trace) = hops.call(&[("b3", &format!("{TRACE}-{SPAN}-1-0000000000000001"))]);
        let id = client_span(&trace);
        assert_eq!(headers["b3"], format!("{TRACE}-{id}-1"));
        assert!(!headers.contains_key("traceparent"), "{headers:?}");

        let valid = [
            format!("{TRACE}-{SPAN}"),
            format!("{}-{SPAN}-d", &TRACE[..16]),
        ];
        for header in valid {
            assert!(extracts(&[("b3", &header)]), "{header}");
        }
        let malformed = [
            String::new(),
            "0".to_owned(),
            format!("{TRACE}-{SPAN}-2"),
            format!("{TRACE}-{SPAN}-1-1"),
            format!("{TRACE}-{SPAN}-1-zzzzzzzzzzzzzzzz"),
            format!("{TRACE}-{SPAN}-1-"),
            format!("{TRACE}-{SPAN}-1-{SPAN}-1"),
            format!("{TRACE}-+0f067aa0ba902b7-1"),
            format!("{}-{SPAN}-1", "0".repeat(32)),
            format!("{TRACE}0-{SPAN}-1"),
        ];
        for header in malformed {
            assert!(!extracts(&[("b3", &header)]), "{header}");
        }
        let twice = format!("{TRACE}-{SPAN}-1");
        assert!(!extracts(&[("b3", &twice), ("b3", &twice)]));
    });
}

#[test]
fn b3_in_several_headers_is_read_and_written() {
    alone(|| {
        let hops = Hops::start("b3multi");
        let caller = [
            ("x-b3-traceid", TRACE),
            ("x-b3-spanid", SPAN),
            ("x-b3-sampled", "1"),
        ];
        let (headers, trace) = hops.call(&caller);
        let id = client_span(&trace);
        assert_eq!(headers["x-b3-traceid"], TRACE);
        assert_eq!(headers["x-b3-spanid"], id);
        assert_eq!(headers["x-b3-sampled"], "1");
        // The flag that a proxy has copied contradicts the header.
        assert!(!headers.contains_key("x-b3-flags"), "{headers:?}");

        // The single header is read as well, and takes precedence.
        assert!(extracts(&[("b3", &format!("{TRACE}-{SPAN}-0"))]));
        assert!(extracts(&[caller[0], caller[1], ("x-b3-flags", "1")]));
        assert!(!extracts(&caller[..1]));
        assert!(!extracts(&caller[1..]));
        assert!(!extracts(&[caller[0], caller[0], caller[1]]));
        let decided = |by| sampled(&[caller[0], caller[1], ("x-b3-sampled", by)]);
        assert_eq!(
            ["true", "false", "1", "0", "yes"].map(decided),
            [Some(true), Some(false), Some(true), Some(false), None]
        );
    });
}

#[test]
fn global_propagator_names_each_header_that_a_reused_carrier_may_have() {
    alone(|| {
        let _hops = Hops::start("b3multi,jaeger");
        let mut carrier = HashMap::from([
            ("x-b3-flags".to_owned(), "1".to_owned()),
            ("x-b3-parentspanid".to_owned(), SPAN.to_owned()),
            ("uber-trace-id".to_owned(), format!("{SPAN}:{SPAN}:0:1")),
        ]);
        let caller = HashMap::from([("uber-trace-id".to_owned(), format!("{TRACE}:{SPAN}:0:0"))]);
        global::get_text_map_propagator(|propagator| {
            for field in propagator.fields() {
                carrier.remove(field);
            }
            let context = propagator.extract(&caller);
            propagator.inject_context(&context, &mut carrier);
        });
        let expected = [
            ("uber-trace-id", format!("{TRACE}:{SPAN}:0:0")),
            ("x-b3-sampled", "0".to_owned()),
            ("x-b3-spanid", SPAN.to_owned()),
            ("x-b3-traceid", TRACE.to_owned()),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(carrier, HashMap::from(expected));
    });
}

#[test]
fn header_of_jaeger_is_read_and_written() {
    alone(|| {
        let hops = Hops::start("jaeger,baggage");
        let caller = format!("{TRACE}:{SPAN}:0:1");
        let (headers, trace) = hops.call(&[("uber-trace-id", &caller), ("baggage", "tier=gold")]);
        let id = client_span(&trace);
        assert_eq!(headers["uber-trace-id"], format!("{TRACE}:{id}:0:1"));
        assert_eq!(headers["baggage"], "tier=gold");

        let valid = ["1:2:0:1", "a%3Ab%3A0%3A3", "1:2:3:00"];
        for header in valid {
            assert!(extracts(&[("uber-trace-id", header)]), "{header}");
        }
        let long = "0".repeat(200);
        let malformed = [
            "",
            "1:2:0",
            "1:2:0:1:1",
            "0:2:0:1",
            "1:0:0:1",
            "1:g:0:1",
            &long,
        ];
        for header in malformed {
            assert!(!extracts(&[("uber-trace-id", header)]), "{header}");
        }
        assert!(!extracts(&[("uber-trace-id", caller.as_str()); 2]));
    });
}

#[test]
fn all_configured_formats_are_written_and_the_first_valid_one_is_read() {
    alone(|| {
        let hops = Hops::start("tracecontext,b3,jaeger");
        let other = "0".repeat(31) + "1";
        let caller = [
            ("traceparent", "00-broken"),
            ("b3", &format!("{TRACE}-{SPAN}-1")),
            ("uber-trace-id", &format!("{other}:{SPAN}:0:1")),
        ];
        let (headers, trace) = hops.call(&caller);
        let id = client_span(&trace);
        assert_eq!(headers["traceparent"], format!("00-{TRACE}-{id}-01"));
        assert_eq!(headers["b3"], format!("{TRACE}-{id}-1"));
        assert_eq!(headers["uber-trace-id"], format!("{TRACE}:{id}:0:1"));
    });
}
