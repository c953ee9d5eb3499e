//! The catalogs that the expressions of the table are about.

use glyph_runtime::{Counter, Gauge, Histogram, Label, LabelSet, Status, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Region {
    Eu,
    Us,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Card,
    Invoice,
    Voucher,
}

#[derive(LabelSet)]
pub(crate) struct OfRegion {
    pub(crate) region: Region,
}

#[derive(LabelSet)]
pub(crate) struct Payment<'a> {
    pub(crate) method: Method,
    #[label(max = 20)]
    pub(crate) country: &'a str,
    pub(crate) status: Status,
}

#[metric_catalog(namespace = "shop")]
#[expect(dead_code, reason = "only expressions name its metrics")]
pub(crate) struct Shop {
    /// Time until an order is confirmed.
    #[metric(name = "order.duration", unit = seconds, buckets = [100ms, 500ms, 1s, 5s])]
    pub(crate) order_duration: Histogram<OfRegion>,

    /// Payments that were tried.
    pub(crate) payments: Counter<Payment<'_>>,

    /// Baskets that are open.
    pub(crate) baskets: Gauge,

    /// Orders that wait.
    #[metric(name = "queue.depth")]
    pub(crate) queue_depth: Gauge<OfRegion>,

    #[catalog]
    pub(crate) loyalty: Loyalty,
}

#[metric_catalog(namespace = "loyalty", scope(tenant_id: max 100))]
pub(crate) struct Loyalty {
    /// Points that customers got.
    pub(crate) points: Counter<OfRegion>,
}
