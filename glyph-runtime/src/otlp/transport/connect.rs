//! Connections to a collector: directly or through a proxy, with and without TLS.

use std::{
    error::Error,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use tokio::net::TcpStream;
use tower_service::Service;

use super::{
    Endpoint, OtlpError, OtlpSettings,
    exchange::{Counted, Exchange},
    kept::Kept,
    proxy::Proxy,
    tls,
};
use crate::otlp::Protocol;

/// The longest time for a connection, with TLS and the proxy.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

pub(super) type BoxError = Box<dyn Error + Send + Sync>;
pub(super) type Connecting<S> = Pin<Box<dyn Future<Output = Result<S, BoxError>> + Send>>;
/// A connection to the collector, or to the proxy.
pub(super) type Hop = MaybeHttpsStream<TokioIo<TcpStream>>;
/// A connection to the collector below its TLS.
type Wire = TokioIo<Counted<TokioIo<Hop>>>;

/// The error of a connection that takes too long.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no connection within {0:?}")]
pub(super) struct ConnectTimeout(Duration);

/// Connects within a time limit.
#[derive(Clone)]
pub(super) struct Connector {
    tls: HttpsConnector<WireConnector>,
    limit: Duration,
    exchange: Arc<Exchange>,
}

impl Connector {
    /// Returns the connector, and the exchange whose bytes its connections count.
    pub(super) fn new(
        settings: &OtlpSettings,
        endpoint: &Endpoint,
        proxy: Option<Proxy>,
    ) -> Result<(Self, Arc<Exchange>), OtlpError> {
        let exchange = Arc::<Exchange>::default();
        let wire = WireConnector {
            tcp: tcp(settings),
            proxy,
            exchange: Arc::clone(&exchange),
        };
        let builder = HttpsConnectorBuilder::new()
            .with_tls_config(tls::config(&settings.tls, endpoint.is_https)?);
        let builder = if endpoint.is_https {
            builder.https_only()
        } else {
            builder.https_or_http()
        };
        let tls = match settings.protocol {
            Protocol::Grpc => builder.enable_http2().wrap_connector(wire),
            Protocol::HttpProtobuf => builder.enable_all_versions().wrap_connector(wire),
        };
        let limit = connect_limit(settings);
        let connector = Self {
            tls,
            limit,
            exchange: Arc::clone(&exchange),
        };
        Ok((connector, exchange))
    }
}

impl Service<Uri> for Connector {
    type Response = Kept<MaybeHttpsStream<Wire>>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tls.poll_ready(context)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connecting = self.tls.call(to);
        let (limit, exchange) = (self.limit, Arc::clone(&self.exchange));
        Box::pin(async move {
            let connected = tokio::time::timeout(limit, connecting).await;
            let stream = connected.map_err(|_| ConnectTimeout(limit))??;
            Ok(Kept::new(stream, exchange))
        })
    }
}

#[derive(Clone)]
struct WireConnector {
    tcp: HttpConnector,
    proxy: Option<Proxy>,
    exchange: Arc<Exchange>,
}

impl WireConnector {
    fn route(&mut self, to: Uri) -> Connecting<Hop> {
        if let Some(proxy) = &mut self.proxy {
            return proxy.connect(to);
        }
        let connecting = self.tcp.call(to);
        Box::pin(async { Ok(MaybeHttpsStream::Http(connecting.await?)) })
    }
}

impl Service<Uri> for WireConnector {
    type Response = Wire;
    type Error = BoxError;
    type Future = Connecting<Wire>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let exchange = Arc::clone(&self.exchange);
        let forwards = self.proxy.as_ref().is_some_and(Proxy::forwards);
        let connecting = self.route(to);
        Box::pin(async move {
            let stream = TokioIo::new(connecting.await?);
            Ok(TokioIo::new(Counted::new(stream, exchange, forwards)))
        })
    }
}

pub(super) fn tcp(settings: &OtlpSettings) -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(connect_limit(settings)));
    tcp
}

/// Connecting has the time limit of an attempt, and its own one if that is longer.
fn connect_limit(settings: &OtlpSettings) -> Duration {
    let limit = settings.timeout.min(CONNECT_LIMIT);
    limit.max(Duration::from_millis(1))
}
