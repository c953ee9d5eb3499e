//! Finds dashboards and names of an earlier version of the catalogs in the folder of the artifacts.

use std::{borrow::Cow, collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use super::names::Names;
use crate::{
    ArtifactError, Change,
    artifacts::{Artifacts, HEADER},
    diff,
    problem::Problem,
    schema::{MetricSchema, Schema},
};

/// Names that the catalogs declared before, and files that they no longer generate.
#[derive(Debug, Default)]
pub(crate) struct Former {
    /// The samples of metrics that are gone, with their new names if they have one.
    samples: BTreeMap<String, Option<String>>,
    /// The namespaces of dashboards that are no longer generated.
    namespaces: Vec<String>,
    leftovers: Vec<Problem>,
}

impl Former {
    /// Adds the names to those that files may use, each with what to write instead.
    pub(super) fn declare_in(&self, names: &mut Names) {
        for (name, now) in &self.samples {
            let message = match now {
                Some(now) => format!("`{name}` is now `{now}`: rename it here"),
                None => format!("the catalogs no longer declare `{name}`: remove it here"),
            };
            names.forget(name, message);
        }
        for namespace in &self.namespaces {
            names.own_namespace(namespace);
        }
    }

    /// Returns the files that are no longer generated.
    pub(super) fn leftovers(&self) -> &[Problem] {
        &self.leftovers
    }
}

impl Artifacts {
    /// Reads what the catalogs declared when the files in `folder` were written.
    pub(crate) fn former(&self, folder: &Path) -> Result<Former, ArtifactError> {
        let mut former = Former::default();
        // A file that is missing or no schema is out of date, which is reported anyway.
        let written = fs::read_to_string(folder.join("metrics.json")).unwrap_or_default();
        if let Ok(old) = Schema::from_json(&written) {
            former.samples = gone(&old, &self.schema());
        }
        for path in super::written::dashboards(folder) {
            let path = path?;
            let subject = path.file_stem().unwrap_or_default().to_string_lossy();
            let content = super::written::read(&path)?;
            let dashboard: Value = serde_json::from_str(&content)?;
            if self.generates(&subject)
                || dashboard.get("description").and_then(Value::as_str) != Some(HEADER)
            {
                continue;
            }
            former.leftovers.push(Problem {
                what: format!("dashboard `{subject}`"),
                file: Cow::Owned(path.display().to_string()),
                line: 1,
                message: "the catalogs no longer generate it: delete the file".to_owned(),
            });
            former.namespaces.push(subject.replace('.', "_"));
        }
        Ok(former)
    }
}

/// Returns the samples of metrics that only the old schema has, with their new names.
fn gone(old: &Schema, new: &Schema) -> BTreeMap<String, Option<String>> {
    let changes = diff(old, new);
    let gone = changes.iter().filter_map(|change| match change {
        Change::MetricRemoved { metric } => Some((metric, None)),
        Change::MetricRenamed { from, to } => Some((from, Some(to))),
        _ => None,
    });
    let samples = gone.flat_map(|(name, now)| {
        let metric = old.metrics.iter().find(|metric| metric.name == *name);
        let suffixes = metric.map_or(&[][..], suffixes);
        suffixes.iter().map(move |suffix| {
            let now = now.map(|now| format!("{now}{suffix}"));
            (format!("{name}{suffix}"), now)
        })
    });
    samples.collect()
}

/// Returns the suffixes of a metric's samples.
fn suffixes(metric: &MetricSchema) -> &'static [&'static str] {
    match metric.kind.as_str() {
        "counter" => &["_total"],
        "histogram" => &["_bucket", "_count", "_sum"],
        _ => &[""],
    }
}
