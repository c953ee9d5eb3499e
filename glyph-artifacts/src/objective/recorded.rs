//! The series that objectives record: their names, windows and labels.

use std::{collections::BTreeSet, time::Duration};

use super::burn::BURNS;
use crate::{
    numbers::{duration, rounded},
    promql::Selector,
};
use glyph_core::catalog::{Indicator, ObjectiveDescriptor, Selection};

/// The window of the recorded rates, which all other windows are built from.
pub(super) const RATE_WINDOW: Duration = Duration::from_secs(300);

/// The rate of bad calls.
pub(super) const FAILURES: &str = "objective:failures:rate5m";

/// The rate of all calls.
pub(super) const REQUESTS: &str = "objective:requests:rate5m";

/// The share of calls that may be bad.
pub(super) const ERROR_BUDGET: &str = "objective:error_budget:ratio";

/// Returns the error budget: the share of calls that may be bad.
pub(crate) fn budget(objective: &ObjectiveDescriptor) -> f64 {
    rounded(1.0 - objective.target)
}

/// Returns the name of the share of bad calls over a window. Names are those of Prometheus's
/// convention for recording rules, `level:metric:operations`.
pub(super) fn failures_per_request(window: Duration) -> String {
    format!(
        "objective:failures_per_request:ratio_rate{}",
        duration(window)
    )
}

/// Returns the name of how many times too fast the budget burns, over a window.
pub(super) fn burn_rate(window: Duration) -> String {
    format!("objective:burn_rate:ratio_rate{}", duration(window))
}

/// Returns the name of the share of the budget that is left.
pub(super) fn budget_remaining(objective: &ObjectiveDescriptor) -> String {
    let period = duration(objective.period);
    format!("objective:budget_remaining:ratio_rate{period}")
}

/// Returns the windows of an objective, the shortest first: that of the rates, those of its alerts,
/// and its period.
pub(super) fn windows(objective: &ObjectiveDescriptor) -> BTreeSet<Duration> {
    let alerts = BURNS.iter().flat_map(|burn| burn.windows(objective));
    let alerts = alerts.flat_map(|windows| [windows.short, windows.long]);
    alerts.chain([RATE_WINDOW, objective.period]).collect()
}

/// Returns the names of the recording rules of an objective.
pub(crate) fn record_names(objective: &ObjectiveDescriptor) -> impl Iterator<Item = String> {
    let rates = [FAILURES, REQUESTS, ERROR_BUDGET].map(str::to_owned);
    let windows = windows(objective).into_iter();
    let shares = windows.flat_map(|window| [failures_per_request(window), burn_rate(window)]);
    let left = [budget_remaining(objective)];
    rates.into_iter().chain(shares).chain(left)
}

/// Returns the recorded burn rates that dashboards show, each with its window: the shortest long
/// window of the alerts, and the longest.
pub(crate) fn recorded_over(
    objective: &ObjectiveDescriptor,
) -> impl Iterator<Item = (String, Selector)> {
    let long = BURNS.iter().flat_map(|burn| burn.windows(objective));
    let long: BTreeSet<Duration> = long.map(|windows| windows.long).collect();
    let first = long.first().copied().unwrap_or(RATE_WINDOW);
    let last = long.last().copied().unwrap_or(objective.period);
    let series = move |window| {
        let name = duration(window);
        (name, series(objective, burn_rate(window)))
    };
    [first, last].map(series).into_iter()
}

/// Returns the recorded share of the budget that is left.
pub(crate) fn budget_left(objective: &ObjectiveDescriptor) -> Selector {
    series(objective, budget_remaining(objective))
}

/// Returns a selector of a recorded series of an objective.
pub(super) fn series(objective: &ObjectiveDescriptor, name: impl Into<String>) -> Selector {
    let labels = identity(objective).into_iter();
    labels.fold(Selector::new(name), |series, (label, value)| {
        series.equal(label, [value])
    })
}

/// Returns the labels of the recorded series of an objective. Two programs can have objectives of
/// one name: those of different metrics differ in `indicator`, and those of one metric in `job`.
pub(super) fn identity(objective: &ObjectiveDescriptor) -> [(&'static str, &'static str); 2] {
    [
        ("objective", objective.name),
        ("indicator", all_calls(objective).metric),
    ]
}

/// Returns all calls of an objective.
pub(crate) fn all_calls(objective: &ObjectiveDescriptor) -> Selection {
    let (Indicator::Latency { of, .. } | Indicator::Outcome { of } | Indicator::Errors { of, .. }) =
        objective.indicator;
    of
}
