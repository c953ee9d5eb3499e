//! A faulty collector loses pushes, which are counted, and has no other effect.

use std::{
    thread,
    time::{Duration, Instant},
};

use glyph_runtime::{
    Counter, Gauge,
    catalog::Registry,
    expose::push::{MetricPushSettings, Pipeline},
    metric_catalog,
    trace::{DropReason, ExportCounts, Protocol},
};
use glyph_tests::wait;
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point::Value};

use crate::metrics::{
    LONG,
    receiver::{Answer, PROTOCOLS, Receiver, half_closes, nobody, raw},
    settings,
};

#[metric_catalog(namespace = "faults")]
struct Metrics {
    /// One thing.
    one: Counter,
    /// Another one.
    two: Gauge,
    /// What rises from push to push.
    steps: Counter,
}

const POINTS: u64 = 3;

/// Returns settings in which a push may take two seconds, an attempt half a second.
fn impatient(endpoint: &str, protocol: Protocol) -> MetricPushSettings {
    let mut settings = settings(endpoint, protocol);
    settings.otlp.timeout = Duration::from_millis(500);
    settings.export_timeout = Duration::from_secs(2);
    settings
}

fn start(settings: MetricPushSettings) -> Pipeline {
    Metrics::global().one.inc();
    Metrics::global().two.inc();
    let registry = Registry::new([Metrics::global() as _]).unwrap();
    Pipeline::start(settings, registry).unwrap()
}

/// Returns the result of one push.
fn after(settings: MetricPushSettings) -> ExportCounts {
    let pipeline = start(settings);
    let result = pipeline.shutdown(LONG);
    let counts = pipeline.snapshot();
    assert_eq!(counts.exported + counts.dropped_in_all(), POINTS);
    assert_eq!(
        result.map_err(|lost| lost.count()),
        match counts.dropped_in_all() {
            0 => Ok(()),
            lost => Err(lost),
        }
    );
    counts
}

#[test]
fn temporary_failure_is_retried() {
    for protocol in PROTOCOLS {
        for fault in [Answer::Unavailable, Answer::Hang] {
            let receiver = Receiver::start([fault]);
            let counts = after(impatient(&receiver.endpoint(), protocol));
            assert_eq!(
                (counts.exported, counts.failures),
                (POINTS, 1),
                "{protocol:?} {fault:?}"
            );
            assert_eq!(receiver.received().len(), 2);
            assert_eq!(receiver.accepted().len() as u64, POINTS);
        }
    }
}

#[test]
fn retry_waits_as_long_as_the_collector_asked() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::BackInASecond]);
        let counts = after(impatient(&receiver.endpoint(), protocol));
        assert_eq!((counts.exported, counts.failures), (POINTS, 1));
        let requests = receiver.received();
        let pause = requests[1].at - requests[0].at;
        assert!(pause >= Duration::from_millis(990), "{pause:?}");
    }
}

#[test]
fn rejected_request_is_not_retried() {
    for protocol in PROTOCOLS {
        for fault in [Answer::Refuse, Answer::Broken, Answer::Garbage] {
            let receiver = Receiver::start([fault]);
            let counts = after(impatient(&receiver.endpoint(), protocol));
            assert_eq!(
                counts.dropped_for(DropReason::Rejected),
                POINTS,
                "{protocol:?} {fault:?}"
            );
            assert_eq!(receiver.received().len(), 1);
        }
    }
}

#[test]
fn partial_success_is_counted_in_part() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::AcceptBut(1)]);
        let counts = after(impatient(&receiver.endpoint(), protocol));
        assert_eq!(counts.exported, POINTS - 1);
        assert_eq!(counts.dropped_for(DropReason::Rejected), 1);
    }
}

#[test]
fn broken_response_is_counted_once() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::Die]);
        let counts = after(impatient(&receiver.endpoint(), protocol));
        assert_eq!(counts.failures, 1, "{protocol:?} {counts:?}");
    }
}

#[test]
fn slow_collector_loses_no_points() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::Slow(Duration::from_millis(200))]);
        let counts = after(impatient(&receiver.endpoint(), protocol));
        assert_eq!((counts.exported, counts.failures), (POINTS, 0));
        assert!(counts.export_time >= Duration::from_millis(190));
    }
}

#[test]
fn peers_that_are_not_collectors_lose_the_push() {
    for protocol in PROTOCOLS {
        let peers = [
            nobody(),
            half_closes(),
            raw(b""),
            raw(b"SSH-2.0-x\r\n"),
            raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n<html>"),
        ];
        for peer in peers {
            let counts = after(impatient(&peer, protocol));
            assert_eq!(counts.exported, 0, "{protocol:?} {counts:?}");
        }
    }
}

#[test]
fn shutdown_keeps_its_deadline_with_a_hanging_collector() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::Hang; 20]);
        let mut settings = impatient(&receiver.endpoint(), protocol);
        settings.otlp.timeout = Duration::from_secs(60);
        settings.export_timeout = Duration::from_secs(60);
        let pipeline = start(settings);
        let deadline = Duration::from_millis(300);
        let started = Instant::now();
        pipeline.shutdown(deadline).unwrap_err();
        let took = started.elapsed();
        assert!((deadline..LONG).contains(&took), "{took:?}");
        let counts = pipeline.snapshot();
        assert_eq!(counts.exported, 0);
        assert_eq!(
            counts.dropped_in_all(),
            counts.dropped_for(DropReason::Shutdown)
        );
    }
}

#[test]
fn push_after_an_outage_has_all_missed_increments() {
    for protocol in PROTOCOLS {
        let first = Receiver::start([]);
        let address = first.address().to_string();
        let mut settings = impatient(&first.endpoint(), protocol);
        settings.export_timeout = Duration::from_secs(10);
        let pipeline = start(settings);
        pipeline.flush(LONG).unwrap();
        drop(first);
        Metrics::global().steps.add(5);
        thread::scope(|scope| {
            let flush = scope.spawn(|| pipeline.flush(LONG));
            wait::until("an attempt has failed", || pipeline.snapshot().failures > 0);
            let second = Receiver::start_at(&address, [], None);
            flush.join().unwrap().unwrap();
            let arrived = second.accepted();
            let steps = arrived.iter().find(|metric| metric.name == "faults.steps");
            let Some(Data::Sum(steps)) = &steps.unwrap().data else {
                panic!("no sum")
            };
            let Some(Value::AsInt(steps)) = steps.data_points[0].value else {
                panic!("no count")
            };
            assert!(steps >= 5);
        });
        assert_eq!(pipeline.snapshot().exported, 2 * POINTS);
    }
}

#[test]
fn every_point_is_counted_once_under_all_faults() {
    for protocol in PROTOCOLS {
        let faults = [
            Answer::Accept,
            Answer::Unavailable,
            Answer::AcceptBut(1),
            Answer::Refuse,
            Answer::Broken,
            Answer::Garbage,
            Answer::Die,
        ];
        let receiver = Receiver::start(faults);
        let pipeline = start(impatient(&receiver.endpoint(), protocol));
        let mut lost = 0;
        for _ in 0..6 {
            lost += pipeline
                .flush(LONG)
                .map_or_else(|lost| lost.count(), |()| 0);
        }
        let counts = pipeline.snapshot();
        assert_eq!(counts.exported + counts.dropped_in_all(), 6 * POINTS);
        assert_eq!(counts.dropped_in_all(), lost);
        assert_eq!((counts.exports, counts.queue_length), (6, 0));
    }
}
