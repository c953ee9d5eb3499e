//! Additional variable names of a service.

use glyph_runtime::{config::Setting, log::Format, trace::Sampler};

use crate::configuration::environment;

#[test]
fn service_can_alias_variable_names() {
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
        "invalid IBEX_LOG_LEVEL=\"loud\": expected `trace`, `debug`, `info`, `warn`, `error` or `off`, in any case"
    );
    assert!(error("OTEL_SAMPLE_RATIO", "2").contains("from 0 to 1"));
    assert!(error("IBEX_LOG_FORMAT", "xml").contains("`json`, `pretty`"));
}
