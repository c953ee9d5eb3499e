//! Stages: the parts of a program that are worth a span and a histogram.
//!
//! A catalog declares a stage with `#[stage(..)]` and generates a struct for it, whose fields are the
//! labels that it asks for. `#[instrument_stage]` puts it on a function; on a block it is put by the struct's methods:
//!
//! | method | the call is | it ends |
//! |---|---|---|
//! | `start()` | what happens up to the end of the [`Running`] that it gives | as you say |
//! | `time(closure)`, `time_async(future)` | the closure or future | as the [`Judged`] value says that it gives |
//! | `time_as(judge, closure)`, `time_async_as(judge, future)` | the closure or future | as `judge` says of the value |
//!
//! ```
//! use glyph_runtime::{Counter, Histogram, Label, LabelSet, Outcome, Status, metric_catalog};
//!
//! #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
//! pub enum Provider { Deepgram, Elevenlabs }
//!
//! #[derive(LabelSet)]
//! pub struct ProviderRequest {
//!     pub provider: Provider,
//!     pub status: Status,
//! }
//!
//! #[metric_catalog(namespace = "doc_blocks", stages = stage)]
//! pub struct Metrics {
//!     /// Latency of transcription.
//!     #[metric(unit = seconds, buckets = [10ms, 1s])]
//!     #[stage(stt, requests = requests, labels(provider: Provider))]
//!     pub stt: Histogram,
//!     /// Provider requests.
//!     pub requests: Counter<ProviderRequest>,
//! }
//!
//! # fn main() {
//! let provider = Provider::Deepgram;
//! let heard = stage::stt { provider }.time(|| "7".parse::<u8>());
//! assert_eq!(heard, Ok(7));
//!
//! // What is too much is known here alone.
//! let judge = |size: &usize| if *size > 100 { Outcome::Error } else { Outcome::Ok };
//! assert_eq!(stage::stt { provider }.time_as(judge, || 160), 160);
//!
//! let requests = |status| Metrics::global().requests.value(ProviderRequest { provider, status });
//! assert_eq!((requests(Status::Ok), requests(Status::Error)), (1, 1));
//! # }
//! ```

mod classify;
mod error_outcome;
mod event;
mod future;
mod guard;
mod inside;
mod judged;
mod outcome;
mod run;
mod running;
mod site;
mod span;
mod stream;
mod timed;

pub use classify::{Anything, Classify, Plain, classify, judge, judge_option};
pub use error_outcome::ErrorOutcome;
pub use event::{fallback, retry};
pub use future::{Wrap, pin, wrap};
use guard::start_here;
pub use guard::{Guard, start};
pub use inside::Inside;
pub use judged::Judged;
pub use outcome::{Outcome, Verdict};
pub use run::{entered, run};
pub use running::{Running, begin};
pub use site::{Site, Staged, Text, any, at, checked, literal, ready, staged};
pub use span::{
    FieldValue, Function, Link, Parent, SpanSite, check_field, debugged, displayed, field_names,
    linked, open, opens, parent, value,
};
pub use stream::{Call, Streamed, call, stream};
pub use timed::{ByValue, Timed, time, time_as, time_async, time_async_as};

use crate::metric::{Metric, Own};

/// A stage of a catalog.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a stage",
    label = "a stage is declared in a catalog, by `#[stage(..)]` on a histogram",
    note = "the catalog puts it into the module that `stages = ..` names"
)]
pub trait Stage: Sized {
    /// Its name, which is the name of its spans.
    const NAME: &'static str;

    /// Itself.
    #[doc(hidden)]
    type Checked: Stage + From<Self>;

    /// The metrics that it binds.
    #[doc(hidden)]
    fn cells() -> &'static StageCells;

    /// The rows of those metrics, but for the outcome.
    #[doc(hidden)]
    fn rows(&self) -> Rows;

    /// The names of its labels, asked for and given.
    #[doc(hidden)]
    const LABELS: &'static [&'static str];

    /// Where spans of calls from blocks are opened.
    #[doc(hidden)]
    fn span_site() -> &'static SpanSite;

    /// Lends the labels' values, in the order of their names.
    #[doc(hidden)]
    fn label_values(&self, read: &mut dyn FnMut(&[FieldValue<'_>]));
}

/// The metrics of a stage.
#[doc(hidden)]
#[derive(Debug)]
pub struct StageCells {
    pub duration: Bound,
    pub requests: Option<Bound>,
    pub errors: Option<Bound>,
    pub in_flight: Option<Bound>,
    pub retries: Option<Bound>,
    pub fallbacks: Option<Bound>,
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
    pub retries: usize,
    pub fallbacks: usize,
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

    #[cfg(feature = "testing")]
    pub(crate) const fn metric(&self) -> &'static Metric {
        self.metric
    }

    #[inline]
    fn digit(&self, outcome: Outcome) -> usize {
        self.digits
            .get(outcome.index())
            .copied()
            .unwrap_or_default()
    }
}
