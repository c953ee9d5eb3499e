//! A collector for spans.

use std::sync::Arc;

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, trace::v1::Span,
};
use tokio_rustls::rustls::ServerConfig;

pub use super::{Answer, Delay, PROTOCOLS, Peer, half_closes, nobody, raw};

/// The signal of spans.
pub type Receiver = super::Receiver<ExportTraceServiceRequest>;
/// A request with spans.
pub type Received = super::Received<ExportTraceServiceRequest>;

impl super::Request for ExportTraceServiceRequest {
    type Item = Span;

    fn items(self) -> Vec<Span> {
        let scopes = self.resource_spans.into_iter();
        let scopes = scopes.flat_map(|spans| spans.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }
}

impl Receiver {
    /// Starts a collector that accepts everything over TLS.
    #[must_use]
    pub fn start_with_tls(config: ServerConfig) -> Self {
        Self::start_at("127.0.0.1:0", [], Some(Arc::new(config).into()))
    }
}
