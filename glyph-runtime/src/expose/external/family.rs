//! A family of an external recorder: its series in order, without duplicates.

use std::collections::BTreeMap;

use super::line::Sample;
use crate::expose::{Format, float};
use glyph_core::catalog;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
    Summary,
    Unknown,
}

impl Kind {
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "counter" => Some(Self::Counter),
            "gauge" => Some(Self::Gauge),
            "histogram" => Some(Self::Histogram),
            "summary" => Some(Self::Summary),
            "untyped" => Some(Self::Unknown),
            _ => None,
        }
    }

    pub(super) fn name(self, format: Format) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Unknown if format == Format::OpenMetrics => "unknown",
            Self::Unknown => "untyped",
        }
    }

    /// Returns the suffix of the family name in HELP and TYPE.
    pub(super) fn head_suffix(self, format: Format) -> &'static str {
        match (self, format) {
            (Self::Counter, Format::Text) => "_total",
            _ => "",
        }
    }

    /// Returns the family name in OpenMetrics. `None` if it is not a valid name.
    pub(super) fn family_name(self, name: &str) -> Option<String> {
        let name = match self {
            Self::Counter => name.strip_suffix("_total").unwrap_or(name),
            _ => name,
        };
        is_name(name, ':').then(|| name.to_owned())
    }

    /// Returns all names that a family of this kind uses (OpenMetrics 1.0, "Suffixes").
    pub(crate) fn names(self, family: &str) -> Vec<String> {
        let name = |suffix: &str| format!("{family}{suffix}");
        let declared = match self {
            Self::Counter => catalog::Kind::Counter,
            Self::Gauge | Self::Unknown => catalog::Kind::Gauge,
            Self::Histogram => catalog::Kind::Histogram,
            Self::Summary => return ["", "_count", "_sum", "_created"].map(name).to_vec(),
        };
        let suffixes = declared.sample_suffixes().iter();
        suffixes.map(|suffix| name(suffix)).collect()
    }

    /// Returns the label that distinguishes the samples of one series.
    pub(super) fn bound_label(self) -> Option<&'static str> {
        match self {
            Self::Histogram => Some("le"),
            Self::Summary => Some("quantile"),
            _ => None,
        }
    }

    /// Whether series with the same labels are added up.
    fn adds_up(self) -> bool {
        matches!(self, Self::Counter | Self::Histogram)
    }
}

/// `[a-zA-Z_][a-zA-Z0-9_]*`, with `also` allowed anywhere.
fn is_name(name: &str, also: char) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == also;
    !name.is_empty()
        && name.chars().all(fits)
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

#[derive(Debug)]
pub(super) struct Family<'a> {
    pub(super) kind: Kind,
    /// The HELP text, still escaped.
    pub(super) help: Option<&'a str>,
    series: BTreeMap<String, Vec<Point>>,
}

/// One sample of a series: buckets and quantiles by their bounds, then the sum, then the count.
#[derive(Debug)]
pub(crate) struct Point {
    /// The suffix of the sample name after the family name.
    pub(crate) suffix: &'static str,
    order: u8,
    pub(crate) bound: f64,
    pub(crate) value: Number,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Whole(u64),
    Float(f64),
}

impl<'a> Family<'a> {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            help: None,
            series: BTreeMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    pub(super) fn add(&mut self, family: &str, sample: Sample<'a>) {
        if let Some(point) = self.point(family, &sample) {
            let series = self.series.entry(self.labels(sample.labels)).or_default();
            let same = |known: &&mut Point| {
                known.order == point.order && known.bound.total_cmp(&point.bound).is_eq()
            };
            match series.iter_mut().find(same) {
                Some(known) if self.kind.adds_up() => known.value = known.value.plus(point.value),
                Some(_) => {}
                None => series.push(point),
            }
        }
    }

    fn point(&self, family: &str, sample: &Sample<'a>) -> Option<Point> {
        let value = Number::parse(sample.value)?;
        let rest = sample.name.strip_prefix(family)?;
        let bound = || {
            let bound = sample.labels.last()?;
            (Some(bound.0) == self.kind.bound_label()).then(|| bound.1.parse::<f64>().ok())?
        };
        let (suffix, order, bound) = match (self.kind, rest) {
            (Kind::Counter, "" | "_total") => ("_total", 0, 0.0),
            (Kind::Gauge | Kind::Unknown, "") => ("", 0, 0.0),
            (Kind::Histogram, "_bucket") => ("_bucket", 0, bound()?),
            (Kind::Summary, "") => match bound() {
                Some(bound) => ("", 0, bound),
                // The recorder does not repeat a suffix that the name has already.
                None if family.ends_with("sum") => ("_sum", 1, 0.0),
                None if family.ends_with("count") => ("_count", 2, 0.0),
                None => return None,
            },
            (Kind::Histogram | Kind::Summary, "_sum") => ("_sum", 1, 0.0),
            (Kind::Histogram | Kind::Summary, "_count") => ("_count", 2, 0.0),
            _ => return None,
        };
        Some(Point {
            suffix,
            order,
            bound,
            value,
        })
    }

    /// Returns `a="x",b="y"` in the order of names. It identifies the series, whatever the order of
    /// its labels was. Invalid names are omitted, and so are empty values, which mean absent
    /// labels.
    fn labels(&self, mut labels: Vec<(&str, &str)>) -> String {
        labels.sort_by_key(|(name, _)| *name);
        labels.dedup_by_key(|(name, _)| *name);
        labels.retain(|(name, value)| {
            is_name(name, '_')
                && *name != "__name__"
                && Some(*name) != self.kind.bound_label()
                && !value.is_empty()
        });
        let labels = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""));
        // The lexers of some scrapers stop at a NUL.
        labels
            .collect::<Vec<_>>()
            .join(",")
            .replace('\0', "\u{fffd}")
    }

    /// Returns the series in the order of their labels, each with its samples in order.
    pub(super) fn into_series(self) -> impl Iterator<Item = (String, Vec<Point>)> {
        self.series.into_iter().map(|(labels, mut points)| {
            points.sort_by(Point::compare);
            (labels, points)
        })
    }
}

impl Point {
    /// Whether the sample is a bucket or a quantile, which has a bound.
    pub(super) fn has_bound(&self) -> bool {
        self.order == 0
    }

    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let by_order = self.order.cmp(&other.order);
        by_order.then(self.bound.total_cmp(&other.bound))
    }
}

impl Number {
    fn parse(text: &str) -> Option<Self> {
        let whole = text.parse().ok().map(Self::Whole);
        whole.or_else(|| text.parse().ok().map(Self::Float))
    }

    fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => Self::Whole(one.wrapping_add(other)),
            (one, other) => Self::Float(one.float() + other.float()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a sum of floats is asked for")]
    pub(crate) fn float(self) -> f64 {
        match self {
            Self::Whole(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    pub(super) fn push(self, out: &mut Vec<u8>) {
        match self {
            Self::Whole(value) => {
                out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
            }
            Self::Float(value) => float::push(out, value),
        }
    }
}
