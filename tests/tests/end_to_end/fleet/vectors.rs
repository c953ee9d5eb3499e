//! Comparison of the results of queries.

use std::collections::BTreeMap;

use crate::api::Labels;

/// Returns what differs between two results by more than a share of the expected value; `None` if
/// nothing does. The order of series is of no interest.
pub(super) fn difference(
    expected: &[(Labels, f64)],
    actual: &[(Labels, f64)],
    tolerance: f64,
) -> Option<String> {
    let by_labels = |result: &[(Labels, f64)]| -> BTreeMap<Labels, f64> {
        let series = result.iter().cloned();
        series.collect()
    };
    let (expected, actual) = (by_labels(expected), by_labels(actual));
    let same = expected.len() == actual.len()
        && expected.iter().all(|(labels, value)| {
            let other = actual.get(labels);
            other.is_some_and(|other| is_near(*value, *other, tolerance))
        });
    (!same).then(|| format!("expected {expected:#?}\nactual {actual:#?}"))
}

fn is_near(expected: f64, actual: f64, tolerance: f64) -> bool {
    if expected.is_nan() || expected.is_infinite() {
        return expected.total_cmp(&actual).is_eq() || (expected.is_nan() && actual.is_nan());
    }
    // Rounding makes a difference of two equal numbers not quite zero.
    (expected - actual).abs() <= tolerance * expected.abs() + 1e-12
}

/// Returns the samples that are numbers, without the names of series: storages differ in whether they
/// return others, and in which functions keep the name.
pub(super) fn comparable(result: Vec<(Labels, f64)>) -> Vec<(Labels, f64)> {
    let numbers = result.into_iter().filter(|(_, value)| !value.is_nan());
    let unnamed = numbers.map(|(mut labels, value)| {
        labels.remove("__name__");
        (labels, value)
    });
    unnamed.collect()
}
