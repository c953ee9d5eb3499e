use glyph_runtime::{Counter, Gauge, Histogram, Label, LabelSet, Status, metric_catalog};

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

#[derive(LabelSet)]
pub struct Failure {
    pub provider: Provider,
}

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[alert(ByTypo, rate > 10/s, by(provder))]
    #[alert(SelectorTypo, rate{statu = error} > 10/s)]
    #[alert(ValueTypo, share(status = eror) > 5%)]
    #[objective(availability = 99%, by(prvider))]
    #[panel(by(kind))]
    pub requests: Counter<Request>,
    /// Errors.
    #[alert(OneSideOnly, ratio(self / requests) > 5%, by(status))]
    pub errors: Counter<Failure>,
    /// Sessions.
    #[alert(NoLabels, > 10, by(provider))]
    #[alert(Template, > 20, summary = "{provider} is busy")]
    pub sessions: Gauge,
    /// Latency.
    #[metric(unit = seconds)]
    #[alert(TextTypo, p95 > 2s, by(provider), summary = "{provder} is slow")]
    pub latency: Histogram<Failure>,
}

fn main() {}
