//! Rules and dashboards over series that were recorded from a running program: each alert fires for
//! the right labels while all goes wrong, and is silent while all goes well.

mod cases;
mod catalog;
mod estimated;
mod expected;
mod forms;
pub(crate) mod moved;
mod panels;
mod targets;
mod timeline;

use std::time::Duration;

use glyph_runtime::{Catalog, Gauge, artifacts::Artifacts, metric_catalog};
use serde_json::Value;

use self::{
    cases::{EVALUATION, case, firing},
    catalog::{FormsMetrics, TenantMetrics},
    expected::{Expected, expected},
    moved::{Threshold, move_thresholds},
    panels::Panel,
    targets::{FAILING, HEALTHY, Recorded},
    timeline::{END, STEP, Timeline},
};
use crate::evaluator::Database;

/// The start of the process, which the telemetry exposes without this catalog. It gives the counter of
/// starts a panel.
#[expect(dead_code, reason = "only its declaration matters here")]
#[metric_catalog(namespace = "process")]
pub(crate) struct StartMetrics {
    /// Start time of the process since the Unix epoch.
    #[metric(unit = seconds)]
    #[panel(hidden)]
    pub(crate) start_time: Gauge,
}

fn artifacts() -> Artifacts {
    Artifacts::of::<FormsMetrics>()
        .and::<TenantMetrics>()
        .and::<StartMetrics>()
}

/// What was recorded, and the rules for it.
struct Run {
    /// All goes well until the end.
    healthy: Timeline,
    /// All goes wrong until the end, after the first scrapes.
    failing: Timeline,
    /// All goes well again soon.
    recovered: Timeline,
    rules: String,
    expected: Vec<Expected>,
}

impl Run {
    fn record() -> Self {
        let recorded: Vec<Recorded> = targets::record();
        let all = recorded.iter().map(|target| target.steps.len()).max();
        let all = all.unwrap();
        let failing = HEALTHY + FAILING;
        let rules = artifacts().rules().unwrap();
        Self {
            healthy: Timeline::extending(&recorded, HEALTHY, HEALTHY),
            failing: Timeline::extending(&recorded, failing, FAILING),
            recovered: Timeline::extending(&recorded, all, all - failing),
            expected: expected(&parsed(&rules)),
            rules,
        }
    }

    /// Asserts that no alert fires.
    fn silence(&self) -> Vec<Value> {
        let alerts = self.expected.iter();
        alerts.map(|alert| firing(&alert.name, END, &[])).collect()
    }

    /// Asserts that each alert fires for its labels.
    fn alarm(&self) -> Vec<Value> {
        let alerts = self.expected.iter();
        let alerts = alerts.map(|alert| firing(&alert.name, END, &alert.firing));
        alerts.collect()
    }

    /// Asserts that no alert fires before its condition has held for the time of its `for`.
    fn patience(&self) -> Vec<Value> {
        let start = STEP * u32::try_from(HEALTHY).unwrap();
        let pending = self.expected.iter().filter_map(|alert| {
            let pending = minutes(alert.pending.as_deref()?);
            // The last evaluation before that.
            let evaluations = (start + pending).as_secs() / EVALUATION.as_secs();
            let at = EVALUATION * u32::try_from(evaluations).unwrap();
            Some(firing(&alert.name, at, &[]))
        });
        pending.collect()
    }

    /// Asserts that some alerts go on firing for a while after their conditions have ended, and that
    /// others with the same conditions do not.
    fn persistence(&self) -> Vec<Value> {
        let fires = |name: &str, at: Duration, is_expected: bool| {
            let mut alerts = self.expected.iter();
            let alert = alerts.find(|alert| alert.name == name).unwrap();
            let labels = alert.firing.as_slice();
            firing(name, at, if is_expected { labels } else { &[] })
        };
        let soon = EVALUATION * 2;
        let later = EVALUATION * 8;
        vec![
            fires("QueueKept", soon, true),
            fires("QueueFull", soon, false),
            fires("QueueKept", later, false),
            fires("JobsKeptBurnsFast", later, true),
            fires("JobsShortBurnsFast", later, false),
            fires("JobsKeptBurnsFast", END, false),
        ]
    }
}

fn parsed(rules: &str) -> Value {
    yaml_serde::from_str(rules).unwrap()
}

fn minutes(time: &str) -> Duration {
    let minutes = time.strip_suffix('m').unwrap_or_else(|| panic!("{time}"));
    Duration::from_secs(60 * minutes.parse::<u64>().unwrap())
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus; .ci/run installs it"]
fn each_form_is_right_for_recorded_series() {
    let run = Run::record();
    let rules = parsed(&run.rules);
    let databases = [&run.healthy, &run.failing];
    let databases = databases.map(|recording| panels::with_recorded(&rules, recording));
    let panels = Panel::all(&artifacts());
    assert!(panels.len() > 25, "{} queries", panels.len());
    panels::leave_hidden_metrics_out(&panels, &FormsMetrics::DESCRIPTOR);
    for panel in &panels {
        panel.is_telling(databases.each_ref());
    }
    let [healthy, failing] = databases.each_ref().map(|database| {
        let assertions = panels.iter().flat_map(|panel| panel.assertions(database));
        assertions.collect::<Vec<Value>>()
    });
    let estimate = estimated::assertion(&run.failing);
    let cases = [
        case("healthy", &run.healthy, &[run.silence(), healthy].concat()),
        case(
            "failing",
            &run.failing,
            &[run.alarm(), run.patience(), failing, vec![estimate]].concat(),
        ),
        case("recovered", &run.recovered, &run.persistence()),
    ];
    cases::run(&run.rules, &cases).unwrap_or_else(|said| panic!("{said}"));
    moved_thresholds_fail(&run, &databases);
}

/// A threshold that no value meets makes the firing case fail, and one that every value meets the
/// silent case.
fn moved_thresholds_fail(run: &Run, [healthy, failing]: &[Database; 2]) {
    for (to, database, case) in [
        (
            Threshold::OutOfReach,
            failing,
            case("failing", &run.failing, &run.alarm()),
        ),
        (
            Threshold::Reached,
            healthy,
            case("healthy", &run.healthy, &run.silence()),
        ),
    ] {
        let mut rules = parsed(&run.rules);
        let moved = move_thresholds(&mut rules, to, database);
        assert!(moved.len() > 40, "{moved:?}");
        let said = cases::run(&rules.to_string(), &[case]).unwrap_err();
        assert_eq!(moved::failed(&said), moved, "{said}");
    }
}

#[test]
fn each_form_of_the_grammar_has_a_case() {
    let catalogs = [FormsMetrics::DESCRIPTOR, TenantMetrics::DESCRIPTOR];
    forms::are_those_of_the_parser();
    forms::are_all_in(&catalogs);
}
