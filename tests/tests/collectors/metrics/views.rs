//! A program's view of a catalog, over OTLP.

use glyph_runtime::{
    Counter, Exemplar, Histogram, Label, LabelSet, View,
    catalog::Registry,
    expose::push::{Pipeline, Temporality},
    metric_catalog,
};
use glyph_tests::receiver::attributes::text;
use opentelemetry_proto::tonic::metrics::v1::{
    HistogramDataPoint, Metric, NumberDataPoint, metric::Data, number_data_point::Value,
};

use crate::metrics::{
    LONG,
    receiver::{PROTOCOLS, Receiver},
    settings,
};

#[derive(Label, Clone, Copy, Debug)]
enum Found {
    Hit,
    Miss,
}

#[derive(LabelSet)]
struct Lookup<'a> {
    found: Found,
    #[label(max = 8)]
    table: &'a str,
}

macro_rules! library {
    ($namespace:literal) => {
        /// The catalog of a library.
        #[metric_catalog(namespace = $namespace)]
        struct CacheMetrics {
            /// Lookups of values.
            lookups: Counter<Lookup<'_>>,
            /// Values that were removed to make room.
            evictions: Counter,
            /// Time to load a value.
            #[metric(unit = seconds, buckets = [1ms, 10ms, 100ms, 1s])]
            load: Histogram,
        }

        fn record() {
            let metrics = CacheMetrics::global();
            for (found, table) in [
                (Found::Hit, "users"),
                (Found::Hit, "orders"),
                (Found::Miss, "users"),
            ] {
                metrics.lookups.inc(Lookup { found, table });
            }
            metrics.evictions.inc();
            for (seconds, span) in [(0.005, 1), (0.05, 2), (5.0, 3)] {
                let exemplar = Exemplar::new(0xab, span);
                metrics.load.observe_with_exemplar(seconds, exemplar);
            }
        }

        fn registry() -> Registry {
            let view = View::of(CacheMetrics::global())
                .namespace("shop.cache")
                .without(|metrics| &metrics.evictions)
                .without_label(|metrics| &metrics.lookups, |labels| labels.table)
                .buckets(|metrics| &metrics.load, [0.1]);
            Registry::of_views([view.into()]).unwrap()
        }
    };
}

/// Returns the counts of lookups by the value of their only attribute.
fn lookups(metrics: &[Metric]) -> Vec<(String, Option<Value>)> {
    let Some(Data::Sum(sum)) = data(metrics, "shop.cache.lookups") else {
        panic!("lookups are a sum")
    };
    let count = |point: &NumberDataPoint| {
        assert_eq!(point.attributes.len(), 1, "one attribute is left");
        let found = text(&point.attributes, "found").unwrap();
        (format!("found={found}"), point.value)
    };
    sum.data_points.iter().map(count).collect()
}

fn load(metrics: &[Metric]) -> &HistogramDataPoint {
    match data(metrics, "shop.cache.load") {
        Some(Data::Histogram(histogram)) => &histogram.data_points[0],
        other => panic!("load is a histogram: {other:?}"),
    }
}

fn data<'m>(metrics: &'m [Metric], name: &str) -> Option<&'m Data> {
    let metric = metrics.iter().find(|metric| metric.name == name);
    metric.and_then(|metric| metric.data.as_ref())
}

fn received(receiver: &Receiver) -> Vec<Metric> {
    let requests = receiver.received();
    let request = &requests.last().unwrap().request;
    let scopes = &request.resource_metrics[0].scope_metrics;
    scopes
        .iter()
        .flat_map(|scope| scope.metrics.clone())
        .collect()
}

#[test]
fn pushed_metrics_follow_the_view() {
    library!("pushed_view");
    record();
    for protocol in PROTOCOLS {
        let receiver = Receiver::start([]);
        let settings = settings(&receiver.endpoint(), protocol);
        let pipeline = Pipeline::start(settings, registry()).unwrap();
        pipeline.shutdown(LONG).unwrap();
        let metrics = received(&receiver);
        let names: Vec<_> = metrics.iter().map(|metric| metric.name.as_str()).collect();
        assert_eq!(names, ["shop.cache.load", "shop.cache.lookups"]);
        let counts = [("found=hit", 2), ("found=miss", 1)];
        let counts = counts.map(|(found, count)| (found.to_owned(), Some(Value::AsInt(count))));
        assert_eq!(lookups(&metrics), counts);
        let load = load(&metrics);
        assert_eq!(load.explicit_bounds, [0.1]);
        assert_eq!(load.bucket_counts, [2, 1]);
        assert_eq!((load.count, load.sum), (3, Some(5.055)));
        // One for each bucket, the latest: spans 2 and 3.
        let spans = load.exemplars.iter().map(|exemplar| exemplar.span_id[7]);
        assert_eq!(spans.collect::<Vec<_>>(), [2, 3]);
    }
}

#[test]
fn changes_of_joined_series_add_up() {
    library!("changed_view");
    record();
    let receiver = Receiver::start([]);
    let mut settings = settings(&receiver.endpoint(), PROTOCOLS[0]);
    settings.temporality = Temporality::Delta;
    let pipeline = Pipeline::start(settings, registry()).unwrap();
    pipeline.flush(LONG).unwrap();
    let lookup = |found, table| CacheMetrics::global().lookups.inc(Lookup { found, table });
    // A value of the label that is left out, which the first push did not have.
    lookup(Found::Miss, "orders");
    lookup(Found::Miss, "carts");
    CacheMetrics::global().load.observe(0.002);
    pipeline.shutdown(LONG).unwrap();
    let metrics = received(&receiver);
    let counts = [("found=hit", 0), ("found=miss", 2)];
    let counts = counts.map(|(found, count)| (found.to_owned(), Some(Value::AsInt(count))));
    assert_eq!(lookups(&metrics), counts);
    assert_eq!(load(&metrics).bucket_counts, [1, 0]);
}
