//! The unit of a metric.

use crate::{diagnostic::Errors, suggestion::closest};

use super::args::IdentOrStr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    None,
    Seconds,
    Bytes,
    Ratio,
    Other(String),
}

/// Base units, each with the names of other units that it replaces
/// (Prometheus, "Metric and label naming", "Base units").
const BASES: [(&str, &[&str]); 3] = [
    (
        "seconds",
        &[
            "s",
            "sec",
            "secs",
            "second",
            "ms",
            "millis",
            "milliseconds",
            "us",
            "micros",
            "microseconds",
            "ns",
            "nanos",
            "nanoseconds",
            "minutes",
            "hours",
        ],
    ),
    (
        "bytes",
        &[
            "b",
            "byte",
            "kb",
            "kib",
            "mb",
            "mib",
            "kilobytes",
            "megabytes",
            "bits",
        ],
    ),
    ("ratio", &["percent", "percentage", "share"]),
];

/// The units that metrics of programs and machines have: OpenMetrics's base units. Another unit is
/// allowed, unless it is so near to one of these that it is that one, misspelt.
const KNOWN: [&str; 10] = [
    "seconds", "bytes", "ratio", "celsius", "meters", "volts", "amperes", "joules", "grams",
    "hertz",
];

/// Returns why `unit` is not a unit, and what to write.
pub(super) fn problem(unit: &str) -> Option<String> {
    let lower = unit.to_lowercase();
    let mut bases = BASES.iter();
    let base = bases.find(|(_, others)| others.contains(&lower.as_str()));
    if let Some((base, _)) = base {
        return Some(format!(
            "`{unit}` is not a base unit: write `unit = {base}`"
        ));
    }
    if KNOWN.contains(&unit) {
        return None;
    }
    closest(&lower, &KNOWN).map(|known| {
        format!("`{unit}` is not a unit; did you mean `{known}`? write `unit = {known}`")
    })
}

impl Unit {
    pub(super) fn read(written: &IdentOrStr, errors: &mut Errors) -> Self {
        let unit = written.value();
        if let Some(problem) = problem(&unit) {
            errors.at(written, problem);
            return Self::meant(&unit);
        }
        if !is_well_formed(&unit) {
            errors.at(
                written,
                format!(
                    "`{unit}` cannot be the suffix of a name: use lowercase letters, digits and `_`"
                ),
            );
            return Self::None;
        }
        Self::of(&unit)
    }

    /// The unit that a wrong one stands for, so that it has no further error.
    fn meant(unit: &str) -> Self {
        let lower = unit.to_lowercase();
        let mut bases = BASES.iter();
        let base = bases.find(|(_, others)| others.contains(&lower.as_str()));
        let meant = base.map(|(base, _)| *base);
        meant
            .or_else(|| closest(&lower, &KNOWN))
            .map_or(Self::None, Self::of)
    }

    fn of(unit: &str) -> Self {
        match unit {
            "seconds" => Self::Seconds,
            "bytes" => Self::Bytes,
            "ratio" => Self::Ratio,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether no value of the unit is below zero.
    pub(super) const fn is_magnitude(&self) -> bool {
        matches!(self, Self::Seconds | Self::Bytes)
    }

    /// The unit as the suffix of a name.
    pub(super) fn suffix(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Seconds => Some("seconds"),
            Self::Bytes => Some("bytes"),
            Self::Ratio => Some("ratio"),
            Self::Other(unit) => Some(unit),
        }
    }
}

fn is_well_formed(unit: &str) -> bool {
    let reserved = ["total", "count", "sum", "bucket", "created", "info"];
    unit.starts_with(|first: char| first.is_ascii_lowercase())
        && !unit.ends_with('_')
        && !unit.contains("__")
        && !reserved.contains(&unit)
        && unit
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}
