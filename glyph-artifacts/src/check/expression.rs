//! Checks of an expression: which names it uses, and which labels its parts have.

use promql_parser::parser::{self, AggregateExpr, Expr, LabelModifier};
use regex::Regex;

use super::{
    names::{Names, nearest},
    shape::{LabelShape, Shape, Sort},
    variables::PLACEHOLDER,
};

/// The problems of an expression, and the series that it returns.
pub(super) struct Checked {
    pub(super) problems: Vec<String>,
    pub(super) shape: Shape,
}

/// Checks an expression. Names that match a pattern in `external` are not checked.
pub(super) fn check(promql: &str, external: &[&str], names: &Names) -> Checked {
    match parse(promql) {
        Ok(parsed) => check_parsed(&parsed, external, names),
        Err(error) => Checked {
            problems: vec![format!("`{promql}` is not PromQL: {error}")],
            shape: Shape::unknown(),
        },
    }
}

/// Parses an expression. Names of functions before Prometheus 3 are accepted.
pub(super) fn parse(promql: &str) -> Result<Expr, String> {
    if promql.contains("holt_winters") {
        return parser::parse(&promql.replace("holt_winters", "double_exponential_smoothing"));
    }
    parser::parse(promql)
}

/// Checks a parsed expression.
pub(super) fn check_parsed(parsed: &Expr, external: &[&str], names: &Names) -> Checked {
    let mut check = Check {
        names,
        external: Vec::new(),
        problems: Vec::new(),
    };
    for pattern in external {
        match Regex::new(&format!("^(?:{pattern})$")) {
            Ok(pattern) => check.external.push(pattern),
            Err(error) => check.problems.push(format!(
                "`external(\"{pattern}\")` is not a regular expression: {error}"
            )),
        }
    }
    let shape = check.expr(parsed);
    let mut problems: Vec<String> = Vec::new();
    for problem in check.problems {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    Checked { problems, shape }
}

pub(super) struct Check<'names> {
    pub(super) names: &'names Names,
    pub(super) external: Vec<Regex>,
    pub(super) problems: Vec<String>,
}

impl Check<'_> {
    /// Checks an expression and returns the series of its result.
    pub(super) fn expr(&mut self, expr: &Expr) -> Shape {
        match expr {
            Expr::VectorSelector(selector) => self.selector(selector),
            Expr::MatrixSelector(matrix) => self.selector(&matrix.vs),
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Call(call) => self.call(call),
            Expr::Unary(unary) => self.expr(&unary.expr),
            Expr::Paren(paren) => self.expr(&paren.expr),
            Expr::Subquery(subquery) => self.expr(&subquery.expr),
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) => Shape::scalar(),
            Expr::Extension(_) => Shape::unknown(),
        }
    }

    fn aggregate(&mut self, aggregate: &AggregateExpr) -> Shape {
        let operator = aggregate.op.to_string();
        if let Some(parameter) = &aggregate.param {
            self.expr(parameter);
            if operator == "quantile" {
                self.quantile(parameter);
            }
        }
        let shape = self.expr(&aggregate.expr);
        if let Some(modifier) = &aggregate.modifier {
            self.known_labels(&modifier.labels().labels, &shape);
        }
        let is_choice = ["topk", "bottomk", "limitk", "limit_ratio"].contains(&operator.as_str());
        if is_choice {
            return shape;
        }
        let sort = match (operator.as_str(), shape.sort) {
            ("count" | "group" | "count_values", _) => Sort::Gauge,
            (_, Sort::Counter) => Sort::Total,
            (_, sort) => sort,
        };
        let mut shape = match &aggregate.modifier {
            Some(LabelModifier::Include(kept)) => {
                let missing = kept.labels.iter().filter(|label| !shape.has(label));
                let missing: Vec<_> = missing.collect();
                let mut shape = keep(shape, &kept.labels);
                // These were reported, and are not reported again where they are used.
                for label in missing {
                    shape.insert(label, LabelShape::default());
                }
                shape
            }
            Some(LabelModifier::Exclude(dropped)) => shape.without(&dropped.labels),
            None => shape.keep(&[]),
        };
        if let ("count_values", Some(parameter)) = (operator.as_str(), &aggregate.param) {
            insert_named(&mut shape, parameter);
        }
        shape.with_sort(sort)
    }

    /// Reports each label that the series cannot have.
    pub(super) fn known_labels(&mut self, labels: &[String], shape: &Shape) {
        for label in labels.iter().filter(|label| !label.contains(PLACEHOLDER)) {
            if shape.is_scalar || shape.has(label) {
                continue;
            }
            let message = if shape.drops(label) {
                format!("the inner expression drops label `{label}`: keep it there")
            } else if self.names.is_target_label(label) {
                continue;
            } else {
                let hint = suggestion(label, shape);
                format!("no series in the expression has a label `{label}`; {hint}")
            };
            self.problems.push(message);
        }
    }

    /// Reports a quantile that is not between 0 and 1.
    pub(super) fn quantile(&mut self, quantile: &Expr) {
        let Some(value) = constant(quantile) else {
            return;
        };
        if (0.0..=1.0).contains(&value) {
            return;
        }
        let share = crate::numbers::rounded(value / 100.0);
        let advice = if (0.0..=1.0).contains(&share) {
            format!(": write {share}")
        } else {
            String::new()
        };
        self.problems
            .push(format!("quantile {value} is not between 0 and 1{advice}"));
    }
}

/// Keeps labels. With a variable among them, any label may be kept.
fn keep(shape: Shape, labels: &[String]) -> Shape {
    let has_variable = labels.iter().any(|label| label.contains(PLACEHOLDER));
    let mut shape = shape.keep(labels);
    shape.is_open |= has_variable;
    shape
}

/// Adds the label that a string argument names.
pub(super) fn insert_named(shape: &mut Shape, argument: &Expr) {
    match argument {
        Expr::StringLiteral(name) if !name.val.contains(PLACEHOLDER) => {
            shape.insert(&name.val, LabelShape::default());
        }
        _ => shape.is_open = true,
    }
}

/// Returns the value of an expression of numbers.
fn constant(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::NumberLiteral(number) => Some(number.val),
        Expr::Paren(paren) => constant(&paren.expr),
        Expr::Unary(unary) => constant(&unary.expr).map(|value| -value),
        Expr::Binary(binary) => {
            let (left, right) = (constant(&binary.lhs)?, constant(&binary.rhs)?);
            match binary.op.to_string().as_str() {
                "+" => Some(left + right),
                "-" => Some(left - right),
                "*" => Some(left * right),
                "/" => Some(left / right),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Returns what to write instead of an unknown label.
pub(super) fn suggestion(label: &str, shape: &Shape) -> String {
    let known = shape.suggestions();
    if known.is_empty() {
        return "remove it, as the expression has no labels".to_owned();
    }
    match nearest(label, known.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`? allowed: {}", known.join(", ")),
        None => format!("allowed: {}", known.join(", ")),
    }
}
