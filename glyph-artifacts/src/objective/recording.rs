//! Recording rules of objectives.
//!
//! Only two rules read the series of the program: the rates of bad calls and of all calls. Longer
//! windows are sums of these rates, divided last. So a rule never loads days of raw samples, and a
//! gap in the samples is in both sums.

use std::time::Duration;

use super::{
    outcome::outcome_label,
    recorded::{
        ERROR_BUDGET, FAILURES, RATE_WINDOW, REQUESTS, all_calls, budget, budget_remaining,
        burn_rate, failures_per_request, identity, series, windows,
    },
};
use crate::{
    families::Families,
    promql::{Expr, Grouping},
    rules::{Rule, owned},
};
use glyph_core::__runtime::{BucketAround, canonical};
use glyph_core::catalog::{Indicator, ObjectiveDescriptor, Selection};

impl Families {
    /// Returns the recording rules of an objective.
    pub(super) fn recording_rules(&self, objective: &ObjectiveDescriptor) -> Vec<Rule> {
        let rule = |record: String, expr: &Expr| Rule::Recording {
            record,
            expr: expr.to_string(),
            labels: identity(objective).map(owned).into(),
        };
        let recorded = |name: String| Expr::Instant(series(objective, name));
        let budget = Expr::Number(budget(objective));
        let mut rules = vec![
            rule(REQUESTS.to_owned(), &self.requests(objective)),
            rule(FAILURES.to_owned(), &self.failures(objective)),
            rule(ERROR_BUDGET.to_owned(), &self.error_budget(objective)),
        ];
        for window in windows(objective) {
            let share = failures_per_request(window);
            let burn = recorded(share.clone()).per(budget.clone());
            rules.push(rule(share, &missed(objective, window)));
            rules.push(rule(burn_rate(window), &burn));
        }
        let spent = recorded(burn_rate(objective.period));
        let left = Expr::Number(1.0).binary("-", spent);
        rules.push(rule(budget_remaining(objective), &left));
        rules
    }

    /// Returns the rate of all calls.
    fn requests(&self, objective: &ObjectiveDescriptor) -> Expr {
        let by = &self.grouping_labels(objective.by);
        self.divided(all_calls(objective), RATE_WINDOW.into(), by)
    }

    /// Returns the rate of bad calls, which is zero where there are calls and no series of bad ones.
    fn failures(&self, objective: &ObjectiveDescriptor) -> Expr {
        let by = &self.grouping_labels(objective.by);
        let or_none = |failures: Expr, of: Selection| {
            let metric = self.find(of);
            if metric.is_some_and(|metric| self.is_always_exposed(metric)) {
                return failures;
            }
            let none = self.requests(objective).binary("*", Expr::Number(0.0));
            failures.binary("or", none)
        };
        match objective.indicator {
            Indicator::Latency { of, threshold, .. } => {
                let fast = self.fast(objective, of, threshold);
                self.requests(objective).binary("-", fast)
            }
            Indicator::Outcome { of } => {
                let bad = self.value_series(of);
                let bad = match self.find(of).and_then(outcome_label) {
                    Some(label) => bad.equal(label.name, label.bad),
                    None => bad,
                };
                or_none(bad.rate(RATE_WINDOW.into()).sum_by(by), of)
            }
            Indicator::Errors { errors, .. } => {
                or_none(self.divided(errors, RATE_WINDOW.into(), by), errors)
            }
        }
    }

    /// Returns the rate of calls that take at most `threshold`. If no bucket counts them, then those of the
    /// bucket around it are taken as spread evenly, as `histogram_quantile` takes them.
    fn fast(&self, objective: &ObjectiveDescriptor, of: Selection, threshold: f64) -> Expr {
        let by = &self.grouping_labels(objective.by);
        let up_to = |bound: f64| {
            let bucket = Self::bucket_series(of).equal("le", bounds(bound));
            bucket.rate(RATE_WINDOW.into()).sum_by(by)
        };
        let Some(BucketAround { lower, upper, .. }) = self.bucket_around(objective) else {
            return up_to(threshold);
        };
        let between = |from: f64, to: f64| Expr::Number(to).binary("-", Expr::Number(from));
        let share = between(lower, threshold).per(between(lower, upper));
        let inside = up_to(upper).binary("-", up_to(lower));
        up_to(lower).binary("+", inside.binary("*", share))
    }

    /// Returns the error budget, for each combination of labels that has calls.
    fn error_budget(&self, objective: &ObjectiveDescriptor) -> Expr {
        let by = self.grouping_labels(objective.by);
        let groups = Expr::Instant(series(objective, REQUESTS));
        let groups = groups.aggregate("group", Grouping::by(&by));
        groups.binary("*", Expr::Number(budget(objective)))
    }
}

/// Returns the share of bad calls over a window. Without calls there is none.
fn missed(objective: &ObjectiveDescriptor, window: Duration) -> Expr {
    let sum = |name: &str| {
        let rate = series(objective, name);
        if window == RATE_WINDOW {
            return Expr::Instant(rate);
        }
        Expr::call("sum_over_time", [Expr::Range(rate, window.into())])
    };
    sum(FAILURES).per(sum(REQUESTS).compared(">", 0.0))
}

/// Returns a bucket bound as an `le` value, as scrapes expose it and as metrics from OTLP have it:
/// `1.0` and `1`.
fn bounds(bound: f64) -> Vec<String> {
    let (scraped, pushed) = (canonical(bound), bound.to_string());
    if scraped == pushed {
        vec![scraped]
    } else {
        vec![scraped, pushed]
    }
}
