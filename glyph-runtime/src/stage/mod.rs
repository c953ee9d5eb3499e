//! Stages: the parts of a program that are worth a span and a histogram.
//!
//! A catalog declares a stage with `#[stage(..)]` and generates a struct for it, whose fields are the
//! labels that it asks for. `#[instrument_stage]` puts it on a function.

mod classify;
mod future;
mod guard;
mod outcome;
mod run;
mod site;
mod stream;

pub use classify::{Anything, Classify};
pub use future::{Wrap, pin, wrap};
pub use guard::{Guard, start};
pub use outcome::{Outcome, Verdict};
pub use run::{entered, run};
pub use site::{any, at, checked, literal};
pub use stream::{Call, Streamed, call, stream};

use tracing::Span;

use crate::{
    Label,
    metric::{Metric, Own},
};

/// A stage of a catalog.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a stage",
    label = "a stage is declared in a catalog, by `#[stage(..)]` on a histogram",
    note = "the catalog puts it into the module that `stages = ..` names"
)]
pub trait Stage {
    /// Its name, which is the name of its spans.
    const NAME: &'static str;

    /// The metrics that it binds.
    #[doc(hidden)]
    fn cells() -> &'static StageCells;

    /// The rows of those metrics, but for the outcome.
    #[doc(hidden)]
    fn rows(&self) -> Rows;

    /// Writes the labels onto the span.
    #[doc(hidden)]
    fn describe(&self, span: &Span);
}

/// The metrics of a stage.
#[doc(hidden)]
#[derive(Debug)]
pub struct StageCells {
    pub duration: Bound,
    pub requests: Option<Bound>,
    pub errors: Option<Bound>,
    pub in_flight: Option<Bound>,
    pub first_item: Option<Bound>,
    pub between_items: Option<Bound>,
    pub items: Option<Bound>,
}

impl StageCells {
    /// All metrics of a stage are of one catalog, whose cells are looked up once.
    #[inline]
    fn own(&self) -> Own {
        self.duration.metric.parts.storage.own()
    }
}

/// Rows of a stage's metrics.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Rows {
    pub duration: usize,
    pub requests: usize,
    pub errors: usize,
    pub in_flight: usize,
    pub first_item: usize,
    pub between_items: usize,
    pub items: usize,
}

/// A metric that a stage binds, and what an outcome adds to its row.
#[doc(hidden)]
#[derive(Debug)]
pub struct Bound {
    metric: &'static Metric,
    digits: [usize; 5],
}

impl Bound {
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated in statics, and every index is compared with a length first"
    )]
    pub const fn new(metric: &'static Metric) -> Self {
        let labels = metric.parts.descriptor.labels;
        let mut digits = [0; 5];
        let mut index = 0;
        while index < labels.len() {
            if let Some(outcomes) = labels[index].outcomes {
                let mut outcome = 0;
                while outcome < digits.len() {
                    digits[outcome] += outcomes[outcome] * metric.parts.places[index].stride;
                    outcome += 1;
                }
            }
            index += 1;
        }
        Self { metric, digits }
    }

    #[inline]
    fn digit(&self, outcome: Outcome) -> usize {
        self.digits
            .get(outcome.index())
            .copied()
            .unwrap_or_default()
    }
}

/// Writes one label onto a span.
#[doc(hidden)]
pub fn describe<T: Label>(span: &Span, name: &str, value: &T) {
    value.with_text(|text| {
        span.record(name, text);
    });
}
