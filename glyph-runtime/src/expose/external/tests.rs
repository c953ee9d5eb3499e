use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use metrics::{Key, Label, Level, Metadata, Recorder, Unit};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};

use super::{External, ExternalRecorder, ExternalWriter, read};
use crate::expose::Format;

const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

fn key(name: &'static str, labels: &[(&'static str, &'static str)]) -> Key {
    let labels: Vec<Label> = labels
        .iter()
        .map(|(name, value)| Label::new(*name, *value))
        .collect();
    Key::from_parts(name, labels)
}

fn recorder() -> PrometheusRecorder {
    PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Full("latency".to_owned()),
            &[0.5, 1.0, 2_000_000.0],
        )
        .unwrap()
        .build_recorder()
}

fn exposition(recorder: &PrometheusRecorder, format: Format) -> String {
    written(&recorder.handle().render(), format, |_| false)
}

fn written(rendered: &str, format: Format, taken: impl Fn(&str) -> bool) -> String {
    let mut exposition = Vec::new();
    let families = Arc::new(read(rendered, taken));
    let mut writer = ExternalWriter::new(families, format);
    while writer.push(&mut exposition, 1) {}
    String::from_utf8(exposition).unwrap()
}

fn count(recorder: &PrometheusRecorder, key: &Key, times: u64) {
    recorder.register_counter(key, &METADATA).increment(times);
}

#[test]
fn every_kind_is_written_in_both_formats_in_a_stable_order() {
    let recorder = recorder();
    recorder.describe_counter(
        "jobs".into(),
        Some(Unit::Count),
        "Jobs \"done\"\nor \\ not.".into(),
    );
    count(&recorder, &key("jobs", &[("queue", "b")]), 2);
    count(&recorder, &key("jobs", &[("queue", "a")]), 1);
    count(&recorder, &key("errors_total", &[]), u64::MAX);
    recorder
        .register_gauge(&key("depth", &[]), &METADATA)
        .set(1.5);
    let latency = recorder.register_histogram(&key("latency", &[("path", "/")]), &METADATA);
    latency.record(0.7);
    latency.record(3.0);

    let samples = "depth 1.5\n\
        # TYPE errors counter\n\
        errors_total 18446744073709551615\n\
        # HELP jobs Jobs \\\"done\\\"\\nor \\\\ not.\n\
        # TYPE jobs counter\n\
        jobs_total{queue=\"a\"} 1\n\
        jobs_total{queue=\"b\"} 2\n\
        # TYPE latency histogram\n\
        latency_bucket{path=\"/\",le=\"0.5\"} 0\n\
        latency_bucket{path=\"/\",le=\"1.0\"} 1\n\
        latency_bucket{path=\"/\",le=\"2e+06\"} 2\n\
        latency_bucket{path=\"/\",le=\"+Inf\"} 2\n\
        latency_sum{path=\"/\"} 3.7\n\
        latency_count{path=\"/\"} 2\n";
    let open_metrics = format!("# TYPE depth gauge\n{samples}");
    assert_eq!(exposition(&recorder, Format::OpenMetrics), open_metrics);
    let text = open_metrics
        .replace("# TYPE errors ", "# TYPE errors_total ")
        .replace("# TYPE jobs ", "# TYPE jobs_total ")
        .replace(
            "# HELP jobs Jobs \\\"done\\\"",
            "# HELP jobs_total Jobs \"done\"",
        );
    assert_eq!(exposition(&recorder, Format::Text), text);
}

#[test]
fn summary_has_quantiles_in_order() {
    let recorder = recorder();
    recorder
        .register_histogram(&key("size", &[]), &METADATA)
        .record(4.0);
    let exposition = exposition(&recorder, Format::OpenMetrics);
    let names: Vec<_> = exposition
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(
        names,
        [
            "#",
            "size{quantile=\"0.0\"}",
            "size{quantile=\"0.5\"}",
            "size{quantile=\"0.9\"}",
            "size{quantile=\"0.95\"}",
            "size{quantile=\"0.99\"}",
            "size{quantile=\"0.999\"}",
            "size{quantile=\"1.0\"}",
            "size_sum",
            "size_count",
        ]
    );
    assert!(
        exposition.starts_with("# TYPE size summary\n"),
        "{exposition}"
    );
}

#[test]
fn recommended_names_do_not_change() {
    let recorder = PrometheusBuilder::new()
        .with_recommended_naming(true)
        .build_recorder();
    recorder.describe_counter("sent".into(), Some(Unit::Bytes), "Bytes sent.".into());
    count(&recorder, &key("sent", &[]), 5);
    assert_eq!(
        exposition(&recorder, Format::OpenMetrics),
        "# HELP sent_bytes Bytes sent.\n# TYPE sent_bytes counter\nsent_bytes_total 5\n"
    );
}

#[test]
fn hostile_labels_keep_the_exposition_readable() {
    let recorder = recorder();
    let hostile = "a\"b\\c\nd\0e{}=,\u{1f980}";
    let labels = [
        ("value", hostile),
        ("__name__", "other"),
        ("", "x"),
        ("empty", ""),
        ("le", "1"),
    ];
    count(&recorder, &key("jobs", &labels), 1);
    recorder
        .register_histogram(&key("latency", &labels), &METADATA)
        .record(0.1);
    let exposition = exposition(&recorder, Format::Text);
    let value = "value=\"a\\\"b\\\\c\\nd\u{fffd}e{}=,\u{1f980}\"";
    assert!(
        exposition.contains(&format!("jobs_total{{le=\"1\",{value}}} 1\n")),
        "{exposition}"
    );
    assert!(
        exposition.contains(&format!("latency_bucket{{{value},le=\"0.5\"}} 1\n")),
        "{exposition}"
    );
    assert!(
        exposition.contains(&format!("latency_count{{{value}}} 1\n")),
        "{exposition}"
    );
}

#[test]
fn nan_and_infinity_are_written_for_scrapers() {
    let recorder = recorder();
    for (name, value) in [
        ("a", f64::NAN),
        ("b", f64::INFINITY),
        ("c", f64::NEG_INFINITY),
    ] {
        recorder
            .register_gauge(&key(name, &[]), &METADATA)
            .set(value);
    }
    let exposition = exposition(&recorder, Format::Text);
    for line in ["\na NaN\n", "\nb +Inf\n", "\nc -Inf\n"] {
        assert!(exposition.contains(line), "{exposition}");
    }
}

#[test]
fn clashing_names_become_one_series() {
    let recorder = recorder();
    count(&recorder, &key("jobs", &[("a.b", "1"), ("c", "2")]), 1);
    count(&recorder, &key("jobs", &[("c", "2"), ("a_b", "1")]), 2);
    count(
        &recorder,
        &key("jobs_total", &[("a_b", "1"), ("c", "2")]),
        4,
    );
    assert_eq!(
        exposition(&recorder, Format::Text),
        "# TYPE jobs_total counter\njobs_total{a_b=\"1\",c=\"2\"} 7\n"
    );
}

#[test]
fn family_with_a_taken_name_is_omitted() {
    let rendered = "# TYPE jobs counter\njobs 1\n\n# TYPE jobs_total gauge\njobs_total 2\n\n\
        # TYPE latency gauge\nlatency 3\n\n# TYPE own histogram\nown_bucket{le=\"+Inf\"} 1\n\n\
        # TYPE own_count gauge\nown_count 4\n";
    let exposition = written(rendered, Format::Text, |name| name == "latency");
    let families: Vec<_> = exposition
        .lines()
        .filter(|line| line.starts_with("# TYPE"))
        .collect();
    assert_eq!(
        families,
        ["# TYPE jobs_total counter", "# TYPE own histogram"]
    );
    let exposition = written(rendered, Format::Text, |name| name == "jobs_total");
    assert!(!exposition.contains("jobs"), "{exposition}");
}

#[test]
fn untyped_family_is_unknown_in_open_metrics() {
    let rendered = "# TYPE odd untyped\nodd 1\n";
    let exposition = written(rendered, Format::OpenMetrics, |_| false);
    assert_eq!(exposition, "# TYPE odd unknown\nodd 1\n");
    assert_eq!(written(rendered, Format::Text, |_| false), rendered);
}

proptest::proptest! {
    #[test]
    fn no_text_panics(rendered in "(# (TYPE|HELP) [a-z_]{0,3} (counter|histogram|summary|gauge)?\n|[a-z_]{0,5}[{]?(le=\"[0-9.]{0,3}\")?[}]? [0-9]{0,2}\n|.{0,20}\n){0,30}") {
        for format in [Format::Text, Format::OpenMetrics] {
            let exposition = written(&rendered, format, |_| false);
            proptest::prop_assert!(!exposition.contains("\n\n"));
        }
    }
}

/// A recorder whose one counter rises with each reading.
struct Rising(AtomicU64);

impl ExternalRecorder for Rising {
    fn render(&self) -> String {
        let reading = self.0.fetch_add(1, Relaxed);
        format!("# TYPE readings counter\nreadings {reading}\n")
    }
}

#[test]
fn only_concurrent_scrapes_share_a_reading() {
    let external = External::new(Box::new(Rising(AtomicU64::new(0))));
    let first = external.families(|_| false);
    let shared = external.families(|_| false);
    assert!(Arc::ptr_eq(&first, &shared));
    drop(first);
    assert!(Arc::ptr_eq(&shared, &external.families(|_| false)));
    drop(shared);
    let again = external.families(|_| false);
    let series = again.first().and_then(|family| family.series.first());
    let point = series.and_then(|series| series.points.first());
    assert_eq!(point.map(|point| point.value.float()), Some(1.0));
}
