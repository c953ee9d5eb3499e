//! Cases of alerts with `expr`.
//!
//! The series come from the alert's author or are derived from the expression.

use std::{collections::BTreeMap, time::Duration};

use promql_parser::parser::{self, Expr};

use super::{EVALUATION, InputSeries, Side, TestCase, count_test, load::Load};
use crate::{numbers::duration, series::Series};
use glyph_core::catalog::AlertDescriptor;

/// Returns a case with the series of the alert's `fires(..)` or `silent(..)`.
pub(super) fn written(
    alert: &AlertDescriptor,
    promql: &str,
    series: &[&str],
    side: Side,
) -> TestCase {
    let series: Vec<_> = series
        .iter()
        .filter_map(|text| Series::parse(text).ok())
        .collect();
    let settled = settled(promql, alert.pending).as_secs() / EVALUATION.as_secs();
    let longest = series
        .iter()
        .map(|series| series.values.samples() - 1)
        .max();
    let minutes = settled.max(longest.unwrap_or_default());
    let inputs = series.iter().map(|series| InputSeries {
        series: series.selector.to_owned(),
        values: series.values.filled(minutes),
    });
    let at = EVALUATION * u32::try_from(minutes).unwrap_or(u32::MAX);
    TestCase {
        name: format!("{} {}", alert.name, side.name()),
        interval: duration(EVALUATION),
        input_series: inputs.collect(),
        tests: count_test(alert.name, side, at),
    }
}

/// Returns a case with series derived from the expression.
pub(super) fn derived(alert: &AlertDescriptor, load: &Load, promql: &str, side: Side) -> TestCase {
    let at = settled(promql, alert.pending);
    let name = format!("{} {}", alert.name, side.name());
    load.case(name, count_test(alert.name, side, at), at)
}

/// Returns the time after which the window of an expression is full and a pending alert fires.
fn settled(promql: &str, pending: Duration) -> Duration {
    let window = parser::parse(promql).map_or(Duration::ZERO, |expr| look_back(&expr));
    Load::new(window, BTreeMap::new()).settled(pending)
}

/// Returns the longest window of an expression.
fn look_back(expr: &Expr) -> Duration {
    let most = |exprs: &[&Expr]| {
        exprs
            .iter()
            .map(|expr| look_back(expr))
            .max()
            .unwrap_or_default()
    };
    match expr {
        Expr::MatrixSelector(matrix) => matrix.range,
        Expr::Subquery(subquery) => subquery.range + look_back(&subquery.expr),
        Expr::Aggregate(aggregate) => look_back(&aggregate.expr),
        Expr::Binary(binary) => most(&[&binary.lhs, &binary.rhs]),
        Expr::Call(call) => {
            let arguments: Vec<&Expr> = call.args.args.iter().map(AsRef::as_ref).collect();
            most(&arguments)
        }
        Expr::Paren(paren) => look_back(&paren.expr),
        Expr::Unary(unary) => look_back(&unary.expr),
        _ => Duration::ZERO,
    }
}
