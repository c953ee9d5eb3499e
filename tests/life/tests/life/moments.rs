//! Moments of threads and of the process, without a fork.

use serde_json::Value;

use crate::{CALLS, Child};

/// Values that are held by a thread-local.
const HELD: usize = 13;

/// Returns a child that runs as in a program with `panic = "abort"` and as in one without.
fn both_ways(moment: &str, calls: usize) -> [Child; 2] {
    [&[][..], &["abort"]].map(|arguments| {
        let child = Child::at(moment, arguments, &[]);
        child.made_calls(calls);
        child
    })
}

#[test]
fn calls_record_before_install() {
    both_ways("before install", 4 * CALLS);
}

#[test]
fn calls_record_in_destructors_of_a_threads_locals() {
    // One local alone; four and the running thread; two that hold values.
    let calls = CALLS * (1 + 5 + 2) + 2 * HELD;
    for child in both_ways("locals of threads", calls) {
        let log = child.file("");
        let lines = || {
            log.lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap())
        };
        let logged = lines().filter(|line| line["message"] == "logged");
        assert_eq!(logged.count(), 1 + 5 + 2, "{log}");
        // Three have a trace: the thread that runs, and the locals that end before what spans use.
        let below: Vec<_> = lines()
            .filter(|line| line["message"] == "below none")
            .collect();
        let traced = below.iter().filter(|line| line["trace_id"].is_string());
        assert_eq!((below.len(), traced.count()), (8, 3), "{log}");
    }
}

#[test]
fn calls_record_in_destructors_of_a_thread_with_spans_that_are_only_logged() {
    let disabled = ("OTEL_SDK_DISABLED", "true");
    let verbose = ("RUST_LOG", "debug");
    for variables in [&[disabled][..], &[verbose], &[disabled, verbose]] {
        // Four threads with a local each.
        Child::at("locals around spans", &["abort"], variables).made_calls(4 * CALLS);
    }
}

#[test]
fn calls_record_in_destructors_of_a_thread_with_spans_of_a_programs_layer() {
    let variables = [("OTEL_SDK_DISABLED", "true"), ("RUST_LOG", "off")];
    let child = Child::at("locals around spans of a layer", &["abort"], &variables);
    child.made_calls(4 * CALLS);
}

#[test]
fn calls_record_in_destructors_of_a_thread_that_has_only_used_opentelemetry() {
    both_ways("local after OpenTelemetry", CALLS);
}

#[test]
fn calls_record_in_destructors_of_the_main_threads_locals() {
    both_ways("locals of the main thread", CALLS * 6);
}

#[test]
fn calls_record_in_a_panic_hook() {
    Child::at("panic hook", &[], &[]).made_calls(2 * CALLS);
}

#[test]
fn calls_record_after_shutdown() {
    for child in both_ways("after shutdown", CALLS * 7) {
        let output = &child.ended.output;
        assert!(
            output.contains("report: 1 span was still open: `open`"),
            "{output}"
        );
    }
}
