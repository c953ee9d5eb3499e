//! The heat map of a histogram: its counts over time, and its exemplars with their traces.

use std::{net::SocketAddr, time::Duration};

use glyph_runtime::{CallStatus, Exemplar, Histogram, LabelSet, metric_catalog};
use glyph_tests::wait::until;
use serde_json::{Value, json};

use crate::{
    client::get,
    program::{program, traced},
};

#[derive(LabelSet)]
struct Fried<'a> {
    #[label(max = 3)]
    pan: &'a str,
    status: CallStatus,
}

/// A catalog with a histogram for each test.
#[metric_catalog(namespace = "console_oven", stages = stage, max_series = 200)]
struct Metrics {
    /// Time to bake.
    #[metric(unit = seconds, buckets = [1ms, 1s, 10s])]
    #[stage(bake)]
    baking: Histogram,
    /// Time to grill.
    #[metric(unit = seconds, buckets = [1ms, 1s, 10s])]
    #[stage(grill)]
    grilling: Histogram,
    /// Time to fry.
    #[metric(unit = seconds, buckets = [1ms, 1s, 10s])]
    frying: Histogram<Fried<'_>>,
}

const BAKING: &str = "/api/v1/heatmap?metric=console_oven_baking_seconds";
const GRILLING: &str = "/api/v1/heatmap?metric=console_oven_grilling_seconds";
const FRYING: &str = "/api/v1/heatmap?metric=console_oven_frying_seconds";

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

fn fry(pan: &str, status: CallStatus, seconds: f64, exemplar: u128) {
    let fried = Fried { pan, status };
    let exemplar = Exemplar::new(exemplar, 1);
    let time = Duration::from_secs_f64(seconds);
    let frying = &Metrics::global().frying;
    frying.observe_with_exemplar(fried, time, exemplar);
}

#[test]
fn series_are_chosen_by_a_label_value() {
    let (_telemetry, address) = program(|program| program.catalog(Metrics::global()));
    // Until the first snapshot, what is counted has no time.
    heat_map(address, BAKING);
    fry("iron", CallStatus::Ok, 2.0, 1);
    fry("iron", CallStatus::Ok, 2.0, 2);
    fry("iron", CallStatus::Error, 20.0, 3);
    fry("steel", CallStatus::Ok, 0.5, 4);
    let ids = |found: &Value| -> Vec<String> {
        let exemplars = found["exemplars"].as_array().unwrap().iter();
        let ids = exemplars.map(|it| it["trace_id"].as_str().unwrap());
        ids.map(|id| id.trim_start_matches('0').to_owned())
            .collect()
    };
    until("a snapshot has the observations", || {
        counts(&heat_map(address, FRYING)) == [0, 1, 2, 1]
    });
    for (chosen, expected, exemplars) in [
        ("&label=pan&value=iron", [0, 0, 2, 1], vec!["3", "2"]),
        ("&label=pan&value=steel", [0, 1, 0, 0], vec!["4"]),
        ("&label=status&value=error", [0, 0, 0, 1], vec!["3"]),
        // As a form sends its empty fields.
        ("&label=&value=", [0, 1, 2, 1], vec!["3", "2", "4"]),
    ] {
        let found = heat_map(address, &format!("{FRYING}{chosen}"));
        assert_eq!(
            (counts(&found), ids(&found)),
            (
                expected.to_vec(),
                exemplars.into_iter().map(String::from).collect()
            ),
            "{chosen}"
        );
    }
    for (chosen, status, text) in [
        (
            "&label=pan&value=clay",
            404,
            "no series of the histogram has this label value\n",
        ),
        (
            "&label=size&value=iron",
            404,
            "no series of the histogram has this label value\n",
        ),
        (
            "&label=pan",
            400,
            "`label` and `value` choose series together: set both, or neither\n",
        ),
        (
            "&value=iron",
            400,
            "`label` and `value` choose series together: set both, or neither\n",
        ),
    ] {
        let response = get(address, &format!("{FRYING}{chosen}"));
        assert_eq!(
            (response.status, response.body.as_str()),
            (status, text),
            "{chosen}"
        );
    }
}
