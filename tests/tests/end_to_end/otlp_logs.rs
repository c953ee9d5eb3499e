//! Log records at an independent collector.

use std::{error::Error, io, time::Duration};

use glyph_runtime::{
    audit,
    log::export::{LogExportSettings, Pipeline},
    trace::{OtlpSettings, Protocol},
};
use tracing_subscriber::layer::SubscriberExt;

use crate::rotel::Rotel;

fn arrives(endpoint: impl FnOnce(&Rotel) -> String, protocol: Protocol, audit: bool) {
    let rotel = Rotel::start("logs");
    let otlp = OtlpSettings::new(endpoint(&rotel), protocol);
    let mut settings = LogExportSettings::new("shop", otlp);
    settings.audit = audit;
    let (layer, logs) = Pipeline::start(settings).unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        audit!(action = "grant", "role granted");
        let span = tracing::info_span!(
            "request",
            received = 5_u64,
            otel.kind = "server",
            otel.name = "GET /",
            otel.status_code = "ERROR",
            user = "ada"
        );
        let _request = span.entered();
        let error = io::Error::from(io::ErrorKind::TimedOut);
        let error: &dyn Error = &error;
        tracing::warn!(tries = 3_u64, wide = 4_i128, error, "no stock");
    });
    logs.shutdown(Duration::from_secs(30)).unwrap();
    assert_eq!(logs.snapshot().exported, if audit { 2 } else { 1 });

    let lines = rotel.received("user: Str(ada)");
    let has = |text: &str| lines.iter().any(|line| line.contains(text));
    for said in [
        "service.name: Str(shop)",
        "no stock",
        "WARN",
        "tries: Int(3)",
        "wide: Int(4)",
        "received: Int(5)",
        "error.type: Str(TimedOut)",
        "error.message: Str(timed out)",
    ] {
        assert!(has(said), "no {said:?} in {lines:#?}");
    }
    assert!(!has("-> otel."), "{lines:#?}");
    assert_eq!(has("role granted"), audit, "{lines:#?}");
    assert_eq!(has("action: Str(grant)"), audit, "{lines:#?}");
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn log_records_arrive_over_grpc() {
    for audit in [false, true] {
        arrives(
            |rotel| format!("http://{}", rotel.grpc),
            Protocol::Grpc,
            audit,
        );
    }
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn log_records_arrive_over_http() {
    arrives(
        |rotel| format!("http://{}", rotel.http),
        Protocol::HttpProtobuf,
        true,
    );
}
