//! The layer and its service.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use http::{HeaderMap, Request, Response, request::Parts};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::{Protocol, ResponseBody, ResponseFuture, call::Call};

/// A tower layer that measures the calls of a [`Server`](super::Server) or a
/// [`Client`](super::Client).
///
/// `http` and `grpc` each name it `ServerLayer` and `ClientLayer`. The settings that they share are
/// methods of this type.
pub struct CallLayer<E: Endpoint> {
    settings: Arc<E::Settings>,
}

/// A service whose calls are measured; see [`CallLayer`].
pub struct CallService<E: Endpoint, S> {
    inner: S,
    settings: Arc<E::Settings>,
}

/// A side of a protocol that layers measure. [`Server`](super::Server) and
/// [`Client`](super::Client) implement it.
pub trait Endpoint {
    /// The protocol.
    type Protocol: Protocol;
    /// The settings of a layer.
    type Settings: Clone + fmt::Debug;

    /// Starts a call, unless the settings exclude it.
    fn start(
        settings: &Arc<Self::Settings>,
        request: &mut Parts,
    ) -> Option<Box<Call<Self::Protocol>>>;

    /// Returns the settings that servers and clients of the protocol have.
    fn protocol_settings(
        settings: &mut Self::Settings,
    ) -> &mut <Self::Protocol as Protocol>::Settings;

    /// Adds to the headers of a request what is current in its call.
    fn inject(settings: &Self::Settings, headers: &mut HeaderMap);
}

/// How an endpoint passes the body of a request to its service.
pub trait WrapRequestBody<B>: Endpoint {
    /// The body that the service gets.
    type Body;

    /// Wraps the body of a request.
    fn wrap(body: B, call: Option<&mut Call<Self::Protocol>>) -> Self::Body;
}

impl<E: Endpoint> CallLayer<E> {
    pub(super) fn from_settings(settings: E::Settings) -> Self {
        let settings = Arc::new(settings);
        Self { settings }
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut E::Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    pub(super) fn with_protocol(
        self,
        change: impl FnOnce(&mut <E::Protocol as Protocol>::Settings),
    ) -> Self {
        self.with(|settings| change(E::protocol_settings(settings)))
    }
}

impl<E: Endpoint, S> Layer<S> for CallLayer<E> {
    type Service = CallService<E, S>;

    fn layer(&self, inner: S) -> CallService<E, S> {
        CallService {
            inner,
            settings: Arc::clone(&self.settings),
        }
    }
}

impl<E, S, B, C> Service<Request<B>> for CallService<E, S>
where
    E: WrapRequestBody<B>,
    S: Service<Request<E::Body>, Response = Response<C>, Error: 'static>,
    C: Body,
{
    type Response = Response<ResponseBody<C, E::Protocol>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, E::Protocol>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let mut call = E::start(&self.settings, &mut parts);
        let body = E::wrap(body, call.as_deref_mut());
        ResponseFuture::start(call, || {
            E::inject(&self.settings, &mut parts.headers);
            self.inner.call(Request::from_parts(parts, body))
        })
    }
}

impl<E: Endpoint> Clone for CallLayer<E> {
    fn clone(&self) -> Self {
        Self {
            settings: Arc::clone(&self.settings),
        }
    }
}

impl<E: Endpoint, S: Clone> Clone for CallService<E, S> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            settings: Arc::clone(&self.settings),
        }
    }
}

impl<E: Endpoint> fmt::Debug for CallLayer<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CallLayer")
            .field("settings", &self.settings)
            .finish()
    }
}

impl<E: Endpoint, S: fmt::Debug> fmt::Debug for CallService<E, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CallService")
            .field("inner", &self.inner)
            .field("settings", &self.settings)
            .finish()
    }
}
