//! Series for alerts by `expr`: those that stand beside it, or some that follow from the expression.

use std::{collections::BTreeMap, time::Duration};

use promql_parser::{
    label::MatchOp,
    parser::{self, Expr, token},
};

use super::{
    EVALUATION, InputSeries, Side, TestCase, count_test,
    load::{Change, Load},
};
use crate::{
    artifacts::{duration, series::Series},
    catalog::{AlertDescriptor, Comparison},
};

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

/// Series for an expression that compares those of one name with a number.
pub(super) fn compared(promql: &str, side: Side) -> Option<Load> {
    let Ok(Expr::Binary(binary)) = parser::parse(promql) else {
        return None;
    };
    let (Expr::VectorSelector(selector), Expr::NumberLiteral(number)) =
        (binary.lhs.as_ref(), binary.rhs.as_ref())
    else {
        return None;
    };
    let comparison = match binary.op.id() {
        token::T_GTR => Comparison::Above,
        token::T_GTE => Comparison::AtLeast,
        token::T_LSS => Comparison::Below,
        token::T_LTE => Comparison::AtMost,
        token::T_EQLC => Comparison::Equal,
        token::T_NEQ => Comparison::Unequal,
        _ => return None,
    };
    let labels: Option<BTreeMap<_, _>> = selector
        .matchers
        .matchers
        .iter()
        .map(|matcher| {
            let is_equal = matches!(matcher.op, MatchOp::Equal);
            is_equal.then(|| (matcher.name.clone(), matcher.value.clone()))
        })
        .collect();
    let labels = labels.filter(|_| selector.matchers.or_matchers.is_empty())?;
    let value = side.number(comparison, number.val, f64::NEG_INFINITY, f64::INFINITY)?;
    let name = selector.name.as_deref()?;
    let load = Load::new(Duration::ZERO, labels.clone());
    Some(load.with(name, &labels, Change::Constant(value)))
}
