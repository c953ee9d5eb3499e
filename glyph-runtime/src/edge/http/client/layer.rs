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
use crate::{
    edge::failure::{self, Judge},
    http::{ErrorType, ResponseBody, ResponseFuture},
};

/// Measures the calls of a client: a service of `http` requests such as hyper's.
///
/// Each call is a client span `{METHOD}`, or `{METHOD} {template}` with a [`UrlTemplate`](super::UrlTemplate), and
/// hands its trace on in `traceparent` and the current [`RequestId`](crate::log::RequestId) in `X-Request-ID`. It is recorded when
/// the response's body ends. For a client, statuses of 400 and above are errors.
///
/// A client with types of its own is made such a service by a function. For reqwest it sends
/// `reqwest::Request::try_from(request)?` and gives `http::Response::from(response)`.
///
/// ```
/// use glyph_runtime::http::{ClientLayer, ClientMetrics, ErrorType};
/// use tower::{Layer, service_fn};
///
/// #[derive(Clone, Debug)]
/// enum CallError { TooLate, Refused }
///
/// # async fn send(request: http::Request<String>) -> Result<http::Response<String>, CallError> { Err(CallError::TooLate) }
/// # fn main() {
/// let layer = ClientLayer::new(ClientMetrics::global()).error_type(|error| match error {
///     CallError::TooLate => ErrorType::Timeout,
///     CallError::Refused => ErrorType::Transport,
/// });
/// let client = layer.layer(service_fn(|request: http::Request<String>| send(request)));
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
    pub(super) judge: Option<Judge>,
}

impl ClientLayer {
    /// A layer that records into `recorder`: a [`ClientMetrics`](super::ClientMetrics) or a catalog of your own.
    pub fn new(recorder: &'static impl ClientRecorder) -> Self {
        Self {
            settings: Settings {
                recorder,
                request_id: Some(HeaderName::from_static("x-request-id")),
                judge: None,
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

    /// Says how an error of the type `E` failed a call, where the client or the response's body gives one. Others are
    /// time-outs if one of the system's, of tokio's or of tower's is among their causes, and otherwise
    /// [`ErrorType::Transport`].
    #[must_use]
    pub fn error_type<E: 'static>(
        mut self,
        judge: impl Fn(&E) -> ErrorType + Send + Sync + 'static,
    ) -> Self {
        self.settings.judge = Some(failure::judge(judge));
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
        let call = calling::start(&self.settings, &parts);
        ResponseFuture::start(Some(call), || {
            self.settings.inject(&mut parts.headers);
            self.inner.call(Request::from_parts(parts, body))
        })
    }
}
