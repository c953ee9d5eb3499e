//! Log records while a collector fails.

use std::{collections::HashSet, time::Duration};

use glyph_runtime::{log::export::LogExportSettings, trace::Protocol};
use opentelemetry_proto::tonic::common::v1::any_value::Value;

use crate::logs::{
    LONG,
    receiver::{Answer, PROTOCOLS, Receiver, nobody},
    settings, under,
};
use glyph_tests::{cases::in_parallel, receiver::attributes::value};

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
    in_parallel(PROTOCOLS, |protocol| {
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
    });
}
