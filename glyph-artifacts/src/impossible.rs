//! Alerts that no program can make fire, and windows that are too short for a rate.

use std::time::Duration;

use promql_parser::{
    label::MatchOp,
    parser::{self, Expr, VectorSelector, token},
};

use crate::{families::Families, numbers::duration};
use glyph_core::catalog::{AlertDescriptor, Condition, Measure, MetricDescriptor, ProcessSign};

/// The number of scrapes that a window must hold: a rate needs two, and one scrape can fail.
const SCRAPES: u32 = 4;

/// Functions of counters that see no start of a process.
const CHANGES: [&str; 6] = ["rate", "irate", "increase", "delta", "changes", "resets"];

/// Functions over time that return a value of the window, or lie between two of them.
const KEEPS: [&str; 5] = [
    "avg_over_time",
    "first_over_time",
    "last_over_time",
    "max_over_time",
    "min_over_time",
];

impl Families {
    /// Returns the problems of an alert that can never fire, or whose window is too short.
    pub(super) fn impossible(&self, alert: &AlertDescriptor, scrape: Duration) -> Vec<String> {
        match alert.condition {
            Condition::Compare { measure, .. } => {
                let over = match measure {
                    Measure::Value(_) => None,
                    Measure::Ratio { part, .. } if self.is_gauge(part) => None,
                    Measure::Quantile { over, .. }
                    | Measure::Rate { over, .. }
                    | Measure::Increase { over, .. }
                    | Measure::Ratio { over, .. } => Some(over),
                };
                let problem = over.and_then(|over| short(over, scrape));
                problem.into_iter().collect()
            }
            Condition::Absent { over, .. } => {
                let problem = over.and_then(|over| short(over, scrape));
                problem.into_iter().collect()
            }
            Condition::Expression { promql, .. } => {
                let Ok(expr) = parser::parse(promql) else {
                    return Vec::new();
                };
                self.impossible_expression(&expr, scrape)
            }
        }
    }

    /// Returns the problems of an alert's expression that can never fire, or whose windows are too
    /// short.
    pub(super) fn impossible_expression(&self, expr: &Expr, scrape: Duration) -> Vec<String> {
        let mut found = Found::new(self, scrape);
        found.walk(expr);
        let below = found.below;
        found.problems.extend(below.map(|name| {
            format!(
                "`{name}` is 1 whenever it is scraped, and absent while the process is down: add \
                 `or absent({name})`, or compare `up`"
            )
        }));
        found.problems.dedup();
        found.problems
    }

    /// Returns the problems of windows that are too short, in any expression.
    pub(super) fn short_windows(&self, expr: &Expr, scrape: Duration) -> Vec<String> {
        let mut found = Found::new(self, scrape);
        found.has_only_windows = true;
        found.walk(expr);
        found.problems.dedup();
        found.problems
    }

    /// Returns the declared metric of a selector.
    fn declared(&self, selector: &VectorSelector) -> Option<&'static MetricDescriptor> {
        let mut matchers = selector.matchers.matchers.iter();
        let quoted = matchers
            .find(|matcher| matcher.name == "__name__" && matches!(matcher.op, MatchOp::Equal));
        let quoted = quoted.map(|matcher| matcher.value.as_str());
        let name = selector.name.as_deref().or(quoted)?;
        self.metrics().find(|metric| {
            let mut suffixes = metric.kind.sample_suffixes().iter();
            suffixes.any(|suffix| name.strip_suffix(suffix) == Some(metric.name))
        })
    }
}

/// Returns the problem of a window with too few scrapes.
fn short(window: Duration, scrape: Duration) -> Option<String> {
    let least = scrape * SCRAPES;
    (window < least).then(|| {
        format!(
            "a window of {} holds fewer than {SCRAPES} scrapes at an interval of {}: write at least \
             `{}`, or set `Artifacts::scrape_interval`",
            duration(window),
            duration(scrape),
            duration(least)
        )
    })
}

/// What was found in an expression.
struct Found<'families> {
    families: &'families Families,
    scrape: Duration,
    /// Whether only windows are checked.
    has_only_windows: bool,
    /// A liveness gauge that is compared so that no value of it fits.
    below: Option<&'static str>,
    problems: Vec<String>,
}

/// The values that a liveness gauge can have after aggregations.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    /// Only 1.
    One,
    /// The number of replicas.
    Replicas,
}

impl<'families> Found<'families> {
    fn new(families: &'families Families, scrape: Duration) -> Self {
        Self {
            families,
            scrape,
            has_only_windows: false,
            below: None,
            problems: Vec::new(),
        }
    }

    fn walk(&mut self, expr: &Expr) {
        match expr {
            Expr::MatrixSelector(matrix) => {
                if self.families.declared(&matrix.vs).is_some() {
                    self.problems.extend(short(matrix.range, self.scrape));
                }
            }
            Expr::Aggregate(aggregate) => self.walk(&aggregate.expr),
            Expr::Unary(unary) => self.walk(&unary.expr),
            Expr::Paren(paren) => self.walk(&paren.expr),
            Expr::Subquery(subquery) => self.walk(&subquery.expr),
            Expr::Binary(binary) => match binary.op.id() {
                token::T_LOR => self.either(&binary.lhs, &binary.rhs),
                token::T_LUNLESS => {
                    self.walk(&binary.lhs);
                    // A right side without a result changes nothing.
                    let before = self.below;
                    self.walk(&binary.rhs);
                    self.below = before;
                }
                operator => {
                    let is_number = binary
                        .modifier
                        .as_ref()
                        .is_some_and(|modifier| modifier.return_bool);
                    if !is_number {
                        self.compared(operator, &binary.lhs, &binary.rhs);
                    }
                    self.walk(&binary.lhs);
                    self.walk(&binary.rhs);
                }
            },
            Expr::Call(call) => {
                for argument in &call.args.args {
                    self.starts(call.func.name, argument);
                    let before = self.below;
                    self.walk(argument);
                    if call.func.name.starts_with("absent") {
                        self.below = before;
                    }
                }
            }
            Expr::VectorSelector(_)
            | Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::Extension(_) => {}
        }
    }

    /// Walks both sides of `or`. A side that sees that a process is down makes up for the other one.
    fn either(&mut self, left: &Expr, right: &Expr) {
        let sides = [(left, right), (right, left)];
        for (side, other) in sides {
            let before = self.below;
            self.walk(side);
            if asks_for_absence(other) {
                self.below = before;
            }
        }
    }

    /// Remembers a liveness gauge that is compared so that none of its values fits.
    fn compared(&mut self, operator: token::TokenId, left: &Expr, right: &Expr) {
        let (side, number, operator) = match (without_parens(left), without_parens(right)) {
            (side, Expr::NumberLiteral(number)) => (side, number.val, operator),
            (Expr::NumberLiteral(number), side) => (side, number.val, mirrored(operator)),
            _ => return,
        };
        let Some((metric, values)) = self.liveness(side) else {
            return;
        };
        let is_one = values == Values::One;
        let fits = match operator {
            token::T_EQLC => (number - 1.0).abs() < f64::EPSILON || (!is_one && number > 1.0),
            token::T_NEQ => !is_one || (number - 1.0).abs() >= f64::EPSILON,
            token::T_LTE => number >= 1.0,
            token::T_LSS => number > 1.0,
            token::T_GTE => !is_one || number <= 1.0,
            token::T_GTR => !is_one || number < 1.0,
            _ => true,
        };
        if !fits && !self.has_only_windows {
            self.below = Some(metric.name);
        }
    }

    /// Returns the liveness gauge of an expression that keeps or combines its values.
    fn liveness(&self, expr: &Expr) -> Option<(&'static MetricDescriptor, Values)> {
        match expr {
            Expr::VectorSelector(selector) => {
                let metric = self.families.declared(selector)?;
                let is_liveness = metric.sign == Some(ProcessSign::Liveness);
                is_liveness.then_some((metric, Values::One))
            }
            Expr::Aggregate(aggregate) => {
                let (metric, values) = self.liveness(&aggregate.expr)?;
                match aggregate.op.id() {
                    token::T_SUM | token::T_COUNT => Some((metric, Values::Replicas)),
                    token::T_MIN | token::T_MAX | token::T_AVG | token::T_GROUP => {
                        Some((metric, values))
                    }
                    _ => None,
                }
            }
            Expr::Call(call) if KEEPS.contains(&call.func.name) => {
                match without_parens(call.args.args.first()?) {
                    Expr::MatrixSelector(matrix) => {
                        self.liveness(&Expr::VectorSelector(matrix.vs.clone()))
                    }
                    Expr::Subquery(subquery) => self.liveness(&subquery.expr),
                    _ => None,
                }
            }
            Expr::Paren(paren) => self.liveness(&paren.expr),
            _ => None,
        }
    }

    /// Reports a change of a counter of starts.
    fn starts(&mut self, function: &str, argument: &Expr) {
        let metric = match without_parens(argument) {
            Expr::MatrixSelector(matrix) => self.families.declared(&matrix.vs),
            Expr::Subquery(subquery) => self.summed(&subquery.expr),
            _ => None,
        };
        let metric = metric.filter(|metric| metric.sign == Some(ProcessSign::Starts));
        let is_change = CHANGES.contains(&function) && !self.has_only_windows;
        if let Some(metric) = metric.filter(|_| is_change) {
            self.problems.push(format!(
                "each process counts `{}` once, so `{function}` sees no start: write \
                 `changes(process_start_time_seconds[10m]) > 3`",
                metric.name
            ));
        }
    }

    /// Returns the metric of a selector in aggregations.
    fn summed(&self, expr: &Expr) -> Option<&'static MetricDescriptor> {
        match expr {
            Expr::VectorSelector(selector) => self.families.declared(selector),
            Expr::Aggregate(aggregate) => self.summed(&aggregate.expr),
            Expr::Paren(paren) => self.summed(&paren.expr),
            _ => None,
        }
    }
}

/// Whether an expression uses `up` or `absent`, which see that a process is down.
fn asks_for_absence(expr: &Expr) -> bool {
    match expr {
        Expr::VectorSelector(selector) => selector.name.as_deref() == Some("up"),
        Expr::MatrixSelector(matrix) => matrix.vs.name.as_deref() == Some("up"),
        Expr::Aggregate(aggregate) => asks_for_absence(&aggregate.expr),
        Expr::Unary(unary) => asks_for_absence(&unary.expr),
        Expr::Paren(paren) => asks_for_absence(&paren.expr),
        Expr::Subquery(subquery) => asks_for_absence(&subquery.expr),
        Expr::Binary(binary) => asks_for_absence(&binary.lhs) || asks_for_absence(&binary.rhs),
        Expr::Call(call) => {
            let mut arguments = call.args.args.iter();
            call.func.name.starts_with("absent")
                || arguments.any(|argument| asks_for_absence(argument))
        }
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => false,
    }
}

fn without_parens(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => without_parens(&paren.expr),
        other => other,
    }
}

/// Returns an operator with its sides swapped: `0 < x` is `x > 0`.
fn mirrored(operator: token::TokenId) -> token::TokenId {
    match operator {
        token::T_GTR => token::T_LSS,
        token::T_GTE => token::T_LTE,
        token::T_LSS => token::T_GTR,
        token::T_LTE => token::T_GTE,
        same => same,
    }
}
