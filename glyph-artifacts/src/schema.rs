//! The schema of the metrics, as a document to compare with later versions.

use serde::{Deserialize, Serialize};

use crate::{ArtifactError, artifacts::Artifacts, families::Families};
use glyph_core::{
    catalog::{Kind, MetricDescriptor, ScopeLabel},
    label::LabelValues,
};

/// The schema of the metrics: what queries depend on.
///
/// Save it with [`Schema::to_json`] and compare it with a later one by [`diff`](fn@crate::diff).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// The metrics, sorted by name.
    pub metrics: Vec<MetricSchema>,
}

/// The schema of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricSchema {
    /// The name of the metric family, without the suffixes of samples.
    pub name: String,
    /// The name in OpenTelemetry's notation.
    pub otel_name: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: String,
    /// The unit, such as `seconds`; empty if there is none.
    pub unit: String,
    /// The HELP text.
    pub help: String,
    /// The labels, sorted by name.
    pub labels: Vec<LabelSchema>,
    /// The finite bucket bounds of a histogram; empty for other kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buckets: Vec<f64>,
}

/// The schema of a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelSchema {
    /// The name of the label.
    pub name: String,
    /// The values of a closed label; `None` for an open one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// The limit of an open label's values; `None` for a closed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<usize>,
    /// Whether it is a scope label, which is absent outside the scope.
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
    /// Returns the schema as indented JSON.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Json`] if the schema cannot be serialized.
    pub fn to_json(&self) -> Result<String, ArtifactError> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Parses the JSON of a schema.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Json`] if `json` is not JSON, or not a schema.
    pub fn from_json(json: &str) -> Result<Self, ArtifactError> {
        Ok(serde_json::from_str(json)?)
    }
}

impl Artifacts {
    /// Returns the schema of the metrics.
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

/// Returns the name of a kind, as in the text format of Prometheus.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    }
}
