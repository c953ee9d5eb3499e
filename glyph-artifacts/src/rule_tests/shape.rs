//! Expressions of a few shapes that say themselves which series make them fire: one thing that is measured, or a ratio of
//! two, compared with a number.

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

/// Something measured of the series of one name.
struct Measured {
    name: String,
    labels: Labels,
    over: Duration,
    how: How,
    /// Whether an alert has the labels of the series.
    is_bare: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum How {
    Value,
    Rate,
    Increase,
    Quantile,
}

impl Families {
    /// Series that put the comparison of an expression on this side, and whether an alert has their labels; none for
    /// an expression of another shape.
    pub(super) fn expressed(&self, promql: &str, side: Side) -> Option<(Load, bool)> {
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
        let load = match measured.how {
            How::Value => Some(measured.load(Change::Constant(number(f64::NEG_INFINITY)?))),
            How::Rate | How::Increase => Some(measured.load(measured.change(number(0.0)?))),
            How::Quantile => {
                let is_high = matches!(comparison, Comparison::Above | Comparison::AtLeast)
                    == (side == Side::Fires);
                self.observed_at(&measured, threshold, is_high)
            }
        };
        Some((load?, measured.is_bare))
    }

    /// A histogram with all that is observed below its lowest bound, or above its highest.
    fn observed_at(&self, measured: &Measured, threshold: f64, is_high: bool) -> Option<Load> {
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

/// The series whose absence is asked for.
fn absent(expr: &Expr) -> Option<Measured> {
    let Expr::Call(call) = bare(expr) else {
        return None;
    };
    match (call.func.name, bare(call.args.args.first()?)) {
        ("absent", Expr::VectorSelector(selector)) => {
            selected(selector, Duration::ZERO, How::Value)
        }
        ("absent_over_time", Expr::MatrixSelector(matrix)) => ranged(matrix, How::Value),
        _ => None,
    }
}

/// What is compared with which number.
fn compared(expr: &Expr) -> Option<(&Expr, Comparison, f64)> {
    let Expr::Binary(binary) = bare(expr) else {
        return None;
    };
    let is_plain = binary.modifier.is_none();
    let comparison = comparison(binary.op.id()).filter(|_| is_plain)?;
    match (bare(&binary.lhs), bare(&binary.rhs)) {
        (Expr::NumberLiteral(_), Expr::NumberLiteral(_)) => None,
        (measured, Expr::NumberLiteral(number)) => Some((measured, comparison, number.val)),
        (Expr::NumberLiteral(number), measured) => Some((measured, turned(comparison), number.val)),
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

/// `0 < x` is `x > 0`.
fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Above => Comparison::Below,
        Comparison::AtLeast => Comparison::AtMost,
        Comparison::Below => Comparison::Above,
        Comparison::AtMost => Comparison::AtLeast,
        same => same,
    }
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => bare(&paren.expr),
        other => other,
    }
}

fn measure(expr: &Expr) -> Option<Measured> {
    match bare(expr) {
        Expr::VectorSelector(selector) => selected(selector, Duration::ZERO, How::Value),
        // Of one series each of these is the series.
        Expr::Aggregate(aggregate) => {
            let ids = [token::T_SUM, token::T_MIN, token::T_MAX, token::T_AVG];
            let is_plain = aggregate.param.is_none() && ids.contains(&aggregate.op.id());
            let of = measure(&aggregate.expr).filter(|_| is_plain)?;
            Some(Measured {
                is_bare: false,
                ..of
            })
        }
        Expr::Call(call) => {
            let arguments: Vec<&Expr> = call.args.args.iter().map(|expr| bare(expr)).collect();
            match (call.func.name, arguments.as_slice()) {
                ("rate" | "irate", [Expr::MatrixSelector(matrix)]) => ranged(matrix, How::Rate),
                ("increase", [Expr::MatrixSelector(matrix)]) => ranged(matrix, How::Increase),
                (
                    "avg_over_time" | "min_over_time" | "max_over_time" | "last_over_time",
                    [Expr::MatrixSelector(matrix)],
                ) => ranged(matrix, How::Value),
                ("histogram_quantile", [Expr::NumberLiteral(_), buckets]) => {
                    let measured = measure(buckets).filter(|of| of.how == How::Rate)?;
                    Some(Measured {
                        how: How::Quantile,
                        ..measured
                    })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn ranged(matrix: &MatrixSelector, how: How) -> Option<Measured> {
    selected(&matrix.vs, matrix.range, how)
}

fn selected(selector: &VectorSelector, over: Duration, how: How) -> Option<Measured> {
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
    Some(Measured {
        is_bare: how == How::Value && over.is_zero(),
        name: selector.name.clone()?,
        labels: labels.filter(|_| is_now && matchers.or_matchers.is_empty())?,
        over,
        how,
    })
}

impl Measured {
    /// A series of which so much is measured.
    fn change(&self, amount: f64) -> Change {
        match self.how {
            How::Increase => Change::Rate(amount / self.over.as_secs_f64()),
            How::Rate => Change::Rate(amount),
            How::Value | How::Quantile => Change::Constant(amount),
        }
    }

    fn load(&self, change: Change) -> Load {
        Load::new(self.over, self.labels.clone()).with(&self.name, &self.labels, change)
    }
}

/// One part of so much of the whole.
fn ratio(part: &Measured, whole: &Measured, share: f64) -> Option<Load> {
    let is_measured = part.how == whole.how && part.how != How::Quantile;
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
    // The part is in the whole, and the rest is not in the part.
    let mut own = part.labels.keys();
    let label = own.find(|label| !whole.labels.contains_key(*label))?;
    let is_share = share <= 1.0 && part.over == whole.over;
    both.insert(label.clone(), "another".to_owned());
    let load = load.with(&whole.name, &both, whole.change(WHOLE * (1.0 - share)));
    Some(load).filter(|_| is_measured && is_share)
}
