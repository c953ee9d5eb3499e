//! Alerts that no program could make fire, found when the artifacts are generated.

use std::time::Duration;

use glyph_runtime::{Counter, Gauge, artifacts::Artifacts, metric_catalog};

#[metric_catalog(namespace = "never")]
pub(crate) struct NeverMetrics {
    /// Whether the process is up: 1 or 0.
    #[metric(liveness)]
    #[alert(
        Down,
        expr = "never_up == 0",
        fires("never_up 0"),
        silent("never_up 1")
    )]
    #[alert(
        AllDown,
        expr = "sum by (job) (never_up) < 1",
        fires("never_up 0"),
        silent("never_up 1")
    )]
    #[alert(
        Gone,
        expr = "never_up == 0 or absent(never_up)",
        fires("never_other 1"),
        silent("never_up 1")
    )]
    #[alert(
        Few,
        expr = "sum(never_up) < 3",
        fires("never_up 1"),
        silent("never_up 3")
    )]
    #[alert(FewByJob, < 3, by(job))]
    pub(crate) up: Gauge,

    /// Starts of the process.
    #[metric(starts)]
    #[alert(Restarts, expr = "increase(never_starts_total[10m]) > 3")]
    pub(crate) starts: Counter,

    /// Another gauge.
    #[alert(Empty, == 0)]
    #[alert(GoneSoon, absent(30s))]
    pub(crate) other: Gauge,

    /// Calls.
    #[alert(Short, rate(10s) > 1/s)]
    #[alert(
        ShortByHand,
        expr = "rate(never_calls_total[59s]) > 1 or rate(node_load1[1s]) > 1",
        external("node_.*"),
        fires("never_calls_total 0+120"),
        silent("never_calls_total 0+1")
    )]
    #[alert(Enough, rate(1m) > 1/s)]
    pub(crate) calls: Counter,
}

fn problems(artifacts: &Artifacts) -> Vec<String> {
    let problems = artifacts.problems().into_iter();
    let problems = problems.map(|problem| format!("{}: {}", problem.what, problem.message));
    problems.collect()
}

const LIVENESS: &str = "`never_up` is 1 whenever it is scraped, and absent while the process is down: \
                        add `or absent(never_up)`, or compare `up`";

#[test]
fn alerts_that_cannot_fire_are_reported() {
    let short = |window: &str| {
        format!(
            "a window of {window} holds fewer than 4 scrapes at an interval of 15s: write at least \
             `1m`, or set `Artifacts::scrape_interval`"
        )
    };
    assert_eq!(
        problems(&Artifacts::of::<NeverMetrics>()),
        [
            format!("alert `Down`: {LIVENESS}"),
            format!("alert `AllDown`: {LIVENESS}"),
            "alert `Restarts`: each process counts `never_starts` once, so `increase` sees no start: \
             write `changes(process_start_time_seconds[10m]) > 3`"
                .to_owned(),
            format!("alert `GoneSoon`: {}", short("30s")),
            format!("alert `Short`: {}", short("10s")),
            format!("alert `ShortByHand`: {}", short("59s")),
        ]
    );
}

#[test]
fn scrape_interval_decides_which_windows_are_too_short() {
    let artifacts = Artifacts::of::<NeverMetrics>();
    let often = artifacts.scrape_interval(Duration::from_secs(2));
    let windows = problems(&often).into_iter();
    let windows = windows.filter(|problem| problem.contains("a window of"));
    assert_eq!(windows.count(), 0);
}

/// Returns what is said of an alert with this expression in a file that a person wrote.
fn written(expr: &str) -> Vec<String> {
    let rules = serde_json::json!({ "groups": [{ "name": "a", "rules": [
        { "alert": "Written", "expr": expr },
    ] }] });
    let artifacts = Artifacts::of::<NeverMetrics>();
    let problems = artifacts.problems_in_rules(&rules.to_string(), "rules.yml");
    let problems = problems.unwrap().into_iter();
    problems.map(|problem| problem.message).collect()
}

#[test]
fn alerts_of_written_files_that_cannot_fire_are_reported() {
    for expr in [
        "never_up == 0",
        "never_up{job=\"a\"} != 1",
        "0 == never_up",
        "1 > (never_up)",
        "never_up > 1",
        "{__name__=\"never_up\"} == 0",
        "min_over_time(never_up[5m]) == 0",
        "max_over_time(never_up[5m]) < 1",
        "avg(avg_over_time(never_up[5m])) < 1",
        "sum(never_up) == 0",
        "never_up == 0 and up == 1",
        "never_up == 0 and on () absent(never_other)",
        "never_up == 0 or never_other > 5",
    ] {
        assert_eq!(written(expr), [LIVENESS], "{expr}");
    }
    for expr in [
        "increase(never_starts_total[10m]) > 3",
        "increase(sum(never_starts_total)[10m:1m]) > 3",
    ] {
        let said = written(expr);
        let mut starts = said.iter().filter(|said| said.contains("sees no start"));
        assert!(starts.next().is_some(), "{expr}: {said:?}");
    }
    let short = written("rate(never_calls_total[10s]) > 1");
    assert!(short[0].starts_with("a window of 10s holds"), "{short:?}");
}

#[test]
fn alerts_of_written_files_that_can_fire_have_no_problem() {
    for expr in [
        "never_up == 1",
        "never_up < 2",
        "never_up == 0 or absent(never_up)",
        "up == 0 or never_up == 0",
        "(never_up == 0 or up == 0) and on () never_other > 1",
        "sum(never_up) < 3",
        "sum(never_up) == 2",
        "count(never_up) != 3",
        "sum(never_up == bool 0) > 1",
        "never_other > 5 unless on () never_up == 0",
        "(sum(never_up) or vector(0)) == 0",
        "never_other == 0",
        "changes(process_start_time_seconds[10m]) > 3",
        "sum(never_starts_total) > 3",
        "rate(never_calls_total[1m]) > 1",
        "rate(node_cpu_seconds_total[10s]) > 1",
    ] {
        assert_eq!(written(expr), [""; 0], "{expr}");
    }
}

#[test]
fn short_windows_of_written_panels_are_reported() {
    let said = |expr: &str| {
        let panel = serde_json::json!({ "title": "Calls", "targets": [{ "expr": expr }] });
        let json = serde_json::json!({ "panels": [panel] }).to_string();
        let problems = Artifacts::of::<NeverMetrics>().problems_in_dashboard(&json, "own.json");
        problems.unwrap().len()
    };
    assert_eq!(said("rate(never_calls_total[10s])"), 1);
    for right in [
        "rate(never_calls_total[$__rate_interval])",
        "increase(never_calls_total[${__range_s}s])",
        "rate(never_calls_total[1m])",
        "never_up == 0",
    ] {
        assert_eq!(said(right), 0, "{right}");
    }
}

#[metric_catalog(namespace = "replaced")]
pub(crate) struct ReplacedMetrics {
    /// Calls.
    #[alert(Busy, rate > 1/s, labels(region = "eu"))]
    #[objective(availability = 99%, errors = failed, labels(region = "eu"))]
    pub(crate) calls: Counter,

    /// Calls that failed.
    pub(crate) failed: Counter,
}

#[test]
fn labels_of_a_rule_that_replace_target_labels_are_reported() {
    let artifacts = Artifacts::of::<ReplacedMetrics>();
    assert_eq!(problems(&artifacts), [""; 0]);
    let message =
        "the rule sets label `region`, which tells its alerts apart: rename one of the two";
    assert_eq!(
        problems(&artifacts.target_labels(["region"])),
        [
            format!("alert `Busy`: {message}"),
            format!("objective `ReplacedCallsAvailability`: {message}"),
        ]
    );
}
