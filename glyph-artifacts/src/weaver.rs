//! A registry for OpenTelemetry Weaver (Weaver, "Semantic Convention YAML Language").

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{ArtifactError, artifacts::Artifacts, families::Families, rules::document};
use glyph_core::{
    catalog::{Kind, MetricDescriptor, ScopeLabel},
    label::LabelValues,
};

/// The manifest of a registry.
#[derive(Debug, Serialize)]
struct Manifest {
    name: String,
    description: String,
    schema_url: String,
}

#[derive(Debug, Serialize)]
struct Registry {
    groups: Vec<Group>,
}

#[derive(Debug, Serialize)]
struct Group {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_name: Option<&'static str>,
    brief: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instrument: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    stability: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<Attribute>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Attribute {
    Defined {
        id: String,
        #[serde(rename = "type")]
        kind: AttributeType,
        brief: String,
        stability: &'static str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        examples: Vec<&'static str>,
    },
    Referred {
        #[serde(rename = "ref")]
        reference: String,
        requirement_level: &'static str,
    },
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum AttributeType {
    Named(&'static str),
    Members { members: Vec<Member> },
}

#[derive(Debug, Serialize)]
struct Member {
    id: String,
    value: &'static str,
    brief: String,
    stability: &'static str,
}

/// The stability of all metrics: a catalog can change in each release.
const STABILITY: &str = "development";

impl Artifacts {
    /// Returns the metrics and their labels as a registry for Weaver.
    ///
    /// A label of several metrics is one attribute, with the values of all of them.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Yaml`] if the registry cannot be serialized.
    pub fn weaver_registry(&self) -> Result<String, ArtifactError> {
        let families = self.families();
        let labels = Group {
            id: "registry.labels".to_owned(),
            kind: "attribute_group",
            metric_name: None,
            brief: "Labels of the metrics.".to_owned(),
            instrument: None,
            unit: None,
            stability: STABILITY,
            attributes: attributes(&families),
        };
        let groups = std::iter::once(labels).filter(|labels| !labels.attributes.is_empty());
        document(&Registry {
            groups: groups
                .chain(families.metrics().map(|of| metric(of, families.scope(of))))
                .collect(),
        })
    }
}

impl Artifacts {
    /// Returns the manifest of the registry, to be saved as `manifest.yaml` next to it (Weaver,
    /// "Define your own telemetry schema").
    ///
    /// The schema URL is only a name: Weaver does not fetch it.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Yaml`] if the manifest cannot be serialized.
    pub fn weaver_manifest(&self) -> Result<String, ArtifactError> {
        let subject = self.subject();
        document(&Manifest {
            description: format!("The metrics of {subject}."),
            schema_url: format!(
                "https://{}.invalid/schemas/0.1.0",
                subject.replace('_', "-")
            ),
            name: subject,
        })
    }
}

fn metric(metric: &'static MetricDescriptor, scope: &[ScopeLabel]) -> Group {
    let own = metric
        .labels
        .iter()
        .map(|label| reference(label.name, "required"));
    let scope = scope
        .iter()
        .map(|label| reference(label.name, "recommended"));
    Group {
        id: format!("metric.{}", metric.otel_name),
        kind: "metric",
        metric_name: Some(metric.otel_name),
        brief: metric.help.to_owned(),
        instrument: Some(match metric.kind {
            Kind::Counter => "counter",
            // Not `updowncounter`: a gauge can also be set.
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        }),
        unit: Some(metric.unit.ucum()),
        stability: STABILITY,
        attributes: own.chain(scope).collect(),
    }
}

/// Returns a reference to a label. Scope labels are `recommended` and not `required`, as they are
/// absent outside the scope.
fn reference(label: &str, requirement_level: &'static str) -> Attribute {
    Attribute::Referred {
        reference: label.to_owned(),
        requirement_level,
    }
}

fn attributes(families: &Families) -> Vec<Attribute> {
    let mut labels: BTreeMap<&str, (Vec<&'static str>, bool, Vec<&str>)> = BTreeMap::new();
    for metric in families.metrics() {
        for label in metric.labels {
            let (values, is_open, used_by) = labels.entry(label.name).or_default();
            used_by.push(metric.otel_name);
            match label.values {
                LabelValues::Open { .. } => *is_open = true,
                LabelValues::Closed(closed) => {
                    for value in closed {
                        if !values.contains(value) {
                            values.push(value);
                        }
                    }
                }
            }
        }
        for label in families.scope(metric) {
            let (_, is_open, used_by) = labels.entry(label.name).or_default();
            used_by.push(metric.otel_name);
            *is_open = true;
        }
    }
    let attributes = labels.into_iter();
    attributes
        .map(|(name, (values, is_open, used_by))| Attribute::Defined {
            id: name.to_owned(),
            brief: format!("Label of {}.", used_by.join(", ")),
            stability: STABILITY,
            examples: if is_open { vec!["example"] } else { Vec::new() },
            kind: if is_open {
                AttributeType::Named("string")
            } else {
                AttributeType::Members {
                    members: members(&values),
                }
            },
        })
        .collect()
}

/// Returns the values, each with a unique id.
fn members(values: &[&'static str]) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    for value in values {
        let name = identifier(value);
        let is_free = |id: &String| !members.iter().any(|member| member.id == *id);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let id = std::iter::once(name.clone()).chain(numbered).find(is_free);
        members.push(Member {
            id: id.unwrap_or(name),
            value,
            brief: format!("The value {value}."),
            stability: STABILITY,
        });
    }
    members
}

fn identifier(value: &str) -> String {
    let letter = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    value.chars().map(letter).collect()
}
