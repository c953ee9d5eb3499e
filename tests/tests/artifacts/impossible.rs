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
