//! How the series of a gauge combine.

use super::{Comparison, Kind, MetricDescriptor, Unit, message::same};

/// The operator that combines several series of a gauge into one, such as those of two replicas.
///
/// `#[metric(aggregate = max)]` declares it. Alerts and panels can override it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// The values add up: open connections.
    Sum,
    /// The mean: the temperature of a room with several sensors.
    Avg,
    /// The highest value: the fullest disk.
    Max,
    /// The lowest value: the certificate that expires first.
    Min,
    /// The value of the series that was scraped last: a version that all replicas agree on.
    Last,
}

/// Units whose values do not add up, in addition to seconds and ratios.
const INTENSIVE: [&str; 9] = [
    "celsius",
    "fahrenheit",
    "kelvin",
    "volts",
    "hertz",
    "pascals",
    "decibels",
    "degrees",
    "timestamp_seconds",
];

impl Unit {
    /// Whether values of the unit add up. Ratios, ages, timestamps and temperatures do not.
    #[expect(
        clippy::indexing_slicing,
        reason = "the index is compared with the length first"
    )]
    const fn adds_up(self) -> bool {
        match self {
            Self::None | Self::Bytes => true,
            Self::Seconds | Self::Ratio => false,
            Self::Other(unit) => {
                let mut index = 0;
                while index < INTENSIVE.len() {
                    if same(unit, INTENSIVE[index]) {
                        return false;
                    }
                    index += 1;
                }
                true
            }
        }
    }
}

impl MetricDescriptor {
    /// Returns the operator that combines several series: the declared one, or else the default of
    /// the unit.
    ///
    /// Counters and histograms are summed, and so are gauges in bytes or without a unit. Ratios,
    /// seconds and temperatures do not add up. An alert that compares with `<` or `<=` takes their
    /// lowest value. Other alerts and panels take the highest.
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// use glyph_runtime::{Catalog, Gauge, catalog::{Aggregate, Comparison}, metric_catalog};
    ///
    /// #[metric_catalog(namespace = "doc_aggregate")]
    /// pub struct Metrics {
    ///     /// Used fraction of the disk.
    ///     #[metric(unit = ratio)]
    ///     pub disk_usage: Gauge,
    ///     /// Open connections.
    ///     #[metric(aggregate = avg)]
    ///     pub connections: Gauge,
    /// }
    ///
    /// # fn main() {
    /// let [disk_usage, connections] = Metrics::DESCRIPTOR.metrics else { unreachable!("two") };
    /// assert_eq!(disk_usage.aggregate_for(None), Aggregate::Max);
    /// assert_eq!(disk_usage.aggregate_for(Some(Comparison::Below)), Aggregate::Min);
    /// assert_eq!(connections.aggregate_for(None), Aggregate::Avg);
    /// # }
    /// ```
    #[must_use]
    pub const fn aggregate_for(&self, comparison: Option<Comparison>) -> Aggregate {
        match (self.aggregate, self.kind, comparison) {
            (Some(declared), _, _) => declared,
            (None, Kind::Counter | Kind::Histogram, _) => Aggregate::Sum,
            (None, Kind::Gauge, _) if self.unit.adds_up() => Aggregate::Sum,
            (None, Kind::Gauge, Some(Comparison::Below | Comparison::AtMost)) => Aggregate::Min,
            (None, Kind::Gauge, _) => Aggregate::Max,
        }
    }
}
