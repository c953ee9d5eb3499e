//! Which keys a catalog declares, and which row one stands for.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use metrics::Key;

use crate::{
    catalog::{Kind, Registry},
    label::{LabelDescriptor, LabelStride, LabelValues},
    metric::Metric,
};
use glyph_core::__runtime;

/// The declared metrics under every name that a key may call them by.
pub(crate) struct Declared {
    metrics: HashMap<String, Entry>,
    refusals: Refusals,
}

#[derive(Clone)]
struct Entry {
    metric: &'static Metric,
    refused: Arc<AtomicU64>,
}

/// How many keys of each metric were refused, by family name.
pub(crate) type Refusals = Arc<[(&'static str, Arc<AtomicU64>)]>;

/// A row that a key stands for.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) metric: &'static Metric,
    pub(crate) row: usize,
}

/// Why a key of a declared name has no row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("it is declared as a {0:?}")]
    Kind(Kind),
    #[error("label `{0}` is missing")]
    Missing(&'static str),
    #[error("it has no label `{0}`")]
    Unknown(String),
    #[error("label `{label}` has no value {value:?}")]
    Value { label: &'static str, value: String },
}

impl Declared {
    pub(crate) fn new(registry: &Registry) -> Self {
        let mut metrics = HashMap::new();
        let mut refusals = Vec::new();
        for &metric in __runtime::metrics(registry) {
            let descriptor = metric.descriptor();
            let entry = Entry {
                metric,
                refused: Arc::default(),
            };
            refusals.push((descriptor.name, Arc::clone(&entry.refused)));
            if descriptor.kind == Kind::Counter {
                metrics.insert(format!("{}_total", descriptor.name), entry.clone());
            }
            metrics.insert(descriptor.otel_name.to_owned(), entry.clone());
            metrics.insert(descriptor.name.to_owned(), entry);
        }
        Self {
            metrics,
            refusals: refusals.into(),
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.metrics.contains_key(name)
    }

    pub(crate) fn refusals(&self) -> Refusals {
        Arc::clone(&self.refusals)
    }

    /// The row of a declared key; `None` when no catalog declares its name.
    pub(crate) fn row(&self, key: &Key, kind: Kind) -> Option<Result<Row, Refusal>> {
        let entry = self.metrics.get(key.name())?;
        let row = row_of(entry.metric, key, kind);
        if let Err(refusal) = &row
            && entry.refused.fetch_add(1, Relaxed) == 0
        {
            tracing::warn!(metric = key.name(), %refusal, "a key of a declared metric was refused");
        }
        Some(row)
    }
}

fn row_of(metric: &'static Metric, key: &Key, kind: Kind) -> Result<Row, Refusal> {
    let descriptor = metric.descriptor();
    if descriptor.kind != kind {
        return Err(Refusal::Kind(descriptor.kind));
    }
    let labels = descriptor.labels;
    if let Some(unknown) = key
        .labels()
        .find(|given| labels.iter().all(|label| label.name != given.key()))
    {
        return Err(Refusal::Unknown(unknown.key().to_owned()));
    }
    let mut row = 0;
    for (label, place) in labels.iter().zip(metric.strides()) {
        let given = key.labels().find(|given| given.key() == label.name);
        let value = given.ok_or(Refusal::Missing(label.name))?.value();
        row += digit(metric, label, place, value)? * place.stride();
    }
    Ok(Row { metric, row })
}

fn digit(
    metric: &Metric,
    label: &LabelDescriptor,
    place: &LabelStride,
    value: &str,
) -> Result<usize, Refusal> {
    let refusal = || Refusal::Value {
        label: label.name,
        value: value.chars().take(64).collect(),
    };
    match (label.values, place.open()) {
        (LabelValues::Closed(values), _) => values
            .iter()
            .position(|known| *known == value)
            .ok_or_else(refusal),
        (LabelValues::Open { .. }, Some((index, max))) => metric
            .open()
            .get(index)
            .map(|open| open.digit(value, max))
            .ok_or_else(refusal),
        (LabelValues::Open { .. }, None) => Err(refusal()),
    }
}
