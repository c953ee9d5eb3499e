//! The layer for gRPC servers.

use std::{any::Any, mem, time::Duration};

use tonic::server::NamedService;

use super::{ServerRecorder, settings::GrpcServerSettings};
use crate::edge::{
    CallLayer, CallService, RequestBody, Server, WrapRequestBody, call::Call, grpc::Grpc,
};

/// Measures the calls of a server. See the [module](crate::grpc), and [`CallLayer`] for the
/// settings that it shares with other layers.
///
/// With tonic, pass it to `Server::builder().layer(..)` to measure all services, or wrap one
/// service before that is added. Services below find the [`RequestId`](crate::log::RequestId) in
/// the extensions of the request.
///
/// ```
/// use glyph_runtime::grpc::{ServerLayer, ServerMetrics};
///
/// # fn main() -> Result<(), glyph_runtime::log::CarriedIdError> {
/// let layer = ServerLayer::new(ServerMetrics::global())
///     .excluded_services(["grpc.health.v1.Health"])
///     .try_ids(["org_id"])?;
/// # drop(layer);
/// # Ok(())
/// # }
/// ```
pub type ServerLayer = CallLayer<Server<Grpc>>;

/// A service whose calls are measured; see [`ServerLayer`].
pub type ServerService<S> = CallService<Server<Grpc>, S>;

impl ServerLayer {
    /// A layer that records into `recorder`: [`ServerMetrics`](super::ServerMetrics) or a catalog
    /// of the program.
    pub fn new(recorder: &'static impl ServerRecorder) -> Self {
        Self::server(GrpcServerSettings::new(recorder))
    }

    /// Ignores calls to these services: no span, no metrics, no ids, no log line.
    #[must_use]
    pub fn excluded_services<P: Into<String>>(self, services: impl IntoIterator<Item = P>) -> Self {
        let services = services.into_iter().map(Into::into);
        self.with(|settings| settings.excluded.extend(services))
    }

    /// Sets the timeout of the server, tonic's `Server::timeout`. Default: none.
    ///
    /// A call that is dropped after it is a timeout, like one that is dropped after the
    /// `grpc-timeout` of its client.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|settings| settings.own.direction.timeout = Some(timeout))
    }
}

/// Services below get the same type of body. The bodies of tonic and axum are watched, so that a
/// client that leaves before its message is whole is seen.
impl<B: 'static> WrapRequestBody<B> for Server<Grpc> {
    type Body = B;

    fn wrap(mut body: B, call: Option<&mut Call<Grpc>>) -> B {
        let any: &mut dyn Any = &mut body;
        if let Some(body) = any.downcast_mut::<tonic::body::Body>() {
            *body = tonic::body::Body::new(RequestBody::of(mem::take(body), call));
        } else if let Some(body) = any.downcast_mut::<axum::body::Body>() {
            *body = axum::body::Body::new(RequestBody::of(mem::take(body), call));
        }
        body
    }
}

impl<S: NamedService> NamedService for ServerService<S> {
    const NAME: &'static str = S::NAME;
}
