use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "ibex", forbid_labels(org_id), scope(tenant_id: max 100, org_id: max 1000))]
pub struct ProxyMetrics {
    /// Requests.
    pub requests: Counter,
}

fn main() {}
