//! Interoperation with the propagators of OpenTelemetry's Python SDK, in both directions.

use std::{
    collections::BTreeMap,
    io::Write,
    process::{Command, Stdio},
};

use glyph_runtime::{
    context::{Baggage, baggage},
    trace::propagation,
};
use glyph_tests::otel_python;

use crate::propagation::traced::{SPAN, TRACE, headers};

/// Sends these headers to the Python SDK, which extracts them, adds baggage and injects its own.
fn handed_on(headers: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/traces/propagation/hand_on.py"
    );
    let mut process = Command::new(otel_python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    input
        .write_all(&serde_json::to_vec(headers).unwrap())
        .unwrap();
    drop(input);
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
#[ignore = "needs Python with opentelemetry-sdk: .ci/run installs it"]
fn context_survives_a_round_trip_through_python() {
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let came = headers(&[("traceparent", &parent), ("tracestate", "rojo=1,congo=2")]);
    let value = "Amélie, 50% a+b=c;d";
    let mut outgoing = BTreeMap::new();
    propagation::extract(&came).in_scope(|| {
        let more = Baggage::current().try_with("user", value).unwrap();
        more.in_scope(|| propagation::inject(&mut outgoing));
    });

    let back = handed_on(&outgoing);
    assert_eq!(back["python.trace_id"], TRACE);
    assert_eq!(back["python.user"], value);

    let remote = propagation::extract(&back);
    let span = remote.span_context().unwrap();
    assert_eq!(span.trace_id().to_string(), TRACE);
    assert_eq!(span.span_id().to_string(), back["python.span_id"]);
    assert_ne!(span.span_id().to_string(), SPAN, "a child of Python's");
    assert!(span.is_sampled());
    assert_eq!(span.trace_state().header(), "rojo=1,congo=2");
    remote.in_scope(|| {
        assert_eq!(baggage("from").as_deref(), Some("python"));
    });
}
