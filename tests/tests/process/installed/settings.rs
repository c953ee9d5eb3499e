//! Settings whose effect needs a running process.

use std::time::Instant;

use glyph_tests::children::Process;

use crate::installed::{Service, command, lines, receiver::Receiver, until};

#[test]
fn delays_and_intervals_take_effect() {
    let collector = Receiver::start([]);
    let endpoint = collector.endpoint();
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "0"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "0"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "20"),
    ];
    let mut service = Service::start(&variables, &["--push"]);
    service.turn();
    until("all signals arrive by themselves", || {
        !collector.spans().is_empty()
            && !collector.metrics().is_empty()
            && collector.records().len() == 2
    });
    service.end();
}

#[test]
fn queue_limits_take_effect() {
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "7"),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", "5"),
        ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "3"),
    ];
    let mut service = Service::start(&variables, &["--push"]);
    let page = service.page();
    let capacity = |signal| {
        let labels = [("signal", signal), ("exporter", "otlp")];
        page.value("glyph_export_queue_capacity", &labels)
    };
    assert_eq!(
        (capacity("traces"), capacity("logs")),
        (Some(7.0), Some(5.0))
    );
}

#[test]
fn failed_unsampled_traces_are_kept() {
    let off = ("OTEL_TRACES_SAMPLER", "always_off");
    for (variable, value) in [
        ("GLYPH_TRACES_KEEP_FAILURES", "true"),
        ("GLYPH_TRACES_KEEP_SLOWER_THAN", "3600000"),
    ] {
        let mut service = Service::start(&[off, (variable, value)], &[]);
        service.turn();
        assert_eq!(service.ask("fail"), true);
        assert_eq!(service.ask("recent").as_array().unwrap().len(), 1);
        service.end();
    }
}

#[test]
fn rate_limit_caps_traces_per_second() {
    let variables = [
        ("GLYPH_TRACES_RATE_LIMIT", "1"),
        ("OTEL_TRACES_SAMPLER", "always_on"),
    ];
    let mut service = Service::start(&variables, &[]);
    let started = Instant::now();
    for _ in 0..20 {
        service.turn();
    }
    let seconds = started.elapsed().as_secs();
    let recent = service.ask("recent").as_array().unwrap().len() as u64;
    assert!(
        (1..=seconds + 1).contains(&recent),
        "{recent} in {seconds} s"
    );
    service.end();
}

#[test]
fn audit_trail_and_spans_go_to_files() {
    let folder = tempfile::tempdir().unwrap();
    let (audit, spans) = (folder.path().join("audit"), folder.path().join("spans"));
    let variables = [
        ("GLYPH_AUDIT_FILE", audit.to_str().unwrap()),
        ("GLYPH_AUDIT_SYNC", "always"),
        ("GLYPH_TRACES_FILE", spans.to_str().unwrap()),
        ("GLYPH_LOG_FORMAT", "pretty"),
    ];
    let mut service = Service::start(&variables, &[]);
    let trace = service.turn();
    // The line is written when the macro returns.
    let trail = lines(&std::fs::read_to_string(&audit).unwrap());
    assert_eq!(trail.len(), 1);
    assert_eq!(
        (&trail[0]["user"], &trail[0]["trace_id"]),
        (&"ada".into(), &trace.into())
    );
    let log = service.end();
    assert!(!log.contains("granted") && !log.contains('{'), "{log}");
    assert_eq!(lines(&std::fs::read_to_string(&spans).unwrap()).len(), 1);
}

#[test]
fn invalid_value_ends_the_process_with_one_error() {
    for (variable, value, allowed) in [
        ("GLYPH_AUDIT_SYNC", "sometimes", "`always`, `shutdown`"),
        ("GLYPH_TRACES_RATE_LIMIT", "0", "from 1 to 10000"),
        ("GLYPH_TRACES_KEEP_SLOWER_THAN", "2s", "milliseconds"),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "ftp://a", "a URL"),
    ] {
        let ended = Process::start(&mut command(&[(variable, value)], &[])).end(variable);
        assert!(!ended.status.success(), "{variable}");
        let told = ended.errors;
        assert!(
            told.contains(variable) && told.contains(value) && told.contains(allowed),
            "{told}"
        );
    }
}
