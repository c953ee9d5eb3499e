//! Checks of function calls.

use std::ops::Range;

use promql_parser::parser::{Call, Expr, VectorSelector};

use super::{
    expression::{Check, insert_named},
    shape::{Shape, Sort},
    variables::PLACEHOLDER,
};

/// The functions of counters, with those of gauges for the same purpose.
const OF_COUNTERS: [(&str, &str); 4] = [
    ("rate", "deriv"),
    ("increase", "delta"),
    ("irate", "idelta"),
    ("resets", "changes"),
];

/// The functions of gauges, with those of counters for the same purpose.
const OF_GAUGES: [(&str, &str); 6] = [
    ("deriv", "rate"),
    ("delta", "increase"),
    ("idelta", "irate"),
    ("predict_linear", "rate"),
    ("double_exponential_smoothing", "rate"),
    ("holt_winters", "rate"),
];

impl Check<'_> {
    /// Checks a call and returns the series of its result.
    pub(super) fn call(&mut self, call: &Call) -> Shape {
        let arguments = &call.args.args;
        let name = call.func.name;
        if name == "info" {
            // The second argument selects labels, and names no metric.
            if let Some(series) = arguments.first() {
                self.expr(series);
            }
            return Shape::unknown();
        }
        let shapes: Vec<Shape> = arguments
            .iter()
            .map(|argument| self.expr(argument))
            .collect();
        let series = shapes
            .into_iter()
            .zip(arguments)
            .find(|(shape, _)| !shape.is_scalar);
        let Some((shape, argument)) = series else {
            return without_series(name);
        };
        self.sort(name, &shape, argument);
        match name {
            "histogram_quantile" | "quantile_over_time" => {
                if let Some(quantile) = arguments.first() {
                    self.quantile(quantile);
                }
                self.quantile_result(name, shape, argument)
            }
            "histogram_quantiles" => {
                arguments
                    .iter()
                    .skip(2)
                    .for_each(|quantile| self.quantile(quantile));
                let mut shape = self.quantile_result(name, shape, argument);
                if let Some(label) = arguments.get(1) {
                    insert_named(&mut shape, label);
                }
                shape
            }
            "label_replace" => self.labels_made(shape, arguments, 3..4),
            "label_join" => self.labels_made(shape, arguments, 3..arguments.len()),
            "sort_by_label" | "sort_by_label_desc" => {
                let labels = strings(arguments.get(1..));
                self.known_labels(&labels, &shape);
                shape
            }
            "absent" | "absent_over_time" => absent(argument),
            "scalar" => Shape::scalar(),
            "histogram_fraction" => {
                let shape = self.quantile_result(name, shape, argument);
                shape.with_sort(Sort::Gauge)
            }
            "sort" | "sort_desc" | "last_over_time" | "first_over_time" => shape,
            "rate" | "irate" | "increase" | "delta" | "idelta" | "deriv" | "predict_linear"
            | "changes" | "resets" | "avg_over_time" | "count_over_time" | "stddev_over_time"
            | "stdvar_over_time" | "timestamp" => shape.with_sort(Sort::Gauge),
            _ => match shape.sort {
                Sort::Gauge => shape,
                _ => shape.with_sort(Sort::Any),
            },
        }
    }

    /// Reports a function of counters on a gauge, and one of gauges on a counter.
    fn sort(&mut self, function: &str, shape: &Shape, argument: &Expr) {
        let find = |of: &[(&str, &'static str)]| {
            let mut of = of.iter();
            of.find(|(name, _)| *name == function)
                .map(|(_, other)| *other)
        };
        let subject = match selected(argument) {
            Some(name) => format!("`{name}`"),
            None => "its argument".to_owned(),
        };
        let message = match (find(&OF_COUNTERS), find(&OF_GAUGES), shape.sort) {
            (Some(_), _, Sort::Total) => format!(
                "`{function}` of an aggregation misses resets of counters: aggregate `{function}(..)` instead"
            ),
            (_, Some(_), Sort::Total) => format!(
                "`{function}` of an aggregation of counters is wrong after a restart: aggregate `rate(..)` instead"
            ),
            (Some(other), _, Sort::Gauge) => {
                format!("`{function}` is for counters and {subject} is a gauge: use `{other}`")
            }
            (_, Some(other), Sort::Counter) => {
                format!("`{function}` is for gauges and {subject} is a counter: use `{other}`")
            }
            _ => return,
        };
        self.problems.push(message);
    }

    /// Checks that buckets can be told apart, and returns the series without their bound.
    fn quantile_result(&mut self, function: &str, shape: Shape, argument: &Expr) -> Shape {
        if function == "quantile_over_time" {
            return shape.with_sort(Sort::Gauge);
        }
        if !shape.has("le") && !self.may_be_native(argument) {
            let advice = if shape.drops("le") {
                ", which an inner aggregation drops: keep it there"
            } else {
                ": use a metric whose name ends with `_bucket`"
            };
            self.problems
                .push(format!("`{function}` needs the label `le`{advice}"));
        }
        shape.without(&["le".to_owned()]).with_sort(Sort::Gauge)
    }

    /// Returns whether an expression selects histograms of other programs, which can be native ones.
    fn may_be_native(&self, expr: &Expr) -> bool {
        let is_native = |selector: &VectorSelector| {
            let name = selector.name.as_deref();
            name.is_some_and(|name| self.names.series(name).is_none() && !name.ends_with("_bucket"))
        };
        match expr {
            Expr::VectorSelector(selector) => is_native(selector),
            Expr::MatrixSelector(matrix) => is_native(&matrix.vs),
            Expr::Aggregate(aggregate) => self.may_be_native(&aggregate.expr),
            Expr::Paren(paren) => self.may_be_native(&paren.expr),
            Expr::Subquery(subquery) => self.may_be_native(&subquery.expr),
            Expr::Binary(binary) => {
                self.may_be_native(&binary.lhs) || self.may_be_native(&binary.rhs)
            }
            Expr::Call(call) => {
                let mut arguments = call.args.args.iter();
                arguments.any(|argument| self.may_be_native(argument))
            }
            _ => false,
        }
    }

    /// Checks the labels that a new one is made of, and adds it.
    fn labels_made(
        &mut self,
        mut shape: Shape,
        arguments: &[Box<Expr>],
        of: Range<usize>,
    ) -> Shape {
        let of = strings(arguments.get(of));
        let labels: Vec<_> = of.into_iter().filter(|label| !label.is_empty()).collect();
        self.known_labels(&labels, &shape);
        if let Some(made) = arguments.get(1) {
            insert_named(&mut shape, made);
        }
        shape
    }
}

/// Returns the result of a call without series: a number, or one series without labels.
fn without_series(name: &str) -> Shape {
    let is_number = [
        "time", "pi", "scalar", "start", "end", "range", "step", "max_of", "min_of",
    ];
    if is_number.contains(&name) {
        Shape::scalar()
    } else {
        Shape::default().with_sort(Sort::Gauge)
    }
}

/// Returns the name of the metric that an argument selects.
fn selected(argument: &Expr) -> Option<&str> {
    match argument {
        Expr::MatrixSelector(matrix) => matrix.vs.name.as_deref(),
        Expr::VectorSelector(selector) => selector.name.as_deref(),
        Expr::Paren(paren) => selected(&paren.expr),
        _ => None,
    }
    .filter(|name| !name.contains(PLACEHOLDER))
}

fn strings(arguments: Option<&[Box<Expr>]>) -> Vec<String> {
    let arguments = arguments.unwrap_or_default().iter();
    let strings = arguments.filter_map(|argument| match &**argument {
        Expr::StringLiteral(string) => Some(string.val.clone()),
        _ => None,
    });
    strings.collect()
}

/// Returns the series of `absent`: its labels are those that the selector compares by `=`.
fn absent(argument: &Expr) -> Shape {
    let matchers = match argument {
        Expr::VectorSelector(selector) => &selector.matchers,
        Expr::MatrixSelector(matrix) => &matrix.vs.matchers,
        Expr::Paren(paren) => return absent(&paren.expr),
        _ => return Shape::default().with_sort(Sort::Gauge),
    };
    let mut shape = Shape::default().with_sort(Sort::Gauge);
    for matcher in &matchers.matchers {
        if matcher.op == promql_parser::label::MatchOp::Equal {
            shape.insert(&matcher.name, super::shape::LabelShape::default());
        }
    }
    shape
}
