//! The macros, documented where their examples compile. `stages` has those for functions.

mod metric_catalog;
mod stages;

pub use metric_catalog::metric_catalog;
pub use stages::{instrument_stage, instrument_stages};

/// Makes an enum without fields a closed label: its variants are the label values.
///
/// The value of a variant is its name in snake case: `HttpRequest` is `http_request`.
///
/// | attribute | on | meaning |
/// |---|---|---|
/// | `#[label(name = "..")]` | a variant | its value |
/// | `#[label(rename_all = "..")]` | the enum | the style of the values: `snake_case`, `kebab-case`, `lowercase`, `UPPERCASE` or `SCREAMING_SNAKE_CASE`. Default: `snake_case` |
/// | `#[label(outcome)]` | the enum | the label is an outcome label, see below |
/// | `#[label(outcome(timeout, cancelled))]` | a variant of an outcome label | the outcomes that have this value |
/// | `#[label(never)]` | a type of any form | the type cannot be a label, see below |
/// | `#[label(name = "..")]` | the enum | the name of the label in metrics with no other, and in errors. Default: the name of the enum in snake case |
/// | `#[label(serde)]` | the enum | implements serde's `Serialize` and `Deserialize`; needs the feature `serde` |
/// | `#[label(skip(Display, FromStr, TryFrom))]` | the enum | leaves these traits to you |
/// | `#[label(not_secret)]` | the enum | the values are public, although the name of the label is that of a secret |
/// | `#[label(crate = path)]` | the enum | the path of this crate, if it has another name |
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::Label;
///
/// #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
/// pub enum Provider {
///     Deepgram,
///     #[label(name = "openai")]
///     OpenAi,
/// }
///
/// assert_eq!(Provider::VALUES, Some(["deepgram", "openai"].as_slice()));
/// ```
///
/// # Conversions
///
/// The enum also implements `Display`, `FromStr` and `TryFrom<&str>`, each with the values of the label.
/// The error is [`ParseLabelError`](crate::label::ParseLabelError), which has the nearest value and the
/// allowed ones.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// # use glyph_runtime::Label;
/// # #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
/// # pub enum Provider {
/// #     Deepgram,
/// # }
/// assert_eq!("deepgram".parse(), Ok(Provider::Deepgram));
/// assert_eq!(Provider::Deepgram.to_string(), "deepgram");
/// ```
///
/// # Metrics with one label
///
/// The enum is also a [`LabelSet`](trait@crate::LabelSet), for metrics without other labels:
/// `Counter<Provider>`.
///
/// # Outcome labels
///
/// A stage sets a label under `#[label(outcome)]` from the outcome of the call. A variant stands
/// for the [`Outcome`](enum@crate::Outcome) of the same name, or for the outcomes that it lists.
/// The variant `error` has the outcomes that no other variant has, except `cancelled`, which `ok`
/// has. A variant without an outcome, such as `Miss`, is for `none = "miss"` in
/// [`macro@crate::instrument_stage`]. [`CallStatus`](crate::CallStatus) has a variant for each
/// outcome.
///
/// The error counter of a stage agrees with the label: it counts an outcome whose variant stands for
/// an error, a timeout or a panic.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::Label;
///
/// #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
/// #[label(outcome)]
/// pub enum Lookup {
///     #[label(name = "hit")]
///     Ok,
///     Error,
///     Timeout,
///     Miss,
/// }
///
/// assert_eq!(Lookup::VALUES, Some(["hit", "error", "timeout", "miss"].as_slice()));
/// assert_eq!(Lookup::OUTCOMES, Some([0, 1, 2, 0, 1]));
/// ```
///
/// # Types that cannot be labels
///
/// A type under `#[label(never)]` can be in `fields(..)` of spans, in log lines and in metadata. A
/// label set, a stage or a scope with such a label does not compile.
///
/// ```compile_fail
/// # use glyph_core as glyph_runtime;
/// # use glyph_runtime::{Label, LabelSet};
/// #[derive(Label, Clone, Debug)]
/// #[label(never)]
/// pub struct OrgId(String);
///
/// #[derive(LabelSet)]
/// pub struct Request {
///     #[label(max = 1000)]
///     pub org: OrgId,
/// }
/// ```
///
/// # Errors
///
/// An item that is not an enum without fields does not compile. Neither do two variants with the
/// same value:
///
/// ```compile_fail
/// # use glyph_core as glyph_runtime;
/// # use glyph_runtime::Label;
/// #[derive(Label)]
/// pub enum Provider {
///     Deepgram,
///     #[label(name = "deepgram")]
///     Other,
/// }
/// ```
pub use glyph_macros::CoreLabel as Label;

/// Makes a struct with named fields a label set: each field is a label of the metric.
///
/// The type of a field is a [`Label`](trait@crate::Label). Strings and integers are open labels and
/// need a limit: the first `max` values get separate series, all later values share `other`. A
/// struct can borrow the values of open labels with one lifetime.
///
/// | attribute | on | meaning |
/// |---|---|---|
/// | `#[label(max = 128)]` | a field with an open type | the limit of distinct values |
/// | `#[label(name = "..")]` | a field | the label name. Default: the name of the field |
/// | `#[label(not_secret)]` | a field | the values are public, although the name is that of a secret |
/// | `#[label(crate = path)]` | the struct | the path of this crate, if it has another name |
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{LabelSet, Status};
///
/// #[derive(LabelSet)]
/// pub struct ToolCall<'a> {
///     #[label(max = 128)]
///     pub tool: &'a str,
///     pub status: Status,
/// }
/// ```
///
/// # Errors
///
/// A label name that Prometheus reserves does not compile. Neither does an open label without a
/// limit:
///
/// ```compile_fail
/// # use glyph_core as glyph_runtime;
/// # use glyph_runtime::LabelSet;
/// #[derive(LabelSet)]
/// pub struct ToolCall<'a> {
///     pub tool: &'a str,
/// }
/// ```
///
/// Nor does the name of a secret without `not_secret`, such as `user_password`, `apiKey` or
/// `github_token`. Label values are public: they are on `/metrics` and in every dashboard.
///
/// ```compile_fail
/// # use glyph_core as glyph_runtime;
/// # use glyph_runtime::LabelSet;
/// #[derive(LabelSet)]
/// pub struct Login<'a> {
///     #[label(max = 128)]
///     pub user_password: &'a str,
/// }
/// ```
pub use glyph_macros::CoreLabelSet as LabelSet;

/// Implements [`ErrorOutcome`] for an error type: the outcome and the error type of a failed call.
///
/// The outcome of a variant is [`error`](crate::Outcome::Error), unless it has an attribute. The
/// error type is the name of the variant in snake case. It becomes the attribute `error.type` of
/// the span (OpenTelemetry semantic conventions, "Recording errors").
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Outcome, stage::ErrorOutcome};
///
/// #[derive(Outcome, Debug)]
/// pub enum SttError {
///     #[outcome(timeout)]
///     DeadlineExceeded,
///     #[outcome(cancelled)]
///     CallerLeft,
///     #[outcome(ok)]
///     Silence,
///     #[outcome(from)]
///     Connection(std::io::Error),
///     Refused { status: u16 },
/// }
///
/// assert_eq!(SttError::DeadlineExceeded.outcome(), Outcome::Timeout);
/// assert_eq!(SttError::DeadlineExceeded.error_type(), "deadline_exceeded");
/// assert_eq!(SttError::Refused { status: 503 }.outcome(), Outcome::Error);
/// let late = std::io::ErrorKind::TimedOut.into();
/// assert_eq!(SttError::Connection(late).outcome(), Outcome::Timeout);
/// ```
///
/// | `#[outcome(..)]` | on | meaning |
/// |---|---|---|
/// | `error`, `timeout`, `cancelled`, `ok` | a variant, or a struct | the outcome of a call that returns this error |
/// | `from` | a variant, or a struct, with one field | the outcome and the error type are those of the field |
/// | `crate = path` | the enum or the struct | the path of this crate, if it has another name |
///
/// These read the outcome: [`macro@crate::instrument_stage`] on a function that returns a `Result`
/// with the error, [`Running::fail`](crate::stage::Running::fail), and the `time` methods of a
/// stage.
///
/// # Errors
///
/// An attribute that is not an outcome of an error does not compile:
///
/// ```compile_fail
/// # use glyph_core as glyph_runtime;
/// # use glyph_runtime::Outcome;
/// #[derive(Outcome)]
/// pub enum SttError {
///     #[outcome(panicked)]
///     Broken,
/// }
/// ```
///
/// [`ErrorOutcome`]: crate::stage::ErrorOutcome
pub use glyph_macros::CoreOutcome as Outcome;
