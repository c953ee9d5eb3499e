//! Catalogs whose numbers are reported at each read.
//!
//! A counter or a gauge of a program is recorded when it changes. The length of a queue, or a count
//! that a pipeline keeps anyway, is known at any time, and recording it too would only cost time.
//! Such numbers are declared in a catalog like all others, and a [`Source`] reports them before
//! each read (OpenTelemetry: "asynchronous instruments").
//!
//! The numbers belong to the source and not to the process. Two `Telemetry`s of one process show
//! different numbers, and neither scopes nor captures of tests change them.

use std::{borrow::Cow, fmt, ptr, sync::Arc, time::Duration};

use super::AnyCatalog;
use crate::{
    descriptor::CatalogDescriptor,
    label::{LabelSet, OpenLookup},
    metric::{Counter, Gauge, GaugeValue, Histogram, Metric, Series},
};

/// Reports the numbers of a catalog.
#[doc(hidden)]
pub trait Observe: fmt::Debug + Send + Sync {
    /// The catalog that declares the numbers.
    fn catalog(&self) -> &'static dyn AnyCatalog;

    /// The key that distinguishes sources of one catalog. Of two sources with the same key, a
    /// reader keeps the first.
    fn key(&self) -> &'static str {
        ""
    }

    /// Reports the current numbers.
    fn observe(&self, observer: &mut Observer);
}

/// A shared [`Observe`].
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Source(Arc<dyn Observe>);

/// A part of glyph that counts its own work, such as a pipeline.
///
/// Pipelines implement it. `Exposition::show` and `Telemetry::show_traces` add the counts of a
/// pipeline to those that they export.
pub trait Measured {
    #[doc(hidden)]
    fn sources(&self) -> Vec<Source>;
}

/// A declared metric, with the series that sources have reported.
#[doc(hidden)]
#[derive(Debug)]
pub struct ObservedFamily {
    pub metric: &'static Metric,
    pub series: Vec<ObservedSeries>,
}

/// A series that a source has reported.
#[doc(hidden)]
#[derive(Debug)]
pub struct ObservedSeries {
    labels: Vec<(&'static str, Cow<'static, str>)>,
    /// The cells of the series, as in a recorded series of the metric.
    cells: Vec<u64>,
}

/// Collects what sources report.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Observer {
    families: Vec<ObservedFamily>,
}

impl Source {
    #[must_use]
    pub fn new(observe: Arc<dyn Observe>) -> Self {
        Self(observe)
    }

    /// The catalog that declares the numbers.
    #[must_use]
    pub fn catalog(&self) -> &'static CatalogDescriptor {
        self.0.catalog().descriptor()
    }

    /// Whether both sources report the same numbers.
    #[must_use]
    pub fn replaces(&self, other: &Self) -> bool {
        ptr::eq(self.catalog(), other.catalog()) && self.0.key() == other.0.key()
    }

    /// Returns the numbers of these sources. Metrics without numbers are omitted.
    #[must_use]
    pub fn read(sources: &[Self]) -> Vec<ObservedFamily> {
        let mut observer = Observer::default();
        for Self(source) in sources {
            observer.open(source.catalog());
            source.observe(&mut observer);
        }
        let mut families = observer.families;
        families.retain(|family| !family.series.is_empty());
        families
    }
}

impl Observer {
    /// Adds the metrics of a catalog, in the order of their declaration.
    fn open(&mut self, catalog: &'static dyn AnyCatalog) {
        for metric in catalog.metrics() {
            if !self
                .families
                .iter()
                .any(|known| ptr::eq(known.metric, metric))
            {
                let series = Vec::new();
                self.families.push(ObservedFamily { metric, series });
            }
        }
    }

    /// Reports a count.
    pub fn counter(&mut self, counter: &Counter, count: u64) {
        let metric = counter.metric();
        self.push(metric, Vec::new(), vec![count.saturating_mul(metric.step)]);
    }

    /// Reports the total of a counter of seconds. More than 584 years are omitted.
    pub fn counter_duration(&mut self, counter: &Counter, total: Duration) {
        if let Ok(nanoseconds) = u64::try_from(total.as_nanos()) {
            self.push(counter.metric(), Vec::new(), vec![nanoseconds]);
        }
    }

    /// Reports a count of the series of `labels`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals, as where metrics are recorded"
    )]
    pub fn counter_of<L: LabelSet>(&mut self, counter: &Counter<L>, labels: L::Of<'_>, count: u64) {
        let metric = counter.metric();
        let labels = labels_of::<L>(metric, &labels);
        self.push(metric, labels, vec![count.saturating_mul(metric.step)]);
    }

    /// Reports a count of the series with these label values, in the order of the label set.
    ///
    /// Use it for values that are names in declarations: they need no limit, and each combination
    /// is reported once.
    pub fn counter_named<L: LabelSet>(
        &mut self,
        counter: &Counter<L>,
        values: &[&'static str],
        count: u64,
    ) {
        let metric = counter.metric();
        let names = metric.parts.descriptor.labels.iter();
        let names = names.map(|label| label.name);
        let values = values.iter().copied().map(Cow::Borrowed);
        let labels = names.zip(values).collect();
        if let Some(family) = self.family(metric) {
            let cells = vec![count.saturating_mul(metric.step)];
            family.series.push(ObservedSeries { labels, cells });
        }
    }

    /// Reports the value of a gauge. A value that is not finite is omitted.
    pub fn gauge(&mut self, gauge: &Gauge, value: impl GaugeValue) {
        if value.value().is_finite() {
            self.push(gauge.metric(), Vec::new(), vec![value.value().to_bits()]);
        }
    }

    /// Reports the value of the series of `labels`. A value that is not finite is omitted.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals, as where metrics are recorded"
    )]
    pub fn gauge_of<L: LabelSet>(
        &mut self,
        gauge: &Gauge<L>,
        labels: L::Of<'_>,
        value: impl GaugeValue,
    ) {
        let metric = gauge.metric();
        if value.value().is_finite() {
            let labels = labels_of::<L>(metric, &labels);
            self.push(metric, labels, vec![value.value().to_bits()]);
        }
    }

    /// Reports a histogram's bucket counts, the infinite bucket included, and their sum in parts of
    /// the metric's unit: nanoseconds for seconds.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals, as where metrics are recorded"
    )]
    pub fn histogram_of<L: LabelSet, V>(
        &mut self,
        histogram: &Histogram<L, V>,
        labels: L::Of<'_>,
        buckets: &[u64],
        sum: u64,
    ) {
        let metric = histogram.metric();
        let labels = labels_of::<L>(metric, &labels);
        let cells = buckets.iter().copied().chain([sum]).collect();
        self.push(metric, labels, cells);
    }

    /// Adds a series, or adds to an existing one: two sources can share the label value `other`.
    fn push(
        &mut self,
        metric: &'static Metric,
        labels: Vec<(&'static str, Cow<'static, str>)>,
        cells: Vec<u64>,
    ) {
        let Some(family) = self.family(metric) else {
            return;
        };
        let mut series = family.series.iter_mut();
        match series.find(|known| known.labels == labels) {
            Some(known) => metric.add_cells(&mut known.cells, &cells),
            None => family.series.push(ObservedSeries { labels, cells }),
        }
    }

    fn family(&mut self, metric: &'static Metric) -> Option<&mut ObservedFamily> {
        let mut families = self.families.iter_mut();
        families.find(|family| ptr::eq(family.metric, metric))
    }
}

/// Returns names and values of the labels.
fn labels_of<L: LabelSet>(
    metric: &'static Metric,
    labels: &L::Of<'_>,
) -> Vec<(&'static str, Cow<'static, str>)> {
    let series = L::series_index(labels, OpenLookup::observed(metric.parts.open));
    let labels = metric.labels(series);
    labels
        .map(|(name, value)| (name, Cow::Owned(value.into_owned())))
        .collect()
}

impl Series for ObservedSeries {
    fn read(&self, cells: &mut Vec<u64>) {
        cells.clone_from(&self.cells);
    }

    fn labels(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let labels = self.labels.iter();
        labels.map(|(name, value)| (*name, Cow::Borrowed(&**value)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{AnyCatalog, Observe, Observer, Source};
    use crate::{Counter, Gauge, Label, LabelSet, metric::Series, metric_catalog};

    #[derive(Label, Clone, Copy, Debug)]
    #[label(crate = crate)]
    enum Color {
        Red,
        Green,
    }

    #[derive(LabelSet)]
    #[label(crate = crate)]
    struct Painted<'a> {
        color: Color,
        #[label(max = 2)]
        shop: &'a str,
    }

    #[metric_catalog(namespace = "observed", crate = crate)]
    struct Metrics {
        /// Doors.
        doors: Counter<Painted<'_>>,
        /// Keys.
        keys: Gauge,
        /// Locks.
        locks: Counter,
    }

    #[derive(Debug)]
    struct Shop(&'static str, u64);

    impl Observe for Shop {
        fn catalog(&self) -> &'static dyn AnyCatalog {
            Metrics::global()
        }

        fn key(&self) -> &'static str {
            self.0
        }

        fn observe(&self, observer: &mut Observer) {
            let metrics = Metrics::global();
            let shop = self.0;
            let color = Color::Green;
            observer.counter_of(&metrics.doors, Painted { color, shop }, self.1);
            observer.counter_of(
                &metrics.doors,
                Painted {
                    color: Color::Red,
                    shop,
                },
                0,
            );
        }
    }

    #[test]
    fn sources_of_one_catalog_share_its_families() {
        let sources = [("north", 3), ("south", 5)];
        let sources = sources.map(|(shop, count)| Source::new(Arc::new(Shop(shop, count))));
        assert!(!sources[0].replaces(&sources[1]));
        let families = Source::read(&sources);
        // Nothing reports `keys` and `locks`.
        assert_eq!(families.len(), 1);
        let mut cells = Vec::new();
        let mut written = Vec::new();
        for series in families.iter().flat_map(|family| &family.series) {
            series.read(&mut cells);
            let labels: Vec<_> = series
                .labels()
                .map(|(_, value)| value.into_owned())
                .collect();
            written.push((labels.join(","), cells.clone()));
        }
        let expected = [
            ("green,north", 3),
            ("red,north", 0),
            ("green,south", 5),
            ("red,south", 0),
        ];
        let expected = expected.map(|(labels, count)| (labels.to_owned(), vec![count]));
        assert_eq!(written, expected);
    }

    #[test]
    fn observed_numbers_are_not_recorded() {
        let _read = Source::read(&[Source::new(Arc::new(Shop("north", 7)))]);
        let metrics = Metrics::global();
        let labels = Painted {
            color: Color::Green,
            shop: "north",
        };
        assert_eq!(metrics.doors.value(labels), 0);
        assert_eq!((metrics.keys.value(), metrics.locks.value()), (0.0, 0));
    }
}
