//! The macros that make functions and methods stages.

/// Makes each call of a function a call of a stage: recorded once, however it ends, in a span with
/// the name of the stage.
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
/// # Arguments
///
/// | argument | meaning |
/// |---|---|
/// | `stage::stt` | the struct of the stage, by its path |
/// | `labels(provider = "deepgram", tool = name)` | a value for each label that the stage declares without one: an expression, or a literal, which is checked at compile time. `labels(tool)` uses the variable with the name of the label |
/// | `labels(cache = \|reply\| ..)` | a value for a label in `end_labels(..)` of the stage: a closure from a reference to the returned value, see below |
/// | `fields(session = %session)` | fields of the span, as in `tracing`'s macros: `%` for `Display`, `?` for `Debug`, a name alone for a variable, `name = _` for a field that is recorded later |
/// | `fields(#[glyph(secret)] token)` | a field whose value is `[redacted]`, see below |
/// | `outcome = \|result\| ..` | the outcome of the call: a closure, or the path of a function, from a reference to the returned value to an [`Outcome`](enum@crate::Outcome) |
/// | `none = error` | the outcome if the function returns `None`: `error`, `timeout`, `cancelled` or `ok`. Default: `ok` |
/// | `none = "miss"` | a value of the stage's status label for `None`, see below |
/// | `stream` | measures the stream that the function returns: `impl Stream`, `Pin<Box<dyn Stream>>` or `BoxStream`, alone or in a `Result` or an `Option` |
/// | `name = "ask"` | the span name. Default: the name of the stage |
/// | `kind = client` | the span kind: `internal`, `client`, `server`, `producer` or `consumer`. Default: `internal` |
/// | `level = debug` | the level of the span. Default: `info` |
/// | `target = "voice"` | the target of the span. Default: the path of the module |
/// | `parent = span` | the parent: a `Span`, a reference to one, or an id. `None` starts a new trace. Default: the current span |
/// | `links = spans` | the linked spans: a collection of spans, of their ids, of exemplars, or of `trace::remote(&span_context)` |
/// | `skip_span` | records metrics and opens no span |
/// | `err = event` | logs an `Err` inside the span, with its causes. `event(level = warn, debug)` sets the level and `Debug`. Default: level `error`, `Display` |
/// | `ret = event` | logs the returned value inside the span; with `err`, the value in `Ok`. `event(level = debug, display)` sets the level and `Display`. Default: level `info`, `Debug` |
/// | `crate = path` | the path of this crate, if it has another name |
///
/// The signature of the function does not change. Arguments of the function are recorded only if
/// `labels(..)`, `fields(..)` or `name` use them.
///
/// # Outcome
///
/// | the call | outcome |
/// |---|---|
/// | returns an `Err` | that of the error, if its type has one: see [`macro@crate::Outcome`]. Default: `error` |
/// | returns any other value | `ok`, unless `outcome` or `none` is set |
/// | panics | `panicked`. The panic continues |
/// | is an async function and is dropped before its end | `cancelled` |
///
/// The outcome of an error must be known from its type: a type parameter needs the bound
/// [`ErrorOutcome`](crate::stage::ErrorOutcome). With `-> impl Trait` the type of the returned
/// value counts.
///
/// # Asynchronous functions
///
/// The call of an async function starts at its first poll.
///
/// A function that returns `impl Future` or a boxed future, also under `#[async_trait]`, is
/// measured in the same way if it ends with `async move { .. }` or `Box::pin(async move { .. })`.
/// Labels and fields are read at the first poll. Code before that block runs when the function is
/// called, and is not measured. Any other function that returns a future does not compile, since
/// its work would start after the record.
///
/// # The span
///
/// The span has all labels of the stage and the fields. An error sets its status and `error.type`
/// (OpenTelemetry semantic conventions, "Recording errors"), and with `err = event` the status has
/// the text of the error. The exported span has the function, the file and the line if the settings
/// of traces ask for them ("Source code attributes").
///
/// Below a span that OpenTelemetry does not sample, no span is built. `fields(..)` are read only if
/// there is a log, whose lines have them. A function with a field that is recorded later, or whose
/// body names `Span::current()`, builds its span then. See
/// `glyph_runtime::trace::build_unsampled_spans`. A sampled span becomes the exemplar in the
/// histograms of the stage.
///
/// # Secrets
///
/// An argument of the function under `#[glyph(secret)]` is never recorded: an expression in
/// `fields(..)`, `labels(..)` or `name` that uses it does not compile. A field under
/// `#[glyph(secret)]` has the value `[redacted]` on the span and on every log line. Its expression
/// is type-checked and not evaluated. Fields with a name on the list of
/// `glyph_runtime::redaction::Redaction` are redacted without the attribute.
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
/// # A status for `None`
///
/// With `none = "miss"` a call that returns `None` has the outcome `ok` and the status `miss`. The
/// status must be a value of a label under `#[label(outcome)]` that no outcome has. A metric of the
/// stage whose status does not have the value counts the call as `ok`. If neither the histogram of
/// the stage nor its `requests` have the value, it does not compile.
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
/// # Labels known at the end
///
/// A cache knows a hit from a miss when it returns. The stage declares such a label in `end_labels(..)`,
/// with the value of calls that do not set it, and the function reads it from its returned value:
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Counter, Histogram, Label, LabelSet, instrument_stage, metric_catalog};
///
/// #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
/// pub enum Cache { Hit, Miss, Unknown }
///
/// impl Cache {
///     fn of(found: &Option<u8>) -> Self {
///         if found.is_some() { Self::Hit } else { Self::Miss }
///     }
/// }
///
/// #[derive(LabelSet)]
/// pub struct Lookup { pub cache: Cache }
///
/// #[metric_catalog(namespace = "doc_end_labels", stages = stage)]
/// pub struct Metrics {
///     /// Latency of lookups.
///     #[metric(unit = seconds, buckets = [1ms])]
///     #[stage(lookup, requests = lookups, end_labels(cache: Cache = Cache::Unknown))]
///     pub lookup: Histogram,
///     /// Lookups.
///     pub lookups: Counter<Lookup>,
/// }
///
/// #[instrument_stage(stage::lookup, labels(cache = |found| Cache::of(found)))]
/// fn find(key: &str) -> Option<u8> {
///     key.parse().ok()
/// }
///
/// # fn main() {
/// assert_eq!(find("7"), Some(7));
/// assert_eq!(find("x"), None);
///
/// // A block sets it when it knows it.
/// let mut running = stage::lookup {}.start();
/// running.set_cache(Cache::Hit);
/// running.finish();
///
/// let lookups = |cache| Metrics::global().lookups.value(Lookup { cache });
/// assert_eq!([Cache::Hit, Cache::Miss, Cache::Unknown].map(lookups), [2, 1, 0]);
/// # }
/// ```
///
/// | the call | value of the label |
/// |---|---|
/// | returns, by `?` too | that of the closure, or the declared one without a closure |
/// | panics, or is cancelled | the declared one |
/// | is a block | that of the last `set_cache(..)`, also if the block panics or is dropped; without one, the declared one |
/// | is measured by `time(..)` or another of these methods | the declared one |
/// | returns a stream in a `Result` or an `Option` | that of the closure, from this `Result` or `Option`. Any other stream has no value to read from, and a closure does not compile |
///
/// The closure runs inside of the span, before the events of `err` and `ret`. The span and these events
/// have the value too.
///
/// # Streams
///
/// With `stream` the call includes the stream:
///
/// | function | the call is |
/// |---|---|
/// | `fn` that returns a stream | the stream from its first poll. Without a poll there is no call |
/// | `fn` that returns a stream in a `Result` or an `Option` | the function and the stream |
/// | `async fn`, or a function that returns a future, with either of these | the future from its first poll, and the stream |
///
/// | the stream | outcome |
/// |---|---|
/// | ends | `ok`, or the outcome of its first `Err` item |
/// | is dropped before its end | `cancelled` |
/// | is missing: the function returned `Err` or `None` | as without `stream` |
///
/// Each item adds one to `items` of the stage. The time to the first item is recorded in
/// `first_item`, the time between two items in `between_items`, which includes the time of the
/// consumer. All three have the outcome of the item.
///
/// The span of a plain `fn` that returns a stream is opened when the function is called. It is a
/// child of the caller's span, and its fields are read there. Scope labels are those of the first
/// poll. A stream that is never polled leaves a span without an outcome, and no record.
///
/// Without `stream`, the call of an `async fn` that returns a stream, or of a `fn` that returns a
/// stream in a `Result`, ends with the return: it measures the time to connect, for example. A
/// plain `fn` that returns a stream must have `stream`.
///
/// A plain `fn` that ends with `Box::pin(..)` or `.boxed()`, without `return` and without macros
/// before it, is measured inside of its box. In other functions a boxed stream gets a second box.
///
/// # Differences to the plain function
///
/// - If an `async fn` returns `impl Fn(..)`, the types of the closure's arguments must be written.
/// - Arguments that the body does not use are dropped after the record.
/// - Under `#[track_caller]`, [`Location::caller`](std::panic::Location::caller) is a location in
///   the function itself.
/// - `clippy::unused_async`, `needless_pass_by_value` and `unconditional_recursion` do not check
///   the body.
///
/// # Errors
///
/// A missing label, a label that the stage does not have, and a value that the label does not have
/// do not compile:
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

/// Makes methods stages: those of an inherent `impl` block, of an `impl` of a trait, or the methods
/// with a body in a trait.
///
/// `#[stage(..)]` on a method takes the arguments of [`macro@crate::instrument_stage`], with the
/// same meaning. Methods without it do not change.
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
/// | `labels(provider = "deepgram")` | labels of all methods. Each stage in the block must have them. `labels(..)` of a method takes precedence |
/// | `crate = path` | the path of this crate, if it has another name |
///
/// `#[cfg_attr(feature = "metrics", stage(..))]` makes the method a stage if the condition is met.
///
/// The attribute can be above or below `#[async_trait]`.
///
/// # Errors
///
/// A block without any `#[stage(..)]` does not compile:
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
