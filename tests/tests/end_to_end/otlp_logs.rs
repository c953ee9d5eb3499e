//! Log records at an independent collector.

use std::time::Duration;

use glyph_runtime::{
    log::export::{LogExportSettings, Pipeline},
    trace::{OtlpSettings, Protocol},
};
use tracing_subscriber::layer::SubscriberExt;

use crate::rotel::Rotel;

fn arrives(endpoint: impl FnOnce(&Rotel) -> String, protocol: Protocol) {
    let rotel = Rotel::start("logs");
    let otlp = OtlpSettings::new(endpoint(&rotel), protocol);
    let (layer, logs) = Pipeline::start(LogExportSettings::new("shop", otlp)).unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        let _request = tracing::info_span!("request", user = "ada").entered();
        tracing::warn!(tries = 3, "no stock");
    });
    logs.shutdown(Duration::from_secs(30)).unwrap();
    assert_eq!(logs.snapshot().exported, 1);

    let lines = rotel.received("user: Str(ada)");
    let said = |text: &str| {
        let found = lines.iter().any(|line| line.contains(text));
        assert!(found, "no {text:?} in {lines:#?}");
    };
    said("service.name: Str(shop)");
    said("no stock");
    said("WARN");
    said("tries: Int(3)");
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn log_records_arrive_over_grpc() {
    arrives(|rotel| format!("http://{}", rotel.grpc), Protocol::Grpc);
}

#[test]
#[ignore = "needs rotel, which .ci/run installs"]
fn log_records_arrive_over_http() {
    arrives(
        |rotel| format!("http://{}", rotel.http),
        Protocol::HttpProtobuf,
    );
}
