//! The macros, documented where their examples compile.

/// Makes an enum without fields a closed label: its variants are the label's values.
///
/// A variant `HttpRequest` is written `http_request`. `#[label(name = "..")]` on a variant gives it another
/// name, `#[label(rename_all = "..")]` on the enum another style: `snake_case`, `kebab-case`, `lowercase`,
/// `UPPERCASE` or `SCREAMING_SNAKE_CASE`.
///
/// ```
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
/// Under `#[label(outcome)]` the enum tells how a stage ended, and is filled by the stage itself. A variant
/// takes the [`Outcome`](enum@crate::Outcome) of its own name, or those that it states; `error` takes those that
/// nobody else does. A variant without one, such as `Miss`, is for `none = "miss"` in [`macro@crate::instrument_stage`].
///
/// ```
/// use glyph_runtime::Label;
///
/// #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
/// #[label(outcome)]
/// pub enum CallStatus {
///     Ok,
///     Error,
///     #[label(outcome(timeout, cancelled))]
///     GaveUp,
/// }
///
/// assert_eq!(CallStatus::OUTCOMES, Some([0, 1, 2, 2, 1]));
/// ```
///
/// Under `#[label(never)]` a type of any form may be no label: a label set, a stage's labels or a scope that has it does not
/// compile. It may still stand in `fields(..)` of spans, in log lines and in metadata.
///
/// ```compile_fail
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
/// It does not compile on anything else but an enum without fields, nor where two variants have one name:
///
/// ```compile_fail
/// # use glyph_runtime::Label;
/// #[derive(Label)]
/// pub enum Provider {
///     Deepgram,
///     #[label(name = "deepgram")]
///     Other,
/// }
/// ```
pub use glyph_macros::Label;

/// Makes a struct with named fields the labels of a metric: names are fields, values are theirs.
///
/// A field's type is a [`Label`](trait@crate::Label). Where it is open, as text and numbers are, the field states
/// how many values are told apart: the first `max` have a series each, all others share `other`. A struct
/// may borrow open values under one lifetime. `#[label(name = "..")]` renames a label.
///
/// ```
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
/// An open label without a bound does not compile, nor does a name that Prometheus keeps for itself:
///
/// ```compile_fail
/// # use glyph_runtime::LabelSet;
/// #[derive(LabelSet)]
/// pub struct ToolCall<'a> {
///     pub tool: &'a str,
/// }
/// ```
pub use glyph_macros::LabelSet;

/// Makes an error tell how the call that gave it ended, and what to call it: an [`ErrorOutcome`].
///
/// Each variant is an [`error`](crate::Outcome::Error) unless it says otherwise. Its name in snake case is the span's
/// `error.type` (OpenTelemetry semantic conventions, "Recording errors").
///
/// ```
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
/// | `#[outcome(..)]` | meaning |
/// |---|---|
/// | `error`, `timeout`, `cancelled`, `ok` | how a call ended that gave this |
/// | `from` | outcome and type are those of the one field, which has an outcome itself |
/// | `crate = path` | on the whole: the path of this crate, where it has another name |
///
/// On a struct they stand on the struct. [`macro@crate::instrument_stage`] looks at it on a function that gives a
/// `Result` with the error, [`Running::fail`](crate::stage::Running::fail) and the `time` methods of a stage do
/// so in a block.
///
/// What is no outcome of an error does not compile:
///
/// ```compile_fail
/// # use glyph_runtime::Outcome;
/// #[derive(Outcome)]
/// pub enum SttError {
///     #[outcome(panicked)]
///     Broken,
/// }
/// ```
///
/// [`ErrorOutcome`]: crate::stage::ErrorOutcome
pub use glyph_macros::Outcome;

/// Declares the metrics of a program, or of a library, as the fields of a struct.
///
/// ```
/// use glyph_runtime::{Catalog, Counter, Gauge, Histogram, Label, LabelSet, Status, metric_catalog};
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
/// #[metric_catalog(namespace = "voice", stages = stage, max_series = 4096)]
/// pub struct VoiceMetrics {
///     /// Latency of speech-to-text transcription.
///     #[metric(name = "stt.duration", unit = seconds, buckets = [10ms, 100ms, 1s, 2.5s])]
///     #[stage(stt, requests = requests, in_flight = transcribing, labels(provider: Provider))]
///     pub stt_duration: Histogram,
///
///     /// Total provider API requests.
///     pub requests: Counter<ProviderRequest>,
///
///     /// Transcriptions under way.
///     pub transcribing: Gauge,
/// }
///
/// # fn main() {
/// VoiceMetrics::global().requests.inc(ProviderRequest { provider: Provider::Deepgram, status: Status::Ok });
/// assert_eq!(VoiceMetrics::DESCRIPTOR.metrics[0].name, "voice_stt_duration_seconds");
/// # }
/// ```
///
/// # On the struct
///
/// | argument | meaning |
/// |---|---|
/// | `namespace = "voice"` | what all names start with; none unless given |
/// | `stages = stage` | the module that the stages' structs are generated in |
/// | `max_series = 4096` | the most series that the catalog may have, 10,000 unless given: cardinalities are multiplied, and a histogram's buckets, sum and count are a series each |
/// | `forbid_labels(org_id)` | labels that no metric, stage or scope here or in a nested catalog may have |
/// | `scope(tenant_id: max 1000)` | labels that come from the scope, see below |
/// | `crate = path` | the path of this crate, where it has another name |
///
/// # Scopes
///
/// `scope(tenant_id: max 1000, campaign_id: max 5000)` generates a struct `TenantContext`, beside the catalog, with these fields;
/// `scope(Name { tenant_id: max 1000 })` gives it another name. Inside of its `scope(future)` and `in_scope(|| ..)` all
/// metrics of the catalog, and of the catalogs nested in it that have no scope themselves, carry the labels. Spans that start
/// there and log lines have them as well. Outside they are absent. See [`ScopeLabels`](crate::scope::ScopeLabels).
///
/// ```
/// # use glyph_runtime::{Counter, metric_catalog};
/// #[metric_catalog(namespace = "doc_scope", scope(tenant_id: max 1000, campaign_id: max 5000))]
/// pub struct Metrics {
///     /// NPC responses.
///     pub utterances: Counter,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let tenant = TenantContext { tenant_id: "acme-corp", campaign_id: None::<String> };
/// tenant.scope(async { Metrics::global().utterances.inc() }).await;
/// assert_eq!(tenant.in_scope(|| Metrics::global().utterances.value()), 1);
/// assert_eq!(Metrics::global().utterances.value(), 0);
/// # }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `tenant_id: max 1000` | a label, and how many values of it are told apart at a time; others are `other` |
/// | `idle = 30m` | how long a combination of values stays on the page that nobody uses; an hour unless given |
/// | `max_scopes = 20_000` | the most combinations at a time; all, but 10,000 at most or as many as there can be values |
///
/// Values are text, numbers, `bool`, closed labels, [`SampledId`](crate::label::SampledId), or an `Option` of one: a
/// [`ScopeValue`](crate::scope::ScopeValue). `max_series` bounds the series of one combination.
///
/// # On a field
///
/// The field is a [`Counter`](crate::Counter), [`Gauge`](crate::Gauge) or [`Histogram`](crate::Histogram), with a
/// label set or without, or a nested catalog under `#[catalog]`. Its doc comment is the HELP text.
///
/// | `#[metric(..)]` | meaning |
/// |---|---|
/// | `name = "stt.duration"` | its name, the field's unless given |
/// | `unit = seconds` | what it is measured in, which ends its name: `seconds`, `bytes`, `ratio` or any other |
/// | `buckets = [10ms, 2.5s]` | a histogram's bounds: times, sizes (`4KiB`), numbers, or a constant |
/// | `sparse` | its series are absent until they are recorded |
///
/// `#[stage(stt, ..)]` on a histogram of seconds declares a stage that it times: `requests`, `errors` and `in_flight`
/// name the counters and the gauge that the stage feeds, `retries` and `fallbacks` the counters of what happens
/// while it runs ([`stage::retry`](crate::stage::retry)), `first_item`,
/// `between_items` (histograms of seconds) and `items` (a counter) what it tells of a stream's items, `labels(..)`
/// what it asks of a function
/// (`provider: Provider`) and what it gives (`kind: Kind = Kind::Stt`). A label that tells the outcome is
/// filled by the stage. See [`macro@crate::instrument_stage`].
///
/// Names follow OpenTelemetry's rules for Prometheus ("Prometheus and OpenMetrics Compatibility"):
/// dots become underscores, the unit and, for counters, `_total` are added.
///
/// # Alerts, objectives and panels
///
/// They stand on the metric that they are about, and cost nothing when the program runs. With the feature `artifacts`
/// the module `artifacts` makes Prometheus's rules, tests of the rules and a reference of them.
///
/// `#[alert(Name, condition, ..)]`, as many as there are to be, is held against the metric's kind, unit, labels and
/// buckets:
///
/// | condition | on | meaning |
/// |---|---|---|
/// | `p95 > 2s` | histograms | a quantile, `p50` to `p999`, in the metric's unit |
/// | `rate > 10/s` | counters, histograms | how fast it is counted up, for each `s`, `m` or `h` |
/// | `increase(15m) > 5` | counters, histograms | by how much it was counted up |
/// | `share(status = error) > 5%` | all | these series' share of all of the metric |
/// | `ratio(self / requests) > 5%` | all | one metric divided by another one of the catalog, by their fields' names; counters and histograms by their rates |
/// | `> 100` | gauges | its value, series by series unless `by(..)` sums them up |
/// | `absent`, `absent(10m)` | all | there are no such series |
///
/// Behind a word, and behind a metric in `ratio`, braces select series: `rate{status = error}`,
/// `ratio(self{kind = stt | tts} / self{kind != llm})`. Values of closed labels are checked. Quantiles, rates and ratios
/// look back 5 minutes, or as far as `over = 10m` or `rate(10m)` says.
///
/// | argument | meaning |
/// |---|---|
/// | `for = 5m` | how long the condition holds before the alert fires; at once unless given |
/// | `severity = critical` | the label `severity`, `warning` unless given |
/// | `summary = ".."`, `description = ".."` | what happened; `{provider}` is the label's value, `{{ .. }}` Prometheus's own template |
/// | `by(provider, kind)` | one alert for each of these labels |
/// | `labels(team = "voice")` | more labels of the alert |
/// | `expr = ".."` | a condition in PromQL instead, checked when the artifacts are made |
/// | `external("node_.*")` | patterns of names in `expr` that other programs expose |
///
/// `#[objective(latency = 500ms, target = 99%)]` on a histogram of seconds, where the threshold is one of its bucket
/// bounds, and `#[objective(availability = 99.9%)]` on what counts calls give recording rules, and alerts on how
/// fast the budget of errors burns. Bad calls are told by the label that the outcome fills, or by `errors = provider_errors`
/// or `errors = self{code = "5xx"}`. `by(..)` gives a budget to each, `name = ..` another name.
///
/// `#[panel(..)]` says how a dashboard shows the metric: `title = ".."`, `row = ".."`, `unit = ".."` (Grafana's),
/// `form = stat` (`timeseries`, `gauge`, `heatmap`), `by(..)`, `quantiles(p50, p95)`,
/// `thresholds(yellow = 3, red = 5)`, `hidden`.
///
/// ```
/// # use glyph_runtime::{Catalog, Counter, Histogram, LabelSet, Status, metric_catalog};
/// #[derive(LabelSet)]
/// pub struct Request {
///     pub status: Status,
/// }
///
/// #[metric_catalog(namespace = "doc_alerts")]
/// pub struct Metrics {
///     /// Latency of requests.
///     #[metric(unit = seconds, buckets = [100ms, 500ms, 1s, 2.5s])]
///     #[alert(HighLatency, p95 > 2s, for = 5m, severity = warning, summary = "requests are slow")]
///     #[objective(latency = 500ms, target = 99%)]
///     pub latency: Histogram,
///
///     /// Requests.
///     #[alert(RequestsFail, share(status = error) > 5%, for = 10m, severity = critical)]
///     #[objective(availability = 99.9%)]
///     pub requests: Counter<Request>,
/// }
///
/// # fn main() {
/// assert_eq!(Metrics::DESCRIPTOR.metrics[0].alerts[0].name, "HighLatency");
/// # }
/// ```
///
/// A label or a value that is not there, a quantile's threshold beyond the highest bucket and an objective between two
/// bucket bounds do not compile:
///
/// ```compile_fail
/// # use glyph_runtime::{Histogram, metric_catalog};
/// #[metric_catalog(namespace = "doc_between")]
/// pub struct Metrics {
///     /// Latency of requests.
///     #[metric(unit = seconds, buckets = [100ms, 500ms, 1s])]
///     #[objective(latency = 700ms, target = 99%)]
///     pub latency: Histogram,
/// }
/// ```
///
/// A catalog lives in a `static`; `global()` gives it. One with stages stands at module level.
pub use glyph_macros::metric_catalog;

/// Makes a function a stage: each call is recorded once, whatever way it ends, inside a span of the
/// stage's name.
///
/// ```
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
/// | `stream` | the function gives `impl Stream`, `Pin<Box<dyn Stream>>` or `BoxStream`, by itself or in a `Result` or an `Option`, and the stream is measured |
/// | `name = "ask"` | the span's name, the stage's unless given |
/// | `kind = client` | the span's kind: `internal` unless given, `client`, `server`, `producer`, `consumer` |
/// | `level = debug` | the span's level, `info` unless given |
/// | `target = "voice"` | the span's target, the module's path unless given |
/// | `parent = span` | the span above, by a `Span`, a reference to one or an id; with `None` the span starts a trace; the current span unless given |
/// | `links = spans` | spans that this one follows from: a collection of spans, of their ids, or of span contexts of OpenTelemetry |
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
/// see [`trace::unsampled_spans`](crate::trace::unsampled_spans). A sampled one becomes the exemplar in the stage's
/// histograms.
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
/// Three things differ from the plain function. Arguments that the body does not name are dropped after the record.
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
/// An `Err` in the place of a stream ends the call, and so does `None`. A call that has begun is `cancelled` when its stream
/// is dropped unpolled.
///
/// The span of a plain `fn` that returns a stream is opened in the call: what it shows is read there, and it is a part of the
/// caller's. A stream that is never polled leaves a span without an outcome, and no record.
///
/// A boxed stream is measured inside of its box where a plain `fn` ends with `Box::pin(..)` or `.boxed()`, without
/// `return` and without macros in front of it. Elsewhere it gets a second box.
///
/// A value that the label does not have, a label that the stage does not ask for and one that is missing do not
/// compile:
///
/// ```compile_fail
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
pub use glyph_macros::instrument_stage;

/// Puts stages on methods of an `impl` block, inherent or of a trait, or on methods with a body in a trait.
///
/// `#[stage(..)]` on a method takes the arguments of [`macro@crate::instrument_stage`] and means the same; methods
/// without it stay as they are.
///
/// ```
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
/// It goes above or below `#[async_trait]`. A block without any `#[stage(..)]` does not compile:
///
/// ```compile_fail
/// # use glyph_runtime::instrument_stages;
/// # pub struct Transcriber;
/// #[instrument_stages]
/// impl Transcriber {
///     pub fn transcribe(&self) {}
/// }
/// ```
pub use glyph_macros::instrument_stages;
