mod cache;

use cache::stage;

mod tenants {
    use glyph_runtime::{Counter, metric_catalog};

    #[metric_catalog(namespace = "tenants", scope(tenant_id: max 10))]
    pub struct Metrics {
        /// Requests.
        pub requests: Counter,
    }
}

fn main() {
    let _found = stage::connect { is_new: true }.time(async { Ok::<u8, std::io::Error>(1) });
    tenants::TenantContext { tenant_id: "ada" }.in_scope(async { tenants::Metrics::global().requests.inc() });
}
