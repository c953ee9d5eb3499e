use glyph_runtime::{Counter, metric_catalog};

mod library {
    use glyph_runtime::{Counter, LabelSet, metric_catalog};

    #[derive(LabelSet)]
    pub struct Request<'a> {
        #[label(max = 10)]
        pub session_id: &'a str,
    }

    #[metric_catalog(namespace = "http")]
    pub struct HttpMetrics {
        /// Requests.
        pub requests: Counter<Request<'_>>,
    }
}

#[metric_catalog]
pub struct Metrics {
    /// Requests of this program.
    pub http_requests: Counter,
    #[catalog]
    pub http: library::HttpMetrics,
}

fn main() {}
