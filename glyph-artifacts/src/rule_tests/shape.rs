//! Series for expressions of known shapes: one metric, or a ratio of two, compared with a number.

use std::{collections::BTreeMap, time::Duration};

use promql_parser::{
    label::MatchOp,
    parser::{self, Expr, MatrixSelector, VectorSelector, token},
};

use super::{
    Side,
    load::{Change, Load},
    measures::{MOST_REPLICAS, WHOLE, running},
};
use crate::families::{Families, INSTANCE};
use glyph_core::__runtime::canonical;
use glyph_core::{
    catalog::{Comparison, MetricDescriptor, ProcessSign, Selection},
    label::LabelValues,
};

type Labels = BTreeMap<String, String>;

/// A function of the series of one name.
struct Measurement {
    name: String,
    /// The labels that the expression selects by.
    labels: Labels,
    /// All labels of a series.
    series: Labels,
    over: Duration,
    function: Function,
    /// Whether the alert keeps the labels of the series.
    has_series_labels: bool,
    /// Whether the values of replicas are added up.
    is_sum: bool,
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
        if let Some(selected) = self.absent(&expr) {
            let load = Load::new(selected.over, selected.labels.clone());
            let is_there = side == Side::Quiet;
            let load = if is_there {
                load.with(&selected.name, &selected.series, Change::Constant(1.0))
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
            let (part, whole) = (self.measured(&binary.lhs)?, self.measured(&binary.rhs)?);
            return Some((self.ratio(&part, &whole, share)?, false));
        }
        let measured = self.measured(measured)?;
        let metric = self.family(&measured.name);
        let liveness = metric.filter(|metric| metric.sign == Some(ProcessSign::Liveness));
        let load = match measured.function {
            Function::Value if liveness.is_some() => {
                let most = if measured.is_sum { MOST_REPLICAS } else { 1 };
                let replicas = side.replicas(comparison, threshold, most)?;
                let mut own = measured.series.clone();
                own.insert(INSTANCE.to_owned(), "replica-0".to_owned());
                let load = Load::new(measured.over, own);
                Some(running(load, liveness?, &measured.series, replicas))
            }
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
            let mut labels = measured.series.clone();
            labels.insert("le".to_owned(), canonical(le));
            let rate = if is_counted { WHOLE } else { 0.0 };
            load = load.with(&measured.name, &labels, Change::Rate(rate));
        }
        Some(load)
    }

    /// Returns the declared metric of a series.
    fn family(&self, name: &str) -> Option<&'static MetricDescriptor> {
        self.metrics().find(|metric| {
            let mut suffixes = metric.kind.sample_suffixes().iter();
            suffixes.any(|suffix| name.strip_suffix(suffix) == Some(metric.name))
        })
    }

    /// Returns what an expression measures, with all labels of the series that a program has.
    fn measured(&self, expr: &Expr) -> Option<Measurement> {
        let mut measured = measure(expr)?;
        self.fill(&mut measured);
        Some(measured)
    }

    fn absent(&self, expr: &Expr) -> Option<Measurement> {
        let mut selected = absent(expr)?;
        self.fill(&mut selected);
        Some(selected)
    }

    fn fill(&self, measured: &mut Measurement) {
        if let Some(metric) = self.family(&measured.name) {
            let all = Selection {
                metric: metric.name,
                matchers: &[],
            };
            let mut series = self.labels_inside(metric, all);
            series.extend(measured.labels.clone());
            measured.series = series;
        }
    }

    /// Returns a value of a label other than this one.
    fn another(&self, name: &str, label: &str, value: &str) -> Option<&'static str> {
        let own = self.family(name).map_or(&[][..], |metric| metric.labels);
        let known = own.iter().find(|known| known.name == label);
        match known.map(|known| known.values) {
            Some(LabelValues::Closed(values)) => {
                let mut values = values.iter();
                values.find(|other| **other != value).copied()
            }
            _ => Some("another"),
        }
    }

    /// Returns series of which `part` is this share of `whole`.
    fn ratio(&self, part: &Measurement, whole: &Measurement, share: f64) -> Option<Load> {
        let is_measured = part.function == whole.function && part.function != Function::Quantile;
        let conflicts = |(label, value): (&String, &String)| {
            let other = whole.labels.get(label);
            other.is_some_and(|other| other != value)
        };
        if !is_measured || part.labels.iter().any(conflicts) {
            return None;
        }
        // Labels that both have are equal, so that the groups of both sides match.
        let matched = |series: &Labels| {
            let mut series = series.clone();
            for (label, value) in whole.series.iter().chain(&whole.labels).chain(&part.labels) {
                if let Some(own) = series.get_mut(label) {
                    own.clone_from(value);
                }
            }
            series
        };
        let (mut own, mut all) = (matched(&part.series), matched(&whole.series));
        // Nothing is known about the labels of other programs.
        for (measured, series) in [(part, &mut own), (whole, &mut all)] {
            if self.family(&measured.name).is_none() {
                series.extend(whole.labels.clone());
                series.extend(part.labels.clone());
            }
        }
        let load = Load::new(part.over.max(whole.over), Labels::new());
        let load = load.with(&part.name, &own, part.change(share * WHOLE));
        if part.name != whole.name {
            return Some(load.with(&whole.name, &all, whole.change(WHOLE)));
        }
        // `part` selects some series of `whole`: another value of a label makes a series outside
        // `part`.
        let mut labels = part.labels.iter();
        let (label, value) = labels.find(|(label, _)| !whole.labels.contains_key(*label))?;
        let another = self.another(&whole.name, label, value)?;
        own.insert(label.clone(), another.to_owned());
        let is_share = share <= 1.0 && part.over == whole.over;
        let load = load.with(&whole.name, &own, whole.change(WHOLE * (1.0 - share)));
        Some(load).filter(|_| is_share)
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
                is_sum: aggregate.op.id() == token::T_SUM,
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
    let labels = labels.filter(|_| is_now && matchers.or_matchers.is_empty())?;
    Some(Measurement {
        is_sum: false,
        series: labels.clone(),
        has_series_labels: function == Function::Value && over.is_zero(),
        name: selector.name.clone()?,
        labels,
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
        Load::new(self.over, self.series.clone()).with(&self.name, &self.series, change)
    }
}
