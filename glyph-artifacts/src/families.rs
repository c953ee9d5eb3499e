//! The metrics of catalogs by their names.

use std::{num::NonZeroU32, time::Duration};

use glyph_core::catalog::{CatalogDescriptor, Kind, MetricDescriptor, ScopeLabel, Selection};

use crate::promql::Selector;

/// The catalogs, nested ones behind those that hold them, and each once.
#[derive(Debug)]
pub(super) struct Families {
    catalogs: Vec<&'static CatalogDescriptor>,
    /// Of each catalog, the labels of the scope that its metrics are in.
    scopes: Vec<&'static [ScopeLabel]>,
    target_labels: Vec<String>,
    shortened: Option<NonZeroU32>,
}

impl Families {
    pub(super) fn new(catalogs: &[&'static CatalogDescriptor]) -> Self {
        let mut families = Self {
            catalogs: Vec::new(),
            scopes: Vec::new(),
            target_labels: Vec::new(),
            shortened: None,
        };
        for catalog in catalogs {
            families.collect(catalog, &[]);
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

    /// These labels, and those that tell one environment from another.
    pub(super) fn apart<'labels>(&'labels self, by: &[&'labels str]) -> Vec<&'labels str> {
        let targets = self.target_labels.iter().map(String::as_str);
        let others = targets.filter(|label| !by.contains(label));
        by.iter().copied().chain(others).collect()
    }

    /// A catalog is in its own scope, or else in that of the one which holds it.
    fn collect(&mut self, catalog: &'static CatalogDescriptor, outer: &'static [ScopeLabel]) {
        let scope = if catalog.scope.is_empty() {
            outer
        } else {
            catalog.scope
        };
        let is_known = |known: &&CatalogDescriptor| {
            (known.name, known.file, known.line) == (catalog.name, catalog.file, catalog.line)
        };
        let known = self.catalogs.iter().position(is_known);
        match known.map(|index| self.scopes.get_mut(index)) {
            // It was named by itself, before the one that holds it.
            Some(Some(known)) if known.is_empty() && !scope.is_empty() => *known = scope,
            Some(_) => return,
            None => {
                self.catalogs.push(catalog);
                self.scopes.push(scope);
            }
        }
        for nested in catalog.nested {
            self.collect(nested, scope);
        }
    }

    pub(super) fn catalogs(&self) -> &[&'static CatalogDescriptor] {
        &self.catalogs
    }

    /// All metrics in the order of their declaration.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &'static MetricDescriptor> {
        self.catalogs.iter().flat_map(|catalog| catalog.metrics)
    }

    /// The labels of the scope that a metric is in.
    pub(super) fn scope(&self, metric: &MetricDescriptor) -> &'static [ScopeLabel] {
        let holds = |catalog: &CatalogDescriptor| {
            let mut metrics = catalog.metrics.iter();
            metrics.any(|own| own.name == metric.name)
        };
        let mut placed = self.catalogs.iter().zip(&self.scopes);
        let found = placed.find(|(catalog, _)| holds(catalog));
        found.map_or(&[], |(_, scope)| *scope)
    }

    /// The labels of all scopes in the order of their declaration, each once.
    pub(super) fn scope_labels(&self) -> Vec<&'static str> {
        let mut labels = Vec::new();
        for label in self.scopes.iter().copied().flatten() {
            if !labels.contains(&label.name) {
                labels.push(label.name);
            }
        }
        labels
    }

    /// Whether the series of a metric may have a label, by their label set or their scope.
    pub(super) fn has_label(&self, metric: &MetricDescriptor, label: &str) -> bool {
        metric.labels.iter().any(|own| own.name == label)
            || self.scope(metric).iter().any(|own| own.name == label)
    }

    /// The labels of a metric's scope that rules add up over, unless they say otherwise.
    pub(super) fn added_up(&self, of: Selection) -> Vec<&'static str> {
        let scope = self.find(of).map_or(&[][..], |metric| self.scope(metric));
        let is_kept = |name: &str| self.target_labels.iter().any(|label| label == name);
        let names = scope.iter().map(|label| label.name);
        names.filter(|name| !is_kept(name)).collect()
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
