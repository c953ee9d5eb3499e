//! Errors in alerts and files are reported with their source location and the nearest valid name.

use glyph_runtime::{
    Counter, Histogram, Label, LabelSet, Status,
    artifacts::{ArtifactError, Artifacts},
    metric_catalog,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Llm,
    Stt,
}

#[derive(LabelSet)]
pub(crate) struct Call {
    pub(crate) kind: Kind,
    pub(crate) status: Status,
}

#[metric_catalog(namespace = "mistakes")]
pub(crate) struct Mistakes {
    /// Calls.
    #[alert(Syntax, expr = "rate(mistakes_calls_total[5m]")]
    #[alert(Metric, expr = "rate(mistakes_call_total[5m]) > 1")]
    #[alert(LabelName, expr = "rate(mistakes_calls_total{knd=\"stt\"}[5m]) > 1")]
    #[alert(
        LabelValue,
        expr = "rate(mistakes_calls_total{kind=~\"tts|s2s\"}[5m]) > 1"
    )]
    #[alert(
        Grouping,
        expr = "sum by (provider) (rate(mistakes_latency_seconds_count[5m])) > 1"
    )]
    #[alert(Foreign, expr = "node_load1 > 4")]
    #[alert(Pattern, expr = "node_load1 > 4", external("node_("))]
    #[alert(
        Beside,
        expr = "rate(mistakes_calls_total[5m]) > 1",
        fires("mistakes_calls_total{kid=\"stt\"} 0+120"),
        silent("mistakes_calls_total{kind=\"stt\"}")
    )]
    #[alert(Nameless, expr = "{kind=\"stt\"} > 4")]
    pub(crate) calls: Counter<Call>,

    /// Latency.
    #[metric(unit = seconds)]
    pub(crate) latency: Histogram,
}

#[metric_catalog(namespace = "fitting")]
pub(crate) struct Fitting {
    /// Calls.
    #[alert(
        Own,
        expr = "up{job=\"api\"} == 0 or glyph_label_overflow_total{metric=\"x\"} > 0"
    )]
    #[alert(
        Buckets,
        expr = "histogram_quantile(0.9, sum by (le, env) (rate(fitting_latency_seconds_bucket[5m]))) > 1"
    )]
    #[alert(
        Made,
        expr = "sum by (new) (label_replace(fitting_calls_total, \"new\", \"$1\", \"kind\", \"(.*)\")) > 1"
    )]
    #[alert(
        Joined,
        expr = "fitting_calls_total * on(instance) group_left(service_version) target_info > 1"
    )]
    #[alert(
        Fast,
        expr = "objective:failures_per_request:ratio_rate5m{objective=\"FittingLatencyLatency\"} > 0.5"
    )]
    pub(crate) calls: Counter<Call>,

    /// Latency.
    #[metric(unit = seconds)]
    #[objective(latency = 1s, target = 99%)]
    pub(crate) latency: Histogram,
}

glyph_runtime::artifacts::check!(expressions_that_fit: Fitting; "env");

#[test]
fn each_error_names_alert_location_and_nearest_name() {
    let problems = Artifacts::of::<Mistakes>().problems();
    let told: Vec<_> = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.what, problem.message))
        .collect();
    let expected = [
        "alert `Syntax`: `rate(mistakes_calls_total[5m]` is not PromQL: ",
        "alert `Metric`: no catalog declares `mistakes_call_total`; did you mean `mistakes_calls_total`? ",
        "alert `LabelName`: `mistakes_calls_total` has no label `knd`; did you mean `kind`? allowed: env, instance, job, kind, status",
        "alert `LabelValue`: label `kind` of `mistakes_calls_total` has no value `tts|s2s`; allowed: llm, stt",
        "alert `Grouping`: no series in the expression has a label `provider`; allowed: env, instance, job",
        "alert `Foreign`: no catalog declares `node_load1`; ",
        "alert `Pattern`: `external(\"node_(\")` is not a regular expression: ",
        "alert `Pattern`: no catalog declares `node_load1`; ",
        "alert `Beside`: `mistakes_calls_total` has no label `kid`; did you mean `kind`? ",
        "alert `Beside`: `mistakes_calls_total{kind=\"stt\"}` is not a series: write ",
        "alert `Nameless`: selector `{kind=\"stt\"}` has no metric name",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}\n{expected}");
    }
    let first = problems.first().unwrap();
    assert!(
        first.file.ends_with("checking.rs") && first.line > 20,
        "{first}"
    );
}

#[test]
fn invalid_files_prevent_writing() {
    let artifacts = Artifacts::of::<Mistakes>();
    for given in [
        artifacts.rules(),
        artifacts.rule_tests("rules.yml"),
        artifacts.reference(),
    ] {
        assert!(matches!(given, Err(ArtifactError::Problems(problems)) if problems.len() == 11));
    }
}

#[test]
fn duplicate_alert_names_in_two_catalogs_are_reported() {
    let two = Artifacts::of::<inner::Twin>().and::<Twin>();
    let problems = two.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems
            .iter()
            .all(|problem| problem.message.contains("duplicate alert name, also at "))
    );
}

#[metric_catalog(namespace = "twin")]
pub(crate) struct Twin {
    /// Calls.
    #[alert(Same, rate > 1/s)]
    pub(crate) calls: Counter,
}

mod inner {
    use glyph_runtime::{Counter, metric_catalog};

    #[metric_catalog(namespace = "inner")]
    pub(crate) struct Twin {
        /// Calls.
        #[alert(Same, rate > 1/s)]
        pub(crate) calls: Counter,
    }
}
