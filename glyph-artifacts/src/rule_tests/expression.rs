//! Cases of alerts by `expr`: by the series that stand beside it, or by some that follow from the expression.

use std::{collections::BTreeMap, time::Duration};

use promql_parser::parser::{self, Expr};

use super::{EVALUATION, InputSeries, Side, TestCase, count_test, load::Load};
use crate::{numbers::duration, series::Series};
use glyph_core::catalog::AlertDescriptor;

/// A case with the series that the alert's author wrote.
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
        name: format!("{} {}", alert.name, side.says()),
        interval: duration(EVALUATION),
        input_series: inputs.collect(),
        tests: count_test(alert.name, side, at),
    }
}

/// A case with series that follow from the expression.
pub(super) fn derived(alert: &AlertDescriptor, load: &Load, promql: &str, side: Side) -> TestCase {
    let at = settled(promql, alert.pending);
    let name = format!("{} {}", alert.name, side.says());
    load.case(name, count_test(alert.name, side, at), at)
}

/// When an expression has seen all of its window, and an alert has been pending.
fn settled(promql: &str, pending: Duration) -> Duration {
    let window = parser::parse(promql).map_or(Duration::ZERO, |expr| reach(&expr));
    Load::new(window, BTreeMap::new()).settled(pending)
}

/// How far back an expression looks.
fn reach(expr: &Expr) -> Duration {
    let most = |exprs: &[&Expr]| {
        exprs
            .iter()
            .map(|expr| reach(expr))
            .max()
            .unwrap_or_default()
    };
    match expr {
        Expr::MatrixSelector(matrix) => matrix.range,
        Expr::Subquery(subquery) => subquery.range + reach(&subquery.expr),
        Expr::Aggregate(aggregate) => reach(&aggregate.expr),
        Expr::Binary(binary) => most(&[&binary.lhs, &binary.rhs]),
        Expr::Call(call) => {
            let arguments: Vec<&Expr> = call.args.args.iter().map(AsRef::as_ref).collect();
            most(&arguments)
        }
        Expr::Paren(paren) => reach(&paren.expr),
        Expr::Unary(unary) => reach(&unary.expr),
        _ => Duration::ZERO,
    }
}
