//! Variables, one after the other.

use std::{path::Path, time::Duration};

use glyph_runtime::{
    config::{ConfigWarning, Propagator, Setting},
    log::Format,
    trace::{Compression, OtlpSettings, Protocol, Sampler, Settings},
};

use crate::{environment, read};

fn traces(variables: &[(&'static str, &'static str)]) -> Settings {
    read(variables).unwrap().traces.unwrap()
}

fn otlp(variables: &[(&'static str, &'static str)]) -> OtlpSettings {
    traces(variables).otlp.unwrap()
}

fn warnings(variables: &[(&'static str, &'static str)]) -> Vec<ConfigWarning> {
    read(variables).unwrap().warnings
}

#[test]
fn without_any_variable_spans_stay_in_the_process() {
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
fn an_empty_variable_is_not_set() {
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
fn the_resource_has_the_name_of_its_own_variable() {
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
fn malformed_resource_attributes_are_ignored_whole() {
    let variables = [("OTEL_RESOURCE_ATTRIBUTES", "team=a,broken")];
    assert!(traces(&variables).resource.is_empty());
    assert_eq!(
        warnings(&variables)[0].to_string(),
        "OTEL_RESOURCE_ATTRIBUTES is \"team=a,broken\", which is ignored: it has to be `name=value` pairs, separated \
         by commas, percent-encoded"
    );
}

#[test]
fn a_disabled_sdk_makes_no_spans() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318");
    let disabled = read(&[("OTEL_SDK_DISABLED", "TRUE"), endpoint]).unwrap();
    assert!(disabled.traces.is_none());
    let enabled = read(&[("OTEL_SDK_DISABLED", "yes"), endpoint]).unwrap();
    assert!(enabled.traces.is_some());
    assert_eq!(enabled.warnings[0].variable, "OTEL_SDK_DISABLED");
}

#[test]
fn endpoints_get_a_path_or_keep_theirs() {
    const GENERAL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const OWN: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
    for (variables, endpoint) in [
        (&[(GENERAL, "http://a:4318")][..], "http://a:4318/v1/traces"),
        (&[(GENERAL, "http://a/otlp/")], "http://a/otlp/v1/traces"),
        (&[(GENERAL, "a:4318")], "a:4318/v1/traces"),
        (&[(OWN, "http://a:4318")], "http://a:4318/"),
        (&[(OWN, "http://a:4318/x")], "http://a:4318/x"),
        (&[(GENERAL, "http://a"), (OWN, "http://b/x")], "http://b/x"),
        (
            &[(GENERAL, "http://a:4317"), (PROTOCOL, "grpc")],
            "http://a:4317",
        ),
        (
            &[(OWN, "http://a:4317"), (PROTOCOL, "grpc")],
            "http://a:4317",
        ),
        (
            &[("OTEL_TRACES_EXPORTER", "otlp")],
            "http://localhost:4318/v1/traces",
        ),
        (
            &[("OTEL_TRACES_EXPORTER", "otlp"), (PROTOCOL, "grpc")],
            "http://localhost:4317",
        ),
    ] {
        assert_eq!(otlp(variables).endpoint, endpoint, "{variables:?}");
    }
}

#[test]
fn an_exporter_can_be_refused() {
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"),
        ("OTEL_TRACES_EXPORTER", "none"),
    ];
    assert!(traces(&variables).otlp.is_none());
    let unknown = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"),
        ("OTEL_TRACES_EXPORTER", "zipkin"),
    ];
    assert!(traces(&unknown).otlp.is_some());
    assert_eq!(warnings(&unknown)[0].value, "zipkin");
}

#[test]
fn metrics_and_lines_are_pushed_only_where_it_is_said() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318");
    let silent = read(&[endpoint]).unwrap();
    assert!(silent.metrics_otlp.is_none() && silent.logs_otlp.is_none());
    let pushed = read(&[
        endpoint,
        ("OTEL_METRICS_EXPORTER", "prometheus,otlp"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "grpc"),
    ]);
    let pushed = pushed.unwrap();
    assert_eq!(
        pushed.metrics_otlp.unwrap().otlp.endpoint,
        "http://a:4318/v1/metrics"
    );
    let logs = pushed.logs_otlp.unwrap().otlp;
    assert_eq!(
        (logs.endpoint.as_str(), logs.protocol),
        ("http://a:4318", Protocol::Grpc)
    );
}

#[test]
fn a_signal_s_own_variables_come_before_the_general_ones() {
    let general = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://a"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x,a=1"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_INSECURE", "true"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "/key.pem"),
        ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/client.pem"),
    ];
    let settings = otlp(&general);
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        settings.headers,
        [header("authorization", "Bearer x"), header("a", "1")]
    );
    assert_eq!(settings.timeout, Duration::from_millis(2500));
    assert_eq!(settings.compression, Compression::Gzip);
    assert!(settings.insecure && !settings.tls.insecure_skip_verify);
    assert_eq!(settings.tls.ca_file.as_deref(), Some(Path::new("/ca.pem")));
    assert_eq!(
        settings.tls.client_key_file.as_deref(),
        Some(Path::new("/key.pem"))
    );
    assert_eq!(
        settings.tls.client_certificate_file.as_deref(),
        Some(Path::new("/client.pem"))
    );
    let own = [
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "b=2"),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none"),
        ("OTEL_EXPORTER_OTLP_TRACES_INSECURE", "false"),
        ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "/other.pem"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
    ];
    let settings = otlp(&[&general[..], &own].concat());
    assert_eq!(settings.headers, [header("b", "2")]);
    assert_eq!(settings.timeout, Duration::from_millis(1));
    assert_eq!(settings.compression, Compression::None);
    assert!(!settings.insecure);
    assert_eq!(
        settings.tls.ca_file.as_deref(),
        Some(Path::new("/other.pem"))
    );
    assert_eq!(settings.protocol, Protocol::Grpc);
}

#[test]
fn samplers_have_the_specification_s_names() {
    const ARGUMENT: (&str, &str) = ("OTEL_TRACES_SAMPLER_ARG", "0.1");
    let ratio = || Sampler::TraceIdRatio(0.1);
    for (name, sampler) in [
        ("always_on", Sampler::AlwaysOn),
        ("always_off", Sampler::AlwaysOff),
        ("traceidratio", ratio()),
        (
            "parentbased_always_on",
            Sampler::parent_based(Sampler::AlwaysOn),
        ),
        (
            "parentbased_always_off",
            Sampler::parent_based(Sampler::AlwaysOff),
        ),
        ("parentbased_traceidratio", Sampler::parent_based(ratio())),
    ] {
        let variables = [("OTEL_TRACES_SAMPLER", name), ARGUMENT];
        assert_eq!(traces(&variables).sampler, sampler, "{name}");
    }
}

#[test]
fn a_wrong_sampler_or_argument_is_as_if_it_were_not_set() {
    let unknown = [("OTEL_TRACES_SAMPLER", "jaeger_remote")];
    assert_eq!(
        traces(&unknown).sampler,
        Sampler::parent_based(Sampler::AlwaysOn)
    );
    assert_eq!(warnings(&unknown)[0].variable, "OTEL_TRACES_SAMPLER");
    for wrong in ["1.5", "-1", "NaN", "ten"] {
        let variables = [
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", wrong),
        ];
        assert_eq!(traces(&variables).sampler, Sampler::TraceIdRatio(1.0));
        assert_eq!(warnings(&variables)[0].value, wrong);
    }
}

#[test]
fn batches_and_spans_have_limits() {
    let settings = traces(&[
        ("OTEL_BSP_SCHEDULE_DELAY", "0"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "1000"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "100"),
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "10"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "64"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "20"),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "3"),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "4"),
        ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "5"),
    ]);
    let batch = settings.batch;
    assert_eq!(batch.delay, Duration::ZERO);
    assert_eq!(batch.export_timeout, Duration::from_secs(1));
    assert_eq!((batch.queue, batch.batch), (100, 100));
    let limits = settings.limits;
    assert_eq!(limits.attribute_value_length, Some(64));
    assert_eq!((limits.attributes, limits.attributes_per_event), (20, 10));
    assert_eq!((limits.events, limits.links), (3, 4));
    assert_eq!(limits.attributes_per_link, 5);
}

#[test]
fn numbers_that_are_none_are_ignored_with_a_warning() {
    for variable in [
        "OTEL_BSP_SCHEDULE_DELAY",
        "OTEL_BSP_EXPORT_TIMEOUT",
        "OTEL_BSP_MAX_QUEUE_SIZE",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
        "OTEL_SPAN_EVENT_COUNT_LIMIT",
    ] {
        for wrong in ["-1", "many", "1.5", "99999999999999999999"] {
            let found = warnings(&[(variable, wrong)]);
            assert_eq!(found.len(), 1, "{variable}={wrong}");
            assert_eq!(
                (found[0].variable.as_str(), &*found[0].value),
                (variable, wrong)
            );
        }
    }
    assert_eq!(warnings(&[("OTEL_BSP_MAX_QUEUE_SIZE", "0")]).len(), 1);
}

#[test]
fn of_propagators_the_unknown_are_left_out() {
    let variables = [("OTEL_PROPAGATORS", "b3,baggage,baggage")];
    let configuration = read(&variables).unwrap();
    assert_eq!(configuration.propagators, [Propagator::Baggage]);
    assert_eq!(configuration.warnings[0].value, "b3");
    assert_eq!(
        read(&[("OTEL_PROPAGATORS", "none")]).unwrap().propagators,
        []
    );
}

#[test]
fn the_log_follows_rust_log_and_then_the_level() {
    let filter = |variables| read(variables).unwrap().log.filter;
    assert_eq!(filter(&[]), "");
    assert_eq!(filter(&[("OTEL_LOG_LEVEL", "WARN")]), "warn");
    assert_eq!(
        filter(&[("OTEL_LOG_LEVEL", "WARN"), ("RUST_LOG", "info,hyper=off")]),
        "info,hyper=off"
    );
    assert_eq!(warnings(&[("OTEL_LOG_LEVEL", "loud")]).len(), 1);
    let error = read(&[("RUST_LOG", "info,hyper=loud")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "RUST_LOG is \"info,hyper=loud\": it has to be directives such as `info,hyper=warn`"
    );
}

#[test]
fn a_service_has_names_of_its_own() {
    let ibex = |variables: &[(&'static str, &'static str)]| {
        environment(variables)
            .alias("IBEX_SERVICE_NAME", Setting::ServiceName)
            .alias(
                "OTEL_DEPLOYMENT_ENVIRONMENT",
                Setting::DeploymentEnvironment,
            )
            .alias("IBEX_ENV", Setting::DeploymentEnvironment)
            .alias("IBEX_LOG_LEVEL", Setting::LogLevel)
            .alias("IBEX_LOG_FORMAT", Setting::LogFormat)
            .alias("OTEL_SAMPLE_RATIO", Setting::SampleRatio)
            .default_value(Setting::SampleRatio, "0.01")
            .read("proxy")
    };
    let ratio = |ratio| Sampler::parent_based(Sampler::TraceIdRatio(ratio));
    let defaults = ibex(&[]).unwrap();
    assert_eq!(defaults.traces.unwrap().sampler, ratio(0.01));

    let set = ibex(&[
        ("IBEX_SERVICE_NAME", "ibex"),
        ("IBEX_ENV", "staging"),
        ("IBEX_LOG_LEVEL", "DEBUG"),
        ("IBEX_LOG_FORMAT", "json"),
        ("OTEL_SAMPLE_RATIO", "0.5"),
    ]);
    let set = set.unwrap();
    assert_eq!(set.service, "ibex");
    assert_eq!(set.environment.as_deref(), Some("staging"));
    assert_eq!(
        (set.log.filter.as_str(), set.log.format),
        ("debug", Format::Json)
    );
    assert_eq!(set.traces.unwrap().sampler, ratio(0.5));

    let standard = ibex(&[
        ("OTEL_SERVICE_NAME", "standard"),
        ("IBEX_SERVICE_NAME", "ibex"),
        ("OTEL_DEPLOYMENT_ENVIRONMENT", "production"),
        ("IBEX_ENV", "staging"),
        ("OTEL_TRACES_SAMPLER", "always_on"),
        ("OTEL_SAMPLE_RATIO", "0.5"),
    ]);
    let standard = standard.unwrap();
    assert_eq!(standard.service, "standard");
    assert_eq!(standard.environment.as_deref(), Some("production"));
    assert_eq!(standard.traces.unwrap().sampler, Sampler::AlwaysOn);

    let error = |name, value| ibex(&[(name, value)]).unwrap_err().to_string();
    assert_eq!(
        error("IBEX_LOG_LEVEL", "loud"),
        "IBEX_LOG_LEVEL is \"loud\": it has to be `trace`, `debug`, `info`, `warn`, `error` or `off`, in any case"
    );
    assert!(error("OTEL_SAMPLE_RATIO", "2").contains("from 0 to 1"));
    assert!(error("IBEX_LOG_FORMAT", "xml").contains("`json`, `pretty`"));
}

#[test]
fn errors_name_variable_value_and_what_is_allowed_but_no_secret() {
    let error = |name, value| read(&[(name, value)]).unwrap_err().to_string();
    assert_eq!(
        error("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://a"),
        "OTEL_EXPORTER_OTLP_ENDPOINT is \"ftp://a\": it has to be a URL such as http://localhost:4318, or host:port"
    );
    let endpoint = error(
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "https://user:secret@a",
    );
    assert!(endpoint.contains("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"));
    assert!(!endpoint.contains("secret"), "{endpoint}");
    let headers = error("OTEL_EXPORTER_OTLP_HEADERS", "authorization secret");
    assert!(headers.starts_with("OTEL_EXPORTER_OTLP_HEADERS is \"…\""));
    assert!(!headers.contains("secret"), "{headers}");
    let hostile = error("OTEL_EXPORTER_OTLP_ENDPOINT", "\u{1b}[31m\n");
    assert!(!hostile.contains('\u{1b}') && !hostile.contains('\n'));
}
