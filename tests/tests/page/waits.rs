//! Waits and queues in the exposition.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::future::ready;

use glyph_runtime::{
    expose::Format,
    metric_catalog, testing,
    wait::{Queue, QueueMetrics, WaitMetrics, wait},
};
use glyph_tests::environment::telemetry;

#[metric_catalog(namespace = "waiting", max_series = 100_000)]
struct Metrics {
    #[catalog]
    waits: WaitMetrics,
    #[catalog]
    queues: QueueMetrics,
}

#[tokio::test]
async fn waits_and_queues_are_exposed() {
    let _captured = testing::capture();
    let telemetry = telemetry("waiting")
        .catalog(Metrics::global())
        .without_facade()
        .build()
        .unwrap();
    wait("rate_limit").scope("tenant").of(ready(())).await;
    let queue = Queue::new("jobs").capacity(8);
    let _waits = queue.track(());
    let page = telemetry.render(Format::Text);
    for line in [
        r#"wait_duration_seconds_count{wait="rate_limit",scope="tenant",outcome="ok"} 1"#,
        r#"wait_active{wait="rate_limit",scope="tenant"} 0"#,
        r#"queue_depth{queue="jobs"} 1"#,
        r#"queue_capacity{queue="jobs"} 8"#,
    ] {
        assert!(page.contains(line), "{line} is not in:\n{page}");
    }
}
