//! Services with their own variables and flags.

use std::sync::Arc;

use tokio_rustls::rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use crate::installed::{Service, lines, receiver::Receiver};
use glyph_tests::receiver::attributes::{hex, text};

#[test]
fn custom_variables_accept_a_bare_host_and_port() {
    let collector = Receiver::start([]);
    let address = collector.address().to_string();
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", address.as_str()),
        ("IBEX_SERVICE_NAME", "proxy"),
        ("IBEX_ENV", "staging"),
        ("IBEX_LOG_LEVEL", "WARN"),
        ("IBEX_LOG_FORMAT", "json"),
        ("OTEL_SAMPLE_RATIO", "1"),
    ];
    let mut service = Service::start(&variables, &["--ibex"]);
    let trace = service.turn();
    service.ask("flush");
    assert_eq!(hex(&collector.spans()[0].trace_id), trace);
    let resource = &collector.resources()[0].attributes;
    assert_eq!(text(resource, "service.name"), Some("proxy"));
    assert_eq!(
        text(resource, "deployment.environment.name"),
        Some("staging")
    );
    let lines = lines(&service.end());
    assert_eq!(
        lines.len(),
        1,
        "only what is audited is above WARN: {lines:#?}"
    );
    assert_eq!(lines[0]["target"], "audit");
}

#[test]
fn ibex_default_ratio_keeps_few_traces() {
    let mut service = Service::start(&[], &["--ibex"]);
    for _ in 0..50 {
        service.turn();
    }
    let sampled = service.ask("recent").as_array().unwrap().len();
    // One in a hundred: more than ten of fifty happen about once in 1e10 runs.
    assert!(sampled <= 10, "{sampled}");
    service.end();
}

/// Starts a collector with a self-signed certificate.
fn with_tls() -> Receiver {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
    let provider = tokio_rustls::rustls::crypto::ring::default_provider();
    let config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], PrivateKeyDer::from(key))
        .unwrap();
    Receiver::start_at("127.0.0.1:0", [], Some(Arc::new(config).into()))
}

#[test]
fn all_six_command_line_flags_take_effect() {
    let collector = with_tls();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("traces.jsonl");
    let endpoint = format!("https://localhost:{}/v1/traces", collector.address().port());
    let arguments = [
        "--trace-endpoint",
        &endpoint,
        "--trace-service-name",
        "glyphd-prod",
        "--trace-sample-ratio",
        "1",
        "--trace-file",
        file.to_str().unwrap(),
        "--trace-headers",
        "x-token=secret",
        "--trace-insecure-skip-verify",
    ];
    // The command line takes precedence.
    let variables = [
        ("OTEL_TRACES_SAMPLER", "always_off"),
        ("OTEL_SERVICE_NAME", "glyphd"),
    ];
    let mut service = Service::start(&variables, &arguments);
    let trace = service.turn();
    let flushed = service.ask("flush");
    assert_eq!(flushed["traces"], true);
    let received = &collector.received()[0];
    assert_eq!(
        (received.path.as_str(), &received.headers["x-token"]),
        ("/v1/traces", &"secret".parse().unwrap())
    );
    assert_eq!(hex(&collector.spans()[0].trace_id), trace);
    let resource = &collector.resources()[0].attributes;
    assert_eq!(text(resource, "service.name"), Some("glyphd-prod"));
    service.end();
    assert_eq!(lines(&std::fs::read_to_string(file).unwrap()).len(), 1);
}

#[test]
fn zero_ratio_flag_makes_no_spans() {
    let mut service = Service::start(&[], &["--trace-sample-ratio", "0"]);
    service.turn();
    assert!(service.ask("recent").as_array().unwrap().is_empty());
    service.end();
}
