//! The macros, whose expansions name this crate. `glyph-core` documents them in full.

/// Makes an enum or a type of strings or numbers a label.
///
/// See [`glyph_core::Label`](macro@glyph_core::Label) for the attributes and their errors.
///
/// ```
/// use glyph_runtime::Label;
///
/// #[derive(Label, Clone, Copy, Debug)]
/// enum Provider {
///     Deepgram,
///     #[label(name = "eleven_labs")]
///     Elevenlabs,
/// }
/// ```
pub use glyph_macros::Label;

/// Makes a struct a set of labels.
///
/// See [`glyph_core::LabelSet`](macro@glyph_core::LabelSet) for the attributes and their errors.
///
/// ```
/// use glyph_runtime::{LabelSet, Status};
///
/// #[derive(LabelSet)]
/// struct ToolCall<'a> {
///     #[label(max = 128)]
///     tool: &'a str,
///     status: Status,
/// }
/// ```
pub use glyph_macros::LabelSet;

/// Gives each variant of an error its outcome and its `error.type`.
///
/// See [`glyph_core::Outcome`](macro@glyph_core::Outcome) for the attributes and their errors.
///
/// ```
/// use glyph_runtime::Outcome;
///
/// #[derive(Outcome)]
/// enum SttError {
///     #[outcome(timeout)]
///     DeadlineExceeded,
///     Refused { status: u16 },
/// }
/// ```
pub use glyph_macros::Outcome;

/// Records each call of a function as one call of a stage.
///
/// See [`glyph_core::instrument_stage`](macro@glyph_core::instrument_stage) for the arguments, the
/// forms of functions and the errors.
///
/// ```
/// use glyph_runtime::{Histogram, instrument_stage, metric_catalog};
///
/// #[metric_catalog(namespace = "doc_runtime_stage", stages = stage)]
/// pub struct Metrics {
///     /// Duration of a lookup.
///     #[metric(unit = seconds, buckets = [1ms, 10ms, 100ms])]
///     #[stage(lookup)]
///     pub lookup_duration: Histogram,
/// }
///
/// #[instrument_stage(stage::lookup)]
/// fn look_up(key: &str) -> Option<usize> {
///     key.find('x')
/// }
/// # fn main() {
/// look_up("xyz");
/// assert_eq!(Metrics::global().lookup_duration.snapshot().count(), 1);
/// # }
/// ```
pub use glyph_macros::instrument_stage;

/// Puts stages on the methods of an `impl` block or a trait.
///
/// See [`glyph_core::instrument_stages`](macro@glyph_core::instrument_stages) for the arguments and
/// the errors.
pub use glyph_macros::instrument_stages;

/// Declares the metrics of a program as a struct.
///
/// See [`glyph_core::metric_catalog`](macro@glyph_core::metric_catalog) for the attributes, the
/// names, the units and the errors.
///
/// ```
/// use glyph_runtime::{Counter, metric_catalog};
///
/// #[metric_catalog(namespace = "doc_runtime_catalog")]
/// pub struct Metrics {
///     /// Jobs that were started.
///     pub jobs: Counter,
/// }
/// # fn main() {
/// Metrics::global().jobs.inc();
/// assert_eq!(Metrics::global().jobs.value(), 1);
/// # }
/// ```
pub use glyph_macros::metric_catalog;
