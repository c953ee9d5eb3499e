//! Stages: operations of a program with a span and a histogram.
//!
//! A catalog declares a stage with `#[stage(..)]` and generates a struct for it. The fields of the
//! struct are the labels that callers set. `#[instrument_stage]` measures a function as a stage.
//! The methods of the struct measure a block:
//!
//! | method | the call is | its outcome |
//! |---|---|---|
//! | `start()` | everything until the returned [`Running`] ends | set by the caller |
//! | `time(closure)`, `time_async(future)` | the closure or future | that of the returned [`ValueOutcome`] |
//! | `time_as(outcome_of, closure)`, `time_async_as(outcome_of, future)` | the closure or future | `outcome_of(&value)` |
//!
//! A block whose stage has `end_labels(..)` sets them with a method for each, such as
//! `running.set_cache(Cache::Hit)`.
//!
//! [`current`] returns the stage that the thread is running, to add to its span.
//!
//! ```
//! # use glyph_core as glyph_runtime;
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
//! // Only this code knows which size is too large.
//! let outcome_of = |size: &usize| if *size > 100 { Outcome::Error } else { Outcome::Ok };
//! assert_eq!(stage::stt { provider }.time_as(outcome_of, || 160), 160);
//!
//! let requests = |status| Metrics::global().requests.value(ProviderRequest { provider, status });
//! assert_eq!((requests(Status::Ok), requests(Status::Error)), (1, 1));
//! # }
//! ```

mod call_result;
mod call_site;
mod classify;
mod current;
mod description;
mod end_labels;
mod error_outcome;
mod event;
mod failures;
mod future;
mod guard;
mod labelled;
mod labelled_running;
mod late;
mod late_texts;
mod opening;
mod outcome;
mod record;
mod returned;
mod roles;
mod run;
mod running;
mod shown_error;
mod span_guard;
mod status_offset;
mod stream;
mod stream_of;
mod timed;
mod value_outcome;
mod wrapped_stream;

pub use call_result::{AtEnd, Continues, IntoCallResult, error_type};
pub use call_site::{
    CallSite, LiteralValue, Staged, any, at, check_literal, checked, literal, ready, staged, unread,
};
pub use classify::{Anything, Classify, Plain, classify, outcome_by};
pub use current::{CurrentStage, current};
pub use description::{Described, Description, described, description};
pub use end_labels::{
    EndLabels, EndLabelsOf, EndLabelsOfStage, EndValue, ReadEndValues, StageWithoutEndLabels,
    declared, declared_labels, set_label, settle,
};
pub use error_outcome::ErrorOutcome;
pub use event::{fallback, retry};
pub use failures::Failures;
pub use future::{Wrap, pin, wrap, wrap_on};
use guard::start_here;
pub use guard::{Guard, start};
pub use labelled::{LabelledEnd, labelled, run_labelled, start_labelled, wrap_labelled};
pub use labelled_running::LabelledRunning;
pub use late::LateLabels;
pub use opening::{link, open, opens};
pub use outcome::{CallResult, Outcome};
pub use returned::{Returned, ReturnedOption, ReturnedResult, returned};
pub use roles::{BoundMetric, SeriesIndex, StageCells, StageSeries};
pub use run::{entered, run, run_on};
pub use running::{InRunning, Running, begin};
pub use shown_error::{AnError, AsError, AsSharedError, AsText, ShownError, an_error};
pub use span_guard::CallGuard;
pub use status_offset::{StatusOffset, check_status, status_offset};
pub use stream::{Call, Streamed, call, stream, streamed};
pub use stream_of::{
    StreamOf, later_stream_of, later_wrapped_stream_of, stream_of, wrapped_stream_of,
};
pub use timed::{ByValue, Timed, TimedBody, time, time_as, time_async, time_async_as};
pub use value_outcome::ValueOutcome;
pub use wrapped_stream::{WrapsStream, wrapped_stream};

use crate::label::{LabelDescriptor, LabelText};
use crate::span::{FieldValue, OpenSpan, SpanCallsite};
pub use crate::span::{IntoParent, Link};

/// A stage of a catalog.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a stage",
    label = "not a stage",
    note = "declare a stage with `#[stage(..)]` on a histogram; the catalog generates it in the module of `stages = ..`"
)]
pub trait Stage: Sized {
    /// The name of the stage and of its spans.
    const NAME: &'static str;

    /// `Self`, once its `Stage` bound is checked.
    #[doc(hidden)]
    type Checked: Stage + From<Self>;

    /// The labels that are known at the end of a call.
    #[doc(hidden)]
    type EndLabels: EndLabels;

    /// Whether its declaration has no error. Otherwise metrics or labels may be missing.
    #[doc(hidden)]
    const IS_WHOLE: bool = true;

    /// The labels of the two metrics that can have a status without an outcome: duration and
    /// requests.
    #[doc(hidden)]
    const STATUS_LABELS: [&'static [LabelDescriptor]; 2];

    /// The metrics that the stage records into.
    #[doc(hidden)]
    fn cells() -> &'static StageCells;

    /// Whether a metric that every call feeds has an open label.
    #[doc(hidden)]
    const HAS_OPEN: bool;

    /// The open labels of the metrics that some calls feed.
    #[doc(hidden)]
    const LATE: LateLabels;

    /// Returns the series of the metrics, without the outcome and, before the call has begun, without
    /// open labels.
    #[doc(hidden)]
    fn series(&self, begun: bool) -> StageSeries;

    /// The names of the labels: those that callers set, and those that the catalog sets.
    #[doc(hidden)]
    const LABELS: &'static [&'static str];

    /// The callsite of spans of blocks.
    #[doc(hidden)]
    fn span_callsite() -> &'static SpanCallsite;

    /// Calls `read` with the values of the labels and their texts, in the order of their names.
    #[doc(hidden)]
    fn label_values(&self, read: &mut dyn FnMut(&[FieldValue<'_>], &[LabelText<'_>]));
}
