//! Lookup of the declared series of a key.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use glyph_core::__runtime;
use metrics::Key;

use glyph_core::{
    catalog::{Kind, MetricDescriptor, Registry},
    label::{LabelDescriptor, LabelStride, LabelValues},
    metric::Metric,
};

/// The declared metrics, by each name that a key can have for them.
pub(crate) struct Declared {
    metrics: HashMap<String, Entry>,
    rejections: Rejections,
}

#[derive(Clone)]
struct Entry {
    metric: &'static Metric,
    rejected: Arc<AtomicU64>,
}

/// The number of rejected keys of each metric.
#[derive(Clone, Debug)]
pub(crate) struct Rejections(Arc<[(&'static str, Arc<AtomicU64>)]>);

impl Rejections {
    /// Returns family names and counts.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &AtomicU64)> {
        self.0.iter().map(|(metric, keys)| (*metric, &**keys))
    }
}

/// The series of a declared key.
pub(crate) struct DeclaredSeries {
    pub(crate) metric: &'static Metric,
    /// The part of the closed labels in the index of the series.
    closed: usize,
    /// The strides of the open labels, and their values.
    open: Vec<(LabelStride, String)>,
}

impl DeclaredSeries {
    /// Returns the index of the series of an observation.
    ///
    /// A handle that is registered and not used takes nothing of the limits of open labels, so each
    /// observation looks its values up.
    pub(super) fn series(&self) -> usize {
        let offsets = self.open.iter().filter_map(|(stride, value)| {
            let (index, max) = stride.open()?;
            let values = self.metric.open().get(index)?;
            Some(values.digit(value, max) * stride.stride())
        });
        self.closed + offsets.sum::<usize>()
    }
}

/// The reason why a key with a declared name was rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Rejection {
    #[error("the metric is declared as a {0:?}")]
    Kind(Kind),
    #[error("label `{0}` is missing")]
    Missing(&'static str),
    #[error("the metric has no label `{0}`")]
    Unknown(String),
    #[error("label `{label}` has no value {value:?}")]
    Value { label: &'static str, value: String },
}

impl Declared {
    pub(crate) fn new(registry: &Registry) -> Self {
        let mut metrics = HashMap::new();
        let mut rejections = Vec::new();
        let mut exposed = Vec::new();
        for &(metric, view) in __runtime::declared(registry) {
            let entry = Entry {
                metric,
                rejected: Arc::default(),
            };
            let view = view.map(|view| view.descriptor());
            let name = view.unwrap_or(metric.descriptor()).name;
            rejections.push((name, Arc::clone(&entry.rejected)));
            insert(&mut metrics, metric.descriptor(), &entry);
            exposed.extend(view.map(|view| (view, entry)));
        }
        // Of two metrics with a name, the one that is exposed under it gets the key.
        for (view, entry) in exposed {
            insert(&mut metrics, view, &entry);
        }
        Self {
            metrics,
            rejections: Rejections(rejections.into()),
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.metrics.contains_key(name)
    }

    pub(super) fn rejections(&self) -> Rejections {
        self.rejections.clone()
    }

    /// Returns the series of a declared key. `None` if no catalog declares its name.
    pub(crate) fn series(
        &self,
        key: &Key,
        kind: Kind,
    ) -> Option<Result<DeclaredSeries, Rejection>> {
        let entry = self.metrics.get(key.name())?;
        let series = series_of(entry.metric, key, kind);
        if let Err(reason) = &series
            && entry.rejected.fetch_add(1, Relaxed) == 0
        {
            tracing::warn!(
                metric = key.name(),
                %reason,
                "`metrics` key rejected: it does not fit the declared metric"
            );
        }
        Some(series)
    }
}

/// Adds the names that a key of a metric can have.
fn insert(metrics: &mut HashMap<String, Entry>, names: &MetricDescriptor, entry: &Entry) {
    if names.kind == Kind::Counter {
        metrics.insert(format!("{}_total", names.name), entry.clone());
    }
    metrics.insert(names.otel_name.to_owned(), entry.clone());
    metrics.insert(names.name.to_owned(), entry.clone());
}

fn series_of(metric: &'static Metric, key: &Key, kind: Kind) -> Result<DeclaredSeries, Rejection> {
    let descriptor = metric.descriptor();
    if descriptor.kind != kind {
        return Err(Rejection::Kind(descriptor.kind));
    }
    let labels = descriptor.labels;
    if let Some(unknown) = key
        .labels()
        .find(|given| labels.iter().all(|label| label.name != given.key()))
    {
        return Err(Rejection::Unknown(unknown.key().to_owned()));
    }
    let mut series = DeclaredSeries {
        metric,
        closed: 0,
        open: Vec::new(),
    };
    for (label, stride) in labels.iter().zip(metric.strides()) {
        let given = key.labels().find(|given| given.key() == label.name);
        let value = given.ok_or(Rejection::Missing(label.name))?.value();
        match label.values {
            LabelValues::Open { .. } => {
                let value = __runtime::sanitized(value).into_owned();
                series.open.push((*stride, value));
            }
            LabelValues::Closed(values) => {
                series.closed += digit(label, values, value)? * stride.stride();
            }
        }
    }
    Ok(series)
}

fn digit(label: &LabelDescriptor, values: &[&str], value: &str) -> Result<usize, Rejection> {
    let found = values.iter().position(|known| *known == value);
    found.ok_or_else(|| Rejection::Value {
        label: label.name,
        value: value.chars().take(64).collect(),
    })
}
