//! The layer and its service.

use std::{
    fmt,
    task::{Context, Poll},
};

use http::{HeaderName, Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::{ClientRecorder, calling};
use crate::http::{ResponseBody, ResponseFuture, body::Unwinding};

/// Measures the calls of a client: a service of `http` requests such as hyper's.
///
/// Each call is a client span `{METHOD}`, or `{METHOD} {template}` with a [`UrlTemplate`](super::UrlTemplate), and
/// hands its trace on in `traceparent` and the current [`RequestId`](crate::log::RequestId) in `X-Request-ID`. It is recorded when
/// the response's body ends. For a client, statuses of 400 and above are errors.
///
/// A client with types of its own, such as reqwest's, is made such a service by a function:
///
/// ```
/// use glyph_runtime::http::{ClientLayer, ClientMetrics};
/// use tower_layer::Layer;
///
/// # fn service<S>(client: S) {
/// let client = ClientLayer::new(ClientMetrics::global()).layer(client);
/// # drop(client);
/// # }
/// ```
#[derive(Clone)]
pub struct ClientLayer {
    settings: Settings,
}

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) recorder: &'static dyn ClientRecorder,
    pub(super) request_id: Option<HeaderName>,
}

impl ClientLayer {
    /// A layer that records into `recorder`: a [`ClientMetrics`](super::ClientMetrics) or a catalog of your own.
    pub fn new(recorder: &'static impl ClientRecorder) -> Self {
        Self {
            settings: Settings {
                recorder,
                request_id: Some(HeaderName::from_static("x-request-id")),
            },
        }
    }

    /// The header that hands the current request id on, `X-Request-ID` unless told otherwise; `None` keeps it here, as
    /// is right where the peer is a stranger.
    #[must_use]
    pub fn request_id_header(mut self, name: Option<HeaderName>) -> Self {
        self.settings.request_id = name;
        self
    }
}

impl fmt::Debug for ClientLayer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings.fmt(formatter)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientLayer")
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for ClientLayer {
    type Service = ClientService<S>;

    fn layer(&self, inner: S) -> ClientService<S> {
        ClientService {
            inner,
            settings: self.settings.clone(),
        }
    }
}

/// A client whose calls are measured; see [`ClientLayer`].
#[derive(Clone, Debug)]
pub struct ClientService<S> {
    inner: S,
    settings: Settings,
}

impl<S, B, C> Service<Request<B>> for ClientService<S>
where
    S: Service<Request<B>, Response = Response<C>, Error: 'static>,
    C: Body,
{
    type Response = Response<ResponseBody<C>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let mut call = Some(calling::start(&self.settings, &mut parts));
        let unwinding = Unwinding(&mut call);
        let request = Request::from_parts(parts, body);
        let inner = unwinding.in_scope(|| self.inner.call(request));
        unwinding.did_not_happen();
        ResponseFuture::new(inner, call)
    }
}
