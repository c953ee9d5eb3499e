//! A faulty collector loses log records, which are counted, and has no other effect.

use std::{collections::HashSet, time::Duration};

use glyph_runtime::{
    log::export::LogExportSettings,
    trace::{DropReason, ExportCounts, Protocol},
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;

use crate::logs::{
    LONG,
    receiver::{Answer, PROTOCOLS, Receiver, half_closes, nobody, raw},
    settings, under,
};
use glyph_tests::receiver::attributes::value;
use glyph_tests::wait;

/// Returns settings in which a batch may take two seconds, an attempt half a second.
fn impatient(endpoint: &str, protocol: Protocol) -> LogExportSettings {
    let mut settings = settings(endpoint, protocol);
    settings.otlp.timeout = Duration::from_millis(500);
    settings.batch.export_timeout = Duration::from_secs(2);
    settings
}

fn records(count: u64) {
    for number in 0..count {
        tracing::info!(number, "an event");
    }
}

/// Returns the result of exporting three records in one batch.
fn after(endpoint: &str, protocol: Protocol) -> ExportCounts {
    let pipeline = under(impatient(endpoint, protocol), |_| records(3));
    let result = pipeline.shutdown(LONG);
    let counts = pipeline.snapshot();
    let lost = counts.dropped_in_all();
    assert_eq!(counts.exported + lost, 3, "{counts:?}");
    assert_eq!(
        result.map_or_else(|undelivered| undelivered.count(), |()| 0),
        lost
    );
    counts
}

#[test]
fn temporary_failure_is_retried() {
    for protocol in PROTOCOLS {
        for fault in [Answer::Unavailable, Answer::Hang] {
            let receiver = Receiver::start([fault]);
            let counts = after(&receiver.endpoint(), protocol);
            assert_eq!((counts.exported, counts.failures), (3, 1), "{fault:?}");
            assert_eq!(receiver.accepted().len(), 3);
        }
    }
}

#[test]
fn retry_waits_as_long_as_the_collector_asked() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::BackInASecond]);
        let counts = after(&receiver.endpoint(), protocol);
        assert_eq!((counts.exported, counts.failures), (3, 1));
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
            let counts = after(&receiver.endpoint(), protocol);
            let rejected = counts.dropped_for(DropReason::Rejected);
            assert_eq!(rejected, 3, "{protocol:?} {fault:?}");
            assert_eq!(receiver.received().len(), 1);
        }
    }
}

#[test]
fn partial_and_slow_success_are_counted() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::AcceptBut(1)]);
        assert_eq!(after(&receiver.endpoint(), protocol).exported, 2);
        let receiver = Receiver::start([Answer::Slow(Duration::from_millis(200))]);
        let counts = after(&receiver.endpoint(), protocol);
        assert_eq!((counts.exported, counts.failures), (3, 0));
        assert!(counts.export_time >= Duration::from_millis(190));
    }
}

#[test]
fn broken_response_is_counted_once() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([Answer::Die]);
        let counts = after(&receiver.endpoint(), protocol);
        assert_eq!(counts.failures, 1, "{protocol:?} {counts:?}");
    }
}

#[test]
fn peers_that_are_not_collectors_lose_the_records() {
    for protocol in PROTOCOLS {
        for peer in [nobody(), half_closes(), raw(b""), raw(b"SSH-2.0-x\r\n")] {
            assert_eq!(after(&peer, protocol).exported, 0, "{protocol:?}");
        }
    }
}

#[test]
fn export_recovers_after_an_outage() {
    for protocol in PROTOCOLS {
        let first = Receiver::start([]);
        let address = first.address().to_string();
        let mut settings = impatient(&first.endpoint(), protocol);
        settings.batch.delay = Duration::from_millis(1);
        settings.batch.export_timeout = Duration::from_secs(10);
        let mut second = None;
        let pipeline = under(settings, |pipeline| {
            records(1);
            pipeline.flush(LONG).unwrap();
            drop(first);
            records(2);
            wait::until("an attempt has failed", || pipeline.snapshot().failures > 0);
            second = Some(Receiver::start_at(&address, [], None));
        });
        pipeline.shutdown(LONG).unwrap();
        assert_eq!(pipeline.snapshot().exported, 3);
        assert_eq!(second.unwrap().accepted().len(), 2, "{protocol:?}");
    }
}

#[test]
fn flood_into_a_dead_collector_stays_within_limits() {
    let mut settings = impatient(&nobody(), Protocol::HttpProtobuf);
    settings.batch.queue = 64;
    settings.batch.batch = 64;
    let pipeline = under(settings, |pipeline| {
        records(10_000);
        assert!(pipeline.snapshot().queue_length <= 64);
    });
    pipeline.shutdown(LONG).unwrap_err();
    // Events of the exporter's own thread are not exported.
    assert_eq!(pipeline.snapshot().dropped_in_all(), 10_000);
}

#[test]
fn every_record_is_counted_once_under_all_faults() {
    for protocol in PROTOCOLS {
        let faults = [
            Answer::Accept,
            Answer::Unavailable,
            Answer::AcceptBut(3),
            Answer::Refuse,
            Answer::Broken,
            Answer::Garbage,
            Answer::Die,
        ];
        let receiver = Receiver::start(faults);
        let mut settings = impatient(&receiver.endpoint(), protocol);
        settings.batch.batch = 100;
        let pipeline = under(settings, |_| records(1000));
        let _some_are_lost = pipeline.shutdown(LONG);
        let counts = pipeline.snapshot();
        assert_eq!(counts.exported + counts.dropped_in_all(), 1000);
        let accepted = receiver.accepted();
        let numbers = accepted.iter().map(|record| {
            let Value::IntValue(number) = value(&record.attributes, "number") else {
                panic!("no number")
            };
            number
        });
        let different: HashSet<i64> = numbers.collect();
        assert_eq!(different.len(), accepted.len(), "none is taken twice");
    }
}
