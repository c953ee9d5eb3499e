//! The layer for HTTP clients.

use std::fmt;

use super::ClientRecorder;
use crate::edge::{CallLayer, CallService, Client, http::Http};

/// Measures the calls of a client: a service of `http` requests, such as hyper's.
///
/// Each call is a client span `{METHOD}`, or `{METHOD} {template}` with a
/// [`UrlTemplate`](super::UrlTemplate). It propagates its trace in `traceparent` and the current
/// [`RequestId`](crate::log::RequestId) in `X-Request-ID`. It is recorded when the body of the
/// response ends. For a client, statuses of 400 and above are errors. [`CallLayer`] has the
/// settings that it shares with other layers.
///
/// A function makes such a service of a client with other types. For reqwest, it sends
/// `reqwest::Request::try_from(request)?` and returns `http::Response::from(response)`.
///
/// ```
/// use glyph_runtime::http::{ClientLayer, ClientMetrics, ErrorType};
/// use tower::{Layer, service_fn};
///
/// #[derive(Clone, Debug)]
/// enum CallError { TooLate, Refused }
///
/// # type Sent = Result<http::Response<String>, CallError>;
/// # async fn send(request: http::Request<String>) -> Sent { Err(CallError::TooLate) }
/// # fn main() {
/// let layer = ClientLayer::new(ClientMetrics::global()).error_type(|error| match error {
///     CallError::TooLate => ErrorType::Timeout,
///     CallError::Refused => ErrorType::Transport,
/// });
/// let client = layer.layer(service_fn(|request: http::Request<String>| send(request)));
/// # drop(client);
/// # }
/// ```
pub type ClientLayer = CallLayer<Client<Http>>;

/// A client whose calls are measured; see [`ClientLayer`].
pub type ClientService<S> = CallService<Client<Http>, S>;

/// The settings that only HTTP clients have.
#[derive(Clone)]
pub struct HttpClientSettings {
    pub(super) recorder: &'static dyn ClientRecorder,
}

impl ClientLayer {
    /// A layer that records into `recorder`: [`ClientMetrics`](super::ClientMetrics) or a catalog
    /// of the program.
    pub fn new(recorder: &'static impl ClientRecorder) -> Self {
        Self::client(HttpClientSettings { recorder })
    }
}

impl fmt::Debug for HttpClientSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpClientSettings")
            .finish_non_exhaustive()
    }
}
