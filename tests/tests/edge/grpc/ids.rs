//! Ids that propagate from call to call, and their limits.

use glyph_runtime::{
    context::Baggage,
    grpc::{ClientMetrics, ServerLayer, ServerMetrics},
    log::{CarriedIdError, CarriedIds, RequestId},
};
use glyph_tests::wait;
use http::{HeaderValue, Request};
use opentelemetry::trace::SpanKind;
use serde_json::Value;
use tonic::{body::Body, client::Grpc};
use tower::{Layer, ServiceExt, service_fn};
use tracing::info;

use crate::grpc::{
    kept::attribute,
    recorded::{Recorded, record, until_idle},
    shop::{RESERVE, Text, channel, client_layer, path, serve_behind, server_layer, text},
};

fn carrying() -> ServerLayer {
    server_layer().try_ids(["org_id"]).unwrap()
}

/// Calls a server from inside a scope, and returns the log lines.
async fn call_in(recorded: Recorded, scope: impl FnOnce() -> opentelemetry::Context) -> Vec<Value> {
    let address = serve_behind(carrying(), None).await;
    let layer = client_layer().try_ids(["org_id"]).unwrap();
    let mut client = Grpc::new(layer.layer(channel(address).connect_lazy()));
    client.ready().await.unwrap();
    let call = client.unary(text("echo x"), path(RESERVE), Text);
    let call = opentelemetry::context::FutureExt::with_context(call, scope());
    call.await.unwrap();
    until_idle().await;
    for kind in [SpanKind::Client, SpanKind::Server] {
        let org = attribute(&recorded.span(&kind), "org_id");
        assert_eq!(org, "org-7", "{kind:?}");
    }
    recorded.kept.lines()
}

fn assert_lines(lines: &[Value]) {
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!(line["org_id"], "org-7", "{line}");
        assert_eq!(line["request_id"], "order-42", "{line}");
    }
}

#[tokio::test]
async fn scope_id_reaches_the_next_services_span_and_lines() {
    let lines = call_in(record(), || {
        let ids = CarriedIds::current().try_with("org_id", "org-7").unwrap();
        let request = RequestId::new("order-42").unwrap();
        ids.in_scope(|| request.in_scope(opentelemetry::Context::current))
    });
    assert_lines(&lines.await);
}

#[tokio::test]
async fn baggage_id_reaches_the_next_services_span_and_lines() {
    let lines = call_in(record(), || {
        let baggage = Baggage::current().try_with("org_id", "org-7").unwrap();
        let request = RequestId::new("order-42").unwrap();
        baggage.in_scope(|| request.in_scope(opentelemetry::Context::current))
    });
    assert_lines(&lines.await);
}

/// Returns the ids that a service inside the layer sees.
async fn told(request: Request<Body>) -> (Option<String>, Vec<HeaderValue>) {
    let (send, receive) = std::sync::mpsc::channel();
    let service = service_fn(move |request: Request<Body>| {
        info!("in the service");
        let org = CarriedIds::current().value("org_id").map(str::to_owned);
        let header = request.headers().get_all("org_id");
        send.send((org, header.into_iter().cloned().collect()))
            .unwrap();
        std::future::ready(Ok::<_, std::convert::Infallible>(
            tonic::Status::ok("").into_http::<Body>(),
        ))
    });
    let service = carrying().layer(service);
    drop(service.oneshot(request).await.unwrap());
    wait::received("what the service was told", &receive)
}

fn request(ids: &[&[u8]]) -> Request<Body> {
    let request = Request::post(format!("/{RESERVE}"));
    let request = ids.iter().fold(request, |request, id| {
        request.header("org_id", HeaderValue::from_bytes(id).unwrap())
    });
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn invalid_id_is_not_propagated() {
    let long = [b'x'; 129];
    for refused in [
        &b""[..],
        b"a b",
        b"a,b",
        b"a;b",
        b"\"a\"",
        b"{\"level\":\"ERROR\"}",
        b"a\tb",
        b"\xc3\xa4",
        b"${jndi:ldap}",
        b"<script>",
        &long,
    ] {
        let recorded = record();
        let (org, header) = told(request(&[refused])).await;
        assert_eq!((org, header), (None, Vec::new()), "{refused:?}");
        assert_eq!(attribute(&recorded.kept.span(), "org_id"), "");
        for line in recorded.kept.lines() {
            assert_eq!(line.get("org_id"), None, "{line}");
        }
    }
}

#[tokio::test]
async fn repeated_id_is_ignored() {
    let _recorded = record();
    let (org, header) = told(request(&[b"mine", b"yours"])).await;
    assert_eq!((org, header), (None, Vec::new()));
}

#[tokio::test]
async fn invalid_id_in_baggage_is_ignored() {
    let _recorded = record();
    let mut asked = request(&[]);
    let baggage = HeaderValue::from_static("org_id=a%0d%0ax-admin:%20yes");
    asked.headers_mut().insert("baggage", baggage);
    let (org, header) = told(asked).await;
    assert_eq!((org, header), (None, Vec::new()));
}

#[tokio::test]
async fn id_of_the_program_precedes_that_of_the_client() {
    let _recorded = record();
    let verified = CarriedIds::current()
        .try_with("org_id", "verified")
        .unwrap();
    let (org, header) = verified.scope(told(request(&[b"claimed"]))).await;
    assert_eq!(org.as_deref(), Some("verified"));
    assert_eq!(header, ["verified"]);
}

#[test]
fn reserved_id_names_are_rejected() {
    for name in [
        "",
        "Org",
        "org id",
        "1d",
        "grpc-status",
        "trace-bin",
        "traceparent",
        "authorization",
        "te",
        "level",
        "trace_id",
        "request_id",
        "host",
        "x\r\ny",
    ] {
        let refused = CarriedIds::current().try_with(name, "x").unwrap_err();
        assert_eq!(refused, CarriedIdError::Name, "{name:?}");
        ServerLayer::new(ServerMetrics::global())
            .try_ids([name])
            .unwrap_err();
    }
    let org = CarriedIds::current().try_with("org_id", "x\ny");
    assert_eq!(org.unwrap_err(), CarriedIdError::Value);
}

#[test]
fn ninth_id_is_rejected() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let full = names
        .iter()
        .try_fold(CarriedIds::default(), |ids, name| ids.try_with(name, "x"));
    let full = full.unwrap();
    let again = full.clone().try_with("a", "y").unwrap();
    assert_eq!(again.value("a"), Some("y"));
    assert_eq!(full.try_with("i", "x").unwrap_err(), CarriedIdError::Ids);
}

#[tokio::test]
async fn event_field_precedes_the_id_and_redaction_covers_ids() {
    let recorded = record();
    let ids = CarriedIds::default().try_with("org_id", "org-7").unwrap();
    let ids = ids.try_with("session_token", "s3cret").unwrap();
    ids.in_scope(|| {
        info!(org_id = "mine", "own");
        info!("none");
    });
    let lines = recorded.kept.lines();
    assert_eq!(lines[0]["org_id"], "mine");
    assert_eq!(lines[1]["org_id"], "org-7");
    assert_eq!(lines[1]["session_token"], "[redacted]");
}

#[test]
fn ids_are_not_labels() {
    use glyph_runtime::Catalog;
    let catalogs = [ServerMetrics::DESCRIPTOR, ClientMetrics::DESCRIPTOR];
    let metrics = catalogs.iter().flat_map(|catalog| catalog.metrics);
    let labels = metrics
        .flat_map(|metric| metric.labels)
        .map(|label| label.name);
    let known = [
        "rpc_method",
        "rpc_status_code",
        "error_type",
        "rpc_system_name",
        "server_address",
    ];
    for label in labels {
        assert!(known.contains(&label), "{label}");
    }
}
