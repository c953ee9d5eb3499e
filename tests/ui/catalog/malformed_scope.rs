use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "a", scope(tenant_id))]
pub struct Unbounded {
    /// Requests.
    pub requests: Counter,
}

#[metric_catalog(namespace = "b", scope(Region { region: max 0, region: max 3, le: max 3 }, idle = 5, idel = 1h))]
pub struct Mistaken {
    /// Requests.
    pub requests: Counter,
}

#[metric_catalog(namespace = "c", scope())]
pub struct Empty {
    /// Requests.
    pub requests: Counter,
}

#[metric_catalog(namespace = "d", scope(Shard { shard: 1000 }))]
pub struct Wordless {
    /// Requests.
    pub requests: Counter,
}

fn main() {}
