use glyph_runtime::{Counter, LabelSet, metric_catalog};

#[derive(LabelSet)]
pub struct Request<'a> {
    #[label(max = 10)]
    pub tenant_id: &'a str,
}

#[metric_catalog(namespace = "edge")]
pub struct EdgeMetrics {
    /// Requests at the edge.
    pub requests: Counter<Request<'_>>,
}

#[metric_catalog(namespace = "glyphoxa", scope(tenant_id: max 1000))]
pub struct VoiceMetrics {
    /// Requests.
    pub requests: Counter<Request<'_>>,
}

#[metric_catalog(namespace = "gateway", scope(Gateway { tenant_id: max 1000 }))]
pub struct GatewayMetrics {
    /// Connections.
    pub connections: Counter,
    #[catalog]
    pub edge: EdgeMetrics,
}

fn main() {}
