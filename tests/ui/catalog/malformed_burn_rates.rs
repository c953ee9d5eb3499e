use glyph_runtime::{Counter, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct Request {
    pub status: Status,
}

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[objective(availability = 99%, name = OneWindow, fast(5m > 14.4))]
    #[objective(availability = 99%, name = NoRate, fast(5m/1h))]
    #[objective(availability = 99%, name = NoTime, fast(5/1h > 14.4))]
    #[objective(availability = 99%, name = Exchanged, fast(1h/5m > 14.4))]
    #[objective(availability = 99%, name = Short, fast(1m/1h > 14.4))]
    #[objective(availability = 99%, name = Long, slow(6h/40d > 1))]
    #[objective(availability = 95%, name = Unreachable, fast(5m/1h > 20))]
    #[objective(availability = 99%, name = Zero, fast(5m/1h > 0))]
    #[objective(availability = 99%, name = HasUnit, fast(5m/1h > 14.4s))]
    #[objective(availability = 99%, name = ShortPeriod, period = 6h)]
    #[objective(availability = 99%, name = DefaultWindows, period = 2d)]
    #[objective(availability = 99%, name = NoRequests, min_requests = 0)]
    #[objective(availability = 99%, name = HalfARequest, min_requests = 0.5)]
    #[objective(availability = 99%, name = NotNever, absent = off)]
    #[objective(availability = 99%, name = Misspelled, min_request = 10)]
    pub requests: Counter<Request>,
}

fn main() {}
