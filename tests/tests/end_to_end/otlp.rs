//! Spans at an independent collector.

use std::time::Duration;

use glyph_runtime::trace::{Compression, OtlpSettings, Pipeline, Protocol, TraceSettings};
use tracing_subscriber::layer::SubscriberExt;

use crate::{
    rotel::Rotel,
    spans::{self, named},
};

fn arrives(endpoint: impl FnOnce(&Rotel) -> String, protocol: Protocol, compression: Compression) {
    let rotel = Rotel::start("traces");
    let mut otlp = OtlpSettings::new(endpoint(&rotel), protocol);
    otlp.compression = compression;
    let mut settings = TraceSettings::new("shop");
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
    let spans = spans::printed(&lines);
    let query = named(&spans, "query");
    let request = named(&spans, "request");
    assert_eq!(query.parent, request.id);
    assert_eq!(query.trace, request.trace);
    assert_eq!(request.trace.len(), 32);
    assert_eq!(request.parent, "");
    assert_eq!(query.kind, "SPAN_KIND_CLIENT");
    assert_eq!(request.kind, "SPAN_KIND_SERVER");
    assert_eq!(query.status, "STATUS_CODE_ERROR");
    assert_eq!(query.message, "no such table");
    assert_eq!(request.status, "STATUS_CODE_UNSET");
    assert_eq!(request.attributes["user"], "Str(ada)");
    assert_eq!(request.attributes["tries"], "Int(3)");
    assert_eq!(request.events, ["found"]);

    let resource = &request.resource;
    assert_eq!(resource["service.name"], "Str(shop)");
    assert_eq!(resource["service.version"], "Str(1.2.3)");
    assert_eq!(resource["deployment.environment.name"], "Str(staging)");
    assert_eq!(resource["team"], "Str(checkout)");
    assert_eq!(resource["telemetry.sdk.language"], "Str(rust)");
}

fn by_grpc(rotel: &Rotel) -> String {
    format!("http://{}", rotel.grpc)
}

fn by_http(rotel: &Rotel) -> String {
    format!("http://{}/v1/traces", rotel.http)
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn spans_arrive_over_grpc() {
    arrives(by_grpc, Protocol::Grpc, Compression::None);
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn compressed_spans_arrive_over_grpc() {
    arrives(by_grpc, Protocol::Grpc, Compression::Gzip);
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn spans_arrive_over_http() {
    arrives(by_http, Protocol::HttpProtobuf, Compression::None);
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn compressed_spans_arrive_over_http() {
    arrives(by_http, Protocol::HttpProtobuf, Compression::Gzip);
}
