//! Many threads in the scopes of many tenants at once.

use std::thread;

use glyph_runtime::{
    Counter, Gauge, Histogram, context::spawn, metric_catalog, scope::ScopeLabels,
};
use glyph_tests::{Page, environment};

const THREADS: u32 = 8;
const TENANTS: u32 = 5;
const ROUNDS: u32 = 2_000;

#[metric_catalog(namespace = "threads", stages = stage, scope(tenant_id: max 3))]
struct Metrics {
    /// Latency.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(work, in_flight = working)]
    latency: Histogram,
    /// Under way.
    working: Gauge,
    /// Requests.
    requests: Counter,
}

fn labels(tenant: u32) -> ScopeLabels {
    TenantContext {
        tenant_id: format!("t{tenant}"),
    }
    .labels()
}

fn one(tenant: u32) {
    labels(tenant).in_scope(|| {
        stage::work {}.time(|| Metrics::global().requests.inc());
    });
    // Between scopes, the thread has no tenant.
    Metrics::global().requests.inc();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tenants_on_many_threads_have_separate_counts() {
    // These three tenants come first.
    let known: Vec<_> = (0..3).map(labels).collect();
    let telemetry = environment::telemetry("threads")
        .catalog(Metrics::global())
        .build()
        .unwrap();
    let threads: Vec<_> = (0..THREADS / 2)
        .map(|thread| {
            thread::spawn(move || (0..ROUNDS).for_each(|round| one((thread + round) % TENANTS)))
        })
        .collect();
    let tasks: Vec<_> = (0..THREADS / 2)
        .map(|task| {
            tokio::spawn(async move {
                for round in 0..ROUNDS {
                    let tenant = (task + round) % TENANTS;
                    let inner = async {
                        tokio::task::yield_now().await;
                        stage::work {}.time_async(tokio::task::yield_now()).await;
                        spawn(async { Metrics::global().requests.inc() })
                            .await
                            .unwrap();
                    };
                    labels(tenant).scope(inner).await;
                    Metrics::global().requests.inc();
                }
            })
        })
        .collect();
    for _ in 0..20 {
        let page = Page::of(&telemetry).unwrap();
        assert!(page.named("threads_requests_total").count() <= 5);
        tokio::task::yield_now().await;
    }
    for thread in threads {
        thread.join().unwrap();
    }
    for task in tasks {
        task.await.unwrap();
    }
    drop(known);
    let page = Page::of(&telemetry).unwrap();
    let each = f64::from(THREADS * ROUNDS / TENANTS);
    for (tenant, expected) in [
        ("t0", each),
        ("t1", each),
        ("t2", each),
        ("other", 2.0 * each),
    ] {
        let labels = [("tenant_id", tenant)];
        let value = |name| page.value(name, &labels).unwrap();
        assert_eq!(value("threads_requests_total"), expected, "{tenant}");
        assert_eq!(value("threads_latency_seconds_count"), expected, "{tenant}");
        assert_eq!(value("threads_working"), 0.0, "{tenant}");
    }
    let outside = page.value("threads_requests_total", &[]);
    assert_eq!(outside, Some(f64::from(THREADS * ROUNDS)));
    assert_eq!(page.value("threads_working", &[]), Some(0.0));
}
