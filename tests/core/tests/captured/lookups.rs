//! Valid and invalid lookups.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use glyph_core::testing;

use crate::catalog::{Handover, Metrics, Provider, Request, Status, ToolCall, stage};

/// Returns the panic message of `lookup`.
fn refusal<R>(lookup: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(lookup)).err().unwrap();
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().unwrap()).to_owned(),
    }
}

#[test]
fn series_are_selected_by_type_or_name() {
    let captured = testing::capture();
    let metrics = Metrics::global();
    for (provider, status, times) in [
        (Provider::Deepgram, Status::Ok, 1),
        (Provider::Deepgram, Status::Cancelled, 10),
        (Provider::Elevenlabs, Status::Cancelled, 100),
    ] {
        metrics.requests.add(Request { provider, status }, times);
    }
    let requests = captured.counter(&metrics.requests);
    assert_eq!(requests.value(), 111);
    assert_eq!(requests.with(Status::Cancelled).value(), 110);
    assert_eq!(requests.with(Provider::Deepgram).value(), 11);
    let both = requests.with(Provider::Deepgram).with(Status::Cancelled);
    assert_eq!(both.value(), 10);
    assert_eq!(requests.with_label("status", Status::Ok).value(), 1);
    assert_eq!(requests.with_label("status", "cancelled").value(), 110);
    assert_eq!(requests.with(Status::Panicked).value(), 0);
    assert_eq!(requests.with(Status::Ok).with(Status::Error).value(), 0);
}

#[test]
fn open_label_is_looked_up_by_its_text() {
    let captured = testing::capture();
    let calls = &Metrics::global().tool_calls;
    let never = captured.counter(calls).with("dice");
    calls.add(
        ToolCall {
            tool: "dice",
            status: Status::Ok,
        },
        2,
    );
    calls.inc(ToolCall {
        tool: "dice",
        status: Status::Error,
    });
    let dice = captured.counter(calls).with("dice");
    assert_eq!(dice.value(), 3);
    assert_eq!(dice.with(Status::Error).value(), 1);
    assert_eq!(
        captured
            .counter(calls)
            .with_label("tool", String::from("dice"))
            .value(),
        3
    );
    assert_eq!(captured.counter(calls).with("never heard of").value(), 0);
    assert_eq!(never.value(), 3, "asked for before it was recorded");
}

#[test]
fn values_are_in_the_metrics_unit() {
    let captured = testing::capture();
    let metrics = Metrics::global();
    metrics.billed.add_duration(Duration::from_millis(2500));
    assert_eq!(captured.counter(&metrics.billed).value(), 2);
    metrics.tts.observe(Duration::from_millis(20));
    metrics.tts.observe(0.5);
    let tts = captured.histogram_of(&metrics.tts);
    assert_eq!((tts.count(), tts.sum()), (2, 0.52));
    let counts: Vec<_> = tts.snapshot().buckets().map(|(_, count)| count).collect();
    assert_eq!(counts, [0, 1, 1, 0]);
}

#[test]
fn lookup_of_a_missing_label_panics() {
    let captured = testing::capture();
    let message = refusal(|| captured.histogram::<stage::stt>().with(true));
    assert_eq!(
        message,
        "metric `captured_stt_seconds` has no label of the type `bool`; its labels: \
         `provider: captured::catalog::Provider` (deepgram, elevenlabs), \
         `status: captured::catalog::Status` (ok, error, cancelled, panicked)"
    );
    let message = refusal(|| captured.histogram::<stage::tts>().with(Status::Ok));
    assert_eq!(
        message,
        "metric `captured_tts_seconds` has no label of the type `captured::catalog::Status`; \
         its labels: none"
    );
    let calls = captured.counter(&Metrics::global().tool_calls);
    let message = refusal(|| calls.with_label("tol", "dice"));
    assert_eq!(
        message,
        "metric `captured_tool_calls` has no label `tol`; its labels: `tool: &str`, \
         `status: captured::catalog::Status` (ok, error, cancelled, panicked)"
    );
}

#[test]
fn lookup_by_a_type_of_two_labels_panics() {
    let captured = testing::capture();
    let handovers = &Metrics::global().handovers;
    handovers.inc(Handover {
        from: Provider::Deepgram,
        to: Provider::Elevenlabs,
    });
    let message = refusal(|| captured.counter(handovers).with(Provider::Deepgram));
    assert!(
        message.starts_with(
            "metric `captured_handovers` has more than one label of the type \
             `captured::catalog::Provider`: use `.with_label(\"from\", ..)` or `.with_label(\"to\", ..)`;"
        ),
        "{message}"
    );
    let handovers = captured.counter(handovers);
    assert_eq!(handovers.with_label("from", Provider::Deepgram).value(), 1);
    assert_eq!(handovers.with_label("to", Provider::Deepgram).value(), 0);
}

#[test]
fn lookup_of_an_impossible_value_panics() {
    let captured = testing::capture();
    let requests = captured.counter(&Metrics::global().requests);
    let message = refusal(|| requests.with_label("status", "canceled"));
    assert!(
        message
            .starts_with("metric `captured_requests` has no value `canceled` for label `status`;"),
        "{message}"
    );
}

#[test]
fn lookup_of_an_unbound_gauge_panics() {
    let captured = testing::capture();
    assert_eq!(
        refusal(|| captured.in_flight::<stage::tts>()),
        "stage `tts` binds no in-flight gauge: `#[stage(tts, in_flight = ..)]`"
    );
}
