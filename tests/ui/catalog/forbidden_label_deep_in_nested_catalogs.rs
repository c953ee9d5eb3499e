use glyph_runtime::{Counter, Histogram, LabelSet, metric_catalog};

#[derive(LabelSet)]
pub struct Query<'a> {
    #[label(max = 10, name = "org_id")]
    pub organisation: &'a str,
}

#[metric_catalog(namespace = "db")]
pub struct DatabaseMetrics {
    /// Queries.
    pub queries: Counter<Query<'_>>,
}

#[metric_catalog(namespace = "cache", stages = stage)]
pub struct CacheMetrics {
    /// Latency of lookups.
    #[metric(unit = seconds)]
    #[stage(lookup, labels(org_id: &str))]
    pub lookups: Histogram,
}

#[metric_catalog(namespace = "limits", scope(org_id: max 10))]
pub struct LimitMetrics {
    /// Requests that were let through.
    pub passed: Counter,
}

#[metric_catalog(namespace = "storage")]
pub struct StorageMetrics {
    #[catalog]
    pub database: DatabaseMetrics,
}

#[metric_catalog(namespace = "ibex", forbid_labels(org_id))]
pub struct ProxyMetrics {
    #[catalog]
    pub storage: StorageMetrics,
    #[catalog]
    pub cache: CacheMetrics,
    #[catalog]
    pub limits: LimitMetrics,
}

fn main() {}
