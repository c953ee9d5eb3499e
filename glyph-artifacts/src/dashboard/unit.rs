//! Units, by their names in Grafana.

use glyph_core::catalog::{Kind, MetricDescriptor, Unit};

/// A share, from 0 to 1, shown as a percentage.
pub(super) const SHARE: &str = "percentunit";

/// A number without a unit.
pub(super) const NUMBER: &str = "short";

/// How many times too fast a budget burns.
pub(super) const TIMES: &str = "suffix:x";

/// Units that Grafana has under other names.
const OTHERS: [(&str, &str); 13] = [
    ("amperes", "amp"),
    ("celsius", "celsius"),
    ("decibels", "dB"),
    ("degrees", "degree"),
    ("fahrenheit", "fahrenheit"),
    ("grams", "massg"),
    ("hertz", "hertz"),
    ("joules", "joule"),
    ("kelvin", "kelvin"),
    ("meters", "lengthm"),
    ("percent", "percent"),
    ("volts", "volt"),
    ("watts", "watt"),
];

/// Whether the values are points in time, which rise with the clock.
pub(super) fn is_timestamp(metric: &MetricDescriptor) -> bool {
    let mut suffixes = ["timestamp_seconds", "start_time_seconds"].into_iter();
    metric.kind == Kind::Gauge && suffixes.any(|suffix| metric.name.ends_with(suffix))
}

/// Returns the unit of a metric's values. A counter is shown as a rate, which reads `5 /s`.
pub(super) fn unit(metric: &MetricDescriptor) -> String {
    let is_bytes = metric.name.split('_').any(|word| word == "bytes");
    match (metric.kind, metric.unit) {
        // Bytes whose name has the unit elsewhere than at its end.
        (Kind::Counter, Unit::None) if is_bytes => "Bps".to_owned(),
        (_, Unit::None) if is_bytes => "bytes".to_owned(),
        (Kind::Counter, Unit::None) => "count:/s".to_owned(),
        (Kind::Counter, Unit::Bytes) => "Bps".to_owned(),
        (Kind::Counter, Unit::Other(unit)) => format!("count:{}/s", spaced(unit)),
        // Seconds in a second are a share of the time.
        (Kind::Counter, Unit::Seconds) | (_, Unit::Ratio) => SHARE.to_owned(),
        (_, Unit::Seconds) => "s".to_owned(),
        (_, Unit::Bytes) => "bytes".to_owned(),
        (_, Unit::None) => NUMBER.to_owned(),
        (_, Unit::Other(unit)) => {
            let mut others = OTHERS.iter();
            let known = others.find(|(name, _)| *name == unit);
            known.map_or_else(
                || format!("count:{}", spaced(unit)),
                |(_, grafana)| (*grafana).to_owned(),
            )
        }
    }
}

fn spaced(unit: &str) -> String {
    unit.replace('_', " ")
}
