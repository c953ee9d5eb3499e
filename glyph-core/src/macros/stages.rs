//! The macros that make functions and methods stages.

/// Makes a function a stage: each call is recorded once, whatever way it ends, inside a span of the
/// stage's name.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Counter, Histogram, Label, LabelSet, Status, instrument_stage, metric_catalog};
///
/// #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
/// pub enum Provider { Deepgram, Elevenlabs }
///
/// #[derive(LabelSet)]
/// pub struct ProviderRequest {
///     pub provider: Provider,
///     pub status: Status,
/// }
///
/// #[metric_catalog(namespace = "doc_stage", stages = stage)]
/// pub struct Metrics {
///     /// Latency of transcription.
///     #[metric(unit = seconds, buckets = [10ms, 1s])]
///     #[stage(stt, requests = requests, labels(provider: Provider))]
///     pub stt: Histogram,
///     /// Provider requests.
///     pub requests: Counter<ProviderRequest>,
/// }
///
/// #[instrument_stage(stage::stt, labels(provider = "deepgram"), fields(samples = audio.len()))]
/// fn transcribe(audio: &[i16]) -> Result<String, std::num::ParseIntError> {
///     let first: i16 = "7".parse()?;
///     Ok(format!("{first} of {}", audio.len()))
/// }
///
/// # fn main() {
/// transcribe(&[0; 160]).unwrap();
/// let request = ProviderRequest { provider: Provider::Deepgram, status: Status::Ok };
/// assert_eq!(Metrics::global().requests.value(request), 1);
/// assert_eq!(Metrics::global().stt.snapshot().count(), 1);
/// # }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `stage::stt` | the stage's struct, by its path |
/// | `labels(provider = "deepgram", tool = name)` | a value for each label that the stage asks for: a literal, which is checked when the program is compiled, or an expression; `labels(tool)` is a variable of the label's name |
/// | `fields(session = %session)` | fields of the span alone, as in `tracing`'s macros: `%` for `Display`, `?` for `Debug`, a name alone for a variable, `name = _` for a field that is recorded later |
/// | `outcome = \|result\| ..` | how the call ended, by a reference to what the function gives: a closure or the path of a function, which gives an [`Outcome`](enum@crate::Outcome) |
/// | `none = error` | what it means that the function gives `None`: `error`, `timeout`, `cancelled` or `ok` |
/// | `none = "miss"` | the same, as a value of the stage's own status label (below) |
/// | `fields(#[glyph(secret)] token)` | a field that shows its name and `[redacted]` (below) |
/// | `stream` | the function gives `impl Stream`, `Pin<Box<dyn Stream>>` or `BoxStream`, by itself or in a `Result` or an `Option`, and the stream is measured |
/// | `name = "ask"` | the span's name, the stage's unless given |
/// | `kind = client` | the span's kind: `internal` unless given, `client`, `server`, `producer`, `consumer` |
/// | `level = debug` | the span's level, `info` unless given |
/// | `target = "voice"` | the span's target, the module's path unless given |
/// | `parent = span` | the span above, by a `Span`, a reference to one or an id; with `None` the span starts a trace; the current span unless given |
/// | `links = spans` | spans that this one follows from: a collection of spans, of their ids, or of exemplars, or of `trace::remote(&span_context)` |
/// | `skip_span` | there is no span, and the metrics alone are recorded |
/// | `err = event` | an `Err` is logged inside the span, at level `error` and by `Display` unless `event(level = warn, debug)` says otherwise |
/// | `ret = event` | what the function gives is logged inside the span, at level `info` and by `Debug` unless `event(level = debug, display)` says otherwise; beside `err`, what is in `Ok` |
/// | `crate = path` | the path of this crate, where it has another name |
///
/// # The span
///
/// It carries all labels of the stage, those that the catalog gives included, and the fields. An error sets its status and
/// `error.type` (OpenTelemetry semantic conventions, "Recording errors"). With the feature `trace`, OpenTelemetry's span has
/// `code.function.name` ("Source code attributes"); file and line are added by `tracing-opentelemetry`.
///
/// Under a span that OpenTelemetry does not sample no span is built and `fields(..)` are not read:
/// see [`trace::build_unsampled_spans`](crate::trace::build_unsampled_spans). A sampled one becomes the exemplar in the stage's
/// histograms.
///
/// # Secrets
///
/// An argument under `#[glyph(secret)]` is recorded nowhere: what uses it in `fields(..)`, `labels(..)` or `name` does not
/// compile. A field under `#[glyph(secret)]` shows its name and `[redacted]`, on the span and on every log line; its value is
/// checked by the compiler and read by nobody. Fields whose names are on the list of
/// [`Redaction`](crate::redaction::Redaction) are redacted without a mark.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// # use glyph_runtime::{Histogram, instrument_stage, metric_catalog};
/// # #[metric_catalog(namespace = "doc_secret", stages = stage)]
/// # pub struct Metrics {
/// #     /// Latency of logins.
/// #     #[metric(unit = seconds, buckets = [1s])]
/// #     #[stage(login)]
/// #     pub login: Histogram,
/// # }
/// #[instrument_stage(stage::login, fields(user, #[glyph(secret)] pin))]
/// fn sign_in(user: &str, #[glyph(secret)] pin: u16) -> bool {
///     user == "ada" && pin == 1815
/// }
/// # fn main() { assert!(sign_in("ada", 1815)) }
/// ```
///
/// ```compile_fail
/// # use glyph_core as glyph_runtime;
/// # use glyph_runtime::{Histogram, instrument_stage, metric_catalog};
/// # #[metric_catalog(namespace = "doc_secret_shown", stages = stage)]
/// # pub struct Metrics {
/// #     /// Latency of logins.
/// #     #[metric(unit = seconds, buckets = [1s])]
/// #     #[stage(login)]
/// #     pub login: Histogram,
/// # }
/// #[instrument_stage(stage::login, fields(length = pin.to_string().len()))]
/// fn sign_in(#[glyph(secret)] pin: u16) -> bool {
///     pin == 1815
/// }
/// # fn main() {}
/// ```
///
/// # How it ends
///
/// Unless you say otherwise, `Err` is what its error says (see [`macro@crate::Outcome`]) or else `error`, and any
/// other value is `ok`. What the error says is known where its type is: a type parameter needs the bound
/// [`ErrorOutcome`](crate::stage::ErrorOutcome). A panic is `panicked` and goes on; an async function that
/// is dropped before its end is `cancelled`. An async function's time starts when it is
/// first polled. Behind `-> impl Trait` it is the type of the value that counts.
///
/// The function's signature stays as it is, and nothing of its arguments is recorded unless named. A function that
/// only returns a future or a stream is refused: its work would begin after the record.
///
/// Four things differ from the plain function. What an `async fn` returns as `impl Fn(..)` needs the types of its arguments
/// written. Arguments that the body does not name are dropped after the record.
/// [`Location::caller`](std::panic::Location::caller) under `#[track_caller]` tells of a place in the function.
/// `clippy::unused_async`, `needless_pass_by_value` and `unconditional_recursion` do not see into the body.
///
/// A function that returns `impl Future` or a boxed future (also under `#[async_trait]`) is measured in the same way, if
/// it ends with `async move { .. }` or `Box::pin(async move { .. })`; labels and fields are read at the
/// first poll. What stands before that block runs in the call, and is not measured.
///
/// # A status of one's own
///
/// `None` is `ok` unless you say otherwise. With `none = "miss"` the call still went well, with `miss` for its status: a
/// value that a label under `#[label(outcome)]` has for no outcome. A bound metric whose status has no such value counts it as
/// `ok`; where neither the stage's histogram nor its `requests` have it, it does not compile.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Histogram, Label, LabelSet, instrument_stage, metric_catalog};
///
/// #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
/// #[label(outcome)]
/// pub enum Found { Ok, Error, Miss }
///
/// #[derive(LabelSet)]
/// pub struct Lookup { pub found: Found }
///
/// #[metric_catalog(namespace = "doc_none", stages = stage)]
/// pub struct Metrics {
///     /// Latency of the cache.
///     #[metric(unit = seconds, buckets = [1ms])]
///     #[stage(lookup)]
///     pub lookup: Histogram<Lookup>,
/// }
///
/// #[instrument_stage(stage::lookup, none = "miss")]
/// fn find(key: &str) -> Option<u8> {
///     key.parse().ok()
/// }
///
/// # fn main() {
/// assert_eq!(find("x"), None);
/// assert_eq!(Metrics::global().lookup.snapshot(Lookup { found: Found::Miss }).count(), 1);
/// # }
/// ```
///
/// # Streams
///
/// Each item is counted in the stage's `items`, the first one's time goes to `first_item`, the gaps to `between_items`
/// (the consumer's time among them), with the item's own outcome. The stream is `ok` when it finishes, has the outcome of
/// its first `Err` item if there was one, and is `cancelled` when it is dropped half-way.
///
/// | the function | the call is |
/// |---|---|
/// | `fn` that returns a stream | the stream, from its first poll on; never polled it is none |
/// | `fn` that returns a `Result` or an `Option` of one | the function and the stream |
/// | `async fn`, or one that returns a future, that gives either | the future, from its first poll on, and the stream |
///
/// Without `stream`, an `async fn` that gives a stream, or a `fn` that gives a `Result` of one, is measured up to the stream:
/// the time to connect, say. A plain `fn` that returns a stream needs the word.
///
/// An `Err` in the place of a stream ends the call, and so does `None`. A call that has begun is `cancelled` when its stream
/// is dropped unpolled.
///
/// The span of a plain `fn` that returns a stream is opened in the call: what it shows is read there, and it is a part of the
/// caller's. Labels of a scope are those of the scope that it is first polled in. A stream that is never polled leaves a
/// span without an outcome, and no record.
///
/// A boxed stream is measured inside of its box where a plain `fn` ends with `Box::pin(..)` or `.boxed()`, without
/// `return` and without macros in front of it. Elsewhere it gets a second box.
///
/// A value that the label does not have, a label that the stage does not ask for and one that is missing do not
/// compile:
///
/// ```compile_fail
/// # use glyph_core as glyph_runtime;
/// # use glyph_runtime::{Histogram, Label, instrument_stage, metric_catalog};
/// # #[derive(Label, Clone, Copy)] pub enum Provider { Deepgram, Elevenlabs }
/// # #[metric_catalog(namespace = "doc_typo", stages = stage)]
/// # pub struct Metrics {
/// #     /// Latency of transcription.
/// #     #[metric(unit = seconds, buckets = [1s])]
/// #     #[stage(stt, labels(provider: Provider))]
/// #     pub stt: Histogram,
/// # }
/// #[instrument_stage(stage::stt, labels(provider = "deepgran"))]
/// fn transcribe() {}
/// # fn main() {}
/// ```
pub use glyph_macros::core_instrument_stage as instrument_stage;

/// Puts stages on methods of an `impl` block, inherent or of a trait, or on methods with a body in a trait.
///
/// `#[stage(..)]` on a method takes the arguments of [`macro@crate::instrument_stage`] and means the same; methods
/// without it stay as they are.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Counter, Histogram, Label, LabelSet, Status, instrument_stages, metric_catalog};
///
/// #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
/// pub enum Provider { Deepgram, Elevenlabs }
///
/// #[derive(LabelSet)]
/// pub struct ProviderRequest {
///     pub provider: Provider,
///     pub status: Status,
/// }
///
/// #[metric_catalog(namespace = "doc_stages", stages = stage)]
/// pub struct Metrics {
///     /// Latency of transcription.
///     #[metric(unit = seconds, buckets = [10ms, 1s])]
///     #[stage(stt, requests = requests, labels(provider: Provider))]
///     pub stt: Histogram,
///     /// Provider requests.
///     pub requests: Counter<ProviderRequest>,
/// }
///
/// pub struct Transcriber { rate: usize }
///
/// #[instrument_stages(labels(provider = "deepgram"))]
/// impl Transcriber {
///     pub fn new(rate: usize) -> Self { Self { rate } }
///
///     #[stage(stage::stt, fields(samples = audio.len()))]
///     pub fn seconds(&self, audio: &[i16]) -> Option<usize> {
///         audio.len().checked_div(self.rate)
///     }
///
///     #[stage(stage::stt, labels(provider = "elevenlabs"))]
///     pub async fn transcribe(&self, text: &str) -> Result<u8, std::num::ParseIntError> {
///         text.parse()
///     }
/// }
///
/// # fn main() {
/// assert_eq!(Transcriber::new(8000).seconds(&[0; 16000]), Some(2));
/// let request = ProviderRequest { provider: Provider::Deepgram, status: Status::Ok };
/// assert_eq!(Metrics::global().requests.value(request), 1);
/// # }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `labels(provider = "deepgram")` | labels of all the methods, which each stage here has to ask for; a method's own of the same name comes first |
/// | `crate = path` | the path of this crate, where it has another name |
///
/// `#[cfg_attr(feature = "metrics", stage(..))]` is a stage where the condition is met, and the plain method elsewhere.
///
/// It goes above or below `#[async_trait]`. A block without any `#[stage(..)]` does not compile:
///
/// ```compile_fail
/// # use glyph_core as glyph_runtime;
/// # use glyph_runtime::instrument_stages;
/// # pub struct Transcriber;
/// #[instrument_stages]
/// impl Transcriber {
///     pub fn transcribe(&self) {}
/// }
/// ```
pub use glyph_macros::core_instrument_stages as instrument_stages;
