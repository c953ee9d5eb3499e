//! What a program's metrics look like to those who query them, as a document that can be compared.

use serde::{Deserialize, Serialize};

use crate::{ArtifactError, artifacts::Artifacts, families::Families};
use glyph_core::{
    catalog::{Kind, MetricDescriptor, ScopeLabel},
    label::LabelValues,
};

/// What catalogs declare, without what may change at will.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// The metrics in the order of their names.
    pub metrics: Vec<MetricSchema>,
}

/// A metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricSchema {
    /// The family's name.
    pub name: String,
    /// The name in OpenTelemetry's notation.
    pub otel_name: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: String,
    /// What it is measured in; empty for a plain number.
    pub unit: String,
    /// The HELP text.
    pub help: String,
    /// The labels in the order of their names.
    pub labels: Vec<LabelSchema>,
    /// The finite bucket bounds of a histogram.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buckets: Vec<f64>,
}

/// A label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelSchema {
    /// Its name.
    pub name: String,
    /// Its values, when it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// How many values are told apart, when it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<usize>,
    /// Whether it comes from the catalog's scope, and is absent outside of it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub scope: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
fn is_false(value: &bool) -> bool {
    !value
}

impl Schema {
    /// The document, pretty.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, ArtifactError> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Reads a document.
    ///
    /// # Errors
    ///
    /// When it is no JSON, or no schema.
    pub fn from_json(json: &str) -> Result<Self, ArtifactError> {
        Ok(serde_json::from_str(json)?)
    }
}

impl Artifacts {
    /// What the metrics look like to those who query them.
    #[must_use]
    pub fn schema(&self) -> Schema {
        let families: Families = self.families();
        let mut metrics: Vec<_> = families
            .metrics()
            .map(|of| metric(of, families.scope(of)))
            .collect();
        metrics.sort_by(|left, right| left.name.cmp(&right.name));
        Schema { metrics }
    }
}

fn metric(metric: &MetricDescriptor, scope: &[ScopeLabel]) -> MetricSchema {
    let own = metric.labels.iter().map(label);
    let mut labels: Vec<_> = own.chain(scope.iter().map(scope_label)).collect();
    labels.sort_by(|left, right| left.name.cmp(&right.name));
    MetricSchema {
        name: metric.name.to_owned(),
        otel_name: metric.otel_name.to_owned(),
        kind: kind(metric.kind).to_owned(),
        unit: metric.unit.suffix().to_owned(),
        help: metric.help.to_owned(),
        labels,
        buckets: metric.buckets.to_vec(),
    }
}

fn label(label: &glyph_core::label::LabelDescriptor) -> LabelSchema {
    let (values, max) = match label.values {
        LabelValues::Closed(values) => {
            let values = values.iter().map(|value| (*value).to_owned());
            (Some(values.collect()), None)
        }
        LabelValues::Open { max } => (None, Some(max)),
    };
    LabelSchema {
        name: label.name.to_owned(),
        values,
        max,
        scope: false,
    }
}

fn scope_label(label: &ScopeLabel) -> LabelSchema {
    LabelSchema {
        name: label.name.to_owned(),
        values: None,
        max: Some(label.max),
        scope: true,
    }
}

/// A kind's name, as on the page.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    }
}
