//! Aggregations of series.

use std::collections::BTreeMap;

use promql_parser::parser::{AggregateExpr, LabelModifier};

use super::samples::NAME;
use crate::api::Labels;

/// Returns the result of an aggregation.
pub(super) fn aggregated(
    expr: &AggregateExpr,
    parameter: Option<f64>,
    of: Vec<(Labels, f64)>,
) -> Vec<(Labels, f64)> {
    let mut groups: BTreeMap<Labels, Vec<(Labels, f64)>> = BTreeMap::new();
    for (labels, value) in of {
        let group = kept(&labels, expr.modifier.as_ref());
        groups.entry(group).or_default().push((labels, value));
    }
    let operator = expr.op.to_string();
    let combined = groups.into_iter().flat_map(|(labels, series)| {
        let values = || series.iter().map(|(_, value)| *value);
        #[expect(clippy::cast_precision_loss, reason = "a group has few series")]
        let count = series.len() as f64;
        let value = match operator.as_str() {
            "sum" => values().sum(),
            "avg" => values().sum::<f64>() / count,
            "max" => values().fold(f64::NAN, f64::max),
            "min" => values().fold(f64::NAN, f64::min),
            "count" => count,
            "group" => 1.0,
            "topk" => return highest(series, parameter.unwrap()),
            _ => panic!("the evaluator has no such aggregation: {operator}"),
        };
        vec![(labels, value)]
    });
    combined.collect()
}

/// Returns the series with the highest values, with all their labels.
fn highest(mut series: Vec<(Labels, f64)>, count: f64) -> Vec<(Labels, f64)> {
    series.sort_by(|(_, left), (_, right)| right.total_cmp(left));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small number of series"
    )]
    series.truncate(count as usize);
    series
}

/// Returns the labels that an aggregation or a match of two sides keeps.
pub(super) fn kept(labels: &Labels, modifier: Option<&LabelModifier>) -> Labels {
    let is_kept = |name: &String| match modifier {
        Some(LabelModifier::Include(names)) => names.labels.contains(name),
        Some(LabelModifier::Exclude(names)) => name != NAME && !names.labels.contains(name),
        None => false,
    };
    let labels = labels.iter().filter(|(name, _)| is_kept(name));
    labels
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
