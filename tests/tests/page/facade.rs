//! The `metrics` facade. The recorder is global, so each test has a process of its own.
#![expect(dead_code, reason = "the facade looks up metrics by name")]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use glyph_runtime::{
    Counter, Gauge, Histogram, Label, LabelSet, Status, expose::Format, metric_catalog, testing,
};
use glyph_tests::{Page, children::alone, environment, wait::LONG, written::Written};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Provider {
    Deepgram,
    Openai,
}

#[derive(LabelSet)]
struct Request<'a> {
    provider: Provider,
    status: Status,
    #[label(max = 2)]
    model: &'a str,
}

#[metric_catalog(namespace = "facade")]
struct Metrics {
    /// Requests.
    #[metric(name = "provider.requests")]
    requests: Counter<Request<'_>>,
    /// Sessions.
    sessions: Gauge,
    /// Latency.
    #[metric(name = "stt.duration", unit = seconds, buckets = [100ms, 1s])]
    stt: Histogram,
}

/// The metrics of a program that is itself called glyph.
#[metric_catalog(namespace = "glyph")]
struct Namesakes {
    /// Rate limits that were met.
    #[metric(name = "http.throttle")]
    throttles: Counter,
}

#[test]
fn declared_keys_use_their_series_and_others_are_external() {
    alone(|| {
        record_by_keys();
    });
}

fn record_by_keys() {
    let metrics = Metrics::global();
    let telemetry = environment::telemetry("test")
        .catalog(metrics)
        .catalog(Namesakes::global())
        .without_listener()
        .without_log()
        .install()
        .unwrap();

    metrics::counter!("facade.provider.requests", "provider" => "openai", "status" => "ok", "model" => "small").increment(2);
    metrics::counter!("facade_provider_requests_total", "model" => "small", "status" => "ok", "provider" => "openai").increment(3);
    assert_eq!(
        metrics.requests.value(Request {
            provider: Provider::Openai,
            status: Status::Ok,
            model: "small"
        }),
        5
    );
    metrics::gauge!("facade.sessions").set(4.0);
    metrics::gauge!("facade_sessions").decrement(1.0);
    metrics::histogram!("facade.stt.duration").record(0.05);
    metrics::histogram!("facade_stt_duration_seconds").record(0.5);

    // None of these matches its declaration.
    metrics::counter!("facade.provider.requests", "provider" => "nobody", "status" => "ok", "model" => "small").increment(1);
    metrics::counter!("facade.provider.requests", "provider" => "openai", "status" => "ok")
        .increment(1);
    metrics::gauge!("facade.stt.duration").set(1.0);

    metrics::describe_counter!("library_things", "Things of a \"library\".");
    metrics::counter!("library_things", "path" => "a\"b\\c\nd").increment(7);
    metrics::gauge!("library.depth").set(1.5);
    metrics::histogram!("library_time").record(0.2);

    Namesakes::global().throttles.inc();
    metrics::counter!("glyph_plugins").increment(2);
    metrics::counter!("glyph_series").increment(9);

    let page = Page::of(&telemetry).unwrap();
    assert_eq!(page.value("glyph_http_throttle_total", &[]), Some(1.0));
    assert_eq!(page.value("glyph_plugins_total", &[]), Some(2.0));
    assert_eq!(
        page.value("glyph_series_total", &[]),
        None,
        "it would pass for glyph's own"
    );
    assert!(page.value("glyph_series", &[]).is_some());
    let labels = [("provider", "openai"), ("status", "ok"), ("model", "small")];
    assert_eq!(
        page.value("facade_provider_requests_total", &labels),
        Some(5.0)
    );
    assert_eq!(page.value("facade_sessions", &[]), Some(3.0));
    assert_eq!(
        page.value("facade_stt_duration_seconds_bucket", &[("le", "0.1")]),
        Some(1.0)
    );
    assert_eq!(
        page.value("facade_stt_duration_seconds_count", &[]),
        Some(2.0)
    );
    assert_eq!(
        page.value(
            "glyph_facade_refused_total",
            &[("metric", "facade_provider_requests")]
        ),
        Some(2.0)
    );
    assert_eq!(
        page.value(
            "glyph_facade_refused_total",
            &[("metric", "facade_stt_duration_seconds")]
        ),
        Some(1.0)
    );
    assert_eq!(
        page.value("library_things_total", &[("path", "a\"b\\c\nd")]),
        Some(7.0)
    );
    assert_eq!(page.value("library_depth", &[]), Some(1.5));
    assert_eq!(page.value("library_time_count", &[]), Some(1.0));

    let open = telemetry.render(Format::OpenMetrics);
    assert!(
        open.contains(
            "# TYPE library_things counter\nlibrary_things_total{path=\"a\\\"b\\\\c\\nd\"} 7\n"
        ),
        "{open}"
    );
    assert!(
        open.contains("# HELP library_things Things of a \\\"library\\\".\n"),
        "{open}"
    );
    assert_eq!(open.matches("# EOF").count(), 1);

    a_capture_has_its_own(metrics);

    let again = environment::telemetry("again")
        .without_listener()
        .without_subscriber()
        .install()
        .unwrap_err()
        .to_string();
    assert!(
        again.contains("recorder") && again.contains("without_facade"),
        "{again}"
    );
}

#[test]
fn keys_of_one_name_are_one_family_or_rejected() {
    alone(|| {
        let log = Written::default();
        let output = log.output();
        let telemetry = environment::telemetry("test")
            .catalog(Metrics::global())
            .without_listener()
            .log(|log| log.output = output)
            .without_process()
            .install()
            .unwrap();
        record_keys_of_one_name();

        let page = Page::of(&telemetry).unwrap();
        assert_eq!(page.value("jobs_done_total", &[("queue", "a")]), Some(7.0));
        assert_eq!(page.value("facade_sessions", &[]), Some(4.0));
        assert_eq!(page.value("depth", &[]), Some(2.0));
        let rejected = |family| page.value("glyph_facade_refused_total", &[("metric", family)]);
        assert_eq!(rejected("jobs_done"), Some(3.0));
        assert_eq!(rejected("depth"), Some(1.0));
        assert_eq!(rejected("facade_stt_duration_seconds_count"), Some(1.0));
        let samples = |page: &str| {
            let lines = page.lines().filter(|line| !line.contains("glyph_s"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let first = samples(&telemetry.render(Format::Text));
        for _ in 0..10 {
            assert_eq!(samples(&telemetry.render(Format::Text)), first);
        }

        telemetry.shutdown_blocking(LONG).into_result().unwrap();
        let lines = log.lines();
        let warned = |metric: &str| {
            let warnings = lines.iter().filter(|line| line["level"] == "WARN");
            warnings.filter(|line| line["metric"] == metric).count()
        };
        assert_eq!(warned("jobs_done"), 1, "{lines:#?}");
        assert_eq!(warned("depth"), 1, "{lines:#?}");
    });
}

fn record_keys_of_one_name() {
    metrics::counter!("jobs.done", "queue" => "a").increment(1);
    metrics::counter!("jobs_done", "queue" => "a").increment(2);
    metrics::counter!("jobs_done_total", "queue" => "a", "" => "", "none" => "").increment(4);
    for _ in 0..3 {
        metrics::gauge!("jobs.done").set(1.0);
    }
    metrics::gauge!("depth").set(2.0);
    metrics::histogram!("depth").record(3.0);
    // A declared metric under another spelling, and a name of one of its samples.
    metrics::gauge!("facade-sessions").set(4.0);
    metrics::gauge!("facade_stt_duration_seconds_count").set(5.0);
}

fn a_capture_has_its_own(metrics: &Metrics) {
    let request = || Request {
        provider: Provider::Openai,
        status: Status::Ok,
        model: "small",
    };
    let before = metrics.requests.value(request());
    let captured = testing::capture();
    metrics::counter!("facade.provider.requests", "provider" => "openai", "status" => "ok", "model" => "large").increment(2);
    let requests = captured.counter(&metrics.requests);
    assert_eq!(requests.value(), 2);
    assert_eq!(requests.with(Provider::Openai).with("large").value(), 2);
    drop(captured);
    assert_eq!(metrics.requests.value(request()), before);
}
