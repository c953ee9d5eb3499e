//! Views: how a program exposes a catalog that it did not write.

mod error;
mod exposure;
mod name;
mod part;

pub use error::{ViewError, ViewProblem};
pub use exposure::Exposure;
pub use part::{AddedUp, CatalogField};

use std::fmt;

use super::{AnyCatalog, Catalog};
use crate::{
    label::{LabelName, LabelNames, LabelSet},
    metric::{Gauge, GaugeMerge, Histogram, Metric, Observation},
};
use part::Part;

/// How a program exposes a catalog, usually one of a library: under another namespace, with other
/// buckets, without some metrics or labels (OpenTelemetry specification, "Views").
///
/// Pass it to the telemetry in place of the catalog. Scrapes, OTLP, the Pushgateway and the artifacts
/// (rules, dashboards, the reference, the schema) show the catalog as the view does.
///
/// Metrics are named by the fields of the catalog, and labels by the fields of the label set, so the
/// compiler finds a misspelled one. `install` reports what it cannot find, such as a bucket bound that the
/// histogram does not have.
///
/// The library records as it did before, at the same cost, and its tests see what it declares. The view
/// changes what a reader sees, so a program that installs it late loses nothing.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Counter, Histogram, Label, LabelSet, View, catalog::Registry, metric_catalog};
///
/// #[derive(Label, Clone, Copy, Debug)]
/// pub enum LookupResult { Hit, Miss }
///
/// #[derive(LabelSet)]
/// pub struct Lookup<'a> {
///     pub result: LookupResult,
///     #[label(max = 100)]
///     pub table: &'a str,
/// }
///
/// /// The catalog of a library.
/// #[metric_catalog(namespace = "doc_view")]
/// pub struct CacheMetrics {
///     /// Lookups of values.
///     pub lookups: Counter<Lookup<'_>>,
///     /// Values that were removed to make room.
///     pub evictions: Counter,
///     /// Time to load a value.
///     #[metric(unit = seconds, buckets = [1ms, 10ms, 100ms, 1s])]
///     pub load: Histogram,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let view = View::of(CacheMetrics::global())
///     .namespace("shop.cache")
///     .without(|metrics| &metrics.evictions)
///     .without_label(|metrics| &metrics.lookups, |labels| labels.table)
///     .buckets(|metrics| &metrics.load, [0.01, 1.0]);
/// // A program passes it to `Telemetry::builder(..).catalog(view)`.
/// Registry::of_views([view.into()])?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a view does nothing until it is passed to `.catalog(..)`"]
pub struct View<C: 'static> {
    catalog: &'static C,
    view: CatalogView,
}

/// A [`View`] of a catalog of any type.
#[derive(Clone)]
#[must_use = "a view does nothing until it is passed to a registry"]
pub struct CatalogView {
    catalog: &'static dyn AnyCatalog,
    namespaces: Vec<(&'static dyn AnyCatalog, String)>,
    left_out: Vec<Part>,
    labels: Vec<(&'static Metric, usize)>,
    merges: Vec<(&'static Metric, GaugeMerge)>,
    buckets: Vec<(&'static Metric, Vec<f64>)>,
}

/// A catalog, or a view of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a catalog nor a view of one",
    label = "not a catalog",
    note = "pass `Metrics::global()` or `View::of(Metrics::global())`"
)]
pub trait IntoView {
    /// Returns the view. That of a catalog shows it as it is declared.
    fn into_view(self) -> CatalogView;
}

impl<C: Catalog> View<C> {
    /// Returns the view that shows a catalog, and those nested in it, as they are declared.
    pub fn of(catalog: &'static C) -> Self {
        let view = CatalogView::declared(catalog);
        Self { catalog, view }
    }

    /// Replaces the namespace of the catalog. Default: the declared one.
    ///
    /// A nested catalog whose namespace is the same, or starts with it, follows. Two catalogs clash only
    /// if their metrics have the same name under the namespaces that views set.
    pub fn namespace(self, namespace: impl Into<String>) -> Self {
        let catalog = self.catalog;
        self.renamed(catalog, namespace.into())
    }

    /// Replaces the namespace of a nested catalog. Default: the declared one.
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// # mod prices {
    /// #     use glyph_core as glyph_runtime;
    /// #     #[glyph_runtime::metric_catalog(namespace = "doc_view_prices", crate = glyph_core)]
    /// #     pub struct PriceMetrics {
    /// #         /// Parsed prices.
    /// #         pub parsed: glyph_core::Counter,
    /// #     }
    /// # }
    /// use glyph_runtime::{View, metric_catalog};
    ///
    /// #[metric_catalog(namespace = "doc_view_shop")]
    /// pub struct ShopMetrics {
    ///     #[catalog]
    ///     pub prices: prices::PriceMetrics,
    /// }
    ///
    /// # fn main() {
    /// let view = View::of(ShopMetrics::global())
    ///     .nested_namespace(|metrics| metrics.prices, "doc_view_shop.prices");
    /// # let _ = view;
    /// # }
    /// ```
    pub fn nested_namespace<N: Catalog>(
        self,
        nested: impl FnOnce(&'static C) -> &'static N,
        namespace: impl Into<String>,
    ) -> Self {
        let nested = nested(self.catalog);
        self.renamed(nested, namespace.into())
    }

    fn renamed(mut self, catalog: &'static dyn AnyCatalog, namespace: String) -> Self {
        self.view.namespaces.push((catalog, namespace));
        self
    }

    /// Leaves out a metric, or all metrics of a nested catalog. Default: none.
    ///
    /// Keys of the `metrics` crate with the name of the metric are still recorded in it, and not exposed.
    pub fn without<F: CatalogField>(
        mut self,
        field: impl FnOnce(&'static C) -> &'static F,
    ) -> Self {
        self.view.left_out.push(field(self.catalog).part());
        self
    }

    /// Leaves out a label of a counter or a histogram. Default: none.
    ///
    /// Series that differ only in this label become one, with the sum of their counts. Its exemplars are
    /// the latest ones.
    pub fn without_label<M: AddedUp>(
        mut self,
        metric: impl FnOnce(&'static C) -> &'static M,
        label: impl FnOnce(<M::Labels as LabelNames>::Names) -> LabelName<M::Labels>,
    ) -> Self {
        let label = label(<M::Labels as LabelNames>::NAMES);
        if let Part::Metric(metric) = metric(self.catalog).part() {
            self.view.labels.push((metric, label.index()));
        }
        self
    }

    /// Leaves out a label of a gauge. Default: none.
    ///
    /// Series that differ only in this label become one, as `merge` says. All labels that are left out of
    /// a gauge are merged in the same way: the last one counts.
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// use glyph_runtime::{Gauge, LabelSet, View, metric::GaugeMerge, metric_catalog};
    ///
    /// #[derive(LabelSet)]
    /// pub struct Shard<'a> {
    ///     #[label(max = 64)]
    ///     pub shard: &'a str,
    /// }
    ///
    /// #[metric_catalog(namespace = "doc_view_gauge")]
    /// pub struct IndexMetrics {
    ///     /// Age of the oldest entry.
    ///     #[metric(unit = seconds)]
    ///     pub oldest: Gauge<Shard<'_>>,
    /// }
    ///
    /// # fn main() {
    /// let view = View::of(IndexMetrics::global()).without_gauge_label(
    ///     |metrics| &metrics.oldest,
    ///     |labels| labels.shard,
    ///     GaugeMerge::Max,
    /// );
    /// # let _ = view;
    /// # }
    /// ```
    pub fn without_gauge_label<L: LabelSet + 'static>(
        mut self,
        gauge: impl FnOnce(&'static C) -> &'static Gauge<L>,
        label: impl FnOnce(L::Names) -> LabelName<L>,
        merge: GaugeMerge,
    ) -> Self {
        let metric = gauge(self.catalog).metric();
        self.view.labels.push((metric, label(L::NAMES).index()));
        self.view.merges.push((metric, merge));
        self
    }

    /// Sets the bucket bounds of a histogram, in its unit or as `Duration`s. Default: the declared ones.
    ///
    /// Each must be a declared bound: cells are counted by those, also before the view was made. A bucket
    /// has the counts of the declared buckets up to its bound.
    pub fn buckets<L: 'static, V: 'static>(
        mut self,
        histogram: impl FnOnce(&'static C) -> &'static Histogram<L, V>,
        bounds: impl IntoIterator<Item = impl Observation<V>>,
    ) -> Self {
        let metric = histogram(self.catalog).metric();
        let bounds = bounds.into_iter().map(|bound| bound.value());
        self.view.buckets.push((metric, bounds.collect()));
        self
    }
}

impl CatalogView {
    /// Returns the view that shows a catalog as it is declared.
    #[doc(hidden)]
    pub fn declared(catalog: &'static dyn AnyCatalog) -> Self {
        Self {
            catalog,
            namespaces: Vec::new(),
            left_out: Vec::new(),
            labels: Vec::new(),
            merges: Vec::new(),
            buckets: Vec::new(),
        }
    }

    /// The name of the struct of the catalog.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.catalog.descriptor().name
    }
}

impl<C: Catalog> IntoView for &'static C {
    fn into_view(self) -> CatalogView {
        CatalogView::declared(self)
    }
}

impl<C: Catalog> IntoView for View<C> {
    fn into_view(self) -> CatalogView {
        self.view
    }
}

impl IntoView for CatalogView {
    fn into_view(self) -> CatalogView {
        self
    }
}

impl<C> From<View<C>> for CatalogView {
    fn from(view: View<C>) -> Self {
        view.view
    }
}

impl<C> Clone for View<C> {
    fn clone(&self) -> Self {
        Self {
            catalog: self.catalog,
            view: self.view.clone(),
        }
    }
}

impl<C> fmt::Debug for View<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view.fmt(formatter)
    }
}

impl fmt::Debug for CatalogView {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let namespaces = self.namespaces.iter().map(|(_, namespace)| namespace);
        formatter
            .debug_struct("View")
            .field("catalog", &self.name())
            .field("namespaces", &namespaces.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
