use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "app", target_labels(cluster, job, cluster, "not-a-label"))]
pub struct Metrics {
    /// Requests.
    #[alert(Known, rate > 10/s, by(cluster, instance, env), summary = "{cluster} of {job} is busy")]
    #[alert(NotKept, rate > 10/s, summary = "{instance} is busy")]
    #[alert(Typo, rate > 10/s, by(clustr))]
    pub requests: Counter,
}

fn main() {}
