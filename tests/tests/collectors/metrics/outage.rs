//! Pushes while a collector fails.

use std::{thread, time::Duration};

use glyph_runtime::{
    Counter, Gauge,
    catalog::Registry,
    expose::push::{MetricPushSettings, Pipeline},
    metric_catalog,
    trace::Protocol,
};
use glyph_tests::{cases::in_parallel, wait};
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point::Value};

use crate::metrics::{
    LONG,
    receiver::{Answer, PROTOCOLS, Receiver},
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

#[test]
fn push_after_an_outage_has_all_missed_increments() {
    in_parallel(PROTOCOLS, |protocol| {
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
    });
}

#[test]
fn every_point_is_counted_once_under_all_faults() {
    in_parallel(PROTOCOLS, |protocol| {
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
    });
}
