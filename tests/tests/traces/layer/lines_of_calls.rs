//! Events of a program with the targets of the lines of calls.

use glyph_runtime::{grpc::CALL_TARGET, http::REQUEST_TARGET};
use glyph_tests::environment;
use tracing::{info, info_span};
use tracing_subscriber::layer::SubscriberExt;

use crate::layer::exported::exported;

const EXPECTED: [&str; 2] = ["request queued", "call queued"];

fn work() {
    info_span!("queue").in_scope(|| {
        info!(target: REQUEST_TARGET, "request queued");
        info!(target: CALL_TARGET, "call queued");
    });
}

#[test]
fn program_may_log_with_the_targets_of_calls_and_its_span_has_the_events() {
    let spans = exported(work);
    let names: Vec<_> = spans[0].events.iter().map(|event| &*event.name).collect();
    assert_eq!(names, EXPECTED);
}

#[test]
fn filter_of_a_telemetry_keeps_events_of_the_program_with_the_targets_of_calls() {
    let telemetry = environment::telemetry("shop").build().unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::with_default(subscriber, work);
    let events = telemetry.recent_traces().remove(0).spans.remove(0).events;
    let names: Vec<_> = events.iter().map(|event| &*event.name).collect();
    assert_eq!(names, EXPECTED);
}
