//! Everything that can be set, in one table.

/// Something that the environment can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the table says what they mean")]
pub enum Setting {
    ServiceName,
    ResourceAttributes,
    DeploymentEnvironment,
    SdkDisabled,
    Propagators,
    LogFilter,
    LogLevel,
    LogFormat,
    AuditFile,
    AuditSync,
    TracesExporter,
    MetricsExporter,
    LogsExporter,
    Endpoint,
    Protocol,
    Headers,
    Timeout,
    Compression,
    Insecure,
    Certificate,
    ClientKey,
    ClientCertificate,
    Sampler,
    SamplerArgument,
    SampleRatio,
    RateLimit,
    KeepFailures,
    KeepSlowerThan,
    TracesFile,
    BatchDelay,
    BatchExportTimeout,
    BatchQueue,
    BatchSize,
    AttributeValueLength,
    AttributeCount,
    SpanAttributeValueLength,
    SpanAttributeCount,
    SpanEventCount,
    SpanLinkCount,
    EventAttributeCount,
    LinkAttributeCount,
    MetricInterval,
    MetricExportTimeout,
    LogBatchDelay,
    LogBatchExportTimeout,
    LogBatchQueue,
    LogBatchSize,
    RedactedFields,
}

/// How a context crosses the border of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Propagator {
    /// `tracecontext`: W3C Trace Context.
    TraceContext,
    /// `baggage`: W3C Baggage.
    Baggage,
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) setting: Setting,
    /// Empty where only aliases set it. `{}` is nothing, or the signal with a `_`.
    pub(super) variable: &'static str,
    pub(super) meaning: &'static str,
    pub(super) allowed: &'static str,
    pub(super) default: &'static str,
    pub(super) wrong: Wrong,
}

/// What a wrong value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    Error,
    Warning,
}

use Wrong::{Error, Warning};

const COUNT: &str = "a whole number from 0 to 4294967295";
const MILLISECONDS: &str = "a whole number of milliseconds, at least 1";
const POSITIVE: &str = "a whole number, at least 1";
const BOOLEAN: &str = "`true` or `false`";
const FILE: &str = "the path of a PEM file";

const fn row(
    setting: Setting,
    variable: &'static str,
    meaning: &'static str,
    allowed: &'static str,
    default: &'static str,
    wrong: Wrong,
) -> Row {
    Row {
        setting,
        variable,
        meaning,
        allowed,
        default,
        wrong,
    }
}

#[rustfmt::skip]
pub(super) const ROWS: [Row; 48] = [
    row(Setting::ServiceName, "OTEL_SERVICE_NAME", "`service.name`", "any text", "`service.name` of the resource attributes, or the name given to `Telemetry::builder`", Error),
    row(Setting::ResourceAttributes, "OTEL_RESOURCE_ATTRIBUTES", "more attributes of the resource", "`name=value` pairs, separated by commas, percent-encoded", "none", Warning),
    row(Setting::DeploymentEnvironment, "", "`deployment.environment.name`", "any text", "that of the resource attributes", Error),
    row(Setting::SdkDisabled, "OTEL_SDK_DISABLED", "makes and exports no spans, and pushes nothing; the log and the page stay", BOOLEAN, "`false`", Warning),
    row(Setting::Propagators, "OTEL_PROPAGATORS", "how a context crosses the border of a process", "`tracecontext` and `baggage`, separated by commas, or `none`", "`tracecontext,baggage`", Warning),
    row(Setting::LogFilter, "RUST_LOG", "which events become lines", "directives such as `info,hyper=warn`", "the log's level", Error),
    row(Setting::LogLevel, "OTEL_LOG_LEVEL", "from which level on events become lines, where `RUST_LOG` is not set", "`trace`, `debug`, `info`, `warn`, `error` or `off`, in any case", "`info`", Warning),
    row(Setting::LogFormat, "GLYPH_LOG_FORMAT", "how a line looks", "`json`, `pretty`, or `auto`, which is pretty on a terminal", "`auto`", Error),
    row(Setting::AuditFile, "GLYPH_AUDIT_FILE", "the audit trail's own file, JSON lines; without one, audit events are lines of the log", "the path of a file", "none", Error),
    row(Setting::AuditSync, "GLYPH_AUDIT_SYNC", "when the audit trail is forced onto the disk", "`always`, `shutdown`, or a whole number of milliseconds, at least 1", "`1000`", Error),
    row(Setting::TracesExporter, "OTEL_TRACES_EXPORTER", "where spans go", "`otlp` or `none`", "`otlp` if an endpoint is set, else `none`", Warning),
    row(Setting::MetricsExporter, "OTEL_METRICS_EXPORTER", "where metrics go beside the page", "`otlp`, `prometheus` (the page alone) or `none`", "`otlp` if `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` is set, else `prometheus`", Warning),
    row(Setting::LogsExporter, "OTEL_LOGS_EXPORTER", "where log records go beside the log's output", "`otlp` or `none`", "`otlp` if `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT` is set, else `none`", Warning),
    row(Setting::Endpoint, "OTEL_EXPORTER_OTLP{}_ENDPOINT", "the collector; over HTTP `/v1/traces`, `/v1/metrics` or `/v1/logs` is appended to the general one, a signal's own is used as it is", "a URL such as http://localhost:4318, or host:port", "`http://localhost:4318`, for gRPC `http://localhost:4317`, where an exporter asks for one", Error),
    row(Setting::Protocol, "OTEL_EXPORTER_OTLP{}_PROTOCOL", "how requests are written", "`grpc` or `http/protobuf`", "`http/protobuf`, or `grpc` where only `otlp-grpc` is built in", Warning),
    row(Setting::Headers, "OTEL_EXPORTER_OTLP{}_HEADERS", "sent with each request; shown nowhere", "`name=value` pairs, separated by commas, percent-encoded, as headers can have them", "none", Error),
    row(Setting::Timeout, "OTEL_EXPORTER_OTLP{}_TIMEOUT", "how long one attempt to send may take", MILLISECONDS, "`10000`", Warning),
    row(Setting::Compression, "OTEL_EXPORTER_OTLP{}_COMPRESSION", "how requests are packed", "`gzip` or `none`", "`none`", Warning),
    row(Setting::Insecure, "OTEL_EXPORTER_OTLP{}_INSECURE", "an endpoint without a scheme is spoken to in the clear", BOOLEAN, "`false`", Warning),
    row(Setting::Certificate, "OTEL_EXPORTER_OTLP{}_CERTIFICATE", "whom to trust instead of the system's roots", FILE, "the system's roots", Error),
    row(Setting::ClientKey, "OTEL_EXPORTER_OTLP{}_CLIENT_KEY", "the key of our own certificate", FILE, "none", Error),
    row(Setting::ClientCertificate, "OTEL_EXPORTER_OTLP{}_CLIENT_CERTIFICATE", "our own certificate, with its chain", FILE, "none", Error),
    row(Setting::Sampler, "OTEL_TRACES_SAMPLER", "which traces are sampled", "`always_on`, `always_off`, `traceidratio`, `parentbased_always_on`, `parentbased_always_off` or `parentbased_traceidratio`", "`parentbased_always_on`", Warning),
    row(Setting::SamplerArgument, "OTEL_TRACES_SAMPLER_ARG", "the part of all traces that a `traceidratio` samples", "a number from 0 to 1", "`1.0`", Warning),
    row(Setting::SampleRatio, "", "the part of all traces that begin here which is sampled, where `OTEL_TRACES_SAMPLER` is not set", "a number from 0 to 1", "none", Error),
    row(Setting::RateLimit, "GLYPH_TRACES_RATE_LIMIT", "the most traces that begin here and are sampled in a second, in place of what `OTEL_TRACES_SAMPLER` says of them", "a whole number from 1 to 10000", "none", Error),
    row(Setting::KeepFailures, "GLYPH_TRACES_KEEP_FAILURES", "keeps each trace with an error in the ring of recent traces, sampled or not", BOOLEAN, "`false`", Error),
    row(Setting::KeepSlowerThan, "GLYPH_TRACES_KEEP_SLOWER_THAN", "keeps each trace with an error, and each that takes at least so long", MILLISECONDS, "none", Error),
    row(Setting::TracesFile, "GLYPH_TRACES_FILE", "gets each span as well, one JSON object a line", "the path of a file", "none", Error),
    row(Setting::BatchDelay, "OTEL_BSP_SCHEDULE_DELAY", "how long the first span of a batch waits for more", "a whole number of milliseconds", "`5000`", Warning),
    row(Setting::BatchExportTimeout, "OTEL_BSP_EXPORT_TIMEOUT", "how long a batch may take, with all attempts", MILLISECONDS, "`30000`", Warning),
    row(Setting::BatchQueue, "OTEL_BSP_MAX_QUEUE_SIZE", "spans that may wait", POSITIVE, "`2048`", Warning),
    row(Setting::BatchSize, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "spans in one request, at most as many as may wait", POSITIVE, "`512`", Warning),
    row(Setting::AttributeValueLength, "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "bytes of an attribute's text", COUNT, "no limit", Warning),
    row(Setting::AttributeCount, "OTEL_ATTRIBUTE_COUNT_LIMIT", "attributes of a span, an event or a link", COUNT, "`128`", Warning),
    row(Setting::SpanAttributeValueLength, "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "bytes of an attribute's text", COUNT, "that of all attributes", Warning),
    row(Setting::SpanAttributeCount, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "attributes of a span", COUNT, "that of all attributes", Warning),
    row(Setting::SpanEventCount, "OTEL_SPAN_EVENT_COUNT_LIMIT", "events of a span", COUNT, "`128`", Warning),
    row(Setting::SpanLinkCount, "OTEL_SPAN_LINK_COUNT_LIMIT", "links of a span", COUNT, "`128`", Warning),
    row(Setting::EventAttributeCount, "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "attributes of an event", COUNT, "that of all attributes", Warning),
    row(Setting::LinkAttributeCount, "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "attributes of a link", COUNT, "that of all attributes", Warning),
    row(Setting::MetricInterval, "OTEL_METRIC_EXPORT_INTERVAL", "from one push of metrics to the next", MILLISECONDS, "`60000`", Warning),
    row(Setting::MetricExportTimeout, "OTEL_METRIC_EXPORT_TIMEOUT", "how long a push may take, with all attempts", MILLISECONDS, "`30000`", Warning),
    row(Setting::LogBatchDelay, "OTEL_BLRP_SCHEDULE_DELAY", "how long the first log record of a batch waits for more", "a whole number of milliseconds", "`1000`", Warning),
    row(Setting::LogBatchExportTimeout, "OTEL_BLRP_EXPORT_TIMEOUT", "how long a batch of log records may take, with all attempts", MILLISECONDS, "`30000`", Warning),
    row(Setting::LogBatchQueue, "OTEL_BLRP_MAX_QUEUE_SIZE", "log records that may wait", POSITIVE, "`2048`", Warning),
    row(Setting::LogBatchSize, "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "log records in one request, at most as many as may wait", POSITIVE, "`512`", Warning),
    row(Setting::RedactedFields, "GLYPH_REDACTED_FIELDS", "fields whose values never leave in lines, log records or spans, beside those that the program names", "names, separated by commas", "none", Error),
];

impl Setting {
    fn row(self) -> Option<&'static Row> {
        ROWS.iter().find(|row| row.setting == self)
    }

    /// Its variable, for all signals.
    #[must_use]
    pub fn variable(self) -> Option<String> {
        let pattern = self.row()?.variable;
        (!pattern.is_empty()).then(|| pattern.replace("{}", ""))
    }

    /// Its variable for one signal (`TRACES`, `METRICS`, `LOGS`), if there is one.
    #[cfg(feature = "trace")]
    pub(super) fn variable_of(self, signal: &str) -> Option<String> {
        let pattern = self.row()?.variable;
        let infix = format!("_{signal}");
        pattern
            .contains("{}")
            .then(|| pattern.replace("{}", &infix))
    }

    pub(super) fn allowed(self) -> &'static str {
        self.row().map_or("", |row| row.allowed)
    }

    pub(super) fn wrong(self) -> Wrong {
        self.row().map_or(Error, |row| row.wrong)
    }

    pub(super) fn is_secret(self) -> bool {
        self == Self::Headers
    }
}

#[cfg(test)]
mod tests {
    use super::ROWS;

    #[test]
    fn each_setting_has_one_row_in_the_order_of_the_settings() {
        for (index, row) in ROWS.iter().enumerate() {
            assert_eq!(row.setting as usize, index, "{:?}", row.setting);
        }
        assert_eq!(
            ROWS.last().map(|row| row.setting),
            Some(super::Setting::RedactedFields)
        );
    }
}
