//! Captures see only what their own test records.

use std::{sync::Barrier, thread};

use glyph_core::testing::{self, Capture};

use crate::catalog::{Metrics, Provider, Request, Status, ToolCall, stage};

const THREADS: usize = 32;

/// Records everything `times` times: stages, counters, gauges that are set and added to, open
/// labels.
fn record(thread: usize, times: usize) {
    let metrics = Metrics::global();
    for _ in 0..times {
        stage::stt {
            provider: Provider::Deepgram,
        }
        .time(|| metrics.sessions.inc());
        metrics.tool_calls.inc(ToolCall {
            tool: &format!("tool {thread}"),
            status: Status::Ok,
        });
    }
    metrics.sessions.set(thread);
    metrics.sessions.inc();
}

fn assert_recorded(captured: &Capture, thread: usize, times: u64) {
    let metrics = Metrics::global();
    assert_eq!(captured.histogram::<stage::stt>().count(), times);
    assert_eq!(captured.counter(&metrics.requests).value(), times);
    assert_eq!(captured.in_flight::<stage::stt>().value(), 0.0);
    let sessions = captured.gauge(&metrics.sessions).value();
    assert_eq!(sessions, f64::from(u32::try_from(thread).unwrap()) + 1.0);
    let calls = captured.counter(&metrics.tool_calls);
    assert_eq!(calls.value(), times);
    assert_eq!(calls.with(format!("tool {thread}").as_str()).value(), times);
    assert_eq!(captured.spans().len() as u64, times);
}

#[test]
fn parallel_captures_are_separate() {
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                for times in [100, 7] {
                    let captured = testing::capture();
                    record(thread, times);
                    assert_recorded(&captured, thread, times as u64);
                }
            });
        }
    });
}

#[test]
fn captured_recording_is_not_in_the_process() {
    let request = || Request {
        provider: Provider::Elevenlabs,
        status: Status::Panicked,
    };
    let requests = &Metrics::global().requests;
    requests.inc(request());
    assert_eq!(requests.value(request()), 1);
    {
        let captured = testing::capture();
        assert_eq!(requests.value(request()), 0);
        requests.add(request(), 5);
        assert_eq!(requests.value(request()), 5);
        assert_eq!(captured.counter(requests).value(), 5);
    }
    assert_eq!(requests.value(request()), 1);
    requests.inc(request());
    assert_eq!(requests.value(request()), 2);
}

#[test]
fn gauge_changes_stay_in_the_capture() {
    let captured = testing::capture();
    let sessions = &Metrics::global().sessions;
    sessions.add(3);
    sessions.set(5);
    sessions.dec();
    assert_eq!(sessions.value(), 4.0);
    assert_eq!(captured.gauge(sessions).value(), 4.0);
}

#[test]
fn open_label_has_its_limit_in_each_capture() {
    let calls = &Metrics::global().tool_calls;
    let call = |tool: &str| {
        calls.inc(ToolCall {
            tool,
            status: Status::Ok,
        });
    };
    for round in ["first", "second"] {
        let captured = testing::capture();
        for tool in 0..6 {
            call(&format!("{round} {tool}"));
        }
        let calls = captured.counter(calls);
        assert_eq!(calls.with(format!("{round} 3").as_str()).value(), 1);
        assert_eq!(calls.with("first 4").value(), 0);
        assert_eq!(calls.with("other").value(), 2);
    }
}

#[test]
fn capture_starts_at_zero_after_others() {
    for _ in 0..3 {
        let captured = testing::capture();
        let metrics = Metrics::global();
        metrics.sessions.inc();
        metrics.answers.observe(10);
        assert_eq!(captured.gauge(&metrics.sessions).value(), 1.0);
        assert_eq!(captured.histogram_of(&metrics.answers).count(), 1);
    }
}
