//! The macro that declares the metrics of a program.

/// Declares the metrics of a program or a library as the fields of a struct.
///
/// The catalog is a `static`, which `global()` returns. A catalog with stages must be at module
/// level.
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
///     /// Transcriptions in flight.
///     pub transcribing: Gauge,
/// }
///
/// # fn main() {
/// VoiceMetrics::global().requests.inc(ProviderRequest { provider: Provider::Deepgram, status: Status::Ok });
/// assert_eq!(VoiceMetrics::DESCRIPTOR.metrics[0].name, "voice_stt_duration_seconds");
/// # }
/// ```
///
/// # Arguments
///
/// | argument | meaning |
/// |---|---|
/// | `namespace = "voice"` | the prefix of all metric names. Default: none |
/// | `stages = stage` | the name of the module to generate, with a struct for each stage |
/// | `max_series = 4096` | the limit of series of the catalog. Default: 10,000. The cardinalities of labels are multiplied. Each bucket of a histogram is a series, and so are its sum and its count |
/// | `forbid_labels(org_id)` | label names that no metric, stage or scope may have, here and in nested catalogs |
/// | `target_labels(cluster)` | labels that a scrape or a collector sets on every series, in addition to `job`, `instance` and `env`. Alerts, objectives and panels may group by them, and rules keep them |
/// | `rule_interval = 30s` | the interval at which the rules of the catalog are evaluated. Default: that of Prometheus |
/// | `scope(tenant_id: max 1000)` | labels that come from the scope, see below |
/// | `crate = path` | the path of this crate, if it has another name |
///
/// # Scopes
///
/// `scope(tenant_id: max 1000, campaign_id: max 5000)` generates the struct `TenantContext` with
/// these fields, next to the catalog. `scope(Name { tenant_id: max 1000 })` sets another name.
///
/// Use its methods `scope(future)` and `in_scope(|| ..)` to run code in the scope. All metrics of
/// the catalog, and of nested catalogs without a scope, have the labels there. So do spans that
/// start there, and log lines. Outside of the scope the labels are absent. See
/// [`ScopeLabels`](crate::scope::ScopeLabels).
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
/// | `tenant_id: max 1000` | a label, and the limit of its distinct values at a time. Values beyond it are `other` |
/// | `idle = 30m` | the time after which an unused combination of values is removed. Default: one hour |
/// | `#[label(not_secret)]` in front of a label | its values are public, although the name is that of a secret. Also in `labels(..)` of a stage |
/// | `max_scopes = 20_000` | the limit of combinations at a time. Default: all combinations, up to 10,000 or to the sum of the label limits, whichever is greater |
///
/// Values are strings, integers, `bool`, closed labels, [`SampledId`](crate::label::SampledId), or
/// an `Option` of one of these: see [`ScopeValue`](crate::scope::ScopeValue). `max_series` limits
/// the series of one combination.
///
/// # Fields
///
/// A field is a [`Counter`](crate::Counter), a [`Gauge`](crate::Gauge) or a
/// [`Histogram`](crate::Histogram), without labels, with one closed label (`Counter<Provider>`) or with a
/// label set. A set that borrows has the lifetime `'_`: `Counter<ToolCall<'_>>`. Its doc comment is the HELP text.
/// A field under `#[catalog]` is a nested catalog.
///
/// | `#[metric(..)]` | meaning |
/// |---|---|
/// | `name = "stt.duration"` | the metric name. Default: the name of the field |
/// | `label = "provider"` | the name of the metric's only label, `Counter<Provider>`. Default: that of the type |
/// | `unit = seconds` | the unit, which is the suffix of the name: `seconds`, `bytes`, `ratio` or any other. A histogram of another unit than seconds rejects a `Duration` |
/// | `buckets = [10ms, 2.5s]` | the bucket bounds of a histogram: durations, sizes (`4KiB`), numbers, or a constant |
/// | `aggregate = max` | how several series of a gauge combine, such as those of replicas: `sum`, `avg`, `max`, `min`, or `last` for the series that was scraped last. Default: `sum`. Seconds, ratios and temperatures never add up: an alert with `<` takes the lowest value, other alerts and panels the highest |
/// | `liveness` | the gauge is 1 while the process runs. An alert that compares it with 0 is rejected, as a process that is down exposes nothing |
/// | `starts` | the counter counts the starts of the process, so each process counts one. An alert on its rate is rejected |
/// | `sparse` | the series are absent until they are recorded |
///
/// Names follow OpenTelemetry's rules for Prometheus ("Prometheus and OpenMetrics Compatibility"):
/// dots become underscores, and the unit is appended. Counters also get `_total`.
///
/// # Stages
///
/// `#[stage(stt, ..)]` on a histogram of seconds declares a stage. The histogram records the
/// duration of its calls. [`macro@crate::instrument_stage`] makes a function a call of the stage.
///
/// | argument | meaning |
/// |---|---|
/// | `requests = field` | a counter of all calls |
/// | `errors = field` | a counter of calls with an error: those whose status is one |
/// | `in_flight = field` | a gauge of running calls |
/// | `retries = field`, `fallbacks = field` | counters of events during a call: see [`stage::retry`](crate::stage::retry) |
/// | `first_item = field`, `between_items = field` | histograms of seconds for the items of a stream |
/// | `items = field` | a counter of the items of a stream |
/// | `cancelled = error` | the stage reports a cancelled call as an error: in the status label, on the error counter and on the span. Default: not an error. A status label without a value for cancelled calls is `ok` then |
/// | `labels(provider: Provider)` | a label that each function sets |
/// | `labels(kind: Kind = Kind::Stt)` | a label with the same value for all calls |
/// | `end_labels(cache: Cache = Cache::Unknown)` | a label that is known at the end of a call, and its value for calls that do not set it. Functions set it with `labels(cache = \|reply\| ..)`, and a running block with `set_cache(..)`: see [`macro@crate::instrument_stage`] |
///
/// The stage sets outcome labels itself. A metric that is recorded before the end of a call, such as an
/// in-flight gauge, cannot have a label of `end_labels(..)`.
///
/// # Alerts, objectives and panels
///
/// These attributes are on the metric that they describe, and have no cost at run time. The feature
/// `artifacts` of `glyph-runtime` generates Prometheus rules and tests of the rules, a dashboard,
/// Grafana alerts, the reference of all metrics, a registry and a schema.
///
/// `#[alert(Name, condition, ..)]` declares an alert. A metric can have several. The condition is
/// checked against the kind, the unit, the labels and the buckets of the metric:
///
/// | condition | on | meaning |
/// |---|---|---|
/// | `p95 > 2s` | histograms | a quantile, `p50` to `p999`, in the unit of the metric |
/// | `rate > 10/s` | counters, histograms | the rate per `s`, `m` or `h` |
/// | `increase(15m) > 5` | counters, histograms | the increase in a window |
/// | `share(status = error) > 5%` | all | the share of the selected series in the whole metric |
/// | `ratio(self / requests) > 5%` | all | one metric divided by another of the catalog, by their field names. Counters and histograms are divided by their rates |
/// | `> 100` | gauges | the value of each series; with `by(..)`, of the series that `aggregate` combines. Series that differ only in scope labels are always combined |
/// | `absent`, `absent(10m)` | all | the series do not exist |
///
/// Braces after a function, or after a metric in `ratio`, select series: `rate{status = error}`,
/// `ratio(self{kind = stt | tts} / self{kind != llm})`. The values of closed labels are checked.
/// The window of quantiles, rates and ratios is 5 minutes by default. `over = 10m` or `rate(10m)`
/// sets another one.
///
/// Rules keep the labels `job` and `env`: there is one alert for each program and each environment.
/// `Artifacts::target_labels` of the feature `artifacts` names others.
///
/// | argument | meaning |
/// |---|---|
/// | `for = 5m` | how long the condition must hold before the alert fires. Default: no time |
/// | `severity = critical` | the label `severity`. Default: `warning`. Any word, unless it is a usual one misspelt |
/// | `summary = ".."`, `description = ".."` | the text of the alert. `{provider}` is the value of the label, `{{ .. }}` a template of Prometheus. Labels that the rule adds, `severity` and those of `labels(..)`, are not in it |
/// | `by(provider, kind)` | one alert for each combination of these labels, from the label set, from `scope(..)` of the catalog, or a target label: `by(instance)` |
/// | `aggregate = max` | how the series of a gauge combine in this alert. In `ratio(..)` of two gauges it combines the ratios of the replicas |
/// | `keep_firing_for = 10m` | how long the alert fires after the condition ended. Default: no time |
/// | `runbook = "https://.."`, `dashboard = "https://.."` | links, as the annotations `runbook_url` and `dashboard_url`. Default of the dashboard: the panel, if `Artifacts::grafana_url` is set |
/// | `annotations(impact = "..")` | more annotations |
/// | `labels(team = "voice")` | more labels of the alert. Alertmanager's routes follow `team` |
/// | `expr = ".."` | a condition in PromQL, in place of the others. It is checked when the artifacts are generated |
/// | `external("node_.*")` | patterns of metric names in `expr` that other programs expose |
/// | `fires("up 0")`, `silent("up 1")` | input series for the tests of an `expr`, in promtool's notation |
///
/// `#[objective(..)]` declares a service level objective. It generates recording rules, and alerts
/// on the burn rate of the error budget:
///
/// | argument | meaning |
/// |---|---|
/// | `latency = 500ms, target = 99%` | on a histogram of seconds: the share of calls that take at most this long. The time must be a bucket bound |
/// | `latency = 700ms, interpolated, target = 99%` | the same for a time between two bucket bounds. The calls in that bucket are taken as spread evenly, as Prometheus takes them in `histogram_quantile`, so the share is an estimate |
/// | `availability = 99.9%` | on a metric that counts calls: the share of calls without an error |
/// | `errors = provider_errors`, `errors = self{code = "5xx"}` | the bad calls. Default: those with an error in the outcome label |
/// | `by(..)` | one error budget for each combination of these labels |
/// | `name = ..` | the name, which is the prefix of its alerts. Two objectives of one kind on a metric need it |
/// | `period = 28d` | the time that the error budget is for. Default: 30 days |
/// | `fast(5m/1h > 14.4, 30m/6h > 6)` | the alert that the budget burns fast: the burn rate in the short and in the long window. `fast()` for no alert. Default: these windows |
/// | `slow(2h/1d > 3, 6h/3d > 1)` | the alert that the budget burns slowly. `slow()` for no alert. Default: these windows |
/// | `min_requests = 100` | the least number of calls in the long window with which these alerts fire. Default: any number |
/// | `absent = 10m` | how long the calls must be missing, or all targets down, before an alert fires. `never` for no alert. Default: `5m` |
/// | `for`, `keep_firing_for`, `runbook`, `dashboard`, `annotations(..)`, `labels(..)` | as in an alert, for the alerts of the objective |
///
/// `#[panel(..)]` sets how a dashboard shows the metric:
///
/// | argument | meaning |
/// |---|---|
/// | `title = ".."`, `row = ".."` | the title, and the row of the dashboard |
/// | `unit = ".."` | Grafana's name of the unit |
/// | `form = stat` | the form: `stat`, `timeseries`, `gauge` or `heatmap` |
/// | `by(..)` | one line for each combination of these labels |
/// | `aggregate = max` | how the series of a gauge combine in this panel |
/// | `quantiles(p50, p95)` | the quantiles of a histogram |
/// | `thresholds(yellow = 3, red = 5)` | the values at which the color changes |
/// | `hidden` | no panel |
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
/// # Errors
///
/// Names of labels or values that do not exist do not compile. Neither does a quantile with a
/// threshold above the highest bucket bound, nor a latency objective between two bounds without
/// `interpolated`, nor one with it whose time is a bound, below the lowest or above the highest. A
/// condition that can never hold is rejected too: `share(status = error) > 100%`, or `by(status)` with it:
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
pub use glyph_macros::core_metric_catalog as metric_catalog;
