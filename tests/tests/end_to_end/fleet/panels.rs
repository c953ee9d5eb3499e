//! Each query of the dashboard has the value that follows from the scraped texts.

use promql_parser::parser;

use super::{
    stack::{RATE_INTERVAL, Stack},
    vectors::difference,
};
use crate::{
    api::Labels,
    evaluator::{Database, evaluate},
    questions::{Question, Selection},
};

const ALL: &Selection = &[];
const SELECTIONS: [&Selection; 4] = [
    ALL,
    &[("job", "api")],
    &[("env", "staging")],
    &[
        ("job", "api"),
        ("env", "production"),
        ("instance", "failing"),
    ],
];

/// The first query of a panel, and the lowest and highest value that follows from the work of the three
/// replicas that are left.
const VALUES: [(&str, f64, f64); 8] = [
    ("Requests", 98.0, 102.0),
    // 39 of 200
    ("Requests that fail", 0.191, 0.199),
    // Halfway through the bucket above 100 ms, or a little later if a fifth is slower.
    ("Answer", 0.29, 0.36),
    ("Certificate lifetime", 863_000.0, 864_000.0),
    ("Disk usage", 0.5, 0.91),
    ("Connections", 13.0, 13.0),
    ("Connections max", 30.0, 33.0),
    ("Up", 3.0, 3.0),
];

/// Compares the queries at several times with what follows from the scraped texts.
pub(super) fn have_the_values_of_scrapes(stack: &Stack, database: &Database, times: [i64; 2]) {
    let questions = Question::all(&stack.dashboard, RATE_INTERVAL);
    assert!(questions.len() > 15, "{} queries", questions.len());
    for question in questions {
        for selection in SELECTIONS {
            let promql = question.selecting(selection);
            let expr = parser::parse(&promql).unwrap();
            for at in times {
                let actual = stack.prometheus.api().query(&promql, Some(at)).unwrap();
                let expected = evaluate(&expr, database, at.into());
                let difference = difference(&expected, &actual, 1e-9);
                let title = &question.title;
                assert!(
                    difference.is_none(),
                    "{title}: {promql}\n{}",
                    difference.unwrap()
                );
            }
        }
    }
}

/// Compares some queries with what the replicas do: that a query is the right one does not follow from
/// its result.
pub(super) fn have_the_values_of_the_work(stack: &Stack, at: i64) {
    let questions = Question::all(&stack.dashboard, RATE_INTERVAL);
    for (title, lowest, highest) in VALUES {
        let question = questions.iter().find(|question| question.title == title);
        let question = question.unwrap_or_else(|| panic!("no panel {title}"));
        let promql = question.selecting_all();
        let result = stack.prometheus.api().query(&promql, Some(at)).unwrap();
        let mut values = result.iter().map(|(_, value)| *value);
        assert!(
            !result.is_empty() && values.all(|value| lowest <= value && value <= highest),
            "{title}: {promql}\nexpected {lowest} to {highest}: {result:?}"
        );
    }
}

pub(super) fn change_during_the_run(stack: &Stack, start: i64, end: i64) {
    for question in Question::all(&stack.dashboard, RATE_INTERVAL) {
        let promql = question.selecting_all();
        let series = stack.prometheus.api().range(&promql, start, end).unwrap();
        let changes = series.iter().any(|(_, samples)| {
            let mut values = samples.iter().map(|(_, value)| *value);
            let first = values.find(|value| value.is_finite());
            #[expect(clippy::float_cmp, reason = "any change counts")]
            first.is_some_and(|first| values.any(|value| value.is_finite() && value != first))
        });
        assert!(
            changes,
            "{} is empty or constant: {promql}\n{series:?}",
            question.title
        );
    }
}

/// Returns the labels of results, without their values.
pub(super) fn labels_of(result: &[(Labels, f64)]) -> Vec<&Labels> {
    let mut labels: Vec<&Labels> = result.iter().map(|(labels, _)| labels).collect();
    labels.sort();
    labels
}
