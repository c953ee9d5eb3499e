//! Binary operations.

use promql_parser::parser::{BinaryExpr, LabelModifier, VectorMatchCardinality};

use super::{Value, aggregate::kept, samples::NAME};
use crate::api::Labels;

/// Returns the result of an operation.
pub(super) fn combined(expr: &BinaryExpr, left: Value, right: Value) -> Value {
    let operator = expr.op.to_string();
    match (left, right) {
        (Value::Scalar(left), Value::Scalar(right)) => {
            let value = arithmetic(&operator, left, right);
            Value::Scalar(value.unwrap_or_else(|| panic!("not a calculation: {expr}")))
        }
        (Value::Vector(left), Value::Scalar(right)) => {
            let of = |(labels, value)| sample(expr, labels, (value, right), value);
            Value::Vector(left.into_iter().filter_map(of).collect())
        }
        (Value::Scalar(left), Value::Vector(right)) => {
            let of = |(labels, value)| sample(expr, labels, (left, value), value);
            Value::Vector(right.into_iter().filter_map(of).collect())
        }
        (Value::Vector(left), Value::Vector(right)) => {
            Value::Vector(matched(expr, &operator, left, right))
        }
    }
}

/// Returns the series of two sides whose labels match.
fn matched(
    expr: &BinaryExpr,
    operator: &str,
    left: Vec<(Labels, f64)>,
    right: Vec<(Labels, f64)>,
) -> Vec<(Labels, f64)> {
    let key = |labels: &Labels| key(expr, labels);
    let has = |side: &[(Labels, f64)], labels: &Labels| {
        let wanted = key(labels);
        side.iter().any(|(labels, _)| key(labels) == wanted)
    };
    let of = |mut side: Vec<(Labels, f64)>, is_kept: &dyn Fn(&Labels) -> bool| {
        side.retain(|(labels, _)| is_kept(labels));
        side
    };
    match operator {
        "and" => of(left, &|labels| has(&right, labels)),
        "unless" => of(left, &|labels| !has(&right, labels)),
        "or" => {
            let others = of(right, &|labels| !has(&left, labels));
            left.into_iter().chain(others).collect()
        }
        _ => {
            let pairs = left.into_iter().filter_map(|(labels, value)| {
                let wanted = key(&labels);
                let mut others = right.iter().filter(|(labels, _)| key(labels) == wanted);
                let (_, other) = others.next()?;
                assert!(others.next().is_none(), "two series match one: {expr}");
                let labels = if is_comparison(operator) {
                    labels
                } else {
                    wanted
                };
                sample(expr, labels, (value, *other), value)
            });
            pairs.collect()
        }
    }
}

/// Returns the labels by which series of two sides match.
fn key(expr: &BinaryExpr, labels: &Labels) -> Labels {
    let modifier = expr.modifier.as_ref();
    let all = LabelModifier::exclude(Vec::new());
    let matching = modifier.and_then(|modifier| modifier.matching.as_ref());
    let card = modifier.map(|modifier| &modifier.card);
    assert!(
        matches!(
            card,
            None | Some(VectorMatchCardinality::OneToOne | VectorMatchCardinality::ManyToMany)
        ),
        "the evaluator has no `group_left`: {expr}"
    );
    kept(labels, Some(matching.unwrap_or(&all)))
}

/// Returns the sample of an operation; `None` if a comparison does not hold. `value` is that of the
/// side with series.
fn sample(
    expr: &BinaryExpr,
    mut labels: Labels,
    (left, right): (f64, f64),
    value: f64,
) -> Option<(Labels, f64)> {
    let operator = expr.op.to_string();
    if let Some(result) = arithmetic(&operator, left, right) {
        labels.remove(NAME);
        return Some((labels, result));
    }
    assert!(!expr.return_bool(), "the evaluator has no `bool`: {expr}");
    holds(&operator, left, right).then_some((labels, value))
}

fn arithmetic(operator: &str, left: f64, right: f64) -> Option<f64> {
    Some(match operator {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => left / right,
        _ => return None,
    })
}

fn is_comparison(operator: &str) -> bool {
    matches!(operator, "==" | "!=" | ">" | "<" | ">=" | "<=")
}

#[expect(clippy::float_cmp, reason = "PromQL compares like this")]
fn holds(operator: &str, left: f64, right: f64) -> bool {
    match operator {
        "==" => left == right,
        "!=" => left != right,
        ">" => left > right,
        "<" => left < right,
        ">=" => left >= right,
        "<=" => left <= right,
        _ => panic!("the evaluator has no such operator: {operator}"),
    }
}
