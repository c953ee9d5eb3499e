use glyph_runtime::{Counter, Label, metric_catalog};

#[derive(Label, Clone, Debug)]
#[label(never)]
pub struct OrgId(pub String);

#[metric_catalog(namespace = "ibex", scope(tenant_id: max 1000))]
pub struct ProxyMetrics {
    /// Requests.
    pub requests: Counter,
}

fn main() {
    let tenant_id = OrgId("acme".to_owned());
    TenantContext { tenant_id }.in_scope(|| ProxyMetrics::global().requests.inc());
}
