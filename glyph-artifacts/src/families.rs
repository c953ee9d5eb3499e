//! The metrics of all catalogs, with their scope labels and target labels.

use std::{num::NonZeroU32, time::Duration};

use glyph_core::catalog::{
    CatalogDescriptor, Kind, MetricDescriptor, ProcessSign, ScopeLabel, Selection,
};

use crate::{
    panel_link::{Aspect, PanelIds},
    promql::Selector,
};

/// The usual names of a tenant label.
const TENANT: [&str; 2] = ["tenant_id", "tenant"];

/// The start time of a process, by the name that Prometheus's clients share.
pub(super) const PROCESS_START: &str = "process_start_time_seconds";

/// The label of a replica, which each scrape sets.
pub(super) const INSTANCE: &str = "instance";

/// All catalogs, each once. A nested catalog comes after its parent.
#[derive(Debug)]
pub(super) struct Families {
    catalogs: Vec<&'static CatalogDescriptor>,
    /// The scope labels of each catalog.
    scopes: Vec<&'static [ScopeLabel]>,
    target_labels: Vec<String>,
    shortened: Option<NonZeroU32>,
    /// Whether the processes expose when they started, by a metric that is not of the catalogs.
    exposes_start: bool,
    /// The address of the dashboard.
    dashboard: Option<String>,
    panels: PanelIds,
}

impl Families {
    pub(super) fn new(catalogs: &[&'static CatalogDescriptor]) -> Self {
        let mut families = Self {
            catalogs: Vec::new(),
            scopes: Vec::new(),
            target_labels: Vec::new(),
            shortened: None,
            exposes_start: false,
            dashboard: None,
            panels: PanelIds::default(),
        };
        for catalog in catalogs {
            families.collect(catalog, &[]);
        }
        families.panels = PanelIds::new(&families.catalogs);
        families
    }

    pub(super) fn with_target_labels(mut self, labels: Vec<String>) -> Self {
        self.target_labels = labels;
        self
    }

    /// Returns the target labels that catalogs declare.
    pub(super) fn declared_target_labels(&self) -> impl Iterator<Item = &'static str> {
        let catalogs = self.catalogs.iter();
        catalogs.flat_map(|catalog| catalog.target_labels.iter().copied())
    }

    /// Returns the target labels of every series: those that rules keep, then `instance`.
    pub(super) fn series_target_labels(&self) -> impl Iterator<Item = &str> {
        let kept = self.target_labels.iter().map(String::as_str);
        let instance = Some(INSTANCE).filter(|label| !self.is_kept(label));
        kept.chain(instance)
    }

    /// Returns whether a label is a target label of every series.
    pub(super) fn is_target(&self, label: &str) -> bool {
        self.series_target_labels().any(|target| target == label)
    }

    /// Returns whether rules keep a target label.
    pub(super) fn is_kept(&self, label: &str) -> bool {
        self.target_labels.iter().any(|kept| kept == label)
    }

    pub(super) fn with_dashboard(mut self, url: Option<String>) -> Self {
        self.dashboard = url;
        self
    }

    /// Returns the address of the dashboard, if it is known.
    pub(super) fn dashboard_url(&self) -> Option<&str> {
        self.dashboard.as_deref()
    }

    /// Returns the ids of the panels.
    pub(super) fn panel_ids(&self) -> &PanelIds {
        &self.panels
    }

    /// Returns the id of the panel of a metric's values; `None` if it has no panel.
    pub(super) fn value_panel(&self, metric: &MetricDescriptor) -> Option<u32> {
        let is_hidden = metric.panel.is_some_and(|panel| panel.hidden);
        // A counter of starts never rises, so its panel counts start times.
        let is_empty = metric.sign == Some(ProcessSign::Starts) && !self.has_start_times();
        let id = self.panels.get(Aspect::Value, metric.name);
        id.filter(|_| !is_hidden && !is_empty)
    }

    /// Whether the processes expose when they started.
    fn has_start_times(&self) -> bool {
        self.exposes_start || self.metrics().any(|metric| metric.name == PROCESS_START)
    }

    pub(super) const fn exposing_start(mut self, exposes_start: bool) -> Self {
        self.exposes_start = exposes_start;
        self
    }

    pub(super) fn shortened(mut self, factor: Option<NonZeroU32>) -> Self {
        self.shortened = factor;
        self
    }

    /// Returns a window, a pending time or an interval of alerts, shortened if the artifacts are.
    pub(super) fn time(&self, time: Duration) -> Duration {
        match self.shortened {
            Some(factor) if !time.is_zero() => {
                let seconds = time.as_secs() / u64::from(factor.get());
                Duration::from_secs(seconds.max(1))
            }
            _ => time,
        }
    }

    /// Returns the labels that a rule groups by: these, then the target labels.
    pub(super) fn grouping_labels<'labels>(
        &'labels self,
        by: &[&'labels str],
    ) -> Vec<&'labels str> {
        let targets = self.target_labels.iter().map(String::as_str);
        let others = targets.filter(|label| !by.contains(label));
        by.iter().copied().chain(others).collect()
    }

    /// Returns the labels of one replica in a rule: those that the rule groups by, and `instance`.
    pub(super) fn replica_labels<'labels>(&'labels self, by: &[&'labels str]) -> Vec<&'labels str> {
        let mut labels = self.grouping_labels(by);
        if !labels.contains(&INSTANCE) {
            labels.push(INSTANCE);
        }
        labels
    }

    /// Adds a catalog and its nested ones. A catalog without a scope has the scope of its parent.
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
            // The catalog was listed before its parent: it gets the scope of the parent now.
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

    /// Returns all metrics in the order of their declaration.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &'static MetricDescriptor> {
        self.catalogs.iter().flat_map(|catalog| catalog.metrics)
    }

    /// Returns the scope labels of a metric.
    pub(super) fn scope(&self, metric: &MetricDescriptor) -> &'static [ScopeLabel] {
        let declares = |catalog: &CatalogDescriptor| {
            let mut metrics = catalog.metrics.iter();
            metrics.any(|own| own.name == metric.name)
        };
        let mut scoped = self.catalogs.iter().zip(&self.scopes);
        let found = scoped.find(|(catalog, _)| declares(catalog));
        found.map_or(&[], |(_, scope)| *scope)
    }

    /// Returns the labels of all scopes in the order of their declaration, each once.
    pub(super) fn scope_labels(&self) -> Vec<&'static str> {
        let mut labels = Vec::new();
        for label in self.scopes.iter().copied().flatten() {
            if !labels.contains(&label.name) {
                labels.push(label.name);
            }
        }
        labels
    }

    /// Returns the labels that have variables on the dashboard, in addition to the target labels:
    /// tenant labels that are in use, and scope labels.
    pub(super) fn variable_labels(&self) -> Vec<&'static str> {
        let exists = |tenant: &&str| {
            let mut labels = self.metrics().flat_map(|metric| metric.labels);
            labels.any(|label| label.name == *tenant)
        };
        let scopes = self.scope_labels().into_iter();
        let mut labels: Vec<&str> = Vec::new();
        for label in TENANT.into_iter().filter(exists).chain(scopes) {
            if !labels.contains(&label) && !self.is_target(label) {
                labels.push(label);
            }
        }
        labels
    }

    /// Returns whether a label is in the label set or the scope of a metric.
    pub(super) fn has_label(&self, metric: &MetricDescriptor, label: &str) -> bool {
        metric.labels.iter().any(|own| own.name == label)
            || self.scope(metric).iter().any(|own| own.name == label)
    }

    /// Returns the scope labels that a rule sums over by default. Target labels are kept.
    pub(super) fn summed_labels(&self, of: Selection) -> Vec<&'static str> {
        let scope = self.find(of).map_or(&[][..], |metric| self.scope(metric));
        let names = scope.iter().map(|label| label.name);
        names.filter(|name| !self.is_kept(name)).collect()
    }

    /// Returns the metric of a selection.
    pub(super) fn find(&self, of: Selection) -> Option<&'static MetricDescriptor> {
        self.metrics().find(|metric| metric.name == of.metric)
    }

    /// Returns the selector of a metric's values; of its number of observations for a histogram.
    pub(super) fn value_series(&self, of: Selection) -> Selector {
        let name = match self.find(of).map(|metric| metric.kind) {
            Some(Kind::Counter) => format!("{}_total", of.metric),
            Some(Kind::Histogram) => format!("{}_count", of.metric),
            Some(Kind::Gauge) | None => of.metric.to_owned(),
        };
        with_matchers(Selector::new(name), of)
    }

    /// Returns the selector of a histogram's buckets.
    pub(super) fn bucket_series(of: Selection) -> Selector {
        with_matchers(Selector::new(format!("{}_bucket", of.metric)), of)
    }

    pub(super) fn is_gauge(&self, of: Selection) -> bool {
        self.find(of)
            .is_some_and(|metric| metric.kind == Kind::Gauge)
    }
}

pub(super) fn with_matchers(selector: Selector, of: Selection) -> Selector {
    of.matchers.iter().fold(selector, |selector, matcher| {
        if matcher.equal {
            selector.equal(matcher.label, matcher.values)
        } else {
            selector.unequal(matcher.label, matcher.values)
        }
    })
}
