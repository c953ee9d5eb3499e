//! The catalogs of one program.

use std::collections::HashMap;

use super::{AnyCatalog, MetricDescriptor};
use crate::metric::Metric;

/// Catalogs, nested ones included, whose metrics have names of their own.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    metrics: Vec<&'static Metric>,
    #[cfg(feature = "artifacts")]
    catalogs: Vec<&'static super::CatalogDescriptor>,
}

/// Two catalogs declare metrics whose names meet on the page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "metric `{name}` is declared twice, at {first} and at {second}: rename one, or give one of the catalogs another namespace"
)]
pub struct CatalogClash {
    /// The name on the page.
    pub name: String,
    /// `file:line` of the declaration that was there.
    pub first: String,
    /// `file:line` of the other one.
    pub second: String,
}

impl Registry {
    /// Takes in catalogs and everything nested in them; one that comes twice counts once.
    ///
    /// # Errors
    ///
    /// When two different catalogs give a sample of the page the same name.
    pub fn new(
        catalogs: impl IntoIterator<Item = &'static dyn AnyCatalog>,
    ) -> Result<Self, CatalogClash> {
        let mut metrics = Vec::new();
        #[cfg(feature = "artifacts")]
        let mut descriptors = Vec::new();
        for catalog in catalogs {
            collect(catalog, &mut metrics);
            #[cfg(feature = "artifacts")]
            descriptors.push(catalog.descriptor());
        }
        refuse_clashes(&metrics)?;
        metrics.sort_by_key(|metric| metric.parts.descriptor.name);
        Ok(Self {
            metrics,
            #[cfg(feature = "artifacts")]
            catalogs: descriptors,
        })
    }

    /// The catalogs that were taken in, nested ones left inside of theirs.
    #[cfg(feature = "artifacts")]
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
                    first: place(first),
                    second: place(descriptor),
                });
            }
        }
    }
    Ok(())
}

fn place(descriptor: &MetricDescriptor) -> String {
    format!("{}:{}", descriptor.file, descriptor.line)
}

/// Every name that a family takes on the page: its own and those of its samples.
pub(crate) fn sample_names(descriptor: &MetricDescriptor) -> Vec<String> {
    let suffixes = descriptor.kind.sample_suffixes().iter();
    suffixes
        .map(|suffix| format!("{}{suffix}", descriptor.name))
        .collect()
}
