//! The API with the traffic of a program.

use std::net::SocketAddr;

use glyph_runtime::{
    CallStatus, Counter, Gauge, Histogram, LabelSet, instrument_stage, metric_catalog,
};
use glyph_tests::wait::until;
use serde_json::{Value, json};

use crate::{
    client::get,
    program::{Order, Shop, pay, program, traced},
};

#[derive(LabelSet)]
struct Delivery {
    status: CallStatus,
}

/// A catalog whose counts no other test changes.
#[metric_catalog(namespace = "console_delivery", stages = stage)]
struct Metrics {
    /// Time to deliver.
    #[metric(unit = seconds, buckets = [1ms, 1s, 10s])]
    #[stage(deliver, requests = deliveries, in_flight = delivering)]
    delivery: Histogram,
    /// Deliveries.
    deliveries: Counter<Delivery>,
    /// Deliveries that run.
    delivering: Gauge,
}

#[instrument_stage(stage::deliver)]
fn deliver(works: bool) -> Result<(), String> {
    if works {
        Ok(())
    } else {
        Err("no driver".to_owned())
    }
}

fn stage(address: SocketAddr, name: &str) -> Value {
    let overview = get(address, "/api/v1/overview").json();
    let mut stages = overview["stages"].as_array().unwrap().iter();
    stages.find(|stage| stage["name"] == name).unwrap().clone()
}

#[test]
fn overview_has_the_calls_of_a_stage() {
    let (_telemetry, address) = program(|program| {
        program
            .catalog(Metrics::global())
            .deployment_environment("test")
            .check("database", || async { Err("connection refused") })
    });
    let before = stage(address, "deliver");
    assert_eq!(before["calls"], 0);
    assert_eq!(before["p95"], Value::Null);
    for works in [true, true, true, false] {
        let _result = deliver(works);
    }
    let metrics = Metrics::global();
    metrics.delivering.add(2);
    let stage = stage(address, "deliver");
    assert_eq!(stage["metric"], "console_delivery_delivery_seconds");
    assert_eq!(stage["unit"], "seconds");
    assert_eq!(
        (&stage["calls"], &stage["failures"]),
        (&json!(4), &json!(1))
    );
    assert_eq!(stage["failed"], 0.25);
    assert_eq!(stage["in_flight"], 2.0);
    let [p50, p99] = ["p50", "p99"].map(|name| stage[name].as_f64().unwrap());
    assert!(0.0 < p50 && p50 <= p99, "{stage}");
    assert!(stage["rate"].as_f64().unwrap() > 0.0, "{stage}");

    let overview = get(address, "/api/v1/overview").json();
    assert_eq!(overview["service"], "shop");
    assert_eq!(overview["version"], "1.2.3");
    assert_eq!(overview["environment"], "test");
    assert!(
        overview["instance"].as_str().unwrap().len() > 30,
        "{overview}"
    );
    let check = json!({"name": "database", "error": "connection refused"});
    let health = json!({"status": "fail", "checks": [check]});
    assert_eq!(overview["health"], health);
    let history = &overview["history"];
    assert_eq!(history["max_bytes"], 20 << 20);
    assert!(history["bytes"].as_u64().unwrap() > 0, "{history}");
}

#[test]
fn metrics_are_the_catalog_with_its_series() {
    let (_telemetry, address) = program(|program| program);
    for item in ["bread", "milk"] {
        Shop::global().orders.inc(Order { item });
    }
    let catalog = get(address, "/api/v1/metrics").json();
    let metrics = catalog["metrics"].as_array().unwrap();
    let metric = |name: &str| {
        metrics
            .iter()
            .find(|metric| metric["name"] == name)
            .unwrap()
    };
    let orders = metric("console_shop_orders");
    assert_eq!(orders["otel_name"], "console_shop.orders");
    assert_eq!(orders["help"], "Orders by item.");
    assert_eq!(orders["kind"], "counter");
    assert_eq!(orders["max_series"], 21);
    assert!(orders["series"].as_u64().unwrap() >= 2, "{orders}");
    let [item] = orders["labels"].as_array().unwrap().as_slice() else {
        unreachable!("one label: {orders}")
    };
    assert_eq!((&item["name"], &item["max"]), (&json!("item"), &json!(20)));
    assert_eq!(item["values"], Value::Null);
    let payments = metric("console_shop_payments");
    let statuses = json!(["ok", "error", "timeout", "cancelled", "panicked"]);
    assert_eq!(payments["labels"][0]["values"], statuses);
    let payment = metric("console_shop_payment_seconds");
    assert_eq!(payment["buckets"], json!([0.01, 0.1, 1.0]));
    assert_eq!(payment["unit"], "seconds");
    let built_in = metrics.iter().filter(|metric| metric["built_in"] == true);
    assert!(built_in.count() > 0, "glyph's own metrics are missing");
}

#[test]
fn traces_are_found_by_stage_result_duration_and_id() {
    let (telemetry, address) = program(|program| program);
    traced(&telemetry, || {
        tracing::info_span!("checkout", order = 7).in_scope(|| {
            let _paid = pay("bread");
        });
        let _failed = pay("");
    });
    let found = |query: &str| get(address, &format!("/api/v1/traces{query}")).json();
    let all = found("");
    assert_eq!((&all["found"], &all["kept"]), (&json!(2), &json!(true)));
    let failed = found("?stage=pay&status=error");
    assert_eq!(failed["found"], 1);
    let failed = &failed["traces"][0];
    assert_eq!(
        (&failed["name"], &failed["error"]),
        (&json!("pay"), &json!("no order"))
    );
    let paid = found("?status=ok&stage=pay");
    let paid = &paid["traces"][0];
    assert_eq!(
        (&paid["name"], &paid["spans"]),
        (&json!("checkout"), &json!(2))
    );
    let id = paid["trace_id"].as_str().unwrap();
    assert_eq!(found(&format!("?trace_id={id}"))["found"], 1);
    assert_eq!(found("?min_ms=60000")["found"], 0);
    assert_eq!(found("?stage=nothing")["found"], 0);
    assert_eq!(found("?limit=1")["traces"].as_array().unwrap().len(), 1);

    let trace = get(address, &format!("/api/v1/traces/{id}")).json();
    let [checkout, pay] = trace["tree"].as_array().unwrap().as_slice() else {
        unreachable!("two spans: {trace}")
    };
    assert_eq!(checkout["attributes"]["order"], 7);
    assert_eq!((&pay["name"], &pay["depth"]), (&json!("pay"), &json!(1)));
    assert_eq!(pay["parent_span_id"], checkout["span_id"]);
    assert_eq!(pay["attributes"]["order"], "bread");
}

#[test]
fn series_have_a_point_for_each_snapshot() {
    let (_telemetry, address) = program(|program| program);
    Shop::global().paying.add(0);
    let points = |metric: &str| {
        let series = get(address, &format!("/api/v1/series?metric={metric}")).json();
        assert_eq!(series["metric"], *metric);
        series["series"][0]["points"].as_array().unwrap().clone()
    };
    assert!(
        points("console_shop_payments").is_empty(),
        "one snapshot has no rate"
    );
    until("the second snapshot is taken", || {
        !points("console_shop_payments").is_empty()
    });
    let gauge = points("console_shop_paying");
    assert!(gauge.len() > 1, "{gauge:?}");
    assert!(
        gauge.iter().all(|point| point["value"].is_number()),
        "{gauge:?}"
    );
    let rate = &points("console_shop_payments")[0];
    assert!(rate["rate"].as_f64().unwrap() >= 0.0, "{rate}");
}

#[test]
fn wrong_requests_are_answered_with_what_is_wrong() {
    let (_telemetry, address) = program(|program| program);
    for (path, status, text) in [
        ("/api/v1/traces?status=bad", 400, "use `ok` or `error`"),
        (
            "/api/v1/traces?min_ms=-1",
            400,
            "use an integer of milliseconds",
        ),
        (
            "/api/v1/traces?limit=x",
            400,
            "use an integer from 1 to 500",
        ),
        ("/api/v1/traces/0123", 404, "not among the recent ones"),
        ("/api/v1/series", 400, "missing `metric`"),
        (
            "/api/v1/series?metric=nothing",
            404,
            "no metric has this name",
        ),
        ("/api/v1/heatmap", 400, "missing `metric`"),
        (
            "/api/v1/heatmap?metric=console_shop_paying",
            404,
            "no histogram has this name",
        ),
        ("/api/v1/nothing", 404, ""),
    ] {
        let response = get(address, path);
        assert_eq!(response.status, status, "{path}: {response:?}");
        assert!(response.body.contains(text), "{path}: {response:?}");
    }
}
