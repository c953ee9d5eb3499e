//! The macros, documented where their examples compile: those that declare here, those of functions in `stages`.

mod stages;

pub use stages::{instrument_stage, instrument_stages};

/// Makes an enum without fields a closed label: its variants are the label's values.
///
/// A variant `HttpRequest` is written `http_request`. `#[label(name = "..")]` on a variant gives it another
/// name, `#[label(rename_all = "..")]` on the enum another style: `snake_case`, `kebab-case`, `lowercase`,
/// `UPPERCASE` or `SCREAMING_SNAKE_CASE`.
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
/// Under `#[label(outcome)]` the enum tells how a stage ended, and is filled by the stage itself. A variant
/// takes the [`Outcome`](enum@crate::Outcome) of its own name, or those that it states; `error` takes those that
/// nobody else does. A variant without one, such as `Miss`, is for `none = "miss"` in [`macro@crate::instrument_stage`].
///
/// ```
/// # use glyph_core as glyph_runtime;
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
/// It does not compile on anything else but an enum without fields, nor where two variants have one name:
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

/// Makes a struct with named fields the labels of a metric: names are fields, values are theirs.
///
/// A field's type is a [`Label`](trait@crate::Label). Where it is open, as text and numbers are, the field states
/// how many values are told apart: the first `max` have a series each, all others share `other`. A struct
/// may borrow open values under one lifetime. `#[label(name = "..")]` renames a label.
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
/// An open label without a bound does not compile, nor does a name that Prometheus keeps for itself:
///
/// ```compile_fail
/// # use glyph_core as glyph_runtime;
/// # use glyph_runtime::LabelSet;
/// #[derive(LabelSet)]
/// pub struct ToolCall<'a> {
///     pub tool: &'a str,
/// }
/// ```
pub use glyph_macros::CoreLabelSet as LabelSet;

/// Makes an error tell how the call that gave it ended, and what to call it: an [`ErrorOutcome`].
///
/// Each variant is an [`error`](crate::Outcome::Error) unless it says otherwise. Its name in snake case is the span's
/// `error.type` (OpenTelemetry semantic conventions, "Recording errors").
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

/// Declares the metrics of a program, or of a library, as the fields of a struct.
///
/// ```
/// # use glyph_core as glyph_runtime;
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
/// # use glyph_core as glyph_runtime;
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
/// the module `artifacts` makes Prometheus's rules, tests of the rules, a dashboard, Grafana's alerts, the reference of all metrics, a
/// registry and a schema of them.
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
/// | `> 100` | gauges | its value, series by series unless `by(..)` sums them up; those that differ in labels of a scope alone are one |
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
/// | `by(provider, kind)` | one alert for each of these labels, of the label set or of the catalog's `scope(..)` |
/// | `labels(team = "voice")` | more labels of the alert |
/// | `expr = ".."` | a condition in PromQL instead, checked when the artifacts are made |
/// | `external("node_.*")` | patterns of names in `expr` that other programs expose |
/// | `fires("up 0")`, `silent("up 1")` | series that the tests of an `expr` start from, in promtool's notation |
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
/// # use glyph_core as glyph_runtime;
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
/// # use glyph_core as glyph_runtime;
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
pub use glyph_macros::core_metric_catalog as metric_catalog;
