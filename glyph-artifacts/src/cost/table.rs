//! The cost of a fleet as a table.

use std::fmt;

use super::{Cost, SAMPLE_BYTES, SPAN_BYTES};
use crate::quantity::quantity;
use glyph_core::catalog::Unit;

/// Returns a number with a comma between groups of three digits.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Returns an estimate with three digits: `12,300`, `0.25`.
fn estimate(number: f64) -> String {
    if number <= 0.0 {
        return "0".to_owned();
    }
    let step = 10_f64.powf(number.log10().floor() - 2.0);
    let short = (number / step).round() * step;
    if number >= 1000.0 {
        return Estimate(short).to_string();
    }
    crate::numbers::rounded(short).to_string()
}

/// A large number, which prints with commas.
struct Estimate(f64);

impl fmt::Display for Estimate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match format!("{:.0}", self.0).parse() {
            Ok(number) => formatter.write_str(&grouped(number)),
            Err(_) => write!(formatter, "{:e}", self.0),
        }
    }
}

/// Returns bytes in a unit in which they have three digits: `12.3 GB`.
fn bytes(number: f64) -> String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    match units.iter().find(|(size, _)| number >= *size) {
        Some((size, unit)) => format!("{} {unit}", estimate(number / size)),
        None => format!("{} B", estimate(number)),
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .metrics
            .iter()
            .map(|metric| metric.name.len())
            .max()
            .unwrap_or(0)
            .max(24);
        writeln!(formatter, "{:width$}  {:>12}  factors", "metric", "series")?;
        for metric in &self.metrics {
            let factors = if metric.factors.is_empty() {
                "1"
            } else {
                &metric.factors
            };
            let series = grouped(metric.series);
            writeln!(formatter, "{:width$}  {series:>12}  {factors}", metric.name)?;
        }
        let load = &self.load;
        let of_replica = self.series / u64::from(load.replicas.get());
        let interval = quantity(f64::from(load.scrape_interval.get()), Unit::Seconds);
        let ratio = crate::numbers::percent(load.span_ratio);
        let rows = [
            (
                "series of a replica",
                grouped(of_replica),
                "at most".to_owned(),
            ),
            (
                "series",
                grouped(self.series),
                format!("{} replicas", load.replicas),
            ),
            (
                "samples a second",
                estimate(self.samples_per_second),
                format!("a scrape every {interval}"),
            ),
            (
                "samples a day",
                bytes(self.sample_bytes_per_day),
                format!("{SAMPLE_BYTES} bytes a sample"),
            ),
            (
                "spans a second",
                estimate(self.spans_per_second),
                format!(
                    "{} calls a second and replica, {} spans a call, {ratio} of traces",
                    load.calls_per_second, load.spans_per_call
                ),
            ),
            (
                "spans a day",
                bytes(self.span_bytes_per_day),
                format!("{SPAN_BYTES} bytes a span"),
            ),
        ];
        writeln!(formatter)?;
        for (index, (name, number, assumption)) in rows.iter().enumerate() {
            if index > 0 {
                writeln!(formatter)?;
            }
            write!(formatter, "{name:width$}  {number:>12}  {assumption}")?;
        }
        Ok(())
    }
}
