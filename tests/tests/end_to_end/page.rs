//! An exposition with everything on it: declared metrics, glyph's own, those of other crates,
//! exemplars, and unusual label values.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    sync::LazyLock,
};

use glyph_runtime::{Counter, Exemplar, Histogram, LabelSet, Telemetry, metric_catalog};
use glyph_tests::environment;

use crate::{
    checkers::{openmetrics_families, promtool_finds_nothing},
    http::{self, OPENMETRICS, TEXT},
    process::eventually,
    prometheus::{EXEMPLARS_ONLY, NATIVE_HISTOGRAMS, Prometheus},
};

#[derive(LabelSet)]
pub(crate) struct Sent<'a> {
    #[label(max = 32)]
    pub(crate) value: &'a str,
}

#[metric_catalog(namespace = "hostile")]
pub(crate) struct Metrics {
    /// Values that were sent, "quoted" or with a \ in them.
    pub(crate) values: Counter<Sent<'_>>,
    /// Time until an answer.
    #[metric(name = "answer.duration", unit = seconds, buckets = [100ms, 1s])]
    pub(crate) answer: Histogram<Sent<'_>>,
}

/// Values that must be unchanged in the exposition, except for NUL.
const SHORT: [&str; 14] = [
    "plain",
    r#"a "quoted" word"#,
    "two\nlines",
    "two\r\nlines",
    r"back\slash",
    r"trailing\",
    r"not a \n line",
    "NUL\0inside",
    "\0",
    "🎲 emoji 👩‍🚀",
    "\u{1b}[31mred\u{7f}",
    "\u{2028}\u{202e}\u{feff}",
    "\"} 1\n# EOF\nhostile_values_total{value=\"forged",
    "comma,brace}equals=hash# {trace_id=\"x\"} 1",
];
/// A long value, and its truncated length, in bytes.
const LONG: usize = 1024 * 1024;
const KEPT_OF_LONG: usize = 256;

/// A recorder is global, so all tests here share one exposition and only read it.
static TELEMETRY: LazyLock<Telemetry> = LazyLock::new(|| {
    let telemetry = environment::telemetry("hostile")
        .version("\"1\"\n")
        .catalog(Metrics::global())
        .listener((Ipv4Addr::LOCALHOST, 0))
        .without_log()
        .install()
        .unwrap();
    describe_library();
    for value in SHORT {
        record(value);
    }
    record(&long(LONG));
    telemetry
});

/// Returns a value of at most this many bytes, cut at a character boundary.
fn long(bytes: usize) -> String {
    let mut value = "long ".to_owned();
    while value.len() + '🎲'.len_utf8() <= bytes {
        value.push('🎲');
    }
    value
}

fn describe_library() {
    metrics::describe_counter!(
        "library_calls_total",
        "Calls, \"quoted\" or with a \\ in them."
    );
    metrics::describe_gauge!("library_depth", "Depth of the\nqueue.");
    metrics::describe_histogram!("library_wait_seconds", "Time in the queue.");
}

fn record(value: &str) {
    let metrics = Metrics::global();
    metrics.values.inc(Sent { value });
    let exemplar = Exemplar::new(
        0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c,
        0xb7ad_6b71_6920_3331,
    );
    metrics
        .answer
        .observe_with_exemplar(Sent { value }, 0.5, exemplar);
    metrics::counter!("library_calls_total", "value" => value.to_owned()).increment(1);
    metrics::gauge!("library_depth", "value" => value.to_owned()).set(1.5);
    metrics::histogram!("library_wait_seconds", "value" => value.to_owned()).record(0.5);
}

fn address() -> SocketAddr {
    TELEMETRY.local_addr().unwrap()
}

fn page(accept: &str) -> String {
    http::page(&format!("http://{}/metrics", address()), accept)
}

#[test]
#[ignore = "needs prometheus and promtool; .ci/run installs them"]
fn promtool_accepts_the_text_exposition() {
    promtool_finds_nothing(&page(TEXT));
}

#[test]
#[ignore = "needs Python's prometheus-client; .ci/run installs it"]
fn strict_parser_accepts_the_openmetrics_exposition() {
    let families = openmetrics_families(&page(OPENMETRICS));
    for (name, kind) in [
        ("hostile_values", "counter"),
        ("hostile_answer_duration_seconds", "histogram"),
        ("library_calls", "counter"),
        ("library_depth", "gauge"),
        ("library_wait_seconds", "summary"),
        ("target", "info"),
        ("glyph_series", "gauge"),
    ] {
        assert_eq!(families.get(name).unwrap().kind, kind, "{name}");
    }
    for (family, sample) in [
        ("hostile_values", "hostile_values_total"),
        (
            "hostile_answer_duration_seconds",
            "hostile_answer_duration_seconds_count",
        ),
        ("library_calls", "library_calls_total"),
        ("library_depth", "library_depth"),
        ("library_wait_seconds", "library_wait_seconds_count"),
    ] {
        let samples = families.get(family).unwrap().samples.iter();
        let values = samples
            .filter(|found| found.name == sample)
            .filter_map(|found| found.labels.get("value").cloned());
        assert_intact(sample, &values.collect());
    }
}

#[test]
#[ignore = "needs Python's prometheus-client; .ci/run installs it"]
fn strict_parser_reads_the_exemplars() {
    let families = openmetrics_families(&page(OPENMETRICS));
    let buckets = &families
        .get("hostile_answer_duration_seconds")
        .unwrap()
        .samples;
    let bucket = buckets.iter().find(|sample| {
        let label = |name| sample.labels.get(name).map(String::as_str);
        label("le") == Some("1.0") && label("value") == Some("plain")
    });
    let bucket = bucket.unwrap();
    assert_eq!(bucket.value, "1.0");
    let exemplar = bucket.exemplar.as_ref().unwrap();
    assert_eq!(
        exemplar.get("trace_id").unwrap(),
        "0af7651916cd43dd8448eb211c80319c"
    );
    assert_eq!(exemplar.get("span_id").unwrap(), "b7ad6b7169203331");
}

#[test]
#[ignore = "needs prometheus and promtool; .ci/run installs them"]
fn prometheus_accepts_the_exposition() {
    hostile_values_arrive_at(&Prometheus::scraping(address(), EXEMPLARS_ONLY));
}

#[test]
#[ignore = "needs prometheus and promtool; .ci/run installs them"]
fn prometheus_with_native_histograms_accepts_the_exposition() {
    hostile_values_arrive_at(&Prometheus::scraping(address(), NATIVE_HISTOGRAMS));
}

fn hostile_values_arrive_at(prometheus: &Prometheus) {
    prometheus.wait_until_up();
    for name in [
        "hostile_values_total",
        "hostile_answer_duration_seconds_count",
        "library_calls_total",
        "library_depth",
        "library_wait_seconds_count",
    ] {
        let series = eventually(name, || match prometheus.query(name)? {
            none if none.is_empty() => Err("no series".to_owned()),
            series => Ok(series),
        });
        let values = series
            .into_iter()
            .filter_map(|(mut labels, _)| labels.remove("value"));
        assert_intact(name, &values.collect());
    }
}

/// Asserts that exactly these values are there, unchanged except for NUL and the end of the long
/// one.
fn assert_intact(name: &str, values: &BTreeSet<String>) {
    let kept = SHORT.iter().map(|value| value.replace('\0', "\u{fffd}"));
    let expected: BTreeSet<_> = kept.chain([long(KEPT_OF_LONG)]).collect();
    assert_eq!(*values, expected, "{name}");
}
