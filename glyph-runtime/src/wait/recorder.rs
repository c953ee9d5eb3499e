//! What waits and queues tell whoever measures.

use super::WaitEnd;

/// What of a wait may be a label.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct WaitRequest {
    /// The wait's name.
    pub name: &'static str,
    /// What the limit is for, `global` unless told otherwise.
    pub scope: &'static str,
}

/// Records waits; [`WaitMetrics`](super::WaitMetrics) does, and any catalog can with names and labels of its own.
///
/// Each wait that is started is ended once, whatever happens to it.
///
/// ```
/// use glyph_runtime::{Histogram, LabelSet, metric_catalog};
/// use glyph_runtime::wait::{WaitEnd, WaitRecorder, WaitRequest, wait};
///
/// #[derive(LabelSet)]
/// pub struct Throttled<'a> {
///     #[label(max = 2)]
///     pub scope: &'a str,
/// }
///
/// #[metric_catalog(namespace = "netgate")]
/// pub struct Metrics {
///     /// How long requests wait for the rate limiter.
///     #[metric(unit = seconds, buckets = [1ms, 10ms, 100ms, 1s])]
///     pub rate_limit_wait: Histogram<Throttled<'_>>,
/// }
///
/// impl WaitRecorder for Metrics {
///     fn ended(&self, wait: &WaitRequest, end: &WaitEnd) {
///         self.rate_limit_wait.observe(Throttled { scope: wait.scope }, end.duration);
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let limited = wait("netgate.rate_limit_wait").recorder(Metrics::global());
/// limited.scope("per_host").of(async { /* the limiter */ }).await;
/// assert_eq!(Metrics::global().rate_limit_wait.snapshot(Throttled { scope: "per_host" }).count(), 1);
/// # }
/// ```
pub trait WaitRecorder: Send + Sync + 'static {
    /// A wait begins; [`ended`](Self::ended) follows.
    fn started(&self, wait: &WaitRequest) {
        let _ = wait;
    }

    /// A wait has ended.
    fn ended(&self, wait: &WaitRequest, end: &WaitEnd);
}

/// Records queues; [`QueueMetrics`](super::QueueMetrics) does, and any catalog can with names and labels of its own.
///
/// Each item that has entered leaves once, whatever happens to it. Several queues may have one name; their items and
/// their capacities then add up.
pub trait QueueRecorder: Send + Sync + 'static {
    /// The room of all queues of this name has changed by `change`, as one is made or gone.
    fn resized(&self, queue: &'static str, change: i64) {
        let _ = (queue, change);
    }

    /// An item has entered; [`left`](Self::left) follows.
    fn entered(&self, queue: &'static str);

    /// An item has left.
    fn left(&self, queue: &'static str, end: &WaitEnd);
}
