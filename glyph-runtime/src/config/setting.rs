//! All settings, in one table.

/// A setting that the environment can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Setting {
    /// `OTEL_SERVICE_NAME`: `service.name`.
    ServiceName,
    /// `OTEL_RESOURCE_ATTRIBUTES`: further attributes of the resource.
    ResourceAttributes,
    /// No variable, an alias alone: `deployment.environment.name`.
    DeploymentEnvironment,
    /// `OTEL_SDK_DISABLED`: disables spans and OTLP export.
    SdkDisabled,
    /// `OTEL_PROPAGATORS`: formats in which contexts are propagated to other processes.
    Propagators,
    /// `RUST_LOG`: events that the log has.
    LogFilter,
    /// `OTEL_LOG_LEVEL`: most verbose level of events that the log has, if `RUST_LOG` is not set.
    LogLevel,
    /// `GLYPH_LOG_FORMAT`: format of log lines.
    LogFormat,
    /// `GLYPH_LOG_FIELD_NAMES`: names of fields in log lines.
    LogFieldNames,
    /// `GLYPH_LOG_LEVEL_CASE`: case of the level in log lines.
    LogLevelCase,
    /// `GLYPH_LOG_DURATION`: form of durations in log lines.
    LogDuration,
    /// `GLYPH_AUDIT_FILE`: file for the audit trail, in JSON Lines.
    AuditFile,
    /// `GLYPH_AUDIT_SYNC`: when the audit trail is synchronized to disk.
    AuditSync,
    /// `GLYPH_AUDIT_OTLP`: exports audit events as log records too, if log records are exported.
    AuditOtlp,
    /// `OTEL_TRACES_EXPORTER`: exporter of spans.
    TracesExporter,
    /// `OTEL_METRICS_EXPORTER`: exporter of metrics, in addition to `/metrics`.
    MetricsExporter,
    /// `OTEL_LOGS_EXPORTER`: exporter of log records, in addition to log output.
    LogsExporter,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`: URL of the collector.
    Endpoint,
    /// `OTEL_EXPORTER_OTLP_PROTOCOL`: protocol of requests.
    Protocol,
    /// `OTEL_EXPORTER_OTLP_HEADERS`: headers of each request.
    Headers,
    /// `OTEL_EXPORTER_OTLP_TIMEOUT`: timeout of one attempt to send.
    Timeout,
    /// `OTEL_EXPORTER_OTLP_COMPRESSION`: compression of requests.
    Compression,
    /// `OTEL_EXPORTER_OTLP_INSECURE`: no TLS for endpoints without a scheme.
    Insecure,
    /// `OTEL_EXPORTER_OTLP_CERTIFICATE`: trusted CA certificates, in place of the system roots.
    Certificate,
    /// `OTEL_EXPORTER_OTLP_CLIENT_KEY`: private key of the client certificate.
    ClientKey,
    /// `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`: client certificate, with its chain.
    ClientCertificate,
    /// `OTEL_TRACES_SAMPLER`: sampler of traces.
    Sampler,
    /// `OTEL_TRACES_SAMPLER_ARG`: share of traces that a `traceidratio` sampler samples.
    SamplerArgument,
    /// No variable, an alias alone: share of the traces that begin here that is sampled, if
    /// `OTEL_TRACES_SAMPLER` is not set.
    SampleRatio,
    /// `GLYPH_TRACES_RATE_LIMIT`: limit of sampled traces that begin here, per second.
    RateLimit,
    /// `GLYPH_TRACES_KEEP_FAILURES`: keeps each trace with an error in the ring of recent traces,
    /// also if it is not sampled.
    KeepFailures,
    /// `GLYPH_TRACES_KEEP_SLOWER_THAN`: keeps each trace with an error, and each trace of at least
    /// this duration.
    KeepSlowerThan,
    /// `GLYPH_TRACES_FILE`: file that spans are also written to, in JSON Lines.
    TracesFile,
    /// `OTEL_BSP_SCHEDULE_DELAY`: longest wait of a span for its batch to fill.
    BatchDelay,
    /// `OTEL_BSP_EXPORT_TIMEOUT`: timeout of the export of a batch, with all attempts.
    BatchExportTimeout,
    /// `OTEL_BSP_MAX_QUEUE_SIZE`: capacity of the queue, in spans.
    BatchQueue,
    /// `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`: limit of spans in a batch.
    BatchSize,
    /// `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`: limit of bytes in the text of an attribute.
    AttributeValueLength,
    /// `OTEL_ATTRIBUTE_COUNT_LIMIT`: limit of attributes of a span, an event or a link.
    AttributeCount,
    /// `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`: limit of bytes in the text of an attribute.
    SpanAttributeValueLength,
    /// `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`: limit of attributes of a span.
    SpanAttributeCount,
    /// `OTEL_SPAN_EVENT_COUNT_LIMIT`: limit of events of a span.
    SpanEventCount,
    /// `OTEL_SPAN_LINK_COUNT_LIMIT`: limit of links of a span.
    SpanLinkCount,
    /// `OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT`: limit of attributes of an event.
    EventAttributeCount,
    /// `OTEL_LINK_ATTRIBUTE_COUNT_LIMIT`: limit of attributes of a link.
    LinkAttributeCount,
    /// `OTEL_METRIC_EXPORT_INTERVAL`: interval of metric exports.
    MetricInterval,
    /// `OTEL_METRIC_EXPORT_TIMEOUT`: timeout of a metric export, with all attempts.
    MetricExportTimeout,
    /// `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`: time that the counts of an export
    /// cover.
    MetricTemporality,
    /// `OTEL_METRICS_EXEMPLAR_FILTER`: observations that become exemplars.
    ExemplarFilter,
    /// `OTEL_BLRP_SCHEDULE_DELAY`: longest wait of a log record for its batch to fill.
    LogBatchDelay,
    /// `OTEL_BLRP_EXPORT_TIMEOUT`: timeout of the export of a batch of log records, with all
    /// attempts.
    LogBatchExportTimeout,
    /// `OTEL_BLRP_MAX_QUEUE_SIZE`: capacity of the queue, in log records.
    LogBatchQueue,
    /// `OTEL_BLRP_MAX_EXPORT_BATCH_SIZE`: limit of log records in a batch.
    LogBatchSize,
    /// `GLYPH_OTLP_LONGEST_RETRY_DELAY`: longest pause that a collector can ask for, with
    /// `Retry-After` or `RetryInfo`.
    LongestRetryDelay,
    /// `HTTP_PROXY`: proxy for `http://` endpoints.
    HttpProxy,
    /// `HTTPS_PROXY`: proxy for `https://` endpoints.
    HttpsProxy,
    /// `ALL_PROXY`: proxy for endpoints without one.
    AllProxy,
    /// `NO_PROXY`: hosts without a proxy.
    NoProxy,
    /// `GLYPH_REDACTED_FIELDS`: more field names to redact in log lines, log records and spans.
    RedactedFields,
    /// `GLYPH_ADMIN_TOKEN`: the token of requests to the admin listener that change the program,
    /// and of the console on an address that is not loopback.
    AdminToken,
    /// `GLYPH_CONSOLE`: serves the console on the admin listener.
    Console,
}

/// A format in which a context is propagated to other processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Propagator {
    /// `tracecontext`: W3C Trace Context.
    TraceContext,
    /// `baggage`: W3C Baggage.
    Baggage,
    /// `b3`: the header `b3` of Zipkin. Both forms of B3 are read.
    B3,
    /// `b3multi`: the headers `X-B3-*` of Zipkin. Both forms of B3 are read.
    B3Multi,
    /// `jaeger`: the header `uber-trace-id` of Jaeger's clients.
    Jaeger,
}

/// The observations of histograms that become exemplars (OpenTelemetry specification, "Metrics SDK",
/// "`ExemplarFilter`"). Exemplars that the program passes itself are kept in any case.
///
/// ```
/// use glyph_runtime::config::{Environment, ExemplarFilter};
///
/// # fn main() -> Result<(), glyph_runtime::config::ConfigError> {
/// let set = |name: &str| (name == "OTEL_METRICS_EXEMPLAR_FILTER").then(|| "always_on".to_owned());
/// let configuration = Environment::new(set).read("shop")?;
/// assert_eq!(configuration.exemplar_filter, ExemplarFilter::AlwaysOn);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExemplarFilter {
    /// `trace_based`: those in a sampled trace.
    #[default]
    TraceBased,
    /// `always_on`: those in any trace, sampled or not. An observation outside of a trace has no
    /// exemplar.
    AlwaysOn,
    /// `always_off`: none.
    AlwaysOff,
}

/// The description of a setting.
#[derive(Debug)]
pub(super) struct SettingSpec {
    pub(super) setting: Setting,
    /// Empty if only aliases set it. `{}` is replaced by nothing, or by `_` and the signal.
    pub(super) variable: &'static str,
    pub(super) meaning: &'static str,
    pub(super) allowed: &'static str,
    pub(super) default: &'static str,
    pub(super) wrong: Wrong,
}

/// The effect of an invalid value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    Error,
    Warning,
}

use Wrong::{Error, Warning};

const COUNT: &str = "an integer from 0 to 4294967295";
const MILLISECONDS: &str = "an integer of milliseconds, at least 1";
const TIMEOUT: &str = "an integer of milliseconds; `0` means no limit";
const PROXY: &str =
    "a URL such as http://proxy:3128, https:// or socks5://, with credentials if needed";
const POSITIVE: &str = "an integer, at least 1";
const BOOLEAN: &str = "`true` or `false`";
const FILE: &str = "the path of a PEM file";

const fn spec(
    setting: Setting,
    variable: &'static str,
    meaning: &'static str,
    allowed: &'static str,
    default: &'static str,
    wrong: Wrong,
) -> SettingSpec {
    SettingSpec {
        setting,
        variable,
        meaning,
        allowed,
        default,
        wrong,
    }
}

#[rustfmt::skip]
pub(super) const SETTINGS: [SettingSpec; 61] = [
    spec(Setting::ServiceName, "OTEL_SERVICE_NAME", "`service.name`", "any string", "`service.name` of the resource attributes, or the name given to `Telemetry::builder`", Error),
    spec(Setting::ResourceAttributes, "OTEL_RESOURCE_ATTRIBUTES", "further attributes of the resource", "`name=value` pairs, separated by commas, percent-encoded", "`service.instance.id`, a random UUID", Warning),
    spec(Setting::DeploymentEnvironment, "", "`deployment.environment.name`", "any string", "the value in the resource attributes", Error),
    spec(Setting::SdkDisabled, "OTEL_SDK_DISABLED", "disables spans and OTLP export; log output and `/metrics` stay", BOOLEAN, "`false`", Warning),
    spec(Setting::Propagators, "OTEL_PROPAGATORS", "formats in which contexts are propagated to other processes", "`tracecontext`, `baggage`, `b3`, `b3multi` and `jaeger`, separated by commas, or `none`, in any case", "`tracecontext,baggage`", Warning),
    spec(Setting::LogFilter, "RUST_LOG", "events that the log has", "directives such as `info,hyper=warn`", "the value of `OTEL_LOG_LEVEL`", Error),
    spec(Setting::LogLevel, "OTEL_LOG_LEVEL", "most verbose level of events that the log has, if `RUST_LOG` is not set", "`trace`, `debug`, `info`, `warn`, `error` or `off`, in any case", "`info`", Warning),
    spec(Setting::LogFormat, "GLYPH_LOG_FORMAT", "format of log lines", "`json`, `pretty`, or `auto`: pretty on a terminal, else JSON", "`auto`", Error),
    spec(Setting::LogFieldNames, "GLYPH_LOG_FIELD_NAMES", "names of fields in log lines", "`field=name` pairs, separated by commas, such as `message=msg,url.path=path,duration=latency_ms`; the fields are those of `log::FieldNames`, by their default names", "the default names", Error),
    spec(Setting::LogLevelCase, "GLYPH_LOG_LEVEL_CASE", "case of the level in log lines", "`upper` or `lower`, in any case", "`upper`", Error),
    spec(Setting::LogDuration, "GLYPH_LOG_DURATION", "form of durations in log lines: a number of a unit, or text such as `1.2ms`", "`s`, `ms`, `us`, `ns` or `text`, in any case", "`ms`", Error),
    spec(Setting::AuditFile, "GLYPH_AUDIT_FILE", "file for the audit trail, in JSON Lines; without one, the log has the audit events", "the path of a regular file, or `-` for standard output", "none", Error),
    spec(Setting::AuditSync, "GLYPH_AUDIT_SYNC", "when the audit trail is synchronized to disk", "`always`, `shutdown`, or an integer of milliseconds, at least 1", "`1000`", Error),
    spec(Setting::AuditOtlp, "GLYPH_AUDIT_OTLP", "exports audit events as log records too, if log records are exported; unlike the audit trail, the export drops what a slow collector cannot take", BOOLEAN, "`false`", Error),
    spec(Setting::TracesExporter, "OTEL_TRACES_EXPORTER", "exporter of spans", "`otlp` or `none`, in any case", "`otlp` if an endpoint is set, else `none`", Warning),
    spec(Setting::MetricsExporter, "OTEL_METRICS_EXPORTER", "exporter of metrics, in addition to `/metrics`", "`otlp`, or `prometheus` or `none` for `/metrics` alone, in any case", "`otlp` if `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` is set, else `prometheus`", Warning),
    spec(Setting::LogsExporter, "OTEL_LOGS_EXPORTER", "exporter of log records, in addition to log output", "`otlp` or `none`, in any case", "`otlp` if `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT` is set, else `none`", Warning),
    spec(Setting::Endpoint, "OTEL_EXPORTER_OTLP{}_ENDPOINT", "URL of the collector; over HTTP, `/v1/traces`, `/v1/metrics` or `/v1/logs` is appended to the general endpoint, but not to a signal's own", "a URL such as http://localhost:4318, or host:port", "`http://localhost:4318`, for gRPC `http://localhost:4317`, if an exporter needs one", Error),
    spec(Setting::Protocol, "OTEL_EXPORTER_OTLP{}_PROTOCOL", "protocol of requests", "`grpc` or `http/protobuf`, in any case", "`http/protobuf`, or `grpc` if only the feature `otlp-grpc` is enabled", Warning),
    spec(Setting::Headers, "OTEL_EXPORTER_OTLP{}_HEADERS", "headers of each request; never shown", "`name=value` pairs, separated by commas, percent-encoded, valid as headers", "none", Error),
    spec(Setting::Timeout, "OTEL_EXPORTER_OTLP{}_TIMEOUT", "timeout of one attempt to send", TIMEOUT, "`10000`", Warning),
    spec(Setting::Compression, "OTEL_EXPORTER_OTLP{}_COMPRESSION", "compression of requests", "`gzip` or `none`, in any case", "`none`", Warning),
    spec(Setting::Insecure, "OTEL_EXPORTER_OTLP{}_INSECURE", "no TLS for endpoints without a scheme", BOOLEAN, "`false`", Warning),
    spec(Setting::Certificate, "OTEL_EXPORTER_OTLP{}_CERTIFICATE", "trusted CA certificates, in place of the system roots", FILE, "the system roots", Error),
    spec(Setting::ClientKey, "OTEL_EXPORTER_OTLP{}_CLIENT_KEY", "private key of the client certificate", FILE, "none", Error),
    spec(Setting::ClientCertificate, "OTEL_EXPORTER_OTLP{}_CLIENT_CERTIFICATE", "client certificate, with its chain", FILE, "none", Error),
    spec(Setting::Sampler, "OTEL_TRACES_SAMPLER", "sampler of traces", "`always_on`, `always_off`, `traceidratio`, `parentbased_always_on`, `parentbased_always_off` or `parentbased_traceidratio`, in any case", "`parentbased_always_on`", Warning),
    spec(Setting::SamplerArgument, "OTEL_TRACES_SAMPLER_ARG", "share of traces that a `traceidratio` sampler samples", "a number from 0 to 1", "`1.0`", Warning),
    spec(Setting::SampleRatio, "", "share of the traces that begin here that is sampled, if `OTEL_TRACES_SAMPLER` is not set", "a number from 0 to 1", "none", Error),
    spec(Setting::RateLimit, "GLYPH_TRACES_RATE_LIMIT", "limit of sampled traces that begin here, per second; it replaces `OTEL_TRACES_SAMPLER` for them", "an integer from 1 to 10000", "none", Error),
    spec(Setting::KeepFailures, "GLYPH_TRACES_KEEP_FAILURES", "keeps each trace with an error in the ring of recent traces, also if it is not sampled", BOOLEAN, "`false`", Error),
    spec(Setting::KeepSlowerThan, "GLYPH_TRACES_KEEP_SLOWER_THAN", "keeps each trace with an error, and each trace of at least this duration", MILLISECONDS, "none", Error),
    spec(Setting::TracesFile, "GLYPH_TRACES_FILE", "file that spans are also written to, in JSON Lines", "the path of a file", "none", Error),
    spec(Setting::BatchDelay, "OTEL_BSP_SCHEDULE_DELAY", "longest wait of a span for its batch to fill", "an integer of milliseconds", "`5000`", Warning),
    spec(Setting::BatchExportTimeout, "OTEL_BSP_EXPORT_TIMEOUT", "timeout of the export of a batch, with all attempts", TIMEOUT, "`30000`", Warning),
    spec(Setting::BatchQueue, "OTEL_BSP_MAX_QUEUE_SIZE", "capacity of the queue, in spans", POSITIVE, "`2048`", Warning),
    spec(Setting::BatchSize, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "limit of spans in a batch; at most the capacity of the queue", POSITIVE, "`512`", Warning),
    spec(Setting::AttributeValueLength, "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "limit of bytes in the text of an attribute", COUNT, "no limit", Warning),
    spec(Setting::AttributeCount, "OTEL_ATTRIBUTE_COUNT_LIMIT", "limit of attributes of a span, an event or a link", COUNT, "`128`", Warning),
    spec(Setting::SpanAttributeValueLength, "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "limit of bytes in the text of an attribute", COUNT, "the limit for all attributes", Warning),
    spec(Setting::SpanAttributeCount, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "limit of attributes of a span", COUNT, "the limit for all attributes", Warning),
    spec(Setting::SpanEventCount, "OTEL_SPAN_EVENT_COUNT_LIMIT", "limit of events of a span", COUNT, "`128`", Warning),
    spec(Setting::SpanLinkCount, "OTEL_SPAN_LINK_COUNT_LIMIT", "limit of links of a span", COUNT, "`128`", Warning),
    spec(Setting::EventAttributeCount, "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "limit of attributes of an event", COUNT, "the limit for all attributes", Warning),
    spec(Setting::LinkAttributeCount, "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "limit of attributes of a link", COUNT, "the limit for all attributes", Warning),
    spec(Setting::MetricInterval, "OTEL_METRIC_EXPORT_INTERVAL", "interval of metric exports", MILLISECONDS, "`60000`", Warning),
    spec(Setting::MetricExportTimeout, "OTEL_METRIC_EXPORT_TIMEOUT", "timeout of a metric export, with all attempts", TIMEOUT, "`30000`", Warning),
    spec(Setting::MetricTemporality, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "time that the counts of an export cover: since the start of the process, or since the last export; `lowmemory` is `delta` except for glyph's own counters", "`cumulative`, `delta` or `lowmemory`, in any case", "`cumulative`", Warning),
    spec(Setting::ExemplarFilter, "OTEL_METRICS_EXEMPLAR_FILTER", "observations that become exemplars: those in sampled traces, those in any trace, or none", "`trace_based`, `always_on` or `always_off`, in any case", "`trace_based`", Warning),
    spec(Setting::LogBatchDelay, "OTEL_BLRP_SCHEDULE_DELAY", "longest wait of a log record for its batch to fill", "an integer of milliseconds", "`1000`", Warning),
    spec(Setting::LogBatchExportTimeout, "OTEL_BLRP_EXPORT_TIMEOUT", "timeout of the export of a batch of log records, with all attempts", TIMEOUT, "`30000`", Warning),
    spec(Setting::LogBatchQueue, "OTEL_BLRP_MAX_QUEUE_SIZE", "capacity of the queue, in log records", POSITIVE, "`2048`", Warning),
    spec(Setting::LogBatchSize, "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "limit of log records in a batch; at most the capacity of the queue", POSITIVE, "`512`", Warning),
    spec(Setting::LongestRetryDelay, "GLYPH_OTLP_LONGEST_RETRY_DELAY", "longest pause that a collector can ask for, with `Retry-After` or `RetryInfo`", "an integer of milliseconds", "`300000`", Error),
    spec(Setting::HttpProxy, "HTTP_PROXY", "proxy for `http://` endpoints; also in lower case", PROXY, "`ALL_PROXY`", Warning),
    spec(Setting::HttpsProxy, "HTTPS_PROXY", "proxy for `https://` endpoints; also in lower case", PROXY, "`ALL_PROXY`", Warning),
    spec(Setting::AllProxy, "ALL_PROXY", "proxy for endpoints without one; also in lower case", PROXY, "none", Warning),
    spec(Setting::NoProxy, "NO_PROXY", "hosts without a proxy; also in lower case", "names, addresses and networks, separated by commas, or `*`", "none", Warning),
    spec(Setting::RedactedFields, "GLYPH_REDACTED_FIELDS", "more field names to redact in log lines, log records and spans", "names, separated by commas", "none", Error),
    spec(Setting::AdminToken, "GLYPH_ADMIN_TOKEN", "the token of requests to the admin listener that change the program, and of the console on an address that is not loopback", "at least 16 visible ASCII characters", "none: such requests are rejected", Error),
    spec(Setting::Console, "GLYPH_CONSOLE", "serves the console on the admin listener", BOOLEAN, "`true` in builds with debug assertions, else `false`", Error),
];

impl Setting {
    fn spec(self) -> Option<&'static SettingSpec> {
        SETTINGS.iter().find(|spec| spec.setting == self)
    }

    /// Returns the variable of the setting, for all signals.
    #[must_use]
    pub fn variable(self) -> Option<String> {
        let pattern = self.variable_pattern()?;
        Some(pattern.replace("{}", ""))
    }

    /// Returns the variable, with `{}` in place of a signal. `None` if only aliases set it.
    pub(super) fn variable_pattern(self) -> Option<&'static str> {
        let pattern = self.spec()?.variable;
        (!pattern.is_empty()).then_some(pattern)
    }

    pub(super) fn allowed(self) -> &'static str {
        self.spec().map_or("", |spec| spec.allowed)
    }

    pub(super) fn wrong(self) -> Wrong {
        self.spec().map_or(Error, |spec| spec.wrong)
    }

    /// Whether a value may have credentials anywhere.
    pub(super) fn is_secret(self) -> bool {
        self == Self::Headers || self.is_proxy()
    }

    /// Whether the variable is that of other programs, which also read it in lower case.
    pub(super) fn is_proxy(self) -> bool {
        matches!(
            self,
            Self::HttpProxy | Self::HttpsProxy | Self::AllProxy | Self::NoProxy
        )
    }
}

#[cfg(test)]
mod tests {
    use super::SETTINGS;

    #[test]
    fn settings_are_in_the_order_of_the_enum() {
        for (index, spec) in SETTINGS.iter().enumerate() {
            assert_eq!(spec.setting as usize, index, "{:?}", spec.setting);
        }
        assert_eq!(
            SETTINGS.last().map(|spec| spec.setting),
            Some(super::Setting::Console)
        );
    }
}
