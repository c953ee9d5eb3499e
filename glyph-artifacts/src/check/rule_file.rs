//! Rule files, and the series that they record.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    expression::{check_parsed, parse},
    names::Names,
    shape::{LabelShape, Shape},
};
use crate::ArtifactError;

/// A rule file, or a `PrometheusRule` of the Prometheus Operator.
#[derive(Debug, Default, Deserialize)]
struct RuleFile {
    #[serde(default)]
    groups: Vec<RuleGroup>,
    spec: Option<Spec>,
}

#[derive(Debug, Default, Deserialize)]
struct Spec {
    #[serde(default)]
    groups: Vec<RuleGroup>,
}

#[derive(Debug, Deserialize)]
struct RuleGroup {
    #[serde(default)]
    rules: Vec<WrittenRule>,
    /// The labels of all rules, since Prometheus 3.
    #[serde(default)]
    labels: BTreeMap<String, Scalar>,
}

impl RuleGroup {
    /// Returns the rules with the labels of the group. Those of a rule win.
    fn labeled(self) -> impl Iterator<Item = WrittenRule> {
        let labels = self.labels;
        self.rules.into_iter().map(move |mut rule| {
            for (name, value) in &labels {
                let label = rule.labels.entry(name.clone());
                label.or_insert_with(|| value.clone());
            }
            rule
        })
    }
}

/// A rule as a file has it.
#[derive(Debug, Deserialize)]
pub(super) struct WrittenRule {
    alert: Option<String>,
    record: Option<String>,
    expr: Scalar,
    #[serde(default)]
    labels: BTreeMap<String, Scalar>,
    #[serde(default)]
    annotations: BTreeMap<String, Scalar>,
}

/// A value that YAML can take for a number or a Boolean.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Null(()),
}

impl Scalar {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Integer(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Boolean(value) => value.to_string(),
            Self::Null(()) => String::new(),
        }
    }
}

impl WrittenRule {
    /// Returns `alert` or `record`, and the name of the alert or of the series.
    pub(super) fn subject(&self) -> (&'static str, &str) {
        match (&self.alert, &self.record) {
            (Some(alert), _) => ("alert", alert),
            (None, record) => ("record", record.as_deref().unwrap_or_default()),
        }
    }

    pub(super) fn expr(&self) -> String {
        self.expr.text()
    }

    /// Returns the names and texts of annotations and labels.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, String)> {
        let texts = self.annotations.iter().chain(&self.labels);
        texts.map(|(name, text)| (name.as_str(), text.text()))
    }
}

/// Returns the rules of all documents in a file.
pub(super) fn rules(yaml: &str) -> Result<Vec<WrittenRule>, ArtifactError> {
    let mut rules = Vec::new();
    for document in yaml_serde::Deserializer::from_str(yaml) {
        let file = Option::<RuleFile>::deserialize(document)?.unwrap_or_default();
        let spec = file.spec.unwrap_or_default();
        let groups = file.groups.into_iter().chain(spec.groups);
        rules.extend(groups.flat_map(RuleGroup::labeled));
    }
    Ok(rules)
}

/// Adds the series that rules record, with the labels that their expressions leave.
pub(super) fn record<'rules>(rules: impl Iterator<Item = &'rules WrittenRule>, names: &mut Names) {
    // Parsing takes longer than all else.
    let recording = rules.filter_map(|rule| {
        let name = rule.record.as_deref()?;
        Some((name, rule, parse(&rule.expr()).ok()))
    });
    let recording: Vec<_> = recording.collect();
    for (name, ..) in &recording {
        names.record_again(name, Shape::unknown());
    }
    // A rule may use one that comes after it.
    for _ in 0..2 {
        let mut recorded: BTreeMap<&str, Shape> = BTreeMap::new();
        for (name, rule, parsed) in &recording {
            let Some(parsed) = parsed else { continue };
            let mut shape = check_parsed(parsed, &[], names).shape;
            shape.is_scalar = false;
            for label in rule.labels.keys() {
                shape.insert(
                    label,
                    LabelShape {
                        is_certain: true,
                        ..LabelShape::default()
                    },
                );
            }
            let shape = match recorded.remove(*name) {
                Some(before) => before.or(shape),
                None => shape,
            };
            names.record_again(name, shape.clone());
            recorded.insert(name, shape);
        }
    }
}
