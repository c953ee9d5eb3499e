//! The catalogs of one program.

use std::collections::HashMap;

use super::{AnyCatalog, MetricDescriptor};
use crate::metric::Metric;

/// Catalogs and the ones nested in them. No two of their metrics have the same name.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    metrics: Vec<&'static Metric>,
    catalogs: Vec<&'static super::CatalogDescriptor>,
}

/// Two catalogs declare metrics with the same sample name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "metric `{name}` is declared twice, at {first} and at {second}: rename one, or give one of the catalogs another namespace"
)]
pub struct CatalogClash {
    /// The sample name.
    pub name: String,
    /// `file:line` of the first declaration.
    pub first: String,
    /// `file:line` of the second declaration.
    pub second: String,
}

impl Registry {
    /// Registers catalogs and the ones nested in them. Duplicates are registered once.
    ///
    /// # Errors
    ///
    /// Returns [`CatalogClash`] if two different catalogs declare the same sample name.
    pub fn new(
        catalogs: impl IntoIterator<Item = &'static dyn AnyCatalog>,
    ) -> Result<Self, CatalogClash> {
        let mut metrics = Vec::new();
        let mut descriptors = Vec::new();
        for catalog in catalogs {
            collect(catalog, &mut metrics);
            descriptors.push(catalog.descriptor());
        }
        refuse_clashes(&metrics)?;
        metrics.sort_by_key(|metric| metric.parts.descriptor.name);
        Ok(Self {
            metrics,
            catalogs: descriptors,
        })
    }

    /// The catalogs, without the ones nested in them.
    pub(crate) fn catalogs(&self) -> &[&'static super::CatalogDescriptor] {
        &self.catalogs
    }

    /// The metrics in the order of their names.
    pub(crate) fn metrics(&self) -> &[&'static Metric] {
        &self.metrics
    }
}

fn collect(catalog: &'static dyn AnyCatalog, metrics: &mut Vec<&'static Metric>) {
    for metric in catalog.metrics() {
        if !metrics.iter().any(|known| std::ptr::eq(*known, metric)) {
            metrics.push(metric);
        }
    }
    for nested in catalog.nested() {
        collect(nested, metrics);
    }
}

fn refuse_clashes(metrics: &[&'static Metric]) -> Result<(), CatalogClash> {
    let mut taken: HashMap<String, &MetricDescriptor> = HashMap::new();
    for metric in metrics {
        let descriptor = metric.parts.descriptor;
        for name in sample_names(descriptor) {
            if let Some(first) = taken.insert(name.clone(), descriptor)
                && !std::ptr::eq(first, descriptor)
            {
                return Err(CatalogClash {
                    name,
                    first: location(first),
                    second: location(descriptor),
                });
            }
        }
    }
    Ok(())
}

fn location(descriptor: &MetricDescriptor) -> String {
    format!("{}:{}", descriptor.file, descriptor.line)
}

/// Returns the family name and the names of its samples.
#[doc(hidden)]
#[must_use]
pub fn sample_names(descriptor: &MetricDescriptor) -> Vec<String> {
    let suffixes = descriptor.kind.sample_suffixes().iter();
    suffixes
        .map(|suffix| format!("{}{suffix}", descriptor.name))
        .collect()
}
