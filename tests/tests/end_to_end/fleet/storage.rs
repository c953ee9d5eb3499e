//! Another storage, fed by remote write, answers the same queries.

use std::time::Duration;

use promql_parser::parser::{self, Expr};
use serde_json::Value;

use super::{
    panels::labels_of,
    stack::{RATE_INTERVAL, Stack},
    vectors::{comparable, difference},
};
use crate::{
    api::{array, text},
    questions::Question,
};

/// The storage defines rates otherwise: from the last sample before a window to the last one in it.
const OF_RATES: f64 = 0.05;

/// The rates of all buckets differ alike, except that two replicas are not scraped in the same
/// milliseconds.
const OF_QUANTILES: f64 = 1e-3;

/// What a query reads.
struct Reads {
    rates: bool,
    quantile: bool,
    /// The longest window of a rate.
    longest: Duration,
}

/// Compares the answers to all queries of rules and dashboards. `steady` is how long the load has
/// been steady.
pub(super) fn answers_as_prometheus(stack: &Stack, at: i64, steady: Duration) {
    let queries = queries(stack);
    assert!(queries.len() > 40, "{} queries", queries.len());
    for query in queries {
        let [expected, actual] = [stack.prometheus.api(), &stack.victoria]
            .map(|storage| comparable(storage.query(&query, Some(at)).unwrap()));
        let reads = reads(&query);
        assert_eq!(labels_of(&expected), labels_of(&actual), "{query}");
        let tolerance = match reads {
            Reads { rates: false, .. } => 1e-9,
            Reads { quantile: true, .. } => OF_QUANTILES,
            // A window that the series do not fill yet: Prometheus divides by the whole window, and
            // the other storage by the time between the samples.
            Reads { longest, .. } if longest > steady => continue,
            _ => OF_RATES,
        };
        let difference = difference(&expected, &actual, tolerance);
        assert!(difference.is_none(), "{query}\n{}", difference.unwrap());
    }
}

/// Returns all queries of rules and panels.
fn queries(stack: &Stack) -> Vec<String> {
    let rules: Value = yaml_serde::from_str(&stack.rules).unwrap();
    let groups = array(&rules["groups"]).iter();
    let rules = groups.flat_map(|group| array(&group["rules"]));
    let rules = rules.map(|rule| text(&rule["expr"]).to_owned());
    let questions = Question::all(&stack.dashboard, RATE_INTERVAL).into_iter();
    let panels = questions.map(|question| question.selecting_all());
    rules.chain(panels).collect()
}

fn reads(query: &str) -> Reads {
    let mut reads = Reads {
        rates: false,
        quantile: false,
        longest: Duration::ZERO,
    };
    read(&parser::parse(query).unwrap(), &mut reads);
    reads
}

fn read(expr: &Expr, reads: &mut Reads) {
    match expr {
        Expr::Aggregate(aggregate) => read(&aggregate.expr, reads),
        Expr::Binary(binary) => {
            read(&binary.lhs, reads);
            read(&binary.rhs, reads);
        }
        Expr::Paren(paren) => read(&paren.expr, reads),
        Expr::Call(call) => {
            reads.quantile |= call.func.name == "histogram_quantile";
            for argument in &call.args.args {
                if let ("rate" | "increase", Expr::MatrixSelector(matrix)) =
                    (call.func.name, argument.as_ref())
                {
                    reads.rates = true;
                    reads.longest = reads.longest.max(matrix.range);
                }
                read(argument, reads);
            }
        }
        _ => {}
    }
}
