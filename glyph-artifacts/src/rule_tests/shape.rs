//! Series for expressions of known shapes: one metric, or a ratio of two, compared with a number.

use std::{collections::BTreeMap, time::Duration};

use promql_parser::{
    label::MatchOp,
    parser::{self, Expr, MatrixSelector, VectorSelector, token},
};

use super::{
    Side,
    load::{Change, Load},
    measures::WHOLE,
};
use crate::families::Families;
use glyph_core::__runtime::canonical;
use glyph_core::catalog::Comparison;

type Labels = BTreeMap<String, String>;

/// A function of the series of one name.
struct Measurement {
    name: String,
    labels: Labels,
    over: Duration,
    function: Function,
    /// Whether the alert keeps the labels of the series.
    has_series_labels: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Function {
    Value,
    Rate,
    Increase,
    Quantile,
}

impl Families {
    /// Returns series for which an expression fires or not, depending on `side`, and whether the
    /// alert keeps their labels; `None` for an expression of another shape.
    pub(super) fn expression_load(&self, promql: &str, side: Side) -> Option<(Load, bool)> {
        let expr = parser::parse(promql).ok()?;
        if let Some(selected) = absent(&expr) {
            let load = Load::new(selected.over, selected.labels.clone());
            let is_there = side == Side::Quiet;
            let load = if is_there {
                load.with(&selected.name, &selected.labels, Change::Constant(1.0))
            } else {
                load
            };
            return Some((load, true));
        }
        let (measured, comparison, threshold) = compared(&expr)?;
        let number = |least| side.number(comparison, threshold, least, f64::INFINITY);
        if let Expr::Binary(binary) = measured {
            let is_ratio = binary.op.id() == token::T_DIV && binary.modifier.is_none();
            let share = number(0.0).filter(|_| is_ratio)?;
            let load = ratio(&measure(&binary.lhs)?, &measure(&binary.rhs)?, share)?;
            return Some((load, false));
        }
        let measured = measure(measured)?;
        let load = match measured.function {
            Function::Value => Some(measured.load(Change::Constant(number(f64::NEG_INFINITY)?))),
            Function::Rate | Function::Increase => {
                Some(measured.load(measured.change(number(0.0)?)))
            }
            Function::Quantile => {
                let is_high = matches!(comparison, Comparison::Above | Comparison::AtLeast)
                    == (side == Side::Fires);
                self.quantile_load(&measured, threshold, is_high)
            }
        };
        Some((load?, measured.has_series_labels))
    }

    /// Returns a histogram whose observations are all above the highest bound, or below the lowest.
    fn quantile_load(&self, measured: &Measurement, threshold: f64, is_high: bool) -> Option<Load> {
        let family = measured.name.strip_suffix("_bucket")?;
        let metric = self.metrics().find(|metric| metric.name == family)?;
        let (lowest, highest) = (metric.buckets.first()?, metric.buckets.last()?);
        if !(*lowest..*highest).contains(&threshold) {
            return None;
        }
        let mut load = Load::new(measured.over, Labels::new());
        for le in metric.buckets.iter().copied().chain([f64::INFINITY]) {
            let is_counted = !is_high || le == f64::INFINITY;
            let mut labels = measured.labels.clone();
            labels.insert("le".to_owned(), canonical(le));
            let rate = if is_counted { WHOLE } else { 0.0 };
            load = load.with(&measured.name, &labels, Change::Rate(rate));
        }
        Some(load)
    }
}

/// Returns the series of `absent(..)` or `absent_over_time(..)`.
fn absent(expr: &Expr) -> Option<Measurement> {
    let Expr::Call(call) = without_parentheses(expr) else {
        return None;
    };
    match (call.func.name, without_parentheses(call.args.args.first()?)) {
        ("absent", Expr::VectorSelector(selector)) => {
            selected(selector, Duration::ZERO, Function::Value)
        }
        ("absent_over_time", Expr::MatrixSelector(matrix)) => ranged(matrix, Function::Value),
        _ => None,
    }
}

/// Returns the two sides of a comparison with a number.
fn compared(expr: &Expr) -> Option<(&Expr, Comparison, f64)> {
    let Expr::Binary(binary) = without_parentheses(expr) else {
        return None;
    };
    let is_plain = binary.modifier.is_none();
    let comparison = comparison(binary.op.id()).filter(|_| is_plain)?;
    match (
        without_parentheses(&binary.lhs),
        without_parentheses(&binary.rhs),
    ) {
        (Expr::NumberLiteral(_), Expr::NumberLiteral(_)) => None,
        (measured, Expr::NumberLiteral(number)) => Some((measured, comparison, number.val)),
        (Expr::NumberLiteral(number), measured) => {
            Some((measured, mirrored(comparison), number.val))
        }
        _ => None,
    }
}

fn comparison(token: token::TokenId) -> Option<Comparison> {
    Some(match token {
        token::T_GTR => Comparison::Above,
        token::T_GTE => Comparison::AtLeast,
        token::T_LSS => Comparison::Below,
        token::T_LTE => Comparison::AtMost,
        token::T_EQLC => Comparison::Equal,
        token::T_NEQ => Comparison::Unequal,
        _ => return None,
    })
}

/// Returns a comparison with its sides swapped: `0 < x` is `x > 0`.
fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Above => Comparison::Below,
        Comparison::AtLeast => Comparison::AtMost,
        Comparison::Below => Comparison::Above,
        Comparison::AtMost => Comparison::AtLeast,
        same => same,
    }
}

fn without_parentheses(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => without_parentheses(&paren.expr),
        other => other,
    }
}

fn measure(expr: &Expr) -> Option<Measurement> {
    match without_parentheses(expr) {
        Expr::VectorSelector(selector) => selected(selector, Duration::ZERO, Function::Value),
        // The tests have one series, of which the sum, minimum, maximum and mean are its value.
        Expr::Aggregate(aggregate) => {
            let ids = [token::T_SUM, token::T_MIN, token::T_MAX, token::T_AVG];
            let is_plain = aggregate.param.is_none() && ids.contains(&aggregate.op.id());
            let of = measure(&aggregate.expr).filter(|_| is_plain)?;
            Some(Measurement {
                has_series_labels: false,
                ..of
            })
        }
        Expr::Call(call) => {
            let arguments: Vec<&Expr> = call
                .args
                .args
                .iter()
                .map(|expr| without_parentheses(expr))
                .collect();
            match (call.func.name, arguments.as_slice()) {
                ("rate" | "irate", [Expr::MatrixSelector(matrix)]) => {
                    ranged(matrix, Function::Rate)
                }
                ("increase", [Expr::MatrixSelector(matrix)]) => ranged(matrix, Function::Increase),
                (
                    "avg_over_time" | "min_over_time" | "max_over_time" | "last_over_time",
                    [Expr::MatrixSelector(matrix)],
                ) => ranged(matrix, Function::Value),
                ("histogram_quantile", [Expr::NumberLiteral(_), buckets]) => {
                    let measured = measure(buckets).filter(|of| of.function == Function::Rate)?;
                    Some(Measurement {
                        function: Function::Quantile,
                        ..measured
                    })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn ranged(matrix: &MatrixSelector, function: Function) -> Option<Measurement> {
    selected(&matrix.vs, matrix.range, function)
}

fn selected(selector: &VectorSelector, over: Duration, function: Function) -> Option<Measurement> {
    let is_now = selector.offset.is_none() && selector.at.is_none();
    let matchers = &selector.matchers;
    let labels: Option<Labels> = matchers
        .matchers
        .iter()
        .map(|matcher| {
            let is_equal = matches!(matcher.op, MatchOp::Equal);
            is_equal.then(|| (matcher.name.clone(), matcher.value.clone()))
        })
        .collect();
    Some(Measurement {
        has_series_labels: function == Function::Value && over.is_zero(),
        name: selector.name.clone()?,
        labels: labels.filter(|_| is_now && matchers.or_matchers.is_empty())?,
        over,
        function,
    })
}

impl Measurement {
    /// Returns the change of a series for which the function returns `amount`.
    fn change(&self, amount: f64) -> Change {
        match self.function {
            Function::Increase => Change::Rate(amount / self.over.as_secs_f64()),
            Function::Rate => Change::Rate(amount),
            Function::Value | Function::Quantile => Change::Constant(amount),
        }
    }

    fn load(&self, change: Change) -> Load {
        Load::new(self.over, self.labels.clone()).with(&self.name, &self.labels, change)
    }
}

/// Returns series of which `part` is this share of `whole`.
fn ratio(part: &Measurement, whole: &Measurement, share: f64) -> Option<Load> {
    let is_measured = part.function == whole.function && part.function != Function::Quantile;
    let mut both = whole.labels.clone();
    for (label, value) in &part.labels {
        if both
            .insert(label.clone(), value.clone())
            .is_some_and(|other| other != *value)
        {
            return None;
        }
    }
    let load = Load::new(part.over.max(whole.over), Labels::new());
    let load = load.with(&part.name, &both, part.change(share * WHOLE));
    if part.name != whole.name {
        let load = load.with(&whole.name, &both, whole.change(WHOLE));
        return Some(load).filter(|_| is_measured);
    }
    // `part` selects some series of `whole`: another value of a label makes a series outside
    // `part`.
    let mut own = part.labels.keys();
    let label = own.find(|label| !whole.labels.contains_key(*label))?;
    let is_share = share <= 1.0 && part.over == whole.over;
    both.insert(label.clone(), "another".to_owned());
    let load = load.with(&whole.name, &both, whole.change(WHOLE * (1.0 - share)));
    Some(load).filter(|_| is_measured && is_share)
}
