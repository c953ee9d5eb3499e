//! Spans of waits.

use std::{
    future::{pending, ready},
    time::Duration,
};

use futures_util::FutureExt;
use glyph_core::{
    Histogram, LabelSet, metric_catalog, testing,
    wait::{Queue, WaitEnd, WaitRecorder, WaitRequest, wait},
};
use tracing::info_span;

#[derive(LabelSet)]
pub(crate) struct Throttled<'a> {
    #[label(max = 2)]
    scope: &'a str,
}

#[metric_catalog(namespace = "netgate")]
pub(crate) struct Netgate {
    /// How long requests wait for the rate limiter.
    #[metric(unit = seconds, buckets = [1ms, 10ms, 1s])]
    pub(crate) rate_limit_wait: Histogram<Throttled<'_>>,
}

impl WaitRecorder for Netgate {
    fn ended(&self, wait: &WaitRequest, end: &WaitEnd) {
        let labels = Throttled { scope: wait.scope };
        self.rate_limit_wait.observe(labels, end.duration);
    }
}

#[tokio::test]
async fn delayed_wait_is_a_span_with_duration_and_scope() {
    let captured = testing::capture().frozen();
    let limiter = async {
        tokio::task::yield_now().await;
        captured.clock().advance(Duration::from_millis(1500));
    };
    wait("netgate.rate_limit_wait")
        .scope("per_host")
        .recorder(Netgate::global())
        .of(limiter)
        .await;

    let span = captured.span("wait");
    assert_eq!(span.field("otel.name"), Some("netgate.rate_limit_wait"));
    assert_eq!(span.field("wait.scope"), Some("per_host"));
    assert_eq!(span.field("wait.duration"), Some("1.5"));
    assert_eq!(span.field("wait.outcome"), Some("ok"));
    assert!(span.is_closed());
    let waited = captured.histogram_of(&Netgate::global().rate_limit_wait);
    assert_eq!(waited.with_label("scope", "per_host").sum(), 1.5);
}

#[tokio::test]
async fn immediate_wait_makes_no_span() {
    let captured = testing::capture();
    wait("limit").of(ready(())).await;
    assert!(captured.spans().iter().all(|span| span.name() != "wait"));
}

#[test]
fn cancelled_wait_has_a_span() {
    let captured = testing::capture();
    let request = info_span!("request");
    let waiting = request.in_scope(|| {
        let mut waiting = Box::pin(wait("limit").of(pending::<()>()));
        assert!((&mut waiting).now_or_never().is_none());
        waiting
    });
    drop(waiting);
    let span = captured.span("wait");
    assert_eq!(span.parent(), Some("request"));
    assert_eq!(span.field("wait.outcome"), Some("cancelled"));
    assert!(span.is_closed());
}

#[test]
fn wait_of_an_item_is_a_child_of_its_sender() {
    let captured = testing::capture();
    let queue = Queue::new("jobs");
    let item = info_span!("producer").in_scope(|| queue.track(7));
    assert!(!captured.span("wait").is_closed());
    info_span!("consumer").in_scope(|| item.take());
    let span = captured.span("wait");
    assert_eq!(span.parent(), Some("producer"));
    assert_eq!(span.field("otel.name"), Some("jobs"));
    assert_eq!(span.field("wait.outcome"), Some("ok"));
    assert!(span.is_closed());
}
