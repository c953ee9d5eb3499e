//! Recorders of waits and queues.

use super::WaitEnd;

/// The labels of a wait.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct WaitRequest {
    /// The wait's name.
    pub name: &'static str,
    /// The limit that is waited for. Default: `global`.
    pub scope: &'static str,
}

/// Records waits. [`WaitMetrics`](super::WaitMetrics) implements it. Implement it for a catalog
/// with other names and labels.
///
/// Each started wait ends exactly once.
///
/// ```
/// # use glyph_core as glyph_runtime;
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

/// Records queues. [`QueueMetrics`](super::QueueMetrics) implements it. Implement it for a catalog
/// with other names and labels.
///
/// Each item that enters leaves exactly once. If several queues have one name, their depths and
/// their capacities add up.
pub trait QueueRecorder: Send + Sync + 'static {
    /// The total capacity of the queues with this name changed by `change`.
    fn resized(&self, queue: &'static str, change: i64) {
        let _ = (queue, change);
    }

    /// An item has entered; [`left`](Self::left) follows.
    fn entered(&self, queue: &'static str);

    /// An item has left.
    fn left(&self, queue: &'static str, end: &WaitEnd);
}
