//! The metrics of catalogs by their names.

use std::{num::NonZeroU32, time::Duration};

use crate::catalog::{CatalogDescriptor, Kind, MetricDescriptor, Selection};

use super::promql::Selector;

/// The catalogs, nested ones behind those that hold them, and each once.
#[derive(Debug)]
pub(super) struct Families {
    catalogs: Vec<&'static CatalogDescriptor>,
    target_labels: Vec<String>,
    shortened: Option<NonZeroU32>,
}

impl Families {
    pub(super) fn new(catalogs: &[&'static CatalogDescriptor]) -> Self {
        let mut families = Self {
            catalogs: Vec::new(),
            target_labels: Vec::new(),
            shortened: None,
        };
        for catalog in catalogs {
            families.collect(catalog);
        }
        families
    }

    pub(super) fn told_apart_by(mut self, labels: &[String]) -> Self {
        self.target_labels = labels.to_vec();
        self
    }

    pub(super) fn shortened(mut self, factor: Option<NonZeroU32>) -> Self {
        self.shortened = factor;
        self
    }

    /// A time of an alert.
    pub(super) fn time(&self, time: Duration) -> Duration {
        match self.shortened {
            Some(factor) if !time.is_zero() => {
                let seconds = time.as_secs() / u64::from(factor.get());
                Duration::from_secs(seconds.max(1))
            }
            _ => time,
        }
    }

    /// These labels, and those that tell one environment or tenant from another.
    pub(super) fn apart<'labels>(&'labels self, by: &[&'labels str]) -> Vec<&'labels str> {
        let targets = self.target_labels.iter().map(String::as_str);
        let others = targets.filter(|label| !by.contains(label));
        by.iter().copied().chain(others).collect()
    }

    fn collect(&mut self, catalog: &'static CatalogDescriptor) {
        let is_known = |known: &&CatalogDescriptor| {
            (known.name, known.file, known.line) == (catalog.name, catalog.file, catalog.line)
        };
        if self.catalogs.iter().any(is_known) {
            return;
        }
        self.catalogs.push(catalog);
        for nested in catalog.nested {
            self.collect(nested);
        }
    }

    pub(super) fn catalogs(&self) -> &[&'static CatalogDescriptor] {
        &self.catalogs
    }

    /// All metrics in the order of their declaration.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &'static MetricDescriptor> {
        self.catalogs.iter().flat_map(|catalog| catalog.metrics)
    }

    /// The metric of a selection.
    pub(super) fn find(&self, of: Selection) -> Option<&'static MetricDescriptor> {
        self.metrics().find(|metric| metric.name == of.metric)
    }

    /// The series that hold the values of a metric, or count its observations.
    pub(super) fn counted(&self, of: Selection) -> Selector {
        let name = match self.find(of).map(|metric| metric.kind) {
            Some(Kind::Counter) => format!("{}_total", of.metric),
            Some(Kind::Histogram) => format!("{}_count", of.metric),
            Some(Kind::Gauge) | None => of.metric.to_owned(),
        };
        matched(Selector::new(name), of)
    }

    /// The series of a histogram's buckets.
    pub(super) fn buckets(of: Selection) -> Selector {
        matched(Selector::new(format!("{}_bucket", of.metric)), of)
    }

    pub(super) fn is_gauge(&self, of: Selection) -> bool {
        self.find(of)
            .is_some_and(|metric| metric.kind == Kind::Gauge)
    }
}

fn matched(selector: Selector, of: Selection) -> Selector {
    of.matchers.iter().fold(selector, |selector, matcher| {
        if matcher.equal {
            selector.equal(matcher.label, matcher.values)
        } else {
            selector.unequal(matcher.label, matcher.values)
        }
    })
}
