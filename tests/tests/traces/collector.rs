//! Spans at a collector.

use std::collections::BTreeMap;

use glyph_runtime::trace::{Compression, Pipeline, Protocol};
use opentelemetry_proto::tonic::{
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind, status::StatusCode},
};
use tracing_subscriber::layer::SubscriberExt;

use crate::{
    LONG,
    receiver::{PROTOCOLS, Received, Receiver},
    to_collector,
};

/// Exports a tree of spans that uses every part of a span.
fn tree(pipeline: &Pipeline) {
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    tracing::subscriber::with_default(subscriber, || {
        let request = tracing::info_span!("request", otel.kind = "server", user = "ada", tries = 3);
        request.in_scope(|| {
            tracing::info!(step = "looked up", "found");
            let query = tracing::info_span!(
                "query",
                otel.kind = "client",
                otel.status_code = "error",
                otel.status_description = "no such table"
            );
            query.in_scope(|| {});
        });
    });
}

fn sent(
    protocol: Protocol,
    change: impl FnOnce(&mut glyph_runtime::trace::OtlpSettings),
) -> Received {
    let receiver = Receiver::start([]);
    let mut settings = to_collector(&receiver.endpoint(), protocol);
    settings.version = Some("1.2.3".to_owned());
    settings.environment = Some("staging".to_owned());
    settings.resource = vec![("team".to_owned(), "checkout".to_owned())];
    change(settings.otlp.as_mut().unwrap());
    let pipeline = Pipeline::start(&settings).unwrap();
    tree(&pipeline);
    pipeline.shutdown(LONG).unwrap();
    let counts = pipeline.snapshot().exporters[0].clone();
    assert_eq!(
        (counts.exported, counts.dropped_in_all(), counts.failures),
        (2, 0, 0)
    );
    let [request] = <[_; 1]>::try_from(receiver.received()).unwrap();
    request
}

fn spans(received: &Received) -> &[Span] {
    let [resource] = &received.request.resource_spans[..] else {
        panic!("not one resource")
    };
    let [scope] = &resource.scope_spans[..] else {
        panic!("not one scope")
    };
    &scope.spans
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<&str, &str> {
    let texts = attributes.iter().filter_map(|attribute| {
        match attribute.value.as_ref()?.value.as_ref()? {
            Value::StringValue(text) => Some((attribute.key.as_str(), text.as_str())),
            _ => None,
        }
    });
    texts.collect()
}

#[test]
fn span_tree_arrives_unchanged() {
    for protocol in PROTOCOLS {
        let received = sent(protocol, |_| {});
        let [query, request] = spans(&received) else {
            panic!("not two spans")
        };
        assert_eq!(
            (request.name.as_str(), query.name.as_str()),
            ("request", "query")
        );
        assert_eq!(query.parent_span_id, request.span_id);
        assert_eq!(query.trace_id, request.trace_id);
        assert!(request.parent_span_id.is_empty());
        assert_eq!(
            (request.kind(), query.kind()),
            (SpanKind::Server, SpanKind::Client)
        );
        assert_eq!(query.status.as_ref().unwrap().code(), StatusCode::Error);
        assert_eq!(query.status.as_ref().unwrap().message, "no such table");
        assert_eq!(request.events[0].name, "found");
        assert_eq!(texts(&request.events[0].attributes)["step"], "looked up");
        assert_eq!(texts(&request.attributes)["user"], "ada");
        assert!(request.end_time_unix_nano >= query.end_time_unix_nano);
    }
}

#[test]
fn resource_names_the_service() {
    for protocol in PROTOCOLS {
        let received = sent(protocol, |_| {});
        let resource = received.request.resource_spans[0]
            .resource
            .as_ref()
            .unwrap();
        let said = texts(&resource.attributes);
        assert_eq!(said["service.name"], "shop");
        assert_eq!(said["service.version"], "1.2.3");
        assert_eq!(said["deployment.environment.name"], "staging");
        assert_eq!(said["team"], "checkout");
        assert_eq!(said["telemetry.sdk.language"], "rust");
        assert!(said.contains_key("host.name"));
    }
}

#[test]
fn each_protocol_uses_its_path() {
    let path = |protocol| sent(protocol, |_| {}).path;
    assert_eq!(path(Protocol::HttpProtobuf), "/v1/traces");
    assert_eq!(
        path(Protocol::Grpc),
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    );
}

#[test]
fn headers_are_sent() {
    for protocol in PROTOCOLS {
        let received = sent(protocol, |otlp| {
            otlp.headers = vec![("Authorization".to_owned(), "Bearer x y".to_owned())];
        });
        assert_eq!(received.headers["authorization"], "Bearer x y");
        assert!(
            received.headers["user-agent"]
                .to_str()
                .unwrap()
                .starts_with("OTel-OTLP-Exporter-Rust/")
        );
    }
}

#[test]
fn gzip_compresses_the_request() {
    for protocol in PROTOCOLS {
        assert!(!sent(protocol, |_| {}).packed);
        let received = sent(protocol, |otlp| otlp.compression = Compression::Gzip);
        assert!(received.packed);
        assert_eq!(spans(&received).len(), 2);
    }
}

#[test]
fn header_values_are_not_shown() {
    let mut settings = to_collector("http://collector:4318", Protocol::HttpProtobuf);
    settings.otlp.as_mut().unwrap().headers = vec![("api-key".to_owned(), "s3cret".to_owned())];
    let shown = format!("{settings:?}");
    assert!(
        shown.contains("api-key") && !shown.contains("s3cret"),
        "{shown}"
    );
}

#[test]
fn invalid_endpoint_or_header_is_an_error_of_start() {
    let error = |endpoint: &str, name: &str, value: &str| {
        let mut settings = to_collector(endpoint, Protocol::HttpProtobuf);
        settings.otlp.as_mut().unwrap().headers = vec![(name.to_owned(), value.to_owned())];
        Pipeline::start(&settings).unwrap_err().to_string()
    };
    assert!(error("ftp://collector", "a", "b").contains("`ftp://collector`"));
    assert!(error("http://collector", "a b", "c").contains("`a b`"));
    assert!(error("http://collector", "a", "new\nline").contains("`a`"));
    assert!(error("http://collector", "content-type", "text/html").contains("`content-type`"));
}
