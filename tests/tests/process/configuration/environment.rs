//! Environment variables of the whole process, and errors about them.

use glyph_runtime::{
    config::{ExemplarFilter, Propagator},
    expose::push::Temporality,
    trace::Sampler,
};

use crate::configuration::{read, traces, warnings};

#[test]
fn spans_are_not_exported_without_variables() {
    let configuration = read(&[]).unwrap();
    assert_eq!(configuration.service, "shop");
    assert_eq!(configuration.warnings, []);
    assert_eq!(
        configuration.propagators,
        [Propagator::TraceContext, Propagator::Baggage]
    );
    let traces = configuration.traces.unwrap();
    assert!(traces.otlp.is_none() && traces.file.is_none());
    assert_eq!(traces.sampler, Sampler::parent_based(Sampler::AlwaysOn));
    assert!(configuration.metrics_otlp.is_none() && configuration.logs_otlp.is_none());
}

#[test]
fn empty_variable_counts_as_unset() {
    let configuration = read(&[
        ("OTEL_SERVICE_NAME", " "),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
        ("OTEL_TRACES_SAMPLER", ""),
    ]);
    let configuration = configuration.unwrap();
    assert_eq!(configuration.service, "shop");
    assert_eq!(configuration.warnings, []);
    assert!(configuration.traces.unwrap().otlp.is_none());
}

#[test]
fn service_name_variable_sets_the_resource() {
    let attributes = (
        "OTEL_RESOURCE_ATTRIBUTES",
        "service.name=attribute,team=check%20out,deployment.environment.name=staging",
    );
    let both = read(&[attributes, ("OTEL_SERVICE_NAME", "variable")]).unwrap();
    assert_eq!(both.service, "variable");
    assert_eq!(both.environment.as_deref(), Some("staging"));
    let traces = both.traces.unwrap();
    assert_eq!(traces.service, "variable");
    assert_eq!(traces.environment.as_deref(), Some("staging"));
    assert_eq!(
        traces.resource,
        [("team".to_owned(), "check out".to_owned())]
    );
    assert_eq!(read(&[attributes]).unwrap().service, "attribute");
}

#[test]
fn malformed_resource_attributes_are_all_ignored() {
    let variables = [("OTEL_RESOURCE_ATTRIBUTES", "team=a,broken")];
    assert!(traces(&variables).resource.is_empty());
    assert_eq!(
        warnings(&variables)[0].to_string(),
        "ignored invalid OTEL_RESOURCE_ATTRIBUTES=\"team=a,broken\": expected `name=value` pairs, separated \
         by commas, percent-encoded"
    );
}

#[test]
fn disabled_sdk_makes_no_spans() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318");
    let disabled = read(&[("OTEL_SDK_DISABLED", "TRUE"), endpoint]).unwrap();
    assert!(disabled.traces.is_none());
    let enabled = read(&[("OTEL_SDK_DISABLED", "yes"), endpoint]).unwrap();
    assert!(enabled.traces.is_some());
    assert_eq!(enabled.warnings[0].variable, "OTEL_SDK_DISABLED");
}

#[test]
fn unknown_propagators_are_ignored() {
    let variables = [("OTEL_PROPAGATORS", "ottrace,baggage,baggage")];
    let configuration = read(&variables).unwrap();
    assert_eq!(configuration.propagators, [Propagator::Baggage]);
    assert_eq!(configuration.warnings[0].value, "ottrace");
    let all = [("OTEL_PROPAGATORS", "B3,b3multi,jaeger")];
    let expected = [Propagator::B3, Propagator::B3Multi, Propagator::Jaeger];
    assert_eq!(read(&all).unwrap().propagators, expected);
    assert_eq!(
        read(&[("OTEL_PROPAGATORS", "none")]).unwrap().propagators,
        []
    );
}

#[test]
fn errors_name_variable_value_and_expectation_without_secrets() {
    let error = |name, value| read(&[(name, value)]).unwrap_err().to_string();
    assert_eq!(
        error("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://a"),
        "invalid OTEL_EXPORTER_OTLP_ENDPOINT=\"ftp://a\": expected a URL such as http://localhost:4318, or host:port"
    );
    let endpoint = error(
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "https://user:secret@a",
    );
    assert!(endpoint.contains("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"));
    assert!(!endpoint.contains("secret"), "{endpoint}");
    let headers = error("OTEL_EXPORTER_OTLP_HEADERS", "authorization secret");
    assert!(headers.starts_with("invalid OTEL_EXPORTER_OTLP_HEADERS=\"…\""));
    assert!(!headers.contains("secret"), "{headers}");
    let hostile = error("OTEL_EXPORTER_OTLP_ENDPOINT", "\u{1b}[31m\n");
    assert!(!hostile.contains('\u{1b}') && !hostile.contains('\n'));
}

#[test]
fn temporality_of_exported_metrics_is_read_in_any_case() {
    let variable = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
    let exporter = ("OTEL_METRICS_EXPORTER", "otlp");
    let temporality = |value| {
        let configuration = read(&[exporter, (variable, value)]).unwrap();
        let warned = configuration.warnings.iter();
        let warned = warned
            .filter(|warning| warning.variable == variable)
            .count();
        (configuration.metrics_otlp.unwrap().temporality, warned)
    };
    assert_eq!(temporality("Delta"), (Temporality::Delta, 0));
    assert_eq!(temporality("lowmemory"), (Temporality::LowMemory, 0));
    assert_eq!(temporality("cumulative"), (Temporality::Cumulative, 0));
    assert_eq!(temporality("monthly"), (Temporality::Cumulative, 1));
}

#[test]
fn exemplar_filter_is_read_in_any_case() {
    let filter = |value| {
        let configuration = read(&[("OTEL_METRICS_EXEMPLAR_FILTER", value)]).unwrap();
        (configuration.exemplar_filter, configuration.warnings.len())
    };
    assert_eq!(filter("ALWAYS_ON"), (ExemplarFilter::AlwaysOn, 0));
    assert_eq!(filter("always_off"), (ExemplarFilter::AlwaysOff, 0));
    assert_eq!(filter("sometimes"), (ExemplarFilter::TraceBased, 1));
}
