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
mod ending;
mod error_outcome;
mod event;
mod future;
mod guard;
mod held_stream;
mod inside;
mod judged;
mod outcome;
mod run;
mod running;
mod site;
mod span;
mod stream;
mod timed;
mod word;

pub use classify::{Anything, Classify, Plain, classify, judge, judge_option};
pub use ending::{AtEnd, Ending, GoesOn};
pub use error_outcome::ErrorOutcome;
pub use event::{fallback, retry};
pub use future::{Wrap, pin, wrap, wrap_on};
use guard::start_here;
pub use guard::{Guard, start};
pub use held_stream::{HoldsStream, held_stream};
pub use inside::Inside;
pub use judged::Judged;
pub use outcome::{Outcome, Verdict};
pub use run::{entered, run, run_on};
pub use running::{Running, begin};
pub use site::{Site, Staged, Text, any, at, checked, literal, ready, staged};
pub use span::{
    FieldValue, Link, Opened, Outer, Parent, SpanSite, TypeName, check_field, debugged, displayed,
    linked, open, opens, parent, value,
};
pub use stream::{Call, Streamed, call, stream, streamed};
pub use timed::{ByValue, Timed, time, time_as, time_async, time_async_as};
pub use word::{Word, judge_option_by_word, word};

use crate::{
    label::LabelDescriptor,
    metric::{Metric, Own, Storage},
};

/// A stage of a catalog.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a stage",
    label = "not a stage",
    note = "declare a stage with `#[stage(..)]` on a histogram; the catalog generates it in the module of `stages = ..`"
)]
pub trait Stage: Sized {
    /// Its name, which is the name of its spans.
    const NAME: &'static str;

    /// Itself.
    #[doc(hidden)]
    type Checked: Stage + From<Self>;

    /// The labels of the metrics that record each call's end: duration and requests.
    #[doc(hidden)]
    const ENDINGS: [&'static [LabelDescriptor]; 2];

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
        self.storage().own()
    }

    #[inline]
    fn storage(&self) -> &'static Storage {
        self.duration.metric.parts.storage
    }
}

/// Rows of a stage's metrics, small enough to go along with every call.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    pub duration: Row,
    pub requests: Row,
    pub errors: Row,
    pub in_flight: Row,
    pub retries: Row,
    pub fallbacks: Row,
    pub first_item: Row,
    pub between_items: Row,
    pub items: Row,
}

/// The row of a metric, but for the outcome.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Row(i32);

impl Rows {
    const FIRST: Self = Self {
        duration: Row::FIRST,
        requests: Row::FIRST,
        errors: Row::FIRST,
        in_flight: Row::FIRST,
        retries: Row::FIRST,
        fallbacks: Row::FIRST,
        first_item: Row::FIRST,
        between_items: Row::FIRST,
        items: Row::FIRST,
    };
}

impl Row {
    pub const FIRST: Self = Self(0);

    /// The row of this number. No metric has as many rows as the last one that there is.
    #[inline]
    #[must_use]
    pub fn new(row: usize) -> Self {
        Self(i32::try_from(row).unwrap_or(i32::MAX))
    }

    #[inline]
    const fn index(self) -> usize {
        self.above(0)
    }

    /// The row this far above.
    #[inline]
    const fn above(self, digit: usize) -> usize {
        digit.wrapping_add_signed(self.0 as isize)
    }

    /// The row so many further on. It may be a negative one that an outcome's digit brings back.
    #[inline]
    const fn moved(self, by: i32) -> Self {
        Self(self.0.wrapping_add(by))
    }
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

    /// The row that a call of this outcome is recorded in.
    #[inline]
    fn row(&self, row: Row, outcome: Outcome) -> usize {
        let digit = self.digits.get(outcome.index());
        row.above(digit.copied().unwrap_or_default())
    }
}
