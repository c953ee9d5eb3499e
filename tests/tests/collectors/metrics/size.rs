//! Many series are split into several requests.

use glyph_runtime::{
    Histogram, LabelSet, catalog::Registry, expose::push::Pipeline, metric_catalog, trace::Protocol,
};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use prost::Message;

use crate::metrics::{LONG, receiver::Receiver, settings};

#[derive(LabelSet)]
struct Place<'a> {
    #[label(max = 20_000)]
    place: &'a str,
}

#[metric_catalog(namespace = "size", max_series = 300_000)]
struct Metrics {
    /// Time that something takes.
    #[metric(unit = seconds, buckets = [1ms, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 5s])]
    taken: Histogram<Place<'_>>,
}

#[test]
fn twenty_thousand_histograms_arrive_once_in_small_requests() {
    for series in 0..19_999 {
        let place = format!("{series:05}");
        Metrics::global()
            .taken
            .observe(Place { place: &place }, 0.02);
    }
    let receiver = Receiver::start([]);
    let registry = Registry::new([Metrics::global() as _]).unwrap();
    let settings = settings(&receiver.endpoint(), Protocol::HttpProtobuf);
    let pipeline = Pipeline::start(settings, registry).unwrap();
    pipeline.shutdown(LONG).unwrap();
    let requests = receiver.received();
    assert!(requests.len() > 1);
    for received in &requests {
        let bytes = received.request.encoded_len();
        assert!(bytes < 3 << 20, "{bytes}");
    }
    let mut counts = 0;
    for metric in receiver.accepted() {
        let Some(Data::Histogram(histogram)) = metric.data else {
            panic!("no histogram")
        };
        let points = histogram.data_points.iter();
        counts += points.map(|point| point.count).sum::<u64>();
    }
    assert_eq!(counts, 19_999);
    let exported = pipeline.snapshot().exported;
    assert!((19_999..=20_001).contains(&exported), "{exported}");
}
