//! The recorded series: computed from the scraped texts, and compared with those of Prometheus.

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::parser::{self, Expr};
use serde_json::Value;

use super::{stack::Stack, vectors::difference};
use crate::{
    api::{Api, Labels, array, labels, text},
    evaluator::{Database, Moment, evaluate},
};

/// How long a scrape may take until its samples are stored, in milliseconds.
const SCRAPE: i64 = 1000;

/// A recording rule, and what Prometheus recorded at each time.
struct Recording {
    name: String,
    expr: Expr,
    labels: Labels,
    recorded: BTreeMap<i64, Vec<(Labels, f64)>>,
}

/// Adds the results of all recording rules to `database`. Fails if Prometheus recorded others.
pub(super) fn record(stack: &Stack, database: &mut Database, until: i64) {
    let rules: Value = yaml_serde::from_str(&stack.rules).unwrap();
    let mut count = 0;
    for group in array(&rules["groups"]) {
        let recordings = recordings(group, stack.prometheus.api(), until);
        count += recordings.len();
        let times = recordings.iter().flat_map(|rule| rule.recorded.keys());
        let times: BTreeSet<i64> = times.copied().collect();
        for time in times {
            for rule in &recordings {
                let result = rule.result(database, time);
                database.recorded(&rule.name, &rule.labels, time, result);
            }
        }
    }
    assert!(count > 0, "no recording rules");
}

fn recordings(group: &Value, prometheus: &Api, until: i64) -> Vec<Recording> {
    let rules = array(&group["rules"]).iter();
    let rules = rules.filter(|rule| rule["record"].is_string());
    let recordings = rules.map(|rule| {
        let (name, expr) = (text(&rule["record"]), text(&rule["expr"]));
        let labels = labels(&rule["labels"]);
        let matchers = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""));
        let matchers: Vec<String> = matchers.collect();
        let selector = format!("{name}{{{}}}[1h]", matchers.join(","));
        let mut recorded = BTreeMap::<_, Vec<_>>::new();
        for (mut series, samples) in prometheus.samples(&selector, until).unwrap() {
            series.remove("__name__");
            for (time, value) in samples {
                recorded
                    .entry(time)
                    .or_default()
                    .push((series.clone(), value));
            }
        }
        assert!(!recorded.is_empty(), "{selector} selects nothing");
        Recording {
            name: name.to_owned(),
            expr: parser::parse(expr).unwrap(),
            labels,
            recorded,
        }
    });
    recordings.collect()
}

impl Recording {
    /// Returns the result at a time, with or without the samples of scrapes that were under way.
    fn result(&self, database: &Database, time: i64) -> Vec<(Labels, f64)> {
        let none = Vec::new();
        let recorded = self.recorded.get(&time).unwrap_or(&none);
        let recent = database.scrapes(time - SCRAPE, time);
        let mut differences = Vec::new();
        for unseen in subsets(&recent) {
            let unseen = &unseen;
            let mut result = evaluate(&self.expr, database, Moment { time, unseen });
            for (labels, _) in &mut result {
                labels.remove("__name__");
                labels.extend(self.labels.clone());
            }
            match difference(recorded, &result, 1e-9) {
                None => return result,
                Some(difference) => differences.push(difference),
            }
        }
        panic!("{} at {time}: {}\n{}", self.name, self.expr, differences[0]);
    }
}

/// Returns all subsets of a few times, the empty one first.
fn subsets(times: &[i64]) -> Vec<Vec<i64>> {
    let mut subsets = vec![Vec::new()];
    for time in times {
        let with = subsets
            .iter()
            .map(|subset| [subset.as_slice(), &[*time]].concat());
        let with: Vec<_> = with.collect();
        subsets.extend(with);
    }
    subsets
}
