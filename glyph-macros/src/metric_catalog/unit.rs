//! The unit of a metric.

use crate::diagnostic::Errors;

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

impl Unit {
    pub(super) fn read(written: &IdentOrStr, errors: &mut Errors) -> Self {
        let unit = written.value();
        let lower = unit.to_lowercase();
        let base = BASES
            .iter()
            .find(|(_, others)| others.contains(&lower.as_str()));
        if let Some((base, _)) = base {
            errors.at(
                written,
                format!("`{unit}` is not a base unit: write `unit = {base}`"),
            );
            return Self::of(base);
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
