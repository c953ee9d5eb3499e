//! The innermost stage that a thread is running.

use std::{borrow::Cow, fmt, marker::PhantomData};

use tracing::{
    Metadata, Value,
    field::{Field, Visit},
};

use super::Link;
use crate::{
    Exemplar,
    span::{self, RecordedValue, RunningStage},
};

/// Returns the innermost stage that this thread is running, to add to its span.
///
/// It is the same for a stage with a span of [`tracing`] and for one with a record, and also in
/// helpers that the stage calls, and inside of spans of `tracing` that the program opens in the stage.
/// `tracing::Span::current()` is another span there.
///
/// | where | the handle is for |
/// |---|---|
/// | in a stage, sampled | this stage |
/// | in a stage, not sampled | this stage: [`record`](CurrentStage::record) sets fields of log lines, and the rest does nothing. Without a log, nothing does anything |
/// | in a stage with `skip_span`, or of a level that no layer wants | the stage around it |
/// | outside of stages, in a task or a thread that a stage has started | nothing: all methods do nothing |
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Histogram, instrument_stage, metric_catalog, stage};
///
/// #[metric_catalog(namespace = "doc_current", stages = stages)]
/// pub struct Metrics {
///     /// Latency of checkouts.
///     #[metric(unit = seconds, buckets = [10ms, 1s])]
///     #[stage(checkout)]
///     pub checkout: Histogram,
/// }
///
/// #[instrument_stage(stages::checkout, fields(items = _))]
/// fn checkout(cart: &[&str]) {
///     price(cart);
/// }
///
/// fn price(cart: &[&str]) {
///     let stage = stage::current();
///     stage.record("items", cart.len());
///     stage.set_attribute("currency", "EUR");
///     stage.add_event("priced", &[("discount", &0.1)]);
/// }
///
/// # fn main() {
/// # #[cfg(feature = "testing")] {
/// let captured = glyph_runtime::testing::capture();
/// checkout(&["sword", "shield"]);
/// assert_eq!(captured.span("checkout").field("items"), Some("2"));
/// # }
/// # }
/// ```
#[must_use]
pub fn current() -> CurrentStage {
    CurrentStage {
        stage: span::innermost(),
        this_thread: PhantomData,
    }
}

/// The innermost stage that a thread is running. See [`current`].
///
/// Its methods do nothing once the thread has left the stage.
#[derive(Debug)]
pub struct CurrentStage {
    stage: Option<RunningStage>,
    /// Another thread is not in the stage.
    this_thread: PhantomData<*const ()>,
}

impl CurrentStage {
    /// Whether this is no stage.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.metadata().is_none()
    }

    /// Sets a field that `fields(..)` of the stage declares, on the span and on log lines. Other names
    /// are ignored, as by `tracing::Span::record`.
    pub fn record(&self, field: &str, value: impl Value) {
        if let Some(stage) = self.stage {
            stage.record(field, Some(&value));
        }
    }

    /// Sets an attribute of the span in OpenTelemetry. It can have any name, and is not in log lines.
    ///
    /// Without glyph-runtime it does nothing.
    pub fn set_attribute(&self, key: impl Into<Cow<'static, str>>, value: impl Value) {
        let (Some(stage), Some(metadata)) = (self.stage, self.metadata()) else {
            return;
        };
        stage.annotate(|span| {
            let mut key = Some(key.into());
            read(metadata, &value, &mut |value| {
                if let Some(key) = key.take() {
                    span.set_attribute(key, value);
                }
            });
        });
    }

    /// Adds an event to the span in OpenTelemetry, also inside of another span. It is no log line.
    ///
    /// Without glyph-runtime it does nothing.
    pub fn add_event(
        &self,
        name: impl Into<Cow<'static, str>>,
        attributes: &[(&'static str, &dyn Value)],
    ) {
        let (Some(stage), Some(metadata)) = (self.stage, self.metadata()) else {
            return;
        };
        stage.annotate(|span| {
            span.add_event(name.into(), &|add| {
                for (key, value) in attributes {
                    read(metadata, *value, &mut |value| add(key, value));
                }
            });
        });
    }

    /// Links the span to another one: what `links` of the attribute takes.
    ///
    /// Without glyph-runtime it does nothing.
    pub fn link(&self, to: impl Link) {
        if let Some(stage) = self.stage {
            stage.annotate(|span| to.add_to_traced(span));
        }
    }

    /// Returns the ids of the trace and the span, for an exemplar or a link. `None` if the stage is
    /// not sampled, and without glyph-runtime.
    #[must_use]
    pub fn exemplar(&self) -> Option<Exemplar> {
        self.stage?.annotate(|span| span.exemplar()).flatten()
    }

    fn metadata(&self) -> Option<&'static Metadata<'static>> {
        self.stage?.metadata()
    }
}

/// Passes a value to `take`. `tracing` shows values only with a field, so it gets one of the stage's.
fn read(
    metadata: &'static Metadata<'static>,
    value: &dyn Value,
    take: &mut dyn FnMut(RecordedValue<'_>),
) {
    if let Some(field) = metadata.fields().iter().next() {
        value.record(&field, &mut Reader(take));
    }
}

struct Reader<'t>(&'t mut dyn FnMut(RecordedValue<'_>));

impl Reader<'_> {
    /// An integer of 64 bits, or its digits.
    fn integer<N: Copy + fmt::Display + TryInto<i64>>(&mut self, value: N) {
        match value.try_into() {
            Ok(value) => (self.0)(RecordedValue::I64(value)),
            Err(_) => (self.0)(RecordedValue::Str(&value.to_string())),
        }
    }
}

impl Visit for Reader<'_> {
    fn record_f64(&mut self, _: &Field, value: f64) {
        (self.0)(RecordedValue::F64(value));
    }

    fn record_i64(&mut self, _: &Field, value: i64) {
        self.integer(value);
    }

    fn record_u64(&mut self, _: &Field, value: u64) {
        self.integer(value);
    }

    fn record_i128(&mut self, _: &Field, value: i128) {
        self.integer(value);
    }

    fn record_u128(&mut self, _: &Field, value: u128) {
        self.integer(value);
    }

    fn record_bool(&mut self, _: &Field, value: bool) {
        (self.0)(RecordedValue::Bool(value));
    }

    fn record_str(&mut self, _: &Field, value: &str) {
        (self.0)(RecordedValue::Str(value));
    }

    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        (self.0)(RecordedValue::Str(&format!("{value:?}")));
    }
}
