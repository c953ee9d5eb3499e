//! What a call of a stage takes of the limits of open labels, and which series it makes present.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::float_cmp, reason = "counts are exact")]

use std::{convert::Infallible, pin::pin};

use futures_util::{FutureExt, Stream, StreamExt, stream as streams};
use glyph_runtime::{
    Counter, Gauge, Histogram, LabelSet, Outcome, Status, instrument_stage, metric_catalog,
    stage as current,
};
use glyph_tests::{Page, environment};

#[derive(LabelSet)]
struct Id<'a> {
    #[label(max = 2)]
    id: &'a str,
}

#[derive(LabelSet)]
struct IdStatus<'a> {
    #[label(max = 2)]
    id: &'a str,
    status: Status,
}

// rustfmt indents this attribute further each time.
#[rustfmt::skip]
macro_rules! catalog {
    ($namespace:literal) => {
        #[metric_catalog(namespace = $namespace, stages = stage)]
        struct Metrics {
            /// Latency.
            #[metric(unit = seconds, buckets = [1s])]
            #[stage(
                work,
                requests = requests,
                errors = errors,
                in_flight = in_flight,
                retries = retries,
                fallbacks = fallbacks,
                items = items,
                first_item = first_item,
                labels(id: &str)
            )]
            duration: Histogram<Id<'_>>,
            /// Requests.
            requests: Counter<IdStatus<'_>>,
            /// Errors.
            errors: Counter<Id<'_>>,
            /// Running.
            in_flight: Gauge<Id<'_>>,
            /// Retries.
            retries: Counter<Id<'_>>,
            /// Fallbacks.
            fallbacks: Counter<Id<'_>>,
            /// Items.
            items: Counter<IdStatus<'_>>,
            /// Time to the first item.
            #[metric(unit = seconds, buckets = [1s])]
            first_item: Histogram<Id<'_>>,
        }
    };
}

fn page(catalog: &'static (impl glyph_runtime::catalog::Catalog + Sync)) -> Page {
    let telemetry = environment::telemetry("test").catalog(catalog).build();
    Page::of(&telemetry.unwrap()).unwrap()
}

fn overflow(page: &Page, metric: &str) -> f64 {
    let labels = [("metric", metric), ("label", "id")];
    page.value("glyph_label_overflow_total", &labels).unwrap()
}

#[test]
fn calls_take_nothing_of_the_limit_of_a_metric_that_they_do_not_feed() {
    catalog!("fallback");
    #[instrument_stage(stage::work, labels(id = id))]
    fn call(id: &str, falls_back: bool) {
        if falls_back {
            current::fallback();
        }
    }
    for id in ["a", "b", "c", "d"] {
        call(id, false);
    }
    call("e", true);
    let page = page(Metrics::global());
    assert_eq!(
        page.value("fallback_fallbacks_total", &[("id", "e")]),
        Some(1.0)
    );
    assert_eq!(page.named("fallback_fallbacks_total").count(), 1);
    assert_eq!(page.named("fallback_retries_total").count(), 0);
    let overflows = [
        "duration_seconds",
        "requests",
        "in_flight",
        "errors",
        "fallbacks",
        "retries",
    ]
    .map(|metric| overflow(&page, &format!("fallback_{metric}")));
    assert_eq!(overflows, [3.0, 3.0, 3.0, 0.0, 0.0, 0.0].map(f64::from));
    let count = |id| page.value("fallback_duration_seconds_count", &[("id", id)]);
    assert_eq!(
        [count("a"), count("b"), count("other")],
        [1.0, 1.0, 3.0].map(Some)
    );
}

#[test]
fn events_of_every_form_of_a_call_have_its_value() {
    catalog!("forms");
    #[instrument_stage(stage::work, labels(id = &id))]
    async fn call(id: String) -> Result<(), Infallible> {
        tokio::task::yield_now().await;
        current::retry();
        Ok(())
    }
    #[instrument_stage(stage::work, labels(id = "outer"))]
    fn nested() {
        stage::work { id: "inner" }.time(current::retry);
        current::fallback();
    }
    // The first two values have a place in the metrics that every call feeds.
    nested();
    let mut future = pin!(call("c".to_owned()));
    while future.as_mut().now_or_never().is_none() {}
    let page_after_async = page(Metrics::global());
    let retries = |page: &Page, id| page.value("forms_retries_total", &[("id", id)]);
    assert_eq!(retries(&page_after_async, "inner"), Some(1.0));
    assert_eq!(retries(&page_after_async, "c"), Some(1.0));
    let running = stage::work { id: "d" }.start();
    running.retry();
    running.in_scope(current::fallback);
    running.finish_as(Outcome::Ok);
    let page = page(Metrics::global());
    assert_eq!(retries(&page, "other"), Some(1.0));
    assert_eq!(overflow(&page, "forms_retries"), 1.0);
    let fallbacks = |id| page.value("forms_fallbacks_total", &[("id", id)]);
    assert_eq!([fallbacks("outer"), fallbacks("d")], [Some(1.0); 2]);
}

#[test]
fn overflow_counts_the_observations_of_each_metric() {
    catalog!("observed");
    #[instrument_stage(stage::work, labels(id = id))]
    fn call(id: &str, fails: bool) -> Result<(), String> {
        if fails { Err(id.to_owned()) } else { Ok(()) }
    }
    for id in ["a", "b", "c", "d"] {
        let _ = call(id, false);
    }
    let _ = call("c", true);
    let _ = call("a", true);
    let page = page(Metrics::global());
    let errors = |id| page.value("observed_errors_total", &[("id", id)]);
    assert_eq!(
        [errors("a"), errors("b"), errors("other")],
        [1.0, 0.0, 1.0].map(Some)
    );
    assert_eq!(errors("c"), None);
    let overflows = ["duration_seconds", "requests", "errors"]
        .map(|metric| overflow(&page, &format!("observed_{metric}")));
    assert_eq!(overflows, [3.0, 3.0, 1.0]);
}

#[test]
fn value_named_other_is_no_overflow() {
    catalog!("other");
    stage::work { id: "other" }.time(current::retry);
    let page = page(Metrics::global());
    for metric in ["retries", "requests", "duration_seconds"] {
        assert_eq!(overflow(&page, &format!("other_{metric}")), 0.0, "{metric}");
    }
    assert_eq!(
        page.value("other_retries_total", &[("id", "other")]),
        Some(1.0)
    );
}

#[test]
fn stream_takes_what_its_items_feed() {
    catalog!("streamed");
    #[instrument_stage(stage::work, stream, labels(id = id))]
    fn items(id: &str, count: u8) -> impl Stream<Item = u8> + use<> {
        let _ = id;
        streams::iter(0..count)
    }
    drop(items("never polled", 3));
    drop(items("neither", 3));
    for (id, count) in [("a", 0), ("b", 0), ("c", 2)] {
        let all = items(id, count).collect::<Vec<_>>().now_or_never().unwrap();
        assert_eq!(all.len(), usize::from(count));
    }
    let page = page(Metrics::global());
    let count = |id| page.value("streamed_duration_seconds_count", &[("id", id)]);
    assert_eq!([count("a"), count("b"), count("other")], [Some(1.0); 3]);
    assert_eq!(
        page.value("streamed_items_total", &[("id", "c"), ("status", "ok")]),
        Some(2.0)
    );
    assert_eq!(
        page.value("streamed_first_item_seconds_count", &[("id", "c")]),
        Some(1.0)
    );
    let overflows = ["duration_seconds", "items", "first_item_seconds"]
        .map(|metric| overflow(&page, &format!("streamed_{metric}")));
    assert_eq!(overflows, [1.0, 0.0, 0.0]);
}

#[test]
fn metric_with_a_label_that_no_other_has_gets_its_value() {
    #[metric_catalog(namespace = "alone", stages = stage)]
    struct Metrics {
        /// Latency.
        #[metric(unit = seconds, buckets = [1s])]
        #[stage(work, retries = retries, labels(id: &str))]
        duration: Histogram,
        /// Retries.
        retries: Counter<Id<'_>>,
    }
    for id in ["a", "b", "c", "d"] {
        stage::work { id }.time(|| ());
    }
    for id in ["x", "y", "z"] {
        stage::work { id }.time(current::retry);
    }
    let page = page(Metrics::global());
    let retries = |id| page.value("alone_retries_total", &[("id", id)]);
    assert_eq!(
        [retries("x"), retries("y"), retries("other")],
        [Some(1.0); 3]
    );
    assert_eq!(overflow(&page, "alone_retries"), 1.0);
}

#[test]
fn reading_takes_nothing_of_a_limit() {
    catalog!("read");
    let metrics = Metrics::global();
    for id in ["r", "s", "t"] {
        assert_eq!(metrics.errors.value(Id { id }), 0);
        assert_eq!(metrics.duration.snapshot(Id { id }).count(), 0);
        assert!(metrics.in_flight.value(Id { id }).abs() < f64::EPSILON);
    }
    for id in ["a", "b", "c"] {
        metrics.errors.inc(Id { id });
    }
    assert_eq!(
        [
            metrics.errors.value(Id { id: "b" }),
            metrics.errors.value(Id { id: "t" })
        ],
        [1, 1]
    );
    let page = page(metrics);
    assert_eq!(page.value("read_errors_total", &[("id", "a")]), Some(1.0));
    assert_eq!(overflow(&page, "read_errors"), 1.0);
}

#[test]
fn errors_are_present_with_the_first_call() {
    catalog!("present");
    stage::work { id: "a" }.time(|| ());
    let page = page(Metrics::global());
    assert_eq!(
        page.value("present_errors_total", &[("id", "a")]),
        Some(0.0)
    );
    assert_eq!(page.named("present_fallbacks_total").count(), 0);
}

#[test]
fn errors_of_a_tenant_are_present_with_its_first_call() {
    #[metric_catalog(namespace = "tenant_errors", scope(tenant_id: max 4), stages = stage)]
    struct Metrics {
        /// Latency.
        #[metric(unit = seconds, buckets = [1s])]
        #[stage(work, requests = requests, errors = errors, retries = retries)]
        #[stage(rare, errors = sparse_errors)]
        duration: Histogram,
        /// Requests.
        requests: Counter<OnlyStatus>,
        /// Errors.
        errors: Counter,
        /// Errors that are seldom.
        #[metric(sparse)]
        sparse_errors: Counter,
        /// Retries.
        retries: Counter,
    }
    #[derive(LabelSet)]
    struct OnlyStatus {
        status: Status,
    }
    let tenant_id = "acme";
    TenantContext { tenant_id }.labels().in_scope(|| {
        stage::work {}.time(|| ());
        stage::rare {}.time(|| ());
    });
    let seen = page(Metrics::global());
    let of_tenant = |page: &Page, name| page.value(name, &[("tenant_id", tenant_id)]);
    assert_eq!(of_tenant(&seen, "tenant_errors_errors_total"), Some(0.0));
    assert_eq!(
        of_tenant(&seen, "tenant_errors_duration_seconds_count"),
        Some(2.0)
    );
    assert_eq!(of_tenant(&seen, "tenant_errors_sparse_errors_total"), None);
    assert_eq!(of_tenant(&seen, "tenant_errors_retries_total"), None);
    TenantContext { tenant_id }.labels().in_scope(|| {
        let _ = stage::work {}.time(|| Err::<(), _>("gone"));
    });
    let seen = page(Metrics::global());
    assert_eq!(of_tenant(&seen, "tenant_errors_errors_total"), Some(1.0));
}
