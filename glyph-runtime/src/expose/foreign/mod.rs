//! The families of `metrics-exporter-prometheus`, as they stand on our page.
//!
//! Its text is data of other people's crates: whatever is in it, the page stays one that a scraper
//! reads, with each family and each series once.

mod family;
mod line;

use std::collections::{BTreeMap, HashSet};

use super::{Format, escape};
use family::Family;
pub(crate) use family::Kind;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub(crate) use family::{Number, ReadPoint};
use line::Line;

/// Writes the families in `rendered` (text format 0.0.4) in the order of their names.
///
/// A family is left out if the page has one of its names already, which `taken` says, be it the
/// family's own (`requests`) or a sample's (`requests_total`). Counters end in `_total` and bounds are
/// written canonically in both formats, so that a series has one name whichever was asked for.
pub(crate) fn push(
    page: &mut Vec<u8>,
    rendered: &str,
    format: Format,
    taken: impl Fn(&str) -> bool,
) {
    let mut seen = HashSet::new();
    for (name, family) in families(rendered) {
        let names = family.kind.names(&name);
        let free = |name: &String| !seen.contains(name) && !taken(name);
        if names.iter().all(free) && !family.is_empty() {
            push_head(page, &name, &family, format);
            family.push(page, &name);
            seen.extend(names);
        }
    }
}

/// Labels and values of a series.
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
type ReadSeries = (Vec<(String, String)>, Vec<ReadPoint>);

/// A family as it was read, for those who write no page.
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) help: String,
    /// Labels and values of each series.
    pub(crate) series: Vec<ReadSeries>,
}

/// The families in `rendered` (text format 0.0.4) in the order of their names.
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub(crate) fn read(rendered: &str) -> Vec<Read> {
    let families = families(rendered).into_iter();
    let read = families.map(|(name, family)| Read {
        name,
        kind: family.kind,
        help: line::unescaped(family.help.unwrap_or_default()).into_owned(),
        series: family
            .into_series()
            .map(|(labels, points)| (line::plain_labels(&labels), points))
            .collect(),
    });
    read.collect()
}

/// The families by name. Where two kinds have one name, the first stays.
fn families(rendered: &str) -> BTreeMap<String, Family<'_>> {
    let mut families = BTreeMap::<String, Family<'_>>::new();
    let mut help = None;
    let mut current: Option<(String, Kind)> = None;
    for line in rendered.split('\n').filter_map(Line::parse) {
        match line {
            Line::Help { name, text } => help = Some((name, text)),
            Line::Type { name, kind } => {
                current = Kind::parse(kind).and_then(|kind| Some((kind.family_name(name)?, kind)));
                if let Some((family, kind)) = &current {
                    let text = help
                        .take()
                        .filter(|(of, _)| *of == name)
                        .map(|(_, text)| text);
                    let family = families.entry(family.clone());
                    let family = family.or_insert_with(|| Family::new(*kind));
                    if family.kind == *kind {
                        family.help = family.help.or(text);
                    } else {
                        current = None;
                    }
                }
            }
            Line::Sample(sample) => {
                if let Some((name, _)) = &current
                    && let Some(family) = families.get_mut(name)
                {
                    family.add(name, sample);
                }
            }
        }
    }
    families
}

/// HELP and TYPE; a family without a description has no HELP.
fn push_head(page: &mut Vec<u8>, name: &str, family: &Family<'_>, format: Format) {
    let ending = match (family.kind, format) {
        (Kind::Counter, Format::Text) => "_total",
        _ => "",
    };
    if let Some(help) = family.help.filter(|help| !help.is_empty()) {
        page.extend_from_slice(["# HELP ", name, ending, " "].concat().as_bytes());
        escape::push_help(page, &line::unescaped(help), format);
        page.push(b'\n');
    }
    let kind = family.kind.word(format);
    page.extend_from_slice(
        ["# TYPE ", name, ending, " ", kind, "\n"]
            .concat()
            .as_bytes(),
    );
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests;
