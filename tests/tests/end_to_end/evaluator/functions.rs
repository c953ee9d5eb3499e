//! Functions of PromQL (Prometheus, "Query functions").

use std::collections::BTreeMap;

use promql_parser::{
    label::MatchOp,
    parser::{Expr, VectorSelector},
};

use super::samples::NAME;
use crate::api::{Labels, Samples};

/// Returns these series without their names, each value changed.
pub(super) fn each(series: Vec<(Labels, f64)>, change: impl Fn(f64) -> f64) -> Vec<(Labels, f64)> {
    let changed = series.into_iter().map(|(mut labels, value)| {
        labels.remove(NAME);
        (labels, change(value))
    });
    changed.collect()
}

#[expect(clippy::cast_precision_loss, reason = "times of this century fit")]
pub(super) fn in_seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}

/// Returns the result of a function of ranges for each series. Times are in milliseconds.
pub(super) fn over_time(
    function: &str,
    series: &[(Labels, Samples)],
    window: i64,
    end: i64,
) -> Vec<(Labels, f64)> {
    let results = series.iter().filter_map(|(labels, samples)| {
        let values = || samples.iter().map(|(_, value)| *value);
        let pairs = || values().zip(values().skip(1));
        #[expect(clippy::cast_precision_loss, reason = "a window has few samples")]
        let count = |number: usize| number as f64;
        let value = match function {
            "increase" => increase(samples, window, end)?,
            "rate" => increase(samples, window, end)? / in_seconds(window),
            #[expect(clippy::float_cmp, reason = "any change counts")]
            "changes" => count(pairs().filter(|(before, after)| before != after).count()),
            "resets" => count(pairs().filter(|(before, after)| after < before).count()),
            "sum_over_time" => values().sum(),
            "avg_over_time" => values().sum::<f64>() / count(samples.len()),
            "max_over_time" => values().fold(f64::NAN, f64::max),
            "min_over_time" => values().fold(f64::NAN, f64::min),
            "last_over_time" => values().next_back()?,
            "count_over_time" => count(samples.len()),
            "present_over_time" => 1.0,
            _ => panic!("the evaluator has no such function: {function}"),
        };
        Some((labels.clone(), value))
    });
    each(results.collect(), |value| value)
}

/// Returns the increase of a counter over the whole window, from the samples in it.
///
/// The samples cover a part of the window. The rest is filled up to the window's ends at the same
/// rate, unless the nearest sample is more than 1.1 intervals away: then by half an interval. A
/// counter is never filled up to below zero.
fn increase(samples: &Samples, window: i64, end: i64) -> Option<f64> {
    let ((first_time, first), (last_time, last)) = (*samples.first()?, *samples.last()?);
    if samples.len() < 2 {
        return None;
    }
    let pairs = samples.iter().zip(samples.iter().skip(1));
    let before_resets: f64 = pairs
        .filter(|((_, before), (_, after))| after < before)
        .map(|((_, before), _)| before)
        .sum();
    let measured = last - first + before_resets;
    let covered = in_seconds(last_time - first_time);
    #[expect(clippy::cast_precision_loss, reason = "a window has few samples")]
    let interval = covered / (samples.len() - 1) as f64;
    let mut before = in_seconds(first_time - (end - window));
    if measured > 0.0 && first >= 0.0 {
        before = before.min(covered * first / measured);
    }
    let after = in_seconds(end - last_time);
    let filled = |gap: f64| {
        if gap < interval * 1.1 {
            gap
        } else {
            interval / 2.0
        }
    };
    Some(measured * (covered + filled(before) + filled(after)) / covered)
}

/// Returns a series with the labels that a selector demands, if nothing is selected.
pub(super) fn absent(of: &Expr, is_absent: bool) -> Vec<(Labels, f64)> {
    if !is_absent {
        return Vec::new();
    }
    let selector: Option<&VectorSelector> = match of {
        Expr::VectorSelector(selector) => Some(selector),
        Expr::MatrixSelector(matrix) => Some(&matrix.vs),
        _ => None,
    };
    let matchers = selector
        .into_iter()
        .flat_map(|selector| &selector.matchers.matchers);
    let equal = matchers.filter(|matcher| matches!(matcher.op, MatchOp::Equal));
    let labels = equal.map(|matcher| (matcher.name.clone(), matcher.value.clone()));
    vec![(labels.collect(), 1.0)]
}

/// Returns a quantile of each histogram, from its buckets.
pub(super) fn histogram_quantile(quantile: f64, buckets: Vec<(Labels, f64)>) -> Vec<(Labels, f64)> {
    let mut histograms: BTreeMap<Labels, Vec<(f64, f64)>> = BTreeMap::new();
    for (mut labels, count) in buckets {
        labels.remove(NAME);
        if let Some(bound) = labels.remove("le") {
            let bound: f64 = bound.parse().unwrap();
            histograms.entry(labels).or_default().push((bound, count));
        }
    }
    let histograms = histograms.into_iter();
    histograms
        .map(|(labels, buckets)| (labels, quantile_of(quantile, buckets)))
        .collect()
}

/// Returns a quantile of cumulative buckets, with the values of a bucket spread evenly.
fn quantile_of(quantile: f64, mut buckets: Vec<(f64, f64)>) -> f64 {
    buckets.sort_by(|(left, _), (right, _)| left.total_cmp(right));
    // Counts of a later scrape can be lower for a higher bound.
    let mut highest = 0.0;
    for (_, count) in &mut buckets {
        highest = count.max(highest);
        *count = highest;
    }
    let Some((bound, all)) = buckets.last().copied() else {
        return f64::NAN;
    };
    if bound != f64::INFINITY || buckets.len() < 2 || all == 0.0 {
        return f64::NAN;
    }
    let rank = quantile * all;
    let finite = &buckets[..buckets.len() - 1];
    let Some(index) = finite.iter().position(|(_, count)| *count >= rank) else {
        return finite[finite.len() - 1].0;
    };
    let (upper, upto) = finite[index];
    let (lower, below) = match index {
        0 if upper <= 0.0 => return upper,
        0 => (0.0, 0.0),
        _ => finite[index - 1],
    };
    lower + (upper - lower) * (rank - below) / (upto - below)
}
