//! A family of another recorder, its series in order and each of them once.

use std::collections::BTreeMap;

use super::{super::float, line::Sample};
use crate::expose::Format;
use glyph_core::__runtime::canonical;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
    Summary,
    Unknown,
}

impl Kind {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "counter" => Some(Self::Counter),
            "gauge" => Some(Self::Gauge),
            "histogram" => Some(Self::Histogram),
            "summary" => Some(Self::Summary),
            "untyped" => Some(Self::Unknown),
            _ => None,
        }
    }

    pub(super) fn word(self, format: Format) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Unknown if format == Format::OpenMetrics => "unknown",
            Self::Unknown => "untyped",
        }
    }

    /// The family's name as OpenMetrics has it; `None` if there is nothing left of it.
    pub(super) fn family_name(self, name: &str) -> Option<String> {
        let name = match self {
            Self::Counter => name.strip_suffix("_total").unwrap_or(name),
            _ => name,
        };
        is_name(name, ':').then(|| name.to_owned())
    }

    /// Every name that such a family takes (OpenMetrics 1.0, "Suffixes").
    pub(super) fn names(self, family: &str) -> Vec<String> {
        let endings: &[&str] = match self {
            Self::Counter => &["", "_total", "_created"],
            Self::Gauge | Self::Unknown => &[""],
            Self::Histogram => &["", "_bucket", "_count", "_sum", "_created"],
            Self::Summary => &["", "_count", "_sum", "_created"],
        };
        endings
            .iter()
            .map(|ending| format!("{family}{ending}"))
            .collect()
    }

    /// The label that tells the lines of one series apart.
    fn bound_label(self) -> Option<&'static str> {
        match self {
            Self::Histogram => Some("le"),
            Self::Summary => Some("quantile"),
            _ => None,
        }
    }

    /// Whether two series that turn out to be the same one are added up.
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
    /// Still escaped.
    pub(super) help: Option<&'a str>,
    series: BTreeMap<String, Vec<Point>>,
}

/// One line of a series, for those who write no page.
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadPoint {
    pub(crate) ending: &'static str,
    pub(crate) bound: f64,
    pub(crate) value: Number,
}

/// One line of a series: buckets and quantiles by their bounds, then the sum, then the count.
#[derive(Debug)]
struct Point {
    ending: &'static str,
    place: u8,
    bound: f64,
    value: Number,
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
                known.place == point.place && known.bound.total_cmp(&point.bound).is_eq()
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
        let own = sample.name.strip_prefix(family)?;
        let bound = || {
            let bound = sample.labels.last()?;
            (Some(bound.0) == self.kind.bound_label()).then(|| bound.1.parse::<f64>().ok())?
        };
        let (ending, place, bound) = match (self.kind, own) {
            (Kind::Counter, "" | "_total") => ("_total", 0, 0.0),
            (Kind::Gauge | Kind::Unknown, "") => ("", 0, 0.0),
            (Kind::Histogram, "_bucket") => ("_bucket", 0, bound()?),
            (Kind::Summary, "") => ("", 0, bound()?),
            (Kind::Histogram | Kind::Summary, "_sum") => ("_sum", 1, 0.0),
            (Kind::Histogram | Kind::Summary, "_count") => ("_count", 2, 0.0),
            _ => return None,
        };
        Some(Point {
            ending,
            place,
            bound,
            value,
        })
    }

    /// `a="x",b="y"` in the order of names: what the series is called, whatever order its labels came
    /// in. Names that a scraper would refuse are left out, as are empty values, which say nothing.
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
        // Scrapers' lexers stop at a NUL.
        labels
            .collect::<Vec<_>>()
            .join(",")
            .replace('\0', "\u{fffd}")
    }

    /// The series by their labels as the page has them, each with its lines in order.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(super) fn into_series(self) -> impl Iterator<Item = (String, Vec<ReadPoint>)> {
        self.series.into_iter().map(|(labels, mut points)| {
            points.sort_by(Point::order);
            let points = points.iter().map(|point| ReadPoint {
                ending: point.ending,
                bound: point.bound,
                value: point.value,
            });
            (labels, points.collect())
        })
    }

    pub(super) fn push(mut self, page: &mut Vec<u8>, name: &str) {
        for (labels, mut points) in std::mem::take(&mut self.series) {
            points.sort_by(Point::order);
            for point in points {
                self.push_point(page, name, &labels, &point);
            }
        }
    }

    fn push_point(&self, page: &mut Vec<u8>, name: &str, labels: &str, point: &Point) {
        let bound = self.kind.bound_label().filter(|_| point.place == 0);
        let bound = bound.map(|label| format!("{label}=\"{}\"", canonical(point.bound)));
        page.extend_from_slice([name, point.ending].concat().as_bytes());
        let labels = [labels, bound.as_deref().unwrap_or_default()];
        let labels = labels.into_iter().filter(|labels| !labels.is_empty());
        let labels = labels.collect::<Vec<_>>().join(",");
        if !labels.is_empty() {
            page.extend_from_slice(["{", &labels, "}"].concat().as_bytes());
        }
        page.push(b' ');
        point.value.push(page);
        page.push(b'\n');
    }
}

impl Point {
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        let by_place = self.place.cmp(&other.place);
        by_place.then(self.bound.total_cmp(&other.bound))
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

    fn push(self, page: &mut Vec<u8>) {
        match self {
            Self::Whole(value) => {
                page.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
            }
            Self::Float(value) => float::push(page, value),
        }
    }
}
