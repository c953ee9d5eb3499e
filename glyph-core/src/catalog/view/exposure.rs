//! A view, compared with the catalog.

use std::{collections::BTreeSet, ptr};

use super::{
    CatalogView, ViewError, ViewProblem,
    name::{is_namespace, moved, renamed},
    part::Part,
};
use crate::{
    catalog::{AnyCatalog, is_reserved},
    descriptor::{CatalogDescriptor, Kind, MetricDescriptor, canonical},
    label::LabelDescriptor,
    metric::{ExposedMetric, Metric, Scale, SeriesChanges},
};

/// How a catalog and those nested in it are exposed.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Exposure {
    catalog: &'static CatalogDescriptor,
    namespaces: Vec<(&'static CatalogDescriptor, String)>,
    metrics: Vec<(&'static Metric, Option<ExposedMetric>)>,
    is_declared: bool,
}

impl Exposure {
    /// A catalog as it is declared.
    pub(crate) fn declared(catalog: &'static dyn AnyCatalog) -> Self {
        let metrics = all_metrics(catalog).into_iter();
        Self {
            catalog: catalog.descriptor(),
            namespaces: Vec::new(),
            metrics: metrics
                .map(|metric| (metric, Some(ExposedMetric::declared(metric))))
                .collect(),
            is_declared: true,
        }
    }

    /// Compares a view with its catalog.
    ///
    /// # Errors
    ///
    /// Returns [`ViewError`] with all problems of the view.
    pub fn of(view: &CatalogView) -> Result<Self, ViewError> {
        let mut resolve = Resolve {
            view,
            namespaces: Vec::new(),
            metrics: Vec::new(),
            problems: Vec::new(),
        };
        resolve.check_parts();
        resolve.catalog(view.catalog, None, false);
        let descriptor = view.catalog.descriptor();
        if resolve.problems.is_empty() {
            return Ok(Self {
                catalog: descriptor,
                namespaces: resolve.namespaces,
                metrics: resolve.metrics,
                is_declared: view.is_declared(),
            });
        }
        Err(error(descriptor, resolve.problems))
    }

    /// The catalog as it is declared.
    #[must_use]
    pub const fn catalog(&self) -> &'static CatalogDescriptor {
        self.catalog
    }

    /// Whether the catalog is exposed as it is declared.
    #[must_use]
    pub const fn is_declared(&self) -> bool {
        self.is_declared
    }

    /// Each declared metric, of nested catalogs too, and how it is exposed. `None` if it is left out.
    #[must_use]
    pub fn metrics(&self) -> &[(&'static Metric, Option<ExposedMetric>)] {
        &self.metrics
    }

    /// Returns the namespace of the catalog or of a nested one.
    #[must_use]
    pub fn namespace(&self, catalog: &CatalogDescriptor) -> Option<&str> {
        let mut namespaces = self.namespaces.iter();
        let same = |known: &CatalogDescriptor| {
            (known.name, known.file, known.line) == (catalog.name, catalog.file, catalog.line)
        };
        let found = namespaces.find(|(known, _)| same(known));
        found.map(|(_, namespace)| namespace.as_str())
    }

    /// Rejects a metric that another catalog exposes in another way.
    pub(crate) fn reject_other(&self, metric: &'static Metric) -> ViewError {
        let metric = metric.descriptor().name;
        error(self.catalog, vec![ViewProblem::Twice { metric }])
    }
}

fn error(catalog: &CatalogDescriptor, problems: Vec<ViewProblem>) -> ViewError {
    ViewError {
        catalog: catalog.name,
        file: catalog.file,
        line: catalog.line,
        problems,
    }
}

impl CatalogView {
    fn is_declared(&self) -> bool {
        self.namespaces.is_empty()
            && self.left_out.is_empty()
            && self.labels.is_empty()
            && self.buckets.is_empty()
    }
}

/// Returns the metrics of a catalog, and of those nested in it.
fn all_metrics(catalog: &'static dyn AnyCatalog) -> Vec<&'static Metric> {
    let own = catalog.metrics().iter();
    let nested = catalog.nested().into_iter().flat_map(all_metrics);
    own.chain(nested).collect()
}

/// Returns a catalog and those nested in it.
fn all_catalogs(catalog: &'static dyn AnyCatalog) -> Vec<&'static CatalogDescriptor> {
    let nested = catalog.nested().into_iter().flat_map(all_catalogs);
    std::iter::once(catalog.descriptor())
        .chain(nested)
        .collect()
}

struct Resolve<'view> {
    view: &'view CatalogView,
    namespaces: Vec<(&'static CatalogDescriptor, String)>,
    metrics: Vec<(&'static Metric, Option<ExposedMetric>)>,
    problems: Vec<ViewProblem>,
}

impl Resolve<'_> {
    /// Reports fields of other catalogs, and malformed namespaces.
    fn check_parts(&mut self) {
        let (metrics, catalogs) = (
            all_metrics(self.view.catalog),
            all_catalogs(self.view.catalog),
        );
        let view = self.view;
        let labels = view.labels.iter().map(|(metric, _)| Part::Metric(metric));
        let buckets = view.buckets.iter().map(|(metric, _)| Part::Metric(metric));
        let namespaces = view.namespaces.iter();
        let named = namespaces.map(|(catalog, _)| Part::Catalog(*catalog));
        let left_out = view.left_out.iter().copied();
        for part in left_out.chain(labels).chain(buckets).chain(named) {
            let (is_known, name) = match part {
                Part::Metric(metric) => (
                    metrics.iter().any(|known| ptr::eq(*known, metric)),
                    metric.descriptor().name,
                ),
                Part::Catalog(catalog) => {
                    let catalog = catalog.descriptor();
                    let is_known = catalogs.iter().any(|known| ptr::eq(*known, catalog));
                    (is_known, catalog.name)
                }
            };
            if !is_known {
                self.problems.push(ViewProblem::Foreign {
                    name: name.to_owned(),
                    has: metrics
                        .iter()
                        .map(|metric| metric.descriptor().name)
                        .collect(),
                });
            }
        }
        for (_, namespace) in &view.namespaces {
            if !is_namespace(namespace) {
                let namespace = namespace.clone();
                self.problems.push(ViewProblem::Namespace { namespace });
            }
        }
    }

    /// Exposes the metrics of a catalog. `outer` is a namespace of a parent, and what replaces it.
    fn catalog(
        &mut self,
        catalog: &'static dyn AnyCatalog,
        outer: Option<(&'static str, &str)>,
        is_left_out: bool,
    ) {
        let descriptor = catalog.descriptor();
        let is_this = |other: &dyn AnyCatalog| ptr::eq(other.descriptor(), descriptor);
        let view = self.view;
        let own = view.namespaces.iter().rev();
        let own = own
            .filter(|(named, _)| is_this(*named))
            .map(|(_, namespace)| namespace.as_str())
            .next();
        let namespace = match (own, outer) {
            (Some(own), _) => Some(own.to_owned()),
            (None, Some((from, to))) => moved(descriptor.namespace, from, to),
            (None, None) => None,
        };
        let is_left_out = is_left_out
            || view
                .left_out
                .iter()
                .any(|part| matches!(part, Part::Catalog(catalog) if is_this(*catalog)));
        for metric in catalog.metrics() {
            let exposed = self.metric(metric, descriptor.namespace, namespace.as_deref());
            let exposed = exposed.filter(|_| !is_left_out);
            self.metrics.push((metric, exposed));
        }
        let inner = own.map(|own| (descriptor.namespace, own)).or(outer);
        if let Some(namespace) = namespace {
            self.namespaces.push((descriptor, namespace));
        }
        for nested in catalog.nested() {
            self.catalog(nested, inner, is_left_out);
        }
    }

    fn metric(
        &mut self,
        metric: &'static Metric,
        declared: &str,
        namespace: Option<&str>,
    ) -> Option<ExposedMetric> {
        let is_left_out =
            |part: &Part| matches!(part, Part::Metric(left_out) if ptr::eq(*left_out, metric));
        if self.view.left_out.iter().any(is_left_out) {
            return None;
        }
        let changes = self.changes(metric);
        let mut exposed = *metric.descriptor();
        if let Some(namespace) = namespace.filter(|namespace| *namespace != declared) {
            let (otel, family) = renamed(metric.descriptor(), declared, namespace);
            if is_reserved(&family) {
                self.problems.push(ViewProblem::Reserved {
                    name: family.clone(),
                });
            }
            (exposed.otel_name, exposed.name) = (leaked(otel), leaked(family));
        } else if changes.is_none() {
            return Some(ExposedMetric::declared(metric));
        }
        if let Some(changes) = &changes {
            apply(changes, &mut exposed);
        }
        // A declaration lives as long as the process, and so does what a view makes of it.
        let changes = changes.map(|changes| &*Box::leak(Box::new(changes)));
        let exposed = Box::leak(Box::new(exposed));
        Some(ExposedMetric::changed(metric, exposed, changes))
    }

    /// Returns the changes of a metric's series, if there are any.
    fn changes(&mut self, metric: &'static Metric) -> Option<SeriesChanges> {
        let is_this = |other: &'static Metric| ptr::eq(other, metric);
        let labels = self.view.labels.iter();
        let labels: BTreeSet<usize> = labels
            .filter(|(of, _)| is_this(of))
            .map(|(_, label)| *label)
            .collect();
        let count = metric.descriptor().labels.len();
        let left_out = if labels.is_empty() {
            Vec::new()
        } else {
            (0..count).map(|label| labels.contains(&label)).collect()
        };
        let mut merges = self.view.merges.iter().rev();
        let merge = merges.find(|(of, _)| is_this(of)).map(|(_, merge)| *merge);
        let changes = SeriesChanges {
            left_out,
            merge: merge.unwrap_or_default(),
            ends: self.ends(metric),
        };
        (changes != SeriesChanges::default()).then_some(changes)
    }

    /// Returns the declared bucket at which each bucket of the view ends; empty if all are kept.
    fn ends(&mut self, metric: &'static Metric) -> Vec<usize> {
        let mut buckets = self.view.buckets.iter().rev();
        let Some((_, bounds)) = buckets.find(|(of, _)| ptr::eq(*of, metric)) else {
            return Vec::new();
        };
        let descriptor = metric.descriptor();
        let declared = || descriptor.buckets.iter().copied().map(canonical).collect();
        if bounds.is_empty() {
            self.problems.push(ViewProblem::NoBuckets {
                metric: descriptor.name,
                declared: declared(),
            });
        }
        let mut ends = BTreeSet::from([descriptor.buckets.len()]);
        for bound in bounds {
            match position(descriptor, *bound) {
                Some(index) => drop(ends.insert(index)),
                None => self.problems.push(ViewProblem::Bucket {
                    metric: descriptor.name,
                    bound: canonical(*bound),
                    declared: declared(),
                }),
            }
        }
        let is_all = ends.len() > descriptor.buckets.len();
        ends.into_iter().filter(|_| !is_all).collect()
    }
}

/// Returns the index of a bucket bound, compared in the parts that are counted: 10 ms is 0.01 s.
fn position(metric: &MetricDescriptor, bound: f64) -> Option<usize> {
    let scale = Scale::of(metric.unit);
    let scaled = scale.bound(bound)?;
    let mut declared = metric.buckets.iter();
    declared.position(|known| {
        let known = scale.bound(*known);
        known.is_some_and(|known| known.total_cmp(&scaled).is_eq())
    })
}

/// Changes the labels and the buckets of a descriptor.
fn apply(changes: &SeriesChanges, exposed: &mut MetricDescriptor) {
    let labels = exposed.labels.iter().enumerate();
    let kept = labels.filter(|(index, _)| changes.keeps(*index));
    let kept: Vec<LabelDescriptor> = kept.map(|(_, label)| *label).collect();
    if kept.len() < exposed.labels.len() {
        exposed.labels = Box::leak(kept.into_boxed_slice());
    }
    if exposed.kind == Kind::Histogram && !changes.ends.is_empty() {
        let bounds = changes.ends.iter();
        let bounds = bounds.filter_map(|end| exposed.buckets.get(*end).copied());
        exposed.buckets = Box::leak(bounds.collect());
    }
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}
