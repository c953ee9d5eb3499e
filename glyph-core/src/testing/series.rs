//! The sum of some series of a metric.

use std::{any::type_name, fmt::Write, marker::PhantomData, sync::Arc, time::Duration};

use super::Capture;
use crate::{
    label::{Label, LabelDescriptor, LabelStride, LabelValues},
    live::read_functions,
    metric::{Counter, Exemplar, Gauge, Histogram, HistogramSnapshot, Metric, ReadTarget},
};

/// The time that functions have which a metric is read from. Longer than in a program, since a test
/// fails where an exporter has an old value.
const FUNCTIONS: Duration = Duration::from_secs(10);

/// The series of one metric in a capture: all of them, or those that [`with`](Self::with) selects.
///
/// `M` is [`Counter`], [`Gauge`] or [`Histogram`]. Values are sums over the series at the moment of
/// the call.
#[derive(Debug)]
#[must_use = "read its value"]
pub struct Series<M> {
    capture: Capture,
    metric: &'static Metric,
    chosen: Vec<Chosen>,
    /// The indices of the selected scope labels, and their values.
    scope: Vec<(usize, String)>,
    kind: PhantomData<fn() -> M>,
}

/// A label and its value.
#[derive(Clone, Debug)]
struct Chosen {
    stride: LabelStride,
    radix: usize,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    Closed(usize),
    /// An open value. Its digit is unknown until it is recorded.
    Open(String),
}

impl<M> Series<M> {
    pub(super) fn new(capture: &Capture, metric: &'static Metric) -> Self {
        Self {
            capture: capture.clone(),
            metric,
            chosen: Vec::new(),
            scope: Vec::new(),
            kind: PhantomData,
        }
    }

    /// Selects the series with this value of the label that has its type.
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// # use glyph_runtime::{Counter, Label, LabelSet, Status, metric_catalog, testing};
    /// # #[derive(LabelSet)]
    /// # pub struct Call<'a> {
    /// #     #[label(max = 8)]
    /// #     pub tool: &'a str,
    /// #     pub status: Status,
    /// # }
    /// # #[metric_catalog(namespace = "doc_series")]
    /// # pub struct Metrics {
    /// #     /// Calls of tools.
    /// #     pub calls: Counter<Call<'_>>,
    /// # }
    /// # fn main() {
    /// let captured = testing::capture();
    /// Metrics::global().calls.inc(Call { tool: "dice", status: Status::Ok });
    /// Metrics::global().calls.inc(Call { tool: "dice", status: Status::Error });
    ///
    /// let calls = captured.counter(&Metrics::global().calls);
    /// assert_eq!(calls.value(), 2);
    /// assert_eq!(calls.with(Status::Error).value(), 1);
    /// assert_eq!(calls.with("dice").with(Status::Ok).value(), 1);
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if no label of the metric has the type, or more than one has.
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values of labels are small, and call sites read better"
    )]
    pub fn with<T: Label>(&self, value: T) -> Self {
        let wanted = type_name::<T>();
        let labels = self.metric.parts.descriptor.labels.iter();
        let mut of_type = labels.filter(|label| (label.type_name)() == wanted);
        match (of_type.next(), of_type.next()) {
            (Some(label), None) => {
                let name = label.name;
                value.with_text(|text| self.choose(name, text))
            }
            (Some(one), Some(other)) => self.reject(&format!(
                "has more than one label of the type `{wanted}`: use `.with_label(\"{}\", ..)` or \
                 `.with_label(\"{}\", ..)`",
                one.name, other.name
            )),
            (None, _) => self.reject(&format!("has no label of the type `{wanted}`")),
        }
    }

    /// Selects the series with this value of the label `label`. The value can be a string. The
    /// label can be a scope label: an empty value selects the series without it.
    ///
    /// # Panics
    ///
    /// Panics if the metric does not have the label, or the label does not have the value.
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values of labels are small, and call sites read better"
    )]
    pub fn with_label<T: Label>(&self, label: &str, value: T) -> Self {
        value.with_text(|text| self.choose(label, text))
    }

    #[track_caller]
    fn choose(&self, name: &str, value: &str) -> Self {
        let parts = self.metric.parts;
        let mut labels = parts.descriptor.labels.iter().zip(parts.strides);
        let Some((label, stride)) = labels.find(|(label, _)| label.name == name) else {
            let Some(index) = self.scope_label(name) else {
                self.reject(&format!("has no label `{name}`"));
            };
            let mut of_scope = self.with_chosen(self.chosen.clone());
            of_scope.scope.push((index, value.to_owned()));
            return of_scope;
        };
        let value = match label.values {
            LabelValues::Open { .. } => Value::Open(value.to_owned()),
            LabelValues::Closed(values) => match values.iter().position(|known| *known == value) {
                Some(digit) => Value::Closed(digit),
                None => self.reject(&format!("has no value `{value}` for label `{name}`")),
            },
        };
        let chosen = Chosen {
            stride: *stride,
            radix: label.radix(),
            value,
        };
        self.with_chosen([self.chosen.as_slice(), &[chosen]].concat())
    }

    fn with_chosen(&self, chosen: Vec<Chosen>) -> Self {
        Self {
            chosen,
            scope: self.scope.clone(),
            ..Self::new(&self.capture, self.metric)
        }
    }

    fn scope_label(&self, name: &str) -> Option<usize> {
        let labels = self.metric.parts.cells.target()?.labels();
        labels.iter().position(|label| label.name == name)
    }

    /// Returns the selected scopes. `None` is outside of scopes.
    fn scopes(&self) -> Vec<Option<Arc<dyn ReadTarget>>> {
        let inside = self.metric.parts.cells.targets_to_read();
        let all = [None].into_iter().chain(inside.into_iter().map(Some));
        all.filter(|scope| self.is_chosen(scope.as_deref()))
            .collect()
    }

    fn is_chosen(&self, scope: Option<&dyn ReadTarget>) -> bool {
        let mut wanted = self.scope.iter();
        wanted.all(|(index, value)| scope.map_or("", |scope| scope.value(*index)) == value)
    }

    /// Returns the digit of a label's value, if it has one yet.
    fn digit(&self, chosen: &Chosen) -> Option<usize> {
        let text = match &chosen.value {
            Value::Closed(digit) => return Some(*digit),
            Value::Open(text) => text,
        };
        let (index, _) = chosen.stride.open?;
        let values = self.metric.parts.open.get(index)?;
        self.capture.recorded.state().of(values).known(text)
    }

    /// Returns the sums of the cells of the selected series.
    fn cells(&self) -> Vec<u64> {
        let mut cells = vec![0; self.metric.values()];
        self.capture.read(|| {
            read_functions(FUNCTIONS);
            for scope in self.scopes() {
                let scope = scope.as_deref();
                let scope = scope.and_then(|scope| self.metric.parts.cells.cells_in(scope));
                for index in self.indices() {
                    self.metric.read_more(scope, index, &mut cells);
                }
            }
        });
        cells
    }

    /// Returns the indices of the selected series.
    fn indices(&self) -> Vec<usize> {
        let digits = self.chosen.iter();
        let digits = digits.map(|chosen| Some((chosen, self.digit(chosen)?)));
        let Some(digits) = digits.collect::<Option<Vec<_>>>() else {
            return Vec::new();
        };
        let is_left = |index: &usize| {
            let mut digits = digits.iter();
            digits.all(|(chosen, digit)| chosen.of_index(*index) == *digit)
        };
        (0..self.metric.series_count).filter(is_left).collect()
    }

    fn cell(&self) -> u64 {
        self.cells().first().copied().unwrap_or_default()
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "an invalid lookup fails the test")]
    fn reject(&self, what: &str) -> ! {
        let descriptor = self.metric.parts.descriptor;
        panic!(
            "metric `{}` {what}; its labels: {}",
            descriptor.name,
            list(descriptor.labels)
        );
    }
}

impl Chosen {
    /// Returns the digit of the label in the index of a series.
    const fn of_index(&self, index: usize) -> usize {
        index / self.stride.stride % self.radix
    }
}

/// Lists labels, such as `provider: voice::Provider` (deepgram, elevenlabs).
fn list(labels: &[LabelDescriptor]) -> String {
    let mut list = String::new();
    for label in labels {
        let separator = if list.is_empty() { "" } else { ", " };
        let _ = write!(list, "{separator}`{}: {}`", label.name, (label.type_name)());
        if let LabelValues::Closed(values) = label.values {
            let _ = write!(list, " ({})", values.join(", "));
        }
    }
    if list.is_empty() {
        list.push_str("none");
    }
    list
}

impl Series<Counter> {
    /// The count, in whole units of the metric.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.cell() / self.metric.step.max(1)
    }
}

impl Series<Gauge> {
    /// The value.
    #[must_use]
    pub fn value(&self) -> f64 {
        f64::from_bits(self.cell())
    }
}

impl Series<Histogram> {
    /// The number of observed values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.snapshot().count()
    }

    /// The sum of the observed values, in the unit of the metric.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.snapshot().sum()
    }

    /// The buckets.
    #[must_use]
    pub fn snapshot(&self) -> HistogramSnapshot {
        HistogramSnapshot::of_cells(self.metric, self.cells())
    }

    /// The exemplars, at most one for each bucket and series.
    #[must_use]
    pub fn exemplars(&self) -> Vec<Exemplar> {
        let buckets = 0..self.metric.buckets();
        let indices = self.indices();
        let of_scope = |scope: Option<Arc<dyn ReadTarget>>| {
            let scope = scope.as_deref();
            let scope = scope.and_then(|scope| self.metric.parts.cells.cells_in(scope));
            let at = |index, bucket| Some(self.metric.exemplar(scope, index, bucket)?.exemplar);
            let of_index = |index: &usize| {
                let index = *index;
                buckets.clone().filter_map(move |bucket| at(index, bucket))
            };
            indices.iter().flat_map(of_index).collect::<Vec<_>>()
        };
        self.capture
            .read(|| self.scopes().into_iter().flat_map(of_scope).collect())
    }
}
