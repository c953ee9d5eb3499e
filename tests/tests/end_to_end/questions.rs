//! The queries of a dashboard.

use serde_json::Value;

use crate::api::{array, text};

/// What the variables of a dashboard select. Any value, for other variables.
pub(crate) type Selection = [(&'static str, &'static str)];

const ALL: &Selection = &[];

/// A query of a panel.
pub(crate) struct Question {
    pub(crate) title: String,
    promql: String,
    variables: Vec<String>,
    rate_interval: &'static str,
}

impl Question {
    /// Returns all queries of a dashboard, also those of panels in collapsed rows. Grafana sets the
    /// window of rates.
    pub(crate) fn all(dashboard: &str, rate_interval: &'static str) -> Vec<Self> {
        let dashboard: Value = serde_json::from_str(dashboard).unwrap();
        let variables = array(&dashboard["templating"]["list"]).iter();
        let variables = variables.map(|variable| text(&variable["name"]).to_owned());
        let mut variables: Vec<String> = variables.collect();
        // `$environment` before `$env`.
        variables.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let mut questions = Vec::new();
        add_questions(&dashboard, (&variables, rate_interval), &mut questions);
        questions
    }

    /// Returns the query, with values for its variables.
    pub(crate) fn selecting(&self, selection: &Selection) -> String {
        let mut promql = self.promql.replace("$__rate_interval", self.rate_interval);
        for name in &self.variables {
            let selected = selection.iter().find(|(variable, _)| variable == name);
            let value = selected.map_or(".*", |(_, value)| value);
            promql = promql.replace(&format!("${{{name}}}"), value);
            promql = promql.replace(&format!("${name}"), value);
        }
        assert!(!promql.contains('$'), "an unknown variable: {promql}");
        promql
    }

    pub(crate) fn selecting_all(&self) -> String {
        self.selecting(ALL)
    }
}

fn add_questions(
    parent: &Value,
    (variables, rate_interval): (&[String], &'static str),
    questions: &mut Vec<Question>,
) {
    for panel in array(&parent["panels"]) {
        let targets = array(&panel["targets"]).iter();
        questions.extend(targets.map(|target| Question {
            title: text(&panel["title"]).to_owned(),
            promql: text(&target["expr"]).to_owned(),
            variables: variables.to_vec(),
            rate_interval,
        }));
        add_questions(panel, (variables, rate_interval), questions);
    }
}
