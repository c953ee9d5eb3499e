//! The heat map of a histogram: its counts over time, and its exemplars with their traces.

use std::{net::SocketAddr, time::Duration};

use glyph_runtime::{Exemplar, Histogram, metric_catalog};
use glyph_tests::wait::until;
use serde_json::{Value, json};

use crate::{
    client::get,
    program::{program, traced},
};

/// A catalog with a histogram for each test.
#[metric_catalog(namespace = "console_oven", stages = stage)]
struct Metrics {
    /// Time to bake.
    #[metric(unit = seconds, buckets = [1ms, 1s, 10s])]
    #[stage(bake)]
    baking: Histogram,
    /// Time to grill.
    #[metric(unit = seconds, buckets = [1ms, 1s, 10s])]
    #[stage(grill)]
    grilling: Histogram,
}

const BAKING: &str = "/api/v1/heatmap?metric=console_oven_baking_seconds";
const GRILLING: &str = "/api/v1/heatmap?metric=console_oven_grilling_seconds";

/// Returns the heat map after the first snapshot.
fn heat_map(address: SocketAddr, path: &str) -> Value {
    until("the first snapshot is taken", || {
        get(address, path).status == 200
    });
    get(address, path).json()
}

/// Adds up the columns.
fn counts(heat_map: &Value) -> Vec<u64> {
    let columns = heat_map["columns"].as_array().unwrap();
    let mut sums = vec![0; 4];
    for column in columns {
        assert!(column["seconds"].as_f64().unwrap() > 0.0, "{column}");
        let counts = column["counts"].as_array().unwrap();
        assert_eq!(counts.len(), sums.len(), "{column}");
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count.as_u64().unwrap();
        }
    }
    sums
}

#[test]
fn columns_have_what_each_bucket_counted_between_snapshots() {
    let (_telemetry, address) = program(|program| program.catalog(Metrics::global()));
    let before = counts(&heat_map(address, BAKING));
    let metrics = Metrics::global();
    for seconds in [2, 2, 20] {
        metrics.baking.observe(Duration::from_secs(seconds));
    }
    until("a snapshot has the observations", || {
        let found = heat_map(address, BAKING);
        assert_eq!(found["buckets"], json!([0.001, 1.0, 10.0]));
        assert_eq!(found["unit"], "seconds");
        let pairs = counts(&found).into_iter().zip(before.clone());
        let new: Vec<u64> = pairs.map(|(after, before)| after - before).collect();
        new == [0, 0, 2, 1]
    });
}

#[test]
fn exemplars_lead_to_traces_that_are_kept() {
    let (telemetry, address) = program(|program| program.catalog(Metrics::global()));
    traced(&telemetry, || tracing::info_span!("oven").in_scope(|| {}));
    let id = telemetry.recent_traces()[0].id.clone();
    let metrics = Metrics::global();
    let kept = Exemplar::parse(&id, "00f067aa0ba902b7").unwrap();
    metrics
        .grilling
        .observe_with_exemplar(Duration::from_millis(500), kept);
    let gone = Exemplar::new(7, 8);
    metrics
        .grilling
        .observe_with_exemplar(Duration::from_secs(5), gone);
    let found = heat_map(address, GRILLING);
    let exemplars = found["exemplars"].as_array().unwrap();
    let [first, second] = exemplars.as_slice() else {
        panic!("two exemplars: {found}")
    };
    assert_eq!(
        (&first["trace_id"], &first["trace_is_kept"]),
        (&json!(id), &json!(true))
    );
    assert_eq!(
        (&first["value"], &first["bucket"]),
        (&json!(0.5), &json!(1))
    );
    assert_eq!(first["span_id"], "00f067aa0ba902b7");
    assert!(
        first["age_seconds"].as_f64().unwrap() < 600.0,
        "it is recent: {first}"
    );
    assert_eq!(
        (&second["trace_is_kept"], &second["bucket"]),
        (&json!(false), &json!(2))
    );
    assert_eq!(second["trace_id"], "00000000000000000000000000000007");
}
