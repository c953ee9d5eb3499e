//! Metrics of external recorders, such as `metrics-exporter-prometheus`.
//!
//! Their text comes from other crates and is not trusted. It is parsed and written again, so that
//! scrapers can always read the exposition, with each family and each series once.

pub(crate) mod family;
mod line;
mod snapshot;
mod write;

use std::collections::{BTreeMap, HashSet};

use family::Family;
pub(crate) use family::{Kind, Point};
use line::Line;
pub(crate) use snapshot::External;
pub(crate) use write::ExternalWriter;

/// A recorder of metrics that no catalog declares.
pub(crate) trait ExternalRecorder: Send + Sync {
    /// Returns the metrics in the text format 0.0.4.
    fn render(&self) -> String;
}

/// A parsed family.
#[derive(Debug)]
pub(crate) struct ExternalFamily {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) help: String,
    pub(crate) series: Vec<ExternalSeries>,
}

/// A parsed series.
#[derive(Debug)]
pub(crate) struct ExternalSeries {
    /// Names and values of the labels, in the order of names.
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) points: Vec<Point>,
}

/// Returns the families in `rendered` (text format 0.0.4) in the order of their names. See
/// [`families`] for `taken`.
pub(crate) fn read(rendered: &str, taken: impl Fn(&str) -> bool) -> Vec<ExternalFamily> {
    let families = families(rendered, taken);
    let read = families.map(|(name, family)| ExternalFamily {
        name,
        kind: family.kind,
        help: line::unescaped(family.help.unwrap_or_default()).into_owned(),
        series: family
            .into_series()
            .map(|(labels, points)| ExternalSeries {
                labels: line::plain_labels(&labels),
                points,
            })
            .collect(),
    });
    read.collect()
}

/// Returns the families by name, without those that have no series.
///
/// `taken` returns whether the exposition has a name already, of a family (`requests`) or a sample
/// (`requests_total`). Of families that share a name, the first stays.
fn families(
    rendered: &str,
    taken: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (String, Family<'_>)> {
    let mut seen = HashSet::new();
    let families = parsed(rendered).into_iter();
    families.filter(move |(name, family)| {
        let names = family.kind.names(name);
        let free = |name: &String| !seen.contains(name) && !taken(name);
        let kept = !family.is_empty() && names.iter().all(free);
        if kept {
            seen.extend(names);
        }
        kept
    })
}

/// Returns the families by name. If two kinds have the same name, the first stays.
fn parsed(rendered: &str) -> BTreeMap<String, Family<'_>> {
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests;
