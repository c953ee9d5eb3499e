//! Alerts that no program can make fire, and windows that are too short for a rate.

use std::time::Duration;

use promql_parser::parser::{self, Expr, VectorSelector, token};

use crate::{families::Families, numbers::duration};
use glyph_core::catalog::{AlertDescriptor, Condition, Measure, MetricDescriptor, ProcessSign};

/// The number of scrapes that a window must hold: a rate needs two, and one scrape can fail.
const SCRAPES: u32 = 4;

/// Functions of counters that see no start of a process.
const CHANGES: [&str; 6] = ["rate", "irate", "increase", "delta", "changes", "resets"];

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
                let mut found = Found {
                    families: self,
                    scrape,
                    asks_for_absence: false,
                    below: None,
                    problems: Vec::new(),
                };
                found.walk(&expr);
                found.problems()
            }
        }
    }

    /// Returns the declared metric of a selector.
    fn declared(&self, selector: &VectorSelector) -> Option<&'static MetricDescriptor> {
        let name = selector.name.as_deref()?;
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
    /// Whether the expression uses `up` or `absent`, which see that a process is down.
    asks_for_absence: bool,
    /// A liveness gauge that is compared with a number below 1.
    below: Option<&'static str>,
    problems: Vec<String>,
}

impl Found<'_> {
    fn problems(mut self) -> Vec<String> {
        if let (Some(name), false) = (self.below, self.asks_for_absence) {
            self.problems.push(format!(
                "`{name}` is 1 whenever it is scraped, and absent while the process is down: add \
                 `or absent({name})`, or compare `up`"
            ));
        }
        self.problems.dedup();
        self.problems
    }

    fn walk(&mut self, expr: &Expr) {
        match expr {
            Expr::VectorSelector(selector) => {
                self.asks_for_absence |= selector.name.as_deref() == Some("up");
            }
            Expr::MatrixSelector(matrix) => {
                if self.families.declared(&matrix.vs).is_some() {
                    self.problems.extend(short(matrix.range, self.scrape));
                }
            }
            Expr::Aggregate(aggregate) => self.walk(&aggregate.expr),
            Expr::Unary(unary) => self.walk(&unary.expr),
            Expr::Paren(paren) => self.walk(&paren.expr),
            Expr::Subquery(subquery) => self.walk(&subquery.expr),
            Expr::Binary(binary) => {
                self.compared(binary.op.id(), &binary.lhs, &binary.rhs);
                self.walk(&binary.lhs);
                self.walk(&binary.rhs);
            }
            Expr::Call(call) => {
                self.asks_for_absence |= call.func.name.starts_with("absent");
                for argument in &call.args.args {
                    self.starts(call.func.name, argument);
                    self.walk(argument);
                }
            }
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
        }
    }

    /// Remembers a liveness gauge that is compared so that 1 is not enough.
    fn compared(&mut self, operator: token::TokenId, left: &Expr, right: &Expr) {
        let (Some(metric), Expr::NumberLiteral(number)) = (self.liveness(left), right) else {
            return;
        };
        let needs_less = match operator {
            token::T_EQLC | token::T_LTE => number.val < 1.0,
            token::T_LSS => number.val <= 1.0,
            _ => false,
        };
        if needs_less {
            self.below = Some(metric.name);
        }
    }

    /// Returns the liveness gauge of an expression that keeps or combines its values.
    fn liveness(&self, expr: &Expr) -> Option<&'static MetricDescriptor> {
        match expr {
            Expr::VectorSelector(selector) => {
                let metric = self.families.declared(selector)?;
                (metric.sign == Some(ProcessSign::Liveness)).then_some(metric)
            }
            Expr::Aggregate(aggregate) => self.liveness(&aggregate.expr),
            Expr::Paren(paren) => self.liveness(&paren.expr),
            _ => None,
        }
    }

    /// Reports a change of a counter of starts.
    fn starts(&mut self, function: &str, argument: &Expr) {
        let Expr::MatrixSelector(matrix) = argument else {
            return;
        };
        let metric = self.families.declared(&matrix.vs);
        let metric = metric.filter(|metric| metric.sign == Some(ProcessSign::Starts));
        if let Some(metric) = metric.filter(|_| CHANGES.contains(&function)) {
            self.problems.push(format!(
                "each process counts `{}` once, so `{function}` sees no start: write \
                 `changes(process_start_time_seconds[10m]) > 3`",
                metric.name
            ));
        }
    }
}
