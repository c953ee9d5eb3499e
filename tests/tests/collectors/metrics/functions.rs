//! Metrics that are read from functions arrive with the number at the time of the push.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use glyph_runtime::{Counter, Gauge, catalog::Registry, expose::push::Pipeline, metric_catalog};
use glyph_tests::receiver::PROTOCOLS;
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point::Value};

use crate::metrics::{LONG, receiver::Receiver, settings};

#[metric_catalog(namespace = "pushed_functions")]
struct Metrics {
    /// Idle connections.
    idle: Gauge,
    /// Connections so far.
    opened: Counter,
}

#[test]
fn push_has_the_numbers_of_its_time() {
    let metrics = Metrics::global();
    let number = Arc::new(AtomicU64::new(0));
    let (idle, opened) = (Arc::clone(&number), Arc::clone(&number));
    let _readings = (
        metrics.idle.read_from(move || idle.load(Relaxed)),
        metrics.opened.read_from(move || opened.load(Relaxed)),
    );
    for (now, protocol) in [5, 9].into_iter().zip(PROTOCOLS) {
        number.store(now, Relaxed);
        let receiver = Receiver::start([]);
        let registry = Registry::new([metrics as _]).unwrap();
        let pipeline = Pipeline::start(settings(&receiver.endpoint(), protocol), registry).unwrap();
        // The first push may come before the functions have run on a busy machine.
        pipeline.flush(LONG).unwrap();
        pipeline.shutdown(LONG).unwrap();
        let arrived = receiver.accepted();
        let last = |name: &str| {
            let found = arrived.iter().rfind(|metric| metric.name == name);
            found.and_then(|metric| metric.data.clone()).unwrap()
        };
        match last("pushed_functions.idle") {
            Data::Gauge(gauge) => {
                let expected = f64::from(u32::try_from(now).unwrap());
                assert_eq!(gauge.data_points[0].value, Some(Value::AsDouble(expected)));
            }
            other => panic!("{other:?}"),
        }
        match last("pushed_functions.opened") {
            Data::Sum(sum) => {
                let expected = i64::try_from(now).unwrap();
                assert_eq!(sum.data_points[0].value, Some(Value::AsInt(expected)));
            }
            other => panic!("{other:?}"),
        }
    }
}
