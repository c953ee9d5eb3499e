//! Spans at a collector that others wrote.

use std::time::Duration;

use glyph_runtime::trace::{Compression, OtlpSettings, Pipeline, Protocol, Settings};
use tracing_subscriber::layer::SubscriberExt;

use crate::rotel::Rotel;

/// What the collector prints of one thing, with the lines that belong to it.
fn block<'l>(lines: &'l [String], first: &str) -> &'l [String] {
    let start = lines.iter().position(|line| line == first);
    let start = start.unwrap_or_else(|| panic!("no {first:?} in {lines:#?}"));
    let rest = lines.get(start + 1..).unwrap_or_default();
    let end = rest.iter().position(|line| line.starts_with("Span #"));
    rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
}

/// `Kind : SPAN_KIND_CLIENT` and `-> user: Str(ada)` alike.
fn value<'l>(lines: &'l [String], name: &str) -> Option<&'l str> {
    lines.iter().find_map(|line| {
        let (found, value) = line.trim_start_matches("-> ").split_once(':')?;
        (found.trim() == name).then(|| value.trim())
    })
}

fn arrives(endpoint: impl FnOnce(&Rotel) -> String, protocol: Protocol, compression: Compression) {
    let rotel = Rotel::start("traces");
    let mut otlp = OtlpSettings::new(endpoint(&rotel), protocol);
    otlp.compression = compression;
    let mut settings = Settings::new("shop");
    settings.version = Some("1.2.3".to_owned());
    settings.environment = Some("staging".to_owned());
    settings.resource = vec![("team".to_owned(), "checkout".to_owned())];
    settings.otlp = Some(otlp);
    let pipeline = Pipeline::start(&settings).unwrap();
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
    pipeline.shutdown(Duration::from_secs(30)).unwrap();
    assert_eq!(pipeline.snapshot().exporters[0].exported, 2);

    let lines = rotel.received("step: Str(looked up)");
    let (query, request) = (block(&lines, "Span #0"), block(&lines, "Span #1"));
    assert_eq!(value(query, "Name"), Some("query"));
    assert_eq!(value(request, "Name"), Some("request"));
    assert_eq!(value(query, "Parent ID"), value(request, "ID"));
    assert_eq!(value(query, "Trace ID"), value(request, "Trace ID"));
    assert_eq!(value(request, "Trace ID").map(str::len), Some(32));
    assert_eq!(value(request, "Parent ID"), Some(""));
    assert_eq!(value(query, "Kind"), Some("SPAN_KIND_CLIENT"));
    assert_eq!(value(request, "Kind"), Some("SPAN_KIND_SERVER"));
    assert_eq!(value(query, "Status code"), Some("STATUS_CODE_ERROR"));
    assert_eq!(value(query, "Status message"), Some("no such table"));
    assert_eq!(value(request, "Status code"), Some("STATUS_CODE_UNSET"));
    assert_eq!(value(request, "user"), Some("Str(ada)"));
    assert_eq!(value(request, "tries"), Some("Int(3)"));
    let event = request.iter().position(|line| line == "-> Name: found");
    assert!(event.is_some(), "{request:#?}");

    assert_eq!(value(&lines, "service.name"), Some("Str(shop)"));
    assert_eq!(value(&lines, "service.version"), Some("Str(1.2.3)"));
    assert_eq!(
        value(&lines, "deployment.environment.name"),
        Some("Str(staging)")
    );
    assert_eq!(value(&lines, "team"), Some("Str(checkout)"));
    assert_eq!(value(&lines, "telemetry.sdk.language"), Some("Str(rust)"));
}

fn by_grpc(rotel: &Rotel) -> String {
    format!("http://{}", rotel.grpc)
}

fn by_http(rotel: &Rotel) -> String {
    format!("http://{}/v1/traces", rotel.http)
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn spans_arrive_by_grpc() {
    arrives(by_grpc, Protocol::Grpc, Compression::None);
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn spans_arrive_by_grpc_packed() {
    arrives(by_grpc, Protocol::Grpc, Compression::Gzip);
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn spans_arrive_by_http() {
    arrives(by_http, Protocol::HttpProtobuf, Compression::None);
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn spans_arrive_by_http_packed() {
    arrives(by_http, Protocol::HttpProtobuf, Compression::Gzip);
}
