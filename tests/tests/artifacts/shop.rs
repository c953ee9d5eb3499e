//! A small catalog whose artifacts are all in the repository.

use glyph_runtime::{Counter, Gauge, Histogram, Label, LabelSet, Status, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Card,
    Invoice,
}

#[derive(LabelSet)]
pub(crate) struct Payment<'a> {
    pub(crate) method: Method,
    #[label(max = 20)]
    pub(crate) country: &'a str,
    pub(crate) status: Status,
}

#[metric_catalog(namespace = "shop")]
pub(crate) struct ShopMetrics {
    /// Time until an order is confirmed.
    #[metric(name = "order.duration", unit = seconds, buckets = [100ms, 500ms, 1s, 5s])]
    #[alert(SlowOrders, p95 > 1s, for = 5m, summary = "Orders take more than a second")]
    #[objective(latency = 500ms, target = 99%)]
    pub(crate) order_duration: Histogram,

    /// Payments that were tried.
    #[alert(PaymentsFail, share(status = error) > 5%, for = 10m, severity = critical, by(method),
        summary = "Payments by {method} fail")]
    pub(crate) payments: Counter<Payment<'_>>,

    /// Baskets that are open.
    pub(crate) baskets: Gauge,
}
