//! Legends: what tells the series of a panel apart.

use glyph_core::{
    catalog::MetricDescriptor,
    label::{LabelDescriptor, LabelValues},
};

/// Values that mean nothing without the name of their label, in addition to numbers.
const BARE: [&str; 6] = ["true", "false", "yes", "no", "on", "off"];

/// What differs between the series of a panel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Differs<'a> {
    /// Whether the panel has other queries.
    pub(super) queries: bool,
    /// The labels by which each query has several series.
    pub(super) labels: &'a [&'a str],
}

/// Returns the legend of a query. `name` is shown if labels alone do not tell its series apart.
pub(super) fn legend(name: &str, differs: Differs, metric: Option<&MetricDescriptor>) -> String {
    let named = (differs.queries || differs.labels.is_empty()).then(|| name.to_owned());
    let values = |label: &str| metric.map_or(&[][..], |metric| closed_values(metric, label));
    let labels = differs.labels.iter().map(|label| {
        let own = values(label);
        let mut others = differs.labels.iter().filter(|other| *other != label);
        let is_shared = others.any(|other| values(other).iter().any(|value| own.contains(value)));
        if is_shared || own.iter().any(|value| is_bare(value)) {
            format!("{label}={{{{{label}}}}}")
        } else {
            format!("{{{{{label}}}}}")
        }
    });
    let parts: Vec<String> = named.into_iter().chain(labels).collect();
    parts.join(" ")
}

/// Returns the values of a closed label.
fn closed_values(metric: &MetricDescriptor, label: &str) -> &'static [&'static str] {
    let mut labels = metric.labels.iter();
    match labels.find(|declared| declared.name == label) {
        Some(LabelDescriptor {
            values: LabelValues::Closed(values),
            ..
        }) => values,
        _ => &[],
    }
}

/// Whether a value means nothing without the name of its label: `true`, `404`.
fn is_bare(value: &str) -> bool {
    BARE.contains(&value) || value.bytes().all(|byte| byte.is_ascii_digit())
}
