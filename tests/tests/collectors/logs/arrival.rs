//! Log records of events at a collector.

use std::time::{SystemTime, UNIX_EPOCH};

use glyph_runtime::{
    audit,
    log::{self, CarriedIds, RequestId, export::Pipeline},
    trace::{self, Compression, Protocol},
};
use glyph_tests::{Page, environment};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_proto::tonic::{common::v1::any_value::Value, logs::v1::SeverityNumber};
use tracing_subscriber::layer::SubscriberExt;

use crate::logs::{
    LONG,
    receiver::{PROTOCOLS, Receiver},
    settings, under,
};
use glyph_tests::receiver::attributes::{string, value};

#[test]
fn log_record_has_the_fields_of_event_and_spans() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([]);
        let pipeline = under(settings(&receiver.endpoint(), protocol), |_| {
            let request = tracing::info_span!("request", user = "ada", tries = 1, token = "s3cret");
            let ids = CarriedIds::default().try_with("org_id", "org-7").unwrap();
            let work = || {
                let _request = request.entered();
                tracing::warn!(target: "stock", tries = 2, share = 0.5, late = true, "no \"stock\"\n");
                tracing::error!(password = "hunter2", "refused");
            };
            RequestId::new("r-1")
                .unwrap()
                .in_scope(|| ids.in_scope(work));
        });
        pipeline.shutdown(LONG).unwrap();
        let requests = receiver.received();
        let [only] = &requests[..] else {
            panic!("not one request")
        };
        let logs = &only.request.resource_logs[0];
        let said = &logs.resource.as_ref().unwrap().attributes;
        assert_eq!(value(said, "service.name"), string("shop"));
        let scopes = logs.scope_logs.iter();
        let scope = scopes
            .clone()
            .find(|scope| scope.scope.as_ref().unwrap().name == "stock");
        let warning = &scope.unwrap().log_records[0];
        assert_eq!(warning.severity_number(), SeverityNumber::Warn);
        assert_eq!(warning.severity_text, "WARN");
        let body = warning.body.clone().unwrap().value;
        assert_eq!(body, Some(string("no \"stock\"\n")));
        let attribute = |name| value(&warning.attributes, name);
        assert_eq!(attribute("tries"), Value::IntValue(2));
        assert_eq!(attribute("share"), Value::DoubleValue(0.5));
        assert_eq!(attribute("late"), Value::BoolValue(true));
        assert_eq!(attribute("user"), string("ada"));
        assert_eq!(attribute("request_id"), string("r-1"));
        assert_eq!(attribute("org_id"), string("org-7"));
        assert_eq!(attribute("token"), string(log::REDACTED));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        assert!(u128::from(warning.time_unix_nano) <= now.as_nanos());
        let everything = format!("{:?}", receiver.accepted());
        assert!(!everything.contains("s3cret") && !everything.contains("hunter2"));
    }
}

#[test]
fn log_record_has_errors_as_fields_and_no_control_fields() {
    let receiver = Receiver::start([]);
    let failure = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    under(
        settings(&receiver.endpoint(), Protocol::HttpProtobuf),
        |_| {
            let span = tracing::info_span!(
                "request",
                otel.kind = "server",
                otel.name = "GET /",
                user = "ada"
            );
            let _request = span.entered();
            tracing::error!(error = &failure as &dyn std::error::Error, "refused");
        },
    )
    .shutdown(LONG)
    .unwrap();
    let records = receiver.accepted();
    let attributes = &records[0].attributes;
    let mut names: Vec<_> = attributes.iter().map(|pair| pair.key.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["error.message", "error.type", "user"]);
    assert_eq!(
        value(attributes, "error.message"),
        string("connection refused")
    );
    assert_eq!(value(attributes, "error.type"), string("ConnectionRefused"));
}

#[test]
fn log_record_has_the_ids_of_its_trace() {
    let receiver = Receiver::start([]);
    let traces = trace::Pipeline::start(&trace::TraceSettings::new("shop")).unwrap();
    let (layer, logs) =
        Pipeline::start(settings(&receiver.endpoint(), Protocol::HttpProtobuf)).unwrap();
    let subscriber = tracing_subscriber::registry()
        .with(traces.layer())
        .with(layer);
    let mut ids = None;
    tracing::subscriber::with_default(subscriber, || {
        tracing::info_span!("request").in_scope(|| {
            let context = opentelemetry::Context::current();
            let span = context.span().span_context().clone();
            ids = Some((span.trace_id(), span.span_id()));
            tracing::info!("inside");
        });
        tracing::info!("outside");
    });
    logs.shutdown(LONG).unwrap();
    let (trace, span) = ids.unwrap();
    let records = receiver.accepted();
    assert_eq!(records[0].trace_id, trace.to_bytes());
    assert_eq!(records[0].span_id, span.to_bytes());
    assert_eq!(records[0].flags, 1);
    assert!(records[1].trace_id.is_empty() && records[1].flags == 0);
}

#[test]
fn log_and_export_have_separate_fields_and_filters() {
    let receiver = Receiver::start([]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    let lines = log::LogSettings {
        output: log::Output::File(path.clone()),
        redaction: log::Redaction::none(),
        filter: "warn".to_owned(),
        ..log::LogSettings::default()
    };
    let (lines, log) = log::Pipeline::start(lines).unwrap();
    let (layer, logs) = Pipeline::start(settings(&receiver.endpoint(), Protocol::Grpc)).unwrap();
    let subscriber = tracing_subscriber::registry().with(lines).with(layer);
    tracing::subscriber::with_default(subscriber, || {
        let _request = tracing::info_span!("request", token = "t-1").entered();
        tracing::info!("quiet");
        tracing::warn!("loud");
    });
    log.shutdown(LONG).unwrap();
    logs.shutdown(LONG).unwrap();
    let written = std::fs::read_to_string(path).unwrap();
    assert_eq!(written.lines().count(), 1);
    assert!(written.contains("t-1"));
    let records = receiver.accepted();
    assert_eq!(records.len(), 2);
    assert_eq!(
        value(&records[1].attributes, "token"),
        string(log::REDACTED)
    );
}

#[test]
fn audit_events_are_exported_only_if_enabled() {
    for asked in [false, true] {
        let receiver = Receiver::start([]);
        let mut settings = settings(&receiver.endpoint(), Protocol::HttpProtobuf);
        settings.audit = asked;
        under(settings, |_| {
            audit!(action = "grant", "role granted");
            tracing::info!("an event");
        })
        .shutdown(LONG)
        .unwrap();
        assert_eq!(receiver.accepted().len(), if asked { 2 } else { 1 });
    }
}

#[test]
fn log_record_size_is_bounded() {
    let receiver = Receiver::start([]);
    let mut settings = settings(&receiver.endpoint(), Protocol::HttpProtobuf);
    settings.limits.fields = 2;
    under(settings, |_| {
        let long = "x".repeat(1 << 20);
        tracing::info!(a = long, b = 1, c = 2, "{}", "y".repeat(1 << 20));
    })
    .shutdown(LONG)
    .unwrap();
    let [record] = &receiver.accepted()[..] else {
        panic!("not one record")
    };
    assert!(prost::Message::encoded_len(record) < 20 << 10);
    assert!(record.dropped_attributes_count > 0);
}

#[test]
fn requests_have_the_configured_path_and_compression() {
    let paths = [
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        "/v1/logs",
    ];
    for (protocol, path) in PROTOCOLS.into_iter().zip(paths) {
        let receiver = Receiver::start([]);
        let mut settings = settings(&receiver.endpoint(), protocol);
        settings.otlp.compression = Compression::Gzip;
        settings.otlp.headers = vec![("tenant".to_owned(), "a b".to_owned())];
        under(settings, |_| tracing::info!("an event"))
            .shutdown(LONG)
            .unwrap();
        let request = &receiver.received()[0];
        assert_eq!((request.path.as_str(), request.packed), (path, true));
        assert_eq!(request.headers["tenant"], "a b");
    }
}

#[test]
fn page_counts_exported_and_dropped_records() {
    let receiver = Receiver::start([]);
    let telemetry = environment::telemetry("shop").build().unwrap();
    let endpoint = receiver.endpoint();
    let pipeline = under(settings(&endpoint, Protocol::HttpProtobuf), |_| {
        tracing::info!("an event");
    });
    telemetry.exposition().show(&pipeline);
    pipeline.shutdown(LONG).unwrap();
    let page = Page::of(&telemetry).unwrap();
    let account = [("signal", "logs"), ("exporter", "otlp")];
    let exported = page.value("glyph_export_exported_total", &account);
    assert_eq!(exported, Some(1.0));
}

#[test]
fn events_of_export_libraries_are_not_exported_by_default() {
    for (filter, expected) in [
        ("debug", &["boils", "reset"][..]),
        ("debug, h2=debug", &["boils", "frame", "reset"]),
        ("off,h2::client[x]=debug,h2::client=info", &["frame"]),
    ] {
        let receiver = Receiver::start([]);
        let mut settings = settings(&receiver.endpoint(), Protocol::HttpProtobuf);
        settings.filter = filter.to_owned();
        let pipeline = under(settings, |_| {
            tracing::info!(target: "h2o", "boils");
            tracing::info!(target: "h2::client", "frame");
            tracing::warn!(target: "h2::server", "reset");
        });
        pipeline.shutdown(LONG).unwrap();
        let mut said: Vec<_> = receiver
            .accepted()
            .into_iter()
            .map(|record| record.body.unwrap().value)
            .collect();
        said.sort_by_key(|body| format!("{body:?}"));
        let expected: Vec<_> = expected.iter().map(|word| Some(string(word))).collect();
        assert_eq!(said, expected, "{filter}");
    }
}
