//! Variables of OpenTelemetry's specification that glyph does not support.
//!
//! The table of settings has those that it supports. No other variable that begins with `OTEL_`
//! is one of the specification: operators set names such as `OTEL_POD_IP` for their own use.

/// The variables ("Environment Variable Specification", "OpenTelemetry Protocol Exporter" and
/// "Metrics Exporter - OTLP").
pub(super) const UNSUPPORTED: &[&str] = &[
    "OTEL_CONFIG_FILE",
    "OTEL_ENTITIES",
    "OTEL_EXPERIMENTAL_CONFIG_FILE",
    "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
    "OTEL_EXPORTER_OTLP_METRIC_INSECURE",
    "OTEL_EXPORTER_OTLP_SPAN_INSECURE",
    "OTEL_EXPORTER_ZIPKIN_ENDPOINT",
    "OTEL_EXPORTER_ZIPKIN_PROTOCOL",
    "OTEL_EXPORTER_ZIPKIN_TIMEOUT",
    "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
];

#[cfg(test)]
mod tests {
    use super::UNSUPPORTED;
    use crate::config::setting::SETTINGS;

    #[test]
    fn each_variable_stands_once() {
        let signals = ["", "_TRACES", "_METRICS", "_LOGS"];
        for spec in &SETTINGS {
            for signal in signals {
                let name = spec.variable.replace("{}", signal);
                assert!(!UNSUPPORTED.contains(&name.as_str()), "{name}");
            }
        }
        assert!(UNSUPPORTED.is_sorted());
    }
}
