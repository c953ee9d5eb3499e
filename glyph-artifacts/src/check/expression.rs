//! Checks of the names in an expression against the declared ones.

use promql_parser::{
    label::{MatchOp, Matcher},
    parser::{self, Expr, LabelModifier, VectorMatchCardinality, VectorSelector},
};
use regex::Regex;

use super::names::{Names, Series, nearest};

/// Returns the problems of an expression. Names that match a pattern in `external` are not checked.
pub(super) fn problems(promql: &str, external: &[&str], names: &Names) -> Vec<String> {
    let parsed = match parser::parse(promql) {
        Ok(parsed) => parsed,
        Err(error) => return vec![format!("`{promql}` is not PromQL: {error}")],
    };
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
    check.expr(&parsed);
    check.problems.dedup();
    check.problems
}

struct Check<'names> {
    names: &'names Names,
    external: Vec<Regex>,
    problems: Vec<String>,
}

/// The series that an expression uses; `None` if the result may have any label.
type Sources<'names> = Option<Vec<&'names Series>>;

impl<'names> Check<'names> {
    fn expr(&mut self, expr: &Expr) -> Sources<'names> {
        match expr {
            Expr::VectorSelector(selector) => self.selector(selector),
            Expr::MatrixSelector(matrix) => self.selector(&matrix.vs),
            Expr::Aggregate(aggregate) => {
                if let Some(parameter) = &aggregate.param {
                    self.expr(parameter);
                }
                let sources = self.expr(&aggregate.expr);
                self.modifier(aggregate.modifier.as_ref(), sources.as_deref());
                sources
            }
            Expr::Binary(binary) => {
                let left = self.expr(&binary.lhs);
                let right = self.expr(&binary.rhs);
                let both = left.zip(right).map(|(left, right)| [left, right].concat());
                if let Some(modifier) = &binary.modifier {
                    self.modifier(modifier.matching.as_ref(), both.as_deref());
                    if let VectorMatchCardinality::ManyToOne(labels)
                    | VectorMatchCardinality::OneToMany(labels) = &modifier.card
                    {
                        self.check_labels(&labels.labels, both.as_deref());
                    }
                }
                both
            }
            Expr::Call(call) => self.call(call),
            Expr::Unary(unary) => self.expr(&unary.expr),
            Expr::Paren(paren) => self.expr(&paren.expr),
            Expr::Subquery(subquery) => self.expr(&subquery.expr),
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) => Some(Vec::new()),
            Expr::Extension(_) => None,
        }
    }

    /// Checks the arguments of a call. Functions such as `label_replace` can add any label.
    fn call(&mut self, call: &parser::Call) -> Sources<'names> {
        let mut sources = Some(Vec::new());
        for argument in &call.args.args {
            let more = self.expr(argument);
            sources = sources
                .zip(more)
                .map(|(left, right)| [left, right].concat());
        }
        if call.func.name.starts_with("label_") {
            return None;
        }
        sources
    }

    /// Checks the metric name and the matchers of a selector.
    fn selector(&mut self, selector: &VectorSelector) -> Sources<'names> {
        let Some(name) = selector.name.as_deref() else {
            self.problems
                .push(format!("selector `{selector}` has no metric name: add one"));
            return None;
        };
        if self.external.iter().any(|pattern| pattern.is_match(name)) {
            return None;
        }
        let Some(series) = self.names.series(name) else {
            self.problems.push(self.unknown_metric(name));
            return None;
        };
        let alternatives = selector.matchers.or_matchers.iter().flatten();
        for matcher in selector.matchers.matchers.iter().chain(alternatives) {
            self.matcher(name, series, matcher);
        }
        Some(vec![series])
    }

    fn unknown_metric(&self, name: &str) -> String {
        let hint = match self.names.nearest(name) {
            Some(nearest) => format!("did you mean `{nearest}`? "),
            None => String::new(),
        };
        format!(
            "no catalog declares `{name}`; {hint}list metrics of other programs in `external(\"..\")`"
        )
    }

    /// Checks the label and the value of a matcher.
    fn matcher(&mut self, metric: &str, series: &Series, matcher: &Matcher) {
        let label = matcher.name.as_str();
        if self.names.is_target_label(label) && !series.has(label) {
            return;
        }
        if !series.has(label) {
            let hint = self.suggestion(label, &[series]);
            self.problems
                .push(format!("`{metric}` has no label `{label}`; {hint}"));
            return;
        }
        let Some(values) = series.values(label) else {
            return;
        };
        let is_found = match &matcher.op {
            MatchOp::Equal | MatchOp::NotEqual => {
                matcher.value.is_empty() || values.contains(&matcher.value.as_str())
            }
            MatchOp::Re(pattern) | MatchOp::NotRe(pattern) => {
                values.iter().any(|value| pattern.is_match(value))
            }
        };
        if !is_found {
            let value = &matcher.value;
            let hint = match nearest(value, values.iter().copied()) {
                Some(nearest) => format!("did you mean `{nearest}`? "),
                None => String::new(),
            };
            self.problems.push(format!(
                "label `{label}` of `{metric}` has no value `{value}`; {hint}allowed: {}",
                values.join(", ")
            ));
        }
    }

    /// Checks the labels of `by(..)`, `without(..)`, `on(..)` or `ignoring(..)`.
    fn modifier(&mut self, modifier: Option<&LabelModifier>, sources: Option<&[&Series]>) {
        let Some(LabelModifier::Include(labels) | LabelModifier::Exclude(labels)) = modifier else {
            return;
        };
        self.check_labels(&labels.labels, sources);
    }

    fn check_labels(&mut self, labels: &[String], sources: Option<&[&Series]>) {
        let Some(sources) = sources else { return };
        for label in labels {
            let is_known =
                self.names.is_target_label(label) || sources.iter().any(|series| series.has(label));
            if !is_known {
                let hint = self.suggestion(label, sources);
                self.problems.push(format!(
                    "no series in the expression has a label `{label}`; {hint}"
                ));
            }
        }
    }

    fn suggestion(&self, label: &str, sources: &[&Series]) -> String {
        let mut known: Vec<&str> = sources
            .iter()
            .flat_map(|series| self.names.labels(series))
            .collect();
        known.sort_unstable();
        known.dedup();
        match nearest(label, known.iter().copied()) {
            Some(nearest) => format!("did you mean `{nearest}`? allowed: {}", known.join(", ")),
            None => format!("allowed: {}", known.join(", ")),
        }
    }
}
