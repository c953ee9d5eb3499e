//! The labels and the kind of the series that an expression returns.

use std::collections::{BTreeMap, BTreeSet};

/// The labels of series, and whether their values only rise.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    labels: BTreeMap<String, LabelShape>,
    /// The labels that a part of the expression removed.
    dropped: BTreeSet<String>,
    /// Whether the series may have other labels too.
    pub(super) is_open: bool,
    /// Whether its other labels can be those of targets only.
    pub(super) has_only_targets: bool,
    /// Whether it is a number and has no series.
    pub(super) is_scalar: bool,
    pub(super) sort: Sort,
}

/// Whether an expression has a label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LabelShape {
    /// The values of a closed label; `None` for an open one.
    pub(super) values: Option<Vec<String>>,
    /// Whether each series has it.
    pub(super) is_certain: bool,
    /// Whether only some scrapes set it. Messages do not suggest it.
    pub(super) is_implied: bool,
}

/// How values change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sort {
    /// They rise until the process restarts.
    Counter,
    /// They are aggregated counters, whose resets cannot be seen.
    Total,
    /// They rise and fall.
    Gauge,
    /// Nothing is known.
    #[default]
    Any,
}

impl Shape {
    /// Returns series of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self {
            is_open: true,
            ..Self::default()
        }
    }

    /// Returns a number.
    pub(super) fn scalar() -> Self {
        Self {
            is_scalar: true,
            ..Self::default()
        }
    }

    pub(super) fn with_sort(self, sort: Sort) -> Self {
        Self { sort, ..self }
    }

    pub(super) fn insert(&mut self, label: &str, shape: LabelShape) {
        self.dropped.remove(label);
        self.labels.insert(label.to_owned(), shape);
    }

    /// Returns whether series can have a label.
    pub(super) fn has(&self, label: &str) -> bool {
        self.is_open || self.declares(label)
    }

    /// Returns whether a label is known.
    pub(super) fn declares(&self, label: &str) -> bool {
        label == "__name__" || self.labels.contains_key(label)
    }

    /// Returns whether a part of the expression removed a label.
    pub(super) fn drops(&self, label: &str) -> bool {
        self.dropped.contains(label)
    }

    pub(super) fn label(&self, label: &str) -> Option<&LabelShape> {
        self.labels.get(label)
    }

    /// Returns the labels that messages suggest.
    pub(super) fn suggestions(&self) -> Vec<&str> {
        let listed = self.labels.iter().filter(|(_, shape)| !shape.is_implied);
        listed.map(|(label, _)| label.as_str()).collect()
    }

    /// Returns the labels that each series here has, and that no series of the other shape has.
    pub(super) fn only_here<'shape>(&'shape self, other: &Self) -> Vec<&'shape str> {
        let certain = self.labels.iter().filter(|(_, shape)| shape.is_certain);
        let labels = certain.map(|(label, _)| label.as_str());
        let is_other =
            |label: &&str| !other.has(label) || (other.has_only_targets && !other.declares(label));
        labels.filter(is_other).collect()
    }

    /// Returns the labels of these that several series differ in: each series has the label, and
    /// more than one value of it is possible.
    pub(super) fn differing<'labels>(&self, labels: &'labels [String]) -> Vec<&'labels str> {
        let differs = |label: &&str| {
            let known = self.labels.get(*label).filter(|known| known.is_certain);
            let values = known.and_then(|known| known.values.as_ref());
            values.is_some_and(|values| values.len() > 1)
        };
        labels.iter().map(String::as_str).filter(differs).collect()
    }

    /// Keeps one value of a label.
    pub(super) fn with_value(&mut self, label: &str, value: &str) {
        if let Some(known) = self.labels.get_mut(label) {
            known.values = Some(vec![value.to_owned()]);
        }
    }

    /// Returns the labels of both shapes.
    pub(super) fn common<'shape>(&'shape self, other: &Self) -> Vec<&'shape str> {
        let labels = self.suggestions().into_iter();
        labels.filter(|label| other.declares(label)).collect()
    }

    /// Keeps these labels, and drops all others.
    pub(super) fn keep(mut self, kept: &[String]) -> Self {
        let is_kept = |label: &String| kept.contains(label);
        for label in kept.iter().filter(|_| self.is_open) {
            self.labels.entry(label.clone()).or_default();
        }
        let (labels, others): (BTreeMap<_, _>, BTreeMap<_, _>) = self
            .labels
            .into_iter()
            .partition(|(label, _)| is_kept(label));
        self.dropped.extend(others.into_keys());
        Self {
            labels,
            is_open: false,
            ..self
        }
    }

    /// Drops these labels.
    pub(super) fn without(mut self, labels: &[String]) -> Self {
        for label in labels {
            if self.labels.remove(label).is_some() {
                self.dropped.insert(label.clone());
            }
        }
        self
    }

    /// Returns the series of both shapes. A label is certain if it is in both.
    pub(super) fn or(self, other: Self) -> Self {
        if self.is_scalar {
            return other;
        }
        let sort = if self.sort == other.sort {
            self.sort
        } else {
            Sort::Any
        };
        let mut labels = self.labels;
        for (name, label) in &mut labels {
            match other.labels.get(name) {
                Some(another) => label.join(another),
                None => label.is_certain = false,
            }
        }
        for (name, label) in other.labels {
            labels.entry(name).or_insert(LabelShape {
                is_certain: false,
                ..label
            });
        }
        let dropped = self.dropped.into_iter().chain(other.dropped);
        Self {
            dropped: dropped
                .filter(|label| !labels.contains_key(label))
                .collect(),
            labels,
            is_open: self.is_open || other.is_open,
            has_only_targets: self.has_only_targets && other.has_only_targets,
            is_scalar: false,
            sort,
        }
    }
}

impl LabelShape {
    fn join(&mut self, other: &Self) {
        self.is_certain &= other.is_certain;
        self.is_implied &= other.is_implied;
        self.values = match (self.values.take(), &other.values) {
            (Some(mut values), Some(others)) => {
                let new = others.iter().filter(|value| !values.contains(value));
                let new: Vec<_> = new.cloned().collect();
                values.extend(new);
                Some(values)
            }
            _ => None,
        };
    }
}
