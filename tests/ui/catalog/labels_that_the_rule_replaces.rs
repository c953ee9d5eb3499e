use glyph_runtime::{Counter, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct Request<'a> {
    pub status: Status,
    #[label(max = 10)]
    pub severity: &'a str,
    #[label(max = 10)]
    pub team: &'a str,
}

#[metric_catalog(namespace = "app", target_labels(cluster))]
pub struct Metrics {
    /// Requests.
    #[alert(BySeverity, rate > 10/s, by(severity))]
    #[alert(ByTeam, rate > 10/s, by(team), labels(team = "shop"))]
    #[alert(OfEnvironment, rate > 10/s, labels(env = "production"))]
    #[alert(OfCluster, rate > 10/s, labels(cluster = "a", job = "b"))]
    #[objective(availability = 99%, by(severity, team), labels(team = "shop", cluster = "a"))]
    pub requests: Counter<Request<'static>>,
}

fn main() {}
