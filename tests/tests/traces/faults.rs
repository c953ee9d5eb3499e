//! A faulty collector loses spans, which are counted, and has no other effect.

use std::{collections::HashSet, thread, time::Duration};

use glyph_runtime::trace::{DropReason, ExportCounts, Pipeline, Protocol, TraceSettings};
use glyph_tests::{cases::in_parallel, wait};

use crate::{
    LONG, hasty,
    receiver::{Answer, PROTOCOLS, Receiver, half_closes, nobody, raw},
    spans, to_collector,
};

/// Returns the result of exporting three spans as one batch. The batch may take two seconds, an
/// attempt half a second.
fn after(receiver: &Receiver, protocol: Protocol) -> ExportCounts {
    counts_of(&impatient(&receiver.endpoint(), protocol))
}

fn impatient(endpoint: &str, protocol: Protocol) -> TraceSettings {
    let mut settings = to_collector(endpoint, protocol);
    settings.otlp.as_mut().unwrap().timeout = Duration::from_millis(500);
    hasty(&mut settings.batch, Duration::from_secs(2));
    settings.batch.delay = Duration::from_secs(5);
    settings
}

fn counts_of(settings: &TraceSettings) -> ExportCounts {
    let pipeline = Pipeline::start(settings).unwrap();
    spans(&pipeline, 3);
    let result = pipeline.shutdown(LONG);
    let counts = pipeline.snapshot().exporters[0].clone();
    assert_eq!(result.is_ok(), counts.dropped_in_all() == 0, "{result:?}");
    assert_eq!(counts.exported + counts.dropped_in_all(), 3, "{counts:?}");
    counts
}

#[test]
fn temporary_failure_is_retried() {
    for protocol in PROTOCOLS {
        for fault in [Answer::Unavailable, Answer::Hang] {
            let receiver = Receiver::start([fault]);
            let counts = after(&receiver, protocol);
            assert_eq!(
                (counts.exported, counts.failures),
                (3, 1),
                "{protocol:?} {fault:?}"
            );
            assert_eq!(
                (receiver.received().len(), receiver.accepted().len()),
                (2, 3)
            );
        }
    }
}

#[test]
fn retry_waits_as_long_as_the_collector_asked() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::BackInASecond]);
        let counts = after(&receiver, protocol);
        assert_eq!((counts.exported, counts.failures), (3, 1), "{protocol:?}");
        let requests = receiver.received();
        let pause = requests[1].at - requests[0].at;
        assert!(
            pause >= Duration::from_millis(990),
            "{protocol:?}: {pause:?}"
        );
    }
}

#[test]
fn rejected_request_is_not_retried() {
    for protocol in PROTOCOLS {
        for fault in [Answer::Refuse, Answer::Broken, Answer::Garbage] {
            let receiver = Receiver::start([fault]);
            let counts = after(&receiver, protocol);
            assert_eq!(
                counts.dropped_for(DropReason::Rejected),
                3,
                "{protocol:?} {fault:?}"
            );
            assert_eq!(receiver.received().len(), 1);
            assert!(counts.last_error.is_some());
        }
    }
}

#[test]
fn partial_success_is_counted_in_part() {
    for protocol in PROTOCOLS {
        for (rejected, exported) in [(1, 2), (3, 0), (99, 0)] {
            let receiver = Receiver::start([Answer::AcceptBut(rejected)]);
            let counts = after(&receiver, protocol);
            assert_eq!(counts.exported, exported, "{protocol:?}");
            assert_eq!(counts.dropped_for(DropReason::Rejected), 3 - exported);
        }
    }
}

#[test]
fn broken_response_is_counted_once() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::Die]);
        let counts = after(&receiver, protocol);
        assert_eq!(counts.failures, 1, "{protocol:?} {counts:?}");
    }
}

#[test]
fn absent_collector_loses_counted_spans() {
    for protocol in PROTOCOLS {
        let counts = counts_of(&impatient(&nobody(), protocol));
        assert_eq!(counts.dropped_for(DropReason::Failed), 3, "{protocol:?}");
        assert!(counts.failures > 1);
        let error = counts.last_error.unwrap();
        assert!(error.contains("refused"), "{protocol:?}: {error}");
    }
}

#[test]
fn silent_collector_loses_counted_spans() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::Hang; 20]);
        let counts = after(&receiver, protocol);
        assert_eq!(counts.exported, 0, "{protocol:?}");
    }
}

#[test]
fn peer_without_http_loses_counted_spans() {
    for protocol in PROTOCOLS {
        for answer in [
            &b""[..],
            b"SSH-2.0-x\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n<html>",
        ] {
            let counts = counts_of(&impatient(&raw(answer), protocol));
            assert_eq!(counts.exported, 0, "{protocol:?} {answer:?}");
        }
    }
}

#[test]
fn half_closed_peer_loses_counted_spans() {
    for protocol in PROTOCOLS {
        let counts = counts_of(&impatient(&half_closes(), protocol));
        assert_eq!(counts.dropped_for(DropReason::Failed), 3, "{protocol:?}");
    }
}

#[test]
fn slow_collector_loses_no_spans() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::Slow(Duration::from_millis(200))]);
        let counts = after(&receiver, protocol);
        assert_eq!((counts.exported, counts.failures), (3, 0), "{protocol:?}");
        assert!(counts.export_time >= Duration::from_millis(190));
    }
}

#[test]
fn export_recovers_after_an_outage() {
    for protocol in PROTOCOLS {
        let first = Receiver::start([]);
        let address = first.address().to_string();
        let mut settings = impatient(&first.endpoint(), protocol);
        hasty(&mut settings.batch, Duration::from_secs(10));
        let pipeline = Pipeline::start(&settings).unwrap();
        spans(&pipeline, 1);
        pipeline.flush(LONG).unwrap();
        drop(first);
        spans(&pipeline, 2);
        // The spans wait in an attempt that fails until a collector listens again.
        wait::until("an attempt has failed", || {
            pipeline.snapshot().exporters[0].failures > 0
        });
        let second = Receiver::start_at(&address, [], None);
        pipeline.shutdown(LONG).unwrap();
        assert_eq!(second.accepted().len(), 2, "{protocol:?}");
        assert_eq!(pipeline.snapshot().exporters[0].exported, 3);
    }
}

#[test]
fn flood_into_a_dead_collector_stays_within_limits() {
    let mut settings = impatient(&nobody(), Protocol::HttpProtobuf);
    settings.batch.queue = 64;
    settings.batch.batch = 64;
    let pipeline = Pipeline::start(&settings).unwrap();
    spans(&pipeline, 10_000);
    assert!(pipeline.snapshot().exporters[0].queue_length <= 64);
    pipeline.shutdown(LONG).unwrap_err();
    let snapshot = pipeline.snapshot();
    assert_eq!(
        (snapshot.spans_started, snapshot.spans_ended),
        (10_000, 10_000)
    );
    assert_eq!(snapshot.exporters[0].dropped_in_all(), 10_000);
}

#[test]
fn every_span_is_counted_once_under_all_faults() {
    in_parallel(PROTOCOLS, |protocol| {
        let faults = [
            Answer::Accept,
            Answer::Unavailable,
            Answer::AcceptBut(3),
            Answer::Refuse,
            Answer::Garbage,
            Answer::Accept,
            Answer::Die,
        ];
        let script = [Answer::Hang]
            .into_iter()
            .chain(faults.into_iter().cycle().take(40));
        let receiver = Receiver::start(script);
        let mut settings = impatient(&receiver.endpoint(), protocol);
        settings.otlp.as_mut().unwrap().timeout = Duration::from_secs(2);
        settings.batch.export_timeout = Duration::from_secs(3);
        settings.batch.queue = 1000;
        settings.batch.batch = 100;
        let pipeline = Pipeline::start(&settings).unwrap();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| spans(&pipeline, 500));
            }
        });
        // A rejection is followed by a pause, so not everything leaves.
        let _some_are_lost = pipeline.shutdown(LONG / 4);
        let counts = pipeline.snapshot().exporters[0].clone();
        assert_eq!(
            counts.exported + counts.dropped_in_all(),
            2000,
            "{counts:?}"
        );
        let accepted = receiver.accepted();
        let different: HashSet<_> = accepted.iter().map(|span| &span.span_id).collect();
        assert_eq!(
            different.len(),
            accepted.len(),
            "no span is sent again after it was taken"
        );
        // The collector reports some accepted spans as rejected.
        let taken = accepted.len() as u64;
        assert!(
            (taken.saturating_sub(3 * 40)..=taken).contains(&counts.exported),
            "{counts:?} {taken}"
        );
    });
}
