use glyph_runtime::{Counter, Gauge, Label, LabelSet, Status, metric_catalog};

#[derive(Label, Clone, Copy)]
pub enum Provider {
    Deepgram,
    Elevenlabs,
}

#[derive(LabelSet)]
pub struct Request {
    pub provider: Provider,
    pub status: Status,
}

#[metric_catalog(namespace = "app", scope(tenant_id: max 1000))]
pub struct Metrics {
    /// Requests.
    #[alert(Known, rate{tenant_id = "acme"} > 10/s, by(tenant_id), summary = "{tenant_id} is busy")]
    #[alert(ByTypo, rate > 10/s, by(tenant_ids))]
    #[alert(SelectorTypo, rate{tenat_id = "acme"} > 10/s)]
    #[alert(TextTypo, rate > 10/s, by(tenant_id), summary = "{tenantid} is busy")]
    #[objective(availability = 99%, by(tennant_id))]
    #[panel(by(tenant))]
    pub requests: Counter<Request>,
    /// Sessions.
    #[alert(NoSuchLabel, > 10, by(tenantid))]
    #[alert(AddedUp, > 20, summary = "{tenant_id} is busy")]
    pub sessions: Gauge,
    #[catalog]
    pub nested: Nested,
}

#[metric_catalog(namespace = "nested")]
pub struct Nested {
    /// Nothing here tells which scope it is nested in.
    #[alert(Unknown, > 10, by(tenant_id))]
    pub sessions: Gauge,
}

fn main() {}
