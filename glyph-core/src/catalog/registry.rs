//! The catalogs of one program.

use std::{collections::HashMap, ptr, sync::Arc};

use super::{
    AnyCatalog, MetricDescriptor,
    view::{CatalogView, Exposure, ViewError},
};
use crate::metric::{ExposedMetric, Metric};

/// Catalogs and their nested catalogs. No two of their metrics have the same name.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    /// In the order of their names.
    metrics: Arc<[ExposedMetric]>,
    /// Each metric once, and how it is exposed, if it is.
    declared: Arc<[Declared]>,
    exposures: Arc<[Exposure]>,
}

/// A declared metric, and how it is exposed. `None` if a view leaves it out.
type Declared = (&'static Metric, Option<ExposedMetric>);

/// Two catalogs declare metrics with the same sample name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "duplicate metric `{name}`, declared at {first} and at {second}: rename one, or change the namespace of one catalog; \
     that of another crate with `View::of(..).namespace(\"..\")`"
)]
pub struct CatalogClash {
    /// The sample name.
    pub name: String,
    /// `file:line` of the first declaration.
    pub first: String,
    /// `file:line` of the second declaration.
    pub second: String,
}

/// Errors of a registry of views.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// Two catalogs expose metrics with the same sample name.
    #[error(transparent)]
    Clash(#[from] CatalogClash),
    /// A view does not fit its catalog.
    #[error(transparent)]
    View(#[from] ViewError),
}

impl Registry {
    /// Registers catalogs and their nested catalogs. Duplicates are registered once.
    ///
    /// # Errors
    ///
    /// Returns [`CatalogClash`] if two different catalogs declare the same sample name.
    pub fn new(
        catalogs: impl IntoIterator<Item = &'static dyn AnyCatalog>,
    ) -> Result<Self, CatalogClash> {
        let exposures: Vec<_> = catalogs.into_iter().map(Exposure::declared).collect();
        let metrics = exposures.iter().flat_map(Exposure::metrics);
        let mut seen: Vec<Declared> = Vec::new();
        for declared in metrics {
            if find(&seen, declared.0).is_none() {
                seen.push(*declared);
            }
        }
        Self::checked(exposures, seen)
    }

    /// Registers views of catalogs, with their nested catalogs. Equal views of a catalog are registered
    /// once.
    ///
    /// # Errors
    ///
    /// Returns [`RegistryError`] if a view does not fit its catalog, a catalog has two different views, or
    /// two metrics have the same sample name as they are exposed.
    pub fn of_views(views: impl IntoIterator<Item = CatalogView>) -> Result<Self, RegistryError> {
        let exposures = views.into_iter().map(|view| Exposure::of(&view));
        let exposures = exposures.collect::<Result<Vec<_>, _>>()?;
        let mut seen: Vec<Declared> = Vec::new();
        for exposure in &exposures {
            for (metric, exposed) in exposure.metrics() {
                match find(&seen, metric) {
                    None => seen.push((metric, *exposed)),
                    Some((_, known)) if is_exposed_alike(known.as_ref(), exposed.as_ref()) => {}
                    Some(_) => return Err(exposure.reject_other(metric).into()),
                }
            }
        }
        Ok(Self::checked(exposures, seen)?)
    }

    fn checked(exposures: Vec<Exposure>, declared: Vec<Declared>) -> Result<Self, CatalogClash> {
        let exposed = declared.iter().filter_map(|(_, exposed)| *exposed);
        let mut metrics: Vec<ExposedMetric> = exposed.collect();
        reject_clashes(&metrics)?;
        metrics.sort_by_key(|metric| metric.descriptor().name);
        Ok(Self {
            metrics: metrics.into(),
            declared: declared.into(),
            exposures: exposures.into(),
        })
    }

    /// How each catalog is exposed, with those nested in it.
    pub(crate) fn exposures(&self) -> &[Exposure] {
        &self.exposures
    }

    /// The exposed metrics in the order of their names.
    pub(crate) fn metrics(&self) -> &[ExposedMetric] {
        &self.metrics
    }

    /// Each registered metric once, and how it is exposed. `None` if a view leaves it out.
    pub(crate) fn declared(&self) -> &[(&'static Metric, Option<ExposedMetric>)] {
        &self.declared
    }
}

fn find<'seen>(seen: &'seen [Declared], metric: &'static Metric) -> Option<&'seen Declared> {
    seen.iter().find(|(known, _)| ptr::eq(*known, metric))
}

fn is_exposed_alike(left: Option<&ExposedMetric>, right: Option<&ExposedMetric>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => left.is_same(right),
        (left, right) => left.is_none() && right.is_none(),
    }
}

fn reject_clashes(metrics: &[ExposedMetric]) -> Result<(), CatalogClash> {
    let mut taken: HashMap<String, &MetricDescriptor> = HashMap::new();
    for metric in metrics {
        let descriptor = metric.descriptor();
        for name in sample_names(descriptor) {
            if let Some(first) = taken.insert(name.clone(), descriptor)
                && !ptr::eq(first, descriptor)
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
