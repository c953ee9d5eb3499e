//! Context that crosses the process boundary.

use crate::installed::Service;

/// Returns the headers of an outgoing request. Asserts that both propagators write the same.
fn headers(variables: &[(&str, &str)]) -> Vec<String> {
    let mut service = Service::start(variables, &[]);
    let injected = service.ask("inject");
    service.end();
    let names = |by: &str| -> Vec<_> {
        let headers = injected[by].as_object().unwrap();
        let written = headers.iter().filter(|(_, value)| *value != "");
        written.map(|(name, _)| name.clone()).collect()
    };
    let own = names("own");
    assert_eq!(own, names("global"));
    own
}

#[test]
fn configured_propagators_apply_to_glyph_and_opentelemetry() {
    let said = |propagators| headers(&[("OTEL_PROPAGATORS", propagators)]);
    assert_eq!(headers(&[]), ["baggage", "traceparent"]);
    assert_eq!(said("tracecontext"), ["traceparent"]);
    assert_eq!(said("baggage"), ["baggage"]);
    assert_eq!(said("none"), [""; 0]);
    assert_eq!(said("b3"), ["b3"]);
    let several = ["x-b3-sampled", "x-b3-spanid", "x-b3-traceid"];
    assert_eq!(said("b3multi"), several);
    assert_eq!(said("jaeger,baggage"), ["baggage", "uber-trace-id"]);
}

#[test]
fn disabled_sdk_still_propagates_context() {
    let disabled = ("OTEL_SDK_DISABLED", "true");
    assert_eq!(headers(&[disabled]), ["baggage"]);
}
