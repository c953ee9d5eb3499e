//! The layer for HTTP servers.

use std::sync::Arc;

use http::request::Parts;
use http_body::Body;

use super::{Route, ServerRecorder, ServerRequest, settings::HttpServerSettings};
use crate::edge::{
    CallLayer, CallService, RequestBody, Server, WrapRequestBody, call::Call, http::Http,
};

/// Measures the requests of a server. See the [module](crate::http), and [`CallLayer`] for the
/// settings that it shares with other layers.
///
/// With axum, pass it to `Router::layer` of the router that has the routes. A layer around the
/// router does not see the matched route. The service below gets requests with a
/// [`RequestBody`](crate::http::RequestBody), which axum's and tonic's routes accept, and with the
/// [`RequestId`](crate::log::RequestId) in the extensions.
///
/// ```
/// use glyph_runtime::http::{Route, ServerLayer, ServerMetrics};
///
/// let layer = ServerLayer::new(ServerMetrics::global())
///     .route(|request| match request.uri.path() {
///         "/" => Some(Route::from("/")),
///         path if path.starts_with("/users/") => Some(Route::from("/users/{id}")),
///         _ => None,
///     })
///     .excluded_paths(["/healthz", "/readyz", "/metrics"]);
/// # drop(layer);
/// ```
pub type ServerLayer = CallLayer<Server<Http>>;

/// A service whose requests are measured; see [`ServerLayer`].
pub type ServerService<S> = CallService<Server<Http>, S>;

impl<B: Body<Error: 'static>> WrapRequestBody<B> for Server<Http> {
    type Body = RequestBody<B>;

    fn wrap(body: B, call: Option<&mut Call<Http>>) -> RequestBody<B> {
        RequestBody::of(body, call)
    }
}

impl ServerLayer {
    /// A layer that records into `recorder`: [`ServerMetrics`](super::ServerMetrics) or a catalog
    /// of the program.
    pub fn new(recorder: &'static impl ServerRecorder) -> Self {
        Self::server(HttpServerSettings::new(recorder))
    }

    /// Sets the function that returns the route of a request. It must be a template of the program.
    /// Default: a [`Route`] in the extensions, or else axum's `MatchedPath` there.
    #[must_use]
    pub fn route(self, find: impl Fn(&Parts) -> Option<Route> + Send + Sync + 'static) -> Self {
        self.with(|settings| settings.own.direction.route = Arc::new(find))
    }

    /// Sets the names of spans. Default: `{METHOD} {route template}`, or `{METHOD}` without a
    /// route.
    #[must_use]
    pub fn span_name(
        self,
        name: impl Fn(&ServerRequest<'_>) -> String + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.own.direction.span_name = Arc::new(name))
    }

    /// Ignores requests to these paths: no span, no metrics, no ids, no log line.
    #[must_use]
    pub fn excluded_paths<P: Into<String>>(self, paths: impl IntoIterator<Item = P>) -> Self {
        let paths = paths.into_iter().map(Into::into);
        self.with(|settings| settings.excluded.extend(paths))
    }
}
